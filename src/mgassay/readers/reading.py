"""A whole folder to the tables of the first stage: what was read, and which well it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.experiment import PLATE_ASSAYS, Experiment, RawFile
from mgassay.problems import Problems
from mgassay.readers.identity import check_identity
from mgassay.readers.images.pictures import image_files
from mgassay.readers.mapping import wells_from_readings
from mgassay.readers.measured import amounts_from_tables
from mgassay.readers.registry import RawRead, read_raw_file
from mgassay.readers.sheets import Content
from mgassay.table import Table


@dataclass(frozen=True, eq=False)
class FolderRead:
    """The tables of the first stage by name, and an account of every raw file's lines."""

    tables: dict[str, pd.DataFrame]
    accounts: list[Mapping[str, Any]]


def read_folder(folder: Path, experiment: Experiment, problems: Problems) -> FolderRead:
    """Tables: readings, wells, left_out, qpcr_wells, image_files, measured, amplification.

    Reads every raw file of the experiment; what cannot be read or mapped is in `problems`, the rest is in the tables.
    """
    reads = reads_from_files(folder, experiment, problems)
    readings = _stacked(tables.RAW_READINGS, (r.export.readings for r in reads))
    check_identity(
        experiment, {(str(r.account["file"]), str(r.account["plate"])): r.account for r in reads}, readings, problems
    )
    mapped = wells_from_readings(experiment, readings, problems)
    made = {
        "readings": tables.READINGS.frame(readings[list(tables.READINGS.columns)]),
        "wells": mapped.wells,
        "left_out": mapped.exclusions,
        "qpcr_wells": mapped.qpcr_wells,
        "image_files": image_files(folder, experiment, problems),
        "measured": amounts_from_tables(folder, experiment, problems),
        "amplification": _stacked(tables.AMPLIFICATION, (r.export.amplification for r in reads)),
    }
    return FolderRead(made, [r.account for r in reads])


def reads_from_files(folder: Path, experiment: Experiment, problems: Problems) -> list[RawRead]:
    """All plates and qPCR runs as they were read, in the order of files.csv."""
    files = [f for f in experiment.files_of(*PLATE_ASSAYS, "qpcr") if f.reader != "table"]
    opened: dict[Path, Content] = {}  # a file may hold many plates, and is cut into cells once
    return [read_raw_file(folder / f.file, asked_for(experiment, f), problems, opened) for f in files]


def _stacked(state: Table, frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Tables of one state below each other."""
    return state.frame(pd.concat([state.frame(), *(f for f in frames if len(f))]))


def asked_for(experiment: Experiment, file: RawFile) -> RawFile:
    """The raw file with the wavelength that its assay's settings ask for, where its own row asks for none."""
    wavelength = experiment.assay_settings(file).wavelength_nm
    if file.wavelength_nm or wavelength is None:
        return file
    return file.model_copy(update={"wavelength_nm": f"{wavelength:g}"})
