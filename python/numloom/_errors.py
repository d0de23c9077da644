# SPDX-License-Identifier: BSD-3-Clause
"""Exception classes that Python and NumPy do not have, and the making of those that need more than a text."""

import sys
import warnings

import numpy as _numpy
from numpy._core import _exceptions
from numpy.linalg import LinAlgError

__all__ = ["CompileError", "CudaError", "HostOnlyError", "LinAlgError", "NotAvailableError", "TransferError"]


class CudaError(RuntimeError):
    """A CUDA call failed, or earlier work on the GPU did (found at a synchronising point)."""


class CompileError(RuntimeError):
    """The text of a kernel does not compile: log, file and line say what and where."""

    def __init__(self, text, log="", file="", line=0):
        super().__init__(text)
        self.log = log
        self.file = file
        self.line = line


class NotAvailableError(RuntimeError):
    """Something that this build or machine does not have: a device, a library, a function."""


class TransferError(RuntimeError):
    """A NumPy array would have been copied to the device while config.transfers is 'error'."""


class HostOnlyError(TypeError):
    """An argument that no array of numloom can hold: strings, objects, dates, 128-bit floats."""


def _texted(base):
    """One of NumPy's ufunc errors, made of a text instead of the ufunc and dtypes."""

    def __init__(self, text):
        TypeError.__init__(self, text)

    def __str__(self):
        return self.args[0]

    return type(
        base.__name__, (base,), {"__init__": __init__, "__str__": __str__, "__module__": base.__module__}
    )


_no_loop = _texted(_exceptions._UFuncNoLoopError)
_input_casting = _texted(_exceptions._UFuncInputCastingError)
_output_casting = _texted(_exceptions._UFuncOutputCastingError)


def casting_error(text: str) -> TypeError:
    """NumPy's class for a ufunc that has no loop or may not cast."""
    if "output from" in text:
        return _output_casting(text)
    if "Cannot cast" in text:
        return _input_casting(text)
    return _no_loop(text)


_FLOAT_ERRORS = (  # NumPy's order, <cfenv>'s bit, the number that callbacks get
    ("divide", 4, 1, "divide by zero"),
    ("over", 8, 2, "overflow"),
    ("under", 16, 4, "underflow"),
    ("invalid", 1, 8, "invalid value"),
)


def report_float_errors(flags: int, name: str) -> None:
    """Does what numpy.errstate says about floating-point errors that happened in the named operation."""
    state = _numpy.geterr()
    status = sum(number for _, bit, number, _ in _FLOAT_ERRORS if flags & bit)
    for kind, bit, _, what in _FLOAT_ERRORS:
        mode = state[kind]
        if not flags & bit or mode == "ignore":
            continue
        text = f"{what} encountered in {name}"
        if mode == "warn":
            warnings.warn(text, RuntimeWarning, stacklevel=2)
        elif mode == "raise":
            raise FloatingPointError(text)
        elif mode == "call":
            callback = _numpy.geterrcall()
            if callback is None:
                raise NameError(f"python callback specified for {what} (in  {name}) but no function found.")
            callback(what, status)
        elif mode == "print":
            print(f"Warning: {text}", file=sys.stderr)
        elif mode == "log":
            log = _numpy.geterrcall()
            if log is None:
                raise NameError(
                    f"log specified for {what} (in {name}) but no object with write method found."
                )
            log.write(f"Warning: {text}\n")


def io_error(text: str) -> OSError:
    """The error of a file that cannot be read or written."""
    return FileNotFoundError(text) if "No such file" in text else OSError(text)


AxisError = _numpy.exceptions.AxisError
