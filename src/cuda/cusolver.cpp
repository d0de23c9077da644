// SPDX-License-Identifier: BSD-3-Clause
// The real cuSOLVER. Its prototypes are spelled here, as in cublas.cpp; those of the four dtypes differ in
// the types of pointers alone.
#include "cuda/cusolver.hpp"

#if !defined(NUMLOOM_SIM_BUILD)
#include <memory>
#include <vector>

#include "cuda/cublas.hpp"
#include "cuda/library.hpp"
#include "cuda/runtime.hpp"
#include "numloom/error.hpp"

namespace numloom::cuda_host {
namespace {

using handle = void*;

constexpr int routines = static_cast<int>(solver_routine::count);
int type_index(dtype type) {
  return type == dtype::float32 ? 0 : type == dtype::float64 ? 1 : type == dtype::complex64 ? 2 : 3;
}

bool is_of_cublas(solver_routine r) {
  return r == solver_routine::getrf_batched || r == solver_routine::getrs_batched;
}
bool has_workspace(solver_routine r) {
  return r != solver_routine::getrs && r < solver_routine::getrf_batched;
}

using geev_size_fn = int (*)(handle, void* params, int job_left, int job_right, std::int64_t n, int type,
                             const void* a, std::int64_t lda, int w_type, const void* w, int left_type,
                             const void* left, std::int64_t ldl, int right_type, const void* right,
                             std::int64_t ldr, int compute_type, std::size_t* device_bytes,
                             std::size_t* host_bytes);
using geev_fn = int (*)(handle, void* params, int job_left, int job_right, std::int64_t n, int type, void* a,
                        std::int64_t lda, int w_type, void* w, int left_type, void* left, std::int64_t ldl,
                        int right_type, void* right, std::int64_t ldr, int compute_type, void* device_buffer,
                        std::size_t device_bytes, void* host_buffer, std::size_t host_bytes, int* info);

struct cusolver_api {
  shared_library library;
  int (*create)(handle*) = nullptr;
  int (*create_params)(void**) = nullptr;
  int (*set_stream)(handle, void*) = nullptr;
  void* run[routines][4] = {};
  void* size[routines][4] = {};
  geev_fn geev = nullptr;  // since CUDA 12.6
  geev_size_fn geev_size = nullptr;

  cusolver_api()
      : library(open_library({"libcusolver.so.12", "libcusolver.so.11", "libcusolver.so"}, "cusolver")) {
    load(create, "cusolverDnCreate");
    load(create_params, "cusolverDnCreateParams");
    load(set_stream, "cusolverDnSetStream");
    load(geev, "cusolverDnXgeev");
    load(geev_size, "cusolverDnXgeev_bufferSize");
    for (int r = 0; r < routines; ++r)
      for (int t = 0; t < 4; ++t) {
        const std::string routine = "SDCZ"[t] + std::string(solver_names[r][t >= 2]);
        const std::string name = "cusolverDn" + routine;
        run[r][t] = is_of_cublas(static_cast<solver_routine>(r))
                        ? cublas_function(("cublas" + routine).c_str())
                        : library.symbol(name.c_str());
        size[r][t] = library.symbol((name + "_bufferSize").c_str());
      }
  }
  bool has(solver_routine routine) const {
    if (!create || !set_stream) return false;
    if (routine == solver_routine::geev) return geev && geev_size && create_params;
    for (int t = 0; t < 4; ++t) {
      if (!run[static_cast<int>(routine)][t]) return false;
      if (!size[static_cast<int>(routine)][t] && has_workspace(routine)) return false;
    }
    return true;
  }

 private:
  template <class F> void load(F& f, const char* name) { f = reinterpret_cast<F>(library.symbol(name)); }
};

const cusolver_api& api() {
  static const auto* const loaded = new cusolver_api;
  return *loaded;
}

[[noreturn]] void fail_call(const solver_call& c, int status) {
  fail<cuda_error>("[linalg] expected cuSOLVER's ", solver_names[static_cast<int>(c.routine)][0], " on ", c.m,
                   " x ", c.n, " ", c.type, ", got status ", status);
}
void expect(const solver_call& c, int status) {
  if (status != 0) fail_call(c, status);
}

// A handle may be used by one thread at a time; they live until the process ends.
handle handle_of(int device) {
  thread_local std::vector<handle> handles;
  const auto at = static_cast<std::size_t>(device);
  if (handles.size() <= at) handles.resize(at + 1);
  if (!handles[at])
    if (const int status = api().create(&handles[at]); status != 0) {
      handles[at] = nullptr;
      fail<cuda_error>("[linalg] expected a handle of cuSOLVER, got status ", status);
    }
  return handles[at];
}

void* geev_params() {
  thread_local void* params = nullptr;
  if (!params && api().create_params(&params) != 0) params = nullptr;
  return params;
}

// Arguments as cuSOLVER takes them.
struct call_values {
  explicit call_values(const solver_call& c)
      : m(static_cast<int>(c.m)),
        n(static_cast<int>(c.n)),
        k(static_cast<int>(c.k)),
        lda(static_cast<int>(c.lda)),
        ldb(static_cast<int>(c.ldb)),
        ldc(static_cast<int>(c.ldc)),
        count(static_cast<int>(c.count)),
        upper(c.triangle == 'U'),
        vectors(c.job == 'V') {}
  int m, n, k, lda, ldb, ldc, count, upper, vectors;
};

template <class... A> int call(void* f, A... arguments) {
  return reinterpret_cast<int (*)(A...)>(f)(arguments...);
}

// cudaDataType: float32 0, float64 1, complex64 4, complex128 5.
int cuda_type(dtype type) { return type_index(type) % 2 + (is_complex(type) ? 4 : 0); }
int complex_cuda_type(dtype type) { return type_index(type) % 2 + 4; }

std::pair<std::size_t, std::size_t> geev_bytes(const solver_call& c, handle h) {
  std::size_t on_device = 0, on_host = 0;
  const int type = cuda_type(c.type), values = complex_cuda_type(c.type);
  expect(c, api().geev_size(h, geev_params(), 0, c.job == 'V', c.n, type, c.a, c.lda, values, c.values, type,
                            nullptr, 1, type, c.b, c.ldb, type, &on_device, &on_host));
  return {on_device, on_host};
}

void run_geev(const solver_call& c, handle h, void* workspace, std::int32_t* info, void* stream) {
  const auto [on_device, on_host] = geev_bytes(c, h);
  std::vector<char> host(on_host);
  const int type = cuda_type(c.type), values = complex_cuda_type(c.type);
  expect(c, api().geev(h, geev_params(), 0, c.job == 'V', c.n, type, c.a, c.lda, values, c.values, type,
                       nullptr, 1, type, c.b, c.ldb, type, workspace, on_device, host.data(), on_host, info));
  cuda_runtime::stream_synchronize(stream);  // before the host's buffer goes
}

int workspace_elements(const solver_call& c, void* f, handle h) {
  const call_values v(c);
  int elements = 0;
  switch (c.routine) {
    case solver_routine::getrf:
    case solver_routine::geqrf: expect(c, call(f, h, v.m, v.n, c.a, v.lda, &elements)); break;
    case solver_routine::potrf: expect(c, call(f, h, v.upper, v.n, c.a, v.lda, &elements)); break;
    case solver_routine::orgqr: expect(c, call(f, h, v.m, v.n, v.k, c.a, v.lda, c.b, &elements)); break;
    case solver_routine::gesvd: expect(c, call(f, h, v.m, v.n, &elements)); break;
    case solver_routine::syevd:
      expect(c, call(f, h, v.vectors, v.upper, v.n, c.a, v.lda, c.values, &elements));
      break;
    default: break;
  }
  return elements;
}

}  // namespace

bool has_solver(solver_routine routine) { return api().has(routine); }

std::int64_t solver_workspace(const solver_call& c, int device) {
  if (!has_workspace(c.routine)) return 0;
  const handle h = handle_of(device);
  if (c.routine == solver_routine::geev) return static_cast<std::int64_t>(geev_bytes(c, h).first);
  void* const f = api().size[static_cast<int>(c.routine)][type_index(c.type)];
  return std::int64_t{workspace_elements(c, f, h)} * itemsize(c.type);
}

void run_solver(const solver_call& c, void* workspace, std::int64_t bytes, std::int32_t* info, int device,
                void* stream) {
  const bool by_cublas = is_of_cublas(c.routine);
  const handle h = by_cublas ? cublas_handle(device, stream) : handle_of(device);
  if (!by_cublas) expect(c, api().set_stream(h, stream));
  if (c.routine == solver_routine::geev) return run_geev(c, h, workspace, info, stream);
  void* const f = api().run[static_cast<int>(c.routine)][type_index(c.type)];
  const call_values v(c);
  const auto elements = static_cast<int>(bytes / itemsize(c.type));
  void* const none = nullptr;
  int refused = 0;  // an argument; on the host
  switch (c.routine) {
    case solver_routine::getrf: expect(c, call(f, h, v.m, v.n, c.a, v.lda, workspace, c.pivots, info)); break;
    case solver_routine::getrs:
      expect(c, call(f, h, 0, v.n, v.k, c.a, v.lda, c.pivots, c.b, v.ldb, info));
      break;
    case solver_routine::potrf:
      expect(c, call(f, h, v.upper, v.n, c.a, v.lda, workspace, elements, info));
      break;
    case solver_routine::geqrf:
      expect(c, call(f, h, v.m, v.n, c.a, v.lda, c.b, workspace, elements, info));
      break;
    case solver_routine::orgqr:
      expect(c, call(f, h, v.m, v.n, v.k, c.a, v.lda, c.b, workspace, elements, info));
      break;
    case solver_routine::gesvd:
      expect(c, call(f, h, c.job, c.job, v.m, v.n, c.a, v.lda, c.values, c.b, v.ldb, c.c, v.ldc, workspace,
                     elements, none, info));
      break;
    case solver_routine::syevd:
      expect(c, call(f, h, v.vectors, v.upper, v.n, c.a, v.lda, c.values, workspace, elements, info));
      break;
    case solver_routine::getrf_batched:
      expect(c, call(f, h, v.n, c.a, v.lda, c.pivots, info, v.count));
      break;
    case solver_routine::getrs_batched:
      expect(c, call(f, h, 0, v.n, v.k, c.a, v.lda, c.pivots, c.b, v.ldb, &refused, v.count));
      break;
    case solver_routine::potrf_batched: expect(c, call(f, h, v.upper, v.n, c.a, v.lda, info, v.count)); break;
    default: break;
  }
}

std::string cusolver_description() {
  return api().has(solver_routine::getrf) ? api().library.origin : "none";
}

}  // namespace numloom::cuda_host
#endif
