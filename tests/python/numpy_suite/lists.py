# SPDX-License-Identifier: BSD-3-Clause
"""The lists of tests beside this file: which are left out, and which are known to fail."""

from pathlib import Path

HERE = Path(__file__).parent


class Known:
    """Tests by "directory/file::Class::test[parameters]", a line each, under the reason above them.

    A name without parameters stands for all of them.
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
        return self.tests.get(test) or self.tests.get(test.split("[")[0])


def excluded(device: str = "cpu") -> Known:
    """Tests that are not run: on no device, and those which need memory and errors as the host's."""
    return Known(HERE / "excluded.txt", *[HERE / "excluded_cuda.txt"][: device != "cpu"])


def failing() -> Known:
    """Tests that are run, and fail so far."""
    return Known(HERE / "failing.txt")
