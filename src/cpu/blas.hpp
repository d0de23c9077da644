// SPDX-License-Identifier: BSD-3-Clause
/// BLAS (and LAPACK) opened at run time; nothing is linked. In this order: NUMLOOM_BLAS=path (or none); the
/// library that NumPy has already loaded, so that there is one thread pool; the scipy-openblas32 wheel or
/// NumPy's own library beside this one; the system's. Libraries without kernels for this processor (the
/// reference BLAS) are passed over: our own loops are faster.
#pragma once

#include <complex>
#include <cstdint>
#include <string>

namespace numloom::cpu_host {

class blas_library {
 public:
  /// The library in use; null when there is none.
  static const blas_library* get();

  /// C = A B for column-major matrices; 'N', 'T'. Extents and leading dimensions are in elements.
  template <class T>
  void gemm(char a_form, char b_form, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
            std::int64_t lda, const T* b, std::int64_t ldb, T* c, std::int64_t ldc) const;
  /// The lower triangle of C = A A^T ('N', A is n x k) or A^T A ('T', A is k x n), column-major; T is float
  /// or double. False where the library has no such function.
  template <class T>
  bool syrk(char form, std::int64_t n, std::int64_t k, const T* a, std::int64_t lda, T* c,
            std::int64_t ldc) const;
  /// y = A x (or A^T x) for a column-major m x n matrix.
  template <class T>
  void gemv(char form, std::int64_t m, std::int64_t n, const T* a, std::int64_t lda, const T* x,
            std::int64_t incx, T* y, std::int64_t incy) const;

  /// A BLAS or LAPACK function by its plain name ("dgesdd"), in the Fortran interface; null when missing.
  /// Integers are `integer_bytes` wide.
  void* function(const char* name) const;
  int integer_bytes() const noexcept { return integer_bytes_; }

  /// Whether an extent fits the library's integers.
  bool fits(std::int64_t n) const noexcept { return integer_bytes_ == 8 || n <= INT32_MAX; }
  const std::string& description() const noexcept { return description_; }

  /// Threads that a call uses, for as long as this lives.
  class thread_limit {
   public:
    thread_limit(const blas_library& library, int threads);
    ~thread_limit();
    thread_limit(const thread_limit&) = delete;
    thread_limit& operator=(const thread_limit&) = delete;

   private:
    const blas_library& library_;
    int before_ = 0;  // 0: nothing to restore
  };

 private:
  friend struct blas_search;
  void* handle_ = nullptr;
  std::string prefix_, suffix_, description_;
  int integer_bytes_ = 4;
  void* gemm_[4] = {};
  void* gemv_[4] = {};
  void* syrk_[2] = {};
  int (*threads_)() = nullptr;
  void (*set_threads_)(int) = nullptr;
};

/// For show_config: the library and where it was found, or that there is none.
std::string blas_description();

}  // namespace numloom::cpu_host
