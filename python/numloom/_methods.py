# SPDX-License-Identifier: BSD-3-Clause
"""Methods of the array that are easier said in Python; any other name is NumPy's method on a host copy."""

import functools
import pickle

import numpy as _numpy

from . import _core, _fallback, _overrides


def __getattr__(name):
    if not hasattr(_numpy.ndarray, name):
        raise AttributeError(name)
    return functools.partial(_fallback.call_method, name)


# ---- NumPy's protocols ----


def _is_foreign(kind, protocol: str) -> bool:
    return not issubclass(kind, (_core.ndarray, _numpy.ndarray)) and getattr(kind, protocol, None) is not None


def __array_function__(array, function, types, args, kwargs):
    """numpy.f(array): numloom's f."""
    import numloom

    if any(_is_foreign(kind, "__array_function__") for kind in types):
        return NotImplemented
    space = numloom
    for part in (function.__module__ or "numpy").split(".")[1:]:
        space = getattr(space, part, None)
    native = getattr(space, function.__name__, None)
    if native is None or native is function:
        return _fallback.run(function.__name__, function, args, kwargs)
    return native(*args, **kwargs)


def __array_ufunc__(array, ufunc, method, *inputs, **kwargs):
    """numpy.ufunc(array): numloom's ufunc; foreign ufuncs (scipy.special) run on the host."""
    out = kwargs.get("out")
    named = (*(out if isinstance(out, tuple) else (out,)), kwargs.get("where"))
    if any(not isinstance(o, _numpy.ndarray) for o in _overrides.overriding((*inputs, *named))):
        return NotImplemented
    ours = getattr(_core, ufunc.__name__, None)
    if isinstance(ours, _core.ufunc) and isinstance(getattr(_numpy, ufunc.__name__, None), _numpy.ufunc):
        return (ours if method == "__call__" else getattr(ours, method))(*inputs, **kwargs)
    if ufunc.__name__ == "clip" and method == "__call__":
        return _core.clip(*inputs, **kwargs)
    function = ufunc if method == "__call__" else getattr(ufunc, method)
    return _fallback.run("at" if method == "at" else ufunc.__name__, function, inputs, kwargs)


def __array_namespace__(array, *, api_version=None):
    """The numloom module."""
    import numloom

    if api_version is not None and not isinstance(api_version, str):
        raise ValueError("Only None and strings are allowed as the Array API version")
    if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12"):
        raise ValueError(f'Version "{api_version}" of the Array API Standard is not supported.')
    return numloom


def __array_wrap__(array, result, context=None, return_scalar=False):
    """A NumPy result as an array here."""
    return _core.asarray(result)


def __jax_array__(array):
    """An array of JAX: over the GPU's memory, or made from the host's."""
    import jax

    if str(array.device) != "cpu":
        return jax.dlpack.from_dlpack(array)
    return jax.numpy.asarray(array.to_numpy())


def __arrow_array__(array, type=None):
    """Arrow reads the host's memory."""
    import pyarrow

    return pyarrow.array(_numpy.asarray(array), type=type)


# ---- pickling ----


def _rebuild(kind, dtype, shape, order, device, buffer, writeable, is_scalar):
    """An array from a pickle: over the buffer itself when it came out of band. `order` may be axes."""
    host = _numpy.frombuffer(buffer, dtype=dtype)
    if isinstance(order, tuple):
        host = host.reshape([shape[axis] for axis in order]).transpose(_numpy.argsort(order))
    else:
        host = host.reshape(shape, order=order)
    if isinstance(buffer, (bytes, bytearray)):
        host = host.copy(order="K")
    elif not writeable:
        host.flags.writeable = False
    where = device if device == "cpu" or _core.device_count() > int(device.partition(":")[2] or 0) else None
    array = _core._adopt(host, where, is_scalar)
    return array if kind is _core.ndarray else array.view(kind)


def __reduce_ex__(array, protocol):
    """How to pickle: bytes out of band from protocol 5 on, without a copy on the CPU."""
    if type(array).__reduce__ is not _core.ndarray.__reduce__:
        return array.__reduce__()  # a subclass's own way
    host = array.to_numpy()
    order = "F" if host.flags.fnc else "C"
    in_one_piece = host.flags.forc
    flat = host.T if order == "F" else host
    if not in_one_piece:
        outermost_first = tuple(sorted(range(host.ndim), key=lambda axis: -host.strides[axis]))
        turned = host.transpose(outermost_first)
        in_one_piece = turned.flags.c_contiguous
        if in_one_piece:
            order, flat = outermost_first, turned
    flat = _numpy.asarray(flat, order="C")
    buffer = pickle.PickleBuffer(flat) if protocol >= 5 and in_one_piece else flat.tobytes()
    facts = (
        array.dtype.str,
        array.shape,
        order,
        str(array.device),
        buffer,
        array.flags.writeable,
        array._is_scalar,
    )
    state = (getattr(array, "__dict__", None),) if type(array) is not _core.ndarray else ()
    return (_rebuild, (type(array), *facts), *state)


def _blank(kind, device):
    """An array to be filled by __setstate__."""
    where = device if device == "cpu" or _core.device_count() else None
    return _core.empty(0, device=where).view(kind)


def __reduce__(array):
    """How to pickle, in NumPy's form: a subclass may add to the state, and take that off again."""
    host = array.to_numpy()
    order = "F" if host.flags.fnc else "C"
    state = (1, host.shape, host.dtype, order == "F", host.tobytes(order))
    return (_blank, (type(array), str(array.device)), state)


def __setstate__(array, state):
    """What __reduce__ gave: (version, shape, dtype, is it in Fortran order, bytes)."""
    if isinstance(state, dict):  # of a subclass without its own way
        array.__dict__.update(state)
        return
    shape, dtype, is_fortran, data = state[-4:]
    if any(extent < 0 for extent in shape):
        raise TypeError("impossible dimension while unpickling array")
    host = _numpy.frombuffer(data, dtype=dtype).reshape(shape, order="F" if is_fortran else "C")
    _core._become(array, _core.asarray(host.copy(order="K"), device=array.device))


def dumps(array) -> bytes:
    """The pickle of the array."""
    return pickle.dumps(array)


def dump(array, file):
    """The pickle of the array, written to a file."""
    if hasattr(file, "write"):
        return pickle.dump(array, file)
    with open(file, "wb") as opened:
        return pickle.dump(array, opened)


def __dask_tokenize__(array):
    """A token of the contents."""
    from dask.base import normalize_token

    return ("numloom", str(array.device), normalize_token(array.get()))


def __sizeof__(array) -> int:
    """Bytes of the object, and of the elements where it owns them."""
    return object.__sizeof__(array) + (
        array.nbytes if array.base is None and str(array.device) == "cpu" else 0
    )


# ---- methods ----


def conjugate(array, *args, **kwargs):
    """Complex conjugate; a real array itself."""
    if array.dtype.kind != "c" and not args and not kwargs:
        return array
    return _core.conjugate(array, *args, **kwargs)


conj = conjugate


def setflags(array, write=None, align=None, uic=None):
    """Sets the flag WRITEABLE."""
    if uic:
        raise ValueError("cannot set WRITEBACKIFCOPY flag to True")
    if write is not None:
        array.flags.writeable = write


def get(array, stream, order, out):
    """A NumPy array of its own, in that order, or the elements copied to `out`."""
    from . import _composed

    host = _composed.asnumpy(array, order=order, out=out, stream=stream)
    return host.copy(order="K") if out is None and str(array.device) == "cpu" else host


def set(array, arr, stream=None):
    """Copies a NumPy array of the same shape and dtype into it."""
    if not isinstance(arr, _numpy.ndarray):
        raise TypeError(f"[set] expected a numpy.ndarray, got {type(arr).__name__}")
    if arr.dtype != array.dtype:
        raise TypeError(f"[set] expected dtype {array.dtype}, got {arr.dtype}")
    if arr.shape != array.shape:
        raise ValueError(f"[set] expected shape {array.shape}, got {arr.shape}")
    if stream is None:
        array[...] = arr
        return
    written = _core.Event(array.device)  # what is under way on the current stream may write to it still
    written.record()
    stream.wait(written)
    with stream:
        array[...] = arr


def scatter_add(array, slices, value):
    """np.add.at(array, slices, value)"""
    _core.add.at(array, slices, value)


def scatter_max(array, slices, value):
    """np.maximum.at(array, slices, value)"""
    _core.maximum.at(array, slices, value)


def scatter_min(array, slices, value):
    """np.minimum.at(array, slices, value)"""
    _core.minimum.at(array, slices, value)


def reduced_view(array, dtype=None):
    """A view with as few axes as the strides allow: axes that lie one inside the other merge."""
    array = array if dtype is None else array.view(dtype)
    shape, strides = [], []
    for extent, stride in zip(array.shape, array.strides):
        if extent == 1:
            continue
        if shape and strides[-1] == extent * stride:
            shape[-1], strides[-1] = shape[-1] * extent, stride
        else:
            shape.append(extent)
            strides.append(stride)
    if not shape and array.ndim:
        shape = [array.size]
    return array.reshape(shape)


def tofile(array, fid, sep="", format="%s"):
    """Writes the elements to a file."""
    array.to_numpy().tofile(fid, sep, format)
