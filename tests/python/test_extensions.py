# SPDX-License-Identifier: BSD-3-Clause
"""load_inline, the C interface, and what python -m numloom tells."""

import ctypes
import importlib.util
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import numpy
import pybind11
import pytest

import numloom as np
from numloom import _core, _paths, new

KERNELS = """
__global__ void fill(float* x, float a, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = a;
}
template <class T> __global__ void scale(T* x, T a, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] *= a;
}
"""

CPP = r"""
using numloom::array, numloom::ndarray, numloom::view;

double trace(view<const double, 2> a) {
  double sum = 0;
  for (long i = 0; i < a.shape[0] && i < a.shape[1]; ++i) sum += a(i, i);
  return sum;
}
void set_first(view<float> x, float value) { x(0) = value; }
long rows_in_order(view<const float, 2, numloom::order::C> x) { return x.shape[0]; }
array<float> filled(int n, float a) {
  const auto x = array<float>::empty({n});
  kernels::fill({.size = n}, x, a, n);
  return x;
}
ndarray same(const ndarray& a) { return a; }
ndarray total(const array<float>& a) { return numloom::sum(a); }
using many = std::tuple<long, std::string, std::vector<double>>;
many describe(std::optional<long> n, std::string text, bool on) {
  return {n.value_or(-1), text + "!", std::vector<double>{on ? 1.5 : 0.0}};
}
std::int8_t small(std::int8_t n) { return n; }
void fail_so() { throw std::out_of_range("too far"); }
void singular() { numloom::fail<numloom::linalg_error>("[singular] matrix"); }
ndarray weightless(const ndarray& a) { return numloom::average(a, {.weights = numloom::zeros_like(a)}); }
void lent() { numloom::fail<numloom::buffer_error>("[lent] memory"); }
"""
NAMES = ["trace", "set_first", "rows_in_order", "filled", "same", "total", "describe", "small", "fail_so",
         "singular", "weightless", "lent"]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMLOOM_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def m(own_cache):
    return np.load_inline(cuda=KERNELS, cpp=CPP, functions=NAMES)


def test_kernels_alone():
    m = np.load_inline(cuda=KERNELS, functions=["scale<double>"])
    x = np.empty(5, dtype="float32")
    m.fill(x, 2, 5, size=5)
    assert x.tolist() == [2] * 5
    y = np.arange(3.0)
    m.get_function("scale<double>")(y, 3, 3, size=3)
    assert y.tolist() == [0, 3, 6]
    with pytest.raises(AttributeError, match="fill"):
        _ = m.nothing


def test_numpy_arrays_are_not_copied(m):
    x = numpy.zeros((2, 3), dtype="float32")
    m.set_first(x[1, ::-1], 7)
    assert x[1, 2] == 7
    assert m.trace(numpy.arange(9.0).reshape(3, 3).T) == 12
    m.set_first(memoryview(x.reshape(-1)), 5)
    assert x[0, 0] == 5


def test_arrays_go_and_come(m):
    x = np.arange(6, dtype="float32").reshape(2, 3)[:, ::-1]
    y = m.same(x)
    assert isinstance(y, np.ndarray)
    assert y.tolist() == x.tolist()
    assert np.may_share_memory(x, y)
    del x
    y += 1
    assert str(y.device) == str(np.current_device())
    assert m.total(y).item() == 21
    assert m.same(numpy.empty((0, 3), dtype="int8")).shape == (0, 3)
    assert not m.same(numpy.broadcast_to(numpy.float32(1), (3,))).flags.writeable


def test_kernels_from_cpp(m):
    x = m.filled(5, 1.5)
    assert x.tolist() == [1.5] * 5
    assert str(x.device) == str(np.current_device())


def test_numbers_and_texts(m):
    assert m.describe(None, "a", True) == (-1, "a!", [1.5])
    assert m.describe(numpy.int64(3), "ä", 0) == (3, "ä!", [0.0])


ERRORS = {
    "dtype": (TypeError, r"\[trace\] argument 1: \[view\] expected dtype float64, got float32",
              lambda m: m.trace(numpy.zeros((2, 2), "f4"))),
    "rank": (ValueError, r"\[trace\] argument 1: .*expected 2 dimensions, got 1: shape \(3,\)",
             lambda m: m.trace(numpy.zeros(3))),
    "order": (ValueError, "expected a contiguous array in C order",
              lambda m: m.rows_in_order(numpy.zeros((2, 3), "f4").T)),
    "read only": (ValueError, "expected a writeable array",
                  lambda m: m.set_first(numpy.broadcast_to(numpy.float32(1), (3,)), 1)),
    "list": (TypeError, "expected an array, got list", lambda m: m.same([1, 2])),
    "text": (TypeError, "expected an array, got str", lambda m: m.same("abc")),
    "byte order": (TypeError, "byte order", lambda m: m.same(numpy.zeros(3, ">f4"))),
    "strings": (TypeError, "expected an array of bool", lambda m: m.same(numpy.array(["a"]))),
    "count": (TypeError, r"\[trace\] expected 1 arguments, got 0", lambda m: m.trace()),
    "float for int": (TypeError, r"\[filled\] argument 1", lambda m: m.filled(2.5, 1)),
    "too large": (OverflowError, "8 bits, got 200", lambda m: m.small(200)),
    "standard": (IndexError, "too far", lambda m: m.fail_so()),
    "linalg": (numpy.linalg.LinAlgError, "matrix", lambda m: m.singular()),
    "weights": (ZeroDivisionError, "sum to zero", lambda m: m.weightless(np.ones(3))),
    "buffer": (BufferError, "memory", lambda m: m.lent()),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_errors(m, case):
    error, text, call = ERRORS[case]
    with pytest.raises(error, match=text):
        call(m)


def test_no_copy_from_the_device(m):
    x = np.zeros((2, 2))
    if str(x.device) == "cpu":
        assert m.trace(x) == 0
    else:
        with pytest.raises(ValueError, match="expected an array on the CPU, got one on cuda:0"):
            m.trace(x)


def test_the_second_time_nothing_is_compiled(m):
    before = np.kernel_cache_info()["misses"]
    start = time.perf_counter()
    again = np.load_inline(cuda=KERNELS, cpp=CPP, functions=NAMES)
    assert np.kernel_cache_info()["misses"] == before
    assert time.perf_counter() - start < 1
    assert again.trace(numpy.eye(2)) == 2


def test_compile_errors_show_the_users_lines():
    text = """
int good() { return 1; }
int bad() { return missing_name; }
"""
    with pytest.raises(np.CompileError, match="missing_name") as caught:
        np.load_inline(cpp=text, functions=["bad"])
    lines = Path(__file__).read_text().splitlines()
    assert caught.value.file == __file__
    assert "return missing_name" in lines[caught.value.line - 1]
    assert f"{__file__}:{caught.value.line}: error" in str(caught.value)


def test_a_dead_process_holds_no_lock(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMLOOM_CACHE_DIR", str(tmp_path))
    cpp = "int one() { return 1; }"
    program = f"import numloom; numloom.load_inline(cpp={cpp!r}, functions='one')"
    child = subprocess.Popen([sys.executable, "-c", program])
    end = time.time() + 60
    while not list(tmp_path.glob("*.lock")) and child.poll() is None and time.time() < end:
        time.sleep(0.01)
    child.kill()
    child.wait()
    assert np.load_inline(cpp=cpp, functions="one").one() == 1


@pytest.mark.parametrize(
    ("keywords", "error"),
    [({}, TypeError), ({"cpp": "int f();"}, TypeError), ({"cuda": "int x;"}, ValueError),
     ({"cuda": KERNELS, "name": "a b"}, ValueError)],
)  # fmt: skip
def test_wrong_calls(keywords, error):
    with pytest.raises(error, match=r"\[load_inline\] "):
        np.load_inline(**keywords)


def test_the_capsule_tells_its_version():
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    address = pointer(_core._C_API, b"numloom._core._C_API")
    version, size = (ctypes.c_uint32 * 2).from_address(address)
    assert (version, size) == (1, 8 * 9)


def test_imported_when_used():
    program = (
        "import sys, numloom; print([n for n in sys.modules if n in ('numloom._inline', 'numloom._paths')])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


def test_folders_that_are_told():
    words = [sys.executable, "-m", "numloom", "--include-dir", "--cmake-dir", "--version"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told == [str(_paths.include_dir()), str(_paths.cmake_dir()), np.__version__]
    assert (_paths.include_dir() / "numloom/pybind11.hpp").exists()
    assert (_paths.cmake_dir() / "numloomConfig.cmake").exists()
    assert _paths.library().exists()


def test_the_page_runs_as_it_stands(own_cache):
    page = (Path(__file__).parents[2] / "docs/extensions.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.S)
    exec(code, {})


def test_new_project(tmp_path):
    folder = new.write_project("mine", tmp_path)
    assert len((folder / "CMakeLists.txt").read_text().splitlines()) <= 15
    assert not [path for path in folder.rglob("*") if "NAME" in path.name]
    with pytest.raises(FileExistsError, match="empty folder"):
        new.write_project("mine", tmp_path)
    with pytest.raises(ValueError, match="got 'my-kernels'"):
        new.write_project("my-kernels", tmp_path)


# ---- another compiler, other versions of pybind11 ----

clang = pytest.mark.skipif(shutil.which("clang++") is None, reason="clang++ is not on this machine")


@clang
def test_clang_compiles_kernels_and_load_inline(monkeypatch):
    monkeypatch.setenv("NUMLOOM_CXX", "clang++")
    m = np.load_inline(cuda=KERNELS, cpp=CPP, functions=NAMES)
    assert m.filled(5, 1.5).tolist() == [1.5] * 5
    assert m.trace(numpy.eye(3)) == 3
    with pytest.raises(
        TypeError, match=r"\[trace\] argument 1: \[view\] expected dtype float64, got float32"
    ):
        m.trace(numpy.zeros((2, 2), "f4"))
    with pytest.raises(np.CompileError, match=r"<kernel>:1: error: use of undeclared identifier 'missing'"):
        np.Kernel("__global__ void f(int* x) { *x = " + "missing; }", "f").compile()


C_MODULE = """
#include <Python.h>
#include <numloom/c_api.h>

static PyObject* total(PyObject* self, PyObject* o) { /* of a float64 array on the CPU, any strides */
  const numloom_c_api* api = PyCapsule_Import(NUMLOOM_C_API_NAME, 0);
  numloom_array a;
  double sum = 0;
  if (!api || api->unwrap(o, &a) != 0) return NULL;
  if (a.dtype == numloom_float64 && a.device_type == numloom_cpu && a.ndim == 1) {
    for (int64_t i = 0; i < a.shape[0]; ++i) sum += *(double*)((char*)a.data + i * a.strides[0]);
  } else {
    api->set_error("TypeError", "expected float64 numbers on the CPU");
  }
  a.release(a.owner);
  return PyErr_Occurred() ? NULL : PyFloat_FromDouble(sum);
}
static PyObject* fresh(PyObject* self, PyObject* n) {
  const numloom_c_api* api = PyCapsule_Import(NUMLOOM_C_API_NAME, 0);
  int64_t shape[1] = {PyLong_AsLong(n)};
  return api ? api->empty(numloom_int32, 1, shape) : NULL;
}
static PyMethodDef rows[] = {
    {"total", total, METH_O, ""}, {"fresh", fresh, METH_O, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "in_c", NULL, -1, rows, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_in_c(void) { return PyModule_Create(&module); }
"""


def built(folder, name, compiler, source, *words):
    """A module that one call of a compiler makes."""
    path = folder / f"{name}{sysconfig.get_config_var('EXT_SUFFIX')}"
    headers = [f"-I{_paths.include_dir()}", f"-I{sysconfig.get_path('include')}"]
    command = [compiler, "-shared", "-fPIC", *headers, "-o", path, source, *words]
    subprocess.run(list(map(str, command)), check=True)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("compiler", ["cc", pytest.param("clang", marks=clang)])
def test_module_in_c_without_our_library(tmp_path, compiler):
    source = tmp_path / "in_c.c"
    source.write_text(C_MODULE)
    m = built(tmp_path, "in_c", compiler, source, "-std=c99", "-Wall", "-Werror")
    x = np.arange(10.0, device="cpu")
    assert m.total(x[::-2]) == 25
    assert m.total(numpy.arange(4.0)) == 6
    with pytest.raises(TypeError, match="expected float64 numbers on the CPU"):
        m.total(x.astype("float32"))
    with pytest.raises(TypeError, match="expected an array, got list"):
        m.total([1.0])
    made = m.fresh(3)
    assert isinstance(made, np.ndarray)
    assert (made.shape, made.dtype, made.device) == ((3,), "int32", np.current_device())


OVERLOADS = """
#include <numloom/numloom.hpp>
#include <numloom/pybind11.hpp>

PYBIND11_MODULE(overloads, m) {
  numloom::attach(m);
  m.def("kind", [](numloom::array<float>) { return "array<float>"; });
  m.def("kind", [](numloom::array<double>) { return "array<double>"; });
  m.def("kind", [](numloom::view<const int, 2>) { return "view<int, 2>"; });
  m.def("kind", [](numloom::ndarray) { return "ndarray"; });
  m.def("kind", [](const std::string&) { return "text"; });
  m.def("kind", [](double) { return "number"; });
  m.def("scale", [](numloom::array<float> a, double by) { return std::pair("float", a.size() * by); });
  m.def("scale", [](numloom::array<double> a, double by) { return std::pair("double", a.size() * by); });
  m.def("only", [](numloom::array<float> a) { return a; });
}
"""


def test_overloads_of_pybind11(tmp_path):
    source = tmp_path / "overloads.cpp"
    source.write_text(OVERLOADS)
    library = _paths.library()
    headers = ["-isystem", pybind11.get_include()]
    m = built(
        tmp_path, "overloads", "c++", source, "-std=c++20", *headers, library, f"-Wl,-rpath,{library.parent}"
    )
    for make in (numpy.zeros, np.zeros):
        assert m.kind(make(3, dtype="float32")) == "array<float>"
        assert m.kind(make(3)) == "array<double>"
        assert m.kind(make(3, dtype="int64")) == "ndarray"
        assert m.scale(make(3), 2) == ("double", 6)
        assert m.scale(make(3, dtype="float32"), 2.5) == ("float", 7.5)
    assert m.kind(numpy.zeros((2, 2), "int32")) == "view<int, 2>"
    assert m.kind(numpy.zeros(2, "int32")) == "ndarray"
    assert m.kind("a") == "text"
    assert m.kind(2) == "number"
    with pytest.raises(TypeError, match="incompatible function arguments"):
        m.kind([1.0])
    with pytest.raises(TypeError, match="expected dtype float32, got float64"):
        m.only(np.zeros(3))
    assert "numloom.ndarray[dtype=float32]" in m.only.__doc__
    assert "numloom.ndarray[dtype=int32, ndim=2, device='cpu']" in m.kind.__doc__
