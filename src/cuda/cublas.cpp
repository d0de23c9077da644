// SPDX-License-Identifier: BSD-3-Clause
// The real cuBLAS. Its prototypes are spelled here: the header is overloaded C++, and a toolkit without
// cuBLAS should build numloom too.
#include "cuda/cublas.hpp"

#if !defined(NUMLOOM_SIM_BUILD)
#include <limits>
#include <memory>
#include <vector>

#include "cuda/library.hpp"
#include "numloom/error.hpp"

namespace numloom::cuda_host {
namespace {

using handle = void*;
template <class T>
using gemm_fn = int (*)(handle, int, int, int, int, int, const T* alpha, const T*, int, long long, const T*,
                        int, long long, const T* beta, T*, int, long long, int);
using gemm_ex_fn = int (*)(handle, int, int, int, int, int, const void* alpha, const void*, int, int,
                           long long, const void*, int, int, long long, const void* beta, void*, int, int,
                           long long, int, int, int);

struct cublas_api {
  shared_library library;
  int (*create)(handle*) = nullptr;
  int (*set_stream)(handle, void*) = nullptr;
  gemm_fn<float> sgemm = nullptr;
  gemm_fn<double> dgemm = nullptr;
  gemm_fn<std::complex<float>> cgemm = nullptr;
  gemm_fn<std::complex<double>> zgemm = nullptr;
  gemm_ex_fn gemm_ex = nullptr;

  cublas_api() : library(open_library({"libcublas.so.13", "libcublas.so.12", "libcublas.so"}, "cublas")) {
    load(create, "cublasCreate_v2");
    load(set_stream, "cublasSetStream_v2");
    load(sgemm, "cublasSgemmStridedBatched");
    load(dgemm, "cublasDgemmStridedBatched");
    load(cgemm, "cublasCgemmStridedBatched");
    load(zgemm, "cublasZgemmStridedBatched");
    load(gemm_ex, "cublasGemmStridedBatchedEx");
  }
  bool complete() const { return create && set_stream && sgemm && dgemm && cgemm && zgemm && gemm_ex; }

 private:
  template <class F> void load(F& f, const char* name) { f = reinterpret_cast<F>(library.symbol(name)); }
};

const cublas_api& api() {
  static const auto* const loaded = new cublas_api;
  return *loaded;
}

// A handle may be used by one thread at a time; they live until the process ends.
handle handle_of(int device) {
  thread_local std::vector<handle> handles;
  const auto at = static_cast<std::size_t>(device);
  if (handles.size() <= at) handles.resize(at + 1);
  if (!handles[at] && api().create(&handles[at]) != 0) handles[at] = nullptr;
  return handles[at];
}

template <class T> int run(gemm_fn<T> f, handle h, const gemm_call& c) {
  const T one(1), zero(0);
  const auto i = [](std::int64_t x) { return static_cast<int>(x); };
  return f(h, c.a_form == 'T', c.b_form == 'T', i(c.m), i(c.n), i(c.k), &one, static_cast<const T*>(c.a),
           i(c.lda), c.a_stride, static_cast<const T*>(c.b), i(c.ldb), c.b_stride, &zero,
           static_cast<T*>(c.c), i(c.ldc), c.c_stride, i(c.batch));
}

// float16 with products and sums in float32.
int run_half(handle h, const gemm_call& c) {
  constexpr int real_16f = 2, compute_32f = 68, default_algorithm = -1;
  const float one = 1, zero = 0;
  const auto i = [](std::int64_t x) { return static_cast<int>(x); };
  return api().gemm_ex(h, c.a_form == 'T', c.b_form == 'T', i(c.m), i(c.n), i(c.k), &one, c.a, real_16f,
                       i(c.lda), c.a_stride, c.b, real_16f, i(c.ldb), c.b_stride, &zero, c.c, real_16f,
                       i(c.ldc), c.c_stride, i(c.batch), compute_32f, default_algorithm);
}

}  // namespace

bool gemm(const gemm_call& c, int device, void* stream) {
  if (!api().complete()) return false;
  for (const std::int64_t x : {c.m, c.n, c.k, c.batch, c.lda, c.ldb, c.ldc})
    if (x > std::numeric_limits<int>::max()) return false;
  const handle h = handle_of(device);
  if (!h) return false;
  int status = api().set_stream(h, stream);
  if (status == 0) switch (c.type) {
      case dtype::float16: status = run_half(h, c); break;
      case dtype::float32: status = run(api().sgemm, h, c); break;
      case dtype::float64: status = run(api().dgemm, h, c); break;
      case dtype::complex64: status = run(api().cgemm, h, c); break;
      case dtype::complex128: status = run(api().zgemm, h, c); break;
      default: return false;
    }
  if (status != 0)
    fail<cuda_error>("[matmul] expected cuBLAS to multiply ", c.m, " x ", c.k, " by ", c.k, " x ", c.n, " ",
                     c.type, ", got status ", status);
  return true;
}

void* cublas_function(const char* name) { return api().complete() ? api().library.symbol(name) : nullptr; }
void* cublas_handle(int device, void* stream) {
  const handle h = api().complete() ? handle_of(device) : nullptr;
  return h && api().set_stream(h, stream) == 0 ? h : nullptr;
}

std::string cublas_description() { return api().complete() ? api().library.origin : "none"; }

}  // namespace numloom::cuda_host
#endif
