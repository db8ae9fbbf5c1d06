"""qPCR wells -> qpcr.csv: what became of every well, and the numbers its quantity is made with.

A well has a Cq (`value`), did not reach the threshold (`undetermined`: its quantity lies below what the last cycle
could show), was left out by the lab (`omitted`), or has no result (`none`). Expression follows in
`mgassay.assays.qpcr.expression`, which is offered here as well.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import tables
from mgassay.assays.qpcr.amplification import Truths, cycles_of_wells, factors_of_wells
from mgassay.assays.qpcr.expression import expression_from_qpcr
from mgassay.assays.qpcr.genes import genes_from_targets
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group, joined_flags, qpcr_plates
from mgassay.assays.qpcr.template_controls import check_template_controls
from mgassay.errors import ContractError
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

__all__ = ["expression_from_qpcr", "qpcr_from_wells"]

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


def qpcr_from_wells(experiment: Experiment, qpcr_wells: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The status, cycles and efficiency of every qPCR well (QPCR_WELLS -> QPCR), in the order given.

    cq is empty unless the status is `value`. A Cq equal to the cycle count is undetermined (StepOne writes non-detects
    as 40.0); one of 0 or below is no result. `efficiency` is the factor per cycle: declared, else measured on a
    dilution series, else 2 and flagged `assumed_efficiency`; empty where it cannot be known.
    Raises ContractError for a table of another state or a status that no reader gives.
    """
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
    factors, assumed_factor = factors_of_wells(known, plates, problems)
    known = known.assign(efficiency=factors)
    check_template_controls(known, plates, problems)
    _check_dilutions(known, problems)
    flagged = known.assign(flag=_flags(assumed_cycles, assumed_factor, wells["role"] == "excluded"))
    return tables.QPCR.frame(flagged[list(tables.QPCR.columns)])


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
    samples = wells[(wells["role"] == "sample") & wells["dilution"].notna() & (wells["gene"] != "")]
    for (gene,), rows in each_group(samples.drop_duplicates(["gene", "dilution"]), "gene"):
        if len(rows) > 1:
            problems.add("MG526", gene=gene, seen=listed(f"{d:g}" for d in rows["dilution"]))


def _flags(assumed_cycles: Truths, assumed_factor: Truths, excluded: "pd.Series[bool]") -> npt.NDArray[np.object_]:
    """The joined flags of each well."""
    names = ("assumed_cycles", "assumed_efficiency", "excluded")
    return joined_flags(dict(zip(names, (assumed_cycles, assumed_factor, excluded.to_numpy(dtype=bool)), strict=True)))
