# SPDX-License-Identifier: BSD-3-Clause
"""Settings, and what this installation consists of."""

import os
import platform
import sys

import numpy as _numpy

from . import _core, _fallback


class Config:
    """What happens to work that is not the device's.

    transfers: "allow", "warn" or "error" when an operation copies a NumPy array to a GPU.
    fallback: the same when a function runs through NumPy on the host.
    """

    def __init__(self):
        self._transfers = "allow"

    @property
    def transfers(self) -> str:
        """What happens when an operation copies a NumPy array to a GPU."""
        return self._transfers

    @transfers.setter
    def transfers(self, value: str):
        _core._set_transfers(_index(value, "transfers"))
        self._transfers = value

    @property
    def fallback(self) -> str:
        """What happens when a function runs through NumPy on the host."""
        return _fallback.mode

    @fallback.setter
    def fallback(self, value: str):
        _index(value, "fallback")
        _fallback.mode = value

    @property
    def transfer_counts(self) -> tuple[int, int]:
        """Number of NumPy arrays copied to a GPU by operations, and their bytes."""
        return _core._transfer_counts()

    @property
    def fallback_counts(self) -> dict[str, int]:
        """Number of calls through NumPy by function."""
        return dict(_fallback.counts)

    def __repr__(self):
        return f"<numloom.config transfers={self.transfers!r} fallback={self.fallback!r}>"


def _index(value: str, name: str) -> int:
    if value not in _fallback.MODES:
        raise ValueError(f"[config.{name}] expected one of {', '.join(_fallback.MODES)}, got {value!r}")
    return _fallback.MODES.index(value)


config = Config()


def _libraries() -> dict[str, str]:
    """Numerical libraries that this process has open, by path."""
    wanted = ("openblas", "cublas", "cusolver", "cufft", "nvrtc", "libcuda.")
    found = {}
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split(maxsplit=5)[5].strip() for line in maps if line.count("/")}
    except OSError:
        return found
    for path in sorted(paths):
        name = os.path.basename(path)
        for key in wanted:
            if key in name:
                found.setdefault(key.strip("."), path)
    return found


def _cuda() -> dict[str, str]:
    """What this build has of CUDA, and each device, or why there is none."""
    driver, runtime, build, absence = _core._cuda_versions()
    facts = {"build": f"CUDA {_version(runtime)}" if build == "CUDA" else build}
    if build == "CUDA":
        facts["driver"] = f"for CUDA {_version(driver)}" if driver else "none found"
    if absence:
        facts["devices"] = f"none: {absence}"
    for device in _core.devices()[1:]:
        about = _core._device_facts(device)
        facts[str(device)] = f"{about['name'].decode()}, compute capability {about['major']}.{about['minor']}"
    return facts


def _version(number: int) -> str:
    return f"{number // 1000}.{number % 1000 // 10}"


def show_config(mode: str = "stdout"):
    """Print (or, with mode="dicts", return) versions, devices, libraries, settings and fallbacks used."""
    facts = {
        "versions": {
            "numloom": _core.__version__,
            "numpy": _numpy.__version__,
            "python": sys.version.split()[0],
            "machine": platform.machine(),
        },
        "devices": {str(d): "current" if d == _core.current_device() else "" for d in _core.devices()},
        "cpu": _core._cpu_facts(),
        "cuda": _cuda(),
        "libraries": _libraries() or {"none open yet": "they are opened at first use"},
        "config": {"transfers": config.transfers, "fallback": config.fallback},
        "transfers to a GPU": dict(zip(("arrays", "bytes"), config.transfer_counts)),
        "calls through NumPy": config.fallback_counts or {"none": ""},
    }
    if mode == "dicts":
        return facts
    if mode != "stdout":
        raise ValueError(f"[show_config] expected mode 'stdout' or 'dicts', got {mode!r}")
    for title, rows in facts.items():
        print(f"{title}:")
        for key, value in rows.items():
            print(f"  {key:<12} {value}")
    return None
