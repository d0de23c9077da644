// SPDX-License-Identifier: BSD-3-Clause
// A ufunc's call: keywords, operands, outputs; and what happens when an operand is not for us.
#include <algorithm>
#include <array>

#include "float_watch.hpp"
#include "function.hpp"
#include "interop.hpp"
#include "number_operators.hpp"
#include "ufunc_type.hpp"

namespace numloom::python {

namespace {

// ---- keywords ----

struct call_keywords {
  ufunc_options options;
  PyObject* out[2] = {nullptr, nullptr};
  bool simple = true;
  PyObject* signature = nullptr;  // sig= or signature=
  bool has_out = false;
  bool has_axes = false;
  gufunc_axes axes;  // of products
};

void read_out(PyObject* value, int nout, call_keywords& k) {
  k.has_out = true;
  if (value == Py_None) return;
  if (value == Py_Ellipsis) {  // arrays rather than scalars
    for (int i = 0; i < nout; ++i) k.out[i] = value;
    return;
  }
  if (!PyTuple_Check(value)) {
    if (nout > 1) raise(PyExc_TypeError, "The 'out' tuple must have exactly one entry per ufunc output");
    k.out[0] = value;
  } else {
    if (PyTuple_GET_SIZE(value) != nout)
      raise(PyExc_ValueError, "The 'out' tuple must have exactly one entry per ufunc output");
    for (int i = 0; i < nout; ++i)
      if (PyTuple_GET_ITEM(value, i) == Py_Ellipsis)
        raise(PyExc_TypeError, "must use `...` as `out=...` and not per-operand/in a tuple");
      else if (PyTuple_GET_ITEM(value, i) != Py_None)
        k.out[i] = PyTuple_GET_ITEM(value, i);
  }
  k.options.out = to_out(k.out[0]);
  k.options.out2 = to_out(k.out[1]);
}

void read_signature(PyObject* value, call_keywords& k) {
  if (k.signature) raise(PyExc_TypeError, "cannot specify both 'sig' and 'signature'");
  if (value != Py_None) k.signature = value;
}

[[noreturn]] void fail_signature(const ufunc_object* f, std::size_t nargs) {
  raise(PyExc_ValueError, "a type-tuple must be specified of length %zu for ufunc '%s'", nargs, f->name);
}

// "dd->d": one character an operand.
std::vector<std::optional<dtype>> dtypes_of_text(const ufunc_object* f, PyObject* value, std::size_t nargs) {
  const std::string_view text = to_text(value, "signature");
  if (text.size() == 1 && nargs > 1)
    raise(PyExc_TypeError,
          "The signature object to ufunc must be a string that names all types; use `dtype` for one.");
  const auto nin = static_cast<std::size_t>(f->nin);
  if (text.size() != nargs + 2 || text.substr(nin, 2) != "->") fail_signature(f, nargs);
  std::vector<std::optional<dtype>> named;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == nin || i == nin + 1) continue;
    const ref type(PyUnicode_FromStringAndSize(&text[i], 1));
    const ref made(type ? PyObject_CallOneArg(numpy.dtype, type.get()) : nullptr);
    if (!made) {
      PyErr_Clear();
      fail_signature(f, nargs);
    }
    named.push_back(to_dtype(made.get()));
  }
  return named;
}

// The dtypes that a signature names: "dd->d", or a tuple with None where nothing is asked for.
std::vector<std::optional<dtype>> named_dtypes(const ufunc_object* f, PyObject* value) {
  const auto nargs = static_cast<std::size_t>(f->nin + f->nout);
  if (PyBytes_Check(value)) {
    const ref text =
        checked(PyUnicode_DecodeASCII(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), nullptr));
    return dtypes_of_text(f, text.get(), nargs);
  }
  if (PyUnicode_Check(value)) return dtypes_of_text(f, value, nargs);
  if (!PyTuple_Check(value))
    raise(PyExc_TypeError, "the signature object to ufunc must be a string or a tuple.");
  const auto length = static_cast<std::size_t>(PyTuple_GET_SIZE(value));
  if (length == 1 && nargs > 1)
    raise(PyExc_TypeError, "Use `dtype` or  fill the tuple with more than one 'None'.");
  if (length != nargs) fail_signature(f, nargs);
  std::vector<std::optional<dtype>> named;
  for (std::size_t i = 0; i < length; ++i)
    named.push_back(to_optional_dtype(PyTuple_GET_ITEM(value, static_cast<Py_ssize_t>(i))));
  return named;
}

// Does a loop's type string ("dd->?") have the named dtypes?
bool matches(const std::string& types, const std::vector<std::optional<dtype>>& named) {
  std::size_t at = 0;
  for (const char c : types) {
    if (c == '-' || c == '>') continue;
    if (at == named.size()) return false;
    if (named[at] && parse_dtype(std::string_view(&c, 1)) != *named[at]) return false;
    ++at;
  }
  return at == named.size();
}

// Converts the operands to the input dtypes of the loop that a signature asks for: the first to which they
// may be cast.
void apply_signature(const ufunc_object* f, const std::vector<std::optional<dtype>>& named, casting rule,
                     std::vector<ndarray>& operands) {
  // The exponents of ldexp are of the loop's own dtype, whatever the operands are cast to.
  const auto rule_for = [&](std::size_t i) { return f->id == ufunc::ldexp && i == 1 ? casting::safe : rule; };
  std::string found;
  for (const std::string& types : types_of(f->id)) {
    if (!matches(types, named)) continue;
    bool fits = true;
    for (std::size_t i = 0; i < operands.size(); ++i)
      fits = fits && can_cast(operands[i].dtype(), parse_dtype(std::string_view(&types[i], 1)), rule_for(i));
    if (fits || found.empty()) found = types;
    if (fits) break;
  }
  if (found.empty())
    raise(PyExc_TypeError, "No loop matching the specified signature and casting was found for ufunc %s",
          f->name);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const dtype wanted = parse_dtype(std::string_view(&found[i], 1));
    if (!can_cast(operands[i].dtype(), wanted, rule_for(i)))
      fail<casting_error>("Cannot cast ufunc '", f->name, "' input ", i, " from dtype('", operands[i].dtype(),
                          "') to dtype('", wanted, "') with casting rule '", name_of(rule_for(i)), "'");
    const bool is_scalar = operands[i].is_scalar();
    operands[i] = astype(operands[i], wanted, order::K, casting::unsafe, false);
    operands[i].set_scalar(is_scalar);
  }
}

// axes=[(0, 1), 0, ...]: a tuple or an integer for each operand.
void read_axes(const ufunc_object* f, PyObject* value, call_keywords& k) {
  if (!PyList_Check(value)) raise(PyExc_TypeError, "axes should be a list.");
  k.axes.axes.emplace();
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(value); ++i) {
    PyObject* const item = PyList_GET_ITEM(value, i);
    auto& axes = k.axes.axes->emplace_back();
    const auto add = [&](PyObject* o) { axes.push_back(to_axis(o, 0)); };
    if (PyTuple_Check(item)) {
      for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(item); ++j) add(PyTuple_GET_ITEM(item, j));
    } else if (PyIndex_Check(item)) {
      add(item);
    } else {
      raise(PyExc_TypeError, "%s: axes item %zd should be a tuple.", f->name, i);
    }
  }
}

// axes, axis or keepdims of a product; false: another keyword.
bool read_core_keyword(const ufunc_object* f, std::string_view key, PyObject* value, call_keywords& k) {
  if (!f->multiply || (key != "axes" && key != "axis" && key != "keepdims")) return false;
  k.has_axes = true;
  if (key == "axes") {
    read_axes(f, value, k);
  } else if (key == "axis") {
    k.axes.axis = to_axis(value, 0);
  } else {
    if (!PyBool_Check(value)) raise(PyExc_TypeError, "'keepdims' must be a boolean");
    k.axes.keepdims = value == Py_True;
  }
  return true;
}

void read_keyword(const ufunc_object* f, PyObject* name, PyObject* value, device where, call_keywords& k) {
  const std::string_view key = to_text(name, "keyword");
  k.simple = false;
  if (key == "out" && (k.out[0] || k.out[1]))
    raise(PyExc_TypeError, "cannot specify 'out' as both a positional and keyword argument");
  if (key == "out")
    read_out(value, f->nout, k);
  else if (key == "where")
    k.options.where = to_mask(value, where);
  else if (key == "dtype")
    k.options.dtype = to_optional_dtype(value);
  else if (key == "casting")
    k.options.casting = to_casting(value, casting::same_kind);
  else if (key == "order")
    k.options.order = to_order(value, order::K);
  else if (key == "sig" || key == "signature")
    read_signature(value, k);
  else if (!read_core_keyword(f, key, value, k) && key != "subok")
    raise(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", f->name, name);
}

void check_keywords(const call_keywords& k) {
  if (k.signature && k.options.dtype) raise(PyExc_TypeError, "cannot specify both 'signature' and 'dtype'");
  if (k.options.where && !k.has_out && !k.out[0])
    checked(PyErr_WarnEx(
        PyExc_UserWarning,
        "'where' used without 'out', expect unitialized memory in output. If this is intentional, "
        "use out=None.",
        1));
}

// maximum(a, b, c) is easily taken for the largest of three.
void warn_of_third() {
  checked(PyErr_WarnEx(
      PyExc_DeprecationWarning,
      "Passing more than 2 positional arguments to np.maximum and np.minimum is deprecated. If you meant to "
      "use the third argument as an output, use the `out` keyword argument instead. If you hoped to work "
      "with "
      "more than 2 inputs, combine them into a single array and get the extrema for the relevant axis.",
      1));
}

PyObject* pair_of(ndarray first, ndarray second, PyObject* const* out) {
  const ref a = checked(wrap_or_out(std::move(first), out[0]));
  const ref b = checked(wrap_or_out(std::move(second), out[1]));
  return PyTuple_Pack(2, a.get(), b.get());
}

[[noreturn]] void fail_operand(const ufunc_object* f, PyObject* o) {
  raise(numpy.host_only, "ufunc '%s' expected numbers or arrays, got %s", f->name, Py_TYPE(o)->tp_name);
}

PyObject* call_product(const ufunc_object* f, PyObject* const* inputs, const call_keywords& k, device where) {
  ndarray operands[2];
  for (int i = 0; i < 2; ++i) {
    if (!is_array_like(inputs[i])) fail_operand(f, inputs[i]);
    operands[i] = to_array(inputs[i], where);
  }
  const float_watch watch;
  ndarray result = unlocked((operands[0].size() + operands[1].size()) * 8, [&] {
    return k.has_axes ? call(f->product, operands[0], operands[1], k.axes, k.options)
                      : f->multiply(operands[0], operands[1], k.options);
  });
  report_product(watch, f->name, result, operands[0], operands[1]);
  return wrap_or_out(std::move(result), k.out[0]);
}

PyObject* call_elementwise(const ufunc_object* f, PyObject* const* inputs, const call_keywords& k,
                           device where) {
  const auto n = static_cast<std::size_t>(f->nin);
  std::int64_t work = 0;
  const auto named = k.signature ? named_dtypes(f, k.signature) : std::vector<std::optional<dtype>>{};
  if (std::any_of(named.begin(), named.end(), [](const auto& type) { return type.has_value(); })) {
    std::vector<ndarray> converted;
    for (std::size_t i = 0; i < n; ++i) converted.push_back(to_array(inputs[i], where));
    apply_signature(f, named, k.options.casting, converted);
    ref wrapped[3];
    PyObject* objects[3];
    for (std::size_t i = 0; i < n; ++i) {
      wrapped[i] = checked(wrap(converted[i]));
      objects[i] = wrapped[i].get();
    }
    call_keywords rest = k;
    rest.signature = nullptr;
    return call_elementwise(f, objects, rest, where);
  }
  operand operands[3];
  for (std::size_t i = 0; i < n; ++i) {
    if (!operands[i].load(inputs[i], where)) fail_operand(f, inputs[i]);
    work = std::max(work, operands[i].size());
  }
  const float_watch watch(may_err(f->id));
  if (k.simple && f->nout == 1 && n < 3) {
    ndarray result = unlocked(work, [&] {
      return n == 1 ? call(f->id, operands[0].like()) : call(f->id, operands[0].like(), operands[1].like());
    });
    watch.report(f->name, result);
    return wrap(std::move(result));
  }
  const array_like all[] = {operands[0].like(), operands[1].like(), operands[2].like()};
  const std::span<const array_like> used(all, n);
  if (f->nout == 2) {
    auto both = unlocked(work, [&] { return call2(f->id, used, k.options); });
    watch.report(f->name, both.first);
    return pair_of(std::move(both.first), std::move(both.second), k.out);
  }
  ndarray result = unlocked(work, [&] { return call(f->id, used, k.options); });
  watch.report(f->name, result);
  return wrap_or_out(std::move(result), k.out[0]);
}

// Does this value of out= or where=, or an entry of its tuple, carry out ufuncs by itself?
bool holds_override(PyObject* o) {
  if (!PyTuple_Check(o)) return overrides_ufuncs(o);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); ++i)
    if (overrides_ufuncs(PyTuple_GET_ITEM(o, i))) return true;
  return false;
}

bool is_number(PyObject* o) { return is_0d(o) || PyFloat_CheckExact(o) || PyLong_CheckExact(o); }

// The commonest calls, add(a, b) and add(a, b, out=c) with arrays of ours and floats, need no keywords read
// and no operands kept. Null without a Python error: not such a call.
PyObject* call_plainly(const ufunc_object* f, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  static PyObject* const out_name = PyUnicode_InternFromString("out");
  if (f->multiply || f->nout != 1 || count != f->nin || count > 2) return nullptr;
  if (!names && is_number(args[0]) && is_number(args[count - 1]))
    if (PyObject* result = call_on_numbers(f->id, args[0], count == 2 ? args[1] : nullptr)) return result;
  PyObject* out = nullptr;
  if (names) {
    if (PyTuple_GET_SIZE(names) != 1 || PyTuple_GET_ITEM(names, 0) != out_name) return nullptr;
    out = args[count];
    if (PyTuple_CheckExact(out) && PyTuple_GET_SIZE(out) == 1) out = PyTuple_GET_ITEM(out, 0);
    if (!is_exact_array(out) || array_of(out).is_scalar()) return nullptr;
  }
  scalar numbers[2] = {scalar(0.0), scalar(0.0)};
  std::int64_t work = 0;
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (is_exact_array(args[i]))
      work = std::max(work, array_of(args[i]).size());
    else if (PyFloat_CheckExact(args[i]))
      numbers[i] = scalar(PyFloat_AS_DOUBLE(args[i]));
    else
      return nullptr;
  }
  if (work == 0) return nullptr;
  const auto like = [&](Py_ssize_t i) {
    return is_exact_array(args[i]) ? array_like(array_of(args[i])) : array_like(numbers[i]);
  };
  return guarded([&]() -> PyObject* {
    const array_like inputs[] = {like(0), like(count - 1)};
    const float_watch watch(may_err(f->id));
    if (out) {
      const ndarray& target = array_of(out);
      unlocked(std::max(work, target.size()),
               [&] { call_into(f->id, std::span(inputs, static_cast<std::size_t>(count)), target); });
      watch.report(f->name, target);
      return Py_NewRef(out);
    }
    return wrap_made([&] {
      ndarray result = unlocked(
          work, [&] { return count == 1 ? call(f->id, inputs[0]) : call(f->id, inputs[0], inputs[1]); });
      watch.report(f->name, result);
      return result;
    });
  });
}

}  // namespace

ref pack_arguments(PyObject* const* args, Py_ssize_t count) {
  ref tuple(PyTuple_New(count));
  for (Py_ssize_t i = 0; tuple && i < count; ++i) PyTuple_SET_ITEM(tuple.get(), i, Py_NewRef(args[i]));
  return tuple;
}

ref pack_keywords(PyObject* const* values, PyObject* names) {
  ref dict(PyDict_New());
  for (Py_ssize_t i = 0; dict && names && i < PyTuple_GET_SIZE(names); ++i)
    if (PyDict_SetItem(dict.get(), PyTuple_GET_ITEM(names, i), values[i]) < 0) return ref();
  return dict;
}

PyObject* call_ufunc(PyObject* self, PyObject* const* args, std::size_t flagged, PyObject* names) {
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(flagged);
  if (PyObject* result = call_plainly(f, args, count, names)) return result;
  if (PyErr_Occurred()) return nullptr;
  if (is_overridden(args, count, names)) return hand_over(self, "__call__", args, count, names);
  PyObject* result = guarded([&] {
    if (count < f->nin || count > f->nin + f->nout)
      raise(PyExc_TypeError, "%s() takes from %d to %d positional arguments but %zd %s given", f->name,
            f->nin, f->nin + f->nout, count, count == 1 ? "was" : "were");
    const device where = device_among(args, static_cast<std::size_t>(f->nin));
    call_keywords k;
    if (count > f->nin) {
      if (f->id == ufunc::maximum || f->id == ufunc::minimum) warn_of_third();
      k.simple = false;
      for (Py_ssize_t i = 0; i < count - f->nin; ++i)
        if (args[f->nin + i] == Py_Ellipsis)
          raise(PyExc_TypeError, "out=... is only allowed as a keyword argument.");
        else if (args[f->nin + i] != Py_None)
          k.out[i] = args[f->nin + i];
      k.options.out = to_out(k.out[0]);
      k.options.out2 = to_out(k.out[1]);
    }
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i)
      read_keyword(f, PyTuple_GET_ITEM(names, i), args[count + i], where, k);
    if (!k.simple) check_keywords(k);
    return watching_parts(
        [&] { return f->multiply ? call_product(f, args, k, where) : call_elementwise(f, args, k, where); });
  });
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  const ref inputs = pack_arguments(args, count), keywords = pack_keywords(args + count, names);
  return inputs && keywords ? host_ufunc(f->name, "__call__", inputs.get(), keywords.get()) : nullptr;
}

namespace {

// What needs no look at its class: arrays, numbers, sequences, names.
bool is_plain(PyObject* o) {
  return is_exact_array(o) || is_python_number(o) || PyList_CheckExact(o) || PyTuple_CheckExact(o) ||
         Py_TYPE(o) == numpy.ndarray || is_numpy_scalar(o) || o == Py_None || o == Py_Ellipsis ||
         PyUnicode_Check(o);
}

}  // namespace

bool overrides_ufuncs(PyObject* o) {
  if (is_plain(o)) return false;
  static PyObject* const usual =
      PyObject_GetAttrString(reinterpret_cast<PyObject*>(array_type), "__array_ufunc__");
  const ref own(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), "__array_ufunc__"));
  if (!own) PyErr_Clear();
  return own && own.get() != usual;  // None (it refuses ufuncs), or its own way to carry them out
}

bool is_overridden(PyObject* const* args, Py_ssize_t count, PyObject* names) {
  for (Py_ssize_t i = 0; i < count; ++i)
    if (overrides_ufuncs(args[i])) return true;
  for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i) {
    PyObject* const name = PyTuple_GET_ITEM(names, i);
    if (PyUnicode_CompareWithASCIIString(name, "out") == 0 ||
        PyUnicode_CompareWithASCIIString(name, "where") == 0)
      if (holds_override(args[count + i])) return true;
  }
  return false;
}

PyObject* hand_over(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t count,
                    PyObject* names) {
  const ref inputs = pack_arguments(args, count), keywords = pack_keywords(args + count, names);
  if (!inputs || !keywords) return nullptr;
  const ref all(Py_BuildValue("(OsOO)", self, method, inputs.get(), keywords.get()));
  return all ? call_package("numloom._overrides", "call", all.get(), nullptr) : nullptr;
}

bool defers_to(PyObject* o, bool in_place) {
  if (is_plain(o)) return false;
  if (is_numpy_array(o)) return !in_place;  // a subclass: masked arrays, matrices
  const ref own(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), "__array_ufunc__"));
  if (own) return own.get() == Py_None && !in_place;
  PyErr_Clear();
  const ref priority(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), "__array_priority__"));
  if (!priority) {
    PyErr_Clear();
    return false;
  }
  const double value = PyFloat_AsDouble(priority.get());
  PyErr_Clear();
  return value > 0;
}

PyObject* host_ufunc(const char* name, const char* method, PyObject* args, PyObject* keywords) {
  const ref all(Py_BuildValue("(ssOO)", name, method, args, keywords ? keywords : Py_None));
  return all ? call_package("numloom._fallback", "call_ufunc", all.get(), nullptr) : nullptr;
}

}  // namespace numloom::python
