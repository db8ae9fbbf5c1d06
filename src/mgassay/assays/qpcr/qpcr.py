"""qPCR wells -> qpcr.csv: what became of every well, and the numbers its quantity is made with.

A well has a Cq (`value`), did not reach the threshold (`undetermined`: its quantity lies below what the last cycle
could show), was left out by the lab (`omitted`), or has no result (`none`). Expression follows in
`mgassay.assays.qpcr.expression`, which is offered here as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import tables
from mgassay.assays.qpcr.amplification import cycles_of_wells
from mgassay.assays.qpcr.calibrators import calibration_rows
from mgassay.assays.qpcr.curve_efficiency import efficiencies_from_curves
from mgassay.assays.qpcr.expression import expression_from_qpcr, measured_expression
from mgassay.assays.qpcr.gene_efficiencies import Efficiencies, efficiencies_from_wells, efficiency_rows
from mgassay.assays.qpcr.gene_quality import gene_rows
from mgassay.assays.qpcr.genes import genes_from_targets
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group, joined_flags, qpcr_plates
from mgassay.assays.qpcr.shared_errors import efficiency_error_rows
from mgassay.assays.qpcr.technical import replicate_rows
from mgassay.assays.qpcr.technical_outliers import check_outliers, exclusions_of_wells, outliers_of_wells
from mgassay.assays.qpcr.template_controls import check_template_controls
from mgassay.errors import ContractError
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

__all__ = ["expression_from_qpcr", "qpcr_from_wells", "quantify_qpcr"]

_QUALITY_KEY = ["plate", "gene", "measure", "subject"]

# What readers say of a well (readings.csv) -> what qpcr.csv says of it.
STATUSES: Mapping[str, str] = {
    "value": "value",
    "ok": "value",
    "undetermined": "undetermined",
    "above": "undetermined",  # `>40`
    "omitted": "omitted",
    "masked": "omitted",
    "none": "none",
    "missing": "none",
    "below": "none",
    "": "none",
}


@dataclass(frozen=True)
class QpcrTables:
    """AMOUNTS, EFFICIENCY_ERRORS, QPCR, QPCR_QUALITY, and the columns of EXCLUSIONS of wells that are left out here."""

    amounts: pd.DataFrame
    efficiency_errors: pd.DataFrame
    qpcr: pd.DataFrame
    quality: pd.DataFrame
    exclusions: pd.DataFrame


def quantify_qpcr(
    experiment: Experiment, qpcr_wells: pd.DataFrame, curves: pd.DataFrame, problems: Problems
) -> QpcrTables:
    """Everything that is made of qPCR wells (QPCR_WELLS) and their amplification curves (AMPLIFICATION)."""
    known = known_wells(experiment, qpcr_wells, curves, problems)
    expression = measured_expression(experiment, known.qpcr, known.efficiencies, problems)
    rows = [
        *efficiency_rows(known.efficiencies),
        *efficiency_error_rows(expression.technical, known.efficiencies),
        *known.controls,
        *replicate_rows(expression.technical),
        *calibration_rows(expression.calibrations),
        *gene_rows(experiment, expression.technical, expression.amounts, problems),
    ]
    quality = tables.QPCR_QUALITY.frame(rows).sort_values(_QUALITY_KEY, kind="stable", ignore_index=True)
    return QpcrTables(expression.amounts, expression.errors, known.qpcr, quality, exclusions_of_wells(known.removed))


def qpcr_from_wells(experiment: Experiment, qpcr_wells: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The status, cycles and efficiency of every qPCR well (QPCR_WELLS -> QPCR), in the order given.

    cq is empty unless the status is `value`. A Cq equal to the cycle count is undetermined (StepOne writes non-detects
    as 40.0); one of 0 or below is no result. `efficiency` is the factor per cycle: declared, else measured on a
    dilution series, else 2 and flagged `assumed_efficiency`; empty where it cannot be known. Wells that do not agree
    with their replicates are flagged `outlier`, and `excluded` as well where the settings have them removed.
    Raises ContractError for a table of another state or a status that no reader gives.
    """
    return known_wells(experiment, qpcr_wells, tables.AMPLIFICATION.frame(), problems).qpcr


@dataclass(frozen=True)
class KnownWells:
    """QPCR; the efficiencies it holds, with their errors; rows of quality of the controls; wells left out."""

    qpcr: pd.DataFrame
    efficiencies: Efficiencies
    controls: list[dict[str, Any]]
    removed: pd.DataFrame


def known_wells(
    experiment: Experiment, qpcr_wells: pd.DataFrame, curves: pd.DataFrame, problems: Problems
) -> KnownWells:
    """As `qpcr_from_wells`, with amplification curves (AMPLIFICATION) and what else is found on the way."""
    wells = tables.QPCR_WELLS.check(qpcr_wells).reset_index(drop=True)
    plates = qpcr_plates(experiment, wells["plate"])
    cycles, assumed_cycles = cycles_of_wells(wells, plates, problems)
    status = _statuses(wells, cycles, plates, problems)
    known = wells.assign(
        status=status,
        cq=np.where(status == "value", wells["cq"], np.nan),
        cycles=pd.array(cycles, dtype="Int64"),
        gene=genes_from_targets(wells["plate"], wells["target"], problems),
    )
    outlier, alone = outliers_of_wells(known)
    removed = check_outliers(known, outlier, alone, plates, problems)
    counted = known[~removed] if removed.any() else known
    of_curves = efficiencies_from_curves(counted, curves, plates, problems)
    efficiencies = efficiencies_from_wells(counted, plates, of_curves, problems)
    factors, assumed_factor = efficiencies.of_wells(known)
    known = known.assign(efficiency=factors)
    controls = check_template_controls(known[~removed] if removed.any() else known, plates, problems)
    _check_dilutions(known, problems)
    flags = {
        "assumed_cycles": assumed_cycles,
        "assumed_efficiency": assumed_factor,
        "excluded": (wells["role"] == "excluded").to_numpy(dtype=bool) | removed,
        "outlier": outlier,
    }
    flagged = known.assign(flag=joined_flags(flags))
    qpcr = tables.QPCR.frame(flagged[list(tables.QPCR.columns)])
    return KnownWells(qpcr, efficiencies, controls, known[removed])


def _statuses(
    wells: pd.DataFrame, cycles: npt.NDArray[np.int64], plates: Mapping[str, QpcrPlate], problems: Problems
) -> npt.NDArray[np.object_]:
    """qpcr.csv's status of each well, after a look at whether its Cq can be one."""
    status = wells["status"].map(STATUSES).to_numpy(dtype=object)
    if strange := set(wells["status"]).difference(STATUSES):
        raise ContractError(f"qpcr_wells: status {sorted(strange)}")
    cq = wells["cq"].to_numpy()
    named = status == "value"
    status[named & np.isnan(cq)] = "none"
    for (plate,), rows in each_group(wells[named & (cq <= 0)], "plate"):
        facts = {"place": listed(rows["well"]), "seen": f"{rows['cq'].min():g}"}
        problems.add("MG503", file=plates[plate].file, plate=plate, **facts)
    status[named & (cq <= 0)] = "none"
    for (plate,), rows in each_group(wells[named & (cq == cycles)], "plate"):
        facts = {"place": listed(rows["well"]), "seen": f"{rows['cq'].max():g}"}
        problems.add("MG528", file=plates[plate].file, plate=plate, **facts)
    status[named & (cq == cycles)] = "undetermined"
    for (plate,), rows in each_group(wells.assign(run=cycles)[named & (cq > cycles)], "plate"):
        facts = {"place": listed(rows["well"]), "seen": f"{rows['cq'].max():g}", "cycles": f"{rows['run'].min()}"}
        problems.add("MG502", file=plates[plate].file, plate=plate, **facts)
    return status


def _check_dilutions(wells: pd.DataFrame, problems: Problems) -> None:
    """Cq are not corrected for the dilution of the cDNA; where one gene's samples differ in it, the lab should know."""
    columns = wells[["gene", "dilution", "role", "condition"]].drop_duplicates()
    samples = columns[(columns["role"] == "sample") & columns["dilution"].notna() & (columns["gene"] != "")]
    samples = samples[samples["condition"] != ""]  # calibrators are diluted as the lab likes
    for (gene,), rows in each_group(samples.drop_duplicates(["gene", "dilution"]), "gene"):
        if len(rows) > 1:
            problems.add("MG526", gene=gene, seen=listed(f"{d:g}" for d in rows["dilution"]))
