# SPDX-License-Identifier: BSD-3-Clause
"""numpy.lib; stride_tricks makes views of arrays of numloom."""

import types

import numpy.lib as _host

from . import _core


def as_strided(x, shape=None, strides=None, subok=False, writeable=True, *, check_bounds=None):
    """A view with that shape and those strides.

    Raises ValueError where it would reach beyond the memory of x, unless check_bounds is False. NumPy's looks
    only where check_bounds is True.
    """
    x = _core.asarray(x)
    shape, strides = x.shape if shape is None else shape, x.strides if strides is None else strides
    return _core._as_strided(x, shape, strides, writeable, check_bounds is not False)


def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    """Views of all windows of that shape; the window's axes come last."""
    x = _core.asarray(x)
    window = tuple(window_shape) if hasattr(window_shape, "__iter__") else (window_shape,)
    if any(w < 0 for w in window):
        raise ValueError("`window_shape` cannot contain negative values")
    axes = tuple(range(x.ndim)) if axis is None else tuple(axis) if hasattr(axis, "__iter__") else (axis,)
    axes = tuple(_host.array_utils.normalize_axis_index(a, x.ndim) for a in axes)
    if len(window) != len(axes):
        if axis is None:
            raise ValueError(
                "Since axis is None, must provide window_shape for all dimensions of `x`; "
                f"got {len(window)} window_shape elements and `x.ndim` is {x.ndim}."
            )
        raise ValueError(
            f"Must provide matching length window_shape and axis; got {len(window)} and {len(axes)}."
        )
    shape = list(x.shape)
    for a, w in zip(axes, window):
        if shape[a] < w:
            raise ValueError("window shape cannot be larger than input array shape")
        shape[a] -= w - 1
    strides = x.strides + tuple(x.strides[a] for a in axes)
    return _core._as_strided(x, (*shape, *window), strides, writeable, True)


stride_tricks = types.ModuleType("numloom.lib.stride_tricks", _host.stride_tricks.__doc__)
stride_tricks.__dict__.update(as_strided=as_strided, sliding_window_view=sliding_window_view)
__path__: list[str] = []  # a package, whose modules are its attributes


def __getattr__(name):
    return getattr(_host, name)
