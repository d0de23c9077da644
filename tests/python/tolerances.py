# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""How far a result may be from NumPy's, in units in the last place, by function and dtype.

0 wherever IEEE 754 or integer arithmetic defines the result. For the others NumPy's own bound is the error of
one library against the true value (numpy/_core/tests/data/umath-validation-set-*: 2 to 4 ulp for float32 and
float64, depending on the function); two libraries within it may differ by its double.
"""

from conftest import DEVICE

# Error bound of one library against the true value.
_BOUNDS = {
    "arccos": 2, "arccosh": 2, "arcsin": 2, "arcsinh": 2, "arctan": 2, "arctan2": 2, "arctanh": 2, "cbrt": 2,
    "cos": 2, "cosh": 2, "exp": 3, "exp2": 2, "expm1": 2, "float_power": 3, "hypot": 1, "log": 4, "log10": 2,
    "log1p": 2, "log2": 2, "logaddexp": 2, "logaddexp2": 2, "power": 3, "sin": 2, "sinh": 2, "tan": 4, "tanh": 2,
}  # fmt: skip
# CUDA C++ Programming Guide, mathematical functions: where its bound is above the one here.
_CUDA_BOUNDS = {
    "logaddexp": 3,
    "logaddexp2": 3,
    "power": 9,
    "float_power": 4,
    "arctanh": 4,
    "sinh": 4,
    "cosh": 4,
}
# One rounding of a product or quotient by a constant, or a quotient of complex numbers.
_ROUNDINGS = {"deg2rad": 1, "radians": 1, "rad2deg": 1, "degrees": 1}
# Complex functions: relative to the modulus, in eps. Sums of products cancel, so parts alone say nothing.
_COMPLEX = {"divide": 4, "reciprocal": 4, "multiply": 2, "square": 2, "absolute": 2, "sqrt": 4, "sign": 4}
_COMPLEX_DEFAULT = 16  # exp, log, trigonometric: several real functions multiplied


def ulps(function: str, dtype) -> int:
    """The largest distance from NumPy's result."""
    if dtype.kind == "c":
        return _COMPLEX.get(function, _COMPLEX_DEFAULT if function in _BOUNDS else 0)
    if dtype.kind != "f":
        return 0
    bound = _BOUNDS.get(function, 0)
    if DEVICE != "cpu":
        bound = max(bound, _CUDA_BOUNDS.get(function, 0))
    if dtype.itemsize == 2:  # computed in float32, rounded once
        return 1 if bound else _ROUNDINGS.get(function, 0)
    return 2 * bound or _ROUNDINGS.get(function, 0)
