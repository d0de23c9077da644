# SPDX-License-Identifier: BSD-3-Clause
"""Kernels from strings in the call shapes of CuPy and PyCUDA. Imported when one of the names is first used.

RawKernel, RawModule and SourceModule are thin: the checking, compiling and caching is Kernel's. The
elementwise, reduction and scan kernels (_elementwise_kernel) are text around the user's expressions, made
once for each combination of dtypes and dimensions.
"""

import sys

from . import _core
from ._elementwise_kernel import ElementwiseKernel, ReductionKernel, ScanKernel

__all__ = ["ElementwiseKernel", "RawKernel", "RawModule", "ReductionKernel", "ScanKernel", "SourceModule"]

_ONLY_CUDA = (
    "expected {0}={1!r}: numloom compiles with NVRTC or, without a GPU, with the C++ compiler; got {2!r}"
)


def _caller() -> str:
    """The file of the code that called the caller's caller: most often the text stands there."""
    return sys._getframe(2).f_code.co_filename


def _check(who, backend, translate_cucomplex, jitify):
    if backend not in ("nvrtc", "auto"):
        raise ValueError(f"[{who}] " + _ONLY_CUDA.format("backend", "nvrtc", backend))
    if translate_cucomplex or jitify:
        raise NotImplementedError(f"[{who}] translate_cucomplex and jitify are not supported")


def _with_cupys_headers(keywords):
    """CuPy's own header of complex numbers: complex<T> is there without it."""
    return {**keywords, "headers": {"cupy/complex.cuh": "", **(keywords.get("headers") or {})}}


def _source(path):
    """The text of a module's file."""
    with open(path, "rb") as file:
        content = file.read()
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ValueError(
            f"[RawModule] expected CUDA C++ text in {str(path)!r}, got a compiled image (its kernels cannot "
            "be checked; the text is compiled once and then found in the cache)"
        ) from None


class RawKernel(_core.Kernel):
    """CuPy's RawKernel: k(grid, block, args, shared_mem=0, stream=None). `extern "C"` is fine and not needed.

    Unlike CuPy's, arguments are checked against the kernel: numbers become the parameter's type, arrays must
    have its dtype, be contiguous, and be on the kernel's device. enable_cooperative_groups makes every launch
    cooperative; a grid that is too large for that is an error, where CuPy makes it smaller.
    """

    def __new__(cls, code, name, options=(), backend="nvrtc", *, translate_cucomplex=False,
                enable_cooperative_groups=False, jitify=False, **keywords):  # fmt: skip
        """Make the kernel; it compiles when it is first called."""
        _check("RawKernel", backend, translate_cucomplex, jitify)
        keywords.setdefault("file", _caller())
        return super().__new__(
            cls, code, name, options=tuple(options), cooperative=bool(enable_cooperative_groups),
            **_with_cupys_headers(keywords),
        )  # fmt: skip

    def compile(self, log_stream=None):
        """Compile now instead of at the first call. Errors are raised; nothing goes to log_stream."""
        return super().compile()

    @property
    def code(self) -> str:
        """The text."""
        return self.source


def _attribute(name):
    return property(lambda self: self.attributes[name], doc=f"attributes[{name!r}]")


for _name in (
    "max_threads_per_block", "shared_size_bytes", "const_size_bytes", "local_size_bytes", "num_regs",
    "ptx_version", "binary_version", "cache_mode_ca", "preferred_shared_memory_carveout",
):  # fmt: skip
    setattr(RawKernel, _name, _attribute(_name))


class RawModule:
    """CuPy's RawModule: several kernels of one text, which share its __constant__ variables.

    path= is a file of CUDA C++ (CuPy's is a compiled image).
    """

    def __init__(self, *, code=None, path=None, options=(), backend="nvrtc",
                 translate_cucomplex=False, enable_cooperative_groups=False, name_expressions=None,
                 jitify=False, **keywords):  # fmt: skip
        _check("RawModule", backend, translate_cucomplex, jitify)
        if (code is None) == (path is None):
            raise TypeError("[RawModule] expected one of code and path")
        if path is not None:
            code = _source(path)
        keywords.setdefault("file", _caller() if path is None else str(path))
        names = [*_core._kernel_names(code), *(name_expressions or ())]
        if not names:
            raise ValueError("[RawModule] the source has no kernel (templates need name_expressions)")
        self.code, self.file_path, self.options = code, path, tuple(options)
        self.backend, self.enable_cooperative_groups = backend, bool(enable_cooperative_groups)
        self.name_expressions = name_expressions and tuple(name_expressions)
        self._kernel = RawKernel(code, names[0], options, names=names,
                                 enable_cooperative_groups=enable_cooperative_groups, **keywords)  # fmt: skip

    def compile(self, log_stream=None):
        """Compile now instead of at the first call."""
        self._kernel.compile()

    def get_function(self, name):
        """The kernel of that name or name expression."""
        return self._kernel.sibling(name)

    def get_global(self, name):
        """The bytes of a variable of the source, as an array of uint8: get_global("w").view("f4")."""
        return self._kernel.get_global(name)


class _Function:
    """PyCUDA's Function: f(a, b, grid=(1, 1), block=(16, 16, 1), shared=0, stream=None)."""

    def __init__(self, kernel):
        self._kernel = kernel
        self._shared = 0

    def __getattr__(self, name):
        """num_regs, shared_size_bytes, ...: what the compiler knows of it."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._kernel, name)

    def __call__(
        self, *args, block=None, grid=(1, 1, 1), shared=0, stream=None, texrefs=(), time_kernel=False
    ):
        if texrefs:
            raise NotImplementedError("[SourceModule] texrefs are not supported")
        if block is None:
            raise ValueError("[SourceModule] expected block=, a tuple of one to three numbers of threads")
        launch = {"grid": grid, "block": block, "shared": shared, "stream": stream}
        if time_kernel:
            return self._kernel.time(*args, repeat=1, warmup=0, **launch)[0]
        return self._kernel(*args, **launch)

    def prepare(self, arg_types, shared=None, texrefs=()):
        """For PyCUDA's programs: types come from the kernel itself, so there is nothing to do."""
        if texrefs:
            raise NotImplementedError("[SourceModule] texrefs are not supported")
        self._shared = shared or 0
        return self

    def _prepared(self, grid, block, args, shared_size, **keywords):
        return self(*args, grid=grid, block=block, shared=shared_size or self._shared, **keywords)

    def prepared_call(self, grid, block, *args, shared_size=0):
        """Launch with positional grid and block."""
        self._prepared(grid, block, args, shared_size)

    def prepared_async_call(self, grid, block, stream, *args, shared_size=0):
        """The same on a stream."""
        self._prepared(grid, block, args, shared_size, stream=stream)

    def prepared_timed_call(self, grid, block, *args, shared_size=0):
        """Launch; a callable that tells the seconds it took."""
        seconds = self._prepared(grid, block, args, shared_size, time_kernel=True)
        return lambda: seconds


class SourceModule:
    """PyCUDA's SourceModule. Arrays of NumPy go in In(a), Out(a), InOut(a), or as they are on the CPU."""

    def __init__(self, source, nvcc="nvcc", options=None, keep=False, no_extern_c=False, arch=None, code=None,
                 cache_dir=False, include_dirs=()):  # fmt: skip
        if cache_dir:
            raise NotImplementedError("[SourceModule] cache_dir: set NUMLOOM_CACHE_DIR instead")
        self._module = RawModule(
            code=source, options=tuple(options or ()), include_dirs=list(include_dirs), file=_caller()
        )

    def get_function(self, name):
        """The kernel of that name."""
        return _Function(self._module.get_function(name))

    def get_global(self, name):
        """A __constant__ or __device__ variable: its bytes as an array of uint8, and how many they are."""
        data = self._module.get_global(name)
        return data, data.nbytes
