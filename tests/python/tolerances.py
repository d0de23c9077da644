# SPDX-License-Identifier: BSD-3-Clause
"""How far a result may be from NumPy's, in units in the last place of NumPy's result.

CPU: NumPy's own bounds against the exact result (its tests/data/umath-validation-set files and test_umath); as both sides
may err, a comparison of the two allows their sum. CUDA: the bounds that the CUDA programming guide documents, where wider.
Everything that is not listed must be equal bit for bit (NaN equals NaN).
"""

# name: (float32, float64) ulp on the CPU. float16 is computed in float32 and may differ by one rounding.
ULP = {
    "exp": (6, 2),
    "exp2": (4, 2),
    "expm1": (6, 2),
    "log": (8, 2),
    "log2": (6, 2),
    "log10": (8, 2),
    "log1p": (4, 2),
    "sin": (4, 2),
    "cos": (4, 2),
    "tan": (8, 2),
    "arcsin": (8, 2),
    "arccos": (6, 2),
    "arctan": (6, 2),
    "sinh": (4, 2),
    "cosh": (6, 2),
    "tanh": (4, 4),
    "arcsinh": (4, 2),
    "arccosh": (4, 2),
    "arctanh": (4, 2),
    "cbrt": (4, 4),
    "power": (8, 4),
    "float_power": (8, 4),
    "arctan2": (6, 2),
    "hypot": (2, 2),
    "logaddexp": (8, 4),
    "logaddexp2": (8, 4),
}
CUDA_ULP = {
    "sin": (6, 4),
    "cos": (6, 4),
    "tan": (8, 4),
    "arcsin": (8, 4),
    "arccos": (6, 4),
    "arctan": (6, 4),
    "sinh": (6, 4),
    "arcsinh": (6, 6),
    "arctanh": (6, 4),
    "arccosh": (8, 6),
    "power": (16, 8),
}
# Complex functions are compositions on both sides; NumPy states no bounds for them.
COMPLEX_RTOL = {"complex64": 2e-5, "complex128": 1e-12}


def ulp(name, dtype, device):
    """The allowed distance for a real floating dtype; 0: equal."""
    pair = ULP.get(name)
    if device == "cuda" and name in CUDA_ULP:
        pair = CUDA_ULP[name]
    if pair is None:
        return 0
    return {"float16": 1, "float32": pair[0], "float64": pair[1]}[dtype]
