// SPDX-License-Identifier: BSD-3-Clause
/// ndarray, array<T> and view<T, N> as parameters, and the first two as results, of functions that pybind11
/// binds.
///
///     PYBIND11_MODULE(mine, m) {
///       numloom::attach(m);
///       m.def("norm", [](numloom::view<const float, 2> a) { ... });
///     }
///
/// Arrays of numloom and NumPy are taken as they are, those of other libraries by DLPack or the buffer
/// protocol: nothing is copied, no dtype converted, no device changed. Another dtype is a TypeError; another
/// rank or order, the wrong device, and read-only memory behind view<T, N> are ValueErrors. A function with
/// overloads tries the next one instead.
#pragma once

#include <pybind11/pybind11.h>

#include "numloom/python.hpp"

namespace numloom {

/// Checks that the installed numloom is the one that this was built with (else ImportError), and gives the
/// library's exceptions their Python classes.
inline void attach(pybind11::module_&) {
  try {
    extension::api();
  } catch (const extension::python_error&) {
    throw pybind11::error_already_set();
  }
  pybind11::register_local_exception_translator([](std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (...) {
      extension::set_python_error();
    }
  });
}

namespace extension::detail {

/// Loads an argument for a caster. pybind11 asks functions with overloads twice, first with convert off: who
/// was refused then is refused again, so that the next overload gets its turn; alone, the error says what was
/// wrong.
template <class Load> bool load_argument(PyObject* source, bool convert, Load&& load) {
  static thread_local PyObject* refused = nullptr;
  try {
    load();
    return true;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    const bool is_overload = !convert || refused == source;
    refused = convert ? nullptr : source;
    extension::set_python_error();
    pybind11::error_already_set error;
    if (is_overload) return false;
    throw error;
  }
}

template <dtype D> constexpr auto dtype_text() {
  using pybind11::detail::const_name;
// clang-format off
#define NL_DTYPE(name, type, kind, bytes) if constexpr (D == dtype::name) return const_name(#name); else
#include "numloom/dtypes.def"
  // clang-format on
  return const_name("?");
}

template <order Layout> constexpr auto order_text() {
  using pybind11::detail::const_name;
  if constexpr (Layout == order::C)
    return const_name(", order='C'");
  else if constexpr (Layout == order::F)
    return const_name(", order='F'");
  else
    return const_name("");
}

inline pybind11::handle cast_array(const ndarray& a) {
  try {
    return to_python(a);
  } catch (const python_error&) {
    throw pybind11::error_already_set();
  }
}

}  // namespace extension::detail
}  // namespace numloom

namespace pybind11::detail {

template <> struct type_caster<numloom::ndarray> {
  PYBIND11_TYPE_CASTER(numloom::ndarray, const_name("numloom.ndarray"));
  bool load(handle source, bool convert) {
    return numloom::extension::detail::load_argument(
        source.ptr(), convert, [&] { value = numloom::extension::from_python(source.ptr()); });
  }
  static handle cast(const numloom::ndarray& a, return_value_policy, handle) {
    return numloom::extension::detail::cast_array(a);
  }
};

template <class T> struct type_caster<numloom::array<T>> {
  static constexpr auto name = const_name("numloom.ndarray[dtype=") +
                               numloom::extension::detail::dtype_text<numloom::dtype_of<T>>() +
                               const_name("]");
  template <class> using cast_op_type = numloom::array<T>;
  operator numloom::array<T>() { return numloom::array<T>(held_); }
  bool load(handle source, bool convert) {
    return numloom::extension::detail::load_argument(source.ptr(), convert, [&] {
      held_ = numloom::extension::from_python(source.ptr());
      static_cast<void>(numloom::array<T>(held_));
    });
  }
  static handle cast(const numloom::array<T>& a, return_value_policy, handle) {
    return numloom::extension::detail::cast_array(a);
  }

 private:
  numloom::ndarray held_;
};

template <class T, int N, numloom::order Layout> struct type_caster<numloom::view<T, N, Layout>> {
  static constexpr auto name =
      const_name("numloom.ndarray[dtype=") + numloom::extension::detail::dtype_text<numloom::dtype_of<T>>() +
      const_name(", ndim=") + const_name<static_cast<std::size_t>(N)>() +
      numloom::extension::detail::order_text<Layout>() + const_name<std::is_const_v<T>>("", ", writeable") +
      const_name(", device='cpu']");
  using view = numloom::view<T, N, Layout>;
  template <class> using cast_op_type = view;
  operator view() { return view_; }
  bool load(handle source, bool convert) {
    return numloom::extension::detail::load_argument(source.ptr(), convert, [&] {
      held_ = numloom::extension::from_python(source.ptr());
      view_ = view(held_);
    });
  }

 private:
  numloom::ndarray held_;  // keeps the elements for the call
  view view_;
};

}  // namespace pybind11::detail
