// SPDX-License-Identifier: BSD-3-Clause
// Choosing elements: where, clip, nonzero, compress, take, put.
#include <algorithm>
#include <cstring>
#include <limits>

#include "numloom/creation.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/reductions.hpp"
#include "ops/index_plan.hpp"

namespace numloom {

using namespace detail;

namespace {

ndarray truth_of(const ndarray& a) { return a.dtype() == dtype::bool_ ? a : astype(a, dtype::bool_); }

// C-order positions of the true elements. Waits for their number.
ndarray true_positions(const ndarray& a) {
  const ndarray mask = ascontiguousarray(truth_of(a));
  const std::int64_t count = backend_for(a).count_true(ref(mask, access::read), stream_for(a));
  ndarray positions = empty({count}, dtype::int64, a.device());
  if (count > 0)
    backend_for(a).flat_nonzero(static_cast<std::int64_t*>(positions.data(access::write)),
                                mask.data(access::read), mask.size(), count, stream_for(a));
  return positions;
}

}  // namespace

std::vector<ndarray> nonzero(const ndarray& a) {
  if (a.ndim() == 0)
    fail<value_error>(
        "[nonzero] Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() "
        "instead.");
  std::vector<ndarray> result(static_cast<std::size_t>(a.ndim()));
  ndarray rest = true_positions(a);
  for (int d = a.ndim() - 1; d > 0; --d) {
    const std::int64_t extent = std::max<std::int64_t>(a.shape()[d], 1);
    result[static_cast<std::size_t>(d)] = call(ufunc::remainder, rest, extent);
    rest = call(ufunc::floor_divide, rest, extent);
  }
  result[0] = rest;
  return result;
}

ndarray flatnonzero(const ndarray& a) { return true_positions(a); }

ndarray argwhere(const ndarray& a) {
  if (a.ndim() == 0) return empty({truth_of(a).item<bool>() ? 1 : 0, 0}, dtype::int64, a.device());
  return transpose(stack(nonzero(a)));  // columns lie together, as NumPy's
}

namespace {

// An operand of where in the result's dtype. Numbers wrap as NumPy's conversion of a whole array does.
struct choice {
  ndarray array;
  alignas(16) unsigned char value[16];
  const void* number = nullptr;
};

void set_choice(choice& c, const array_like& from, dtype type) {
  if (from.array()) {
    c.array = from.array()->dtype() == type ? *from.array() : astype(*from.array(), type);
    return;
  }
  const scalar& s = from.number();
  if (is_integer(type) && s.type == scalar::kind::integer) {
    const std::int64_t bits = s.i;
    std::memcpy(c.value, &bits, static_cast<std::size_t>(itemsize(type)));  // little-endian: the low bytes
  } else {
    store_scalar(s, type, c.value);
  }
  c.number = c.value;
}

}  // namespace

ndarray where(const ndarray& condition, const array_like& x, const array_like& y) {
  const array_like all[] = {condition, x, y};
  const device where_to = common_device(all, "where");
  const dtype type = result_type(std::span(all).subspan(1));
  choice a, b;
  set_choice(a, x, type);
  set_choice(b, y, type);
  const ndarray mask = to_device(truth_of(condition), where_to);
  shape_t shape = mask.shape();
  const ndarray* sources[3] = {&mask};
  std::size_t arrays = 1;
  for (choice* c : {&a, &b}) {
    if (c->number) continue;
    if (c->array.device() != where_to) c->array = to_device(c->array, where_to);
    if (c->array.shape() != shape) shape = broadcast_shapes(shape, c->array.shape());
    sources[arrays++] = &c->array;
  }
  ndarray out = empty_for(shape, type, where_to, std::span(sources, arrays), standing::ignored);
  std::int64_t strides[3][max_dims];
  const auto bind = [&](const ndarray& source, std::int64_t* to) -> operand_layout {
    broadcast_strides(source.shape(), source.strides(), shape, to);
    return {source.data(access::read), to};
  };
  std::fill_n(strides[1], shape.size(), 0);
  std::fill_n(strides[2], shape.size(), 0);
  const operand_layout operands[] = {
      {out.data(access::write), out.strides().data()},
      bind(mask, strides[0]),
      a.number ? operand_layout{nullptr, strides[1]} : bind(a.array, strides[1]),
      b.number ? operand_layout{nullptr, strides[2]} : bind(b.array, strides[2]),
  };
  iteration_space space;
  canonicalise(space, std::as_const(shape), operands);
  if (space.size > 0) backend_for(out).select(space, out.itemsize(), a.number, b.number, stream_for(out));
  return out;
}

namespace {

// A bound that no value of an integer dtype can cross says nothing (NumPy drops it rather than refuse it).
bool is_idle(const array_like& bound, dtype t, bool low) {
  if (bound.array() || !is_integer(t)) return false;
  const scalar& s = bound.number();
  if (s.type != scalar::kind::integer && s.type != scalar::kind::unsigned_integer) return false;
  return visit_dtype(t, [&]<class T>(T) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      if (s.type == scalar::kind::unsigned_integer)
        return !low && std::cmp_greater_equal(s.u, std::numeric_limits<T>::max());
      return low ? std::cmp_less_equal(s.i, std::numeric_limits<T>::min())
                 : std::cmp_greater_equal(s.i, std::numeric_limits<T>::max());
    }
    return false;
  });
}

}  // namespace

ndarray clip(const ndarray& a, const std::optional<array_like>& low, const std::optional<array_like>& high,
             const ufunc_options& options) {
  const bool has_low = low && !is_idle(*low, a.dtype(), true),
             has_high = high && !is_idle(*high, a.dtype(), false);
  if (has_low && has_high) {
    const bool plain = !options.out && !options.where && !options.dtype &&
                       options.casting == casting::same_kind && options.order == order::K;
    if (plain && !low->array() && !high->array()) return call(ufunc::clip, a, low->number(), high->number());
    const array_like inputs[] = {a, *low, *high};
    return call(ufunc::clip, inputs, options);
  }
  if (!has_low && !has_high) {
    const array_like inputs[] = {a};
    return call(ufunc::positive, inputs, options);
  }
  const array_like inputs[] = {a, has_low ? *low : *high};
  return call(has_low ? ufunc::maximum : ufunc::minimum, inputs, options);
}

ndarray take(const ndarray& a, const array_like& indices, std::optional<int> axis, std::string_view mode,
             const std::optional<ndarray>& out) {
  if (!axis) return take(ravel(a), indices, 0, mode, out);
  const ndarray source = a.ndim() == 0 ? reshape(a, {1}) : a;
  const int d = normalize_axis(*axis, source.ndim(), "take");
  const index_mode how = parse_index_mode(mode);
  const ndarray at = integer_indices(as_array(indices, a.device()), a.device(), "take");
  const index_plan plan = plan_axis(source, at, d, how, "take");
  const shape_t shape = plan.result_shape();
  if (source.shape()[d] == 0 && size_of(shape) > 0)
    fail<index_error>("[take] cannot do a non-empty take from an empty axes.");
  std::int64_t rows = 1;
  for (int k = 0; k < d; ++k) rows *= source.shape()[k];
  if (!out && rows == 0) return empty(shape, a.dtype(), a.device());  // NumPy looks at no index then
  if (!out) return scalar_if_0d(gather(plan));
  if (out->shape() != shape)
    fail<value_error>("[take] output array does not match result of ndarray.take: expected shape ",
                      to_string(shape), ", got ", to_string(out->shape()));
  if (!can_cast(out->dtype(), a.dtype(), casting::safe))  // NumPy reads it first, as a buffer of a's dtype
    fail<type_error>("[take] Cannot cast array data from dtype('", out->dtype(), "') to dtype('", a.dtype(),
                     "') according to the rule 'safe'");
  if (out->dtype() == a.dtype() && out->device() == a.device() && !may_share_memory(*out, a) &&
      !may_share_memory(*out, at))
    gather_into(plan, *out);
  else
    copyto(*out, gather(plan), casting::unsafe);
  return *out;
}

void put(const ndarray& a, const array_like& indices, const array_like& from, std::string_view mode) {
  const index_mode how = parse_index_mode(mode);
  const ndarray values = as_array(from, a.device());
  const ndarray where_to = ravel(integer_indices(as_array(indices, a.device()), a.device(), "put"));
  a.data(access::write);
  if (a.size() == 0 && where_to.size() > 0)
    fail<index_error>("[put] cannot replace elements of an empty array");
  if (where_to.size() == 0 || values.size() == 0) return;
  ndarray given = to_device(ravel(astype(values, a.dtype(), order::C, casting::unsafe, false)), a.device());
  if (given.size() == 1) {
    given = reshape(given, {});
  } else if (given.size() < where_to.size()) {
    given = take(given, arange(0, where_to.size(), 1, {.device = a.device()}), 0, "wrap");
  } else if (given.size() > where_to.size()) {
    given = given.view({where_to.size()}, given.strides());
  }
  if (may_share_memory(a, given)) given = copy(given);
  const bool direct = a.is_c_contiguous() && !may_share_memory(a, where_to);
  const ndarray flat = direct ? ravel(a) : flatten(a);
  scatter(plan_axis(flat, where_to, 0, how, "put"), given);
  if (!direct) copyto(a, reshape(flat, a.shape()), casting::unsafe);
}

ndarray take_along_axis(const ndarray& a, const ndarray& indices, std::optional<int> axis) {
  if (!is_integer(indices.dtype()))
    fail<index_error>("[take_along_axis] `indices` must be an integer array, got ", indices.dtype());
  if (!axis) {
    if (indices.ndim() != 1)
      fail<value_error>("[take_along_axis] when axis=None, `indices` must have a single dimension.");
    return take_along_axis(ravel(a), indices, 0);
  }
  const int n = a.ndim(), d = normalize_axis(*axis, n, "take_along_axis");
  if (indices.ndim() != n)
    fail<value_error>("[take_along_axis] `indices` and `arr` must have the same number of dimensions");
  index_plan plan;
  plan.source = a.view({}, {});
  plan.operation = "take_along_axis";
  plan.index_shape = indices.shape();
  for (int k = 0; k < n; ++k)
    if (k != d) {
      const std::int64_t x = a.shape()[k], y = indices.shape()[k];
      if (x != y && x != 1 && y != 1)
        fail<index_error>(
            "[take_along_axis] shape mismatch: indexing arrays could not be broadcast together with shapes ",
            to_string(indices.shape()), " ", to_string(a.shape()));
      plan.index_shape[k] = x == 1 ? y : x;
    }
  for (int k = 0; k < n; ++k) {
    if (k != d && a.shape()[k] == 1) continue;  // stands still
    ndarray i;
    if (k == d) {
      i = to_device(indices, a.device());
    } else {
      shape_t shape(n, 1);
      shape[k] = a.shape()[k];
      i = reshape(arange(0, a.shape()[k], 1, {.device = a.device()}), shape);
    }
    plan.indices.push_back(broadcast_to(i, plan.index_shape));
    plan.extents.push_back(a.shape()[k]);
    plan.strides.push_back(a.strides()[k]);
    plan.axes.push_back(k);
  }
  return gather(plan);
}

ndarray compress(const ndarray& condition, const ndarray& a, std::optional<int> axis) {
  if (condition.ndim() != 1) fail<value_error>("[compress] condition must be a 1-d array");
  if (!axis || (a.ndim() == 0 && (*axis == 0 || *axis == -1))) return compress(condition, ravel(a), 0);
  const int d = normalize_axis(*axis, a.ndim(), "compress");
  if (condition.size() == a.shape()[d] && d == 0) {
    const index_item mask(truth_of(condition));
    return get_item(a, {&mask, 1});
  }
  return take(a, flatnonzero(to_device(condition, a.device())), d);
}

}  // namespace numloom
