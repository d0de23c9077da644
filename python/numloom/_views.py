# SPDX-License-Identifier: BSD-3-Clause
"""Objects that look at an array: its flags, its flat iterator, its ctypes helper."""

import inspect
import operator
import warnings

import numpy as _numpy

_NAMES = {
    "C": "c_contiguous", "F": "f_contiguous", "O": "owndata", "W": "writeable", "A": "aligned",
    "X": "writebackifcopy", "B": "behaved", "CA": "carray", "FA": "farray", "FNC": "fnc", "FORC": "forc",
}  # fmt: skip


class Flags:
    """How an array lies in memory, and whether it may be written to: numpy.ndarray.flags."""

    __slots__ = ("_array",)

    def __init__(self, array):
        self._array = array

    c_contiguous = property(lambda self: self._array._flag_bits[0], doc="C order, without gaps.")
    f_contiguous = property(lambda self: self._array._flag_bits[1], doc="Fortran order, without gaps.")
    owndata = property(lambda self: self._array._flag_bits[2], doc="Is the memory its own?")
    aligned = property(lambda self: True, doc="Elements lie at multiples of their size.")
    writebackifcopy = property(lambda self: False, doc="Never.")
    contiguous = c_contiguous
    fortran = property(lambda self: self.fnc, doc="Fortran order, and not C order too.")
    behaved = property(lambda self: self.writeable, doc="Aligned and writeable.")
    carray = property(lambda self: self.writeable and self.c_contiguous, doc="Behaved and C-contiguous.")
    fnc = property(lambda self: self.f_contiguous and not self.c_contiguous, doc="Fortran order, not C.")
    forc = property(lambda self: self.f_contiguous or self.c_contiguous, doc="Fortran or C order.")
    farray = property(lambda self: self.writeable and self.fnc, doc="Behaved and Fortran order, not C.")
    num = property(
        lambda self: (
            self.c_contiguous | self.f_contiguous << 1 | self.owndata << 2 | 0x100 | self.writeable << 10
        ),
        doc="The flags as NumPy's number.",
    )

    @property
    def writeable(self):
        """May the elements be changed?"""
        return self._array._flag_bits[3]

    @writeable.setter
    def writeable(self, value):
        self._array._flag_bits = bool(value)

    def __getitem__(self, key):
        name = _NAMES.get(key, key.lower() if isinstance(key, str) else "")
        if name not in _NAMES.values() and name not in ("contiguous", "fortran"):
            raise KeyError("Unknown flag")
        return getattr(self, name)

    def __setitem__(self, key, value):
        if _NAMES.get(key, str(key).lower()) != "writeable":
            raise KeyError("Unknown flag")
        self.writeable = value

    def __eq__(self, other):
        return self.num == getattr(other, "num", None)

    def __hash__(self):
        return hash(self.num)

    def __repr__(self):
        names = ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA", "WRITEABLE", "ALIGNED", "WRITEBACKIFCOPY")
        return "".join(f"  {name} : {self[name]}\n" for name in names)


class MemoryPointer:
    """Where an array on a GPU lies: the address `ptr`. For ndarray(shape, dtype, a.data), and for kernels."""

    __slots__ = ("_array",)

    def __init__(self, array):
        self._array = array

    device = property(lambda self: self._array.device, doc="The device of the memory.")

    @property
    def ptr(self) -> int:
        """The address of the first element."""
        return self._array.__cuda_array_interface__["data"][0]

    def __dlpack__(self, **keywords):
        return self._array.__dlpack__(**keywords)

    def __dlpack_device__(self):
        return self._array.__dlpack_device__()


_INVALID_INDEX = (
    "only integers, slices (`:`), ellipsis (`...`) and integer or boolean arrays are valid indices"
)


class flatiter:
    """The elements of an array in C order: numpy.flatiter."""

    __slots__ = ("_index", "base")

    def __init__(self, array):
        self.base = array
        self._index = 0

    index = property(lambda self: self._index, doc="Position of the next element.")

    @property
    def coords(self):
        """Position of the next element, one number an axis."""
        if self.base.size == 0:
            return (0,) * self.base.ndim
        return tuple(int(i) for i in _numpy.unravel_index(self._index, self.base.shape))

    def __len__(self):
        return self.base.size

    def __iter__(self):
        return self

    def __next__(self):
        if self._index >= self.base.size:
            raise StopIteration
        base = self.base
        value = base.ravel()[self._index] if base.flags.c_contiguous else base[self.coords]
        self._index += 1
        return value

    def _checked(self, key):
        """The key, once it is one that NumPy's flat iterators know."""
        if type(key) is tuple and len(key) == 1:
            key = key[0]
        if key is None:
            raise IndexError(_INVALID_INDEX)
        if type(key) is tuple and len(key) > 1:
            raise IndexError(
                "too many indices for flat iterator: "
                f"flat iterator is 1-dimensional, but {len(key)} were indexed"
            )
        if isinstance(key, (bool, _numpy.bool)):
            text = (
                "Indexing flat iterators with a 0-dimensional boolean index is deprecated and may be removed "
                "in a future version. (Deprecated NumPy 2.4)"
            )
            warnings.warn(text, DeprecationWarning, stacklevel=3)
            return 0 if key else slice(0, 0)
        if isinstance(key, list):
            if key and all(isinstance(item, bool) for item in key):
                raise IndexError("boolean indices for iterators are not supported")
            if any(isinstance(item, float) for item in key):
                text = "Invalid non-array indices for iterator objects are deprecated and will be removed."
                warnings.warn(text, DeprecationWarning, stacklevel=3)
            return _numpy.array(key, dtype=_numpy.intp)
        if getattr(key, "dtype", None) == _numpy.dtype(bool) and (key.ndim != 1 or len(key) != len(self)):
            raise IndexError(
                "boolean index did not match indexed flat iterator along axis 0; "
                f"size of axis is {len(self)} but size of corresponding boolean axis is {key.size}"
            )
        return key

    def __getitem__(self, key):
        result = self.base.ravel()[self._checked(key)]
        return result if result._is_scalar else result.copy()

    def __delitem__(self, key):
        raise TypeError("Cannot delete iterator elements")

    def __setitem__(self, key, value):
        if type(key) is tuple and not key:
            raise IndexError("Assigning to a flat iterator with a 0-D index is not supported")
        key = self._checked(key)
        flat = self.base.ravel()
        if isinstance(value, (list, tuple)) and isinstance(key, (int, _numpy.integer)):
            raise ValueError("Error setting single item of array.")
        source = value.ravel() if hasattr(value, "ravel") else value
        if not hasattr(source, "__len__"):
            flat[key] = source
        else:  # NumPy repeats values that are too few and drops those that are too many
            target = flat[key]
            source = source if hasattr(source, "reshape") else _numpy.asarray(source)
            count = target.size
            if len(source) != count and count:
                source = source[_numpy.arange(count) % len(source)]
            flat[key] = source.reshape(target.shape) if count else source[:0]
        if not _shares(flat, self.base):
            self.base[...] = flat.reshape(self.base.shape)

    def _compared(self, other, operation):
        other = other.base.ravel() if isinstance(other, flatiter) else other
        return operation(self.base.ravel(), other)

    __hash__ = None

    def __eq__(self, other):
        return self._compared(other, operator.eq)

    def __ne__(self, other):
        return self._compared(other, operator.ne)

    def __lt__(self, other):
        return self._compared(other, operator.lt)

    def __le__(self, other):
        return self._compared(other, operator.le)

    def __gt__(self, other):
        return self._compared(other, operator.gt)

    def __ge__(self, other):
        return self._compared(other, operator.ge)

    def copy(self):
        """The elements as a one-dimensional array."""
        return self.base.flatten()

    def __array__(self, dtype=None, /, *, copy=None):
        host = self.base.to_numpy()
        flat = host.reshape(-1)
        if not host.flags.c_contiguous:  # a copy: what is written to it would be lost
            flat.flags.writeable = False
        return _numpy.asarray(flat, dtype=dtype, copy=copy)


def ufunc_signature(nin: int, is_product: bool) -> inspect.Signature:
    """The signature of a ufunc with that many inputs; products have axes instead of a mask."""
    inputs = ("x",) if nin == 1 else tuple(f"x{i + 1}" for i in range(nin))
    axes = {"axes": _numpy._NoValue, "axis": _numpy._NoValue, "keepdims": False}
    keywords = {
        **(axes if is_product else {"where": True}),
        "casting": "same_kind",
        "order": "K",
        "dtype": None,
        "subok": True,
        "signature": None,
    }
    make = inspect.Parameter
    return inspect.Signature(
        [make(name, make.POSITIONAL_ONLY) for name in inputs]
        + [make("out", make.POSITIONAL_OR_KEYWORD, default=None)]
        + [make(name, make.KEYWORD_ONLY, default=value) for name, value in keywords.items()]
    )


def _shares(a, b) -> bool:
    return a.base is b or (a.base is not None and a.base is b.base) or a is b


def ctypes_of(array):
    """numpy.ndarray.ctypes of an array on the CPU."""
    return _numpy.asarray(array).ctypes
