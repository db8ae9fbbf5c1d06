"""The sections that carry the answer: shares, and the effects with the donors behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

from mgassay.design import Arms
from mgassay.report import labels
from mgassay.report.donors import HOW_TO_READ as DONORS_READ
from mgassay.report.donors import measured_drawing, paired_drawing
from mgassay.report.numbers import NOTHING, count, decimal, p_value, percent, with_interval
from mgassay.report.pieces import Beside, Drawing, Heading, Listing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing, n_donors
from mgassay.report.share_bar import HOW_TO_READ, share_drawing

CONTRAST_ORDER = ("total", "blocked", "acellular", "interaction", "surface", "block_main")
Case = tuple[str, str]


def cases_of(verdict: Mapping[str, Any], tables: Tables) -> list[Case]:
    """Readout and block pairs that have effects and are no genes: the verdict's own first, then as in effects.csv."""
    effects = tables["effects"]
    pairs = zip(effects["readout"], effects["block"], effects["contrast"], strict=True)
    found = dict.fromkeys((r, b) for r, b, c in pairs if not r.startswith("gene:") and c in ("total", "blocked"))
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
    """Per readout: the effects table and the paired plot of every block, then everything that was measured."""
    pieces: list[object] = [Prose(DONORS_READ, "quiet")] if cases else []
    for readout in dict.fromkeys(r for r, _ in cases):
        blocks = [b for r, b in cases if r == readout]
        pieces += [Heading(labels.capital(labels.readout(readout)))]
        pieces += [effects_listing(tables, readout, block) for block in blocks]
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
        with_interval(row["estimate"], row["ci_low"], row["ci_high"]),
        p_value(row["p"]) or NOTHING,
        NOTHING if is_missing(row["p_adjusted"]) else p_value(row["p_adjusted"]),
        with_interval(additive["estimate"], additive["ci_low"], additive["ci_high"], percent) if additive else NOTHING,
        with_interval(anova["estimate"], anova["ci_low"], anova["ci_high"]) if anova else NOTHING,
        str(n_donors(row)),
        labels.flags(row["flag"]),
    )


def checks_pieces(tables: Tables, verdict: Mapping[str, Any]) -> list[object]:
    """Would the answer be another on another scale, without a donor, with the other block?

    Those of the readout that the verdict rests on; the others are in checks.csv.
    """
    readout = str(verdict.get("readout") or "")
    checks = tables.rows("checks", readout=readout)
    if not checks:
        return []
    heads = ("block", "check", "subject", "estimate", "bounds", "passed", "remarks")
    rest = len(tables["checks"]) - len(checks)
    others = f" {count(rest, 'check')} of the other readouts are in checks.csv." if rest else ""
    margins = "Equivalence, agreement and match are two one-sided tests (90 % intervals) against declared margins."
    return [
        Heading("Checks of the answer"),
        Prose(margins + others, "quiet"),
        listing_of(f"Checks: {labels.readout(readout)}", heads, map(_check_cells, checks), numeric=heads[3:5]),
    ]


def _check_cells(row: Row) -> tuple[str, ...]:
    """One check."""
    passed = "undecided" if is_missing(row["passed"]) else "yes" if row["passed"] else "no"
    bounds = f"{decimal(row['bound_low'])} to {decimal(row['bound_high'])}"
    return (
        labels.block(row["block"]) if row["block"] else "",
        row["check"].replace("_", " "),
        labels.contrast(row["subject"]),
        _check_estimate(row),
        "" if is_missing(row["bound_low"]) else bounds,
        passed,
        labels.flags(row["flag"]),
    )


def _check_estimate(row: Row) -> str:
    """What a check found; a share without a bounded set is no result and is not printed as one."""
    if row["check"] in ("scale", "leave_one_out") and is_missing(row["ci_low"]):
        return "not identifiable"
    return with_interval(row["estimate"], row["ci_low"], row["ci_high"])
