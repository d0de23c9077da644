# SPDX-License-Identifier: BSD-3-Clause
"""Launches beyond grid and block: block="auto", cooperative, constants, structures, memory that is lent."""

import numpy
import pytest

import numloom as np
from tests.python.conftest import DEVICE, cpu_only

cuda_only = pytest.mark.skipif(DEVICE == "cpu", reason="needs a device besides the CPU")
COUNT = (
    "__global__ void count(int* y, int n) { if (blockIdx.x * blockDim.x + threadIdx.x < n) atomicAdd(y, 1); }"
)


# ---- block="auto" ----


@pytest.mark.parametrize(
    "launch",
    [
        lambda k, y: k(y, 1000, size=1000, block="auto"),
        lambda k, y: k(y, 1000, grid=32, block="auto"),
        lambda k, y: k[32, "auto"](y, 1000),
        lambda k, y: k(32, "auto", y, 1000),
    ],
)
def test_block_auto(launch):
    y = np.zeros(1, dtype="int32")
    launch(np.Kernel(COUNT, "count"), y)
    assert y.item() == 1000


def test_best_block():
    threads = np.Kernel(COUNT, "count").best_block(0)
    assert 32 <= threads <= 1024
    assert threads % 32 == 0
    with pytest.raises(ValueError, match="expected numbers or 'auto' for block, got 'best'"):
        np.Kernel(COUNT, "count")(np.zeros(1, dtype="int32"), 1, size=1, block="best")


def test_occupancy():
    k = np.Kernel(COUNT, "count")
    for block in (32, 256, (16, 16), [8, 8, 2]):
        assert 0 < k.occupancy(block) <= 1
        assert 0 < k.occupancy(block, shared=1024) <= 1
    for block in (0, -32, 1 << 20, (64, 64, 64), (-1, -32)):
        with pytest.raises(ValueError, match="expected a block of 1 to 1024 threads"):
            k.occupancy(block)


# ---- cooperative ----

TOGETHER = r"""
#include <cooperative_groups.h>
namespace cg = cooperative_groups;
__global__ void sums(const int* x, int* parts, int* y) {
  __shared__ int own;
  cg::grid_group grid = cg::this_grid();
  for (int round = 0; round < 3; ++round) {
    if (threadIdx.x == 0) own = 0;
    __syncthreads();
    atomicAdd(&own, x[grid.thread_rank()] + round);
    __syncthreads();
    if (threadIdx.x == 0) parts[blockIdx.x] = own;
    grid.sync();
    int total = 0;
    for (int k = 0; k < gridDim.x; ++k) total += parts[k];
    y[grid.thread_rank()] = total;
    grid.sync();
  }
}
"""


@pytest.mark.parametrize("blocks", [1, 2, 7, 40])
def test_blocks_that_wait_for_each_other(blocks):
    x = np.arange(blocks * 32, dtype="int32")
    parts, y = np.zeros(blocks, dtype="int32"), np.zeros(blocks * 32, dtype="int32")
    np.Kernel(TOGETHER, "sums")(x, parts, y, grid=blocks, block=32, cooperative=True)
    total = sum(range(blocks * 32)) + 2 * blocks * 32
    assert y.tolist() == [total] * (blocks * 32)


def test_raw_kernel_and_module_that_are_cooperative():
    x, parts, y = (np.zeros(64, dtype="int32") for _ in range(3))
    np.RawKernel(TOGETHER, "sums", enable_cooperative_groups=True)((2,), (32,), (x, parts, y))
    assert y.tolist() == [128] * 64
    module = np.RawModule(code=TOGETHER, enable_cooperative_groups=True)
    module.get_function("sums")((2,), (16,), (x, parts, y))
    assert y.tolist() == [64] * 32 + [128] * 32


def finish(launch):
    launch()
    np.synchronize()


def test_grid_that_is_too_large_is_refused():
    kernel = np.Kernel(TOGETHER, "sums")
    most = kernel.max_cooperative_blocks(32)
    a = np.zeros(32 * (most + 1), dtype="int32")
    with pytest.raises(
        ValueError, match=rf"at most {most} blocks of 32 threads in a cooperative launch, got"
    ):
        kernel(a, a, a, grid=most + 1, block=32, cooperative=True)


@cpu_only
def test_grid_sync_without_a_cooperative_launch():
    a = np.zeros(64, dtype="int32")
    with pytest.raises(np.CudaError, match=r"more than one block: expected a cooperative launch .*:1[0-9]"):
        np.Kernel(TOGETHER, "sums", file="nowhere")(a, a, a, grid=2, block=32)


@cpu_only
def test_block_that_returns_before_the_others_wait():
    source = """#include <cooperative_groups.h>
__global__ void f(int* y) {
  if (blockIdx.x == 1) return;
  cooperative_groups::this_grid().sync();
}"""
    with pytest.raises(np.CudaError, match="reached by 2 blocks of 3: the others have returned"):
        np.Kernel(source, "f")(np.zeros(1, dtype="int32"), grid=3, block=4, cooperative=True)


@cpu_only
def test_error_in_one_block_ends_all():
    source = """#include <cooperative_groups.h>
__global__ void f(int* y) {
  cooperative_groups::this_grid().sync();
  if (blockIdx.x == 1) __trap();
  cooperative_groups::this_grid().sync();
}"""
    kernel = np.Kernel(source, "f")
    with pytest.raises(np.CudaError, match=r"block \(1,0,0\) thread \(\d,0,0\): __trap"):
        kernel(np.zeros(1, dtype="int32"), grid=3, block=4, cooperative=True)
    with pytest.raises(np.NotAvailableError, match="do not follow blocks that wait for each other"):
        np.Kernel(source, "f", debug=True)(np.zeros(1, dtype="int32"), grid=3, block=4, cooperative=True)


# ---- constants ----

WEIGHTS = """
__constant__ float w[3];
__device__ int calls;
struct pair { float a, b; };
__constant__ pair p;
__global__ void f(float* y) { y[threadIdx.x] = w[threadIdx.x] + p.a; atomicAdd(&calls, 1); }
"""


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 3],
        (1.0, 2.0, 3.0),
        numpy.array([1, 2, 3], dtype="float32"),
        lambda: np.arange(1, 4).astype("f4"),
    ],
)
def test_constants(values):
    kernel = np.Kernel(WEIGHTS, "f")
    kernel.const["w"] = values() if callable(values) else values
    kernel.const["calls"] = 5
    y = np.zeros(3, dtype="float32")
    kernel[1, 3](y)
    assert y.tolist() == [1, 2, 3]
    np.synchronize()
    assert kernel.const["w"].tolist() == [1, 2, 3]
    assert kernel.const["calls"].tolist() == [8]
    kernel.const["p"] = numpy.array([1.5, 0], dtype="float32")
    kernel[1, 3](y)
    assert y.tolist() == [2.5, 3.5, 4.5]


def test_constants_that_do_not_fit():
    const = np.Kernel(WEIGHTS, "f").const
    with pytest.raises(TypeError, match="expected an array of float32 for 'w', got int32"):
        const["w"] = np.arange(3, dtype="int32")
    with pytest.raises(ValueError, match="expected 12 bytes for 'w', got 8"):
        const["w"] = [1, 2]
    with pytest.raises(ValueError, match="no variable 'v'"):
        const["v"] = [1, 2]
    with pytest.raises(ValueError, match="no variable 'v'"):
        const["v"]
    with pytest.raises(TypeError, match="cannot be deleted"):
        del const["w"]


# ---- templates by name ----


def test_templates_by_name():
    source = "template <class T, int N = 2, bool UP = true> __global__ void f(T* y) { *y += UP ? N : -N; }"
    y = np.zeros(1)
    np.Kernel(source, "f", templates={"N": 5})[1, 1](y)
    np.Kernel(source, "f", templates={"UP": False})[1, 1](y)
    assert y.item() == 3
    kernel = np.Kernel(source, "f", templates={"T": "float64", "N": 4, "UP": True})
    assert kernel.name == "f<double, 4, true>"
    kernel[1, 1](y)
    assert y.item() == 7


# ---- structures: fields, not only sizes ----

PARTICLE = "struct particle { double x; float mass, charge; int id[2]; };\n"
GOOD = [("x", "f8"), ("mass", "f4"), ("charge", "f4"), ("id", "i4", (2,))]


@cpu_only
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (GOOD, ""),
        ([("position", "f8"), ("m", "f4"), ("q", "f4"), ("k", "u4", (2,))], ""),  # names are the caller's
        ([("mass", "f4"), ("charge", "f4"), ("x", "f8"), ("id", "i4", (2,))], "'mass' at byte 0, 4 bytes"),
        ([("x", "f8"), ("mass", "f4"), ("charge", "i4"), ("id", "i4", (2,))], r"'charge' .* \(integers\)"),
        ([("x", "f8"), ("both", "f4", (2,)), ("id", "i4", (2,))], "'both' at byte 8, 8 bytes"),
    ],
)
def test_layout_of_structures(fields, text):
    source = (
        PARTICLE + "__global__ void f(particle p, const particle* all, double* y) { *y = p.x + all->id[1]; }"
    )
    kernel = np.Kernel(source, "f")
    one, y = numpy.zeros(1, fields), np.ones(1)
    if not text:
        kernel[1, 1](one[0], one, y)
        assert y.item() == 0
        return
    with pytest.raises(TypeError, match=rf"argument 1 'p' \(particle\): expected .*; got one with .*{text}"):
        kernel[1, 1](one[0], one, y)
    with pytest.raises(TypeError, match=r"argument 2 'all' \(particle const\*\)"):
        kernel[1, 1](numpy.zeros(1, GOOD)[0], one, y)


@cpu_only
def test_packed_structure_is_told_to_align():
    source = "struct s { char c; double d; };\n__global__ void f(s v, double* y) { *y = v.d; }"
    kernel = np.Kernel(source, "f")
    fields, y = [("c", "i1"), ("d", "f8")], np.zeros(1)
    kernel[1, 1](numpy.array((1, 2.5), numpy.dtype(fields, align=True))[()], y)
    assert y.item() == 2.5
    late = numpy.dtype({"names": ["c", "d"], "formats": ["i1", "f8"], "offsets": [0, 4], "itemsize": 16})
    with pytest.raises(TypeError, match="align=True"):
        kernel[1, 1](numpy.zeros((), late), y)


@cpu_only
@pytest.mark.parametrize(
    "struct",
    [
        "struct s { float a; __device__ float twice() const { return 2 * a; } };",  # what is not plain:
        "struct base { float a; }; struct s : base {};",  # only the size is known
        "#ifdef OTHER\nstruct s { double a; };\n#else\nstruct s { float a; };\n#endif",
        "struct s { unsigned a : 4, b : 28; };",
        "template <class T> struct of { T a; }; using s = of<float>;",
        "struct inner { float a; }; struct s { inner i; };",
        "struct s { const float a; };",
    ],
)
def test_structures_of_all_kinds_compile(struct):
    np.Kernel(struct + "\n__global__ void f(s v, float* y) { *y = sizeof(v); }", "f")[1, 1](
        numpy.zeros((), [("a", "f4")])[()]
        if "inner i" not in struct
        else numpy.zeros((), [("i", [("a", "f4")])]),
        y := np.zeros(1, dtype="float32"),
    )
    assert y.item() == 4


def test_layouts_for_gpus():
    try:
        image = np.Kernel(PARTICLE + "__global__ void f(particle p) {}", "f").device_image("sm_90")
    except np.NotAvailableError:
        pytest.skip("NVRTC is not on this machine")
    assert b"layout_ofI8particle" in image


# ---- arrays of NumPy and of other devices ----


def test_what_is_const_does_not_come_back():
    source = "__global__ void f(const int* x, int* y) { ((int*)x)[0] = 9; y[0] = 7; }"
    x, y = numpy.ones(2, dtype="int32"), numpy.ones(2, dtype="int32")
    np.Kernel(source, "f")[1, 1](x[::2].copy() if DEVICE == "cpu" else x, y)
    assert x.tolist() == [1, 1]
    assert y.tolist() == [7, 1]


def test_in_and_out_in_both_directions():
    source = """__global__ void f(const int* x, int* y, int* z) {
  y[threadIdx.x] = x[threadIdx.x] + z[threadIdx.x]++;
}"""
    x, y, z = (numpy.arange(8, dtype="int32")[::2] for _ in range(3))
    np.Kernel(source, "f")[1, 4](np.In(x), np.Out(y), np.InOut(z))
    assert x.tolist() == [0, 2, 4, 6]
    assert y.tolist() == [0, 4, 8, 12]
    assert z.tolist() == [1, 3, 5, 7]


@pytest.mark.parametrize("n", [1000, 20_000, 700_001])  # above 64 KB through pinned blocks
def test_what_is_lent_follows_the_stream_of_the_launch(n):
    stream = np.Stream()
    source = """__global__ void f(const int* x, int* y, int n) {
  int i = blockIdx.x * 256 + threadIdx.x;
  if (i < n) y[i] += x[i];
}"""
    kernel = np.Kernel(source, "f")
    x, y = numpy.arange(n, dtype="int32"), numpy.ones(2 * n, dtype="int32")
    for _ in range(3):
        kernel(np.In(x), np.InOut(y[::2]), n, size=n, stream=stream)
    assert (y[::2] == 3 * x + 1).all()
    assert (y[1::2] == 1).all()


@cuda_only
def test_host_array_where_a_device_array_is_meant():
    here, there = np.zeros(4, dtype="int32"), np.zeros(4, dtype="int32", device="cpu")
    with pytest.raises(ValueError, match=r"argument 2 'x' .*expected an array on cuda:0, got one on cpu"):
        np.Kernel("__global__ void f(int* y, int* x) {}", "f")[1, 1](here, there)


def test_array_of_another_library_is_no_pointer():
    with pytest.raises(TypeError, match="expected an array or a number, got bytearray"):
        np.Kernel(COUNT, "count")[1, 1](bytearray(8), 1)
    with pytest.raises(TypeError, match="expected an array of int32, got uint8"):
        np.Kernel(COUNT, "count")[1, 1](memoryview(bytearray(8)), 1)


# ---- syntax ----


@pytest.mark.parametrize("text", ["y[0] = 1", "y[0] = (1;", "for (int i = 0 i < 3; ++i) {}"])
def test_syntax_error(text):
    with pytest.raises(np.CompileError, match=r"<kernel>:2: error: expected") as caught:
        np.Kernel("__global__ void f(int* y) {\n" + text + "\n}", "f").compile()
    assert caught.value.line in (2, 3)


# ---- what goes wrong while it runs, on a device ----


@cuda_only
def test_access_outside_all_memory_is_found():
    y = np.zeros(4, dtype="int32")
    source = "__global__ void f(int* y) { *(volatile int*)(8 + y[0]) = 1; }"
    with pytest.raises(np.CudaError, match=r"\[f\] block \(0,0,0\) thread \(0,0,0\): illegal memory access"):
        finish(lambda: np.Kernel(source, "f")[1, 1](y))


@cuda_only
def test_errors_that_come_late_name_the_call():
    y = np.zeros(4, dtype="int32")
    kernel = np.Kernel("__global__ void late(int* y) { *(volatile int*)(8 + y[0]) = 1; }", "late")
    with pytest.raises(np.CudaError) as caught:
        finish(lambda: kernel[1, 1](y))
    line = test_errors_that_come_late_name_the_call.__code__.co_firstlineno + 5
    assert f"late grid (1,1,1) block (1,1,1) at {__file__}:{line}" in str(caught.value)


@cuda_only
def test_barrier_in_a_branch_is_found():
    y = np.zeros(4, dtype="int32")
    source = "__global__ void f(int* y) { if (threadIdx.x < 3) __syncthreads(); }"
    with pytest.raises(np.CudaError, match=r"\[f\] block \(0,0,0\) thread"):
        finish(lambda: np.Kernel(source, "f")[1, 32](y))


# ---- what it costs, as the benchmark measures it ----


def test_benchmark_of_kernels():
    from benchmarks.python import kernels

    found = kernels.importing()
    assert found["of_this_part"] == {}
    figures = {"checking": 5e-7, "launching": 1e-6, "compiling": 0.2, "images": None, "importing": found}
    assert "(goal 1 us: reached)" in kernels.lines(figures, "cpu")[0]
    assert kernels.least("x", {"x": 1}, calls=100, batches=2) < 1e-3
