"""What an image must be to be measured, and how good it is: bright-field colour, unclipped, in focus, not seen before.

All of it is judged on a part of the pixels, evenly spread, so that it costs little beside the measurement.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

CLIPPED_FLAG = 0.01  # fraction of pixels at the end of a channel above which an image is flagged
_DARK = 60  # grey levels; bright-field backgrounds lie far above, fluorescence and unlit ones below
_GREY = 2  # grey levels between channels that JPEG's own rounding leaves in a grey picture


def unsuitable(rgb: NDArray[np.uint8]) -> str:
    """Why an image cannot hold Alizarin: `grey` (its channels are equal), `dark` (no bright background), or "".

    Grey: 99.9 % of pixels have channels within 2 grey levels of each other. Dark: 90 % of pixels have no channel above 60.
    """
    rows = rgb[:: max(1, len(rgb) // 256)].astype(np.int16)
    spread = np.ptp(rows, axis=2)
    if np.percentile(spread, 99.9) <= _GREY:
        return "grey"
    return "dark" if np.percentile(rows.max(axis=2), 90) < _DARK else ""


def clipped_fraction(rgb: NDArray[np.uint8]) -> float:
    """Fraction of pixels with any channel at 0 or 255, on every eighth row."""
    rows = rgb[::8]
    ends = np.subtract(rows, 1, dtype=np.uint8) >= 254  # 0 wraps round to 255
    return float(np.mean(ends[..., 0] | ends[..., 1] | ends[..., 2]))


def pixel_digest(rgb: NDArray[np.uint8]) -> str:
    """A digest of the shape and of every eighth row: sensor noise makes it unlike for two exposures of one field."""
    digest = hashlib.sha256(repr(rgb.shape).encode())
    digest.update(np.ascontiguousarray(rgb[::8]).data)
    return digest.hexdigest()


def focus_from_image(rgb: NDArray[np.uint8]) -> float:
    """Sharpness of the edges in the green channel, in bands of 16 of every 64 rows; higher is sharper.

    The mean squared Laplacian over the mean squared gradient, each less what white noise adds to it (20 and 4
    variances; the noise from the median Laplacian, since most of a field is flat). The ratio is a squared spatial
    frequency: it does not grow with the amount of stain, and blurring an edge to a width s lowers it as 1/s². NaN where
    the edges do not stand out of the noise.
    """
    green = _bands(rgb[..., 1])
    centre = green[:, 1:-1, 1:-1]
    laplacian = 4 * centre - green[:, :-2, 1:-1] - green[:, 2:, 1:-1] - green[:, 1:-1, :-2] - green[:, 1:-1, 2:]
    across, down = green[:, 1:-1, 2:] - centre, green[:, 2:, 1:-1] - centre
    noise = (float(np.median(np.abs(laplacian).ravel()[::11])) / 0.6745) ** 2 / 20
    curvature = _mean_square(laplacian) - 20 * noise
    slope = _mean_square(across) + _mean_square(down) - 4 * noise
    return max(curvature, 0.0) / slope if slope > noise else float("nan")


def _bands(channel: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The first 16 of every 64 rows, (bands, 16, w); a picture of fewer than 64 rows whole."""
    h, w = channel.shape
    if h < 64:
        return channel[None].astype(np.float32)
    return channel[: h // 64 * 64].reshape(h // 64, 64, w)[:, :16].astype(np.float32)


def _mean_square(values: NDArray[np.float32]) -> float:
    """The mean of squares, without BLAS (whose threads would make the last digit depend on the machine)."""
    return float(np.mean(np.square(values), dtype=np.float64))
