// SPDX-License-Identifier: BSD-3-Clause
// Inner loops over functors. Each is written once for contiguous operands (and, where it is cheap, for one
// scalar operand) so that the compiler vectorises it; operands that lie otherwise are brought together in
// small blocks.
#pragma once
#include "cpu/isa/tables.hpp"
#include "fast_path.hpp"

namespace numloom::NL_TARGET {

using cpu_host::loop_fn;

enum ufunc_id {
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) id_##name,
#include "numloom/ufuncs.def"
  id_end
};

enum dtype_id {
#define NL_DTYPE(name, type, kind, bytes) dtype_##name,
#include "numloom/dtypes.def"
};
template <int D> struct element_of;
#define NL_DTYPE(name, T, kind, bytes) \
  template <> struct element_of<dtype_##name> { using type = T; };
#include "numloom/dtypes.def"

// The masks of ufuncs.def's column `loops`.
enum loop_mask {
  BOOL = 1 << dtype_bool_,
  SIGNED = 1 << dtype_int8 | 1 << dtype_int16 | 1 << dtype_int32 | 1 << dtype_int64,
  UNSIGNED = SIGNED << 1,
  INTS = SIGNED | UNSIGNED,
  FLOAT64 = 1 << dtype_float64,
  FLOATS = 1 << dtype_float16 | 1 << dtype_float32 | FLOAT64,
  COMPLEX128 = 1 << dtype_complex128,
  COMPLEX = 1 << dtype_complex64 | COMPLEX128,
  REAL = INTS | FLOATS,
  INEXACT = FLOATS | COMPLEX,
  NUMERIC = INTS | INEXACT,
  ALL = BOOL | NUMERIC,
};

// The types of a loop, from its dtype and ufuncs.def's column out_rule. In memory a bool is a byte.
enum class out_rule { SAME, TO_BOOL, REAL_PART, FREXP, LDEXP, BIT_COUNT };
template <class L, out_rule Rule> struct loop_types {
  using second_in = conditional_t<Rule == out_rule::LDEXP, i64, L>;
  using out = conditional_t<Rule == out_rule::TO_BOOL, bool,
                            conditional_t<Rule == out_rule::REAL_PART, real_of<L>,
                                          conditional_t<Rule == out_rule::BIT_COUNT, u8, L>>>;
  using second_out = conditional_t<Rule == out_rule::FREXP, i32, L>;
};
template <class T> using memory_of = conditional_t<is_bool<T>, u8, T>;

// Runs a contiguous loop on operands of any steps, block by block through buffers on the stack. The functions
// it needs are in strided.cpp.
void run_strided(loop_fn contiguous, const unsigned char* sizes, int inputs, int outputs, char* const* args,
                 const long* steps, long n);

// contiguous() stands for itself, as run_strided() needs it: inlined into run() too, it would be there twice.
template <class F, class A, class R> struct unary_loop {
  [[gnu::noinline]] static void contiguous(char* const* args, const long*, long n) {
    const auto* a = reinterpret_cast<const memory_of<A>*>(args[0]);
    auto* out = reinterpret_cast<memory_of<R>*>(args[1]);
    if constexpr (has_fast_path<F, A>) return apply_contiguous<F>(n, out, a);
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) out[i] = static_cast<memory_of<R>>(F{}(static_cast<A>(a[i])));
  }
  static void run(char* const* args, const long* steps, long n) {
    if ((steps[0] == sizeof(A) && steps[1] == sizeof(R)) || n == 1) return contiguous(args, steps, n);
    static constexpr unsigned char sizes[] = {sizeof(A), sizeof(R)};
    run_strided(contiguous, sizes, 1, 1, args, steps, n);
  }
};

template <class F, class A, class R, class S> struct unary_pair_loop {
  [[gnu::noinline]] static void contiguous(char* const* args, const long*, long n) {
    const auto* a = reinterpret_cast<const A*>(args[0]);
    auto* out = reinterpret_cast<R*>(args[1]);
    auto* second = reinterpret_cast<S*>(args[2]);
    for (long i = 0; i < n; ++i) {
      const auto both = F{}(a[i]);
      out[i] = both.first;
      second[i] = both.second;
    }
  }
  static void run(char* const* args, const long* steps, long n) {
    if ((steps[0] == sizeof(A) && steps[1] == sizeof(R) && steps[2] == sizeof(S)) || n == 1)
      return contiguous(args, steps, n);
    static constexpr unsigned char sizes[] = {sizeof(A), sizeof(R), sizeof(S)};
    run_strided(contiguous, sizes, 1, 2, args, steps, n);
  }
};

// Cheap: loops of their own for one scalar operand, whose broadcast would cost as much as the operation.
template <class F, class A, class B, class R, bool Cheap> struct binary_loop {
  [[gnu::noinline]] static void contiguous(char* const* args, const long*, long n) {
    const auto* a = reinterpret_cast<const memory_of<A>*>(args[0]);
    const auto* b = reinterpret_cast<const memory_of<B>*>(args[1]);
    auto* out = reinterpret_cast<memory_of<R>*>(args[2]);
    if constexpr (has_fast_path<F, A, B>) return apply_contiguous<F>(n, out, a, b);
#pragma GCC ivdep
    for (long i = 0; i < n; ++i)
      out[i] = static_cast<memory_of<R>>(F{}(static_cast<A>(a[i]), static_cast<B>(b[i])));
  }
  static void scalar_left(char* const* args, long n) {
    const A a = load(reinterpret_cast<const A*>(args[0]));
    const auto* b = reinterpret_cast<const memory_of<B>*>(args[1]);
    auto* out = reinterpret_cast<memory_of<R>*>(args[2]);
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) out[i] = static_cast<memory_of<R>>(F{}(a, static_cast<B>(b[i])));
  }
  static void scalar_right(char* const* args, long n) {
    const auto* a = reinterpret_cast<const memory_of<A>*>(args[0]);
    const B b = load(reinterpret_cast<const B*>(args[1]));
    auto* out = reinterpret_cast<memory_of<R>*>(args[2]);
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) out[i] = static_cast<memory_of<R>>(F{}(static_cast<A>(a[i]), b));
  }
  // One number on the right, for which the functor has a way of its own.
  static bool uniform(char* const* args, const long* steps, long n) {
    if constexpr (has_uniform_path<F, A> && is_same<A, B> && is_same<A, R>) {
      if (n != 1 && (steps[1] != 0 || steps[0] != sizeof(A) || steps[2] != sizeof(A))) return false;
      return F::uniform(n, reinterpret_cast<A*>(args[2]), reinterpret_cast<const A*>(args[0]),
                        *reinterpret_cast<const A*>(args[1]));
    }
    return false;
  }
  static void run(char* const* args, const long* steps, long n) {
    if (uniform(args, steps, n)) return;
    if (n == 1) return contiguous(args, steps, n);
    if (steps[2] == sizeof(R)) {
      const bool a_moves = steps[0] == sizeof(A), b_moves = steps[1] == sizeof(B);
      if (a_moves && b_moves) return contiguous(args, steps, n);
      if constexpr (Cheap) {
        if (a_moves && steps[1] == 0) return scalar_right(args, n);
        if (b_moves && steps[0] == 0) return scalar_left(args, n);
      }
    }
    static constexpr unsigned char sizes[] = {sizeof(A), sizeof(B), sizeof(R)};
    run_strided(contiguous, sizes, 2, 1, args, steps, n);
  }
};

// F with its operands exchanged, so that a > b needs no loop beside a < b.
template <class Loop> struct exchanged {
  static void run(char* const* args, const long* steps, long n) {
    char* const other_args[] = {args[1], args[0], args[2]};
    const long other_steps[] = {steps[1], steps[0], steps[2]};
    Loop::run(other_args, other_steps, n);
  }
};

template <class F, class A, class R> struct binary_pair_loop {
  [[gnu::noinline]] static void contiguous(char* const* args, const long*, long n) {
    const auto* a = reinterpret_cast<const A*>(args[0]);
    const auto* b = reinterpret_cast<const A*>(args[1]);
    auto* out = reinterpret_cast<R*>(args[2]);
    auto* second = reinterpret_cast<R*>(args[3]);
    for (long i = 0; i < n; ++i) {
      const auto both = F{}(a[i], b[i]);
      out[i] = both.first;
      second[i] = both.second;
    }
  }
  static void run(char* const* args, const long* steps, long n) {
    if ((steps[0] == sizeof(A) && steps[1] == sizeof(A) && steps[2] == sizeof(R) && steps[3] == sizeof(R)) ||
        n == 1)
      return contiguous(args, steps, n);
    static constexpr unsigned char sizes[] = {sizeof(A), sizeof(A), sizeof(R), sizeof(R)};
    run_strided(contiguous, sizes, 2, 2, args, steps, n);
  }
};

template <class F, class A> struct ternary_loop {
  [[gnu::noinline]] static void contiguous(char* const* args, const long*, long n) {
    const auto* a = reinterpret_cast<const memory_of<A>*>(args[0]);
    const auto* b = reinterpret_cast<const memory_of<A>*>(args[1]);
    const auto* c = reinterpret_cast<const memory_of<A>*>(args[2]);
    auto* out = reinterpret_cast<memory_of<A>*>(args[3]);
#pragma GCC ivdep
    for (long i = 0; i < n; ++i)
      out[i] =
          static_cast<memory_of<A>>(F{}(static_cast<A>(a[i]), static_cast<A>(b[i]), static_cast<A>(c[i])));
  }
  // The usual case: limits that are numbers.
  static void scalars_right(char* const* args, long n) {
    const auto* a = reinterpret_cast<const memory_of<A>*>(args[0]);
    const A b = load(reinterpret_cast<const A*>(args[1])), c = load(reinterpret_cast<const A*>(args[2]));
    auto* out = reinterpret_cast<memory_of<A>*>(args[3]);
#pragma GCC ivdep
    for (long i = 0; i < n; ++i) out[i] = static_cast<memory_of<A>>(F{}(static_cast<A>(a[i]), b, c));
  }
  static void run(char* const* args, const long* steps, long n) {
    const long item = sizeof(A);
    if (n == 1) return contiguous(args, steps, n);
    if (steps[0] == item && steps[3] == item) {
      if (steps[1] == item && steps[2] == item) return contiguous(args, steps, n);
      if (steps[1] == 0 && steps[2] == 0) return scalars_right(args, n);
    }
    static constexpr unsigned char sizes[] = {sizeof(A), sizeof(A), sizeof(A), sizeof(A)};
    run_strided(contiguous, sizes, 3, 1, args, steps, n);
  }
};
}  // namespace numloom::NL_TARGET
