// SPDX-License-Identifier: BSD-3-Clause
// Elements chosen from several arrays, replaced in place; bits.
#include <algorithm>

#include "function.hpp"
#include "numloom/bits.hpp"
#include "numloom/creation.hpp"
#include "numloom/indexing.hpp"

namespace numloom::python {

namespace {

// A sequence of arrays and numbers; Python's own adapt to the arrays beside them.
class operand_list {
 public:
  operand_list(PyObject* sequence, device where, bool bools_adapt) {
    const ref items = checked(PySequence_Fast(sequence, "expected a sequence of arrays"));
    const auto n = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items.get()));
    operands_ = std::vector<operand>(n);
    for (std::size_t i = 0; i < n; ++i) {
      ref item = ref::borrowed(PySequence_Fast_GET_ITEM(items.get(), static_cast<Py_ssize_t>(i)));
      if (PyBool_Check(item.get()) && !bools_adapt) item = checked(wrap(to_array(item.get(), where)));
      if (!operands_[i].load(item.get(), where)) raise(numpy.host_only, "choices that are not numbers");
      kept_.push_back(std::move(item));
    }
  }
  std::vector<array_like> likes() const {
    std::vector<array_like> list;
    for (const operand& o : operands_) list.push_back(o.like());
    return list;
  }

 private:
  std::vector<operand> operands_;
  std::vector<ref> kept_;
};

device device_in(PyObject* sequence) {
  const ref items = checked(PySequence_Fast(sequence, "expected a sequence of arrays"));
  return device_among(PySequence_Fast_ITEMS(items.get()),
                      static_cast<std::size_t>(PySequence_Fast_GET_SIZE(items.get())));
}

// (condlist, choicelist, default)
PyObject* selected(argument_slots s) {
  const std::vector<ndarray> conditions = to_array_list(s[0]);
  const device d = conditions.empty() ? current_device() : conditions[0].device();
  const operand_list choices(s[1], d, false);
  const ref zero(PyLong_FromLong(0));
  const ref otherwise_list = checked(PyTuple_Pack(1, s[2] ? s[2] : zero.get()));
  const operand_list otherwise(otherwise_list.get(), d, false);
  const std::int64_t work = conditions.empty() ? 0 : conditions[0].size();
  const std::vector<array_like> values = choices.likes(), last = otherwise.likes();
  return wrap(unlocked(work, [&] { return select(conditions, values, last[0]); }));
}

// (a, choices, out, mode)
PyObject* chosen(argument_slots s) {
  const ndarray a = to_array(s[0], is_array(s[0]) ? array_of(s[0]).device() : device_in(s[1]));
  const operand_list choices(s[1], a.device(), true);
  const auto out = to_out(s[2]);
  const std::string_view mode = s[3] ? to_text(s[3], "mode") : std::string_view("raise");
  const std::vector<array_like> values = choices.likes();
  return wrap_or_out(unlocked(a.size(), [&] { return choose(a, values, mode, out); }), s[2]);
}

// (self, *choices, out, mode): one sequence of choices, or each by itself
PyObject* chosen_by_itself(argument_slots s) {
  const bool is_sequence = PyTuple_GET_SIZE(s[1]) == 1;
  PyObject* const slots[] = {s[0], is_sequence ? PyTuple_GET_ITEM(s[1], 0) : s[1], s[2], s[3]};
  return chosen(slots);
}

// (condition, arr)
PyObject* extracted(argument_slots s) {
  const ndarray a = to_array(s[1], device_among(s, 2));
  const ndarray condition = to_array(s[0], a.device());
  return wrap(unlocked(a.size(), [&] { return extract(condition, a); }));
}

// ---- replaced ----

// The array that is to be changed; NumPy changes its own.
const ndarray& changed_array(PyObject* o, const char* function) {
  if (!is_array(o)) raise(numpy.host_only, "%s() of an array that is not here", function);
  const ndarray& a = array_of(o);
  if (!a.writeable()) raise(PyExc_ValueError, "%s: output array is read-only", function);
  return a;
}

// Values for an array: numbers and lists are read as its dtype, arrays keep theirs.
ndarray to_values(PyObject* o, const ndarray& a) {
  if (is_array(o) || is_numpy_array(o)) return to_array(o, a.device());
  if (PyFloat_CheckExact(o) && is_inexact(a.dtype())) return full0(to_scalar(o), a.dtype(), a.device());
  if (const auto numbers = read_numbers(o, a.dtype())) return to_device(*numbers, a.device());
  if ((PyList_Check(o) || PyTuple_Check(o)) && holds_device_array(o)) return to_array(o, a.device());
  const ref arguments = checked(PyTuple_Pack(1, o));
  const ref keywords = checked(Py_BuildValue("{s:O}", "dtype", dtype_object(a.dtype())));
  return from_numpy(checked(PyObject_Call(numpy.array, arguments.get(), keywords.get())).get(), a.device());
}

// (arr, mask, vals)
PyObject* placed(argument_slots s) {
  if (!is_array(s[0]) && !is_numpy_array(s[0]))
    raise(PyExc_TypeError, "argument 1 must be numpy.ndarray, not %s", Py_TYPE(s[0])->tp_name);
  const ndarray a = changed_array(s[0], "place");
  place(a, to_array(s[1], a.device()), to_values(s[2], a));
  Py_RETURN_NONE;
}

// (a, /, mask, values)
PyObject* masked(argument_slots s) {
  const ndarray a = changed_array(s[0], "putmask");
  putmask(a, to_array(s[1], a.device()), to_values(s[2], a));
  Py_RETURN_NONE;
}

// (arr, indices, values, axis)
PyObject* put_along(argument_slots s) {
  const ndarray a = changed_array(s[0], "put_along_axis");
  const ndarray indices = to_array(s[1], a.device());
  operand values;
  if (!values.load(s[2], a.device())) raise(numpy.host_only, "values that are not numbers");
  put_along_axis(a, indices, values.like(), s[3] ? to_optional_axis(s[3]) : std::optional(-1));
  Py_RETURN_NONE;
}

// (a, val, wrap)
PyObject* diagonal_filled(argument_slots s) {
  const ndarray a = changed_array(s[0], "fill_diagonal");
  fill_diagonal(a, to_array(s[1], a.device()), to_bool(s[2], false));
  Py_RETURN_NONE;
}

// ---- bits ----

bit_order to_bit_order(PyObject* o) {
  if (!o) return bit_order::big;
  const std::string_view name = to_text(o, "bitorder");
  if (name != "big" && name != "little") raise(PyExc_ValueError, "'order' must be either 'little' or 'big'");
  return name == "big" ? bit_order::big : bit_order::little;
}

// (a, /, axis, bitorder)
PyObject* packed(argument_slots s) {
  const bit_order bits = to_bit_order(s[2]);
  const ndarray a = to_array(s[0]);
  const auto axis = to_optional_axis(s[1]);
  return wrap(unlocked(a.size(), [&] { return packbits(a, axis, bits); }));
}

// (a, /, axis, count, bitorder)
PyObject* unpacked(argument_slots s) {
  const bit_order bits = to_bit_order(s[3]);
  const ndarray a = to_array(s[0]);
  const auto axis = to_optional_axis(s[1]);
  std::optional<std::int64_t> count;
  if (!is_missing(s[2])) count = to_int(s[2], "count");
  return wrap(unlocked(8 * a.size(), [&] { return unpackbits(a, axis, count, bits); }));
}

constexpr function_row choosing_rows[] = {
    {"select", "(condlist, choicelist, default=0)", selected,
     "For each element the first choice whose condition holds."},
    {"choose", "(a, choices, out=None, mode='raise')", chosen,
     "For each element of a, the element of the choice with that number."},
    {"choose", "(self, *choices, out=None, mode='raise')", chosen_by_itself,
     "For each element, the element of the choice with that number.", function_row::method_only},
    {"extract", "(condition, arr)", extracted, "The elements for which a condition holds."},
    {"place", "(arr, mask, vals)", placed,
     "The first values to the places of the true elements of a mask, again from the start when used up."},
    {"putmask", "(a, /, mask, values)", masked,
     "Values to the true places of a mask, each to its own; repeated when they are fewer."},
    {"put_along_axis", "(arr, indices, values, axis=-1)", put_along,
     "Values to positions along an axis, as argsort() and others give them."},
    {"fill_diagonal", "(a, val, wrap=False)", diagonal_filled, "Values to the main diagonal, in place."},
    {"packbits", "(a, /, axis=None, bitorder='big')", packed, "Eight truth values a byte."},
    {"unpackbits", "(a, /, axis=None, count=None, bitorder='big')", unpacked,
     "The bits of bytes as zeros and ones."},
};

}  // namespace

void add_choosing_functions(std::vector<PyMethodDef>& table, bool methods) {
  add_rows<choosing_rows>(table, methods);
}

}  // namespace numloom::python
