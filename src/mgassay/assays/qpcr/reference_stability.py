"""How stable the reference genes of an experiment are: rows of qpcr_quality.csv by geNorm and NormFinder."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.references import rna_of_gene
from mgassay.assays.qpcr.stability import LEAST_GENES, genorm, normfinder
from mgassay.assays.qpcr.technical import SAMPLE
from mgassay.experiment import QpcrSettings
from mgassay.panels import REFERENCE_ROLES, panel_gene
from mgassay.problems import Problems, listed

Row = dict[str, Any]


def declared_genes(references: Mapping[str, list[str]], rna: str, settings: QpcrSettings) -> list[str]:
    """The reference genes of any plate that are of this kind of RNA."""
    declared = dict.fromkeys(g for genes in references.values() for g in genes)
    return [g for g in declared if rna_of_gene(g, settings) == rna]


def stability_rows(
    technical: pd.DataFrame, references: Mapping[str, list[str]], settings: QpcrSettings, problems: Problems
) -> list[Row]:
    """Rows genorm_m, genorm_mean_m, genorm_v and normfinder, for each kind of RNA with references.

    Candidates are the declared reference genes, and every other measured gene that a panel lists as a reference.
    With one declared gene stability cannot be judged (MG550); a set whose mean M passes `reference_max_m` is told
    (MG551).
    """
    rows: list[Row] = []
    for rna in ("long", "small"):
        declared = declared_genes(references, rna, settings)
        if len(declared) == 1:
            problems.add("MG550", seen=declared[0])
        if declared:
            candidates = [*declared, *_further(technical, declared, rna, settings)]
            rows += _rows_of_set(technical, candidates, "candidates")
            own = _rows_of_set(technical, declared, "declared")
            rows += own if len(candidates) > len(declared) else []
            _check_m(own, declared, settings, problems)
    return rows


def _further(technical: pd.DataFrame, declared: list[str], rna: str, settings: QpcrSettings) -> list[str]:
    """Measured genes that could serve as references, as the panels say, and were not declared."""
    measured = [g for g in technical["gene"].unique().tolist() if g not in declared]
    listed_ = [g for g in measured if (known := panel_gene(g)) and known.role in REFERENCE_ROLES]
    return [g for g in listed_ if rna_of_gene(g, settings) == rna]


def quantities(technical: pd.DataFrame, genes: list[str]) -> pd.DataFrame:
    """Log2 quantities (samples × genes, columns in this order) of the samples that have every gene on their plate."""
    own = technical[technical["gene"].isin(genes)]
    wide = own.set_index([*SAMPLE, "gene"])["log2_quantity"].unstack("gene").reindex(columns=genes)
    return wide.dropna()


def _rows_of_set(technical: pd.DataFrame, genes: list[str], name: str) -> list[Row]:
    """The rows of one set of genes; none where fewer than two genes stand together in two samples of a plate."""
    wide = quantities(technical, genes)
    plate = np.unique(wide.index.get_level_values("plate"), return_inverse=True)[1]
    if len(genes) < 2 or len(wide) < 2 + plate.max(initial=0):
        return []
    values, n = wide.to_numpy(dtype=np.float64), len(wide)
    found = genorm(values, plate)
    common = {"plate": "", "unit": "log2", "n": n}
    rows = [{**common, "gene": g, "measure": "genorm_m", "subject": name, "estimate": float(m)}
            for g, m in zip(genes, found.m, strict=True)]  # fmt: skip
    for i, m in enumerate(found.mean_m):
        subject = f"{name}: {', '.join(genes[j] for j in found.order[: i + 2])}"
        rows.append({**common, "gene": "", "measure": "genorm_mean_m", "subject": subject, "estimate": float(m)})
    for i, v in enumerate(found.v):
        subject = f"{name}: {i + 2} and {i + 3}, adding {genes[found.order[i + 2]]}"
        rows.append({**common, "gene": "", "measure": "genorm_v", "subject": subject, "estimate": float(v)})
    return [*rows, *_normfinder_rows(wide, name)]


def _normfinder_rows(wide: pd.DataFrame, name: str) -> Iterator[Row]:
    """NormFinder with conditions as groups, those with two samples or more; with one group it is within it."""
    condition = wide.index.get_level_values("condition").to_numpy()
    _, first, counts = np.unique(condition, return_inverse=True, return_counts=True)
    held = counts[first] > 1
    if wide.shape[1] < LEAST_GENES or not held.any():
        return
    number = np.unique(condition[held], return_inverse=True)[1]
    found = normfinder(wide.to_numpy(dtype=np.float64)[held], number)
    for gene, value in zip(wide.columns, found, strict=True):
        row = {"plate": "", "gene": gene, "measure": "normfinder", "subject": f"{name}, between conditions"}
        yield {**row, "estimate": float(value), "unit": "log2", "n": int(held.sum())}


def _check_m(rows: list[Row], declared: list[str], settings: QpcrSettings, problems: Problems) -> None:
    """Tells of a declared set whose mean M passes the lab's limit."""
    m = [row["estimate"] for row in rows if row["measure"] == "genorm_m"]
    if m and float(np.mean(m)) > settings.reference_max_m:
        limit = f"{settings.reference_max_m:g}"
        problems.add("MG551", seen=f"{np.mean(m):.2f}", genes=listed(declared), limit=limit)
