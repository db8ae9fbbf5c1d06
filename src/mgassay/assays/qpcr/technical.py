"""Technical replicates of qPCR: wells of one culture well, gene and plate, averaged on the Cq scale."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.qpcr.amplification import Floats, Truths
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group
from mgassay.problems import Problems, listed

SAMPLE = ["plate", "condition", "donor", "rep"]  # a culture well as one plate saw it
SPREAD_CQ = 0.5  # replicates further apart are pointed out


def technical_means(samples: pd.DataFrame) -> pd.DataFrame:
    """One row per plate × condition × donor × rep × gene, from the wells of samples (columns of QPCR, and gene).

    Columns beside those five: well (joined by `;`), n (wells with a Cq), n_undetermined, log2_quantity
    (−mean Cq · log2 E; NaN unless most wells have a Cq), variance (of that mean, NaN below two wells), bound (the same
    with every missing Cq at the last cycle), floor (a single crossing at the last cycle), spread_cq (latest less
    earliest), efficiency, assumed_cycles, assumed_efficiency, outlier (whether a well of it is flagged so). Rows are in
    the order in which the samples come.
    """
    rows = samples.reset_index(drop=True)
    groups = rows.groupby([*SAMPLE, "gene"], sort=False)
    group = groups.ngroup().to_numpy(dtype=np.int64)
    first = np.unique(group, return_index=True)[1]
    cq, wells = rows["cq"].to_numpy(), np.bincount(group)
    last_cycle = rows["cycles"].to_numpy(dtype=np.float64)
    growth = np.log2(rows["efficiency"].to_numpy()[first])
    seen = ~np.isnan(cq)
    n = np.bincount(group, weights=seen).astype(np.int64)
    mean, variance = _mean_and_variance(cq[seen], group[seen], n)
    latest_possible = np.bincount(group, weights=np.where(seen, cq, last_cycle)) / wells
    return rows.loc[first, [*SAMPLE, "gene", "efficiency"]].assign(
        well=_joined(rows["well"], group),
        n=n,
        n_undetermined=wells - n,
        log2_quantity=np.where(2 * n > wells, -mean * growth, np.nan),
        variance=variance * growth**2,
        bound=-latest_possible * growth,
        floor=-last_cycle[first] * growth,
        spread_cq=(groups["cq"].max() - groups["cq"].min()).to_numpy(),
        assumed_cycles=flagged(rows["flag"], "assumed_cycles")[first],
        assumed_efficiency=flagged(rows["flag"], "assumed_efficiency")[first],
        outlier=np.bincount(group, weights=flagged(rows["flag"], "outlier")) > 0,
    )


def flagged(flags: "pd.Series[str]", name: str) -> Truths:
    """Whether each of the joined flags holds one of this name."""
    held = {joined: name in joined.split(";") for joined in flags.unique()}
    if not any(held.values()):
        return np.zeros(len(flags), dtype=bool)
    return flags.map(held).to_numpy(dtype=bool)


def _mean_and_variance(cq: Floats, group: npt.NDArray[np.integer], n: npt.NDArray[np.integer]) -> tuple[Floats, Floats]:
    """Mean Cq of each group, and the variance of that mean; NaN where n is 0, or below 2."""
    with np.errstate(invalid="ignore", divide="ignore"):  # groups without a Cq are NaN on purpose
        mean = np.bincount(group, weights=cq, minlength=len(n)) / n
        squares = np.bincount(group, weights=(cq - mean[group]) ** 2, minlength=len(n))
        variance = np.where(n > 1, squares / (n - 1) / n, np.nan)
    return mean, variance


def _joined(wells: "pd.Series[str]", group: npt.NDArray[np.integer]) -> list[str]:
    """The wells of each group, joined by `;`, in the order in which they come."""
    members: list[list[str]] = [[] for _ in range(group.max(initial=-1) + 1)]
    for well, index in zip(wells.tolist(), group.tolist(), strict=True):
        members[index].append(well)
    return [";".join(m) for m in members]


def check_replicates(technical: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems) -> None:
    """Points out replicates without a Cq (MG518, MG519) and replicates that lie far apart (MG520)."""
    missing = technical["n_undetermined"] > 0
    most = technical["n"] > technical["n_undetermined"]
    for code, rows in (("MG518", technical[missing & most]), ("MG519", technical[missing & ~most])):
        for (plate, gene), group in each_group(rows, "plate", "gene"):
            problems.add(code, file=plates[plate].file, plate=plate, gene=gene, place=listed(group["well"]))
    for (plate, gene), group in each_group(technical[technical["spread_cq"] > SPREAD_CQ], "plate", "gene"):
        each = zip(group["well"], group["spread_cq"], strict=True)
        problems.add(
            "MG520",
            file=plates[plate].file,
            plate=plate,
            gene=gene,
            place=listed(group["well"]),
            seen=listed(f"{wells}: {spread:.2f}" for wells, spread in each),
            limit=SPREAD_CQ,
        )


def replicate_rows(technical: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of QPCR_QUALITY, `replicate_sd`: the SD of Cq among technical replicates of each plate and gene.

    Pooled over samples, √(Σ SS / Σ (n − 1)), with the interval of an SD (chi-square, 95 %); n is the number of wells in
    groups of two or more. No interval where no well differs from its like.
    """
    from scipy.special import chdtri

    several = technical[(technical["n"] > 1) & technical["variance"].notna() & technical["efficiency"].notna()]
    df = several["n"] - 1
    squares = several["variance"] * several["n"] * df / np.log2(several["efficiency"]) ** 2
    groups = several.assign(df=df, squares=squares).groupby(["plate", "gene"], sort=False)
    rows = []
    for (plate, gene), df_of, total, n in groups[["df", "squares", "n"]].sum().itertuples(name=None):
        where = {"plate": plate, "gene": gene, "measure": "replicate_sd", "subject": "technical", "unit": "Cq", "n": n}
        bounds = {"ci_low": total / chdtri(df_of, 0.025), "ci_high": total / chdtri(df_of, 0.975)} if total else {}
        rows.append({**where, "estimate": np.sqrt(total / df_of), **{k: np.sqrt(v) for k, v in bounds.items()}})
    return rows
