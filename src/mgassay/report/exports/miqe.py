"""The checklist after MIQE: each item filled from the results, left to the laboratory, or not applicable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mgassay.problems import Problems
from mgassay.readers.miqe_items import MiqeDocument, MiqeItem
from mgassay.report.exports import miqe_analysis, miqe_facts
from mgassay.report.exports.harmless import cell_text, rows_text, tell_changes
from mgassay.report.exports.miqe_facts import Facts, Found
from mgassay.report.numbers import count
from mgassay.report.pieces import Folded, Prose, listing_of

FILLED, LAB, NOT_APPLICABLE = "filled", "laboratory", "not applicable"
STATES: Mapping[str, str] = {
    FILLED: "filled here",
    LAB: "to be filled by the laboratory",
    NOT_APPLICABLE: NOT_APPLICABLE,
}
HEADS = ("document", "section", "item", "importance", "state", "value", "source", "for_the_laboratory", "verified")

# By the name under which an item asks for it (`found_by`).
LOOKED_UP: Mapping[str, Callable[[Facts], Found | None]] = {
    f.__name__: f
    for f in (
        miqe_facts.groups, miqe_facts.group_sizes, miqe_facts.cells, miqe_facts.targets, miqe_facts.multiplex,
        miqe_facts.without_template, miqe_facts.without_reverse_transcriptase, miqe_facts.cycles, miqe_facts.readers,
        miqe_facts.series_slopes, miqe_facts.series_r2, miqe_facts.series_ranges, miqe_facts.efficiencies,
        miqe_facts.efficiency_intervals, miqe_facts.biological_replicates, miqe_facts.technical_replicates,
        miqe_analysis.cq_source, miqe_analysis.outliers, miqe_analysis.references, miqe_analysis.reference_shifts,
        miqe_analysis.normalisation, miqe_analysis.corrected_quantities, miqe_analysis.quantity_intervals,
        miqe_analysis.not_detected, miqe_analysis.repeatability, miqe_analysis.between_runs, miqe_analysis.statistics,
        miqe_analysis.software, miqe_analysis.raw_data, miqe_analysis.curves_exported,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """One item with its state, what was found and where, and what is left to the laboratory (or why not asked)."""

    document: str
    section: str
    text: str
    importance: str
    state: str
    value: str = ""
    source: str = ""
    lab: str = ""
    verified: bool = True


def checklist(documents: Sequence[MiqeDocument], facts: Facts) -> tuple[Checked, ...]:
    """Every item of the documents, in their order.

    An item is `filled` where the results tell all of it, the laboratory's where they tell nothing or only a part (which
    is shown), and not applicable where it is not asked of cultured cells or of this experiment.
    """
    return tuple(_checked(document, item, facts) for document in documents for item in document.item)


def _checked(document: MiqeDocument, item: MiqeItem, facts: Facts) -> Checked:
    """One item."""
    asked = (document.document, item.section, item.text, item.importance)
    found = LOOKED_UP[item.found_by](facts) if item.found_by else None
    if item.not_applicable or (found and not found.applies):
        why = found.text if found else item.not_applicable
        return Checked(
            *asked, NOT_APPLICABLE, value=why, source=found.source if found else "", verified=document.verified
        )
    if found is None:
        left = " ".join(part for part in (item.without, item.lab) if part)
        return Checked(*asked, LAB, lab=left or "The results do not tell.", verified=document.verified)
    state = LAB if item.lab else FILLED
    return Checked(*asked, state, found.text, found.source, item.lab, document.verified)


def miqe_csv(checked: Sequence[Checked], name: str, problems: Problems) -> str:
    """The checklist as CSV; `name` is that of the file, for what is told of changed texts (MG573)."""
    rows = [
        (
            c.document,
            c.section,
            c.text,
            c.importance,
            STATES[c.state],
            c.value,
            c.source,
            c.lab,
            str(c.verified).lower(),
        )
        for c in checked
    ]
    tell_changes(name, (text for row in rows for text in row), problems)
    return rows_text([HEADS, *(tuple(map(cell_text, row)) for row in rows)], ",")


def miqe_pieces(documents: Sequence[MiqeDocument], facts: Facts) -> list[object]:
    """How much is filled, what could not be verified, and the whole checklist folded."""
    if not documents:
        return [
            Prose(
                "The items of MIQE stand in resources/miqe beside the source, which this installation lacks.", "quiet"
            )
        ]
    checked = checklist(documents, facts)
    n = {state: sum(c.state == state for c in checked) for state in STATES}
    unsure = [f"{d.document}: {d.why}" for d in documents if not d.verified]
    told = (
        f"Checklist after MIQE: {count(n[FILLED], 'item')} filled from the results, {n[LAB]} for the laboratory, "
        f"{n[NOT_APPLICABLE]} not applicable. It lists what has to be told (E: essential, D: desirable in MIQE "
        f"2009), and judges nothing; limits in force here "
        f"({miqe_analysis.limits_in_force(facts)}) are settings, not MIQE's."
    )
    heads = ("item", "E/D", "state", "what the results say", "from", "for the laboratory")
    rows = [(c.text, _importance(c), c.state, c.value, c.source, c.lab) for c in checked]
    folded = [
        Folded(
            listing_of(
                f"{section}: {_counted(own)}",
                heads,
                [r for r, c in zip(rows, checked, strict=True) if _group(c) == section],
            )
        )
        for section, own in _by_section(checked).items()
    ]
    return [Prose(told), *(Prose(f"Not verified: {text}.", "quiet") for text in unsure), *folded]


def _group(c: Checked) -> str:
    """Under which fold an item stands."""
    return c.section if c.verified else f"{c.document}, not verified"


def _by_section(checked: Sequence[Checked]) -> dict[str, list[Checked]]:
    """The items by fold, in their order."""
    found: dict[str, list[Checked]] = {}
    for c in checked:
        found.setdefault(_group(c), []).append(c)
    return found


def _counted(own: Sequence[Checked]) -> str:
    """How many items of a fold are filled, and how many wait for the laboratory."""
    filled, lab = (sum(c.state == s for c in own) for s in (FILLED, LAB))
    return f"{filled} of {count(len(own), 'item')} filled" + (f", {lab} for the laboratory" if lab else "")


def _importance(c: Checked) -> str:
    """E and D as MIQE 2009 marks them."""
    return {"essential": "E", "desirable": "D"}.get(c.importance, "")
