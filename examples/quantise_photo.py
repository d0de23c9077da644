# SPDX-License-Identifier: BSD-3-Clause
"""Reduce a photograph to a few colours: k-means clustering of its pixels in a perceptual colour space.

Plain NumPy, whichever library is passed as np. Colours are compared in Oklab (Ottosson 2020), where equal
distances look about equally different; the first palette is drawn by k-means++ (Arthur and Vassilvitskii
2007).
"""

import sys

import numpy
from matplotlib import cbook
from PIL import Image

TITLE = "Quantise a photograph"
COLOURS = 16
ROUNDS = 10
LONGEST_SIDE = 900  # a larger picture is scaled down to this first

# Linear RGB -> cone responses -> Oklab, as matrices that act on the last axis from the right.
TO_CONES = [[0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005]]  # fmt: skip
TO_OKLAB = [[0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660]]  # fmt: skip
FROM_OKLAB = [[1.0, 1.0, 1.0],
              [0.3963377774, -0.1055613458, -0.0894841775],
              [0.2158037573, -0.0638541728, -1.2914855480]]  # fmt: skip
FROM_CONES = [[4.0767416621, -1.2684380046, -0.0041960863],
              [-3.3077115913, 2.6097574011, -0.7034186147],
              [0.2309699292, -0.3413193965, 1.7076147010]]  # fmt: skip


def to_oklab(np, rgb):
    """8-bit sRGB to Oklab."""
    s = rgb / np.float32(255)
    linear = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ np.array(TO_CONES, np.float32)) @ np.array(TO_OKLAB, np.float32)


def to_rgb(np, oklab):
    """Oklab to 8-bit sRGB."""
    linear = (oklab @ np.array(FROM_OKLAB, np.float32)) ** 3 @ np.array(FROM_CONES, np.float32)
    linear = np.clip(linear, 0, 1)
    s = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * s).astype(np.uint8)


def first_palette(np, pixels, rng):
    """k-means++: each new colour is a pixel, the likelier drawn the farther it is from the others."""
    chosen = pixels[rng.integers(len(pixels))]
    palette = [chosen]
    gap = ((pixels - chosen) ** 2).sum(axis=1, dtype=np.float64)
    while len(palette) < COLOURS:
        ladder = np.cumsum(gap)
        chosen = pixels[np.argmax(ladder > rng.random() * ladder[-1])]
        palette.append(chosen)
        gap = np.minimum(gap, ((pixels - chosen) ** 2).sum(axis=1, dtype=np.float64))
    return np.stack(palette)


def nearest(np, pixels, palette):
    """For each pixel the number of its nearest colour and the squared distance to it."""
    distance = ((pixels[:, None, :] - palette) ** 2).sum(axis=2)
    return distance.argmin(axis=1), distance.min(axis=1)


def run(np, image, seed=1):
    """Quantise an image of shape (height, width, 3); its palette, their shares and the error per round."""
    image = np.asarray(image)
    rng = np.random.default_rng(seed)
    pixels = to_oklab(np, image.reshape(-1, 3))
    palette = first_palette(np, pixels, rng)
    errors = []
    for _ in range(ROUNDS):
        label, distance = nearest(np, pixels, palette)
        errors.append(distance.mean(dtype=np.float64))
        for k in range(COLOURS):
            members = pixels[label == k]
            if len(members):
                palette[k] = members.mean(axis=0, dtype=np.float64)
    palette = palette[np.argsort(palette[:, 0])]  # dark to light
    label, distance = nearest(np, pixels, palette)
    errors.append(distance.mean(dtype=np.float64))
    return {
        "image": to_rgb(np, palette)[label].reshape(image.shape),
        "label": label.reshape(image.shape[:2]),
        "palette": to_rgb(np, palette),
        "share": (label[:, None] == np.arange(COLOURS)).mean(axis=0),
        "error": np.stack(errors),
    }


def load(path=None):
    """The picture to work on: a file's, or the portrait of Grace Hopper that matplotlib carries."""
    with Image.open(path or cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)) as picture:
        picture = picture.convert("RGB")
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return (numpy.asarray(picture),)


def check(expected, got):
    """What differs from NumPy's result beyond rounding, as sentences.

    The last bit of a distance may decide a tie between two colours, so a few pixels in 10,000 may choose
    another.
    """
    problems = []
    same = (expected["label"] == got["label"]).mean()
    if same < 0.9995:
        problems.append(f"only {same:.4%} of the pixels have the same label")
    gap = numpy.abs(expected["palette"].astype(int) - got["palette"].astype(int)).max()
    if gap > 1:
        problems.append(f"palettes differ by {gap} of 255")
    if not numpy.allclose(expected["error"], got["error"], rtol=1e-4):
        problems.append(f"errors differ: {expected['error']} and {got['error']}")
    return problems


if __name__ == "__main__":
    import numloom

    result = run(numloom, *load(*sys.argv[1:2]))
    Image.fromarray(numloom.asnumpy(result["image"])).save("quantised.png")
    print("quantised.png:", " ".join(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in result["palette"].tolist()))
