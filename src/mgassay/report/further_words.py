"""Questions beside the declared one, in sentences: other Mg2+ levels, other harvest days, other steps."""

from collections.abc import Iterator

from mgassay.effects.verdict.address import key_of
from mgassay.report import labels
from mgassay.report.donors_used import donors_of_shares
from mgassay.report.numbers import count, level
from mgassay.report.questions import declared_day, on_day
from mgassay.report.rows import Row, Tables, rows_equal
from mgassay.report.words import (
    Sentence,
    direction,
    donors_of,
    entry_was_blocked,
    evidence,
    interaction_claim,
    sentence,
    share_text,
)

_QUESTION = ("step", "day", "mg_reference_mM", "mg_raised_mM")


def further_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """The dose series with entry intact and under the block, then T, T − B and the share of every other question."""
    effects = rows_equal(tables["effects"], readout=readout, scale="log")
    for row in effects:
        if (row["contrast"], row["method"]) == ("dose", "donor_t") and row["block"] in ("", block):
            yield _dose_sentence(tables, row, readout)
    declared = {key_of("effects", row) for row in tables.primary("effects")}
    asked = [r for r in effects if (r["method"], r["block"]) == ("donor_t", block) and r["contrast"] != "dose"]
    totals = {_question(r): r for r in asked if r["contrast"] == "total" and key_of("effects", r) not in declared}
    parts = {_question(r): r for r in asked if r["contrast"] == "interaction"}
    shares = {_question(r): r for r in rows_equal(tables["shares"], **_share(readout, block))}
    for question, total in totals.items():
        told = f"{_asked(tables, total)} {direction(total, labels.readout(readout))}: {evidence('T', total, fold=True)}"
        yield sentence(f"{told}.", "effects", total)
        if lost := parts.get(question):
            claim = interaction_claim(lost, total, stopped=entry_was_blocked(shares.get(question)))
            yield sentence(
                f"{_place(tables, lost)}: {claim[0].lower()}{claim[1:]}: {evidence('T − B', lost)}.", "effects", lost
            )
    yield from _share_sentences(tables, readout, block, parts)


def _share_sentences(
    tables: Tables, readout: str, block: str, parts: dict[tuple[object, ...], Row]
) -> Iterator[Sentence]:
    """The intracellular share of every question but the declared one; a level of the series has no T − B to count."""
    counted = donors_of_shares(tables, readout, block)
    own = _share(readout, block)
    declared = {key_of("shares", row) for row in tables.primary("shares", **own)}
    for row in rows_equal(tables["shares"], **own):
        if key_of("shares", row) not in declared:
            beside, n = parts.get(_question(row)), counted.get(_question(row))
            donors = f"n = {count(n, 'donor')}" if beside is None and n else donors_of(beside)
            told = share_text(row, donors)
            yield sentence(f"{_place(tables, row)}, intracellular share: {told}.", "shares", row)


def _share(readout: str, block: str) -> dict[str, str]:
    """What the rows hold that the intracellular share of a question is quoted from."""
    quoted = {"share": "intracellular", "scale": "log", "method": "fieller_donor"}
    return {"readout": readout, "block": block, **quoted}


def _question(row: Row) -> tuple[object, ...]:
    """What tells the question of a row from the others."""
    return tuple(row[column] for column in _QUESTION)


def _dose_sentence(tables: Tables, row: Row, readout: str) -> Sentence:
    """One level of a series; its interval and p are those of all levels together."""
    under = f" with entry blocked ({row['block']})" if row["block"] else " with entry intact"
    found = evidence("effect", {**row, "p": row["p_adjusted"]}, over="over levels")
    told = (
        f"Among all levels of Mg²⁺, {_levels(row)}{_day(tables, row)}{under} {direction(row, labels.readout(readout))}"
    )
    return sentence(f"{told}: {found}.", "effects", row)


def _levels(row: Row) -> str:
    """The Mg levels of a question: from one to the other, or the one it was asked at."""
    low, high = level(row["mg_reference_mM"]), level(row["mg_raised_mM"])
    return f"{low} to {high} mM" if low != high else f"at {low} mM Mg²⁺"


def _day(tables: Tables, row: Row) -> str:
    """The day of a question where it is not the declared one."""
    return on_day(row["day"]) if row["day"] != declared_day(tables) else ""


def _asked(tables: Tables, row: Row) -> str:
    """A step as the subject of a sentence."""
    if row["step"] == "Mg":
        return f"Raising Mg²⁺ from {_levels(row)}{_day(tables, row)}, with entry intact"
    return f"{row['step']}, {_levels(row)}{_day(tables, row)}, with entry intact"


def _place(tables: Tables, row: Row) -> str:
    """A question as the head of a sentence."""
    step = "Mg²⁺" if row["step"] == "Mg" else row["step"]
    return f"{step}, {_levels(row)}{_day(tables, row)}"
