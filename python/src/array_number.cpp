// SPDX-License-Identifier: BSD-3-Clause
// Operators: the number slots and the comparisons.
#include <array>

#include "convert.hpp"
#include "float_watch.hpp"
#include "interop.hpp"
#include "number_operators.hpp"
#include "numloom/creation.hpp"
#include "numloom/linalg.hpp"
#include "ufunc_type.hpp"

namespace numloom::python {

namespace {

PyObject* not_implemented() { return Py_NewRef(Py_NotImplemented); }

// The current error is "no array here can hold that": NumPy can.
bool is_host_only() { return PyErr_Occurred() && PyErr_ExceptionMatches(numpy.host_only); }

PyObject* on_host(const char* name, PyObject* left, PyObject* right) {
  PyErr_Clear();
  const ref args(PyTuple_Pack(2, left, right));
  return args ? host_ufunc(name, "operator", args.get(), nullptr) : nullptr;
}

// An operand with an __array_ufunc__ of its own: the operator is the ufunc, which asks it.
bool has_override(PyObject* left, PyObject* right) {
  return overrides_ufuncs(left) || overrides_ufuncs(right);
}

PyObject* call_named(const char* name, PyObject* args, PyObject* out = nullptr) {
  const ref function = checked(imported("numloom._core", name)), arguments = checked(args);
  const ref keywords(out ? checked(Py_BuildValue("{s:O}", "out", out)) : ref());
  return PyObject_Call(function.get(), arguments.get(), keywords.get());
}

[[gnu::noinline]] void report_wrapping(ufunc f, const ndarray& result, const ndarray& a, const ndarray& b) {
  host_number x, y, z;
  load_element(a, x);
  load_element(b, y);
  load_element(result, z);
  if (wraps_around(f, x, &y, z)) report_float_errors(float_errors::overflow, info(f).name.data(), true);
}

// The operation's result, once its floating-point errors are reported.
ndarray reported(const float_watch& watch, ufunc f, ndarray result, const ndarray* a, const ndarray* b) {
  watch.report(info(f).name.data(), result, (!a || a->is_scalar()) && (!b || b->is_scalar()));
  if (__builtin_expect(result.is_scalar(), 0) && is_integer(result.dtype()) && a && b && a->is_scalar() &&
      b->is_scalar() && result.device().is_cpu())
    report_wrapping(f, result, *a, *b);
  return result;
}

std::string text_of(ufunc f) { return std::string(info(f).name); }

// [0] * n with a scalar result n repeats the list, as with NumPy's integers.
bool repeats_sequence(PyObject* sequence, PyObject* count) {
  return (PyList_Check(sequence) || PyTuple_Check(sequence) || PyUnicode_Check(sequence) ||
          PyBytes_Check(sequence)) &&
         is_array(count) && array_of(count).is_scalar() && is_integer(array_of(count).dtype());
}

PyObject* binary_general(ufunc f, PyObject* left, PyObject* right) {
  PyObject* result = guarded([&]() -> PyObject* {
    if (defers_to(left) || defers_to(right)) return not_implemented();
    if (has_override(left, right)) return call_named(text_of(f).c_str(), PyTuple_Pack(2, left, right));
    if (f == ufunc::multiply && (repeats_sequence(left, right) || repeats_sequence(right, left)))
      return not_implemented();
    PyObject* both[] = {left, right};
    const device where = device_among(both, 2);
    operand a, b;
    // Anything else is an object to NumPy, which asks each element: array * Decimal(2).
    if (!a.load(left, where) || !b.load(right, where)) raise(numpy.host_only, "operands are objects");
    const std::int64_t work = std::max(a.size(), b.size());
    const float_watch watch(may_err(f));
    ndarray result = unlocked(work, [&] { return call(f, a.like(), b.like()); });
    return wrap(reported(watch, f, std::move(result), a.array(), b.array()));
  });
  return !result && is_host_only() ? on_host(text_of(f).c_str(), left, right) : result;
}

template <ufunc F> PyObject* binary(PyObject* left, PyObject* right) {
  if (is_0d(left) || is_0d(right))
    if (PyObject* result = call_on_numbers(F, left, right, true)) return result;
  if (is_exact_array(left) && is_exact_array(right))
    return guarded([&] {
      const ndarray &a = array_of(left), &b = array_of(right);
      return wrap_made([&] {
        const float_watch watch(may_err(F));
        return reported(watch, F, unlocked(std::max(a.size(), b.size()), [&] { return call(F, a, b); }), &a,
                        &b);
      });
    });
  if (is_exact_array(left) && PyFloat_CheckExact(right))
    return guarded([&] {
      const ndarray& a = array_of(left);
      const scalar number(PyFloat_AS_DOUBLE(right));
      return wrap_made([&] {
        const float_watch watch(may_err(F));
        return reported(watch, F, unlocked(a.size(), [&] { return call(F, a, number); }), &a, nullptr);
      });
    });
  return binary_general(F, left, right);
}

template <ufunc F> PyObject* unary(PyObject* self) {
  if (is_0d(self))
    if (PyObject* result = call_on_numbers(F, self, nullptr, true)) return result;
  return guarded([&]() -> PyObject* {
    if (overrides_ufuncs(self)) return call_named(text_of(F).c_str(), PyTuple_Pack(1, self));
    const ndarray& a = array_of(self);
    return wrap_made([&] {
      const float_watch watch(may_err(F));
      return reported(watch, F, unlocked(a.size(), [&] { return call(F, a); }), &a, nullptr);
    });
  });
}

PyObject* in_place_general(ufunc f, PyObject* self, PyObject* other) {
  PyObject* result = guarded([&]() -> PyObject* {
    if (defers_to(other, true)) return not_implemented();
    if (has_override(self, other)) return call_named(text_of(f).c_str(), PyTuple_Pack(2, self, other), self);
    const ndarray target = array_of(self);
    operand b;
    if (!b.load(other, target.device())) raise(numpy.host_only, "the operand is an object");
    const array_like inputs[] = {target, b.like()};
    const float_watch watch(may_err(f));
    unlocked(std::max(target.size(), b.size()), [&] { call_into(f, inputs, target); });
    watch.report(info(f).name.data(), target);
    return Py_NewRef(self);
  });
  if (result || !is_host_only()) return result;
  PyErr_Clear();
  const ref args(PyTuple_Pack(2, self, other));
  const ref keywords(Py_BuildValue("{s:O}", "out", self));
  return args && keywords ? host_ufunc(text_of(f).c_str(), "__call__", args.get(), keywords.get()) : nullptr;
}

// A scalar result has value semantics: `x += 1` makes a new one.
template <ufunc F> PyObject* in_place(PyObject* self, PyObject* other) {
  const ndarray& target = array_of(self);
  if (target.is_scalar()) return binary<F>(self, other);
  if (is_exact_array(self) && is_exact_array(other) &&
      std::max(target.size(), array_of(other).size()) <= released_gil::elements)
    return guarded([&] {
      const array_like inputs[] = {target, array_of(other)};
      const float_watch watch(may_err(F));
      call_into(F, inputs, target);
      watch.report(info(F).name.data(), target);
      return Py_NewRef(self);
    });
  return in_place_general(F, self, other);
}

// x ** 2, x ** 0.5 and the like are cheaper functions with the same values.
std::optional<ufunc> simple_power(const ndarray& a, PyObject* exponent) {
  double value;
  if (PyFloat_CheckExact(exponent))
    value = PyFloat_AS_DOUBLE(exponent);
  else if (PyLong_CheckExact(exponent))
    value = PyLong_AsDouble(exponent);
  else
    return {};
  if (PyErr_Occurred()) {
    PyErr_Clear();
    return {};
  }
  const bool inexact = is_inexact(a.dtype());
  const bool is_bool_scalar = a.is_scalar() && a.dtype() == dtype::bool_;  // which NumPy has promoted
  if (value == 2 && (inexact || (PyLong_CheckExact(exponent) && !is_bool_scalar))) return ufunc::square;
  if (!inexact) return {};
  if (value == 0.5) return ufunc::sqrt;
  if (value == -1) return ufunc::reciprocal;
  if (value == 1) return ufunc::positive;
  return {};
}

PyObject* power(PyObject* left, PyObject* right, PyObject* modulus) {
  if (modulus != Py_None) return not_implemented();
  if (is_exact_array(left))
    if (const auto simple = simple_power(array_of(left), right)) {
      if (is_0d(left))
        if (PyObject* result = call_on_numbers(*simple, left, nullptr)) return result;
      return guarded([&] {
        const ndarray& a = array_of(left);
        const float_watch watch;
        ndarray result = unlocked(a.size(), [&] { return call(*simple, a); });
        return wrap(reported(watch, a.is_scalar() ? ufunc::power : *simple, std::move(result), &a, nullptr));
      });
    }
  return binary<ufunc::power>(left, right);
}

PyObject* power_in_place(PyObject* self, PyObject* other, PyObject*) {
  return in_place<ufunc::power>(self, other);
}

PyObject* divide_with_rest(PyObject* left, PyObject* right) {
  PyObject* result = guarded([&]() -> PyObject* {
    if (defers_to(left) || defers_to(right)) return not_implemented();
    if (has_override(left, right)) return call_named("divmod", PyTuple_Pack(2, left, right));
    PyObject* both[] = {left, right};
    const device where = device_among(both, 2);
    operand a, b;
    if (!a.load(left, where) || !b.load(right, where)) return not_implemented();
    const array_like inputs[] = {a.like(), b.like()};
    const float_watch watch;
    auto pair =
        unlocked(std::max(a.size(), b.size()), [&] { return call2(ufunc::divmod, inputs, ufunc_options{}); });
    reported(watch, ufunc::divmod, pair.first, a.array(), b.array());
    const ref first = checked(wrap(std::move(pair.first)));
    const ref second = checked(wrap(std::move(pair.second)));
    return PyTuple_Pack(2, first.get(), second.get());
  });
  return !result && is_host_only() ? on_host("divmod", left, right) : result;
}

// Numbers have no such operator.
bool is_single_number(PyObject* o) {
  if (is_exact_array(o)) return array_of(o).is_scalar();
  return is_python_number(o) || is_numpy_scalar(o) || (is_array(o) && array_of(o).is_scalar());
}

PyObject* product(PyObject* left, PyObject* right) {
  if (is_single_number(left) && is_single_number(right)) return not_implemented();
  PyObject* result = guarded([&]() -> PyObject* {
    if (defers_to(left) || defers_to(right)) return not_implemented();
    if (has_override(left, right)) return call_named("matmul", PyTuple_Pack(2, left, right));
    PyObject* both[] = {left, right};
    const device where = device_among(both, 2);
    if (!is_array_like(left) || !is_array_like(right)) return not_implemented();
    const ndarray a = to_array(left, where), b = to_array(right, where);
    const float_watch watch;
    ndarray result = unlocked(a.size() * 8, [&] { return matmul(a, b); });
    report_product(watch, "matmul", result, a, b);
    return wrap(std::move(result));
  });
  return !result && is_host_only() ? on_host("matmul", left, right) : result;
}

PyObject* product_in_place(PyObject* self, PyObject* other) {
  return guarded([&]() -> PyObject* {
    if (defers_to(other, true)) return not_implemented();
    if (has_override(self, other)) return call_named("matmul", PyTuple_Pack(2, self, other), self);
    if (!is_array_like(other)) return not_implemented();
    const ndarray target = array_of(self);
    const ndarray b = to_array(other, target.device());
    if (target.ndim() < 1 || b.ndim() < 2)  // the result would be spread over the operand
      raise(PyExc_ValueError,
            "inplace matrix multiplication requires the first operand to have at least one and the second at "
            "least two dimensions.");
    ufunc_options options;
    options.out = target;
    unlocked(target.size() * 8, [&] { return matmul(target, b, options); });
    return Py_NewRef(self);
  });
}

constexpr std::array comparisons = {ufunc::less,      ufunc::less_equal, ufunc::equal,
                                    ufunc::not_equal, ufunc::greater,    ufunc::greater_equal};

// No element equals None or a text; which of two comes first nobody can say.
bool is_unlike(PyObject* o) { return o == Py_None || PyUnicode_Check(o); }
PyObject* compare_unlike(int operation, PyObject* left) {
  if (operation != Py_EQ && operation != Py_NE) return not_implemented();
  return guarded([&] {
    const ndarray& a = array_of(left);
    ndarray answer = full_like(a, scalar(operation == Py_NE), {.dtype = dtype::bool_});
    answer.set_scalar(a.ndim() == 0);
    return wrap(std::move(answer));
  });
}

}  // namespace

PyObject* compare(PyObject* left, PyObject* right, int operation) {
  const ufunc f = comparisons[static_cast<std::size_t>(operation)];
  if (is_0d(left) || is_0d(right))
    if (PyObject* result = call_on_numbers(f, left, right)) return result;
  if (is_exact_array(left) && is_exact_array(right))
    return guarded([&] {
      const ndarray &a = array_of(left), &b = array_of(right);
      return wrap_made([&] { return unlocked(std::max(a.size(), b.size()), [&] { return call(f, a, b); }); });
    });
  return is_unlike(right) ? compare_unlike(operation, left) : binary_general(f, left, right);
}

void add_number_slots(slot_list& slots) {
  const auto add = [&](int slot, auto* function) {
    slots.push_back({slot, reinterpret_cast<void*>(function)});
  };
  add(Py_nb_add, binary<ufunc::add>);
  add(Py_nb_subtract, binary<ufunc::subtract>);
  add(Py_nb_multiply, binary<ufunc::multiply>);
  add(Py_nb_true_divide, binary<ufunc::divide>);
  add(Py_nb_floor_divide, binary<ufunc::floor_divide>);
  add(Py_nb_remainder, binary<ufunc::remainder>);
  add(Py_nb_divmod, divide_with_rest);
  add(Py_nb_power, power);
  add(Py_nb_lshift, binary<ufunc::left_shift>);
  add(Py_nb_rshift, binary<ufunc::right_shift>);
  add(Py_nb_and, binary<ufunc::bitwise_and>);
  add(Py_nb_or, binary<ufunc::bitwise_or>);
  add(Py_nb_xor, binary<ufunc::bitwise_xor>);
  add(Py_nb_matrix_multiply, product);
  add(Py_nb_negative, unary<ufunc::negative>);
  add(Py_nb_positive, unary<ufunc::positive>);
  add(Py_nb_absolute, unary<ufunc::absolute>);
  add(Py_nb_invert, unary<ufunc::invert>);
  add(Py_nb_inplace_add, in_place<ufunc::add>);
  add(Py_nb_inplace_subtract, in_place<ufunc::subtract>);
  add(Py_nb_inplace_multiply, in_place<ufunc::multiply>);
  add(Py_nb_inplace_true_divide, in_place<ufunc::divide>);
  add(Py_nb_inplace_floor_divide, in_place<ufunc::floor_divide>);
  add(Py_nb_inplace_remainder, in_place<ufunc::remainder>);
  add(Py_nb_inplace_power, power_in_place);
  add(Py_nb_inplace_lshift, in_place<ufunc::left_shift>);
  add(Py_nb_inplace_rshift, in_place<ufunc::right_shift>);
  add(Py_nb_inplace_and, in_place<ufunc::bitwise_and>);
  add(Py_nb_inplace_or, in_place<ufunc::bitwise_or>);
  add(Py_nb_inplace_xor, in_place<ufunc::bitwise_xor>);
  add(Py_nb_inplace_matrix_multiply, product_in_place);
}

}  // namespace numloom::python
