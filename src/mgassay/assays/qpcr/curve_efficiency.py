"""Amplification curves of an experiment -> the efficiency of each gene that they give."""

import unicodedata
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.amplification import Floats
from mgassay.assays.qpcr.efficiency import Efficiency
from mgassay.assays.qpcr.exponential_phase import LEAST_CYCLES, exponential_phases
from mgassay.assays.qpcr.linear_window import LEAST_REACTIONS, efficiency_from_slopes, slopes_in_window
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group
from mgassay.problems import Problems

_KEYS = ["plate", "well", "target"]


def efficiencies_from_curves(
    wells: pd.DataFrame, curves: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems
) -> dict[str, Efficiency]:
    """Growth per cycle by gene, from the curves (AMPLIFICATION) of samples and standards that have a Cq.

    `wells` has plate, well, target, gene, role and status; omitted and excluded wells are not used. Each plate has a
    window of its own, since plates differ in gain; the mean is over all reactions. Genes with fewer than three
    reactions that have an exponential phase give none; where the settings ask for curves this is said (MG543).
    """
    asked = {name for name, plate in plates.items() if plate.settings.efficiency_from == "series_then_curves"}
    if curves.empty and not asked:
        return {}
    used = wells[wells["role"].isin(["sample", "standard"]) & (wells["status"] == "value") & (wells["gene"] != "")]
    joined = _curves_of_wells(used, curves)
    found: dict[str, Efficiency] = {}
    for (gene,), of_gene in each_group(joined, "gene"):
        slopes = [_slopes(rows["fluorescence"]) for _, rows in each_group(of_gene, "plate")]
        if efficiency := efficiency_from_slopes(np.concatenate(slopes)):
            found[gene] = efficiency
    for gene in used.loc[used["plate"].isin(asked), "gene"].unique():
        if gene not in found:
            n = int((joined["gene"] == gene).sum())
            seen = f"fewer than {LEAST_REACTIONS} of its {n} curves have an exponential phase" if n else "it has none"
            problems.add("MG543", gene=gene, seen=seen)
    return found


def _curves_of_wells(wells: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """The curves of these wells, with their genes; a curve without a target is that of a well with one target."""
    names = {name: unicodedata.normalize("NFKC", name).strip() for name in curves["target"].unique()}
    named = curves.assign(target=curves["target"].map(names).astype("str")).drop_duplicates(_KEYS)
    by_target = wells[[*_KEYS, "gene"]].merge(named[named["target"] != ""], on=_KEYS)
    single = wells.drop_duplicates(_KEYS[:2], keep=False)[[*_KEYS, "gene"]]
    silent = named[named["target"] == ""].drop(columns="target")
    return pd.concat([by_target, single.merge(silent, on=_KEYS[:2])], ignore_index=True)


def _slopes(texts: "pd.Series[str]") -> Floats:
    """The slope in the window of linearity of each curve of one plate and gene, from fluorescence joined by `;`.

    Only curves without gaps and of the commonest length are used.
    """
    whole = [text.split(";") for text in texts if ";;" not in f";{text};"]
    lengths = pd.Series([len(values) for values in whole], dtype=np.int64)
    if lengths.empty or lengths.mode()[0] < LEAST_CYCLES:
        return np.empty(0)
    fluorescence = np.array([v for v in whole if len(v) == lengths.mode()[0]], dtype=np.float64)
    return slopes_in_window(exponential_phases(fluorescence))
