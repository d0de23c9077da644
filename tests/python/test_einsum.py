# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""einsum against NumPy's, and against a loop over all labels."""

import itertools
import warnings

import numpy
import pytest
from conftest import cpu_only
from parity import assert_outcome, host, outcome

import numloom

SIZES = dict(zip("abcdefghijklmnopqrstuvwxyzAB", itertools.cycle((3, 2, 4, 5, 1, 3, 2))))
DTYPES = "?bBhHiIlLefdFD"

# Subscripts, and how many axes the ellipsis stands for in each operand.
FORMS = """
ij | ij->ji | ji | ij-> | ij->i | ij->j | ii | ii-> | ii->i | iij->ij | iji->ji | ijij->ij | ijij->ji | ijji-> | iii | iii->i
ijk->kj | ijk->ki | ijk-> | aab->b | Ba | aBA | ->  |
i,i | i,i-> | i,i->i | i,j | i,j->ji | i,j-> | i,j->j | ij,ij-> | ij,ji-> | ij,ij->ij | ij,ij->ji | ij,ji->ij | ij,ij->i | ij,ij->j
ij,jk | ij,jk->ik | ij,jk->ki | ij,kj->ik | ji,jk->ik | ji,kj->ki | ij,jh | ij,j | ij,j->ij | ij,i->j | ij,i | ij,jk->j | ij,jk-> | ij,jk->k | ij,k->ijk
bij,bjk->bik | bij,bjk->bki | bij,bjk->ikb | ibj,jbk->bik | bij,bkj->bik | bij,jk->bik | ij,bjk->bik | bij,bij->b | bij,bij->bi | bij,bji->b | abij,abjk->abik | abij,bajk->abik | aibj,bjak->kiab
ijk,k->ij | ijk,ik->ij | ijk,jil->kl | ijk,jil->lk | ijkl,kl->ij | ijkl,lk->ij | ijkl,ij | abcd,dcef->abef | abcd,dcef->fbea | abc,cba-> | abc,cba->b | abc,abd->cd
ii,i->i | ii,i | ii,jj-> | ii,ij->j | iij,jkk->ik | iij,jkk | ij,ij,ij | ij,ij,ij->i | ij,ij,ij->
,ij | ij,->ji | , | ,,i | i,->i | e,i->i | ei,ej->ij | ae,eb->ab | ae,be | eee->e
ij,jk,kl->il | ij,jk,kl | ij,jk,kl->li | ij,kl,jk-> | i,j,k->ijk | i,j,k->kij | i,j,k-> | ab,bc,cd,de->ae | ab,cd,bc,ad-> | abc,bd,ce->ade | ab,bc,ac->abc | ab,bc,ca-> | a,ab,abc->abc | a,ab,abc->c | a,b,ab,abc->abc
ea,fb,abcd,gc,hd->efgh | ab,ab,c-> | ab,ab,cd,cd,ef,ef-> | bb,ff,be->e | bcb,bb,fc,fff | efc,dbc,acf,fd->abe | dba,ead,cad->bce | ab,bc,cd,de,ef,fg,gh->ah | a,b,c,d,e,f,g-> | aef,fbc,dca->bde
 i j , j k -> i k | ij , jk | ij,jk  ->ik
"""
ELLIPSES = [
    ("...", [2]), ("...->...", [0]), ("...ij->...ji", [1]), ("...ij->ji...", [2]), ("...i->...", [2]), ("i...->...", [1]), ("i...i", [1]), ("i...i->i...", [2]), ("...ii->...i", [1]), ("ij...->j...i", [0]),
    ("...,...", [0, 2]), ("...,...", [2, 1]), ("...,...->...", [2, 2]), ("...i,...i", [1, 1]), ("...i,...i->...", [2, 1]), ("...i,i->...", [2, None]), ("i...,i...", [0, 1]), ("i,...i->...i", [None, 1]),
    ("...ij,...jk->...ik", [1, 1]), ("...ij,...jk->...ik", [2, 1]), ("...ij,...jk", [0, 1]), ("ij...,jk...->ik...", [1, 1]), ("ij...,jk...->ik...", [1, 2]), ("ki,...k->i...", [None, 1]), ("k...,jk", [1, None]), ("...ij,j...->i...", [1, 1]),
    ("i...j,...k->k...ij", [1, 2]), ("...a,...b,...ab->...", [1, 1, 2]), ("...i,...j,...k->...kji", [1, 1, 1]),
]  # fmt: skip
FORMS = [form.strip() for line in FORMS.strip().splitlines() for form in line.split("|")]
AXES = {1: (4,), 2: (3, 4), 0: (), None: ()}


def numbers(shape, dtype, seed):
    rng = numpy.random.default_rng([seed, *shape])
    kind = numpy.dtype(dtype).kind
    x = rng.integers(0, 2, shape) if kind == "b" else rng.integers(0 if kind == "u" else -3, 4, shape)
    return numpy.asarray(x + 1j * rng.integers(-3, 4, shape) if kind == "c" else x).astype(dtype)


def operands(form, dtype="d", ellipsis=()):
    """Small integers, so that every order of the sums gives the same."""
    made = []
    for i, term in enumerate(form.replace(" ", "").split("->")[0].split(",")):
        named = [SIZES[c] for c in term.replace("...", "")]
        at = term.find("...")
        shape = tuple(named) if at < 0 else (*named[:at], *AXES[ellipsis[i]], *named[at:])
        made.append(numbers(shape, dtype, i))
    return made


def ours(x):
    """The argument for numloom."""
    if isinstance(x, (list, tuple)):
        return type(x)(ours(y) for y in x)
    return numloom.array(x) if isinstance(x, numpy.ndarray) else x


def check(*args, **kwargs):
    """The same call here and there."""
    there = outcome(numpy.einsum, *args, **kwargs)
    here = outcome(numloom.einsum, *map(ours, args), **{k: ours(v) for k, v in kwargs.items()})
    what = f"{[getattr(a, 'shape', a) for a in args]} {kwargs}"
    assert_outcome(here, there, 0, what)
    return here[0], there[0]


def naive(form, arrays):
    """Every product, by a loop over all labels."""
    left, right = form.replace(" ", "").split("->")
    terms = left.split(",")
    extent = {c: n for term, a in zip(terms, arrays) for c, n in zip(term, a.shape)}
    total = numpy.zeros([extent[c] for c in right], arrays[0].dtype)
    for values in itertools.product(*(range(n) for n in extent.values())):
        at = dict(zip(extent, values))
        total[tuple(at[c] for c in right)] += numpy.prod(
            [a[tuple(at[c] for c in term)] for term, a in zip(terms, arrays)]
        )
    return total


@pytest.mark.parametrize("optimize", [False, True, "optimal"])
def test_forms(optimize):
    for form in FORMS:
        if optimize != "optimal" or form.count(",") < 5:  # NumPy's search takes too long
            check(form, *operands(form), optimize=optimize)
    for form, ellipsis in ELLIPSES:
        check(form, *operands(form, "d", ellipsis), optimize=optimize)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes(dtype):
    for form in (
        "ij->i",
        "ii",
        "ij->ji",
        "i,i",
        "ij,ij->ij",
        "ij,jk",
        "bij,bjk->bik",
        "bi,bi->b",
        "ij,jk,kl->il",
        "ij,k->k",
    ):
        check(form, *operands(form, dtype))
        first, *others = operands(form, dtype)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", numpy.exceptions.ComplexWarning)
            integers = first.astype("i2")
        check(form, integers, *others)
        check(form, first, *others, out=numpy.array(numpy.einsum(form, first, *others)))
        check(form, integers.astype("f4"), *others, casting="unsafe", dtype=dtype)


@pytest.mark.parametrize(
    "form", ["ij,jk->ik", "ii->", "abc,cba->b", "ij,ij,ij->i", "i,j,k->kij", "bij,bjk->bki", "ab,bc,ca->"]
)
def test_against_a_loop(form):
    arrays = operands(form)
    assert numpy.array_equal(host(numloom.einsum(form, *map(ours, arrays))), naive(form, arrays))


def test_strided_operands():
    a, b = numbers((6, 8, 4), "d", 0), numbers((4, 8, 6), "d", 1)
    cut = [
        lambda x: x[::2],
        lambda x: x[:, ::-1],
        lambda x: x.T,
        lambda x: x[1:, 2:, 1:],
        lambda x: x.swapaxes(0, 1),
        lambda x: x[:, :, :1],
        lambda x: x[:0],
    ]
    for form in (
        "abc->",
        "abc->ca",
        "abc->cab",
        "abc,abc->",
        "abc,abc->b",
        "abc,abd->cd",
        "abc,acd->bd",
        "abc,dbc->ad",
        "abc,def->a",
        "abc,bca->c",
    ):
        for f, g in itertools.product(cut, cut):
            x, y = f(a), g(b)
            arrays = (x, y) if "," in form else (x,)
            theirs = outcome(numpy.einsum, form, *arrays)
            given = (f(numloom.array(a)), g(numloom.array(b)))[: len(arrays)]
            assert_outcome(outcome(numloom.einsum, form, *given), theirs, 0, f"{form} {x.shape} {y.shape}")


def test_broadcast_axes_of_one():
    one, many = numbers((1, 3), "d", 0), numbers((4, 3), "d", 1)
    for form in ("ij,ij->ij", "ij,ij->i", "ij,ij->", "ij,ij->j", "ij,ik->jk", "ij,ik->ijk"):
        check(form, one, many)
        check(form, many, one, optimize=True)
        check(form, one, one)


def test_views():
    a = numloom.arange(24.0).reshape(2, 3, 4)
    square = numloom.arange(27.0).reshape(3, 3, 3)
    for form, x in (
        ("ijk->kji", a),
        ("ijk", a),
        ("...k->k...", a),
        ("iij->ij", square),
        ("iii->i", square),
        ("iji->ij", square),
    ):
        view = numloom.einsum(form, x)
        assert numloom.shares_memory(view, x), form
        assert view.flags.writeable, form
        view[...] = -1
        assert host(x).min() == -1, form
    frozen = numloom.broadcast_to(numloom.arange(4.0), (3, 4))
    assert not numloom.einsum("ij->ji", frozen).flags.writeable
    assert not numloom.shares_memory(numloom.einsum("ijk->i", a), a)
    number = numloom.array(3.0)
    assert numloom.einsum("", number)._is_scalar


def test_lists_of_labels():
    a, b, v = numbers((2, 3), "d", 0), numbers((3, 4), "d", 1), numbers((3,), "d", 2)
    for args in (
        (a, [0, 1]), (a, [1, 0]), (a, [0, 1], [1, 0]), (a, (0, 1), (1,)), (a, [0, 1], []), (a, [0, 1], b, [1, 2]), (a, [0, 1], b, [1, 2], [2, 0]), (a, [30, 1], [1, 30]), (a, [51, 0], b, [0, 3]),
        (a, [Ellipsis, 1], v, [1]), (a, [Ellipsis, 1], b, [1, Ellipsis], [Ellipsis]), (a, [..., 0], [0, ...]), (3, [], a, [0, 1]), (a, range(2)), ([[1, 2], [3, 4]], [0, 0]),
        (a, [0, 60]), (a, [0, -1]), (a, ["a", "b"]), (a, "ij"), (a, [0, 1.5]), (a, [0, True]), (a, 0), (a, None), (a, [0, 1], None), (a, [0]), (a, [0, 1, 2]), (a, [0, 1], b), (3, 4), (a,), (3,), (None,) * 5,
    ):  # fmt: skip
        check(*args)


@pytest.mark.parametrize("order", "CFAK")
def test_order(order):
    a, b = numbers((3, 4), "d", 0), numbers((4, 5), "d", 1)
    for form in ("ij,jk->ik", "ij,jk->ki", "ij,jk->ijk", "ij,jk->kji"):
        for x, y in ((a, b), (numpy.asfortranarray(a), numpy.asfortranarray(b))):
            made, _ = check(form, x, y, order=order)
            if order == "C":
                assert made.flags.c_contiguous, form
            if order == "F":
                assert made.flags.f_contiguous, form
    made, theirs = check("ijk->kj", numbers((2, 3, 4), "d", 0), order=order)
    if order in "CF":
        assert (made.flags.c_contiguous, made.flags.f_contiguous) == (
            theirs.flags.c_contiguous,
            theirs.flags.f_contiguous,
        )
    check("ij->i", a, order="Q")
    check("ij->i", a, order=3)


def test_results_of_extent_one_are_spread_over_out():
    a = numbers((1, 3), "d", 0)
    for subscripts, count in (("ij->ji", 1), ("ij->ij", 1), ("ij,ij->ij", 2), ("ij,jk->ik", 2)):
        for optimize in (False, True):
            outs = numpy.zeros((3, 3)), numloom.zeros((3, 3))
            numpy.einsum(subscripts, *[a] * count, out=outs[0], optimize=optimize)
            numloom.einsum(subscripts, *[ours(a)] * count, out=outs[1], optimize=optimize)
            assert numpy.allclose(outs[1].get(), outs[0], rtol=1e-14), subscripts


def test_out():
    a, b = numbers((3, 4), "d", 0), numbers((4, 5), "d", 1)
    c = numbers((4, 4), "d", 2)
    outs = [
        lambda: numpy.zeros((3, 5)),
        lambda: numpy.zeros((5, 3)).T,
        lambda: numpy.zeros((6, 10))[::2, ::-2],
        lambda: numpy.zeros((3, 5), "D"),
        lambda: numpy.zeros((3, 5), "f"),
        lambda: numpy.zeros((3, 4)),
        lambda: numpy.zeros(15),
        lambda: numpy.zeros((1, 5)),
        lambda: [[0] * 5] * 3,
        lambda: (numpy.zeros((3, 5)),),
    ]
    for make, form, more in itertools.product(
        outs,
        ("ij,jk->ik", "ij,jk,jj->ik"),
        ({}, {"casting": "same_kind"}, {"casting": "unsafe"}, {"dtype": "D"}),
    ):
        arrays = (a, b, c)[: form.count(",") + 1]
        out, theirs = ours(make()), make()
        there = outcome(numpy.einsum, form, *arrays, out=theirs, **more)
        here = outcome(numloom.einsum, form, *map(ours, arrays), out=out, **more)
        assert_outcome(here, there, 0, f"{form} {getattr(theirs, 'shape', theirs)} {more}")
        assert here[1] or here[0] is out
    for form in ("ij->ij", "ij->ji", "ii->i", "ij->", "ij->j", "ij,ij->ij", "ij,jk->ik", "ij,jk->ki"):
        x, y = c.copy(), ours(c)
        n = len(form.split("->")[1])
        target, mine = (
            (x, y) if n == 2 else (x[0], y[0]) if n == 1 else (x[0, 0:1].reshape(()), y[0, 0:1].reshape(()))
        )
        k = form.count(",") + 1
        numpy.einsum(form, *[x] * k, out=target)
        numloom.einsum(form, *[y] * k, out=mine)
        assert numpy.array_equal(host(y), x), form
    frozen = ours(numpy.zeros((3, 5)))
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        numloom.einsum("ij,jk->ik", ours(a), ours(b), out=frozen)
    whole = ours(numpy.array(0))
    assert numloom.einsum("i,i->", ours(a[0]), ours(a[0]), out=whole, optimize="optimal") is whole


def test_optimize():
    a, b, c = numbers((3, 4), "d", 0), numbers((4, 5), "d", 1), numbers((5, 2), "d", 2)
    for how in (False, True, None, "greedy", "optimal", ("greedy", 100), ("optimal", 1), ("greedy", 10.5), ["einsum_path", (0, 1), (0, 1)], ["einsum_path", (1, 2), (0, 1)], ["einsum_path", (0, 1, 2)], ("einsum_path", (2, 0), (1, 0)), ["einsum_path", (0,), (0, 1), (0, 1)], numpy.einsum_path("ij,jk,kl->il", a, b, c)[0],
                "foo", 3, 1, ["einsum_path"], ["einsum_path", (0, 1)], ["einsum_path", (0, 3)], [(0, 1)], ("greedy", 1, 2), ("foo", 3)):  # fmt: skip
        check("ij,jk,kl->il", a, b, c, optimize=how)
        check("ij,jk", a, b, optimize=how if not isinstance(how, list) else True)
    check("ij->ji", a, optimize="foo")
    whole = numpy.zeros((3, 5), "i4")
    for form in ("ij,jk", "i,j->ij", "i,i->"):  # what is assigned to out, and what is a scalar
        arrays = operands(form)
        check(form, *arrays, optimize=True)
        check(form.replace("i,i->", "i,i"), *arrays, optimize=True)
    assert numpy.array_equal(
        host(
            numloom.einsum(
                "ji,jk->ik", ours(a[:, :3]), ours(numbers((3, 5), "d", 4)), out=ours(whole), optimize=True
            )
        ),
        a[:, :3].T @ numbers((3, 5), "d", 4),
    )
    many = [numbers((2, 2), "d", i) for i in range(14)]
    form = ",".join(x + y for x, y in itertools.pairwise("abcdefghijklmno"))
    check(form, *many, optimize=True)
    few = numloom.einsum(form, *map(ours, many), optimize="optimal")  # NumPy's search would take years
    assert numpy.array_equal(host(few), numpy.linalg.multi_dot(many))
    path, text = numloom.einsum_path("ij,jk,kl->il", *map(ours, (a, b, c)))
    assert (path, text) == numpy.einsum_path("ij,jk,kl->il", a, b, c)


def test_keywords():
    a = numbers((3, 3), "d", 0)
    for more in (
        {"dtype": "f4"},
        {"dtype": "f4", "casting": "same_kind"},
        {"dtype": "i4", "casting": "unsafe"},
        {"dtype": "D"},
        {"dtype": "zz"},
        {"casting": "foo"},
        {"casting": 3},
        {"casting": "no"},
        {"foo": 3},
        {"dtype": "?", "casting": "unsafe"},
        {"dtype": "e", "casting": "unsafe"},
    ):
        for form in ("ij->i", "ij->ji", "ij,jk", "ij,ij->ij", "ij,jk,kl"):
            check(form, *[a] * (form.count(",") + 1), **more)
    check("ij->i", a, foo=3, optimize=True)
    check("ij,jk", a, a.astype("i4"), casting="no")
    check(b"ij->ji", a)


def test_errors():
    a, b, v = numpy.ones((2, 3)), numpy.ones((3, 4)), numpy.ones(3)
    for args in (
        (), ("",), ("i",), ("i,j", a), ("i", v, v), ("", 0, 0), (",", [0]), (",", 0, [0], [0]), ("i", 0), ("ij", [0, 0]), ("...i", 0), ("i...j", [0, 0]), ("i", a), ("ij", v), ("i...j", v),
        ("i..", v), ("...i...", a), (".i...", [0, 0]), ("j->..j", [0, 0]), ("j->.j...", [0, 0]), ("i$", a), ("i0", a), ("i%...", [0, 0]), ("i->&", [0, 0]), ("ij->k", a), ("ij->ii", a), ("ij-", a), ("ij>", a), ("ij->i->j", a), ("ij->i,j", a),
        ("ii", a), ("ii->i", a), ("ii", numpy.ones((1, 3))), ("ii,i->i", numpy.ones((1, 3)), v), ("ij,jk", a, a), ("ij,ij->ij", a, b), ("...,...->...", a, numpy.ones((4, 3))), ("ij,jk,kl", a, b, a), ("i,i", v), (None, a),
    ):  # fmt: skip
        for optimize in (False, True):
            check(*args, optimize=optimize)
    with pytest.raises(
        ValueError,
        match=r"label 'j' has extent 3 in operand 0 of shape \(2, 3\) and 2 in operand 1 of shape \(2, 3\)",
    ):
        numloom.einsum("ij,jk", ours(a), ours(a))
    with pytest.raises(ValueError, match="too many subscripts for operand 1"):
        numloom.einsum("ij,jkl", ours(a), ours(b))


def test_float16_is_rounded_once():
    x = numpy.full(4000, 0.1, "e")
    exact = (x.astype("d") ** 2).sum()
    assert float(numloom.einsum("i,i", ours(x), ours(x))) == float(numpy.float16(exact))
    assert float(numloom.einsum("i->", ours(x))) == float(numpy.float16(x.astype("d").sum()))


def test_large_products():
    rng = numpy.random.default_rng(0)
    for form, shapes in (
        ("ij,jk->ik", [(70, 40), (40, 90)]),
        ("bij,bjk->bik", [(3, 20, 33), (3, 33, 17)]),
        ("ijk,k->ij", [(9, 11, 50), (50,)]),
        ("bi,bi->b", [(40, 200), (40, 200)]),
        ("ij,jk,kl->il", [(20, 30), (30, 20), (20, 10)]),
    ):
        arrays = [rng.standard_normal(s) for s in shapes]
        made = host(numloom.einsum(form, *map(ours, arrays)))
        numpy.testing.assert_allclose(
            made, numpy.einsum(form, *arrays, optimize=True), rtol=1e-11, atol=1e-11
        )


@cpu_only
def test_arrays_of_objects_stay_numpys():
    x = numpy.array([1, 2], object)
    assert numloom.einsum("i,i", x, x) == 5


def test_nothing_runs_on_the_host():
    before = numloom.config.fallback
    numloom.config.fallback = "error"
    try:
        for form in FORMS:
            numloom.einsum(form, *map(ours, operands(form)))
    finally:
        numloom.config.fallback = before
