# SPDX-License-Identifier: BSD-3-Clause
"""Clean an electroencephalogram and ask which of its channels move together, when, and with what delay.

Plain NumPy, whichever library is passed as np. Drift and noise go by local regression (Cleveland 1979),
written as one matrix; the correlation in a sliding window at every delay is tested against surrogates: the
same recording with one channel turned round by a random time, which keeps each rhythm and breaks what binds
the two.
"""

import numpy
from matplotlib import cbook

TITLE = "Clean an EEG"
SECONDS = 10.0
DRIFT, NOISE = 0.9, 0.06  # half widths of the regressions that find them, in seconds
WINDOW, LAGS = 96, 40  # samples of a window; delays from -LAGS to LAGS samples
SURROGATES = 100
LEVEL = 0.99  # of the surrogates' correlations lie below what counts as real


def local_regression(np, t, half_width):
    """The matrix L for which L @ y is, at each time, the value of a straight line fitted to y near it."""
    dt = t[None, :] - t[:, None]
    weight = np.clip(1 - np.abs(dt / half_width) ** 3, 0, None) ** 3
    s0, s1, s2 = (np.sum(weight * dt**p, axis=1, keepdims=True) for p in range(3))
    return weight * (s2 - s1 * dt) / (s0 * s2 - s1 * s1)


def standardise(np, x):
    """Mean 0 and variance 1 along the last axis."""
    return (x - x.mean(axis=-1, keepdims=True)) / x.std(axis=-1, keepdims=True)


def lagged_correlation(np, a, b, starts):
    """Correlation of each window of a with the windows of b that lie up to LAGS samples off it."""
    within = np.arange(WINDOW)
    lags = np.arange(-LAGS, LAGS + 1)
    ours = standardise(np, a[starts[:, None] + within])
    theirs = standardise(np, b[starts[:, None, None] + lags[:, None] + within])
    return (ours[:, None, :] * theirs).mean(axis=-1)


def surrogate_level(np, a, b, starts, rng):
    """The correlation that chance reaches: LEVEL of the windows of turned-round recordings stay below it."""
    turn = rng.integers(WINDOW, len(b) - WINDOW, SURROGATES)
    place = starts[:, None] + np.arange(WINDOW)
    ours = standardise(np, a[place])
    theirs = standardise(np, b[(place + turn[:, None, None]) % len(b)])
    chance = np.sort(np.abs((ours * theirs).mean(axis=-1)), axis=None)
    return chance[int(LEVEL * len(chance))]


def run(np, recording, seed=1):
    """Clean a recording of shape (samples, channels); correlation of every pair over time and delay."""
    raw = np.asarray(recording)
    samples, channels = raw.shape
    t = np.linspace(0, SECONDS, samples, endpoint=False)
    drift = local_regression(np, t, DRIFT) @ raw
    clean = local_regression(np, t, NOISE) @ (raw - drift)

    rng = np.random.default_rng(seed)
    starts = np.arange(LAGS, samples - WINDOW - LAGS)
    maps, levels = [], []
    for i in range(channels):
        for j in range(i + 1, channels):
            maps.append(lagged_correlation(np, clean[:, i], clean[:, j], starts))
            levels.append(surrogate_level(np, clean[:, i], clean[:, j], starts, rng))
    maps, levels = np.stack(maps), np.stack(levels)
    real = np.abs(maps) > levels[:, None, None]
    z = standardise(np, clean.T)
    return {
        "time": t,
        "drift": drift,
        "clean": clean,
        "map": maps,
        "level": levels,
        "real": real.mean(axis=(1, 2)),
        "best": np.abs(maps).max(axis=(1, 2)),
        "correlation": z @ z.T / samples,
        "centre": t[starts] + WINDOW / 2 * SECONDS / samples,
    }


def load(path=None):
    """Ten seconds of four channels, from matplotlib's data."""
    with cbook.get_sample_data("eeg.dat") as file:
        return (numpy.frombuffer(file.read(), float).reshape(800, 4),)


def check(expected, got):
    """What differs from NumPy's result beyond float64's rounding, as sentences."""
    problems = []
    for name in ("drift", "clean", "map", "level", "correlation"):
        if not numpy.allclose(expected[name], got[name], rtol=1e-9, atol=1e-9):
            gap = numpy.abs(expected[name] - got[name]).max()
            problems.append(f"{name} differs by {gap:.2g}, more than 1e-9")
    return problems


if __name__ == "__main__":
    import numloom

    result = run(numloom, *load())
    print("correlation of the cleaned channels\n", result["correlation"])
    print("share of windows and delays beyond chance, pair by pair\n", result["real"])
