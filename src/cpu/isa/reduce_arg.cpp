// SPDX-License-Identifier: BSD-3-Clause
// argmin and argmax: the first extremum, NaN before all numbers. A run is asked for its extremum first, in
// vectors; only if that wins is its place looked for.
#include "cpu/isa/reduce_tables.hpp"

namespace numloom::NL_TARGET {

namespace {

template <class T, bool Smallest> struct arg_reduction {
  using op = ArgExtremum<T, Smallest>;
  using extremum = conditional_t<Smallest, Min<T>, Max<T>>;
  using acc = typename op::acc;

  // The first place of `value`, which is there. A strip at a time is asked as a whole.
  template <class Matches> static NL_HD long find_if(const T* from, long n, Matches matches_value) {
    constexpr long strip = 64;
    using mask = unsigned_of<conditional_t<is_complex<T>, u64, T>>;
    long i = 0;
    for (; i + strip <= n; i += strip) {
      mask found = 0;
      for (long j = 0; j < strip; ++j) found = static_cast<mask>(found | mask(matches_value(from[i + j])));
      if (found) break;
    }
    while (i < n - 1 && !matches_value(from[i])) ++i;
    return i;
  }
  static NL_HD long find(const T* from, long n, T value) {
    if (is_nan(value)) return find_if(from, n, [](T x) { return is_nan(x); });
    return find_if(from, n, [value](T x) { return x == value; });
  }

  [[gnu::noinline]] static void leaf(const char* from, long n, long first, char* into) {
    if (n == 0) return;
    auto* a = reinterpret_cast<acc*>(into);
    const T* p = reinterpret_cast<const T*>(from);
    const T best = combine_contiguous<extremum, T>(p, n);
    if (a->index != nowhere && !op::ahead(best, a->value)) return;
    *a = {best, first + find(p, n, best)};
  }

  static void rows(const char* from, long row_step, long step, long n, long rows, char* into) {
    auto* accs = reinterpret_cast<acc*>(into);
    for (long r = 0; r < rows; ++r) {
      const char* row = from + r * row_step;
      accs[r] = op::identity();
      if (step == sizeof(T) && n >= 32) {
        leaf(row, n, 0, reinterpret_cast<char*>(accs + r));
        continue;
      }
      T best = *reinterpret_cast<const T*>(row);
      long at = 0;
      for (long i = 1; i < n; ++i) {
        const T x = *reinterpret_cast<const T*>(row + i * step);
        if (op::ahead(x, best)) best = x, at = i;
      }
      accs[r] = {best, at};
    }
  }

  static void columns(const char* from, long row_step, long n, long columns, long first, char* into) {
    auto* accs = reinterpret_cast<acc*>(into);
    constexpr long strip = 512;
    using place = unsigned_of<conditional_t<is_complex<T>, u64, T>>;  // lanes of the value's width
    T best[strip];
    place at[strip];  // n <= 128: a byte holds a row
    for (long begin = 0; begin < columns; begin += strip) {
      const long width = columns - begin < strip ? columns - begin : strip;
      const T* top = reinterpret_cast<const T*>(from) + begin;
      for (long j = 0; j < width; ++j) best[j] = top[j], at[j] = 0;
      for (long r = 1; r < n; ++r) {
        const T* row = reinterpret_cast<const T*>(from + r * row_step) + begin;
        for (long j = 0; j < width; ++j) {
          const T x = row[j], y = best[j];
          const place here = at[j];
          const bool wins = op::ahead(x, y);
          best[j] = wins ? x : y;
          at[j] = wins ? static_cast<place>(r) : here;
        }
      }
      for (long j = 0; j < width; ++j) accs[begin + j] = {best[j], first + static_cast<long>(at[j])};
    }
  }

  static void merge(char* a, const char* b, long n) {
    auto* x = reinterpret_cast<acc*>(a);
    const auto* y = reinterpret_cast<const acc*>(b);
    for (long i = 0; i < n; ++i) x[i] = op::combine(x[i], y[i]);
  }
  static void finish(const char* accs, long n, char* out, char*) {
    for (long i = 0; i < n; ++i) reinterpret_cast<i64*>(out)[i] = reinterpret_cast<const acc*>(accs)[i].index;
  }
  static void identity(char* accs, long n) {
    for (long i = 0; i < n; ++i) reinterpret_cast<acc*>(accs)[i] = op::identity();
  }
  static void lift(const char*, long, char*) {}  // initial values have no place
  static reduce_kernels kernels() {
    return {sizeof(acc), 8192, false, false, leaf, rows, columns, merge, finish, identity, lift};
  }
};

template <bool Smallest> void fill(reduce_kernels* row) {
  row[dtype_bool_] = row[dtype_uint8] = arg_reduction<u8, Smallest>::kernels();
  row[dtype_int8] = arg_reduction<i8, Smallest>::kernels();
  row[dtype_int16] = arg_reduction<i16, Smallest>::kernels();
  row[dtype_uint16] = arg_reduction<u16, Smallest>::kernels();
  row[dtype_int32] = arg_reduction<i32, Smallest>::kernels();
  row[dtype_uint32] = arg_reduction<u32, Smallest>::kernels();
  row[dtype_int64] = arg_reduction<i64, Smallest>::kernels();
  row[dtype_uint64] = arg_reduction<u64, Smallest>::kernels();
  row[dtype_float16] = row[dtype_float32] = arg_reduction<float, Smallest>::kernels();
  row[dtype_float64] = arg_reduction<double, Smallest>::kernels();
  row[dtype_complex64] = arg_reduction<complex<float>, Smallest>::kernels();
  row[dtype_complex128] = arg_reduction<complex<double>, Smallest>::kernels();
}

}  // namespace

void fill_args(reduce_table table) {
  fill<true>(table[reduce_argmin]);
  fill<false>(table[reduce_argmax]);
}
}  // namespace numloom::NL_TARGET
