"""Readouts that are given per mg protein too, and the lab told where that cannot be."""

from dataclasses import dataclass

import pandas as pd

from mgassay.assays.plates.per_protein import flag_no_protein, per_protein
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed

_LISTED = 6


@dataclass(frozen=True)
class Quotient:
    """A readout per mg protein; `what` is the assay in the words of a message.

    `always`: whether live reps without protein are told where no rep of the assay has any.
    """

    assay: str
    readout: str
    unit: str
    what: str
    always: bool = True


def set_against_protein(
    experiment: Experiment,
    measured: pd.DataFrame,
    protein: pd.DataFrame,
    of: Quotient,
    problems: Problems,
    amount: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Wells (WELL_AMOUNTS) with the flag `no_protein` where it is due, and the quotients as rows of AMOUNTS.

    `amount` is what is divided, the wells themselves where it is not given. MG320 and MG321 tell of live reps without
    usable protein; without cells there is no protein to miss.
    """
    top = measured if amount is None else amount
    quotients, lacking = per_protein(top, protein, assay=of.assay, readout=of.readout, unit=of.unit)
    cells = experiment.conditions.set_index("condition").cells
    lacking = lacking[lacking.condition.map(cells) == "live"]
    if not of.always and quotients.empty and not (lacking.reason == "outside").any():
        return measured, quotients
    _tell_no_protein(experiment, lacking, of, problems)
    return flag_no_protein(measured, lacking), quotients


def _tell_no_protein(experiment: Experiment, lacking: pd.DataFrame, of: Quotient, problems: Problems) -> None:
    """One warning per plate and reason."""
    files = experiment.plates_of(of.assay)
    for (plates, reason), reps in lacking.groupby(["plate", "reason"], sort=False):
        raw = files[str(plates).partition(";")[0]]
        where = {"file": raw.file, "sheet": raw.sheet, "place": _places(reps), "plate": str(plates)}
        if reason == "none":
            problems.add("MG320", seen=len(reps), what=of.what, **where)
        else:
            problems.add("MG321", seen=len(reps), what=of.what, **where)


def _places(reps: pd.DataFrame) -> str:
    """Reps (columns REP) as condition/donor with their reps, short enough for a message."""
    groups = reps.groupby(["condition", "donor"], sort=False)["rep"]
    named = [f"{condition}/{donor}/{','.join(rep)}" for (condition, donor), rep in groups]
    return listed(named, _LISTED, "; ")
