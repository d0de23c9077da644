// SPDX-License-Identifier: BSD-3-Clause
// Products of arrays: dot and its kin, einsum.
#include "float_watch.hpp"
#include "function.hpp"
#include "numloom/linalg.hpp"

namespace numloom::python {

namespace {

// ---- products of two ----

// (a, b)
template <ndarray (*F)(const ndarray&, const ndarray&)> PyObject* product(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray a = to_array(s[0], d), b = to_array(s[1], d);
  return wrap(unlocked((a.size() + b.size()) * 8, [&] { return F(a, b); }));
}
// (a, b, out)
using product_with_out = ndarray (*)(const ndarray&, const ndarray&, const std::optional<ndarray>&);
template <product_with_out F> PyObject* product_into(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray a = to_array(s[0], d), b = to_array(s[1], d);
  const auto out = to_out(s[2]);
  const float_watch watch;
  const ndarray result = unlocked((a.size() + b.size()) * 8, [&] { return F(a, b, out); });
  report_product(watch, F == static_cast<product_with_out>(dot) ? "dot" : "multiply", result, a, b);
  return wrap_or_out(result, s[2]);
}

inline_vector<int, 6> to_axis_list(PyObject* o) { return to_axes(o).list(); }

// (a, b, axes)
PyObject* contracted(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray a = to_array(s[0], d), b = to_array(s[1], d);
  inline_vector<int, 6> a_axes, b_axes;
  if (!s[2] || PyLong_Check(s[2]) || is_numpy_scalar(s[2]) ||
      (is_array(s[2]) && array_of(s[2]).ndim() == 0)) {
    const int n = s[2] ? to_axis(s[2], 2) : 2;
    for (int k = 0; k < n; ++k) {
      a_axes.push_back(a.ndim() - n + k);
      b_axes.push_back(k);
    }
  } else {
    const ref pair = checked(PySequence_Fast(s[2], "axes must be an integer or a pair of sequences"));
    if (PySequence_Fast_GET_SIZE(pair.get()) != 2)
      raise(PyExc_ValueError, "axes must be a pair of sequences");
    a_axes = to_axis_list(PySequence_Fast_GET_ITEM(pair.get(), 0));
    b_axes = to_axis_list(PySequence_Fast_GET_ITEM(pair.get(), 1));
  }
  ndarray sums = unlocked((a.size() + b.size()) * 8, [&] { return tensordot(a, b, a_axes, b_axes); });
  sums.set_scalar(false);  // as in NumPy, also when all axes are summed over
  return wrap(std::move(sums));
}

// (a, b)
PyObject* kronecker(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray a = to_array(s[0], d), b = to_array(s[1], d);
  const float_watch watch;
  ndarray made = unlocked(a.size() * b.size(), [&] { return kron(a, b); });
  watch.report("multiply", made);
  return wrap(std::move(made));
}

bool is_flat(const ndarray& a, int axis) { return a.ndim() > 0 && a.shape(axis) == 2; }

// (a, b, axisa, axisb, axisc, axis)
PyObject* vector_product(argument_slots s) {
  const device d = device_among(s, 2);
  const ndarray a = to_array(s[0], d), b = to_array(s[1], d);
  cross_axes where{to_axis(s[2], -1), to_axis(s[3], -1), to_axis(s[4], -1)};
  if (const auto axis = to_optional_axis(s[5])) where = {*axis, *axis, *axis};
  const float_watch watch;
  ndarray made = unlocked(a.size() + b.size(), [&] { return cross(a, b, where); });
  watch.report("multiply", made);
  if (is_flat(a, where.a) || is_flat(b, where.b))
    checked(PyErr_WarnEx(PyExc_DeprecationWarning,
                         "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional "
                         "vectors instead. (deprecated in NumPy 2.0)",
                         1));
  return wrap(std::move(made));
}

// ---- einsum ----

char letter_of(PyObject* o) {
  if (!PyIndex_Check(o) || PyBool_Check(o) || PyUnicode_Check(o))
    raise(PyExc_TypeError, "[einsum] each subscript must be either an integer or an ellipsis");
  const std::int64_t i = to_int(o, "subscript");
  if (i < 0 || i >= 52) raise(PyExc_ValueError, "[einsum] subscript is not within the valid range [0, 52)");
  return static_cast<char>(i < 26 ? 'A' + i : 'a' + i - 26);
}

void append_sublist(std::string& subscripts, PyObject* list) {
  if (PyUnicode_Check(list) || list == Py_None)
    raise(PyExc_TypeError, "[einsum] the subscripts for each operand must be a list or a tuple of integers");
  const ref items =
      checked(PySequence_Fast(list, "the subscripts for each operand must be a list or a tuple"));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(items.get(), i);
    if (item == Py_Ellipsis)
      subscripts += "...";
    else
      subscripts += letter_of(item);
  }
}

// What is summed: einsum("ij,jk", a, b), or einsum(a, [0, 1], b, [1, 2], [0, 2]) in the same words.
struct einsum_arguments {
  std::string subscripts;
  std::vector<PyObject*> operands;  // borrowed

  explicit einsum_arguments(PyObject* given) {
    PyObject* const* items = reinterpret_cast<PyTupleObject*>(given)->ob_item;
    const Py_ssize_t count = PyTuple_GET_SIZE(given);
    const bool is_text = count > 0 && (PyUnicode_Check(items[0]) || PyBytes_Check(items[0]));
    if (count < 2)
      raise(PyExc_ValueError,
            is_text ? "[einsum] must specify the einstein sum subscripts string and at least one operand"
                    : "[einsum] must provide at least an operand and a subscripts list to einsum");
    if (is_text) {
      subscripts = PyBytes_Check(items[0]) ? PyBytes_AS_STRING(items[0]) : to_text(items[0], "subscripts");
      operands.assign(items + 1, items + count);
      return;
    }
    for (Py_ssize_t i = 0; i + 1 < count; i += 2) {
      if (i > 0) subscripts += ',';
      operands.push_back(items[i]);
      append_sublist(subscripts, items[i + 1]);
    }
    if (count % 2 == 0) return;
    subscripts += "->";
    append_sublist(subscripts, items[count - 1]);
  }
};

[[noreturn]] void refuse_path(PyObject* o) {
  raise(PyExc_TypeError, "[einsum] Did not understand the path: %R", o);
}

bool is_text(PyObject* o, const char* text) {
  return PyUnicode_Check(o) && PyUnicode_CompareWithASCIIString(o, text) == 0;
}

void name_order(PyObject* name, std::size_t operands, einsum_options& options) {
  options.optimal = is_text(name, "optimal");
  if (operands > 2 && !options.optimal && !is_text(name, "greedy"))
    raise(PyExc_KeyError, "[einsum] expected optimize to be 'greedy' or 'optimal', got %R", name);
}

// optimize=: a bool, the name of a search, (name, memory limit), or ["einsum_path", (0, 1), ...].
void read_optimize(PyObject* o, std::size_t operands, einsum_options& options) {
  if (!o || o == Py_None || PyBool_Check(o)) return;
  if (PyUnicode_Check(o)) return name_order(o, operands, options);
  const bool is_list = PyList_Check(o) || PyTuple_Check(o);
  if (!is_list)
    raise(PyExc_TypeError, "[einsum] expected optimize to be a bool, a name or a path, got %R", o);
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(o);
  PyObject* first = count > 0 ? PySequence_Fast_GET_ITEM(o, 0) : nullptr;
  if (!first) return;
  if (is_text(first, "einsum_path")) {
    options.path.emplace();
    for (Py_ssize_t i = 1; i < count; ++i) {
      std::vector<int>& step = options.path->emplace_back();
      for (const std::int64_t at : to_int_list(PySequence_Fast_GET_ITEM(o, i), "path"))
        step.push_back(static_cast<int>(at));
    }
    return;
  }
  if (count != 2 || !PyUnicode_Check(first) || !PyNumber_Check(PySequence_Fast_GET_ITEM(o, 1)))
    refuse_path(o);
  name_order(first, operands, options);
  options.memory_limit = to_double(PySequence_Fast_GET_ITEM(o, 1), 0);
}

// (*operands, out, optimize, dtype, order, casting)
PyObject* einsum_function(argument_slots s) {
  const einsum_arguments given(s[0]);
  const std::size_t n = given.operands.size();
  einsum_options options;
  read_optimize(s[2], n, options);
  const bool is_optimized = !is_missing(s[2]) && s[2] != Py_False;
  options.dtype = to_optional_dtype(s[3]);
  options.order = to_order(s[4], order::K);
  // Products in an optimized order are ufuncs' in NumPy, with their rule.
  options.casting = to_casting(s[5], is_optimized && n > 1 ? casting::same_kind : casting::safe);
  if (!is_missing(s[1]) && !is_array(s[1]) && !is_numpy_array(s[1]))
    raise(PyExc_TypeError, "[einsum] keyword parameter out must be an array for einsum");
  options.out = to_out(s[1]);
  options.optimized = is_optimized && n > 1;
  const device where = device_among(given.operands.data(), n);
  std::vector<ndarray> arrays;
  std::int64_t work = 0;
  for (PyObject* operand : given.operands) {
    arrays.push_back(to_array(operand, where));
    work += 8 * arrays.back().size();
  }
  ndarray made = unlocked(work, [&] { return einsum(given.subscripts, arrays, options); });
  return n == 1 && !options.out ? wrap_view(std::move(made), given.operands[0])
                                : wrap_or_out(std::move(made), s[1]);
}

// (a, offset, axis1, axis2, dtype, out)
PyObject* traced(argument_slots s) {
  const ndarray a = to_array(s[0]);
  const auto type = to_optional_dtype(s[4]);
  const auto out = to_out(s[5]);
  const float_watch watch;
  ndarray result = trace(a, to_int(s[1], "offset", 0), to_axis(s[2], 0), to_axis(s[3], 1), type, out);
  watch.report("reduce", result);
  return wrap_or_out(std::move(result), s[5]);
}

constexpr function_row products_rows[] = {
    {"trace", "(a, offset=0, axis1=0, axis2=1, dtype=None, out=None)", traced,
     "Sum of a diagonal, or the sums of those of the planes of two axes.", function_row::function_and_method},
    {"dot", "(a, b, out=None)", product_into<dot>, "Inner product of vectors, product of matrices.", both},
    {"vdot", "(a, b, /)", product<vdot>, "Inner product of two flattened arrays, the first conjugated."},
    {"inner", "(a, b, /)", product<inner>, "Sum of products over the last axes."},
    {"outer", "(a, b, out=None)", product_into<outer>, "All products of two flattened arrays."},
    {"tensordot", "(a, b, axes=2)", contracted, "Sum of products over several axes."},
    {"kron", "(a, b)", kronecker, "Kronecker product: each element of a times all of b."},
    {"cross", "(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None)", vector_product,
     "Vector product in three dimensions."},
    {"einsum", "(*operands, out=None, optimize=False, dtype=None, order='K', casting='safe')",
     einsum_function,
     "Sums of products over labelled axes: einsum('ij,jk->ik', a, b), or einsum(a, [0, 1], b, [1, 2], [0, "
     "2]).\n\n"
     "Parameters\n----------\n"
     "subscripts : str\n    The labels of each operand's axes, and behind '->' those of the result; without "
     "it, the\n"
     "    labels that occur once, in alphabetical order. '...' stands for the other axes, which broadcast.\n"
     "*operands : array_like\n"
     "out : ndarray, optional\n    Where the result goes.\n"
     "optimize : bool, 'greedy', 'optimal', (name, memory limit) or a path of einsum_path, optional\n"
     "    Operands are put together two at a time, in the order of the fewest multiplications that was "
     "found\n"
     "    ('optimal' searches for up to 12 operands, the others for up to 6), whatever it says but a path.\n"
     "dtype : dtype, optional\n    In what is computed; the common dtype of the operands unless given.\n"
     "order : {'C', 'F', 'A', 'K'}, optional\n"
     "casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}, optional\n\n"
     "Returns\n-------\n"
     "ndarray\n    A writeable view where one operand is given and nothing is summed.\n\n"
     "Raises\n------\n"
     "ValueError\n    Subscripts that cannot be read or do not fit the operands.\n"
     "TypeError\n    A cast that the rule forbids; subscripts or an out of another type."},
};

}  // namespace

void add_product_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<products_rows>(table, methods);
}

}  // namespace numloom::python
