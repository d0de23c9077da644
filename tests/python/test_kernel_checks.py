# SPDX-License-Identifier: BSD-3-Clause
"""debug=True and check=True: each mistake is an error that names kernel, thread, array and line."""

import numpy
import pytest

import numloom as np
from tests.python import teaching_kernels as sources
from tests.python.conftest import cpu_only

pytestmark = cpu_only


def mistake(source, *arguments, block=1, grid=1, shared=0, **kind):
    """The text of the error that a launch ends with; lines are the text's own."""
    kernel = np.Kernel(source, **{"file": "nowhere", **kind})
    with pytest.raises(np.CudaError) as caught:
        kernel(*arguments, grid=grid, block=block, shared=shared)
    return str(caught.value)


PAST = """__global__ void past(const float* x, float* y, int n) {
  int i = threadIdx.x;
  if (i <= n)
    y[i] = x[i];
}"""


def test_read_past_an_array():
    x, y = np.arange(10, dtype="float32"), np.zeros(11, dtype="float32")
    text = mistake(PAST, x, y, 10, block=32, debug=True)
    assert (
        "[past] block (0,0,0) thread (10,0,0): reads 4 bytes, 0 bytes past the end of argument 1 'x'" in text
    )
    assert "(40 bytes), line <kernel>:4" in text


def test_write_past_an_array_and_before_it():
    x, y = np.arange(10, dtype="float32"), np.zeros(8, dtype="float32")
    assert "writes 4 bytes, 0 bytes past the end of argument 2 'y' (32 bytes)" in mistake(
        PAST, x, y, 8, block=32, debug=True
    )
    source = "__global__ void before(float* y) { y[-3] = 1; }"
    assert "writes 4 bytes, 12 bytes before the start of argument 1 'y'" in mistake(source, y[4:], debug=True)


def test_a_slice_ends_where_it_ends():
    y = np.zeros(10, dtype="float32")
    source = "__global__ void f(float* y) { y[threadIdx.x] = 1; }"
    assert "thread (4,0,0): writes 4 bytes, 0 bytes past the end" in mistake(
        source, y[:4], block=5, debug=True
    )
    np.Kernel(source, debug=True)[1, 5](y[:5])
    assert y.tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]


def test_the_line_is_the_programs():
    source = r"""
__global__ void f(float* y) {
  y[10] = 1;
}
"""
    text = mistake(source, np.zeros(1, dtype="float32"), debug=True, file=__file__)
    line = test_the_line_is_the_programs.__code__.co_firstlineno + 3
    assert f"{__file__}:{line}" in text


def test_static_shared_memory():
    source = "__global__ void f(float* y, int k) { __shared__ float s[4][8]; s[0][0] = 1; y[0] = s[k][0]; }"
    y = np.zeros(1, dtype="float32")
    assert "index 4 out of bounds for 'float [4][8]' at <kernel>:1" in mistake(source, y, 4, debug=True)
    np.Kernel(source, debug=True)[1, 1](y, 0)
    assert y[0] == 1


def test_dynamic_shared_memory():
    source = "__global__ void f() { extern __shared__ float s[]; s[threadIdx.x] = 1; }"
    text = mistake(source, block=32, shared=124, debug=True)
    assert (
        "writes 4 bytes, 0 bytes past the end of the shared variable `dynamic shared memory` (124 bytes)"
        in text
    )


@pytest.mark.parametrize(
    ("operation", "k", "text"),
    [
        ("k + 1", 2**31 - 1, "signed integer overflow in an addition"),
        ("-k", -(2**31), "signed integer overflow in a negation"),
        ("1 << k", 33, "shift by a negative count, or by all bits or more"),
        ("7 / k", 0, "integer division by zero or overflow"),
    ],
)
def test_undefined_operations(operation, k, text):
    source = f"__global__ void f(int* y, int k) {{\n  *y = {operation};\n}}"
    assert f"{text} at <kernel>:2" in mistake(source, np.zeros(1, dtype="int32"), k, debug=True)


def test_structures_of_numpy():
    particles = numpy.zeros(3, [("x", "f8"), ("y", "f8")])
    source = "struct p { double x, y; };\n__global__ void f(p* all) { all[threadIdx.x].y = 1; }"
    np.Kernel(source, debug=True)[1, 3](particles)
    assert particles["y"].tolist() == [1, 1, 1]
    assert "thread (3,0,0): writes 8 bytes, 8 bytes past the end" in mistake(
        source, particles, block=4, debug=True
    )


# ---- races ----


def test_missing_barrier():
    source = """__global__ void f(float* y) {
  __shared__ float s[64];
  s[threadIdx.x] = 1;
  y[threadIdx.x] = s[63 - threadIdx.x];
}"""
    text = mistake(source, np.zeros(64, dtype="float32"), block=64, check=True)
    assert "race: it " in text
    assert "shared memory, line <kernel>:" in text
    assert "and nothing orders the two" in text
    fixed = source.replace("= 1;", "= 1; __syncthreads();")
    np.Kernel(fixed, check=True)[1, 64](np.zeros(64, dtype="float32"))


def test_global_memory():
    source = "__global__ void f(int* y) { y[0] += 1; }"
    y = np.zeros(1, dtype="int32")
    assert "argument 1 'y', byte 0, line <kernel>:1, which thread (" in mistake(
        source, y, block=2, check=True
    )
    assert "of another block wrote" in mistake(source, y, grid=2, check=True)
    np.Kernel(source.replace("y[0] += 1", "atomicAdd(y, 1)"), check=True)[2, 2](y)


def test_bytes_of_one_word_are_no_race():
    y = np.zeros(64, dtype="uint8")
    np.Kernel("__global__ void f(unsigned char* y) { y[threadIdx.x] = threadIdx.x; }", check=True)[1, 64](y)
    assert y.tolist() == list(range(64))


def test_warps_are_ordered_by_their_operations():
    source = """__global__ void f(int* y) {
  __shared__ int s[32];
  s[threadIdx.x] = threadIdx.x;
  __syncwarp();
  y[threadIdx.x] = s[31 - threadIdx.x];
}"""
    y = np.zeros(32, dtype="int32")
    np.Kernel(source, check=True)[1, 32](y)
    assert y.tolist() == list(range(31, -1, -1))
    assert "race: " in mistake(source.replace("__syncwarp();", ""), y, block=32, check=True)


def test_fences_order_blocks():
    source = """__global__ void last(const int* x, int* parts, unsigned* done, int* total) {
  parts[blockIdx.x] = x[blockIdx.x] * 2;
  __threadfence();
  if (atomicAdd(done, 1) != gridDim.x - 1) return;
  __threadfence();
  for (int k = 0; k < gridDim.x; ++k) *total += parts[k];
}"""
    x, parts = np.arange(8, dtype="int32"), np.zeros(8, dtype="int32")
    done, total = np.zeros(1, dtype="uint32"), np.zeros(1, dtype="int32")
    np.Kernel(source, check=True)[8, 1](x, parts, done, total)
    assert total.item() == 56


@pytest.mark.parametrize("kind", ["debug", "check"])
def test_correct_kernels_stay_silent(kind):
    rng = numpy.random.default_rng(1)
    a, b = rng.random((20, 12)), rng.random((12, 9))
    c = np.empty((20, 9))
    matmul = np.Kernel(sources.MATMUL, "matmul<double, 8>", **{kind: True})
    matmul[(2, 3), (8, 8)](np.array(a), np.array(b), c, 20, 12, 9)
    assert numpy.allclose(np.asnumpy(c), a @ b)
    total, x = np.zeros(1, dtype="float32"), np.ones(500, dtype="float32")
    np.Kernel(sources.REDUCTION, "reduction", **{kind: True})[2, 64](x, total, 500)
    assert total.item() == 500
    values = rng.integers(0, 256, 300, dtype="uint8")
    counts = np.zeros(256, dtype="uint32")
    np.Kernel(sources.HISTOGRAM, "histogram", **{kind: True})[2, 64](np.array(values), counts, 300)
    assert np.asnumpy(counts).tolist() == numpy.bincount(values, minlength=256).tolist()
    keys = rng.integers(-9, 9, 64, dtype="int32")
    given = np.array(keys)
    np.Kernel(sources.BITONIC_SORT, "bitonic_sort", **{kind: True})(given, 64, grid=1, block=32, shared=256)
    assert given.tolist() == sorted(keys.tolist())
