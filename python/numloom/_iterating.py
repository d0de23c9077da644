# SPDX-License-Identifier: BSD-3-Clause
"""NumPy's iterators. They run on the host: over the memory of arrays on the CPU, over copies of a GPU's."""

import numpy as _numpy

from . import _core

__all__ = ["broadcast", "ndenumerate", "nditer"]


def _on_host(operand):
    if isinstance(operand, _core.ndarray):
        host = operand.to_numpy()
        if operand.device.type != "cpu":
            host.flags.writeable = False  # what is written to a copy would be lost
        return host
    if isinstance(operand, (list, tuple)):
        return type(operand)(_on_host(item) for item in operand)
    return operand


class ndenumerate(_numpy.ndenumerate):
    """Pairs of position and element: numpy.ndenumerate."""

    def __init__(self, arr):
        super().__init__(_on_host(arr))


class _HostType(type):
    """NumPy's own objects are instances of a class here that only makes them."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, cls.made)

    def __getattr__(cls, name):
        return getattr(cls.made, name)


class nditer(metaclass=_HostType):
    """numpy.nditer; of arrays on a GPU for reading only."""

    made = _numpy.nditer

    def __new__(cls, op, *args, **kwargs):
        """NumPy's iterator over host memory."""
        return _numpy.nditer(_on_host(op), *args, **kwargs)


class broadcast(metaclass=_HostType):
    """numpy.broadcast: arrays against each other, to iterate over."""

    made = _numpy.broadcast

    def __new__(cls, *arrays):
        """NumPy's object over host memory."""
        return _numpy.broadcast(*(_on_host(a) for a in arrays))
