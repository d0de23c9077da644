# SPDX-License-Identifier: BSD-3-Clause
"""The build stays quick, in CPU seconds as scripts/compile_timer.py noted them: load changes nothing."""

import re
import subprocess

import pytest

from scripts import building
from scripts.environment import ROOT, tool
from scripts.style import files

EDIT_BUDGET = 40  # wall seconds on two cores to build again after an edit of one functor
FUNCTORS = [n for n in files(".hpp") if n.startswith("kernels/functors/") and not n.endswith("/all.hpp")]


def cpu_seconds(preset):
    """Object -> CPU seconds of a preset's build; skips where it was not built through ./dev."""
    times = {name: cpu for name, (cpu, _) in building.compile_times(preset).items()}
    if not times:
        pytest.skip(f"build/{preset} was not built by ./dev on this machine")
    return times


@pytest.mark.parametrize("preset", ["cpu", "sim"])
def test_no_file_takes_long(preset):
    slow = {name: cpu for name, cpu in cpu_seconds(preset).items() if cpu > building.FILE_BUDGET}
    assert not slow


@pytest.mark.parametrize("preset", ["cpu", "sim"])
def test_clean_build_stays_in_its_budget(preset):
    assert sum(cpu_seconds(preset).values()) / building.BUDGET_CORES <= building.CLEAN_BUDGET[preset]


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


@pytest.mark.xfail(
    reason="not reached: all loop files read every functor through functors/all.hpp, 52 s on two cores",
    strict=False,
)
@pytest.mark.parametrize("header", FUNCTORS)
def test_edit_of_one_functor_is_soon_built(header):
    times = cpu_seconds("cpu")
    again = [name for name in dependents("cpu", header) if "numloom_tests.dir" not in name]
    assert sum(times.get(name, 0) for name in again) / building.BUDGET_CORES <= EDIT_BUDGET
    assert (ROOT / header).exists()
