# SPDX-License-Identifier: BSD-3-Clause
"""One library in one process: takes a row, times it when told to, hands the result over; in JSON lines."""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import time
import timeit
import traceback

import numpy

BATCH = 2e-3  # seconds that the calls between two looks at the clock take together


class Library:
    """NumPy's names as a library gives them, and the way to it and back."""

    def __init__(self, name: str, device: str):
        self.name, self.device = name, device
        self.module = importlib.import_module({"jax": "jax.numpy"}.get(name, name))
        if name == "jax":
            importlib.import_module("jax").config.update("jax_enable_x64", True)
        if name == "numloom":
            self.context = self.module.Device(device)
            self.context.__enter__()
        self.on_gpu = device.startswith("cuda") and name != "numpy"

    def put(self, x):
        """A NumPy array as the library's own, on its device."""
        if self.name == "torch":
            return self.module.from_numpy(x).to(self.device)
        return x if self.name in ("numpy", "numexpr") else self.module.asarray(x)

    def get(self, x):
        """The library's array as NumPy's."""
        if self.name == "numloom":
            return self.module.asnumpy(x)
        if self.name == "torch":
            return x.cpu().numpy()
        return x.get() if self.name == "cupy" else numpy.asarray(x)

    def wait(self):
        """Until the device has done all that it was given."""
        if self.name == "torch":
            self.module.cuda.synchronize()
        elif self.name == "cupy":
            self.module.cuda.Device().synchronize()
        elif self.name == "numloom":
            self.module.synchronize()

    def statement(self, row: dict) -> str:
        """The row's statement as this library spells it."""
        text = row["other"].get(self.name, row["statement"])
        if self.name == "numexpr" and self.name not in row["other"]:
            raise NotImplementedError("numexpr has no such statement")
        return f"block({text})" if self.name == "jax" else text


def draw(rng, kind: str, *shape: int):
    """Random numbers that every library gets alike: floats in [0, 1), integers from 0 to 99."""
    dtype = numpy.dtype(kind)
    if dtype.kind == "f":
        x = rng.random(shape, dtype=numpy.float32 if dtype.itemsize <= 4 else numpy.float64)
        return x.astype(dtype, copy=False)
    return rng.integers(0, 100, shape).astype(dtype)


class Worker:
    """The row at hand and its timer."""

    def __init__(self, library: Library):
        self.library, self.timer, self.calls, self.names = library, None, 1, {}

    def prepare(self, row: dict, only_result: bool = False) -> dict:
        """Make the inputs; unless only the result is wanted, find how many calls fill a batch."""
        lib, rng, n = self.library, numpy.random.default_rng(7), row["n"]
        w = 1 << (n.bit_length() - 1) // 2
        spelt_with_numpy = lib.name == "numexpr"
        self.names = names = {
            "np": numpy if spelt_with_numpy else lib.module,
            "torch": lib.module,
            "evaluate": getattr(lib.module, "evaluate", None),
            "block": lambda x: x.block_until_ready(),
            "put": lib.put,
            "device": lib.device,
            "rng": rng,
            "n": n,
            "m": n // w,
            "w": w,
        }
        inputs, _, setup = row["inputs"].partition("|")
        for name, kind, shape in re.findall(r"(\w+):(\w+)(?:\[([^]]+)\])?", inputs):
            lengths = [eval(word, names) for word in shape.split(",")] if shape else [n]
            names[name] = lib.put(draw(rng, kind, *lengths))
        exec(setup.strip(), names)
        self.text = lib.statement(row)
        self.timer = timeit.Timer(self.text, globals=names)
        if only_result:
            return {}
        self.run(1)
        once = self.run(1)
        self.calls = max(1, min(100_000, int(BATCH / max(once, 1e-8))))
        if lib.on_gpu:
            self.calls = max(1, min(1000, int(20e-3 / max(once, 1e-6))))
        return {"once": once}

    def run(self, calls: int) -> float:
        """Seconds for so many calls, to the end of the device's work."""
        if not self.library.on_gpu:
            return self.timer.timeit(calls)
        self.library.wait()
        start = time.perf_counter()
        self.timer.timeit(calls)
        self.library.wait()
        return time.perf_counter() - start

    def time(self, seconds: float) -> dict:
        """Least seconds a call, of as many batches as fit."""
        least, end = float("inf"), time.perf_counter() + seconds
        while True:
            least = min(least, self.run(self.calls) / self.calls)
            if time.perf_counter() >= end:
                return {"least": least}

    def result(self, path: str, most: int) -> dict:
        """Evaluate once more and save what comes out, or so many of its elements spread over all of it."""
        x = eval(self.text, self.names)
        shape = tuple(x.shape)
        flat = x.reshape(-1)
        step = max(1, flat.shape[0] // most)
        numpy.save(path, numpy.asarray(self.library.get(flat[::step])))
        return {"shape": shape}

    def drop(self) -> dict:
        """Let go of the row's arrays."""
        self.names, self.timer = {}, None
        return {}


def answer(worker: Worker, asked: dict) -> dict:
    """Carry one request out; an exception is an answer as well."""
    try:
        arguments = {k: v for k, v in asked.items() if k != "do"}
        return getattr(worker, asked["do"])(**arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc(limit=-2)}


def main() -> None:
    """Say what this library is, then answer line by line; standard output belongs to the answers."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints goes to standard error
    try:
        library = Library(sys.argv[1], sys.argv[2])
        version = getattr(importlib.import_module(sys.argv[1]), "__version__", "")
        hello = {"version": version}
        if library.name == "numloom" and library.on_gpu:
            hello["simulated"] = "simulat" in str(library.module.show_config("dicts"))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=out, flush=True)
        return
    print(json.dumps(hello), file=out, flush=True)
    worker = Worker(library)
    for line in sys.stdin:
        print(json.dumps(answer(worker, json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main()
