"""Which conditions a gene's fold change compares, and the one over a block's own control, which genes.csv has not."""

from collections.abc import Iterator

from mgassay.design import Arms
from mgassay.effects.estimators.bounds import negative_flag
from mgassay.effects.genes.comparators import comparisons_of, intact_first
from mgassay.report.rows import Row, Tables
from mgassay.report.words import effect_row
from mgassay.units import LN2

CONTROL = "control"  # what stands as the estimand of a row over a block's own intact arms


def gene_rows(tables: Tables) -> list[Row]:
    """The rows of genes.csv, each with its `arms` in words ("" without experiment), and those over own controls.

    A block whose intact arms are not those of intact entry (scramble of an siRNA beside untransfected cells) has a row
    of its own for each gene, before that of the block: what its control did in the same step.
    """
    found: list[Row] = []
    for row in tables.rows("genes"):
        if row["estimand"] == "total" and row["block"]:
            found += _of_control(tables, row)
        found.append({**row, "arms": compared(tables, row)})
    return found


def compared(tables: Tables, row: Row) -> str:
    """The conditions of a row: `ca_mg20 over ca_mg08`; those of several comparators are named by it already."""
    if tables.experiment is None:
        return ""
    if row["estimand"] == "total":
        arms = _intact(tables, row) if not row["block"] else _under(tables, row["block"])
        pair = () if arms is None else arms.live[2:] if row["block"] else arms.live[:2]
        return _over(*reversed(pair)) if all(pair) and pair else ""
    own = next((c for c in comparisons_of(tables.experiment) if c.block == row["block"]), None)
    if own is None or row["comparator"] not in own.comparators:
        return ""
    return _over(own.raised, own.comparators[row["comparator"]])


def _over(raised: str, reference: str) -> str:
    """Two conditions as a ratio."""
    return f"{raised} over {reference}"


def _intact(tables: Tables, row: Row) -> Arms | None:
    """The arms that intact entry is taken from, in the order of genes.csv: the first with an effect on the gene.

    The score has no row among the effects: its arms are those of the genes that it is made of.
    """
    if tables.experiment is None:
        return None
    ordered = [arms for arms in intact_first(tables.experiment) if all(arms.live[:2])]
    measured = {r["block"] for r in tables.primary("effects", readout=f"gene:{row['gene']}", contrast="total")}
    return next((a for a in ordered if a.name in measured), next(iter(ordered), None) if not measured else None)


def _under(tables: Tables, block: str) -> Arms | None:
    """The arms of a block."""
    every = intact_first(tables.experiment) if tables.experiment else []
    return next((arms for arms in every if arms.name == block), None)


def _of_control(tables: Tables, row: Row) -> Iterator[Row]:
    """The fold change over the own intact arms of the row's block, where these are not those of intact entry."""
    arms, intact = _under(tables, row["block"]), _intact(tables, row)
    effect = effect_row(tables, "total", f"gene:{row['gene']}", row["block"])
    if arms is None or intact is None or effect is None or arms.live[:2] == intact.live[:2]:
        return
    ends = {
        "estimate": -effect["estimate"] / LN2,
        "ci_low": -effect["ci_high"] / LN2,
        "ci_high": -effect["ci_low"] / LN2,
    }
    told = {c: effect[c] for c in ("p", "p_adjusted", "n_donors")}
    flag = negative_flag(str(effect["flag"]))
    own = {"estimand": CONTROL, "arms": _over(arms.intact_raised, arms.intact_reference), "flag": flag}
    yield {**row, **ends, **told, **own}
