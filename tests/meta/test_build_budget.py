# SPDX-License-Identifier: BSD-3-Clause
"""The build stays quick, in CPU seconds as scripts/compile_timer.py noted them.

They grow when the other hyperthread of the core is busy, so the budgets are to be met with room to spare.
"""

import re
import subprocess

import pytest

from scripts import building
from scripts.environment import tool
from scripts.style import files

EDIT_BUDGET = 40  # wall seconds on two cores to build again after an edit of one functor
FUNCTORS = [n for n in files(".hpp") if n.startswith("kernels/functors/") and not n.endswith("/all.hpp")]


def compile_times(preset):
    """building.compile_times; skips where the preset was not built through ./dev."""
    times = building.compile_times(preset)
    if not times:
        pytest.skip(f"build/{preset} was not built by ./dev on this machine")
    return times


def on_budget_cores(times):
    """Wall seconds that compilations take on the two cores which the budgets speak of."""
    return sum(cpu for cpu, _ in times.values()) / building.BUDGET_CORES


@pytest.mark.parametrize("preset", building.CLEAN_BUDGET)
def test_no_file_takes_long(preset):
    slow = {name: cpu for name, (cpu, _) in compile_times(preset).items() if cpu > building.FILE_BUDGET}
    assert not slow


# What the clean build may cost with a busy neighbour: it must not grow further.
CEILING = {"cpu": 210, "sim": 235, "cuda-ptx": 390}


@pytest.mark.parametrize("preset", building.CLEAN_BUDGET)
def test_clean_build_does_not_grow(preset):
    assert on_budget_cores(building.without_tests(compile_times(preset))) <= CEILING[preset]


@pytest.mark.xfail(
    reason="two cores took for cpu 168 to 189 s of 150 s, for sim 235 s of 200 s, for cuda-ptx 307 s of "
    "300 s (2026-11-29; since then cpu takes 7 s less and sim some 27 s), and a busy machine adds a quarter",
    strict=False,
)
@pytest.mark.parametrize("preset", building.CLEAN_BUDGET)
def test_clean_build_stays_in_its_budget(preset):
    assert on_budget_cores(building.without_tests(compile_times(preset))) <= building.CLEAN_BUDGET[preset]


def dependents(preset, header):
    """The objects of a preset that are compiled again when a header changes."""
    words = [tool("ninja"), "-C", building.build_dir(preset), "-t", "deps"]
    listed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = []
    for block in re.split(r"\n\n+", listed):
        head, *needs = block.splitlines() or [""]
        if any(line.strip().endswith(header) for line in needs):
            found.append(head.split(":")[0])
    return found


@pytest.mark.parametrize("header", FUNCTORS)
def test_edit_of_one_functor_is_soon_built(header):
    times = building.without_tests(compile_times("cpu"))
    again = {name: times[name] for name in dependents("cpu", header) if name in times}
    assert on_budget_cores(again) <= EDIT_BUDGET
