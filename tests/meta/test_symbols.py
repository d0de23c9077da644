# SPDX-License-Identifier: BSD-3-Clause
"""Objects compiled for one instruction-set level share no function with those of another.

An inline function compiled at two levels has one name, the linker keeps one of them, and an old processor
may then meet AVX-512 in it. So every weak symbol of a level lies in the level's own namespace.
"""

import platform
import re
import subprocess

import pytest

from scripts.building import build_dir

LEVELS = ("v2", "v3", "v4")
OWN = (
    r"(guard variable for |typeinfo for |typeinfo name for |vtable for )?(\w[\w:<>*& ,]* )?numloom::cpu_{}::"
)


def foreign(symbols, level):
    """Weak symbols outside the namespace of a level, from the lines of nm -C."""
    weak = [line.split(None, 2)[2] for line in symbols.splitlines() if re.match(r"\S+ [WVu] ", line)]
    return [name for name in weak if not re.match(OWN.format(level), name)]


@pytest.mark.parametrize("level", LEVELS)
def test_weak_symbols_lie_in_the_levels_namespace(level):
    if platform.machine() != "x86_64":
        pytest.skip("levels exist on x86-64 only")
    objects = sorted((build_dir("cpu") / "CMakeFiles" / f"numloom_{level}.dir").rglob("*.o"))
    assert objects, "expected the objects of build/cpu, found none (./dev test builds them)"
    listed = subprocess.run(
        ["nm", "-C", "--defined-only", *objects], capture_output=True, text=True, check=True
    )
    assert not foreign(listed.stdout, level)


def test_the_check_sees_a_foreign_symbol():
    lines = "0001 W numloom::cpu_v3::f(int)\n0002 W std::max(int, int)\n0003 T numloom::g()"
    assert foreign(lines, "v3") == ["std::max(int, int)"]
    assert foreign(lines, "v4") == ["numloom::cpu_v3::f(int)", "std::max(int, int)"]
