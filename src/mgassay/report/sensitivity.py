"""Would the answer be another? Every check of checks.csv in words: what was asked, what came out, whether it held."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mgassay.effects.verdict.address import FALSIFICATION
from mgassay.report import labels
from mgassay.report.check_words import with_test
from mgassay.report.late_words import TOLD, is_part, late_day, late_outcome
from mgassay.report.numbers import NOTHING, count, decimal, percent
from mgassay.report.pieces import Folded, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing
from mgassay.report.words import estimate_text, share_of_check

MARGINS = (
    "Each line changes one thing and asks whether the answer stays. Absence, agreement and match are two one-sided "
    "tests (90 % intervals) against margins that were declared before. Without a donor the intracellular share says "
    "the same where it is still told, on the same side of 0 and of one half; other shares are held against the "
    "interval that they had before. “Undecided”: the data allow both answers."
)
SHARES = ("scale", "leave_one_out", "without_flagged", "acellular_variant")  # checks whose estimate is a share
# Passed, failed, undecided in words, where they are more than yes and no.
ANSWERS: Mapping[str, tuple[str, str, str]] = {
    "agreement": ("they agree", "they are not shown to agree", "undecided"),
    "equivalence": ("as good as absent", "not shown to be absent", "undecided"),
    "falsification": ("it does the same", "not shown to do the same", "undecided"),
    "leave_one_out": ("the conclusion stays", "the conclusion is another", "undecided"),
    "without_flagged": ("it stays", "it moves out of the interval", "undecided"),
    "acellular_variant": ("it stays", "it moves out of the interval", "undecided"),
    "scale": ("both scales say the same", "the scales disagree", "undecided: not told on both scales"),
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
    return {"log": "on the log scale", "additive": "counted as percent inhibition"}.get(name, name)


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


# Checks that make the answer again, by what is changed in each.
AGAIN: Mapping[str, str] = {
    "leave_one_out": "without one donor",
    "without_flagged": "without flagged wells",
    "scale": "counted on the other scale",
    "agreement": "by the other block",
    "acellular_variant": "by the other arm without cells",
}


def check_line(tables: Tables, verdict: Mapping[str, Any]) -> str:
    """In a sentence under which changes the verdict's answer stays, and under which not; "" where none was made."""
    equal = {"readout": str(verdict.get("readout") or ""), "block": str(verdict.get("block") or "")}
    found: dict[str, list[str]] = {}
    for check, changed in AGAIN.items():
        rows = tables.rows("checks", check=check, **equal)
        for outcome, names in _outcomes(rows).items():
            of = f" ({', '.join(names)})" if check in ("leave_one_out", "agreement") else ""
            found.setdefault(outcome, []).append(f"{changed}{of}")
    told = [f"{head}: {'; '.join(found[outcome])}." for outcome, head in STAYS.items() if outcome in found]
    return " ".join(told)


STAYS: Mapping[str, str] = {"yes": "The answer stays", "no": "It does not stay", "": "Undecided"}


def _outcomes(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Subjects of some checks by outcome; a check on both scales or of several rows stays only where all rows do."""
    found: dict[str, list[str]] = {}
    for row in rows:
        outcome = "" if is_missing(row["passed"]) else "yes" if row["passed"] else "no"
        found.setdefault(outcome, []).append(row["subject"])
    return found


def check_listing(readout: str, rows: Sequence[Row]) -> Listing:
    """Checks of one readout, each with its test beside it (`with_test`): the donors that a decision would take."""
    heads = ("block", "asked", "answer", "found", "bounds", "passed", "remarks")
    body = [
        (
            labels.block(r["block"]) if r["block"] or r["check"] == "late_mg" else "",
            asked(r),
            answer(r),
            found(r),
            bounds(r),
            "undecided" if is_missing(r["passed"]) else "yes" if r["passed"] else "no",
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
    kind = "falsification" if row["subject"].startswith(FALSIFICATION) else row["check"]
    yes, no, open_ = ANSWERS.get(kind, ("yes", "no", "undecided"))
    if kind == "equivalence" and row["differs"] and row["passed"]:
        return "it differs from 0, but by less than the margin"
    if kind == "equivalence" and row["outcome"] == "different":
        return "present: it differs from 0"
    return open_ if is_missing(row["passed"]) else yes if row["passed"] else no


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
