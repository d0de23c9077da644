# SPDX-License-Identifier: BSD-3-Clause
"""What is known of tuned kernels: lines of JSON in the cache folder, and files to ship."""

import contextlib
import fcntl
import hashlib
import json
import math
import os

from . import _core


def _text(value):
    return f"{value.__module__}.{value.__qualname__}" if callable(value) else str(value)


class Store:
    """The measurements of one kernel: source, options and choices are part of the file's name."""

    def __init__(self, name, source, rest, shipped):
        described = json.dumps([_core.__version__, source, rest], default=_text, sort_keys=True)
        self.kernel = hashlib.sha256(described.encode()).hexdigest()[:16]
        self._file = f"{name}-{self.kernel}.tuning.jsonl"
        self._own = []
        self._shipped = _read_shipped(shipped, self.kernel) if shipped is not None else []

    @property
    def path(self):
        """The file in the cache folder, which may change while a program runs."""
        return os.path.join(_core.kernel_cache_info()["folder"], self._file)

    def entries(self):
        """This process's, the cache's and the shipped ones, the newest of each first."""
        return [*reversed(self._own), *reversed(_read_lines(self.path)), *self._shipped]

    def find(self, key, *, nearest):
        """The measurement for this key. With nearest: of the same device and kinds of arguments, the one

        whose sizes are nearest, else the choice that was the best most often anywhere.
        """
        known = self.entries()
        for entry in known:
            if entry["key"] == key:
                return entry
        if not nearest or not known:
            return None
        alike = [e for e in known if all(e["key"][k] == key[k] for k in ("device", "arguments"))]
        if alike:
            return min(alike, key=lambda e: _distance(e["key"]["sizes"], key["sizes"]))
        texts = [json.dumps(e["config"]) for e in known]
        return known[texts.index(max(texts, key=texts.count))]

    def add(self, entry):
        """Append a line; one write, so that lines of several processes do not mix."""
        self._own.append(entry)
        line = json.dumps({"kernel": self.kernel, **entry}) + "\n"
        with contextlib.suppress(OSError):
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)

    @contextlib.contextmanager
    def lock(self, key):
        """True for the process that may measure this key; the system lets go when it dies."""
        name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:8]
        try:
            handle = os.open(f"{self.path}.{name}.lock", os.O_WRONLY | os.O_CREAT, 0o666)
        except OSError:  # no folder to write to: nobody shares it either
            yield True
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = True
        except OSError:
            mine = False
        try:
            yield mine
        finally:
            if mine:
                with contextlib.suppress(OSError):
                    os.unlink(f"{self.path}.{name}.lock")
            os.close(handle)

    def save(self, path):
        """One JSON file with the newest measurement of each key."""
        newest = {}
        for entry in self.entries():
            newest.setdefault(json.dumps(entry["key"]), {"kernel": self.kernel, **entry})
        with open(path, "w") as file:
            json.dump({"numloom_tuning": 1, "entries": list(newest.values())}, file, indent=1)


def _distance(a, b):
    if len(a) != len(b):
        return math.inf
    total = 0.0
    for one, other in zip(a, b, strict=True):
        if one.isdigit() and other.isdigit() and int(one) and int(other):
            total += abs(math.log2(int(one) / int(other)))
        else:
            total += 0.0 if one == other else 100.0
    return total


def _is_entry(entry, kernel):
    whole = isinstance(entry, dict) and isinstance(entry.get("config"), dict)
    key = entry.get("key") if whole else None
    return (
        isinstance(key, dict)
        and {"device", "arguments", "sizes"} <= key.keys()
        and entry.get("kernel") == kernel
    )


def _read_lines(path, kernel=None):
    """The whole lines of a file; what is damaged is as if it had not been measured."""
    try:
        with open(path, errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    kernel = kernel or os.path.basename(path).split(".tuning")[0].rpartition("-")[2]
    entries = []
    for line in lines:
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            if _is_entry(entry, kernel):
                entries.append(entry)
    return entries


def _read_shipped(path, kernel):
    try:
        with open(path) as file:
            content = json.load(file)
        entries = content["entries"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"[Kernel] expected a file of save_tuning() for tuning, got {str(path)!r}") from None
    return [e for e in entries if _is_entry(e, kernel)]
