// SPDX-License-Identifier: BSD-3-Clause
/// cuSOLVER, and cuBLAS's LU of many matrices, opened on first use. On the simulator the same calls go to the
/// CPU's LAPACK.
#pragma once

#include <cstdint>
#include <string>

#include "numloom/dtype.hpp"

namespace numloom::cuda_host {

enum class solver_routine : std::uint8_t {
  getrf,
  getrs,
  potrf,
  geqrf,
  orgqr,
  gesvd,
  syevd,
  geev,
  getrf_batched,
  getrs_batched,
  potrf_batched,
  count
};

/// For real numbers and for complex ones.
inline constexpr const char* solver_names[][2] = {{"getrf", "getrf"},
                                                  {"getrs", "getrs"},
                                                  {"potrf", "potrf"},
                                                  {"geqrf", "geqrf"},
                                                  {"orgqr", "ungqr"},
                                                  {"gesvd", "gesvd"},
                                                  {"syevd", "heevd"},
                                                  {"geev", "geev"},
                                                  {"getrfBatched", "getrfBatched"},
                                                  {"getrsBatched", "getrsBatched"},
                                                  {"potrfBatched", "potrfBatched"}};

/// LAPACK's routine of that name on one column-major matrix of float32, float64 or their complex numbers. All
/// pointers are the device's; extents and leading dimensions are in elements. Batched: a and b are lists of
/// `count` addresses, pivots and infos lie one behind the other.
struct solver_call {
  solver_routine routine;
  dtype type;
  char job = 'N';       // syevd, geev: 'N' or 'V'; gesvd: 'N', 'S' or 'A' for both sides, and m >= n
  char triangle = 'L';  // potrf, syevd
  std::int64_t m = 0, n = 0;
  std::int64_t k = 0;  // getrs: right sides; orgqr: reflectors
  std::int64_t count = 1;
  void* a = nullptr;
  std::int64_t lda = 1;
  void* b = nullptr;  // getrs: right sides; geqrf, orgqr: tau; gesvd: U; geev: right vectors, of a's dtype
  std::int64_t ldb = 1;
  void* c = nullptr;  // gesvd: V^H
  std::int64_t ldc = 1;
  void* values = nullptr;  // gesvd, syevd: real; geev: complex
  std::int32_t* pivots = nullptr;
};

/// Whether there is a library that has the routine.
bool has_solver(solver_routine routine);
/// Bytes of scratch memory that the call needs.
std::int64_t solver_workspace(const solver_call& call, int device);
/// Puts the call on the stream; *info (on the device) is LAPACK's.
void run_solver(const solver_call& call, void* workspace, std::int64_t bytes, std::int32_t* info, int device,
                void* stream);
/// The library and where it was found, or that there is none.
std::string cusolver_description();

}  // namespace numloom::cuda_host
