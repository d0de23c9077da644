# SPDX-License-Identifier: BSD-3-Clause
"""What several install tests share: the wheel is built once."""

import os
import subprocess
import sys

import pytest

from scripts.environment import ROOT, tool


@pytest.fixture(scope="session")
def tools():
    """An environment in which builds find CMake and ninja, and nothing of the build folder."""
    folders = {os.path.dirname(tool(name)): None for name in ("cmake", "ninja")}
    env = {**os.environ, "PATH": os.pathsep.join([*folders, os.environ["PATH"]]), "PIP_NO_INDEX": "1"}
    env.pop("PYTHONPATH", None)
    return env


@pytest.fixture(scope="session")
def wheel(tools, tmp_path_factory):
    """A wheel of this checkout, built with no network to be had."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", str(ROOT)]
    words += ["-w", str(folder), "-C", "cmake.define.NUMLOOM_CUDA=OFF"]
    words += ["-C", "cmake.define.NUMLOOM_WERROR=ON"]  # build/cpu's flags, so that ccache has the objects
    done = subprocess.run(words, env=tools, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("numloom-*.whl")
    return path


@pytest.fixture(scope="session")
def site(wheel, tmp_path_factory):
    """A folder with the wheel installed."""
    folder = tmp_path_factory.mktemp("site")
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-index",
        "--no-deps",
        "--target",
        folder,
        wheel,
    ]
    subprocess.run(words, check=True)
    return folder
