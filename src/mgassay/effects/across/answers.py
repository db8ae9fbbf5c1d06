"""What one experiment says of each share of its declared question, donor by donor, so that several can be pooled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay.design import Arms, arms_of_blocks, primary_rows
from mgassay.effects.contrasts.contrasts import acellular_effects, donor_contrast
from mgassay.effects.estimators.bounds import is_censored
from mgassay.effects.estimators.intervals import Array
from mgassay.effects.estimators.share_sets import SHARES_OF
from mgassay.effects.means.panels import ArmMatrix, Panel, panels_from_means
from mgassay.effects.shares.corrected import matched_readout
from mgassay.experiment import Experiment

CORRECTED = "intracellular_corrected"
WEIGHTS_OF: Mapping[str, tuple[float, float, float]] = {**SHARES_OF, CORRECTED: SHARES_OF["intracellular"]}


@dataclass(frozen=True)
class Answer:
    """One share as one experiment tells it: its row of shares.csv, and the effects that the row is made of.

    `part`, `whole` (donors,): of each donor the live part of the share's numerator, and T (times 1 - rho where the
    share is corrected for it). `runs` (runs,): what each acellular run adds to the numerator. `acellular`: what stood
    for no cells, "" for a share without acellular runs.
    """

    experiment: str
    row: Mapping[str, Any]
    donors: tuple[str, ...]
    part: Array
    whole: Array
    runs: Array
    acellular: str

    @property
    def estimand(self) -> tuple[str, str, str, str]:
        """The columns by which summary_shares.csv tells shares apart."""
        return self.row["readout"], self.row["block"], self.row["share"], self.row["scale"]

    @property
    def variant(self) -> tuple[float, float, str]:
        """What makes shares of one name different questions: the two Mg levels, and what stands for no cells."""
        return self.row["mg_reference_mM"], self.row["mg_raised_mM"], self.acellular

    @property
    def is_value(self) -> bool:
        """Whether the answer is a value with donors behind it; bounds (floor, above the curve) cannot be averaged."""
        return len(self.donors) > 0 and bool(np.isfinite(self.row["estimate"])) and not is_censored(self.row["flag"])


def may_pool(verdict: Mapping[str, Any], held: Mapping[str, pd.DataFrame]) -> bool:
    """Whether an experiment's shares may be pooled: nothing to mend, and its arms as alive as each other.

    How near T is to 0 and how wide the sets are is not asked: that would choose experiments by their answer.
    """
    changed = any(rule["rule"] == "viability_changed" and rule["fired"] for rule in verdict["rules"])
    return bool(verdict["grade"]) and "error" not in set(held["problems"]["severity"]) and not changed


def declared_question(experiment: Experiment | None, held: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables by name with the rows of effects and shares that answer the declared question only."""
    if experiment is None:
        return dict(held)
    return {**held, **{name: primary_rows(experiment, held[name]) for name in ("effects", "shares")}}


def answers_of(experiment: Experiment, means: pd.DataFrame, shares: pd.DataFrame) -> list[Answer]:
    """The answers that the rows of SHARES give (of the declared question), by Fieller over donors, in their order."""
    asked = shares[shares["method"] == "fieller_donor"]
    if asked.empty:
        return []
    arms = {a.name: a for a in arms_of_blocks(experiment)}
    panels = {panel.readout: panel for panel in panels_from_means(means)}
    kinds = dict(zip(experiment.conditions["condition"], experiment.conditions["cells"], strict=True))
    rows = [{str(k): v for k, v in row.items()} for row in asked.to_dict("records")]
    return [
        _answer(experiment.id, row, panels, arms[row["block"]], kinds)
        for row in rows
        if row["readout"] in panels and row["block"] in arms and row["share"] in WEIGHTS_OF
    ]


def _donors_of(row: Mapping[str, Any], panels: Mapping[str, Panel], arms: Arms) -> ArmMatrix:
    """Live log means of the donors that a row of shares.csv rests on.

    Those that have all arms; of the corrected share those among them that stand beside its rho (none where the means
    tell no rho, which then are not those of the row).
    """
    live = panels[row["readout"]].matrix(arms.live)
    if row["share"] == CORRECTED:
        matched = matched_readout(arms, panels, row["readout"])
        return matched.live if matched is not None else live.taking([False] * len(live.donors))
    whole = live.complete((0, 1, 2, 3))
    return whole if whole.donors and all(arms.live) else live.complete((0, 1))


def _answer(
    experiment: str, row: Mapping[str, Any], panels: Mapping[str, Panel], arms: Arms, kinds: Mapping[str, str]
) -> Answer:
    """One row of shares.csv with the donors and runs behind it."""
    of_total, of_blocked, of_acellular = WEIGHTS_OF[row["share"]]
    held = _donors_of(row, panels, arms)
    total = donor_contrast(held.values, "total", row["scale"])
    part = of_total * total
    if of_blocked:
        part = part + of_blocked * donor_contrast(held.values, "blocked", row["scale"])
    lifeless = panels[row["readout"]].matrix(arms.acellular).complete((0, 1)) if of_acellular else None
    return Answer(
        experiment=experiment,
        row=row,
        donors=held.donors,
        part=part,
        whole=total * (1 - row["rho"]) if row["share"] == CORRECTED else total,
        runs=of_acellular * acellular_effects(lifeless, row["scale"]) if lifeless else np.empty(0),
        acellular=kinds.get(arms.acellular_reference, "") if of_acellular else "",
    )
