"""All plates of an experiment: wells -> amounts, with the curves and standards they were read by."""

from dataclasses import dataclass

import pandas as pd

from mgassay import tables
from mgassay.assays import calcium as ca
from mgassay.assays import protein as pr
from mgassay.assays.measured import WELL_AMOUNTS, one_reading_per_well
from mgassay.assays.optical_density import check_absorbances
from mgassay.assays.placement import is_misplaced
from mgassay.assays.standards import PlateCurve, curves_row, plate_curve_from_wells, standards_rows, tell_calibration
from mgassay.errors import CalibrationError
from mgassay.experiment import PLATE_ASSAYS, CalciumSettings, Experiment, ProteinSettings, RawFile, StandardsSettings
from mgassay.problems import Problems, listed

QUANTIFIED = ("calcium", "protein")
_LISTED = 6


@dataclass(frozen=True, eq=False)
class PlateResults:
    """Amounts (AMOUNTS), curves (CURVES) and standards (STANDARDS) of all plates."""

    amounts: pd.DataFrame
    curves: pd.DataFrame
    standards: pd.DataFrame


def quantify_plates(experiment: Experiment, wells: pd.DataFrame, problems: Problems) -> PlateResults:
    """Calcium and protein of every plate by its own curve, and calcium per protein; `wells` keeps WELLS.

    Rows: calcium per well, apparent calcium, protein per well, calcium per protein; within each in the order of
    files.csv and of the wells. A plate that cannot be quantified has no rows and a problem that says why.
    """
    _tell_unquantified(experiment, problems)
    measured: dict[str, list[pd.DataFrame]] = {assay: [] for assay in QUANTIFIED}
    curves: list[PlateCurve] = []
    for raw in _plate_files(experiment):
        own = wells[(wells.assay == raw.assay) & (wells.plate == raw.plate)]
        found, amounts = _quantify_plate(experiment, raw, own, problems)
        curves += [found] if found is not None else []
        measured[raw.assay] += [amounts] if amounts is not None else []
    _tell_mg_control(experiment, wells, problems)
    amounts = _amounts(experiment, _stacked(measured["calcium"]), _stacked(measured["protein"]), problems)
    return PlateResults(
        amounts=tables.AMOUNTS.frame(amounts.assign(experiment=experiment.id)),
        curves=tables.CURVES.frame(curves_row(c) for c in curves),
        standards=tables.STANDARDS.frame(row for c in curves for row in standards_rows(c)),
    )


def _plate_files(experiment: Experiment) -> list[RawFile]:
    """Files of the assays that are quantified, each plate once."""
    files = [f for f in experiment.files_of(*QUANTIFIED) if f.reader != "table"]
    return list({(f.assay, f.plate): f for f in reversed(files)}.values())[::-1]


def _quantify_plate(
    experiment: Experiment, raw: RawFile, wells: pd.DataFrame, problems: Problems
) -> tuple[PlateCurve | None, pd.DataFrame | None]:
    """The curve and the measured wells of one plate; what cannot be had is None, with a problem told."""
    settings = experiment.assay_settings(raw)
    if wells.empty or not isinstance(settings, StandardsSettings):
        return None, None  # a plate without wells was told of when it was read
    single = one_reading_per_well(wells, raw, settings, problems)
    if single is None or (is_misplaced(experiment, raw, single, problems) and "MG326" not in raw.confirm):
        return None, None
    check_absorbances(single, raw, problems)
    found = plate_curve_from_wells(single, raw, settings, problems)
    if found is None:
        return None, None
    try:
        return found, _measured(experiment, found, single, problems)
    except CalibrationError as error:
        tell_calibration(error, raw, problems)
        return found, None


def _measured(experiment: Experiment, found: PlateCurve, wells: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Measured wells of a plate by its assay."""
    if isinstance(found.settings, CalciumSettings):
        return ca.calcium_from_wells(wells, found, found.settings, experiment.conditions, problems)
    if isinstance(found.settings, ProteinSettings):
        return pr.protein_from_wells(wells, found, found.settings, problems)
    raise TypeError(f"{found.raw.assay} is not quantified by a standard curve here")


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Measured wells of all plates of an assay."""
    return pd.concat(frames, ignore_index=True) if frames else _nothing_measured()


def _nothing_measured() -> pd.DataFrame:
    """WELL_AMOUNTS without rows, its columns of the right kinds."""
    text = ("plate", "well", "role", "condition", "donor", "rep", "flag")
    kinds = {c: "str" if c in text else "bool" if c == "above" else "float64" for c in WELL_AMOUNTS}
    return pd.DataFrame({c: pd.Series([], dtype=kind) for c, kind in kinds.items()})


def _amounts(experiment: Experiment, calcium: pd.DataFrame, protein: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Rows of AMOUNTS less their experiment."""
    per_protein, lacking = ca.calcium_per_protein(calcium, protein)
    cells = experiment.conditions.set_index("condition").cells
    lacking = lacking[lacking.condition.map(cells) == "live"]  # without cells there is no protein to miss
    _tell_no_protein(experiment, lacking, problems)
    calcium = ca.flag_no_protein(calcium, lacking)
    control = calcium.role == "mg_control"
    return pd.concat(
        [
            ca.amounts_rows(calcium[~control], "calcium", ca.READOUT, ca.UNIT),
            ca.amounts_rows(calcium[control], "calcium", ca.APPARENT, ca.UNIT),
            ca.amounts_rows(protein, "protein", pr.READOUT, pr.UNIT),
            per_protein,
        ],
        ignore_index=True,
    )


def _tell_no_protein(experiment: Experiment, lacking: pd.DataFrame, problems: Problems) -> None:
    """One warning per calcium plate and reason."""
    files = {f.plate: f for f in _plate_files(experiment) if f.assay == "calcium"}
    for (plates, reason), reps in lacking.groupby(["plate", "reason"], sort=False):
        raw = files[str(plates).partition(";")[0]]
        places = _places(reps)
        code = "MG320" if reason == "none" else "MG321"
        problems.add(code, file=raw.file, sheet=raw.sheet, place=places, seen=len(reps), plate=plates)


def _places(reps: pd.DataFrame) -> str:
    """Reps (columns REP) as condition/donor with their reps, short enough for a message."""
    groups = reps.groupby(["condition", "donor"], sort=False)["rep"]
    named = [f"{condition}/{donor}/{','.join(rep)}" for (condition, donor), rep in groups]
    return listed(named, _LISTED, "; ")


def _tell_mg_control(experiment: Experiment, wells: pd.DataFrame, problems: Problems) -> None:
    """A warning when Mg is raised to where the dye sees it and no plate has a control for that."""
    raised, plates = experiment.settings.contrast.mg_raised_mM, wells[wells.assay == "calcium"]
    if raised >= ca.MG_NEEDS_CONTROL_mM and (plates.role == "sample").any() and not (plates.role == "mg_control").any():
        problems.add("MG324", seen=f"{raised:g}")


def _tell_unquantified(experiment: Experiment, problems: Problems) -> None:
    """One warning for each assay of a later version; values measured elsewhere need no curve."""
    for raw in experiment.files_of(*PLATE_ASSAYS):
        if raw.assay not in QUANTIFIED and raw.reader != "table":
            problems.add("MG322", seen=raw.assay)
