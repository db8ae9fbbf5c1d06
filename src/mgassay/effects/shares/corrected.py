"""Shares and means -> rho beside the shares: its own table, its column, and the share that a whole block would show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import Arms, questions_of
from mgassay.effects.contrasts.contrasts import CONTRASTS, donor_contrast, step_columns
from mgassay.effects.estimators.bounds import difference_flag, negative_flag
from mgassay.effects.estimators.donor_sets import donor_sets
from mgassay.effects.estimators.fieller import FiellerSet
from mgassay.effects.estimators.intervals import Array, donor_estimate
from mgassay.effects.estimators.share_sets import live_effects
from mgassay.effects.means.panels import ArmMatrix, Panel, is_mineral, panels_from_means
from mgassay.effects.shares.incomplete import WARN_ABOVE_RHO, corrected_share, entry_slope
from mgassay.effects.shares.knockdown import MESSENGER
from mgassay.effects.shares.rho import MAGNESIUM, Rho, rho_of_arms, rhos_of_arms
from mgassay.effects.shares.shares import all_flags, intracellular_flag, share_row
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed

SHARE, SCALE, METHOD = "intracellular_corrected", "log", "fieller_donor"
_ALL = (0, 1, 2, 3)
_ROWS = ["block", "step", "day", "mg_reference_mM", "mg_raised_mM"]  # what tells the block and question of a share
_NO_MATTER = ("passive", "entry_not_blocked")  # a share and what it does not rest on
_CALLED = {MAGNESIUM: "intracellular Mg", MESSENGER: "TRPM7 mRNA"}


@dataclass(frozen=True)
class Matched:
    """A mineral readout beside the rho that it is corrected by.

    `live`: log means of the donors used (donors, 4); `rho`: of the same donors (`paired`), else of donors of its own.
    `lost`: bounds of donors that have no number.
    """

    readout: str
    live: ArmMatrix
    rho: Rho
    paired: bool
    lost: str

    @property
    def total(self) -> Array:
        """T per donor, natural log."""
        return donor_contrast(self.live.values, "total", SCALE)

    @property
    def blocked(self) -> Array:
        """B per donor, natural log."""
        return donor_contrast(self.live.values, "blocked", SCALE)


@dataclass(frozen=True)
class Residual:
    """One block in one question: rho by every source, the one to rest on, and the mineral readouts beside that."""

    arms: Arms
    sources: tuple[Rho, ...]
    rho: Rho
    matched: tuple[Matched, ...]
    mineral: tuple[str, ...]  # readouts with a donor that has all four live arms


def with_rho(
    experiment: Experiment, shares: pd.DataFrame, means: pd.DataFrame, problems: Problems
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SHARES with the column rho and the rows `intracellular_corrected`, and the table RHO, for every question.

    `rho` is that of the row's block and question (see `rho_of_arms`), never a bound; its source stands in RHO. Rows of
    a block that Mg_i shows not to stop entry are flagged `entry_not_blocked` (but `passive`, which needs none). Only a
    corrected row rests on rho, so that it alone is flagged `proxy_rho` where that is of mRNA; it stands behind the
    others of its readout, block and question where 1 - rho is shown to differ from 0, and its `rho` is that of the
    donors it rests on. Told: MG640 to MG643, MG647.
    """
    panels = {panel.readout: panel for panel in panels_from_means(means)}
    residuals = [r for arms in questions_of(experiment) if (r := _residual(arms, panels)) is not None]
    corrected = [
        {**step_columns(r.arms), "block": r.arms.name, **corrected_row(m)}
        for r in residuals
        for m in r.matched
        if m.rho.told
    ]
    rows = [{**step_columns(r.arms), "block": r.arms.name, **row} for r in residuals for row in rho_rows(r)]
    _tell(residuals, problems)
    return _behind(_with_column(shares, residuals), tables.SHARES.frame(corrected)), tables.RHO.frame(rows)


def _residual(arms: Arms, panels: Mapping[str, Panel]) -> Residual | None:
    """What is known of one block in one question; None where nothing tells its rho."""
    rho = rho_of_arms(arms, panels)
    if rho is None:
        return None
    mineral = [p for p in panels.values() if is_mineral(p.readout) and p.matrix(arms.live).complete(_ALL).donors]
    matched = [m for p in mineral if (m := _matched(arms, rho, p)) is not None]
    return Residual(arms, rhos_of_arms(arms, panels), rho, tuple(matched), tuple(p.readout for p in mineral))


def matched_readout(arms: Arms, panels: Mapping[str, Panel], readout: str) -> Matched | None:
    """One readout beside the rho of its block and question, as its corrected row rests on them; None without one."""
    rho = rho_of_arms(arms, panels)
    return _matched(arms, rho, panels[readout]) if rho is not None and readout in panels else None


def _matched(arms: Arms, rho: Rho, panel: Panel) -> Matched | None:
    """One readout beside rho, on the donors that `donor_sets` chooses; None where too few, or rho is a bound."""
    if rho.is_bound:
        return None
    live = panel.matrix(arms.live)
    whole = live.complete(_ALL)
    chosen = donor_sets(whole.donors, rho.donors)
    if chosen is None:
        return None
    used = whole.taking([d in chosen.first for d in whole.donors])
    return Matched(panel.readout, used, rho.of(chosen.second), chosen.same, live.lost())


def corrected_row(matched: Matched) -> dict[str, Any]:
    """The corrected row of SHARES of one readout, without its block and question.

    Dividing by 1 - rho > 0 leaves a bound of mineral the direction that it has in the uncorrected share.
    """
    total, blocked, rho = matched.total, matched.blocked, matched.rho
    found = corrected_share(total, blocked, *rho.steps, same_donors=matched.paired)
    effects = live_effects(total, blocked)
    cells = intracellular_flag(matched.live, effects, matched.lost)
    flag = all_flags(join_flags(cells, _rho_flag(matched)), found, effects, alone=False)
    row = share_row(SHARE, SCALE, METHOD, found, flag)
    return {"readout": matched.readout, **row, "rho": float(rho.found.estimate)}


def _rho_flag(matched: Matched) -> str:
    """Flags of rho, and whether its donors are not those of mineral."""
    return join_flags(matched.rho.flag, "" if matched.paired else "unpaired_rho")


def rho_rows(residual: Residual) -> Iterator[dict[str, Any]]:
    """The rows of RHO of one block and question, without these.

    First rho by each source, `readout` empty, of all donors that tell it (at a bound, and flagged so, where it is one);
    then for each mineral readout the rho that its share is corrected by, of the donors used, and the slope.
    """
    for rho in residual.sources:
        yield {**_rho_columns(rho), "readout": "", "slope_interval": "", "flag": _few(rho.flag, rho)}
    for matched in residual.matched:
        yield {**_rho_columns(matched.rho), "readout": matched.readout, **_slope_columns(matched)}


def _rho_columns(rho: Rho) -> dict[str, Any]:
    """Rho with its interval, its source and the donors that tell it."""
    found, donors = _columns("rho", "ci_low", "ci_high", "interval", rho.found), len(rho.donors)
    return {"source": rho.source, **found, "n_donors": donors}


def _slope_columns(matched: Matched) -> dict[str, Any]:
    """The slope of one readout with its set, where Mg_i itself was measured in the donors of mineral; and the flags."""
    if matched.rho.source != MAGNESIUM or not matched.paired:
        return {"slope_interval": "", "flag": _few(_rho_flag(matched), matched.rho)}
    intact, blocked = matched.rho.steps
    found = entry_slope(matched.total, matched.blocked, intact, blocked)
    cells = difference_flag(matched.live.flag(CONTRASTS["interaction"]), matched.lost)
    cells = cells if intact.mean() > blocked.mean() else negative_flag(cells)
    flag = _few(join_flags(cells, _rho_flag(matched)), matched.rho)
    return {**_columns("slope", "slope_low", "slope_high", "slope_interval", found), "flag": flag}


def _columns(estimate: str, low: str, high: str, interval: str, found: FiellerSet) -> dict[str, Any]:
    """A set as four columns."""
    return {
        estimate: float(found.estimate),
        low: float(found.low),
        high: float(found.high),
        interval: str(found.kind),
    }


def _few(flag: str, rho: Rho) -> str:
    """Flags with `few_donors` where rho has one."""
    return join_flags(flag, "few_donors" if len(rho.donors) < 2 else "")


def _with_column(shares: pd.DataFrame, residuals: Iterable[Residual]) -> pd.DataFrame:
    """SHARES with the rho of each row's block and question; NaN where it is not known or only a bound."""
    known = {
        (r.arms.name, *r.arms.question): (float(r.rho.found.estimate), _block_flag(r.rho))
        for r in residuals
        if not r.rho.is_bound
    }
    asked = zip(*(shares[c] for c in ("block", "step", "mg_reference_mM", "mg_raised_mM", "day")), strict=True)
    found = [known.get(key, (np.nan, "")) for key in asked]
    value = np.array([rho for rho, _ in found], dtype=float)
    told = zip(shares["share"], shares["flag"], found, strict=True)
    flag = [join_flags(own, "" if (share, more) == _NO_MATTER else more) for share, own, (_, more) in told]
    return shares.assign(rho=value, flag=pd.Series(flag, index=shares.index, dtype="str"))


def _block_flag(rho: Rho) -> str:
    """What rho tells of the block in the rows of its shares; where it is from matters only to the corrected one."""
    return "entry_not_blocked" if rho.not_blocked else ""


def _behind(shares: pd.DataFrame, corrected: pd.DataFrame) -> pd.DataFrame:
    """Shares with each corrected row behind the others of its readout, block and question."""
    both = pd.concat([shares, corrected], ignore_index=True)
    group = both.groupby(["readout", *_ROWS], sort=False, dropna=False).ngroup().to_numpy()
    return both.iloc[np.argsort(group, kind="stable")].reset_index(drop=True)


def _tell(residuals: Iterable[Residual], problems: Problems) -> None:
    """One problem per block and kind, naming the readouts and questions."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    for r in residuals:
        for code, what in _worries(r):
            seen.setdefault((code, r.arms.name, r.rho.source), []).append(f"{what}{_asked(r.arms)}")
    for (code, block, source), cases in seen.items():
        problems.add(code, place=block, seen=listed(cases, mark="; "), block=block, source=_CALLED[source])


def _worries(residual: Residual) -> Iterator[tuple[str, str]]:
    """Codes of what weakens or prevents a correction, each with what it concerns ("" or readouts)."""
    rho = residual.rho
    corrected = {m.readout for m in residual.matched if m.rho.told}
    beside = {m.readout for m in residual.matched}
    few = [r for r in residual.mineral if rho.told and r not in beside]
    left = [r for r in residual.mineral if r not in corrected and r not in few]
    if rho.is_bound:
        yield "MG642", ""
    for code, readouts in (("MG640", left), ("MG647", few)):
        if readouts and not rho.is_bound:
            yield code, f"{listed(readouts)}, "
    if corrected and not rho.below(WARN_ABOVE_RHO):
        yield "MG641", ""
    rise = np.sign(residual.arms.mg_raised_mM - residual.arms.mg_reference_mM)  # a further level may lie below
    if residual.arms.step == "Mg" and rho.measured and donor_estimate(rise * rho.steps[0]).limits()[1] < 0:
        yield "MG643", ""


def _asked(arms: Arms) -> str:
    """A question in a message: the step, its levels, and the day where there are several."""
    levels = f"{arms.mg_reference_mM:g} to {arms.mg_raised_mM:g} mM Mg"
    step = levels if arms.step == "Mg" else f"{arms.step} at {arms.mg_reference_mM:g} mM Mg"
    return f"{step}, day {arms.day}" if arms.day else step
