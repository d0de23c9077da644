// SPDX-License-Identifier: BSD-3-Clause
/// LAPACK's functions, from the library that blas.hpp opens. `Int` is its integer; T double or
/// std::complex<double>. Matrices are column-major.
#pragma once

#include <algorithm>
#include <complex>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/lapack.hpp"
#include "cpu/blas.hpp"
#include "numloom/error.hpp"

namespace numloom::cpu_host {

enum class lapack_routine { gesv, getrf, potrf, geqrf, orgqr, gesdd, geev, heevd, gelsd, count };

/// The functions by routine, for double and for complex; null where the library has none.
struct lapack_table {
  void* function[static_cast<int>(lapack_routine::count)][2] = {};
  /// Null without a library that has them.
  static const lapack_table* get();
};

/// Stacks of small matrices without the library, where there is a loop for that (small_lapack.cpp): as
/// lapack_on_host().
bool has_small_loop(const lapack_call& call);
std::int64_t small_lapack(const lapack_call& call);

template <class Int, class T> class lapack {
 public:
  static constexpr bool is_complex = !std::is_same_v<T, double>;
  explicit lapack(const lapack_table& table) : table_(table) {}

  Int gesv(Int n, Int nrhs, T* a, Int lda, Int* pivots, T* b, Int ldb) {
    return run(lapack_routine::gesv, &n, &nrhs, a, &lda, pivots, b, &ldb);
  }
  Int getrf(Int m, Int n, T* a, Int lda, Int* pivots) {
    return run(lapack_routine::getrf, &m, &n, a, &lda, pivots);
  }
  Int potrf(char triangle, Int n, T* a, Int lda) {
    return run(lapack_routine::potrf, &triangle, &n, a, &lda);
  }
  Int geqrf(Int m, Int n, T* a, Int lda, T* tau) {
    return with_work(lapack_routine::geqrf, [&](T* work, Int* size) {
      return run(lapack_routine::geqrf, &m, &n, a, &lda, tau, work, size);
    });
  }
  /// Of the first k columns of reflectors the m x n matrix Q.
  Int orgqr(Int m, Int n, Int k, T* a, Int lda, T* tau) {
    return with_work(lapack_routine::orgqr, [&](T* work, Int* size) {
      return run(lapack_routine::orgqr, &m, &n, &k, a, &lda, tau, work, size);
    });
  }
  Int gesdd(char job, Int m, Int n, T* a, Int lda, double* s, T* u, Int ldu, T* vt, Int ldvt) {
    const auto least = static_cast<std::size_t>(std::min(m, n)),
               most = static_cast<std::size_t>(std::max(m, n));
    integers_.resize(8 * least + 1);
    if constexpr (is_complex) {
      reals_.resize(std::max(5 * least * least + 7 * least, 2 * most * least + 2 * least * least + least) +
                    1);
      return with_work(lapack_routine::gesdd, [&](T* work, Int* size) {
        return run(lapack_routine::gesdd, &job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, size,
                   reals_.data(), integers_.data());
      });
    } else {
      return with_work(lapack_routine::gesdd, [&](T* work, Int* size) {
        return run(lapack_routine::gesdd, &job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, size,
                   integers_.data());
      });
    }
  }
  /// Real matrices: w has n real parts, then n imaginary ones.
  Int geev(char job, Int n, T* a, Int lda, T* w, T* v, Int ldv) {
    char left = 'N';
    Int one = 1;
    return with_work(lapack_routine::geev, [&](T* work, Int* size) {
      if constexpr (is_complex) {
        reals_.resize(2 * static_cast<std::size_t>(n) + 1);
        return run(lapack_routine::geev, &left, &job, &n, a, &lda, w, static_cast<T*>(nullptr), &one, v, &ldv,
                   work, size, reals_.data());
      } else {
        return run(lapack_routine::geev, &left, &job, &n, a, &lda, w, w + n, static_cast<T*>(nullptr), &one,
                   v, &ldv, work, size);
      }
    });
  }
  Int heevd(char job, char triangle, Int n, T* a, Int lda, double* w) {
    const auto attempt = [&](T* work, Int* size, double* reals, Int* real_size, Int* integers,
                             Int* integer_size) {
      if constexpr (is_complex)
        return run(lapack_routine::heevd, &job, &triangle, &n, a, &lda, w, work, size, reals, real_size,
                   integers, integer_size);
      else
        return run(lapack_routine::heevd, &job, &triangle, &n, a, &lda, w, work, size, integers,
                   integer_size);
    };
    if (is_first(lapack_routine::heevd)) {
      T wanted(0);
      double reals = 0;
      Int integers = 0, ask = -1;
      attempt(&wanted, &ask, &reals, &ask, &integers, &ask);
      grow(work_, wanted), grow(reals_, reals), grow(integers_, static_cast<double>(integers));
    }
    const auto room = [](const auto& values) { return static_cast<Int>(values.size()); };
    Int size = room(work_), real_size = room(reals_), integer_size = room(integers_);
    return attempt(work_.data(), &size, reals_.data(), &real_size, integers_.data(), &integer_size);
  }
  Int gelsd(Int m, Int n, Int nrhs, T* a, Int lda, T* b, Int ldb, double* s, double cutoff, Int* rank) {
    const auto attempt = [&](T* work, Int* size, double* reals, Int* integers) {
      if constexpr (is_complex)
        return run(lapack_routine::gelsd, &m, &n, &nrhs, a, &lda, b, &ldb, s, &cutoff, rank, work, size,
                   reals, integers);
      else
        return run(lapack_routine::gelsd, &m, &n, &nrhs, a, &lda, b, &ldb, s, &cutoff, rank, work, size,
                   integers);
    };
    T wanted(0);
    double reals = 0;
    Int integers = 0, ask = -1;
    attempt(&wanted, &ask, &reals, &integers);
    grow(work_, wanted);
    Int size = static_cast<Int>(work_.size());
    grow(reals_, reals);
    grow(integers_, static_cast<double>(integers));
    return attempt(work_.data(), &size, reals_.data(), integers_.data());
  }

 private:
  // Fortran passes the lengths of strings (of one letter each, two at most) behind the arguments; functions
  // without strings do not look there.
  template <class... A> Int run(lapack_routine routine, A... arguments) {
    Int info = 0;
    using function = void (*)(A..., Int*, std::size_t, std::size_t);
    void* const found = table_.function[static_cast<int>(routine)][is_complex];
    reinterpret_cast<function>(found)(arguments..., &info, 1, 1);
    return info;
  }
  template <class V, class W> static void grow(std::vector<V>& room, W wanted) {
    const auto size = static_cast<std::size_t>(std::max(1.0, std::real(wanted)));
    if (room.size() < size) room.resize(size);
  }
  // The routine is first asked how much room it wants; once, since all matrices of a stack have one size.
  template <class F> Int with_work(lapack_routine routine, F f) {
    if (is_first(routine)) {
      T wanted(0);
      Int ask = -1;
      f(&wanted, &ask);
      grow(work_, wanted);
    }
    Int size = static_cast<Int>(work_.size());
    return f(work_.data(), &size);
  }
  bool is_first(lapack_routine routine) { return !std::exchange(asked_[static_cast<int>(routine)], true); }

  const lapack_table& table_;
  bool asked_[static_cast<int>(lapack_routine::count)] = {};
  std::vector<T> work_;
  std::vector<double> reals_;
  std::vector<Int> integers_;
};

}  // namespace numloom::cpu_host
