"""How many cycles a plate ran, and by what factor each gene grows per cycle.

The factor E is what the lab declared, else measured on a dilution series, else 2 (a perfect assay), flagged. It is one
number per gene over all plates that ran a series: E belongs to the assay, and a factor per plate would shift the
plates against each other by Cq·log2(E1/E2), which at Cq 25 is 1.5 for 1.93 against 2.01.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.qpcr.genes import same_gene
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group
from mgassay.problems import Problems, listed, suggestion

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

ASSUMED_CYCLES = 40
ASSUMED_FACTOR = 2.0
LEAST_LEVELS = 3
_FACTORS = (1.0, 3.0)  # more than threefold per cycle is a percentage or a mistake; measured slopes reach 2.2


def factor_from_slope(slope: float) -> float:
    """Growth per cycle from the slope of Cq on log10 quantity: E = 10^(−1/slope); NaN for a slope of 0 or above.

    Infinite where the slope is so flat that the factor passes the largest number.
    Source: Pfaffl 2001, Nucleic Acids Res 29:e45.

    >>> round(factor_from_slope(-3.321928094887362), 12)
    2.0
    """
    with np.errstate(over="ignore"):
        return float(np.power(10.0, -1.0 / slope)) if slope < 0 else float("nan")


def usable_factor(factor: float) -> bool:
    """Whether a number can be a factor per cycle (above 1, at most 3)."""
    return _FACTORS[0] < factor <= _FACTORS[1]


def cycles_of_wells(
    wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems
) -> tuple[npt.NDArray[np.int64], Truths]:
    """Cycles run, and whether they are assumed, for each well: from the export, else the settings, else 40.

    Wells of one plate share a run: a well where the export is silent takes what it says of the plate's other wells,
    the fewest where they differ: no quantity can then lie above the bound of a well without a Cq.
    """
    own = wells["cycles"].to_numpy(dtype=np.float64, na_value=np.nan)
    exported = pd.Series(own).groupby(wells["plate"].to_numpy(), sort=False).min()
    declared: dict[str, float] = {}
    assumed = []
    for name, plate in plates.items():
        said, told = plate.settings.cycles, float(exported[name])
        declared[name] = float(told if np.isfinite(told) else said or ASSUMED_CYCLES)
        if np.isnan(told) and said is None:
            assumed.append(name)
            problems.add("MG501", file=plate.file, plate=name, cycles=ASSUMED_CYCLES)
        elif said is not None and np.isfinite(told) and told != said:
            problems.add("MG527", file=plate.file, plate=name, seen=said, cycles=f"{told:.0f}")
    cycles = np.where(np.isfinite(own), own, wells["plate"].map(declared).to_numpy(dtype=np.float64))
    return cycles.astype(np.int64), np.asarray(wells["plate"].isin(assumed), dtype=bool)


def factors_of_wells(wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems) -> tuple[Floats, Truths]:
    """Growth per cycle, and whether it is assumed, for each well of a table with plate, gene, role, cq and standard.

    NaN where a well has no target, or what was declared or measured cannot be a factor (then a problem says so).
    """
    pairs = [(p, g) for p, g in wells[["plate", "gene"]].drop_duplicates().itertuples(index=False, name=None) if g]
    genes = list(dict.fromkeys(gene for _, gene in pairs))
    _check_declared_genes(plates, genes, problems)
    declared = {(plate, gene): _declared_factor(plate, gene, genes, plates[plate], problems) for plate, gene in pairs}
    silent = list(dict.fromkeys(gene for (_, gene), factor in declared.items() if factor is None))
    measured = series_factors(wells[wells["gene"].isin(silent)], problems)
    assumed = {pair for pair, factor in declared.items() if factor is None and pair[1] not in measured}
    if assumed:
        problems.add("MG508", seen=listed(gene for gene in silent if gene not in measured))
    known = {
        (plate, gene): measured.get(gene, ASSUMED_FACTOR) if factor is None else factor
        for (plate, gene), factor in declared.items()
    }
    pair_of_well = list(zip(wells["plate"].tolist(), wells["gene"].tolist(), strict=True))
    factors = [known.get(pair, np.nan) for pair in pair_of_well]
    return np.asarray(factors, dtype=np.float64), np.asarray([p in assumed for p in pair_of_well], dtype=bool)


def _check_declared_genes(plates: Mapping[str, QpcrPlate], genes: list[str], problems: Problems) -> None:
    """Every gene of an efficiency table must have been measured, or the one that is meant would go without (MG509)."""
    for plate in plates.values():
        table = plate.settings.efficiency
        for name in table if isinstance(table, dict) else ():
            if not same_gene(name, genes):
                problems.add("MG509", seen=name, suggestion=suggestion(name, genes))


def _declared_factor(name: str, gene: str, genes: list[str], plate: QpcrPlate, problems: Problems) -> float | None:
    """What the settings give for one of `genes` on a plate: None where silent, NaN where it cannot be (MG504)."""
    given = plate.settings.efficiency
    if isinstance(given, dict):
        given = {same_gene(k, genes): v for k, v in given.items()}.get(gene)
    if given is None or usable_factor(given):
        return given
    problems.add("MG504", file=plate.file, plate=name, gene=gene, seen=f"{given:g}")
    return float("nan")


@dataclass(frozen=True)
class Series:
    """The common slope of a gene's dilution series, in Cq per tenfold quantity."""

    slope: float
    r2: float
    levels: int


def series_factors(wells: pd.DataFrame, problems: Problems) -> dict[str, float]:
    """Growth per cycle of every gene with a dilution series (role standard with a quantity); NaN where it cannot be."""
    standards = wells[(wells["role"] == "standard") & (wells["standard"] > 0) & wells["cq"].notna()]
    factors: dict[str, float] = {}
    for (gene,), rows in each_group(standards[standards["gene"] != ""], "gene"):
        levels = int(rows.groupby("plate")["standard"].nunique().max())
        if levels < LEAST_LEVELS:
            problems.add("MG505", gene=gene, levels=levels)
            continue
        series = fit_series(rows)
        factor = factor_from_slope(series.slope)
        if usable_factor(factor):
            factors[gene] = factor
            shown = {"slope": f"{series.slope:.3f}", "r2": f"{series.r2:.4f}", "levels": str(series.levels)}
            problems.add("MG507", gene=gene, seen=f"{factor:.3f}", **shown)
        else:
            factors[gene] = float("nan")
            problems.add("MG506", gene=gene, seen=f"{series.slope:.3f}")
    return factors


def fit_series(standards: pd.DataFrame) -> Series:
    """Least squares of Cq on log10 quantity with one slope and an intercept for each plate.

    Takes one gene's standards (plate, standard > 0, cq); plates with fewer than three quantities do not count.
    With one plate it is the ordinary regression line.
    """
    counts = standards.groupby("plate")["standard"].transform("nunique")
    used = standards[counts >= LEAST_LEVELS]
    x = pd.Series(np.log10(used["standard"].to_numpy()), index=used.index)
    x_centred = (x - x.groupby(used["plate"]).transform("mean")).to_numpy()
    y_centred = (used["cq"] - used.groupby("plate")["cq"].transform("mean")).to_numpy()
    slope = float(x_centred @ y_centred / (x_centred @ x_centred))
    total = float(y_centred @ y_centred)
    rest = y_centred - slope * x_centred
    r2 = 1.0 - float(rest @ rest) / total if total > 0 else float("nan")
    return Series(slope, r2, int(used["standard"].nunique()))
