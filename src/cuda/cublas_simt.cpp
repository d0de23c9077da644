// SPDX-License-Identifier: BSD-3-Clause
// cuBLAS's part on the simulator: the CPU's BLAS with the same column-major arguments, as a kernel of one
// thread, so that it runs in stream order and sees device memory.
#include "cuda/cublas.hpp"

#if defined(NUMLOOM_SIM_BUILD)
#define NUMLOOM_SIMT
#include "cpu/blas.hpp"
#include "launch.hpp"

namespace numloom::cuda_host {
namespace {

template <class T> void run(const cpu_host::blas_library& blas, const gemm_call& c) {
  for (std::int64_t i = 0; i < c.batch; ++i)
    blas.gemm(c.a_form, c.b_form, c.m, c.n, c.k, static_cast<const T*>(c.a) + i * c.a_stride, c.lda,
              static_cast<const T*>(c.b) + i * c.b_stride, c.ldb, static_cast<T*>(c.c) + i * c.c_stride,
              c.ldc);
}

__global__ void cublas_gemm(gemm_call c) {
  const cpu_host::blas_library& blas = *cpu_host::blas_library::get();
  switch (c.type) {
    case dtype::float32: return run<float>(blas, c);
    case dtype::float64: return run<double>(blas, c);
    case dtype::complex64: return run<std::complex<float>>(blas, c);
    default: return run<std::complex<double>>(blas, c);
  }
}

}  // namespace

bool gemm(const gemm_call& c, int, void* stream) {
  const auto* blas = cpu_host::blas_library::get();
  if (!blas || !is_inexact(c.type) || c.type == dtype::float16) return false;
  for (const std::int64_t x : {c.m, c.n, c.k, c.lda, c.ldb, c.ldc})
    if (!blas->fits(x)) return false;
  simt::launch(cublas_gemm, {dim3(1), dim3(1)}, stream, c);
  return true;
}

std::string cublas_description() { return "simulated by " + cpu_host::blas_description(); }

}  // namespace numloom::cuda_host
#endif
