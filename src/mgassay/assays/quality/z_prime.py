"""Z′: how far two kinds of wells lie apart, in their own scatter."""

from dataclasses import dataclass

import numpy as np

from mgassay.assays.curves.models import Array

LEAST_WELLS = 3
DRAWS, SEED = 20000, 19990401


@dataclass(frozen=True)
class Wells:
    """One kind of control wells: mean over donors, SD within them with its degrees of freedom, number of wells.

    The variance of the mean is `of_mean` * SD².
    """

    mean: float
    sd: float
    df: int
    n: int
    of_mean: float

    @property
    def is_enough(self) -> bool:
        """Whether there are wells enough for a Z′: three, and two degrees of freedom for their SD."""
        return self.n >= LEAST_WELLS and self.df >= LEAST_WELLS - 1


def wells_of(values: Array, donors: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> Wells:
    """Control wells of one kind: the mean over donors, and the SD within them (one entry per well)."""
    if not len(values):
        return Wells(np.nan, np.nan, 0, 0, np.nan)
    donor = np.unique(donors.astype(str), return_inverse=True)[1]
    counts = np.bincount(donor)
    means = np.bincount(donor, weights=values) / counts
    df = len(values) - len(counts)
    squares = float(np.sum((values - means[donor]) ** 2))
    sd = float(np.sqrt(squares / df)) if df else np.nan
    return Wells(float(means.mean()), sd, df, len(values), float(np.mean(1.0 / counts)) / len(counts))


def z_prime(high: Wells, low: Wells) -> float:
    """1 - 3 (SD high + SD low) / |mean high - mean low| (Zhang, Chung and Oldenburg 1999); NaN for equal means."""
    apart = abs(high.mean - low.mean)
    return 1.0 - 3.0 * (high.sd + low.sd) / apart if apart > 0 else np.nan


def z_prime_interval(high: Wells, low: Wells) -> tuple[float, float]:
    """95 % interval of Z′ for normal wells, NaN where neither kind scatters at all.

    Generalised confidence interval (Weerahandi 1993): quantiles of Z′ with each SD replaced by
    SD * sqrt(df / chi2) and the difference of means by a normal one about it with those SDs, in DRAWS seeded draws.
    With three wells of each kind it is wide, as it must be; coverage is proven in the tests.
    """
    if not high.sd + low.sd > 0:
        return np.nan, np.nan
    rng = np.random.default_rng(SEED)
    sds = [w.sd * np.sqrt(w.df / rng.chisquare(w.df, DRAWS)) for w in (high, low)]
    error = np.hypot(sds[0] * np.sqrt(high.of_mean), sds[1] * np.sqrt(low.of_mean)) * rng.standard_normal(DRAWS)
    drawn = 1.0 - 3.0 * (sds[0] + sds[1]) / np.abs(high.mean - low.mean + error)
    low_end, high_end = np.quantile(drawn, [0.025, 0.975])
    return float(low_end), float(high_end)
