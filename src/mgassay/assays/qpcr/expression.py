"""qpcr.csv -> expression of each gene in each culture well, relative to the reference genes, on the log2 scale.

log2 quantity = −mean Cq · log2 E over technical replicates; expression = that of the gene less the mean of the
reference genes', all on one plate. With E = 2 it is −ΔCq (Livak 2001, Methods 25:402), with measured E Pfaffl's ratio
(2001, Nucleic Acids Res 29:e45).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.assays.qpcr.amplification import Floats
from mgassay.assays.qpcr.calibrators import calibrations_from_wells
from mgassay.assays.qpcr.efficiency import CONFIDENCE
from mgassay.assays.qpcr.efficiency_errors import Related, efficiency_errors
from mgassay.assays.qpcr.gene_efficiencies import Efficiencies
from mgassay.assays.qpcr.genes import genes_from_targets
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group, joined_flags, qpcr_plates, sample_names
from mgassay.assays.qpcr.references import (
    by_kind_of_rna,
    check_references,
    is_reference,
    reference_genes,
    reference_quantities,
)
from mgassay.assays.qpcr.shared_errors import calibrated, shared_reference_errors, with_shared_errors
from mgassay.assays.qpcr.technical import SAMPLE, check_replicates, flagged, technical_means
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed


def expression_from_qpcr(experiment: Experiment, qpcr: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Log2 expression of each gene per plate × condition × donor × rep (QPCR -> AMOUNTS).

    value = log2 Q(gene) − mean over the reference genes of log2 Q; the reference genes themselves have no rows.
    ci_low and ci_high come from technical replicates (two or more of every gene involved, else empty), from the error
    of the efficiencies where it is known and from that of calibrators (`mgassay.assays.qpcr.shared_errors`):
    SE² = SE²(gene) + Σ SE²(reference)/k², t with Welch–Satterthwaite degrees of freedom, 95 %. They say how well one
    amount is measured, not how well the donors agree.

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
    return measured_expression(experiment, qpcr, None, problems).amounts


@dataclass(frozen=True)
class Expression:
    """AMOUNTS of the genes asked about; technical means of all genes; shifts of plates (None without calibrators).

    errors: EFFICIENCY_ERRORS of the amounts. technical: as `technical_means` gives them, calibrated, with the errors
    that samples share.
    """

    amounts: pd.DataFrame
    errors: pd.DataFrame
    technical: pd.DataFrame
    calibrations: pd.DataFrame | None


def measured_expression(
    experiment: Experiment, qpcr: pd.DataFrame, efficiencies: Efficiencies | None, problems: Problems
) -> Expression:
    """As `expression_from_qpcr`, with the errors of the efficiencies, and what the amounts were made from."""
    checked = tables.QPCR.check(qpcr)
    plates = qpcr_plates(experiment, checked["plate"])
    wells = checked.assign(gene=genes_from_targets(checked["plate"], checked["target"], problems))
    used = wells[~flagged(wells["flag"], "excluded")]
    raw = technical_means(_sample_wells(used, plates, problems))
    check_replicates(raw, plates, problems)
    calibrations = calibrations_from_wells(used, plates, problems)
    technical = with_shared_errors(calibrated(raw, calibrations), efficiencies)
    references = reference_genes(raw, plates, problems)
    kinds = list(by_kind_of_rna(technical, references, plates, problems))
    related = _related(technical, kinds, plates, problems)
    _check_repeats(related, problems)
    errors = efficiency_errors(related, kinds, efficiencies or Efficiencies({}), problems)
    named = related.assign(experiment=experiment.id, assay="qpcr", unit="log2", readout="gene:" + related["gene"])
    return Expression(tables.AMOUNTS.frame(named[list(tables.AMOUNTS.columns)]), errors, technical, calibrations)


def _sample_wells(wells: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems) -> pd.DataFrame:
    """The samples' wells that were run, of a table with gene; those without a result are pointed out (MG521)."""
    mapped = (wells["condition"] != "") & (wells["donor"] != "") & (wells["target"] != "")
    samples = wells[(wells["role"] == "sample") & mapped]
    for (plate,), rows in each_group(samples[samples["status"] == "none"], "plate"):
        problems.add("MG521", file=plates[plate].file, plate=plate, place=listed(rows["well"]), seen=len(rows))
    return samples[samples["status"].isin(["value", "undetermined"])]


def _related(
    technical: pd.DataFrame, kinds: Iterable[Related], plates: Mapping[str, QpcrPlate], problems: Problems
) -> pd.DataFrame:
    """Genes relative to the reference genes of their own kind of RNA."""
    parts = [related_to_references(rows, own, plates, problems) for rows, own in kinds]
    if filled := [part for part in parts if len(part)]:
        return pd.concat(filled, ignore_index=True)
    return related_to_references(technical, {}, plates, problems)


def related_to_references(
    technical: pd.DataFrame, references: Mapping[str, list[str]], plates: Mapping[str, QpcrPlate], problems: Problems
) -> pd.DataFrame:
    """The technical means of the genes asked about, with value, interval, limit and flag relative to `references`."""
    usable = technical[technical["plate"].isin(list(references))]
    of_reference = is_reference(usable, references)
    asked, measured = usable[~of_reference], usable[of_reference]
    both = asked.join(reference_quantities(measured), on=SAMPLE).join(shared_reference_errors(measured), on=SAMPLE)
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
        "outlier": rows["outlier"] | rows["reference_outlier"].astype(bool),
    }
    limit = rows["bound"].where(rows["log2_quantity"].isna(), rows["floor"]) - rows["reference"]
    flag = joined_flags({name: held.to_numpy(dtype=bool) for name, held in flags.items()})
    return rows.assign(value=value, ci_low=value - half, ci_high=value + half, limit=limit, flag=flag)


def _half_width(rows: pd.DataFrame) -> Floats:
    """t·SE of each row; NaN where there is no technical variance (one replicate, or readings alike as printed)."""
    from scipy.special import stdtrit

    own, n = rows["variance"].to_numpy(), rows["n"].to_numpy()
    technical = own + rows["reference_variance"].to_numpy()
    shared = (rows["shared_variance"] + rows["reference_shared_variance"]).to_numpy()
    shared_spread = (rows["shared_spread"] + rows["reference_shared_spread"]).to_numpy()
    known = np.isfinite(technical) & (technical > 0)
    variance = (technical + shared)[known]
    spread = own[known] ** 2 / (n[known] - 1) + rows["reference_spread"].to_numpy()[known] + shared_spread[known]
    half = np.full(len(rows), np.nan)
    half[known] = stdtrit(variance**2 / spread, 0.5 + CONFIDENCE / 2) * np.sqrt(variance)
    return half


def _check_repeats(related: pd.DataFrame, problems: Problems) -> None:
    """Points out genes of a sample that were run on more than one plate (MG524)."""
    repeats = related[related.duplicated(["gene", *SAMPLE[1:]], keep=False)]
    for (gene,), rows in each_group(repeats, "gene"):
        problems.add("MG524", gene=gene, seen=listed(sample_names(rows)), plates=listed(rows["plate"]))
