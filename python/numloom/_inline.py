# SPDX-License-Identifier: BSD-3-Clause
"""load_inline: kernels and C++ functions from strings. Imported when it is first used."""

import hashlib
import importlib.machinery
import importlib.util
import os
import re
import sys
import sysconfig

from . import _core, _paths
from ._errors import NotAvailableError

__all__ = ["load_inline"]

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_loaded: dict = {}  # path of a shared object -> its module


class InlineModule:
    """What load_inline gives: its kernels and C++ functions as attributes."""

    def __init__(self, names, kernel, extension):
        self._names, self._kernel, self._extension = names, kernel, extension

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if self._extension is not None and hasattr(self._extension, name):
            return getattr(self._extension, name)
        if name in self._names:
            return self._kernel.sibling(name)
        raise AttributeError(
            f"[load_inline] the module has {', '.join(dir(self)) or 'nothing'}; got {name!r}"
        )

    def __dir__(self):
        own = (
            [name for name in vars(self._extension or ()) if not name.startswith("_")]
            if self._extension
            else []
        )
        return sorted({*self._names, *own})

    def get_function(self, name):
        """The C++ function, the kernel, or the kernel of a name expression ("scale<float>")."""
        if _IDENTIFIER.fullmatch(name) or self._kernel is None:
            return getattr(self, name)
        return self._kernel.sibling(name)

    def get_global(self, name):
        """The bytes of a variable of the kernels' text, as an array of uint8."""
        if self._kernel is None:
            raise AttributeError(f"[load_inline] no kernels, so no variable {name!r}")
        return self._kernel.get_global(name)


def _raw_string(text):
    """C++'s literal of any text; the compiler takes literals of 64 KB and joins them."""
    mark = "NL" + hashlib.sha256(text.encode()).hexdigest()[:10]
    parts = [text[i : i + 60000] for i in range(0, len(text), 60000)] or [""]
    return " ".join(f'R"{mark}({part}){mark}"' for part in parts)


def _kernel_lines(cuda, names, options, file):
    """The namespace `kernels` that a C++ text finds its kernels in."""
    if not cuda:
        return ""
    words = ", ".join(_raw_string(option) for option in options)
    listed = ", ".join(f'"{name}"' for name in names)
    lines = [
        "namespace kernels {",
        f"inline const std::string source = {_raw_string(cuda)};",
        "inline const numloom::compile_options compile_options{",
        f"    .options = {{{words}}}, .names = {{{listed}}}, .file = {_raw_string(file)}}};",
    ]
    for i, name in enumerate(names):
        made = f'(source, "{name}", compile_options)' if i == 0 else f' = {names[0]}.sibling("{name}")'
        lines.append(f"inline const numloom::kernel {name}{made};")
    return "\n".join([*lines, "}", ""])


def _module_lines(name, functions):
    rows = "".join(f'    numloom::extension::row<&{f}>("{f.rsplit("::", 1)[-1]}"),\n' for f in functions)
    return (
        f"static PyMethodDef nl_rows[] = {{\n{rows}    {{nullptr, nullptr, 0, nullptr}}}};\n"
        f'static PyModuleDef nl_module = {{PyModuleDef_HEAD_INIT, "{name}", nullptr, -1, nl_rows,\n'
        "                                nullptr, nullptr, nullptr, nullptr};\n"
        f"PyMODINIT_FUNC PyInit_{name}() {{ return PyModule_Create(&nl_module); }}\n"
    )


def _build(name, cpp, before, functions, options, include_dirs, file):
    """The extension module of the C++ text, compiled now or before."""
    python_headers = sysconfig.get_path("include")
    if not os.path.exists(os.path.join(python_headers, "Python.h")):
        raise NotAvailableError(
            f"[load_inline] C++ text needs Python's headers (python3-dev): expected {python_headers}/Python.h"
        )
    path = _core._compile_shared_object({
        "text": cpp,
        "before": "#include <numloom/inline.hpp>\n#include <numloom/numloom.hpp>\n" + before,
        "after": _module_lines(name, functions),
        "options": ["-isystem", python_headers, *options],
        "include_dirs": [str(_paths.include_dir()), *map(str, include_dirs)],
        "libraries": [str(_paths.library())],
        "file": file,
    })  # fmt: skip
    if path not in _loaded:
        loader = importlib.machinery.ExtensionFileLoader(name, path)
        spec = importlib.util.spec_from_file_location(name, path, loader=loader)
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        _loaded[path] = module
    return _loaded[path]


def load_inline(*, cuda="", cpp="", functions=(), name="inline_module", options=(), cpp_options=(),
                include_dirs=(), headers=None, debug=False, check=False):  # fmt: skip
    """Kernels and C++ functions from strings, as attributes of the object that is returned.

    Parameters: cuda, the text of kernels, as Kernel takes it; options, headers, include_dirs, debug, check
    are its options. cpp, C++20 text with functions of Python, whose names are `functions`: parameters are
    numloom::ndarray, array<T>, view<T, N>, numbers, bool, std::string, std::optional; results these, vectors
    and tuples. The text finds numloom's headers included and its kernels as kernels::name. cpp_options are
    for the C++ compiler.

    With kernels only nothing is compiled before the first call. C++ takes one call of the system's compiler
    and is then found in the cache of compiled kernels, by its content.

    Raises CompileError with the lines of the caller's file; NotAvailableError without a compiler or Python.h.
    """
    functions = [functions] if isinstance(functions, str) else list(functions)
    if not cuda and not cpp:
        raise TypeError("[load_inline] expected cuda=, cpp= or both")
    if cpp and not functions:
        raise TypeError("[load_inline] expected the names of the C++ functions in functions=")
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"[load_inline] expected an identifier for name, got {name!r}")
    file = sys._getframe(1).f_code.co_filename
    names = _core._kernel_names(cuda) if cuda else []
    kernel = None
    if cuda:
        wanted = names if cpp else [*names, *(f for f in functions if f not in names)]
        if not wanted and not cpp:
            raise ValueError("[load_inline] the source has no kernel (templates need functions=['k<int>'])")
        names = wanted
    if names:
        kernel = _core.Kernel(cuda, names[0], options=tuple(options), names=names, file=file,
                              headers=headers or {}, include_dirs=list(map(str, include_dirs)), debug=debug,
                              check=check)  # fmt: skip
    extension = None
    if cpp:
        before = _kernel_lines(cuda, names, options, file)
        extension = _build(name, cpp, before, functions, cpp_options, include_dirs, file)
    return InlineModule(names, kernel, extension)
