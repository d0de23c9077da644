# SPDX-License-Identifier: BSD-3-Clause
"""Kernels that are measured when they run: Kernel(..., tune={...}). Imported when one is made.

The parameters' values make variants of one text. At the first call with arguments of a new kind each
variant runs on the caller's own arrays, is compared with the first one, and is timed; the fastest is kept,
in memory and in the cache folder (_tuning_store), and runs from then on.
"""

import logging
import os
import random
import sys
import time
import warnings

import numloom

from . import _core
from ._tuning_expressions import Expression, combinations
from ._tuning_store import Store

__all__ = ["KernelTimes", "TunedKernel", "TuningWarning"]

MODES = ("auto", "cached", "force", "off")
FIRST_RUNS, MOST_RUNS, NEAR_THE_BEST = 3, 15, 1.3
# How far results of a variant may be from the first one's, relative to the largest of them.
TOLERANCE = {"float16": 1e-2, "float32": 1e-4, "complex64": 1e-4, "float64": 1e-10, "complex128": 1e-10}
_log = logging.getLogger("numloom")


class TuningWarning(UserWarning):
    """A variant of a tuned kernel was left out: it fails, or computes something else than the first."""


class KernelTimes(tuple):
    """The seconds of each run that Kernel.time() measured."""

    __slots__ = ()

    @property
    def min(self) -> float:
        """The shortest run."""
        return min(self)

    @property
    def median(self) -> float:
        """The middle run."""
        ordered = sorted(self)
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

    def __repr__(self) -> str:
        """Both in microseconds."""
        return (
            f"KernelTimes(min {1e6 * self.min:.1f} us, median {1e6 * self.median:.1f} us, {len(self)} runs)"
        )


def _array_in(argument):
    """The array that an argument is or that In, Out or InOut holds, or None."""
    if isinstance(argument, (_core.In, _core.Out, _core.InOut)):
        return argument.array
    return argument if hasattr(argument, "dtype") and getattr(argument, "ndim", 0) else None


class _Snapshot:
    """What the arrays that a kernel may write to held before it ran."""

    def __init__(self, arguments, written):
        arrays = [
            _array_in(a)
            for a, may_change in zip(arguments, written, strict=True)
            if may_change and not isinstance(a, _core.In)
        ]
        self.kept = [(a, a.copy()) for a in arrays if a is not None]

    def restore(self):
        for array, before in self.kept:
            array[...] = before

    def results(self):
        return [array.copy() for array, _ in self.kept]


def _same(result, expected, tolerance) -> bool:
    if result.dtype.names is not None:  # structures: NumPy's, compared byte by byte
        return result.tobytes() == expected.tobytes()
    allowed = TOLERANCE.get(str(result.dtype), 0) if tolerance is None else tolerance
    if not allowed:
        return bool((result == expected).all())
    largest = float(numloom.nanmax(abs(expected))) if expected.size else 0.0
    scale = largest if largest < float("inf") else 0.0
    return bool(numloom.allclose(result, expected, rtol=allowed, atol=allowed * scale, equal_nan=True))


class _Variant:
    """One choice of values, its kernel, and how fast it was."""

    def __init__(self, config, kernel):
        self.config, self.kernel = config, kernel
        self.seconds = []
        self.problem = ""
        self.results = []  # of the first one: what the others are compared with

    @property
    def median(self) -> float:
        return KernelTimes(self.seconds).median if self.seconds else float("inf")


def _outline(source, name):
    """Plain name, template parameters and parameters of the kernel, and what `name` says of the first."""
    base, _, given = (name or "").partition("<")
    found = [o for o in _core._kernel_outlines(source) if not base or o[0] == base.strip().split("::")[-1]]
    if len(found) != 1:
        raise ValueError(f"[Kernel] tune: expected the name of one kernel of the source, got {name!r}")
    plain, templates, parameters = found[0]
    words = [w.strip() for w in given.rpartition(">")[0].split(",")] if given else []
    return base.strip() or plain, templates, parameters, dict(zip(templates, words, strict=False))


class TunedKernel(_core.Kernel):
    """Kernel(source, name, tune={"BX": [64, 128], "TILE": [1, 2]}, ...): the fastest of several variants.

    tune: a list of values for each parameter; one that is a template parameter of the kernel becomes its
    argument, any other a macro. where: expressions (or callables of a dict) that a choice must satisfy.
    block, grid, size, shared: numbers, expressions over the parameters and the kernel's arguments
    ("ceil(n / (BX * TILE))"), tuples of them, or callables of a dict; Kernel Tuner's block_size_x is
    understood. budget: seconds that one tuning may take. max_configs: variants that it may measure. mode:
    "auto" (measure what is not known yet), "cached" (never measure), "force" (measure again), "off" (the
    first variant); the environment's NUMLOOM_TUNE comes before it. tuning: a file that save_tuning()
    wrote. tune_key: a callable of the arguments, for what a measurement holds for besides source, device
    and dtypes (default: the integers in `grid` and `size`, to powers of two). verify: the relative
    difference of results that is allowed (default by dtype), or False.

    Source: the tuners of Kernel Tuner and Triton, from their documentation.
    """

    def __new__(cls, source, name=None, *, tune, where=(), block=None, grid=None, size=None, shared=0,
                budget=2.0, max_configs=64, mode="auto", tuning=None, tune_key=None, verify=None,
                **options):  # fmt: skip
        """Make the kernel; its variants compile when it is first called."""
        options.setdefault("file", sys._getframe(1).f_code.co_filename)
        self = super().__new__(cls, source, name or None, **options)
        base, templates, self._parameters, given = _outline(source, name)
        if mode not in MODES:
            raise ValueError(f"[Kernel] expected a mode of {', '.join(MODES)}, got {mode!r}")
        configs = combinations(tune, where)
        self._tune = {key: list(values) for key, values in tune.items()}
        self._configs = configs
        self._as_template = [key for key in tune if key in templates]
        self._given = {p: w for p, w in given.items() if p not in tune and w != p}
        self._base, self._options = base, options
        if block is None and "block_size_x" in tune:
            block = tuple(f"block_size_{d}" for d in "xyz" if f"block_size_{d}" in tune)
        allowed = {*tune, *self._parameters}
        shape = {"block": block, "grid": grid, "size": size, "shared": shared}
        self._shape = {k: Expression(v, k, allowed) for k, v in shape.items() if v is not None}
        self._budget, self._max_configs, self._mode = budget, max_configs, mode
        self._tune_key, self._verify = tune_key, verify
        portable = {k: v for k, v in options.items() if k != "file"}
        self._store = Store(base, source, (tune, where, shape, portable), tuning)
        self._variants, self._chosen, self._reports, self._constants = {}, {}, [], {}
        return self

    # ---- variants ----

    def variant(self, config=None):
        """The kernel with these values: a plain Kernel. None: the first choice."""
        config = self._configs[0] if config is None else config
        key = tuple(config[name] for name in self._tune)
        if key not in self._variants:
            options = dict(self._options)
            macros = {k: v for k, v in config.items() if k not in self._as_template}
            options["defines"] = {**(options.get("defines") or {}), **macros}
            options["templates"] = {**self._given, **{k: config[k] for k in self._as_template}}
            kernel = _core.Kernel(self.source, self._base, **options)
            for name, values in self._constants.items():
                kernel.const[name] = values
            self._variants[key] = kernel
        return self._variants[key]

    @property
    def signature(self):
        """Name and parameters of the first variant, as compiled."""
        return self.variant().signature

    @property
    def configs(self):
        """Every choice of values that `where` leaves, the first one first."""
        return [dict(c) for c in self._configs]

    @property
    def const(self):
        """k.const["w"] = a sets the variable of every variant."""
        return _Constants(self)

    def set_constant(self, name, values):
        """Copies values into a variable, in every variant."""
        self.const[name] = values

    def get_global(self, name):
        """Refused: each variant has variables of its own."""
        raise TypeError("[kernel] a tuned kernel's variants have variables of their own: use variant(config)")

    def compile(self):
        """Compile every variant."""
        for config in self._configs:
            self.variant(config).compile()
        return self

    def __getitem__(self, key):
        """Refused: a tuned kernel chooses its launch and its template arguments."""
        raise TypeError("[kernel] a tuned kernel takes k(arguments...): its launch is part of what is tuned")

    def _launch_of(self, config, args, keywords):
        names = {**dict(zip(self._parameters, args, strict=False)), **config}
        launch = {k: e(names) for k, e in self._shape.items()}
        if "size" in keywords or "grid" in keywords:
            launch.pop("grid", None), launch.pop("size", None)
        launch.update(keywords)
        if "grid" not in launch and "size" not in launch:
            raise TypeError("[kernel] expected grid= or size=, at the kernel or at the call, got neither")
        return launch

    # ---- calls ----

    def __call__(self, *args, **keywords):
        """Launch the variant that is known to be fastest for such arguments, after measuring if need be."""
        mode = os.environ.get("NUMLOOM_TUNE") or self._mode
        if mode not in MODES:
            raise ValueError(f"[kernel] expected NUMLOOM_TUNE of {', '.join(MODES)}, got {mode!r}")
        key = self._key(args, keywords)
        config = self._configs[0] if mode == "off" else self._chosen.get(key)
        if config is None:
            config = self._choose(key, args, keywords, mode)
            self._chosen[key] = config
        self.variant(config)(*args, **self._launch_of(config, args, keywords))

    def time(self, *args, repeat=7, warmup=1, **keywords):
        """The times of the variant that a call would launch, see Kernel.time."""
        config = self._chosen.get(self._key(args, keywords), self._configs[0])
        launch = self._launch_of(config, args, keywords)
        return self.variant(config).time(*args, repeat=repeat, warmup=warmup, **launch)

    def writes(self, *args):
        """For each argument, whether the kernel may write to it."""
        return self.variant().writes(*args)

    def _key(self, args, keywords):
        """What a measurement holds for: (device, kinds of arguments, sizes)."""
        arrays = [_array_in(a) for a in args]
        where = next((a.device for a in arrays if isinstance(a, _core.ndarray)), None)
        kinds = ";".join(_kind(a) for a in arrays)
        if self._tune_key is not None:
            return str(where or _core.current_device()), kinds, (str(self._tune_key(*args)),)
        used = {n for k in ("grid", "size") if k in self._shape for n in self._shape[k].names}
        numbers = [a for p, a in zip(self._parameters, args, strict=False) if p in used]
        numbers += [keywords["size"]] if "size" in keywords else []
        return str(where or _core.current_device()), kinds, tuple(_rounded(a) for a in numbers)

    def _choose(self, key, args, keywords, mode):
        _, kinds, sizes = key
        stored_key = {"device": self.variant()._hardware(*args), "arguments": kinds, "sizes": list(sizes)}
        if mode != "force":
            entry = self._store.find(stored_key, nearest=mode == "cached")
            if entry is not None and entry["config"] in self._configs:
                return entry["config"]
        if mode == "cached":
            return self._configs[0]
        with self._store.lock(stored_key) as mine:
            if not mine:  # another process measures this
                return self._configs[0]
            return self._measure(stored_key, args, keywords)

    # ---- measuring ----

    def _measure(self, stored_key, args, keywords):
        began = time.perf_counter()
        left = lambda: self._budget - (time.perf_counter() - began)  # noqa: E731
        before = _Snapshot(args, self.variant().writes(*args))
        tried, first = {}, None
        try:
            for config in self._candidates(tried):
                if first is not None and (left() <= 0 or len(tried) >= self._max_configs):
                    break
                variant = self._try(config, first, before, args, keywords)
                tried[tuple(config.values())] = variant
                if first is None:
                    first = variant
            self._time_rounds(list(tried.values()), before, args, keywords, left)
        finally:
            before.restore()
        ranking = sorted((v for v in tried.values() if not v.problem), key=lambda v: v.median)
        self._note(stored_key, ranking, first, list(tried.values()), time.perf_counter() - began)
        return ranking[0].config

    def _try(self, config, first, before, args, keywords):
        """Run a variant, compare what it computes with the first one's results, and time it once."""
        variant = _Variant(config, self.variant(config))
        try:
            launch = self._launch_of(config, args, keywords)
            before.restore()
            variant.kernel(*args, **launch)
            results = before.results()
            if first is None:
                variant.results = results
            elif self._verify is not False:
                tolerance = None if self._verify is None or self._verify is True else self._verify
                pairs = zip(results, first.results, strict=True)
                if not all(_same(r, e, tolerance) for r, e in pairs):
                    variant.problem = "its results differ from the first variant's"
            if not variant.problem:
                self._run_timed(variant, before, args, launch)
        except (RuntimeError, ValueError, MemoryError) as error:
            if first is None:
                raise
            variant.problem = str(error).splitlines()[0]
        if variant.problem:
            text = f"[{self._base}] left out {_text(config)}: {variant.problem}"
            warnings.warn(text, TuningWarning, stacklevel=6)
        return variant

    def _run_timed(self, variant, before, args, launch):
        before.restore()
        variant.seconds += variant.kernel.time(*args, repeat=1, warmup=0, **launch)

    def _time_rounds(self, variants, before, args, keywords, left):
        """Rounds over all variants, against clocks that drift; the slow ones drop out after the first few."""
        for count in range(1, MOST_RUNS):
            good = [v for v in variants if not v.problem]
            if count >= FIRST_RUNS:
                limit = NEAR_THE_BEST * min(v.median for v in good)
                good = [v for v in good if v.median <= limit]
            if len(good) == 1 and count >= FIRST_RUNS:
                return
            for v in good:
                if left() <= 0:
                    return
                self._run_timed(v, before, args, self._launch_of(v.config, args, keywords))

    def _candidates(self, tried):
        """All choices if they are few; else the first, a random half of what is allowed, then neighbours."""
        if len(self._configs) <= self._max_configs:
            yield from self._configs
            return
        rng = random.Random(0)
        yield self._configs[0]
        yield from rng.sample(self._configs[1:], max(1, self._max_configs // 2 - 1))
        while True:  # one parameter changed, from the best so far
            best = min((v for v in tried.values() if not v.problem), key=lambda v: v.median).config
            near = [c for c in self._configs if sum(c[k] != best[k] for k in c) == 1]
            fresh = [c for c in near if tuple(c.values()) not in tried]
            if not fresh:
                fresh = [c for c in self._configs if tuple(c.values()) not in tried]
            if not fresh:
                return
            yield rng.choice(fresh)

    def _note(self, stored_key, ranking, first, tried, seconds):
        best, spread = ranking[0], KernelTimes(ranking[0].seconds)
        self._reports.append((stored_key, ranking, [v for v in tried if v.problem], len(self._configs)))
        entry = {
            "key": stored_key, "config": best.config, "microseconds": 1e6 * best.median,
            "shortest": 1e6 * spread.min, "first": 1e6 * first.median, "measured": len(tried),
            "runner_up": ranking[1].config if len(ranking) > 1 else None,
            "version": _core.__version__, "date": time.strftime("%Y-%m-%d"),
        }  # fmt: skip
        self._store.add(entry)
        faster = first.median / best.median
        _log.info("tuned %s: %d variants in %.1f s, %.2fx over the first, %s", self._base, len(tried),
                  seconds, faster, _text(best.config))  # fmt: skip

    def tuning_report(self) -> str:
        """What was measured in this process, as tables: fastest first, then what was left out and why."""
        lines = []
        for key, ranking, bad, count in self._reports:
            sizes = ", ".join(key["sizes"])
            lines.append(
                f"{self._base} on {key['device']}; {key['arguments']}" + (f"; {sizes}" if sizes else "")
            )
            for v in ranking:
                times = KernelTimes(v.seconds)
                ratio = v.median / ranking[0].median
                lines.append(f"  {1e6 * times.median:12.1f} us  {1e6 * times.min:12.1f} us  {ratio:6.2f}x  "
                             f"{len(times):2d} runs  {_text(v.config)}")  # fmt: skip
            lines += [f"  left out: {_text(v.config)}: {v.problem}" for v in bad]
            missing = count - len(ranking) - len(bad)
            lines += [f"  not measured within the budget: {missing} of {count}"] if missing else []
        return "\n".join(lines) or f"{self._base}: nothing was measured in this process"

    def check_configs(self, *args, **keywords) -> int:
        """Run every variant on the same arguments and compare their results; how many there are.

        Raises ValueError for the first one that computes something else. Arrays hold what they held before.
        """
        before = _Snapshot(args, self.variant().writes(*args))
        first = None
        try:
            for config in self._configs:
                before.restore()
                self.variant(config)(*args, **self._launch_of(config, args, keywords))
                results = before.results()
                first = results if first is None else first
                tolerance = None if isinstance(self._verify, (bool, type(None))) else self._verify
                if not all(_same(r, e, tolerance) for r, e in zip(results, first, strict=True)):
                    raise ValueError(f"[{self._base}] {_text(config)} computes something else than "
                                     f"{_text(self._configs[0])}")  # fmt: skip
        finally:
            before.restore()
        return len(self._configs)

    def save_tuning(self, path):
        """Write all that is known of this kernel to a JSON file, to ship it: Kernel(..., tuning=path)."""
        self._store.save(path)


class _Constants:
    """k.const of a tuned kernel: what is set is set in every variant, also in those made later."""

    def __init__(self, kernel):
        self._kernel = kernel

    def __setitem__(self, name, values):
        for variant in self._kernel._variants.values() or [self._kernel.variant()]:
            variant.const[name] = values
        self._kernel._constants[name] = values.copy() if hasattr(values, "copy") else values

    def __getitem__(self, name):
        return self._kernel.variant().const[name]


def _text(config) -> str:
    return ", ".join(f"{name}={value}" for name, value in config.items())


def _kind(array) -> str:
    """The dtype of an array and how it lies in memory; "-" for what is no array."""
    if array is None:
        return "-"
    flags = array.flags
    layout = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "S"
    return f"{array.dtype}:{array.ndim}{layout}"


def _rounded(number) -> str:
    """To the next power of two, for integers: near sizes share a measurement."""
    try:
        value = int(number)
    except TypeError:
        return str(getattr(number, "shape", number))
    return str(1 << max(value - 1, 0).bit_length()) if value > 0 else str(value)
