"""Which efficiency each gene's quantities are made with.

Given, else of a dilution series, else of its amplification curves where the lab asks for that, else 2.
Series and curves give one number per gene over all plates: E belongs to the assay, and a factor per plate would shift
the plates against each other by Cq·log2(E1/E2), which at Cq 25 is 1.5 for 1.93 against 2.01. Curves are never asked
unbidden: they follow the fluorescence within a reaction, series the yield over a thousandfold, and the two differ by
some percent, so that a result would hang on whether an export holds its curves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.amplification import Floats, Truths
from mgassay.assays.qpcr.dilution_series import Series, efficiency_from_series, series_of_genes
from mgassay.assays.qpcr.efficiency import ASSUMED, Efficiency, given_efficiency, usable_factor
from mgassay.assays.qpcr.genes import same_gene
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.problems import Problems, listed, suggestion

Pair = tuple[str, str]  # plate, gene
_APART = 0.05  # of the factor: curves that differ from what is used by more are pointed out


@dataclass(frozen=True)
class Efficiencies:
    """What is used of each plate and gene, and what was measured of each gene beside it."""

    used: Mapping[Pair, Efficiency]
    series: Mapping[str, Series] = field(default_factory=dict)
    curves: Mapping[str, Efficiency] = field(default_factory=dict)

    def of_wells(self, wells: pd.DataFrame) -> tuple[Floats, Truths]:
        """The factor, and whether it is assumed, of each row of a table with plate and gene; NaN without a gene."""
        groups = wells.groupby(["plate", "gene"], sort=False)
        pairs = [self.used.get((str(plate), str(gene))) for plate, gene in groups.size().index]
        at = groups.ngroup().to_numpy(dtype=np.int64)
        factors = np.array([np.nan if e is None else e.factor for e in pairs], dtype=np.float64)
        assumed = np.array([e is not None and e.source == "assumed" for e in pairs], dtype=bool)
        return factors[at], assumed[at]


def efficiencies_from_wells(
    wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], curves: Mapping[str, Efficiency], problems: Problems
) -> Efficiencies:
    """The efficiency of each plate and gene of a table with plate, gene, role, cq and standard.

    `curves` are those of amplification curves by gene. A factor is NaN where what was declared or measured cannot be
    one (then a problem says so): the gene has no amounts.
    """
    pairs = [(p, g) for p, g in wells[["plate", "gene"]].drop_duplicates().itertuples(index=False, name=None) if g]
    genes = list(dict.fromkeys(gene for _, gene in pairs))
    _check_declared_genes(plates, genes, problems)
    given = {(plate, gene): _given(plate, gene, genes, plates[plate], problems) for plate, gene in pairs}
    silent = {gene for (_, gene), efficiency in given.items() if efficiency is None}
    series = series_of_genes(wells[wells["gene"].isin(silent)], problems)
    beside = series_of_genes(wells[~wells["gene"].isin(silent)], Problems())  # shown, not used: no errors of theirs
    _check_given(given, beside, problems)
    used = {
        (plate, gene): efficiency or _measured(gene, plates[plate], series, curves)
        for (plate, gene), efficiency in given.items()
    }
    _tell_sources(used, curves, problems)
    return Efficiencies(used, {**series, **beside}, curves)


def _measured(
    gene: str, plate: QpcrPlate, series: Mapping[str, Series], curves: Mapping[str, Efficiency]
) -> Efficiency:
    """What was measured of a gene, by the order that its plate's settings ask for."""
    if gene in series:
        found = efficiency_from_series(series[gene])
        return found if usable_factor(found.factor) else Efficiency(float("nan"), "series")
    if plate.settings.efficiency_from == "series_then_curves" and gene in curves:
        return curves[gene]
    return ASSUMED


def _check_declared_genes(plates: Mapping[str, QpcrPlate], genes: list[str], problems: Problems) -> None:
    """Every gene of an efficiency table must have been measured, or the one that is meant would go without (MG509)."""
    for plate in plates.values():
        for table in (plate.settings.efficiency, plate.settings.efficiency_se):
            for name in table if isinstance(table, dict) else ():
                if not same_gene(name, genes):
                    problems.add("MG509", seen=name, suggestion=suggestion(name, genes))


def _of_gene(given: float | dict[str, float] | None, gene: str, genes: list[str]) -> float | None:
    """What a setting, one number or a table by gene, says of one of `genes`."""
    return {same_gene(k, genes): v for k, v in given.items()}.get(gene) if isinstance(given, dict) else given


def _given(name: str, gene: str, genes: list[str], plate: QpcrPlate, problems: Problems) -> Efficiency | None:
    """What the settings give for one of `genes` on a plate: None where silent, NaN where it cannot be (MG504)."""
    factor = _of_gene(plate.settings.efficiency, gene, genes)
    se = _of_gene(plate.settings.efficiency_se, gene, genes)
    where = {"file": plate.file, "plate": name, "gene": gene}
    if factor is None:
        if se is not None:
            problems.add("MG537", **where, seen=f"{se:g}")
        return None
    if not usable_factor(factor):
        problems.add("MG504", **where, seen=f"{factor:g}")
    elif se is not None and not 0 < se < factor - 1:
        problems.add("MG539", **where, seen=f"{se:g}", factor=f"{factor:g}")
        se = None
    return given_efficiency(factor, se)


def _check_given(given: Mapping[Pair, Efficiency | None], series: Mapping[str, Series], problems: Problems) -> None:
    """Points out efficiencies that the interval of the gene's own dilution series excludes (MG538)."""
    for (plate, gene), efficiency in given.items():
        if efficiency is None or gene not in series:
            continue
        measured = efficiency_from_series(series[gene])
        if efficiency.factor < measured.ci_low or efficiency.factor > measured.ci_high:
            shown = {"low": f"{measured.ci_low:.3f}", "high": f"{measured.ci_high:.3f}"}
            problems.add("MG538", plate=plate, gene=gene, seen=f"{efficiency.factor:g}", **shown)


def _tell_sources(used: Mapping[Pair, Efficiency], curves: Mapping[str, Efficiency], problems: Problems) -> None:
    """Says of which genes 2 is assumed (MG508), which rest on curves (MG540), and where curves disagree (MG541)."""
    assumed = listed(gene for (_, gene), e in used.items() if e.source == "assumed")
    if assumed:
        problems.add("MG508", seen=assumed)
    of_curves = {gene: e for (_, gene), e in used.items() if e.source == "curves"}
    for gene, e in of_curves.items():
        problems.add("MG540", gene=gene, seen=f"{e.factor:.3f}", reactions=e.n)
    for gene, curve in curves.items():
        others = [e.factor for (_, g), e in used.items() if g == gene and e.source != "curves"]
        worst = max(others, key=lambda f: abs(np.log(f / curve.factor)), default=curve.factor)
        if abs(np.log(worst / curve.factor)) > np.log1p(_APART):
            problems.add("MG541", gene=gene, seen=f"{curve.factor:.3f}", used=f"{worst:.3f}", reactions=curve.n)


def efficiency_rows(found: Efficiencies) -> list[dict[str, Any]]:
    """Rows of QPCR_QUALITY: the efficiency used of every gene, those that were measured beside it, and the series.

    `efficiency` has the source for its subject; the plate is empty where all plates of the gene have the same.
    """
    by_gene: dict[str, dict[str, Efficiency]] = {}
    for (plate, gene), efficiency in found.used.items():
        by_gene.setdefault(gene, {})[plate] = efficiency
    rows = []
    for gene, of_plates in by_gene.items():
        alike = len({number_key(e) for e in of_plates.values()}) == 1
        kept = {"": next(iter(of_plates.values()))} if alike else of_plates
        rows += [_row(plate, gene, e.source, e) for plate, e in kept.items()]
        sources = {e.source for e in of_plates.values()}
        if gene in found.series and "series" not in sources:
            rows.append(_row("", gene, "series, not used", efficiency_from_series(found.series[gene])))
        if gene in found.curves and "curves" not in sources:
            rows.append(_row("", gene, "curves, not used", found.curves[gene]))
    return rows + [row for gene, series in found.series.items() for row in _series_rows(gene, series)]


def number_key(e: Efficiency) -> tuple[str, str, str]:
    """What makes two efficiencies the same row (NaN is like NaN)."""
    return e.source, repr(e.factor), repr(e.se_log2)


def _row(plate: str, gene: str, subject: str, e: Efficiency) -> dict[str, Any]:
    """One `efficiency` row."""
    flag = "assumed_efficiency" if e.source == "assumed" else ""
    where = {"plate": plate, "gene": gene, "measure": "efficiency", "subject": subject, "unit": "1"}
    factor = e.factor if np.isfinite(e.factor) else np.nan
    return {**where, "estimate": factor, "ci_low": e.ci_low, "ci_high": e.ci_high, "n": e.n, "flag": flag}


def _series_rows(gene: str, series: Series) -> list[dict[str, Any]]:
    """Slope, R² and range of a gene's dilution series."""
    low, high = series.slope_bounds()
    where = {"gene": gene, "subject": "series", "n": series.n}
    return [
        {**where, "measure": "series_slope", "estimate": series.slope, "unit": "Cq", "ci_low": low, "ci_high": high},
        {**where, "measure": "series_r2", "estimate": series.r2, "unit": "1"},
        {**where, "measure": "series_lowest", "estimate": series.low, "unit": "as given"},
        {**where, "measure": "series_highest", "estimate": series.high, "unit": "as given"},
    ]
