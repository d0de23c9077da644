# SPDX-License-Identifier: BSD-3-Clause
"""The lists of tests beside this file: which are left out, and which are known to fail."""

import re
from pathlib import Path

HERE = Path(__file__).parent


class Known:
    """Tests by "directory/file::Class::test[parameters]", a line each, under the reason above them.

    A name without parameters stands for all of them, a class or a file for its tests.
    """

    def __init__(self, *paths: Path):
        self.tests: dict[str, str] = {}
        for path in paths:
            reason = ""
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.startswith("== "):
                    reason = line[3:]
                elif line and not line.startswith("# "):
                    self.tests[line] = reason

    def reason(self, test: str) -> str | None:
        """Why this test stands in the list; None if it does not."""
        if test in self.tests:
            return self.tests[test]
        name = re.sub(r"_param_\d+_\{.*\}(?=::)", "", test).split("[")[0]  # parameters of a class, of a test
        while name:
            if name in self.tests:
                return self.tests[name]
            name = name.rpartition("::")[0]
        return None


def excluded(device: str = "cpu", folder: Path = HERE) -> Known:
    """Tests that are not run: on no device, and those which need memory and errors as the host's."""
    return Known(folder / "excluded.txt", *[folder / "excluded_cuda.txt"][: device != "cpu"])


def failing() -> Known:
    """Tests that are run, and fail so far."""
    return Known(HERE / "failing.txt")
