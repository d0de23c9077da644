# SPDX-License-Identifier: BSD-3-Clause
"""Raw, elementwise, reduction and scan kernels and SourceModule: CuPy's and PyCUDA's calls."""

import subprocess
import sys

import numpy
import numpy.testing
import pytest

import numloom as np

rng = numpy.random.default_rng(3)
A, B = rng.random((5, 6, 7)), rng.random((5, 6, 7))


def same(result, expected):
    result = np.asnumpy(result)
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    numpy.testing.assert_allclose(result, expected, rtol=1e-12)


# ---- CuPy's raw kernels ----


def test_raw_kernel():
    code = r"""
extern "C" __global__ void add(const float* a, const float* b, float* c) {
  int i = threadIdx.x;
  c[i] = a[i] + b[i];
}"""
    kernel = np.RawKernel(code, "add", options=("-std=c++17", "--use_fast_math"))
    a, b = np.arange(8, dtype="float32"), np.ones(8, dtype="float32")
    c = np.zeros(8, dtype="float32")
    kernel((1,), (8,), (a, b, c), shared_mem=16)
    assert c.tolist() == (numpy.arange(8) + 1).tolist()
    assert kernel.code == code
    with pytest.raises(ValueError, match="backend"):
        np.RawKernel(code, "add", backend="hipcc")


MODULE = r"""
__constant__ float w[3];
__device__ int calls;
extern "C" __global__ void set(float* x) { x[threadIdx.x] = w[threadIdx.x]; atomicAdd(&calls, 1); }
__global__ void scale(float* x) { x[threadIdx.x] *= w[0]; }
template <class T> __global__ void fill(T* x, T a) { x[threadIdx.x] = a; }
"""


def test_raw_module_shares_its_variables():
    module = np.RawModule(code=MODULE, name_expressions=["fill<float>", "fill<double>"])
    module.get_global("w").view("float32")[...] = np.array([2, 3, 4], dtype="float32")
    x = np.zeros(3, dtype="float32")
    module.get_function("set")((1,), (3,), (x,))
    assert x.tolist() == [2, 3, 4]
    module.get_function("scale")((1,), (3,), (x,))
    assert x.tolist() == [4, 6, 8]
    module.get_function("fill<float>")((1,), (3,), (x, 7))
    assert x.tolist() == [7, 7, 7]
    np.synchronize()
    assert module.get_global("calls").view("int32").tolist() == [3]
    with pytest.raises(ValueError, match="no variable 'v'"):
        module.get_global("v")


def test_raw_module_from_a_file(tmp_path):
    path = tmp_path / "module.cu"
    path.write_text(MODULE + "\nbroken\n")
    with pytest.raises(np.CompileError, match=rf"{path}:\d+: error"):
        np.RawModule(path=str(path)).compile()
    path.write_text(MODULE)
    np.RawModule(path=str(path)).compile()
    with pytest.raises(TypeError, match="one of code and path"):
        np.RawModule()


# ---- PyCUDA ----


def test_source_module():
    module = np.SourceModule(
        "__global__ void twice(float* a) { a[threadIdx.x + threadIdx.y * 4 + blockIdx.x * 8] *= 2; }"
    )
    a = numpy.arange(16, dtype="float32").reshape(4, 4)
    twice = module.get_function("twice")
    twice(np.InOut(a), block=(4, 2, 1), grid=(2, 1))
    assert a.tolist() == (2 * numpy.arange(16).reshape(4, 4)).tolist()
    twice.prepare("P").prepared_call((2, 1), (4, 2, 1), np.InOut(a))
    assert a.tolist() == (4 * numpy.arange(16).reshape(4, 4)).tolist()


# ---- elementwise ----

multiply = np.ElementwiseKernel("T x, T y", "T z", "z = x * y", "multiply")


@pytest.mark.parametrize("block", [None, 1, 32])
def test_elementwise_broadcasts_and_takes_any_strides(block):
    x, y = np.array(A), np.array(B)
    same(multiply(x, y, block_size=block), A * B)
    same(multiply(x, y[0, 0], block_size=block), A * B[0, 0])
    same(multiply(x[::-1, ::2, 1:], y[:, 5::-2, 1:], block_size=block), A[::-1, ::2, 1:] * B[:, 5::-2, 1:])
    same(multiply(x.T, 3, block_size=block), A.T * 3)
    assert multiply(np.zeros((0, 3)), 1.0).shape == (0, 3)


def test_elementwise_output_given():
    out = np.zeros((7, 6, 5)).T
    assert multiply(np.array(A), np.array(B), out) is out
    same(out, A * B)
    with pytest.raises(
        ValueError, match=r"Out shape is mismatched: expected \(5, 6, 7\) for 'z', got \(2,\)"
    ):
        multiply(np.array(A), np.array(B), np.zeros(2))


def test_elementwise_types():
    squared = np.ElementwiseKernel(
        "float32 x, float32 y", "float32 z", "float d = x - y; z = d * d", "squared"
    )
    same(squared(np.arange(5, dtype="float32"), 2), (numpy.arange(5, dtype="float32") - 2) ** 2)
    with pytest.raises(
        TypeError, match=r"\[squared\] argument 'x' \(float32\): expected float32, got float64"
    ):
        squared(np.arange(5.0), 2)
    with pytest.raises(TypeError, match=r"argument 'y' \(T\): expected float64, got float32"):
        multiply(np.ones(3), np.ones(3, dtype="float32"))
    with pytest.raises(TypeError, match="expected 2 or 3 arguments, got 1"):
        multiply(np.ones(3))


def test_elementwise_raw_and_size_and_index():
    reverse = np.ElementwiseKernel("raw T x, int32 count", "T z", "z = x[count - 1 - i]", "reverse")
    v = np.arange(10.0)
    same(reverse(v, 10, size=10), numpy.arange(10.0)[::-1])
    same(reverse(v[::2], 5, size=5), numpy.arange(10.0)[::2][::-1])
    with pytest.raises(ValueError, match="size="):
        reverse(v, 10)


def test_elementwise_two_outputs_and_preamble():
    both = np.ElementwiseKernel(
        "T x", "T root, bool large", "root = my_root(x); large = x > 2", "both",
        preamble="template <class T> __device__ T my_root(T x) { return sqrt(x); }",
    )  # fmt: skip
    root, large = both(np.arange(5.0))
    same(root, numpy.sqrt(numpy.arange(5.0)))
    same(large, numpy.arange(5.0) > 2)


# ---- reductions ----

dot = np.ReductionKernel("T x, T y", "T z", "x * y", "a + b", "z = a", "0", "dot")
largest = np.ReductionKernel("T x", "T z", "x", "a < b ? b : a", "z = a", None, "largest")


@pytest.mark.parametrize("block", [None, 1, 4, 64])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (0, 1, 2)])
def test_reduction_axes(axis, block):
    same(dot(np.array(A), np.array(B), axis=axis, block_size=block), numpy.asarray((A * B).sum(axis)))
    same(largest(np.array(-A), axis=axis, block_size=block), numpy.asarray((-A).max(axis)))


def test_reduction_broadcasts_strides_keepdims_out():
    same(dot(np.array(A).T, np.array(B[:, :1]).T, axis=0), (A * B[:, :1]).T.sum(0))
    same(dot(np.array(A), 2.0, axis=1, keepdims=True), (A * 2).sum(1, keepdims=True))
    out = np.zeros(7)
    assert dot(np.array(A), np.array(B), out, axis=(0, 1)) is out
    same(out, (A * B).sum((0, 1)))


def test_reduction_of_nothing():
    same(dot(np.zeros((0, 3)), 1.0, axis=0), numpy.zeros(3))
    with pytest.raises(ValueError, match="no value without an identity"):
        largest(np.zeros((0, 3)), axis=0)
    with pytest.raises(numpy.exceptions.AxisError):
        dot(np.ones(3), 1.0, axis=1)


def test_reduction_type_and_post_map():
    norm = np.ReductionKernel(
        "float32 x", "float32 y", "(double)x * x", "a + b", "y = sqrt(a)", "0", "norm", "double"
    )
    x = rng.random(1000).astype("float32")
    numpy.testing.assert_allclose(norm(np.array(x)).item(), numpy.linalg.norm(x.astype("float64")), rtol=1e-7)


# ---- scans ----


@pytest.mark.parametrize("block", [None, 4, 32])
@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_scan(axis, block):
    running = np.ScanKernel("float64", "a + b")
    numpy.testing.assert_allclose(
        running(np.array(A), axis=axis, block_size=block).tolist(), A.cumsum(axis).tolist()
    )
    numpy.testing.assert_allclose(
        running(np.array(A).T, axis=axis, block_size=block).tolist(), A.T.cumsum(axis).tolist()
    )


@pytest.mark.parametrize("block", [None, 16])
def test_exclusive_scan(block):
    before = np.ScanKernel("int64", "a + b", exclusive=True)
    same(before(np.arange(50), block_size=block), numpy.concatenate([[0], numpy.arange(50).cumsum()[:-1]]))
    top = np.ScanKernel("int64", "max(a, b)", -1000)
    values = rng.integers(-100, 100, 77)
    same(top(np.array(values), block_size=block), numpy.maximum.accumulate(values))
    with pytest.raises(TypeError, match="expected int64, got float64"):
        top(np.ones(3))


# ---- import ----


def test_nothing_of_this_is_imported_before_it_is_used():
    program = """
import sys, numloom as np
assert not [name for name in sys.modules if "kernel" in name and name.startswith("numloom")]
assert "RawKernel" in dir(np)
np.RawKernel
assert "numloom._kernels" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
