# SPDX-License-Identifier: BSD-3-Clause
"""Draw a relief map from a digital elevation model: enlarge, smooth, light it, tint it by height.

Plain NumPy, whichever library is passed as np. What makes the relief readable is the sky view: how much of
the sky a point sees over the ridges around it, found by looking along eight directions with shifted slices.
"""

import math

import numpy
from matplotlib import cbook

TITLE = "Shade a terrain"
ENLARGE = 4
EXAGGERATE = 2.5  # heights against distances
BLUR_PASSES = 6
LIGHTS = ((315, 0.55), (255, 0.15), (15, 0.2), (75, 0.1))  # azimuth in degrees, weight; north-west leads
ALTITUDE = 42  # of the lights, degrees above the horizon
REACH = (1, 2, 4, 8, 14, 22, 32)  # how far the sky view looks, in cells

# Heights from low to high, as the tints of an atlas.
TINTS = ((0.34, 0.53, 0.44), (0.53, 0.67, 0.49), (0.75, 0.79, 0.57), (0.92, 0.87, 0.68),
         (0.86, 0.73, 0.55), (0.74, 0.57, 0.45), (0.66, 0.51, 0.46), (0.93, 0.90, 0.89))  # fmt: skip


def enlarge_rows(np, z, factor):
    """Catmull-Rom interpolation along axis 0."""
    n = z.shape[0]
    t = np.linspace(0, n - 1, (n - 1) * factor + 1, dtype=np.float32)
    i = np.clip(np.floor(t), 0, n - 2)
    f = (t - i)[:, None]
    i = i.astype(np.int64)
    before, here = z[np.maximum(i - 1, 0)], z[i]
    after, beyond = z[i + 1], z[np.minimum(i + 2, n - 1)]
    slope, bend = after - before, 2 * before - 5 * here + 4 * after - beyond
    return here + 0.5 * f * (slope + f * (bend + f * (3 * (here - after) + beyond - before)))


def blur_rows(np, z):
    """Weights 1 4 6 4 1 along axis 0, the border repeated: one step of a Gaussian of one cell."""
    p = np.concatenate([z[:1], z[:1], z, z[-1:], z[-1:]])
    return (p[:-4] + p[4:] + 4 * (p[1:-3] + p[3:-1]) + 6 * p[2:-2]) / 16


def gradient(np, z, width, height):
    """Slopes towards east and north inside the border, by central differences."""
    east = (z[1:-1, 2:] - z[1:-1, :-2]) / (2 * width)
    north = (z[:-2, 1:-1] - z[2:, 1:-1]) / (2 * height)
    return east, north


def light(np, east, north, azimuth, altitude):
    """Lambert's cosine between the surface's normal and the direction to the light, never below zero."""
    a, h = math.radians(azimuth), math.radians(altitude)
    toward = math.sin(h) - math.cos(h) * (math.sin(a) * east + math.cos(a) * north)
    return np.maximum(toward, 0) / np.sqrt(1 + east * east + north * north)


def sky_view(np, z, width, height):
    """Share of the sky that is visible, from the horizon's angle in eight directions."""
    m = REACH[-1]
    rows, columns = z.shape[0] - 2 * m, z.shape[1] - 2 * m
    centre = z[m:-m, m:-m]
    hidden = np.zeros((rows, columns), np.float32)
    for dy, dx in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)):
        horizon = np.zeros((rows, columns), np.float32)
        for d in REACH:
            there = z[m + d * dy : m + d * dy + rows, m + d * dx : m + d * dx + columns]
            horizon = np.maximum(horizon, (there - centre) / (d * math.hypot(dx * width, dy * height)))
        hidden += horizon / np.sqrt(1 + horizon * horizon)  # the sine of the angle
    return 1 - hidden / 8


def tint(np, z):
    """Colours by the rank of the height, not by the height: each tint covers as much land as the next."""
    ranked = np.sort(z.ravel())
    stops = ranked[np.linspace(0, ranked.size - 1, len(TINTS)).astype(np.int64)]
    colours = np.array(TINTS, np.float32)
    result = np.zeros((*z.shape, 3), np.float32) + colours[0]
    for k in range(len(TINTS) - 1):
        share = np.clip((z - stops[k]) / (stops[k + 1] - stops[k]), 0, 1)
        result += share[:, :, None] * (colours[k + 1] - colours[k])
    return result


def run(np, elevation, width, height):
    """Relief of an elevation model with cells of width by height metres, and what it is made of."""
    z = np.asarray(elevation).astype(np.float32)
    z = enlarge_rows(np, enlarge_rows(np, z, ENLARGE).T.copy(), ENLARGE).T.copy()
    width, height = width / ENLARGE, height / ENLARGE
    for _ in range(BLUR_PASSES):
        z = blur_rows(np, blur_rows(np, z).T).T

    m = REACH[-1]
    sky = sky_view(np, EXAGGERATE * z, width, height)
    east, north = gradient(np, EXAGGERATE * z[m - 1 : 1 - m, m - 1 : 1 - m], width, height)
    shade = sum(weight * light(np, east, north, azimuth, ALTITUDE) for azimuth, weight in LIGHTS)
    z = z[m:-m, m:-m]  # the part of the map that all three cover

    flat = math.sin(math.radians(ALTITUDE))
    relief = (0.36 + 0.70 * shade / flat) * sky**1.4
    image = np.clip(tint(np, z) * relief[:, :, None], 0, 1)
    return {"image": np.rint(255 * image).astype(np.uint8), "shade": shade, "sky": sky, "height": z}


def load(path=None):
    """Elevations and the size of a cell, in metres: Jacksboro fault, Tennessee, from matplotlib's data."""
    with cbook.get_sample_data("jacksboro_fault_dem.npz") as dem:
        middle = math.radians((dem["ymin"] + dem["ymax"]) / 2)
        width = 111_200 * float(dem["dx"]) * math.cos(middle)
        return dem["elevation"], width, 111_200 * float(dem["dy"])


def check(expected, got):
    """What differs from NumPy's result beyond float32's rounding, as sentences."""
    problems = []
    for name, tolerance in (("height", 2e-3), ("shade", 1e-4), ("sky", 1e-4)):
        gap = numpy.abs(expected[name].astype(float) - got[name]).max()
        if not gap <= tolerance:
            problems.append(f"{name} differs by {gap:.2g}, more than {tolerance:g}")
    gap = numpy.abs(expected["image"].astype(int) - got["image"]).max()
    if gap > 1:
        problems.append(f"pixels differ by {gap} of 255")
    return problems


if __name__ == "__main__":
    from PIL import Image

    import numloom

    Image.fromarray(numloom.asnumpy(run(numloom, *load())["image"])).save("relief.png")
    print("relief.png is drawn")
