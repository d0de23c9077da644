# SPDX-License-Identifier: BSD-3-Clause
"""The demo's programs give NumPy's results on the device under test, on inputs small enough to simulate."""

import sys
from importlib import import_module
from pathlib import Path

import numpy
import pytest

import numloom as np

pytest.importorskip("matplotlib", reason="the sample data come with matplotlib")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

SMALLER = {
    "quantise_photo": lambda image: (image[::20, ::20],),
    "shade_terrain": lambda elevation, width, height: (elevation[40:64, 60:90], width, height),
    "clean_eeg": lambda recording: (recording[:210, :2],),
}


def on_host(result):
    return {name: np.asnumpy(x) for name, x in result.items()}


@pytest.mark.parametrize("name", SMALLER)
def test_program_agrees_with_numpy(name):
    program = import_module(name)
    inputs = SMALLER[name](*program.load())
    assert program.check(program.run(numpy, *inputs), on_host(program.run(np, *inputs))) == []


@pytest.mark.parametrize("name", SMALLER)
def test_program_is_native(name):
    before = dict(np.config.fallback_counts)
    program = import_module(name)
    program.run(np, *SMALLER[name](*program.load()))
    assert np.config.fallback_counts == before


@pytest.mark.parametrize("name", SMALLER)
def test_check_notices_a_difference(name):
    program = import_module(name)
    inputs = SMALLER[name](*program.load())
    expected = program.run(numpy, *inputs)
    for key, value in expected.items():
        wrong = {**expected, key: value + 2 if value.dtype.kind in "iu" else value * 1.01 + 0.1}
        if key in (
            "label",
            "palette",
            "error",
            "image",
            "height",
            "shade",
            "sky",
            "drift",
            "clean",
            "map",
            "level",
        ):
            noticed = program.check(expected, wrong)
            assert noticed or (name == "quantise_photo" and key == "image"), key
