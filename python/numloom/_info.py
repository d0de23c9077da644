# SPDX-License-Identifier: BSD-3-Clause
"""__array_namespace_info__ of the array API standard."""

import numpy as _numpy

from . import _core

_KINDS = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
_KINDS["integral"] = _KINDS["signed integer"] + _KINDS["unsigned integer"]
_KINDS["numeric"] = _KINDS["integral"] + _KINDS["real floating"] + _KINDS["complex floating"]


def _check(device):
    if device is not None:
        _core.Device(str(device))  # raises for a device that is not there


class NamespaceInfo:
    """What the namespace can do."""

    def capabilities(self):
        """Features that a library may lack."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self):
        """Where new arrays go."""
        return _core.current_device()

    def default_dtypes(self, *, device=None):
        """The dtypes that Python numbers get."""
        _check(device)
        names = {
            "real floating": "float64",
            "complex floating": "complex128",
            "integral": "int64",
            "indexing": "int64",
        }
        return {kind: _numpy.dtype(name) for kind, name in names.items()}

    def dtypes(self, *, device=None, kind=None):
        """The dtypes of a kind."""
        _check(device)
        kinds = (kind,) if isinstance(kind, str) else kind or ("bool", "numeric")
        for k in kinds:
            if k not in _KINDS:
                raise ValueError(f"unsupported kind: {k!r}")
        return {name: _numpy.dtype(name) for k in kinds for name in _KINDS[k]}

    def devices(self):
        """The devices that work here."""
        return tuple(_core.devices())
