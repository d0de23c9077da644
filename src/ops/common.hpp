// SPDX-License-Identifier: BSD-3-Clause
/// What the files of src/ops share: handing arrays to a backend, layouts of results, scalar results.
#pragma once

#include <span>

#include "core/backend.hpp"
#include "core/shape.hpp"
#include "numloom/ndarray.hpp"
#include "numloom/ufuncs.hpp"

namespace numloom::detail {

inline array_ref ref(const ndarray& a, access intent) {
  return {a.data(intent), a.dtype(), a.ndim(), a.shape().data(), a.strides().data()};
}

inline backend& backend_for(const ndarray& a) { return backend_of(a.device()); }
inline stream_view stream_for(const ndarray& a) { return current_stream(a.device()); }

/// The array as a scalar result.
inline ndarray as_scalar(ndarray a) {
  a.set_scalar(true);
  return a;
}
/// As NumPy's functions return: 0-d results are scalars, others are arrays.
inline ndarray scalar_if_0d(ndarray a) { return a.ndim() == 0 ? as_scalar(std::move(a)) : a; }

/// Copies elements of one size between two places of one device that do not overlap, over `shape`.
void copy_elements(device d, int itemsize, const shape_t& shape, void* to, const std::int64_t* to_strides,
                   const void* from, const std::int64_t* from_strides);
/// from broadcast into to, on one device, without overlap; converts when the dtypes differ.
void copy_into(const ndarray& to, const ndarray& from);
/// One number stored in every element of to. Throws as storing that number in one element would.
void fill_with(const ndarray& to, const scalar& value);

/// What a stride of 0 says about the order of axes: nothing, or that the axis is an inner one.
enum class standing { ignored, inner };
/// The strides that NumPy gives a new array made from several of one rank: their common order of axes, C
/// where they disagree (order K).
dims strides_for(const shape_t& shape, int itemsize, std::span<const ndarray* const> sources, standing zeros);
/// A new array with those strides on that device.
ndarray empty_for(const shape_t& shape, dtype type, device d, std::span<const ndarray* const> sources,
                  standing zeros);

/// The diagonal of the plane of two different axes, as the last axis; as writeable as a is.
ndarray diagonal_view(const ndarray& a, std::int64_t offset, int axis1, int axis2);
/// An axis moved to another place; both in [0, ndim).
ndarray move_axis(const ndarray& a, int from, int to);

/// NumPy's text for a forbidden cast of a whole array.
[[noreturn]] void fail_cast(std::string_view operation, dtype from, dtype to, casting rule);

/// Indices as the backend takes them: any integer dtype, on the device; bool becomes int64. Throws type_error
/// for other dtypes.
ndarray integer_indices(const ndarray& a, device d, std::string_view operation);
index_mode parse_index_mode(std::string_view name);

/// The dtype of several arrays put together, as numpy.result_type: the one of the highest kind meets each of
/// the others first, so that int16, uint16 and float32 give float32.
dtype promote_all(std::span<const dtype> types);
/// The number as a 0-d array, or the array itself, of that dtype on that device.
ndarray as_array(const array_like& a, dtype type, device d);
/// The array itself; a number as a 0-d array of its own dtype on that device.
ndarray as_array(const array_like& a, device d);
/// The device of the arrays; single elements on the CPU (0-d) go along to any device. Throws value_error.
device common_device(std::span<const array_like> operands, std::string_view operation);

}  // namespace numloom::detail
