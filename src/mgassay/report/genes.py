"""Genes: what may be said of them, and the figure of fold changes."""

from collections.abc import Iterator

import pandas as pd

from mgassay.report import labels
from mgassay.report.numbers import count, p_value, with_interval
from mgassay.report.rows import Row, Tables, excludes_zero, key_of, n_donors

ESTIMANDS = {
    "total": "total effect",
    "matched_mineral": "at matched mineral",
    "adjusted": "adjusted for mineral",
}
NOT_DIRECT = (
    "A total effect cannot be read as a direct one: whatever lowers mineral lowers osteogenic genes, and in simulated "
    "four-donor experiments without any direct effect it is “significant” in 83 %."
)


def gene_sentences(tables: Tables) -> Iterator[dict[str, str]]:
    """One sentence per gene: at matched mineral where a comparator allows it, else the total effect and its limits."""
    for gene in dict.fromkeys(r["gene"] for r in tables.rows("genes")):
        row = _best_row(tables.rows("genes", gene=gene, block=""))
        if row is not None:
            yield {"text": _gene_text(row), "table": "genes.csv", "key": key_of("genes", row)}


def _best_row(rows: list[Row]) -> Row | None:
    """The row that says most about a direct effect."""
    by_estimand = {r["estimand"]: r for r in reversed(rows)}
    return next((by_estimand[e] for e in ("matched_mineral", "adjusted", "total") if e in by_estimand), None)


def _gene_text(row: Row) -> str:
    """A gene's fold change with what it can and cannot show."""
    found = gene_evidence(row)
    told = "not clearly changed" if not excludes_zero(row) else "lower" if row["estimate"] < 0 else "higher"
    if row["estimand"] == "matched_mineral":
        return f"{row['gene']} at raised Mg²⁺, against {row['comparator']} with the same mineral: {told}, log2 {found}."
    if row["estimand"] == "adjusted":
        return f"{row['gene']} at raised Mg²⁺, adjusted for mineral: {told}, log2 {found}."
    return f"{row['gene']} at raised Mg²⁺: {told}, log2 {found}; a total effect, not evidence of a direct one."


def gene_evidence(row: Row) -> str:
    """Estimate, interval, p over genes and n of one gene row."""
    p = row["p"] if pd.isna(row["p_adjusted"]) else row["p_adjusted"]
    adjusted = "" if pd.isna(row["p_adjusted"]) else " over genes"
    parts = [with_interval(row["estimate"], row["ci_low"], row["ci_high"])]
    if not pd.isna(p):
        parts.append(p_value(p) + adjusted)
    return ", ".join([*parts, f"n = {count(n_donors(row), 'donor')}"])


def gene_cells(row: Row) -> tuple[str, ...]:
    """A row of the table beside the figure."""
    return (
        row["gene"],
        labels.block(row["block"]),
        ESTIMANDS.get(row["estimand"], row["estimand"]),
        with_interval(row["estimate"], row["ci_low"], row["ci_high"]),
        p_value(row["p"]) or "–",
        p_value(row["p_adjusted"]) or "–",
        str(n_donors(row)),
        row["comparator"],
        labels.flags(row["flag"]),
    )
