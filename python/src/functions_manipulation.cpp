// SPDX-License-Identifier: BSD-3-Clause
// Shapes and rearrangements.
#include <algorithm>
#include <string>

#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/creation.hpp"
#include "numloom/manipulation.hpp"
#include "numloom/padding.hpp"

namespace numloom::python {

namespace {

// What a scalar result looks like from elsewhere is the scalar.
PyObject* view_of(PyObject* parent, ndarray value) {
  if (value.ndim() == 0) {
    if (is_array(parent) && array_of(parent).is_scalar()) return Py_NewRef(parent);
    if (is_numpy_scalar(parent)) value.set_scalar(true);
  }
  return wrap_view(std::move(value), parent);
}

PyObject* reshaped(PyObject* o, const shape_t& shape, PyObject* layout, PyObject* copy) {
  const ndarray a = to_array(o);
  const order reading = to_order(layout, order::C);
  const auto wanted = to_optional_bool(copy);
  return view_of(o, unlocked(a.size(), [&] { return reshape(a, shape, reading, wanted); }));
}

// (a, /, shape, order, *, copy)
PyObject* reshape_function(argument_slots s) { return reshaped(s[0], to_shape(s[1]), s[2], s[3]); }

// Extents given one by one, or as one sequence.
PyObject* only_or_all(PyObject* tuple) {
  return PyTuple_GET_SIZE(tuple) == 1 ? PyTuple_GET_ITEM(tuple, 0) : tuple;
}

// (self, *shape, order, copy)
PyObject* reshape_method(argument_slots s) {
  if (PyTuple_GET_SIZE(s[1]) == 0) raise(PyExc_TypeError, "reshape() takes exactly 1 argument (0 given)");
  return reshaped(s[0], to_shape(only_or_all(s[1])), s[2], s[3]);
}

// (self, *new_shape, refcheck): in place, zeros behind; elements stay in the order in which they lie.
PyObject* resized_in_place(argument_slots s) {
  const ndarray a = array_of(s[0]);
  if (a.is_scalar()) raise(PyExc_ValueError, "cannot resize this array: it does not own its data");
  if (s[2] && PyUnicode_Check(s[2])) raise(PyExc_TypeError, "refcheck must be a boolean, not a string");
  const bool looks = to_bool(s[2], true);
  const bool as_is =
      PyTuple_GET_SIZE(s[1]) == 0 || (PyTuple_GET_SIZE(s[1]) == 1 && PyTuple_GET_ITEM(s[1], 0) == Py_None);
  if (as_is) Py_RETURN_NONE;
  const shape_t shape = to_shape(only_or_all(s[1]));
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0) raise(PyExc_ValueError, "negative dimensions not allowed");
    size *= extent;
  }
  if (!a.is_c_contiguous() && !a.is_f_contiguous())
    raise(PyExc_ValueError, "resize only works on single-segment arrays");
  const ndarray flat = a.view({a.size()}, {a.itemsize()});
  const dims steps = contiguous_strides(shape, a.itemsize(), a.is_c_contiguous() ? order::C : order::F);
  if (size == a.size()) {
    array_of(s[0]) = flat.view(shape, steps);
    Py_RETURN_NONE;
  }
  if (reinterpret_cast<array_object*>(s[0])->base || !a.writeable())
    raise(PyExc_ValueError, "cannot resize this array: it does not own its data");
  if (looks && (Py_REFCNT(s[0]) > 2 || reinterpret_cast<array_object*>(s[0])->weak_references))
    raise(PyExc_ValueError,
          "cannot resize an array that references or is referenced\nby another array in this way.\nUse the "
          "np.resize function or refcheck=False");
  const ndarray made = zeros({size}, {.dtype = a.dtype(), .device = a.device()});
  const std::int64_t kept = std::min(size, a.size());
  if (kept > 0) copyto(made.view({kept}, {a.itemsize()}), flat.view({kept}, {a.itemsize()}));
  array_of(s[0]) = made.view(shape, steps);
  Py_RETURN_NONE;
}

// (a, order)
PyObject* raveled(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const order reading = to_order(s[1], order::C);
  return view_of(s[0], unlocked(a.size(), [&] { return ravel(a, reading); }));
}
PyObject* flattened(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const order reading = to_order(s[1], order::C);
  return wrap(unlocked(a.size(), [&] { return flatten(a, reading); }));
}

// A permutation: None for "reversed", else as many axes as there are.
ndarray transposed(const ndarray& a, PyObject* permutation) {
  const axes wanted = to_axes(permutation);
  if (!wanted.all() && wanted.list().size() != a.ndim()) raise(PyExc_ValueError, "axes don't match array");
  return transpose(a, wanted);
}
PyObject* transpose_function(argument_slots s) { return view_of(s[0], transposed(to_array(s[0]), s[1])); }
PyObject* transpose_method(argument_slots s) {
  const ndarray& a = array_of(s[0]);
  if (PyTuple_GET_SIZE(s[1]) == 0) return view_of(s[0], transpose(a));
  return view_of(s[0], transposed(a, only_or_all(s[1])));
}

// (a, axis1, axis2)
PyObject* axes_swapped(argument_slots s) {
  return view_of(s[0], swapaxes(to_array(s[0]), to_axis(s[1], 0), to_axis(s[2], 0)));
}
// (a, source, destination)
PyObject* axes_moved(argument_slots s) {
  return view_of(s[0], moveaxis(to_array(s[0]), to_axes(s[1]), to_axes(s[2])));
}
// (a, axis)
PyObject* squeezed(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const axes axis = to_reduced_axes(s[1], a);
  axis.normalized(a.ndim(), {});  // that of a single number is none of a tuple's
  ndarray seen = squeeze(a, axis);
  return is_array(s[0]) && seen.ndim() == a.ndim() ? Py_NewRef(s[0]) : view_of(s[0], std::move(seen));
}
PyObject* expanded(argument_slots s) {
  if (s[1] == Py_None)
    raise(PyExc_TypeError, "[expand_dims] expected an integer or a tuple for axis, got None");
  return view_of(s[0], expand_dims(to_array(s[0]), to_axes(s[1])));
}
PyObject* flipped(argument_slots s) {
  ndarray seen = flip(to_array(s[0]), to_axes(s[1]));
  if (seen.ndim() > 0) return view_of(s[0], std::move(seen));
  seen = copy(seen);  // NumPy's element, which is no view
  seen.set_scalar(true);
  return wrap(std::move(seen));
}

// (a, shift, axis)
PyObject* rolled(argument_slots s) {
  const ndarray a = to_array(s[0]);
  std::vector<std::int64_t> shift;
  try {
    shift = to_int_list(s[1], "shift");
  } catch (const python_error&) {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError) && !PyErr_ExceptionMatches(PyExc_TypeError)) throw;
    PyErr_Clear();
    raise(numpy.host_only, "a shift that is no integer of 64 bits");
  }
  const axes axis = to_axes(s[2]);
  return wrap(unlocked(a.size(), [&] { return roll(a, shift, axis); }));
}

// (m)
template <ndarray (*F)(const ndarray&)> PyObject* seen_otherwise(argument_slots s) {
  return view_of(s[0], F(to_array(s[0])));
}

// (m, k, axes)
PyObject* turned(argument_slots s) {
  const ndarray a = to_array(s[0]);
  int axis[] = {0, 1};
  if (s[2]) {
    const axes plane = to_axes(s[2]);
    if (plane.all() || plane.list().size() != 2) raise(PyExc_ValueError, "len(axes) must be 2.");
    axis[0] = plane.list()[0];
    axis[1] = plane.list()[1];
  }
  return view_of(s[0], rot90(a, to_int(s[1], "k", 1), axis[0], axis[1]));
}

// (a, axis, start)
PyObject* axis_rolled(argument_slots s) {
  return view_of(s[0], rollaxis(to_array(s[0]), to_axis(s[1], 0), to_axis(s[2], 0)));
}

// (*arys)
template <ndarray (*F)(const ndarray&)> PyObject* at_least(argument_slots s) {
  const Py_ssize_t n = PyTuple_GET_SIZE(s[0]);
  ref results = checked(PyTuple_New(n));
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* o = PyTuple_GET_ITEM(s[0], i);
    const ndarray a = to_array(o);
    ndarray wide = F(a);
    PyObject* made = is_array(o) && wide.ndim() == a.ndim() ? Py_NewRef(o) : view_of(o, std::move(wide));
    PyTuple_SET_ITEM(results.get(), i, made);
  }
  return n == 1 ? Py_NewRef(PyTuple_GET_ITEM(results.get(), 0)) : results.release();
}

// (a, offset, axis1, axis2)
PyObject* diagonal_view(argument_slots s) {
  ndarray d = diagonal(to_array(s[0]), to_int(s[1], "offset", 0), to_axis(s[2], 0), to_axis(s[3], 1));
  d.set_writeable(false);
  return view_of(s[0], std::move(d));
}

// ---- padding ----

bool is_keyword_of(pad_mode mode, PyObject* name) {
  const bool statistic = mode >= pad_mode::maximum && mode <= pad_mode::minimum;
  const char* wanted = mode == pad_mode::constant                                 ? "constant_values"
                       : mode == pad_mode::linear_ramp                            ? "end_values"
                       : statistic                                                ? "stat_length"
                       : mode == pad_mode::reflect || mode == pad_mode::symmetric ? "reflect_type"
                                                                                  : "";
  return PyUnicode_CompareWithASCIIString(name, wanted) == 0;
}

// The keyword that a mode takes, borrowed, or null. Throws for others.
PyObject* keyword_of(PyObject* mode_name, pad_mode mode, PyObject* keywords) {
  PyObject *name, *value, *found = nullptr;
  Py_ssize_t at = 0;
  while (keywords && PyDict_Next(keywords, &at, &name, &value)) {
    if (!is_keyword_of(mode, name))
      raise(PyExc_ValueError, "[pad] unsupported keyword arguments for mode '%U': %R", mode_name, keywords);
    found = value;
  }
  return found;
}

// A pair for each axis, of a number, a pair, or pairs.
std::vector<pad_width> to_pairs(const ndarray& given, int ndim) {
  const std::vector<std::int64_t> numbers =
      copy(broadcast_to(astype(given, dtype::int64), {ndim, 2}), order::C).to_vector<std::int64_t>();
  std::vector<pad_width> pairs;
  for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) pairs.push_back({numbers[i], numbers[i + 1]});
  return pairs;
}

// {axis: width or (before, after)}
std::vector<pad_width> to_widths_by_axis(PyObject* widths, int ndim) {
  std::vector<pad_width> pairs(static_cast<std::size_t>(ndim));
  PyObject *key, *value;
  Py_ssize_t at = 0;
  while (PyDict_Next(widths, &at, &key, &value)) {
    const std::int64_t axis = to_int(key, "axis");
    if (axis < -ndim || axis >= ndim) raise(PyExc_IndexError, "list assignment index out of range");
    const bool is_pair = PyTuple_Check(value) && PyTuple_GET_SIZE(value) == 2;
    if (!is_pair && !PyLong_Check(value)) raise(numpy.host_only, "a width of another kind");
    pairs[static_cast<std::size_t>(axis < 0 ? axis + ndim : axis)] = {
        to_int(is_pair ? PyTuple_GET_ITEM(value, 0) : value, "pad_width"),
        to_int(is_pair ? PyTuple_GET_ITEM(value, 1) : value, "pad_width")};
  }
  return pairs;
}

std::vector<pad_width> to_widths(PyObject* o, int ndim) {
  if (PyDict_Check(o)) return to_widths_by_axis(o, ndim);
  const ndarray given = to_array(o, cpu);
  if (kind_of(given.dtype()) != 'i') raise(PyExc_TypeError, "`pad_width` must be of integral type.");
  return to_pairs(given, ndim);
}

bool is_odd(PyObject* type) {
  if (!type) return false;
  const std::string_view name = to_text(type, "reflect_type");
  if (name != "even" && name != "odd") raise(numpy.host_only, "reflection of another type");
  return name == "odd";
}

// (array, pad_width, mode, **kwargs)
PyObject* padded(argument_slots s) {
  const ndarray a = to_array(s[0]);
  if (s[2] && !PyUnicode_Check(s[2])) raise(numpy.host_only, "padding by a function");
  const std::vector<pad_width> widths = to_widths(s[1], a.ndim());
  if (a.ndim() == 0 && PyLong_Check(s[1]) && to_int(s[1], "pad_width") < 0)
    raise(PyExc_ValueError, "index can't contain negative values");
  pad_options options;
  if (s[2]) options.mode = parse_pad_mode(to_text(s[2], "mode"));
  static PyObject* const usual = PyUnicode_InternFromString("constant");
  PyObject* keyword = keyword_of(s[2] ? s[2] : usual, options.mode, s[3]);
  switch (options.mode) {
    case pad_mode::constant:
    case pad_mode::linear_ramp:
      if (keyword) options.values = to_array(keyword, a.device());
      break;
    case pad_mode::reflect:
    case pad_mode::symmetric: options.odd = is_odd(keyword); break;
    default:
      if (!is_missing(keyword))
        options.stat_length = to_pairs(call(ufunc::rint, to_array(keyword, cpu)), a.ndim());
  }
  const float_watch watch(options.mode == pad_mode::mean);
  ndarray made = unlocked(a.size(), [&] { return pad(a, widths, options); });
  watch.report("reduce", made);
  return wrap(std::move(made));
}

// ---- broadcasting ----

// (array, shape, subok)
PyObject* broadcast_view(argument_slots s) {
  const shape_t shape = to_shape(s[1]);
  for (const std::int64_t extent : shape)
    if (extent < 0) raise(PyExc_ValueError, "all elements of broadcast shape must be non-negative");
  return wrap_view(broadcast_to(to_array(s[0]), shape), s[0]);
}

// (*args, subok)
PyObject* broadcast_all(argument_slots s) {
  const std::vector<ndarray> arrays = broadcast_arrays(to_array_list(s[0]));
  ref views = checked(PyTuple_New(PyTuple_GET_SIZE(s[0])));
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const auto at = static_cast<Py_ssize_t>(i);
    PyTuple_SET_ITEM(views.get(), at, wrap_view(arrays[i], PyTuple_GET_ITEM(s[0], at)));
  }
  return views.release();
}

// (*args)
PyObject* common_shape(argument_slots s) {
  shape_t shape;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(s[0]); ++i)
    shape = broadcast_shapes(shape, to_shape(PyTuple_GET_ITEM(s[0], i)));
  return tuple_of(shape).release();
}

constexpr function_row manipulation_rows[] = {
    {"reshape", "(a, /, shape, order='C', *, copy=None)", reshape_function,
     "The elements in another shape: a view where the strides allow. One extent may be -1."},
    {"reshape", "(a, /, *shape, order='C', copy=None)", reshape_method,
     "The elements in another shape: a view where the strides allow. One extent may be -1.", method},
    {"ravel", "(a, order='C')", raveled, "One-dimensional: a view where the strides allow.", both},
    {"resize", "(a, /, *new_shape, refcheck=True)", resized_in_place,
     "Another shape in place: elements are dropped, or zeros follow.", method},
    {"flatten", "(a, order='C')", flattened, "A one-dimensional copy.", method},
    {"transpose", "(a, axes=None)", transpose_function, "The axes permuted, or reversed: a view."},
    {"permute_dims", "(a, axes=None)", transpose_function, "The axes permuted, or reversed: a view."},
    {"transpose", "(a, *axes)", transpose_method, "The axes permuted, or reversed: a view.", method},
    {"swapaxes", "(a, axis1, axis2)", axes_swapped, "Two axes exchanged: a view.", both},
    {"moveaxis", "(a, source, destination)", axes_moved, "Axes moved to new positions: a view."},
    {"squeeze", "(a, axis=None)", squeezed, "Without axes of length one: a view.", both},
    {"expand_dims", "(a, axis)", expanded, "With new axes of length one: a view."},
    {"flip", "(m, axis=None)", flipped, "The order of the elements reversed along axes: a view."},
    {"roll", "(a, shift, axis=None)", rolled, "Elements shifted along axes; those that fall off return."},
    {"fliplr", "(m)", seen_otherwise<fliplr>, "The second axis reversed: a view."},
    {"flipud", "(m)", seen_otherwise<flipud>, "The first axis reversed: a view."},
    {"rot90", "(m, k=1, axes=(0, 1))", turned,
     "Turned by k right angles, from the first axis towards the second: a view."},
    {"rollaxis", "(a, axis, start=0)", axis_rolled, "An axis moved until it lies before another: a view."},
    {"matrix_transpose", "(x, /)", seen_otherwise<matrix_transpose>, "The last two axes exchanged: a view."},
    {"atleast_1d", "(*arys)", at_least<atleast_1d>,
     "Each array with one dimension or more; a tuple of several."},
    {"atleast_2d", "(*arys)", at_least<atleast_2d>,
     "Each array with two dimensions or more; a tuple of several."},
    {"atleast_3d", "(*arys)", at_least<atleast_3d>,
     "Each array with three dimensions or more; a tuple of several."},
    {"diagonal", "(a, offset=0, axis1=0, axis2=1)", diagonal_view, "A read-only view of a diagonal.", both},
    {"pad", "(array, pad_width, mode='constant', **kwargs)", padded,
     "The array with something around it.\n\n"
     "pad_width: a number, a pair (before, after), a pair for each axis, or a dict of axes. mode and its\n"
     "keyword: 'constant' (constant_values), 'linear_ramp' (end_values), 'maximum', 'mean', 'median',\n"
     "'minimum' (stat_length), 'reflect', 'symmetric' (reflect_type), 'edge', 'wrap', 'empty'; a function "
     "as\n"
     "mode runs on the host. Raises ValueError for negative widths and keywords of other modes."},
    {"broadcast_to", "(array, shape, subok=False)", broadcast_view, "A read-only view of that shape."},
    {"broadcast_arrays", "(*args, subok=False)", broadcast_all, "Views of one common shape, as a tuple."},
    {"broadcast_shapes", "(*args)", common_shape, "The shape to which all these shapes broadcast."},
};

}  // namespace

namespace {

constexpr std::size_t reshape_row = 1;
static_assert(manipulation_rows[reshape_row].body == reshape_method);

// Extents that are plain integers, given one by one or as one tuple; false for anything else.
bool plain_extents(PyObject* const* args, Py_ssize_t count, shape_t& shape) {
  if (count == 1 && PyTuple_CheckExact(args[0])) {
    count = PyTuple_GET_SIZE(args[0]);
    args = reinterpret_cast<PyTupleObject*>(args[0])->ob_item;
  }
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!PyLong_CheckExact(args[i])) return false;
    shape.push_back(to_int(args[i], "shape"));
  }
  return count > 0;
}

// The usual call, a.reshape(2, -1) of a contiguous array, without a tuple of arguments in between.
PyObject* enter_reshape(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  const ndarray& a = array_of(self);
  if (!keywords && is_exact_array(self) && !a.is_scalar() && a.is_c_contiguous()) {
    PyObject* seen = guarded([&]() -> PyObject* {
      shape_t shape;
      if (!plain_extents(args, PyVectorcall_NARGS(static_cast<std::size_t>(count)), shape))
        return Py_NewRef(Py_None);
      return wrap_view(reshape(a, shape), self);
    });
    if (seen != Py_None) return seen;
    Py_DECREF(seen);
  }
  return enter_method<manipulation_rows, reshape_row>(self, args, count, keywords);
}

}  // namespace

void add_manipulation_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<manipulation_rows>(table, methods);
  if (!methods) return;
  for (PyMethodDef& method : table)
    if (std::string_view(method.ml_name) == "reshape")
      method.ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(enter_reshape));
}

}  // namespace numloom::python
