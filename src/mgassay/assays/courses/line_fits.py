"""A line and a parabola through stretches of courses, by least squares; arrays are wells × reads."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mgassay.assays.courses.transition import Mask
from mgassay.assays.curves.models import Array

Whole = npt.NDArray[np.int64]

_ROUNDING = 1e-6  # of a course's range: scatter below it is not noise
_MOST_CORRELATION = 0.8


@dataclass(frozen=True, eq=False)
class LineFits:
    """Fits through stretches; arrays of one shape (wells, or wells × stretches), `n` of one that goes with it.

    `bend` is how far the parabola's slope at an end lies from the line's (its size), `span` the time from the first
    to the last read.
    """

    n: Array
    slope: Array
    se: Array
    bend: Array
    se_bend: Array
    span: Array

    def known_to(self, sd: Array) -> "LineFits":
        """The same fits with errors no smaller than reads of this SD give that stand at even steps."""
        n = self.n
        with np.errstate(invalid="ignore", divide="ignore"):
            se = sd * np.sqrt(12.0 * (n - 1.0) / (n * (n + 1.0))) / self.span
            se_bend = se * np.sqrt(15.0 / (n**2 - 4.0)) * (n - 1.0)
        return replace(self, se=np.fmax(self.se, se), se_bend=np.fmax(self.se_bend, se_bend))


def fits_of_stretches(time: Array, value: Array, count: Whole, first: Whole, last: Whole) -> LineFits:
    """Fits through the reads first … last − 1 of every well, wells × stretches; of independent reads.

    The `count` usable reads of a well stand at the left of its row. Sums over a stretch are differences of running
    sums, of time and value scaled to 0–1 so that these stay exact to a millionth of a course's range. Entries of
    stretches that run past a well's reads mean nothing.
    """
    held = np.arange(time.shape[1]) < count[:, None]
    length = np.maximum(np.max(np.where(held, time, -np.inf), axis=1, keepdims=True) - time[:, :1], 1e-300)
    height = np.maximum(value_ranges(value, count)[:, None], 1e-300)
    x = np.where(held, (time - time[:, :1]) / length, 0.0)
    y = np.where(held, (value - value[:, :1]) / height, 0.0)
    n = (last - first).astype(float)
    terms = (x, x**2, x**3, x**4, y, y * x, y * x**2, y**2)
    s1, s2, s3, s4, y0, y1, y2, yy = (_window_sums(term, first, last) for term in terms)
    mean = s1 / n
    with np.errstate(invalid="ignore", divide="ignore"):
        xx = s2 - mean * s1
        xxx = s3 - 3.0 * mean * s2 + 2.0 * n * mean**3
        xxxx = s4 - 4.0 * mean * s3 + 6.0 * mean**2 * s2 - 3.0 * n * mean**4
        xy = y1 - mean * y0
        bow = xxxx - xx**2 / n - xxx**2 / xx  # squares of the parabola's part that no line takes up
        bow_y = y2 - 2.0 * mean * y1 + mean**2 * y0 - xx / n * y0 - xxx / xx * xy
        off = np.maximum(yy - y0**2 / n - xy**2 / xx, n * _ROUNDING**2)
        off_bent = np.maximum(off - bow_y**2 / bow, n * _ROUNDING**2)
        span = x[:, last - 1] - x[:, first]
        slope, se = xy / xx, np.sqrt(off / (n - 2.0) / xx)
        bend, se_bend = np.abs(bow_y) / bow * span, np.sqrt(off_bent / (n - 3.0) / bow) * span
    steep = height / length
    return LineFits(n, slope * steep, se * steep, bend * steep, se_bend * steep, span * length)


def _window_sums(terms: Array, first: Whole, last: Whole) -> Array:
    """Sums over the columns first … last − 1, by well."""
    running = np.pad(np.cumsum(terms, axis=1), ((0, 0), (1, 0)))
    sums: Array = running[:, last] - running[:, first]
    return sums


def value_ranges(value: Array, count: Whole) -> Array:
    """Highest less lowest of the first `count` entries of each row; 0 where there are none."""
    held = np.arange(value.shape[1]) < count[:, None]
    span = np.max(np.where(held, value, -np.inf), axis=1) - np.min(np.where(held, value, np.inf), axis=1)
    return np.where(count > 0, span, 0.0)


def fits_inside(time: Array, value: Array, inside: Mask) -> LineFits:
    """Fits through the reads that are inside, one per well, errors widened where neighbouring residuals go together.

    Reads of one well are not independent: a lamp or a temperature drifts. With the lag-1 correlation r of the
    residuals, where positive, n reads are worth n (1 − r) / (1 + r) (Santer et al. 2000, J Geophys Res 105:7337).
    """
    n = inside.sum(axis=1).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = _centred(time, inside, n), _centred(value, inside, n)
        xx = np.sum(x**2, axis=1)
        slope = np.sum(x * y, axis=1) / xx
        bow = _centred(x**2, inside, n)
        bow = np.where(inside, bow - (np.sum(bow * x, axis=1) / xx)[:, None] * x, 0.0)
        bows = np.sum(bow**2, axis=1)
        curvature = np.sum(bow * y, axis=1) / bows
        off = np.where(inside, y - slope[:, None] * x, 0.0)
        off_bent = off - curvature[:, None] * bow
        span = np.max(np.where(inside, x, -np.inf), axis=1) - np.min(np.where(inside, x, np.inf), axis=1)
        se = np.sqrt(_worth(off, inside) * np.sum(off**2, axis=1) / (n - 2.0) / xx)
        se_bend = np.sqrt(_worth(off_bent, inside) * np.sum(off_bent**2, axis=1) / (n - 3.0) / bows) * span
        return LineFits(n, slope, se, np.abs(curvature) * span, se_bend, span)


def _centred(a: Array, inside: Mask, n: Array) -> Array:
    """The entries inside less their mean, by well; 0 elsewhere."""
    mean = np.sum(np.where(inside, a, 0.0), axis=1) / n
    return np.where(inside, a - mean[:, None], 0.0)


def _worth(off: Array, inside: Mask) -> Array:
    """(1 + r) / (1 − r), the number of reads that count for one; between 1 and 9."""
    both = inside[:, 1:] & inside[:, :-1]
    r = np.sum(np.where(both, off[:, 1:] * off[:, :-1], 0.0), axis=1) / np.sum(off**2, axis=1)
    positive = np.clip(np.nan_to_num(r), 0.0, _MOST_CORRELATION)
    worth: Array = (1.0 + positive) / (1.0 - positive)
    return worth
