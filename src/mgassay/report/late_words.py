"""Mg2+ raised late in words: what a check `late_mg` asked, and what came out of it, for sentences and cells alike."""

from collections.abc import Mapping

from mgassay.report.rows import Row, is_missing, lies_below

_SUBJECT, _PART = "mg_from_day ", ", of total"
# What came out, in a sentence and in a cell of a table.
TOLD: Mapping[str, tuple[str, str]] = {
    "lowers": ("still lowers mineral", "yes"),
    "little": ("still lowers mineral, but by less than the declared margin", "yes, but by less than the margin"),
    "nothing": ("lowers mineral by less than the declared margin, if at all", "no, or by less than the margin"),
    "raises": ("raises mineral", "no: it raises mineral"),
    "open": ("is not shown to lower mineral, nor to do less than the declared margin", "undecided"),
}


def late_day(subject: str) -> str:
    """From which day Mg was raised, as the subject of a check says it.

    >>> late_day("mg_from_day 7, of total"), late_day("mg_from_day 3.5")
    ('7', '3.5')
    """
    return subject.removesuffix(_PART).removeprefix(_SUBJECT)


def is_part(subject: str) -> bool:
    """Whether a check asks how much of the protection late Mg is, and not what it does."""
    return subject.endswith(_PART)


def late_outcome(row: Row) -> str:
    """What late Mg does, a key of TOLD, from its row of CHECKS: `passed`, and its interval against 0 and the margin."""
    if is_missing(row["passed"]):
        return "open"
    if row["passed"]:
        return "little" if lies_below(row, row["bound_high"]) else "lowers"
    return "raises" if lies_below(row, 0) else "nothing"
