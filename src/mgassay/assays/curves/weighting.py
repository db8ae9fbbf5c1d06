"""Weights of readings: the named weightings, and which of them the replicates of the standards ask for.

A reading of weight w has variance residual_sd² / w. The named weightings are 1 at the lowest non-zero standard and
below it, so that `residual_sd` is the SD of a reading at the blank end.
"""

import math
from dataclasses import dataclass

import numpy as np

from mgassay.assays.curves.models import Array
from mgassay.errors import CalibrationError

_POWERS = {"none": 0.0, "1/x": 0.5, "1/x2": 1.0}  # SD of a reading as this power of the concentration
_LEAST_POWER, _MOST_POWER, _HALVINGS = -2.0, 3.0, 50
_ROUNDING = 1e-12  # of the largest signal: scatter below it is rounding


@dataclass(frozen=True)
class WeightingChoice:
    """A weighting by the replicates: its name, the power that the SD follows (NaN where none can tell) and its df."""

    name: str
    power: float
    df: int


def level_means(concentration: Array, signal: Array) -> Array:
    """The mean signal of each well's level, one value per well."""
    _, level, n = np.unique(concentration, return_inverse=True, return_counts=True)
    means: Array = np.bincount(level, weights=signal) / n
    return means[level]


def reading_weights(weighting: str, concentration: Array, signal: Array, pivot: float) -> Array:
    """Weights of readings, 1 at and below the pivot: pivot/x, (pivot/x)², pivot/y, or 1 throughout for `none`."""
    if weighting == "none":
        return np.ones_like(concentration)
    against = signal if weighting == "1/y" else concentration
    ratio: Array = pivot / np.maximum(against, pivot)
    return ratio**2 if weighting == "1/x2" else ratio


def weighting_pivot(weighting: str, concentration: Array, signal: Array) -> float:
    """The lowest non-zero standard; for 1/y its mean signal.

    Raises CalibrationError (MG323) when that signal is not positive, so that 1/y has no meaning.
    """
    lowest = float(concentration[concentration > 0].min())
    if weighting != "1/y":
        return lowest
    pivot = float(signal[concentration == lowest].mean())
    if pivot <= 0:
        raise CalibrationError("MG323", seen=f"{pivot:.4g}")
    return pivot


def weighting_from_replicates(concentration: Array, signal: Array) -> WeightingChoice:
    """The weighting that the standards' replicates ask for: none, 1/x or 1/x2.

    SD ∝ x^θ over the non-zero levels with two wells or more; θ by regression of the SDs themselves with constant
    relative error (Davidian and Carroll 1987), levels counted by their degrees of freedom, then rounded to 0, 1/2 or 1.
    Unlike the slope of log SD it is not thrown off by a level whose wells happen to agree. `none` when there are fewer
    than three such levels, or when no replicates differ.
    """
    x, level, n = np.unique(concentration, return_inverse=True, return_counts=True)
    squares = np.bincount(level, weights=(signal - level_means(concentration, signal)) ** 2)
    kept = (n > 1) & (x > 0)
    df = np.asarray(n[kept] - 1, np.float64)
    sd = np.sqrt(squares[kept] / df) / _expected_sd(df)
    if df.size < 3 or not (sd > _ROUNDING * np.abs(signal).max()).any():
        return WeightingChoice("none", math.nan, int(df.sum()))
    power = _power(np.log(x[kept]), sd, df)
    name = min(_POWERS, key=lambda known: abs(_POWERS[known] - power))
    return WeightingChoice(name, power, int(df.sum()))


def _expected_sd(df: Array) -> Array:
    """What an SD with these degrees of freedom is on average, of a true SD of 1 (normal readings)."""
    return np.array([math.sqrt(2.0 / d) * math.exp(math.lgamma((d + 1) / 2) - math.lgamma(d / 2)) for d in df])


def _power(log_x: Array, sd: Array, df: Array) -> float:
    """θ at which the mean of log x weighted by df · SD / x^θ is that weighted by df, by halving."""
    low, high, middle = _LEAST_POWER, _MOST_POWER, float(np.average(log_x, weights=df))
    for _ in range(_HALVINGS):
        power = (low + high) / 2.0
        grows_faster = float(np.average(log_x, weights=df * sd * np.exp(-power * log_x))) > middle
        low, high = (power, high) if grows_faster else (low, power)
    return (low + high) / 2.0
