# SPDX-License-Identifier: BSD-3-Clause
"""A pytest plugin for suites of others: leaves out what the lists name, and writes a line a test.

NUMLOOM_TEST_DEVICE says where arrays live, NUMLOOM_SUITE_LISTS where the lists are, NUMLOOM_SUITE_RESULTS
where the lines go.
"""

import os
import sys
from pathlib import Path

import numpy
import pytest

import numloom

sys.path.insert(0, str(Path(__file__).parent))
import lists

DEVICE = os.environ.get("NUMLOOM_TEST_DEVICE", "cpu")
LISTS = Path(os.environ.get("NUMLOOM_SUITE_LISTS", Path(__file__).parent))
RESULTS = Path(os.environ.get("NUMLOOM_SUITE_RESULTS", os.devnull))
SAID = pytest.StashKey[list]()


def test_name(item) -> str:
    """directory/file::Class::test[parameters]; a directory called tests counts as its parent."""
    folders = [part for part in item.path.parts[:-1] if part != "tests"]
    file = item.path.stem.removeprefix("test_")
    return f"{folders[-1].removesuffix('_tests')}/{file}::{item.nodeid.split('::', 1)[1]}"


def note(*words) -> None:
    """Adds a line to the results, at once: a crash must not take them along."""
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write("\t".join(str(word).replace("\n", " ").replace("\t", " ") for word in words) + "\n")


def pytest_collection_modifyitems(config, items):
    """Leaves out what excluded.txt names, and what has a result from before a crash."""
    before = [line.split("\t") for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    done = {words[1] for words in before}
    listed = None if os.environ.get("NUMLOOM_SUITE_ALL") else lists.excluded(DEVICE, LISTS)
    kept, left = [], []
    for item in items:
        name = test_name(item)
        if name not in done and listed and listed.reason(name):
            note("excluded", name, 0, listed.reason(name))
            done.add(name)
        (left if name in done else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """One line when a test begins, one when it is over: a begun test without the other has crashed."""
    item.config.stash[SAID] = ["passed", 0.0, ""]
    note("begun", test_name(item))
    result = yield
    outcome, seconds, text = item.config.stash[SAID]
    note(outcome, test_name(item), f"{seconds:.2f}", text)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """The outcome of a test's three phases: the worst of them."""
    report = yield
    said = item.config.stash[SAID]
    said[1] += call.duration
    if report.failed:
        said[0] = "failed"
        said[2] = said[2] or f"{call.excinfo.typename}: {str(call.excinfo.value)[:300]}"
    elif report.skipped and said[0] == "passed":
        said[0] = "skipped"
    return report


@pytest.fixture(autouse=True)
def _fresh_state():
    """Error handling and print options as NumPy starts with them, and the device under test."""
    numloom.Device(DEVICE).use()
    with numpy.errstate(), numpy.printoptions():
        yield
    if DEVICE != "cpu":
        numloom.synchronize()  # what the GPU has to say yet is about this test, not about the next
