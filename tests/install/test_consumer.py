# SPDX-License-Identifier: BSD-3-Clause
"""The installed library, as a C++ project finds it with find_package."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts.building import build_dir
from scripts.environment import numpy_openblas, tool

CONSUMER = Path(__file__).parent / "consumer"


def run(*words, cwd=None, **env):
    done = subprocess.run(
        [os.fspath(w) for w in words],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={k: v for k, v in {**os.environ, **env}.items() if k != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """build/cpu, installed to an empty folder."""
    folder = tmp_path_factory.mktemp("prefix")
    run(tool("cmake"), "--install", build_dir("cpu"), "--prefix", folder)
    return folder


def test_consumer_builds_and_runs(prefix, tmp_path):
    configure = ["-S", CONSUMER, "-B", tmp_path, "-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}"]
    run(tool("cmake"), *configure, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    run(tool("cmake"), "--build", tmp_path)
    assert run(tmp_path / "consumer") == "35\nvalue_error\n"


EXAMPLES = Path(__file__).parents[2] / "examples/cpp"


def test_examples_build_and_run(prefix, tmp_path):
    """examples/cpp is a project of its own: arrays, ufuncs, reductions, a kernel from a string, DLPack"""
    configure = ["-S", EXAMPLES, "-B", tmp_path, "-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}"]
    run(tool("cmake"), *configure, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
    run(tool("cmake"), "--build", tmp_path)
    told = {"NUMLOOM_DEVICE": "cpu", "NUMLOOM_BLAS": str(numpy_openblas() or "")}  # LAPACK, for eigh
    said = {
        source.stem: run(tmp_path / source.stem, cwd=tmp_path, **told) for source in EXAMPLES.glob("*.cpp")
    }
    assert "shared: [200. 202. 204. 206. 208.]" in said["exchange"]
    assert "(2, 5) read-only" in said["exchange"]
    assert "principal axes" in said["statistics"]
    assert "warmest cell" in said["kernel"]
    assert all(said.values())


def test_only_public_headers_are_installed(prefix):
    headers = {p.relative_to(prefix).parts[:2] for p in prefix.rglob("*.hpp")}
    assert headers == {("include", "numloom")}


BINDING = {"inline.hpp", "pybind11.hpp", "python.hpp"}  # they include Python's headers and pybind11's


def test_installed_headers_need_nothing_else(prefix, tmp_path):
    for header in sorted((prefix / "include/numloom").glob("*.hpp")):
        if header.name in BINDING:
            continue
        source = tmp_path / "one.cpp"
        source.write_text(f"#include <numloom/{header.name}>\nint main() {{}}\n")
        run("g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wconversion", "-Werror",
            f"-I{prefix / 'include'}", source)  # fmt: skip


def test_the_c_interface_is_c(prefix, tmp_path):
    source = tmp_path / "one.c"
    source.write_text("#include <numloom/c_api.h>\nint main(void) { return 0; }\n")
    run("gcc", "-std=c99", "-pedantic", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
        f"-I{prefix / 'include'}", source)  # fmt: skip
