// SPDX-License-Identifier: BSD-3-Clause
// Mean and sum of squared distances. A run that fits the first-level cache is read twice there, for its mean
// and for the distances from it; runs are joined by Chan's formula.
#include "cpu/isa/reduce_tables.hpp"

namespace numloom::NL_TARGET {

namespace {

// Up to longest_short_sum elements, as NumPy has it: squares, and then their sum.
template <class T> NL_HD real_of<T> short_distances_from(const T* from, long n, T mean) {
  real_of<T> squares[longest_short_sum];
  for (long i = 0; i < n; ++i) squares[i] = squared_modulus(from[i] - mean);
  return short_sum<real_of<T>>(squares, n);
}

// Sums of whole vectors, so that the distances are added as carefully as the values.
template <class T> NL_HD real_of<T> distances_from(const T* from, long n, T mean) {
  using R = real_of<T>;
  constexpr int L = lanes<R>;
  const R* p = reinterpret_cast<const R*>(from);
  const long m = is_complex<T> ? 2 * n : n;
  R centers[L];
  for (int j = 0; j < L; ++j) {
    if constexpr (is_complex<T>)
      centers[j] = j % 2 ? mean.im : mean.re;
    else
      centers[j] = mean;
  }
  const vec<R> center = load_vector(centers);
  const combine_any<Sum<R>, R> add;
  vec<R> sums[4] = {};
  long i = 0;
  for (; i + 4 * L <= m; i += 4 * L)
    for (int k = 0; k < 4; ++k) {
      const vec<R> d = load_vector(p + i + k * L) - center;
      sums[k] = add(sums[k], d * d);
    }
  vec<R> total = add(add(sums[0], sums[1]), add(sums[2], sums[3]));
  for (; i + L <= m; i += L) {
    const vec<R> d = load_vector(p + i) - center;
    total = add(total, d * d);
  }
  R rest = 0;
  for (; i < m; ++i) {
    const R d = p[i] - centers[i % 2];
    rest += d * d;
  }
  const auto last = fold<combine_any<Sum<R>, R>, R, vector_bytes>(total, add);
  for (int j = 0; j < 16 / int(sizeof(R)); ++j) rest += last[j];
  return rest;
}

template <class T> struct moments_reduction {
  using op = Moments<T>;
  using acc = typename op::acc;
  using R = real_of<T>;
  static constexpr long leaf_length = 16384 / sizeof(T);

  static NL_HD acc run(const T* p, long n) {
    if (n == 0) return op::identity();
    const T sum = combine_contiguous<Sum<T>, T>(p, n);
    const T mean = divide(sum, n);
    return {n, mean, n <= longest_short_sum ? short_distances_from(p, n, mean) : distances_from(p, n, mean)};
  }
  static NL_HD T divide(T sum, long n) {
    if constexpr (is_complex<T>)
      return T(sum.re / static_cast<R>(n), sum.im / static_cast<R>(n));
    else
      return sum / static_cast<R>(n);
  }

  static void leaf(const char* from, long n, long, char* into) {
    auto* a = reinterpret_cast<acc*>(into);
    *a = op::combine(*a, run(reinterpret_cast<const T*>(from), n));
  }

  static void rows(const char* from, long row_step, long step, long n, long rows, char* into) {
    auto* accs = reinterpret_cast<acc*>(into);
    for (long r = 0; r < rows; ++r) {
      const char* row = from + r * row_step;
      if (step == sizeof(T) && n >= 8) {
        accs[r] = run(reinterpret_cast<const T*>(row), n);
        continue;
      }
      T sum = T(0);
      for (long i = 0; i < n; ++i) sum = sum + *reinterpret_cast<const T*>(row + i * step);
      const T mean = divide(sum, n > 0 ? n : 1);
      R squares = 0;
      for (long i = 0; i < n; ++i)
        squares += squared_modulus(*reinterpret_cast<const T*>(row + i * step) - mean);
      accs[r] = {n, mean, squares};
    }
  }

  static void columns(const char* from, long row_step, long n, long columns, long, char* into) {
    auto* accs = reinterpret_cast<acc*>(into);
    constexpr long strip = 128;  // 128 rows of a strip stay in the second-level cache
    T means[strip];
    R squares[strip];
    for (long begin = 0; begin < columns; begin += strip) {
      const long width = columns - begin < strip ? columns - begin : strip;
      const auto row = [&](long r) { return reinterpret_cast<const T*>(from + r * row_step) + begin; };
      for (long j = 0; j < width; ++j) means[j] = T(0), squares[j] = R(0);
      for (long r = 0; r < n; ++r) {
        const T* p = row(r);
        for (long j = 0; j < width; ++j) means[j] = means[j] + p[j];
      }
      for (long j = 0; j < width; ++j) means[j] = divide(means[j], n);
      for (long r = 0; r < n; ++r) {
        const T* p = row(r);
        for (long j = 0; j < width; ++j) squares[j] += squared_modulus(p[j] - means[j]);
      }
      for (long j = 0; j < width; ++j) accs[begin + j] = {n, means[j], squares[j]};
    }
  }

  static void merge(char* a, const char* b, long n) {
    auto* x = reinterpret_cast<acc*>(a);
    const auto* y = reinterpret_cast<const acc*>(b);
    for (long i = 0; i < n; ++i) x[i] = op::combine(x[i], y[i]);
  }
  template <class Mean, class Real> static void finish_as(const char* accs, long n, char* out, char* second) {
    const auto* x = reinterpret_cast<const acc*>(accs);
    for (long i = 0; i < n; ++i) {
      reinterpret_cast<Mean*>(out)[i] = cast_to<Mean>(x[i].mean);
      reinterpret_cast<Real*>(second)[i] = cast_to<Real>(x[i].distances);
    }
  }
  static void identity(char* accs, long n) {
    for (long i = 0; i < n; ++i) reinterpret_cast<acc*>(accs)[i] = op::identity();
  }
  static void lift(const char*, long, char*) {}  // no initial values
  static reduce_kernels kernels() {
    return {sizeof(acc), leaf_length,     true,     false, leaf, rows, columns,
            merge,       finish_as<T, R>, identity, lift};
  }
};

}  // namespace

void fill_moments(reduce_table table) {
  reduce_kernels* row = table[reduce_moments];
  row[dtype_float32] = row[dtype_float16] = moments_reduction<float>::kernels();
  row[dtype_float16].finish = moments_reduction<float>::finish_as<float16, float16>;
  row[dtype_float64] = moments_reduction<double>::kernels();
  row[dtype_complex64] = moments_reduction<complex<float>>::kernels();
  row[dtype_complex128] = moments_reduction<complex<double>>::kernels();
}

void fill_sums(reduce_table);
void fill_widening_sums(reduce_kernels*);
void fill_extrema_reductions(reduce_table);
void fill_logic(reduce_table);
void fill_args(reduce_table);

void fill_reductions(cpu_host::level_tables& t) {
  fill_sums(t.reduce);
  fill_widening_sums(t.widening_sum);
  fill_extrema_reductions(t.reduce);
  fill_logic(t.reduce);
  fill_args(t.reduce);
  fill_moments(t.reduce);
}
}  // namespace numloom::NL_TARGET
