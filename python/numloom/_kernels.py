# SPDX-License-Identifier: BSD-3-Clause
"""Kernels from strings in the call shapes of CuPy and PyCUDA. Imported when one of the names is first used.

RawKernel, RawModule and SourceModule are thin: the checking, compiling and caching is Kernel's. The
elementwise, reduction and scan kernels (_elementwise_kernel) are text around the user's expressions, made
once for each combination of dtypes and dimensions.
"""

import sys

from . import _core
from ._elementwise_kernel import ElementwiseKernel, ReductionKernel, ScanKernel
from ._errors import CudaError

__all__ = ["ElementwiseKernel", "RawKernel", "RawModule", "ReductionKernel", "ScanKernel", "SourceModule"]

# CUDA's cuComplex.h. PARTS are the names of the two fields; the arithmetic is that of complex<T>.
_CUCOMPLEX = """#pragma once
typedef SINGLE cuFloatComplex;
typedef DOUBLE cuDoubleComplex;
typedef cuFloatComplex cuComplex;
template <class C> __host__ __device__ inline auto nl_cu_value(C z) {
  return numloom::complex<decltype(z.RE)>(z.RE, z.IM);
}
template <class C, class Value> __host__ __device__ inline C nl_cu_made(Value value) {
  C z;
  z.RE = value.re;
  z.IM = value.im;
  return z;
}
__host__ __device__ inline cuFloatComplex make_cuFloatComplex(float x, float y) {
  return nl_cu_made<cuFloatComplex>(numloom::complex<float>(x, y));
}
__host__ __device__ inline cuDoubleComplex make_cuDoubleComplex(double x, double y) {
  return nl_cu_made<cuDoubleComplex>(numloom::complex<double>(x, y));
}
__host__ __device__ inline cuComplex make_cuComplex(float x, float y) { return make_cuFloatComplex(x, y); }
__host__ __device__ inline cuDoubleComplex cuComplexFloatToDouble(cuFloatComplex z) {
  return make_cuDoubleComplex(z.RE, z.IM);
}
__host__ __device__ inline cuFloatComplex cuComplexDoubleToFloat(cuDoubleComplex z) {
  return make_cuFloatComplex(static_cast<float>(z.RE), static_cast<float>(z.IM));
}
#define NL_CU(name, parameters, type, value) \\
  template <class C> __host__ __device__ inline type name parameters { return value; } \\
  template <class C> __host__ __device__ inline type name##f parameters { return value; }
#define NL_CU_VALUE(value) nl_cu_made<C>(value)
NL_CU(cuCreal, (C z), auto, z.RE)
NL_CU(cuCimag, (C z), auto, z.IM)
NL_CU(cuCabs, (C z), auto, abs(nl_cu_value(z)))
NL_CU(cuConj, (C z), C, NL_CU_VALUE(conj(nl_cu_value(z))))
NL_CU(cuCadd, (C a, C b), C, NL_CU_VALUE(nl_cu_value(a) + nl_cu_value(b)))
NL_CU(cuCsub, (C a, C b), C, NL_CU_VALUE(nl_cu_value(a) - nl_cu_value(b)))
NL_CU(cuCmul, (C a, C b), C, NL_CU_VALUE(nl_cu_value(a) * nl_cu_value(b)))
NL_CU(cuCdiv, (C a, C b), C, NL_CU_VALUE(nl_cu_value(a) / nl_cu_value(b)))
NL_CU(cuCfma, (C a, C b, C c), C, NL_CU_VALUE(nl_cu_value(a) * nl_cu_value(b) + nl_cu_value(c)))
#undef NL_CU_VALUE
#undef NL_CU
"""


def _cucomplex(translated: bool) -> str:
    """The header with complex<T>, or with CUDA's own float2 and double2."""
    words = {"SINGLE": "float2", "DOUBLE": "double2", ".RE": ".x", ".IM": ".y"}
    if translated:
        words = {
            "SINGLE": "numloom::complex<float>",
            "DOUBLE": "numloom::complex<double>",
            ".RE": ".re",
            ".IM": ".im",
        }
    text = _CUCOMPLEX
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def _caller() -> str:
    """The file of the code that called the caller's caller: most often the text stands there."""
    return sys._getframe(2).f_code.co_filename


def _check_backend(who, backend):
    if backend not in ("nvrtc", "nvcc", "auto"):
        raise ValueError(f"[{who}] expected 'nvrtc', 'nvcc' or 'auto' for backend, got {backend!r}")


def _with_headers(keywords, translate_cucomplex):
    """CuPy's own header of complex numbers (complex<T> is there without it), and CUDA's."""
    return {
        **keywords,
        "headers": {
            "cupy/complex.cuh": "#pragma once\nnamespace thrust { using numloom::complex; }\n",
            "cuComplex.h": _cucomplex(translate_cucomplex),
            **(keywords.get("headers") or {}),
        },
    }


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
    translate_cucomplex makes cuComplex.h's types those of complex<T>. NVRTC or, without a GPU, the C++
    compiler compiles, whatever backend and jitify say.
    """

    def __new__(cls, code, name, options=(), backend="nvrtc", *, translate_cucomplex=False,
                enable_cooperative_groups=False, jitify=False, **keywords):  # fmt: skip
        """Make the kernel; it compiles when it is first called."""
        _check_backend("RawKernel", backend)
        keywords.setdefault("file", _caller())
        kernel = super().__new__(
            cls, code, name, options=tuple(options), cooperative=bool(enable_cooperative_groups),
            **_with_headers(keywords, translate_cucomplex),
        )  # fmt: skip
        kernel.options, kernel.backend = tuple(options), backend
        kernel.enable_cooperative_groups = bool(enable_cooperative_groups)
        kernel._made = {**keywords, "translate_cucomplex": bool(translate_cucomplex)}
        return kernel

    def __reduce__(self):
        made = {**self._made, "enable_cooperative_groups": self.enable_cooperative_groups}
        return _again, (type(self), self.source, self.name, self.options, self.backend, made)

    def _sibling(self, name):
        """Another kernel of the same text, compiled."""
        kernel = super().sibling(name).compile()
        kernel.options, kernel.backend = self.options, self.backend
        kernel.enable_cooperative_groups, kernel._made = self.enable_cooperative_groups, self._made
        return kernel

    def compile(self, log_stream=None, archs=None):
        """Compile now instead of at the first call. Errors are raised; nothing goes to log_stream."""
        return super().compile(archs)

    @property
    def code(self) -> str:
        """The text."""
        return self.source

    @property
    def file_path(self):
        """None: RawModule reads files."""


def _again(kind, code, name, options, backend, made):
    """A kernel from a pickle."""
    return kind(code, name, options, backend, **made)


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
        _check_backend("RawModule", backend)
        if backend == "nvcc" and name_expressions:
            raise ValueError("[RawModule] expected backend='nvrtc' with name_expressions, got 'nvcc'")
        if (code is None) == (path is None):
            raise TypeError("[RawModule] expected one of code and path")
        if path is not None:
            code = _source(path)
        keywords.setdefault("file", _caller() if path is None else str(path))
        names = list(dict.fromkeys([*_core._kernel_names(code), *(name_expressions or ())]))
        if not names:
            raise ValueError("[RawModule] the source has no kernel (templates need name_expressions)")
        self.code, self.file_path, self.options = code, path, tuple(options)
        self.backend, self.enable_cooperative_groups = backend, bool(enable_cooperative_groups)
        self.name_expressions = name_expressions and tuple(name_expressions)
        self._names = names
        self._kernel = RawKernel(
            code, names[0], options, backend, names=names, translate_cucomplex=translate_cucomplex,
            enable_cooperative_groups=enable_cooperative_groups, **keywords,
        )  # fmt: skip

    def compile(self, log_stream=None, archs=None):
        """Compile now instead of at the first call."""
        self._kernel.compile(archs=archs)

    def get_function(self, name):
        """The kernel of that name or name expression, compiled."""
        if name not in self._names:
            raise CudaError(
                f"[RawModule] CUDA_ERROR_NOT_FOUND: named symbol not found: expected one of "
                f"{', '.join(self._names)}, got {name!r}"
            )
        return self._kernel._sibling(name)

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
