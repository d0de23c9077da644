# SPDX-License-Identifier: BSD-3-Clause
"""The demo's figures: before, after, and the times as bars. One style for all."""

import matplotlib

matplotlib.use("Agg")

import numpy
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle

INK, SOFT, PAPER = "#22262b", "#8a9199", "#fbfaf8"
NUMPY, OURS, GPU = "#b9c0c7", "#e4572e", "#2e9e6b"
CHANNELS = ("#2a6f97", "#e4572e", "#2e9e6b", "#8e5aa8")

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": "#d5d9dd",
    "axes.facecolor": PAPER,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


def seconds(value):
    """A time as a person reads it."""
    return f"{value * 1000:.0f} ms" if value < 0.9995 else f"{value:.2f} s"


def bars(axes, times):
    """Horizontal bars, NumPy's first: above each its library, beside it its time and its gain."""
    names, values = list(times), list(times.values())
    rows = numpy.arange(len(names))
    colours = [NUMPY if n == "NumPy" else GPU if "cuda" in n else OURS for n in names]
    axes.barh(rows, values, 0.42, color=colours)
    axes.set_ylim(max(len(names), 2) - 0.6, -0.75)
    axes.set_xlim(0, max(values) * 1.4)
    axes.set_axis_off()
    for row, name, value, colour in zip(rows, names, values, colours):
        axes.text(0, row - 0.29, name, va="bottom", fontsize=9)
        beside = {"xycoords": axes.transData, "textcoords": "offset points", "va": "center"}
        axes.annotate(seconds(value), (value, row), (7, 0), color=SOFT, **beside)
        if row:
            gain = f"{values[0] / value:.1f}×"
            axes.annotate(
                gain, (value, row), (52, 0), color=colour, fontweight="bold", fontsize=11.5, **beside
            )
    axes.set_title("Time")


def headline(figure, title, text):
    """Title and one sentence at the top left."""
    figure.text(0.03, 0.94, title, fontsize=17, fontweight="bold", va="center")
    figure.text(0.03, 0.888, text, fontsize=10, color=SOFT, va="center")


def picture(axes, image, title, **kwargs):
    """An image without axes."""
    axes.imshow(image, interpolation="antialiased", **kwargs)
    axes.set_anchor("NW")
    axes.set_title(title)
    axes.set_axis_off()


def quantise_photo(inputs, result, times):
    """Photograph, quantised photograph, palette by share, error per round, times."""
    figure = plt.figure(figsize=(12.4, 6.6))
    headline(
        figure, "A photograph in 16 colours", "k-means++ clustering of its pixels in the Oklab colour space"
    )
    colours = len(numpy.unique(inputs[0].reshape(-1, 3), axis=0))
    picture(figure.add_axes((0.03, 0.05, 0.336, 0.76)), inputs[0], f"Before: {colours:,} colours")
    after = f"After: {len(result['palette'])} colours"
    picture(figure.add_axes((0.39, 0.05, 0.336, 0.76)), result["image"], after)

    axes = figure.add_axes((0.765, 0.68, 0.205, 0.13))
    left = 0.0
    for colour, share in zip(result["palette"] / 255, result["share"]):
        axes.add_patch(Rectangle((left, 0), share, 1, color=colour, linewidth=0))
        left += share
    axes.set(xlim=(0, 1), ylim=(0, 1), title="Palette, by share of the picture")
    axes.set_axis_off()

    axes = figure.add_axes((0.765, 0.44, 0.205, 0.13))
    error = numpy.sqrt(result["error"])
    axes.plot(error, color=OURS, marker="o", markersize=3.5, linewidth=1.4, clip_on=False)
    axes.set_title("Distance to the palette, by round")
    axes.annotate(f"{error[0]:.4f}", (0, error[0]), (8, -3), textcoords="offset points", color=SOFT)
    last = len(error) - 1
    axes.annotate(
        f"{error[-1]:.4f}", (last, error[-1]), (0, 8), textcoords="offset points", color=SOFT, ha="right"
    )
    axes.set(xticks=[0, last], yticks=[], xlim=(0, last))
    axes.spines["left"].set_visible(False)
    bars(figure.add_axes((0.765, 0.05, 0.205, 0.25)), times)
    return figure


def shade_terrain(inputs, result, times):
    """Elevations as grey levels, relief map, times."""
    figure = plt.figure(figsize=(10.4, 6.6))
    about = "Jacksboro fault, Tennessee: enlarged, smoothed, lit from four sides, shaded by visible sky"
    headline(figure, "A relief map from bare elevations", about)
    before = f"Before: {inputs[0].min()} to {inputs[0].max()} m above the sea"
    picture(figure.add_axes((0.035, 0.37, 0.345, 0.44)), inputs[0], before, cmap="gray")
    height, width = result["image"].shape[:2]
    picture(figure.add_axes((0.405, 0.05, 0.575, 0.76)), result["image"], f"After: {width} × {height} cells")
    bars(figure.add_axes((0.035, 0.05, 0.335, 0.225)), times)
    return figure


def traces(axes, t, signals, gap):
    """Signals one above the other."""
    for k, colour in enumerate(CHANNELS):
        axes.plot(t, signals[:, k] + (3 - k) * gap, color=colour, linewidth=0.8)
    axes.set_yticks([(3 - k) * gap for k in range(4)], [f"channel {k + 1}" for k in range(4)])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set(xlim=(0, 10), xticks=range(0, 11, 2), ylim=(-0.75 * gap, 3.8 * gap))


def delay_map(figure, result):
    """Correlation of the two most closely bound channels by time and delay; beyond chance is ringed."""
    best = int(result["real"].argmax())
    first, second = [(i, j) for i in range(4) for j in range(i + 1, 4)][best]
    values, level = result["map"][best].T, result["level"][best]
    reach = (len(values) - 1) // 2 * 1000 * result["time"][1]
    extent = (result["centre"][0], result["centre"][-1], -reach, reach)
    axes = figure.add_axes((0.735, 0.45, 0.205, 0.335))
    image = axes.imshow(values, aspect="auto", origin="lower", extent=extent, cmap="RdBu_r", vmin=-1, vmax=1)
    axes.contour(numpy.abs(values), levels=[level], extent=extent, colors=INK, linewidths=0.9)
    axes.set_title(f"Channels {first + 1} and {second + 1}, by time and delay", pad=20)
    note = f"ringed: beyond 99 % of the surrogates (±{level:.2f})"
    axes.text(0, 1.03, note, transform=axes.transAxes, fontsize=8.5, color=SOFT)
    axes.set(xlabel="seconds", ylabel="delay in ms")
    bar = figure.colorbar(image, cax=figure.add_axes((0.951, 0.45, 0.008, 0.335)), ticks=[-1, 0, 1])
    bar.outline.set_visible(False)


def clean_eeg(inputs, result, times):
    """Raw traces with their drift, cleaned traces, delay map, times."""
    figure = plt.figure(figsize=(12.4, 6.6))
    about = (
        "Drift and noise taken out by local regression; correlation in a sliding window, against surrogates"
    )
    headline(figure, "An electroencephalogram, cleaned and correlated", about)
    t, gap = result["time"], 7
    axes = figure.add_axes((0.085, 0.085, 0.275, 0.725))
    traces(axes, t, inputs[0], gap)
    for k in range(4):
        axes.plot(t, result["drift"][:, k] + (3 - k) * gap, color=INK, linewidth=1.3)
    axes.set(title="Before, with the drift that was found", xlabel="seconds")
    axes = figure.add_axes((0.385, 0.085, 0.275, 0.725))
    traces(axes, t, result["clean"], gap)
    axes.set(title="After", xlabel="seconds", yticks=[])
    delay_map(figure, result)
    bars(figure.add_axes((0.735, 0.05, 0.235, 0.225)), times)
    return figure


def save(name, inputs, result, times, *paths):
    """Draw a program's figure and write it to files: PNG in full size, JPEG small enough for a web page."""
    with plt.rc_context(STYLE):
        figure = globals()[name](inputs, result, times)
        for path in paths:
            small = path.suffix == ".jpg"
            figure.savefig(path, dpi=100 if small else 150, pil_kwargs={"quality": 88} if small else None)
        plt.close(figure)
