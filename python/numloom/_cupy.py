# SPDX-License-Identifier: BSD-3-Clause
"""Functions of CuPy's that NumPy has not."""

import functools

from . import _core, cuda

__all__ = [
    "clear_memo", "fromDlpack", "fuse", "get_default_memory_pool", "get_default_pinned_memory_pool",
    "is_available", "memoize",
]  # fmt: skip

is_available = cuda.is_available

_memos = []


def get_default_memory_pool():
    """The memory pool of the current device, as CuPy's MemoryPool."""
    return cuda._memory_pool


def get_default_pinned_memory_pool():
    """The pool of pinned memory, as CuPy's PinnedMemoryPool."""
    return cuda._pinned_memory_pool


def fromDlpack(dltensor):
    """An array over the memory of a DLPack capsule, by CuPy's older name."""
    return _core.from_dlpack(dltensor)


def fuse(*args, kernel_name=None):
    """The function itself: `@fuse` and `@fuse()` are understood, and its operations run one by one.

    CuPy makes one kernel of them; numloom.ElementwiseKernel does so here.
    """
    if len(args) == 1 and callable(args[0]):
        return args[0]
    if args:
        raise TypeError(f"[fuse] expected a function, got {args!r}")
    return lambda function: function


def memoize(for_each_device=False):
    """A decorator that keeps a function's results by its arguments (and by the current device).

    clear_memo() forgets them.
    """

    def decorator(function):
        memo = {}
        _memos.append(memo)

        @functools.wraps(function)
        def remembered(*args, **keywords):
            device = str(_core.current_device()) if for_each_device else None
            key = (device, args, frozenset(keywords.items()))
            if key not in memo:
                memo[key] = function(*args, **keywords)
            return memo[key]

        return remembered

    return decorator


def clear_memo():
    """Forgets what functions under memoize() have returned."""
    for memo in _memos:
        memo.clear()
