"""Would the answer be another? Every check of checks.csv in words: what was asked, what came out, whether it held."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mgassay.effects.estimators.bounds import is_open, side_of
from mgassay.effects.verdict.address import FALSIFICATION
from mgassay.effects.verdict.refits import HALF
from mgassay.report import labels
from mgassay.report.check_words import OPEN, TURNED, UNTOLD, conclusion_without, with_test
from mgassay.report.late_words import TOLD, is_part, late_day, late_outcome
from mgassay.report.numbers import NOTHING, count, decimal, percent
from mgassay.report.pieces import Folded, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing
from mgassay.report.words import estimate_text, share_of_check

MARGINS = (
    "Each line changes one thing and asks whether the answer stays. Absence, agreement and match are two one-sided "
    "tests (90 % intervals) against margins that were declared before. Without a donor the intracellular share says "
    "the same where it is still told, on the same side of 0 and of one half; other shares are held against the "
    "interval that they had before. “Undecided”: the data allow both answers. An effect that is present has passed or "
    "failed nothing."
)
SHARES = ("scale", "leave_one_out", "without_flagged", "acellular_variant")  # checks whose estimate is a share
# Passed, failed, undecided in words, where they are more than yes and no.
ANSWERS: Mapping[str, tuple[str, str, str]] = {
    "agreement": ("they agree", "they are not shown to agree", "undecided"),
    "equivalence": ("as good as absent", "not shown to be absent", "undecided"),
    "falsification": ("it does the same", "not shown to do the same", "undecided"),
    "without_flagged": ("it stays", "it moves out of the interval", "undecided"),
    "acellular_variant": ("it stays", "it moves out of the interval", "undecided"),
    "match": ("the same mineral", "not shown to be the same", "undecided"),
    "late_mg": ("yes", "no", "undecided"),
}


def _asked_of_equivalence(subject: str, block: str) -> str:
    """An effect that may be absent, or a comparator that a block should not change."""
    if subject.startswith(FALSIFICATION):
        return f"Does {subject.removeprefix(FALSIFICATION)} do the same under {block}? It needs no Mg²⁺ entry."
    return f"Is {labels.contrast(subject)}, absent?"


def _asked_of_late(subject: str, block: str) -> str:
    """Late Mg: its effect, or the part of the protection that this is."""
    if is_part(subject):
        return f"Is more than half of the protection left when Mg²⁺ is raised from day {late_day(subject)}?"
    return f"Does Mg²⁺ raised from day {late_day(subject)} still stop mineral?"


ASKED: Mapping[str, Callable[[str, str], str]] = {
    "agreement": lambda subject, block: f"Do {block} and {subject} stop the same part (T − B)?",
    "equivalence": _asked_of_equivalence,
    "leave_one_out": lambda subject, block: f"Does the intracellular share say the same without donor {subject}?",
    "without_flagged": lambda subject, block: (
        f"Is the intracellular share the same without the flagged wells ({labels.flags(subject)})?"
    ),
    "acellular_variant": lambda subject, block: f"Is the passive share the same with {labels.lifeless(subject)}?",
    "scale": lambda subject, block: f"On which side of one half is the intracellular share, {_scale(subject)}?",
    "match": lambda subject, block: f"Does {subject} leave as much mineral as raised Mg²⁺?",
    "late_mg": _asked_of_late,
}


def _scale(name: str) -> str:
    """A scale."""
    return {"log": "in natural logarithms", "additive": "counted as percent inhibition"}.get(name, name)


def sensitivity_pieces(tables: Tables, verdict: Mapping[str, Any]) -> list[object]:
    """Checks of the readout that the verdict rests on as a table, those of the others to open; empty without any."""
    readout = str(verdict.get("readout") or "")
    readouts = dict.fromkeys(tables["checks"]["readout"])
    by_readout = {r: with_test(tables, tables.rows("checks", readout=r)) for r in readouts}
    if not by_readout:
        return []
    block = str(verdict.get("block") or "")
    own = sorted(by_readout.pop(readout, []), key=lambda r: r["block"] != block)
    return [
        Prose(MARGINS, "quiet"),
        *([check_listing(readout, own)] if own else []),
        *(Folded(check_listing(r, rows)) for r, rows in by_readout.items()),
    ]


def check_listing(readout: str, rows: Sequence[Row]) -> Listing:
    """Checks of one readout, each with its test beside it (`with_test`): the donors that a decision would take."""
    heads = ("block", "asked", "answer", "found", "bounds", "holds", "remarks")
    body = [
        (
            labels.block(r["block"]) if r["block"] or r["check"] == "late_mg" else "",
            asked(r),
            answer(r),
            found(r),
            bounds(r),
            _holds(r),
            "; ".join(t for t in (_donors_needed(r), labels.flags(r["flag"])) if t),
        )
        for r in rows
    ]
    return listing_of(f"Checks: {labels.readout(readout)}", heads, body, numeric=heads[3:5])


def asked(row: Row) -> str:
    """What a check asks, in words; the name of a check that is not known here."""
    known = ASKED.get(row["check"])
    return known(row["subject"], row["block"]) if known else f"{row['check'].replace('_', ' ')}: {row['subject']}"


def answer(row: Row) -> str:
    """What came out, in words, of a check with its test beside it (`with_test`)."""
    if row["check"] == "late_mg" and not is_part(row["subject"]):
        return TOLD[late_outcome(row)][1]
    kind = _kind(row)
    if kind == "leave_one_out":
        return f"the conclusion {conclusion_without(row)}" if conclusion_without(row) else "undecided"
    if kind == "scale":
        return _scale_answer(row)
    yes, no, open_ = ANSWERS.get(kind, ("yes", "no", "undecided"))
    if kind == "equivalence" and row["differs"] and row["passed"]:
        return "it differs from 0, but by less than the margin"
    if kind == "equivalence" and row["outcome"] == "different":
        return "present: it differs from 0"
    return open_ if is_missing(row["passed"]) else yes if row["passed"] else no


def _kind(row: Row) -> str:
    """The check, or that it is one of what needs no Mg2+."""
    return "falsification" if row["subject"].startswith(FALSIFICATION) else str(row["check"])


def _scale_answer(row: Row) -> str:
    """On which side of one half the interval on this scale lies, and whether the estimate on the other lies there too.

    Two intervals that both hold one half disagree about nothing, though their estimates may lie on either side of it.
    """
    if is_missing(row["ci_low"]) or is_missing(row["ci_high"]) or is_open(row["flag"]):
        return "undecided: not told"
    side = side_of(row["ci_low"], row["ci_high"], str(row["flag"]), HALF)
    told = {1: "above", -1: "below"}.get(side, "not settled: the interval holds one half")
    if is_missing(row["passed"]):
        return f"{told}; undecided on the other scale" if side else "undecided: the interval holds one half"
    return f"{told}; the other estimate lies on {'the same' if row['passed'] else 'the other'} side"


def _holds(row: Row) -> str:
    """Whether what a check asks for holds; a dash where it asks what is there, and either answer is as good."""
    kind = _kind(row)
    if kind == "equivalence":
        return NOTHING
    if kind == "leave_one_out" and not is_missing(row["passed"]) and not row["passed"]:
        return {OPEN: "no longer settled", TURNED: "reversed", UNTOLD: "no longer told"}.get(
            conclusion_without(row), "settled only so"
        )
    return "undecided" if is_missing(row["passed"]) else "yes" if row["passed"] else "no"


def is_share(row: Row) -> bool:
    """Whether a check's estimate is a share, printed in percent."""
    return row["check"] in SHARES or is_part(row["subject"])


def found(row: Row) -> str:
    """The estimate with its interval; a share without a bounded set is no result and is not printed as one."""
    return share_of_check(row) if is_share(row) else estimate_text(row)


def bounds(row: Row) -> str:
    """What the estimate or its interval is held against."""
    if is_missing(row["bound_low"]) or is_missing(row["bound_high"]):
        return NOTHING
    word = percent if is_share(row) else decimal
    if row["bound_low"] == row["bound_high"]:
        return word(row["bound_low"])
    return f"{word(row['bound_low'])} to {word(row['bound_high'])}"


def _donors_needed(row: Row) -> str:
    """The donors that a decision would take, where the data do not give one."""
    if row["outcome"] != "inconclusive" or is_missing(row["donors_needed"]):
        return ""
    return f"{count(int(row['donors_needed']), 'donor')} would tell"
