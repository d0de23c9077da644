# SPDX-License-Identifier: BSD-3-Clause
"""The README's two tours, and the one of docs/cpp.md, run as they stand."""

import re
import subprocess
import sys

import pytest

from scripts.building import build_dir
from scripts.environment import ROOT


def block(language, page="README.md"):
    """The first code block of a page in a language."""
    return re.search(rf"```{language}\n(.*?)```", (ROOT / page).read_text(), re.S)[1]


def test_python_tour():
    done = subprocess.run([sys.executable, "-c", block("python")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("(1000, 8) float32 ")


@pytest.mark.parametrize(
    ("page", "said"), [("README.md", "(1000,) "), ("docs/cpp.md", "[[ 5.  7. 63.]\n [11. 13.  3.]]\n")]
)
def test_cpp_tour(page, said, tmp_path):
    source, program, build = tmp_path / "tour.cpp", tmp_path / "tour", build_dir("cpu")
    source.write_text(block("cpp", page))
    words = ["g++", "-std=c++20", "-Wall", "-Wextra", f"-I{ROOT / 'include'}", source, "-o", program]
    words += [f"-L{build}", f"-Wl,-rpath,{build}", "-lnumloom"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    done = subprocess.run([program], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(said)
