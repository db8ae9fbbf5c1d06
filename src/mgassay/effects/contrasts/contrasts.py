"""Means -> effects: every contrast of every step, per readout and block.

An effect is log(Y at the reference) - log(Y at the raised side of a step): > 0 is inhibition. Its weights over the four
live arms stand in CONTRASTS; what is written there is what is computed.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import Arms, questions_of
from mgassay.effects.estimators.anova import BlockFit, fit_block_anova
from mgassay.effects.estimators.bounds import difference_flag
from mgassay.effects.estimators.intervals import Array, Estimate, donor_estimate, holm, welch_estimate
from mgassay.effects.means.panels import ArmMatrix, Panel, is_mineral, panels_from_means
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

# Weights over design.LIVE_ARMS: intact reference, intact raised, blocked reference, blocked raised.
CONTRASTS: Mapping[str, tuple[float, float, float, float]] = {
    "total": (1.0, -1.0, 0.0, 0.0),
    "blocked": (0.0, 0.0, 1.0, -1.0),
    "interaction": (1.0, -1.0, -1.0, 1.0),
    "block_main": (-1.0, 0.0, 1.0, 0.0),
}
ACELLULAR = (1.0, -1.0)  # over the acellular arm at reference and raised Mg
SCALES = ("log", "additive")
_FAMILY = ["family", "block", "contrast", "scale", "method", "step", "mg_reference_mM", "mg_raised_mM", "day"]


def effects_from_means(experiment: Experiment, means: pd.DataFrame) -> pd.DataFrame:
    """EFFECTS of every question (see `contrasted`), for every readout and block; those of the declared one come first.

    Scale `log` for all, `additive` (per donor 1 - exp(-effect), the proportion inhibited) for all but block_main.
    Method `donor_t`: t on per-donor contrasts of the donors that have all arms of the contrast, df n - 1.
    `block_anova`: donor + arm on the four live arms, log scale only, since it has one error for all arms and a
    proportion inhibited is a property of a pair of arms; its n_donors counts the donors whose cells have a
    part in it. `welch`: blocked - acellular, whose runs are not donors; its n_donors counts the donors. A contrast
    whose arms were not run has no row; one donor gives no interval.
    p_adjusted is Holm's over the mineral readouts, and separately over genes, for the same contrast, block, scale,
    method and question; other readouts are families of their own.
    """
    questions = contrasted(experiment)
    rows = (row for panel in panels_from_means(means) for group in questions for row in question_rows(panel, group))
    return with_holm(tables.EFFECTS.frame(list(rows)))


def contrasted(experiment: Experiment) -> tuple[tuple[Arms, ...], ...]:
    """The questions whose contrasts have rows of their own, as the arms of each, in the order of `questions_of`.

    The declared pair of Mg levels and every [[step]], on every day. Other Mg levels are compared in their dose series,
    all at once (see series.py).
    """
    raised = experiment.settings.contrast.mg_raised_mM
    asked = (arms for arms in questions_of(experiment) if arms.step != "Mg" or arms.mg_raised_mM == raised)
    return tuple(tuple(group) for _, group in itertools.groupby(asked, key=lambda arms: arms.question))


def step_columns(arms: Arms) -> dict[str, Any]:
    """The columns that say which question a row answers: the two Mg levels (mM), the step's name, the day."""
    levels = {"mg_reference_mM": arms.mg_reference_mM, "mg_raised_mM": arms.mg_raised_mM}
    return {**levels, "step": arms.step, "day": arms.day}


def question_rows(panel: Panel, group: tuple[Arms, ...]) -> Iterator[dict[str, Any]]:
    """All rows of one readout that answer one question: A once, the others for the arms of each block."""
    runs, common = panel.matrix(group[0].acellular), step_columns(group[0])
    for scale in SCALES if runs.complete((0, 1)).donors else ():
        yield {**common, **_acellular_row(panel.readout, runs, scale)}
    for arms in group:
        live = panel.matrix(arms.live)
        makers = (
            _donor_rows(panel.readout, arms.name, live),
            _anova_rows(panel.readout, arms.name, live),
            _surface_rows(panel.readout, arms.name, live, runs),
        )
        yield from ({**common, **row} for row in itertools.chain(*makers))


def on_scale(effect: Array, scale: str) -> Array:
    """Effects on a scale: `log` as they are, `additive` as the proportion inhibited, 1 - exp(-effect)."""
    return effect if scale == "log" else -np.expm1(-effect)


def donor_contrast(log_means: Array, contrast: str, scale: str) -> Array:
    """A contrast per donor from log means of shape (..., donors, 4): shape (..., donors).

    On the additive scale the interaction is the difference of two proportions inhibited.
    """
    if scale == "additive" and contrast == "interaction":
        return donor_contrast(log_means, "total", scale) - donor_contrast(log_means, "blocked", scale)
    used = [i for i, w in enumerate(CONTRASTS[contrast]) if w]
    return on_scale(log_means[..., used] @ np.array([CONTRASTS[contrast][i] for i in used]), scale)


def used_arms(contrast: str) -> tuple[int, ...]:
    """Positions of the live arms that a contrast needs."""
    return tuple(i for i, w in enumerate(CONTRASTS[contrast]) if w)


def _donor_rows(readout: str, block: str, live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The donor_t rows of one readout and block, on both scales."""
    for contrast, weights in CONTRASTS.items():
        whole = live.complete(used_arms(contrast))
        for scale in SCALES:
            if whole.donors and not (contrast == "block_main" and scale == "additive"):
                estimate = donor_estimate(donor_contrast(whole.values, contrast, scale))
                flag = censored_flag(live, whole, weights)
                yield _row(readout, block, contrast, scale, "donor_t", estimate, len(whole.donors), flag)


def censored_flag(live: ArmMatrix, whole: ArmMatrix, weights: Sequence[float]) -> str:
    """Flags of a contrast of the donors used (`whole`, out of `live`), and of bounds that donors were lost to.

    A censored cell without a number to put in costs its donor, and what is left of the donors says nothing of that
    one, so that no direction is claimed then. A cell that was not run is no bound.
    """
    return difference_flag(whole.flag(weights), live.lost(weights))


def fitted_flag(live: ArmMatrix, fit: BlockFit, weights: Sequence[float]) -> str:
    """Flags of a contrast by the block ANOVA: of every cell with a part in it, and bounds that cells were lost to."""
    return difference_flag(live.flag(fit.cell_weights(np.array(weights))), live.lost(weights))


def live_fit(live: ArmMatrix) -> BlockFit | None:
    """The block ANOVA of the live arms, or None where a blocked arm or a degree of freedom is missing."""
    if len(live.donors) < 2 or not np.isfinite(live.values).any(axis=0).all():
        return None
    fit = fit_block_anova(live.values)
    return fit if fit.df > 0 else None


def _anova_rows(readout: str, block: str, live: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The block_anova rows of one readout and block: log scale, all donors whose cells have a part in the estimate."""
    fit = live_fit(live)
    if fit is None:
        return
    for contrast, weights in CONTRASTS.items():
        estimate = fit.contrast(np.array(weights))
        if np.isfinite(estimate.estimate):
            n = int(fit.cell_weights(np.array(weights)).any(axis=1).sum())
            yield _row(readout, block, contrast, "log", "block_anova", estimate, n, fitted_flag(live, fit, weights))


def acellular_effects(lifeless: ArmMatrix, scale: str) -> Array:
    """The acellular effect per run, shape (runs,)."""
    return on_scale(lifeless.values @ np.array(ACELLULAR), scale)


def _acellular_row(readout: str, runs: ArmMatrix, scale: str) -> dict[str, Any]:
    """The acellular row of one readout: t over the runs that have both arms."""
    lifeless = runs.complete((0, 1))
    estimate = donor_estimate(acellular_effects(lifeless, scale))
    flag = censored_flag(runs, lifeless, ACELLULAR)
    return _row(readout, "", "acellular", scale, "donor_t", estimate, len(lifeless.donors), flag)


def _surface_rows(readout: str, block: str, live: ArmMatrix, runs: ArmMatrix) -> Iterator[dict[str, Any]]:
    """The surface rows (B - A, Welch) of one readout and block."""
    weights = CONTRASTS["blocked"]
    whole, lifeless = live.complete(used_arms("blocked")), runs.complete((0, 1))
    for scale in SCALES if whole.donors and lifeless.donors else ():
        blocked = donor_estimate(donor_contrast(whole.values, "blocked", scale))
        surface = welch_estimate(blocked, donor_estimate(acellular_effects(lifeless, scale)))
        flag = difference_flag(censored_flag(live, whole, weights), censored_flag(runs, lifeless, ACELLULAR))
        yield _row(readout, block, "surface", scale, "welch", surface, len(whole.donors), flag)


def _row(
    readout: str, block: str, contrast: str, scale: str, method: str, estimate: Estimate, n: int, flag: str
) -> dict[str, Any]:
    """One row of effects.csv; without a standard error df stays empty and the flag is `few_donors`."""
    low, high = estimate.limits()
    alone = bool(np.isnan(estimate.se))
    return {
        "readout": readout,
        "block": block,
        "contrast": contrast,
        "scale": scale,
        "method": method,
        "estimate": float(estimate.estimate),
        "se": float(estimate.se),
        "df": float("nan") if alone else float(estimate.df),
        "ci_low": float(low),
        "ci_high": float(high),
        "p": float(estimate.p()),
        "n_donors": n,
        "flag": join_flags(flag, "few_donors" if alone else ""),
    }


def family(readout: str) -> str:
    """The family of readouts within which p is adjusted: `mineral`, `gene`, or the readout alone."""
    return "mineral" if is_mineral(readout) else readout.split(":")[0]


def measurement(readout: str) -> str:
    """What was measured: one plate or picture that is told in two ways is one (alizarin_od is alizarin_area's)."""
    return {"alizarin_od": "alizarin_area"}.get(readout, readout.removesuffix("_per_well").removesuffix("_per_protein"))


def with_holm(effects: pd.DataFrame) -> pd.DataFrame:
    """Effects with p_adjusted; rows of a dose series keep theirs, which is over the levels of the series."""
    grouped = effects.assign(family=[family(r) for r in effects["readout"]]).groupby(_FAMILY, sort=True)
    adjusted = np.full(len(effects), np.nan)
    p = effects["p"].to_numpy(dtype=float)
    for rows in grouped.indices.values():
        adjusted[rows] = _adjusted(list(effects["readout"].iloc[rows]), p[rows])
    return effects.assign(p_adjusted=effects["p_adjusted"].where(effects["contrast"] == "dose", adjusted))


def _adjusted(readouts: Sequence[str], p: Array) -> Array:
    """Holm's p of each readout of a family, shape (k,), each measurement counted once.

    A readout that tells a measurement in another way (per well instead of per protein) asks the same question of the
    same wells, so that it stands in the family in place of the first one, and not beside it.
    """
    first: dict[str, int] = {}
    for i, readout in enumerate(readouts):
        if not np.isnan(p[i]):
            first.setdefault(measurement(readout), i)
    adjusted = np.empty(len(p))
    for i, readout in enumerate(readouts):
        beside = [k for name, k in first.items() if name != measurement(readout)]
        adjusted[i] = holm(p[[i, *beside]])[0]
    return adjusted
