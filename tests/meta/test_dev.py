# SPDX-License-Identifier: BSD-3-Clause
"""./dev itself: how it counts, what it measures, and that it speaks plainly."""

import subprocess
import sys

import pytest

from scripts import building, console, environment, testing
from scripts.environment import ROOT

PYTEST_REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure message="x"/></testcase><testcase name="c"><error/></testcase>
<testcase name="d"><skipped message="no GPU here"/></testcase></testsuite></testsuites>"""
CTEST_REPORT = """<testsuite><testcase name="a" status="run"/>
<testcase name="b" status="fail"><failure/></testcase>
<testcase name="c" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
<system-out>x.cpp:3: Skipped
needs two devices
</system-out></testcase></testsuite>"""


@pytest.mark.parametrize(
    ("report", "expected"),
    [(PYTEST_REPORT, (1, 2, {"no GPU here": 1})), (CTEST_REPORT, (1, 1, {"needs two devices": 1}))],
)
def test_counts_come_from_the_reports(tmp_path, report, expected):
    path = tmp_path / "report.xml"
    path.write_text(report)
    count = testing.read_junit(path, "suite", "cpu")
    assert (count.passed, count.failed, count.reasons) == expected


def test_lists_of_numpys_tests_give_reasons(tmp_path):
    sys.path.insert(0, str(ROOT / "tests" / "python" / "numpy_suite"))
    import lists

    path = tmp_path / "list.txt"
    path.write_text(
        "# what this is\n\n== strings\na/b::C::test[S-x y]\n\n== objects\na/b::other\na/whole\na/c::Class\n"
    )
    known = lists.Known(path)
    assert known.reason("a/b::C::test[S-x y]") == "strings"
    assert known.reason("a/b::C::test[f8]") is None
    assert known.reason("a/b::other[O]") == "objects"
    assert known.reason("a/whole::C::test[1]") == "objects"
    assert known.reason("a/c::Class_param_0_{shape=(2,)}::test") == "objects"
    assert known.reason("a/c::Classes::test") is None
    for real in (lists.excluded(), lists.failing()):
        assert all(reason and "::" in test for test, reason in real.tests.items())
    assert not set(lists.excluded().tests) & set(lists.failing().tests)


def test_missing_report_counts_as_failure(tmp_path):
    assert testing.read_junit(tmp_path / "none.xml", "suite", "cpu").failed == 1


def test_summary_ends_with_the_plain_line(capsys):
    counts = [testing.Count("C++", "cpu", passed=3), testing.Count("python", "cpu", passed=4, failed=1)]
    assert (
        testing.summary([("cpu", counts, 61.0), ("meta", [testing.Count("meta", "-", passed=2)], 1.0)]) == 1
    )
    assert capsys.readouterr().out.splitlines()[-1] == "9 passed, 1 failed"


def test_a_stage_that_cannot_build_is_a_failure(monkeypatch, capsys):
    def stage(_):
        """a stage whose build fails"""
        raise console.Failure("no such preset")

    monkeypatch.setitem(testing.STAGES, "cpu", stage)
    assert testing.run_stages(["cpu"], testing.Options()) == 1
    assert "no such preset" in capsys.readouterr().out


def test_cpp_tests_find_a_lapack():
    library = environment.numpy_openblas()
    assert library is not None
    assert library.is_file()


def test_unknown_stage_is_refused():
    done = subprocess.run(
        [sys.executable, "dev", "test", "--only", "gpuu"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "expected stages among style" in done.stderr
    assert "'gpuu'" in done.stderr


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.42, "0.4 s"), (37.4, "37 s"), (245, "4 min 05 s"), (3600, "60 min 00 s")]
)
def test_durations_read_well(seconds, text):
    assert console.duration(seconds) == text


def test_compile_timer_notes_cpu_seconds_and_keeps_the_exit_code(tmp_path):
    timer = [sys.executable, ROOT / "scripts/compile_timer.py", tmp_path / "log.tsv"]
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    assert subprocess.call([*timer, sys.executable, "-c", busy, "-o", "x.o"]) == 0
    assert subprocess.call([*timer, sys.executable, "-c", "raise SystemExit(3)", "-o", "y.o"]) == 3
    ((cpu, wall, name),) = [line.split("\t") for line in (tmp_path / "log.tsv").read_text().splitlines()]
    assert name == "x.o"
    assert 0.3 <= float(cpu) < 5
    assert float(wall) >= 0.3


def test_compile_times_keep_the_last_real_compilation(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "build_dir", lambda preset: tmp_path)
    (tmp_path / building.COMPILE_LOG).write_text(
        "3.00\t4.00\ta.o\n2.00\t2.50\ta.o\n0.05\t0.10\ta.o\n1.00\t1.00\tgone.o\n"
    )
    (tmp_path / "a.o").touch()
    assert building.compile_times("cpu") == {"a.o": (2.0, 2.5)}


def test_ci_runs_what_a_person_runs():
    script = (ROOT / ".ci/run").read_text()
    assert "./dev test" in script
    assert "set -euo pipefail" in script
