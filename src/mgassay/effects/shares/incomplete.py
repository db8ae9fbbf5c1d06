"""A block that does not stop all Mg2+ entry: what is left of it (rho), and the share that a whole block would show.

Effects T (intact) and B (blocked) of mineral, and steps of intracellular Mg2+, dMg_i = log Mg_i(raised) - log
Mg_i(reference), intact and blocked; all natural logs per donor, donors on the last axis. Estimands are ratios of means
over donors: rho = dMg_i(blocked)/dMg_i(intact), corrected share = (T - B)/((1 - rho) T).
"""

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet, fieller_set
from mgassay.effects.estimators.fieller_two_sets import SetVariance, fieller_two_sets
from mgassay.effects.estimators.intervals import Array, donor_estimate
from mgassay.effects.estimators.share_sets import live_effects

WARN_ABOVE_RHO = 0.5  # a block that leaves more than half of the step stands on little
# Weights over the means (T, B) and (intact, blocked step).
_DIFFERENCE = np.array([1.0, -1.0])
_FIRST = np.array([1.0, 0.0])


def residual_entry(intact: Array, blocked: Array, level: float = 0.95) -> FiellerSet:
    """Rho with Fieller's set, from the Mg_i steps of the same donors, shape (..., donors)."""
    steps = live_effects(intact, blocked)
    v = steps.covariance
    mean = steps.mean
    return fieller_set(mean[..., 1], mean[..., 0], v[..., 1, 1], v[..., 0, 0], v[..., 0, 1], steps.df, level)


def residual_of_proxy(log_residual: Array, level: float = 0.95) -> FiellerSet:
    """What is left of TRPM7 mRNA as a stand-in for rho: exp of the mean of log(blocked/intact) over donors, t interval.

    Unbounded with one donor.
    """
    estimate = donor_estimate(log_residual)
    low, high = (np.exp(end) for end in estimate.limits(level))
    kind = np.where(np.isnan(low), "unbounded", BOUNDED)
    return FiellerSet(kind, low, high, np.exp(estimate.estimate))


def steps_of_proxy(log_residual: Array) -> tuple[Array, Array]:
    """Steps that stand for Mg_i's where only mRNA was measured: intact 1, blocked rho (1 + deviation) per donor.

    Their means give rho, their scatter its variance to first order (delta method for exp).
    """
    mean = log_residual.mean(axis=-1, keepdims=True)
    return np.ones_like(log_residual), np.exp(mean) * (1 + log_residual - mean)


def is_told(rho: FiellerSet) -> npt.NDArray[np.bool_]:
    """Whether anything may be corrected by this rho: its set is bounded and ends below 1 (1 - rho excludes 0)."""
    return np.asarray((rho.kind == BOUNDED) & (rho.high < 1), dtype=bool)


def entry_slope(total: Array, blocked: Array, mg_intact: Array, mg_blocked: Array, level: float = 0.95) -> FiellerSet:
    """Inhibition of mineral per log Mg_i, (T - B)/(dMg_i intact - dMg_i blocked), and its Anderson-Rubin set.

    > 0: Mg2+ inside the cell lowers mineral. Per donor arrays of shape (..., donors), the same donors. It is minus the
    two-stage least squares slope of log mineral on log Mg_i with donors, Mg and block as covariates and Mg x block as
    the one instrument, for complete donors; with one instrument Anderson and Rubin's set is Fieller's. Not a second
    line of evidence beside the shares: the same numbers.
    Sources: Anderson and Rubin, Ann Math Stat 1949;20:46; R's AER::ivreg.
    """
    parts = live_effects(total - blocked, mg_intact - mg_blocked)
    v, mean = parts.covariance, parts.mean
    return fieller_set(mean[..., 0], mean[..., 1], v[..., 0, 0], v[..., 1, 1], v[..., 0, 1], parts.df, level)


def corrected_share(
    total: Array, blocked: Array, mg_intact: Array, mg_blocked: Array, *, same_donors: bool, level: float = 0.95
) -> FiellerSet:
    """(T - B)/((1 - rho) T) = (T - B) M / (T (M - N)), M and N the mean Mg_i steps intact and blocked.

    Fieller's set of these two products of means, whose variances and covariance are those of the donors' linearised
    products: P_i = M (T_i - B_i) + (T - B) M_i, Q_i = (M - N) T_i + T (M_i - N_i). Where mineral or Mg_i scatters
    little it is Fieller's exactly. `same_donors`: all four arrays of shape (..., donors) are of the same donors in the
    same order, df n - 1. Otherwise T, B and M, N are of two independent sets of donors (each paired within), no
    covariance, and df is Satterthwaite's at each ratio.

    It says nothing on whether rho is known well enough: ask `is_told` first.
    Coverage for n = 3-6, rho .1-.6: .945-.96 (same donors), .93-.97 (two sets).  Check: test_incomplete.py.
    """
    live, steps = live_effects(total, blocked), live_effects(mg_intact, mg_blocked)
    top, bottom, gradients = _products(live.mean, steps.mean)
    if same_donors:
        everything = np.stack([total, blocked, mg_intact, mg_blocked], axis=-2)
        v = _carried(gradients, _covariance(everything), live.df)
        return fieller_set(top, bottom, v.numerator, v.denominator, v.covariance, v.df, level)
    parts = (
        _carried(gradients[..., :2], live.covariance, live.df),
        _carried(gradients[..., 2:], steps.covariance, steps.df),
    )
    return fieller_two_sets(top, bottom, *parts, level)


def _products(live: Array, steps: Array) -> tuple[Array, Array, Array]:
    """(T - B) M, T (M - N), and their gradients (..., 2, 4) over (T, B, M, N)."""
    t, m = live[..., 0], steps[..., 0]
    d, e = live @ _DIFFERENCE, steps @ _DIFFERENCE
    top = np.concatenate([_times(m, _DIFFERENCE), _times(d, _FIRST)], axis=-1)
    bottom = np.concatenate([_times(e, _FIRST), _times(t, _DIFFERENCE)], axis=-1)
    return d * m, t * e, np.stack([top, bottom], axis=-2)


def _times(values: Array, weights: Array) -> Array:
    """Values (...,) times weights (k,): (..., k)."""
    return np.asarray(values[..., np.newaxis] * weights)


def _covariance(values: Array) -> Array:
    """Covariance of the means over donors of values (..., k, donors): (..., k, k); NaN for one donor."""
    n = values.shape[-1]
    off = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(off @ np.swapaxes(off, -1, -2) / ((n - 1) * n if n > 1 else np.nan))


def _carried(gradients: Array, covariance: Array, df: Array) -> SetVariance:
    """Variances of the two products from gradients (..., 2, k) and the covariance (..., k, k) of one set of means."""
    v = gradients @ covariance @ np.swapaxes(gradients, -1, -2)
    return SetVariance(v[..., 0, 0], v[..., 1, 1], v[..., 0, 1], df)
