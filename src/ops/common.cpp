// SPDX-License-Identifier: BSD-3-Clause
#include "ops/common.hpp"

#include <cstdlib>
#include <cstring>

namespace numloom::detail {

namespace {
constexpr std::int64_t small_copy = 4096;  // bytes
constexpr unsigned char zero_element[16] = {};
}  // namespace

void copy_elements(device d, int itemsize, const shape_t& shape, void* to, const std::int64_t* to_strides,
                   const void* from, const std::int64_t* from_strides) {
  if (shape.size() == 1 && to_strides[0] == itemsize && from_strides[0] == itemsize &&
      shape[0] <= small_copy / itemsize) {
    // As bytes: a small copy costs more in planning than in copying.
    if (shape[0] > 0)
      backend_of(d).copy_from_host(to, from, static_cast<std::size_t>(shape[0] * itemsize),
                                   current_stream(d));
    return;
  }
  iteration_space space;
  const operand_layout operands[] = {{to, to_strides}, {const_cast<void*>(from), from_strides}};
  canonicalise(space, shape, operands);
  if (space.size > 0) backend_of(d).copy(space, itemsize, nullptr, current_stream(d));
}

void copy_into(const ndarray& to, const ndarray& from) {
  if (to.dtype() != from.dtype() || to.device() != from.device()) return copyto(to, from, casting::unsafe);
  std::int64_t strides[max_dims];
  broadcast_strides(from.shape(), from.strides(), to.shape(), strides);
  copy_elements(to.device(), to.itemsize(), to.shape(), to.data(access::write), to.strides().data(),
                from.data(access::read), strides);
}

void fill_with(const ndarray& to, const scalar& value) {
  if (value.type == scalar::kind::complex && !is_complex(to.dtype()) && to.dtype() != dtype::bool_)
    fail<type_error>("expected a real number for dtype ", to.dtype(), ", got a complex one");
  alignas(16) unsigned char element[16] = {};
  store_scalar(value, to.dtype(), element);
  const bool zero = !std::memcmp(element, zero_element, sizeof element);
  if (zero && to.device().is_cpu() && to.nbytes() <= small_copy && to.is_c_contiguous()) {
    std::memset(to.data(access::write), 0, static_cast<std::size_t>(to.nbytes()));
    return;
  }
  static constexpr std::int64_t zeros[max_dims] = {};
  iteration_space space;
  const operand_layout operands[] = {{to.data(access::write), to.strides().data()}, {nullptr, zeros}};
  canonicalise(space, to.shape(), operands);
  if (space.size > 0) backend_for(to).copy(space, to.itemsize(), element, stream_for(to));
}

namespace {

enum class verdict { none, stay, swap };

// Axis x stands inside axis y in C order: should they change places? Sources that move along both decide.
verdict compare_axes(std::span<const ndarray* const> sources, int x, int y, standing zeros) {
  verdict found = verdict::none;
  for (const ndarray* a : sources) {
    if (a->shape()[x] == 1 || a->shape()[y] == 1) continue;
    const std::int64_t sx = std::abs(a->strides()[x]), sy = std::abs(a->strides()[y]);
    if (zeros == standing::ignored && (sx == 0 || sy == 0)) continue;
    if (sx <= sy)
      found = verdict::stay;
    else if (found == verdict::none)
      found = verdict::swap;
  }
  return found;
}

}  // namespace

dims strides_for(const shape_t& shape, int itemsize, std::span<const ndarray* const> sources,
                 standing zeros) {
  const int n = shape.size();
  bool plain = true;
  for (const ndarray* a : sources) plain &= a->is_c_contiguous() || a->ndim() != n;
  if (plain || n < 2) return contiguous_strides(shape, itemsize);
  inline_vector<const ndarray*, 8> list;  // sources of lower rank say nothing about the order of axes
  for (const ndarray* a : sources)
    if (a->ndim() == n) list.push_back(a);
  const std::span<const ndarray* const> full(list.data(), static_cast<std::size_t>(list.size()));
  // NumPy's iterators sort from the innermost axis, concatenate from the outermost; the answers differ where
  // axes cannot be compared.
  const bool inwards = zeros == standing::inner;
  dims axes(n), strides(n);
  for (int k = 0; k < n; ++k) {
    const int axis = inwards ? k : n - 1 - k;
    int to = k;
    for (int e = k - 1; e >= 0; --e) {
      const int other = static_cast<int>(axes[e]);
      const verdict v = compare_axes(full, inwards ? axis : other, inwards ? other : axis, zeros);
      if (v == verdict::stay) break;
      if (v == verdict::swap) to = e;
    }
    axes[k] = axis;
    for (int e = k; e > to; --e) std::swap(axes[e], axes[e - 1]);
  }
  std::int64_t step = itemsize;
  for (int k = 0; k < n; ++k) {
    const int axis = static_cast<int>(axes[inwards ? n - 1 - k : k]);
    strides[axis] = step;
    step *= shape[axis] > 0 ? shape[axis] : 1;
  }
  return strides;
}

ndarray empty_for(const shape_t& shape, dtype type, device d, std::span<const ndarray* const> sources,
                  standing zeros) {
  const ndarray made = empty(shape, type, d);
  const dims strides = strides_for(shape, made.itemsize(), sources, zeros);
  return strides == made.strides() ? made : made.view(shape, strides);
}

void fail_cast(std::string_view operation, dtype from, dtype to, casting rule) {
  fail<casting_error>("[", operation, "] Cannot cast array data from dtype('", from, "') to dtype('", to,
                      "') according to the rule '", name_of(rule), "'");
}

ndarray integer_indices(const ndarray& a, device d, std::string_view operation) {
  if (a.dtype() == dtype::bool_) return to_device(astype(a, dtype::int64), d);
  if (!is_integer(a.dtype())) {
    if (a.size() == 0) return empty(a.shape(), dtype::int64, d);
    fail_cast(operation, a.dtype(), dtype::int64, casting::safe);
  }
  return to_device(a, d);
}

index_mode parse_index_mode(std::string_view name) {
  if (name == "raise") return index_mode::raise;
  if (name == "wrap") return index_mode::wrap;
  if (name == "clip") return index_mode::clip;
  fail<value_error>("clipmode must be one of 'clip', 'raise', or 'wrap' (got '", name, "')");
}

dtype promote_all(std::span<const dtype> types) {
  // float16 is the newest of NumPy's types and takes the lead; the others follow in the order of the table.
  const auto rank = [](dtype t) { return t == dtype::float16 ? dtype_count : static_cast<int>(t); };
  dtype main = types[0];
  for (dtype t : types)
    if (rank(t) > rank(main)) main = t;
  dtype result = main;
  for (dtype t : types) result = promote_types(result, promote_types(main, t));
  return result;
}

ndarray as_array(const array_like& a, dtype type, device d) {
  if (!a.array()) {
    ndarray made = empty({}, type, d);
    fill_with(made, a.number());
    return made;
  }
  return to_device(astype(*a.array(), type, order::K, casting::unsafe, false), d);
}

ndarray as_array(const array_like& a, device d) {
  return a.array() ? *a.array() : as_array(a, a.number().default_dtype(), d);
}

device common_device(std::span<const array_like> operands, std::string_view operation) {
  std::optional<device> chosen;
  const ndarray* first = nullptr;
  for (const array_like& operand : operands) {
    const ndarray* a = operand.array();
    if (!a) continue;
    if (!first) first = a;
    if (a->ndim() == 0 && a->device().is_cpu()) continue;
    if (chosen && *chosen != a->device())
      fail<value_error>("[", operation, "] expected operands on one device, got ", *chosen, " and ",
                        a->device(), "; move one with to_device()");
    chosen = a->device();
  }
  return chosen ? *chosen : first ? first->device() : current_device();
}

}  // namespace numloom::detail
