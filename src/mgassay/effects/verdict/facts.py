"""Tables -> the facts that the grade is made of, each with the row that it was read from.

Only rows of the declared question count (the Mg step between its two levels, the primary day), on the log scale and by
donors. `value` is true, false, or empty where there is nothing to judge by.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.design import Arms, primary_rows
from mgassay.effects.estimators.bounds import excludes_zero, is_censored
from mgassay.effects.means.panels import MINERAL_READOUTS, Panel, panels_from_means
from mgassay.effects.verdict.address import FALSIFICATION, key_of
from mgassay.effects.verdict.cell_facts import rho_facts, viability_fact
from mgassay.effects.verdict.grade import is_resolved
from mgassay.experiment import Experiment

Key = tuple[str, ...]
Row = Mapping[Any, Any]
Fact = dict[str, Any]
_LIVE = ("total", "blocked", "interaction", "block_main")  # contrasts of the live arms
_ON_LIVE = ("intracellular", "extracellular")  # shares that rest on live arms alone
_ON_ACELLULAR = ("passive", "surface")


@dataclass(frozen=True)
class Results:
    """The rows that facts are read from, by the keys they are read with."""

    effects: Mapping[Key, Row]  # (readout, block, contrast), donor_t, log
    shares: Mapping[Key, Row]  # (readout, block, share), fieller_donor, log
    checks: Mapping[Key, Row]  # (readout, block, check, subject)
    panels: Mapping[str, Panel]


def results_of(
    experiment: Experiment, means: pd.DataFrame, effects: pd.DataFrame, shares: pd.DataFrame, checks: pd.DataFrame
) -> Results:
    """Tables as dictionaries; of EFFECTS and SHARES only the rows that a grade may rest on."""
    asked, divided = primary_rows(experiment, effects), primary_rows(experiment, shares)
    by_donor = asked[(asked["scale"] == "log") & (asked["method"] == "donor_t")]
    sets = divided[(divided["scale"] == "log") & (divided["method"] == "fieller_donor")]
    made = (by_donor.to_dict("records"), sets.to_dict("records"), checks.to_dict("records"))
    return results_of_rows({panel.readout: panel for panel in panels_from_means(means)}, *made)


def results_of_rows(
    panels: Mapping[str, Panel], effects: Iterable[Row], shares: Iterable[Row], checks: Iterable[Row]
) -> Results:
    """Results of rows that a grade may rest on."""
    return Results(
        effects=_by_key(effects, ("readout", "block", "contrast")),
        shares=_by_key(shares, ("readout", "block", "share")),
        checks=_by_key(checks, ("readout", "block", "check", "subject")),
        panels=panels,
    )


def _by_key(rows: Iterable[Row], columns: Sequence[str]) -> dict[Key, Row]:
    """Rows by the text of these columns."""
    return {tuple(str(row[c]) for c in columns): row for row in rows}


def facts_from_results(results: Results, all_arms: Sequence[Arms]) -> pd.DataFrame:
    """FACTS of every mineral readout whose T could be computed under any block, and every block.

    Column `key` is the key of the row of `table`; of means.csv, whose rows are single donors, the part that they share.
    """
    rows: list[dict[str, Any]] = []
    for readout in MINERAL_READOUTS:
        if any((readout, arms.name, "total") in results.effects for arms in all_arms):
            alone = {arms.name: dict(_facts_alone(results, readout, arms)) for arms in all_arms}
            for arms in all_arms:
                facts = {**alone[arms.name], "second_block_agrees": _second_agrees(results, readout, arms, alone)}
                rows += [{"readout": readout, "block": arms.name, "fact": name, **f} for name, f in facts.items()]
    return tables.FACTS.frame(rows)


def fact(value: bool | None, table: str = "", row: Row | None = None) -> Fact:
    """The columns of one fact; its row's key and flags; without a row it was read from nowhere."""
    if row is None:
        return {"value": value, "table": "", "key": "", "flag": ""}
    return {"value": value, "table": f"{table}.csv", "key": key_of(table, row), "flag": str(row["flag"])}


def _facts_alone(results: Results, readout: str, arms: Arms) -> Iterator[tuple[str, Fact]]:
    """The facts of one readout and block that need no other block."""
    effects = {c: results.effects.get((readout, arms.name, c)) for c in _LIVE}
    live = [row for row in effects.values() if row is not None]
    equivalent = results.checks.get((readout, arms.name, "equivalence", "interaction"))
    scale = results.checks.get((readout, arms.name, "scale", "log"))
    lifeless = results.effects.get((readout, "", "acellular"))
    yield "total_excludes_zero", _judged("effects", effects["total"], _excludes_zero)
    yield "share_identifiable", _identifiable(results, readout, arms.name, _is_usable(lifeless))
    for flag in ("floor", "above_curve", "no_background"):
        yield flag, _flagged(live, flag)
    yield "viability_changed", viability_fact(results.panels, arms)
    yield "block_main_exceeds_total", _main_exceeds(effects["block_main"], effects["total"])
    yield "blocked_run", fact(effects["interaction"] is not None, "effects", effects["interaction"])
    yield "sirna", _declared(arms, bool(arms.block and arms.block.is_sirna))
    yield "selective", _declared(arms, bool(arms.block and arms.block.selective))
    yield "unspecific_block", _unspecific(results, readout, arms.name)
    yield "interaction_excludes_zero", _judged("effects", effects["interaction"], _excludes_zero)
    yield "interaction_equivalent_to_zero", _judged("checks", equivalent, _passed)
    yield from rho_facts(results.panels, arms)
    yield "acellular", _judged("effects", lifeless, _is_usable)
    yield "scale_robust", _judged("checks", scale, _passed)


def _judged(table: str, row: Row | None, judge: Callable[[Row], bool | None]) -> Fact:
    """A fact that one row tells; empty without the row."""
    return fact(None if row is None else judge(row), table, row)


def _excludes_zero(row: Row) -> bool:
    """Whether an effect is shown to differ from 0."""
    return excludes_zero(row["ci_low"], row["ci_high"], str(row["flag"]))


def _passed(row: Row) -> bool | None:
    """Whether a check passed; None where it is undecided."""
    return None if pd.isna(row["passed"]) else bool(row["passed"])


def _is_usable(row: Row | None) -> bool:
    """Whether an acellular effect has an interval and no bound in it."""
    return row is not None and bool(row["n_donors"] > 1) and not is_censored(str(row["flag"]))


def _flagged(rows: Sequence[Row], flag: str) -> Fact:
    """Whether any effect of the live arms carries a flag, and which."""
    found = next((row for row in rows if flag in str(row["flag"]).split(";")), None)
    return fact(found is not None if rows else None, "effects", found if found is not None else next(iter(rows), None))


def _identifiable(results: Results, readout: str, block: str, acellular: bool) -> Fact:
    """Whether every share is identifiable that rests on live arms, or on an acellular arm of use.

    One acellular run, or an acellular arm of bounds, leaves passive and surface open; what T and B tell is told all the
    same, or else an arm that was added would take an answer away. The row is that of the first share that is not
    identifiable, else that of the first.
    """
    asked = (*_ON_LIVE, *(_ON_ACELLULAR if acellular else ()))
    found = [row for share in asked if (row := results.shares.get((readout, block, share))) is not None]
    if not any(row["share"] in _ON_LIVE for row in found):
        return fact(None)
    told = [bool(row["identifiable"]) for row in found]
    return fact(all(told), "shares", found[told.index(False) if not all(told) else 0])


def _main_exceeds(main: Row | None, total: Row | None) -> Fact:
    """Whether the block's own effect is larger than T, whatever its sign."""
    if main is None or total is None:
        return fact(None)
    return fact(bool(abs(main["estimate"]) > abs(total["estimate"])), "effects", main)


def _declared(arms: Arms, value: bool) -> Fact:
    """A fact of the block itself, read from the condition that holds it (conditions.csv); empty without a block."""
    if arms.block is None:
        return fact(None)
    return {"value": value, "table": "conditions.csv", "key": arms.blocked_raised or arms.blocked_reference, "flag": ""}


def _unspecific(results: Results, readout: str, block: str) -> Fact:
    """Whether the block was shown to change what a comparator does; empty where none was run under it."""
    rows = [
        row
        for (r, b, check, subject), row in results.checks.items()
        if (r, b, check) == (readout, block, "equivalence") and subject.startswith(FALSIFICATION)
    ]
    found = next((row for row in rows if "unspecific_block" in str(row["flag"]).split(";")), None)
    return fact(found is not None if rows else None, "checks", found if found is not None else next(iter(rows), None))


def _second_agrees(results: Results, readout: str, arms: Arms, alone: Mapping[str, Mapping[str, Fact]]) -> Fact:
    """Whether another block is resolved too and the two T - B agree; one of the two has to be siRNA.

    Empty where no other block was compared. The row is that of the block that agrees, else of the first compared.
    """
    rows = {
        other: row
        for other in alone
        for one, two in ((arms.name, other), (other, arms.name))
        if (row := results.checks.get((readout, one, "agreement", two))) is not None
    }
    if not rows:
        return fact(None)
    agreeing = [other for other, row in rows.items() if _passed(row) and _counts(alone[arms.name], alone[other])]
    return fact(bool(agreeing), "checks", rows[agreeing[0]] if agreeing else next(iter(rows.values())))


def _counts(own: Mapping[str, Fact], other: Mapping[str, Fact]) -> bool:
    """Whether another block counts as a second one: resolved by itself, and one of the two siRNA."""
    held = {name for name, told in other.items() if told["value"]}
    return is_resolved(held) and bool(own["sirna"]["value"] or other["sirna"]["value"])
