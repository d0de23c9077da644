// SPDX-License-Identifier: BSD-3-Clause
// Integer and boolean arrays as indices, read and assigned, with NumPy's rules for mixing them with the
// others.
#include <algorithm>
#include <cstdlib>

#include "numloom/creation.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/reductions.hpp"
#include "ops/index_plan.hpp"

namespace numloom::detail {

shape_t index_plan::result_shape() const {
  shape_t shape(source.shape().begin(), source.shape().begin() + position);
  shape.append(index_shape.begin(), index_shape.end());
  shape.append(source.shape().begin() + position, source.shape().end());
  return shape;
}

namespace {

// The strides of an array of the result's shape in the backend's order: index dimensions, then the others.
dims index_first(const dims& list, int position, int index_ndim) {
  dims moved(list.begin() + position, list.begin() + position + index_ndim);
  moved.append(list.begin(), list.begin() + position);
  moved.append(list.begin() + position + index_ndim, list.end());
  return moved;
}

// More index arrays than a backend takes: their sum in bytes, as one index array. Waits for the bounds.
index_plan folded(const index_plan& plan) {
  index_plan one = plan;
  one.indices.clear();
  std::int64_t lowest = 0;
  ndarray total = zeros(plan.index_shape, {.dtype = dtype::int64, .device = plan.source.device()});
  for (std::size_t k = 0; k < plan.indices.size(); ++k) {
    const int at = static_cast<int>(k);
    const std::int64_t extent = plan.extents[at], stride = plan.strides[at];
    ndarray i = astype(plan.indices[k], dtype::int64);
    if (i.size() > 0) {
      const auto low = min(i).item<std::int64_t>(), high = max(i).item<std::int64_t>();
      if (high >= extent || low < -extent)
        fail_index(plan.operation, high >= extent ? high : low, plan.axes[at], extent);
    }
    i = where(call(ufunc::less, i, 0), call(ufunc::add, i, extent), i);
    total = call(ufunc::add, total, call(ufunc::multiply, i, stride));
    lowest += std::min<std::int64_t>(0, (extent - 1) * stride);
  }
  one.indices.push_back(call(ufunc::subtract, total, lowest));
  one.source = plan.source.view(plan.source.shape(), plan.source.strides(), lowest);
  one.extents = {INT64_MAX};
  one.strides = {1};
  one.axes = {0};
  return one;
}

indexed lowered(const index_plan& plan, access intent) {
  indexed low;
  low.data = plan.source.data(intent);
  low.type = plan.source.dtype();
  low.indices = static_cast<int>(plan.indices.size());
  low.ndim = plan.index_shape.size();
  low.shape = plan.index_shape.data();
  for (int k = 0; k < low.indices; ++k) {
    const ndarray& index = plan.indices[static_cast<std::size_t>(k)];
    low.index[k] = index.data(access::read);
    low.index_type[k] = index.dtype();
    low.index_strides[k] = index.strides().data();
    low.extent[k] = plan.extents[k];
    low.stride[k] = plan.strides[k];
    low.axis[k] = plan.axes[k];
  }
  low.inner_ndim = plan.source.ndim();
  low.inner_shape = plan.source.shape().data();
  low.inner_strides = plan.source.strides().data();
  low.mode = plan.mode;
  low.operation = plan.operation;
  return low;
}

}  // namespace

void gather_into(const index_plan& plan, const ndarray& out) {
  if (plan.indices.size() > static_cast<std::size_t>(indexed::max_indices))
    return gather_into(folded(plan), out);
  if (size_of(plan.index_shape) == 0) return;
  const int n = plan.index_shape.size();
  const dims shape = index_first(out.shape(), plan.position, n),
             strides = index_first(out.strides(), plan.position, n);
  const array_ref to{out.data(access::write), out.dtype(), out.ndim(), shape.data(), strides.data()};
  backend_for(out).gather(to, lowered(plan, access::read), stream_for(out));
}

ndarray gather(const index_plan& plan) {
  const ndarray out = empty(plan.result_shape(), plan.source.dtype(), plan.source.device());
  gather_into(plan, out);
  return out;
}

void scatter(const index_plan& plan, const ndarray& values, scatter_op op) {
  if (plan.indices.size() > static_cast<std::size_t>(indexed::max_indices))
    return scatter(folded(plan), values, op);
  if (size_of(plan.index_shape) == 0) return;
  const int n = plan.index_shape.size();
  const shape_t result = plan.result_shape();
  dims seen(result.size());
  broadcast_strides(values.shape(), values.strides(), result, seen.data());
  const dims shape = index_first(result, plan.position, n), strides = index_first(seen, plan.position, n);
  const array_ref from{values.data(access::read), values.dtype(), result.size(), shape.data(),
                       strides.data()};
  backend_for(plan.source).scatter(lowered(plan, access::write), from, op, stream_for(plan.source));
}

index_plan plan_axis(const ndarray& a, const ndarray& indices, int axis, index_mode mode,
                     const char* operation) {
  index_plan plan;
  shape_t shape = a.shape();
  dims strides = a.strides();
  plan.extents = {shape[axis]};
  plan.strides = {strides[axis]};
  plan.axes = {axis};
  shape.erase(axis);
  strides.erase(axis);
  plan.source = a.view(shape, strides);
  plan.indices.push_back(indices);
  plan.index_shape = indices.shape();
  plan.position = axis;
  plan.mode = mode;
  plan.operation = operation;
  return plan;
}

namespace {

void check_mask(const ndarray& mask, const ndarray& a, int first) {
  for (int d = 0; d < mask.ndim(); ++d)
    if (mask.shape()[d] != a.shape()[first + d] && mask.shape()[d] != 0)  // NumPy lets empty masks pass
      fail<index_error>("[getitem] boolean index did not match indexed array along axis ", first + d,
                        "; size of axis is ", a.shape()[first + d],
                        " but size of corresponding boolean axis is ", mask.shape()[d]);
}

// Walks an index from left to right and builds the plan.
class planner {
 public:
  planner(const ndarray& a, index_list index) : a_(a) {
    const index_summary summary = summarise(a, index);
    for (const index_item& item : index) {
      if (const auto* i = std::get_if<std::int64_t>(&item))
        integer(*i);
      else if (const auto* s = std::get_if<slice>(&item))
        slice_of(*s);
      else if (std::holds_alternative<newaxis_t>(item))
        inner(1, 0);
      else if (std::holds_alternative<ellipsis_t>(item))
        keep(a.ndim() - summary.used);
      else
        array(std::get<ndarray>(item));
    }
    keep(a.ndim() - axis_);
    finish();
  }
  index_plan plan;

 private:
  // Arrays, and integers beside them, that stand side by side keep their place in the result; otherwise the
  // dimensions of the index come first.
  void mark_advanced() {
    if (state_ == before) {
      plan.position = shape_.size();
      state_ = inside;
    } else if (state_ == behind) {
      plan.position = 0;
    }
  }
  void mark_other() {
    if (state_ == inside) state_ = behind;
  }
  void inner(std::int64_t extent, std::int64_t stride) {
    mark_other();
    shape_.push_back(extent);
    strides_.push_back(stride);
  }
  void keep(int count) {
    mark_other();
    for (; count > 0; --count, ++axis_) inner(a_.shape()[axis_], a_.strides()[axis_]);
  }
  void integer(std::int64_t i) {
    mark_advanced();
    const std::int64_t extent = a_.shape()[axis_], at = i < 0 ? i + extent : i;
    if (at < 0 || at >= extent) fail_index("getitem", i, axis_, extent);
    offset_ += at * a_.strides()[axis_++];
  }
  void slice_of(const slice& s) {
    const slice_bounds b = bounds_of(s, a_.shape()[axis_]);
    if (b.count > 0) offset_ += b.start * a_.strides()[axis_];
    inner(b.count, a_.strides()[axis_++] * b.step);
  }
  void array(const ndarray& given) {
    mark_advanced();
    if (given.dtype() != dtype::bool_) {
      if (!is_integer(given.dtype()) && given.size() > 0)
        fail<index_error>("[getitem] arrays used as indices must be of integer (or boolean) type, got ",
                          given.dtype());
      if (given.ndim() == 0 && given.device().is_cpu() && is_integer(given.dtype())) {
        return integer(given.item<std::int64_t>());
      }
      return add(is_integer(given.dtype()) ? to_device(given, a_.device())
                                           : empty(given.shape(), dtype::int64, a_.device()));
    }
    if (given.ndim() == 0) {  // True and False: a new dimension of extent 1 or 0
      join({given.item<bool>() ? 1 : 0});
      return;
    }
    check_mask(given, a_, axis_);
    for (const ndarray& i : nonzero(to_device(given, a_.device()))) add(i);
  }
  void add(const ndarray& i) {
    plan.indices.push_back(i);
    plan.extents.push_back(a_.shape()[axis_]);
    plan.strides.push_back(a_.strides()[axis_]);
    plan.axes.push_back(axis_++);
    join(i.shape());
  }
  void join(const shape_t& shape) {
    index_shapes_.push_back(shape);
    const shape_t before_it = plan.index_shape;
    for (int k = 1; k <= std::min(shape.size(), before_it.size()); ++k) {
      const std::int64_t x = shape[shape.size() - k], y = before_it[before_it.size() - k];
      if (x != y && x != 1 && y != 1) fail_shapes();
    }
    plan.index_shape = broadcast_shapes(before_it, shape);
  }
  [[noreturn]] void fail_shapes() const {
    std::string text;
    for (const shape_t& shape : index_shapes_) text += compact(shape) + " ";
    fail<index_error>(
        "[getitem] shape mismatch: indexing arrays could not be broadcast together with shapes ", text);
  }
  void finish() {
    plan.source = a_.view(shape_, strides_, offset_);
    for (ndarray& i : plan.indices)
      if (i.shape() != plan.index_shape) i = broadcast_to(i, plan.index_shape);
  }

  enum { before, inside, behind } state_ = before;
  const ndarray& a_;
  int axis_ = 0;
  shape_t shape_;
  dims strides_;
  std::int64_t offset_ = 0;
  std::vector<shape_t> index_shapes_;
};

// a[mask] with one mask over the leading dimensions, or null.
const ndarray* leading_mask(const ndarray& a, index_list index) {
  if (index.size() != 1) return nullptr;
  const ndarray* mask = std::get_if<ndarray>(&index[0]);
  if (!mask || mask->dtype() != dtype::bool_ || mask->ndim() == 0) return nullptr;
  check_mask(*mask, a, 0);
  return mask;
}

ndarray compress_leading(const ndarray& a, const ndarray& given) {
  const ndarray mask = ascontiguousarray(to_device(given, a.device()));
  const ndarray source = ascontiguousarray(a);
  const std::int64_t count = backend_for(a).count_true(ref(mask, access::read), stream_for(a));
  shape_t shape(a.shape().begin() + mask.ndim(), a.shape().end());
  std::int64_t block = a.itemsize();
  for (std::int64_t extent : shape) block *= extent;
  shape.insert(0, count);
  const ndarray out = empty(shape, a.dtype(), a.device());
  if (out.size() > 0)
    backend_for(a).compress(out.data(access::write), source.data(access::read), mask.data(access::read),
                            mask.size(), block, count, stream_for(a));
  return out;
}

// a[mask] = one value, by a masked store.
void fill_where(const ndarray& a, const ndarray& mask, const ndarray& value) {
  shape_t shape = mask.shape();
  dims strides = mask.strides();
  while (shape.size() < a.ndim()) {
    shape.push_back(1);
    strides.push_back(0);
  }
  const ndarray seen = mask.view(shape, strides);
  copyto(a, reshape(value, {}), casting::unsafe, &seen);
}

// The same of a number: its bytes, without an array around them.
bool fill_where(const ndarray& a, index_list index, const scalar& number) {
  const ndarray* mask = leading_mask(a, index);
  if (!mask || mask->ndim() != a.ndim() || mask->shape() != a.shape() || mask->device() != a.device() ||
      may_overlap_itself(a) || may_share_memory(a, *mask))
    return false;
  if (number.type == scalar::kind::complex && !is_complex(a.dtype()) && a.dtype() != dtype::bool_)
    return false;
  alignas(16) unsigned char element[16];
  store_scalar(number, a.dtype(), element);
  void* const to = a.data(access::write);
  static constexpr std::int64_t zeros[max_dims] = {};
  iteration_space space;
  const operand_layout operands[] = {{to, a.strides().data()},
                                     {mask->data(access::read), mask->strides().data()},
                                     {nullptr, zeros},
                                     {to, a.strides().data()}};
  canonicalise(space, a.shape(), operands);
  if (space.size > 0) backend_for(a).select(space, a.itemsize(), element, nullptr, stream_for(a));
  return true;
}

// Does the whole mask-shaped assignment follow NumPy's rules for a single mask of full rank?
void assign_masked(const ndarray& a, const ndarray& mask, const ndarray& value) {
  if (value.ndim() > 1)
    fail<type_error>(
        "[setitem] NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has ",
        value.ndim(), " dimensions");
  const auto count = backend_for(mask).count_true(ref(mask, access::read), stream_for(mask));
  if (value.size() != count)
    fail<value_error>("[setitem] NumPy boolean array indexing assignment cannot assign ", value.size(),
                      " input values to the ", count, " output values where the mask is true");
  if (count == 0) return;
  if (a.is_c_contiguous() && mask.is_c_contiguous() && value.is_c_contiguous() &&
      backend_for(a).expand(a.data(access::write), value.data(access::read), mask.data(access::read),
                            a.size(), a.itemsize(), count, stream_for(a)))
    return;
  const index_item item(mask);
  scatter(planner(a, {&item, 1}).plan, value);
}

// Dimensions from the largest of these strides to the smallest; zeros and equals stay where they are.
template <class Strides> dims outer_first(int n, const Strides& strides_of) {
  dims order(n);
  for (int d = 0; d < n; ++d) order[d] = d;
  for (int d = 1; d < n; ++d)
    for (int e = d; e > 0 && strides_of(order[e], order[e - 1]) > 0; --e) std::swap(order[e], order[e - 1]);
  return order;
}

// A result laid out as NumPy does: the dimensions of the index outside, in C order (in the order of the index
// arrays' strides where they are alone), the others in the order of the array's strides.
ndarray empty_as_indexed(const index_plan& plan) {
  const int n = plan.index_shape.size(), rest = plan.source.ndim();
  const auto longer = [](std::int64_t x, std::int64_t y) {
    return x != 0 && y != 0 ? std::abs(x) - std::abs(y) : 0;
  };
  const dims inner_order = outer_first(rest, [&](std::int64_t x, std::int64_t y) {
    const dims& strides = plan.source.strides();
    return longer(strides[static_cast<int>(x)], strides[static_cast<int>(y)]);
  });
  const dims index_order = outer_first(n, [&](std::int64_t x, std::int64_t y) {
    for (const ndarray& i : plan.indices)
      if (const auto more = longer(i.strides()[static_cast<int>(x)], i.strides()[static_cast<int>(y)]);
          more != 0 && rest == 0)
        return more;
    return std::int64_t{0};
  });
  const ndarray made = empty(plan.result_shape(), plan.source.dtype(), plan.source.device());
  std::int64_t step = made.itemsize();
  dims inner(rest), index(n);
  for (int k = rest - 1; k >= 0; --k) {
    const int d = static_cast<int>(inner_order[k]);
    inner[d] = step;
    step *= std::max<std::int64_t>(1, plan.source.shape()[d]);
  }
  for (int k = n - 1; k >= 0; --k) {
    const int d = static_cast<int>(index_order[k]);
    index[d] = step;
    step *= std::max<std::int64_t>(1, plan.index_shape[d]);
  }
  dims strides(inner.begin(), inner.begin() + plan.position);
  strides.append(index.begin(), index.end());
  strides.append(inner.begin() + plan.position, inner.end());
  return ndarray(made.bytes(), 0, made.dtype(), made.shape(), strides);
}

bool shares_with_indices(const ndarray& a, const index_plan& plan) {
  return std::any_of(plan.indices.begin(), plan.indices.end(),
                     [&](const ndarray& i) { return may_share_memory(a, i); });
}

// The value as an array of a's dtype on its device that shares no memory with a.
ndarray prepared(const ndarray& a, const array_like& value) {
  if (!value.array()) return full0(value.number(), a.dtype(), a.device());
  const ndarray& given = *value.array();
  if (may_share_memory(a, given)) return astype(given, a.dtype());
  return to_device(astype(given, a.dtype(), order::K, casting::unsafe, false), a.device());
}

}  // namespace

namespace {

// The index of a[i], a line of integers on the same device, for a one-dimensional a; else null.
const ndarray* only_line(const ndarray& a, index_list index) {
  if (index.size() != 1 || a.ndim() != 1) return nullptr;
  const ndarray* line = std::get_if<ndarray>(&index[0]);
  if (!line || line->ndim() != 1 || !is_integer(line->dtype())) return nullptr;
  return line->device() == a.device() ? line : nullptr;
}

// a[line] without a plan: on few elements making that costs more than the rest.
indexed lowered_line(const ndarray& a, const ndarray& line, access intent, const char* operation) {
  indexed low;
  low.data = a.data(intent);
  low.type = a.dtype();
  low.indices = low.ndim = 1;
  low.shape = line.shape().data();
  low.index[0] = line.data(access::read);
  low.index_type[0] = line.dtype();
  low.index_strides[0] = line.strides().data();
  low.extent[0] = a.shape()[0];
  low.stride[0] = a.strides()[0];
  low.axis[0] = 0;
  low.operation = operation;
  return low;
}

// The usual cases of gather() and scatter().
ndarray take_line(const ndarray& a, const ndarray& line) {
  const ndarray out = empty(line.shape(), a.dtype(), a.device());
  if (out.size() > 0)
    backend_for(a).gather(ref(out, access::write), lowered_line(a, line, access::read, "getitem"),
                          stream_for(a));
  return out;
}
bool put_line(const ndarray& a, index_list index, const ndarray& values) {
  const ndarray* line = only_line(a, index);
  if (!line || values.shape() != line->shape() || may_share_memory(a, *line)) return false;
  if (line->size() > 0)
    backend_for(a).scatter(lowered_line(a, *line, access::write, "setitem"), ref(values, access::read),
                           scatter_op::assign, stream_for(a));
  return true;
}

}  // namespace

ndarray get_advanced(const ndarray& a, index_list index) {
  if (const ndarray* line = only_line(a, index)) return take_line(a, *line);
  if (const ndarray* mask = leading_mask(a, index)) return compress_leading(a, *mask);
  const planner made(a, index);
  const index_plan& plan = made.plan;
  ndarray result;
  if (!plan.indices.empty()) {
    result = empty_as_indexed(plan);
    gather_into(plan, result);
  } else if (size_of(plan.index_shape) > 0) {  // integers, True
    result = reshape(copy(plan.source, order::C), plan.result_shape());
  } else {
    result = empty(plan.result_shape(), a.dtype(), a.device());
  }
  const bool numbers_only = std::all_of(index.begin(), index.end(), [](const index_item& item) {
    return item.index() == 0 || (item.index() == 4 && std::get<ndarray>(item).dtype() != dtype::bool_);
  });
  return numbers_only ? scalar_if_0d(result) : result;
}

void set_advanced(const ndarray& a, index_list index, const array_like& value, std::optional<ufunc> joins) {
  if (!joins && !value.array() && fill_where(a, index, value.number())) return;
  const ndarray values = prepared(a, value);
  a.data(access::write);  // refuses a read-only array before anything else is done
  if (!joins && put_line(a, index, values)) return;
  if (const ndarray* mask = leading_mask(a, index); mask && !joins) {
    const ndarray here = may_share_memory(a, *mask) ? copy(*mask) : to_device(*mask, a.device());
    if (values.ndim() == 0 || (values.size() == 1 && values.ndim() == 1))
      return here.size() == 0 ? void() : fill_where(a, here, values);  // an empty mask need not fit a's shape
    if (here.ndim() == a.ndim()) return assign_masked(a, here, values);
  }
  planner made(a, index);
  index_plan& plan = made.plan;
  plan.operation = "setitem";
  const shape_t result = plan.result_shape();
  if (plan.indices.empty() && size_of(plan.index_shape) > 0) {  // integers, True
    const ndarray target = reshape(plan.source, result);
    return joins ? join_into(target, values, *joins) : copyto(target, values, casting::unsafe);
  }
  shape_t given = values.shape();
  ndarray seen = values;
  while (given.size() > result.size() && given[0] == 1) given.erase(0);
  bool fits = given.size() <= result.size();
  for (int k = 1; fits && k <= given.size(); ++k)
    fits = given[given.size() - k] == 1 || given[given.size() - k] == result[result.size() - k];
  if (!fits)
    fail<value_error>("[setitem] shape mismatch: value array of shape ", compact(values.shape()),
                      " could not be broadcast to indexing result of shape ", compact(result));
  if (plan.indices.empty()) return;  // False
  if (given.size() != seen.ndim()) seen = reshape(seen, given);
  if (shares_with_indices(a, plan))
    for (ndarray& i : plan.indices) i = copy(i);
  scatter(plan, seen, joins ? scatter_of(*joins).value() : scatter_op::assign);
}

void join_into(const ndarray& target, const array_like& value, ufunc f) {
  const array_like inputs[] = {target, value};
  call(f, inputs, {.out = target});
}

std::optional<scatter_op> scatter_of(ufunc f) {
  switch (f) {
    case ufunc::add: return scatter_op::add;
    case ufunc::subtract: return scatter_op::subtract;
    case ufunc::multiply: return scatter_op::multiply;
    case ufunc::maximum: return scatter_op::maximum;
    case ufunc::minimum: return scatter_op::minimum;
    default: return {};
  }
}

}  // namespace numloom::detail
