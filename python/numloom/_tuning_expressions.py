# SPDX-License-Identifier: BSD-3-Clause
"""Expressions over a tuned kernel's parameters and arguments, and the choices of values."""

import ast
import itertools
import math

_FUNCTIONS = {"ceil": math.ceil, "floor": math.floor, "min": min, "max": max, "abs": abs, "int": int,
              "cdiv": lambda a, b: -(-a // b)}  # fmt: skip
_ATTRIBUTES = {"size", "shape", "ndim", "nbytes", "itemsize"}
_NODES = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Name, ast.Load,
    ast.Constant, ast.Tuple, ast.Subscript, ast.Attribute, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


class Expression:
    """A number, an expression, a callable of a dict of names, or a tuple of these; call it with the names.

    Expressions are Python's, of numbers, names, arithmetic, comparisons, ceil, floor, min, max, abs, int,
    cdiv, and an array's size, shape, ndim, nbytes and itemsize. Nothing else is evaluated.
    """

    def __init__(self, value, what, allowed):
        self.names = set()
        self._what = what
        if isinstance(value, (tuple, list)):
            self._parts = [Expression(v, what, allowed) for v in value]
            self.names = set().union(*(p.names for p in self._parts))
            self._value = None
            return
        self._parts = None
        self._value = value
        if isinstance(value, str) and value != "auto":
            self._value = self._compiled(value, allowed)

    def _compiled(self, text, allowed):
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except SyntaxError as error:
            raise ValueError(f"[Kernel] {self._what}={text!r} is no expression: {error.msg}") from None
        for node in ast.walk(tree):
            private = isinstance(node, ast.Attribute) and node.attr not in _ATTRIBUTES
            called = isinstance(node, ast.Call) and not isinstance(node.func, ast.Name)
            if not isinstance(node, _NODES) or private or called:
                raise ValueError(
                    f"[Kernel] {self._what}={text!r}: expected arithmetic of parameters and arguments"
                )
            if isinstance(node, ast.Name) and node.id not in _FUNCTIONS:
                self.names.add(node.id)
        unknown = sorted(self.names - set(allowed))
        if unknown:
            known = ", ".join(sorted(a for a in allowed if a))
            raise ValueError(
                f"[Kernel] {self._what}={text!r}: {unknown[0]!r} is neither a parameter of tune= nor of the "
                f"kernel ({known})"
            )
        code = compile(tree, f"<{self._what}>", "eval")
        return lambda names: eval(code, {"__builtins__": {}, **_FUNCTIONS}, names)

    def __call__(self, names):
        """The value for these names; In, Out and InOut count as the arrays that they hold."""
        if self._parts is not None:
            return tuple(p(names) for p in self._parts)
        if not callable(self._value):
            return self._value
        try:
            value = self._value({n: getattr(v, "array", v) for n, v in names.items()})
        except KeyError as error:
            raise TypeError(f"[Kernel] {self._what} needs the argument {error}") from None
        except NameError as error:
            raise TypeError(f"[Kernel] {self._what}: {error}") from None
        if isinstance(value, float) and value == int(value):
            return int(value)
        return value


def combinations(tune, where):
    """Every choice of values that satisfies `where`, in the order given."""
    if not isinstance(tune, dict) or not tune:
        raise TypeError(f"[Kernel] expected a dict of lists for tune, got {tune!r}")
    for name, values in tune.items():
        if isinstance(values, (str, bytes)) or not hasattr(values, "__len__") or not len(values):
            raise TypeError(f"[Kernel] expected a list of values for tune[{name!r}], got {values!r}")
    rules = [where] if isinstance(where, str) or callable(where) else where
    tests = [Expression(rule, "where", tune) for rule in rules]
    choices = (dict(zip(tune, values, strict=True)) for values in itertools.product(*tune.values()))
    kept = [c for c in choices if all(test(c) for test in tests)]
    if not kept:
        raise ValueError(f"[Kernel] no choice of values satisfies where={where!r}")
    return kept
