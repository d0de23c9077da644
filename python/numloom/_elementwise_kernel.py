# SPDX-License-Identifier: BSD-3-Clause
"""Elementwise, reduction and scan kernels from expressions, in CuPy's and PyCUDA's call shapes.

Operands broadcast, may have any strides, and reductions take any axes. On a GPU a block of threads works on
each row; on the CPU the same text runs as a single thread, that is, as a plain loop.
"""

import re

import numpy as _numpy

from . import _core

_C_TYPES = {
    "bool": "bool", "int8": "signed char", "uint8": "unsigned char", "int16": "short",
    "uint16": "unsigned short",
    "int32": "int", "uint32": "unsigned int", "int64": "long long", "uint64": "unsigned long long",
    "float16": "numloom::float16", "float32": "float", "float64": "double",
    "complex64": "numloom::complex<float>", "complex128": "numloom::complex<double>",
}  # fmt: skip
_ALIASES = {
    "float": "float32", "double": "float64", "int": "int32", "unsigned int": "uint32", "unsigned": "uint32",
    "long long": "int64", "unsigned long long": "uint64", "short": "int16", "unsigned short": "uint16",
    "char": "int8", "signed char": "int8", "unsigned char": "uint8", "complex<float>": "complex64",
    "complex<double>": "complex128", "size_t": "uint64", "half": "float16",
}  # fmt: skip


class _Parameter:
    """One of "float32 x", "T y", "raw T z"."""

    def __init__(self, text):
        words = text.split()
        self.raw = bool(words) and words[0] == "raw"
        words = words[self.raw :]
        if len(words) < 2 or not words[-1].isidentifier():
            raise ValueError(f"[kernel] expected a parameter like 'float32 x' or 'raw T x', got {text!r}")
        self.name = words[-1]
        kind = " ".join(word for word in words[:-1] if word != "const")
        kind = _ALIASES.get(kind, kind)
        self.dtype = _numpy.dtype(kind) if kind in _C_TYPES else None
        self.kind = kind
        if self.dtype is None and not re.fullmatch(r"[A-Z]", kind):
            raise ValueError(f"[kernel] expected a dtype or a letter like T, got {kind!r} in {text!r}")


def _parameters(text):
    return [_Parameter(part.strip()) for part in text.split(",") if part.strip()]


def _is_array(a):
    return (
        isinstance(a, (_core.ndarray, _numpy.ndarray))
        and getattr(a, "ndim", 0) >= 0
        and hasattr(a, "strides")
    )


def _array(a):
    return a if isinstance(a, _core.ndarray) else _core.asarray(a)


def _c_type(dtype):
    return _C_TYPES[_numpy.dtype(dtype).name]


def _checked_name(name):
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise ValueError(f"[kernel] Invalid kernel name: expected an identifier, got {name!r}")
    return name


def _number(value, dtype):
    """A number as the parameter's type, cut off as a cast in C cuts it."""
    with _numpy.errstate(all="ignore"):
        return _numpy.asarray(value).astype(dtype)[()]


class _Types:
    """What the letters stand for: from arrays first, numbers adapt."""

    def __init__(self, name):
        self.name = name
        self.known = {}

    def learn(self, parameter, dtype):
        wanted = (
            parameter.dtype if parameter.dtype is not None else self.known.setdefault(parameter.kind, dtype)
        )
        if _numpy.dtype(wanted) != _numpy.dtype(dtype):
            raise TypeError(
                f"[{self.name}] argument '{parameter.name}' ({parameter.kind}): expected "
                f"{_numpy.dtype(wanted).name}, got {_numpy.dtype(dtype).name}"
            )

    def of(self, parameter):
        if parameter.dtype is not None:
            return parameter.dtype
        if parameter.kind not in self.known:
            raise TypeError(
                f"[{self.name}] the type {parameter.kind} of '{parameter.name}' follows from no argument"
            )
        return self.known[parameter.kind]

    def learn_all(self, pairs):
        for parameter, value in pairs:
            if _is_array(value):
                self.learn(parameter, value.dtype)
        for parameter, value in pairs:
            if not _is_array(value) and parameter.dtype is None and parameter.kind not in self.known:
                self.known[parameter.kind] = _numpy.asarray(value).dtype


def _flat(array):
    """(array as the kernel takes it, its declaration's type, how an element is read)."""
    c_type = _c_type(array.dtype)
    const = "const " if not array.flags.writeable else ""
    if array.ndim == 0:
        array = array.reshape(1)
    if array.flags.c_contiguous:
        return array, f"{const}{c_type}*", "{0}[{1}]"
    return array, f"numloom::view<{const}{c_type}, {array.ndim}>", "{0}.flat({1})"


def _raw(array, name):
    """(array as the kernel takes it, its declaration, the line that makes x[i] of it)."""
    array = array.reshape(1) if array.ndim == 0 else array
    const = "" if array.flags.writeable else "const "
    kind = f"{const}{_c_type(array.dtype)}, {array.ndim}"
    contiguous = "true" if array.flags.c_contiguous else "false"
    line = f"const numloom::raw_array<{kind}, {contiguous}> {name}{{{name}_}};"
    return array, f"numloom::view<{kind}> {name}_", line


class _Texts:
    """Compiled kernels by their text."""

    def __init__(self, name, options, preamble):
        self.name, self.options, self.preamble = name, tuple(options), preamble
        self.kernels = {}
        self.last = ""

    def get(self, parameters, body):
        key = (tuple(parameters), body)
        if key not in self.kernels:
            thrust = "namespace thrust { using numloom::complex; }\n" if "thrust::" in body else ""
            head = f"{thrust}{self.preamble}\n__global__ void {self.name}({', '.join(parameters)})"
            text = f"{head} {{\n{body}\n}}\n"
            self.kernels[key] = _core.Kernel(text, self.name, options=self.options, file="")
            self.last = text
        return self.kernels[key]


def _launch_shape(array, work, block):
    """Grid and block: many threads on a GPU, one on the CPU unless a block is asked for."""
    on_cpu = array is None or str(array.device).startswith("cpu")
    if block is not None and block < 1:
        raise ValueError(f"[kernel] expected a block_size of one thread or more, got {block}")
    if block is None:
        block = 1 if on_cpu else 256
    if on_cpu and block == 1:
        return 1, 1
    return max(1, min(work, 65535)), block


class ElementwiseKernel:
    """CuPy's ElementwiseKernel: ElementwiseKernel('T x, T y', 'T z', 'z = x * y', 'multiply').

    In the operation `i` is the element's index in C order, `_ind.size()` (or `n`) the number of elements, and
    `_ind.get()[d]` the index along axis d. A `raw` parameter is the whole array, indexed by hand: x[i], x[ij]
    with `int ij[]` of an index for each axis, x.size(), x.shape()[0], x.strides()[0] (bytes), x.ndim. A raw
    output has `size` elements unless it is given. Letters stand for any dtype; arguments with the same
    letter must agree, and numbers become that dtype as by a cast in C.
    """

    def __init__(self, in_params, out_params, operation, name="kernel", reduce_dims=True, preamble="",
                 no_return=False, return_tuple=False, loop_prep="", after_loop="", options=()):  # fmt: skip
        self.name = _checked_name(name)
        self.in_params, self.out_params = _parameters(in_params), _parameters(out_params)
        self.operation, self.loop_prep, self.after_loop = operation, loop_prep, after_loop
        self.no_return, self.return_tuple = no_return, return_tuple
        self._texts = _Texts(name, options, preamble)

    @property
    def params(self):
        """Inputs, then outputs."""
        return [*self.in_params, *self.out_params]

    @property
    def cached_code(self):
        """The text that was compiled last."""
        return self._texts.last

    @property
    def nin(self):
        """Number of inputs."""
        return len(self.in_params)

    @property
    def nout(self):
        """Number of outputs."""
        return len(self.out_params)

    @property
    def nargs(self):
        """Number of arguments."""
        return self.nin + self.nout

    def _outputs(self, given, types, shape, sized):
        made = [None] * self.nout if not given else list(given)
        for k, parameter in enumerate(self.out_params):
            if made[k] is None:
                if parameter.raw and not sized:
                    raise ValueError(f"[{self.name}] expected the raw output '{parameter.name}', or size=")
                made[k] = _core.empty(shape, dtype=types.of(parameter))
        return made

    def __call__(self, *args, size=None, block_size=None, stream=None):
        if len(args) not in (self.nin, self.nargs):
            expected = f"{self.nin} or {self.nargs}" if self.nout else str(self.nin)
            raise TypeError(f"[{self.name}] expected {expected} arguments, got {len(args)}")
        given_out = args[self.nin :]
        pairs = list(zip([*self.in_params, *self.out_params], args))
        types = _Types(self.name)
        types.learn_all(pairs)
        shapes = [a.shape for p, a in pairs[: self.nin] if _is_array(a) and not p.raw]
        shapes = shapes or [a.shape for p, a in pairs[self.nin :] if not p.raw]
        if size is not None and shapes:
            raise ValueError(f"[{self.name}] size is for kernels whose arrays are all raw")
        if size is None and not shapes:
            raise ValueError(f"[{self.name}] expected an array that is not raw, or size=")
        shape = _numpy.broadcast_shapes(*shapes) if shapes else (int(size),)
        for parameter, out in zip(self.out_params, given_out):
            if not parameter.raw and tuple(out.shape) != tuple(shape):
                raise ValueError(
                    f"[{self.name}] Out shape is mismatched: expected {shape} for '{parameter.name}', "
                    f"got {out.shape}"
                )
        outputs = self._outputs(given_out, types, shape, size is not None)
        self._run(types, args[: self.nin], outputs, shape, block_size, stream)
        return self._result(outputs)

    def _result(self, outputs):
        if self.no_return or not outputs:
            return None
        return tuple(outputs) if self.return_tuple or len(outputs) > 1 else outputs[0]

    def _operand(self, parameter, value, shape, is_output, types):
        """(argument, declaration, line that names the element)."""
        inner = parameter.name + "_"
        if not _is_array(value):
            c_type = _c_type(types.of(parameter))
            number = _number(value, types.of(parameter))
            return number, f"{c_type} {inner}", f"const {c_type} {parameter.name} = {inner};"
        array = _array(value)
        if parameter.raw:
            return _raw(array, parameter.name)
        if not is_output:
            array = _core.broadcast_to(array, shape)
            array.flags.writeable = False
        argument, declared, read = _flat(array)
        kind = "auto&" if is_output else f"const {_c_type(array.dtype)}"
        return argument, f"{declared} {inner}", f"{kind} {parameter.name} = {read.format(inner, 'i')};"

    def _run(self, types, inputs, outputs, shape, block_size, stream):
        count = int(_numpy.prod(shape, dtype=_numpy.int64))
        if count == 0:
            return
        operands = [self._operand(p, a, shape, False, types) for p, a in zip(self.in_params, inputs)]
        operands += [self._operand(p, a, shape, True, types) for p, a in zip(self.out_params, outputs)]
        lines = [line for (_, _, line), p in zip(operands, self.params) if not p.raw]
        before = [line for (_, _, line), p in zip(operands, self.params) if p.raw]
        letters = [f"using {letter} = {_c_type(t)};" for letter, t in types.known.items()]
        if not any(parameter.name == "n" for parameter in self.params):
            letters.append("[[maybe_unused]] const long long n = nl_n;")
        body = "\n".join([
            *letters, *before, self.loop_prep + ";",
            "const long long nl_threads = 1ll * gridDim.x * blockDim.x;",
            "for (long long i = 1ll * blockIdx.x * blockDim.x + threadIdx.x; i < nl_n; i += nl_threads) {",
            *lines,
        ])  # fmt: skip
        declared = [*(declared for _, declared, _ in operands), "long long nl_n"]
        extents = []
        if "_ind" in self.operation:
            extents = list(shape) or [1]
            declared += [f"long nl_shape{d}" for d in range(len(extents))]
            given = ", ".join(f"nl_shape{d}" for d in range(len(extents)))
            body += f"\nconst numloom::loop_position<{len(extents)}> _ind{{nl_n, i, {{{given}}}}};"
        body += f"\n{self.operation};\n}}\n{self.after_loop};"
        kernel = self._texts.get(declared, body)
        arrays = [a for a, _, _ in operands if _is_array(a)]
        grid, block = _launch_shape(arrays[0] if arrays else None, -(-count // 256), block_size)
        kernel(*(a for a, _, _ in operands), count, *extents, grid=grid, block=block, stream=stream)


class ReductionKernel:
    """CuPy's ReductionKernel: ReductionKernel('T x, T y', 'T z', 'x * y', 'a + b', 'z = a', '0', 'dot').

    k(x, y, axis=None, keepdims=False, out=None). Inputs broadcast; axis is None, a number or a tuple. In the
    expressions `_J` is the position among those that are put together, and `_in_ind.size()` and
    `_out_ind.size()` are the numbers of elements. A `raw` input is the whole array, indexed by hand.
    """

    def __init__(self, in_params, out_params, map_expr, reduce_expr, post_map_expr, identity,
                 name="reduce_kernel", reduce_type=None, reduce_dims=True, preamble="",
                 options=()):  # fmt: skip
        self.name = _checked_name(name)
        self.in_params, self.out_params = _parameters(in_params), _parameters(out_params)
        if len(self.out_params) != 1 or self.out_params[0].raw:
            raise ValueError(f"[{name}] expected one output that is not raw")
        self.map, self.reduce, self.post, self.reduce_type = map_expr, reduce_expr, post_map_expr, reduce_type
        self.identity = None if identity in (None, "") else str(identity)
        self._texts = _Texts(name, options, preamble)

    def __call__(self, *args, axis=None, keepdims=False, out=None, block_size=None, stream=None):
        if len(args) == len(self.in_params) + 1 and out is None:
            *args, out = args
        if len(args) != len(self.in_params):
            raise TypeError(f"[{self.name}] expected {len(self.in_params)} arguments, got {len(args)}")
        types = _Types(self.name)
        types.learn_all(
            [*zip(self.in_params, args), *((self.out_params[0], a) for a in (out,) if a is not None)]
        )
        arrays = [a for p, a in zip(self.in_params, args) if _is_array(a) and not p.raw]
        if not arrays:
            raise ValueError(f"[{self.name}] expected at least one array that is not raw")
        shape = _numpy.broadcast_shapes(*(a.shape for a in arrays))
        axes = _axes(axis, len(shape))
        kept = [k for k in range(len(shape)) if k not in axes]
        result_shape = tuple(shape[k] for k in kept)
        full_shape = tuple(1 if k in axes else shape[k] for k in range(len(shape)))
        dtype = types.of(self.out_params[0])
        target = _core.empty(result_shape, dtype=dtype)
        row = int(_numpy.prod([shape[k] for k in axes], dtype=_numpy.int64))
        if row == 0 and self.identity is None and target.size:
            raise ValueError(f"[{self.name}] a reduction of no elements has no value without an identity")
        if target.size:
            self._run(types, args, target, shape, [*kept, *axes], row, block_size, stream)
        if keepdims:
            target = target.reshape(full_shape)
        if out is None:
            return target
        if tuple(out.shape) != tuple(target.shape):
            raise ValueError(f"[{self.name}] out: expected shape {target.shape}, got {out.shape}")
        out[...] = target
        return out

    def _run(self, types, args, target, shape, order, row, block_size, stream):
        c_out = _c_type(target.dtype)
        reduced = _c_type(_ALIASES.get(self.reduce_type, self.reduce_type)) if self.reduce_type in {
            *_C_TYPES, *_ALIASES} else self.reduce_type or c_out  # fmt: skip
        arguments, declared, lines, before = [], [], [], []
        for parameter, value in zip(self.in_params, args):
            inner = parameter.name + "_"
            c_type = _c_type(types.of(parameter))
            if parameter.raw:
                value, raw_type, line = _raw(_array(value), parameter.name)
                before.append(line)
                arguments.append(value)
                declared.append(raw_type)
                continue
            if _is_array(value):
                array = _core.broadcast_to(_array(value), shape).transpose(order)
                array.flags.writeable = False
                array, kind, read = _flat(array)
                lines.append(f"const {c_type} {parameter.name} = {read.format(inner, 'i')};")
                value, c_type = array, kind
            else:
                lines.append(f"const {c_type} {parameter.name} = {inner};")
                value = _number(value, types.of(parameter))
            arguments.append(value)
            declared.append(f"{c_type} {inner}")
        letters = [f"using {letter} = {_c_type(t)};" for letter, t in types.known.items()]
        body = _reduction_text("\n".join([*letters, *before]), "\n".join(lines), reduced, self)
        kernel = self._texts.get([*declared, f"{c_out}* out_", "long long rows_", "long long row_"], body)
        grid, block = _launch_shape(target, target.size, block_size)
        if block & (block - 1):
            raise ValueError(f"[{self.name}] expected a block_size that is a power of two, got {block}")
        arguments += [target.reshape(-1), target.size, row]
        kernel(*arguments, grid=grid, block=block, shared=16 * block, stream=stream)


def _axes(axis, ndim):
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(_numpy.lib.array_utils.normalize_axis_tuple(axes, ndim))


def _reduction_text(letters, lines, reduced, kernel):
    """A block for each row: every thread folds its share, then the shares are folded in shared memory."""
    name = kernel.out_params[0].name
    start = kernel.identity if kernel.identity is not None else "nl_value()"
    fold = "(nl_any ? nl_reduce(nl_sum, nl_mapped) : nl_mapped)" if kernel.identity is None else (
        "nl_reduce(nl_sum, nl_mapped)")  # fmt: skip
    return f"""{letters}
using nl_value = {reduced};
[[maybe_unused]] const numloom::loop_extent _in_ind{{rows_ * row_}}, _out_ind{{rows_}};
extern __shared__ __align__(16) unsigned char nl_bytes[];
nl_value* nl_shares = reinterpret_cast<nl_value*>(nl_bytes);
const auto nl_reduce = [](nl_value a, nl_value b) -> nl_value {{ return {kernel.reduce}; }};
for (long long nl_row = blockIdx.x; nl_row < rows_; nl_row += gridDim.x) {{
  nl_value nl_sum = static_cast<nl_value>({start});
  bool nl_any = false;
  for (long long nl_at = threadIdx.x; nl_at < row_; nl_at += blockDim.x) {{
    const long long i = nl_row * row_ + nl_at;
    [[maybe_unused]] const long long _J = nl_at;
    {lines}
    const nl_value nl_mapped = {kernel.map};
    nl_sum = {fold};
    nl_any = true;
  }}
  (void)nl_any;
  nl_shares[threadIdx.x] = nl_sum;
  __syncthreads();
  for (unsigned nl_half = blockDim.x / 2; nl_half > 0; nl_half /= 2) {{
    if (threadIdx.x < nl_half && threadIdx.x + nl_half < row_)
      nl_shares[threadIdx.x] = nl_reduce(nl_shares[threadIdx.x], nl_shares[threadIdx.x + nl_half]);
    __syncthreads();
  }}
  if (threadIdx.x == 0) {{
    const nl_value a = nl_shares[0];
    auto& {name} = out_[nl_row];
    {kernel.post};
  }}
  __syncthreads();
}}"""


class ScanKernel:
    """A running fold: ScanKernel('float32', 'a + b', '0')(x, axis=0) is a cumulative sum.

    exclusive=True leaves out the element itself, so the first result is the identity.
    """

    def __init__(self, dtype, scan_expr, identity="0", *, exclusive=False, name="scan_kernel", preamble="",
                 options=()):  # fmt: skip
        self.dtype = _numpy.dtype(dtype)
        self.name, self.scan, self.identity, self.exclusive = name, scan_expr, str(identity), exclusive
        self._texts = _Texts(name, options, preamble)

    def __call__(self, x, axis=-1, out=None, block_size=None, stream=None):
        x = _array(x)
        if x.dtype != self.dtype:
            raise TypeError(
                f"[{self.name}] argument 'x': expected {self.dtype.name}, got {_numpy.dtype(x.dtype).name}"
            )
        if x.ndim == 0:
            raise ValueError(f"[{self.name}] expected an array of one dimension or more")
        if out is None:
            out = _core.empty(x.shape, dtype=self.dtype)
        elif tuple(out.shape) != tuple(x.shape):
            raise ValueError(f"[{self.name}] out: expected shape {x.shape}, got {out.shape}")
        if x.size:
            (axis,) = _axes(axis, x.ndim)
            self._run(x, _array(out), axis, block_size, stream)
        return out

    def _run(self, x, out, axis, block_size, stream):
        order = [k for k in range(x.ndim) if k != axis] + [axis]
        x, out = x.transpose(order), out.transpose(order)
        row = x.shape[-1]
        source, kind, read = _flat(x)
        target, out_kind, write = _flat(out)
        c_type = _c_type(self.dtype)
        body = _scan_text(c_type, read.format("x_", "i"), write.format("out_", "i"), self)
        kernel = self._texts.get(
            [f"{kind} x_", f"{out_kind} out_", "long long rows_", "long long row_"], body
        )
        rows = x.size // row
        grid, block = _launch_shape(out, rows, block_size)
        kernel(source, target, rows, row, grid=grid, block=block, shared=16 * block, stream=stream)


def _scan_text(c_type, read, write, kernel):
    """A block for each row, blockDim.x elements at a time (Hillis and Steele), with a carry between."""
    shown = "before" if kernel.exclusive else "nl_fold(before, own)"
    return f"""using nl_value = {c_type};
extern __shared__ __align__(16) unsigned char nl_bytes[];
nl_value* nl_shares = reinterpret_cast<nl_value*>(nl_bytes);
const auto nl_fold = [](nl_value a, nl_value b) -> nl_value {{ return {kernel.scan}; }};
const nl_value identity = static_cast<nl_value>({kernel.identity});
for (long long nl_row = blockIdx.x; nl_row < rows_; nl_row += gridDim.x) {{
  nl_value carry = identity;
  for (long long nl_from = 0; nl_from < row_; nl_from += blockDim.x) {{
    const long long nl_at = nl_from + threadIdx.x;
    const long long i = nl_row * row_ + nl_at;
    const nl_value own = nl_at < row_ ? {read} : identity;
    nl_shares[threadIdx.x] = own;
    __syncthreads();
    for (unsigned nl_step = 1; nl_step < blockDim.x; nl_step *= 2) {{
      nl_value sum = nl_shares[threadIdx.x];
      if (threadIdx.x >= nl_step) sum = nl_fold(nl_shares[threadIdx.x - nl_step], sum);
      __syncthreads();
      nl_shares[threadIdx.x] = sum;
      __syncthreads();
    }}
    const nl_value before = threadIdx.x == 0 ? carry : nl_fold(carry, nl_shares[threadIdx.x - 1]);
    if (nl_at < row_) {write} = {shown};
    carry = nl_fold(carry, nl_shares[blockDim.x - 1]);
    __syncthreads();
  }}
}}"""
