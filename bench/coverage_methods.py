"""The project's own estimators on drawn experiments: how often their intervals hold the truth (bench/coverage.py).

A tally counts events over experiments: `runs`, `held` (the interval or set holds the truth), `told` (it is one that may
be quoted: bounded, and for a corrected share rho is known well enough) and `told_held`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.coverage_lab import DOSES, Array, Drawn, Floored, Lab, Several, cell_means
from mgassay.effects.contrasts.contrasts import ACELLULAR, CONTRASTS, donor_contrast, on_scale, used_arms
from mgassay.effects.estimators.anova import BlockFit, fit_block_anova
from mgassay.effects.estimators.censored import Cells
from mgassay.effects.estimators.censored_contrast import contrasts_of_cells
from mgassay.effects.estimators.dose import dose_series, held_to_own_scatter
from mgassay.effects.estimators.equivalence import equivalence
from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import Estimate, donor_estimate, welch_estimate
from mgassay.effects.estimators.pooled_ratios import PartsAndWholes, pool_ratios
from mgassay.effects.estimators.pooling import pool_estimates, shared_variances
from mgassay.effects.estimators.prediction import prediction_interval
from mgassay.effects.estimators.share_sets import SHARES_OF, LiveEffects, live_effects, share_set
from mgassay.effects.shares.incomplete import corrected_share, entry_slope, is_told, residual_entry

Flags = NDArray[np.bool_]
ONE_ERROR = "dunnett, one error for all (not offered)"


@dataclass(frozen=True)
class Tally:
    """How often what happened: counts by event, for one quantity on one scale by one method."""

    quantity: str
    scale: str
    method: str
    truth: float
    counts: dict[str, int]


def held_by(estimate: Estimate, truth: float) -> Flags:
    """Whether the 95 % interval holds the truth."""
    low, high = estimate.limits()
    return np.asarray((low <= truth) & (truth <= high))


def tally(name: tuple[str, str, str], truth: float, held: Flags, told: Flags | None = None) -> Tally:
    """The counts of one quantity; without `told` every interval may be quoted."""
    said = np.ones_like(held) if told is None else told
    counts = {"runs": held.size, "held": held.sum(), "told": said.sum(), "told_held": (held & said).sum()}
    return Tally(*name, truth, {event: int(count) for event, count in counts.items()})


def of_set(name: tuple[str, str, str], truth: float, found: FiellerSet, told: Flags | bool = True) -> Tally:
    """The counts of a set, which is quoted where it is bounded."""
    return tally(name, truth, found.holds(truth), np.asarray((found.kind == BOUNDED) & told))


def effects(lab: Lab, drawn: Drawn) -> Iterator[Tally]:
    """Every contrast that effects.csv holds, on both scales."""
    means, runs = cell_means(drawn.live), cell_means(drawn.acellular)
    truths = true_effects(lab)
    for contrast in CONTRASTS:
        used = with_arms(means, used_arms(contrast))
        for scale in ("log", "additive"):
            if (contrast, scale) in truths:
                truth, values = truths[contrast, scale], donor_contrast(used, contrast, scale)
                yield tally((contrast, scale, "donor_t"), truth, held_by(donor_estimate(values), truth))
    for scale in ("log", "additive"):
        if ("acellular", scale) in truths:
            a = donor_estimate(on_scale(runs @ np.array(ACELLULAR), scale))
            b = donor_estimate(donor_contrast(with_arms(means, (2, 3)), "blocked", scale))
            yield tally(
                ("acellular", scale, "donor_t"), truths["acellular", scale], held_by(a, truths["acellular", scale])
            )
            found = welch_estimate(b, a)
            yield tally(("surface", scale, "welch"), truths["surface", scale], held_by(found, truths["surface", scale]))
    fit = fit_block_anova(means)
    for contrast, weights in CONTRASTS.items():
        truth = truths[contrast, "log"]
        yield tally((contrast, "log", "block_anova"), truth, held_by(fit.contrast(np.array(weights)), truth))


def true_effects(lab: Lab) -> dict[tuple[str, str], float]:
    """The truth by contrast and scale; none on the additive scale where it has no mean."""
    log = {"total": lab.total, "blocked": lab.blocked, "acellular": lab.acellular}
    scales = {"log": log}
    if not lab.heavy:
        scales["additive"] = {name: lab.additive(effect) for name, effect in log.items()}
        scales["additive"]["acellular"] = 1 - np.exp(-lab.acellular + (lab.run_sd_ratio * lab.arm) ** 2)
    found = {(name, scale): value for scale, values in scales.items() for name, value in values.items()}
    for scale in scales:
        found["interaction", scale] = found["total", scale] - found["blocked", scale]
        found["surface", scale] = found["blocked", scale] - found["acellular", scale]
    return {**found, ("block_main", "log"): lab.main}


def with_arms(means: Array, arms: tuple[int, ...]) -> Array:
    """The donors (the same in all experiments) that have these arms."""
    return means[:, np.isfinite(means[0][:, list(arms)]).all(axis=-1)]


def shares(lab: Lab, drawn: Drawn) -> Iterator[Tally]:
    """The shares that shares.csv holds; all donors that have the four live arms."""
    whole, runs = with_arms(cell_means(drawn.live), (0, 1, 2, 3)), cell_means(drawn.acellular)
    truths = true_effects(lab)
    for scale in ("log", "additive"):
        if ("total", scale) in truths:
            t, b, a = (truths[name, scale] for name in ("total", "blocked", "acellular"))
            acellular = donor_estimate(on_scale(runs @ np.array(ACELLULAR), scale))
            found = both_effects(whole, scale)
            for share in SHARES_OF:
                truth = float(np.array(SHARES_OF[share]) @ [t, b, a] / t)
                yield of_set((share, scale, "fieller_donor"), truth, share_set(share, found, acellular))
    fit = block_effects(fit_block_anova(cell_means(drawn.live)))
    for share in ("intracellular", "extracellular"):
        yield of_set((share, "log", "fieller_block_anova"), lab.shares[share], share_set(share, fit))


def both_effects(whole: Array, scale: str) -> LiveEffects:
    """T and B of the donors of (experiments, donors, 4) means."""
    return live_effects(donor_contrast(whole, "total", scale), donor_contrast(whole, "blocked", scale))


def block_effects(fit: BlockFit) -> LiveEffects:
    """T and B by the block ANOVA."""
    pair = [np.array(CONTRASTS[c]) for c in ("total", "blocked")]
    mean = np.stack([fit.contrast(w).estimate for w in pair], axis=-1)
    covariance = np.stack([np.stack([fit.covariance(v, w) for w in pair], axis=-1) for v in pair], axis=-1)
    return LiveEffects(mean, covariance, np.full(len(mean), float(fit.df)))


def corrected(lab: Lab, drawn: Drawn, others: Array) -> Iterator[Tally]:
    """Rho, the share corrected for it, and the slope; `others` (2, experiments, donors): Mg_i steps of other donors."""
    whole = cell_means(drawn.live)
    t, b = (donor_contrast(whole, c, "log") for c in ("total", "blocked"))
    rho, share = lab.rho or 0.0, (lab.total - lab.blocked) / (lab.total * (1 - (lab.rho or 0.0)))
    for name, steps, same in (("same donors", drawn.mg, True), ("other donors", others, False)):
        known = residual_entry(*steps)
        yield of_set(("rho", "log", f"fieller, {name}"), rho, known)
        found = corrected_share(t, b, *steps, same_donors=same)
        yield of_set(("intracellular_corrected", "log", f"fieller, {name}"), share, found, is_told(known))
    slope = share * lab.total / lab.mg_step
    yield of_set(("slope", "log", "Anderson-Rubin"), slope, entry_slope(t, b, *drawn.mg))


def doses(means: Array) -> Iterator[Tally]:
    """All levels at once: by Dunnett as it is offered, by the default (Bonferroni's t of each level on its own donors).

    And by Dunnett with one error whatever donors do, which is not offered.
    """
    truths = np.array(DOSES[1:])
    common = dose_series(means)
    for method, found in (("dunnett", held_to_own_scatter(common, means)), (ONE_ERROR, common)):
        low, high = found.limits()
        held = np.all((low <= truths) & (truths <= high), axis=-1)
        yield tally(("all levels at once", "log", method), float("nan"), held)
    each = [with_arms(means, (0, level)) for level in range(1, len(DOSES))]
    if min(y.shape[1] for y in each) > 1:
        level = 1 - 0.05 / len(each)
        ends = [donor_estimate(y[..., 0] - y[..., k]).limits(level) for k, y in enumerate(each, start=1)]
        alone = [(low <= truth) & (truth <= high) for (low, high), truth in zip(ends, truths, strict=True)]
        name = ("all levels at once", "log", "t of each level, Bonferroni")
        yield tally(name, float("nan"), np.all(alone, axis=0))


def margins(means: Array, fold: float) -> Iterator[Tally]:
    """How often equivalence is said of T and of T - B, both of which truly lie at the margin."""
    for contrast in ("total", "interaction"):
        shown = equivalence(donor_contrast(means, contrast, "log"), fold).equivalent
        counts = {"runs": shown.size, "equivalent": int(shown.sum())}
        yield Tally(contrast, "log", "TOST", float(np.log(fold)), counts)


def floors(lab: Lab, drawn: Floored) -> Iterator[Tally]:
    """Of experiments whose only floored arm is the intact raised one: is the bound on its side of the truth?

    T and T - B are lower bounds then, the inner share too, the outer one an upper bound. `bound`: the estimate is on
    its side; `end`: the outer end of the interval is (of a set that is bounded, `told`). Then, of experiments without
    any floored arm, how often the interval holds the truth.
    """
    floored = np.any(drawn.floored, axis=1)
    others = np.any(floored[:, [0, 2, 3]], axis=1)
    asked, clean = floored[:, 1] & ~others, ~floored[:, 1] & ~others
    for contrast, truth in (("total", lab.total), ("interaction", lab.total - lab.blocked)):
        name = (contrast, "log", "donor_t")
        values = donor_contrast(drawn.means, contrast, "log")
        found = donor_estimate(values[asked])
        yield _bound(name, truth, found.estimate, found.limits()[0], np.ones(asked.sum(), bool))
        yield tally((contrast, "log", "donor_t, nothing floored"), truth, held_by(donor_estimate(values[clean]), truth))
    for share, sign in (("intracellular", 1.0), ("extracellular", -1.0)):
        told = share_set(share, both_effects(drawn.means[asked], "log"))
        end = told.low if sign > 0 else told.high
        name, truth = (share, "log", "fieller_donor"), sign * lab.shares[share]
        yield _bound(name, truth, sign * told.estimate, sign * end, np.asarray(told.kind == BOUNDED))
        whole = share_set(share, both_effects(drawn.means[clean], "log"))
        yield of_set((share, "log", "fieller_donor, nothing floored"), lab.shares[share], whole)


def _bound(name: tuple[str, str, str], truth: float, estimate: Array, end: Array, told: Flags) -> Tally:
    """Counts of a lower bound (an upper one turned round)."""
    on_side, beyond = told & (estimate <= truth), told & (end <= truth)
    events = {"runs": np.ones_like(told), "told": told, "bound": on_side, "end": beyond}
    return Tally(*name, abs(truth), {event: int(flags.sum()) for event, flags in events.items()})


def nondetects(values: Array, limit: float, truth: float) -> Iterator[Tally]:
    """T of a gene (experiments, donors, 2 arms) whose values below a limit were not detected, by likelihood.

    `told`: both ends of the interval are; an end that is not told holds everything beyond.
    """
    gone = values < limit
    cells = Cells(*(np.where(own, x, np.nan)[..., np.newaxis] for own, x in ((~gone, values), (gone, limit))))
    found = contrasts_of_cells(cells, np.array(ACELLULAR))
    low, high = (np.array([np.nan if f is None else getattr(f, end) for f in found]) for end in ("low", "high"))
    held, told = ~(low > truth) & ~(high < truth), np.isfinite(low) & np.isfinite(high)
    yield tally(("total", "log", "censored likelihood"), truth, held, told)


def several(lab: Lab, drawn: Several, *, predicted: bool) -> Iterator[Tally]:
    """T and the inner share over several experiments; `predicted`: what one more experiment truly has, too."""
    given = parts_and_wholes(drawn)
    y, v = given.whole, given.var_whole
    pooled, ratio = pool_estimates(y, v), pool_ratios(given)
    name = ("log", "pooled")
    yield tally(("total", *name), lab.total, (pooled.low <= lab.total) & (lab.total <= pooled.high))
    yield of_set(("intracellular", *name), lab.shares["intracellular"], ratio.found)
    if predicted:
        ends = np.array([prediction_interval(*pair) for pair in zip(y, v, strict=True)])
        truth = drawn.next_total
        yield tally(("total", "log", "prediction"), lab.total, (ends[:, 0] <= truth) & (truth <= ends[:, 1]))


def parts_and_wholes(drawn: Several) -> PartsAndWholes:
    """Parts (T - B) and wholes (T) of the experiments, with one scatter of donors for all of them."""
    n = np.array([t.shape[-1] for t in drawn.total])
    lives = [live_effects(t, t - b) for t, b in zip(drawn.total, drawn.blocked, strict=True)]
    mean, covariance = (np.stack([getattr(live, f) for live in lives], axis=-1) for f in ("mean", "covariance"))
    shared = [shared_variances(covariance[:, i, j], n) for i, j in ((1, 1), (0, 0), (0, 1))]
    return PartsAndWholes(mean[:, 1], mean[:, 0], *shared)
