// SPDX-License-Identifier: BSD-3-Clause
// cuSOLVER's part on the simulator: the CPU's LAPACK with the same column-major arguments, as a kernel of one
// thread, so that it runs in stream order and sees device memory.
#include "cuda/cusolver.hpp"

#if defined(NUMLOOM_SIM_BUILD)
#define NUMLOOM_SIMT
#include <cstring>
#include <vector>

#include "cpu/blas.hpp"
#include "launch.hpp"

namespace numloom::cuda_host {
namespace {

bool is_single(dtype type) { return type == dtype::float32 || type == dtype::complex64; }

// The routine for one of a batch.
solver_routine single(solver_routine r) {
  switch (r) {
    case solver_routine::getrf_batched: return solver_routine::getrf;
    case solver_routine::getrs_batched: return solver_routine::getrs;
    case solver_routine::potrf_batched: return solver_routine::potrf;
    default: return r;
  }
}

void* routine_of(const solver_call& c) {
  const auto* blas = cpu_host::blas_library::get();
  const bool complex = is_complex(c.type);
  const char letter = is_single(c.type) ? (complex ? 'c' : 's') : (complex ? 'z' : 'd');
  return blas->function((letter + std::string(solver_names[static_cast<int>(c.routine)][complex])).c_str());
}

// Integers are passed as 64 bits: a library with 32-bit integers reads the lower half (little-endian).
using integer = std::int64_t;

/// A LAPACK call; pass -1 as `elements` of workspace to be told how many it wants.
class fortran {
 public:
  explicit fortran(const solver_call& call) : c(call), function(routine_of(call)) {}

  integer run(void* work, integer elements) {
    integer m = c.m, n = c.n, k = c.k, lda = c.lda, ldb = c.ldb, ldc = c.ldc, one = 1;
    char job = c.job, triangle = c.triangle, none = 'N';
    void* const nothing = nullptr;
    switch (c.routine) {
      case solver_routine::getrf: return call(&m, &n, c.a, &lda, pivots());
      case solver_routine::getrs: return call(&none, &n, &k, c.a, &lda, pivots(), c.b, &ldb);
      case solver_routine::potrf: return call(&triangle, &n, c.a, &lda);
      case solver_routine::geqrf: return call(&m, &n, c.a, &lda, c.b, work, &elements);
      case solver_routine::orgqr: return call(&m, &n, &k, c.a, &lda, c.b, work, &elements);
      case solver_routine::gesvd:
        if (is_complex(c.type))
          return call(&job, &job, &m, &n, c.a, &lda, c.values, c.b, &ldb, c.c, &ldc, work, &elements,
                      reals(5 * n));
        return call(&job, &job, &m, &n, c.a, &lda, c.values, c.b, &ldb, c.c, &ldc, work, &elements);
      case solver_routine::syevd: return syevd(work, elements);
      default: break;
    }
    if (is_complex(c.type))
      return call(&none, &job, &n, c.a, &lda, c.values, nothing, &one, c.b, &ldb, work, &elements,
                  reals(2 * n));
    // The real routine gives the eigenvalues' parts in two arrays.
    char* const parts = static_cast<char*>(reals(2 * n));
    const integer info = call(&none, &job, &n, c.a, &lda, parts, parts + n * itemsize(c.type), nothing, &one,
                              c.b, &ldb, work, &elements);
    if (elements >= 0) is_single(c.type) ? join_parts<float>() : join_parts<double>();
    return info;
  }

  /// 1-based pivots of getrf, with the device's 32 bits.
  void write_pivots() {
    const bool wide = cpu_host::blas_library::get()->integer_bytes() == 8;
    for (integer i = 0; i < c.n; ++i)
      c.pivots[i] = wide ? static_cast<std::int32_t>(pivots_[static_cast<std::size_t>(i)])
                         : reinterpret_cast<const std::int32_t*>(pivots_.data())[i];
  }

 private:
  const solver_call& c;
  void* function;
  std::vector<integer> pivots_;
  std::vector<double> reals_;

  // Lengths of strings follow the arguments.
  template <class... A> integer call(A... arguments) const {
    integer info = 0;
    using type = void (*)(A..., integer*, std::size_t, std::size_t);
    reinterpret_cast<type>(function)(arguments..., &info, 1, 1);
    return info;
  }
  void* reals(integer n) {
    reals_.resize(static_cast<std::size_t>(n + 1));
    return reals_.data();
  }
  integer* pivots() {
    pivots_.assign(static_cast<std::size_t>(c.n + 1), 0);
    if (c.routine != solver_routine::getrs) return pivots_.data();
    const bool wide = cpu_host::blas_library::get()->integer_bytes() == 8;
    for (integer i = 0; i < c.n; ++i)
      if (wide)
        pivots_[static_cast<std::size_t>(i)] = c.pivots[i];
      else
        reinterpret_cast<std::int32_t*>(pivots_.data())[i] = c.pivots[i];
    return pivots_.data();
  }
  integer syevd(void* work, integer elements) {
    integer n = c.n, lda = c.lda;
    char job = c.job, triangle = c.triangle;
    std::vector<integer> integers(static_cast<std::size_t>(5 * n + 3));
    integer real_size = elements < 0 ? -1 : 2 * n * n + 5 * n + 1,
            integer_size = elements < 0 ? -1 : 5 * n + 3;
    if (is_complex(c.type))
      return call(&job, &triangle, &n, c.a, &lda, c.values, work, &elements, reals(2 * n * n + 5 * n + 1),
                  &real_size, integers.data(), &integer_size);
    return call(&job, &triangle, &n, c.a, &lda, c.values, work, &elements, integers.data(), &integer_size);
  }
  template <class R> void join_parts() {
    const R* const parts = reinterpret_cast<const R*>(reals_.data());
    for (integer i = 0; i < c.n; ++i) static_cast<std::complex<R>*>(c.values)[i] = {parts[i], parts[c.n + i]};
  }
};

bool has_workspace(solver_routine routine) {
  return routine >= solver_routine::geqrf && routine <= solver_routine::geev;
}

__global__ void cusolver_routine(solver_call c, void* work, integer elements, std::int32_t* info) {
  fortran routine(c);
  *info = static_cast<std::int32_t>(routine.run(work, elements));
  if (c.routine == solver_routine::getrf) routine.write_pivots();
}

__global__ void batched_routine(solver_call c, std::int32_t* infos) {
  for (integer i = 0; i < c.count; ++i) {
    solver_call one = c;
    one.routine = single(c.routine);
    one.a = static_cast<void**>(c.a)[i];
    if (c.b) one.b = static_cast<void**>(c.b)[i];
    if (c.pivots) one.pivots = c.pivots + i * c.n;
    fortran routine(one);
    const auto info = static_cast<std::int32_t>(routine.run(nullptr, 0));
    if (c.routine != solver_routine::getrs_batched) infos[i] = info;
    if (one.routine == solver_routine::getrf) routine.write_pivots();
  }
}

}  // namespace

bool has_solver(solver_routine routine) {
  if (!cpu_host::blas_library::get()) return false;
  solver_call probe{single(routine), dtype::complex128};
  return routine_of(probe) != nullptr;
}

std::int64_t solver_workspace(const solver_call& c, int) {
  if (!has_workspace(c.routine)) return 0;
  double wanted[2] = {};  // a number of any dtype
  fortran(c).run(wanted, -1);
  float single = 0;
  std::memcpy(&single, wanted, sizeof single);
  return static_cast<std::int64_t>(is_single(c.type) ? double{single} : wanted[0]) * itemsize(c.type);
}

void run_solver(const solver_call& c, void* workspace, std::int64_t bytes, std::int32_t* info, int,
                void* stream) {
  if (single(c.routine) != c.routine)
    return simt::launch(batched_routine, {dim3(1), dim3(1)}, stream, c, info);
  simt::launch(cusolver_routine, {dim3(1), dim3(1)}, stream, c, workspace, bytes / itemsize(c.type), info);
}

std::string cusolver_description() { return "simulated by " + cpu_host::blas_description(); }

}  // namespace numloom::cuda_host
#endif
