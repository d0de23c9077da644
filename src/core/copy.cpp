// SPDX-License-Identifier: BSD-3-Clause
// Moving values between arrays: casts, layouts, overlap and devices.
#include <cstdlib>

#include "core/backend.hpp"
#include "core/shape.hpp"
#include "numloom/float_errors.hpp"
#include "numloom/ndarray.hpp"

namespace numloom {

namespace {

constexpr std::int64_t most_as_bytes = 1 << 19;  // beyond that stores are to bypass the caches

void copy_same_dtype(const ndarray& to, const ndarray& from) {
  if (to.device().is_cpu() && to.nbytes() <= most_as_bytes && to.shape() == from.shape() &&
      to.is_c_contiguous() && from.is_c_contiguous())
    return backend_of(cpu).copy_from_host(to.data(access::write), from.data(access::read),
                                          static_cast<std::size_t>(to.nbytes()), current_stream(cpu));
  iteration_space space;
  std::int64_t from_strides[max_dims];
  broadcast_strides(from.shape(), from.strides(), to.shape(), from_strides);
  const operand_layout operands[] = {{to.data(access::write), to.strides().data()},
                                     {from.data(access::read), from_strides}};
  canonicalise(space, to.shape(), operands);
  if (space.size > 0)
    backend_of(to.device()).copy(space, to.itemsize(), nullptr, current_stream(to.device()));
}

// to = where ? from : to.
void copy_where(const ndarray& to, const ndarray& from, const ndarray& where) {
  std::int64_t from_strides[max_dims], where_strides[max_dims];
  broadcast_strides(from.shape(), from.strides(), to.shape(), from_strides);
  broadcast_strides(where.shape(), where.strides(), to.shape(), where_strides);
  const operand_layout target{to.data(access::write), to.strides().data()};
  const operand_layout operands[] = {
      target, {where.data(access::read), where_strides}, {from.data(access::read), from_strides}, target};
  iteration_space space;
  canonicalise(space, to.shape(), operands);
  if (space.size > 0)
    backend_of(to.device()).select(space, to.itemsize(), nullptr, nullptr, current_stream(to.device()));
}

void copy_on_device(const ndarray& to, const ndarray& from, const ndarray* where) {
  if (to.dtype() == from.dtype()) return where ? copy_where(to, from, *where) : copy_same_dtype(to, from);
  program cast;
  cast.inputs = cast.outputs = cast.registers = 1;
  cast.register_type[0] = to.dtype();
  cast.output_register[0] = 0;
  const ndarray* const outputs[] = {&to};
  const array_like inputs[] = {from};
  run(cast, outputs, inputs, where);
}

// Position i along an axis.
ndarray at(const ndarray& a, int axis, std::int64_t i) {
  shape_t shape = a.shape();
  dims strides = a.strides();
  shape.erase(axis);
  strides.erase(axis);
  return a.view(shape, strides, i * a.strides()[axis]);
}

// Where elements of `to` share their bytes, the last one that is written stays, in NumPy's order: the axis of
// the largest stride outermost, forwards through memory. Such axes are taken a step at a time, until what
// lies inside does not overlap itself. `from` and `where` have the shape of `to`.
void copy_in_order(const ndarray& to, const ndarray& from, const ndarray* where) {
  if (!detail::may_overlap_itself(to)) return copy_on_device(to, from, where);
  int outer = 0;
  const auto stride_of = [&](int axis) { return to.shape()[axis] > 1 ? std::abs(to.strides()[axis]) : -1; };
  for (int axis = 1; axis < to.ndim(); ++axis)
    if (stride_of(axis) > stride_of(outer)) outer = axis;
  const std::int64_t extent = to.shape()[outer];
  const bool backwards = to.strides()[outer] < 0;
  const bool last_stays = to.strides()[outer] == 0 && !where;
  for (std::int64_t k = last_stays ? extent - 1 : 0; k < extent; ++k) {
    const std::int64_t i = backwards ? extent - 1 - k : k;
    const ndarray mask = where ? at(*where, outer, i) : ndarray();
    copy_in_order(at(to, outer, i), at(from, outer, i), where ? &mask : nullptr);
  }
}

// A conversion between two arrays that lie in one line, alike: no strides to look at.
void convert_line(const ndarray& to, const ndarray& from) {
  program cast;
  cast.inputs = cast.outputs = cast.registers = 1;
  cast.register_type[0] = to.dtype();
  cast.output_register[0] = 0;
  bound_program bound;
  bound.code = &cast;
  iteration_space& space = bound.space;
  space.ndim = 1;
  space.operands = 2;
  space.size = space.shape[0] = to.size();
  int k = 0;
  for (const ndarray* a : {&to, &from}) {
    space.data[k] = a->data(k == 0 ? access::write : access::read);
    space.strides[k][0] = a->itemsize();
    bound.type[k++] = a->dtype();
  }
  backend_of(to.device()).elementwise(bound, current_stream(to.device()));
}

// Through contiguous memory on both sides. The side with the smaller dtype does not matter: `from` decides.
void copy_across(const ndarray& to, const ndarray& from) {
  const ndarray source = ascontiguousarray(from);
  const bool direct = to.dtype() == from.dtype() && to.shape() == from.shape() && to.is_c_contiguous();
  const ndarray landing = direct ? to : empty(from.shape(), from.dtype(), to.device());
  const auto bytes = static_cast<std::size_t>(source.nbytes());
  const void* read = source.data(access::read);
  void* write = landing.data(access::write);
  if (bytes > 0) {
    if (from.device().is_cpu()) {
      backend_of(to.device()).copy_from_host(write, read, bytes, current_stream(to.device()));
    } else if (to.device().is_cpu()) {
      backend_of(from.device()).copy_to_host(write, read, bytes, current_stream(from.device()));
    } else {
      const ndarray host = to_device(source, cpu);
      return copyto(to, host, casting::unsafe);
    }
  }
  if (!direct) copyto(to, landing, casting::unsafe);
}

}  // namespace

void copyto(const ndarray& to, const ndarray& from, casting rule, const ndarray* where) {
  if (!can_cast(from.dtype(), to.dtype(), rule))
    fail<casting_error>("Cannot cast array data from dtype('", from.dtype(), "') to dtype('", to.dtype(),
                        "') according to the rule '", name_of(rule), "'");
  dropped_parts::note(from.dtype(), to.dtype());
  shape_t extents = from.shape();
  while (extents.size() > to.ndim() && extents[0] == 1) extents.erase(0);  // NumPy drops leading ones here
  bool fits = extents.size() <= to.ndim();
  for (int d = 1; fits && d <= extents.size(); ++d)
    fits = extents[extents.size() - d] == 1 || extents[extents.size() - d] == to.shape()[to.ndim() - d];
  if (!fits)
    fail<value_error>("could not broadcast input array from shape ", detail::compact(from.shape()),
                      " into shape ", detail::compact(to.shape()));
  to.data(access::write);
  ndarray source = from;
  if (extents.size() != from.ndim()) {
    dims strides;
    for (int d = from.ndim() - extents.size(); d < from.ndim(); ++d) strides.push_back(from.strides()[d]);
    source = from.view(extents, strides);
  }
  if (to.size() == 0) return;
  if (to.device() != source.device()) {
    if (!where) return copy_across(to, source);
    source = to_device(source, to.device());
  } else if (may_share_memory(to, source)) {
    if (is_same_view(to, source)) return;
    source = copy(source);
  }
  const bool in_order = detail::may_overlap_itself(to);
  if (in_order) source = broadcast_to(source, to.shape());
  if (!where) return in_order ? copy_in_order(to, source, nullptr) : copy_on_device(to, source, nullptr);
  ndarray mask = to_device(*where, to.device());
  if (mask.dtype() != dtype::bool_)
    fail<casting_error>("Cannot cast array data from dtype('", mask.dtype(),
                        "') to dtype('bool') according to the rule 'safe'");
  mask = broadcast_to(may_share_memory(to, mask) ? copy(mask) : mask, to.shape());
  in_order ? copy_in_order(to, source, &mask) : copy_on_device(to, source, &mask);
}

ndarray copy(const ndarray& a, order layout) { return astype(a, a.dtype(), layout); }

ndarray astype(const ndarray& a, dtype type, order layout, casting rule, bool always_copy) {
  if (!always_copy && type == a.dtype()) {
    const bool fits = layout == order::K || (layout == order::C && a.is_c_contiguous()) ||
                      (layout == order::F && a.is_f_contiguous()) ||
                      (layout == order::A && (a.is_c_contiguous() || a.is_f_contiguous()));
    if (fits) return a;
  }
  if (!can_cast(a.dtype(), type, rule))
    fail<casting_error>("Cannot cast array data from dtype('", a.dtype(), "') to dtype('", type,
                        "') according to the rule '", name_of(rule), "'");
  dropped_parts::note(a.dtype(), type);
  ndarray made = empty_like(a, type, layout);
  if (a.size() == 0) return made;
  const bool lines = a.is_c_contiguous() && made.is_c_contiguous();
  if (lines && type != a.dtype())
    convert_line(made, a);
  else
    copy_on_device(made, a, nullptr);
  return made;
}

ndarray to_device(const ndarray& a, device d) {
  if (a.device() == d) return a;
  const ndarray there = empty(a.shape(), a.dtype(), d);
  ndarray made(there.bytes(), 0, a.dtype(), a.shape(), strides_like(a, a.dtype(), order::K, a.shape()));
  // The bytes travel in the order in which they lie.
  const ndarray source = a.is_c_contiguous() || made.strides() == a.strides() ? a : copy(a);
  const auto bytes = static_cast<std::size_t>(a.nbytes());
  if (bytes == 0) return made;
  const void* read = source.data(access::read);
  if (a.device().is_cpu())
    backend_of(d).copy_from_host(made.data(access::write), read, bytes, current_stream(d));
  else if (d.is_cpu())
    backend_of(a.device()).copy_to_host(made.data(access::write), read, bytes, current_stream(a.device()));
  else
    return to_device(to_device(source, cpu), d);
  return made;
}

ndarray ascontiguousarray(const ndarray& a) { return a.is_c_contiguous() ? a : copy(a, order::C); }
ndarray asfortranarray(const ndarray& a) { return a.is_f_contiguous() ? a : copy(a, order::F); }

}  // namespace numloom
