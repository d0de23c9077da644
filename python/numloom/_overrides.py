# SPDX-License-Identifier: BSD-3-Clause
"""Ufuncs with an operand that carries them out by itself: `__array_ufunc__` of NEP 13."""

import numpy as _numpy

from . import _core, _fallback

_BEHIND_THE_INPUTS = {  # parameters that may be given by position
    "reduce": ("axis", "dtype", "out", "keepdims", "initial", "where"),
    "accumulate": ("axis", "dtype", "out"),
    "reduceat": ("axis", "dtype", "out"),
}
_KEYWORDS = {"casting", "dtype", "order", "out", "signature", "subok"}
_PLAIN = (_numpy.generic, bool, int, float, complex)


def overriding(operands):
    """Operands with an `__array_ufunc__` of their own, in the order in which NumPy asks them."""
    found = []
    for operand in operands:
        kind = type(operand)
        if isinstance(operand, _PLAIN) or kind in (_core.ndarray, _numpy.ndarray):
            continue
        own = getattr(kind, "__array_ufunc__", _core.ndarray.__array_ufunc__)
        if own is _core.ndarray.__array_ufunc__ or any(type(other) is kind for other in found):
            continue
        # A subclass goes before its base.
        place = next((i for i, other in enumerate(found) if issubclass(kind, type(other))), len(found))
        found.insert(place, operand)
    return found


def _count(name: str, given: int, least: int, most: int) -> None:
    if not least <= given <= most:
        raise TypeError(f"{name}() takes from {least} to {most} positional arguments but {given} were given")


def _outputs(ufunc, method: str, out):
    """The value of out= as a tuple; None where it asks for nothing."""
    nout = ufunc.nout if method in ("__call__", "outer") else 1
    if out is ...:
        return out
    if not isinstance(out, tuple):
        if nout > 1:
            raise TypeError("'out' must be a tuple of arrays")
        out = (out,)
    if len(out) != nout:
        raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")
    return None if all(o is None for o in out) else out


def _of_call(ufunc, method: str, args, kwargs):
    outputs = args[ufunc.nin :]
    _count(ufunc.__name__, len(args), ufunc.nin, ufunc.nin + (ufunc.nout if method == "__call__" else 0))
    if outputs:
        if "out" in kwargs:
            raise TypeError("cannot specify 'out' as both a positional and keyword argument")
        kwargs["out"] = outputs + (None,) * (ufunc.nout - len(outputs))
    if "sig" in kwargs:
        if "signature" in kwargs:
            raise TypeError("cannot specify both 'sig' and 'signature'")
        kwargs["signature"] = kwargs.pop("sig")
    if "signature" in kwargs and "dtype" in kwargs:
        raise TypeError("cannot specify both 'signature' and 'dtype'")
    if "axes" in kwargs and "axis" in kwargs:
        raise TypeError("cannot specify both 'axis' and 'axes'")
    known = _KEYWORDS | ({"axes", "axis", "keepdims"} if ufunc.signature else {"where"})
    for name in kwargs:
        if name not in known:
            raise TypeError(f"{ufunc.__name__}() got an unexpected keyword argument '{name}'")
    return args[: ufunc.nin], kwargs


def _of_method(ufunc, method: str, args, kwargs):
    nin = {"reduceat": 2, "at": ufunc.nin + 1}.get(method, 1)
    names = _BEHIND_THE_INPUTS.get(method, ())
    _count(method, len(args), nin, nin + len(names))
    for name, value in zip(names, args[nin:]):
        if name in kwargs:
            raise TypeError(f"argument for {method}() given by name ('{name}') and position")
        kwargs[name] = value
    for name in kwargs:
        if name not in names:
            raise TypeError(f"{method}() got an unexpected keyword argument '{name}'")
    if kwargs.get("initial") is _numpy._NoValue:
        del kwargs["initial"]
    return args[:nin], kwargs


def call(ufunc, method: str, args, kwargs):
    """A ufunc, or a method of it, where operands have their own way: the arguments as NumPy hands them on."""
    named = (kwargs.get("out"), kwargs.get("where"))
    if any(isinstance(o, _numpy.ndarray) for o in overriding((*args, *named))):
        return _fallback.call_ufunc(ufunc.__name__, method, args, kwargs)  # masked arrays, matrices
    normalise = _of_call if method in ("__call__", "outer") else _of_method
    inputs, kwargs = normalise(ufunc, method, args, dict(kwargs))
    if "out" in kwargs and (out := _outputs(ufunc, method, kwargs.pop("out"))) is not None:
        kwargs["out"] = out
    outputs = kwargs["out"] if isinstance(kwargs.get("out"), tuple) else ()
    asked = overriding((*inputs, *outputs, kwargs.get("where")))
    for operand in asked:
        if type(operand).__array_ufunc__ is None:
            raise TypeError(
                f"operand '{type(operand).__name__}' does not support ufuncs (__array_ufunc__=None)"
            )
    for operand in asked:
        result = type(operand).__array_ufunc__(operand, ufunc, method, *inputs, **kwargs)
        if result is not NotImplemented:
            return result
    shown = ", ".join([*map(repr, inputs), *(f"{name}={value!r}" for name, value in kwargs.items())])
    names = ", ".join(repr(type(operand).__name__) for operand in (*inputs, *outputs))
    raise TypeError(
        f"operand type(s) all returned NotImplemented from __array_ufunc__({ufunc!r}, {method!r}, "
        f"{shown}): {names}"
    )
