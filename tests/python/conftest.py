# SPDX-License-Identifier: BSD-3-Clause
"""One suite for every device: NUMLOOM_TEST_DEVICE=cpu (default) or cuda says where arrays live."""

import collections
import os
import re

import numpy
import pytest

import numloom

DEVICE = os.environ.get("NUMLOOM_TEST_DEVICE", "cpu")
_outcomes: collections.Counter = collections.Counter()


def pytest_configure(config):
    if DEVICE != "cpu" and numloom.device_count() == 0:
        raise pytest.UsageError(f"NUMLOOM_TEST_DEVICE={DEVICE}, but numloom finds no such device")
    numloom.Device(DEVICE).use()
    numpy.seterr(all="ignore")


def pytest_report_header(config):
    return f"numloom {numloom.__version__} on {numloom.current_device()}, NumPy {numpy.__version__}"


@pytest.fixture
def device():
    """The device under test."""
    return numloom.Device(DEVICE)


@pytest.fixture(autouse=True)
def _settings():
    """Every test starts on the device under test, with default settings."""
    numloom.Device(DEVICE).use()
    numloom.config.fallback = numloom.config.transfers = "allow"
    return


# Where NumPy before 2.4 gives another answer: numloom follows 2.4 whichever NumPy stands beside it.
NEW_IN_NUMPY_2_4 = re.compile(
    r"test_(values|facts)\[(ceil|floor|trunc)(-(bool|u?int\d+))?\]|test_products\[(matvec|vecmat)"
    r"|test_like_numpy\[(reshape|nonzero|clip)|test_dlpack$|test_operators_promote_as_numpy\[\*\*\]"
    r"|test_signatures_follow_numpy"
    # Norms and ranks of empty matrices, conditions of complex ones, wording of flat iterators and means.
    r"|test_(svd|hermitian_svd|matrix_rank|norm|vector_and_matrix_norm)\[|test_cond\[[FD]\]"
    r"|test_flat\[(\[True|\(1, 2\)|None)|test_isclose_of_weak_numbers|test_the_same_warnings\[mean of nothing"
    # Samplers that were mended since, and quantiles that are rounded otherwise in float16.
    r"|test_samples_of_several_draws\[(wald|zipf)|test_other_distributions\[(PCG64|MT19937)\]"
    r"|test_order\[np.(nan)?quantile|test_statistics.py::test_methods\[(\w+_unbiased|hazen|interpolated_inverted_cdf|linear|weibull)"
    # Argument forms that came later, bins of a bool array, unique rows of float16 with NaN.
    r"|test_layouts_of_new_arrays\[np\.(matvec|vecmat|cumulative_)"
    r"|test_sequences\[np.cumulative_sum|test_parts\[np.(insert|trim_zeros|pad)|test_sets.py::test_rules"
    r"|test_counts\[np.bincount|test_sets\[np.unique"
    # Bounds of clip, letters for modes, casts of single numbers, signatures, beta of small parameters.
    r"|test_like_numpy\[np\.(clip\(np\.asarray|convolve\(\[1, 2\], \[3\]|copyto)|test_methods_have_signatures"
    r"|test_beta_of_small_parameters"
    # A whole sum by einsum(optimize=...), which was a 0-d array instead of a scalar.
    r"|test_einsum.py::test_forms\[(True|optimal)"
)


# The same for one case of many: pytest.param(case, marks=numpy_2_4).
numpy_2_4 = pytest.mark.skipif(
    numpy.lib.NumpyVersion(numpy.__version__) < "2.4.0",
    reason=f"NumPy {numpy.__version__} differs from 2.4 here",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if NEW_IN_NUMPY_2_4.search(item.nodeid):
            item.add_marker(numpy_2_4)


cpu_only = pytest.mark.skipif(DEVICE != "cpu", reason="is about memory that the host can read")
cuda_only = pytest.mark.skipif(DEVICE == "cpu", reason="is about memory that the host cannot read")


def pytest_runtest_logreport(report):
    if report.when == "call" or report.skipped:
        _outcomes[report.outcome] += 1


def pytest_terminal_summary(terminalreporter):
    counts = ", ".join(f"{n} {outcome}" for outcome, n in sorted(_outcomes.items()))
    terminalreporter.write_line(f"device {numloom.Device(DEVICE)}: {counts}")
