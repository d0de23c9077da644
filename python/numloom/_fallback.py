# SPDX-License-Identifier: BSD-3-Clause
"""What numloom does not have itself runs through NumPy on the host; its results come back to the device.

A safety net: each call is counted, config.fallback = "warn" or "error" makes it heard, and show_config()
lists what was used. On the CPU nothing is copied; in-place functions and out= write through on every device.
"""

import collections
import functools
import inspect
import operator
import warnings

import numpy as _numpy

from . import _core, _errors

MODES = ("allow", "warn", "error")
mode = "allow"
counts: collections.Counter = collections.Counter()

# These change their first argument; on a GPU it is copied back afterwards.
_MUTATING = {
    "copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask", "random.shuffle", "at",
    "byteswap", "partition", "resize", "setfield", "sort", "shuffle",
}  # fmt: skip
# Functions whose work is the host's by nature: they read arrays to print, store or describe them.
_QUIET = {
    "array2string", "array_repr", "array_str", "isscalar", "iterable", "min_scalar_type", "ndim", "save",
    "savetxt", "savez", "savez_compressed", "shape", "shares_memory", "size", "common_type", "iscomplexobj",
    "isrealobj", "isfortran",
    # New arrays of strings, objects, dates: NumPy's, since no device holds them.
    "arange", "array", "asanyarray", "asarray", "empty", "empty_like", "full", "full_like", "ones",
    "ones_like", "zeros", "zeros_like",
}  # fmt: skip


# The characters of the dtypes that a device can hold.
_HELD = frozenset("?bBhHiIlLqQefdFD")
# What goes to NumPy as it is.
_PLAIN = {str, bytes, bool, int, float, complex, type(None), _numpy.ndarray, _numpy.str_, _numpy.datetime64}
# The class of NumPy's functions that ask their arguments for `__array_function__`.
_DISPATCHER = type(_numpy.sum)
# NumPy's functions that call the method of their name where the first argument is of another library.
_LEFT_TO_METHODS = {
    "all", "any", "argmax", "argmin", "argsort", "choose", "clip", "compress", "cumprod", "cumsum", "max",
    "mean", "min", "nonzero", "prod", "ptp", "repeat", "reshape", "round", "searchsorted", "squeeze", "std",
    "sum", "swapaxes", "take", "transpose", "var",
}  # fmt: skip


def note(name: str) -> None:
    """Count a call that runs on the host, and say so where config.fallback asks for it."""
    if name in _QUIET:
        return
    if mode == "error":
        raise _errors.NotAvailableError(
            f"[{name}] expected a native function, but numloom has none for these arguments yet and "
            "config.fallback is 'error'; set it to 'allow' to run NumPy's on the host"
        )
    counts[name] += 1
    if mode == "warn":
        warnings.warn(f"[{name}] runs through NumPy on the host", RuntimeWarning, stacklevel=4)


class _Call:
    """One call on the host: which arrays went in, and on which device the results belong."""

    def __init__(self):
        self.device = None
        self.twins = {}  # id of the NumPy array -> (it, our array)

    def to_host(self, value):
        """Arrays as NumPy arrays, inside lists, tuples and dicts too."""
        if isinstance(value, _core.ndarray):
            if self.device is None or value.ndim:
                self.device = value.device
            twin = value.to_numpy()
            if value._is_scalar:
                return twin[()]
            self.twins[id(twin)] = (twin, value)
            return twin
        if type(value) in (list, tuple):
            if _PLAIN.issuperset(map(type, value)):
                return value
            return type(value)(self.to_host(item) for item in value)
        if type(value) in _PLAIN:
            return value
        if type(value) is dict:
            return {key: self.to_host(item) for key, item in value.items()}
        if isinstance(value, _core.ufunc):
            return getattr(_numpy, value.__name__)
        if hasattr(type(value), "__array__") and not isinstance(value, (_numpy.ndarray, _numpy.generic)):
            given = value.__array__()  # NumPy would refuse an array of ours
            return given.to_numpy() if isinstance(given, _core.ndarray) else value
        return _host_function(value)

    def from_host(self, value):
        """NumPy's arrays and scalars as arrays on the device; our own where one comes back."""
        if id(value) in self.twins:
            return self.twins[id(value)][1]
        if isinstance(value, _numpy.generic):
            return _core._adopt(_numpy.asarray(value), self.device, True) if holds(value.dtype) else value
        if isinstance(value, _numpy.ndarray):
            if not holds(value.dtype) or isinstance(value, (_numpy.ma.MaskedArray, _numpy.memmap)):
                return value
            return _core._adopt(value, self.device, False)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(self.from_host(item) for item in value))
        if type(value) in (list, tuple):
            return type(value)(self.from_host(item) for item in value)
        if type(value) is dict:
            return {key: self.from_host(item) for key, item in value.items()}
        return value

    def write_back(self, twins):
        """Copies what NumPy changed back to the device."""
        for twin in twins:
            found = self.twins.get(id(twin))
            if found and str(found[1].device) != "cpu":
                found[1][...] = twin

    def run(self, name, function, args, kwargs):
        """function(*args, **kwargs) on host copies."""
        host_args = [self.to_host(a) for a in args]
        host_kwargs = {key: self.to_host(a) for key, a in kwargs.items()}
        if self.device is None:
            self.device = _core.current_device()
        result = function(*host_args, **host_kwargs)
        changed = (
            list(host_kwargs["out"])
            if isinstance(host_kwargs.get("out"), tuple)
            else [host_kwargs.get("out")]
        )
        if name in _MUTATING and host_args:
            changed.append(host_args[0])
        self.write_back(changed)
        return self.from_host(result)


def _host_function(value):
    """NumPy's function for one of numloom's given as an argument: np.apply_along_axis(np.sum, 0, a)."""
    if not callable(value) or not str(getattr(value, "__module__", "")).startswith("numloom"):
        return value
    return getattr(_numpy, getattr(value, "__name__", ""), value)


def holds(dtype) -> bool:
    """Can an array of numloom have this dtype?"""
    return dtype.isnative and (
        (dtype.kind in "biuf" and dtype.itemsize <= 8) or (dtype.kind == "c" and dtype.itemsize <= 16)
    )


def _find(name: str):
    found = _numpy
    for part in name.split("."):
        found = getattr(found, part)
    return found


def to_host(value):
    """Arrays as NumPy arrays and scalars, inside lists, tuples and dicts too."""
    return _Call().to_host(value)


def adopted(value, device=None):
    """A result of NumPy's on a device, the current one where none is given."""
    kind = type(value)
    if kind is float or kind is int:
        return value
    if kind is _numpy.ndarray and value.dtype.char in _HELD and value.dtype.isnative:
        return _core._adopt(value, device, False)
    call = _Call()
    call.device = device or _core.current_device()
    return call.from_host(value)


def on_host(name: str, function, args, kwargs):
    """function(*args, **kwargs) on host copies, where the host is its place: not counted."""
    return _Call().run(name, function, args, kwargs)


def run(name: str, function, args, kwargs):
    """Count the call and run it on the host."""
    note(name)
    return on_host(name, function, args, kwargs)


def call_function(name: str, *args, **kwargs):
    """NumPy's function of that name, for arguments that no array of numloom can hold."""
    if kwargs.get("device") is not None:
        raise TypeError(
            f"[{name}] expected data of a dtype that a device can hold (bool, integers, floats up to 64 "
            f"bits, complex), got {args[0]!r:.60} for device={kwargs['device']!s}"
        )
    kwargs.pop("device", None)
    if isinstance(kwargs.get("like"), _core.ndarray):
        kwargs.pop("like")
    return run(name, _find(name), args, kwargs)


@functools.cache
def looks_for(name: str, protocol: bool) -> bool:
    """Does NumPy's function of that name look for `__array_function__`, or for a method of its own name?"""
    if not protocol:
        return name in _LEFT_TO_METHODS
    try:
        return isinstance(_find(name), _DISPATCHER)
    except AttributeError:
        return False


def call_leaving(name: str, *args, **kwargs):
    """NumPy's function of that name, which calls the method of its first argument."""
    return on_host(name, _find(name), args, kwargs)


def call_overridden(name: str, *args, **kwargs):
    """NumPy's function of that name, which asks an argument's `__array_function__`."""
    if name == "roots":  # NumPy's asks the polynomial's elements instead
        (polynomial,) = args or kwargs.values()
        return polynomial.__array_function__(_find(name), (type(polynomial),), (polynomial,), {})
    return _find(name)(*args, **kwargs)


def call_method(name: str, array, *args, **kwargs):
    """NumPy's array method of that name."""

    def method(host, *rest, **keywords):
        return getattr(host, name)(*rest, **keywords)

    return run(name, method, (array, *args), kwargs)


_OPERATORS = {"equal": operator.eq, "not_equal": operator.ne}


def call_ufunc(name: str, method: str, args, kwargs):
    """NumPy's ufunc of that name, or a method of it."""
    function = _OPERATORS.get(name) if method == "operator" else None
    if function is None:
        function = getattr(_numpy, name)
    elif not kwargs:  # an operator answers where the ufunc has no loop: numbers and strings are not equal
        note(name)
        return _Call().run(name, function, args, {})
    label = name if method in ("__call__", "operator") else f"{name}.{method}"
    note(label)
    if method not in ("__call__", "operator"):
        function = getattr(function, method)
    return _Call().run(method, function, args, kwargs or {})


def make(name: str, function):
    """A function of numloom that runs NumPy's on the host."""

    @functools.wraps(function)
    def on_host(*args, **kwargs):
        return run(name, function, args, kwargs)

    on_host._is_fallback = True
    on_host.__module__ = "numloom" + "".join(f".{part}" for part in name.split(".")[:-1])
    on_host.__doc__ = (
        f"numpy.{name}, run on the host and brought back to the device.\n\n{inspect.getdoc(function) or ''}"
    )
    return on_host
