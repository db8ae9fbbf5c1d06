"""How far single wells scatter where no standard curve says so."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.assays.curves.models import Array
from mgassay.assays.plates.replicates import REP

# What the spread was taken from, in the words of the notices.
TECHNICAL = "the spread between wells of one condition, donor and rep"
CULTURE = "the spread between culture wells of one condition and donor"
NOTHING = "nothing, as no two wells are alike: no well has an interval"
ROUNDING = 1e-12  # of the squares: less than this is none
LEAST_DF = 6  # degrees of freedom below which two parts of a scatter cannot be told apart
# Share of a well's variance, at the brightest kind of wells, that a well without signal has too; 1 is a constant one.
CONSTANT_SHARES = np.array([1.0, 0.8, 0.5, 0.2, 0.04, 0.01, 0.0025, 0.0004])
LEAST_GAIN = 1.0  # in log-likelihood, as by AIC for the one parameter more


@dataclass(frozen=True)
class Shape:
    """Variance of a well relative to others by its net signal: constant + proportional * net^2."""

    constant: float = 1.0
    proportional: float = 0.0

    def at(self, net: Array) -> Array:
        """Relative variances at these net signals; below nothing it is that of nothing."""
        return np.asarray(self.constant + self.proportional * np.maximum(net, 0.0) ** 2, dtype=float)


@dataclass(frozen=True, eq=False)
class Spread:
    """How wells scatter: `variance` times the shape at their net signal; its df, and what it was taken from.

    `others`, indexed as the wells: variance and df without the well itself, and `shape`, the relative variance of its
    kind. A well that enters the variance of its own interval makes it too wide where it is far off: it covered .975.
    """

    variance: float
    df: float
    basis: str
    others: pd.DataFrame
    shape: Shape = Shape()

    def sd(self, net: float | Array = 0.0) -> Array:
        """SD of one well at a net signal."""
        return np.asarray(np.sqrt(self.variance * self.shape.at(np.asarray(net))), dtype=float)


def pooled_spread(wells: pd.DataFrame, signal: Array, blanks: Array | None = None) -> Spread:
    """Variance of a single well, pooled over groups of alike wells (rows with REP; `signal` one per row, NaN left out).

    Alike are wells of one condition, donor and rep (technical: the spread is that of reading and pipetting) where any
    such group has two; else culture wells of one condition and donor, whose spread holds that of the cultures too.
    variance = sum of squares within groups / (wells - groups). NaN with 0 df where no two wells are alike; exactly 0
    where all alike read the same. With `blanks` (signals of wells that hold nothing; may be empty) the scatter may grow
    with the signal above their mean, as a constant and a proportional part (Rocke and Lorenzato, Technometrics
    1995;37:176).
    """
    used = wells[REP].assign(signal=signal)[np.isfinite(signal)]
    for keys, basis in ((REP, TECHNICAL), (REP[:2], CULTURE)):
        groups = used.groupby(keys, sort=False)["signal"]
        df = len(used) - groups.ngroups
        if df > 0:
            mean, size = groups.transform("mean"), groups.transform("size")
            off = (used["signal"] - mean).where(groups.transform("nunique") > 1, 0.0)  # not 1e-17
            net = mean - (blanks.mean() if blanks is not None and len(blanks) else 0.0)
            shape = Shape() if blanks is None or df < LEAST_DF else _likeliest_shape(off, net, size)
            scale = pd.Series(shape.at(net.to_numpy()), index=net.index)
            others = _others(off**2 / scale, size, df, wells.index).assign(shape=scale.reindex(wells.index))
            return Spread(float((off**2 / scale).sum()) / df, float(df), basis, others, shape)
    nothing = pd.DataFrame({"variance": np.nan, "df": 0.0, "shape": 1.0}, index=wells.index)
    return Spread(float("nan"), 0.0, NOTHING, nothing)


def _likeliest_shape(off: "pd.Series[float]", net: "pd.Series[float]", size: "pd.Series[int]") -> Shape:
    """The CONSTANT_SHARES under which the squares within groups are likeliest (restricted, normal); 1 at the top.

    A well counts as (n - 1) / n of a degree of freedom at the mean of its group. Constant where nothing else is better
    by LEAST_GAIN, or where no signal lies above nothing. Blanks have no say, as without cells they scatter less.
    """
    top, squares, weight = float(net.max()), off.to_numpy(float) ** 2, 1.0 - 1.0 / size.to_numpy(float)
    if not (top > 0 and squares.sum() > 0):
        return Shape()
    level = np.maximum(net.to_numpy(float) / top, 0.0)
    relative = CONSTANT_SHARES[:, None] + (1.0 - CONSTANT_SHARES[:, None]) * level**2
    scale = (squares / relative).sum(axis=1) / weight.sum()
    fit = -0.5 * (np.log(relative) @ weight + weight.sum() * np.log(scale))
    best = int(np.argmax(fit))
    chosen = float(CONSTANT_SHARES[best]) if fit[best] - fit[0] > LEAST_GAIN else 1.0
    return Shape(chosen, (1.0 - chosen) / top**2)


def _others(square: "pd.Series[float]", size: "pd.Series[int]", df: int, index: pd.Index) -> pd.DataFrame:
    """The pooled variance without each well: its group loses off^2 n / (n - 1) of its squares and one df."""
    alike, squares = size > 1, float(square.sum())
    own = (square * size / (size - 1)).where(alike, 0.0).reindex(index, fill_value=0.0)
    left = df - alike.reindex(index, fill_value=False).astype(float)
    rest = (squares - own).where(squares - own > ROUNDING * squares, 0.0)
    return pd.DataFrame({"variance": (rest / left).where(left > 0), "df": left})
