"""qpcr.csv -> expression of each gene in each culture well, relative to the reference genes, on the log2 scale.

log2 quantity = −mean Cq · log2 E over technical replicates; expression = that of the gene less the mean of the
reference genes', all on one plate. With E = 2 it is −ΔCq (Livak 2001, Methods 25:402), with measured E Pfaffl's ratio
(2001, Nucleic Acids Res 29:e45).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.assays.qpcr.amplification import Floats
from mgassay.assays.qpcr.genes import genes_from_targets
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group, joined_flags, qpcr_plates, sample_names
from mgassay.assays.qpcr.references import check_references, is_reference, reference_genes, reference_quantities
from mgassay.assays.qpcr.technical import SAMPLE, check_replicates, technical_means
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

CONFIDENCE = 0.95


def expression_from_qpcr(experiment: Experiment, qpcr: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Log2 expression of each gene per plate × condition × donor × rep (QPCR -> AMOUNTS).

    value = log2 Q(gene) − mean over the reference genes of log2 Q; the reference genes themselves have no rows.
    ci_low and ci_high come from technical replicates alone (two or more of every gene involved, else empty):
    SE² = SE²(gene) + Σ SE²(reference)/k², t with Welch–Satterthwaite degrees of freedom, 95 %. They say how well the
    wells agree, not how well the donors do.

    Replicates without a Cq are never set to the cycle count and never dropped in silence:
    - most have a Cq: value from those, flag `undetermined` (MG518). With an early neighbour a failed well is the
      likely reason; for a rare gene the value is somewhat too high.
    - half or fewer have one: value empty, flag `undetermined` (MG519), and `limit` is an upper bound: the log2
      expression with every missing Cq at the last cycle, the earliest at which it can have been.
    In the other rows `limit` is the assay's floor: what a crossing at the last cycle would have given.
    A sample without a quantity of its reference genes has neither (MG517); one whose reference genes are not all on
    its plate has no rows (MG516), nor has a gene whose efficiency is an error.
    Raises ContractError for a table of another state.
    """
    wells = tables.QPCR.check(qpcr)
    plates = qpcr_plates(experiment, wells["plate"])
    technical = technical_means(_sample_wells(wells, plates, problems))
    check_replicates(technical, plates, problems)
    references = reference_genes(technical, plates, problems)
    related = related_to_references(technical, references, plates, problems)
    _check_repeats(related, problems)
    for calibrator in dict.fromkeys(p.settings.calibrator for p in plates.values() if p.settings.calibrator):
        problems.add("MG525", seen=calibrator)
    named = related.assign(experiment=experiment.id, assay="qpcr", unit="log2", readout="gene:" + related["gene"])
    return tables.AMOUNTS.frame(named[list(tables.AMOUNTS.columns)])


def _sample_wells(wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems) -> pd.DataFrame:
    """The samples' wells that were run, with their gene; those without a result are pointed out (MG521)."""
    named = wells.assign(gene=genes_from_targets(wells["plate"], wells["target"], problems))
    mapped = (wells["condition"] != "") & (wells["donor"] != "") & (wells["target"] != "")
    samples = named[(wells["role"] == "sample") & mapped]
    for (plate,), rows in each_group(samples[samples["status"] == "none"], "plate"):
        problems.add("MG521", file=plates[plate].file, plate=plate, place=listed(rows["well"]), seen=len(rows))
    return samples[samples["status"].isin(["value", "undetermined"])]


def related_to_references(
    technical: pd.DataFrame, references: Mapping[str, list[str]], plates: Mapping[str, QpcrPlate], problems: Problems
) -> pd.DataFrame:
    """The technical means of the genes asked about, with value, interval, limit and flag relative to `references`."""
    usable = technical[technical["plate"].isin(list(references))]
    of_reference = is_reference(usable, references)
    asked, measured = usable[~of_reference], usable[of_reference]
    both = asked.join(reference_quantities(measured), on=SAMPLE)
    complete = both["references"] == both["plate"].map({plate: len(genes) for plate, genes in references.items()})
    check_references(both[~complete], measured, references, plates, problems)
    known = both["efficiency"].notna() & both["reference_efficiency"].notna()
    return _valued(both[complete & known].reset_index(drop=True))


def _valued(rows: pd.DataFrame) -> pd.DataFrame:
    """Value, interval, limit and flag of each gene, beside what its reference genes say."""
    value = rows["log2_quantity"] - rows["reference"]
    half = _half_width(rows)
    flags = {
        "undetermined": (rows["n_undetermined"] > 0) | rows["reference_undetermined"].astype(bool),
        "assumed_cycles": rows["assumed_cycles"],
        "assumed_efficiency": rows["assumed_efficiency"] | rows["reference_assumed"].astype(bool),
    }
    limit = rows["bound"].where(rows["log2_quantity"].isna(), rows["floor"]) - rows["reference"]
    flag = joined_flags({name: held.to_numpy(dtype=bool) for name, held in flags.items()})
    return rows.assign(value=value, ci_low=value - half, ci_high=value + half, limit=limit, flag=flag)


def _half_width(rows: pd.DataFrame) -> Floats:
    """t·SE of each row; NaN where there is no variance to speak of (one replicate, or readings alike as printed)."""
    from scipy.special import stdtrit

    own, n = rows["variance"].to_numpy(), rows["n"].to_numpy()
    variance = own + rows["reference_variance"].to_numpy()
    known = np.isfinite(variance) & (variance > 0)
    spread = own[known] ** 2 / (n[known] - 1) + rows["reference_spread"].to_numpy()[known]
    half = np.full(len(rows), np.nan)
    half[known] = stdtrit(variance[known] ** 2 / spread, 0.5 + CONFIDENCE / 2) * np.sqrt(variance[known])
    return half


def _check_repeats(related: pd.DataFrame, problems: Problems) -> None:
    """Points out genes of a sample that were run on more than one plate (MG524)."""
    repeats = related[related.duplicated(["gene", *SAMPLE[1:]], keep=False)]
    for (gene,), rows in each_group(repeats, "gene"):
        problems.add("MG524", gene=gene, seen=listed(sample_names(rows)), plates=listed(rows["plate"]))
