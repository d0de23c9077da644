# SPDX-License-Identifier: BSD-3-Clause
"""pip install --no-build-isolation . without network, and what then can be imported from it alone."""

import os
import subprocess
import sys
import zipfile

import pytest

from scripts.environment import ROOT, tool

PROGRAM = """
import numloom as np
a = np.arange(6).reshape(2, 3)
assert (a + a.T.copy().T).sum().item() == 30, a
assert np.device_count() == 0
print(np.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of this checkout, built with no network to be had."""
    folder = tmp_path_factory.mktemp("wheel")
    tools = os.pathsep.join(os.path.dirname(tool(name)) for name in ("cmake", "ninja"))
    env = {**os.environ, "PATH": tools + os.pathsep + os.environ["PATH"], "PIP_NO_INDEX": "1"}
    env.pop("PYTHONPATH", None)
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", str(ROOT)]
    words += ["-w", str(folder), "-C", "cmake.define.NUMLOOM_CUDA=OFF"]
    done = subprocess.run(words, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("numloom-*.whl")
    return path


def test_wheel_runs_by_itself(wheel, tmp_path):
    target = tmp_path / "site"
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-index",
        "--no-deps",
        "--target",
        target,
        wheel,
    ]
    subprocess.run(words, check=True)
    env = {**os.environ, "PYTHONPATH": str(target)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(str(target))


def test_wheel_holds_each_library_once(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    libraries = [name for name in names if ".so" in name]
    assert len([name for name in libraries if "libnumloom" in name]) == 1, libraries
    assert len([name for name in libraries if "_core" in name]) == 1, libraries
    assert any(name.endswith("LICENSE") for name in names)
