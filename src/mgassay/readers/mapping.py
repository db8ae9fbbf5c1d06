"""Readings + layouts -> wells: who is in each well, for every plate and qPCR run of an experiment."""

import unicodedata
from dataclasses import dataclass

import pandas as pd

from mgassay import tables
from mgassay.experiment import PLATE_ASSAYS, Experiment, RawFile
from mgassay.problems import Problems, listed
from mgassay.readers.plate_wells import exclusions_from_rows, wells_of_plate
from mgassay.readers.qpcr_wells import wells_of_run
from mgassay.wellnames import wells_from_texts


@dataclass(frozen=True)
class Mapped:
    """What the mapping gives: WELLS, QPCR_WELLS, and the EXCLUSIONS that the lab itself declared."""

    wells: pd.DataFrame
    qpcr_wells: pd.DataFrame
    exclusions: pd.DataFrame


def wells_from_readings(experiment: Experiment, readings: pd.DataFrame, problems: Problems) -> Mapped:
    """Joins RAW_READINGS to layouts (and qPCR sample names), file by file.

    Every well that was read must be mapped, every mapped well must have been read; what does not fit is a problem and
    is left out. Images are mapped by `mgassay.readers.images.pictures`; their excluded wells are listed here.
    """
    named = readings.assign(well=wells_from_texts(readings["well"]))
    by_file = named.groupby(["file", "plate"], sort=False).indices
    plates, runs, excluded = [tables.WELLS.frame()], [tables.QPCR_WELLS.frame()], [tables.EXCLUSIONS.frame()]
    for raw in (f for f in experiment.files if f.reader != "table"):
        if raw.assay not in (*PLATE_ASSAYS, "qpcr"):
            excluded.append(_excluded_images(experiment, raw))
            continue
        at = by_file.get((raw.file, raw.plate), [])
        spelt = readings["well"].iloc[at].reset_index(drop=True)
        usable = _with_wells(raw, named.iloc[at].reset_index(drop=True), spelt, problems)
        if not len(usable):
            continue
        map_wells, held = (wells_of_run, runs) if raw.assay == "qpcr" else (wells_of_plate, plates)
        wells, left_out = map_wells(experiment, raw, usable, problems)
        held.append(wells)
        excluded.append(left_out)
    qpcr_wells = tables.QPCR_WELLS.frame(pd.concat(runs))
    _check_samples_seen(experiment, readings, qpcr_wells, problems)
    return Mapped(tables.WELLS.frame(pd.concat(plates)), qpcr_wells, tables.LEFT_OUT.frame(pd.concat(excluded)))


def _with_wells(raw: RawFile, readings: pd.DataFrame, spelt: "pd.Series[str]", problems: Problems) -> pd.DataFrame:
    """The readings of one file whose wells have a name; those that have none, or a file without any, are named."""
    nameless = readings["well"] == ""
    for i in readings.index[nameless]:
        where = {"file": raw.file, "sheet": str(readings.at[i, "sheet"]), "place": str(readings.at[i, "place"])}
        problems.add("MG205", **where, seen=spelt[i], plate=raw.plate)
    if not len(readings) and not any(p.file == raw.file and p.severity == "error" for p in problems):
        problems.add("MG208", file=raw.file, sheet=raw.sheet, plate=raw.plate, assay=raw.assay)
    return readings[~nameless].reset_index(drop=True)


def _excluded_images(experiment: Experiment, raw: RawFile) -> pd.DataFrame:
    """EXCLUSIONS of a set of images: wells that its layout excludes; no value was measured there."""
    layout = experiment.layouts.get(raw.layout, tables.LAYOUT.frame())
    rows = layout[["well", "role", "donor"]].assign(assay=raw.assay, plate=raw.plate, status="", value=float("nan"))
    return exclusions_from_rows(rows, "masked", "masked in the export")


def _check_samples_seen(
    experiment: Experiment, readings: pd.DataFrame, qpcr_wells: pd.DataFrame, problems: Problems
) -> None:
    """A warning for names in the table of samples that no qPCR run holds; silent where a run could not be read."""
    runs = {f.file for f in experiment.files_of("qpcr") if f.reader != "table"}
    if experiment.samples is None or not runs or not runs <= set(readings["file"]):
        return
    read = readings.loc[readings["file"].isin(runs), "sample"]
    seen = {unicodedata.normalize("NFKC", name).strip() for name in [*read.unique(), *qpcr_wells["sample"].unique()]}
    unseen = [name for name in experiment.samples["sample"] if name not in seen]
    if unseen:
        shown = listed(unseen)
        problems.add("MG233", file="samples.csv", place=shown, seen=shown)
