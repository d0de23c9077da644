# SPDX-License-Identifier: BSD-3-Clause
"""Random numbers: numpy.random. The same seed gives NumPy's own numbers, on every device.

The bit generators are NumPy's, state and all. Generator draws from those whose streams can be entered
anywhere (PCG64, PCG64DXSM, Philox) in parallel, on the device or on all cores. What it cannot draw so comes
from NumPy on the host and the same state: docs/differences.md lists it, the legacy functions among it.
"""

import functools
import inspect
import operator
import types as _types

import numpy as _numpy
import numpy.random as _host
from numpy.random import BitGenerator
from numpy.random.bit_generator import ISeedSequence

from . import _core, _fallback

__all__ = sorted({*_host.__all__, "BitGenerator", "Generator", "default_rng"})


# ---- bit generators ----


def _to_host(value):
    if not isinstance(value, _core.ndarray):
        return value
    return value.to_numpy()[()] if value.ndim == 0 else value.to_numpy()


class SeedSequence(_host.SeedSequence):
    """numpy.random.SeedSequence, whose entropy may be an array of any device."""

    def __init__(self, entropy=None, *, spawn_key=(), pool_size=4, n_children_spawned=0):
        """Mixes the entropy as NumPy does."""
        super().__init__(
            _to_host(entropy), spawn_key=spawn_key, pool_size=pool_size, n_children_spawned=n_children_spawned
        )


def _with_arrays(state, wanted, convert):
    """The state of a bit generator with its arrays converted."""
    if isinstance(state, dict):
        return {key: _with_arrays(value, wanted, convert) for key, value in state.items()}
    return convert(state) if isinstance(state, wanted) else state


class _Words:
    """Seeds, state and random_raw with arrays of numloom."""

    def __init__(self, seed=None, *more, **keywords):
        if not isinstance(seed, ISeedSequence) and not more and not keywords:
            seed = SeedSequence(seed)
        rest = {key: _to_host(value) for key, value in keywords.items()}
        super().__init__(_to_host(seed), *map(_to_host, more), **rest)

    @property
    def state(self):
        """The state as a dict; its arrays are on the CPU."""
        return _with_arrays(super().state, _numpy.ndarray, lambda a: _core._adopt(a, "cpu", False))

    @state.setter
    def state(self, value):
        theirs = super(_Words, type(self)).state
        theirs.__set__(self, _with_arrays(value, _core.ndarray, _core.ndarray.to_numpy))

    def random_raw(self, size=None, output=True):
        """The next words of the stream as they are; one as an int without a size."""
        if size is None or not output:
            return super().random_raw(size, output)
        return _Native(self)._raw(size)


class PCG64(_Words, _host.PCG64):
    """numpy.random.PCG64: a 128-bit LCG with the XSL-RR output function (O'Neill 2014)."""


class PCG64DXSM(_Words, _host.PCG64DXSM):
    """numpy.random.PCG64DXSM: PCG64 with a stronger output function."""


class Philox(_Words, _host.Philox):
    """numpy.random.Philox: 4x64 with ten rounds (Salmon, Moraes, Dror and Shaw 2011)."""


class MT19937(_Words, _host.MT19937):
    """numpy.random.MT19937: the Mersenne Twister (Matsumoto and Nishimura 1998)."""


class SFC64(_Words, _host.SFC64):
    """numpy.random.SFC64: Doty-Humphrey's small fast chaotic generator."""


_ENGINES = ((_host.PCG64, 1), (_host.PCG64DXSM, 2), (_host.Philox, 3))
_checked: dict[int, bool] = {}


def _engine_of(bit_generator) -> int:
    """The number of the engine that draws this stream on a device; 0 for none."""
    for kind, number in _ENGINES:
        if isinstance(bit_generator, kind):
            if number not in _checked:
                _checked[number] = _state_is_as_known(kind, number)
            return number if _checked[number] else 0
    return 0


def _state_is_as_known(kind, number: int) -> bool:
    """Does NumPy lay out this state as the native generator reads it?"""
    probe = kind(20240229)
    native = _core._Generator(probe, number)
    _host.Generator(probe).random(5, dtype=_numpy.float32)
    said = probe.state
    if kind is _host.Philox:
        words = (tuple(int(w) for w in said["state"][part]) for part in ("counter", "key"))
        buffer = tuple(int(w) for w in said["buffer"])
        expected = (*words, said["buffer_pos"], buffer, said["has_uint32"], said["uinteger"])
    else:
        expected = (said["state"]["state"], said["state"]["inc"], said["has_uint32"], said["uinteger"])
    return native._read_state() == expected


# ---- Generator ----


class _Native(_core._Generator):
    """What draws. It asks NumPy's generator over the same state for what it does not know."""

    def __new__(cls, bit_generator):
        return super().__new__(cls, bit_generator, _engine_of(bit_generator))

    @functools.cached_property
    def _host(self):
        return _host.Generator(self.bit_generator)

    def _call_host(self, name, counted, *args, **kwargs):
        """NumPy's method of that name. `counted`: numloom has none for these arguments."""
        method = getattr(self._host, name)
        if name == "shuffle" and args and not isinstance(args[0], _core.ndarray):
            return method(*args, **kwargs)  # in place, in NumPy's own array or a list
        out = kwargs.get("out")
        takes_any = name == "permuted" or not isinstance(out, _core.ndarray)
        if not takes_any and not (out.flags.writeable and out.flags.forc):
            raise ValueError(  # of the array here: its copy on the host would be contiguous
                "Supplied output array must be contiguous, writable, aligned, and in machine byte-order."
            )
        result = _fallback._Call().run(f"random.{name}", method, args, kwargs)
        if counted:
            _fallback.note(f"random.{name}")
        return result


class Generator(_host.Generator):
    """numpy.random.Generator whose arrays live on the current device.

    A subclass of NumPy's, because SciPy, scikit-learn and others ask for that.
    """

    def __init__(self, bit_generator):
        """A generator over the state of a bit generator, NumPy's or numloom's."""
        super().__init__(bit_generator)
        self._native = native = _Native(bit_generator)
        if type(self) is Generator:  # found before the methods of the class, which call them
            self.__dict__.update(zip(_DRAWING, _drawing_of(native)))

    def spawn(self, n_children):
        """New generators that are independent of this one and of each other."""
        return [Generator(child) for child in self.bit_generator.spawn(n_children)]

    def __repr__(self):
        return f"{self} at 0x{id(self):X}"

    def __str__(self):
        return f"{type(self).__name__}({type(self.bit_generator).__name__})"

    def __reduce__(self):
        return type(self), (self.bit_generator,)


def _drawing(name):
    found = getattr(_core._Generator, name)

    @functools.wraps(found)
    def draw(self, *args, **kwargs):
        return getattr(self._native, name)(*args, **kwargs)

    draw.__qualname__, draw.__module__ = f"Generator.{name}", __name__
    return draw


_DRAWING = [name for name in dir(_core._Generator) if not name.startswith("_") and name != "bit_generator"]
_drawing_of = operator.attrgetter(*_DRAWING)
for _name in _DRAWING:
    setattr(Generator, _name, _drawing(_name))


def default_rng(seed=None):
    """A Generator over PCG64: the same seed gives the numbers that NumPy gives."""
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, _host.Generator):
        return Generator(seed.bit_generator)
    if isinstance(seed, BitGenerator):
        return Generator(seed)
    if isinstance(seed, (_host.RandomState, RandomState)):
        return Generator(seed._bit_generator)
    return Generator(PCG64(_to_host(seed)))


# ---- the legacy generator ----

_WITH_DTYPE = {"randint"}  # NumPy's own parameter
_PLAIN = _fallback._PLAIN - {_numpy.ndarray}


@functools.cache
def _parameter_count(name):
    """How many parameters a distribution has, size the last of them; None for other functions."""
    try:
        parameters = list(inspect.signature(getattr(_host.RandomState, name)).parameters)[1:]
    except (AttributeError, ValueError):  # NumPy before 2.4 has no signatures there
        return None
    return len(parameters) if parameters and parameters[-1] == "size" else None


def _for_numpy(values, devices):
    """The values as NumPy takes them; None where more has to be done. `devices`: gets those of arrays."""
    given = []
    for value in values:
        kind = type(value)
        if kind is _core.ndarray:
            if value.ndim or not devices:
                devices.append(value.device)
            value = _to_host(value)
        elif kind is list or kind is tuple:
            if not _PLAIN.issuperset(map(type, value)):
                return None
        elif kind not in _PLAIN:
            return None
        given.append(value)
    return given


def _legacy_call(name, function, args, kwargs):
    """NumPy's frozen generator, its numbers on the current device; dtype= converts them.

    As in CuPy, it may also be the argument after size.
    """
    own = "dtype" in kwargs or len(args) - 1 == _parameter_count(name)  # not NumPy's parameter
    if not own and _PLAIN.issuperset(map(type, args)) and _PLAIN.issuperset(map(type, kwargs.values())):
        return _fallback.adopted(function(*args, **kwargs))
    if not own and name != "shuffle":
        devices = []
        given = _for_numpy(args, devices)
        if given is not None and not kwargs:
            return _fallback.adopted(function(*given), *devices[-1:])
        named = _for_numpy(kwargs.values(), devices)
        if given is not None and named is not None:
            return _fallback.adopted(function(*given, **dict(zip(kwargs, named))), *devices[-1:])
    dtype = None if name in _WITH_DTYPE else kwargs.pop("dtype", None)
    if len(args) - 1 == _parameter_count(name):
        *args, dtype = args
    if name == "shuffle" and len(args) == 1 and not kwargs:
        (sequence,) = args
        if not isinstance(sequence, _core.ndarray):
            return function(sequence)
        if sequence.device.type == "cpu":
            return function(sequence.to_numpy())  # which is the same memory
    result = _fallback._Call().run(f"random.{name}", function, args, kwargs)
    return result if dtype is None else _core.asarray(result, dtype=dtype)


class RandomState(_host.RandomState):
    """numpy.random.RandomState whose arrays live on the current device. Floats take dtype=."""

    def __init__(self, seed=None):
        """Seeded as NumPy's; a bit generator is drawn from."""
        if seed is None or not hasattr(seed, "capsule"):
            words = MT19937()
            if seed is not None:
                words._legacy_seeding(_to_host(seed))
            seed = words
        super().__init__(seed)
        # NumPy's methods call each other and expect its arrays: they run on an object of its own.
        self._host = _host.RandomState(seed)

    def __str__(self):
        return str(self._host)

    def __repr__(self):
        return f"{self} at 0x{id(self):X}"

    def __getstate__(self):
        return self._host.__getstate__()

    def __setstate__(self, state):
        self._host.__setstate__(_with_arrays(state, _core.ndarray, _core.ndarray.to_numpy))

    def __reduce__(self):
        return RandomState, (self._host._bit_generator,), self.__getstate__()


def _legacy_method(name):
    found = getattr(_host.RandomState, name)

    @functools.wraps(found, assigned=("__doc__", "__text_signature__"))
    def draw(self, *args, **kwargs):
        method = getattr(self._host, name)
        if name in ("get_state", "set_state", "seed"):
            return method(*map(_to_host, args), **kwargs)
        return _legacy_call(name, method, args, kwargs)

    draw.__name__, draw.__qualname__ = name, f"RandomState.{name}"
    return draw


for _name in dir(_host.RandomState):
    if not _name.startswith("_"):
        setattr(RandomState, _name, _legacy_method(_name))


def _make_legacy(name):
    found = getattr(_host, name)

    def draw(*args, **kwargs):
        return _legacy_call(name, found, args, kwargs)

    draw.__name__ = draw.__qualname__ = name
    draw.__module__ = "numloom.random"
    draw.__doc__ = f"numpy.random.{name}, its numbers on the current device.\n\n{inspect.getdoc(found) or ''}"
    return draw


__path__: list[str] = []  # a package, whose modules are its attributes


def __getattr__(name):
    """The legacy functions, made when they are asked for; NumPy's modules of bit generators as they are."""
    if isinstance(getattr(_host, name, None), _types.ModuleType) or name.endswith("_bit_generator"):
        return getattr(_host, name)
    if name not in __all__:
        raise AttributeError(f"module 'numloom.random' has no attribute {name!r}")
    found = getattr(_host, name)
    if not isinstance(found, type) and callable(found) and name not in ("get_state", "set_state"):
        found = _make_legacy(name)
    globals()[name] = found
    return found


def __dir__():
    return __all__
