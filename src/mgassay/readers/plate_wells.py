"""Readings of an assay plate + its layout -> wells, with everything that does not fit named."""

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.experiment import Experiment, RawFile
from mgassay.problems import Problems, listed, suggestion
from mgassay.readers.coverage import check_coverage
from mgassay.readers.declared import is_incomplete
from mgassay.wellnames import compact

BY_STANDARDS = ("calcium", "protein")  # assays that say nothing without a curve of their own plate
LEAST_LEVELS = 3
SAMPLES_APART = 5  # unknown sample names that are named one by one
_ONE_READ = ["well", "channel", "wavelength_nm", "read_index"]


def wells_of_plate(
    experiment: Experiment, raw: RawFile, readings: pd.DataFrame, problems: Problems
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """WELLS and EXCLUSIONS of one plate from its readings (names of wells in their one spelling).

    Wells that could not be mapped are named and left out. The dilution of samples and mg_control is that of the
    layout, else of the row of files.csv, else of the settings; standards and blanks have none.
    """
    layout = experiment.layouts.get(raw.layout)
    if layout is None or not len(layout):  # a layout without wells was named when it was read
        return tables.WELLS.frame(), tables.EXCLUSIONS.frame()
    _check_once(raw, readings, _ONE_READ, problems)
    _check_layout_once(raw, layout, problems)
    if not is_incomplete(problems, _homes(raw)):
        check_coverage(raw, layout, readings["well"], problems)
        _check_unresolved(experiment, raw, layout, problems)
        if raw.assay in BY_STANDARDS:
            _check_standards(raw, layout, problems)
    once = readings.drop_duplicates(_ONE_READ)
    joined = once.merge(usable_layout(experiment, layout).drop_duplicates("well"), on="well", how="inner")
    dilutions = joined["dilution"].fillna(dilution_of(experiment, raw))
    diluted = joined["role"].isin(["sample", "mg_control"])
    rows = joined.assign(assay=raw.assay, plate=raw.plate, dilution=dilutions.where(diluted))
    wells = tables.WELLS.frame(rows[list(tables.WELLS.columns)])
    return wells, exclusions_from_rows(wells, "masked", "masked in the export")


def exclusions_from_rows(rows: pd.DataFrame, status: str, rule: str) -> pd.DataFrame:
    """EXCLUSIONS that the lab declared, in the layout (role excluded) or in the instrument's software (`status`).

    `rows` are mapped wells with assay, plate, well, donor, role, status and the value that was read.
    """
    in_layout = rows["role"] == "excluded"
    out = in_layout | ((rows["status"] == status) & ~rows["role"].isin(["empty"]))
    words = in_layout.map({True: "excluded in the layout", False: rule})
    kept = rows.assign(rule=words, by="lab").loc[out, list(tables.EXCLUSIONS.columns)]
    return tables.EXCLUSIONS.frame(kept)


def dilution_of(experiment: Experiment, raw: RawFile) -> float:
    """The dilution of a file where the layout has none: its row of files.csv, else the settings."""
    return experiment.assay_settings(raw).dilution if raw.dilution is None else raw.dilution


def usable_layout(experiment: Experiment, layout: pd.DataFrame) -> pd.DataFrame:
    """The wells of a layout that say who they are; what the others lack was named when the layout was read."""
    known = (layout["condition"] == "") | layout["condition"].isin(experiment.conditions["condition"])
    nameless = (layout["role"] == "sample") & ((layout["condition"] == "") | (layout["donor"] == ""))
    homeless = (layout["role"] == "mg_control") & (layout["condition"] == "")
    return layout[known & ~nameless & ~homeless & (layout["role"] != "")]


def _check_once(raw: RawFile, readings: pd.DataFrame, key: list[str], problems: Problems) -> None:
    """A well has one reading per channel, wavelength and read."""
    repeated = readings.loc[readings.duplicated(key), "well"]
    if len(repeated):
        words = {"seen": str(len(repeated)), "plate": raw.plate}
        problems.add("MG204", file=raw.file, sheet=raw.sheet, place=compact(repeated), **words)


def _check_layout_once(raw: RawFile, layout: pd.DataFrame, problems: Problems) -> None:
    """A layout may name a well once per target; an assay plate has no targets."""
    repeated = layout.loc[layout.duplicated("well"), "well"]
    if len(repeated):
        problems.add("MG207", file=raw.file, place=compact(repeated), seen=raw.layout, assay=raw.assay)


def _check_unresolved(experiment: Experiment, raw: RawFile, layout: pd.DataFrame, problems: Problems) -> None:
    """Wells of which the layout knows a sample name or a target only, and nothing says what is in them."""
    open_wells = layout[layout["role"].isin(["", "sample"]) & (layout["condition"] == "") & (layout["donor"] == "")]
    check_samples(experiment, raw, open_wells[open_wells["sample"] != ""], problems)
    silent = open_wells.loc[(open_wells["sample"] == "") & (open_wells["role"] == ""), "well"]
    if len(silent):
        words = {"seen": str(len(silent)), "layout": raw.layout, "plate": raw.plate}
        problems.add("MG206", file=raw.file, place=compact(silent), **words)


def check_samples(experiment: Experiment, raw: RawFile, rows: pd.DataFrame, problems: Problems) -> None:
    """A problem for sample names (of rows with well and sample) that the table of samples does not hold.

    One for each, and one for all where they are many. An empty table of samples was named when it was read.
    """
    known = [] if experiment.samples is None else list(experiment.samples["sample"])
    if experiment.samples is not None and not known:
        return
    unknown = list(dict.fromkeys(n for n in rows["sample"] if n not in known))
    for names in [unknown] if len(unknown) > SAMPLES_APART else [[n] for n in unknown]:
        where = {"file": raw.file, "sheet": raw.sheet, "place": compact(rows.loc[rows["sample"].isin(names), "well"])}
        words = {"seen": listed(names, SAMPLES_APART), "suggestion": suggestion(names[0], known[:50])}
        problems.add("MG230", **where, plate=raw.plate, **words)


def _check_standards(raw: RawFile, layout: pd.DataFrame, problems: Problems) -> None:
    """Standards that can make a curve, and a blank (a standard of 0 counts as one): one problem for one cause."""
    where = {"file": raw.file, "sheet": raw.sheet}
    words = {"plate": raw.plate, "layout": raw.layout, "assay": raw.assay}
    standards = layout[layout["role"] == "standard"]
    unknown = standards.loc[standards["standard"].isna(), "well"]
    levels = np.unique(standards["standard"].dropna())
    blank = bool((layout["role"] == "blank").any() or (levels == 0).any())
    shown = ", ".join(f"{v:g}" for v in levels)
    if len(unknown) and not _is_told(raw, "standard", problems):
        problems.add("MG214", **where, place=compact(unknown), seen=str(len(unknown)), **words)
    if not len(standards):
        problems.add("MG210", **where, seen="no standard", **words)
    elif len(levels) and (levels > 0).sum() + blank < LEAST_LEVELS:
        problems.add("MG212", **where, place=compact(standards["well"]), seen=shown, **words)
    elif len(levels) and not blank:
        problems.add("MG211", **where, seen=shown, **words)
    if not (layout["role"] == "sample").any():
        problems.add("MG213", **where, seen="no sample", **words)


def _is_told(raw: RawFile, column: str, problems: Problems) -> bool:
    """Whether cells of a column of the layout were named already, when it was read."""
    return any((p.file, p.sheet) in _homes(raw) and f", {column}" in p.place for p in problems)


def _homes(raw: RawFile) -> set[tuple[str, str]]:
    """The files and sheets in which the layout may stand."""
    return {(f"layouts/{raw.layout}.csv", ""), ("experiment.xlsx", f"layout_{raw.layout}")}
