# SPDX-License-Identifier: BSD-3-Clause
"""Reading .npy and .npz files to the device, without believing what their headers claim."""

import math
import os

import numpy as _numpy
from numpy.lib import format as _format

from . import _core, _fallback

__all__ = ["load"]


def load(
    file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII", *, max_header_size=10000
):
    """Reads a .npy file to an array on the current device; .npz archives and pickles as NumPy does.

    Raises ValueError where the header claims more elements than the file holds, before memory is asked for.
    """
    if hasattr(file, "read"):
        _check_stream(file, max_header_size)
    else:
        with open(os.fspath(file), "rb") as opened:
            _check_stream(opened, max_header_size)
    found = _numpy.load(file, mmap_mode, allow_pickle, fix_imports, encoding, max_header_size=max_header_size)
    if type(found) is _numpy.lib.npyio.NpzFile:
        found.__class__ = NpzFile
    return _on_device(found)


class NpzFile(_numpy.lib.npyio.NpzFile):
    """numpy.lib.npyio.NpzFile, whose arrays come to the current device."""

    def __getitem__(self, key):
        """The array of that name, read from the archive."""
        for name in (key, f"{key}.npy"):
            if name in self._files and name in self.zip.NameToInfo:
                with self.zip.open(name) as member:
                    _check_claim(member, self.zip.getinfo(name).file_size, self.max_header_size)
                break
        return _on_device(super().__getitem__(key))


def _on_device(found):
    is_plain = type(found) is _numpy.ndarray and _fallback.holds(found.dtype.newbyteorder("="))
    return _core.asarray(found) if is_plain else found


def _check_stream(file, max_header_size):
    """Looks at the header of a file that can be measured, and goes back to where it stood."""
    try:
        start = file.tell()
        size = file.seek(0, os.SEEK_END) - start
        file.seek(start)
    except (AttributeError, OSError, TypeError, ValueError):  # a pipe
        return
    try:
        _check_claim(file, size, max_header_size)
    finally:
        file.seek(start)


def _check_claim(file, size, max_header_size):
    """Raises ValueError where a .npy header claims more than the `size` bytes that there are."""
    try:
        version = _format.read_magic(file)
        read = _format.read_array_header_1_0 if version == (1, 0) else _format.read_array_header_2_0
        shape, _, dtype = read(file, max_header_size)
    except Exception:  # whatever is wrong, NumPy says it in its own words
        return
    claimed = math.prod(shape) * dtype.itemsize
    if not dtype.hasobject and claimed > size:
        raise ValueError(
            f"[load] expected {claimed} bytes for shape {shape} of {dtype}, got a file of {size} bytes"
        )
