# SPDX-License-Identifier: BSD-3-Clause
"""python -m numloom.new mykernels: writes a project with an extension of one's own, ready to build."""

import argparse
import keyword
from pathlib import Path

__all__ = ["write_project"]

_FILES = {
    "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.25)
project(NAME LANGUAGES CXX)
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
execute_process(COMMAND ${Python_EXECUTABLE} -m numloom --cmake-dir
  OUTPUT_VARIABLE numloom_DIR OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
find_package(numloom REQUIRED)
numloom_add_module(_core src/binding.cpp src/kernels.cu)
install(TARGETS _core DESTINATION NAME)
""",
    "pyproject.toml": """\
[build-system]
requires = ["scikit-build-core>=0.11", "pybind11>=3.0", "numloom"]
build-backend = "scikit_build_core.build"

[project]
name = "NAME"
version = "0.1.0"
requires-python = ">=3.10"
dependencies = ["numloom"]

[tool.scikit-build]
cmake.build-type = "Release"
wheel.packages = ["NAME"]
""",
    "src/kernels.cu": """\
// Compiled when it first runs: by NVRTC for the GPU at hand, or by the C++ compiler for the CPU.
__global__ void smooth(view<const float> x, view<float> y) {
  long i = blockIdx.x * long(blockDim.x) + threadIdx.x;
  long n = x.shape[0];
  if (i >= n) return;
  long left = i > 0 ? i - 1 : 0, right = i + 1 < n ? i + 1 : n - 1;
  y(i) = (x(left) + x(i) + x(right)) / 3;
}
""",
    "src/binding.cpp": """\
#include <numloom/numloom.hpp>
#include <numloom/pybind11.hpp>

#include "kernels.cu.hpp"  // made of kernels.cu: the string kernels_cu

using numloom::array;

// Any strides, on the device where x is.
array<float> smooth(const array<float>& x) {
  static const numloom::kernel run(kernels_cu, "smooth", {.file = kernels_cu_file});
  const array<float> y(numloom::empty_like(x));
  run({.size = x.size()}, x, y);
  return y;
}

PYBIND11_MODULE(_core, m) {
  numloom::attach(m);
  m.def("smooth", &smooth, pybind11::arg("x"), "The mean of each element and its two neighbours.");
}
""",
    "NAME/__init__.py": '''\
"""Kernels of one's own."""

import numloom as _numloom  # first: it brings the library

from ._core import smooth

__all__ = ["smooth"]
''',
    "tests/test_NAME.py": """\
import NAME
import numloom as np
import numpy
import pytest


@pytest.fixture(params=np.devices(), ids=str)
def device(request):
    with request.param:
        yield request.param


def test_smooth(device):
    x = np.arange(10, dtype="float32")
    y = NAME.smooth(x)
    assert str(y.device) == str(device)
    assert np.asnumpy(y).tolist() == pytest.approx([1 / 3, *range(1, 9), 26 / 3])


def test_smooth_takes_strides_and_numpy_arrays():
    x = numpy.arange(20, dtype="float32")[::2]
    assert np.asnumpy(NAME.smooth(x))[1] == 2


def test_another_dtype_is_refused():
    with pytest.raises(TypeError, match="float32"):
        NAME.smooth(numpy.arange(10.0))
""",
    "README.md": """\
# NAME

    pip install .        # --no-build-isolation where numloom, pybind11 and scikit-build-core are installed
    python -m pytest tests

`src/kernels.cu` has the kernels, `src/binding.cpp` the C++ functions that Python sees.
""",
}


def write_project(name: str, parent: str = ".") -> Path:
    """Write the project into a new folder `name`.

    Raises ValueError for a name that is no Python identifier; FileExistsError for a folder that is not empty.
    """
    if not name.isidentifier() or keyword.iskeyword(name) or not name.isascii():
        raise ValueError(f"[new] expected a name that Python can import, got {name!r}")
    folder = Path(parent) / name
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"[new] expected a new or an empty folder, got {folder}")
    for path, text in _FILES.items():
        file = folder / path.replace("NAME", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("NAME", name))
    return folder


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m numloom.new", description=__doc__)
    parser.add_argument("name", help="of the project and of the package to import")
    try:
        folder = write_project(parser.parse_args().name)
    except (ValueError, FileExistsError) as error:
        parser.error(str(error))
    print(f"{folder}: written; next: pip install ./{folder} && python -m pytest {folder}/tests")


if __name__ == "__main__":
    main()
