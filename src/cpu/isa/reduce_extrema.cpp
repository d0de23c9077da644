// SPDX-License-Identifier: BSD-3-Clause
// Smallest and largest elements. Without NaN, fmin is min.
#include "cpu/isa/reduce_tables.hpp"

namespace numloom::NL_TARGET {

namespace {

template <template <class> class Op> void fill_floats(reduce_kernels* row) {
  row[dtype_float32] = plain_reduction<Op<float>, float>::kernels(false);
  row[dtype_float64] = plain_reduction<Op<double>, double>::kernels(false);
  row[dtype_float16] = as_half<Op<float>>(row[dtype_float32]);
  row[dtype_complex64] = plain_reduction<Op<complex<float>>, complex<float>>::kernels(false);
  row[dtype_complex128] = plain_reduction<Op<complex<double>>, complex<double>>::kernels(false);
}
template <template <class> class Op> void fill_integers(reduce_kernels* row) {
  row[dtype_int8] = plain_reduction<Op<i8>, i8>::kernels(false);
  row[dtype_uint8] = plain_reduction<Op<u8>, u8>::kernels(false);
  row[dtype_int16] = plain_reduction<Op<i16>, i16>::kernels(false);
  row[dtype_uint16] = plain_reduction<Op<u16>, u16>::kernels(false);
  row[dtype_int32] = plain_reduction<Op<i32>, i32>::kernels(false);
  row[dtype_uint32] = plain_reduction<Op<u32>, u32>::kernels(false);
  row[dtype_int64] = plain_reduction<Op<i64>, i64>::kernels(false);
  row[dtype_uint64] = plain_reduction<Op<u64>, u64>::kernels(false);
}

}  // namespace

void fill_extrema_reductions(reduce_table table) {
  fill_integers<Min>(table[reduce_min]);
  fill_integers<Max>(table[reduce_max]);
  for (int d = dtype_int8; d <= dtype_uint64; ++d) {
    table[reduce_fmin][d] = table[reduce_min][d];
    table[reduce_fmax][d] = table[reduce_max][d];
  }
  fill_floats<Min>(table[reduce_min]);
  fill_floats<Max>(table[reduce_max]);
  fill_floats<FMin>(table[reduce_fmin]);
  fill_floats<FMax>(table[reduce_fmax]);
}
}  // namespace numloom::NL_TARGET
