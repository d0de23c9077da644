// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/arguments.hpp"

#include <cmath>
#include <cstring>
#include <limits>

namespace numloom::kernel_detail {

std::string argument_place(const kernel_function& f, std::size_t i) {
  const parameter& p = f.parameters[i];
  const std::string name = p.name.empty() ? "" : " '" + p.name + "'";
  return as_text("[", f.name, "] argument ", i + 1, name, " (", p.text, "): ");
}

void check_count(const kernel_function& f, std::size_t given) {
  if (given == f.parameters.size()) return;
  std::string list;
  for (const parameter& p : f.parameters) {
    list += (list.empty() ? "" : ", ") + p.text + (p.name.empty() ? "" : " " + p.name);
  }
  fail<type_error>("[", f.name, "] expected ", f.parameters.size(), " arguments (", list, "), got ", given);
}

// ---- arrays ----

namespace {

std::string described(const ndarray& a) {
  return as_text("an array of ", a.dtype(), " with shape ", to_string(a.shape()));
}

void check_access(const kernel_function& f, std::size_t i, const ndarray& a, device where) {
  const parameter& p = f.parameters[i];
  if (!p.element.takes(a.dtype()))
    fail_argument<type_error>(f, i, "expected an array of ", p.element.expected(), ", got ", a.dtype());
  if (a.device() != where && a.size() != 0)
    fail_argument<value_error>(f, i, "expected an array on ", where, ", got one on ", a.device());
  if (!p.is_const && !a.writeable())
    fail_argument<value_error>(f, i,
                               "the kernel may write to it, and the array is read-only (the parameter "
                               "is not a pointer to const)");
}

void check_alignment(const kernel_function& f, std::size_t i, const void* data) {
  const std::size_t alignment = f.parameters[i].element_alignment;
  if (alignment > 1 && reinterpret_cast<std::uintptr_t>(data) % alignment != 0)
    fail_argument<value_error>(f, i, "expected memory aligned to ", alignment, " bytes, got address ", data);
}

void store_pointer_to(const kernel_function& f, std::size_t i, const ndarray& a, argument_buffer& buffer) {
  const parameter& p = f.parameters[i];
  if (!a.is_c_contiguous())
    fail_argument<value_error>(f, i, "expected a C-contiguous array, got shape ", to_string(a.shape()),
                               " with strides ", to_string(a.strides()),
                               " (copy it with ascontiguousarray(), or let the kernel take view<T, N>)");
  const std::int64_t lanes = p.element.lanes;
  const bool paired = is_complex(a.dtype()) && !(p.element.type && is_complex(*p.element.type));
  if (lanes > 1 && !paired && a.size() % lanes != 0)
    fail_argument<value_error>(f, i, "expected a multiple of ", lanes, " elements, got shape ",
                               to_string(a.shape()));
  void* data = a.data(p.is_const ? access::read : access::write);
  check_alignment(f, i, data);
  std::memcpy(buffer.add(sizeof data, sizeof data), &data, sizeof data);
  buffer.note(data, static_cast<std::size_t>(a.nbytes()), !p.is_const);
}

// From the lowest to the highest element, whatever lies between.
void note_extent(const ndarray& a, const void* data, bool writeable, argument_buffer& buffer) {
  std::int64_t low = 0, high = a.itemsize();
  for (int d = 0; d < a.ndim(); ++d) {
    const std::int64_t reach = (a.shape()[d] - 1) * a.strides()[d];
    (reach < 0 ? low : high) += reach;
  }
  const bool empty = a.size() == 0;
  const char* first = static_cast<const char*>(data);
  buffer.note(empty ? first : first + low, empty ? 0 : static_cast<std::size_t>(high - low), writeable);
}

void store_view(const kernel_function& f, std::size_t i, const ndarray& a, argument_buffer& buffer) {
  const parameter& p = f.parameters[i];
  if (a.ndim() != p.rank)
    fail_argument<value_error>(f, i, "expected an array of ", p.rank, " dimension(s), got shape ",
                               to_string(a.shape()));
  void* data = a.data(p.is_const ? access::read : access::write);
  check_alignment(f, i, data);
  auto* place = static_cast<unsigned char*>(buffer.add(p.bytes, 8));
  std::memcpy(place, &data, sizeof data);
  note_extent(a, data, !p.is_const, buffer);
  for (int d = 0; d < p.rank; ++d) {
    const std::int64_t extent = a.shape()[d];
    const std::int64_t stride = a.strides()[d] / a.itemsize();
    if (stride * a.itemsize() != a.strides()[d] && extent > 1)
      fail_argument<value_error>(f, i, "expected strides of whole elements, got ", to_string(a.strides()));
    std::memcpy(place + 8 + 8 * d, &extent, 8);
    std::memcpy(place + 8 + 8 * (p.rank + d), &stride, 8);
  }
}

}  // namespace

void store_array(const kernel_function& f, std::size_t i, const ndarray& a, device where,
                 argument_buffer& buffer) {
  const parameter& p = f.parameters[i];
  if (p.kind == parameter_kind::number) {
    if (a.ndim() != 0) fail_argument<type_error>(f, i, "expected a number, got ", described(a));
    return store_number(f, i, a.item(), buffer);
  }
  if (p.kind == parameter_kind::structure)
    fail_argument<type_error>(f, i, "expected a structure of ", p.bytes, " bytes, got ", described(a));
  check_access(f, i, a, where);
  if (p.kind == parameter_kind::view) return store_view(f, i, a, buffer);
  store_pointer_to(f, i, a, buffer);
}

void store_pointer(const kernel_function& f, std::size_t i, const memory_range& memory, std::size_t itemsize,
                   argument_buffer& buffer) {
  const parameter& p = f.parameters[i];
  if (p.kind != parameter_kind::pointer || (p.element_bytes != 0 && p.element_bytes != itemsize))
    fail_argument<type_error>(f, i, "expected elements of ", p.element_bytes, " bytes, got structures of ",
                              itemsize);
  if (!memory.writeable && !p.is_const)
    fail_argument<value_error>(f, i, "the kernel may write to it, and the array is read-only");
  check_alignment(f, i, memory.begin);
  std::memcpy(buffer.add(sizeof memory.begin, sizeof memory.begin), &memory.begin, sizeof memory.begin);
  buffer.note(memory.begin, memory.bytes, !p.is_const);
}

void store_null(const kernel_function& f, std::size_t i, argument_buffer& buffer) {
  if (f.parameters[i].kind != parameter_kind::pointer)
    fail_argument<type_error>(f, i, "expected ", f.parameters[i].text,
                              ", got nothing (None is a null pointer)");
  std::memset(buffer.add(8, 8), 0, 8);
}

void store_bytes(const kernel_function& f, std::size_t i, const void* data, std::size_t bytes,
                 argument_buffer& buffer) {
  const parameter& p = f.parameters[i];
  if (p.kind != parameter_kind::structure)
    fail_argument<type_error>(f, i, "expected ", p.text, ", got a structure of ", bytes, " bytes");
  if (p.bytes != 0 && p.bytes != bytes)
    fail_argument<type_error>(f, i, "expected a structure of ", p.bytes, " bytes, got one of ", bytes);
  std::memcpy(buffer.add(bytes, p.alignment), data, bytes);
}

void kernel_module::add_field(const std::string& structure, const structure_field& field) {
  for (kernel_function& f : functions_) {
    for (parameter& p : f.parameters) {
      if (p.kind != parameter_kind::number && p.element.text == structure) p.fields.push_back(field);
    }
  }
}

namespace {

std::string described(std::span<const structure_field> fields) {
  constexpr const char* kinds[] = {"", " (integers)", " (floating-point)"};
  std::string text;
  for (const structure_field& f : fields) {
    text += as_text(text.empty() ? "'" : ", '", f.name, "' at byte ", f.offset, ", ", f.bytes, " bytes",
                    kinds[f.kind % 3]);
  }
  return text;
}

bool same_place(const structure_field& a, const structure_field& b) {
  return a.offset == b.offset && a.bytes == b.bytes && (a.kind == b.kind || a.kind == 0 || b.kind == 0);
}

}  // namespace

void check_layout(const kernel_function& f, std::size_t i, std::span<const structure_field> given) {
  const std::vector<structure_field>& ours = f.parameters[i].fields;
  if (ours.empty() || given.empty()) return;
  bool same = ours.size() == given.size();
  for (std::size_t k = 0; same && k < ours.size(); ++k) same = same_place(ours[k], given[k]);
  if (same) return;
  fail_argument<type_error>(f, i, "expected a structure with ", described(ours), "; got one with ",
                            described(given), " (numpy.dtype(..., align=True) lays fields out as C++ does)");
}

// ---- numbers ----

namespace {

const char* kind_name(scalar::kind k) {
  switch (k) {
    case scalar::kind::boolean: return "a bool";
    case scalar::kind::floating: return "a floating-point number";
    case scalar::kind::complex: return "a complex number";
    default: return "an integer";
  }
}

std::string value_text(const scalar& s) {
  switch (s.type) {
    case scalar::kind::boolean: return s.b ? "true" : "false";
    case scalar::kind::integer: return std::to_string(s.i);
    case scalar::kind::unsigned_integer: return std::to_string(s.u);
    default: return as_text(s.real());
  }
}

// Finite, but infinity in the parameter's type.
bool overflows(double value, dtype t) {
  if (!std::isfinite(value)) return false;
  const dtype real = real_part_of(t);
  if (real == dtype::float32) return std::isinf(static_cast<float>(value));
  return real == dtype::float16 && std::fabs(value) >= 65520.0;
}

}  // namespace

void store_number(const kernel_function& f, std::size_t i, const scalar& s, argument_buffer& buffer) {
  const parameter& p = f.parameters[i];
  if (p.kind != parameter_kind::number)
    fail_argument<type_error>(
        f, i, "expected ",
        p.kind == parameter_kind::structure ? "a structure" : "an array of " + p.element.expected(), ", got ",
        kind_name(s.type), " ", value_text(s));
  const dtype t = *p.element.type;
  const bool given_float = s.type == scalar::kind::floating;
  const bool given_complex = s.type == scalar::kind::complex;
  if (!is_inexact(t) && (given_float || given_complex))
    fail_argument<type_error>(f, i, "expected an integer, got ", kind_name(s.type), " ", value_text(s));
  if (given_complex && !is_complex(t))
    fail_argument<type_error>(f, i, "expected a real number, got a complex one");
  if (t == dtype::bool_ && s.type != scalar::kind::boolean)
    fail_argument<type_error>(f, i, "expected a bool, got ", kind_name(s.type), " ", value_text(s));
  if (is_inexact(t) && (overflows(s.real(), t) || overflows(s.imag(), t)))
    fail_argument<overflow_error>(f, i, value_text(s), " does not fit ", t);
  void* place = buffer.add(p.bytes, p.alignment);
  try {
    store_scalar(s, t, place);
  } catch (const overflow_error&) {
    fail_argument<overflow_error>(f, i, value_text(s), " does not fit ", t);
  }
}

// ---- grid and block ----

namespace {

constexpr std::int64_t default_threads = 256;

void check_extent(const kernel_function& f, const char* what, const extent3& e, std::int64_t x,
                  std::int64_t y, std::int64_t z) {
  const bool fits = e.x >= 1 && e.y >= 1 && e.z >= 1 && e.x <= x && e.y <= y && e.z <= z;
  if (fits) return;
  fail<value_error>("[", f.name, "] expected a ", what, " of 1 to (", x, ", ", y, ", ", z, "), got (", e.x,
                    ", ", e.y, ", ", e.z, ")");
}

}  // namespace

bool plan_launch(const kernel_function& f, const launch_config& config, device where, launch_plan& plan) {
  extent3 block = config.block;
  extent3 grid = config.grid;
  if (block.x == 0 && block.y == 1 && block.z == 1) block = default_threads;
  const bool from_size = grid.x == 0 && grid.y == 1 && grid.z == 1;
  if (config.size && !from_size) fail<value_error>("[", f.name, "] expected a grid or a size, got both");
  if (from_size && !config.size)
    fail<value_error>("[", f.name, "] expected a grid (or the number of threads as size), got neither");
  if (config.size && *config.size < 0)
    fail<value_error>("[", f.name, "] expected a size of 0 or more, got ", *config.size);
  check_extent(f, "block", block, 1024, 1024, 64);
  const std::int64_t threads = block.x * block.y * block.z;
  if (threads > 1024)
    fail<value_error>("[", f.name, "] expected at most 1024 threads a block, got ", threads, " (", block.x,
                      ", ", block.y, ", ", block.z, ")");
  if (config.size) {
    if (*config.size == 0) return false;
    grid = extent3((*config.size + threads - 1) / threads);
  }
  check_extent(f, "grid", grid, 2147483647, 65535, 65535);
  const extent3 extents[] = {grid, block};
  for (int k = 0; k < 2; ++k) {
    std::uint32_t* to = k == 0 ? plan.grid : plan.block;
    to[0] = static_cast<std::uint32_t>(extents[k].x);
    to[1] = static_cast<std::uint32_t>(extents[k].y);
    to[2] = static_cast<std::uint32_t>(extents[k].z);
  }
  plan.shared_bytes = config.shared_bytes;
  plan.cooperative = config.cooperative;
  plan.file = config.file;
  plan.line = config.line;
  plan.stream = config.stream ? *config.stream : current_stream(where);
  return true;
}

}  // namespace numloom::kernel_detail
