"""Genes: what may be said of them, and the figure of fold changes."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mgassay.report import labels
from mgassay.report.drawing import DONOR_COLOURS, FAINT, INK, draw
from mgassay.report.numbers import count, p_value, with_interval
from mgassay.report.pieces import Drawing, listing_of
from mgassay.report.rows import Row, Tables, excludes_zero, is_missing, key_of, n_donors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ESTIMANDS = {
    "total": "total effect",
    "matched_mineral": "at matched mineral",
    "adjusted": "adjusted for mineral",
}
ALPHA = 0.05
NOT_DIRECT = (
    "A total effect cannot be read as a direct one: whatever lowers mineral lowers osteogenic genes, and in simulated "
    "four-donor experiments without any direct effect it is “significant” in 83 %."
)


def gene_sentences(tables: Tables, readout: str) -> Iterator[dict[str, str]]:
    """One sentence per gene: at matched mineral where a comparator allows it, else the total effect and its limits.

    It does where it was shown to leave as much of the verdict's readout as raised Mg did (the check `match`).
    """
    checks = tables.rows("checks", check="match", readout=readout)
    matched = {c["subject"] for c in checks if not is_missing(c["passed"]) and c["passed"]}
    for gene in dict.fromkeys(r["gene"] for r in tables.rows("genes")):
        rows = tables.rows("genes", gene=gene, block="")
        row = _best_row([r for r in rows if r["estimand"] != "matched_mineral" or r["comparator"] in matched])
        if row is not None:
            yield {"text": _gene_text(row), "table": "genes.csv", "key": key_of("genes", row)}


def _best_row(rows: list[Row]) -> Row | None:
    """The row that says most about a direct effect."""
    by_estimand = {r["estimand"]: r for r in reversed(rows)}
    return next((by_estimand[e] for e in ("matched_mineral", "adjusted", "total") if e in by_estimand), None)


def _gene_text(row: Row) -> str:
    """A gene's fold change with what it can and cannot show."""
    found = gene_evidence(row)
    told, raised = _change(row), f"{labels.gene(row['gene'])} at raised Mg²⁺"
    if row["estimand"] == "matched_mineral":
        return f"{raised}, against {row['comparator']} with the same mineral: {told}, log2 {found}."
    if row["estimand"] == "adjusted":
        return f"{raised}, adjusted for mineral: {told}, log2 {found}."
    return f"{raised}: {told}, log2 {found}; a total effect, not evidence of a direct one."


def _change(row: Row) -> str:
    """What happened to a gene, claimed only where it holds over all genes tested."""
    if not excludes_zero(row):
        return "not clearly changed"
    way = "lower" if row["estimate"] < 0 else "higher"
    alone = not is_missing(row["p_adjusted"]) and row["p_adjusted"] >= ALPHA
    return f"{way} taken by itself, but not once all genes are counted" if alone else way


def gene_evidence(row: Row) -> str:
    """Estimate, interval, p over genes and n of one gene row."""
    p = row["p"] if is_missing(row["p_adjusted"]) else row["p_adjusted"]
    adjusted = "" if is_missing(row["p_adjusted"]) else " over genes"
    parts = [with_interval(row["estimate"], row["ci_low"], row["ci_high"])]
    if not is_missing(p):
        parts.append(p_value(p) + adjusted)
    return ", ".join([*parts, f"n = {count(n_donors(row), 'donor')}"])


def gene_cells(row: Row) -> tuple[str, ...]:
    """A row of the table beside the figure."""
    return (
        labels.gene(row["gene"]),
        labels.block(row["block"]),
        str(ESTIMANDS.get(row["estimand"], row["estimand"])),
        with_interval(row["estimate"], row["ci_low"], row["ci_high"]),
        p_value(row["p"]) or "–",
        p_value(row["p_adjusted"]) or "–",
        str(n_donors(row)),
        row["comparator"],
        labels.flags(row["flag"]),
    )


def gene_drawing(tables: Tables) -> Drawing | None:
    """Log2 fold changes of all genes, each estimand and block with a mark of its own; None without genes."""
    rows = tables.rows("genes")
    if not rows:
        return None
    heads = ("gene", "entry", "estimand", "log2 fold change", "p", "p over genes", "n", "comparator", "remarks")
    title = "Genes: raised over reference Mg²⁺"
    spoken = "; ".join(f"{r['gene']} {ESTIMANDS.get(r['estimand'], r['estimand'])} {gene_evidence(r)}" for r in rows)
    return Drawing(
        title=title,
        svg=genes_svg(f"{title}. {spoken}.", rows),
        caption=f"Log2 fold change with 95 % interval; left of 0 is lowered. {NOT_DIRECT}",
        listing=listing_of(title, heads, map(gene_cells, rows), numeric=(*heads[3:6], "n")),
    )


def genes_svg(label: str, rows: Sequence[Row]) -> Markup:
    """One band per gene, one line per estimand and block."""
    genes = list(dict.fromkeys(r["gene"] for r in rows))
    kinds = list(dict.fromkeys(_kind(r) for r in rows))
    offset = {k: 0.4 - 0.8 * (i + 0.5) / len(kinds) for i, k in enumerate(kinds)}

    def paint(axes: "Axes") -> None:
        axes.axvline(0, color=INK, linewidth=0.8)
        for row in rows:
            _gene_line(axes, offset[_kind(row)] - genes.index(row["gene"]), row, kinds.index(_kind(row)))
        axes.set_yticks([-i for i in range(len(genes))], [labels.gene(g) for g in genes])
        axes.set_ylim(-len(genes) + 0.5, 0.5)
        axes.grid(axis="x", color=INK, alpha=FAINT / 2, linewidth=0.6)
        axes.set_xlabel("log2 fold change")
        for i, kind in enumerate(kinds):
            axes.plot([], [], GENE_SHAPES[i % len(GENE_SHAPES)], color=_colour(i), markeredgecolor=INK, label=kind)
        figure: Any = axes.figure
        figure.legend(loc="outside lower left", ncols=2, handletextpad=0.1, columnspacing=1)

    return draw("genes", label, (4.6, 1.2 + 0.15 * len(kinds) * len(genes) + 0.1 * len(kinds)), paint)


GENE_SHAPES = "osD^vP"


def _kind(row: Row) -> str:
    """What tells the lines of one gene apart."""
    if row["estimand"] == "total":
        return f"total, {labels.block(row['block'])}"
    return f"{ESTIMANDS.get(row['estimand'], row['estimand'])}, {row['comparator'] or labels.block(row['block'])}"


def _colour(i: int) -> str:
    """The colour of the i-th kind of line."""
    return DONOR_COLOURS[i % len(DONOR_COLOURS)]


def _gene_line(axes: "Axes", y: float, row: Row, i: int) -> None:
    """One estimate with its interval."""
    axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=INK, linewidth=1.2, zorder=1)
    axes.plot(
        [row["estimate"]], [y], GENE_SHAPES[i % len(GENE_SHAPES)], color=_colour(i), markeredgecolor=INK,
        markeredgewidth=0.8, markersize=6, zorder=2,
    )  # fmt: skip
