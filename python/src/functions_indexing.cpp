// SPDX-License-Identifier: BSD-3-Clause
// Selection, positions by rule, order.
#include <algorithm>
#include <cstring>

#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/indexing.hpp"
#include "numloom/sorting.hpp"

namespace numloom::python {

namespace {

std::string_view to_mode(PyObject* o) { return o ? to_text(o, "mode") : std::string_view("raise"); }

ndarray to_indices(PyObject* o, device where) {
  ndarray a = to_array(o, where);
  // Lists and numbers of Python's are read as integers, [1.0] too.
  if (!is_array(o) && !is_numpy_array(o) && (a.size() == 0 || kind_of(a.dtype()) == 'f'))
    a = astype(a, dtype::int64, order::K, casting::unsafe, false);
  return a;
}

// (a, indices, axis, out, mode)
PyObject* taken(argument_slots s) {
  const ndarray a = to_array(s[0], device_among(s, 2));
  const ndarray indices = to_indices(s[1], a.device());
  const auto axis = to_optional_axis(s[2]);
  const auto out = to_out(s[3]);
  const auto mode = to_mode(s[4]);
  return wrap_or_out(unlocked(indices.size(), [&] { return take(a, indices, axis, mode, out); }), s[3]);
}

// (a, ind, v, mode)
PyObject* put_values(argument_slots s) {
  if (!is_array(s[0])) raise(numpy.host_only, "put() into an array that is not here");
  const ndarray a = array_of(s[0]);
  if (!a.writeable()) raise(PyExc_ValueError, "put: output array is read-only");
  put(a, to_indices(s[1], a.device()), to_array(s[2], a.device()), to_mode(s[3]));
  Py_RETURN_NONE;
}

// (arr, indices, axis)
PyObject* taken_along(argument_slots s) {
  const ndarray a = to_array(s[0], device_among(s, 2));
  const ndarray indices = to_indices(s[1], a.device());
  const auto axis = s[2] ? to_optional_axis(s[2]) : std::optional(-1);
  return wrap(unlocked(indices.size(), [&] { return take_along_axis(a, indices, axis); }));
}

// (condition, a, axis, out)
PyObject* compressed(PyObject* condition, PyObject* array, PyObject* axis, PyObject* out) {
  if (!is_missing(out)) raise(numpy.host_only, "compress() with out=");
  PyObject* both[] = {array, condition};
  const ndarray a = to_array(array, device_among(both, 2));
  return wrap(compress(to_array(condition, a.device()), a, to_optional_axis(axis)));
}
PyObject* compress_function(argument_slots s) { return compressed(s[0], s[1], s[2], s[3]); }
PyObject* compress_method(argument_slots s) { return compressed(s[1], s[0], s[2], s[3]); }

PyObject* positions(argument_slots s) {
  const ndarray a = to_array(s[0]);
  if (a.ndim() == 0)
    raise(PyExc_ValueError,
          "Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead. If the "
          "context of this error is of the form `arr[nonzero(cond)]`, just use `arr[cond]`.");
  return wrap_tuple(unlocked(a.size(), [&] { return nonzero(a); }));
}
PyObject* flat_positions(argument_slots s) {
  const ndarray a = to_array(s[0]);
  return wrap(unlocked(a.size(), [&] { return flatnonzero(a); }));
}
PyObject* position_rows(argument_slots s) {
  const ndarray a = to_array(s[0]);
  return wrap(unlocked(a.size(), [&] { return argwhere(a); }));
}

// (condition, x, y, /)
PyObject* choose(argument_slots s) {
  if (!s[1] && !s[2]) return positions(s);
  if (!s[1] || !s[2]) raise(PyExc_ValueError, "either both or neither of x and y should be given");
  const device d = device_among(s, 3);
  operand x, y;
  const ndarray condition = to_array(s[0], d);
  if (!x.load(s[1], d) || !y.load(s[2], d)) raise(numpy.host_only, "where() of something else than numbers");
  const float_watch watch;
  ndarray result = unlocked(std::max({condition.size(), x.size(), y.size()}),
                            [&] { return where(condition, x.like(), y.like()); });
  watch.report("cast", result);
  return wrap(std::move(result));
}

// a, low, high, out, dtype, casting, where, order
PyObject* clipped(PyObject* array, PyObject* low, PyObject* high, PyObject* const* rest) {
  PyObject* operands[] = {array, low, high};
  const device d = device_among(operands, 3);
  const ndarray a = to_array(array, d);
  operand lower, upper;
  std::optional<array_like> bounds[2];
  if (!is_missing(low)) {
    if (!lower.load(low, d)) raise(numpy.host_only, "clip() with a bound that is not a number");
    bounds[0] = lower.like();
  }
  if (!is_missing(high)) {
    if (!upper.load(high, d)) raise(numpy.host_only, "clip() with a bound that is not a number");
    bounds[1] = upper.like();
  }
  ufunc_options options;
  options.out = to_out(rest[0]);
  options.dtype = to_optional_dtype(rest[1]);
  options.casting = to_casting(rest[2], casting::same_kind);
  options.where = to_mask(rest[3], d);
  options.order = to_order(rest[4], order::K);
  return wrap_or_out(unlocked(a.size(), [&] { return clip(a, bounds[0], bounds[1], options); }), rest[0]);
}
// (a, a_min, a_max, out, *, min, max, dtype, casting, where, order)
PyObject* clip_function(argument_slots s) {
  if ((s[1] == nullptr) != (s[2] == nullptr))
    raise(PyExc_TypeError, "clip() missing 1 required positional argument: '%s'", s[1] ? "a_max" : "a_min");
  if (s[1] && (s[4] || s[5]))
    raise(PyExc_ValueError,
          "Passing `min` or `max` keyword argument when `a_min` and `a_max` are provided is forbidden.");
  PyObject* rest[] = {s[3], s[6], s[7], s[8], s[9]};
  return clipped(s[0], s[1] ? s[1] : s[4], s[2] ? s[2] : s[5], rest);
}
// (self, min, max, out, *, dtype, casting, where, order)
PyObject* clip_method(argument_slots s) { return clipped(s[0], s[1], s[2], s + 3); }

// ---- positions by rule ----

// (dimensions, dtype, sparse)
PyObject* make_indices(argument_slots s) {
  const shape_t dimensions = to_shape(checked(PySequence_Tuple(s[0])).get());  // any iterable, as in NumPy
  const bool sparse = to_bool(s[2], false);
  // None is NumPy's default dtype for a new array, and leaves the dtype of a sparse range as it is.
  const dtype none = s[1] == Py_None && !sparse ? dtype::float64 : dtype::int64;
  const dtype type = to_optional_dtype(s[1]).value_or(none);
  if (sparse) return wrap_tuple(sparse_indices(dimensions, type));
  return wrap(unlocked(size_of(dimensions) * dimensions.size(), [&] { return indices(dimensions, type); }));
}

// (*args)
PyObject* open_grid(argument_slots s) {
  std::vector<ndarray> lines;
  PyObject** given = reinterpret_cast<PyTupleObject*>(s[0])->ob_item;
  const auto count = static_cast<std::size_t>(PyTuple_GET_SIZE(s[0]));
  const device d = device_among(given, count);
  for (std::size_t i = 0; i < count; ++i) lines.push_back(to_indices(given[i], d));
  return wrap_tuple(ix_(lines));
}

// An empty list is no list of floats.
void check_indices(const ndarray& a, PyObject* given, const char* what) {
  if (is_integer(a.dtype()) || a.dtype() == dtype::bool_) return;
  if (a.size() == 0 && (PyList_Check(given) || PyTuple_Check(given)))
    raise(PyExc_TypeError,
          "%s must be integral: the provided empty sequence was inferred as float. Wrap it with "
          "'np.array(indices, dtype=np.intp)'",
          what);
}

// (indices, shape, order)
PyObject* unraveled(argument_slots s) {
  const ndarray flat = to_array(s[0]);
  const shape_t shape = to_shape(s[1]);
  const order reading = to_order(s[2], order::C);
  if (shape.empty()) raise(numpy.host_only, "an index of nothing");
  check_indices(flat, s[0], "indices");
  std::vector<ndarray> found = unlocked(flat.size() * 8, [&] { return unravel_index(flat, shape, reading); });
  for (ndarray& index : found) index.set_scalar(index.ndim() == 0);
  return wrap_tuple(std::move(found));
}

// (multi_index, dims, mode, order)
PyObject* raveled_indices(argument_slots s) {
  const std::vector<ndarray> parts = to_array_list(s[0]);
  const ref given = checked(PySequence_Fast(s[0], "expected a sequence of indices"));
  for (std::size_t i = 0; i < parts.size(); ++i)
    check_indices(parts[i], PySequence_Fast_GET_ITEM(given.get(), static_cast<Py_ssize_t>(i)), "indices");
  const shape_t dimensions = to_shape(s[1]);
  std::vector<std::string_view> modes{"raise"};
  if (s[2]) {
    modes.clear();
    const ref names = PyUnicode_Check(s[2]) ? checked(PyTuple_Pack(1, s[2]))
                                            : checked(PySequence_Fast(s[2], "expected a mode or modes"));
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(names.get()); ++i) {
      PyObject* name = PySequence_Fast_GET_ITEM(names.get(), i);
      if (!PyUnicode_Check(name)) raise(numpy.host_only, "a mode of another kind");
      modes.push_back(to_text(name, "mode"));
    }
  }
  const order reading = to_order(s[3], order::C);
  if (dimensions.empty()) raise(numpy.host_only, "an index of nothing");
  ndarray flat = ravel_multi_index(parts, dimensions, modes, reading);
  flat.set_scalar(flat.ndim() == 0);
  return wrap(std::move(flat));
}

void check_extents(PyObject* const* given, int count) {
  for (int i = 0; i < count; ++i)
    if (!is_missing(given[i]) && !PyIndex_Check(given[i]))
      raise(numpy.host_only, "an extent that is no integer");
}

// (n, k, m)
using triangle_of = std::vector<ndarray> (*)(std::int64_t, std::int64_t, std::optional<std::int64_t>);
template <triangle_of F> PyObject* triangle(argument_slots s) {
  check_extents(s, 3);
  std::optional<std::int64_t> columns;
  if (!is_missing(s[2])) columns = to_int(s[2], "m");
  return wrap_tuple(F(to_int(s[0], "n"), to_offset(s[1]), columns));
}

// (arr, k)
template <std::vector<ndarray> (*F)(const ndarray&, std::int64_t)> PyObject* triangle_from(argument_slots s) {
  return wrap_tuple(F(to_array(s[0]), to_offset(s[1])));
}

// The same array for each axis.
PyObject* repeated_index(std::vector<ndarray> found) {
  const ref index = found.empty() ? ref() : checked(wrap(found[0]));
  ref all = checked(PyTuple_New(static_cast<Py_ssize_t>(found.size())));
  for (std::size_t i = 0; i < found.size(); ++i)
    PyTuple_SET_ITEM(all.get(), static_cast<Py_ssize_t>(i), Py_NewRef(index.get()));
  return all.release();
}
// (n, ndim)
PyObject* diagonal_indices(argument_slots s) {
  check_extents(s, 1);
  return repeated_index(diag_indices(to_int(s[0], "n"), to_axis(s[1], 2)));
}
PyObject* diagonal_indices_from(argument_slots s) {
  return repeated_index(diag_indices_from(to_array(s[0])));
}

// ---- order ----

void check_order(PyObject* fields) {
  if (!is_missing(fields)) raise(PyExc_ValueError, "Cannot specify order when the array has no fields.");
}
void check_sort_kind(PyObject* kind, PyObject* stable) {
  if (!is_missing(kind)) {
    if (!is_missing(stable))
      raise(PyExc_ValueError,
            "`kind` and keyword parameters can't be provided at the same time. Use only one "
            "of them.");
    const char first = to_text(kind, "kind").empty() ? '?' : to_text(kind, "kind")[0];
    if (!std::strchr("qhmsQHMS", first))
      raise(PyExc_ValueError, "sort kind must be one of 'quick', 'heap', or 'stable' (got %R)", kind);
  }
}
std::optional<int> sorting_axis(PyObject* o) { return o ? to_optional_axis(o) : std::optional(-1); }

// (a, axis, kind, order, *, stable, descending)
PyObject* sorted(argument_slots s) {
  const ndarray a = to_array(s[0]);
  check_order(s[3]);
  check_sort_kind(s[2], s[4]);
  const auto axis = sorting_axis(s[1]);
  const bool descending = to_bool(s[5], false);
  return wrap(unlocked(a.size(), [&] { return sort(a, axis, descending); }));
}
PyObject* sort_method(argument_slots s) {
  check_order(s[3]);
  check_sort_kind(s[2], s[4]);
  const ndarray a = array_of(s[0]);
  if (!a.writeable()) raise(PyExc_ValueError, "sort array is read-only");
  const int axis = to_axis(s[1], -1);
  const bool descending = to_bool(s[5], false);
  unlocked(a.size(), [&] {
    sort_in_place(a, axis, descending);
    return 0;
  });
  Py_RETURN_NONE;
}
PyObject* order_of(argument_slots s) {
  const ndarray a = to_array(s[0]);
  check_order(s[3]);
  check_sort_kind(s[2], s[4]);
  const auto axis = sorting_axis(s[1]);
  const bool descending = to_bool(s[5], false);
  return wrap(unlocked(a.size(), [&] { return argsort(a, axis, descending); }));
}

// (a, v, side, sorter)
PyObject* insertion_points(argument_slots s) {
  const auto side = s[2] ? to_text(s[2], "side") : std::string_view("left");
  if (side != "left" && side != "right")
    raise(PyExc_ValueError, "search side must be 'left' or 'right' (got '%U')", s[2]);
  const device d = device_among(s, 2);
  const ndarray a = to_array(s[0], d), values = to_array(s[1], d);
  ndarray sorter;
  if (!is_missing(s[3])) sorter = to_array(s[3], d);
  if (sorter.defined() && d.is_cpu() && sorter.size() > 0 && is_integer(sorter.dtype()) &&
      (min(sorter).item().real() < 0 || max(sorter).item().real() >= static_cast<double>(a.size())))
    raise(PyExc_ValueError, "Sorter index out of range.");
  ndarray found = unlocked(values.size() * 8, [&] {
    return searchsorted(a, values, side == "right", sorter.defined() ? &sorter : nullptr);
  });
  found.set_scalar(values.ndim() == 0);
  return wrap(std::move(found));
}

constexpr const char* sorting = "(a, axis=-1, kind=None, order=None, *, stable=None, descending=False)";

constexpr function_row indexing_rows[] = {
    {"take", "(a, indices, axis=None, out=None, mode='raise')", taken, "Elements at positions along an axis.",
     both},
    {"put", "(a, ind, v, mode='raise')", put_values, "Values written to positions of the flattened array."},
    {"put", "(a, indices, values, mode='raise')", put_values,
     "Values written to positions of the flattened array.", method},
    {"take_along_axis", "(arr, indices, axis=-1)", taken_along,
     "Elements at positions that argsort() and others give."},
    {"compress", "(condition, a, axis=None, out=None)", compress_function,
     "The slices for which a condition holds."},
    {"compress", "(a, condition, axis=None, out=None)", compress_method,
     "The slices for which a condition holds.", method},
    {"nonzero", "(a)", positions, "Positions of the elements that are not zero, one array a dimension.",
     both},
    {"flatnonzero", "(a)", flat_positions,
     "Positions in the flattened array of the elements that are not zero."},
    {"argwhere", "(a)", position_rows, "Positions of the elements that are not zero, one row each."},
    {"where", "(condition, x=None, y=None, /)", choose,
     "x where the condition holds, else y; with the condition alone, nonzero()."},
    {"clip",
     "(a, a_min=None, a_max=None, out=None, *, min=None, max=None, dtype=None, casting='same_kind', "
     "where=True, "
     "order='K')",
     clip_function, "Values limited to an interval; either bound may be missing."},
    {"clip", "(a, min=None, max=None, out=None, *, dtype=None, casting='same_kind', where=True, order='K')",
     clip_method, "Values limited to an interval; either bound may be missing.", method},
    {"indices", "(dimensions, dtype=int, sparse=False)", make_indices,
     "The index of each position along each axis: one array, or, if sparse, one an axis that broadcast."},
    {"ix_", "(*args)", open_grid,
     "Vectors as an open grid for indexing; bools stand for the true positions."},
    {"unravel_index", "(indices, shape, order='C')", unraveled, "Flat positions as one index for each axis."},
    {"ravel_multi_index", "(multi_index, dims, mode='raise', order='C')", raveled_indices,
     "One index for each axis as flat positions; mode (or one an axis): 'raise', 'wrap' or 'clip'."},
    {"tril_indices", "(n, k=0, m=None)", triangle<tril_indices>,
     "Indices of the lower triangle of an (n, m) array."},
    {"triu_indices", "(n, k=0, m=None)", triangle<triu_indices>,
     "Indices of the upper triangle of an (n, m) array."},
    {"tril_indices_from", "(arr, k=0)", triangle_from<tril_indices_from>,
     "Indices of the lower triangle of a matrix."},
    {"triu_indices_from", "(arr, k=0)", triangle_from<triu_indices_from>,
     "Indices of the upper triangle of a matrix."},
    {"diag_indices", "(n, ndim=2)", diagonal_indices,
     "Indices of the main diagonal of an array of ndim axes of extent n."},
    {"diag_indices_from", "(arr)", diagonal_indices_from, "Indices of the main diagonal of an array."},
    {"sort", sorting, sorted, "A sorted copy; stable, NaN last."},
    {"sort", sorting, sort_method, "Sorts in place; stable, NaN last.", method},
    {"argsort", sorting, order_of, "Positions that would sort the array; stable, NaN last.", both},
    {"searchsorted", "(a, v, side='left', sorter=None)", insertion_points,
     "Positions at which values belong in a sorted array.", both},
};

}  // namespace

void add_indexing_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<indexing_rows>(table, methods);
}

}  // namespace numloom::python
