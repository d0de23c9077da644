# SPDX-License-Identifier: BSD-3-Clause
"""The calls and attributes that CuPy's and PyCUDA's manuals show, with texts and numbers of our own."""

import io

import numpy
import numpy.testing
import pytest

import numloom as cp
from tests.python.conftest import DEVICE


def same(result, expected, rtol=1e-6):
    result = cp.asnumpy(result)
    assert result.shape == numpy.shape(expected)
    numpy.testing.assert_allclose(result, expected, rtol=rtol)


# ---- CuPy: elementwise kernels ----

gap = cp.ElementwiseKernel("float32 x, float32 y", "float32 z", "z = (x - y) * (x - y)", "gap")
ROWS = numpy.arange(10, dtype="float32").reshape(2, 5)


def test_elementwise_with_scalars_arrays_and_out():
    x, y = cp.array(ROWS), cp.arange(5, dtype="float32")
    same(gap(x, y), (ROWS - ROWS[0]) ** 2)
    same(gap(x, 5), (ROWS - 5) ** 2)
    z = cp.empty((2, 5), dtype="float32")
    assert gap(x, y, z) is z
    same(z, (ROWS - ROWS[0]) ** 2)
    same(gap(x, numpy.float32(2)), (ROWS - 2) ** 2)


def test_elementwise_type_placeholders():
    generic = cp.ElementwiseKernel("T x, T y", "T z", "z = (x - y) * (x - y)", "generic")
    for dtype in ("float64", "int32", "float16"):
        x = cp.arange(5).astype(dtype)
        result = generic(x, 2)
        assert result.dtype == dtype
        same(result, (numpy.arange(5) - 2) ** 2)
    body = "T gap = x - y; z = static_cast<R>(gap * gap);"
    two = cp.ElementwiseKernel("T x, S y", "R z", body, "two")
    z = cp.empty(5, dtype="float32")
    two(cp.arange(5.0), cp.arange(5, dtype="int32"), z)
    same(z, numpy.zeros(5))
    with pytest.raises(TypeError, match="the type R of 'z' follows from no argument"):
        two(cp.arange(5.0), cp.arange(5, dtype="int32"))


def test_raw_parameters_and_the_position():
    x = cp.arange(5.0)
    from_the_end = cp.ElementwiseKernel(
        "T x, raw T y", "T z", "z = x + y[_ind.size() - i - 1]", "from_the_end"
    )
    same(from_the_end(x, x[::1]), numpy.full(5, 4.0))
    same(from_the_end(x, cp.arange(10.0)[::2]), numpy.arange(5) + numpy.arange(10)[::2][::-1])
    own = cp.ElementwiseKernel("raw T x", "T z", "z = x[_ind.get()] + x.size() * 10 + x.ndim", "own")
    same(own(x, size=5), numpy.arange(5) + 51)
    columns = cp.ElementwiseKernel("raw T a", "T z", "z = a[i * a.shape()[1]]", "columns")
    same(columns(cp.array(ROWS), size=2), ROWS[:, 0])
    same(columns(cp.array(ROWS).T, size=5), ROWS[0])
    count = cp.ElementwiseKernel("T x", "int64 z", "z = n", "count")
    same(count(x), numpy.full(5, 5))
    written = cp.ElementwiseKernel("T x", "raw T y", "y[n - 1 - i] = x", "written")
    y = cp.zeros(5)
    written(x, y)
    same(y, numpy.arange(5)[::-1])


def test_what_stands_around_the_loop():
    totals = cp.ElementwiseKernel(
        "int32 x", "raw int32 total", "sum += twice(x)", "totals", no_return=True,
        preamble="__device__ int twice(int x) { return 2 * x; }",
        loop_prep="int sum = 0", after_loop="if (sum != 0) atomicAdd(&total[0], sum)", options=("-DUNUSED",),
    )  # fmt: skip
    total = cp.zeros(1, dtype="int32")
    assert totals(cp.arange(1000, dtype="int32"), total) is None
    assert total.item() == 999 * 1000
    one = cp.ElementwiseKernel("T x", "T y", "y = x", "one", return_tuple=True)
    assert isinstance(one(cp.ones(2)), tuple)


def test_attributes_of_elementwise_kernels():
    assert (gap.name, gap.nin, gap.nout, gap.nargs) == ("gap", 2, 1, 3)
    assert gap.operation == "z = (x - y) * (x - y)"
    assert [p.name for p in gap.params] == ["x", "y", "z"]
    gap(cp.ones(3, dtype="float32"), 1)
    assert "__global__ void gap(" in gap.cached_code


def test_kernels_on_a_stream():
    stream = cp.Stream()
    x = cp.arange(100.0)
    cp.synchronize()
    results = [
        cp.ElementwiseKernel("T x", "T y", "y = 2 * x", "twice")(x, stream=stream),
        cp.ReductionKernel("T x", "T y", "x", "a + b", "y = a", "0", "total")(x, stream=stream),
        cp.ScanKernel("float64", "a + b")(x, stream=stream),
    ]
    stream.synchronize()
    for result, expected in zip(results, (2.0 * numpy.arange(100), 4950, numpy.arange(100).cumsum())):
        same(result, expected)


# ---- CuPy: reduction kernels ----

length = cp.ReductionKernel("T x", "T y", "x * x", "a + b", "y = sqrt(a)", "0", "length")


def test_reduction_over_axes():
    x = cp.array(ROWS)
    same(length(x, axis=1), numpy.linalg.norm(ROWS, axis=1))
    same(length(x), numpy.linalg.norm(ROWS))
    same(length(x, axis=1, keepdims=True), numpy.linalg.norm(ROWS, axis=1, keepdims=True))
    out = cp.empty(5, dtype="float32")
    assert length(x, axis=0, out=out) is out
    same(out, numpy.linalg.norm(ROWS, axis=0))


def test_reduction_to_another_type():
    top = cp.ReductionKernel(
        "T x", "int64 place", "pair{x, (long)i}", "a.value < b.value ? b : a", "place = a.place",
        "pair{-INFINITY, -1}", "top", reduce_type="pair",
        preamble="struct pair { double value; long place; };",
    )  # fmt: skip
    assert top(cp.array([1.0, 7.0, 3.0])).item() == 1


# ---- CuPy: raw kernels and modules ----

ADD = r"""
extern "C" __global__
void mine_add(const float* x1, const float* x2, float* y) {
  int tid = blockDim.x * blockIdx.x + threadIdx.x;
  y[tid] = x1[tid] + x2[tid];
}"""


def test_raw_kernel_and_its_attributes():
    kernel = cp.RawKernel(ADD, "mine_add")
    x1, x2, y = cp.array(ROWS), cp.array(ROWS), cp.zeros((2, 5), dtype="float32")
    kernel((5,), (2,), (x1, x2, y))
    same(y, 2 * ROWS)
    assert kernel.code == ADD
    assert kernel.name == "mine_add"
    kernel.compile(log_stream=io.StringIO())
    assert set(kernel.attributes) == {
        "max_threads_per_block", "shared_size_bytes", "const_size_bytes", "local_size_bytes", "num_regs",
        "ptx_version", "binary_version", "cache_mode_ca", "max_dynamic_shared_size_bytes",
        "preferred_shared_memory_carveout",
    }  # fmt: skip
    assert kernel.max_threads_per_block >= 32
    assert kernel.num_regs >= 0
    assert kernel.shared_size_bytes == 0
    assert kernel.max_dynamic_shared_size_bytes == 48 * 1024
    kernel.max_dynamic_shared_size_bytes = 64 * 1024
    assert kernel.attributes["max_dynamic_shared_size_bytes"] == 64 * 1024
    with pytest.raises(ValueError, match="expected no more than the device has, got 1048576"):
        kernel.max_dynamic_shared_size_bytes = 1 << 20


def test_raw_kernel_of_complex_numbers():
    kernel = cp.RawKernel(r"""
#include <cupy/complex.cuh>
extern "C" __global__
void mine(const complex<float>* a, const complex<float>* b, complex<float>* c, float w) {
  int tid = blockDim.x * blockIdx.x + threadIdx.x;
  c[tid] = a[tid] * b[tid] + w;
}""", "mine")  # fmt: skip
    a = numpy.arange(6).astype("complex64") * (1 + 2j)
    c = cp.zeros(6, dtype="complex64")
    kernel((2,), (3,), (cp.array(a), cp.array(a), c, cp.float32(2.0)))
    same(c, a * a + 2)


def test_functions_of_complex_numbers():
    source = """__global__ void f(const complex<double>* z, complex<double>* y, double* r) {
  y[0] = 2 * z[0] - 1; y[0] += z[0]; y[0] /= 2; y[1] = conj(z[0]) / 2.5f; y[2] = exp(z[0]); y[3] = sqrt(z[0]);
  r[0] = abs(z[0]); r[1] = real(z[0]) + imag(z[0]); r[2] = arg(z[0]); r[3] = norm(z[0]);
}"""
    z, y, r = numpy.array([0.5 - 2j]), cp.zeros(4, dtype="complex128"), cp.zeros(4)
    cp.Kernel(source, "f")[1, 1](cp.array(z), y, r)
    (z,) = z
    same(y, [(2 * z - 1 + z) / 2, z.conjugate() / 2.5, numpy.exp(z), numpy.sqrt(z)], 1e-14)
    same(r, [abs(z), z.real + z.imag, numpy.angle(z), abs(z) ** 2], 1e-14)


TWO = r"""
extern "C" {
__global__ void test_sum(const float* x, const float* y, float* out, unsigned int n) {
  unsigned int tid = blockDim.x * blockIdx.x + threadIdx.x;
  if (tid < n) out[tid] = x[tid] + y[tid];
}
__global__ void test_product(const float* x, const float* y, float* out, unsigned int n) {
  unsigned int tid = blockDim.x * blockIdx.x + threadIdx.x;
  if (tid < n) out[tid] = x[tid] * y[tid];
}
}
template <typename T> __global__ void threefold(T* x, int n) {
  unsigned int tid = blockDim.x * blockIdx.x + threadIdx.x;
  if (tid < n) x[tid] = x[tid] * 3;
}
"""


def test_raw_module(tmp_path):
    path = tmp_path / "two.cu"
    path.write_text(TWO)
    x, out = cp.array(ROWS), cp.zeros((2, 5), dtype="float32")
    for module in (cp.RawModule(code=TWO), cp.RawModule(path=str(path))):
        module.get_function("test_sum")((5,), (2,), (x, x, out, 10))
        same(out, 2 * ROWS)
        product = module.get_function("test_product")
        assert isinstance(product, cp.RawKernel)
        assert product.max_threads_per_block >= 32
        product((5,), (2,), (x, x, out, 10))
        same(out, ROWS**2)
    assert (module.file_path, module.code, module.options) == (str(path), TWO, ())
    (tmp_path / "two.cubin").write_bytes(b"\x7fELF\xff\x00")
    with pytest.raises(ValueError, match=r"expected CUDA C[+][+] text in .*two.cubin', got a compiled image"):
        cp.RawModule(path=str(tmp_path / "two.cubin"))
    with pytest.raises(ValueError, match=r"\[RawModule\] expected backend='nvrtc' with name_expressions"):
        cp.RawModule(code=TWO, backend="nvcc", name_expressions=["threefold<float>"])


def test_raw_module_with_templates():
    names = ["threefold<float>", "threefold<double>"]
    module = cp.RawModule(code=TWO, options=("-std=c++11",), name_expressions=names)
    assert module.name_expressions == tuple(names)
    for name, dtype in zip(names, ("float32", "float64")):
        x = cp.arange(8, dtype=dtype)
        module.get_function(name)((1,), (8,), (x, 8))
        same(x, 3 * numpy.arange(8))


# ---- PyCUDA ----

MULTIPLY = """
__global__ void multiply_them(float *dest, float *a, float *b)
{
  const int i = threadIdx.x;
  dest[i] = a[i] * b[i];
}
"""


def test_pycudas_in_and_out():
    multiply_them = cp.SourceModule(MULTIPLY).get_function("multiply_them")
    a, b = numpy.random.default_rng(1).standard_normal((2, 400)).astype("float32")
    dest = numpy.zeros_like(a)
    multiply_them(cp.Out(dest), cp.In(a), cp.In(b), block=(400, 1, 1), grid=(1, 1))
    numpy.testing.assert_array_equal(dest, a * b)
    seconds = multiply_them(cp.Out(dest), cp.In(a), cp.In(b), block=(400, 1, 1), time_kernel=True)
    assert 0 < seconds < 10
    assert multiply_them.max_threads_per_block >= 32
    assert multiply_them.num_regs >= 0
    with pytest.raises(ValueError, match="expected block="):
        multiply_them(cp.Out(dest), cp.In(a), cp.In(b))
    with pytest.raises(TypeError, match=r"\[multiply_them\] expected 3 arguments .* got 1"):
        multiply_them(cp.Out(dest), block=(400, 1, 1))


def test_pycudas_prepared_calls():
    source = "__global__ void shift(int* a, int by) { extern __shared__ int s[]; s[threadIdx.x] = a[threadIdx.x]; a[threadIdx.x] = s[threadIdx.x] + by; }"  # noqa: E501
    shift = cp.SourceModule(source).get_function("shift")
    a = cp.zeros(4, dtype="int32")
    assert shift.prepare("Pi", shared=16) is shift
    shift.prepared_call((1, 1), (4, 1, 1), a, 1)
    stream = cp.Stream()
    cp.synchronize()
    shift.prepared_async_call((1, 1), (4, 1, 1), stream, a, 10)
    stream.synchronize()
    seconds = shift.prepared_timed_call((1, 1), (4, 1, 1), a, 100, shared_size=32)
    assert 0 < seconds() < 10
    same(a, numpy.full(4, 111))


def test_pycudas_globals():
    module = cp.SourceModule(
        "__constant__ float w[4]; __global__ void get(float* y) { y[threadIdx.x] = w[threadIdx.x]; }"
    )
    w, size = module.get_global("w")
    assert size == 16
    w.view("float32")[...] = cp.arange(4, dtype="float32")
    y = cp.zeros(4, dtype="float32")
    module.get_function("get")(y, block=(4, 1, 1), grid=(1, 1))
    same(y, numpy.arange(4))


@pytest.mark.skipif(DEVICE != "cpu", reason="options are the host compiler's here")
def test_options_of_source_modules(tmp_path):
    (tmp_path / "by.h").write_text("#define BY 3\n")
    source = '#include "by.h"\n__global__ void f(int* y) { *y = BY + MORE; }'
    module = cp.SourceModule(source, options=["-DMORE=4"], include_dirs=[str(tmp_path)], no_extern_c=True)
    y = cp.zeros(1, dtype="int32")
    module.get_function("f")(y, block=(1, 1, 1))
    assert y.item() == 7
    with pytest.raises(NotImplementedError, match="NUMLOOM_CACHE_DIR"):
        cp.SourceModule(source, cache_dir=str(tmp_path))
