# SPDX-License-Identifier: BSD-3-Clause
"""The canonical teaching kernels as strings, each with a size that fills no block exactly."""

import numpy
import numpy.testing

import numloom as np
from tests.python import teaching_kernels as sources

rng = numpy.random.default_rng(7)


def normal(*shape, dtype="float32"):
    return rng.standard_normal(shape).astype(dtype)


def close(result, expected, rtol=1e-5, atol=1e-5):
    numpy.testing.assert_allclose(np.asnumpy(result), expected, rtol=rtol, atol=atol)


def test_vector_add():
    a, b = normal(1000), normal(1000)
    c = np.empty(1000, dtype="float32")
    np.Kernel(sources.VECTOR_ADD, "vector_add")(np.array(a), np.array(b), c, 1000, size=1000)
    close(c, a + b)


def test_saxpy():
    x, y = normal(1000), normal(1000)
    device_y = np.array(y)
    np.Kernel(sources.SAXPY, "saxpy")[3, 128](2.5, np.array(x), device_y, 1000)
    close(device_y, y + numpy.float32(2.5) * x)


def test_matmul_with_tiles():
    a, b = normal(33, 20, dtype="float64"), normal(20, 17, dtype="float64")
    c = np.empty((33, 17))
    kernel = np.Kernel(sources.MATMUL, "matmul")[np.float64, 8]
    kernel[(3, 5), (8, 8)](np.array(a), np.array(b), c, 33, 20, 17)
    close(c, a @ b, 1e-12, 1e-12)


def test_reduction_with_shuffles():
    x = normal(10_000)
    total = np.zeros(1, dtype="float32")
    np.Kernel(sources.REDUCTION, "reduction")[4, 256](np.array(x), total, x.size)
    close(total, [x.sum(dtype="float64")], atol=1e-2)


def test_histogram_with_shared_atomics():
    values = rng.integers(0, 256, 5000, dtype="uint8")
    counts = np.zeros(256, dtype="uint32")
    np.Kernel(sources.HISTOGRAM, "histogram")[5, 128](np.array(values), counts, values.size)
    close(counts, numpy.bincount(values, minlength=256))


def test_prefix_sum():
    x = rng.integers(-9, 9, 1001, dtype="int32")
    out = np.empty(1001, dtype="int32")
    np.Kernel(sources.PREFIX_SUM, "prefix_sum")(np.array(x), out, x.size, grid=1, block=512, shared=4 * 1024)
    close(out, numpy.concatenate([[0], x.cumsum()[:-1]]))


def test_transpose_with_padded_tile():
    a = normal(37, 50, dtype="float64")
    out = np.empty((50, 37))
    np.Kernel(sources.TRANSPOSE, "transpose")[(4, 3), (16, 16)](np.array(a), out, 37, 50)
    close(out, a.T)


def test_stencil_with_halo_and_constant_weights():
    a = normal(30, 41)
    w = numpy.array([0.5, 0.1, 0.2, 0.05, 0.15], dtype="float32")
    kernel = np.Kernel(sources.STENCIL, "stencil")
    kernel.set_constant("weights", np.array(w))
    out = np.empty((30, 41), dtype="float32")
    kernel[(3, 4), (16, 8)](np.array(a), out, 30, 41)
    p = numpy.pad(a, 1, mode="edge")
    close(out, w[0] * a + w[1] * p[:-2, 1:-1] + w[2] * p[2:, 1:-1] + w[3] * p[1:-1, :-2] + w[4] * p[1:-1, 2:])


def test_mandelbrot_with_structures_by_value():
    steps = np.empty((20, 30), dtype="uint16")
    corner = numpy.dtype([("x", "f8"), ("y", "f8")], align=True)
    low, high = numpy.array((-2.0, -1.0), corner)[()], numpy.array((1.0, 1.0), corner)[()]
    np.Kernel(sources.MANDELBROT, "mandelbrot")[(4, 3), (8, 8)](steps, 20, 30, low, high, 50)
    c = numpy.linspace(-2, 1, 30) + 1j * numpy.linspace(-1, 1, 20)[:, None]
    z, expected = numpy.zeros_like(c), numpy.full(c.shape, 50, dtype="uint16")
    for k in range(50):
        gone = (abs(z) > 2) & (expected == 50)
        expected[gone] = k
        z = numpy.where(abs(z) <= 2, z * z + c, z)
    assert (np.asnumpy(steps) == expected).mean() > 0.99  # on the set's edge a rounding decides


def test_n_body_with_vectors():
    bodies = normal(100, 4)
    pull = np.empty((100, 4), dtype="float32")
    np.Kernel(sources.N_BODY, "n_body")(np.array(bodies), pull, 100, 0.01, grid=4, block=32, shared=32 * 16)
    apart = bodies[None, :, :3] - bodies[:, None, :3]
    inverse = ((apart**2).sum(-1) + 0.01) ** -1.5
    close(pull[:, :3], (apart * (bodies[None, :, 3] * inverse)[..., None]).sum(1), 1e-3, 1e-2)


def test_sparse_matrix_times_vector():
    dense = normal(50, 70, dtype="float64") * (rng.random((50, 70)) < 0.2)
    rows, columns = dense.nonzero()
    starts = numpy.concatenate([[0], numpy.bincount(rows, minlength=50).cumsum()]).astype("int32")
    x = normal(70, dtype="float64")
    y = np.empty(50)
    arrays = (starts, columns.astype("int32"), dense[rows, columns], x)
    np.Kernel(sources.SPMV, "spmv")(*map(np.array, arrays), y, 50, size=50 * 32)
    close(y, dense @ x, 1e-12, 1e-12)


def test_bitonic_sort():
    keys = rng.integers(-1000, 1000, 512, dtype="int32")
    given = np.array(keys)
    np.Kernel(sources.BITONIC_SORT, "bitonic_sort")(given, 512, grid=1, block=128, shared=4 * 512)
    close(given, numpy.sort(keys))
