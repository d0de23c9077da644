// SPDX-License-Identifier: BSD-3-Clause
// Names, promotion, casting rules and host scalars.
#include "numloom/dtype.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "numloom/error.hpp"
#include "numloom/float_errors.hpp"
#include "numloom/promotion.hpp"

namespace numloom {

std::string_view name_of(dtype t) {
  static constexpr std::string_view names[] = {"bool",    "int8",    "uint8",     "int16",     "uint16",
                                               "int32",   "uint32",  "int64",     "uint64",    "float16",
                                               "float32", "float64", "complex64", "complex128"};
  return names[static_cast<int>(t)];
}

std::ostream& operator<<(std::ostream& out, dtype t) { return out << name_of(t); }

dtype parse_dtype(std::string_view name) {
  for (int i = 0; i < dtype_count; ++i)
    if (name == name_of(static_cast<dtype>(i))) return static_cast<dtype>(i);
  std::string_view code = name;
  if (!code.empty() && (code[0] == '<' || code[0] == '=' || code[0] == '|')) code.remove_prefix(1);
  static constexpr std::pair<std::string_view, dtype> codes[] = {
      {"?", dtype::bool_},      {"b1", dtype::bool_},       {"b", dtype::int8},
      {"i1", dtype::int8},      {"B", dtype::uint8},        {"u1", dtype::uint8},
      {"h", dtype::int16},      {"i2", dtype::int16},       {"H", dtype::uint16},
      {"u2", dtype::uint16},    {"i", dtype::int32},        {"i4", dtype::int32},
      {"I", dtype::uint32},     {"u4", dtype::uint32},      {"l", dtype::int64},
      {"q", dtype::int64},      {"i8", dtype::int64},       {"L", dtype::uint64},
      {"Q", dtype::uint64},     {"u8", dtype::uint64},      {"e", dtype::float16},
      {"f2", dtype::float16},   {"f", dtype::float32},      {"f4", dtype::float32},
      {"d", dtype::float64},    {"f8", dtype::float64},     {"F", dtype::complex64},
      {"c8", dtype::complex64}, {"D", dtype::complex128},   {"c16", dtype::complex128},
      {"int", dtype::int64},    {"float", dtype::float64},  {"complex", dtype::complex128},
      {"half", dtype::float16}, {"single", dtype::float32}, {"double", dtype::float64}};
  for (const auto& [text, type] : codes)
    if (code == text) return type;
  fail<type_error>("data type '", name,
                   "' not understood: expected a name such as 'float32' or a code such as 'f4'");
}

std::string_view name_of(casting rule) {
  static constexpr std::string_view names[] = {"no", "equiv", "safe", "same_kind", "unsafe"};
  return names[static_cast<int>(rule)];
}

casting parse_casting(std::string_view name) {
  for (casting rule : {casting::no, casting::equiv, casting::safe, casting::same_kind, casting::unsafe})
    if (name == name_of(rule)) return rule;
  fail<value_error>("casting must be one of 'no', 'equiv', 'safe', 'same_kind', or 'unsafe' (got '", name,
                    "')");
}

namespace {

constexpr auto promotions = [] {
  std::array<std::array<dtype, dtype_count>, dtype_count> table{};
  for (int i = 0; i < dtype_count; ++i)
    for (int j = 0; j < dtype_count; ++j)
      table[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)] =
          detail::promote_static(static_cast<dtype>(i), static_cast<dtype>(j));
  return table;
}();

}  // namespace

dtype promote_types(dtype a, dtype b) {
  return promotions[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
}

bool can_cast(dtype from, dtype to, casting rule) {
  if (from == to || rule == casting::unsafe) return true;
  if (rule == casting::no || rule == casting::equiv) return false;
  // NumPy counts int64 and uint64 as safe to float64, though float64 does not hold all of their values.
  if (promote_types(from, to) == to) return true;
  return rule == casting::same_kind && detail::rank_of_kind(from) <= detail::rank_of_kind(to);
}

dtype scalar::default_dtype() const {
  switch (type) {
    case kind::boolean: return dtype::bool_;
    case kind::integer: return dtype::int64;
    case kind::unsigned_integer: return dtype::uint64;
    case kind::floating: return dtype::float64;
    default: return dtype::complex128;
  }
}

double scalar::real() const {
  switch (type) {
    case kind::boolean: return b ? 1 : 0;
    case kind::integer: return static_cast<double>(i);
    case kind::unsigned_integer: return static_cast<double>(u);
    default: return f[0];
  }
}

dtype promote_with_scalar(dtype t, const scalar& s) {
  return detail::promote_with_kind(t, kind_of(s.default_dtype()));
}

namespace {

template <class T> T integer_from(const scalar& s, dtype t) {
  switch (s.type) {
    case scalar::kind::boolean: return static_cast<T>(s.b);
    case scalar::kind::integer:
      if (std::in_range<T>(s.i)) return static_cast<T>(s.i);
      fail<overflow_error>("Python integer ", s.i, " out of bounds for ", t);
    case scalar::kind::unsigned_integer:
      if (std::in_range<T>(s.u)) return static_cast<T>(s.u);
      fail<overflow_error>("Python integer ", s.u, " out of bounds for ", t);
    default: {
      const double v = s.f[0];
      if (std::isnan(v)) fail<value_error>("cannot convert float NaN to integer");
      if (std::isinf(v)) fail<overflow_error>("cannot convert float infinity to integer");
      const double low = static_cast<double>(std::numeric_limits<T>::min());
      const double high = std::ldexp(1.0, std::numeric_limits<T>::digits);
      const double whole = std::trunc(v);
      if (whole < low || whole >= high) fail<overflow_error>("Python integer ", v, " out of bounds for ", t);
      return static_cast<T>(whole);
    }
  }
}

}  // namespace

namespace {

thread_local bool parts_were_dropped = false;

}  // namespace

void dropped_parts::note(dtype from, dtype to) noexcept {
  if (is_complex(from) && !is_complex(to) && to != dtype::bool_) parts_were_dropped = true;
}

bool dropped_parts::take() noexcept { return std::exchange(parts_were_dropped, false); }

void store_scalar(const scalar& s, dtype t, void* to) {
  visit_dtype(t, [&]<class T>(T) {
    T value;
    if constexpr (std::is_same_v<T, bool>) {
      value = s.type == scalar::kind::complex            ? s.f[0] != 0 || s.f[1] != 0
              : s.type == scalar::kind::integer          ? s.i != 0
              : s.type == scalar::kind::unsigned_integer ? s.u != 0
                                                         : s.real() != 0;
    } else if constexpr (std::is_integral_v<T>) {
      value = integer_from<T>(s, t);
    } else if constexpr (std::is_same_v<T, std::complex<float>>) {
      value = {static_cast<float>(s.real()), static_cast<float>(s.imag())};
    } else if constexpr (std::is_same_v<T, std::complex<double>>) {
      value = {s.real(), s.imag()};
    } else if constexpr (std::is_same_v<T, double>) {
      value = s.real();
    } else if constexpr (std::is_same_v<T, float>) {
      value = static_cast<float>(s.real());
    } else {
      value = T(s.real());
      if (std::isinf(static_cast<float>(value)) && std::isfinite(s.real()))
        float_errors::set(float_errors::get() | float_errors::overflow);
    }
    std::memcpy(to, &value, sizeof value);
  });
}

scalar load_scalar(dtype t, const void* from) {
  return visit_dtype(t, [&]<class T>(T) {
    if constexpr (std::is_same_v<T, bool>) return scalar(*static_cast<const unsigned char*>(from) != 0);
    T value;
    std::memcpy(&value, from, sizeof value);
    return scalar(value);
  });
}

}  // namespace numloom
