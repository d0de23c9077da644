# SPDX-License-Identifier: BSD-3-Clause
"""numpy.polynomial: NumPy's classes and functions; values at arrays of numloom are computed on their device.

The functions that evaluate (polyval, polygrid2d, polyvander ...), companion matrices and what trims
coefficients are NumPy's, run with numloom as their `np`. The others that work on coefficients alone (polyfit,
polyroots ...) stay NumPy's own and give NumPy arrays.
"""

import functools
import importlib
import re
import types

import numpy.polynomial as _host
from numpy.polynomial import polyutils as _polyutils

import numloom as _numloom

from ._polynomial_classes import CLASSES as _CLASSES

_MODULES = ("chebyshev", "hermite", "hermite_e", "laguerre", "legendre", "polynomial")
_EVALUATING = re.compile(
    r"[a-z]+(val|val2d|val3d|valfromroots|grid2d|grid3d|vander|vander2d|vander3d|companion)"
)
_HELPING = (
    "_gridnd", "_valnd", "_vander_nd", "_vander_nd_flat", "as_series", "mapdomain", "trimcoef", "trimseq",
)  # fmt: skip


def _with_numloom(module, names, **others) -> dict:
    """The names of a module; those functions see numloom where they say np."""
    space = {**vars(module), "np": _numloom, **others}
    for name in names:
        theirs = getattr(space[name], "_implementation", space[name])  # behind NumPy's dispatcher
        ours = types.FunctionType(theirs.__code__, space, name, theirs.__defaults__, theirs.__closure__)
        ours.__kwdefaults__ = theirs.__kwdefaults__
        space[name] = functools.update_wrapper(ours, theirs)
    return space


polyutils = types.ModuleType("numloom.polynomial.polyutils", _polyutils.__doc__)
polyutils.__dict__.update(_with_numloom(_polyutils, _HELPING))


def _made(name) -> types.ModuleType:
    theirs = importlib.import_module(f"numpy.polynomial.{name}")
    evaluating = [found for found in theirs.__all__ if _EVALUATING.fullmatch(found)]
    space = _with_numloom(theirs, evaluating, pu=polyutils)
    module = types.ModuleType(f"numloom.polynomial.{name}", theirs.__doc__)
    module.__dict__.update(
        {key: _CLASSES.get(key, space[key]) for key in theirs.__all__}, __all__=theirs.__all__
    )
    return module


globals().update(_CLASSES, **{name: _made(name) for name in _MODULES})
__all__ = list(_host.__all__)
__path__: list[str] = []  # a package, whose modules are its attributes


def __getattr__(name):
    return getattr(_host, name)


def __dir__():
    return __all__
