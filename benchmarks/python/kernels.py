# SPDX-License-Identifier: BSD-3-Clause
"""What kernels from strings cost on the host: checking arguments, a launch, compiling, and importing.

python -m benchmarks.python.kernels [--device cpu], and the last lines of ./dev bench. One JSON object with
--json.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import timeit

import numloom as np

SAXPY = """
__global__ void saxpy(float a, const float* x, float* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}
"""
PARTS = re.compile(r"numloom\._(kernels|elementwise_kernel|inline|tuning|paths)$")
ARCHITECTURE = "sm_90"


def least(statement: str, names: dict, calls: int = 20_000, batches: int = 15) -> float:
    """Seconds a call, the least of several batches."""
    return min(timeit.repeat(statement, globals=names, number=calls, repeat=batches)) / calls


def checking() -> float:
    """A call with four arguments that are read and checked as for a launch, of no threads."""
    x, y = np.arange(1000, dtype="float32"), np.ones(1000, dtype="float32")
    kernel = np.Kernel(SAXPY, "saxpy")
    kernel(2.0, x, y, 1000, size=1000)
    return least("kernel(2.0, x, y, 1000, size=0)", {"kernel": kernel, "x": x, "y": y})


def launching() -> float:
    """A call of one thread: on a GPU what the host spends, on the CPU with the simulator's block."""
    x, y = np.arange(4, dtype="float32"), np.ones(4, dtype="float32")
    launch = np.Kernel(SAXPY, "saxpy")[1, 1]
    launch(2.0, x, y, 4)
    np.synchronize()
    seconds = least("launch(2.0, x, y, 4)", {"launch": launch, "x": x, "y": y}, 500)
    np.synchronize()
    return seconds


def importing() -> dict:
    """Of `import numloom`: seconds, and which modules of this part it loads."""
    words = [sys.executable, "-X", "importtime", "-c", "import numloom"]
    lines = subprocess.run(words, capture_output=True, text=True, check=True).stderr.splitlines()
    rows = [line.removeprefix("import time:").split("|") for line in lines if line.startswith("import time:")]
    costs = {name.strip(): (own, total) for own, total, name in rows}
    return {
        "seconds": int(costs["numloom"][1]) / 1e6,
        "of_this_part": {name: int(own) / 1e6 for name, (own, _) in costs.items() if PARTS.match(name)},
    }


def fresh(number: int) -> str:
    """The text again, but not the same: nothing is found in a cache."""
    return SAXPY.replace("a * x[i]", f"a * x[i] + {number}.0f")


def compiling(count: int = 5) -> float:
    """A plain kernel, by whatever compiles for the current device; the middle of several."""
    times = []
    for k in range(count):
        kernel = np.Kernel(fresh(k), "saxpy")
        start = time.perf_counter()
        kernel.compile()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def nvrtc() -> ctypes.CDLL | None:
    """The library that numloom has opened, or nothing."""
    try:
        np.Kernel(SAXPY, "saxpy").device_image(ARCHITECTURE)
        with open("/proc/self/maps") as file:
            path = next(line.split()[-1] for line in file if re.search(r"libnvrtc\.so", line))
    except (np.NotAvailableError, StopIteration):
        return None
    return ctypes.CDLL(path)


def image_by_nvrtc(library: ctypes.CDLL, text: str) -> float:
    """CPU seconds of the compiler alone, for the text alone."""
    program = ctypes.c_void_p()
    options = [f"--gpu-architecture={ARCHITECTURE}".encode(), b"--std=c++20"]
    start = time.process_time()
    library.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"saxpy.cu", 0, None, None)
    failed = library.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
    seconds = time.process_time() - start
    library.nvrtcDestroyProgram(ctypes.byref(program))
    if failed:
        raise RuntimeError(f"NVRTC's error {failed}")
    return seconds


def images(count: int = 9) -> dict | None:
    """A cubin of a plain kernel through numloom and by the compiler alone, in turns; the least of each."""
    library = nvrtc()
    if library is None:
        return None
    ours, alone = [], []
    for k in range(count):
        alone.append(image_by_nvrtc(library, fresh(100 + k)))
        start = time.process_time()
        np.Kernel(fresh(100 + k), "saxpy").device_image(ARCHITECTURE)
        ours.append(time.process_time() - start)
    return {"numloom": min(ours), "nvrtc": min(alone)}


def measure(device: str) -> dict:
    """All of it."""
    with np.Device(device), tempfile.TemporaryDirectory() as folder:
        os.environ["NUMLOOM_CACHE_DIR"] = folder  # nothing has been compiled before
        return {
            "checking": checking(),
            "launching": launching(),
            "importing": importing(),
            "compiling": compiling(),
            "images": images(),
        }


def lines(found: dict, device: str) -> list[str]:
    """One a figure, with what is aimed at."""
    seconds, parts = found["importing"]["seconds"], found["importing"]["of_this_part"]
    reached = "reached" if found["checking"] <= 1e-6 else "missed"
    text = [
        f"four arguments read and checked   {1e6 * found['checking']:8.2f} us  (goal 1 us: {reached})",
        f"launch of one thread on {device:9} {1e6 * found['launching']:8.2f} us",
        f"compiling a plain kernel          {1e3 * found['compiling']:8.0f} ms  once, then from the cache",
        f"import numloom                    {1e3 * seconds:8.0f} ms  of which kernels' modules "
        + (", ".join(f"{n} {1e3 * t:.1f} ms" for n, t in parts.items()) or "none: 0 ms"),
    ]
    if found["images"]:
        ours, alone = found["images"]["numloom"], found["images"]["nvrtc"]
        text.append(
            f"a cubin for {ARCHITECTURE} by NVRTC         {1e3 * ours:8.0f} ms  "
            f"the compiler alone {1e3 * alone:.0f} ms (CPU time)"
        )
    return text


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python.kernels", description=__doc__)
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda:N")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    options = parser.parse_args()
    found = measure(options.device)
    print(json.dumps(found) if options.json else "\n".join(lines(found, options.device)))


if __name__ == "__main__":
    main()
