// SPDX-License-Identifier: BSD-3-Clause
/// The ufuncs: one function per row of ufuncs.def, NumPy's names and keywords.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <utility>

#include "numloom/ndarray.hpp"

namespace numloom {

enum class ufunc : std::uint16_t {
#define NL_UFUNC(name, nin, nout, functor, loops, out_rule, identity, doc) name,
#include "numloom/ufuncs.def"
};

/// An operand: an array, or a number that adapts to the arrays beside it (NEP 50). A view, for parameters
/// only.
class array_like {
 public:
  array_like(const ndarray& a) : array_(&a) {}
  /// Typed arrays (array<T>) lend the ndarray inside them.
  template <class Array>
  requires(!std::is_same_v<Array, ndarray> && std::is_convertible_v<const Array&, const ndarray&>)
      array_like(const Array& a)
      : array_(&static_cast<const ndarray&>(a)) {}
  template <class T>
  requires std::is_convertible_v<T, scalar> &&
      (!std::is_convertible_v<const T&, const ndarray&>)array_like(T value)
      : scalar_(value) {}
  array_like(const scalar& s) : scalar_(s) {}
  const ndarray* array() const noexcept { return array_; }
  const scalar& number() const noexcept { return scalar_; }

 private:
  const ndarray* array_ = nullptr;
  scalar scalar_{false};
};

/// NumPy's keywords. Outputs that are not defined() are made.
struct ufunc_options {
  std::optional<ndarray> out{};
  std::optional<ndarray> where{};
  std::optional<numloom::dtype> dtype{};
  numloom::casting casting = numloom::casting::same_kind;
  numloom::order order = numloom::order::K;
  std::optional<ndarray> out2{};  ///< second output of modf, frexp, divmod
};

/// Facts about a ufunc, from its row.
struct ufunc_info {
  std::string_view name;
  int nin, nout;
  std::string_view doc;
  /// What a reduction over nothing gives: 0, 1, -1 (all bits), false, true, -inf, or nothing.
  std::optional<scalar> identity;
};
NL_API const ufunc_info& info(ufunc f);
NL_API std::optional<ufunc> find_ufunc(std::string_view name);
/// NumPy's type strings, "ff->f", "dd->?", one for each loop.
NL_API std::vector<std::string> types_of(ufunc f);
/// The common dtype of arrays and weak numbers (NEP 50): numpy.result_type.
NL_API dtype result_type(std::span<const array_like> operands);
/// How a call is computed: the loop dtype L, what the inputs are converted to, and what the loop returns.
struct resolved_types {
  dtype loop;
  dtype in[3];
  dtype out[2];
};
/// Throws casting_error as numpy.ufunc.resolve_dtypes.
NL_API resolved_types resolve(ufunc f, std::span<const array_like> inputs, std::optional<dtype> wanted = {},
                              casting rule = casting::same_kind);

/// Runs any ufunc. Returns outputs (one or two).
NL_API ndarray call(ufunc f, const array_like& a);
NL_API ndarray call(ufunc f, const array_like& a, const array_like& b);
NL_API ndarray call(ufunc f, const array_like& a, const scalar& b, const scalar& c);
NL_API ndarray call(ufunc f, std::span<const array_like> inputs, const ufunc_options& options);
/// The same into an array that is there: options.out without the options.
NL_API void call_into(ufunc f, std::span<const array_like> inputs, const ndarray& out);
NL_API std::pair<ndarray, ndarray> call2(ufunc f, std::span<const array_like> inputs,
                                         const ufunc_options& options);

}  // namespace numloom
