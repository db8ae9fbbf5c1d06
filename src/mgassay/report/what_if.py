"""What would change the verdict, as a table: each donor, block, scale, readout or arm changed alone."""

from collections.abc import Mapping
from typing import Any

from mgassay.report import labels
from mgassay.report.numbers import count
from mgassay.report.pieces import Listing, Prose, listing_of

SIDES: Mapping[str, str] = {
    "more_than_half": "more than half",
    "less_than_half": "less than half",
    "unsettled": "not settled which side of half",
    "": "not told",
}
CHANGED: Mapping[str, str] = {
    "grade": "the grade",
    "identifiable": "whether it can be told",
}
NOTHING_CHANGED = "nothing"
ASKED = "its grade, whether the share can be told, or on which side of one half its interval lies"


def what_if_line(verdict: Mapping[str, Any]) -> str:
    """Under which single changes the verdict stays, and what of it becomes another under which; "" where none was made.

    Every line of the listing is named once.
    """
    rows = verdict.get("what_if") or ()
    if not rows:
        return ""
    cases: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda r: len(r["changes"])):
        cases.setdefault(_changed(verdict, row), []).append(_case(row))
    changing = sum(bool(row["changes"]) for row in rows)
    told = "None" if not changing else str(changing)
    of = f"{told} of {count(len(rows), 'single change')} would change the verdict: {ASKED}."
    return " ".join([of, *(f"{_head(changed)}: {'; '.join(names)}." for changed, names in cases.items())])


def _changed(verdict: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """What one change makes another, in words; "nothing" where the verdict stays."""
    told = [CHANGED.get(c, c) for c in row["changes"] if c != "side" or row["side"]]  # a share not told has no side
    side = _side_change(str(verdict.get("side") or ""), str(row["side"]))
    return ", ".join(side if c == "side" else c for c in told) or NOTHING_CHANGED


def _side_change(before: str, after: str) -> str:
    """How the side of one half is another: turned, no longer settled, or settled only so."""
    if after == "unsettled":
        return "no longer settled which side of half" if before else SIDES[after]
    return f"{SIDES.get(after, after)} instead of {SIDES.get(before, before)}" if before else SIDES.get(after, after)


def _head(changed: str) -> str:
    """What stands before the cases that make the same another."""
    return "The verdict stays" if changed == NOTHING_CHANGED else f"Another: {changed}"


def what_if_pieces(verdict: Mapping[str, Any]) -> list[object]:
    """The line, and the listing that it names every case of; empty where nothing was asked."""
    line = what_if_line(verdict)
    return [Prose(line), _listing(verdict)] if line else []


def _listing(verdict: Mapping[str, Any]) -> Listing:
    """One line for the verdict as it stands, then one for each change."""
    heads = ("if", "grade", "share can be told", "intracellular share, by its interval", "changes")
    first = ("as it stands", *_told(verdict), "")
    rows = [(_case(row), *_told(row), _changed(verdict, row)) for row in verdict["what_if"]]
    return listing_of("What would change the verdict", heads, [first, *rows])


def _told(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Grade, whether it can be told, and the side, of the verdict or of one line."""
    side = str(entry.get("side") or "")
    return str(entry["grade"]), "yes" if entry["identifiable"] else "no", SIDES.get(side, side)


def _case(row: Mapping[str, Any]) -> str:
    """What is changed, in words; the check's name where it has none here."""
    subject = str(row["subject"])
    cases = {
        "leave_one_out": f"without donor {subject}",
        "without_flagged": f"without the flagged wells ({labels.flags(subject)})",
        "acellular_variant": f"with the other acellular arm ({labels.lifeless(subject)})",
        "scale": "counted as percent inhibition",
        "agreement": f"by {subject} instead",
        "readout": f"on {labels.readout(subject)} instead",
    }
    return cases.get(row["check"], f"{row['check']}: {subject}".replace("_", " "))
