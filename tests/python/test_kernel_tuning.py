# SPDX-License-Identifier: BSD-3-Clause
"""tune=: variants of a kernel are compared, measured, kept and shipped; k.time()."""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy
import pytest

import numloom as np

SCALE = """
template <class T, int TILE> __global__ void scale(const T* x, T* y, T a, int n) {
  int first = (blockIdx.x * blockDim.x + threadIdx.x) * TILE;
  for (int k = 0; k < TILE; ++k)
    if (first + k < n) y[first + k] += a * x[first + k] + EXTRA;
}
"""
CHOICES = {"tune": {"BX": [32, 64], "TILE": [1, 2]}, "block": "BX", "grid": "ceil(n / (BX * TILE))",
           "budget": 20.0, "defines": {"EXTRA": 0}}  # fmt: skip


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory, monkeypatch):
    """Measurements of these tests are nobody else's; compiled kernels are shared by all of them."""
    folder = tmp_path_factory.getbasetemp() / "kernels"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.tuning.jsonl*"):
        old.unlink()
    monkeypatch.setenv("NUMLOOM_CACHE_DIR", str(folder))
    monkeypatch.delenv("NUMLOOM_TUNE", raising=False)


def tuned(**changes):
    return np.Kernel(SCALE, "scale<T, TILE>", **{**CHOICES, **changes})


def arrays(n=500, dtype="float64"):
    return np.arange(n).astype(dtype), np.ones(n, dtype=dtype)


def stored_files():
    return list(Path(np.kernel_cache_info()["folder"]).glob("*.tuning.jsonl"))


def stored():
    """The measurements in the cache folder, which is empty when a test begins."""
    return [json.loads(line) for path in stored_files() for line in path.read_text().splitlines()]


# ---- tuning ----


def test_first_call_measures_and_leaves_one_result():
    kernel = tuned()
    assert type(kernel) is np.Kernel
    x, y = arrays()
    kernel(x, y, 2, 500)  # changes y in place: every variant began with what y held before
    assert np.asnumpy(y).tolist() == (2 * numpy.arange(500) + 1).tolist()
    (entry,) = stored()
    assert entry["measured"] == 4
    assert entry["config"] in kernel.configs
    assert entry["key"]["arguments"] == "float64:1C;float64:1C;-;-"
    assert entry["key"]["sizes"] == ["512"]
    kernel(x, y, 2, 500)
    tuned()(x, y, 2, 400)  # another object, a size near the first: found, not measured
    assert len(stored()) == 1
    kernel(x, y, 2, 100)
    kernel(*(a.astype("float32") for a in (x, y)), 2, 500)
    assert len(stored()) == 3


def test_report_lists_all_variants():
    kernel = tuned()
    assert kernel.tuning_report() == "scale: nothing was measured in this process"
    kernel(*arrays(), 1, 500)
    lines = kernel.tuning_report().splitlines()
    assert lines[0].startswith("scale on CPU")
    assert lines[0].endswith("float64:1C;float64:1C;-;-; 512")
    assert len(lines) == 5
    assert " 1.00x " in lines[1]
    assert sum("BX=64, TILE=2" in line for line in lines) == 1


def test_numpy_arrays_and_in_and_inout():
    x, y = numpy.arange(500.0), numpy.ones(500)
    tuned()(np.In(x), np.InOut(y), 2, 500)
    assert y.tolist() == (2 * x + 1).tolist()


WRONG = """
__global__ void f(float* y, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += STEP == 3 ? 5 : 1;
#if STEP == 4
  broken
#endif
}
"""


def test_variants_that_differ_or_fail_are_left_out():
    kernel = np.Kernel(WRONG, "f", tune={"STEP": [1, 2, 3, 4]}, size="n", budget=20.0)
    y = np.zeros(100, dtype="float32")
    with pytest.warns(np.TuningWarning) as caught:
        kernel(y, 100)
    texts = [str(w.message) for w in caught]
    assert texts[0] == "[f] left out STEP=3: its results differ from the first variant's"
    assert texts[1].startswith("[f] left out STEP=4: [kernel f] the source does not compile")
    assert y.tolist() == [1] * 100
    assert "left out: STEP=3: its results differ" in kernel.tuning_report()
    assert stored()[0]["config"]["STEP"] in (1, 2)


def test_first_variant_must_work():
    kernel = np.Kernel(WRONG, "f", tune={"STEP": [4, 1]}, size="n")
    with pytest.raises(np.CompileError):
        kernel(np.zeros(100, dtype="float32"), 100)
    with pytest.raises(TypeError, match="expected an array of float32, got float64"):
        np.Kernel(WRONG, "f", tune={"STEP": [1, 2]}, size="n")(np.zeros(100), 100)


def test_check_configs():
    y = np.zeros(100, dtype="float32")
    assert np.Kernel(WRONG, "f", tune={"STEP": [1, 2]}, size="n").check_configs(y, 100) == 2
    with pytest.raises(ValueError, match="STEP=3 computes something else than STEP=1"):
        np.Kernel(WRONG, "f", tune={"STEP": [1, 3]}, size="n").check_configs(y, 100)
    assert y.tolist() == [0] * 100


def test_verify():
    y = np.zeros(100, dtype="float32")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.Kernel(WRONG, "f", tune={"STEP": [1, 3]}, size="n", verify=False)(y, 100)
        np.Kernel(WRONG, "f", tune={"STEP": [1, 3]}, size="n", verify=10.0)(y, 100)


def test_budget():
    x, y = arrays()
    kernel = tuned(budget=0.0)
    kernel(x, y, 2, 500)
    assert stored()[0]["measured"] == 1
    assert "not measured within the budget: 3 of 4" in kernel.tuning_report()


def test_most_configs():
    x, y = arrays()
    kernel = tuned(max_configs=3)
    kernel(x, y, 2, 500)
    assert stored()[0]["measured"] == 3
    assert "not measured within the budget: 1 of 4" in kernel.tuning_report()


# ---- choices ----


def test_where():
    kernel = tuned(where=["BX * TILE <= 64", lambda c: c["BX"] != 32 or c["TILE"] == 2])
    assert kernel.configs == [{"BX": 32, "TILE": 2}, {"BX": 64, "TILE": 1}]
    assert tuned().configs[0] == {"BX": 32, "TILE": 1}


def test_block_size_x_of_kernel_tuner():
    source = "__global__ void f(int* y) { y[blockIdx.x * block_size_x + threadIdx.x] = block_size_y; }"
    kernel = np.Kernel(source, "f", tune={"block_size_x": [8, 16], "block_size_y": [1]}, size="y.size")
    y = np.zeros(32, dtype="int32")
    kernel(y)
    assert y.tolist() == [1] * 32


def test_grid_of_several_parts_and_a_callable():
    source = "__global__ void f(int* y) { atomicAdd(y + N * 0, 1); }"
    y = np.zeros(1, dtype="int32")
    np.Kernel(source, "f", tune={"N": [1]}, grid=("y.size + 1", 3), block=lambda names: names["N"])(y)
    assert y.item() == 6
    np.Kernel(source, "f", tune={"N": [1]})(y, grid=2, block=2)
    assert y.item() == 10


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"tune": {}}, TypeError, "expected a dict of lists for tune"),
        ({"tune": {"BX": 3}}, TypeError, r"expected a list of values for tune\['BX'\], got 3"),
        ({"where": "BX > 64"}, ValueError, "no choice of values satisfies where='BX > 64'"),
        ({"where": "QX > 64"}, ValueError, "'QX' is neither a parameter of tune= nor of the kernel"),
        ({"grid": "n +"}, ValueError, "grid='n [+]' is no expression"),
        ({"grid": "__import__('os')"}, ValueError, "'__import__' is neither a parameter"),
        ({"grid": "x.__class__"}, ValueError, "expected arithmetic of parameters and arguments"),
        ({"mode": "always"}, ValueError, "expected a mode of auto, cached, force, off, got 'always'"),
        ({"budgett": 1}, TypeError, "budgett"),
        ({"grid": "n / 0"}, ValueError, "grid='n / 0': division by zero"),
        ({"grid": "n / 3"}, TypeError, "expected a whole number, got 166.66"),
        ({"grid": "x"}, TypeError, "expected a number for 'x'"),
        ({"grid": "n if n"}, ValueError, "is no expression"),
        ({"tune": None}, TypeError, "got block= without tune="),
    ],
)
def test_settings_that_are_none(changes, error, text):
    with pytest.raises(error, match=text):
        tuned(**changes)(*arrays(), 2, 500)


def test_what_only_tuned_kernels_have():
    kernel = np.Kernel(WRONG, "f", defines={"STEP": 1})
    for ask in (kernel.variant, kernel.tuning_report, kernel.check_configs, lambda: kernel.configs):
        with pytest.raises(TypeError, match="was made without tune="):
            ask()


@pytest.mark.parametrize(
    ("text", "value"),
    [("7 // 2 * 3 - -1", 10), ("2 ** 3 ** 1 + 7 % 4", 11), ("ceil(7 / 2) + floor(3.5) + int(1.9)", 8),
     ("min(n, 3, 2) + max(1, A) + abs(-1)", 8), ("cdiv(n, 3) if n > A >= 5 and not False else 1", 4),
     ("x.size + x.shape[0] + x.ndim + x.itemsize", 29), ("(A, 1, 2)", 10), ("1.5e1 * 2", 30),
     ("1 if W == 'two' or W != \"one\" else 2", 2)],
)  # fmt: skip
def test_expressions(text, value):
    source = "__global__ void f(const double* x, int* y, int n) { atomicAdd(y, 1); }"
    y = np.zeros(1, dtype="int32")
    choices = {"A": [5], "W": ["one"]}
    np.Kernel(source, "f", tune=choices, grid=text, block=1, mode="off")(np.zeros(10), y, 10)
    assert y.item() == value


def test_calls_that_are_none():
    x, y = arrays()
    with pytest.raises(TypeError, match=r"takes k\(arguments...\)"):
        tuned()[1, 32]
    with pytest.raises(TypeError, match="expected grid= or size="):
        np.Kernel(WRONG, "f", tune={"STEP": [1]})(y, 3)
    with pytest.raises(TypeError, match="expected 4 arguments, got 3"):
        tuned()(x, y, 2)
    with pytest.raises(ValueError, match="expected the name of one kernel of the source, got 'other'"):
        np.Kernel(SCALE, "other", tune={"BX": [1]})


# ---- modes, and what is kept ----


def test_cached_never_measures():
    x, y = arrays()
    tuned(mode="cached")(x, y, 2, 500)
    assert not stored()
    tuned()(x, y, 2, 500)
    chosen = stored()[0]["config"]
    assert tuned(mode="cached").best_config(x, y, 2, 60) == chosen  # the nearest size
    assert len(stored()) == 1


def test_off_and_force_and_the_environment(monkeypatch):
    x, y = arrays()
    tuned(mode="off")(x, y, 2, 500)
    tuned()(x, y, 2, 500)
    tuned(mode="force")(x, y, 2, 500)
    assert len(stored()) == 2
    monkeypatch.setenv("NUMLOOM_TUNE", "off")
    tuned(mode="force")(x, y, 2, 500)
    assert len(stored()) == 2
    monkeypatch.setenv("NUMLOOM_TUNE", "maybe")
    with pytest.raises(ValueError, match="expected NUMLOOM_TUNE of auto"):
        tuned()(x, y, 2, 500)


def test_tune_key():
    x, y = arrays()
    kernel = tuned(tune_key=lambda x, y, a, n: a)
    kernel(x, y, 2, 500)
    kernel(x, y, 2, 20)
    kernel(x, y, 3, 20)
    assert [e["key"]["sizes"] for e in stored()] == [["2"], ["3"]]


def test_tuning_is_shipped_as_a_file(tmp_path):
    x, y = arrays()
    kernel = tuned()
    kernel(x, y, 2, 500)
    path = tmp_path / "scale.json"
    kernel.save_tuning(path)
    content = json.loads(path.read_text())
    content["entries"][0]["config"] = {"BX": 64, "TILE": 2}
    path.write_text(json.dumps(content, indent=1))
    for file in stored_files():
        file.unlink()
    assert tuned(tuning=path).best_config(x, y, 2, 500) == {"BX": 64, "TILE": 2}
    assert not stored()
    path.write_text("[]")
    with pytest.raises(ValueError, match=r"expected a file of save_tuning\(\) for tuning"):
        tuned(tuning=path)
    with pytest.raises(OSError, match="cannot read"):
        tuned(tuning=tmp_path / "nowhere.json")
    with pytest.raises(OSError, match="cannot write"):
        kernel.save_tuning(tmp_path / "nowhere" / "scale.json")


def test_damaged_lines_are_measured_again():
    x, y = arrays()
    tuned()(x, y, 2, 500)
    (path,) = stored_files()
    path.write_text('{"kernel": "' + stored()[0]["kernel"] + '", "key": {"dev\n\x00\n[]\n')
    tuned()(x, y, 2, 500)
    assert json.loads(path.read_text().splitlines()[-1])["measured"] == 4


def test_only_one_at_a_time_measures():
    x, y = arrays()
    inner = []

    def grid(names):
        if not inner:  # in the middle of the outer one's measuring
            inner.append(None)
            inner[0] = tuned(grid=grid).best_config(x, y, 2, 500)
        return -(-names["n"] // (names["BX"] * names["TILE"]))

    kernel = tuned(grid=grid)
    kernel(x, y, 2, 500)
    assert inner == [kernel.configs[0]]
    assert len(stored()) == 1


def test_constants_of_all_variants():
    source = (
        "__constant__ float w[2]; __global__ void f(float* y) { y[threadIdx.x] = w[threadIdx.x] * N / N; }"
    )
    kernel = np.Kernel(source, "f", tune={"N": [1, 2]}, grid=1, block=2, budget=20.0)
    kernel.const["w"] = [3, 4]
    y = np.zeros(2, dtype="float32")
    kernel(y)
    assert y.tolist() == [3, 4]
    assert kernel.check_configs(y) == 2
    assert kernel.const["w"].tolist() == [3, 4]


# ---- time ----

FILL = "__global__ void fill(int* y, int n) { int i = blockIdx.x * 256 + threadIdx.x; if (i < n) ++y[i]; }"


def test_time():
    y = np.zeros(1000, dtype="int32")
    kernel = np.Kernel(FILL, "fill")
    times = kernel.time(y, 1000, size=1000, repeat=4, warmup=2)
    assert isinstance(times, np.KernelTimes)
    assert len(times) == 4
    assert 0 < times.min <= times.median <= max(times) < 10
    assert y.tolist() == [6] * 1000
    assert repr(times).startswith("KernelTimes(min ")
    assert len(kernel.time(4, 256, y, 1000)) == 7
    assert len(tuned().time(*arrays(), 2, 500, repeat=1)) == 1
    assert np.KernelTimes((4.0, 1.0, 3.0, 2.0)).median == 2.5
    assert np.KernelTimes((4.0, 1.0, 3.0)).median == 3
    with pytest.raises(ValueError, match="expected one run or more to time, got repeat=0"):
        kernel.time(y, 1000, size=1000, repeat=0)
    with pytest.raises(TypeError, match="expected an array of int32, got float64"):
        kernel.time(np.zeros(3), 3, size=3)


def test_writes():
    x, y = arrays()
    assert np.Kernel(SCALE, "scale", defines={"EXTRA": 0}, templates={"TILE": 2}).writes(x, y, 2, 5) == (
        False, True, False, False)  # fmt: skip


def test_nothing_of_this_is_imported_before_it_is_used():
    program = """
import sys, numloom as np
np.Kernel("__global__ void f() {}", "f", tune=None)
assert not [name for name in sys.modules if "tuning" in name]
assert "TuningWarning" in dir(np)
np.TuningWarning
assert "numloom._tuning" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
