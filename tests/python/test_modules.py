# SPDX-License-Identifier: BSD-3-Clause
"""Modules of NumPy are imported under numloom's name, each way that Python has."""

import importlib

import numpy
import pytest

import numloom

NUMPYS = (
    "ma", "ma.core", "char", "strings", "rec", "dtypes", "exceptions", "ctypeslib", "matlib", "version",
    "lib.format", "lib.recfunctions", "lib.array_utils", "random.mtrand", "random.bit_generator",
)  # fmt: skip
OURS = (
    "fft", "lib", "lib.stride_tricks", "linalg", "polynomial", "polynomial.polynomial",
    "polynomial.chebyshev", "random", "testing", "typing",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("name", NUMPYS)
def test_numpys_modules(name):
    theirs = importlib.import_module(f"numpy.{name}")
    spec = theirs.__spec__
    assert importlib.import_module(f"numloom.{name}") is theirs
    assert theirs.__spec__ is spec


@pytest.mark.parametrize("name", OURS)
def test_modules_of_numloom(name):
    module = importlib.import_module(f"numloom.{name}")
    assert module.__name__ == f"numloom.{name}"
    found = numloom
    for part in name.split("."):
        found = getattr(found, part)
    assert found is module


def test_what_is_not_there():
    with pytest.raises(ModuleNotFoundError, match=r"numloom\.nothing"):
        importlib.import_module("numloom.nothing")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("numloom.fft.nothing")


def test_functions_through_their_modules():
    from numloom.exceptions import AxisError
    from numloom.lib.stride_tricks import sliding_window_view
    from numloom.polynomial.chebyshev import chebval

    assert AxisError is numpy.exceptions.AxisError
    assert type(sliding_window_view(numloom.arange(5), 3)) is numloom.ndarray
    assert type(chebval(numloom.ones(2), [1, 2])) is numloom.ndarray


def test_annotations():
    import numloom.typing as npt

    assert npt.NDArray[numpy.float64].__origin__ is numloom.ndarray
    assert npt.ArrayLike is numpy.typing.ArrayLike
    assert numloom.typing is npt
    assert set(dir(npt)) >= set(npt.__all__) - {"NBitBase"}
