// SPDX-License-Identifier: BSD-3-Clause
// The ufunc type: calls, keywords, and the methods reduce, accumulate, outer, at.
#include "ufunc_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "function.hpp"
#include "interop.hpp"
#include "numloom/linalg.hpp"
#include "numloom/reductions.hpp"

namespace numloom::python {

namespace {

using product = ndarray (*)(const ndarray&, const ndarray&, const ufunc_options&);

struct ufunc_object {
  PyObject_HEAD  //
      vectorcallfunc enter;
  const char* name;
  const char* doc;
  const char* gufunc_signature;  // of the products; null for the elementwise ones
  product multiply;              // of the products
  ufunc id;                      // of the elementwise ones
  int nin, nout;
};

PyTypeObject* ufunc_type = nullptr;

struct product_row {
  const char* name;
  const char* signature;
  product multiply;
  const char* doc;
};
constexpr product_row products[] = {
    {"matmul", "(n?,k),(k,m?)->(n?,m?)", matmul, "Product of two arrays of matrices."},
    {"vecdot", "(n),(n)->()", vecdot, "Inner product of vectors along the last axis, the first conjugated."},
    {"matvec", "(m,n),(n)->(m)", matvec, "Product of matrices and vectors."},
    {"vecmat", "(n),(n,m)->(m)", vecmat, "Product of vectors, conjugated, and matrices."},
};

struct alias {
  const char* name;
  const char* of;
};
// NumPy's (and the array API standard's) second names.
constexpr alias aliases[] = {
    {"abs", "absolute"},
    {"acos", "arccos"},
    {"acosh", "arccosh"},
    {"asin", "arcsin"},
    {"asinh", "arcsinh"},
    {"atan", "arctan"},
    {"atan2", "arctan2"},
    {"atanh", "arctanh"},
    {"bitwise_invert", "invert"},
    {"bitwise_not", "invert"},
    {"conj", "conjugate"},
    {"pow", "power"},
    {"mod", "remainder"},
    {"true_divide", "divide"},
    {"bitwise_left_shift", "left_shift"},
    {"bitwise_right_shift", "right_shift"},
};

// ---- keywords ----

struct call_keywords {
  ufunc_options options;
  PyObject* out[2] = {nullptr, nullptr};
  bool simple = true;
};

void read_out(PyObject* value, int nout, call_keywords& k) {
  if (value == Py_None) return;
  if (!PyTuple_Check(value)) {
    if (nout > 1) raise(PyExc_TypeError, "The 'out' tuple must have exactly one entry per ufunc output");
    k.out[0] = value;
  } else {
    if (PyTuple_GET_SIZE(value) != nout)
      raise(PyExc_ValueError, "The 'out' tuple must have exactly one entry per ufunc output");
    for (int i = 0; i < nout; ++i)
      if (PyTuple_GET_ITEM(value, i) != Py_None) k.out[i] = PyTuple_GET_ITEM(value, i);
  }
  k.options.out = to_out(k.out[0]);
  k.options.out2 = to_out(k.out[1]);
}

// "dd->d", or a tuple of dtypes: the dtype of the (first) output.
std::optional<dtype> read_signature(PyObject* value) {
  if (PyUnicode_Check(value)) {
    const std::string_view text = to_text(value, "signature");
    const std::size_t arrow = text.find("->");
    const std::string_view code =
        arrow == std::string_view::npos ? text.substr(text.size() - 1) : text.substr(arrow + 2, 1);
    const ref letter =
        checked(PyUnicode_FromStringAndSize(code.data(), static_cast<Py_ssize_t>(code.size())));
    return to_dtype(letter.get());
  }
  if (PyTuple_Check(value)) {
    for (Py_ssize_t i = PyTuple_GET_SIZE(value) - 1; i >= 0; --i)
      if (PyTuple_GET_ITEM(value, i) != Py_None) return to_dtype(PyTuple_GET_ITEM(value, i));
    return {};
  }
  return to_optional_dtype(value);
}

void read_keyword(const ufunc_object* f, PyObject* name, PyObject* value, device where, call_keywords& k) {
  const std::string_view key = to_text(name, "keyword");
  k.simple = false;
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
    k.options.dtype = read_signature(value);
  else if (key == "axis" || key == "axes" || key == "keepdims")
    raise(numpy.host_only, "%s of a product", std::string(key).c_str());
  else if (key != "subok")
    raise(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", f->name, name);
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
  return wrap_or_out(unlocked((operands[0].size() + operands[1].size()) * 8,
                              [&] { return f->multiply(operands[0], operands[1], k.options); }),
                     k.out[0]);
}

PyObject* call_elementwise(const ufunc_object* f, PyObject* const* inputs, const call_keywords& k,
                           device where) {
  operand operands[3];
  const auto n = static_cast<std::size_t>(f->nin);
  std::int64_t work = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!operands[i].load(inputs[i], where)) fail_operand(f, inputs[i]);
    work = std::max(work, operands[i].size());
  }
  if (k.simple && f->nout == 1 && n == 1)
    return wrap(unlocked(work, [&] { return call(f->id, operands[0].like()); }));
  if (k.simple && f->nout == 1 && n == 2)
    return wrap(unlocked(work, [&] { return call(f->id, operands[0].like(), operands[1].like()); }));
  const array_like all[] = {operands[0].like(), operands[1].like(), operands[2].like()};
  const std::span<const array_like> used(all, n);
  if (f->nout == 2) {
    auto both = unlocked(work, [&] { return call2(f->id, used, k.options); });
    return pair_of(std::move(both.first), std::move(both.second), k.out);
  }
  return wrap_or_out(unlocked(work, [&] { return call(f->id, used, k.options); }), k.out[0]);
}

// An operand or output that wants to decide by itself (NEP 13), borrowed; null where nobody does.
PyObject* overriding(PyObject* const* args, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; ++i)
    if (!is_array(args[i]) && !is_python_number(args[i]) && defers_to(args[i])) return args[i];
  return nullptr;
}

PyObject* pack(PyObject* const* args, Py_ssize_t count) {
  PyObject* tuple = PyTuple_New(count);
  for (Py_ssize_t i = 0; tuple && i < count; ++i) PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
  return tuple;
}

PyObject* dict_of(PyObject* const* values, PyObject* names) {
  PyObject* dict = PyDict_New();
  for (Py_ssize_t i = 0; dict && names && i < PyTuple_GET_SIZE(names); ++i)
    if (PyDict_SetItem(dict, PyTuple_GET_ITEM(names, i), values[i]) < 0) Py_CLEAR(dict);
  return dict;
}

PyObject* hand_over(PyObject* self, PyObject* other, PyObject* const* args, Py_ssize_t count,
                    PyObject* names) {
  const ref inputs(pack(args, count)), keywords(dict_of(args + count, names));
  if (!inputs || !keywords) return nullptr;
  const ref all(Py_BuildValue("(OOOO)", self, other, inputs.get(), keywords.get()));
  return all ? call_package("numloom._fallback", "override_ufunc", all.get(), nullptr) : nullptr;
}

PyObject* enter(PyObject* self, PyObject* const* args, std::size_t flagged, PyObject* names) {
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(flagged);
  if (PyObject* other = overriding(args, count)) return hand_over(self, other, args, count, names);
  PyObject* result = guarded([&] {
    if (count < f->nin || count > f->nin + f->nout)
      raise(PyExc_TypeError, "%s() takes from %d to %d positional arguments but %zd were given", f->name,
            f->nin, f->nin + f->nout, count);
    const device where = device_among(args, static_cast<std::size_t>(f->nin));
    call_keywords k;
    if (count > f->nin) {
      const ref outputs = checked(pack(args + f->nin, count - f->nin));
      k.simple = false;
      for (Py_ssize_t i = 0; i < count - f->nin; ++i)
        if (args[f->nin + i] != Py_None) k.out[i] = args[f->nin + i];
      k.options.out = to_out(k.out[0]);
      k.options.out2 = to_out(k.out[1]);
    }
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i)
      read_keyword(f, PyTuple_GET_ITEM(names, i), args[count + i], where, k);
    return f->multiply ? call_product(f, args, k, where) : call_elementwise(f, args, k, where);
  });
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  const ref inputs(pack(args, count)), keywords(dict_of(args + count, names));
  return inputs && keywords ? host_ufunc(f->name, "__call__", inputs.get(), keywords.get()) : nullptr;
}

// ---- methods ----

bool has_reduction(ufunc f) {
  constexpr std::array reducible = {ufunc::add,         ufunc::multiply,   ufunc::minimum,
                                    ufunc::maximum,     ufunc::fmin,       ufunc::fmax,
                                    ufunc::logical_and, ufunc::logical_or, ufunc::bitwise_and,
                                    ufunc::bitwise_or,  ufunc::bitwise_xor};
  return std::find(reducible.begin(), reducible.end(), f) != reducible.end();
}

PyObject* on_host(PyObject* self, const char* method, PyObject* const* args, Py_ssize_t count,
                  PyObject* names) {
  const ref inputs(pack(args, count)), keywords(dict_of(args + count, names));
  if (!inputs || !keywords) return nullptr;
  return host_ufunc(reinterpret_cast<ufunc_object*>(self)->name, method, inputs.get(), keywords.get());
}

// (array, axis, dtype, out, keepdims, initial, where)
PyObject* reduce_native(const ufunc_object* f, PyObject* const* s) {
  const ndarray a = to_array(s[0]);
  reduction_options options;
  options.axis = !s[1] ? axes(0) : to_axes(s[1]);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  options.keepdims = to_bool(s[4], false);
  options.initial = to_initial(s[5]);
  options.where = to_mask(s[6], a.device());
  return wrap_or_out(unlocked(a.size(), [&] { return reduce(f->id, a, options); }), s[3]);
}

// (array, axis, dtype, out)
PyObject* accumulate_native(const ufunc_object* f, PyObject* const* s) {
  const ndarray a = to_array(s[0]);
  scan_options options;
  options.axis = !s[1] ? 0 : to_axis(s[1], 0);
  options.dtype = to_optional_dtype(s[2]);
  options.out = to_out(s[3]);
  if (!options.dtype && !options.out) options.dtype = a.dtype() == dtype::bool_ ? dtype::int64 : a.dtype();
  if (a.ndim() == 0) raise(PyExc_TypeError, "cannot accumulate on a scalar");
  const auto scan = f->id == ufunc::add ? cumsum : cumprod;
  return wrap_or_out(unlocked(a.size(), [&] { return scan(a, options); }), s[3]);
}

template <class Native>
PyObject* bound_call(PyObject* self, const char* method, const signature& s, PyObject* const* args,
                     Py_ssize_t flagged, PyObject* names, bool is_native, Native native) {
  const Py_ssize_t count = PyVectorcall_NARGS(static_cast<std::size_t>(flagged));
  PyObject* slots[signature::limit];
  if (!is_native) return on_host(self, method, args, count, names);
  if (!s.bind(nullptr, args, count, names, slots)) return nullptr;
  PyObject* result = guarded([&] { return native(reinterpret_cast<const ufunc_object*>(self), slots); });
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  return on_host(self, method, args, count, names);
}

PyObject* reduce_method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  static const signature s("reduce",
                           "(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True)");
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  return bound_call(self, "reduce", s, args, count, names, !f->multiply && has_reduction(f->id),
                    reduce_native);
}

PyObject* accumulate_method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  static const signature s("accumulate", "(array, axis=0, dtype=None, out=None)");
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  const bool is_native = !f->multiply && (f->id == ufunc::add || f->id == ufunc::multiply);
  return bound_call(self, "accumulate", s, args, count, names, is_native, accumulate_native);
}

// outer(a, b): a gets as many axes of length one as b has.
PyObject* outer_method(PyObject* self, PyObject* const* args, Py_ssize_t flagged, PyObject* names) {
  const auto* f = reinterpret_cast<const ufunc_object*>(self);
  const Py_ssize_t count = PyVectorcall_NARGS(static_cast<std::size_t>(flagged));
  if (f->nin != 2 || f->multiply) {
    PyErr_SetString(PyExc_ValueError, "outer product only supported for binary functions");
    return nullptr;
  }
  if (count != 2) return on_host(self, "outer", args, count, names);
  PyObject* result = guarded([&]() -> PyObject* {
    const device where = device_among(args, 2);
    const ndarray a = to_array(args[0], where), b = to_array(args[1], where);
    shape_t shape = a.shape();
    for (int d = 0; d < b.ndim(); ++d) shape.push_back(1);
    std::vector<PyObject*> all(args, args + count + (names ? PyTuple_GET_SIZE(names) : 0));
    const ref left = checked(wrap(b.ndim() ? reshape(a, shape) : a)), right = checked(wrap(b));
    all[0] = left.get();
    all[1] = right.get();
    return enter(self, all.data(), 2, names);
  });
  if (result || !PyErr_ExceptionMatches(numpy.host_only)) return result;
  PyErr_Clear();
  return on_host(self, "outer", args, count, names);
}

template <int Which>
PyObject* host_method(PyObject* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  constexpr const char* methods[] = {"at", "reduceat"};
  return on_host(self, methods[Which], args, PyVectorcall_NARGS(static_cast<std::size_t>(count)), names);
}

PyObject* resolve_method(PyObject* self, PyObject* args, PyObject* keywords) {
  const ref numpy_ufunc(imported("numpy", reinterpret_cast<ufunc_object*>(self)->name));
  const ref method(numpy_ufunc ? PyObject_GetAttrString(numpy_ufunc.get(), "resolve_dtypes") : nullptr);
  return method ? PyObject_Call(method.get(), args, keywords) : nullptr;
}

PyObject* reduce_for_pickle(PyObject* self, PyObject*) {
  return PyUnicode_FromString(reinterpret_cast<ufunc_object*>(self)->name);
}

PyCFunction fast(PyObject* (*f)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*)) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

PyCFunction with_keywords(PyCFunctionWithKeywords f) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

PyMethodDef ufunc_methods[] = {
    {"reduce", fast(reduce_method), METH_FASTCALL | METH_KEYWORDS,
     "reduce($self, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True)\n--\n\n"
     "The ufunc applied along axes until one element is left."},
    {"accumulate", fast(accumulate_method), METH_FASTCALL | METH_KEYWORDS,
     "accumulate($self, array, axis=0, dtype=None, out=None)\n--\n\nAll partial results along an axis."},
    {"outer", fast(outer_method), METH_FASTCALL | METH_KEYWORDS,
     "The ufunc applied to all pairs of elements of two arrays."},
    {"at", fast(host_method<0>), METH_FASTCALL | METH_KEYWORDS,
     "at($self, a, indices, b=None, /)\n--\n\nIn place at positions that may repeat."},
    {"reduceat", fast(host_method<1>), METH_FASTCALL | METH_KEYWORDS,
     "reduceat($self, array, indices, axis=0, dtype=None, out=None)\n--\n\nReductions of slices."},
    {"resolve_dtypes", with_keywords(resolve_method), METH_VARARGS | METH_KEYWORDS,
     "The dtypes that a call would use."},
    {"__reduce__", reduce_for_pickle, METH_NOARGS, "Pickles by name."},
    {nullptr, nullptr, 0, nullptr}};

// ---- attributes ----

const ufunc_object* of(PyObject* o) { return reinterpret_cast<const ufunc_object*>(o); }

PyObject* name_of_ufunc(PyObject* self, void*) { return PyUnicode_FromString(of(self)->name); }
PyObject* doc_of_ufunc(PyObject* self, void*) {
  const ufunc_object* f = of(self);
  const char* inputs = f->nin == 1 ? "x" : f->nin == 2 ? "x1, x2" : "x1, x2, x3";
  const std::string text = concat(f->name, "(", inputs,
                                  ", /, out=None, *, where=True, casting='same_kind', order='K', "
                                  "dtype=None, subok=True",
                                  f->multiply ? "" : ", signature=None", ")\n\n", f->doc);
  return PyUnicode_FromString(text.c_str());
}
PyObject* text_signature(PyObject* self, void*) {
  const char* const inputs[] = {"", "x", "x1, x2", "x1, x2, x3"};
  return PyUnicode_FromFormat(
      "($self, %s, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, "
      "subok=True, signature=None)",
      inputs[of(self)->nin]);
}
PyObject* module_name(PyObject*, void*) { return PyUnicode_FromString("numloom"); }
PyObject* nin(PyObject* self, void*) { return PyLong_FromLong(of(self)->nin); }
PyObject* nout(PyObject* self, void*) { return PyLong_FromLong(of(self)->nout); }
PyObject* nargs(PyObject* self, void*) { return PyLong_FromLong(of(self)->nin + of(self)->nout); }
PyObject* gufunc_signature(PyObject* self, void*) {
  if (of(self)->gufunc_signature) return PyUnicode_FromString(of(self)->gufunc_signature);
  Py_RETURN_NONE;
}
PyObject* identity(PyObject* self, void*) {
  if (of(self)->multiply) Py_RETURN_NONE;
  const auto& value = info(of(self)->id).identity;
  if (value) return number_object(*value);
  Py_RETURN_NONE;
}
PyObject* types(PyObject* self, void*) {
  return guarded([&] {
    std::vector<std::string> texts;
    if (of(self)->multiply)
      for (const char c : std::string("?bBhHiIlLefdFD")) texts.push_back(std::string{c, c, '-', '>', c});
    else
      texts = types_of(of(self)->id);
    ref list = checked(PyList_New(static_cast<Py_ssize_t>(texts.size())));
    for (std::size_t i = 0; i < texts.size(); ++i)
      PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), PyUnicode_FromString(texts[i].c_str()));
    return list.release();
  });
}
PyObject* ntypes(PyObject* self, void*) {
  const ref all(types(self, nullptr));
  return all ? PyLong_FromSsize_t(PyList_GET_SIZE(all.get())) : nullptr;
}
PyObject* representation(PyObject* self) { return PyUnicode_FromFormat("<ufunc '%s'>", of(self)->name); }

PyGetSetDef ufunc_properties[] = {
    {"__name__", name_of_ufunc, nullptr, "The name.", nullptr},
    {"__qualname__", name_of_ufunc, nullptr, "The name.", nullptr},
    {"__doc__", doc_of_ufunc, nullptr, "What it computes.", nullptr},
    {"__module__", module_name, nullptr, "numloom", nullptr},
    {"__text_signature__", text_signature, nullptr, "The signature, for inspect.", nullptr},
    {"nin", nin, nullptr, "Number of inputs.", nullptr},
    {"nout", nout, nullptr, "Number of outputs.", nullptr},
    {"nargs", nargs, nullptr, "Number of inputs and outputs.", nullptr},
    {"identity", identity, nullptr, "What a reduction over nothing gives, or None.", nullptr},
    {"signature", gufunc_signature, nullptr, "Core dimensions of a product, or None.", nullptr},
    {"types", types, nullptr, "NumPy's type string of each loop.", nullptr},
    {"ntypes", ntypes, nullptr, "Number of loops.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyMemberDef ufunc_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(ufunc_object, enter), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};

void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

void add_ufunc(PyObject* module, const ufunc_object& facts) {
  const ref o = checked(ufunc_type->tp_alloc(ufunc_type, 0));
  auto* f = reinterpret_cast<ufunc_object*>(o.get());
  f->enter = enter;
  f->name = facts.name;
  f->doc = facts.doc;
  f->gufunc_signature = facts.gufunc_signature;
  f->multiply = facts.multiply;
  f->id = facts.id;
  f->nin = facts.nin;
  f->nout = facts.nout;
  checked(PyModule_AddObjectRef(module, facts.name, o.get()));
}

}  // namespace

bool defers_to(PyObject* o) {
  if (is_array(o) || is_python_number(o) || PyList_CheckExact(o) || PyTuple_CheckExact(o) ||
      Py_TYPE(o) == numpy.ndarray || is_numpy_scalar(o) || o == Py_None || PyUnicode_Check(o))
    return false;
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(o));
  const ref own(PyObject_GetAttrString(type, "__array_ufunc__"));
  if (own) return true;  // None (it refuses ufuncs), or its own way to carry them out
  PyErr_Clear();
  const ref priority(PyObject_GetAttrString(type, "__array_priority__"));
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

void make_ufuncs(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
      {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
      {Py_tp_repr, reinterpret_cast<void*>(representation)},
      {Py_tp_methods, ufunc_methods},
      {Py_tp_getset, ufunc_properties},
      {Py_tp_members, ufunc_members},
      {0, nullptr},
  };
  PyType_Spec spec = {"numloom.ufunc", sizeof(ufunc_object), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots};
  ufunc_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)).release());
  checked(PyModule_AddObjectRef(module, "ufunc", reinterpret_cast<PyObject*>(ufunc_type)));
  ufunc_object facts{};
  const auto add_row = [&](ufunc id) {
    const ufunc_info& row = info(id);
    facts = {};
    facts.id = id;
    facts.name = row.name.data();
    facts.doc = row.doc.data();
    facts.nin = row.nin;
    facts.nout = row.nout;
    if (row.name != "clip") add_ufunc(module, facts);  // NumPy's clip is a function
  };
#define NL_UFUNC(name, nin, nout, functor, loops, out_rule, identity, doc) add_row(ufunc::name);
#include "numloom/ufuncs.def"
  for (const product_row& row : products) {
    facts = {};
    facts.name = row.name;
    facts.doc = row.doc;
    facts.gufunc_signature = row.signature;
    facts.multiply = row.multiply;
    facts.nin = 2;
    facts.nout = 1;
    add_ufunc(module, facts);
  }
  for (const alias& a : aliases) {
    const ref target = checked(PyObject_GetAttrString(module, a.of));
    checked(PyModule_AddObjectRef(module, a.name, target.get()));
  }
}

}  // namespace numloom::python
