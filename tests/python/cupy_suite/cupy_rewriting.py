# SPDX-License-Identifier: BSD-3-Clause
"""A pytest plugin that runs CuPy's tests, as the wheel of Intel's dpnp carries them, against numloom.

Nothing is copied: a file is parsed where it lies. There, the name of CuPy stands for dpnp; here, for
numloom. What dpnp marked as skipped or failing for its own sake runs; its devices have stand-ins.
"""

import ast
import importlib
import importlib.abc
import importlib.util
import os
import sys
import types
import unittest.mock
from pathlib import Path

import numpy
import pytest

import numloom
import numloom.random

DEVICE = os.environ.get("NUMLOOM_TEST_DEVICE", "cpu")
TESTS = Path(os.environ["NUMLOOM_CUPY_TESTS"])  # .../dpnp/tests of the wheel
# Skips within a test, or of a whole file, that are about dpnp.
DPNPS_OWN = ("allow_module_level", "both scalar inputs", "dpctl", "dpnp", "NEP-50")


def module(name: str, **names) -> types.ModuleType:
    """A stand-in module, known to Python's import."""
    made = sys.modules[name] = types.ModuleType(name)
    made.__dict__.update(names)
    return made


class Cupy(types.ModuleType):
    """numloom under CuPy's name, with the few names of dpnp that the tests use."""

    def __getattr__(self, name):
        if name == "testing":
            return importlib.import_module("dpnp.tests.third_party.cupy.testing")
        return getattr(numloom, name)


def yes(*_args, **_keywords) -> bool:
    """What every device here can do."""
    return True


def no(*_args, **_keywords) -> bool:
    """What no device here is."""
    return False


def cuda():
    """What the tests take from cupy.cuda, as numloom has it."""
    runtime = types.SimpleNamespace(
        is_hip=False,
        getDevice=lambda: 0,
        getDeviceCount=numloom.device_count,
        runtimeGetVersion=lambda: 12080,
    )

    class Stream(numloom.Stream):
        """A stream; the constructor's keywords say nothing here."""

        def __new__(cls, null=False, non_blocking=False, ptds=False, priority=None):
            return numloom.Stream()

    Stream.null = Stream.ptds = numloom.Stream()
    return types.SimpleNamespace(
        runtime=runtime,
        Device=lambda index=0: numloom.Device(f"cuda:{index}" if DEVICE != "cpu" else "cpu"),
        Stream=Stream,
        Event=numloom.Event,
        compiler=unittest.mock.MagicMock(CompileException=numloom.CompileError),
    )


def stand_ins() -> None:
    """The modules that the tests import beside CuPy's testing package."""
    device = types.SimpleNamespace(has_aspect_fp16=True, has_aspect_fp64=True, is_cpu=True, is_gpu=False)
    module("dpctl", select_default_device=lambda: device)
    cupy = sys.modules["dpnp"] = Cupy("dpnp")
    cupy.__dict__.update(__path__=[], default_float_type=lambda *_: numpy.float64, cuda=cuda())
    cupy.exceptions = module("dpnp.exceptions", **vars(numpy.exceptions))
    module("dpnp.tensor").__path__ = []
    module("dpnp.tensor._dlpack")
    tests = module("dpnp.tests")
    tests.__path__ = [str(TESTS)]
    flags = dict.fromkeys(("all_int_types", "float16_types", "complex_types", "bool_types"), True)
    tests.config = module("dpnp.tests.config", **flags)
    tests.helper = module(
        "dpnp.tests.helper",
        has_support_aspect16=yes,
        has_support_aspect64=yes,
        numpy_version=lambda: numpy.lib.NumpyVersion(numpy.__version__),
        **dict.fromkeys(("is_cuda_device", "is_gpu_device", "is_win_platform", "is_lts_driver"), no),
    )
    almost_equal = numpy.testing.assert_array_almost_equal  # dpnp's takes strict=, which is False throughout
    numpy.testing.assert_array_almost_equal = lambda *args, strict=False, **rest: almost_equal(*args, **rest)
    numloom.random.dpnp_iface_random = types.SimpleNamespace(_dpnp_random_states={})


class Names(ast.NodeTransformer):
    """Takes dpnp's own skips out, and turns its spelling of a copy to the host into CuPy's."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.decorator_list = [mark for mark in node.decorator_list if not self.leaves_out(mark)]
        return node

    visit_ClassDef = visit_FunctionDef

    def visit_Expr(self, node):
        self.generic_visit(node)
        text = ast.unparse(node.value)
        if text.startswith("pytest.skip(") and any(word in text for word in DPNPS_OWN):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "asnumpy" and not node.args:
            node.func.attr = "get"
        node.keywords = [word for word in node.keywords if word.arg not in ("sycl_queue", "usm_type")]
        return node

    @staticmethod
    def leaves_out(mark) -> bool:
        """Whether a decorator skips a test whatever the machine is."""
        text = ast.unparse(mark)
        if text.startswith(("pytest.mark.skip(", "unittest.skip(")):
            return True
        return text.startswith("pytest.mark.xfail(")


class Loader(importlib.abc.SourceLoader):
    """Loads a file of the tests, rewritten."""

    def __init__(self, path):
        self.path = path

    def get_filename(self, fullname):
        """Where the file lies."""
        return str(self.path)

    def exec_module(self, module):
        """Runs it, with the names that dpnp left out of its imports."""
        cuda = sys.modules["dpnp"].cuda
        inner = unittest.mock.MagicMock(ndarray=numloom.ndarray)  # stands for the inside of CuPy
        module.__dict__.update(cuda=cuda, runtime=cuda.runtime, compiler=cuda.compiler)
        module.__dict__.update(dict.fromkeys(("_core", "_util", "_acc", "_accelerator"), inner))
        super().exec_module(module)

    def get_data(self, path):
        """Its text; never from a cache."""
        return Path(path).read_bytes()

    def source_to_code(self, data, path, **_):
        """The rewritten file, compiled."""
        tree = ast.fix_missing_locations(Names().visit(ast.parse(data)))
        return compile(tree, path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    """Finds dpnp.tests.third_party..., and nothing else of dpnp."""

    def find_spec(self, fullname, path=None, target=None):
        """The spec of that module, or None."""
        if not fullname.startswith("dpnp.tests."):
            return None
        path = TESTS.joinpath(*fullname.split(".")[2:])
        if path.is_dir():
            loader = Loader(path / "__init__.py") if (path / "__init__.py").exists() else None
            spec = importlib.util.spec_from_loader(fullname, loader, is_package=True)
            spec.submodule_search_locations = [str(path)]
            return spec
        file = path.with_suffix(".py")
        return (
            importlib.util.spec_from_file_location(fullname, file, loader=Loader(file))
            if file.exists()
            else None
        )


class CupyFile(pytest.Module):
    """A test file of CuPy's."""

    def _getobj(self):
        name = ".".join(["dpnp.tests", *self.path.relative_to(TESTS).with_suffix("").parts])
        return importlib.import_module(name)


def pytest_pycollect_makemodule(module_path, parent):
    return CupyFile.from_parent(parent, path=module_path)


def pytest_collect_directory(path, parent):
    return pytest.Dir.from_parent(parent, path=path)


def pytest_configure(config):
    for mark in ("slow", "multi_gpu", "thread_unsafe", "thread_unsafe(reason)"):
        config.addinivalue_line("markers", mark)
    numloom.Device(DEVICE).use()
    stand_ins()
    sys.meta_path.insert(0, Finder())


SILENCED = ("divide", "divide_invalid", "invalid", "overflow_encountered_in_cast")
for _name in ("complex_warning", *(f"{kind}_numpy_warnings" for kind in SILENCED)):
    _fixture = pytest.fixture(name=f"suppress_{_name}")
    globals()[f"suppress_{_name}"] = _fixture(lambda: None)  # recording lets no warning through
