# SPDX-License-Identifier: BSD-3-Clause
"""Where the C++ side of this package lies: in the package itself, or in the checkout and its build folder."""

from pathlib import Path

from . import _core

_package = Path(_core.__file__).parent
_installed = (_package / "include").is_dir()


def include_dir() -> Path:
    """The folder of C++ headers: `#include <numloom/numloom.hpp>`."""
    return _package / "include" if _installed else Path(__file__).resolve().parents[2] / "include"


def library() -> Path:
    """The shared library libnumloom."""
    return (_package / "lib" if _installed else _package.parents[1]) / "libnumloom.so"


def cmake_dir() -> Path:
    """The folder with numloomConfig.cmake, for numloom_DIR or CMAKE_PREFIX_PATH."""
    return _package / "lib" / "cmake" / "numloom" if _installed else _package.parents[1]
