"""Genes: what may be said of them, and the figure of fold changes."""

from collections.abc import Collection, Iterator, Sequence

from markupsafe import Markup

from mgassay.effects.estimators.bounds import is_open
from mgassay.effects.genes.adjusted import ALPHA
from mgassay.effects.genes.claims import WEAKENS
from mgassay.effects.means.panels import MINERAL_READOUTS
from mgassay.effects.verdict.address import key_of
from mgassay.flags import join_flags
from mgassay.report import labels
from mgassay.report.axes import Axes
from mgassay.report.drawing import DONOR_COLOURS
from mgassay.report.figure import figure
from mgassay.report.gene_arms import CONTROL, gene_rows
from mgassay.report.numbers import NOTHING, count, decimal, p_value
from mgassay.report.pieces import Drawing, listing_of
from mgassay.report.rows import Row, Tables, excludes_zero, is_missing, n_donors
from mgassay.report.words import estimate_text, is_bound

ESTIMANDS = {
    "total": "total effect",
    CONTROL: "total effect",
    "matched_mineral": "at matched mineral",
    "adjusted": "adjusted for mineral",
}
NOT_DIRECT = (
    "A total effect is not interpretable as a direct effect: whatever lowers mineral lowers osteogenic genes, and in "
    "simulated four-donor experiments without any direct effect it is “significant” in 83 %."
)
TIPPING = (
    "Tipping point: what a comparator would have to do to the gene by itself, at the same mineral, for the effect's "
    "interval to reach 0. At “1.7-fold up” an effect that lowers the gene would be explained away by a comparator that "
    "raises it 1.7-fold; the further from 1, the harder that is to believe."
)
BY_ITSELF = "taken by itself, but not once all genes are counted"
# What a row may be called, by its flag; what is not flagged is not claimed.
CLAIMS = {
    "direct": "yes",
    "direct_if_inert": "if the comparator does nothing to the gene",
}


def gene_sentences(tables: Tables) -> Iterator[dict[str, str]]:
    """One sentence per gene: its direct effect where one is earned, else what comes nearest, with its limits.

    A row at matched mineral counts unless it is flagged `unmatched`: its comparator left as much mineral as raised Mg.
    """
    for gene in dict.fromkeys(r["gene"] for r in tables.rows("genes")):
        rows = tables.rows("genes", gene=gene, block="")
        row = _best_row([r for r in rows if "unmatched" not in r["flag"].split(";")])
        if row is not None:
            text = f"{_gene_text(row, matched_on(tables, row))}{_others_text(row, rows)}."
            yield {"text": text, "table": "genes.csv", "key": key_of("genes", row)}


def claim_of(row: Row) -> str:
    """The flag that says what a row may be called: `direct`, `direct_if_inert`, or ""."""
    return next((claim for claim in CLAIMS if claim in row["flag"].split(";")), "")


def _best_row(rows: Sequence[Row]) -> Row | None:
    """The row that says most about a direct effect: what may be called one, else matched, adjusted, total."""
    claims, estimands = [*CLAIMS, ""], ["matched_mineral", "adjusted", "total"]
    known = [r for r in rows if r["estimand"] in estimands]
    return min(
        known, key=lambda r: (claims.index(claim_of(r)), estimands.index(r["estimand"])), default=None
    )  # fmt: skip


def matched_on(tables: Tables, row: Row) -> str:
    """The readout on which a comparator was held against raised Mg: the first of mineral measured in both; "" if none.

    The same order decides in genes.csv, see effects.genes.match.
    """
    checks = tables.rows("checks", check="match", block=row["block"], subject=row["comparator"])
    return next((r for r in MINERAL_READOUTS if r in {c["readout"] for c in checks}), "")


def _gene_text(row: Row, mineral: str) -> str:
    """A gene's fold change with what it can and cannot show; `mineral`: the readout that was matched."""
    raised = f"{labels.gene(row['gene'])} at raised Mg²⁺"
    told = f"{_change(row)}, log2 {gene_evidence(row)}" if not is_missing(row["estimate"]) else _untold(row)
    if row["estimand"] == "total":
        return f"{raised}: {told}; a total effect, not evidence of a direct one"
    against = (
        f"against {row['comparator']} with the same mineral{f' ({labels.readout(mineral)})' if mineral else ''}"
        if row["estimand"] == "matched_mineral"
        else "adjusted for mineral"
    )
    return f"{raised}, {against}: {told}{_claim_text(row)}"


def _others_text(row: Row, rows: Sequence[Row]) -> str:
    """What the other rows beside mineral say of a gene that one of them calls direct; "" where all say the same."""
    if not claim_of(row):
        return ""
    beside = [r for r in rows if r is not row and r["estimand"] in ("matched_mineral", "adjusted") and not claim_of(r)]
    found: dict[str, list[str]] = {}
    for other in beside:
        by = f"against {other['comparator']}" if other["estimand"] == "matched_mineral" else "adjusted for mineral"
        found.setdefault(why_unclaimed(other), []).append(by)
    told = "; ".join(f"{' and '.join(by)}: {why}" for why, by in found.items())
    return f". Its other comparisons do not show it ({told})" if told else ""


def why_unclaimed(row: Row) -> str:
    """Why a row beside mineral is not called direct, in words."""
    weak = ";".join(f for f in row["flag"].split(";") if f in WEAKENS)
    if "unmatched" in weak.split(";") or (weak and excludes_zero(row)):
        return labels.flags(weak)
    if excludes_zero(row):
        return BY_ITSELF if is_by_itself(row) else "a bound stands in it"
    return "not clearly changed"


def is_by_itself(row: Row) -> bool:
    """Whether a row is shown by itself, and no longer once all genes are counted."""
    return excludes_zero(row) and not is_missing(row["p_adjusted"]) and bool(row["p_adjusted"] >= ALPHA)


def _claim_text(row: Row) -> str:
    """What an effect beside mineral may be called, with its tipping point; "" where it excludes nothing."""
    tip = "" if is_missing(row["tipping_point"]) else f" (tipping point {tipping_text(row)})"
    if claim_of(row) == "direct":
        return f"; a direct effect, beyond what mineral does{tip}"
    if claim_of(row) == "direct_if_inert":
        return f"; direct if {row['comparator']} does nothing to the gene itself, which nothing here checks{tip}"
    return "; no direct effect is claimed" if excludes_zero(row) else ""


def tipping_text(row: Row) -> str:
    """The tipping point as a fold change of the gene; a dash where none is known.

    >>> tipping_text({"tipping_point": 1.0}), tipping_text({"tipping_point": -0.5})
    ('2.00-fold up', '1.41-fold down')
    """
    point = row["tipping_point"]
    if is_missing(point):
        return NOTHING
    if point == 0:
        return "none: the interval holds 0"
    return f"{decimal(2 ** abs(point))}-fold {'up' if point > 0 else 'down'}"


def _untold(row: Row) -> str:
    """That a fold change is not known, and why where bounds are the reason."""
    why = ", since bounds stand for values in both arms" if is_open(row["flag"]) else ""
    return f"cannot be told{why} (n = {count(n_donors(row), 'donor')})"


def _change(row: Row) -> str:
    """What happened to a gene, claimed only where it holds over all genes tested."""
    if is_open(row["flag"]):
        return "cannot be told, since bounds stand for values"
    if not excludes_zero(row):
        return "not clearly changed"
    way = "lower" if row["estimate"] < 0 else "higher"
    return f"{way} {BY_ITSELF}" if is_by_itself(row) else way


def gene_evidence(row: Row) -> str:
    """Estimate, interval, p over genes and n of one gene row."""
    p = row["p"] if is_missing(row["p_adjusted"]) else row["p_adjusted"]
    adjusted = "" if is_missing(row["p_adjusted"]) else " over genes"
    parts = [estimate_text(row)]
    if not is_missing(p):
        parts.append(p_value(p) + adjusted)
    return ", ".join([*parts, f"n = {count(n_donors(row), 'donor')}"])


def gene_cells(row: Row, common: Collection[str]) -> tuple[str, ...]:
    """A row of the table beside the figure; flags in `common` are told once, for all rows."""
    is_total = row["estimand"] in ("total", CONTROL)
    rest = ";".join(f for f in row["flag"].split(";") if f not in CLAIMS and f not in common)
    return (
        labels.gene(row["gene"]),
        _entry(row),
        str(ESTIMANDS.get(row["estimand"], row["estimand"])),
        estimate_text(row),
        p_value(row["p"]) or NOTHING,
        p_value(row["p_adjusted"]) or NOTHING,
        str(n_donors(row)),
        row["comparator"],
        "not interpretable as one" if is_total else CLAIMS.get(claim_of(row), "not claimed"),
        "" if is_total else tipping_text(row),
        "; ".join(t for t in (BY_ITSELF if is_by_itself(row) else "", labels.flags(rest)) if t),
    )


def _entry(row: Row) -> str:
    """Whether entry was blocked, in words; of a block's own control, whose it is."""
    return f"{labels.INTACT}, control of {row['block']}" if row["estimand"] == CONTROL else labels.block(row["block"])


def _arms_text(rows: Sequence[Row]) -> str:
    """Which conditions the rows compare, each pair once; "" where none is known."""
    pairs = {
        ", ".join(t for t in (_entry(r), f"against {r['comparator']}" if r["comparator"] else "") if t): r["arms"]
        for r in rows
        if r["arms"]
    }
    told = "; ".join(f"{name}: {arms}" for name, arms in pairs.items())
    return f" Conditions compared: {told}." if told else ""


def gene_drawing(tables: Tables) -> Drawing | None:
    """Log2 fold changes of all genes, each estimand and block with a mark of its own; None without genes."""
    rows = gene_rows(tables)
    if not rows:
        return None
    heads = (
        *("gene", "entry", "estimand", "log2 fold change", "p", "p, Holm", "n", "comparator"),
        *("direct effect", "tipping point", "remarks"),
    )
    bounds = " An open mark is a bound." if any(is_bound(r) for r in rows) else ""
    tips = f" {TIPPING}" if any(not is_missing(r["tipping_point"]) for r in rows) else ""
    common = set.intersection(*({f for f in r["flag"].split(";") if f not in CLAIMS} for r in rows)) - {""}
    told = f" All rows: {labels.flags(join_flags(*common))}." if common else ""
    title = "Genes: raised over reference Mg²⁺"
    spoken = "; ".join(f"{r['gene']} {ESTIMANDS.get(r['estimand'], r['estimand'])} {gene_evidence(r)}" for r in rows)
    return Drawing(
        title=title,
        svg=genes_svg(f"{title}. {spoken}.", rows),
        caption=f"Log2 fold change with 95 % interval; left of 0 is lowered.{_arms_text(rows)}{bounds} "
        f"{NOT_DIRECT}{tips}{told}",
        listing=listing_of(title, heads, (gene_cells(r, common) for r in rows), numeric=(*heads[3:6], "n")),
        folded=True,
        is_wide=True,
    )


def genes_svg(label: str, rows: Sequence[Row]) -> Markup:
    """One band per gene, one line per estimand and block."""
    genes = list(dict.fromkeys(r["gene"] for r in rows))
    kinds = list(dict.fromkeys(_kind(r) for r in rows))
    offset = {k: 0.4 - 0.8 * (i + 0.5) / len(kinds) for i, k in enumerate(kinds)}

    def paint(axes: Axes) -> None:
        axes.vertical(0)
        for row in rows:
            _gene_line(axes, offset[_kind(row)] - genes.index(row["gene"]), row, kinds.index(_kind(row)))
        axes.up.tick([-i for i in range(len(genes))], [labels.gene(g) for g in genes])
        axes.up.ends(-len(genes) + 0.5, 0.5)
        axes.across.grid = True
        axes.below = "log2 fold change, raised over reference Mg²⁺"
        for i, kind in enumerate(kinds):
            axes.marks([], [], GENE_SHAPES[i % len(GENE_SHAPES)], colour=_colour(i), label=kind)

    return figure("genes", label, [(11.0 * len(genes) * (len(kinds) + 0.5), paint)])


GENE_SHAPES = "osD^vP"


def _kind(row: Row) -> str:
    """What tells the lines of one gene apart."""
    if row["estimand"] in ("total", CONTROL):
        return f"total, {_entry(row)}"
    under = f", {row['block']}" if row["block"] else ""
    return f"{ESTIMANDS.get(row['estimand'], row['estimand'])}: {row['comparator']}{under}"


def _colour(i: int) -> str:
    """The colour of the i-th kind of line."""
    return DONOR_COLOURS[i % len(DONOR_COLOURS)]


def _gene_line(axes: Axes, y: float, row: Row, i: int) -> None:
    """One estimate with its interval; an open mark is a bound."""
    axes.line([row["ci_low"], row["ci_high"]], [y, y], width=1.2, z=1)
    colour = "none" if is_bound(row) else _colour(i)
    axes.marks([row["estimate"]], [y], GENE_SHAPES[i % len(GENE_SHAPES)], colour=colour)
