# SPDX-License-Identifier: BSD-3-Clause
"""Arrays that 32-bit arithmetic cannot count: each test in its own process, with a limit of memory."""

import os
import resource
import traceback

import pytest

GIB = 1 << 30
NEEDED = 16 * GIB  # of memory that is available, for the largest test and what the system keeps of files
LIMIT = 12 * GIB  # of address space for a test: beyond it is a MemoryError here, and not a killed machine


def available():
    """Bytes of memory that a program may take without swapping."""
    with open("/proc/meminfo") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("MemAvailable"))


def pytest_runtest_setup():
    if available() < NEEDED:
        pytest.skip(f"less than {NEEDED // GIB} GiB of memory are available")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Calls the test in a forked child, with which all of its memory goes."""
    names = pyfuncitem._fixtureinfo.argnames
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("1000")  # whatever else the machine runs is worth more
            pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
            code = 0
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-60_000:])
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, errors="replace") as said:
        text = said.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        pytest.fail(text or f"the child ended with {os.waitstatus_to_exitcode(status)}", pytrace=False)
    return True
