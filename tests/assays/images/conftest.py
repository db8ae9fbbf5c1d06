"""Drawn photographs of plates: grey plastic, round wells with a shadow of their wall, stained discs of known area."""

import numpy as np
import pytest

from mgassay.assays.images.flatfield import White

VECTOR = (0.38, 0.73, 0.57)
UNIT = np.array(VECTOR) / np.linalg.norm(VECTOR)
CURVED = White(
    np.array(
        [
            [2.36, 0.01, -0.02, -0.05, 0.004, -0.04],
            [2.35, 0.02, -0.01, -0.06, 0.0, -0.05],
            [2.34, 0.0, -0.03, -0.04, 0.01, -0.06],
        ]
    ),
    0.01,
)
ALIZARIN = np.array(VECTOR)


@pytest.fixture(scope="session")
def photograph():
    """The function that draws one."""
    return _photograph


@pytest.fixture(scope="session")
def formula():
    """The function that works stain OD out pixel by pixel."""
    return _formula


def _formula(rgb, white, channels=False):
    """Stain OD and hue gate (or the OD of each channel) in float64, straight from the definition."""
    h, w = rgb.shape[:2]
    x, y = 2 * (np.arange(w) + 0.5) / w - 1, 2 * (np.arange(h)[:, None] + 0.5) / h - 1
    c = white.coefficients[:, :, None, None]
    level = c[:, 0] + c[:, 1] * x + c[:, 2] * y + c[:, 3] * x**2 + c[:, 4] * x * y + c[:, 5] * y**2
    od = level - np.log10(np.maximum(np.moveaxis(rgb, 2, 0), 1).astype(float))
    unit = ALIZARIN / np.linalg.norm(ALIZARIN)
    return od if channels else (np.tensordot(unit, od, 1), od[0] < 0.8 * od[1])


def _photograph(
    rows, columns, stained, *, width=1800, tilt=2.0, seed=1, radius=0.38, noise=2.0, vignette=0.25, margin=0.9
):
    """(pixels, centres (rows, columns, 2), radius): wells of which `stained` (rows, columns) of the inner 80 % is red.

    The stain is some discs that do not overlap, drawn at 4 x 4 points per pixel, of OD 0.9 along Alizarin's vector.
    """
    rng = np.random.default_rng(seed)
    pitch = width / (columns - 1 + 2 * margin)
    height = round(pitch * (rows - 1 + 2 * margin))
    angle = np.radians(tilt)
    across = pitch * np.array([np.cos(angle), np.sin(angle)]) * 0.97
    down = pitch * np.array([-np.sin(angle), np.cos(angle)]) * 0.97
    middle = np.array([width, height]) / 2 + rng.uniform(-0.1, 0.1, 2) * pitch
    row, column = np.mgrid[:rows, :columns][..., None]
    centres = middle + (column - (columns - 1) / 2) * across + (row - (rows - 1) / 2) * down
    r = radius * pitch
    od = np.full((height, width), 0.18)  # plastic, grey
    stain = np.zeros((height, width))
    for i in range(rows):
        for j in range(columns):
            _well(od, stain, centres[i, j], r, stained[i, j], rng)
    y, x = np.mgrid[:height, :width]
    fall = vignette * (((x - width / 2) / (width / 2)) ** 2 + ((y - height / 2) / (height / 2)) ** 2) / 2
    light = np.log10([225.0, 220.0, 210.0]) + np.log10(1 - fall)[..., None]
    grey = 10 ** (light - od[..., None] - stain[..., None] * ALIZARIN / np.linalg.norm(ALIZARIN))
    return np.clip(np.rint(grey + rng.normal(0, noise, grey.shape)), 0, 255).astype(np.uint8), centres, r


def _well(od, stain, centre, r, fraction, rng):
    top, left = (np.floor(centre[::-1] - r - 3)).astype(int)
    n = int(2 * r + 7)
    fine = (np.arange(4 * n) + 0.5) / 4 - 0.5
    y, x = fine[:, None] + top - centre[1], fine + left - centre[0]
    d = np.hypot(x, y)
    shade = np.where(d > r, 0.18, 0.02 + 0.12 * np.clip((d / r - 0.92) / 0.08, 0, 1))
    shade = np.where(np.abs(d - r) < 0.02 * r, 0.35, shade)  # the rim
    spots = np.zeros_like(d, bool)
    for dx, dy, q in _discs(fraction, r, rng):
        spots |= (x - dx) ** 2 + (y - dy) ** 2 <= q**2
    where = np.s_[top : top + n, left : left + n]
    od[where] = _mean(np.where(d > r * 1.03, np.repeat(np.repeat(od[where], 4, 0), 4, 1), shade))
    stain[where] += _mean(spots * 0.9)


def _discs(fraction, r, rng):
    """Discs within 0.8 r whose area is `fraction` of that circle's; 1 stains the whole well."""
    field, turn = 0.8 * r, rng.uniform(0, 2 * np.pi)
    if fraction == 1:
        return [(0, 0, r)]
    if fraction > 0.2:
        q = field * np.sqrt(fraction)
        return [((field - q) * 0.9 * np.cos(turn), (field - q) * 0.9 * np.sin(turn), q)]
    q = field * np.sqrt(fraction / 5)
    return [(0.55 * field * np.cos(t), 0.55 * field * np.sin(t), q) for t in turn + 2 * np.pi * np.arange(5) / 5]


def _mean(fine):
    n = len(fine) // 4
    return fine.reshape(n, 4, n, 4).mean(axis=(1, 3))
