// SPDX-License-Identifier: BSD-3-Clause
// Reduction kernels over the functors of functors/reduce.hpp. A contiguous run is combined in four vectors of
// accumulators, which are folded pairwise; rows of a table are combined elementwise, four at a time.
#pragma once
#include "cpu/isa/vectors.hpp"
#include "functors/reduce.hpp"

namespace numloom::NL_TARGET {

using cpu_host::reduce_kernels;

// Does the functor work on whole vectors?
template <class Op, class T>
inline constexpr bool combines_vectors =
    !is_bool<T> && !is_complex<T> && !is_same<T, float16> &&
    (is_same<Op, Sum<T>> || is_same<Op, Prod<T>> || is_same<Op, Min<T>> || is_same<Op, Max<T>> ||
     is_same<Op, FMin<T>> || is_same<Op, FMax<T>> || is_same<Op, BitAnd<T>> || is_same<Op, BitOr<T>> ||
     is_same<Op, BitXor<T>>);

// Op::combine on vectors or scalars of T.
template <class Op, class T> struct combine_any {
  template <class V> NL_HD V operator()(V a, V b) const {
    if constexpr (is_same<Op, Sum<T>>)
      return a + b;
    else if constexpr (is_same<Op, Prod<T>>)
      return a * b;
    else if constexpr (is_same<Op, Min<T>>)
      return is_floating<T> ? ((a < b) | (a != a) ? a : b) : (a < b ? a : b);
    else if constexpr (is_same<Op, Max<T>>)
      return is_floating<T> ? ((a > b) | (a != a) ? a : b) : (a > b ? a : b);
    else if constexpr (is_same<Op, FMin<T>>)
      return is_floating<T> ? ((a < b) | (b != b) ? a : b) : (a < b ? a : b);
    else if constexpr (is_same<Op, FMax<T>>)
      return is_floating<T> ? ((a > b) | (b != b) ? a : b) : (a > b ? a : b);
    else if constexpr (is_same<Op, BitAnd<T>>)
      return a & b;
    else if constexpr (is_same<Op, BitOr<T>>)
      return a | b;
    else
      return a ^ b;
  }
};

// Up to 128 numbers in eight interleaved sums, as NumPy adds them (numpy/_core/src/umath/loops_utils.h.src):
// short sums are NumPy's to the last bit by it. Its way to halve longer runs would cost up to half of the
// speed (rows of 1000 float32, whose halves differ in length).
constexpr long longest_short_sum = 128;

template <class T> struct eight_sums {
  static constexpr int bytes = vector_bytes < 8 * int(sizeof(T)) ? vector_bytes : 8 * int(sizeof(T));
  static constexpr int parts = 8 * int(sizeof(T)) / bytes, width = 8 / parts;
  vec<T, bytes> sum[parts];

  explicit NL_HD eight_sums(const T* from) {
    for (int p = 0; p < parts; ++p) sum[p] = load_vector<bytes>(from + p * width);
  }
  NL_HD void add(const T* from) {
    for (int p = 0; p < parts; ++p) sum[p] += load_vector<bytes>(from + p * width);
  }
  // Adds neighbours that are Step apart, then twice as far, to the end.
  template <int Step> NL_HD void join() {
    if constexpr (Step < width) {
      vec<conditional_t<sizeof(T) == 4, i32, i64>, bytes> other{};
      for (int k = 0; k < width; ++k) other[k] = k ^ Step;
      for (int p = 0; p < parts; ++p) sum[p] += __builtin_shuffle(sum[p], other);
    } else if constexpr (Step < 8) {
      for (int p = 0; p < parts; p += 2 * Step / width) sum[p] += sum[p + Step / width];
    }
    if constexpr (Step < 8) join<2 * Step>();
  }
};

// The sum of up to 128 real numbers as an Element: a number, or a complex number of every two of them.
template <class Element, class T> NL_HD Element short_sum(const T* from, long n) {
  constexpr int each = sizeof(Element) / sizeof(T);
  const auto element = [](T re, T im) {
    if constexpr (each == 1)
      return re;
    else
      return Element(re, im);
  };
  Element sum = element(T(-0.0), T(-0.0));
  long i = 0;
  if (n >= 8) {
    eight_sums<T> sums(from);
    for (i = 8; i + 8 <= n; i += 8) sums.add(from + i);
    sums.template join<each>();
    sum = element(sums.sum[0][0], sums.sum[0][1]);
  }
  for (; i < n; i += each, stay_scalar()) sum = sum + element(from[i], from[i + each - 1]);
  return sum;
}

// n contiguous elements of a type that lies in vectors. Every 16 rounds the accumulators are emptied into a
// second set, so that no accumulator takes more than 16 + n / (64 * lanes) additions.
template <class Op, class T> NL_HD T combine_run(const T* from, long n) {
  const combine_any<Op, T> combine;
  constexpr int L = lanes<T>, rounds = 16;
  const vec<T> none = broadcast<T>(Op::identity());
  vec<T> total = none;
  long i = 0;
  if (n >= 4 * L) {
    vec<T> sums[4] = {none, none, none, none};
    while (i + 4 * L <= n) {
      vec<T> a = load_vector(from + i), b = load_vector(from + i + L), c = load_vector(from + i + 2 * L),
             d = load_vector(from + i + 3 * L);
      i += 4 * L;
      for (int round = 1; round < rounds && i + 4 * L <= n; ++round, i += 4 * L) {
        a = combine(a, load_vector(from + i));
        b = combine(b, load_vector(from + i + L));
        c = combine(c, load_vector(from + i + 2 * L));
        d = combine(d, load_vector(from + i + 3 * L));
      }
      sums[0] = combine(sums[0], a);
      sums[1] = combine(sums[1], b);
      sums[2] = combine(sums[2], c);
      sums[3] = combine(sums[3], d);
    }
    total = combine(combine(sums[0], sums[1]), combine(sums[2], sums[3]));
  }
  for (; i + L <= n; i += L) total = combine(total, load_vector(from + i));
  constexpr int least = 16 / int(sizeof(T));
  vec<T, 16> last = Op::identity() - vec<T, 16>{};
  if (n >= L) last = fold<combine_any<Op, T>, T, vector_bytes>(total, combine);
  for (; i + least <= n; i += least) last = combine(last, load_vector<16>(from + i));
  T result = Op::identity();
  for (; i < n; ++i, stay_scalar()) result = Op::combine(result, from[i]);
  if (n >= least) {
    T folded[least];
    for (int j = 0; j < least; ++j) folded[j] = last[j];
    for (int width = least / 2; width > 0; width /= 2)
      for (int j = 0; j < width; ++j) folded[j] = Op::combine(folded[j], folded[j + width]);
    result = Op::combine(folded[0], result);
  }
  return result;
}

// Extrema of floats where there is no NaN: one comparison a vector, and one addition that tells whether there
// was a NaN (or infinities of both signs: found is false then too, and combine_run decides).
template <class Op, class T> NL_HD T extremum_run(const T* from, long n, bool& found) {
  constexpr int L = lanes<T>;
  constexpr bool largest = is_same<Op, Max<T>>;
  const vec<T> none = broadcast<T>(Op::identity());
  vec<T> best[4] = {none, none, none, none}, sum[4] = {};
  long i = 0;
  for (; i + 4 * L <= n; i += 4 * L)
    for (int k = 0; k < 4; ++k) {
      const vec<T> v = load_vector(from + i + k * L);
      best[k] = largest ? (v > best[k] ? v : best[k]) : (v < best[k] ? v : best[k]);
      sum[k] += v;
    }
  const combine_any<Op, T> combine;
  const vec<T> total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  const vec<T> winner = combine(combine(best[0], best[1]), combine(best[2], best[3]));
  T result = Op::identity(), check = T(0);
  for (int k = 0; k < L; ++k) {
    result = Op::combine(result, winner[k]);
    check += total[k];
  }
  for (; i < n; ++i) {
    result = Op::combine(result, from[i]);
    check += from[i];
  }
  found = check == check;
  return result;
}

// The sum of complex numbers is two sums of reals, four of each at a time.
template <class Op, class T> NL_HD typename Op::acc combine_elements(const T* from, long n) {
  using acc = typename Op::acc;
  acc parts[4] = {Op::identity(), Op::identity(), Op::identity(), Op::identity()};
  acc blocks = Op::identity();
  long i = 0;
  while (i + 4 <= n) {
    const long end = n - i < 128 ? n - 3 : i + 125;
    for (; i < end; i += 4)
      for (int k = 0; k < 4; ++k) parts[k] = Op::combine(parts[k], Op::lift(from[i + k], 0));
    blocks =
        Op::combine(blocks, Op::combine(Op::combine(parts[0], parts[1]), Op::combine(parts[2], parts[3])));
    for (int k = 0; k < 4; ++k) parts[k] = Op::identity();
  }
  for (; i < n; ++i) blocks = Op::combine(blocks, Op::lift(from[i], 0));
  return blocks;
}

// A function of its own: inlined wherever it is called, it would be half of this level's code.
template <class Op, class T> [[gnu::noinline]] typename Op::acc combine_contiguous(const T* from, long n) {
  if constexpr (combines_vectors<Op, T> && is_floating<T> && (is_same<Op, Min<T>> || is_same<Op, Max<T>>)) {
    constexpr long shortest = 16 * lanes<T>;  // its rest is a plain loop
    bool found = false;
    const T best = n >= shortest ? extremum_run<Op, T>(from, n, found) : T(0);
    return found ? best : combine_run<Op, T>(from, n);
  } else if constexpr (is_same<Op, Sum<T>> && is_floating<T> && combines_vectors<Op, T>)
    return n <= longest_short_sum ? short_sum<T>(from, n) : combine_run<Op, T>(from, n);
  else if constexpr (combines_vectors<Op, T>)
    return combine_run<Op, T>(from, n);
  else
    return combine_elements<Op, T>(from, n);
}

// Reductions whose acc is the element itself, and is the result.
template <class Op, class T> struct plain_reduction {
  using acc = typename Op::acc;
  static_assert(is_same<acc, T>);

  static void leaf(const char* from, long n, long, char* into) {
    auto* a = reinterpret_cast<acc*>(into);
    *a = Op::combine(*a, combine_contiguous<Op, T>(reinterpret_cast<const T*>(from), n));
  }

  template <int N> static void tiny_rows(const T* from, long rows, acc* accs) {
    for (long r = 0; r < rows; ++r) {
      acc a = Op::lift(from[r * N], 0);
      for (int i = 1; i < N; ++i) a = Op::combine(a, Op::lift(from[r * N + i], 0));
      accs[r] = a;
    }
  }

  static void rows(const char* from, long row_step, long step, long n, long rows, char* into) {
    auto* accs = reinterpret_cast<acc*>(into);
    constexpr long S = sizeof(T);
    if (step == S && row_step == n * S) {
      const auto* p = reinterpret_cast<const T*>(from);
      switch (n) {
        case 2: return tiny_rows<2>(p, rows, accs);
        case 3: return tiny_rows<3>(p, rows, accs);
        case 4: return tiny_rows<4>(p, rows, accs);
        default: break;
      }
    }
    for (long r = 0; r < rows; ++r) {
      const char* row = from + r * row_step;
      if (step == S && n >= 8) {
        accs[r] = combine_contiguous<Op, T>(reinterpret_cast<const T*>(row), n);
      } else {
        acc a = Op::identity();
        for (long i = 0; i < n; ++i, stay_scalar())
          a = Op::combine(a, Op::lift(*reinterpret_cast<const T*>(row + i * step), 0));
        accs[r] = a;
      }
    }
  }

  // What join_rows() does, from column j on, in vectors of some bytes as long as they fit; the column after.
  template <int Rows, int Bytes>
  static NL_HD long join_vectors(const char* from, long row_step, long j, long columns, const acc* before,
                                 acc* accs) {
    constexpr long width = Bytes / long(sizeof(T));
    const combine_any<Op, T> combine;
    for (; j + width <= columns; j += width) {
      vec<T, Bytes> v[Rows];
      for (int r = 0; r < Rows; ++r)
        v[r] = load_vector<Bytes>(reinterpret_cast<const T*>(from + r * row_step) + j);
      for (int step = 1; step < Rows; step *= 2)
        for (int r = 0; r + step < Rows; r += 2 * step) v[r] = combine(v[r], v[r + step]);
      store_vector<Bytes>(accs + j, combine(load_vector<Bytes>(before + j), v[0]));
    }
    return j;
  }

  // accs[j] = combine(before[j], the rows of the table in column j, combined pairwise).
  template <int Rows>
  [[gnu::noinline]] static void join_rows(const char* from, long row_step, long columns, const acc* before,
                                          acc* accs) {
    const auto row = [&](int r) { return reinterpret_cast<const T*>(from + r * row_step); };
    const auto join = [&](long j) {
      acc v[Rows];
      for (int r = 0; r < Rows; ++r) v[r] = Op::lift(row(r)[j], 0);
      for (int width = 1; width < Rows; width *= 2)
        for (int r = 0; r + width < Rows; r += 2 * width) v[r] = Op::combine(v[r], v[r + width]);
      accs[j] = Op::combine(before[j], v[0]);
    };
    if constexpr (combines_vectors<Op, T>) {
      long j = join_vectors<Rows, vector_bytes>(from, row_step, 0, columns, before, accs);
      if constexpr (vector_bytes > 16) j = join_vectors<Rows, 16>(from, row_step, j, columns, before, accs);
      for (; j < columns; ++j, stay_scalar()) join(j);
    } else {
#pragma GCC ivdep
      for (long j = 0; j < columns; ++j) join(j);
    }
  }

  // Short rows that touch are taken one by one, so that memory is read in order (0.8 ms for 32 MiB on a Zen 4
  // core, two at a time 1.4 ms); of others two at a time (1.2 ms, one by one 1.9 ms). More fall into the same
  // cache sets.
  static void columns(const char* from, long row_step, long n, long columns, long, char* into) {
    auto* accs = reinterpret_cast<acc*>(into);
    if (n <= 0) return identity(into, columns);
    if (n == 1) return lift(from, columns, into);
    const acc* before = reinterpret_cast<const acc*>(from);
    const bool one_by_one = row_step == columns * long(sizeof(T)) && row_step <= 4096;
    long r = 1;
    for (; r < n && (one_by_one || r % 2 == 1 - n % 2); ++r, before = accs)
      join_rows<1>(from + r * row_step, row_step, columns, before, accs);
    for (; r < n; r += 2, before = accs) join_rows<2>(from + r * row_step, row_step, columns, before, accs);
  }

  static void merge(char* a, const char* b, long n) {
    auto* x = reinterpret_cast<acc*>(a);
    join_rows<1>(b, 0, n, x, x);
  }
  static void identity(char* accs, long n) {
    auto* x = reinterpret_cast<acc*>(accs);
    for (long i = 0; i < n; ++i) x[i] = Op::identity();
  }
  template <class Result = T> static void finish(const char* accs, long n, char* out, char*) {
    if constexpr (is_same<Result, T>) return lift(accs, n, out);
    const auto* x = reinterpret_cast<const acc*>(accs);
    auto* results = reinterpret_cast<Result*>(out);
    for (long i = 0; i < n; ++i) results[i] = cast_to<Result>(x[i]);
  }
  static void lift(const char* from, long n, char* accs) {
    __builtin_memcpy(accs, from, static_cast<unsigned long>(n) * sizeof(T));
  }

  static reduce_kernels kernels(bool cascades) {
    return {sizeof(acc), 8192, cascades, true, leaf, rows, columns, merge, finish<T>, identity, lift};
  }
};

// The elements of float16 arrays come as float; only the last step knows.
template <class Op> void lift_half(const char* from, long n, char* accs) {
  const auto* x = reinterpret_cast<const float16*>(from);
  for (long i = 0; i < n; ++i) reinterpret_cast<float*>(accs)[i] = x[i];
}
}  // namespace numloom::NL_TARGET
