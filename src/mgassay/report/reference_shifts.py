"""Whether the reference genes move with treatment: in words, as a figure, as a table."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from mgassay.assays.qpcr.references import rna_of_gene
from mgassay.experiment import QpcrSettings
from mgassay.report.axes import Axes
from mgassay.report.drawing import DONOR_COLOURS, DONOR_SHAPES
from mgassay.report.figure import figure
from mgassay.report.numbers import decimal, level, p_value
from mgassay.report.pieces import Drawing, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing

TITLES = {"long": "Reference genes under treatment", "small": "Reference genes of small RNA under treatment"}
AGAINST = {
    "reference_shift": "relative to the other reference genes",
    "reference_own_shift": "by its own quantity, at equal amounts of RNA",
}


def shift_pieces(tables: Tables, settings: QpcrSettings) -> list[object]:
    """For long and for small RNA: the verdict in plain words, and the figure with its table; none without rows.

    Shown are shifts relative to the other references of that kind where there are several, else the gene's own; the
    table has both. Bounds are `reference_max_fold`.
    """
    pieces: list[object] = []
    for kind, title in TITLES.items():
        relative, own = (
            [r for r in tables.rows("qpcr_quality", measure=m) if rna_of_gene(r["gene"], settings) == kind]
            for m in AGAINST
        )
        if rows := relative or own:
            words = shift_words(rows, settings.reference_max_fold)
            pieces += [Prose(text, tone) for text, tone in words]
            pieces.append(_drawing(title, rows, [*relative, *own], settings.reference_max_fold))
    return pieces


def shift_words(rows: Sequence[Row], max_fold: float) -> Iterator[tuple[str, str]]:
    """Sentences with their tone (rows of one measure, at least one): what moves, what cannot be judged, what holds."""
    bound, genes = math.log2(max_fold), list(dict.fromkeys(r["gene"] for r in rows))
    named = "The reference genes" if len(genes) > 1 else f"The reference gene {genes[0]}"
    moved = [r for r in rows if _excludes_zero(r) and not _within(r, bound)]
    open_ = [r for r in rows if not _within(r, bound) and r not in moved]
    for row in moved:
        yield _moved_words(row, len(genes)), "warning"
    if open_:
        each = "; ".join(f"{r['gene']} under {_treatment_of(r)}, {_fold_words(r)}" for r in open_)
        yield f"Not shown to stay within {level(max_fold)}-fold: {each}.", "warning"
    if not moved and not open_:
        verb = "move" if len(genes) > 1 else "moves"
        yield f"{named} {verb} by less than {level(max_fold)}-fold under every treatment (95 % intervals).", ""


def _moved_words(row: Row, k: int) -> str:
    """One shift, and by how much it moves every gene."""
    way, fold = ("rises", row["estimate"]) if row["estimate"] > 0 else ("falls", -row["estimate"])
    off = f"{decimal(2 ** (fold / k))}-fold too {'low' if way == 'rises' else 'high'}"
    many = f"with {k} reference genes, and if the others stand still, every gene reads {off}"
    return (
        f"{row['gene']} {way} {decimal(2**fold)}-fold under {_treatment_of(row)} ({_fold_words(row)}; "
        f"{AGAINST[row['measure']]}): {many if k > 1 else f'every gene reads as much, {off}'}."
    )


def _within(row: Row, bound: float) -> bool:
    """Whether the interval lies inside the bounds; not where there is none."""
    return bool(row["ci_low"] > -bound and row["ci_high"] < bound)


def _excludes_zero(row: Row) -> bool:
    """Whether the interval, taken by itself, excludes no change."""
    return bool(row["ci_low"] > 0 or row["ci_high"] < 0)


def _fold_words(row: Row) -> str:
    """`0.62 to 1.10`: the interval as fold change."""
    if is_missing(row["ci_low"]):
        return f"{decimal(2 ** row['estimate'])}-fold, no interval"
    return f"{decimal(2 ** row['ci_low'])} to {decimal(2 ** row['ci_high'])}-fold"


def _treatment_of(row: Row) -> str:
    """What was done, with the two conditions."""
    return f"{treatment(row['subject'])} [{row['subject'].rpartition(': ')[2]}]"


def treatment(subject: str) -> str:
    """What was done, in words, without the two conditions.

    >>> treatment("Mg: ca_mg20 / ca_mg08"), treatment("Mg under 2-APB: a / b"), treatment("calcification: a / b")
    ('raised Mg²⁺', 'raised Mg²⁺ under 2-APB', 'calcifying medium')
    """
    name = subject.rpartition(": ")[0] or subject
    if name == "calcification":
        return "calcifying medium"
    return f"raised Mg²⁺{name.removeprefix('Mg')}" if name == "Mg" or name.startswith("Mg under ") else name


def _drawing(title: str, rows: Sequence[Row], every: Sequence[Row], max_fold: float) -> Drawing:
    """Dots with intervals, one band per treatment."""
    heads = ("gene", "treatment", "fold change", "95 % interval", "p, single test", "n", "measured")
    body = [
        (
            r["gene"],
            r["subject"],
            decimal(2 ** r["estimate"]),
            "" if is_missing(r["ci_low"]) else f"{decimal(2 ** r['ci_low'])} to {decimal(2 ** r['ci_high'])}",
            p_value(r["p"]),
            "" if is_missing(r["n"]) else str(r["n"]),
            AGAINST[r["measure"]],
        )
        for r in every
    ]
    spoken = "; ".join(f"{r['gene']}, {treatment(r['subject'])}: {_fold_words(r)}" for r in rows)
    return Drawing(
        title=title,
        svg=_svg(f"{title}. {spoken}.", rows, math.log2(max_fold)),
        caption=f"Change of each reference gene, {AGAINST[rows[0]['measure']]}, with 95 % interval over donors. "
        f"Dashed: {level(max_fold)}-fold (reference_max_fold).",
        listing=listing_of(title, heads, body, numeric=heads[2:6]),
        folded=True,
        is_wide=True,
    )


def _svg(label: str, rows: Sequence[Row], bound: float) -> Markup:
    """One band per treatment, one line per gene."""
    bands, genes = (list(dict.fromkeys(r[c] for r in rows)) for c in ("subject", "gene"))
    offset = {g: 0.35 - 0.7 * (i + 0.5) / len(genes) for i, g in enumerate(genes)}

    def paint(axes: Axes) -> None:
        axes.vertical(0)
        for x in (-bound, bound):
            axes.vertical(x, dash="4 3")
        for row in rows:
            _line(axes, offset[row["gene"]] - bands.index(row["subject"]), row, genes.index(row["gene"]))
        axes.up.tick([-i for i in range(len(bands))], _band_names(bands))
        axes.up.ends(-len(bands) + 0.5, 0.5)
        axes.across.grid = True
        axes.below = "log2 fold change"
        for i, gene in enumerate(genes):
            axes.marks([], [], **_mark(i), label=gene)

    return figure(f"reference-shifts-{genes[0]}", label, [(16.0 * (len(genes) + 1) * len(bands), paint)])


def _band_names(subjects: Sequence[str]) -> list[str]:
    r"""Treatments in words; where two are called alike, with their conditions.

    >>> _band_names(["Mg: b / a", "Mg: d / c", "2-APB: e / a"])
    ['raised Mg²⁺\nb / a', 'raised Mg²⁺\nd / c', '2-APB']
    """
    names = [treatment(s) for s in subjects]
    return [f"{n}\n{s.rpartition(': ')[2]}" if names.count(n) > 1 else n for n, s in zip(names, subjects, strict=True)]


def _line(axes: Axes, y: float, row: Row, i: int) -> None:
    """One shift with its interval."""
    axes.line([row["ci_low"], row["ci_high"]], [y, y], width=1.2, z=1)
    axes.marks([row["estimate"]], [y], **_mark(i))


def _mark(i: int) -> dict[str, Any]:
    """How the i-th gene is drawn."""
    colour, shape = DONOR_COLOURS[i % len(DONOR_COLOURS)], DONOR_SHAPES[i % len(DONOR_SHAPES)]
    return {"shape": shape, "colour": colour}
