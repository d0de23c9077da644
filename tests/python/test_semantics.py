# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Operators, promotion, casting, properties, errors, random numbers, names."""

import importlib.util
import inspect
import itertools
import pathlib
import subprocess
import sys

import numpy
import pytest
from conftest import DEVICE
from parity import DTYPES, assert_outcome, assert_same, both, outcome, samples

import numloom

OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "<", "<=", "==", "!=", ">", ">="]
NUMBERS = [True, 0, 1, -1, 300, 2**40, 1.5, float("nan"), 2j, 2**63, 10**30]


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_promote_as_numpy(operator):
    run = eval(f"lambda a, b: a {operator} b")
    arrays = [both(numpy.array([1, 2, 3]).astype(t)) for t in DTYPES]
    for (a, x), (b, y) in itertools.product(arrays, arrays):
        assert_outcome(outcome(run, x, y), outcome(run, a, b), 4, f"{a.dtype} {operator} {b.dtype}")
    numbers = [n for n in NUMBERS if operator != "**" or n != 300]  # 3j ** 300 magnifies the last rounding
    for (a, x), number in itertools.product(arrays, numbers):
        assert_outcome(outcome(run, x, number), outcome(run, a, number), 4, f"{a.dtype} {operator} {number}")
        assert_outcome(outcome(run, number, x), outcome(run, number, a), 4, f"{number} {operator} {a.dtype}")
    for (a, x), t in itertools.product(arrays, DTYPES):
        scalar = t.type(2)
        assert_outcome(
            outcome(run, x, scalar), outcome(run, a, scalar), 4, f"{a.dtype} {operator} {scalar!r}"
        )


@pytest.mark.parametrize(
    "operator", ["+=", "-=", "*=", "/=", "//=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>="]
)
def test_in_place_operators(operator):
    scope = {}
    exec(f"def run(a, b):\n    a {operator} b\n    return a", scope)
    for t in DTYPES:
        for other in (
            2,
            1.5,
            numpy.array([1, 2, 3], "i4"),
            numpy.array([1, 2, 3], "f8"),
            numpy.array([True] * 3),
        ):
            a, x = both(numpy.array([1, 2, 3]).astype(t))
            y = numloom.array(other) if isinstance(other, numpy.ndarray) else other
            got = outcome(scope["run"], x, y)
            assert_outcome(got, outcome(scope["run"], a, other), 4, f"{t} {operator} {other!r}")
            assert got[0] is None or got[0] is x
    kind = "f8" if operator == "/=" else "i8"
    fixed = numloom.broadcast_to(numloom.ones(1, kind), (3,))
    with pytest.raises(ValueError, match="read-only"):
        scope["run"](fixed, numloom.ones(3, kind))
    with pytest.raises(ValueError, match="broadcast"):
        scope["run"](numloom.ones(3, kind), numloom.ones((2, 3), kind))


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_casts_between_all_dtypes():
    for source, target in itertools.product(DTYPES, DTYPES):
        there = samples(source, size=40)
        if source.kind in "fc" and target.kind in "biu":  # outside the range the result is undefined in C
            there = numpy.nan_to_num(there.real, nan=0, posinf=1, neginf=0)
            there = numpy.clip(there, 0, 100).astype(source)
        assert_same(numloom.array(there).astype(target), there.astype(target), 0, f"{source} to {target}")
        for rule in ("no", "equiv", "safe", "same_kind", "unsafe"):
            got = outcome(numloom.array(there).astype, target, casting=rule)
            assert (got[1] is None) == numpy.can_cast(source, target, rule), (source, target, rule)
            assert numloom.can_cast(source, target, rule) == numpy.can_cast(source, target, rule)
        assert numloom.promote_types(source, target) == numpy.promote_types(source, target)


def test_dtype_arguments():
    for dtype in (
        float,
        int,
        bool,
        complex,
        "f4",
        "<i2",
        ">i2",
        "float16",
        numpy.uint8,
        numpy.dtype("c8"),
        "double",
    ):
        if dtype == ">i2":
            continue
        assert numloom.zeros(2, dtype=dtype).dtype == numpy.dtype(dtype)
    with pytest.raises(TypeError):
        numloom.zeros(2, dtype="nonsense")
    with pytest.raises(TypeError):
        numloom.ones(2).astype("U3", casting="safe")
    assert numloom.arange(3).dtype is numpy.dtype("int64")


def test_properties():
    there, here = both(numpy.arange(24, dtype="i4").reshape(2, 3, 4))
    for a, b in (
        (there, here),
        (there.T, here.T),
        (there[:, ::2], here[:, ::2]),
        (there[0, 0, 0:1], here[0, 0, 0:1]),
    ):
        for name in ("shape", "strides", "dtype", "ndim", "size", "itemsize", "nbytes"):
            assert getattr(b, name) == getattr(a, name), name
        for flag in (
            "c_contiguous",
            "f_contiguous",
            "writeable",
            "fnc",
            "forc",
            "behaved",
            "carray",
            "aligned",
        ):
            assert getattr(b.flags, flag) == getattr(a.flags, flag), flag
        assert b.flags["C"] == a.flags["C"]
    here.shape = (6, 4)
    assert here.shape == (6, 4)
    with pytest.raises((AttributeError, ValueError)):
        here.shape = (5, 5)
    with pytest.raises(AttributeError):
        here.T.shape = (24,)
    here.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        here[0] = 1
    here.setflags(write=True)
    here[0] = 1
    z = numloom.zeros(2, "c8")
    z.real = [1, 2]
    z.imag = 3
    assert z.tolist() == [1 + 3j, 2 + 3j]
    with pytest.raises(TypeError):
        numloom.ones(2).imag = 1
    with pytest.raises(AttributeError):
        here.size = 3


def test_printing():
    for there in (numpy.arange(2000), numpy.eye(3), numpy.array([1e-10, 1e10]), numpy.array([]), numpy.array(3),
                  numpy.array([[1 + 2j]], "c8"), numpy.array([True]), numpy.zeros((2, 0)), numpy.array([1.5], "f2")):  # fmt: skip
        here = numloom.array(there)
        assert repr(here) == repr(there)
        assert str(here) == str(there)
    with numloom.printoptions(precision=2):
        assert str(numloom.array([1 / 3])) == "[0.33]"
    assert f"{numloom.array(1.25):.1f}" == "1.2"
    with pytest.raises(TypeError, match="format"):
        format(numloom.ones(3), ".2f")


@pytest.mark.parametrize("call", [
    "np.add(a, np.ones(4))", "np.add(a, None)", "np.add(a, 'x')", "np.add(a)", "np.add(a, a, a, a)", "np.add(a, a, foo=1)",
    "np.add(a, a, out=np.ones(2))", "np.add(a, a, dtype='U3')", "np.add(a, a, order='X')", "np.add(a, a, casting='x')",
    "np.sin(a, out=np.ones(3, int))", "np.bitwise_and(a, a)", "np.sin(1j, dtype='f8')", "a @ np.ones((4, 2))",
    "np.zeros(-1)", "np.zeros((2, -3))", "np.reshape(a, 7)", "np.concatenate((a, np.ones((2, 2))))", "np.sum(a, axis=3)",
    "np.stack([a, np.ones(2)])", "np.zeros(2, order='Z')", "np.linspace(0, 1, -1)", "np.arange(0, 1, 0)", "np.arange()",
    "np.take(a, [9])", "np.transpose(a, (0, 1))", "np.squeeze(a, 0)", "np.eye(-1)", "np.subtract(a > 0, a > 0)", "-(a > 0)",
    "np.array([1, 2]) ** -1", "np.sum(a, bogus=1)", "np.where(a)[5]", "a.nonsense", "np.nonsense", "np.array([[1], [2, 3]])",
    "np.modf(a, out=a)", "np.negative(np.array([True]))", "np.left_shift(a, 1)", "np.expand_dims(a, 5)", "a.astype('i4', casting='safe')",
    "np.zeros((1,) * 65)", "np.broadcast_to(a, (2,))", "np.linalg.inv(np.zeros((2, 2)))", "np.full(2, 'x', dtype='f8')", "divmod(a, 'x')",
])  # fmt: skip
def test_errors_have_numpys_class(call):
    def run(np):
        return eval(call, {"np": np, "a": np.arange(3.0)})

    expected = outcome(run, numpy)
    assert expected[1] is not None
    assert_outcome(outcome(run, numloom), expected, 0, call)


def test_error_classes():
    a = numloom.ones(3)
    with pytest.raises(numpy.exceptions.AxisError) as axis:
        a.sum(axis=4)
    assert (axis.value.axis, axis.value.ndim) == (4, 1)
    with pytest.raises(numpy._core._exceptions.UFuncTypeError):
        numloom.bitwise_and(a, a)
    with pytest.raises(numpy._core._exceptions._UFuncOutputCastingError):
        numloom.add(a, a, out=numloom.ones(3, int))
    with pytest.raises(numpy._core._exceptions._UFuncInputCastingError):
        numloom.add(a, a, dtype=int)
    with pytest.raises(numpy.linalg.LinAlgError):
        numloom.linalg.inv(numloom.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"\(3,\).*\(2,\)"):
        a + numloom.ones(2)


# ---- random numbers ----


@pytest.mark.parametrize("seed", [0, 42, [1, 2, 3]])
def test_generator_gives_numpys_numbers(seed):
    there, here = numpy.random.default_rng(seed), numloom.random.default_rng(seed)
    for draw in (
        lambda g: g.random(5), lambda g: g.random(), lambda g: g.random((3, 4), dtype="f4"), lambda g: g.random(1001),
        lambda g: g.integers(10, size=7), lambda g: g.integers(-5, 5, (2, 3)), lambda g: g.integers(3, dtype="u1", size=9),
        lambda g: g.integers(0, 255, 9, dtype="u1", endpoint=True), lambda g: g.integers(2**40, size=3), lambda g: g.integers(6),
        lambda g: g.standard_normal(2000), lambda g: g.standard_normal(5, dtype="f4"), lambda g: g.normal(1, 2, 5),
        lambda g: g.uniform(-1, 1, (2, 2)), lambda g: g.choice(10, 4, replace=False), lambda g: g.exponential(2, 3),
        lambda g: g.permutation(6), lambda g: g.random(3), lambda g: g.poisson(4.0, 5), lambda g: g.standard_normal(),
        lambda g: g.normal([0, 1], 1), lambda g: g.integers([3, 4, 5]), lambda g: g.bytes(3), lambda g: g.random(2),
    ):  # fmt: skip
        assert_same(draw(here), draw(there), 0 if DEVICE == "cpu" else 1, inspect.getsource(draw)[:40])
    assert here.bit_generator.state == there.bit_generator.state
    out = numloom.empty(4)
    assert here.random(out=out) is out
    assert out.tolist() == there.random(4).tolist()
    assert here.spawn(1)[0].random() == there.spawn(1)[0].random()


def test_generator_errors_and_others():
    rng = numloom.random.default_rng(1)
    for bad in (lambda: rng.integers(5, 5), lambda: rng.random(-1), lambda: rng.random(3, dtype="i4"),
                lambda: rng.integers(300, dtype="u1"), lambda: rng.normal(0, -1, 3)):  # fmt: skip
        with pytest.raises((ValueError, TypeError)):
            bad()
    numloom.random.seed(5)
    numpy_state = numpy.random.RandomState(5)
    assert numloom.random.rand(3).tolist() == numpy_state.rand(3).tolist()
    other = numloom.random.Generator(numloom.random.MT19937(3))
    assert other.random(2).tolist() == numpy.random.Generator(numpy.random.MT19937(3)).random(2).tolist()


# ---- names ----


def test_every_name_of_numpy_is_there():
    missing = [name for name in numpy.__all__ if not hasattr(numloom, name)]
    assert not missing
    assert not [name for name in numloom.__all__ if not hasattr(numloom, name)]
    for name in numpy.linalg.__all__:
        assert hasattr(numloom.linalg, name)
    for name in numpy.fft.__all__:
        assert hasattr(numloom.fft, name)
    with pytest.raises(AttributeError, match="nonsense"):
        numloom.nonsense  # noqa: B018


def test_everything_public_is_documented():
    bare = [
        name
        for name in numloom.__all__
        if callable(getattr(numloom, name)) and not getattr(numloom, name).__doc__
    ]
    assert not bare
    for name in dir(numloom.ndarray):
        if not name.startswith("_"):
            assert getattr(numloom.ndarray, name).__doc__, name


def test_signatures_follow_numpy():
    """Parameters have NumPy's names in NumPy's order, where both can tell them."""
    for name in ("sum", "mean", "var", "concatenate", "reshape", "argsort", "searchsorted", "take", "full", "eye",
                 "linspace", "repeat", "clip", "moveaxis", "roll", "cumsum", "argmax", "any", "squeeze"):  # fmt: skip
        ours = [p.lstrip("*") for p in inspect.signature(getattr(numloom, name)).parameters]
        theirs = [
            p for p in inspect.signature(getattr(numpy, name)).parameters if p not in ("kwargs", "arrays")
        ]
        extra = {"descending", "dtype", "casting", "where", "order", "arrays"}
        assert [p for p in ours if p in theirs] == [p for p in theirs if p in ours], name
        assert set(theirs) <= set(ours), name
        assert set(ours) - set(theirs) <= extra, name


def test_stubs_are_fresh():
    root = pathlib.Path(__file__).parents[2]
    version = ".".join(numpy.__version__.split(".")[:2])
    if f"NumPy {version};" not in (root / "python" / "numloom" / "__init__.pyi").read_text():
        pytest.skip("the stubs list another NumPy's names")
    spec = importlib.util.spec_from_file_location("stubs", root / "python" / "stubs" / "write.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, text in module.stubs().items():
        assert (root / "python" / "numloom" / path).read_text() == text, f"{path}: run ./dev docs"


def test_import_is_light():
    """Importing numloom loads NumPy and nothing heavy, and works where there is no GPU."""
    code = "import numloom, sys; print(numloom.device_count(), [m for m in ('scipy', 'matplotlib') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.endswith("[]\n")


def test_annotations():
    alias = numloom.ndarray[tuple[int, int], numloom.dtype[numloom.float64]]
    assert alias.__origin__ is numloom.ndarray
    assert alias.__args__ == numpy.ndarray[tuple[int, int], numpy.dtype[numpy.float64]].__args__
