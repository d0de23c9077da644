// SPDX-License-Identifier: BSD-3-Clause
// Inclusive scans. Floating-point rows are scanned inside vectors, where the additions of a whole vector
// overlap; an addition at a time would wait for the one before it.
#include "cpu/isa/reduce.hpp"
#include "cpu/isa/vectors.hpp"

namespace numloom::NL_TARGET {

namespace {

enum dtype_id {
#define NL_DTYPE(name, type, kind, bytes) dtype_##name,
#include "numloom/dtypes.def"
};

using cpu_host::scan_kernels;

template <class T> struct index_of_size;
template <> struct index_of_size<float> { using type = i32; };
template <> struct index_of_size<double> { using type = i64; };
template <> struct index_of_size<u32> { using type = u32; };
template <> struct index_of_size<i32> { using type = i32; };
template <> struct index_of_size<u64> { using type = u64; };
template <> struct index_of_size<i64> { using type = i64; };

// Lane j becomes lane j - By, or that of `none` for j < By.
template <int By, class T> NL_HD vec<T> shift_lanes(vec<T> v, vec<T> none) {
  using I = typename index_of_size<T>::type;
  vec<I> places{};
  for (int j = 0; j < lanes<T>; ++j) places[j] = static_cast<I>(j < By ? lanes<T> + j : j - By);
  return shuffle(v, none, places);
}

template <class Op, class T, int By = 1> NL_HD vec<T> scan_vector(vec<T> v, vec<T> none) {
  if constexpr (By < lanes<T>) {
    v = combine_any<Op, T>{}(shift_lanes<By, T>(v, none), v);
    return scan_vector<Op, T, By * 2>(v, none);
  } else {
    return v;
  }
}

template <class T> NL_HD vec<T> last_lane(vec<T> v) {
  using I = typename index_of_size<T>::type;
  vec<I> places{};
  places += lanes<T> - 1;
  return shuffle(v, places);
}

// -0.0 is the number that leaves every other one as it is, itself included.
template <class Op, class T> NL_HD typename Op::acc scan_identity() {
  if constexpr (is_same<Op, Sum<T>> && (is_floating<T>)) return static_cast<typename Op::acc>(-0.0f);
  if constexpr (is_same<Op, Sum<T>> && is_complex<T>) return T(real_of<T>(-0.0f), real_of<T>(-0.0f));
  return Op::identity();
}

template <class Op, class T> struct scan_loops {
  using acc = typename Op::acc;

  static void row(char* to, const char* from, long n, char* carry) {
    auto* before = reinterpret_cast<acc*>(carry);
    const T* in = reinterpret_cast<const T*>(from);
    T* out = reinterpret_cast<T*>(to);
    long i = 0;
    if constexpr (combines_vectors<Op, T> && sizeof(T) >= 4) {
      constexpr int L = lanes<T>;
      const combine_any<Op, T> combine;
      const vec<T> none = broadcast<T>(scan_identity<Op, T>());
      // Sixteen vectors are scanned from nothing before what stands in front is added, so that the number
      // added to last, the large one, is rounded once in sixteen vectors.
      while (i + L <= n) {
        const vec<T> front = broadcast<T>(*before);
        vec<T> local = none, v = none;
        for (int round = 0; round < 16 && i + L <= n; ++round, i += L) {
          const vec<T> here = combine(local, scan_vector<Op, T>(load_vector(in + i), none));
          v = combine(front, here);
          store_vector(out + i, v);
          local = last_lane<T>(here);
        }
        *before = last_lane<T>(v)[0];
      }
    }
    acc sum = *before;
    for (; i < n; ++i) {
      sum = Op::combine(sum, Op::lift(in[i], 0));
      out[i] = Op::finish(sum);
    }
    *before = sum;
  }

  static void columns(char* to, const char* from, long to_row, long from_row, long n, long columns,
                      char* carries) {
    auto* sums = reinterpret_cast<acc*>(carries);
    for (long r = 0; r < n; ++r) {
      const T* in = reinterpret_cast<const T*>(from + r * from_row);
      T* out = reinterpret_cast<T*>(to + r * to_row);
#pragma GCC ivdep
      for (long j = 0; j < columns; ++j) {
        sums[j] = Op::combine(sums[j], Op::lift(in[j], 0));
        out[j] = Op::finish(sums[j]);
      }
    }
  }

  static void total(const char* from, long n, char* carry) {
    auto* sum = reinterpret_cast<acc*>(carry);
    if (n > 0) *sum = Op::combine(*sum, combine_contiguous<Op, T>(reinterpret_cast<const T*>(from), n));
  }
  static void join(const char* a, const char* b, char* carry) {
    *reinterpret_cast<acc*>(carry) =
        Op::combine(*reinterpret_cast<const acc*>(a), *reinterpret_cast<const acc*>(b));
  }
  static void identity(char* carries, long n) {
    for (long i = 0; i < n; ++i) reinterpret_cast<acc*>(carries)[i] = scan_identity<Op, T>();
  }
  static scan_kernels kernels() { return {sizeof(acc), row, columns, total, join, identity}; }
};

template <template <class> class Op> void fill_sign_blind(scan_kernels* row) {
  row[dtype_int8] = row[dtype_uint8] = scan_loops<Op<u8>, u8>::kernels();
  row[dtype_int16] = row[dtype_uint16] = scan_loops<Op<u16>, u16>::kernels();
  row[dtype_int32] = row[dtype_uint32] = scan_loops<Op<u32>, u32>::kernels();
  row[dtype_int64] = row[dtype_uint64] = scan_loops<Op<u64>, u64>::kernels();
}
template <template <class> class Op> void fill_signed(scan_kernels* row) {
  row[dtype_int8] = scan_loops<Op<i8>, i8>::kernels();
  row[dtype_uint8] = scan_loops<Op<u8>, u8>::kernels();
  row[dtype_int16] = scan_loops<Op<i16>, i16>::kernels();
  row[dtype_uint16] = scan_loops<Op<u16>, u16>::kernels();
  row[dtype_int32] = scan_loops<Op<i32>, i32>::kernels();
  row[dtype_uint32] = scan_loops<Op<u32>, u32>::kernels();
  row[dtype_int64] = scan_loops<Op<i64>, i64>::kernels();
  row[dtype_uint64] = scan_loops<Op<u64>, u64>::kernels();
}
template <template <class> class Op> void fill_inexact(scan_kernels* row) {
  row[dtype_float16] = scan_loops<Op<float16>, float16>::kernels();
  row[dtype_float32] = scan_loops<Op<float>, float>::kernels();
  row[dtype_float64] = scan_loops<Op<double>, double>::kernels();
  row[dtype_complex64] = scan_loops<Op<complex<float>>, complex<float>>::kernels();
  row[dtype_complex128] = scan_loops<Op<complex<double>>, complex<double>>::kernels();
}

}  // namespace

void fill_scans(cpu_host::level_tables& t) {
  enum { sum, prod, max, min };  // scan_op of core/backend.hpp
  fill_sign_blind<Sum>(t.scan[sum]);
  fill_sign_blind<Prod>(t.scan[prod]);
  fill_signed<Max>(t.scan[max]);
  fill_signed<Min>(t.scan[min]);
  fill_inexact<Sum>(t.scan[sum]);
  fill_inexact<Prod>(t.scan[prod]);
  fill_inexact<Max>(t.scan[max]);
  fill_inexact<Min>(t.scan[min]);
  // On bool, a sum is "or" and a product is "and": the larger and the smaller byte.
  t.scan[sum][dtype_bool_] = t.scan[max][dtype_bool_] = t.scan[max][dtype_uint8];
  t.scan[prod][dtype_bool_] = t.scan[min][dtype_bool_] = t.scan[min][dtype_uint8];
}
}  // namespace numloom::NL_TARGET
