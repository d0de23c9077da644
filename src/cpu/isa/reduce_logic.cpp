// SPDX-License-Identifier: BSD-3-Clause
// any, all, count_nonzero and the bitwise reductions. "Not zero" does not depend on an integer's sign.
#include "cpu/isa/reduce_tables.hpp"

namespace numloom::NL_TARGET {

namespace {

enum class question { any, all, count };

// Counts in integers of the element's own size, so that whole vectors are compared and added.
template <class T> NL_HD long count_run(const T* from, long n) {
  if constexpr (is_complex<T>) {
    long count = 0;
    for (long i = 0; i < n; ++i) count += truth(from[i]);
    return count;
  } else {
    using C = unsigned_of<T>;
    long total = 0;
    for (long begin = 0; begin < n; begin += 128) {
      const long end = n - begin < 128 ? n : begin + 128;
      C count = 0;
      for (long i = begin; i < end; ++i) count = static_cast<C>(count + C(from[i] != T(0)));
      total += static_cast<long>(count);
    }
    return total;
  }
}

template <class T> NL_HD bool any_run(const T* from, long n, bool zero) {
  bool found = false;
  if constexpr (is_complex<T>) {
    for (long i = 0; i < n; ++i) found |= truth(from[i]) != zero;
  } else {
    using C = unsigned_of<T>;
    C seen = 0;
    for (long i = 0; i < n; ++i) seen = static_cast<C>(seen | C((from[i] != T(0)) != zero));
    found = seen != 0;
  }
  return found;
}

template <class T> using counter_of = unsigned_of<conditional_t<is_complex<T>, u64, T>>;

// How many elements of each column are not zero, in at most 128 rows, so that a byte holds the count. One
// loop for all questions.
template <class T>
[[gnu::noinline]] void count_columns(const char* from, long row_step, long n, long columns,
                                     counter_of<T>* counts) {
  using C = counter_of<T>;
  for (long j = 0; j < columns; ++j) counts[j] = 0;
  for (long r = 0; r < n; ++r) {
    const T* row = reinterpret_cast<const T*>(from + r * row_step);
    for (long j = 0; j < columns; ++j) counts[j] = static_cast<C>(counts[j] + C(truth(row[j])));
  }
}

template <class T, question Q> struct truth_reduction {
  using acc = conditional_t<Q == question::count, i64, u8>;
  static constexpr acc none = Q == question::all ? 1 : 0;
  static NL_HD acc join(acc a, acc b) {
    if constexpr (Q == question::count)
      return a + b;
    else
      return static_cast<acc>(Q == question::any ? a | b : a & b);
  }
  [[gnu::noinline]] static acc ask(const T* from, long n) {
    if constexpr (Q == question::count)
      return count_run(from, n);
    else if constexpr (Q == question::any)
      return any_run(from, n, false);
    else
      return !any_run(from, n, true);
  }

  static void leaf(const char* from, long n, long, char* into) {
    auto* a = reinterpret_cast<acc*>(into);
    *a = join(*a, ask(reinterpret_cast<const T*>(from), n));
  }
  static void rows(const char* from, long row_step, long step, long n, long rows, char* accs) {
    for (long r = 0; r < rows; ++r) {
      const char* row = from + r * row_step;
      acc a = none;
      if (step == sizeof(T) && n >= 8)
        a = ask(reinterpret_cast<const T*>(row), n);
      else
        for (long i = 0; i < n; ++i)
          a = join(a, static_cast<acc>(truth(*reinterpret_cast<const T*>(row + i * step))));
      reinterpret_cast<acc*>(accs)[r] = a;
    }
  }
  static void columns(const char* from, long row_step, long n, long columns, long, char* into) {
    auto* accs = reinterpret_cast<acc*>(into);
    constexpr long strip = 256;
    counter_of<T> counts[strip];
    for (long begin = 0; begin < columns; begin += strip) {
      const long width = columns - begin < strip ? columns - begin : strip;
      count_columns<T>(from + begin * long(sizeof(T)), row_step, n, width, counts);
      for (long j = 0; j < width; ++j) {
        const auto count = static_cast<long>(counts[j]);
        accs[begin + j] = static_cast<acc>(Q == question::count ? count
                                           : Q == question::any ? count > 0
                                                                : count == n);
      }
    }
  }
  static void merge(char* a, const char* b, long n) {
    auto* x = reinterpret_cast<acc*>(a);
    const auto* y = reinterpret_cast<const acc*>(b);
    for (long i = 0; i < n; ++i) x[i] = join(x[i], y[i]);
  }
  static void finish(const char* accs, long n, char* out, char*) {
    __builtin_memcpy(out, accs, static_cast<unsigned long>(n) * sizeof(acc));
  }
  static void identity(char* accs, long n) {
    for (long i = 0; i < n; ++i) reinterpret_cast<acc*>(accs)[i] = none;
  }
  static void lift(const char* from, long n, char* accs) {
    for (long i = 0; i < n; ++i)
      reinterpret_cast<acc*>(accs)[i] = static_cast<acc>(truth(reinterpret_cast<const T*>(from)[i]));
  }
  static reduce_kernels kernels() {
    return {sizeof(acc), 8192, false, false, leaf, rows, columns, merge, finish, identity, lift};
  }
};

template <question Q> void fill_question(reduce_kernels* row) {
  row[dtype_bool_] = row[dtype_int8] = row[dtype_uint8] = truth_reduction<u8, Q>::kernels();
  row[dtype_int16] = row[dtype_uint16] = truth_reduction<u16, Q>::kernels();
  row[dtype_int32] = row[dtype_uint32] = truth_reduction<u32, Q>::kernels();
  row[dtype_int64] = row[dtype_uint64] = truth_reduction<u64, Q>::kernels();
  row[dtype_float32] = row[dtype_float16] = truth_reduction<float, Q>::kernels();
  row[dtype_float64] = truth_reduction<double, Q>::kernels();
  row[dtype_complex64] = truth_reduction<complex<float>, Q>::kernels();
  row[dtype_complex128] = truth_reduction<complex<double>, Q>::kernels();
}

template <template <class> class Op> void fill_bitwise(reduce_kernels* row) {
  row[dtype_int8] = row[dtype_uint8] = plain_reduction<Op<u8>, u8>::kernels(false);
  row[dtype_int16] = row[dtype_uint16] = plain_reduction<Op<u16>, u16>::kernels(false);
  row[dtype_int32] = row[dtype_uint32] = plain_reduction<Op<u32>, u32>::kernels(false);
  row[dtype_int64] = row[dtype_uint64] = plain_reduction<Op<u64>, u64>::kernels(false);
}

}  // namespace

void fill_logic(reduce_table table) {
  fill_question<question::any>(table[reduce_any]);
  fill_question<question::all>(table[reduce_all]);
  fill_question<question::count>(table[reduce_count_nonzero]);
  fill_bitwise<BitAnd>(table[reduce_bitwise_and]);
  fill_bitwise<BitOr>(table[reduce_bitwise_or]);
  fill_bitwise<BitXor>(table[reduce_bitwise_xor]);
  // On bool, sum, max and "or" ask for any; prod, min and "and" for all; xor works on the bytes.
  const reduce_kernels any = table[reduce_any][dtype_bool_], all = table[reduce_all][dtype_bool_];
  const int anys[] = {reduce_sum, reduce_max, reduce_fmax, reduce_bitwise_or};
  const int alls[] = {reduce_prod, reduce_min, reduce_fmin, reduce_bitwise_and};
  for (int id : anys) table[id][dtype_bool_] = any;
  for (int id : alls) table[id][dtype_bool_] = all;
  table[reduce_bitwise_xor][dtype_bool_] = table[reduce_bitwise_xor][dtype_uint8];
}
}  // namespace numloom::NL_TARGET
