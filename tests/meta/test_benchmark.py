# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark's tables are sound: every row runs with NumPy, and a wrong result is noticed."""

import pytest

pytest.importorskip("rich", reason="the benchmark prints with rich")

import numpy

from benchmarks.python import __main__ as bench
from benchmarks.python import report, rows, worker

CPU_ROWS = rows.cpu_rows()
FIXED_SHAPE = ("sum over", "cumsum over axis 0 of")  # too large for a test; ./dev bench runs them
SCALABLE = {row.name: row for row in [*CPU_ROWS, *rows.gpu_rows()] if not row.name.startswith(FIXED_SHAPE)}


def test_titles_are_unique():
    for every in (CPU_ROWS, rows.gpu_rows()):
        assert len({row.title for row in every}) == len(every)


@pytest.mark.parametrize("name", sorted(SCALABLE))
def test_row_runs_with_numpy(name):
    row = SCALABLE[name]
    asked = {
        "inputs": row.inputs,
        "statement": row.statement,
        "n": 4 if row.n == 4 else 1024,
        "other": row.other,
    }
    work = worker.Worker(worker.Library("numpy", "cpu"))
    work.prepare(asked, only_result=True)
    assert numpy.size(eval(work.text, work.names)) >= 1


def test_goals_are_no_lower_than_floors():
    assert all(row.goal >= row.floor for row in CPU_ROWS if row.goal and row.floor)


def test_large_rows_say_what_they_move():
    large = [row for row in CPU_ROWS if row.n == rows.LARGE and row.group != "order"]
    assert all(row.moves and row.ceiling in ("read", "copy", "add") for row in large)


@pytest.mark.parametrize(
    ("got", "text"),
    [
        (numpy.array([1, 2], numpy.float32), ""),
        (numpy.array([1, 2.1], numpy.float32), "differs by 0.1"),
        (numpy.array([1, 2], numpy.float64), "expected dtype float32, got float64"),
        (numpy.array([1, 2, 3], numpy.float32), "expected shape (2,), got (3,)"),
    ],
)
def test_wrong_results_are_noticed(got, text):
    row = rows.Row("a+b f4", "elementwise", "", "a + b", 2)
    expected = numpy.array([1, 2], numpy.float32)
    said = bench.difference(row, (expected.shape, expected), (got.shape, got), same_dtype=True)
    assert said.startswith(text)
    assert bool(said) == bool(text)


@pytest.mark.parametrize(("ratio", "verdict"), [(3.5, "goal"), (2.5, "floor"), (1.0, "below")])
def test_verdicts(ratio, verdict):
    row = rows.Row("a+b", "elementwise", "", "a + b", 8, goal=3, floor=2)
    assert report.verdict(row, {"times": {"numpy": ratio, "numloom": 1.0}}, "numpy") == verdict
