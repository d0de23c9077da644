// SPDX-License-Identifier: BSD-3-Clause
// Conversion between any two element types with the results of NumPy on x86, also where C++ leaves them
// undefined. Included by types.hpp.
#pragma once

namespace numloom::NL_TARGET {

// The lowest value stands for everything that does not fit, as cvttsd2si gives it.
template <class Int, class Float> NL_HD Int truncate_to(Float x) {
  const Float bound = -static_cast<Float>(limits<Int>::lowest());
  return x >= -bound && x < bound ? static_cast<Int>(x) : limits<Int>::lowest();
}

// Types narrower than int32 keep the low bits of the int32 result, uint32 those of the int64 result.
template <class To, class Float> NL_HD To float_to_integer(Float x) {
  if constexpr (is_same<To, u64>) {
    const Float bound = static_cast<Float>(u64(1) << 63);
    if (x >= bound) return static_cast<u64>(truncate_to<i64>(x - bound)) ^ (u64(1) << 63);
    return static_cast<u64>(truncate_to<i64>(x));
  } else if constexpr (sizeof(To) == 8 || is_same<To, u32>) {
    return static_cast<To>(truncate_to<i64>(x));
  } else {
    return static_cast<To>(truncate_to<i32>(x));
  }
}

// numpy.ndarray.astype for one element: bool from "is not zero", complex to real drops the imaginary part.
template <class To, class From> NL_HD To cast_to(From x) {
  if constexpr (is_same<To, From>)
    return x;
  else if constexpr (is_bool<To>)
    return truth(x);
  else if constexpr (is_complex<From> && is_complex<To>)
    return To(x);
  else if constexpr (is_complex<From>)
    return cast_to<To>(x.re);
  else if constexpr (is_complex<To>)
    return To(cast_to<real_of<To>>(x));
  else if constexpr (is_same<From, float16>)
    return cast_to<To>(static_cast<float>(x));
  else if constexpr (is_same<To, float16> && is_same<From, double>)
    return float16(x);
  else if constexpr (is_same<To, float16>)
    return float16(static_cast<float>(x));
  else if constexpr (is_floating<From> && is_integral<To>)
    return float_to_integer<To>(x);
  else
    return static_cast<To>(x);
}
}  // namespace numloom::NL_TARGET
