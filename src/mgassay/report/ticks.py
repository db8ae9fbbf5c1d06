"""Where an axis is labelled, and how."""

import math
from collections.abc import Sequence

from mgassay.report.numbers import decimal, level, significant

LARGE = 1e6  # from here on labels are in powers of ten


def linear_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """Places at round steps within the ends of an axis, `most` at most (2 or more), with their labels.

    >>> linear_ticks(0.0, 1.0, 5)
    ([0.0, 0.25, 0.5, 0.75, 1.0], ['0.00', '0.25', '0.50', '0.75', '1.00'])
    """
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    steps = (m * p for p in (power, 10 * power) for m in (1.0, 2.0, 2.5, 5.0))
    step = next(s for s in steps if s >= raw * (1 - 1e-9) and len(_between(low, high, s)) <= most)
    places = [k * step for k in _between(low, high, step)]
    return places, labels_of(places, step)


def _between(low: float, high: float, step: float) -> range:
    """Which multiples of a step lie between two ends; the ends count."""
    return range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)


def labels_of(places: Sequence[float], step: float) -> list[str]:
    """Labels with as many decimals as the step has digits that count."""
    if max(map(abs, places), default=0.0) >= LARGE:
        return [significant(p) for p in places]
    decimals = next((d for d in range(9) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 9)
    return [decimal(p, decimals) for p in places]


def log_ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """Places at 1, 2 and 5 of each power of ten between two ends (> 0), at the powers alone where these are too many.

    >>> log_ticks(0.8, 25.0, 9)[1], log_ticks(0.001, 100.0, 6)[1]
    (['1', '2', '5', '10', '20'], ['0.001', '0.01', '0.1', '1', '10', '100'])
    """
    powers = range(math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9) + 1)
    for factors, every in (((1, 2, 5), 1), ((1,), 1), ((1,), 1 + len(powers) // most)):
        all_places = [float(f"{m}e{k}") for k in powers[::every] for m in factors]
        places = [p for p in all_places if low * (1 - 1e-9) <= p <= high * (1 + 1e-9)]
        if len(places) <= most:
            break
    return places, [level(p) for p in places]
