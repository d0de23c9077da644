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


def nditer(op, *args, **kwargs):
    """numpy.nditer; of arrays on a GPU for reading only."""
    return _numpy.nditer(_on_host(op), *args, **kwargs)


def broadcast(*args):
    """numpy.broadcast: arrays against each other, to iterate over."""
    return _numpy.broadcast(*(_on_host(a) for a in args))
