# SPDX-License-Identifier: BSD-3-Clause
"""Layers include only what lies below them: python -> ops -> core <- cpu, cuda -> kernels."""

import re

import pytest

from scripts.environment import ROOT
from scripts.style import CPP, files

# Layer -> the folders whose headers it may include. Functors lie at the bottom: all compute with them.
FUNCTORS = "kernels/functors"
MAY_INCLUDE = {
    "include": {"include"},
    "src/core": {"include", "src/core", FUNCTORS},
    "src/ops": {"include", "src/core", "src/ops"},
    "src/cpu": {"include", "src/core", "src/cpu", "kernels", FUNCTORS},
    "src/cuda": {"include", "src/core", "src/cuda", "kernels", FUNCTORS},
    "src/sim": {"include", "src/sim", "src/cuda", "kernels", FUNCTORS},
    FUNCTORS: {FUNCTORS, "kernels", "include"},
    "kernels/prelude": {"kernels/prelude", "kernels", "src/sim"},  # kernel strings meet the simulator
    "kernels": {"kernels", FUNCTORS, "include"},
    "src/kernel": {"include", "src/core", "src/kernel", "src/sim", "src/cuda", "kernels", "kernels/prelude"},
    "python/src": {"include", "src/core", "src/ops", "python/src"},
}
# The seams: files whose purpose is to bring two sides together, and what they may name besides.
SEAMS = {
    "kernels/target.hpp": {"src/sim"},  # which compiler reads this
    "kernels/launch.hpp": {"src/sim", "src/cuda"},  # one launch() for nvcc and the simulator
    "src/cuda/runtime_simt.cpp": {"src/sim"},  # the runtime's functions, simulated
    "src/cuda/fft_tables.cpp": {"src/cpu"},  # plans of transforms: the same roots of unity on both devices
    "src/cuda/cublas_simt.cpp": {"src/cpu"},  # simulated cuBLAS: the host's BLAS over the same bytes
    "src/cuda/cusolver_simt.cpp": {"src/cpu"},  # and its LAPACK
    "src/ops/small_ufunc.hpp": {"src/cpu"},  # small operations call a CPU loop without making a program
}
ROOTS = (
    "include",
    "src",
    "src/sim",
    "src/cuda",
    "kernels",
    "kernels/prelude",
    ".",
    "python/src",
)  # where the build looks for headers
CUDA_HEADER = re.compile(r"cuda|cublas|cusolver|cufft|nvrtc|cub/|thrust/")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def layer_of(path):
    """The folder of MAY_INCLUDE that a file belongs to."""
    return next((layer for layer in MAY_INCLUDE if path.startswith(layer + "/")), None)


def resolve(name, header):
    """A quoted header's place in the checkout: beside the file, else in one of the include folders."""
    beside = (ROOT / name).parent / header
    for path in (beside, *(ROOT / top / header for top in ROOTS)):
        if path.exists():
            return str(path.resolve().relative_to(ROOT))
    return None


def wrong_includes(name, text):
    """The includes of a file that point upwards or sideways, or to nothing."""
    allowed = MAY_INCLUDE[layer_of(name)] | SEAMS.get(name, set())
    wrong = []
    for quote, header in INCLUDE.findall(text):
        target = resolve(name, header) if quote == '"' else ""
        if target is None or (target and layer_of(target) not in allowed):
            wrong.append(header)
    return wrong


@pytest.mark.parametrize("name", [n for n in files(*CPP, ".def") if layer_of(n)])
def test_includes_point_down(name):
    assert not wrong_includes(name, (ROOT / name).read_text())


@pytest.mark.parametrize("name", files(".hpp", ".def"))
def test_public_headers_know_nothing_of_cuda(name):
    if not name.startswith("include/"):
        return
    system = [header for quote, header in INCLUDE.findall((ROOT / name).read_text()) if quote == "<"]
    assert not [header for header in system if CUDA_HEADER.search(header)]


def test_the_check_sees_an_include_that_points_up():
    assert wrong_includes("src/core/x.cpp", '#include "ops/y.hpp"\n') == ["ops/y.hpp"]
    assert not wrong_includes("src/core/x.cpp", "#include <vector>\n")
