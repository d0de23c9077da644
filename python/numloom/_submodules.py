# SPDX-License-Identifier: BSD-3-Clause
"""`import numloom.ma`, `from numloom.lib.stride_tricks import ...`: the modules that numloom's modules hold.

They are attributes already, most of them NumPy's own; Python's import looks for files, and finds none.
"""

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import sys
import types

from . import _names

# These have files here.
_FILES = {f"numloom.{name}" for name in _names.OWN_MODULES}


class _Loader(importlib.abc.Loader):
    def __init__(self, module):
        self.module = module
        self.spec = module.__spec__

    def create_module(self, spec):
        """The module that there is."""
        return self.module

    def exec_module(self, module):
        """It has run already; its own spec comes back in the place of the import's."""
        module.__spec__ = self.spec


class Finder(importlib.abc.MetaPathFinder):
    """Finds numloom.X where numloom has a module X as attribute (and so for numloom.X.Y)."""

    def find_spec(self, fullname, path=None, target=None):
        """The spec of that module, or None."""
        parent, _, name = fullname.rpartition(".")
        if parent.partition(".")[0] != "numloom" or fullname in _FILES:
            return None
        found = getattr(sys.modules.get(parent), name, None)
        if found is None:
            with contextlib.suppress(ImportError):
                found = importlib.import_module("numpy" + fullname.removeprefix("numloom"))
        if not isinstance(found, types.ModuleType):
            return None
        return importlib.machinery.ModuleSpec(fullname, _Loader(found), is_package=hasattr(found, "__path__"))


def install():
    """Put the finder before Python's."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder())
