// SPDX-License-Identifier: BSD-3-Clause
/// Python objects as the library's arguments, and back. Failures throw: python_error with a Python error
/// set. An argument that is null (not given) or None is "not asked for" wherever NumPy has it so.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "array_type.hpp"
#include "numloom/indexing.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/ufuncs.hpp"

namespace numloom::python {

// ---- NumPy's types, looked up once ----
struct numpy_types {
  PyTypeObject* ndarray;
  PyTypeObject* generic;
  PyObject* dtype;           // numpy.dtype
  PyObject* array;           // numpy.array
  PyObject* no_value;        // numpy._NoValue
  PyObject* host_only;       // numloom._errors.HostOnlyError
  PyObject* transfer_error;  // numloom._errors.TransferError
};
extern numpy_types numpy;
void find_numpy();
inline bool is_numpy_array(PyObject* o) { return PyObject_TypeCheck(o, numpy.ndarray); }
inline bool is_numpy_scalar(PyObject* o) { return PyObject_TypeCheck(o, numpy.generic); }

// ---- dtypes ----
/// The numpy.dtype, borrowed.
PyObject* dtype_object(dtype t);
/// NumPy's scalar class of a dtype (numpy.float64), borrowed.
PyObject* scalar_type(dtype t);
/// Anything numpy.dtype accepts. Throws HostOnlyError for a dtype that no array here can have.
dtype to_dtype(PyObject* o);
std::optional<dtype> to_optional_dtype(PyObject* o);

// ---- numbers ----
/// An int, float, complex or bool of Python's own (not NumPy's subclasses of them).
bool is_python_number(PyObject* o);
/// Throws HostOnlyError for an integer beyond 64 bits.
scalar to_scalar(PyObject* o);
/// One element as a Python number.
PyObject* number_object(dtype type, const void* element);
PyObject* number_object(const scalar& s);
/// The only element of an array as a Python number; waits for the device.
PyObject* item_object(const ndarray& a);

// ---- arrays ----
/// How NumPy arrays get to a device, and what may run on the host instead (numloom.config).
enum class policy : int { allow, warn, error };
struct settings {
  policy transfers = policy::allow;
  std::int64_t transfer_count = 0;
  std::int64_t transfer_bytes = 0;
};
extern settings configuration;

/// Any array-like: arrays, NumPy arrays and scalars (no copy on the CPU), buffers, numbers, nested sequences.
/// where: the device for what is not an array here yet.
ndarray to_array(PyObject* o, std::optional<device> where = {});
/// Nested lists of Python's own floats, ints or bools as a new array on the CPU; nothing for other lists.
std::optional<ndarray> read_numbers(PyObject* o, std::optional<dtype> wanted);
/// Does a nested sequence hold an array on a GPU, which NumPy could not read?
bool holds_device_array(PyObject* sequence, int depth = 0);
/// An object, none of NumPy's or ours, that makes an array of itself by `__array__` alone.
bool has_array_method(PyObject* o);
/// The object with what NumPy could not read in it replaced: scalar results by numbers, and objects whose
/// `__array__` gives an array of ours by NumPy's array of it. Itself where there is none.
ref readable_by_numpy(PyObject* o, int depth = 0);
/// NumPy's array over the same bytes; throws HostOnlyError for its dtypes that do not exist here.
ndarray from_numpy(PyObject* numpy_array, device where);
/// NumPy's array as one to write to: throws HostOnlyError where only a copy could be made of it, too.
ndarray over_numpy_bytes(PyObject* numpy_array);
/// NumPy's array for an array: over the same bytes on the CPU, a copy from a device.
ref to_numpy(PyObject* array);
std::vector<ndarray> to_array_list(PyObject* o);
/// The device of the first array (not a single element) among these, else the current one.
device device_among(PyObject* const* objects, std::size_t count);

/// An operand of a ufunc on its way to array_like.
class operand {
 public:
  /// False for objects that no array can be made of: strings, None, foreign types.
  bool load(PyObject* o, device where);
  array_like like() const { return array_ ? array_like(*array_) : array_like(number_); }
  const ndarray* array() const noexcept { return array_; }
  std::int64_t size() const { return array_ ? array_->size() : 1; }

 private:
  const ndarray* array_ = nullptr;
  ndarray owned_;
  scalar number_{false};
};

/// None, an int, or a sequence of ints.
axes to_axes(PyObject* o);
/// The same for reductions, to which NumPy lets lists be no axes. Single numbers have axis 0 (or -1) there,
/// where `numbers_have_one`.
axes to_reduced_axes(PyObject* o, const ndarray& a, bool numbers_have_one = true);
std::optional<int> to_optional_axis(PyObject* o);
int to_axis(PyObject* o, int otherwise);
std::int64_t to_int(PyObject* o, const char* what);
std::int64_t to_int(PyObject* o, const char* what, std::int64_t otherwise);
/// The number of a diagonal, 0 if there is none: numbers beyond any array become 2^62, others are NumPy's.
std::int64_t to_offset(PyObject* o);
bool to_bool(PyObject* o, bool otherwise);
/// copy=: nothing for None and numpy._CopyMode.IF_NEEDED.
std::optional<bool> to_optional_bool(PyObject* o);
double to_double(PyObject* o, double otherwise);
/// An int or a sequence of ints.
shape_t to_shape(PyObject* o);
std::vector<std::int64_t> to_int_list(PyObject* o, const char* what);
order to_order(PyObject* o, order otherwise);
casting to_casting(PyObject* o, casting otherwise);
std::string_view to_text(PyObject* o, const char* what);
using index_items = std::vector<index_item>;
/// What stands in brackets behind an array.
index_items to_index_items(PyObject* key, device where);
/// None, a Device, or its name.
std::optional<device> to_device_argument(PyObject* o);
/// out=: an array, a 1-tuple of one, or None. NumPy's arrays are written through on the CPU.
std::optional<ndarray> to_out(PyObject* o);
/// where=: None or True is nothing; else a mask.
std::optional<ndarray> to_mask(PyObject* o, device where);
std::optional<scalar> to_initial(PyObject* o);
/// Not given, None, or numpy._NoValue.
inline bool is_missing(PyObject* o) { return !o || o == Py_None || o == numpy.no_value; }

ref tuple_of(const dims& values);
/// The result of a call with out=: the object that was given, else the new array.
PyObject* wrap_or_out(ndarray value, PyObject* out);

}  // namespace numloom::python
