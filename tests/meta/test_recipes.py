# SPDX-License-Identifier: BSD-3-Clause
"""CONTRIBUTING.md's recipes for table rows hold: two files changed, and all else compiles around them.

The recipe is carried out in a copy of the sources; the files that it speaks of are compiled with the
build's own flags.
"""

import json
import shlex
import shutil
import subprocess

import pytest

from scripts.building import build_dir
from scripts.environment import ROOT

UFUNC_ROW = 'NL_UFUNC(cube, 1, 1, Cube, NUMERIC, SAME, NONE, "Third power, element by element.")\n'
UFUNC_FUNCTOR = """struct Cube {
  template <class T> NL_HD T operator()(T a) const { return Multiply{}(Square{}(a), a); }
};
"""
CALL = """#include <numloom/numloom.hpp>
numloom::ndarray third_power(const numloom::ndarray& a) { return numloom::cube(a); }
"""


def command_for(source, level):
    """The compiler call of build/cpu for a source at an instruction-set level."""
    path = build_dir("cpu") / "compile_commands.json"
    if not path.exists():
        pytest.skip("build/cpu is not there (./dev test makes it)")
    for entry in json.loads(path.read_text()):
        if entry["file"].endswith(source) and f"numloom_{level}.dir" in entry["command"]:
            return entry
    raise AssertionError(f"expected {source} at level {level} in {path}")


@pytest.fixture
def tree(tmp_path):
    """A copy of the sources, to be changed."""
    for folder in ("include", "kernels", "src"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def insert_after(path, needle, text):
    """Put text behind the line that begins with needle."""
    lines = path.read_text().splitlines(keepends=True)
    (at,) = [i for i, line in enumerate(lines) if line.startswith(needle)]
    while not lines[at].rstrip().endswith((")", "};")):
        at += 1
    path.write_text("".join([*lines[: at + 1], text, *lines[at + 1 :]]))


def compile_in(tree, source, level):
    """Compile a source of the copy with the build's flags; the demangled names that it defines."""
    entry = command_for(source, level)
    words = shlex.split(entry["command"].replace(str(ROOT), str(tree)))
    words = words[next(i for i, w in enumerate(words) if w.endswith(("c++", "g++", "clang++"))) :]
    words[words.index("-o") + 1] = str(tree / "out.o")
    words = [
        w
        for i, w in enumerate(words)
        if w not in ("-MD", "-MT", "-MF") and words[i - 1] not in ("-MT", "-MF")
    ]
    done = subprocess.run(words, cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return subprocess.run(["nm", "-C", tree / "out.o"], capture_output=True, text=True, check=True).stdout


def test_recipe_for_a_ufunc(tree):
    insert_after(tree / "kernels/functors/arithmetic.hpp", "struct Square {", UFUNC_FUNCTOR)
    insert_after(tree / "include/numloom/ufuncs.def", "NL_UFUNC(square,", UFUNC_ROW)
    assert "Cube" in compile_in(tree, "src/cpu/isa/ufunc_unary.cpp", "v3")
    (tree / "call.cpp").write_text(CALL)
    words = ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{tree / 'include'}"]
    done = subprocess.run([*words, tree / "call.cpp"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
