# SPDX-License-Identifier: BSD-3-Clause
"""The kernels that CUDA courses teach, written for numloom's tests: plain CUDA, as a GPU would get them.

MATMUL is the text of tests/teaching_kernels/matmul.cu, and so on: the C++ tests run the same texts.
"""

from pathlib import Path

FOLDER = Path(__file__).parent.parent / "teaching_kernels"


def __getattr__(name: str) -> str:
    path = FOLDER / f"{name.lower()}.cu"
    if not name.isupper() or not path.exists():
        raise AttributeError(name)
    return path.read_text()
