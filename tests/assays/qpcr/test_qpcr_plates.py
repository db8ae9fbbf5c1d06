"""What is declared of each plate, and the small words of messages."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group, joined_flags, qpcr_plates, sample_names
from mgassay.errors import ContractError
from mgassay.experiment import Assays, Contrast, Experiment, QpcrSettings, RawFile, Settings

GENERAL = QpcrSettings(reference_genes=("GAPDH",), cycles=40)


def plates_of(files, *names):
    contrast = Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0)
    settings = Settings(contrast=contrast, assays=Assays(qpcr=GENERAL))
    experiment = Experiment("demo", settings, tables.CONDITIONS.frame(), tuple(files))
    return qpcr_plates(experiment, pd.Series(names, dtype="str"))


def test_the_row_of_files_csv_wins_over_the_experiment_and_only_where_it_speaks():
    own = RawFile(file="b.txt", assay="qpcr", plate="P2", overrides={"cycles": 45})
    plates = plates_of([RawFile(file="a.txt", assay="qpcr", plate="P1"), own], "P2", "P1", "P2")
    assert plates == {
        "P2": QpcrPlate("b.txt", QpcrSettings(reference_genes=("GAPDH",), cycles=45)),
        "P1": QpcrPlate("a.txt", GENERAL),
    }
    assert list(plates) == ["P2", "P1"]  # as the wells come


def test_of_a_split_export_the_first_file_counts():
    first = RawFile(file="a1.txt", assay="qpcr", plate="P1", overrides={"cycles": 45})
    plate = plates_of([first, RawFile(file="a2.txt", assay="qpcr", plate="P1")], "P1")["P1"]
    assert (plate.file, plate.settings.cycles) == ("a1.txt", 45)


def test_a_plate_of_another_assay_or_of_no_file_has_the_experiments_settings():
    calcium = RawFile(file="ca.txt", assay="calcium", plate="P1")
    assert plates_of([calcium], "P1", "P9") == {"P1": QpcrPlate("", GENERAL), "P9": QpcrPlate("", GENERAL)}


def test_samples_are_named_as_a_lab_says_them():
    rows = pd.DataFrame({"condition": ["ca_mg20", "control"], "donor": ["D1", "run2"], "rep": ["2", ""]})
    assert sample_names(rows) == ["ca_mg20 D1 rep 2", "control run2"]


def test_groups_come_in_the_order_of_their_first_row():
    rows = pd.DataFrame({"plate": ["P2", "P1", "P2"], "gene": ["b", "a", "b"], "cq": [1.0, 2.0, 3.0]})
    assert [(key, list(group["cq"])) for key, group in each_group(rows, "plate", "gene")] == [
        (("P2", "b"), [1.0, 3.0]),
        (("P1", "a"), [2.0]),
    ]


def test_flags_that_hold_are_joined_in_the_order_of_the_one_list():
    held = {"excluded": [True, False, True, False], "undetermined": [True, True, False, False]}
    joined = joined_flags({name: np.array(rows) for name, rows in held.items()})
    assert list(joined) == ["excluded;undetermined", "undetermined", "excluded", ""]


def test_an_unknown_flag_is_our_bug():
    with pytest.raises(ContractError, match="strange"):
        joined_flags({"strange": np.array([False])})
