"""Which curve: the weighting from the replicates, the model by AICc among those whose standards pass."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from mgassay.assays.curves.acceptance import ICH_M10, Assessment, Limits, assess_curve
from mgassay.assays.curves.curve import StandardCurve, fit_curve, with_scatter
from mgassay.assays.curves.linearity import is_bent, linear_range
from mgassay.assays.curves.models import Array
from mgassay.assays.curves.weighting import WeightingChoice, weighting_from_replicates
from mgassay.errors import CalibrationError

AICC_UNITS = 2.0
# What `auto` compares, from simple to rich, with the levels that each needs (zero among them).
AUTO = {"linear": 0, "quadratic": 0, "4pl": 6}
_ROUNDING = 1e-12  # of the largest signal: residuals below it are rounding, not misfit


@dataclass(frozen=True)
class Candidate:
    """A model that `auto` looked at."""

    model: str
    aicc: float
    assessed: str


@dataclass(frozen=True, eq=False)
class ChosenCurve:
    """A curve, how its standards back-calculate, and how it came to be chosen.

    `weighting` is None where the lab named one; `candidates` are empty where the lab named the model; `dropped` are
    levels above the range of a straight line, which the fit did not use.
    """

    curve: StandardCurve
    assessment: Assessment
    aicc: float
    weighting: WeightingChoice | None = None
    candidates: tuple[Candidate, ...] = ()
    dropped: Array = field(default_factory=lambda: np.empty(0))


def aicc_over_wells(curve: StandardCurve, largest_signal: float) -> float:
    """n·ln(RSS/n) + 2k + 2k(k+1)/(n−k−1), k parameters and the variance; inf where n is too small for it.

    Comparable only between models of one plate at one weighting.
    """
    k = curve.coefficients.size + 1
    if curve.n - k - 1 <= 0:
        return math.inf
    variance = max(curve.rss / curve.n, (_ROUNDING * largest_signal) ** 2)
    return curve.n * math.log(variance) + 2.0 * k + 2.0 * k * (k + 1) / (curve.n - k - 1)


def choose_curve(
    concentration: Array,
    signal: Array,
    model: str = "auto",
    weighting: str = "auto",
    limits: Limits = ICH_M10,
    *,
    detect_range: bool = False,
) -> ChosenCurve:
    """The plate's curve from its standards, one entry per well.

    The weighting is settled first. Then, for `auto`: of the models whose standards pass (else of those too small to be
    assessed, else of all) the lowest AICc, or the simplest within 2 units of it; a quadratic whose apex lies among the
    standards is not a candidate, and a 4PL needs six levels. With `detect_range` a line asked for by name whose
    standards do not all pass, and which Mandel's test refutes, ends where its standards begin to fail.
    The range ends at the highest standard that reads back, where the standards pass on the whole.
    Where the SD of replicates grows with the level, the curve knows how readings scatter (scatter.py).
    Raises CalibrationError as `fit_curve`.
    """
    x, y = np.asarray(concentration, float), np.asarray(signal, float)
    replicates = weighting_from_replicates(x, y) if weighting == "auto" else None
    used = replicates.name if replicates else weighting
    if model == "auto":
        chosen = _best(_candidates(x, y, used, limits), float(x.max()))
    else:
        chosen = _candidate(x, y, model, used, limits)
        if model == "linear" and detect_range:
            chosen = _within_linear_range(chosen, x, y, limits)
    chosen = _within_passing(chosen)
    if replicates and replicates.power > 0:  # also where the power is too small for a weighting
        chosen = replace(chosen, curve=with_scatter(chosen.curve))
    return replace(chosen, weighting=replicates)


def _candidate(x: Array, y: Array, model: str, weighting: str, limits: Limits) -> ChosenCurve:
    """One model, fitted and assessed."""
    curve = fit_curve(x, y, model, weighting)
    return ChosenCurve(curve, assess_curve(curve, x, y, limits), aicc_over_wells(curve, float(np.abs(y).max())))


def _candidates(x: Array, y: Array, weighting: str, limits: Limits) -> list[ChosenCurve]:
    """Every model that can be fitted, simple ones first; raises the simplest one's error when none can."""
    found, errors = [], []
    for model, levels in AUTO.items():
        if np.unique(x).size < levels:
            continue
        try:
            found.append(_candidate(x, y, model, weighting, limits))
        except CalibrationError as error:
            errors.append(error)
    if not found:
        raise errors[0]
    return found


def _best(found: list[ChosenCurve], top: float) -> ChosenCurve:
    """The simplest within 2 AICc units of the lowest, among the best assessed that rise to the top standard."""
    looked_at = tuple(Candidate(c.curve.model.name, c.aicc, c.assessment.assessed) for c in found)
    rising = [c for c in found if c.curve.apex >= top]
    for verdict in ("pass", "not_assessable", "fail"):
        pool = [c for c in rising if c.assessment.assessed == verdict]
        if pool:
            lowest = min(c.aicc for c in pool)
            return replace(next(c for c in pool if c.aicc <= lowest + AICC_UNITS), candidates=looked_at)
    raise CalibrationError("MG304", seen="no rising curve", model="auto")


def _within_linear_range(chosen: ChosenCurve, x: Array, y: Array, limits: Limits) -> ChosenCurve:
    """The same line over the levels that it brings back, where the whole set bends; else the line as it is."""
    whole, weighting = chosen.assessment, chosen.curve.weighting
    if whole.levels_pass == whole.levels or not is_bent(x, y, weighting):
        return chosen
    top = linear_range(x, y, weighting, limits)
    if math.isnan(top):
        return chosen
    kept = x <= top
    curve = fit_curve(x[kept], y[kept], "linear", weighting)
    aicc = aicc_over_wells(curve, float(np.abs(y[kept]).max()))
    return ChosenCurve(curve, assess_curve(curve, x, y, limits), aicc, dropped=np.unique(x[~kept]))


def _within_passing(chosen: ChosenCurve) -> ChosenCurve:
    """The same curve with a range that ends at the highest standard within the limits (ICH M10), where they pass."""
    assessment = chosen.assessment
    if assessment.assessed != "pass" or chosen.curve.apex < chosen.curve.concentration.max():  # the apex ends it
        return chosen
    top = float(assessment.concentration[assessment.passed].max())
    return replace(chosen, curve=replace(chosen.curve, range_high=min(chosen.curve.range_high, top)))
