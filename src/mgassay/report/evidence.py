"""The sections that carry the answer: shares, and the effects with the donors behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

from mgassay.design import Arms
from mgassay.report import labels
from mgassay.report.donors import HOW_TO_READ as DONORS_READ
from mgassay.report.donors import measured_drawing, paired_drawing
from mgassay.report.donors_used import donors_used
from mgassay.report.numbers import NOTHING, p_value, percent
from mgassay.report.pieces import Beside, Drawing, Heading, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing, n_donors
from mgassay.report.share_bar import HOW_TO_READ, share_drawing
from mgassay.report.words import estimate_text

CONTRAST_ORDER = ("total", "blocked", "acellular", "interaction", "surface", "block_main")
Case = tuple[str, str]


def cases_of(verdict: Mapping[str, Any], tables: Tables) -> list[Case]:
    """Readout and block pairs that have effects and are no genes: the verdict's own first, then as in effects.csv."""
    rows = [r for r in tables.primary("effects") if r["contrast"] in ("total", "blocked")]
    found = dict.fromkeys((r["readout"], r["block"]) for r in rows if not r["readout"].startswith("gene:"))
    first = (str(verdict.get("readout") or ""), str(verdict.get("block") or ""))
    return sorted(found, key=lambda case: (case != first, case[0] != first[0]))


def share_pieces(tables: Tables, cases: Sequence[Case]) -> list[object]:
    """The share bars; says so where the design has none."""
    drawings = tuple(d for readout, block in cases if (d := share_drawing(tables, readout, block)))
    if not drawings:
        return [
            Prose("No share was computed: it takes the Mg²⁺ step with entry intact, and a block or an acellular arm.")
        ]
    return [Prose(HOW_TO_READ, "quiet"), Beside(drawings)]


def effect_pieces(
    tables: Tables, cases: Sequence[Case], arms: Mapping[str, Arms], conditions: Sequence[str]
) -> list[object]:
    """Per readout: the effects table, its donors by name and the paired plot of every block, then all measured."""
    pieces: list[object] = [Prose(DONORS_READ, "quiet")] if cases else []
    for readout in dict.fromkeys(r for r, _ in cases):
        blocks = [b for r, b in cases if r == readout]
        pieces += [Heading(labels.capital(labels.readout(readout)))]
        for block in blocks:
            used = donors_used(tables, arms[block], readout) if block in arms else ""
            pieces += [effects_listing(tables, readout, block), *([Prose(used, "quiet")] if used else [])]
        drawn: list[Drawing | None] = [paired_drawing(tables, arms[b], readout) for b in blocks if b in arms]
        drawn.append(measured_drawing(tables, conditions, readout))
        pieces.append(Beside(tuple(d for d in drawn if d), dense=True))
    return pieces or [Prose("No effect was computed.")]


def effects_listing(tables: Tables, readout: str, block: str) -> Listing:
    """T, B, A and their differences for one readout and block, both scales and both estimators side by side."""
    rows = [
        r
        for r in tables.primary("effects", readout=readout)
        if r["block"] == block or r["contrast"] == "acellular"  # T of another control would not be this block's
    ]
    held = {(r["contrast"], r["scale"], _column(r)): r for r in rows}
    heads = (
        "contrast",
        "effect, log scale",
        "p",
        "p over readouts",
        "percent inhibition",
        "if donors respond alike",
        "n",
        "remarks",
    )
    listed = []
    for contrast in CONTRAST_ORDER:
        if row := held.get((contrast, "log", "quoted")):
            additive, anova = held.get((contrast, "additive", "quoted")), held.get((contrast, "log", "anova"))
            listed.append(_effect_cells(row, additive, anova))
    title = f"Effects: {labels.readout(readout)}, {labels.block(block)}"
    return listing_of(title, heads, listed, numeric=heads[1:7])


def _column(row: Row) -> str:
    """Which column of the effects table a row belongs to."""
    return "anova" if row["method"] == "block_anova" else "quoted"


def _effect_cells(row: Row, additive: Row | None, anova: Row | None) -> tuple[str, ...]:
    """One contrast of the effects table."""
    return (
        labels.contrast(row["contrast"]),
        estimate_text(row),
        p_value(row["p"]) or NOTHING,
        NOTHING if is_missing(row["p_adjusted"]) else p_value(row["p_adjusted"]),
        estimate_text(additive, percent) if additive else NOTHING,
        estimate_text(anova) if anova else NOTHING,
        str(n_donors(row)),
        labels.flags(row["flag"]),
    )
