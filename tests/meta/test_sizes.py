# SPDX-License-Identifier: BSD-3-Clause
"""Files, functions and macros stay short enough to read, and every file says under which licence it is."""

import ast
import re

import pytest

from scripts.environment import ROOT
from scripts.style import CPP, files, python_files

LONGEST_FILE = 800
LONGEST_FUNCTION = 60
LONGEST_MACRO = 3
CODE = [*files(*CPP, ".cmake", ".def"), *python_files(), "CMakeLists.txt"]
NO_FUNCTION = re.compile(r"(template <.*> )?(namespace|class|struct|enum|union|extern)\b|.*= \{$")


def lines_of(name):
    return (ROOT / name).read_text().splitlines()


@pytest.mark.parametrize("name", [n for n in CODE if not n.endswith((".def", ".pyi"))])
def test_file_is_at_most_800_lines(name):
    assert len(lines_of(name)) <= LONGEST_FILE


@pytest.mark.parametrize("name", CODE)
def test_first_line_names_the_licence(name):
    first = lines_of(name)[:2]
    assert any("SPDX-License-Identifier: BSD-3-Clause" in line for line in first), first


@pytest.mark.parametrize("name", files(".py"))
def test_python_functions_are_short(name):
    tree = ast.parse((ROOT / name).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, kinds) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert not long


def top_level_blocks(lines):
    """(first line, length) of each block from column 0 to column 0, as clang-format sets functions."""
    start = None
    for number, line in enumerate(lines):
        opens = line.endswith("{") and not line.startswith((" ", "}", "#", "/"))
        if start is None and opens:
            head = number
            while head and lines[head - 1].strip() and not lines[head - 1].endswith((";", "}", ":")):
                head -= 1
            if not any(NO_FUNCTION.match(text) for text in lines[head : number + 1]):
                start = number
        elif line.startswith("}") and start is not None:
            yield lines[start], number - start + 1
            start = None


@pytest.mark.parametrize("name", files(*CPP))
def test_cpp_functions_are_short(name):
    long = {head: length for head, length in top_level_blocks(lines_of(name)) if length > LONGEST_FUNCTION}
    assert not long


@pytest.mark.parametrize("name", files(*CPP))
def test_macro_bodies_are_short(name):
    text = re.sub(r"//[^\n]*", "", (ROOT / name).read_text())
    long = {}
    for macro in re.finditer(r"#\s*define\s+(\w+)(\([^)]*\))?((?:[^\n]*\\\n)*[^\n]*)", text):
        body = [line for line in macro[3].replace("\\\n", "\n").splitlines() if line.strip()]
        if len(body) > LONGEST_MACRO:
            long[macro[1]] = len(body)
    assert not long


def test_the_checks_see_what_is_too_long():
    body = ["int f() {", *["  g();"] * LONGEST_FUNCTION, "}"]
    assert [length for _, length in top_level_blocks(body)] == [LONGEST_FUNCTION + 2]
    assert not list(top_level_blocks(["namespace a {", *body[1:-1], "}  // namespace a"]))
