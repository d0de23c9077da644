# SPDX-License-Identifier: BSD-3-Clause
"""The examples of docs/kernels.md run as they stand."""

import pathlib
import re

import pytest

from tests.python.conftest import cpu_only

PAGE = (pathlib.Path(__file__).parents[2] / "docs/kernels.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.S)


@cpu_only
@pytest.mark.parametrize("block", range(len(BLOCKS)))
def test_example(block):
    exec("import numloom as np\n" + BLOCKS[block], {})


def test_there_are_examples():
    assert len(BLOCKS) == 5
