// SPDX-License-Identifier: BSD-3-Clause
// Sums and products. Signed integers wrap as the unsigned ones do; a bool sum is "any", a bool product "all".
#include "cpu/isa/reduce.hpp"
#include "cpu/isa/reduce_tables.hpp"

namespace numloom::NL_TARGET {

namespace {

// In memory a bool is a byte.
template <class T> using memory_of = conditional_t<is_bool<T>, u8, T>;

// A complex sum is a sum of reals that lie in turns: whole vectors at a time.
template <class R> struct complex_sum : plain_reduction<Sum<complex<R>>, complex<R>> {
  using base = plain_reduction<Sum<complex<R>>, complex<R>>;
  using real = plain_reduction<Sum<R>, R>;
  static complex<R> run(const R* from, long n) {
    if (2 * n <= longest_short_sum) return short_sum<complex<R>>(from, 2 * n);
    constexpr int L = lanes<R>;
    const combine_any<Sum<R>, R> add;
    vec<R> total{};
    long i = 0;
    while (i + 2 * L <= 2 * n) {
      vec<R> a{}, b{};
      for (int round = 0; round < 16 && i + 2 * L <= 2 * n; ++round, i += 2 * L) {
        a = add(a, load_vector(from + i));
        b = add(b, load_vector(from + i + L));
      }
      total = add(total, add(a, b));
    }
    const auto last = fold<combine_any<Sum<R>, R>, R, vector_bytes>(total, add);
    complex<R> result(last[0], last[1]);
    if constexpr (sizeof(R) == 4) result = result + complex<R>(last[2], last[3]);
    for (; i < 2 * n; i += 2) result = result + complex<R>(from[i], from[i + 1]);
    return result;
  }
  static void leaf(const char* from, long n, long, char* into) {
    auto* a = reinterpret_cast<complex<R>*>(into);
    *a = *a + run(reinterpret_cast<const R*>(from), n);
  }
  static void rows(const char* from, long row_step, long step, long n, long rows, char* into) {
    if (step != long(sizeof(complex<R>))) return base::rows(from, row_step, step, n, rows, into);
    auto* accs = reinterpret_cast<complex<R>*>(into);
    for (long r = 0; r < rows; ++r) accs[r] = run(reinterpret_cast<const R*>(from + r * row_step), n);
  }
  static void columns(const char* from, long row_step, long n, long columns, long first, char* accs) {
    real::columns(from, row_step, n, 2 * columns, first, accs);
  }
  static void merge(char* a, const char* b, long n) { real::merge(a, b, 2 * n); }
  static reduce_kernels kernels() {
    reduce_kernels k = base::kernels(true);
    k.leaf = leaf;
    k.rows = rows;
    k.columns = columns;
    k.merge = merge;
    return k;
  }
};

// Narrow integers are widened as they are added, so their sums read the memory once. bool bytes count as 1.
template <class T> struct widening_sum {
  static NL_HD u64 widen(T x) {
    if constexpr (is_bool<T>)
      return x;
    else
      return static_cast<u64>(static_cast<i64>(x));
  }
  static NL_HD u64 run(const char* from, long step, long n) {
    u64 sum = 0;
    if (step == sizeof(T)) {
      const auto* p = reinterpret_cast<const memory_of<T>*>(from);
      for (long i = 0; i < n; ++i) sum += widen(static_cast<T>(p[i]));
    } else {
      for (long i = 0; i < n; ++i)
        sum += widen(static_cast<T>(*reinterpret_cast<const memory_of<T>*>(from + i * step)));
    }
    return sum;
  }
  static void leaf(const char* from, long n, long, char* into) {
    *reinterpret_cast<u64*>(into) += run(from, sizeof(T), n);
  }
  static void rows(const char* from, long row_step, long step, long n, long rows, char* accs) {
    for (long r = 0; r < rows; ++r) reinterpret_cast<u64*>(accs)[r] = run(from + r * row_step, step, n);
  }
  static void columns(const char* from, long row_step, long n, long columns, long, char* into) {
    auto* accs = reinterpret_cast<u64*>(into);
    for (long j = 0; j < columns; ++j) accs[j] = 0;
    for (long r = 0; r < n; ++r) {
      const auto* row = reinterpret_cast<const memory_of<T>*>(from + r * row_step);
      for (long j = 0; j < columns; ++j) accs[j] += widen(static_cast<T>(row[j]));
    }
  }
  static reduce_kernels kernels() {
    reduce_kernels k = plain_reduction<Sum<u64>, u64>::kernels(false);
    k.leaf = leaf;
    k.rows = rows;
    k.columns = columns;
    return k;
  }
};

template <template <class> class Op> void fill_numbers(reduce_kernels* row) {
  row[dtype_int8] = row[dtype_uint8] = plain_reduction<Op<u8>, u8>::kernels(false);
  row[dtype_int16] = row[dtype_uint16] = plain_reduction<Op<u16>, u16>::kernels(false);
  row[dtype_int32] = row[dtype_uint32] = plain_reduction<Op<u32>, u32>::kernels(false);
  row[dtype_int64] = row[dtype_uint64] = plain_reduction<Op<u64>, u64>::kernels(false);
  row[dtype_float32] = plain_reduction<Op<float>, float>::kernels(true);
  row[dtype_float64] = plain_reduction<Op<double>, double>::kernels(true);
  row[dtype_float16] = as_half<Op<float>>(row[dtype_float32]);
}

}  // namespace

void fill_widening_sums(reduce_kernels* row) {
  row[dtype_bool_] = widening_sum<bool>::kernels();
  row[dtype_int8] = widening_sum<i8>::kernels();
  row[dtype_uint8] = widening_sum<u8>::kernels();
  row[dtype_int16] = widening_sum<i16>::kernels();
  row[dtype_uint16] = widening_sum<u16>::kernels();
  row[dtype_int32] = widening_sum<i32>::kernels();
  row[dtype_uint32] = widening_sum<u32>::kernels();
}

void fill_sums(reduce_table table) {
  fill_numbers<Sum>(table[reduce_sum]);
  table[reduce_sum][dtype_complex64] = complex_sum<float>::kernels();
  table[reduce_sum][dtype_complex128] = complex_sum<double>::kernels();
  fill_numbers<Prod>(table[reduce_prod]);
  table[reduce_prod][dtype_complex64] = plain_reduction<Prod<complex<float>>, complex<float>>::kernels(true);
  table[reduce_prod][dtype_complex128] =
      plain_reduction<Prod<complex<double>>, complex<double>>::kernels(true);
}
}  // namespace numloom::NL_TARGET
