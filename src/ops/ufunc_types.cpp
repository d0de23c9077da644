// SPDX-License-Identifier: BSD-3-Clause
// Which loop a ufunc takes for which operands: the rows of ufuncs.def and NumPy's rules about them.
#include <array>
#include <atomic>
#include <limits>
#include <vector>

#include "ops/common.hpp"
#include "ops/ufunc_types.hpp"

namespace numloom {

namespace {

enum loop_mask : unsigned {
  BOOL = 1u << static_cast<int>(dtype::bool_),
  SIGNED = 1u << static_cast<int>(dtype::int8) | 1u << static_cast<int>(dtype::int16) |
           1u << static_cast<int>(dtype::int32) | 1u << static_cast<int>(dtype::int64),
  UNSIGNED = SIGNED << 1,
  INTS = SIGNED | UNSIGNED,
  FLOAT64 = 1u << static_cast<int>(dtype::float64),
  FLOATS = 1u << static_cast<int>(dtype::float16) | 1u << static_cast<int>(dtype::float32) | FLOAT64,
  COMPLEX128 = 1u << static_cast<int>(dtype::complex128),
  COMPLEX = 1u << static_cast<int>(dtype::complex64) | COMPLEX128,
  REAL = INTS | FLOATS,
  INEXACT = FLOATS | COMPLEX,
  NUMERIC = INTS | INEXACT,
  ALL = BOOL | NUMERIC,
};

constexpr double none_mark = 0.5;
constexpr double NONE = none_mark, ZERO = 0, ONE = 1, MINUS_ONE = -1,
                 NEG_INF = -std::numeric_limits<double>::infinity();

struct ufunc_row {
  unsigned loops;
  out_rule rule;
  double identity;
};
constexpr ufunc_row ufunc_rows[] = {
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) {loops, out_rule::rule, identity},
#include "numloom/ufuncs.def"
};
constexpr int row_count = static_cast<int>(std::size(ufunc_rows));
constexpr const ufunc_row& row_of(ufunc f) { return ufunc_rows[static_cast<int>(f)]; }

constexpr bool has_loop(ufunc f, dtype t) { return row_of(f).loops >> static_cast<int>(t) & 1u; }
constexpr bool is_logical(ufunc f) {
  return f == ufunc::logical_and || f == ufunc::logical_or || f == ufunc::logical_xor ||
         f == ufunc::logical_not;
}
constexpr bool refuses_bool(ufunc f) {
  return f == ufunc::subtract || f == ufunc::negative || f == ufunc::positive || f == ufunc::sign ||
         f == ufunc::gcd || f == ufunc::lcm;
}
constexpr char type_code(dtype t) { return "?bBhHiIlLefdFD"[static_cast<int>(t)]; }

// The smallest dtype with a loop to which t casts safely; -1: none. NumPy divides integers in float64,
// whatever their size.
int smallest_loop(ufunc f, dtype t) {
  if (f == ufunc::divide && !is_inexact(t)) return static_cast<int>(dtype::float64);
  for (int i = static_cast<int>(t); i < dtype_count; ++i)
    if (has_loop(f, static_cast<dtype>(i)) && can_cast(t, static_cast<dtype>(i))) return i;
  return -1;
}

const std::array<std::array<std::int8_t, dtype_count>, row_count>& loop_table() {
  static const auto table = [] {
    std::array<std::array<std::int8_t, dtype_count>, row_count> t{};
    for (int f = 0; f < row_count; ++f)
      for (int d = 0; d < dtype_count; ++d)
        t[static_cast<std::size_t>(f)][static_cast<std::size_t>(d)] =
            static_cast<std::int8_t>(smallest_loop(static_cast<ufunc>(f), static_cast<dtype>(d)));
    return t;
  }();
  return table;
}

std::string operand_types(std::span<const array_like> inputs) {
  std::string text;
  for (const array_like& a : inputs)
    text += as_text(text.empty() ? "" : ", ", a.array() ? a.array()->dtype() : a.number().default_dtype());
  return text;
}

[[noreturn]] void fail_no_loop(ufunc f, std::span<const array_like> inputs) {
  const std::string_view name = info(f).name;
  bool all_bool = true;
  for (const array_like& a : inputs)
    all_bool &= (a.array() ? a.array()->dtype() : a.number().default_dtype()) == dtype::bool_;
  if (all_bool && f == ufunc::subtract)
    fail<type_error>(
        "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, "
        "or the "
        "logical_xor function instead.");
  if (all_bool && f == ufunc::negative)
    fail<type_error>(
        "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the "
        "logical_not "
        "function instead.");
  fail<casting_error>(
      "ufunc '", name, "' not supported for the input types (", operand_types(inputs),
      "), and the inputs could not be safely coerced to any supported types according to the casting "
      "rule ''safe''");
}

// May an input be converted to a loop's dtype? A weak number fits every dtype of its kind and above.
bool may_cast(const array_like& input, dtype to, casting rule) {
  if (input.array()) return can_cast(input.array()->dtype(), to, rule);
  return rule == casting::unsafe || promote_with_scalar(to, input.number()) == to;
}

void check_input_casts(ufunc f, std::span<const array_like> inputs, const resolved_types& types,
                       casting rule) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const dtype to = types.in[i];
    if (may_cast(inputs[i], to, rule)) continue;
    const ndarray* a = inputs[i].array();
    const dtype from = a ? a->dtype() : inputs[i].number().default_dtype();
    fail<casting_error>("Cannot cast ufunc '", info(f).name, "' input ", i, " from dtype('", from,
                        "') to dtype('", to, "') with casting rule '", name_of(rule), "'");
  }
}

resolved_types types_for(ufunc f, dtype loop) {
  resolved_types types{loop, {loop, loop, loop}, {}};
  switch (row_of(f).rule) {
    case out_rule::SAME: types.out[0] = types.out[1] = loop; break;
    case out_rule::TO_BOOL: types.out[0] = dtype::bool_; break;
    case out_rule::REAL_PART: types.out[0] = real_part_of(loop); break;
    case out_rule::FREXP:
      types.out[0] = loop;
      types.out[1] = dtype::int32;
      break;
    case out_rule::LDEXP:
      types.out[0] = loop;
      types.in[1] = dtype::int64;
      break;
    case out_rule::BIT_COUNT: types.out[0] = dtype::uint8; break;
  }
  return types;
}

bool casts_to(std::span<const array_like> inputs, const resolved_types& types, casting rule) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!may_cast(inputs[i], types.in[i], rule)) return false;
  return true;
}

// dtype=: the first loop whose (first) output has that dtype and to which the inputs may be cast.
resolved_types resolve_wanted(ufunc f, std::span<const array_like> inputs, dtype wanted, casting rule) {
  const out_rule rules = row_of(f).rule;
  if (rules == out_rule::TO_BOOL || rules == out_rule::BIT_COUNT) {
    if (wanted == types_for(f, dtype::float64).out[0]) return resolve(f, inputs, {}, rule);
  } else {
    std::optional<resolved_types> candidate;
    for (int i = 0; i < dtype_count; ++i) {
      if (!has_loop(f, static_cast<dtype>(i))) continue;
      const resolved_types types = types_for(f, static_cast<dtype>(i));
      if (types.out[0] != wanted) continue;
      if (casts_to(inputs, types, rule)) return types;
      if (!candidate) candidate = types;
    }
    if (candidate) check_input_casts(f, inputs, *candidate, rule);  // throws, naming the input
  }
  fail<casting_error>("No loop matching the specified signature and casting was found for ufunc ",
                      info(f).name);
}

// The first loop to which each input casts safely by itself: uint8 with int8 is computed in float16 by
// arctan2, though the two have int16 in common.
int search_loop(ufunc f, std::span<const dtype> each, dtype common) {
  bool one = true;
  for (const dtype t : each) one &= t == common;
  if (!one)
    for (int loop = 0; loop < dtype_count; ++loop) {
      bool fits = has_loop(f, static_cast<dtype>(loop));
      for (const dtype t : each) fits = fits && can_cast(t, static_cast<dtype>(loop));
      if (fits) return loop;
    }
  return loop_table()[static_cast<std::size_t>(f)][static_cast<std::size_t>(common)];
}

// The answer for two arrays, kept: 2 is added, so that 0 says "not asked yet".
int loop_of_pair(ufunc f, dtype a, dtype b, dtype common) {
  static std::atomic<std::int8_t> known[row_count][dtype_count][dtype_count];
  auto& kept = known[static_cast<int>(f)][static_cast<int>(a)][static_cast<int>(b)];
  int loop = kept.load(std::memory_order_relaxed) - 2;
  if (loop == -2) {
    const dtype each[] = {a, b};
    loop = search_loop(f, each, common);
    kept.store(static_cast<std::int8_t>(loop + 2), std::memory_order_relaxed);
  }
  return loop;
}

int first_loop(ufunc f, std::span<const array_like> inputs, dtype common) {
  if (f == ufunc::divide && !is_inexact(common)) return static_cast<int>(dtype::float64);
  if (inputs.size() == 2 && inputs[0].array() && inputs[1].array())
    return loop_of_pair(f, inputs[0].array()->dtype(), inputs[1].array()->dtype(), common);
  dtype each[3];
  for (std::size_t i = 0; i < inputs.size(); ++i)
    each[i] = inputs[i].array() ? inputs[i].array()->dtype() : common;
  return search_loop(f, std::span(each, inputs.size()), common);
}

}  // namespace

bool is_comparison(ufunc f) { return f >= ufunc::equal && f <= ufunc::greater_equal; }

dtype result_type(std::span<const array_like> operands) {
  // Arrays first: a weak number counts by its kind only, whatever its place.
  std::optional<dtype> common;
  int arrays = 0;
  for (const array_like& a : operands)
    if (a.array()) {
      common = common ? promote_types(*common, a.array()->dtype()) : a.array()->dtype();
      ++arrays;
    }
  if (arrays > 2) {  // the order matters: see promote_all
    std::vector<dtype> types;
    for (const array_like& a : operands)
      if (a.array()) types.push_back(a.array()->dtype());
    common = detail::promote_all(types);
  }
  for (const array_like& a : operands)
    if (!a.array()) common = common ? promote_with_scalar(*common, a.number()) : a.number().default_dtype();
  if (!common) fail<value_error>("[result_type] expected at least one array, dtype or number, got none");
  return *common;
}

resolved_types resolve(ufunc f, std::span<const array_like> inputs, std::optional<dtype> wanted,
                       casting rule) {
  const bool scales = row_of(f).rule == out_rule::LDEXP;
  if (scales) {
    const dtype exponent =
        inputs[1].array() ? inputs[1].array()->dtype() : inputs[1].number().default_dtype();
    if (!can_cast(exponent, dtype::int64)) fail_no_loop(f, inputs);
  }
  if (wanted) return resolve_wanted(f, inputs, *wanted, rule);
  const std::span<const array_like> promoted = scales ? inputs.first(1) : inputs;
  // A whole number of Python's beside an array of exponents says nothing: the first loop, of float16, has it.
  const bool is_weak = scales && inputs[1].array() && !inputs[0].array() &&
                       (inputs[0].number().type == scalar::kind::integer ||
                        inputs[0].number().type == scalar::kind::unsigned_integer);
  const dtype common = is_weak ? dtype::int8 : result_type(promoted);
  const int loop = first_loop(f, promoted, common);
  if (loop < 0 || (refuses_bool(f) && common == dtype::bool_)) fail_no_loop(f, inputs);
  resolved_types types = types_for(f, static_cast<dtype>(loop));
  if (rule == casting::no || rule == casting::equiv) check_input_casts(f, inputs, types, rule);
  return types;
}

bool is_logical_ufunc(ufunc f) { return is_logical(f); }

dtype loop_for(ufunc f, dtype common, bool& found) {
  const int loop = loop_table()[static_cast<std::size_t>(f)][static_cast<std::size_t>(common)];
  found = loop >= 0 && !(refuses_bool(f) && common == dtype::bool_);
  return static_cast<dtype>(loop);
}

out_rule rule_of(ufunc f) { return row_of(f).rule; }

const ufunc_info& info(ufunc f) {
  static const ufunc_info facts[] = {
#define NL_UFUNC(name, nin, nout, functor, loops, rule, identity, doc) {#name, nin, nout, doc, {}},
#include "numloom/ufuncs.def"
  };
  static const auto with_identities = [] {
    std::array<ufunc_info, row_count> all;
    for (int i = 0; i < row_count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      all[at] = facts[i];
      const double identity = ufunc_rows[i].identity;
      if (identity == none_mark) continue;
      if (is_logical(static_cast<ufunc>(i)))
        all[at].identity = scalar(identity != 0);
      else if (identity == NEG_INF)
        all[at].identity = scalar(identity);
      else
        all[at].identity = scalar(static_cast<int>(identity));
    }
    return all;
  }();
  return with_identities[static_cast<std::size_t>(f)];
}

std::optional<ufunc> find_ufunc(std::string_view name) {
  for (int i = 0; i < row_count; ++i)
    if (info(static_cast<ufunc>(i)).name == name) return static_cast<ufunc>(i);
  return {};
}

std::vector<std::string> types_of(ufunc f) {
  std::vector<std::string> all;
  for (int i = 0; i < dtype_count; ++i) {
    if (!has_loop(f, static_cast<dtype>(i))) continue;
    const resolved_types types = types_for(f, static_cast<dtype>(i));
    std::string text;
    for (int k = 0; k < info(f).nin; ++k) text += type_code(types.in[k]);
    text += "->";
    for (int k = 0; k < info(f).nout; ++k) text += type_code(types.out[k]);
    all.push_back(text);
  }
  return all;
}

}  // namespace numloom
