"""The verdict in sentences, each resting on one row of one table.

The effects room decides the facts (grade, identifiable, missing); here they are only rounded and worded. Estimates are
never printed without their interval, and n always counts donors.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mgassay.effects.means.panels import is_open
from mgassay.experiment import Experiment
from mgassay.report import labels
from mgassay.report.genes import gene_sentences
from mgassay.report.numbers import NO_BREAK, count, decimal, interval, level, p_value, percent, with_interval
from mgassay.report.rows import Row, Tables, excludes_zero, is_missing, key_of, n_donors, tables_of

Sentence = dict[str, str]

CHECKS_TOLD = ("agreement", "equivalence", "match")
# Question -> table and part of the key of the sentences that answer it; the first that fits counts.
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "What raising Mg²⁺ did": ("effects.csv", "|total|"),
    "How that effect divides": ("shares.csv", ""),
    "What the shares are made of": ("effects.csv", ""),
    "Whether it holds": ("checks.csv", ""),
    "Genes": ("genes.csv", ""),
}
SHARE_ORDER = ("intracellular_corrected", "intracellular", "surface", "passive", "extracellular")


def sentences(verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], experiment: Experiment) -> list[Sentence]:
    """The verdict's sentences: `text`, the `table` (file name) and the `key` of the row that its numbers come from.

    `tables` are result tables by name; those not given count as empty. Empty when the verdict names no readout.
    """
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    if not readout:
        return []
    held = tables_of(experiment, tables)
    return [
        *_effect_sentences(held, readout, block),
        *_share_sentences(held, readout, block),
        *_block_sentences(held, readout, block),
        *_knock_down_sentences(held, block),
        *_check_sentences(held, readout, block),
        *gene_sentences(held, readout),
    ]


def by_question(told: Sequence[Sentence]) -> dict[str, list[Sentence]]:
    """The sentences under the question that each answers, in the order in which a reader asks."""
    asked: dict[str, list[Sentence]] = {question: [] for question in QUESTIONS}
    for one in told:
        fits = (q for q, (table, part) in QUESTIONS.items() if one["table"] == table and part in one["key"])
        asked[next(fits)].append(one)
    return {question: found for question, found in asked.items() if found}


def sentence(text: str, table: str, row: Row) -> Sentence:
    """A sentence and the address of the row that it rests on."""
    return {"text": text, "table": f"{table}.csv", "key": key_of(table, row)}


def effect_row(tables: Tables, contrast: str, readout: str, block: str, *, scale: str = "log") -> Row | None:
    """The row a contrast is quoted from: the default method, and the block's own (its T has its own control)."""
    equal = {"contrast": contrast, "readout": readout, "block": block, "scale": scale}
    return next((r for r in tables.primary("effects", **equal) if r["method"] in ("donor_t", "welch")), None)


def share_row(tables: Tables, share: str, readout: str, block: str, *, scale: str = "log") -> Row | None:
    """The row a share is quoted from, by Fieller on donors."""
    return tables.first("shares", share=share, readout=readout, block=block, scale=scale, method="fieller_donor")


def _evidence(row: Row, *, unit: str = "donor") -> str:
    """The estimate's interval, p and n, as they follow the letter of an effect; a bound is called one."""
    parts = [with_interval(row["estimate"], row["ci_low"], row["ci_high"]), p_value(row["p"])]
    return ", ".join([p for p in parts if p] + [f"n = {count(n_donors(row), unit)}"]) + _bound_text(row)


def _bound_text(row: Row) -> str:
    """That an estimate is a bound, or made of bounds that pull it both ways; "" for one made of values alone."""
    if is_open(row["flag"]):
        return " (made of bounds: the truth may lie on either side)"
    told = {"lower_bound": " (a lower bound)", "upper_bound": " (an upper bound)"}
    return next((told[f] for f in row["flag"].split(";") if f in told), "")


def _direction(row: Row, thing: str) -> str:
    """What a step did to a readout, claimed only where the interval leaves out 0."""
    if is_missing(row["ci_low"]) or is_open(row["flag"]):
        return f"was not shown to change {thing}"
    if not excludes_zero(row):
        return f"had no clear effect on {thing}"
    return f"lowered {thing}" if row["estimate"] > 0 else f"raised {thing}"


def _effect_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """T in words, as percent, then B, A and T − B."""
    thing = labels.readout(readout)
    step = f"{level(tables.mg_reference_mM)} to {level(tables.mg_raised_mM)} mM"
    if total := effect_row(tables, "total", readout, block):
        yield sentence(
            f"Raising Mg²⁺ from {step} with entry intact {_direction(total, thing)}: T = {_evidence(total)}.",
            "effects",
            total,
        )
    if additive := effect_row(tables, "total", readout, block, scale="additive"):
        yield sentence(
            f"That is {_percent_with_interval(additive)} inhibition{_bound_text(additive)}, "
            "averaged over the donors' own percentages.",
            "effects",
            additive,
        )
    if blocked := effect_row(tables, "blocked", readout, block):
        yield sentence(
            f"With entry blocked ({labels.block(block)}) the same step {_direction(blocked, thing)}: "
            f"B = {_evidence(blocked)}.",
            "effects",
            blocked,
        )
    if acellular := effect_row(tables, "acellular", readout, ""):
        yield sentence(
            f"Without cells it {_direction(acellular, thing)}: A = {_evidence(acellular, unit='run')}.",
            "effects",
            acellular,
        )
    if lost := effect_row(tables, "interaction", readout, block):
        yield sentence(f"{_interaction_claim(lost, total)}: T − B = {_evidence(lost)}.", "effects", lost)


def _interaction_claim(row: Row, total: Row | None) -> str:
    """What T − B shows about entry, never more than its interval does; larger or smaller is meant by the sign of T."""
    if not excludes_zero(row) or is_open(row["flag"]):
        return "Whether the effect depends on Mg²⁺ entry is not settled"
    if total is None or not excludes_zero(total):
        return "The step did not do the same with entry intact and with entry blocked"
    same_way = (row["estimate"] > 0) == (total["estimate"] > 0)
    return "Part of the effect depends on Mg²⁺ entry" if same_way else "Blocking entry made the effect of Mg²⁺ larger"


def _percent_with_interval(row: Row) -> str:
    """A proportion and its interval in percent."""
    return with_interval(row["estimate"], row["ci_low"], row["ci_high"], percent)


def share_interval(row: Row) -> str:
    """A share's confidence set in words: bounded, two rays, or everything."""
    if row["interval"] == "bounded":
        return interval(row["ci_low"], row["ci_high"], percent)
    if row["interval"] == "two_rays":
        return f"≤ {percent(row['ci_low'])} or ≥ {percent(row['ci_high'])}"
    return "any value"


def allowed_values(row: Row) -> str:
    """What the data allow of a share that is not identifiable; bounds in place of values allow anything."""
    return "any value" if is_open(row["flag"]) else share_interval(row)


def is_identifiable(row: Row) -> bool:
    """Whether the share may be quoted: its set is bounded."""
    return not is_missing(row["identifiable"]) and bool(row["identifiable"])


def _share_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """Each share of T on the log scale, then the intracellular one as percent inhibition."""
    for name in SHARE_ORDER:
        if row := share_row(tables, name, readout, block):
            n = effect_row(tables, "interaction", readout, block) or effect_row(tables, "total", readout, block)
            yield sentence(_share_text(row, n), "shares", row)
    if (row := share_row(tables, "intracellular", readout, block, scale="additive")) and is_identifiable(row):
        yield sentence(
            f"Counted as percent inhibition instead of on the log scale, the intracellular share is "
            f"{percent(row['estimate'])} {share_interval(row)}{_bound_text(row)}.",
            "shares",
            row,
        )


def _share_text(row: Row, counted: Row | None) -> str:
    """One share with its interval, or that this experiment does not tell it."""
    name, donors = (
        labels.capital(labels.share(row["share"])),
        "" if counted is None else f", n = {count(n_donors(counted), 'donor')}",
    )
    if not is_identifiable(row):
        return (
            f"{name}: not identifiable from this experiment "
            f"(the data allow {allowed_values(row)}{donors}); {_why_not(row)}."
        )
    left = "" if is_missing(row["rho"]) else f", with {percent(row['rho'])} of entry left under block"
    beyond = row["ci_high"] < 0 or row["ci_low"] > 1
    outside = "; outside 0 to 100 %, so the parts oppose each other" if beyond else ""
    bound = _bound_text(row)
    return (
        f"{name}: {percent(row['estimate'])} {share_interval(row)} of the total effect{left}{donors}{bound}{outside}."
    )


def _why_not(row: Row) -> str:
    """Why a share is not identifiable, and what would make it so."""
    if "few_donors" in row["flag"].split(";"):
        return "an interval takes two donors (or runs) or more"
    if is_open(row["flag"]):
        return "bounds stand for values in it: arms above the detection limit and within the curve would tell"
    return "T is too close to 0 for its spread: more donors or a larger effect of Mg²⁺ would tell"


def _block_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """What the block does by itself, at reference Mg."""
    if row := effect_row(tables, "block_main", readout, block):
        thing = labels.readout(readout)
        told = _direction({**row, "estimate": -row["estimate"]}, thing)  # > 0 is more here
        yield sentence(
            f"{labels.block(block)} by itself, at {level(tables.mg_reference_mM)} mM Mg²⁺, {told}: "
            f"{_evidence(row)} (log scale, > 0 is more).",
            "effects",
            row,
        )


def _knock_down_sentences(tables: Tables, block: str) -> Iterator[Sentence]:
    """What the block left of TRPM7 mRNA at reference Mg, where that was measured."""
    if row := effect_row(tables, "block_main", "gene:TRPM7", block):
        left = with_interval(math.exp(row["estimate"]), math.exp(row["ci_low"]), math.exp(row["ci_high"]), percent)
        told = "lowered TRPM7 mRNA to" if row["ci_high"] < 0 else "left TRPM7 mRNA at"
        counted = ", ".join(p for p in (p_value(row["p"]), f"n = {count(n_donors(row), 'donor')}") if p)
        yield sentence(f"{labels.block(block)} {told} {left} of its control, {counted}.", "effects", row)


def _check_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """Agreement of two blocks and proofs of no effect, with the bounds declared beforehand."""
    for row in tables.rows("checks", readout=readout):
        concerns = row["block"] in ("", block) or row["subject"] == block
        # That an effect which excludes 0 is not equivalent to 0 goes without saying.
        plain = row["check"] == "equivalence" and not row["passed"] and excludes_zero(row)
        if row["check"] in CHECKS_TOLD and concerns and not is_missing(row["passed"]) and not plain:
            yield sentence(_check_text(row), "checks", row)


def _check_text(row: Row) -> str:
    """One check with its 90 % interval (two one-sided tests at 5 %) and the bounds declared beforehand."""
    found = f"{with_interval(row['estimate'], row['ci_low'], row['ci_high'])} (90{NO_BREAK}% interval)"
    bounds = f"declared bounds {decimal(row['bound_low'])} to {decimal(row['bound_high'])} on the log scale"
    subject, passed = row["subject"], bool(row["passed"])
    if row["check"] == "agreement":
        told = "agree" if passed else "are not shown to agree"
        return f"{row['block']} and {subject} {told}: difference of their T − B {found}, {bounds}."
    if row["check"] == "match":
        told = (
            "left as much mineral as raised Mg²⁺" if passed else "is not shown to leave as much mineral as raised Mg²⁺"
        )
        return f"The comparator {subject} {told}: {found}, {bounds}."
    told = "is as good as absent" if passed else "is neither shown nor shown to be absent"
    return f"{labels.contrast(subject)}, {told}: {found}, {bounds}."
