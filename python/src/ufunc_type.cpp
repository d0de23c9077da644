// SPDX-License-Identifier: BSD-3-Clause
// The ufunc type: its attributes, and the objects made from the table.
#include "ufunc_type.hpp"

#include <algorithm>
#include <cstddef>

namespace numloom::python {

namespace {

PyTypeObject* ufunc_type = nullptr;

struct product_row {
  const char* name;
  const char* signature;
  product_function multiply;
  gufunc id;
  const char* doc;
};
constexpr product_row products[] = {
    {"matmul", "(n?,k),(k,m?)->(n?,m?)", matmul, gufunc::matmul, "Product of two arrays of matrices."},
    {"vecdot", "(n),(n)->()", vecdot, gufunc::vecdot,
     "Inner product of vectors along the last axis, the first conjugated."},
    {"matvec", "(m,n),(n)->(m)", matvec, gufunc::matvec, "Product of matrices and vectors."},
    {"vecmat", "(n),(n,m)->(m)", vecmat, gufunc::vecmat, "Product of vectors, conjugated, and matrices."},
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

// ---- attributes ----

const ufunc_object* of(PyObject* o) { return reinterpret_cast<const ufunc_object*>(o); }

PyObject* name_of_ufunc(PyObject* self, void*) { return PyUnicode_FromString(of(self)->name); }
PyObject* doc_of_ufunc(PyObject* self, void*) {
  const ufunc_object* f = of(self);
  const char* inputs = f->nin == 1 ? "x" : f->nin == 2 ? "x1, x2" : "x1, x2, x3";
  const std::string text = as_text(f->name, "(", inputs,
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
PyObject* inspected_signature(PyObject* self, void*) {
  const ref make(imported("numloom._views", "ufunc_signature"));
  return make ? PyObject_CallFunction(make.get(), "ii", of(self)->nin, of(self)->gufunc_signature != nullptr)
              : nullptr;
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
// NumPy has its loops for int64 a second time, as those of C's long long: after the first ones.
void add_long_long(std::vector<std::string>& texts) {
  const auto is_long = [](const std::string& t) { return t.find_first_not_of("lL") == t.find('-'); };
  const auto last = std::find_if(texts.rbegin(), texts.rend(), is_long);
  if (last == texts.rend()) return;
  std::vector<std::string> more;
  for (std::string t : texts) {
    if (!is_long(t)) continue;
    std::replace(t.begin(), t.end(), 'l', 'q');
    std::replace(t.begin(), t.end(), 'L', 'Q');
    more.push_back(std::move(t));
  }
  texts.insert(last.base(), more.begin(), more.end());
}

PyObject* types(PyObject* self, void*) {
  return guarded([&] {
    std::vector<std::string> texts;
    if (of(self)->multiply)
      for (const char c : std::string("?bBhHiIlLefdFD")) texts.push_back(std::string{c, c, '-', '>', c});
    else
      texts = types_of(of(self)->id);
    add_long_long(texts);
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
PyObject* ufunc_repr(PyObject* self) { return PyUnicode_FromFormat("<ufunc '%s'>", of(self)->name); }

PyGetSetDef ufunc_properties[] = {
    {"__name__", name_of_ufunc, nullptr, "The name.", nullptr},
    {"__qualname__", name_of_ufunc, nullptr, "The name.", nullptr},
    {"__module__", module_name, nullptr, "numloom", nullptr},
    {"__text_signature__", text_signature, nullptr, "The signature, for inspect.", nullptr},
    {"__signature__", inspected_signature, nullptr, "The signature, for inspect.", nullptr},
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

void deallocate_ufunc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

void add_ufunc(PyObject* module, const ufunc_object& facts) {
  const ref o = checked(ufunc_type->tp_alloc(ufunc_type, 0));
  auto* f = reinterpret_cast<ufunc_object*>(o.get());
  f->enter = call_ufunc;
  f->name = facts.name;
  f->doc = facts.doc;
  f->gufunc_signature = facts.gufunc_signature;
  f->multiply = facts.multiply;
  f->product = facts.product;
  f->id = facts.id;
  f->nin = facts.nin;
  f->nout = facts.nout;
  checked(PyModule_AddObjectRef(module, facts.name, o.get()));
}

// `__doc__` of a ufunc is its own, of the type the type's: a property would answer for the type with itself.
PyObject* get_doc(PyObject*, PyObject* f, PyObject*) {
  if (f && f != Py_None) return doc_of_ufunc(f, nullptr);
  return PyUnicode_FromString("A function that works element by element on whole arrays, with broadcasting.");
}
ref doc_descriptor() {
  PyType_Slot slots[] = {{Py_tp_descr_get, reinterpret_cast<void*>(get_doc)}, {0, nullptr}};
  PyType_Spec spec = {"numloom.ufunc_doc", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
  const ref type = checked(PyType_FromSpec(&spec));
  return checked(PyObject_CallNoArgs(type.get()));
}

}  // namespace

void make_ufuncs(PyObject* module) {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_ufunc)},
      {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
      {Py_tp_repr, reinterpret_cast<void*>(ufunc_repr)},
      {Py_tp_methods, ufunc_methods},
      {Py_tp_getset, ufunc_properties},
      {Py_tp_members, ufunc_members},
      {0, nullptr},
  };
  PyType_Spec spec = {"numloom.ufunc", sizeof(ufunc_object), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                      slots};
  ufunc_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)).release());
  if (PyObject_SetAttrString(reinterpret_cast<PyObject*>(ufunc_type), "__doc__", doc_descriptor().get()) != 0)
    throw python_error{};
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
    facts.product = row.id;
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
