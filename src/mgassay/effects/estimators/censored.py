"""Non-detects: the likelihood of arms where some culture wells are only known to lie below a limit.

Model, on the natural log: value = arm + donor + (donor x arm) + culture well, the last three normal. A well without a
Cq gives the probability of lying below its limit; it is neither put at the limit nor left out. With no such well and
one value per donor and arm this is the model of `anova.py` with donors as random.
Leading axes are experiments of the same arms, each with a likelihood of its own.
Sources: Tobin 1958, Econometrica 26:24 for the likelihood; Hughes 1999, Biometrics 55:625 for the donor in it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.intervals import Array

_LOG_2PI = float(np.log(2 * np.pi))
# Expectations over a standard normal, by the trapezium rule: unlike Gauss-Hermite it keeps its accuracy where donors
# scatter far more than their wells, so that a non-detect cuts a donor off like a step.
_REACH = 6.0
NODES, STEPS = np.linspace(-_REACH, _REACH, 41), np.linspace(-_REACH, _REACH, 25)  # of a donor, of a cell
LOG_WEIGHTS, LOG_STEPS = (-0.5 * (x**2 + _LOG_2PI) + np.log(x[1] - x[0]) for x in (NODES, STEPS))


@dataclass(frozen=True)
class Cells:
    """Culture wells of one gene: (..., donors, arms, reps), NaN where there is none; experiments on leading axes.

    A well has either a value or a limit that it lies below.
    """

    values: Array
    limits: Array

    @cached_property
    def seen(self) -> npt.NDArray[np.intp]:
        """Wells with a value per donor and arm."""
        return np.asarray(np.isfinite(self.values).sum(axis=-1))

    @cached_property
    def missed(self) -> npt.NDArray[np.intp]:
        """Wells below their limit per donor and arm."""
        return np.asarray(np.isfinite(self.limits).sum(axis=-1))

    @cached_property
    def means(self) -> Array:
        """Mean of the values per donor and arm, 0 where there is none."""
        return np.asarray(np.nansum(self.values, axis=-1) / np.maximum(self.seen, 1))

    @cached_property
    def at_missed(self) -> tuple[npt.NDArray[np.intp], ...]:
        """Where the cells with a missed well are: one index per axis."""
        return np.nonzero(self.missed)

    @cached_property
    def known_limits(self) -> Array:
        """Limits of the cells with a missed well, infinite where there is none (missed cells, most missed)."""
        own = self.limits[self.at_missed]
        ordered = np.sort(np.where(np.isfinite(own), own, np.inf), axis=-1)
        return np.asarray(ordered[:, : self.missed.max(initial=0)])

    @cached_property
    def squares(self) -> Array:
        """Sum of squares of the values within donors and arms, per experiment."""
        return np.asarray(np.nansum((self.values - self.means[..., np.newaxis]) ** 2, axis=(-3, -2, -1)))

    @cached_property
    def has_reps(self) -> bool:
        """Whether any donor has two wells of one arm, so that wells scatter apart from donor x arm."""
        return bool((self.seen + self.missed).max(initial=0) > 1)

    def without_arms(self, arms: npt.NDArray[np.bool_]) -> "Cells":
        """The same without the wells of these arms (..., arms)."""
        gone = arms[..., np.newaxis, :, np.newaxis]
        return Cells(np.where(gone, np.nan, self.values), np.where(gone, np.nan, self.limits))

    def taking(self, experiments: npt.NDArray[np.intp]) -> "Cells":
        """Only these experiments, of one leading axis."""
        return Cells(self.values[experiments], self.limits[experiments])

    @property
    def df(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """What is left of the donor x arm cells with a value once each donor, and once donors and arms, are fitted."""
        donors, arms = self.seen.shape[-2:]
        filled = (self.seen > 0).reshape(*self.seen.shape[:-2], -1)
        donor, arm = (index.ravel() for index in np.indices((donors, arms)))
        design = np.hstack([np.eye(donors)[donor], np.eye(arms)[arm]]) * filled[..., np.newaxis]
        count = filled.sum(axis=-1)
        known = (self.seen > 0).any(axis=-1).sum(axis=-1)
        return np.asarray(count - known), np.asarray(count - np.linalg.matrix_rank(design))


@dataclass(frozen=True)
class _Scatter:
    """What a cell's seen wells say of its deviation from arm and donor: (..., donors, arms).

    `own` is the variance of their mean, `gain` the part of it that is the deviation, `rest` what they leave open.
    """

    own: Array
    gain: Array
    rest: Array


def log_likelihood(cells: Cells, arms: Array, variances: Array) -> tuple[Array, Array]:
    """Log likelihood (...) of arm means and variances (natural log), and its slopes (..., arms, then variances).

    Variances between donors, between the arms of a donor and, where a cell has two wells, between those. Donor and
    donor x arm are integrated out: in closed form where there is a value, else by quadrature around what the
    donor's values say of it. Slopes are the expected ones of the whole data (Fisher's identity).
    """
    donor_var, cell_var, rep_var = _three(cells, variances)
    n, filled = cells.seen, cells.seen > 0
    own = cell_var + rep_var / np.maximum(n, 1)
    gain = np.where(filled, cell_var / own, 0.0)
    scatter = _Scatter(own, gain, cell_var * (1 - gain))
    off = np.where(filled, cells.means - arms[..., np.newaxis, :], 0.0)
    weight = np.where(filled, 1.0 / own, 0.0)
    precision = weight.sum(axis=-1) + 1 / donor_var[..., 0]
    centre = (weight * off).sum(axis=-1) / precision
    seen = (np.where(filled, _LOG_2PI + np.log(own), 0.0) + weight * off**2).sum(axis=(-2, -1))
    seen = seen + (np.log(donor_var[..., 0] * precision) - centre**2 * precision).sum(axis=-1)
    if cells.has_reps:
        spread, spare = rep_var[..., 0, 0], np.where(filled, n - 1, 0).sum(axis=(-2, -1))
        seen = seen + spare * (_LOG_2PI + np.log(spread)) + cells.squares / spread
        seen = seen + np.log(np.maximum(n, 1)).sum(axis=(-2, -1))
    missed = _missed(cells, arms, (centre, precision**-0.5), scatter, rep_var)
    slopes = _slopes(cells, off, (donor_var, cell_var, rep_var), scatter, missed)
    return np.asarray(-0.5 * seen + missed.log_probability), slopes


def _three(cells: Cells, variances: Array) -> tuple[Array, Array, Array]:
    """Variances of donors, cells and wells as (..., 1, 1); wells have none of their own where no cell has two."""
    each = np.moveaxis(variances, -1, 0)[..., np.newaxis, np.newaxis]
    return each[0], each[1], each[2] if cells.has_reps else np.zeros_like(each[0])


@dataclass(frozen=True)
class _Moments:
    """What the data say of donors (their effect b) and of cells with missed wells (their deviation e).

    `donor` (2, ..., donors): means of b and b^2. `cell` (3, missed cells): means of e, e^2 and of the squared distance
    of seen wells' mean from arm + b + e. `rep_slope` (...): what missed wells add to the slope of their variance.
    """

    log_probability: Array
    donor: Array
    cell: Array
    rep_slope: Array


def _missed(cells: Cells, arms: Array, donors: tuple[Array, Array], scatter: _Scatter, rep_var: Array) -> _Moments:
    """Log probability that the wells without a value lie below their limits given the others, and what that tells.

    `donors` are mean and SD (..., donors) of the normal that each donor's own effect has, given its values.
    """
    from scipy.special import log_ndtr, logsumexp

    at = cells.at_missed
    rows, member = np.unique(np.ravel_multi_index(at[:-1], cells.seen.shape[:-1]), return_inverse=True)
    centre, sd_donor = (x.reshape(-1)[rows, np.newaxis] for x in donors)
    effect = centre + sd_donor * NODES  # (donors with a missed well, nodes)
    own = np.broadcast_to(arms[..., np.newaxis, :], cells.seen.shape)[at][:, np.newaxis, np.newaxis]
    several = cells.missed[at][:, np.newaxis, np.newaxis] > 1
    gain, rest, rep = (
        np.broadcast_to(x, cells.seen.shape)[at][:, np.newaxis, np.newaxis]
        for x in (scatter.gain, scatter.rest, rep_var)
    )
    off = cells.means[at][:, np.newaxis, np.newaxis] - own - effect[member][..., np.newaxis]
    # One missed well is integrated in closed form; several share the deviation of their cell, at its own nodes.
    inner, log_inner = (STEPS, LOG_STEPS) if several.any() else (np.zeros(1), np.zeros(1))
    e = gain * off + np.where(several, np.sqrt(rest), 0.0) * inner  # (cells, donor nodes, nodes)
    sd = np.sqrt(rep + np.where(several, 0.0, rest))
    limit = cells.known_limits[:, np.newaxis, np.newaxis] - own[..., np.newaxis]
    z = (limit - (effect[member][..., np.newaxis] + e)[..., np.newaxis]) / sd[..., np.newaxis]
    log_below = log_ndtr(z)
    hazard = np.exp(-0.5 * z**2 - 0.5 * _LOG_2PI - log_below)
    pull, bend = hazard.sum(axis=3), (np.where(np.isfinite(z), z, 0.0) * hazard).sum(axis=3)
    of_node = log_below.sum(axis=3) + log_inner
    of_cell = logsumexp(of_node, axis=2) if len(member) else np.zeros((0, len(NODES)))
    of_donor = np.tile(LOG_WEIGHTS, (len(rows), 1))
    np.add.at(of_donor, member, of_cell)
    total = logsumexp(of_donor, axis=1) if len(rows) else np.zeros(0)
    held = np.exp(of_donor - total[:, np.newaxis])  # (donors, nodes)
    share = held[member][..., np.newaxis] * np.exp(of_node - of_cell[..., np.newaxis])
    closed = np.where(several, 0.0, rest)
    mean = e - closed / sd * pull
    square = e**2 + 2 * e * (mean - e) + closed - (closed / sd) ** 2 * bend
    moments = np.stack([mean, square, off**2 - 2 * off * mean + square])
    donor = np.stack([donors[0], donors[0] ** 2 + donors[1] ** 2])
    donor.reshape(2, -1)[:, rows] = (held * effect).sum(axis=1), (held * effect**2).sum(axis=1)
    rep_slope = -0.5 * (bend / sd**2 * share).sum(axis=(1, 2))
    return _Moments(
        log_probability=_by_experiment(cells, rows, total),
        donor=donor,
        cell=(moments * share).sum(axis=(2, 3)),
        rep_slope=_by_experiment(cells, rows[member], rep_slope),
    )


def _by_experiment(cells: Cells, rows: npt.NDArray[np.intp], values: Array) -> Array:
    """Sums of what belongs to donors (counted over all experiments), one per experiment."""
    lead, donors = cells.seen.shape[:-2], cells.seen.shape[-2]
    return np.asarray(np.bincount(rows // donors, values, int(np.prod(lead))), dtype=float).reshape(lead)


def _slopes(
    cells: Cells, off: Array, variances: tuple[Array, Array, Array], scatter: _Scatter, missed: _Moments
) -> Array:
    """Slopes of the log likelihood in arm means and variances."""
    known = (cells.seen + cells.missed) > 0
    b, b2 = missed.donor[..., np.newaxis]
    off2 = off**2 - 2 * off * b + b2
    e, e2 = scatter.gain * (off - b), scatter.rest + scatter.gain**2 * off2
    left = (1 - scatter.gain) ** 2 * off2 + scatter.rest
    for moment, found in zip((e, e2, left), missed.cell, strict=True):
        moment[cells.at_missed] = found
    donor_var, cell_var, rep_var = (v[..., 0, 0] for v in variances)
    of_donors = np.where(known.any(axis=-1), missed.donor[1] - donor_var[..., np.newaxis], 0.0).sum(axis=-1)
    of_cells = np.where(known, e2 - variances[1], 0.0).sum(axis=(-2, -1))
    slopes = [of_donors / (2 * donor_var**2), of_cells / (2 * cell_var**2)]
    if cells.has_reps:
        apart = cells.squares + (cells.seen * (left - variances[2])).sum(axis=(-2, -1))
        slopes.append(apart / (2 * rep_var**2) + missed.rep_slope)
    of_arms = np.where(known, e, 0.0).sum(axis=-2) / cell_var[..., np.newaxis]
    return np.concatenate([of_arms, np.stack(slopes, axis=-1)], axis=-1)
