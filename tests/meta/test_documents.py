# SPDX-License-Identifier: BSD-3-Clause
"""What the documents say is so: commands and files exist, generated parts are fresh, names are documented."""

import inspect
import re
import subprocess
import sys

import pytest

from scripts import generated_docs
from scripts.environment import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
IDS = [str(p.relative_to(ROOT)) for p in DOCUMENTS]


def commands(text):
    """The lines of a document's shell blocks that call ./dev."""
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, re.S)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if "./dev" in line]


def test_readme_begins_with_demo_and_test():
    assert commands((ROOT / "README.md").read_text())[:2] == ["./dev demo", "./dev test"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=IDS)
def test_commands_are_known(path):
    for line in commands(path.read_text()):
        words = line[line.index("./dev") :].split()[1:]
        flags = [word for word in words if word.startswith("--")]
        asked = [sys.executable, "dev", *words[:1], "--help"]
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, line
        assert all(flag.split("=")[0] in done.stdout for flag in flags), line


@pytest.mark.parametrize("path", DOCUMENTS, ids=IDS)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
    here = [link for link in links if "://" not in link]
    assert not [link for link in here if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=IDS)
def test_named_files_exist(path):
    named = re.findall(
        r"`((?:include|src|kernels|python|tests|benchmarks|examples|docs|scripts)/[\w./-]+)`",
        path.read_text(),
    )
    assert not [name for name in named if not (ROOT / name).exists()]


def test_generated_parts_are_fresh():
    assert not generated_docs.stale(), "./dev docs makes them anew"


def test_page_of_support_is_fresh():
    pytest.importorskip("numloom", reason="the Python module is not built")
    from scripts import support_page

    assert support_page.PAGE.read_text() == support_page.page(), "./dev docs makes it anew"


# What reads, writes, prints, or holds what no device can.
OF_THE_HOST = {
    "array2string", "array_repr", "array_str", "asmatrix", "bmat", "busday_count", "busday_offset",
    "datetime_as_string", "datetime_data", "frombuffer", "fromfile", "fromiter", "fromregex", "fromstring",
    "genfromtxt", "is_busday", "isnat", "iterable", "loadtxt", "min_scalar_type", "nested_iters", "save",
    "savetxt", "savez", "savez_compressed",
}  # fmt: skip


def test_numeric_functions_are_native():
    pytest.importorskip("numloom", reason="the Python module is not built")
    from numloom import _names

    assert set(_names.FALLBACK) <= OF_THE_HOST


def test_public_names_are_documented():
    numloom = pytest.importorskip("numloom", reason="the Python module is not built")
    names = getattr(numloom, "__all__", None) or [n for n in dir(numloom) if not n.startswith("_")]
    bare = []
    for name in names:
        value = getattr(numloom, name)
        if callable(value) and not inspect.getdoc(value):
            bare.append(name)
    assert not bare
