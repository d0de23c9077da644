# SPDX-License-Identifier: BSD-3-Clause
"""A pytest plugin that runs NumPy's own test files, read from the installed wheel, against numloom.

Nothing is copied: a file is parsed where it lies, its imports of NumPy are turned into look-ups that prefer
numloom's object of that name, and the result is run as a module.
"""

import ast
import functools
import importlib
import os
import sys
import types
from pathlib import Path

import numpy
import numpy.ma.testutils
import pytest

import numloom
import numloom.fft
import numloom.lib
import numloom.linalg
import numloom.polynomial
import numloom.random
import numloom.testing

POLYNOMIALS = ("chebyshev", "hermite", "hermite_e", "laguerre", "legendre", "polynomial")
OURS = {
    "numpy": numloom,
    "numpy.linalg": numloom.linalg,
    "numpy.fft": numloom.fft,
    "numpy.random": numloom.random,
    "numpy.lib": numloom.lib,
    "numpy.polynomial": numloom.polynomial,
    **{f"numpy.polynomial.{name}": getattr(numloom.polynomial, name) for name in POLYNOMIALS},
    "numpy.lib.stride_tricks": numloom.lib.stride_tricks,
    "numpy.testing": numloom.testing,
}
# The assertions of numpy.ma look at NumPy's arrays, as those of numpy.testing do.
ASSERTIONS_OF_MA = types.SimpleNamespace(
    **{
        name: numloom.testing._on_host(value) if name.startswith(("assert", "fail")) else value
        for name, value in vars(numpy.ma.testutils).items()
    }
)
DEVICE = os.environ.get("NUMLOOM_TEST_DEVICE", "cpu")


def named(module: str, name: str):
    """What `from module import name` gives: numloom's where it has the same public thing, else NumPy's."""
    if module == "numpy.ma.testutils":
        return getattr(ASSERTIONS_OF_MA, name)
    if module in OURS and hasattr(OURS[module], name):
        return getattr(OURS[module], name)
    try:
        theirs = getattr(importlib.import_module(module), name)
    except AttributeError:
        theirs = importlib.import_module(f"{module}.{name}")
    if isinstance(theirs, types.ModuleType):
        return whole(theirs.__name__)
    for public, ours in OURS.items():
        if getattr(importlib.import_module(public), name, None) is theirs and hasattr(ours, name):
            return getattr(ours, name)
    return theirs


class Blend(types.ModuleType):
    """A module of NumPy whose public functions are numloom's."""

    def __init__(self, module):
        super().__init__(module)
        theirs = vars(importlib.import_module(module))
        plain = [
            n for n, x in theirs.items() if not n.startswith("__") and not isinstance(x, types.ModuleType)
        ]
        self.__dict__.update({name: named(module, name) for name in plain})

    def __getattr__(self, name):
        if name.startswith("__"):
            return getattr(importlib.import_module(self.__name__), name)
        return named(self.__name__, name)


@functools.cache
def whole(module: str):
    """What `import module as name` gives."""
    if module == "numpy":
        return numloom
    if module == "numpy.ma.testutils":
        return ASSERTIONS_OF_MA
    if ".tests" in module or module.startswith(("numpy.testing._", "numpy.ma", "numpy.exceptions")):
        return importlib.import_module(module)
    return Blend(module)


def remove(values, *item):
    """values.remove(item), if it is there."""
    if not isinstance(values, list) or any(value is item[0] or value == item[0] for value in values):
        values.remove(*item)


class Imports(ast.NodeTransformer):
    """Imports of NumPy become assignments."""

    def visit_Import(self, node):
        made = []
        for alias in node.names:
            first = alias.name.split(".")[0]
            if first != "numpy":
                made.append(ast.Import([alias]))
            elif alias.asname:
                made.append(self.assign(alias.asname, f"_suite.whole({alias.name!r})"))
            else:
                made.append(self.assign("numpy", "_suite.whole('numpy')"))
        return [ast.copy_location(ast.fix_missing_locations(m), node) for m in made]

    def visit_ImportFrom(self, node):
        module = node.module or ""
        if node.level or module.split(".")[0] != "numpy" or any(a.name == "*" for a in node.names):
            return node
        made = [self.assign(a.asname or a.name, f"_suite.named({module!r}, {a.name!r})") for a in node.names]
        return [ast.copy_location(ast.fix_missing_locations(m), node) for m in made]

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in ("_core", "lib"):
            made = ast.parse(f"_suite.whole('numpy.{node.attr}')").body[0].value
            return ast.copy_location(ast.fix_missing_locations(made), node)
        return node

    def visit_Expr(self, node):
        self.generic_visit(node)
        call = node.value  # UFUNCS_OF_OBJECTS.remove(np.invert): ours have no loop for objects
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "remove":
            made = ast.parse("_suite.remove()").body[0]
            made.value.args = [call.func.value, *call.args]
            return ast.copy_location(ast.fix_missing_locations(made), node)
        return node

    @staticmethod
    def assign(name, expression):
        return ast.parse(f"{name} = {expression}").body[0]


def load(path: Path) -> types.ModuleType:
    """The test file as a module."""
    package = ".".join(path.parts[path.parts.index("numpy") : -1])
    module = types.ModuleType(f"numpy_suite_{'_'.join(path.parts[-3:-1])}_{path.stem}")
    module.__dict__.update(__file__=str(path), __package__=package, _suite=sys.modules[__name__])
    sys.modules[module.__name__] = module
    tree = ast.fix_missing_locations(Imports().visit(ast.parse(path.read_text(encoding="utf-8"))))
    exec(compile(tree, str(path), "exec", dont_inherit=True), module.__dict__)
    return module


class NumpyFile(pytest.Module):
    """A test file of NumPy."""

    def _getobj(self):
        return load(self.path)


def pytest_pycollect_makemodule(module_path, parent):
    return NumpyFile.from_parent(parent, path=module_path)


def pytest_configure(config):
    for mark in (
        "slow",
        "leaks_references(value)",
        "valgrind_error",
        "thread_unsafe",
        "parallel_threads_limit(n)",
    ):
        config.addinivalue_line("markers", mark)
    numloom.Device(DEVICE).use()
