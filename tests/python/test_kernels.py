# SPDX-License-Identifier: BSD-3-Clause
"""Kernels from strings: how they are launched, what arguments they take, what they say when one is wrong."""

import os
import subprocess
import sys

import numpy
import pytest

import numloom as np
from tests.python.conftest import cpu_only

SAXPY = r"""
__global__ void saxpy(float a, const float* x, float* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}
"""


@pytest.fixture
def saxpy():
    return np.Kernel(SAXPY, "saxpy")


@pytest.fixture
def x():
    return np.arange(10, dtype="float32")


@pytest.fixture
def y():
    return np.ones(10, dtype="float32")


EXPECTED = 2.0 * numpy.arange(10) + 1


# ---- launching ----


@pytest.mark.parametrize(
    "launch",
    [
        lambda k, *a: k(*a, size=10),
        lambda k, *a: k(*a, size=10, block=4),
        lambda k, *a: k[3, 4](*a),
        lambda k, *a: k[(3,), (4, 1, 1)](*a),
        lambda k, *a: k(3, 4, *a),
        lambda k, *a: k((3, 1), (4,), a),
        lambda k, *a: k((3,), (4,), list(a)),
        lambda k, *a: k(*a, grid=(3, 1), block=(4, 1, 1)),
    ],
)
def test_forms_of_a_launch(saxpy, x, y, launch):
    assert launch(saxpy, 2, x, y, 10) is None
    assert y.tolist() == EXPECTED.tolist()


def test_size_zero_runs_nothing(saxpy, x, y):
    saxpy(2, x, y, 0, size=0)
    assert y.tolist() == [1] * 10


def test_signature_and_names(saxpy):
    assert saxpy.signature == "saxpy(float a, float const* x, float* y, int n)"
    assert saxpy.name == "saxpy"
    assert saxpy.source == SAXPY
    assert repr(saxpy) == "<numloom.Kernel saxpy>"


def test_name_may_be_left_out_when_there_is_one_kernel(x, y):
    np.Kernel(SAXPY)(2, x, y, 10, size=10)
    assert y.tolist() == EXPECTED.tolist()


def test_extern_c_and_attributes_and_comments(x, y):
    source = r"""
    // __global__ void decoy(int);
    extern "C" __global__ void __launch_bounds__(256) /* (a) */ saxpy(float a, const float* __restrict__ x,
                                                                     float* __restrict__ y, const int n) {
      if (threadIdx.x < n) y[threadIdx.x] += a * x[threadIdx.x];
    }"""
    np.Kernel(source, "saxpy")[1, 16](2, x, y, 10)
    assert y.tolist() == EXPECTED.tolist()


def test_stream(saxpy, x, y):
    stream = np.Stream()
    np.synchronize()  # x and y are filled on the current stream, which no event orders before this one
    saxpy(2, x, y, 10, size=10, stream=stream)
    stream.synchronize()
    assert y.tolist() == EXPECTED.tolist()


def test_stream_of_another_library(saxpy, x, y):
    stream = np.Stream()

    class Other:
        device = "something of its own"

        def __cuda_stream__(self):
            return stream.__cuda_stream__()

    assert stream.__cuda_stream__() == (0, stream.ptr)
    np.synchronize()
    saxpy(2, x, y, 10, size=10, stream=Other())
    stream.synchronize()
    assert y.tolist() == EXPECTED.tolist()
    with pytest.raises(TypeError, match="expected a Stream, got int"):
        saxpy(2, x, y, 10, size=10, stream=7)


# ---- templates ----

SCALE = """
template <class T> __global__ void scale(const T* x, T* y, T a, int n) {
  int i = threadIdx.x;
  if (i < n) y[i] = a * x[i];
}
"""


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "uint32", "int64", "uint64", "float16",
                                   "float64", "complex64", "complex128"])  # fmt: skip
def test_template_arguments_follow_from_the_arrays(dtype):
    a = np.arange(5).astype(dtype)
    out = np.zeros(5, dtype=dtype)
    np.Kernel(SCALE, "scale")[1, 32](a, out, 3, 5)
    assert np.asnumpy(out).tolist() == [0, 3, 6, 9, 12]


@pytest.mark.parametrize("argument", ["float", "float32", numpy.float32, numpy.dtype("float32"), np.float32])
def test_template_arguments_given(x, argument):
    kernel = np.Kernel(SCALE, "scale")[argument]
    assert kernel.name == "scale<float>"
    out = np.zeros(10, dtype="float32")
    kernel[1, 32](x, out, 3, 10)
    assert out.tolist() == (3 * numpy.arange(10)).tolist()
    np.Kernel(SCALE, "scale<float>")[1, 32](x, out, 2, 10)
    assert out.tolist() == (2 * numpy.arange(10)).tolist()


def test_template_with_numbers(x):
    source = "template <int N, class T = float> __global__ void f(T* x) { x[threadIdx.x % N] = N; }"
    np.Kernel(source, "f")["4"][1, 10](x)
    assert x.tolist() == [4, 4, 4, 4, *range(4, 10)]


def test_template_that_does_not_follow(x):
    with pytest.raises(TypeError, match=r"template parameter N does not follow"):
        np.Kernel("template <int N> __global__ void f(float* x) {}", "f")[1, 1](x)
    with pytest.raises(TypeError, match=r"expected float32 for T as in the arguments before, got float64"):
        np.Kernel(SCALE, "scale")[1, 1](x, x.astype("float64"), 1, 1)
    with pytest.raises(TypeError, match="is no template"):
        np.Kernel(SAXPY, "saxpy")["float"]


# ---- arguments ----


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({0: "2"}, TypeError, "expected an array or a number, got str"),
        ({0: None}, TypeError, r"argument 1 'a' \(float\)"),
        ({0: 1j}, TypeError, "expected a real number, got a complex one"),
        ({0: 1e39}, OverflowError, "1e[+]39 does not fit float32"),
        ({0: numpy.ones(3)}, TypeError, "expected a number, got an array of float64 with shape .3,."),
        (
            {1: 7},
            TypeError,
            r"argument 2 'x' \(float const\*\): expected an array of float32, got an integer 7",
        ),
        ({1: "double"}, TypeError, "expected an array of float32, got float64"),
        ({1: "integers"}, TypeError, "expected an array of float32, got int32"),
        ({1: "strided"}, ValueError, "expected a C-contiguous array, got shape .5,. with strides .8,."),
        ({1: [1.0, 2.0]}, TypeError, "expected an array or a number, got list"),
        (
            {3: 1.5},
            TypeError,
            r"argument 4 'n' \(int\): expected an integer, got a floating-point number 1.5",
        ),
        ({3: numpy.float32(1)}, TypeError, "expected an integer, got a floating-point number 1"),
        ({3: 2**31}, OverflowError, "2147483648 does not fit int32"),
        ({3: -(2**31) - 1}, OverflowError, "-2147483649 does not fit int32"),
        ({3: 2**70}, OverflowError, "does not fit 64 bits"),
    ],
)
def test_arguments_that_do_not_fit(saxpy, x, y, change, error, text):
    special = {"double": x.astype("float64"), "integers": x.astype("int32"), "strided": x[::2]}
    arguments = [2.0, x, y, 10]
    for position, value in change.items():
        arguments[position] = special.get(value, value) if isinstance(value, str) and position else value
    with pytest.raises(error, match=text):
        saxpy[1, 32](*arguments)
    assert y.tolist() == [1] * 10


@pytest.mark.parametrize("count", [0, 3, 5])
def test_number_of_arguments(saxpy, x, y, count):
    with pytest.raises(TypeError, match=rf"expected 4 arguments \(float a, .* int n\), got {count}"):
        saxpy[1, 32](*[2.0, x, y, 10, 11][:count])


def test_numbers_that_fit(saxpy, x, y):
    for a in (2, 2.0, True + 1, numpy.float64(2), numpy.int8(2), np.array(2.0), np.full(3, 2.0).max()):
        y[...] = 1
        saxpy[1, 32](a, x, y, numpy.uint16(10))
        assert y.tolist() == EXPECTED.tolist()


@pytest.mark.parametrize(
    ("c_type", "low", "high"),
    [("signed char", -128, 127), ("unsigned char", 0, 255), ("short", -(2**15), 2**15 - 1),
     ("unsigned", 0, 2**32 - 1),
     ("long long", -(2**63), 2**63 - 1), ("unsigned long long", 0, 2**64 - 1), ("size_t", 0, 2**64 - 1)],
)  # fmt: skip
def test_ranges_of_integers(c_type, low, high):
    kernel = np.Kernel(f"__global__ void f({c_type} v, {c_type}* out) {{ *out = v; }}", "f")
    dtype = {"short": "int16", "unsigned": "uint32", "signed char": "int8", "unsigned char": "uint8"}.get(
        c_type, "int64" if low else "uint64")  # fmt: skip
    out = np.zeros(1, dtype=dtype)
    for value in (low, high):
        kernel[1, 1](value, out)
        assert out.item() == value
    for value in (low - 1, high + 1):
        with pytest.raises(OverflowError):
            kernel[1, 1](value, out)


def test_bool_and_half_and_complex_numbers():
    source = """__global__ void f(bool b, float16 h, complex<double> z, float* out) {
      out[0] = b;
      out[1] = h;
      out[2] = z.im;
    }"""
    out = np.zeros(3, dtype="float32")
    kernel = np.Kernel(source, "f")
    kernel[1, 1](True, 0.5, 1 + 2j, out)
    assert out.tolist() == [1, 0.5, 2]
    with pytest.raises(TypeError, match="expected a bool, got an integer 1"):
        kernel[1, 1](1, 0.5, 1j, out)
    with pytest.raises(OverflowError, match="70000 does not fit float16"):
        kernel[1, 1](True, 7e4, 1j, out)


@cpu_only
def test_read_only_array(saxpy, x):
    frozen = np.ones(10, dtype="float32")
    frozen.flags.writeable = False
    saxpy[1, 32](1, frozen, x, 10)
    with pytest.raises(ValueError, match="the array is read-only"):
        saxpy[1, 32](1, x, frozen, 10)


@cpu_only
def test_misaligned_memory(saxpy, x):
    apart = numpy.zeros(41, dtype="uint8")[1:].view("float32")
    with pytest.raises(ValueError, match="aligned to its elements"):
        saxpy[1, 32](1, x, apart, 10)


def test_null_pointer():
    out = np.zeros(1, dtype="int32")
    np.Kernel("__global__ void f(const float* p, int* out) { *out = p == nullptr; }", "f")[1, 1](None, out)
    assert out.item() == 1


def test_void_pointer_takes_any_array():
    a = np.ones(4, dtype="int16")
    np.Kernel("__global__ void f(void* p) { ((short*)p)[threadIdx.x] = 7; }", "f")[1, 4](a)
    assert a.tolist() == [7, 7, 7, 7]


def test_views_take_any_strides():
    source = r"""
    __global__ void f(view<const double, 2> a, view<double, 2> out) {
      int i = threadIdx.y, j = threadIdx.x;
      if (i < a.shape[0] && j < a.shape[1]) out(i, j) = 10 * a(i, j) + a[i][j];
    }"""
    a = numpy.arange(24.0).reshape(4, 6)
    kernel = np.Kernel(source, "f")
    for pick in (lambda m: m, lambda m: m.T, lambda m: m[::-1, ::2], lambda m: m[1:3, 4::-2]):
        given = pick(np.array(a))
        out = np.zeros(given.shape[::-1]).T
        kernel[1, (8, 8)](given, out)
        assert np.asnumpy(out).tolist() == (11 * pick(a)).tolist()
    with pytest.raises(
        ValueError, match=r"argument 1 'a' \(view<double const, 2>\): expected an array of 2 dimension"
    ):
        kernel[1, (8, 8)](np.ones(3), np.ones((3, 3)))


def test_vector_types():
    pixels = np.arange(12, dtype="uint8").reshape(3, 4)
    source = """__global__ void f(uchar4* p) {
      uchar4 q = p[threadIdx.x];
      p[threadIdx.x] = make_uchar4(q.w, q.z, q.y, q.x);
    }"""
    np.Kernel(source, "f")[1, 3](pixels)
    assert pixels.tolist() == [[3, 2, 1, 0], [7, 6, 5, 4], [11, 10, 9, 8]]
    with pytest.raises(ValueError, match="expected a multiple of 4 elements"):
        np.Kernel(source, "f")[1, 3](np.zeros(7, dtype="uint8"))


PARTICLE = "struct particle { double x; float mass; int id; };\n"
particle = numpy.dtype([("x", "f8"), ("mass", "f4"), ("id", "i4")], align=True)


@cpu_only
def test_structures_by_value_and_by_pointer():
    source = PARTICLE + "__global__ void f(particle p, particle* all) { all[threadIdx.x].x += p.x * p.id; }"
    several = numpy.zeros(3, particle)
    kernel = np.Kernel(source, "f")
    kernel[1, 3](numpy.array((1.5, 2, 3), particle)[()], several)
    assert several["x"].tolist() == [4.5, 4.5, 4.5]
    with pytest.raises(TypeError, match="expected a structure of 16 bytes, got one of 8"):
        kernel[1, 3](numpy.zeros((), [("x", "f8")]), several)
    with pytest.raises(TypeError, match="expected a structure"):
        kernel[1, 3](3.0, several)
    with pytest.raises(TypeError, match="expected elements of 16 bytes, got structures of 8"):
        kernel[1, 3](several[0], numpy.zeros(3, [("x", "f8")]))


# ---- NumPy's arrays; In, Out, InOut ----


def test_numpy_arrays_are_used_where_they_are(saxpy):
    x, y = numpy.arange(10, dtype="float32"), numpy.ones(10, dtype="float32")
    saxpy[1, 32](2, x, y, 10)
    assert y.tolist() == EXPECTED.tolist()


def test_in_out_and_in_out(saxpy):
    x, y = numpy.arange(10, dtype="float32"), numpy.ones(20, dtype="float32")
    saxpy[1, 32](2, np.In(x), np.InOut(y[::2]), 10)
    assert y[::2].tolist() == EXPECTED.tolist()
    assert y[1::2].tolist() == [1] * 10
    saxpy[1, 32](2, np.In(x), np.In(y[:10]), 10)  # what is written to In is dropped
    assert y[::2].tolist() == EXPECTED.tolist()
    out = numpy.zeros(4, dtype="int32")
    np.Kernel("__global__ void f(int* p) { p[threadIdx.x] = threadIdx.x; }", "f")[1, 4](np.Out(out))
    assert out.tolist() == [0, 1, 2, 3]
    with pytest.raises(TypeError, match=r"expected an array in numloom.In\(\), got list"):
        saxpy[1, 32](2, np.In([1.0]), x, 10)


# ---- configuration ----


@pytest.mark.parametrize(
    ("grid", "block", "text"),
    [
        (1, 1025, r"expected a block of 1 to \(1024, 1024, 64\), got \(1025, 1, 1\)"),
        (1, (32, 33), r"expected at most 1024 threads a block, got 1056 \(32, 33, 1\)"),
        (1, (1, 1, 65), "expected a block of 1 to"),
        (1, -1, "expected a block of 1 to"),
        ((1, 65536), 1, r"expected a grid of 1 to \(2147483647, 65535, 65535\), got \(1, 65536, 1\)"),
        ((1, 2, 3, 4), 1, "expected one to three numbers for grid"),
        ((), 1, "expected one to three numbers for grid"),
        (0, 1, "expected a grid of 1 or more, got 0"),
        ((1,), (0, 4), r"expected a block of 1 or more, got \(0, 4\)"),
    ],
)
def test_illegal_launch_shapes(saxpy, x, y, grid, block, text):
    with pytest.raises(ValueError, match=text):
        saxpy[grid, block](1, x, y, 10)


def test_forms_that_are_no_launch(saxpy, x, y):
    with pytest.raises(TypeError, match=r"expected k\(grid, block, arguments"):
        saxpy(1, x, y, 10)
    with pytest.raises(TypeError, match="unexpected keyword argument 'sise'"):
        saxpy(1, x, y, 10, sise=10)
    with pytest.raises(ValueError, match="expected a grid or a size, got both"):
        saxpy(1, x, y, 10, size=10, grid=3)
    with pytest.raises(ValueError, match="expected a size of 0 or more"):
        saxpy(1, x, y, 10, size=-1)


def test_too_much_shared_memory(saxpy, x, y):
    with pytest.raises(
        (ValueError, np.CudaError), match="too much shared memory: expected at most 232448 bytes"
    ):
        saxpy(1, x, y, 10, size=10, shared=300_000)


# ---- what goes wrong while it runs ----


@cpu_only
def test_barrier_in_a_branch_names_kernel_thread_and_line(x):
    kernel = np.Kernel(r"""
__global__ void half_waits(float* x) {
  if (threadIdx.x < 3)
    __syncthreads();
}
""", "half_waits")  # fmt: skip
    with pytest.raises(np.CudaError) as caught:
        kernel[1, 32](x)
    text = str(caught.value)
    line = test_barrier_in_a_branch_names_kernel_thread_and_line.__code__.co_firstlineno + 5
    assert "[half_waits] block (0,0,0) thread (" in text
    assert f"{__file__}:{line}" in text


@cpu_only
def test_wild_access_is_an_error_and_not_the_end(x):
    kernel = np.Kernel("__global__ void wild(float* x) { *(volatile float*)8 = 1; }", "wild")
    with pytest.raises(
        np.CudaError, match=r"\[wild\] block \(0,0,0\) thread \(0,0,0\): illegal memory access at 0x8"
    ):
        kernel[1, 1](x)
    kernel = np.Kernel("__global__ void wild(float* x) { x[0] = 5; }", "wild")
    kernel[1, 1](x)
    assert x[0] == 5


@cpu_only
def test_write_past_a_shared_array(x):
    kernel = np.Kernel(
        "__global__ void f(float* x, int k) { __shared__ float s[8]; s[k] = 1; x[0] = s[0]; }",
        "f",
    )
    with pytest.raises(np.CudaError, match="a thread wrote past the shared variable `s` of 32 bytes"):
        kernel[1, 1](x, 8)


@cpu_only
def test_trap_assert_and_division(x):
    with pytest.raises(np.CudaError, match=r"__trap\(\)"):
        np.Kernel("__global__ void f(float* x) { __trap(); }", "f")[1, 1](x)
    with pytest.raises(np.CudaError, match=r"assertion `x\[0\] > 1` failed"):
        np.Kernel("#include <assert.h>\n__global__ void f(float* x) { assert(x[0] > 1); }", "f")[1, 1](x)
    with pytest.raises(np.CudaError, match="integer division by zero"):
        np.Kernel("__global__ void f(int k, int* x) { *x = 7 / k; }", "f")[1, 1](
            0, np.zeros(1, dtype="int32")
        )


@cpu_only
def test_printf(capfd, x):
    np.Kernel('#include <stdio.h>\n__global__ void f() { printf("thread %d\\n", threadIdx.x); }', "f")[1, 2]()
    assert sorted(capfd.readouterr().out.split("\n")) == ["", "thread 0", "thread 1"]


# ---- compile errors ----


def test_compile_error_shows_the_users_line():
    source = r"""
__global__ void broken(float* x) {
  x[0] = missing;
}
"""
    with pytest.raises(np.CompileError) as caught:
        np.Kernel(source, "broken").compile()
    line = test_compile_error_shows_the_users_line.__code__.co_firstlineno + 3
    assert f"{__file__}:{line}: error: " in str(caught.value)
    assert f"{line} |   x[0] = missing;\n" in str(caught.value)
    assert "missing" in caught.value.log
    assert caught.value.file == __file__
    assert caught.value.line == line


def test_compile_error_in_a_text_from_elsewhere():
    with pytest.raises(np.CompileError, match=r"<kernel>:2: error: "):
        np.Kernel("__global__ void made(float* x) {\n" + "  x = " + "nothing;\n}", "made").compile()


def test_unknown_name_expression():
    with pytest.raises(np.CompileError, match="no kernel for 'other'; kernels in the source: saxpy"):
        np.Kernel(SAXPY, "other").compile()


def test_missing_header():
    with pytest.raises(np.CompileError, match=r"nowhere\.h"):
        np.Kernel('#include "nowhere.h"\n' + SAXPY, "saxpy").compile()


# ---- headers and macros ----


def test_headers_as_text_and_defines(x):
    source = '#include "factor.h"\n__global__ void f(float* x) { x[threadIdx.x] *= FACTOR + MORE; }'
    kernel = np.Kernel(
        source, "f", headers={"factor.h": "#pragma once\n#define FACTOR 2\n"}, defines={"MORE": 3}
    )
    kernel[1, 10](x)
    assert x.tolist() == [5.0 * i for i in range(10)]


def test_headers_in_a_folder_are_part_of_the_key(tmp_path, x):
    (tmp_path / "inner.h").write_text("#define FACTOR 2\n")
    (tmp_path / "outer.h").write_text('#include "inner.h"\n')
    source = '#include "outer.h"\n__global__ void f(float* x) { x[threadIdx.x] *= FACTOR; }'
    np.Kernel(source, "f", include_dirs=[str(tmp_path)])[1, 10](x)
    (tmp_path / "inner.h").write_text("#define FACTOR 5\n")
    np.Kernel(source, "f", include_dirs=[str(tmp_path)])[1, 10](x)
    assert x.tolist() == [10.0 * i for i in range(10)]


@pytest.mark.parametrize(
    "header",
    [
        "stdio.h",
        "math.h",
        "stdint.h",
        "cuda_runtime.h",
        "cmath",
        "cstdlib",
        "algorithm",
        "device_launch_parameters.h",
    ],
)
def test_usual_headers(header, x):
    source = f"#include <{header}>\n__global__ void f(float* x) {{ x[0] = sqrtf(4.0f) + max(1, 3); }}"
    np.Kernel(source, "f")[1, 1](x)
    assert x[0] == 5


def test_constants_belong_to_one_kernel_object(x):
    source = "__constant__ float w[2]; __global__ void f(float* x) { x[threadIdx.x] = w[threadIdx.x]; }"
    one, two = np.Kernel(source, "f"), np.Kernel(source, "f")
    one.set_constant("w", np.array([1, 2], dtype="float32"))
    two.set_constant("w", np.array([3, 4], dtype="float32"))
    for kernel, expected in ((one, [1, 2]), (two, [3, 4])):
        kernel[1, 2](x)
        assert x.tolist()[:2] == expected
    with pytest.raises(ValueError, match="expected 8 bytes for 'w', got 12"):
        one.set_constant("w", np.ones(3, dtype="float32"))
    with pytest.raises(ValueError, match="no variable 'v'"):
        one.set_constant("v", np.ones(3, dtype="float32"))


# ---- CUDA's language ----


def run(body, count=1, block=1, dtype="float32", prefix="", shared=0):
    out = np.zeros(count, dtype=dtype)
    c_type = {"float32": "float", "float64": "double", "int32": "int", "uint32": "unsigned"}[dtype]
    np.Kernel(f"{prefix}\n__global__ void f({c_type}* out) {{ {body} }}", "f")(
        out, grid=1, block=block, shared=shared
    )
    return np.asnumpy(out).tolist()


def test_shared_declarations():
    body = "__shared__ int a[4], b; volatile __shared__ int c[2][2];"
    body += "if (threadIdx.x == 0) { b = 5; c[1][1] = 7; } "
    body += (
        "a[threadIdx.x] = threadIdx.x; __syncthreads(); out[threadIdx.x] = a[3 - threadIdx.x] + b + c[1][1];"
    )
    assert run(body, 4, 4, "int32") == [15, 14, 13, 12]


def test_dynamic_shared_at_file_scope():
    body = "s[threadIdx.x] = threadIdx.x; __syncthreads(); out[threadIdx.x] = s[3 - threadIdx.x];"
    assert run(body, 4, 4, "int32", "extern __shared__ int s[];", 16) == [3, 2, 1, 0]


def test_functions_of_warps():
    body = "int t = threadIdx.x; out[t] = __popc(__ballot_sync(~0u, t % 2)) + __any_sync(~0u, t == 3);"
    body += "out[t] += __shfl_sync(~0u, t, 5);"
    assert run(body, 32, 32, "int32") == [22] * 32


def test_atomics():
    body = "atomicAdd(out, 2); atomicMax(out + 1, (int)threadIdx.x); "
    body += "atomicCAS(out + 2, 0, 9); atomicExch(out + 3, 4);"
    assert run(body, 4, 32, "int32") == [64, 31, 9, 4]


def test_math_overloads():
    body = "out[0] = sqrt(2.0f); out[1] = pow(2.0f, 3); out[2] = fmaxf(1, 2) + min(3u, 4) + abs(-1.5f);"
    body += "out[3] = __expf(0) + rsqrtf(4);"
    assert numpy.allclose(run(body, 4), [2**0.5, 8, 6.5, 1.5])


def test_cooperative_groups():
    prefix = "#include <cooperative_groups.h>\nnamespace cg = cooperative_groups;"
    body = """cg::thread_block block = cg::this_thread_block();
    auto tile = cg::tiled_partition<16>(block);
    int sum = tile.thread_rank();
    for (int lanes = tile.size() / 2; lanes > 0; lanes /= 2) sum += tile.shfl_down(sum, lanes);
    if (tile.thread_rank() == 0) out[tile.meta_group_rank()] = sum;
    cg::this_grid().sync(); block.sync();"""
    assert run(body, 4, 64, "int32", prefix) == [120] * 4


# ---- the cache ----

PROGRAM = """
import sys, numpy, numloom as np
for k in range(int(sys.argv[1])):
    source = "__global__ void f%d(int* out) { *out = %d; }" % (k, k)
    out = np.zeros(1, dtype="int32")
    np.Kernel(source, "f%d" % k)[1, 1](out)
    assert out.item() == k
info = np.kernel_cache_info()
print(info["hits"], info["misses"], info["folder"])
"""


def start(folder, kernels=3, **variables):
    env = {**os.environ, "NUMLOOM_CACHE_DIR": str(folder), **variables}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(kernels)],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process):
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    hits, misses, folder = out.split(maxsplit=2)
    return int(hits), int(misses), folder.strip()


def test_second_start_compiles_nothing(tmp_path):
    assert finish(start(tmp_path, 20)) == (0, 20, str(tmp_path))
    assert finish(start(tmp_path, 20)) == (20, 0, str(tmp_path))
    assert len(list(tmp_path.iterdir())) == 20


@pytest.mark.parametrize("count", [2, 5])
def test_several_processes_compile_once(tmp_path, count):
    all_of_them = [finish(p) for p in [start(tmp_path, 3) for _ in range(count)]]
    assert sum(misses for _, misses, _ in all_of_them) == 3
    assert sum(hits for hits, _, _ in all_of_them) == 3 * (count - 1)


def test_damaged_files_are_made_again(tmp_path):
    finish(start(tmp_path, 4))
    damage = [lambda whole: b"", lambda _: b"\x7fELF rubbish", lambda whole: whole[:-100],
              lambda whole: whole[:500] + bytes([whole[500] ^ 1]) + whole[501:]]  # fmt: skip
    for path, damaged in zip(sorted(tmp_path.iterdir()), damage, strict=True):
        path.write_bytes(damaged(path.read_bytes()))
    assert finish(start(tmp_path, 4))[:2] == (0, 4)
    assert finish(start(tmp_path, 4))[:2] == (4, 0)


def test_folder_that_cannot_be_written_to(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    hits, misses, folder = finish(start(file / "cache", 2))
    assert (hits, misses) == (0, 2)
    assert not folder.startswith(str(tmp_path))
    assert not os.path.exists(folder)


def test_size_of_the_cache_is_limited(tmp_path):
    finish(start(tmp_path, 3, NUMLOOM_CACHE_LIMIT="0"))
    assert len(list(tmp_path.iterdir())) == 1


def test_no_compiler_is_one_clear_error(tmp_path):
    process = start(tmp_path, 1, NUMLOOM_CXX="/nowhere/c++")
    assert "NotAvailableError: [kernel] without a GPU a C++ compiler" in process.communicate()[1]
    assert process.returncode == 1


def test_clear_kernel_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMLOOM_CACHE_DIR", str(tmp_path))
    np.Kernel("__global__ void cleared() {}", "cleared")[1, 1]()
    assert np.kernel_cache_info()["files"] == 1
    assert np.kernel_cache_info()["bytes"] > 0
    np.clear_kernel_cache()
    assert np.kernel_cache_info()["files"] == 0


# ---- NVRTC, which needs no GPU ----


def test_device_image():
    try:
        image = np.Kernel(SAXPY, "saxpy").device_image("sm_90")
    except np.NotAvailableError:
        pytest.skip("NVRTC is not on this machine")
    assert image[:4] == b"\x7fELF"
    assert b"saxpy" in image
    with pytest.raises(np.CompileError, match=r"<kernel>:1: error: identifier .q. is undefined"):
        np.Kernel("__global__ void f() { " + "q; }", "f").device_image("sm_90")


def test_compile_for_gpus_of_other_machines(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMLOOM_CACHE_DIR", str(tmp_path))
    kernel = np.Kernel(SAXPY, "saxpy")
    try:
        assert kernel.compile(archs=["sm_80", "sm_90"]) is kernel
    except np.NotAvailableError:
        pytest.skip("NVRTC is not on this machine")
    assert len(list(tmp_path.rglob("*.cubin"))) == 2
    assert kernel.device_image("sm_90")[:4] == b"\x7fELF"
    np.Kernel(SAXPY, "saxpy").compile(archs="sm_80")
    assert len(list(tmp_path.rglob("*.cubin"))) == 2  # it was there
    np.RawModule(code=SAXPY).compile(archs="sm_80")  # with CuPy's headers
    assert len(list(tmp_path.rglob("*.cubin"))) == 3
    kernel.compile(archs="all")
    assert len(list(tmp_path.rglob("*.cubin"))) > 4
    with pytest.raises(np.CompileError):
        np.Kernel("__global__ void f() { " + "q; }", "f").compile(archs="all")
    with pytest.raises(TypeError, match="template"):
        np.Kernel("template <class T> __global__ void f(T* x) { x[0] = 1; }", "f").compile(archs="sm_80")
    with pytest.raises(TypeError):
        kernel.compile(archs=[80])
