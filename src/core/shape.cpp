// SPDX-License-Identifier: BSD-3-Clause
// Shapes, strides, broadcasting, and the canonical loops of an elementwise operation.
#include "core/shape.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/iteration.hpp"
#include "core/reduction.hpp"

namespace numloom {

std::int64_t size_of(const shape_t& shape) {
  std::int64_t size = 1;
  bool overflow = false, empty = false;
  for (std::int64_t extent : shape) {
    if (extent < 0) fail<value_error>("negative dimensions are not allowed: shape ", to_string(shape));
    empty |= extent == 0;
    if (extent > 0) overflow |= __builtin_mul_overflow(size, extent, &size);
  }
  if (overflow)
    fail<value_error>("array is too big: the elements of shape ", to_string(shape), " cannot be counted");
  return empty ? 0 : size;
}

std::string to_string(const shape_t& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

dims contiguous_strides(const shape_t& shape, int itemsize, order layout) {
  dims strides(shape.size());
  std::int64_t step = itemsize;
  const int n = shape.size();
  for (int k = 0; k < n; ++k) {
    const int axis = layout == order::F ? k : n - 1 - k;
    strides[axis] = step;
    step *= std::max<std::int64_t>(shape[axis], 1);
  }
  return strides;
}

int normalize_axis(int axis, int ndim, std::string_view operation) {
  if (axis < -ndim || axis >= ndim)
    throw axis_error(as_text(operation.empty() ? "" : "[", operation, operation.empty() ? "" : "] ", "axis ",
                             axis, " is out of bounds for array of dimension ", ndim),
                     axis, ndim);
  return axis < 0 ? axis + ndim : axis;
}

std::string detail::compact(const shape_t& shape) {
  std::string text = to_string(shape);
  std::erase(text, ' ');
  return text;
}

shape_t broadcast_shapes(const shape_t& a, const shape_t& b) {
  const shape_t& longer = a.size() >= b.size() ? a : b;
  const shape_t& shorter = a.size() >= b.size() ? b : a;
  shape_t result = longer;
  const int skip = longer.size() - shorter.size();
  for (int i = 0; i < shorter.size(); ++i) {
    const std::int64_t x = longer[skip + i], y = shorter[i];
    if (x == y || y == 1) continue;
    if (x != 1)
      fail<value_error>("operands could not be broadcast together with shapes ", detail::compact(a), " ",
                        detail::compact(b), " ");
    result[skip + i] = y;
  }
  return result;
}

void broadcast_strides(const shape_t& from, const dims& strides, const shape_t& to, std::int64_t* out) {
  const int skip = to.size() - from.size();
  for (int i = 0; i < skip; ++i) out[i] = 0;
  for (int i = 0; i < from.size(); ++i) out[skip + i] = from[i] == 1 && to[skip + i] != 1 ? 0 : strides[i];
}

namespace {

void flip(iteration_space& space, int d) {
  for (int k = 0; k < space.operands; ++k) {
    if (space.data[k])
      space.data[k] = static_cast<char*>(space.data[k]) + (space.shape[d] - 1) * space.strides[k][d];
    space.strides[k][d] = -space.strides[k][d];
  }
}

// Does dimension a belong outside dimension b? Decided by the first operand that moves along both.
bool outside(const iteration_space& space, int a, int b) {
  for (int k = 0; k < space.operands; ++k) {
    const std::int64_t sa = std::abs(space.strides[k][a]), sb = std::abs(space.strides[k][b]);
    if (sa == 0 || sb == 0 || sa == sb) continue;
    return sa > sb;
  }
  return a < b;
}

void swap_dimensions(iteration_space& space, int a, int b) {
  std::swap(space.shape[a], space.shape[b]);
  for (int k = 0; k < space.operands; ++k) std::swap(space.strides[k][a], space.strides[k][b]);
}

}  // namespace

void canonicalise(iteration_space& space, std::span<const std::int64_t> shape,
                  std::span<const operand_layout> operands) {
  space.operands = static_cast<int>(operands.size());
  space.ndim = 0;
  space.size = 1;
  for (int k = 0; k < space.operands; ++k) space.data[k] = operands[static_cast<std::size_t>(k)].data;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    space.size *= shape[d];
    if (shape[d] == 1) continue;
    space.shape[space.ndim] = shape[d];
    for (int k = 0; k < space.operands; ++k)
      space.strides[k][space.ndim] = operands[static_cast<std::size_t>(k)].strides[d];
    ++space.ndim;
  }
  if (space.size == 0) return;
  for (int d = 0; d < space.ndim; ++d) {
    // Backwards along the deciding operand, or along all that move: turn it, so that neighbours can merge.
    std::int64_t direction = 0;
    for (int k = 0; k < space.operands && direction == 0; ++k) direction = space.strides[k][d];
    if (direction < 0) flip(space, d);
  }
  for (int d = 1; d < space.ndim; ++d)  // insertion sort: stable, and the dimensions are few
    for (int e = d; e > 0 && outside(space, e, e - 1); --e) swap_dimensions(space, e, e - 1);
  int last = 0;
  for (int d = 1; d < space.ndim; ++d) {
    bool mergeable = true;
    for (int k = 0; k < space.operands; ++k)
      mergeable &= space.strides[k][last] == space.strides[k][d] * space.shape[d];
    if (mergeable) {
      space.shape[last] *= space.shape[d];
    } else {
      ++last;
      space.shape[last] = space.shape[d];
    }
    for (int k = 0; k < space.operands; ++k) space.strides[k][last] = space.strides[k][d];
  }
  if (space.ndim > 0) space.ndim = last + 1;
}

namespace {

// Sorts dimensions by the source's stride, largest first, and merges neighbours; `lists` move along.
int merge_dimensions(std::int64_t* shape, int ndim, std::span<std::int64_t* const> lists, bool ordered) {
  const auto swap = [&](int a, int b) {
    std::swap(shape[a], shape[b]);
    for (std::int64_t* list : lists) std::swap(list[a], list[b]);
  };
  if (!ordered)
    for (int d = 1; d < ndim; ++d)
      for (int e = d; e > 0 && std::abs(lists[0][e]) > std::abs(lists[0][e - 1]); --e) swap(e, e - 1);
  int last = 0;
  for (int d = 1; d < ndim; ++d) {
    bool mergeable = true;
    for (std::int64_t* list : lists) mergeable &= list[last] == list[d] * shape[d];
    if (mergeable)
      shape[last] *= shape[d];
    else
      shape[++last] = shape[d];
    for (std::int64_t* list : lists) list[last] = list[d];
  }
  return ndim > 0 ? last + 1 : 0;
}

}  // namespace

void make_plan(reduction_plan& plan, const shape_t& shape, const dims& source, const std::int64_t* mask,
               const dims& axes, const std::int64_t* out, const std::int64_t* out2, bool ordered) {
  plan.kept = plan.reduced = 0;
  plan.outputs = plan.length = 1;
  int next_reduced = 0, next_kept = 0;
  for (int d = 0; d < shape.size(); ++d) {
    const bool reduce = next_reduced < axes.size() && axes[next_reduced] == d;
    const std::int64_t step = source[d], mask_step = mask ? mask[d] : 0;
    if (reduce) {
      ++next_reduced;
      plan.length *= shape[d];
      if (shape[d] == 1) continue;
      const int r = plan.reduced++;
      plan.reduced_shape[r] = shape[d];
      plan.reduced_source[r] = step;
      plan.reduced_mask[r] = mask_step;
    } else {
      plan.outputs *= shape[d];
      const int o = next_kept++;
      if (shape[d] == 1) continue;
      const int k = plan.kept++;
      plan.kept_shape[k] = shape[d];
      plan.kept_source[k] = step;
      plan.kept_mask[k] = mask_step;
      plan.kept_out[k] = out[o];
      plan.kept_out2[k] = out2 ? out2[o] : 0;
    }
  }
  if (plan.outputs == 0 || plan.length == 0) return;
  if (!ordered)  // walk the reduced dimensions forwards
    for (int r = 0; r < plan.reduced; ++r)
      if (plan.reduced_source[r] < 0) {
        const std::int64_t last = plan.reduced_shape[r] - 1;
        plan.source = static_cast<const char*>(plan.source) + last * plan.reduced_source[r];
        if (plan.mask) plan.mask = static_cast<const char*>(plan.mask) + last * plan.reduced_mask[r];
        plan.reduced_source[r] = -plan.reduced_source[r];
        plan.reduced_mask[r] = -plan.reduced_mask[r];
      }
  std::int64_t* const reduced[] = {plan.reduced_source, plan.reduced_mask};
  plan.reduced = merge_dimensions(plan.reduced_shape, plan.reduced, reduced, ordered);
  std::int64_t* const kept[] = {plan.kept_source, plan.kept_mask, plan.kept_out, plan.kept_out2};
  plan.kept = merge_dimensions(plan.kept_shape, plan.kept, kept, false);
}

// Not where each axis steps over all that lies inside it.
bool detail::may_overlap_itself(const ndarray& a) {
  if (a.ndim() < 1 || a.is_c_contiguous()) return false;
  std::array<std::pair<std::int64_t, std::int64_t>, max_dims> axes;
  int count = 0;
  for (int d = 0; d < a.ndim(); ++d) {
    if (a.shape()[d] == 0) return false;
    if (a.shape()[d] > 1) axes[static_cast<std::size_t>(count++)] = {std::abs(a.strides()[d]), a.shape()[d]};
  }
  std::sort(axes.begin(), axes.begin() + count);
  std::int64_t reach = a.itemsize();
  for (int k = 0; k < count; ++k) {
    const auto [stride, extent] = axes[static_cast<std::size_t>(k)];
    if (stride < reach) return true;
    reach += stride * (extent - 1);
  }
  return false;
}

}  // namespace numloom
