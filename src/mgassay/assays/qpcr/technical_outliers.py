"""Wells of qPCR that do not agree with their technical replicates."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mgassay.assays.curves.outliers import outlying_wells
from mgassay.assays.qpcr.amplification import Floats, Truths
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group
from mgassay.problems import Problems, listed

RULE = "outlier among its replicates"
LEAST_APART_CQ = 0.5  # from the mean of the others; less is no concern, however well the other wells agree
_PIPETTING_CQ = 0.15  # SD of wells with many copies
_ONE_COPY_CQ = 37.0  # where a single copy crosses, about


def well_sd(cq: Floats) -> Floats:
    """The SD among replicate wells that is to be expected at a Cq: pipetting, and the chance of drawing few copies.

    Copies N = 2^(37 − Cq) are drawn with variance N, which is 1/(N·ln²2) in Cq: from about Cq 33 on the wells of a
    rare gene scatter more than those of a common one. Only the ratio of SDs along Cq counts for the test.
    Source: the Poisson distribution of copies among wells, by the delta method.

    >>> [round(float(sd), 2) for sd in well_sd(np.array([20.0, 30.0, 34.0, 37.0]))]
    [0.15, 0.2, 0.53, 1.45]
    """
    copies = 2.0 ** (_ONE_COPY_CQ - cq)
    return np.asarray(np.sqrt(_PIPETTING_CQ**2 + 1.0 / (copies * np.log(2.0) ** 2)))


def outliers_of_wells(wells: pd.DataFrame) -> tuple[Truths, Truths]:
    """Whether each well is an outlier among its replicates, and whether two or more replicates stand against it.

    `wells` has plate, gene, role, condition, donor, rep, sample, standard, status and cq. Replicates are wells of one
    gene in one culture well (samples without a condition: of one name; standards: of one quantity) on a plate. Each
    gene is tested over all plates: externally studentised residuals, weighted by `well_sd`, p below 0.01 after
    Bonferroni over its wells, and 0.5 Cq or more from the mean of the others. A test inside a triplicate (Grubbs,
    Dixon) is not used: its two other wells alone cannot say what scatter is usual, and any close pair makes an outlier
    of the third. Source: Cook and Weisberg 1982, Residuals and Influence in Regression, ch. 2.2.2.
    """
    found, alone = np.zeros(len(wells), bool), np.zeros(len(wells), bool)
    tested = wells["role"].isin(["sample", "standard"]) & (wells["status"] == "value") & (wells["gene"] != "")
    at = np.flatnonzero(tested.to_numpy())
    rows = wells.iloc[at].reset_index(drop=True)
    group = _replicates(rows)
    for gene in np.unique(genes := rows.groupby("gene", sort=False).ngroup().to_numpy()):
        own = np.flatnonzero(genes == gene)
        cq, of_gene = rows["cq"].to_numpy()[own], np.unique(group[own], return_inverse=True)[1].astype(np.int64)
        size = np.bincount(of_gene)[of_gene]
        mean = (np.bincount(of_gene, weights=cq) / np.bincount(of_gene))[of_gene]
        outliers = outlying_wells(cq, of_gene, 1.0 / well_sd(mean) ** 2)
        apart = np.abs(cq - mean) * size >= LEAST_APART_CQ * np.maximum(size - 1, 1)
        found[at[own]], alone[at[own]] = outliers.outlying & apart, outliers.alone & apart
    return found, alone


def _replicates(rows: pd.DataFrame) -> Floats:
    """The number of each row's group of technical replicates."""
    mapped = (rows["condition"] != "") & (rows["donor"] != "")
    keys = ["plate", "gene", "condition", "donor", "rep"]
    named, told = rows[[*keys, "role", "sample"]], rows["standard"]
    if not mapped.all() or told.notna().any():  # most runs hold samples only, and fewer keys are quicker
        named = named.assign(sample=named["sample"].where(~mapped, ""), quantity=told.fillna(-1.0))
        keys = list(named.columns)
    return np.asarray(named.groupby(keys, sort=False).ngroup().to_numpy())


def check_outliers(
    wells: pd.DataFrame, found: Truths, alone: Truths, plates: Mapping[str, QpcrPlate], problems: Problems
) -> Truths:
    """Which wells are left out, as each plate's settings ask (`outliers`); says so (MG531), and which count (MG530)."""
    asked = wells["plate"].map({name: p.settings.outliers == "remove" for name, p in plates.items()})
    removed: Truths = alone & asked.to_numpy(dtype=bool)
    for code, rows in (("MG530", wells[found & ~removed]), ("MG531", wells[removed])):
        for (plate, gene), group in each_group(rows, "plate", "gene"):
            each = zip(group["well"], group["cq"], strict=True)
            seen = listed(f"{well} (Cq {cq:.2f})" for well, cq in each)
            problems.add(code, file=plates[plate].file, place=listed(group["well"]), plate=plate, gene=gene, seen=seen)
    return removed


def exclusions_of_wells(wells: pd.DataFrame) -> pd.DataFrame:
    """The columns of EXCLUSIONS for wells that are left out (rows with plate, well, donor and cq)."""
    return wells[["plate", "well", "donor"]].assign(assay="qpcr", rule=RULE, value=wells["cq"], by="mgassay")
