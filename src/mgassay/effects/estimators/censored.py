"""Non-detects: the likelihood of arms where some culture wells are only known to lie below a limit.

Model, on the natural log: value = arm + donor + (donor x arm) + culture well, the last three normal. A well without a
Cq gives the probability of lying below its limit; it is neither put at the limit nor left out. With no such well and
one value per donor and arm this is the model of `anova.py` with donors as random.
Sources: Tobin 1958, Econometrica 26:24 for the likelihood; Hughes 1999, Biometrics 55:625 for the donor in it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, logsumexp

from mgassay.effects.estimators.intervals import Array

_LOG_2PI = float(np.log(2 * np.pi))
# Expectations over a standard normal, by the trapezium rule: unlike Gauss-Hermite it keeps its accuracy where donors
# scatter far more than their wells, so that a non-detect cuts a donor off like a step.
_REACH = 6.0
NODES, STEPS = np.linspace(-_REACH, _REACH, 41), np.linspace(-_REACH, _REACH, 25)  # of a donor, of a cell
LOG_WEIGHTS, LOG_STEPS = (-0.5 * (x**2 + _LOG_2PI) + np.log(x[1] - x[0]) for x in (NODES, STEPS))


@dataclass(frozen=True)
class Cells:
    """Culture wells of one gene: (donors, arms, reps), NaN where there is none.

    A well has either a value or a limit that it lies below.
    """

    values: Array
    limits: Array

    @cached_property
    def seen(self) -> npt.NDArray[np.intp]:
        """Wells with a value per donor and arm."""
        return np.asarray(np.isfinite(self.values).sum(axis=2))

    @cached_property
    def missed(self) -> npt.NDArray[np.intp]:
        """Wells below their limit per donor and arm."""
        return np.asarray(np.isfinite(self.limits).sum(axis=2))

    @cached_property
    def means(self) -> Array:
        """Mean of the values per donor and arm, 0 where there is none."""
        return np.asarray(np.nansum(self.values, axis=2) / np.maximum(self.seen, 1))

    @cached_property
    def known_limits(self) -> Array:
        """Limits, infinite where there is none, as few as the fullest cell has (donors, arms, most missed)."""
        ordered = np.sort(np.where(np.isfinite(self.limits), self.limits, np.inf), axis=2)
        return np.asarray(ordered[:, :, : self.missed.max(initial=0)])

    @cached_property
    def squares(self) -> float:
        """Sum of squares of the values within donors and arms."""
        return float(np.nansum((self.values - self.means[..., np.newaxis]) ** 2))

    @cached_property
    def has_reps(self) -> bool:
        """Whether any donor has two wells of one arm, so that wells scatter apart from donor x arm."""
        return bool((self.seen + self.missed).max(initial=0) > 1)

    def without_arms(self, arms: npt.NDArray[np.bool_]) -> "Cells":
        """The same without the wells of these arms."""
        gone = arms[np.newaxis, :, np.newaxis]
        return Cells(np.where(gone, np.nan, self.values), np.where(gone, np.nan, self.limits))

    @property
    def df(self) -> tuple[int, int]:
        """What is left of the donor x arm cells with a value once each donor, and once donors and arms, are fitted."""
        donor, arm = np.nonzero(self.seen)
        design = np.hstack([np.eye(len(self.seen))[donor], np.eye(self.seen.shape[1])[arm]])
        rank = int(np.linalg.matrix_rank(design)) if len(donor) else 0
        return len(donor) - len(np.unique(donor)), len(donor) - rank


@dataclass(frozen=True)
class _Scatter:
    """What a cell's seen wells say of its deviation from arm and donor: (donors, arms).

    `own` is the variance of their mean, `gain` the part of it that is the deviation, `rest` what they leave open.
    """

    own: Array
    gain: Array
    rest: Array


def log_likelihood(cells: Cells, arms: Array, variances: Array) -> tuple[float, Array]:
    """Log likelihood of arm means and variances (natural log), and its slopes (arms, then variances).

    Variances between donors, between the arms of a donor and, where a cell has two wells, between those. Donor and
    donor x arm are integrated out: in closed form where there is a value, else by quadrature around what the
    donor's values say of it. Slopes are the expected ones of the whole data (Fisher's identity).
    """
    donor_var, cell_var, rep_var = *variances[:2], variances[2] if cells.has_reps else 0.0
    n, filled = cells.seen, cells.seen > 0
    own = cell_var + rep_var / np.maximum(n, 1)
    gain = np.where(filled, cell_var / own, 0.0)
    scatter = _Scatter(own, gain, cell_var * (1 - gain))
    off = np.where(filled, cells.means - arms, 0.0)
    weight = np.where(filled, 1.0 / own, 0.0)
    precision = weight.sum(axis=1) + 1 / donor_var
    centre = (weight * off).sum(axis=1) / precision
    seen = (np.where(filled, _LOG_2PI + np.log(own), 0.0) + weight * off**2).sum()
    seen += (np.log(donor_var * precision) - centre**2 * precision).sum()
    if cells.has_reps:
        spare = (n - 1)[filled].sum()
        seen += spare * (_LOG_2PI + np.log(rep_var)) + np.log(n[filled]).sum() + cells.squares / rep_var
    missed = _missed(cells, arms, (centre, precision**-0.5), scatter, rep_var)
    return -0.5 * float(seen) + missed.log_probability, _slopes(cells, off, variances, scatter, missed)


@dataclass(frozen=True)
class _Moments:
    """What the data say of donors (their effect b) and of cells with missed wells (their deviation e).

    `donor` (2, donors): means of b and b^2. `cell` (3, missed cells): means of e, e^2 and of the squared distance of
    seen wells' mean from arm + b + e. `rep_slope` is what the missed wells add to the slope of their variance.
    """

    log_probability: float
    donor: Array
    cell: Array
    rep_slope: float


def _missed(cells: Cells, arms: Array, donors: tuple[Array, Array], scatter: _Scatter, rep_var: float) -> _Moments:
    """Log probability that the wells without a value lie below their limits given the others, and what that tells.

    `donors` are mean and SD (donors,) of the normal that each donor's own effect has, given its values.
    """
    effect = donors[0][:, np.newaxis] + donors[1][:, np.newaxis] * NODES  # (donors, nodes)
    donor, arm = np.nonzero(cells.missed)
    several = cells.missed[donor, arm, np.newaxis, np.newaxis] > 1
    gain, rest = (x[donor, arm, np.newaxis, np.newaxis] for x in (scatter.gain, scatter.rest))
    off = (cells.means[donor, arm] - arms[arm])[:, np.newaxis, np.newaxis] - effect[donor][..., np.newaxis]
    # One missed well is integrated in closed form; several share the deviation of their cell, at its own nodes.
    inner, log_inner = (STEPS, LOG_STEPS) if several.any() else (np.zeros(1), np.zeros(1))
    e = gain * off + np.where(several, np.sqrt(rest), 0.0) * inner  # (cells, donor nodes, nodes)
    sd = np.sqrt(rep_var + np.where(several, 0.0, rest))
    limit = cells.known_limits[donor, arm][:, np.newaxis, np.newaxis] - arms[arm][:, np.newaxis, np.newaxis, np.newaxis]
    z = (limit - (effect[donor][..., np.newaxis] + e)[..., np.newaxis]) / sd[..., np.newaxis]
    log_below = log_ndtr(z)
    hazard = np.exp(-0.5 * z**2 - 0.5 * _LOG_2PI - log_below)
    pull, bend = hazard.sum(axis=3), (np.where(np.isfinite(z), z, 0.0) * hazard).sum(axis=3)
    of_node = log_below.sum(axis=3) + log_inner
    of_cell = logsumexp(of_node, axis=2) if len(donor) else np.zeros((0, len(NODES)))
    member = (donor == np.arange(len(effect))[:, np.newaxis]).astype(float)
    of_donor = member @ of_cell + LOG_WEIGHTS
    total = logsumexp(of_donor, axis=1)
    held = np.exp(of_donor - total[:, np.newaxis])  # (donors, nodes)
    share = held[donor][..., np.newaxis] * np.exp(of_node - of_cell[..., np.newaxis])
    closed = np.where(several, 0.0, rest)
    mean = e - closed / sd * pull
    square = e**2 + 2 * e * (mean - e) + closed - (closed / sd) ** 2 * bend
    moments = np.stack([mean, square, off**2 - 2 * off * mean + square])
    return _Moments(
        log_probability=float(total.sum()),
        donor=np.stack([(held * effect).sum(axis=1), (held * effect**2).sum(axis=1)]),
        cell=(moments * share).sum(axis=(2, 3)),
        rep_slope=float(-0.5 * (bend / sd**2 * share).sum()),
    )


def _slopes(cells: Cells, off: Array, variances: Array, scatter: _Scatter, missed: _Moments) -> Array:
    """Slopes of the log likelihood in arm means and variances."""
    known = (cells.seen + cells.missed) > 0
    b, b2 = missed.donor[:, :, np.newaxis]
    off2 = off**2 - 2 * off * b + b2
    e, e2 = scatter.gain * (off - b), scatter.rest + scatter.gain**2 * off2
    left = (1 - scatter.gain) ** 2 * off2 + scatter.rest
    at = np.nonzero(cells.missed)
    e[at], e2[at], left[at] = missed.cell
    donor_var, cell_var = variances[:2]
    slopes = [
        *(np.where(known, e, 0.0).sum(axis=0) / cell_var),
        (missed.donor[1] - donor_var)[known.any(axis=1)].sum() / (2 * donor_var**2),
        (e2 - cell_var)[known].sum() / (2 * cell_var**2),
    ]
    if cells.has_reps:
        apart = cells.squares + (cells.seen * (left - variances[2])).sum() - 0.0
        slopes.append(apart / (2 * variances[2] ** 2) + missed.rep_slope)
    return np.array(slopes)
