"""The sections that carry the answer: shares, and the effects with the donors behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mgassay.design import Arms
from mgassay.report import labels
from mgassay.report.donors import HOW_TO_READ as DONORS_READ
from mgassay.report.donors import measured_drawing, paired_drawing
from mgassay.report.donors_used import donors_used
from mgassay.report.effect_figure import CONTRAST_ORDER, effect_drawing
from mgassay.report.numbers import NOTHING, count, p_value, percent
from mgassay.report.pieces import Beside, Listing, Prose, drawer, listing_of
from mgassay.report.rows import Row, Tables, is_missing, n_donors
from mgassay.report.share_bar import HOW_TO_READ, share_drawing, share_text
from mgassay.report.words import SHARE_ORDER, effect_row, estimate_text, share_row

Case = tuple[str, str]


def cases_of(verdict: Mapping[str, Any], tables: Tables) -> list[Case]:
    """Readout and block pairs that have effects and are no genes: the verdict's own first, then as in effects.csv."""
    rows = [r for r in tables.primary("effects") if r["contrast"] in ("total", "blocked")]
    found = dict.fromkeys((r["readout"], r["block"]) for r in rows if not r["readout"].startswith("gene:"))
    first = (str(verdict.get("readout") or ""), str(verdict.get("block") or ""))
    return sorted(found, key=lambda case: (case != first, case[0] != first[0]))


def share_pieces(tables: Tables, cases: Sequence[Case]) -> list[object]:
    """The shares of the verdict's own case as a table, those of all cases side by side, and every bar to open."""
    drawings = {case: d for case in cases if (d := share_drawing(tables, *case))}
    if not drawings:
        return [
            Prose("No share was computed: it takes the Mg²⁺ step with entry intact, and a block or an acellular arm.")
        ]
    first, *others = drawings
    own = drawings[first]
    pieces: list[object] = [Prose(HOW_TO_READ, "quiet"), *([own.listing] if own.listing else [])]
    if others:
        bars = Beside(tuple(replace(drawings[c], folded=True) for c in others))
        pieces += [
            overview_listing(tables, tuple(drawings)),
            *drawer("The bars of the other readouts and blocks", [bars]),
        ]
    return pieces


# Heads that leave room for all shares side by side; what each is stands in the tables of one readout and block.
SHORT: Mapping[str, str] = {
    "intracellular": "intracellular",
    "intracellular_corrected": "corrected",
    "surface": "surface or residual",
    "passive": "passive",
    "extracellular": "extracellular or residual",
}


def overview_listing(tables: Tables, cases: Sequence[Case]) -> Listing:
    """The shares of every readout and block in natural logarithms, a line each."""
    heads = ("readout", "block", *(SHORT[s] for s in SHARE_ORDER))
    rows = []
    for readout, block in cases:
        found = [share_row(tables, s, readout, block) for s in SHARE_ORDER]
        told = [share_text(r) if r else "" for r in found]
        rows.append((labels.capital(labels.readout(readout)), labels.block(block), *told))
    return listing_of("Shares by readout and block, natural log", heads, rows, numeric=heads[2:])


def effect_pieces(
    tables: Tables, cases: Sequence[Case], arms: Mapping[str, Arms], conditions: Sequence[str]
) -> list[object]:
    """The verdict's own case with its figures and table, then every other case to open, told by its T − B or T."""
    if not cases:
        return [Prose("No effect was computed.")]
    first, *others = cases
    pieces: list[object] = [Prose(DONORS_READ, "quiet"), *_case_pieces(tables, first, arms)]
    for case in others:
        pieces += drawer(_case_title(case), _case_pieces(tables, case, arms), _case_line(tables, case))
    drawn = (measured_drawing(tables, conditions, r) for r in dict.fromkeys(r for r, _ in cases))
    measured = [replace(d, alone=f"{MEASURED} {d.caption}".strip()) for d in drawn if d]
    return [
        *pieces,
        *drawer("Everything measured, by condition", [Beside(tuple(measured), dense=True)] if measured else []),
    ]


MEASURED = "One mark per value, nothing subtracted; colour and shape tell the donor, or the run without cells."


def _case_title(case: Case) -> str:
    """Readout and block in words."""
    return f"{labels.capital(labels.readout(case[0]))}, {labels.block(case[1])}"


def _case_line(tables: Tables, case: Case) -> str:
    """T and T − B with their intervals, as they are told in a line."""
    found = {"T": effect_row(tables, "total", *case), "T − B": effect_row(tables, "interaction", *case)}
    return "; ".join(f"{name} = {estimate_text(row)}" for name, row in found.items() if row)


def _case_pieces(tables: Tables, case: Case, arms: Mapping[str, Arms]) -> list[object]:
    """Donors' means and effects as figures, the effects as a table, and the donors by name."""
    readout, block = case
    own = arms.get(block)
    drawn = [paired_drawing(tables, own, readout), effect_drawing(tables, own, readout)] if own else []
    used = donors_used(tables, own, readout) if own else ""
    figures = tuple(replace(d, alone=" ".join(t for t in (d.caption, DONORS_READ, used) if t)) for d in drawn if d)
    return [
        *([Beside(figures)] if figures else []),
        effects_listing(tables, readout, block),
        *([Prose(used, "quiet")] if used else []),
    ]


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
        "effect, natural log",
        "p",
        "p, Holm",
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
        count(n_donors(row), "run") if row["contrast"] == "acellular" else str(n_donors(row)),
        labels.flags(row["flag"]),
    )
