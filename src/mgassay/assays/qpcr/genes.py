"""Names of genes: the targets of a qPCR export, reported under one symbol each.

The panels know the names (`mgassay.panels`); a mouse or rat gene (Runx2) is reported under the human symbol, so that
one experiment compares with the next. A name that no panel lists keeps its own spelling.
"""

from collections.abc import Iterable

import pandas as pd

from mgassay.assays.qpcr.qpcr_plates import each_group
from mgassay.panels import panel_gene
from mgassay.problems import Problems
from mgassay.units import plain


def gene_symbol(name: str) -> str:
    """The symbol under which a target is reported; hyphens, blanks and case do not matter for the known names.

    >>> gene_symbol("BMP-2"), gene_symbol("Cbfa1"), gene_symbol("Ocn"), gene_symbol("miR-30b")
    ('BMP2', 'RUNX2', 'BGLAP', 'miR-30b')
    """
    known = panel_gene(name)
    return known.symbol if known else plain(name)


def same_gene(name: str, genes: Iterable[str]) -> str:
    """The one of `genes` that `name` stands for, whatever its case, or "" when there is none.

    A gene spelled like `name` comes before one of its symbol: two assays of one gene are kept apart by their spelling.
    """
    spelled, symbol = plain(name).casefold(), gene_symbol(name).casefold()
    by_folded = {g.casefold(): g for g in genes}
    return by_folded.get(spelled) or by_folded.get(symbol, "")


def genes_from_targets(plate: "pd.Series[str]", target: "pd.Series[str]", problems: Problems) -> "pd.Series[str]":
    """The gene of each well. Two targets of one plate that name one gene differently are kept apart (MG523).

    They may be two assays with two efficiencies; averaging their Cq as technical replicates would be wrong.
    """
    pairs = pd.DataFrame({"plate": plate.to_numpy(), "target": target.to_numpy()}).drop_duplicates()
    names = _symbols(pairs["target"])
    apart: dict[str, str] = {}  # one spelling per name, whatever its case on this plate or another
    for plate_name, gene, targets in _clashes(pairs.assign(gene=pairs["target"].map(names))):
        problems.add("MG523", plate=plate_name, gene=gene, seen=", ".join(targets))
        for name in (gene, *targets):
            apart.setdefault(name.casefold(), name)
    names |= {t: apart[t.casefold()] for t in names if t.casefold() in apart}
    for name, gene in names.items():
        if name != gene:
            problems.add("MG522", seen=name, gene=gene)
    return target.map(names).astype("str")


def _symbols(targets: "pd.Series[str]") -> dict[str, str]:
    """Symbol by target; names that differ in case only share the spelling that comes first."""
    first: dict[str, str] = {}
    return {t: first.setdefault(gene_symbol(t).casefold(), gene_symbol(t)) for t in dict.fromkeys(targets)}


def _clashes(pairs: pd.DataFrame) -> list[tuple[str, str, list[str]]]:
    """(plate, gene, targets) wherever a plate has two targets of one gene whose names differ by more than case."""
    twice = pairs[pairs.duplicated(["plate", "gene"], keep=False) & (pairs["gene"] != "")]
    return [
        (plate, gene, list(rows["target"]))
        for (plate, gene), rows in each_group(twice, "plate", "gene")
        if len({name.casefold() for name in rows["target"]}) > 1
    ]
