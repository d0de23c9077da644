# SPDX-License-Identifier: BSD-3-Clause
"""The rows of the benchmark, as tables: what is run on what, the bytes it must move, what is aimed at.

Inputs are drawn at random and named: "a:f4 r:f4[m,1]" makes a float32 array a of n elements and a column r;
m and w are the sides of a matrix of n elements. Python after a bar is run before the timing: "a:f4 | c = a
> 0.5".
"""

from __future__ import annotations

from dataclasses import dataclass, field

TINY, SMALL, MIDDLE, LARGE = 4, 1 << 10, 1 << 16, 1 << 23

# name, inputs, statement, goal, floor; the ratio is NumPy's time over numloom's
FOUR_ELEMENTS = (
    ("a+b", "a:f8 b:f8", "a + b", 4, 1.5),
    ("a+1.5", "a:f8", "a + 1.5", 5, 2),
    ("a.sum()", "a:f8", "a.sum()", 6, 3),
    ("where(m, a, b)", "a:f8 b:f8 | m = a > b", "np.where(m, a, b)", 4, 2),
    ("clip(a, 0.2, 0.8)", "a:f8", "np.clip(a, 0.2, 0.8)", 4, 2),
    ("stack((a, b))", "a:f8 b:f8", "np.stack((a, b))", 4, 2),
    ("a[1:3]", "a:f8", "a[1:3]", 1.0, 0.8),
    ("a[2]", "a:f8", "a[2]", 1.0, 0.8),
    ("a.reshape(2, 2)", "a:f8", "a.reshape(2, 2)", 1.0, 0.8),
    ("empty(4)", "", "np.empty(4)", 1.0, 0.8),
    ("zeros(4)", "", "np.zeros(4)", 1.0, 0.8),
    ("add(a, b, out=c)", "a:f8 b:f8 c:f8", "np.add(a, b, out=c)", 1.5, 1),
    ("add(a, b)", "a:f8 b:f8", "np.add(a, b)", 4, 1.5),
    ("a += b", "a:f8 b:f8", "a.__iadd__(b)", 2, 1),
    ("f4 + f8", "a:f4 b:f8", "a + b", 2, 1),
    ("i4 * f8", "a:i4 b:f8", "a * b", 2, 1),
    ("i8 + 1.5", "a:i8", "a + 1.5", 2, 1),
    ("a + 1", "a:f8", "a + 1", 4, 1.5),
    ("a < b", "a:f8 b:f8", "a < b", 4, 1.5),
    ("exp(a)", "a:f8", "np.exp(a)", 2, 1),
    ("maximum(a, b)", "a:f8 b:f8", "np.maximum(a, b)", 2, 1),
    ("a.astype(f4)", "a:f8", "a.astype(np.float32)", 1, 0.8),
    ("a.copy()", "a:f8", "a.copy()", 1, 0.8),
    ("a.max()", "a:f8", "a.max()", 4, 2),
    ("a.mean()", "a:f8", "a.mean()", 4, 2),
    ("a @ b", "a:f8 b:f8", "a @ b", 1, 1),
    ("a[m]", "a:f8 | m = a > 0.5", "a[m]", 1, 1),
    ("a[1:3] = 0", "a:f8", "a.__setitem__(slice(1, 3), 0) or a", 1, 0.8),
    ("array of a list", "", "np.array([1.0, 2.0, 3.0, 4.0])", 1, 0.8),
)

BATCH = "a:{t}[n//({k}*{k}),{k},{k}] b:{t}[n//({k}*{k}),{k},{k}]"

# name, inputs, statement, bytes an element, the ceiling they are compared with, goal, floor at 8 M elements
EVERY_SIZE = {
    "elementwise": (
        ("a+b f4", "a:f4 b:f4", "a + b", 12, "add", 3, 2),
        ("a+b f8", "a:f8 b:f8", "a + b", 24, "add", 2.7, 1.8),
        ("add(a, b, out=c) f4", "a:f4 b:f4 c:f4", "np.add(a, b, out=c)", 12, "add", 1.5, 1.2),
        ("add(a, b, out=c) f8", "a:f8 b:f8 c:f8", "np.add(a, b, out=c)", 24, "add", 1.5, 1.2),
        ("a.copy() f4", "a:f4", "a.copy()", 8, "copy", 2, 1.4),
        ("astype f4 to f8", "a:f4", "a.astype(np.float64)", 12, "copy", 3, 2),
        ("astype f8 to f4", "a:f8", "a.astype(np.float32)", 12, "copy", 3, 2),
        ("astype i4 to f8", "a:i4", "a.astype(np.float64)", 12, "copy", 3, 2),
        ("ones f8", "", "np.ones(n)", 8, "copy", 4, 2.5),
        ("arange i8", "", "np.arange(n)", 8, "copy", 4, 2.5),
        ("matrix + row f4", "a:f4[m,w] r:f4[w]", "a + r", 8, "copy", 3.5, 2),
        ("matrix + column f4", "a:f4[m,w] r:f4[m,1]", "a + r", 8, "copy", 3.5, 2),
        ("f4 + f8", "a:f4 b:f8", "a + b", 20, "add", 4, 2),
        ("i4 * f8", "a:i4 b:f8", "a * b", 20, "add", 4, 2),
        ("where(a > b, a, b) f4", "a:f4 b:f4", "np.where(a > b, a, b)", 12, "add", 12, 5),
        ("floor_divide f4", "a:f4 b:f4 | b = b + 1", "np.floor_divide(a, b)", 12, "add", 4, 2),
        ("floor_divide i4", "a:i4 b:i4 | b = b + 1", "np.floor_divide(a, b)", 12, "add", 4, 2),
        ("mod f4", "a:f4 b:f4 | b = b + 1", "np.mod(a, b)", 12, "add", 4, 2),
        ("mod i4", "a:i4 b:i4 | b = b + 1", "np.mod(a, b)", 12, "add", 4, 2),
    ),
    "functions": (
        ("exp f4", "a:f4", "np.exp(a)", 8, "copy", 3, 1.5),
        ("exp f8", "a:f8", "np.exp(a)", 16, "copy", 3, 1.5),
        ("log f4", "a:f4 | a = a + 0.5", "np.log(a)", 8, "copy", 3, 1.5),
        ("log f8", "a:f8 | a = a + 0.5", "np.log(a)", 16, "copy", 3, 1.5),
        ("tanh f4", "a:f4", "np.tanh(a)", 8, "copy", 3, 1.5),
        ("tanh f8", "a:f8", "np.tanh(a)", 16, "copy", 3, 1.5),
        ("sin f8", "a:f8 | a = a * 10", "np.sin(a)", 16, "copy", 10, 5),
    ),
    "reductions": (
        ("sum f4", "a:f4", "a.sum()", 4, "read", 5, 3),
        ("sum f8", "a:f8", "a.sum()", 8, "read", 1.5, 1.2),
        ("mean f4", "a:f4", "a.mean()", 4, "read", 5, 3),
        ("sum i4", "a:i4", "a.sum()", 4, "read", 10, 5),
        ("max f4", "a:f4", "a.max()", 4, "read", 2.2, 1.5),
        ("max f8", "a:f8", "a.max()", 8, "read", 1.5, 1),
        ("argmax f4", "a:f4", "a.argmax()", 4, "read", 1.5, 1),
        ("any", "a:f4 | m = a > 2", "m.any()", 1, "read", 1.5, 1),
        ("var f4", "a:f4", "a.var()", 4, "read", 12, 7),
        ("std f4", "a:f4", "a.std()", 4, "read", 12, 7),
        ("argmax over axis 0 f4", "a:f4[m,w]", "a.argmax(axis=0)", 4, "read", 25, 8),
        ("cumsum f4", "a:f4", "a.cumsum()", 8, "copy", 7, 3),
        ("cumsum over axis 0 f4", "a:f4[m,w]", "a.cumsum(axis=0)", 8, "copy", 15, 5),
    ),
    "sums of products": (
        ("convolve with 3 f8", "a:f8 v:f8[3]", "np.convolve(a, v)", 16, "copy", 1, 1),
        ("convolve with 64 f8", "a:f8 v:f8[64]", "np.convolve(a, v)", 16, "copy", 1, 1),
        ("bincount i8", "a:i8", "np.bincount(a)", 8, "read", 1, 1),
        ("bincount i8, weighted", "a:i8 b:f8", "np.bincount(a, b)", 16, "read", 1, 1),
        ("cov of 8 rows f8", "a:f8[8,n//8]", "np.cov(a)", 8, "read", 1, 1),
    ),
    "movement": (
        ("a.T.copy() f4", "a:f4[m,w]", "a.T.copy()", 8, "copy", 12, 6),
        ("a.T.copy() u1", "a:u1[m,w]", "a.T.copy()", 2, "copy", 40, 10),
        ("flip f4, copied", "a:f4", "np.flip(a).copy()", 8, "copy", 1.5, 1),
        ("roll f4", "a:f4", "np.roll(a, 1234)", 8, "copy", 1.5, 1),
        ("concatenate f4", "a:f4 b:f4", "np.concatenate((a, b))", 16, "copy", 1.5, 1),
        ("take f4", "a:f4 | i = put(rng.integers(0, n, n))", "a[i]", 16, "copy", 1.5, 1),
    ),
    "selection": (
        ("a[m] f4, half true", "a:f4 | m = a > 0.5", "a[m]", 7, "copy", 3, 1),
        *(
            (f"nonzero, density {d}", f"a:f4 | m = a < {d}", "np.nonzero(m)[0]", 1 + 8 * d, "copy", 1.5, 1)
            for d in (0.9, 0.5, 0.1, 0.01)
        ),
    ),
    "order": (
        ("sort f4", "a:f4", "np.sort(a)", 0, "", 3, 1),
        ("sort f8", "a:f8", "np.sort(a)", 0, "", 2, 1),
        ("sort i4", "a:i4", "np.sort(a)", 0, "", 2, 1),
        ("argsort f4", "a:f4", "np.argsort(a, kind='stable')", 0, "", 2, 1),
        *(
            (f"sort rows of {k} {t}", f"a:{t}[n//{k},{k}]", "np.sort(a)", 0, "", 1.5, 1)
            for t in ("f4", "f8")
            for k in (4, 16, 64, 256)
        ),
    ),
    "products": tuple(
        (f"batch of {k} x {k} {t}", BATCH.format(k=k, t=t), "a @ b", 3 * int(t[1]), "add", 1.5, 1)
        for t in ("f4", "f8")
        for k in (2, 4, 8, 32)
    ),
}

# name, inputs, statement, n, bytes, ceiling, goal; the ratio is CuPy's time over numloom's, inputs fit 16 GB
BIG, WIDE = 1 << 28, 1 << 14
ON_GPU = {
    "host": (("a+b f4", "a:f4 b:f4", "a + b", TINY, 0, "", 5),),
    "elementwise": (
        ("a+b f4", "a:f4 b:f4", "a + b", BIG, 12, "copy", 1.05),
        ("a+b f8", "a:f8 b:f8", "a + b", BIG // 2, 24, "copy", 1.05),
        ("a+b f2", "a:f2 b:f2", "a + b", BIG, 6, "copy", 1.05),
        ("a+b i1", "a:i1 b:i1", "a + b", BIG, 3, "copy", 1.05),
        ("f4 + f8", "a:f4 b:f8", "a + b", BIG // 2, 20, "copy", 1.2),
        ("matrix + row f4", "a:f4[m,w] r:f4[w]", "a + r", WIDE**2, 8, "copy", 1.05),
        ("matrix + column f4", "a:f4[m,w] r:f4[m,1]", "a + r", WIDE**2, 8, "copy", 1.05),
        ("a[::2] + b[1::2] f4", "a:f4 b:f4", "a[::2] + b[1::2]", BIG, 10, "copy", 1.5),
        ("where(a > b, a, b) f4", "a:f4 b:f4", "np.where(a > b, a, b)", BIG, 12, "copy", 1.5),
        ("exp f4", "a:f4", "np.exp(a)", BIG, 8, "copy", 1.05),
        ("sin f4", "a:f4", "np.sin(a)", BIG, 8, "copy", 1.05),
        ("exp f8", "a:f8", "np.exp(a)", BIG // 2, 16, "copy", 1.05),
        ("sin f8", "a:f8", "np.sin(a)", BIG // 2, 16, "copy", 1.05),
    ),
    "movement": (
        ("a.T.copy() f4", "a:f4[m,w]", "a.T.copy()", WIDE**2, 8, "copy", 1.5),
        ("a.T.copy() u1", "a:u1[m,w]", "a.T.copy()", WIDE**2, 2, "copy", 1.5),
        ("a[a > 0.5] f4", "a:f4", "a[a > 0.5]", BIG, 6, "copy", 2),
        ("a[i] f4", "a:f4 | i = put(rng.integers(0, n, n // 4))", "a[i]", BIG, 0, "", 1.2),
        ("sort f4", "a:f4", "np.sort(a)", BIG // 4, 0, "", 1.0),
    ),
    "reductions": (
        ("sum f4", "a:f4", "a.sum()", BIG, 4, "read", 1.05),
        ("max f8", "a:f8", "a.max()", 8, "read", 1.5, 1),
        ("argmax f4", "a:f4", "a.argmax()", 4, "read", 1.5, 1),
        ("any", "a:f4 | m = a > 2", "m.any()", 1, "read", 1.5, 1),
        ("var f4", "a:f4", "a.var()", BIG, 4, "read", 1.9),
        ("argmax f4", "a:f4", "a.argmax()", BIG, 4, "read", 1.05),
        ("cumsum f4", "a:f4", "a.cumsum()", BIG, 8, "copy", 3.5),
        ("cumsum over axis 0 of (2^20, 8) f4", "a:f4[1048576,8]", "a.cumsum(axis=0)", LARGE, 8, "copy", 5),
    ),
    "random": (("random f8", "", "np.random.default_rng(1).random(n)", BIG // 4, 8, "copy", 2),),
}

# The same statements as PyTorch and numexpr spell them, where they differ from NumPy's.
TORCH = {
    "np.add(a, b, out=c)": "torch.add(a, b, out=c)",
    "a.copy()": "a.clone()",
    "a.astype(np.float64)": "a.to(torch.float64)",
    "a.astype(np.float32)": "a.to(torch.float32)",
    "np.ones(n)": "torch.ones(n, dtype=torch.float64, device=device)",
    "np.arange(n)": "torch.arange(n, device=device)",
    "np.empty(4)": "torch.empty(4, dtype=torch.float64, device=device)",
    "np.mod(a, b)": "torch.remainder(a, b)",
    "a.var()": "a.var(correction=0)",
    "a.std()": "a.std(correction=0)",
    "a.cumsum()": "a.cumsum(0)",
    "a.T.copy()": "a.T.contiguous()",
    "np.flip(a).copy()": "torch.flip(a, (0,))",
    "np.sort(a)": "torch.sort(a).values",
    "np.random.default_rng(1).random(n)": "torch.rand(n, dtype=torch.float64, device=device)",
}
NUMEXPR = {
    "a + b": "evaluate('a + b')",
    "a * b": "evaluate('a * b')",
    "np.add(a, b, out=c)": "evaluate('a + b', out=c)",
    "np.where(a > b, a, b)": "evaluate('where(a > b, a, b)')",
    **{f"np.{name}(a)": f"evaluate('{name}(a)')" for name in ("exp", "log", "tanh", "sin")},
}

# Sums in another order: the allowed relative difference. NumPy's own running sums are the inexact ones here.
LOOSER = {
    "cumsum f4": 2e-3,
    "cumsum over axis 0": 1e-3,
    "sum over axis": 1e-3,
    "var f4": 1e-4,
    "std f4": 1e-4,
}
OWN_NUMBERS = ("torch", "cupy")  # their random numbers are not NumPy's, and not compared


@dataclass
class Row:
    """One statement at one size. Goal and floor are ratios, another library's time over numloom's."""

    name: str
    group: str
    inputs: str
    statement: str
    n: int
    moves: float = 0
    ceiling: str = ""
    goal: float | None = None
    floor: float | None = None
    other: dict[str, str] = field(init=False)

    def __post_init__(self):
        spelt = {"torch": TORCH.get(self.statement), "numexpr": NUMEXPR.get(self.statement)}
        self.other = {name: text for name, text in spelt.items() if text}

    @property
    def title(self) -> str:
        """Name and size."""
        n = self.n
        size = f"{n >> 20} M" if n >= 1 << 20 else f"{n >> 10} K" if n >= 1 << 10 else str(n)
        return f"{self.name}, {size}"

    @property
    def rtol(self) -> float | None:
        """The allowed relative difference where it is not the usual one of the dtype."""
        return next((value for name, value in LOOSER.items() if self.name.startswith(name)), None)


def axis_sums(columns_log2: int, steps: range, goal, floor, short_goal, short_floor) -> list[Row]:
    """Sums over both axes of (2^k, 2^(columns_log2 - k)); rows of 2 to 4 have aims of their own."""
    made = []
    for axis in (0, 1):
        for k in steps:
            rows, columns = 1 << k, 1 << (columns_log2 - k)
            aims = (short_goal, short_floor) if columns in (2, 4) else (goal, floor)
            name = f"sum over axis {axis} of (2^{k}, 2^{columns_log2 - k}) f4"
            inputs, statement = f"a:f4[{rows},{columns}]", f"a.sum(axis={axis})"
            made.append(Row(name, "sum over an axis", inputs, statement, rows * columns, 4, "read", *aims))
    return made


def cpu_rows() -> list[Row]:
    """Everything that ./dev bench runs on the CPU; below 8 M elements the aim is not to be slower."""
    made = [Row(n, "4 elements", i, s, TINY, 0, "", g, f) for n, i, s, g, f in FOUR_ELEMENTS]
    for group, lines in EVERY_SIZE.items():
        for name, inputs, statement, moves, ceiling, goal, floor in lines:
            made += [Row(name, group, inputs, statement, n, 0, "", 1, 1) for n in (SMALL, MIDDLE)]
            made.append(Row(name, group, inputs, statement, LARGE, moves, ceiling, goal, floor))
    return made + axis_sums(23, range(24), 2, 1, 20, 5)


def gpu_rows() -> list[Row]:
    """Everything that ./dev bench --device cuda:N runs."""
    made = [Row(x[0], group, *x[1:], floor=1.0) for group, lines in ON_GPU.items() for x in lines]
    return made + axis_sums(26, range(0, 27, 2), 1, 1, 1, 1)
