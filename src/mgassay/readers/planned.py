"""A table of conditions by itself, or a folder in the making -> the design to plan with."""

from pathlib import Path

import numpy as np
import pandas as pd

from mgassay.experiment import Contrast, Experiment, Settings
from mgassay.problems import Problems
from mgassay.readers.conditions import conditions_from_cells
from mgassay.readers.declared import cells_from_file
from mgassay.readers.folder import read_design
from mgassay.readers.settings import FILE as SETTINGS_FILE
from mgassay.readers.settings import ReadSettings

Levels = tuple[float, float]
# Where no settings are: media as by default, and a step that no condition is at.
STAND_IN = Settings(contrast=Contrast(mg_reference_mM=1e-6, mg_raised_mM=1.0))


def read_planned(source: Path, levels: Levels | None, problems: Problems) -> Experiment | None:
    """The design that a folder or a file of conditions declares; None (and a problem) where there is none.

    The conditions.csv of a folder with an experiment.toml is read as that folder. A file by itself declares no Mg step:
    `levels` (mM) do, else the lowest and the highest that live cells get in calcifying medium (a notice of more).
    """
    if not source.is_file():
        return read_design(source, problems)
    if source.name == "conditions.csv" and (source.parent / SETTINGS_FILE).is_file():
        return read_design(source.parent, problems)
    return _from_file(source, levels, problems)


def read_media(source: Path, problems: Problems) -> Experiment | None:
    """The conditions of a folder or a file, for the chemistry of their media; None (and a problem) where there is none.

    A file by itself declares no Mg step: every step starts from the lowest level of its medium.
    """
    if not source.is_file() or (source.name == "conditions.csv" and (source.parent / SETTINGS_FILE).is_file()):
        return read_planned(source, None, problems)
    conditions = _conditions_of(source, problems)
    return None if conditions is None else Experiment(source.stem, STAND_IN, conditions, ())


def _conditions_of(file: Path, problems: Problems) -> pd.DataFrame | None:
    """The conditions of a table by itself; None (and a problem) where it cannot be read."""
    cells = cells_from_file(file, file.name, "", problems)
    if cells is None:
        return None
    return conditions_from_cells(cells, ReadSettings(STAND_IN, readable=False, contrast_declared=False), problems)


def _from_file(file: Path, levels: Levels | None, problems: Problems) -> Experiment | None:
    """The design of a table of conditions by itself; media and blocks are named as by default."""
    conditions, stand_in = _conditions_of(file, problems), STAND_IN
    if conditions is None:
        return None
    grown = conditions[(conditions["cells"] == "live") & (conditions["medium"] == stand_in.contrast.medium_calcifying)]
    known = np.unique(grown["mg_mM"].dropna())
    if len(known) < 2 and levels is None:
        seen = ", ".join(f"{v:g} mM" for v in known) or "no level"
        problems.add("MG660", file=file.name, seen=seen, medium=stand_in.contrast.medium_calcifying)
        return None
    low, high = levels or (float(known[0]), float(known[-1]))
    if len(known) > 2 and levels is None:
        seen = ", ".join(f"{v:g}" for v in known)
        problems.add("MG661", file=file.name, seen=seen, low=f"{low:g}", high=f"{high:g}")
    settings = Settings(contrast=Contrast(mg_reference_mM=low, mg_raised_mM=high))
    return Experiment(file.stem, settings, conditions, ())
