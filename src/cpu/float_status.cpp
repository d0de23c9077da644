// SPDX-License-Identifier: BSD-3-Clause
// Floating-point errors of loops whose flags do not tell them. NumPy's rule, read from the numbers: a NaN
// that comes from none is invalid, an infinity that comes from finite numbers is an overflow, or a division
// by zero where the function has a pole.
#include "cpu/float_status.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "cpu/level.hpp"

namespace numloom::cpu_host {

namespace {

constexpr int inputs_of[] = {
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) nin,
#include "numloom/ufuncs.def"
};
constexpr int outputs_of[] = {
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) nout,
#include "numloom/ufuncs.def"
};

bool divides_integers(ufunc op) {
  return op == ufunc::floor_divide || op == ufunc::remainder || op == ufunc::fmod || op == ufunc::divmod ||
         op == ufunc::reciprocal;
}

// ---- numbers as bits ----

template <class U> struct float_bits;
template <> struct float_bits<std::uint16_t> {
  static constexpr std::uint16_t exponent = 0x7c00, one = 0x3c00;
};
template <> struct float_bits<std::uint32_t> {
  static constexpr std::uint32_t exponent = 0x7f800000, one = 0x3f800000;
};
template <> struct float_bits<std::uint64_t> {
  static constexpr std::uint64_t exponent = 0x7ff0000000000000, one = 0x3ff0000000000000;
};

template <class T> T load_from(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Which extreme exponents n elements of `Parts` floats have.
template <class U, int Parts> unsigned exponents(const char* p, std::int64_t step, std::int64_t n) {
  constexpr int log_size = std::countr_zero(sizeof(U));
  if (step == static_cast<std::int64_t>(sizeof(U)) * Parts) return tables().exponents[log_size](p, n * Parts);
  unsigned found = 0;
  for (std::int64_t i = 0; i < n; ++i, p += step) found |= tables().exponents[log_size](p, Parts);
  return found;
}

template <class U, int Parts> bool any_nan(const char* p, std::int64_t step, std::int64_t n) {
  bool found = false;
  for (std::int64_t i = 0; i < n; ++i, p += step)
    for (int k = 0; k < Parts; ++k)
      found |= static_cast<U>(load_from<U>(p + k * static_cast<int>(sizeof(U))) << 1) >
               static_cast<U>(float_bits<U>::exponent << 1);
  return found;
}

// Is there a result of (nearly) zero from a finite number?
template <class U> bool vanishes(char* const* args, const std::int64_t* steps, std::int64_t n) {
  constexpr U exponent = float_bits<U>::exponent;
  for (std::int64_t i = 0; i < n; ++i)
    if ((load_from<U>(args[1] + i * steps[1]) & exponent) == 0 &&
        (load_from<U>(args[0] + i * steps[0]) & exponent) != exponent)
      return true;
  return false;
}

// Functions whose infinities may come of a pole and of an overflow.
bool has_two_infinities(ufunc op) {
  return op == ufunc::power || op == ufunc::float_power || op == ufunc::divide || op == ufunc::floor_divide ||
         op == ufunc::divmod || op == ufunc::reciprocal;
}

template <class U, int Parts> struct number {
  bool is_nan = false, is_infinite = false;
  U part[Parts];
  explicit number(const char* from) {
    constexpr U sign = static_cast<U>(U{1} << (sizeof(U) * 8 - 1));
    for (int k = 0; k < Parts; ++k) {
      part[k] = static_cast<U>(load_from<U>(from + k * static_cast<int>(sizeof(U))));
      const U size = static_cast<U>(part[k] & ~sign);
      is_nan |= size > float_bits<U>::exponent;
      is_infinite |= size == float_bits<U>::exponent;
    }
  }
  bool is(U real, bool either_sign) const {
    constexpr U sign = static_cast<U>(U{1} << (sizeof(U) * 8 - 1));
    const U mask = either_sign ? static_cast<U>(~sign) : static_cast<U>(~U{0});
    return (part[0] & mask) == real && (Parts == 1 || (part[Parts - 1] & static_cast<U>(~sign)) == 0);
  }
  bool is_zero() const { return is(0, true); }
};

template <class U, int Parts> bool at_pole(ufunc op, const number<U, Parts>& a, const number<U, Parts>& b) {
  constexpr U sign = static_cast<U>(U{1} << (sizeof(U) * 8 - 1));
  switch (op) {
    case ufunc::divide:
    case ufunc::floor_divide:
    case ufunc::divmod: return b.is_zero();
    case ufunc::reciprocal:
    case ufunc::log:
    case ufunc::log2:
    case ufunc::log10:
    case ufunc::power:
    case ufunc::float_power: return a.is_zero();
    case ufunc::log1p: return a.is(float_bits<U>::one | sign, false);
    case ufunc::arctanh: return a.is(float_bits<U>::one, true);
    default: return false;
  }
}

// Parts: floats in an input; a result that is a real number has one.
template <class U, int Parts, int ResultParts>
unsigned errors_of_element(ufunc op, int inputs, int outputs, char* const* args, const std::int64_t* steps,
                           std::int64_t i) {
  const number<U, Parts> a(args[0] + i * steps[0]), b(args[inputs - 1] + i * steps[inputs - 1]);
  if (a.is_nan || b.is_nan) return 0;
  bool nan = false, infinite = false;
  for (int o = inputs; o < inputs + outputs; ++o) {
    const number<U, ResultParts> result(args[o] + i * steps[o]);
    nan |= result.is_nan;
    infinite |= result.is_infinite;
  }
  const bool finite = !a.is_infinite && !b.is_infinite;
  unsigned found = nan ? float_errors::invalid : 0;
  if (!finite || !(infinite || (nan && Parts == 2))) return found;
  if (Parts == 2 && (op != ufunc::divide ? op == ufunc::power || op == ufunc::float_power : a.is_zero()) &&
      nan)
    return found;
  if (at_pole(op, a, b)) return found | float_errors::divide;
  if (!infinite) return found;
  const bool rounds_quotient = op == ufunc::floor_divide || op == ufunc::divmod;  // infinity minus infinity
  return found | float_errors::overflow | (rounds_quotient ? float_errors::invalid : 0);
}

template <class U, int Parts, int ResultParts>
unsigned errors_of(ufunc op, char* const* args, const std::int64_t* steps, std::int64_t n) {
  const int all_inputs = inputs_of[static_cast<int>(op)];
  const int outputs = op == ufunc::frexp ? 1 : outputs_of[static_cast<int>(op)];
  unsigned extremes = 0;
  for (int o = all_inputs; o < all_inputs + outputs; ++o)
    extremes |= exponents<U, ResultParts>(args[o], steps[o], n);
  const bool is_exponential = (op == ufunc::exp || op == ufunc::exp2) && Parts == 1;
  const unsigned vanished = is_exponential && (extremes & exponent_of_zeros) && vanishes<U>(args, steps, n)
                                ? float_errors::underflow
                                : 0;
  if (!(extremes & exponent_of_ones)) return vanished;
  char* operands[4];
  std::int64_t moves[4];
  std::copy_n(args, all_inputs + outputs, operands);
  std::copy_n(steps, all_inputs + outputs, moves);
  int inputs = all_inputs;
  if (op == ufunc::ldexp) {  // its second input is an integer
    inputs = 1;
    operands[1] = args[2];
    moves[1] = steps[2];
  }
  // Once an infinity is explained, and there is no NaN, the rest has nothing new to say.
  bool nan = Parts == 2 || has_two_infinities(op);
  for (int o = all_inputs; !nan && o < all_inputs + outputs; ++o)
    nan = any_nan<U, ResultParts>(args[o], steps[o], n);
  unsigned found = 0;
  for (std::int64_t i = 0; i < n && (nan || found == 0); ++i)
    found |= errors_of_element<U, Parts, ResultParts>(op, inputs, outputs, operands, moves, i);
  return found | vanished;
}

template <class T>
unsigned errors_of_integers(ufunc op, char* const* args, const std::int64_t* steps, std::int64_t n) {
  const int divisor = inputs_of[static_cast<int>(op)] - 1;
  const char* p = args[divisor];
  const std::int64_t step = steps[divisor], count = step == 0 ? 1 : n;
  bool zero = false, minus_one = false;
  for (std::int64_t i = 0; i < count; ++i) {
    const T value = load_from<T>(p + i * step);
    zero |= value == 0;
    minus_one |= value == static_cast<T>(-1);
  }
  unsigned found = zero && n > 0 ? float_errors::divide : 0;
  if (std::numeric_limits<T>::is_signed && minus_one && (op == ufunc::floor_divide || op == ufunc::divmod))
    for (std::int64_t i = 0; i < n; ++i)
      if (load_from<T>(args[0] + i * steps[0]) == std::numeric_limits<T>::min() &&
          load_from<T>(p + i * step) == static_cast<T>(-1))
        found |= float_errors::overflow;
  return found;
}

error_source classify(ufunc op, dtype loop) {
  const char kind = kind_of(loop);
  if (kind == 'b' || kind == 'i' || kind == 'u')
    return divides_integers(op) ? error_source::results : error_source::none;
  if (!may_err(op) || (op == ufunc::absolute && kind == 'f')) return error_source::none;
  if (loop == dtype::float16) return error_source::results;
  switch (op) {
    case ufunc::add:
    case ufunc::subtract:
    case ufunc::multiply:
    case ufunc::square: return error_source::hardware;
    case ufunc::divide:
    case ufunc::reciprocal:
    case ufunc::sqrt: return kind == 'f' ? error_source::hardware : error_source::results;
    default: return error_source::results;
  }
}

constexpr std::int64_t block = 256;  // elements whose inputs are kept when a loop overwrites them
constexpr std::int64_t widest = 16;

}  // namespace

error_source error_source_of(ufunc op, dtype loop) noexcept {
  constexpr int ufuncs = static_cast<int>(std::size(inputs_of));
  static const auto table = [] {
    std::array<std::array<error_source, dtype_count>, ufuncs> t{};
    for (int f = 0; f < ufuncs; ++f)
      for (int d = 0; d < dtype_count; ++d)
        t[static_cast<std::size_t>(f)][static_cast<std::size_t>(d)] =
            classify(static_cast<ufunc>(f), static_cast<dtype>(d));
    return t;
  }();
  return table[static_cast<std::size_t>(op)][static_cast<std::size_t>(loop)];
}

unsigned errors_in(ufunc op, dtype type, char* const* args, const std::int64_t* steps, std::int64_t n) {
  switch (type) {
    case dtype::int8: return errors_of_integers<std::int8_t>(op, args, steps, n);
    case dtype::uint8: return errors_of_integers<std::uint8_t>(op, args, steps, n);
    case dtype::int16: return errors_of_integers<std::int16_t>(op, args, steps, n);
    case dtype::uint16: return errors_of_integers<std::uint16_t>(op, args, steps, n);
    case dtype::int32: return errors_of_integers<std::int32_t>(op, args, steps, n);
    case dtype::uint32: return errors_of_integers<std::uint32_t>(op, args, steps, n);
    case dtype::int64: return errors_of_integers<std::int64_t>(op, args, steps, n);
    case dtype::uint64: return errors_of_integers<std::uint64_t>(op, args, steps, n);
    case dtype::float16: return errors_of<std::uint16_t, 1, 1>(op, args, steps, n);
    case dtype::float32: return errors_of<std::uint32_t, 1, 1>(op, args, steps, n);
    case dtype::float64: return errors_of<std::uint64_t, 1, 1>(op, args, steps, n);
    case dtype::complex64:
      return op == ufunc::absolute ? errors_of<std::uint32_t, 2, 1>(op, args, steps, n)
                                   : errors_of<std::uint32_t, 2, 2>(op, args, steps, n);
    case dtype::complex128:
      return op == ufunc::absolute ? errors_of<std::uint64_t, 2, 1>(op, args, steps, n)
                                   : errors_of<std::uint64_t, 2, 2>(op, args, steps, n);
    default: return 0;
  }
}

void run_checked(loop_fn loop, ufunc op, dtype type, char* const* args, const std::int64_t* steps,
                 std::int64_t n) {
  const int inputs = inputs_of[static_cast<int>(op)], outputs = outputs_of[static_cast<int>(op)];
  bool in_place = false;
  for (int i = 0; i < inputs; ++i)
    for (int o = inputs; o < inputs + outputs; ++o) in_place |= args[i] == args[o];
  const unsigned before = float_errors::get();
  unsigned found = 0;
  if (!in_place) {
    loop(args, steps, n);
    found = errors_in(op, type, args, steps, n);
  } else {
    alignas(16) char kept[2][block * widest];
    for (std::int64_t begin = 0; begin < n; begin += block) {
      const std::int64_t count = std::min(block, n - begin);
      char* operands[4];
      std::int64_t moves[4];
      for (int k = 0; k < inputs + outputs; ++k) {
        operands[k] = args[k] + begin * steps[k];
        moves[k] = steps[k];
        if (k >= inputs) continue;
        const bool is_second_of_ldexp = op == ufunc::ldexp && k == 1;
        if (is_second_of_ldexp) continue;
        const int size = itemsize(type);
        for (std::int64_t i = 0; i < (steps[k] == 0 ? 1 : count); ++i)
          std::memcpy(kept[k] + i * size, operands[k] + i * steps[k], static_cast<std::size_t>(size));
        operands[k] = kept[k];
        moves[k] = steps[k] == 0 ? 0 : size;
      }
      loop(operands, moves, count);
      found |= errors_in(op, type, operands, moves, count);
    }
  }
  if (float_errors::get() != (before | found)) float_errors::set(before | found);
}

namespace {

bool has_special(dtype type, const char* p, std::int64_t step, std::int64_t n) {
  switch (type) {
    case dtype::float16: return exponents<std::uint16_t, 1>(p, step, n) & exponent_of_ones;
    case dtype::float32: return exponents<std::uint32_t, 1>(p, step, n) & exponent_of_ones;
    case dtype::float64: return exponents<std::uint64_t, 1>(p, step, n) & exponent_of_ones;
    case dtype::complex64: return exponents<std::uint32_t, 2>(p, step, n) & exponent_of_ones;
    case dtype::complex128: return exponents<std::uint64_t, 2>(p, step, n) & exponent_of_ones;
    default: return false;
  }
}

}  // namespace

cast_step::cast_step(dtype source, dtype target) : run(cast_loop(source, target)), from(source), to(target) {
  const bool to_integer = is_integer(target);
  is_checked = (to_integer && is_inexact(source)) || (target == dtype::float16 && source != dtype::bool_);
}

void cast_step::run_checked(char* const* args, const std::int64_t* steps, std::int64_t n) const {
  const unsigned before = float_errors::get();
  unsigned found = 0;
  if (is_integer(to) && has_special(from, args[0], steps[0], n)) found = float_errors::invalid;
  run(args, steps, n);
  if (to == dtype::float16 && has_special(to, args[1], steps[1], n))
    for (std::int64_t i = 0; i < n && !found; ++i)
      if (has_special(to, args[1] + i * steps[1], 0, 1) && !has_special(from, args[0] + i * steps[0], 0, 1))
        found = float_errors::overflow;
  if (float_errors::get() != (before | found)) float_errors::set(before | found);
}

}  // namespace numloom::cpu_host
