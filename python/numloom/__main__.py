# SPDX-License-Identifier: BSD-3-Clause
"""python -m numloom --cmake-dir | --include-dir | --version: what a build of one's own extension asks for."""

import argparse

from . import __version__, _paths


def main() -> None:
    """Print what was asked for, a line each."""
    parser = argparse.ArgumentParser(prog="python -m numloom", description=__doc__)
    ask = {
        "cmake-dir": (_paths.cmake_dir(), "the folder of numloomConfig.cmake, for CMake's numloom_DIR"),
        "include-dir": (_paths.include_dir(), "the folder of the C++ headers"),
        "library": (_paths.library(), "the shared library"),
        "version": (__version__, "the version"),
    }
    for name, (value, text) in ask.items():
        parser.add_argument(
            f"--{name}", action="append_const", dest="values", const=value, help=f"print {text}"
        )
    values = parser.parse_args().values
    if not values:
        parser.error("expected one of --" + ", --".join(ask))
    print(*values, sep="\n")


if __name__ == "__main__":
    main()
