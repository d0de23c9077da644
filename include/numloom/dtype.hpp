// SPDX-License-Identifier: BSD-3-Clause
/// The dtypes, their traits, and NumPy 2's promotion and casting rules (NEP 50).
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

#include "numloom/export.hpp"
#include "numloom/float16.hpp"

namespace numloom {

enum class dtype : std::uint8_t {
#define NL_DTYPE(name, type, kind, bytes) name,
#include "numloom/dtypes.def"
};
inline constexpr int dtype_count = static_cast<int>(dtype::complex128) + 1;

/// NumPy's kind letter: 'b' bool, 'i' signed, 'u' unsigned, 'f' floating, 'c' complex.
constexpr char kind_of(dtype t) {
  constexpr char kinds[] = {
#define NL_DTYPE(name, type, kind, bytes) kind,
#include "numloom/dtypes.def"
  };
  return kinds[static_cast<int>(t)];
}
/// Bytes of one element.
constexpr int itemsize(dtype t) {
  constexpr int sizes[] = {
#define NL_DTYPE(name, type, kind, bytes) bytes,
#include "numloom/dtypes.def"
  };
  return sizes[static_cast<int>(t)];
}
constexpr bool is_integer(dtype t) { return kind_of(t) == 'i' || kind_of(t) == 'u'; }
constexpr bool is_floating(dtype t) { return kind_of(t) == 'f'; }
constexpr bool is_complex(dtype t) { return kind_of(t) == 'c'; }
constexpr bool is_inexact(dtype t) { return is_floating(t) || is_complex(t); }
/// float32 for complex64, float64 for complex128, else the dtype itself.
constexpr dtype real_part_of(dtype t) {
  return t == dtype::complex64 ? dtype::float32 : t == dtype::complex128 ? dtype::float64 : t;
}

/// "float32", "bool", ... as numpy.dtype.name.
NL_API std::string_view name_of(dtype t);
/// The dtype of that name or of that NumPy type code ("float32", "f4", "<f4", "?", "d"). Throws type_error.
NL_API dtype parse_dtype(std::string_view name);
NL_API std::ostream& operator<<(std::ostream& out, dtype t);

/// The smallest dtype to which both cast safely: numpy.promote_types.
NL_API dtype promote_types(dtype a, dtype b);

enum class casting : std::uint8_t { no, equiv, safe, same_kind, unsafe };
NL_API std::string_view name_of(casting rule);
/// "no", "equiv", "safe", "same_kind", "unsafe". Throws value_error.
NL_API casting parse_casting(std::string_view name);
/// numpy.can_cast between dtypes.
NL_API bool can_cast(dtype from, dtype to, casting rule = casting::safe);

/// The element type in C++ of a dtype, and the dtype of a C++ type.
template <class T> struct dtype_of_type;
template <dtype D> struct type_of_dtype;
#define NL_TYPE(T, D)                                                               \
  template <> struct dtype_of_type<T> { static constexpr dtype value = dtype::D; }; \
  template <> struct type_of_dtype<dtype::D> { using type = T; };
NL_TYPE(bool, bool_)
NL_TYPE(std::int8_t, int8)
NL_TYPE(std::uint8_t, uint8)
NL_TYPE(std::int16_t, int16)
NL_TYPE(std::uint16_t, uint16)
NL_TYPE(std::int32_t, int32)
NL_TYPE(std::uint32_t, uint32)
NL_TYPE(std::int64_t, int64)
NL_TYPE(std::uint64_t, uint64)
NL_TYPE(float16, float16)
NL_TYPE(float, float32)
NL_TYPE(double, float64)
NL_TYPE(std::complex<float>, complex64)
NL_TYPE(std::complex<double>, complex128)
#undef NL_TYPE
template <> struct dtype_of_type<long long> { static constexpr dtype value = dtype::int64; };
template <> struct dtype_of_type<unsigned long long> { static constexpr dtype value = dtype::uint64; };

template <class T> inline constexpr dtype dtype_of = dtype_of_type<std::remove_cv_t<T>>::value;
template <dtype D> using type_of = typename type_of_dtype<D>::type;
/// Types that are elements of arrays.
template <class T>
concept element = requires {
  dtype_of_type<std::remove_cv_t<T>>::value;
};

/// Calls f with a value-initialised object of the dtype's C++ type: the one place that turns a dtype into a
/// type.
template <class F> decltype(auto) visit_dtype(dtype t, F&& f) {
  switch (t) {
// clang-format off
#define NL_DTYPE(name, type, kind, bytes) case dtype::name: return f(type_of<dtype::name>{});
#include "numloom/dtypes.def"
    // clang-format on
  }
  __builtin_unreachable();
}

/// A number from the host that adapts to the dtype of the arrays beside it, as Python's numbers do (NEP 50).
struct NL_API scalar {
  enum class kind : std::uint8_t { boolean, integer, unsigned_integer, floating, complex };
  kind type;
  union {
    bool b;
    std::int64_t i;
    std::uint64_t u;  // for integers above the range of int64
    double f[2];
  };
  scalar(std::same_as<bool> auto value) : type(kind::boolean), b(value) {}  // not of pointers
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) scalar(T value) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) {
      if (value > static_cast<T>(INT64_MAX)) {
        type = kind::unsigned_integer;
        u = value;
        return;
      }
    }
    type = kind::integer;
    i = static_cast<std::int64_t>(value);
  }
  scalar(double value) : type(kind::floating), f{value, 0} {}
  scalar(float value) : scalar(static_cast<double>(value)) {}
  scalar(long double value) : scalar(static_cast<double>(value)) {}
  scalar(float16 value) : scalar(static_cast<double>(static_cast<float>(value))) {}
  scalar(std::complex<double> value) : type(kind::complex), f{value.real(), value.imag()} {}
  scalar(std::complex<float> value) : scalar(std::complex<double>(value)) {}
  /// The dtype it has where no array stands beside it: bool, int64 (uint64), float64, complex128.
  dtype default_dtype() const;
  double real() const;
  double imag() const { return type == kind::complex ? f[1] : 0; }
  /// As Python prints it: True, 3, 0.5, (1+2j).
  NL_API friend std::ostream& operator<<(std::ostream& out, const scalar& s);
};
/// result_type of a dtype and a weak scalar: the dtype stays unless the scalar's kind is higher.
NL_API dtype promote_with_scalar(dtype t, const scalar& s);
/// Writes the scalar as one element of dtype t. Throws overflow_error when a Python integer does not fit an
/// integer dtype.
NL_API void store_scalar(const scalar& s, dtype t, void* to);
/// Reads one element.
NL_API scalar load_scalar(dtype t, const void* from);

}  // namespace numloom
