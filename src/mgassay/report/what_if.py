"""What would change the verdict, as a table: each donor, block, scale, readout or arm changed alone."""

from collections.abc import Mapping
from typing import Any

from mgassay.report import labels
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
    "side": "the side of half",
}


def what_if_pieces(verdict: Mapping[str, Any]) -> list[object]:
    """The listing with a line above that says how much of it changes the verdict; empty where nothing was asked."""
    rows = verdict.get("what_if") or ()
    if not rows:
        return []
    changing = sum(bool(row["changes"]) for row in rows)
    told = "None of these changes" if not changing else f"{changing} of these {len(rows)} would change"
    return [
        Prose(f"{told} the verdict: its grade, whether it can be told, or the side of one half."),
        _listing(verdict),
    ]


def _listing(verdict: Mapping[str, Any]) -> Listing:
    """One line for the verdict as it stands, then one for each change."""
    heads = ("if", "grade", "share can be told", "intracellular share, by its interval", "changes")
    first = ("as it stands", *_told(verdict), "")
    rows = [
        (_case(row), *_told(row), ", ".join(CHANGED.get(c, c) for c in row["changes"]) or "nothing")
        for row in verdict["what_if"]
    ]
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
