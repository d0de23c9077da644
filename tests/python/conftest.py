# SPDX-License-Identifier: BSD-3-Clause
"""The device under test, and a count of tests per device.

NUMLOOM_TEST_DEVICE=cpu|cuda chooses the device (cuda is the simulator in a `sim` build). NUMLOOM_TEST_MODULE=numpy runs
the suite against NumPy itself, which shows that a test asks for what NumPy does.
"""

import os

import pytest

DEVICE = os.environ.get("NUMLOOM_TEST_DEVICE", "cpu")
MODULE = os.environ.get("NUMLOOM_TEST_MODULE", "numloom")
os.environ["NUMLOOM_DEVICE"] = DEVICE

import numpy  # noqa: E402

if MODULE == "numloom":
    import numloom as np
else:
    np = numpy


def pytest_report_header(config):
    return f"{MODULE} {np.__version__} on {DEVICE}, NumPy {numpy.__version__}"


def pytest_terminal_summary(terminalreporter):
    ran = len(terminalreporter.stats.get("passed", [])) + len(terminalreporter.stats.get("failed", []))
    terminalreporter.write_line(f"tests on {DEVICE}: {ran}")


@pytest.fixture
def on_cpu():
    """Skips what only the CPU device has: bytes that the host can read in place."""
    if DEVICE != "cpu":
        pytest.skip("needs memory that the host can read")


@pytest.fixture
def numloom_only():
    if MODULE != "numloom":
        pytest.skip("about numloom alone")
