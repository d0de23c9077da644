# SPDX-License-Identifier: BSD-3-Clause
"""Random numbers: numpy.random. default_rng(seed) gives NumPy's own numbers, on every device.

Generator draws random, integers, standard_normal, normal and uniform natively; its other distributions, the
legacy functions and other bit generators run NumPy's on the host and share one state with the native ones.
"""

import numpy as _numpy
import numpy.random as _host
from numpy.random import MT19937, PCG64, PCG64DXSM, SFC64, BitGenerator, Philox, SeedSequence

from . import _core, _fallback

__all__ = sorted({*_host.__all__, "BitGenerator", "Generator", "default_rng"})


class Generator:
    """numpy.random.Generator whose arrays live on the current device."""

    def __init__(self, bit_generator):
        self._host = _host.Generator(bit_generator)
        self._is_pcg64 = type(bit_generator) is PCG64
        self._ahead = None  # the native generator, while it is the one that was drawn from last

    def _native(self):
        """The native generator at the current position; None for other bit generators."""
        if self._ahead is None and self._is_pcg64:
            s = self._host.bit_generator.state
            self._ahead = _core._PCG64(
                s["state"]["state"], s["state"]["inc"], bool(s["has_uint32"]), s["uinteger"]
            )
        return self._ahead

    def _on_host(self):
        """NumPy's generator at the current position."""
        if self._ahead is not None:
            state, increment, has_uint32, uinteger = self._ahead.state
            self._host.bit_generator.state = {
                "bit_generator": "PCG64",
                "state": {"state": state, "inc": increment},
                "has_uint32": int(has_uint32),
                "uinteger": uinteger,
            }
            self._ahead = None
        return self._host

    def _fall_back(self, name, args, kwargs):
        return _fallback.run(f"random.{name}", getattr(self._on_host(), name), args, kwargs)

    @property
    def bit_generator(self):
        """NumPy's bit generator, at the current position."""
        return self._on_host().bit_generator

    def spawn(self, n_children):
        """New generators that are independent of this one and of each other."""
        return [Generator(child.bit_generator) for child in self._on_host().spawn(n_children)]

    def random(self, size=None, dtype=_numpy.float64, out=None):
        """Uniform in [0, 1); float64 or float32."""
        return self._fill_or_draw("random", size, dtype, out)

    def standard_normal(self, size=None, dtype=_numpy.float64, out=None):
        """Normal with mean 0 and deviation 1; float64 or float32."""
        return self._fill_or_draw("standard_normal", size, dtype, out)

    def _fill_or_draw(self, name, size, dtype, out):
        native = self._native()
        if native is None or (out is not None and not isinstance(out, _core.ndarray)):
            kwargs = {"size": size, "dtype": dtype}
            return self._fall_back(name, (), kwargs if out is None else {**kwargs, "out": out})
        if out is None:
            return getattr(native, name)(size, _floating(dtype, name))
        if size is not None and (size if isinstance(size, tuple) else (size,)) != out.shape:
            raise ValueError("size must match out.shape when used together")
        if out.dtype != _floating(dtype, name):
            raise TypeError(
                f"Supplied output array has the wrong type. Expected {_numpy.dtype(dtype)}, got {out.dtype}"
            )
        getattr(native, f"{name}_into")(out)
        return out

    def integers(self, low, high=None, size=None, dtype=_numpy.int64, endpoint=False):
        """Uniform integers in [low, high), or [low, high] with endpoint; with one bound, from 0 to it."""
        native = self._native()
        first, last = (0, low) if high is None else (low, high)
        if native is None or not all(_is_number(b) and int(b) == b for b in (first, last)):
            return self._fall_back("integers", (low, high, size, dtype, endpoint), {})
        return native.integers(int(first), int(last), size, _numpy.dtype(dtype), endpoint)

    def uniform(self, low=0.0, high=1.0, size=None):
        """Uniform in [low, high)."""
        native = self._native()
        if native is None or not (_is_number(low) and _is_number(high)):
            return self._fall_back("uniform", (low, high, size), {})
        return native.uniform(float(low), float(high), size)

    def normal(self, loc=0.0, scale=1.0, size=None):
        """Normal with that mean and deviation."""
        native = self._native()
        if native is None or not (_is_number(loc) and _is_number(scale)):
            return self._fall_back("normal", (loc, scale, size), {})
        return native.normal(float(loc), float(scale), size)

    def __getattr__(self, name):
        if name.startswith("_") or not hasattr(_host.Generator, name):
            raise AttributeError(f"'Generator' object has no attribute {name!r}")

        def draw(*args, **kwargs):
            return self._fall_back(name, args, kwargs)

        draw.__name__, draw.__doc__ = name, getattr(_host.Generator, name).__doc__
        return draw

    def __repr__(self):
        return f"Generator({type(self._host.bit_generator).__name__})"

    def __reduce__(self):
        return Generator, (self.bit_generator,)


def _floating(dtype, name):
    found = _numpy.dtype(dtype)
    if found not in (_numpy.float64, _numpy.float32):
        raise TypeError(f"Unsupported dtype {found!r} for {name}")
    return found


def _is_number(value) -> bool:
    return isinstance(value, (int, float, _numpy.number)) or (
        isinstance(value, _core.ndarray) and value.ndim == 0 and value.dtype.kind in "biuf"
    )


def default_rng(seed=None):
    """A Generator over PCG64: the same seed gives the numbers that NumPy gives."""
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, _host.Generator):
        return Generator(seed.bit_generator)
    if isinstance(seed, BitGenerator):
        return Generator(seed)
    return Generator(PCG64(seed.to_numpy() if isinstance(seed, _core.ndarray) else seed))


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module 'numloom.random' has no attribute {name!r}")
    found = getattr(_host, name)
    if not isinstance(found, type):
        found = _fallback.make(f"random.{name}", found)
    globals()[name] = found
    return found


def __dir__():
    return __all__


_REEXPORTED = (MT19937, PCG64DXSM, SFC64, Philox, SeedSequence)
