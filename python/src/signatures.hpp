// SPDX-License-Identifier: BSD-3-Clause
/// Signatures of reductions, and of their namesakes that pass over NaN.
#pragma once

namespace numloom::python::signatures {

inline constexpr const char* accumulated =
    "(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True)";
inline constexpr const char* extreme = "(a, axis=None, out=None, keepdims=False, initial=None, where=True)";
inline constexpr const char* truth = "(a, axis=None, out=None, keepdims=False, *, where=True)";
inline constexpr const char* spreading =
    "(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None)";
inline constexpr const char* positions = "(a, axis=None, out=None, *, keepdims=False, dtype=None)";
inline constexpr const char* scanning = "(a, axis=None, dtype=None, out=None)";

}  // namespace numloom::python::signatures
