// SPDX-License-Identifier: BSD-3-Clause
// A ufunc call: resolve the dtypes, broadcast, make the outputs, build the program, run it.
#include <algorithm>
#include <array>
#include <vector>

#include "core/backend.hpp"
#include "core/shape.hpp"
#include "numloom/float_errors.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/reductions.hpp"
#include "ops/common.hpp"
#include "ops/small_ufunc.hpp"
#include "ops/ufunc_types.hpp"

namespace numloom {

namespace {

device device_of(ufunc f, std::span<const array_like> inputs, const ufunc_options& options) {
  // The device of the arrays; single elements on the CPU go along to any device.
  std::optional<device> chosen;
  const auto consider = [&](const ndarray& a, bool may_follow) {
    if (may_follow && a.device().is_cpu() && a.ndim() == 0) return;
    if (chosen && *chosen != a.device())
      fail<value_error>("[", info(f).name, "] expected operands on one device, got ", *chosen, " and ",
                        a.device(), "; move one with to_device()");
    chosen = a.device();
  };
  for (const array_like& a : inputs)
    if (a.array()) consider(*a.array(), true);
  if (options.out) consider(*options.out, false);
  if (options.out2) consider(*options.out2, false);
  if (chosen) return *chosen;
  for (const array_like& a : inputs)
    if (a.array()) return a.array()->device();
  return current_device();
}

std::string shapes_of(std::span<const array_like> inputs, const ufunc_options& options) {
  std::string text;
  for (const array_like& a : inputs)
    if (a.array()) text += detail::compact(a.array()->shape()) + " ";
  if (options.out) text += detail::compact(options.out->shape()) + " ";
  if (options.where) text += detail::compact(options.where->shape()) + " ";
  return text;
}

struct non_broadcastable : value_error {
  using value_error::value_error;
};

shape_t common_shape(ufunc f, std::span<const array_like> inputs, const ufunc_options& options) {
  shape_t shape;
  try {
    for (const array_like& a : inputs)
      if (a.array()) shape = broadcast_shapes(shape, a.array()->shape());
    if (options.where) shape = broadcast_shapes(shape, options.where->shape());
    for (const auto* out : {&options.out, &options.out2}) {
      if (!*out) continue;
      const shape_t with_out = broadcast_shapes(shape, (*out)->shape());
      if (with_out != (*out)->shape())
        fail<non_broadcastable>("non-broadcastable output operand with shape ",
                                detail::compact((*out)->shape()), " doesn't match the broadcast shape ",
                                detail::compact(with_out));
      shape = with_out;
    }
  } catch (const non_broadcastable&) {
    throw;
  } catch (const value_error&) {
    fail<value_error>("[", info(f).name, "] operands could not be broadcast together with shapes ",
                      shapes_of(inputs, options));
  }
  return shape;
}

// Strides of a new output: axes in the order of the inputs' strides (order K), or as asked.
dims output_strides(const shape_t& shape, dtype type, std::span<const array_like> inputs, order layout) {
  const int n = shape.size();
  if (layout == order::C || layout == order::F || n < 2)
    return contiguous_strides(shape, itemsize(type), layout);
  bool all_c = true, all_f = true;
  for (const array_like& a : inputs) {
    if (!a.array() || a.array()->ndim() < 2) continue;
    all_c &= a.array()->is_c_contiguous();
    all_f &= a.array()->is_f_contiguous();
  }
  if (all_c) return contiguous_strides(shape, itemsize(type), order::C);
  if (layout == order::A) return contiguous_strides(shape, itemsize(type), all_f ? order::F : order::C);
  std::array<ndarray, 3> seen;
  inline_vector<const ndarray*, 3> sources;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].array() || inputs[i].array()->ndim() < 2) continue;
    seen[i] = broadcast_to(*inputs[i].array(), shape);
    sources.push_back(&seen[i]);
  }
  return detail::strides_for(shape, itemsize(type),
                             {sources.data(), static_cast<std::size_t>(sources.size())},
                             detail::standing::ignored);
}

ndarray make_output(int which, const shape_t& shape, dtype type, device where,
                    std::span<const array_like> inputs, const ufunc_options& options) {
  const std::optional<ndarray>& given = which == 0 ? options.out : options.out2;
  if (!given) {
    const ndarray made = empty(shape, type, where);
    return ndarray(made.bytes(), 0, type, shape, output_strides(shape, type, inputs, options.order));
  }
  return *given;
}

void check_casts(ufunc f, const resolved_types& types, const ufunc_options& options) {
  const std::optional<ndarray>* given[] = {&options.out, &options.out2};
  for (int k = 0; k < info(f).nout; ++k)
    if (*given[k] && !can_cast(types.out[k], (*given[k])->dtype(), options.casting))
      fail<casting_error>("Cannot cast ufunc '", info(f).name, "' output from dtype('", types.out[k],
                          "') to dtype('", (*given[k])->dtype(), "') with casting rule '",
                          name_of(options.casting), "'");
}

// Inputs that share memory with an output and are not the very same view are copied first.
bool needs_copy(const ndarray& input, std::span<const ndarray* const> outputs) {
  for (const ndarray* out : outputs)
    if (may_share_memory(input, *out) && !is_same_view(input, *out)) return true;
  return false;
}

bool any_negative(const array_like& exponent) {
  if (!exponent.array()) {
    const scalar& s = exponent.number();
    return s.type == scalar::kind::integer && s.i < 0;
  }
  const ndarray& a = *exponent.array();
  if (kind_of(a.dtype()) != 'i' || a.size() == 0) return false;
  return min(a).item().real() < 0;
}

// int64 against uint64 has no common integer dtype; the sign decides first: a < b is (a < 0) or (unsigned(a)
// < b).
ndarray compare_mixed_signs(ufunc f, const ndarray& a, const ndarray& b, const ufunc_options& options) {
  const bool a_signed = kind_of(a.dtype()) == 'i';
  const ndarray& with_sign = a_signed ? a : b;
  const ndarray negative = call(ufunc::less, with_sign, array_like(0));
  const ndarray as_unsigned = astype(with_sign, dtype::uint64, order::K, casting::unsafe);
  const ndarray plain = a_signed ? call(f, as_unsigned, b) : call(f, a, as_unsigned);
  // Where the signed side is negative it is the smaller one.
  const bool when_negative =
      f == ufunc::not_equal || (a_signed ? f == ufunc::less || f == ufunc::less_equal
                                         : f == ufunc::greater || f == ufunc::greater_equal);
  const array_like both[] = {negative, plain};
  if (when_negative) return call(ufunc::logical_or, both, options);
  const ndarray positive = call(ufunc::logical_not, negative);
  const array_like and_both[] = {positive, plain};
  return call(ufunc::logical_and, and_both, options);
}

bool has_mixed_signs(std::span<const array_like> inputs) {
  if (!inputs[0].array() || !inputs[1].array()) return false;
  const dtype a = inputs[0].array()->dtype(), b = inputs[1].array()->dtype();
  return is_integer(a) && is_integer(b) && promote_types(a, b) == dtype::float64;
}

// A Python integer that the array's dtype cannot hold: the comparison is still exact. Widens the array's
// side, or answers by the sign where no dtype holds both.
std::optional<ndarray> compare_with_wide_integer(ufunc f, std::span<const array_like> inputs,
                                                 const ufunc_options& options) {
  const int s = inputs[0].array() ? 1 : 0;
  const ndarray* a = inputs[static_cast<std::size_t>(1 - s)].array();
  const scalar& n = inputs[static_cast<std::size_t>(s)].number();
  if (!a || inputs[static_cast<std::size_t>(s)].array() || !is_integer(a->dtype())) return {};
  if (n.type != scalar::kind::integer && n.type != scalar::kind::unsigned_integer) return {};
  unsigned char probe[16];
  try {
    store_scalar(n, a->dtype(), probe);
    return {};
  } catch (const overflow_error&) {
  }
  const bool number_is_larger = n.type == scalar::kind::unsigned_integer || n.i > 0;
  const bool array_first = s == 1;
  const bool answer = f == ufunc::not_equal ||
                      ((f == ufunc::less || f == ufunc::less_equal) && number_is_larger == array_first) ||
                      ((f == ufunc::greater || f == ufunc::greater_equal) && number_is_larger != array_first);
  // Every element gives the same answer; the loop still runs so that out=, where= and shapes act as always.
  const ndarray constant = call(answer ? ufunc::equal : ufunc::not_equal, *a, *a);
  const array_like twice[] = {constant, constant};
  return call(ufunc::logical_and, twice, options);
}

void run_call(ufunc f, std::span<const array_like> inputs, const ufunc_options& options, ndarray* results) {
  const ufunc_info& facts = info(f);
  const int nin = facts.nin, nout = facts.nout;
  resolved_types types = resolve(f, inputs, options.dtype, options.casting);
  check_casts(f, types, options);
  const device where = device_of(f, inputs, options);
  const shape_t shape = common_shape(f, inputs, options);
  if (f == ufunc::power && kind_of(types.loop) == 'i' && size_of(shape) > 0 && any_negative(inputs[1]))
    fail<value_error>("Integers to negative integer powers are not allowed.");
  const ndarray* outputs[2];
  bool all_0d = shape.empty() && !options.out && !options.out2;
  for (int k = 0; k < nout; ++k) {
    results[k] = make_output(k, shape, types.out[k], where, inputs, options);
    outputs[k] = &results[k];
    dropped_parts::note(types.out[k], results[k].dtype());
  }
  const std::span<const ndarray* const> outs(outputs, static_cast<std::size_t>(nout));

  program code;
  code.inputs = nin;
  code.outputs = nout;
  code.registers = nin + nout;
  code.instructions = 1;
  code.body[0] = {f, types.loop, {}, {}};
  std::vector<ndarray> copies;
  copies.reserve(static_cast<std::size_t>(nin));
  std::array<array_like, 3> operands{inputs[0], inputs.back(), inputs.back()};
  for (int i = 0; i < nin; ++i) {
    code.register_type[i] = types.in[i];
    code.body[0].in[i] = static_cast<std::uint8_t>(i);
    const array_like& a = inputs[static_cast<std::size_t>(i)];
    if (a.array()) dropped_parts::note(a.array()->dtype(), types.in[i]);
    if (a.array() && (options.out || options.out2) && needs_copy(*a.array(), outs)) {
      copies.push_back(copy(*a.array()));
      operands[static_cast<std::size_t>(i)] = copies.back();
    } else {
      operands[static_cast<std::size_t>(i)] = a;
    }
  }
  for (int k = 0; k < nout; ++k) {
    code.register_type[nin + k] = types.out[k];
    code.output_register[k] = static_cast<std::uint8_t>(nin + k);
    code.body[0].out[k] = static_cast<std::uint8_t>(nin + k);
  }
  ndarray mask;
  if (options.where) {
    mask = to_device(*options.where, where);
    if (mask.dtype() != dtype::bool_)
      fail<casting_error>("Cannot cast ufunc '", facts.name, "' where mask from dtype('", mask.dtype(),
                          "') to dtype('bool') according to the rule 'safe'");
    if (needs_copy(mask, outs)) mask = copy(mask);
  }
  run(code, outs, std::span(operands.data(), static_cast<std::size_t>(nin)), options.where ? &mask : nullptr);
  if (all_0d)
    for (int k = 0; k < nout; ++k) results[k].set_scalar(true);
}

// Logical functions ask each input for its own truth: inputs of other dtypes than the first's are made bool.
void run_logical(ufunc f, std::span<const array_like> inputs, const ufunc_options& options,
                 ndarray* results) {
  if (inputs.size() == 1 ||
      (inputs[0].array() && inputs[1].array() && inputs[0].array()->dtype() == inputs[1].array()->dtype()))
    return run_call(f, inputs, options, results);
  ndarray as_bool[2];
  std::array<array_like, 2> operands{inputs[0], inputs[1]};
  for (std::size_t i = 0; i < 2; ++i) {
    if (inputs[i].array()) {
      as_bool[i] = astype(*inputs[i].array(), dtype::bool_, order::K, casting::unsafe, false);
      operands[i] = as_bool[i];
    } else {
      bool truth;
      store_scalar(inputs[i].number(), dtype::bool_, &truth);
      operands[i] = scalar(truth);
    }
  }
  run_call(f, operands, options, results);
}

void dispatch(ufunc f, std::span<const array_like> inputs, const ufunc_options& options, ndarray* results) {
  // As if assigned afterwards.
  if (options.out && !options.out2 && options.out->writeable() && detail::may_overlap_itself(*options.out)) {
    ufunc_options aside = options;
    aside.out = copy(*options.out);
    dispatch(f, inputs, aside, results);
    copyto(*options.out, *aside.out, casting::unsafe);
    results[0] = *options.out;
    return;
  }
  if (static_cast<int>(inputs.size()) != info(f).nin)
    fail<type_error>("[", info(f).name, "] expected ", info(f).nin, " inputs, got ", inputs.size());
  for (const auto* out : {&options.out, &options.out2})
    if (*out && !(*out)->writeable()) fail<value_error>("output array is read-only");
  if (is_comparison(f) && !options.dtype) {
    if (has_mixed_signs(inputs)) {
      results[0] = compare_mixed_signs(f, *inputs[0].array(), *inputs[1].array(), options);
      return;
    }
    if (auto answer = compare_with_wide_integer(f, inputs, options)) {
      results[0] = *answer;
      return;
    }
  }
  if (is_logical_ufunc(f)) return run_logical(f, inputs, options, results);
  run_call(f, inputs, options, results);
}

}  // namespace

ndarray call(ufunc f, std::span<const array_like> inputs, const ufunc_options& options) {
  ndarray results[2];
  const bool usual = !options.where && !options.dtype && !options.out2 && options.order == order::K &&
                     options.casting == casting::same_kind;
  if (usual && run_small(f, inputs, options.out ? &*options.out : nullptr, results[0])) {
    if (options.out) return *options.out;
    return std::move(results[0]);
  }
  dispatch(f, inputs, options, results);
  return std::move(results[0]);
}

void call_into(ufunc f, std::span<const array_like> inputs, const ndarray& out) {
  ndarray results[2];
  if (run_small(f, inputs, &out, results[0])) return;
  ufunc_options options;
  options.out = out;
  dispatch(f, inputs, options, results);
}

std::pair<ndarray, ndarray> call2(ufunc f, std::span<const array_like> inputs, const ufunc_options& options) {
  ndarray results[2];
  dispatch(f, inputs, options, results);
  return {std::move(results[0]), std::move(results[1])};
}

ndarray call(ufunc f, const array_like& a) {
  small_call small;
  if (small.prepare(f, a)) return small.run();
  const array_like inputs[] = {a};
  return call(f, inputs, {});
}

ndarray call(ufunc f, const array_like& a, const array_like& b) {
  small_call small;
  if (small.prepare(f, a, b)) return small.run();
  const array_like inputs[] = {a, b};
  return call(f, inputs, {});
}

ndarray call(ufunc f, const array_like& a, const scalar& b, const scalar& c) {
  small_call small;
  if (small.prepare(f, a, b, c)) return small.run();
  const array_like inputs[] = {a, b, c};
  return call(f, inputs, {});
}

}  // namespace numloom
