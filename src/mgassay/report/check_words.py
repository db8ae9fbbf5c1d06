"""What the checks say of the answer, in sentences: agreement, proofs of no effect, and what was fitted again."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from mgassay.effects.estimators.bounds import is_censored, is_open, side_of
from mgassay.effects.verdict.address import FALSIFICATION, key_of
from mgassay.effects.verdict.refits import HALF
from mgassay.report import labels
from mgassay.report.donors_used import donors_of_late
from mgassay.report.late_words import TOLD, is_part, late_day, late_outcome
from mgassay.report.numbers import NO_BREAK, count, decimal, interval, percent
from mgassay.report.rows import Row, Tables, excludes_zero, is_missing
from mgassay.report.words import Sentence, effect_row, estimate_text, sentence, share_of_check


def check_sentences(tables: Tables, readout: str, block: str) -> Iterator[Sentence]:
    """The checks of one readout that concern a block, each followed by the donors that a decision would take."""
    for row in with_test(tables, tables.rows("checks", readout=readout)):
        concerns = row["block"] in ("", block) or row["subject"] == block
        text = _check_text(row) if concerns else ""
        if text:
            yield sentence(text, "checks", row)
            yield from _donors_sentence(row)


def with_test(tables: Tables, rows: Sequence[Row]) -> list[Row]:
    """Rows of CHECKS with what EQUIVALENCE knows of each (`outcome`, "" where it has no row), and what tables tell.

    `differs`: the effect asked about excludes 0 by its 95 % interval in effects.csv, whether or not it is equivalent.
    `late_donors`: how many donors a row of late Mg rests on, 0 for others.
    """
    tests = {key_of("equivalence", r): r for r in tables.rows("equivalence")}
    beside = ({"outcome": "", **tests.get(key_of("checks", r), {})} for r in rows)
    asked = ({"differs": _differs(tables, row), "late_donors": donors_of_late(tables, row)} for row in rows)
    return [{**more, **row, **told} for more, row, told in zip(beside, rows, asked, strict=True)]


def _differs(tables: Tables, row: Row) -> bool:
    """Whether the effect that an equivalence check asks about is shown to differ from 0."""
    if row["check"] != "equivalence" or row["subject"].startswith(FALSIFICATION):
        return False
    effect = effect_row(tables, row["subject"], row["readout"], row["block"])
    return effect is not None and excludes_zero(effect)


def _check_text(row: Row) -> str:
    """One check in words; "" where it has nothing to say that another sentence does not."""
    kind = "falsification" if row["subject"].startswith(FALSIFICATION) else row["check"]
    word = _WORDS.get(kind)
    return word(row) if word else ""


def _tested(row: Row) -> str:
    """The 90 % interval of two one-sided tests at 5 %, and the bounds declared beforehand."""
    found = f"{estimate_text(row)} (90{NO_BREAK}% interval)"
    return f"{found}, declared bounds {decimal(row['bound_low'])} to {decimal(row['bound_high'])}, natural log"


def _equivalence(row: Row) -> str:
    """Whether an effect is absent; that one which differs from 0 is not equivalent to 0 goes without saying."""
    if is_missing(row["passed"]) or row["outcome"] == "different":
        return ""
    if row["passed"]:
        told = "differs from 0, but by less than the declared margin" if row["differs"] else "is as good as absent"
    else:
        told = "is neither shown nor shown to be absent"
    return f"{labels.contrast(row['subject'])}, {told}: {_tested(row)}."


def _agreement(row: Row) -> str:
    """Whether two blocks take away the same, and under which more was lost where they do not."""
    if is_missing(row["passed"]):
        return ""
    one, other, flags = row["block"], row["subject"], row["flag"].split(";")
    if "discordant_blocks" in flags:
        more, less = (one, other) if row["estimate"] > 0 else (other, one)
        return f"{one} and {other} disagree, more of the effect is lost under {more} than under {less}: {_less(row)}."
    return f"{one} and {other} {'agree' if row['passed'] else 'are not shown to agree'}: {_less(row)}."


def _less(row: Row) -> str:
    """A difference of T − B with its direction, and whether each block had donors of its own."""
    apart = ", in different donors," if "unpaired_blocks" in row["flag"].split(";") else ""
    return f"T − B by {row['block']} less T − B by {row['subject']}{apart} is {_tested(row)}"


def _match(row: Row) -> str:
    """Whether a comparator may stand for the mineral that raised Mg left."""
    if is_missing(row["passed"]):
        return ""
    told = "left as much mineral as" if row["passed"] else "is not shown to leave as much mineral as"
    under = f" with entry blocked ({row['block']})" if row["block"] else ""
    return f"The comparator {row['subject']}{under} {told} raised Mg²⁺: {_tested(row)}."


def _falsification(row: Row) -> str:
    """Whether a block leaves alone what needs no Mg2+."""
    name, block = row["subject"].removeprefix(FALSIFICATION), row["block"]
    if is_missing(row["passed"]):
        return ""
    if "unspecific_block" in row["flag"].split(";"):
        told = f"{block} changes what {name} does, which needs no Mg²⁺: it acts on more than the entry of Mg²⁺"
    elif row["passed"]:
        told = f"{block} leaves alone what {name} does, as a block of Mg²⁺ entry should"
    else:
        told = f"Whether {block} leaves alone what {name} does, which needs no Mg²⁺, is not settled"
    return f"{told}: effect with entry intact less effect under block {_tested(row)}."


def _scale(row: Row) -> str:
    """Only that the estimates lie on either side of one half; the share on either scale is told among the shares."""
    if row["subject"] != "additive" or "not_scale_robust" not in row["flag"].split(";"):
        return ""
    return (
        "The estimates of the intracellular share in natural logarithms and as percent inhibition lie on either side "
        f"of one half: as percent inhibition it is {share_of_check(row)}."
    )


# A share made again without a donor, beside the interval of all donors, in words.
STAYS, OPEN, TURNED, SETTLED, UNTOLD = (
    "stays",
    "is no longer settled",
    "is reversed",
    "is settled only so",
    "can no longer be told",
)


def conclusion_without(row: Row) -> str:
    """What becomes of the conclusion without a donor: its side of 0 and of one half; "" where none was reached.

    Reversed only where both intervals lie on one side, and not on the same; one that merely holds the value that the
    other leaves out is no longer settled.
    """
    if is_missing(row["passed"]):
        return ""
    if row["passed"]:
        return STAYS
    if is_missing(row["ci_low"]) or is_open(row["flag"]):
        return UNTOLD
    before, after = (
        [side_of(row[low], row[high], str(row["flag"]), value) for value in (0.0, HALF)]
        for low, high in (("bound_low", "bound_high"), ("ci_low", "ci_high"))
    )
    sides = list(zip(before, after, strict=True))
    if any(b * a < 0 for b, a in sides):
        return TURNED
    return OPEN if any(b and not a for b, a in sides) else SETTLED


def _left_out(row: Row) -> str:
    """Only a donor without whom the conclusion does not stay: whether the share is told, its side of 0 or one half."""
    outcome = conclusion_without(row)
    if outcome in ("", STAYS):
        return ""
    everyone = interval(row["bound_low"], row["bound_high"], percent)
    told = f"the intracellular share is {share_of_check(row)} instead of {everyone} by all donors"
    return f"Without donor {row['subject']} the conclusion {outcome}: {told}."


def _unflagged(row: Row) -> str:
    """The share without doubtful wells, whatever came out."""
    moved = "" if is_missing(row["passed"]) else f", {_moved(row)}"
    wells = f"the flagged wells ({labels.flags(row['subject'])})"
    return f"Without {wells} the intracellular share is {share_of_check(row)}{moved}."


def _variant(row: Row) -> str:
    """The passive share with the other kind of acellular arm, whatever came out."""
    moved = "" if is_missing(row["passed"]) else f", {_moved(row)}"
    arm = f"the other acellular arm ({labels.lifeless(row['subject'])})"
    return f"With {arm} the passive share is {share_of_check(row)}{moved}."


def _late(row: Row) -> str:
    """Mg raised late: what it still does, and how much of the protection that is."""
    if is_missing(row["estimate"]):
        return ""
    day = late_day(row["subject"])
    under = f", under {row['block']}," if row["block"] else ""
    n = f", n = {count(row['late_donors'], 'donor')}" if row["late_donors"] else ""
    if is_part(row["subject"]):
        whole = (
            ", as a part of what it does from the start," if not under else " as a part of what it does from the start,"
        )
        return f"What Mg²⁺ raised only from day {day} still does{under}{whole} is {share_of_check(row)}{n}."
    told, _ = TOLD[late_outcome(row)]
    margin = f"natural log, declared margin {decimal(row['bound_high'])}"
    return f"Mg²⁺ raised only from day {day}{under} {told}: effect {estimate_text(row)}{n} ({margin})."


def _moved(row: Row) -> str:
    """Where a share lies that was made again."""
    ends = f"{percent(row['bound_low'])} to {percent(row['bound_high'])}"
    return f"{'within' if row['passed'] else 'outside'} the interval before ({ends})"


_WORDS: Mapping[str, Callable[[Row], str]] = {
    "equivalence": _equivalence,
    "falsification": _falsification,
    "agreement": _agreement,
    "match": _match,
    "scale": _scale,
    "leave_one_out": _left_out,
    "without_flagged": _unflagged,
    "acellular_variant": _variant,
    "late_mg": _late,
}


def _donors_sentence(row: Row) -> Iterator[Sentence]:
    """How many donors would show what was inconclusive."""
    if row["outcome"] == "inconclusive":
        yield sentence(
            f"Inconclusive: {_donors_text(row)} (n = {count(row['n_donors'], 'donor')} here).", "equivalence", row
        )


def _donors_text(row: Row) -> str:
    """What a decision would take; what would have shown it in four of five experiments may not do so in this one."""
    shown = f"to show it within {decimal(row['fold'])}-fold"
    if is_censored(row["flag"]):
        return "bounds stand for values in it, so that more donors alone would not tell"
    if is_missing(row["donors_needed"]):
        return f"at this scatter no number of donors in reach would do {shown}"
    needed = count(int(row["donors_needed"]), "donor")
    given = "if nothing differs and they scatter as these do"
    if row["donors_needed"] <= row["n_donors"]:
        return f"{needed} should do in four of five experiments {shown}, {given}"
    return f"it would take {needed} {shown}, {given}"
