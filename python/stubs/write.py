#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (the lines of stubs are long)
"""Writes the type stubs of the package from what it really has: python/numloom/*.pyi.

A test checks that they are fresh. Run it with the built package on the path: PYTHONPATH=build/cpu/python.
"""

import inspect
import pathlib

import numpy

import numloom
from numloom import _names

_HEAD = """# SPDX-License-Identifier: BSD-3-Clause
# Written by python/stubs/write.py with NumPy {version}; do not edit.
# ruff: noqa
# fmt: off
"""
_IMPORTS = """from collections.abc import Callable, Sequence
from typing import Any

import numpy
from numpy.typing import ArrayLike, DTypeLike
"""

_TYPES = {
    "axis": "int | Sequence[int] | None",
    "casting": "str",
    "copy": "bool | None",
    "ddof": "float",
    "descending": "bool",
    "device": "Device | str | None",
    "dtype": "DTypeLike | None",
    "endpoint": "bool",
    "keepdims": "bool",
    "kind": "str | None",
    "mode": "str",
    "ndmin": "int",
    "num": "int",
    "order": "str | None",
    "out": "ndarray | None",
    "retstep": "bool",
    "shape": "int | Sequence[int]",
    "side": "str",
    "stable": "bool | None",
    "subok": "bool",
    "where": "ArrayLike | bool",
}
_RESULTS = {
    "meshgrid": "tuple[ndarray, ...]", "nonzero": "tuple[ndarray, ...]", "split": "list[ndarray]",
    "array_split": "list[ndarray]", "broadcast_arrays": "tuple[ndarray, ...]", "broadcast_shapes": "tuple[int, ...]",
    "put": "None", "devices": "list[Device]", "device_count": "int", "current_device": "Device", "get": "numpy.ndarray",
    "to_numpy": "numpy.ndarray", "toDlpack": "Any", "tolist": "Any", "item": "Any", "tobytes": "bytes", "fill": "None", "where": "Any",
    "linspace": "Any", "synchronize": "None", "memory_stats": "dict[str, int]", "set_memory_limit": "None",
    "reset_peak_memory": "None", "free_cached_memory": "None", "may_share_memory": "bool",
    "allclose": "bool", "array_equal": "bool", "array_equiv": "bool", "vsplit": "list[ndarray]",
    "hsplit": "list[ndarray]", "dsplit": "list[ndarray]", "unstack": "tuple[ndarray, ...]", "atleast_1d": "Any",
    "atleast_2d": "Any", "atleast_3d": "Any", "average": "Any", "real": "Any", "imag": "Any", "trim_zeros": "Any",
    "place": "None", "putmask": "None", "put_along_axis": "None", "fill_diagonal": "None", "unique_all": "Any",
    "unique_counts": "Any", "unique_inverse": "Any", "histogram": "tuple[ndarray, ndarray]",
    "histogram2d": "tuple[ndarray, ndarray, ndarray]", "histogramdd": "tuple[ndarray, list[ndarray]]",
}  # fmt: skip
_PROPERTIES = {
    "shape": "tuple[int, ...]", "strides": "tuple[int, ...]", "dtype": "numpy.dtype[Any]", "ndim": "int", "size": "int",
    "itemsize": "int", "nbytes": "int", "device": "Device", "data": "memoryview", "base": "Any", "flags": "Any",
    "flat": "Any", "ctypes": "Any",
}  # fmt: skip
_BINARY = [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "lshift",
    "rshift",
    "and",
    "or",
    "xor",
    "matmul",
]


def _parameter(p: inspect.Parameter) -> str:
    if p.name in ("self", "memo", "obj"):
        return p.name if p.default is p.empty else f"{p.name}: Any = ..."
    kind = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
    if kind:
        return f"{kind}{p.name}: Any"
    return f"{p.name}: {_TYPES.get(p.name, 'Any')}" + ("" if p.default is p.empty else " = ...")


def _signature(function) -> str:
    """The parameters with types, as they stand in a def."""
    parts, before = [], None
    for p in inspect.signature(function).parameters.values():
        if before is not None and before.kind is p.POSITIONAL_ONLY and p.kind is not p.POSITIONAL_ONLY:
            parts.append("/")
        if p.kind is p.KEYWORD_ONLY and (
            before is None or before.kind not in (p.KEYWORD_ONLY, p.VAR_POSITIONAL)
        ):
            parts.append("*")
        parts.append(_parameter(p))
        before = p
    if before is not None and before.kind is before.POSITIONAL_ONLY:
        parts.append("/")
    return ", ".join(parts)


def _function(name: str, function, result: str = "ndarray", indent: str = "") -> str:
    try:
        signature = _signature(function)
    except (ValueError, TypeError):
        signature = "self, *args: Any, **kwargs: Any" if indent else "*args: Any, **kwargs: Any"
    return f"{indent}def {name}({signature}) -> {_RESULTS.get(name, result)}: ..."


def _array_class() -> list[str]:
    lines = ["class ndarray:"]
    lines.append(
        "    def __init__(self, shape: int | Sequence[int], dtype: DTypeLike = ..., buffer: Any = ..., "
        "offset: int = ..., strides: Sequence[int] | None = ..., order: str | None = ...) -> None: ..."
    )
    for name, value in sorted(vars(numloom.ndarray).items()):
        if name.startswith("_"):
            continue
        if inspect.isgetsetdescriptor(value):
            lines += ["    @property", f"    def {name}(self) -> {_PROPERTIES.get(name, 'ndarray')}: ..."]
        elif callable(value):
            lines.append(_function(name, value, indent="    "))
    for name in _BINARY:
        for prefix in ("", "r", "i"):
            lines.append(f"    def __{prefix}{name}__(self, other: Any, /) -> ndarray: ...")
    for name in ("lt", "le", "gt", "ge"):
        lines.append(f"    def __{name}__(self, other: Any, /) -> ndarray: ...")
    for name in ("eq", "ne"):
        lines.append(f"    def __{name}__(self, other: Any, /) -> ndarray: ...  # type: ignore[override]")
    for name in ("neg", "pos", "abs", "invert"):
        lines.append(f"    def __{name}__(self) -> ndarray: ...")
    for name, result in {"bool": "bool", "int": "int", "float": "float", "complex": "complex", "index": "int",
                         "len": "int", "hash": "int"}.items():  # fmt: skip
        lines.append(f"    def __{name}__(self) -> {result}: ...")
    lines.append("    def __getitem__(self, key: Any, /) -> ndarray: ...")
    lines.append("    def __setitem__(self, key: Any, value: Any, /) -> None: ...")
    lines.append("    def __iter__(self) -> Any: ...")
    lines.append("    def __contains__(self, value: Any, /) -> bool: ...")
    lines.append("    def __array__(self, dtype: Any = ..., copy: Any = ...) -> numpy.ndarray: ...")
    lines.append("    def __dlpack__(self, **kwargs: Any) -> Any: ...")
    lines.append("    def __dlpack_device__(self) -> tuple[int, int]: ...")
    return lines


_UFUNC_CLASS = """class ufunc:
    @property
    def nin(self) -> int: ...
    @property
    def nout(self) -> int: ...
    @property
    def nargs(self) -> int: ...
    @property
    def types(self) -> list[str]: ...
    @property
    def ntypes(self) -> int: ...
    @property
    def identity(self) -> Any: ...
    @property
    def signature(self) -> str | None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def reduce(self, array: ArrayLike, axis: Any = ..., dtype: DTypeLike | None = ..., out: ndarray | None = ..., keepdims: bool = ..., initial: Any = ..., where: Any = ...) -> ndarray: ...
    def accumulate(self, array: ArrayLike, axis: int = ..., dtype: DTypeLike | None = ..., out: ndarray | None = ...) -> ndarray: ...
    def outer(self, a: ArrayLike, b: ArrayLike, /, **kwargs: Any) -> ndarray: ...
    def at(self, a: ndarray, indices: Any, b: Any = ..., /) -> None: ...
    def reduceat(self, array: ArrayLike, indices: Any, axis: int = ..., dtype: DTypeLike | None = ..., out: ndarray | None = ...) -> ndarray: ..."""

_KERNEL_CLASSES = """class Kernel:
    name: str
    source: str
    signature: str
    attributes: dict[str, int]
    configs: list[dict[str, Any]]
    max_dynamic_shared_size_bytes: int
    def __init__(self, source: str, name: str | None = ..., *, options: Sequence[str] = ..., defines: dict[str, Any] | None = ..., headers: dict[str, str] | None = ..., include_dirs: Sequence[str] = ..., debug: bool = ..., check: bool = ..., file: str | None = ..., names: Sequence[str] = ..., templates: dict[str, Any] | None = ..., cooperative: bool = ..., tune: dict[str, Sequence[Any]] | None = ..., where: Any = ..., block: Any = ..., grid: Any = ..., size: Any = ..., shared: Any = ..., budget: float = ..., max_configs: int = ..., mode: str = ..., tuning: Any = ..., tune_key: Callable[..., Any] | None = ..., verify: float | bool | None = ...) -> None: ...
    def __call__(self, *args: Any, size: int = ..., grid: int | Sequence[int] = ..., block: int | Sequence[int] | str = ..., shared: int = ..., stream: Stream | None = ..., cooperative: bool = ...) -> None: ...
    def __getitem__(self, key: Any) -> Any: ...
    @property
    def const(self) -> Any: ...
    def best_block(self, shared: int) -> int: ...
    def best_config(self, *args: Any, **launch: Any) -> dict[str, Any]: ...
    def check_configs(self, *args: Any, **launch: Any) -> int: ...
    def compile(self) -> Kernel: ...
    def device_image(self, architecture: str) -> bytes: ...
    def get_global(self, name: str) -> ndarray: ...
    def set_constant(self, name: str, values: ArrayLike) -> None: ...
    def max_cooperative_blocks(self, threads: int, shared: int = ...) -> int: ...
    def save_tuning(self, path: Any) -> None: ...
    def sibling(self, name: str) -> Kernel: ...
    def time(self, *args: Any, repeat: int = ..., warmup: int = ..., **launch: Any) -> KernelTimes: ...
    def tuning_report(self) -> str: ...
    def variant(self, config: dict[str, Any] | None = ...) -> Kernel: ...
    def writes(self, *args: Any) -> tuple[bool, ...]: ...

class In:
    array: Any
    def __init__(self, array: Any) -> None: ...

class Out(In): ...

class InOut(In): ...
"""

_OWN_CLASSES = """class Device:
    def __init__(self, device: Device | str | None = ...) -> None: ...
    @property
    def type(self) -> str: ...
    @property
    def index(self) -> int: ...
    def use(self) -> None: ...
    def synchronize(self) -> None: ...
    def __enter__(self) -> Device: ...
    def __exit__(self, *args: Any) -> None: ...

class Stream:
    def __init__(self, device: Device | str | None = ...) -> None: ...
    @property
    def device(self) -> Device: ...
    @property
    def ptr(self) -> int: ...
    def __cuda_stream__(self) -> tuple[int, int]: ...
    def synchronize(self) -> None: ...
    def query(self) -> bool: ...
    def wait(self, event: Event) -> None: ...
    def __enter__(self) -> Stream: ...
    def __exit__(self, *args: Any) -> None: ...

class Event:
    def __init__(self, device: Device | str | None = ...) -> None: ...
    def record(self, stream: Stream | None = ..., device: Device | str | None = ...) -> None: ...
    def query(self) -> bool: ...
    def synchronize(self) -> None: ...
    def elapsed_since(self, start: Event) -> float: ..."""

_BOUND_WITH_PYBIND11 = {
    "kernel_cache_info": "() -> dict[str, Any]",
    "clear_kernel_cache": "() -> None",
    "devices": "() -> list[Device]",
    "current_device": "() -> Device",
    "device_count": "(type: str = ...) -> int",
    "synchronize": "(device: Device | str | None = ...) -> None",
    "memory_stats": "(device: Device | str | None = ...) -> dict[str, int]",
    "set_memory_limit": "(bytes: int, device: Device | str | None = ...) -> None",
    "reset_peak_memory": "(device: Device | str | None = ...) -> None",
    "free_cached_memory": "(device: Device | str | None = ...) -> None",
    "may_share_memory": "(a: ArrayLike, b: ArrayLike, max_work: Any = ...) -> bool",
}


def _main_stub() -> str:
    lines = [_HEAD.format(version=".".join(numpy.__version__.split(".")[:2])) + _IMPORTS]
    lines.append("from . import fft as fft, linalg as linalg, random as random")
    lines.append("from ._config import config as config, show_config as show_config")
    lines.append(
        "from ._errors import CompileError as CompileError, CudaError as CudaError, NotAvailableError as NotAvailableError, TransferError as TransferError"
    )
    host = [name for name in _names.HOST if name.isidentifier() and not name.startswith("__")]
    lines += ["from numpy import (", *(f"    {name} as {name}," for name in host), ")", ""]
    for module in sorted(set(_names.LATE.values())):
        late = sorted(name for name, where in _names.LATE.items() if where == module)
        lines.append(f"from .{module} import {', '.join(f'{n} as {n}' for n in late)}")
    lines += [
        "__version__: str",
        "",
        _OWN_CLASSES,
        "",
        _KERNEL_CLASSES,
        "",
        _UFUNC_CLASS,
        "",
        *_array_class(),
        "",
    ]
    for name in _names.NATIVE:
        value = getattr(numloom, name)
        if isinstance(value, numloom.ufunc):
            lines.append(f"{name}: ufunc")
        elif name in _BOUND_WITH_PYBIND11:
            lines.append(f"def {name}{_BOUND_WITH_PYBIND11[name]}: ...")
        elif not isinstance(value, type):
            lines.append(_function(name, value))
    for name, value in sorted(_names.COMPOSED.items()):
        if isinstance(value, type):
            lines.append(f"from numpy import {name} as {name}")  # made here of NumPy's
        else:
            lines.append(_function(name, value, "Any") if callable(value) else f"{name}: Any")
    lines += [f"def {name}(*args: Any, **kwargs: Any) -> Any: ..." for name in _names.FALLBACK]
    return "\n".join(lines) + "\n"


def _space_stub(module) -> str:
    lines = [_HEAD.format(version=".".join(numpy.__version__.split(".")[:2]))]
    native = [name for name in module.__all__ if inspect.isbuiltin(getattr(module, name))]
    lines += [_IMPORTS, "from . import Device, ndarray", ""] if native else ["from typing import Any", ""]
    for name in module.__all__:
        value = getattr(module, name)
        if isinstance(value, type):
            lines.append(f"{name}: type[Any]")
        elif name in native:
            lines.append(_function(name, value))
        else:
            lines.append(f"def {name}(*args: Any, **kwargs: Any) -> Any: ...")
    return "\n".join(lines) + "\n"


def stubs() -> dict[str, str]:
    """File name -> text."""
    return {
        "__init__.pyi": _main_stub(),
        "fft.pyi": _space_stub(numloom.fft),
        "linalg.pyi": _space_stub(numloom.linalg),
    }


if __name__ == "__main__":
    folder = pathlib.Path(__file__).parents[1] / "numloom"
    for path, text in stubs().items():
        (folder / path).write_text(text)
        print(f"wrote {folder / path}")
