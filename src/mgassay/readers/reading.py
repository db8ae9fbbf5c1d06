"""A whole folder to the tables of the first stage: what was read, and which well it belongs to."""

from pathlib import Path

import pandas as pd

from mgassay import tables
from mgassay.experiment import PLATE_ASSAYS, Experiment, RawFile
from mgassay.problems import Problems
from mgassay.readers.mapping import wells_from_readings
from mgassay.readers.measured import amounts_from_tables
from mgassay.readers.pictures import image_files
from mgassay.readers.registry import read_raw_file


def tables_from_folder(folder: Path, experiment: Experiment, problems: Problems) -> dict[str, pd.DataFrame]:
    """Tables by name: readings, wells, exclusions, qpcr_wells, image_files, measured.

    Reads every raw file of the experiment; what cannot be read or mapped is in `problems`, the rest is in the tables.
    """
    readings = readings_from_files(folder, experiment, problems)
    mapped = wells_from_readings(experiment, readings, problems)
    return {
        "readings": tables.READINGS.frame(readings[list(tables.READINGS.columns)]),
        "wells": mapped.wells,
        "exclusions": mapped.exclusions,
        "qpcr_wells": mapped.qpcr_wells,
        "image_files": image_files(folder, experiment, problems),
        "measured": amounts_from_tables(folder, experiment, problems),
    }


def readings_from_files(folder: Path, experiment: Experiment, problems: Problems) -> pd.DataFrame:
    """RAW_READINGS of all plates and qPCR runs, file after file in the order of files.csv."""
    files = [f for f in experiment.files_of(*PLATE_ASSAYS, "qpcr") if f.reader != "table"]
    read = [read_raw_file(folder / f.file, asked_for(experiment, f), problems) for f in files]
    return tables.RAW_READINGS.frame(pd.concat([tables.RAW_READINGS.frame(), *(r for r in read if len(r))]))


def asked_for(experiment: Experiment, file: RawFile) -> RawFile:
    """The raw file with the wavelength that its assay's settings ask for, where its own row asks for none."""
    wavelength = experiment.assay_settings(file).wavelength_nm
    if file.wavelength_nm or wavelength is None:
        return file
    return file.model_copy(update={"wavelength_nm": f"{wavelength:g}"})
