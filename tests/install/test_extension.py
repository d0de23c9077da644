# SPDX-License-Identifier: BSD-3-Clause
"""The template project against the installed wheel, and the example against the build folder."""

import os
import subprocess
import sys

import pytest

from scripts.building import build_dir, python_path
from scripts.environment import ROOT, tool


def run(words, env, cwd):
    done = subprocess.run(list(map(str, words)), env=env, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(site, tools, tmp_path_factory):
    """The environment of somebody who has installed the wheel."""
    cache = tmp_path_factory.mktemp("cache")
    return {**tools, "PYTHONPATH": str(site), "NUMLOOM_CACHE_DIR": str(cache)}


def test_wheel_tells_where_its_parts_are(installed, site, tmp_path):
    asked = ["--cmake-dir", "--include-dir", "--library"]
    cmake, include, library = run([sys.executable, "-m", "numloom", *asked], installed, tmp_path).splitlines()
    assert os.path.exists(os.path.join(cmake, "numloomConfig.cmake"))
    assert os.path.exists(os.path.join(include, "numloom/numloom.hpp"))
    assert library.startswith(str(site))
    assert os.path.exists(library)


def test_template_project(installed, site, tmp_path):
    run([sys.executable, "-m", "numloom.new", "mykernels"], installed, tmp_path)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-build-isolation",
        "--no-deps",
        "--target",
        site,
    ]
    run([*pip, tmp_path / "mykernels"], installed, tmp_path)
    out = run([sys.executable, "-m", "pytest", "-q", "mykernels/tests"], installed, tmp_path)
    assert "3 passed" in out


INLINE = """
import numloom as np
m = np.load_inline(cpp="double twice(numloom::view<const double> x) { return 2 * x(1); }", functions="twice")
print(m.twice(np.arange(3.0)))
"""


def test_load_inline_against_the_wheel(installed, tmp_path):
    assert run([sys.executable, "-c", INLINE], installed, tmp_path) == "2.0\n"


CLASS = """
import numpy, numloom as np
from device_memory import Accumulator
a = Accumulator(numpy.ones(4, dtype="float32"))
a.add(numpy.arange(4, dtype="float32"), 2)
assert a.retrieve().tolist() == [1, 3, 5, 7]
assert np.sum(a.values).item() == 16
for wrong, error in ((numpy.ones(4), TypeError), ([1.0], TypeError), (numpy.ones(3, "f4"), ValueError)):
    try:
        a.add(wrong)
    except error as e:
        print(type(e).__name__, e)
"""


def test_class_that_owns_device_memory(tools, tmp_path):
    source, build = ROOT / "examples/extension", tmp_path / "build"
    env = {**tools, "PYTHONPATH": str(python_path("cpu"))}
    words = ["-S", source, "-B", build, "-G", "Ninja", f"-Dnumloom_DIR={build_dir('cpu')}"]
    run([tool("cmake"), *words, f"-DPython_EXECUTABLE={sys.executable}"], env, tmp_path)
    run([tool("cmake"), "--build", build], env, tmp_path)
    env["PYTHONPATH"] += os.pathsep + str(build)
    lines = run([sys.executable, "-c", CLASS], env, tmp_path).splitlines()
    assert lines == [
        "TypeError [array] expected dtype float32, got float64",
        "TypeError expected an array, got list",
        "ValueError [add] expected shape (4,), got (3,)",
    ]
    assert "[0.0, 3.0, 6.0, 9.0, 12.0]" in run([sys.executable, source / "use.py"], env, tmp_path)
    assert len((source / "device_memory.cpp").read_text().splitlines()) < 60
