"""Readings of a qPCR run + layout or table of samples -> mapped wells.

The layout is asked first, by well and target where it names targets, else by well; where it is silent, the export's
own tasks (NTC, NRT, standard) and the table of samples tell.
"""

import unicodedata

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.experiment import Experiment, QpcrSettings, RawFile
from mgassay.problems import Problems, nearest, suggestion
from mgassay.readers.coverage import check_coverage, check_mapped
from mgassay.readers.cq_tables import TASKS
from mgassay.readers.plate_wells import check_samples, dilution_of, exclusions_from_rows, usable_layout
from mgassay.units import plain
from mgassay.wellnames import compact

STATUSES = {"ok": "value", "value": "value", "undetermined": "undetermined", "omitted": "omitted", "masked": "omitted"}
_MAPPING = ("role", "condition", "donor", "rep", "standard", "dilution", "sample")


def wells_of_run(
    experiment: Experiment, raw: RawFile, readings: pd.DataFrame, problems: Problems
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """QPCR_WELLS and EXCLUSIONS of one run from its readings (names of wells in their one spelling).

    What is not mapped is named and left out. cycles stays <NA> where neither the export nor the settings say how many
    were run; cq is empty unless the status is `value`.
    """
    layout = experiment.layouts.get(raw.layout, tables.LAYOUT.frame())
    rows = _with_layout(raw, _used(readings), layout, problems)
    if raw.layout:
        _check_read(raw, layout, rows, problems)
    mapped = _with_samples(experiment, raw, _with_roles(raw, rows, problems), problems)
    known = _checked(experiment, raw, mapped, problems)
    settings = experiment.assay_settings(raw)
    cycles = settings.cycles if isinstance(settings, QpcrSettings) else None
    status = known["status"].map(STATUSES).fillna("none")
    filled = known.assign(
        plate=raw.plate,
        status=status,
        cq=known["value"].where(status == "value"),
        standard=known["standard"].fillna(known["quantity"]).where(known["role"] == "standard"),
        dilution=known["dilution"].fillna(dilution_of(experiment, raw)),
        cycles=known["cycles"] if cycles is None else known["cycles"].fillna(cycles),
    )
    left_out = exclusions_from_rows(filled.assign(assay=raw.assay), "omitted", "omitted in the export")
    return tables.QPCR_WELLS.frame(filled[list(tables.QPCR_WELLS.columns)]), left_out


def _used(readings: pd.DataFrame) -> pd.DataFrame:
    """Rows of wells that were used, with names as the lab's own tables write them (NFKC)."""
    plain = {
        c: readings[c].map({t: unicodedata.normalize("NFKC", t).strip() for t in readings[c].unique()}).astype("str")
        for c in ("channel", "sample", "task")
    }
    rows = readings.assign(**plain).rename(columns={"channel": "target"})
    unused = (rows["target"] == "") & (rows["sample"] == "") & (rows["task"] == "") & (rows["status"] == "missing")
    return rows[~unused].reset_index(drop=True)


def _with_layout(raw: RawFile, rows: pd.DataFrame, layout: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Rows with what the layout says of them; "" and NaN where it is silent. An export's sample name yields to it."""
    by_target = layout[layout["target"] != ""]
    single = by_target.drop_duplicates("well", keep=False).set_index("well")["target"].to_dict()
    told = pd.Series([single.get(well, "") for well in rows["well"]], dtype="str")
    named = rows.assign(target=rows["target"].where(rows["target"] != "", told)) if single else rows
    twice = named.loc[named.duplicated(["well", "target"]), "well"]
    if len(twice):
        problems.add("MG204", file=raw.file, place=compact(twice), seen=str(len(twice)), plate=raw.plate)
    once = named.drop_duplicates(["well", "target"]).reset_index(drop=True)
    if layout.empty:
        return once.assign(role="", condition="", donor="", rep="", standard=np.nan, dilution=np.nan)
    general = layout[layout["target"] == ""].set_index("well")
    special = by_target.set_index(["well", "target"])
    pairs = pd.MultiIndex.from_frame(once[["well", "target"]])
    by_well = general.reindex(once["well"]).reset_index(drop=True)
    by_pair = special.reindex(pairs).reset_index(drop=True)
    has_pair = pd.Series(pairs.isin(special.index))
    _check_targets(raw, once[~has_pair & ~once["well"].isin(general.index)], by_target, problems)
    held = tables.LAYOUT.frame(pd.DataFrame({c: by_pair[c].where(has_pair, by_well[c]) for c in _MAPPING}))
    _check_sample_names(raw, once, held, problems)
    said = {c: held[c] for c in _MAPPING if c != "sample"}
    return once.assign(**said, sample=held["sample"].where(held["sample"] != "", once["sample"]))


def _check_sample_names(raw: RawFile, rows: pd.DataFrame, held: pd.DataFrame, problems: Problems) -> None:
    """The names that the export gives its samples, where the layout names them too."""
    both = (rows["sample"] != "") & (held["sample"] != "")
    pairs = pd.DataFrame({"well": rows["well"], "seen": rows["sample"], "named": held["sample"]})[both]
    strange = pairs[pairs["seen"].str.casefold() != pairs["named"].str.casefold()]
    for (seen, named), wells in strange.groupby(["seen", "named"], sort=False)["well"]:
        words = {"seen": str(seen), "named": str(named), "layout": raw.layout, "plate": raw.plate}
        problems.add("MG234", file=raw.file, place=compact(wells), **words)


def _check_targets(raw: RawFile, rows: pd.DataFrame, by_target: pd.DataFrame, problems: Problems) -> None:
    """Wells that the layout knows with other targets than the export's."""
    strange = rows[rows["well"].isin(by_target["well"]) & (rows["target"] != "")]
    for target in dict.fromkeys(strange["target"]):
        wells = strange.loc[strange["target"] == target, "well"]
        known = list(dict.fromkeys(by_target.loc[by_target["well"].isin(wells), "target"]))
        words = {"seen": target, "layout": raw.layout, "suggestion": suggestion(target, known)}
        problems.add("MG232", file=raw.file, place=compact(wells), **words)


def _check_read(raw: RawFile, layout: pd.DataFrame, rows: pd.DataFrame, problems: Problems) -> None:
    """The layout's wells were read; wells that it does not know are looked for by task and sample name later."""
    read = rows.loc[rows["well"].isin(layout["well"]), "well"]
    check_coverage(raw, layout, read, problems)


def _with_roles(raw: RawFile, rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Rows with their roles: the layout's, else that of the export's task, "" for a task that is not known."""
    silent = rows["role"] == ""
    tasks = {t: TASKS.get(t.lower().replace("_", " ").replace("-", " "), "") for t in rows["task"].unique()}
    for task in (t for t, role in tasks.items() if not role):
        wells = rows.loc[silent & (rows["task"] == task), "well"]
        if len(wells):
            close = "" if nearest(task, TASKS) == "" else suggestion(task, TASKS)
            words = {"seen": task, "suggestion": close, "plate": raw.plate}
            problems.add("MG231", file=raw.file, place=compact(wells), **words)
    return rows.assign(role=rows["role"].where(~silent, rows["task"].map(tasks)).astype("str"))


def _with_samples(experiment: Experiment, raw: RawFile, rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Sample wells without a condition take it, with donor and rep, from the table of samples."""
    if experiment.samples is None:
        return rows
    held = experiment.samples.set_index("sample")
    _check_places(raw, rows, held, problems)
    wanted = (rows["role"] == "sample") & (rows["condition"] == "") & rows["sample"].isin(held.index)
    found = {c: rows["sample"].map(held[c]).where(wanted, rows[c]).astype("str") for c in ("condition", "donor", "rep")}
    return rows.assign(**found)


def _check_places(raw: RawFile, rows: pd.DataFrame, held: pd.DataFrame, problems: Problems) -> None:
    """Wells that the layout maps to another condition or donor than the table of samples maps their name to."""
    told = rows[rows["sample"].isin(held.index) & (rows["condition"] != "") & (rows["donor"] != "")]
    if told.empty:
        return
    listed = held.loc[told["sample"]].reset_index(drop=True)
    pairs = (
        told[["well", "sample"]]
        .reset_index(drop=True)
        .assign(
            listed=listed["condition"] + "/" + listed["donor"],
            mapped=(told["condition"] + "/" + told["donor"]).reset_index(drop=True),
        )
    )
    strange = pairs[pairs["listed"] != pairs["mapped"]]
    for (seen, one, other), wells in strange.groupby(["sample", "listed", "mapped"], sort=False)["well"]:
        words = {"seen": str(seen), "listed": str(one), "mapped": str(other), "layout": raw.layout, "plate": raw.plate}
        problems.add("MG235", file=raw.file, place=compact(wells), **words)


def _checked(experiment: Experiment, raw: RawFile, rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The rows that are mapped; sample names that are not known and wells that nothing maps are named.

    Inter-run calibrators stay, though they are of no condition.
    """
    of_calibrator = _is_calibrator(experiment, raw, rows)
    open_rows = (rows["role"] == "sample") & (rows["condition"] == "") & (rows["donor"] == "")
    nameless = rows[open_rows & ~of_calibrator]
    unlisted = nameless[nameless["sample"] != ""]
    if experiment.samples is None:
        if raw.layout:  # else it was named that nothing maps these wells
            check_mapped(raw, nameless["well"].drop_duplicates(), problems)
    else:
        check_samples(experiment, raw, unlisted, problems)
        check_mapped(raw, nameless.loc[nameless["sample"] == "", "well"].drop_duplicates(), problems)
    usable = rows.index.isin(usable_layout(experiment, rows).index)
    return rows[usable | (open_rows & of_calibrator)].reset_index(drop=True)


def _is_calibrator(experiment: Experiment, raw: RawFile, rows: pd.DataFrame) -> "pd.Series[bool]":
    """Whether each row carries the name of an inter-run calibrator of its file's settings, whatever its case."""
    settings = experiment.assay_settings(raw)
    names = settings.calibrator if isinstance(settings, QpcrSettings) else ()
    return rows["sample"].str.casefold().isin({plain(name).casefold() for name in names})
