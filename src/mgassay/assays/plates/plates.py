"""All plates of an experiment: wells -> amounts, with the curves and standards they were read by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.assays.cells import magnesium as mg
from mgassay.assays.cells import viability as vi
from mgassay.assays.courses import t50
from mgassay.assays.courses.alp import alp_rows, quantify_alp
from mgassay.assays.plates import calcium as ca
from mgassay.assays.plates import protein as pr
from mgassay.assays.plates.against_protein import set_against_protein
from mgassay.assays.plates.eluate import eluate_from_wells, eluate_rows
from mgassay.assays.plates.measured import WELL_AMOUNTS, amounts_rows, one_reading_per_well
from mgassay.assays.plates.optical_density import check_absorbances
from mgassay.assays.plates.placement import is_misplaced
from mgassay.assays.plates.plate import Outcome, Plate
from mgassay.assays.plates.plate_curve import tell_calibration
from mgassay.assays.plates.standards import curves_row, plate_curve_from_wells, standards_rows
from mgassay.assays.quality.curve_quality import curve_quality
from mgassay.assays.quality.quality import plate_quality, tell_z_prime
from mgassay.errors import CalibrationError
from mgassay.experiment import (
    AlizarinExtractSettings,
    CalciumSettings,
    Experiment,
    ProteinSettings,
    StandardsSettings,
)
from mgassay.problems import Problems


@dataclass(frozen=True, eq=False)
class PlateResults:
    """AMOUNTS, CURVES, STANDARDS, EXCLUSIONS (the assays' own) and PLATE_QUALITY of all plates."""

    amounts: pd.DataFrame
    curves: pd.DataFrame
    standards: pd.DataFrame
    exclusions: pd.DataFrame
    quality: pd.DataFrame


def quantify_plates(experiment: Experiment, wells: pd.DataFrame, problems: Problems) -> PlateResults:
    """Amounts of every plate, each by its own curve or rule, and quotients by protein; `wells` keeps WELLS.

    Rows of amounts: by assay, within each in the order of files.csv and of the wells. A plate that cannot be quantified
    has no rows and a problem that says why.
    """
    outcomes: dict[str, list[Outcome]] = {assay: [] for assay in QUANTIFIERS}
    quality: list[dict[str, Any]] = []
    for raw in (f for f in experiment.files_of(*QUANTIFIERS) if f.reader != "table"):
        own = wells[(wells.assay == raw.assay) & (wells.plate == raw.plate)]
        if len(own):  # a plate without wells was told of when it was read
            plate = Plate(experiment, raw, experiment.assay_settings(raw), own)
            outcome = QUANTIFIERS[raw.assay](plate, problems)
            outcomes[raw.assay].append(outcome)
            quality += plate_quality(plate, outcome, problems)
            quality += curve_quality(outcome.curve) if outcome.curve is not None else []
    tell_z_prime(quality, problems)
    ca.tell_mg_control(experiment, wells, problems)
    every = [outcome for assay in outcomes.values() for outcome in assay]
    curves = [o.curve for o in every if o.curve is not None]
    amounts = _amounts(experiment, {assay: _stacked(made) for assay, made in outcomes.items()}, problems)
    return PlateResults(
        amounts=tables.AMOUNTS.frame(amounts.assign(experiment=experiment.id)),
        curves=tables.CURVES.frame(curves_row(c) for c in curves),
        standards=tables.STANDARDS.frame(row for c in curves for row in standards_rows(c)),
        exclusions=tables.EXCLUSIONS.frame(pd.concat([tables.EXCLUSIONS.frame(), *(o.left_out for o in every)])),
        quality=tables.PLATE_QUALITY.frame(quality),
    )


def _by_standards(plate: Plate, problems: Problems) -> Outcome:
    """An end-point plate read against its own standards."""
    settings = plate.settings
    if not isinstance(settings, StandardsSettings):
        raise TypeError(f"{plate.raw.assay} has no standards")
    single = one_reading_per_well(plate.wells, plate.raw, settings, problems)
    if single is None or _is_refused(plate, single, problems):
        return Outcome()
    found = plate_curve_from_wells(single, plate.raw, settings, problems)
    if found is None:
        return Outcome()
    try:
        if isinstance(settings, CalciumSettings):
            measured = ca.calcium_from_wells(single, found, settings, plate.experiment.conditions, problems)
        elif isinstance(settings, ProteinSettings):
            measured = pr.protein_from_wells(single, found, settings, problems)
        elif isinstance(settings, AlizarinExtractSettings):
            measured = eluate_from_wells(single, found, settings, problems)
        else:
            raise TypeError(f"{plate.raw.assay} is not read against standards alone")
    except CalibrationError as error:
        tell_calibration(error, plate.raw, problems)
        return Outcome(curve=found, left_out=found.left_out)
    return Outcome(measured, found, found.left_out)


def _is_refused(plate: Plate, single: pd.DataFrame, problems: Problems) -> bool:
    """Whether the wells cannot be those that the layout names; absurd absorbances are told on the way."""
    if is_misplaced(plate.experiment, plate.raw, single, problems) and "MG326" not in plate.raw.confirm:
        return True
    check_absorbances(single, plate.raw, problems)
    return False


# How each assay makes amounts of a plate.
QUANTIFIERS: Mapping[str, Callable[[Plate, Problems], Outcome]] = {
    "calcium": _by_standards,
    "protein": _by_standards,
    "alizarin_extract": _by_standards,
    "alp": quantify_alp,
    "viability": vi.quantify_viability,
    "mg_intracellular": mg.quantify_magnesium,
    "t50": t50.quantify_t50,
}


def _stacked(outcomes: list[Outcome]) -> pd.DataFrame:
    """Measured wells of all plates of an assay."""
    frames = [o.measured for o in outcomes if o.measured is not None]
    return pd.concat(frames, ignore_index=True) if frames else _nothing_measured()


def _nothing_measured() -> pd.DataFrame:
    """WELL_AMOUNTS without rows, its columns of the right kinds."""
    text = ("plate", "well", "role", "condition", "donor", "rep", "flag")
    kinds = {c: "str" if c in text else "bool" if c == "above" else "float64" for c in WELL_AMOUNTS}
    return pd.DataFrame({c: pd.Series([], dtype=kind) for c, kind in kinds.items()})


# Readout and unit of the assays that give each measured well (WELL_AMOUNTS) as one row and nothing more.
WELL_BY_WELL = {
    "viability": (vi.READOUT, vi.UNIT),
    "mg_intracellular": (mg.READOUT, mg.UNIT),
    "t50": (t50.READOUT, t50.UNIT),
}


def _amounts(experiment: Experiment, measured: Mapping[str, pd.DataFrame], problems: Problems) -> pd.DataFrame:
    """Rows of AMOUNTS less their experiment, from WELL_AMOUNTS by assay."""
    protein = measured["protein"]
    calcium, per_mg = set_against_protein(experiment, measured["calcium"], protein, ca.QUOTIENT, problems)
    control = calcium.role == "mg_control"
    return pd.concat(
        [
            amounts_rows(calcium[~control], "calcium", ca.READOUT, ca.UNIT),
            amounts_rows(ca.in_extract(experiment, calcium[~control]), "calcium", ca.IN_EXTRACT, ca.IN_EXTRACT_UNIT),
            amounts_rows(calcium[control], "calcium", ca.APPARENT, ca.UNIT),
            amounts_rows(protein, "protein", pr.READOUT, pr.UNIT),
            per_mg,
            *eluate_rows(experiment, measured["alizarin_extract"], protein, problems),
            *alp_rows(experiment, measured["alp"], protein, problems),
            *(amounts_rows(measured[assay], assay, *named) for assay, named in WELL_BY_WELL.items()),
        ],
        ignore_index=True,
    )
