"""Files, layouts and readings that are another plate's, by what they say of themselves."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.identity import check_identity, names_in


def plate(name, file="", layout="", **row):
    return RawFile(file=file or f"raw/{name}.csv", assay="calcium", plate=name, layout=layout or name, **row)


@pytest.fixture
def judged():
    def judged(*files, layouts=(), accounts=None, readings=None):
        problems = Problems()
        contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
        named = {n: tables.LAYOUT.frame() for n in layouts}
        experiment = Experiment(
            "x", Settings.model_validate({"contrast": contrast}), tables.CONDITIONS.frame(), files, named
        )
        read = tables.RAW_READINGS.frame() if readings is None else readings
        check_identity(experiment, accounts or {}, read, problems)
        return [(p.code, p.severity, p.file, p.place, p.seen) for p in problems]

    return judged


def read(raw, values):
    wells = [f"{'ABCDEFGH'[k % 8]}{k // 8 + 1}" for k in range(len(values))]
    return [
        {
            "file": raw.file,
            "plate": raw.plate,
            "well": w,
            "channel": "A570",
            "read_index": 0,
            "value": v,
            "status": "ok",
        }
        for w, v in zip(wells, values, strict=True)
    ]


def test_files_that_have_changed_places_are_named(judged):
    first = plate("calcium_D1", file="raw/Calcium-D2 export.csv")
    second = plate("calcium_D2", file="raw/calcium_D1.csv")
    assert judged(first, second) == [
        ("MG215", "error", "raw/Calcium-D2 export.csv", "", "calcium_D2"),
        ("MG215", "error", "raw/calcium_D1.csv", "", "calcium_D1"),
    ]


def test_a_header_that_names_another_plate_is_told_with_its_line(judged):
    first, second = plate("calcium_D1", file="raw/monday.csv"), plate("calcium_D2", file="raw/tuesday.csv")
    accounts = {
        ("raw/monday.csv", "calcium_D1"): {
            "not_understood": ["line 3: ID2 | calcium_D2"],
            "understood": ["line 1: User | me"],
        }
    }
    assert judged(first, second, accounts=accounts) == [("MG215", "error", "raw/monday.csv", "line 3", "calcium_D2")]


def test_names_that_say_nothing_are_no_evidence(judged):
    right = plate("calcium_D1"), plate("calcium_D2")
    assert judged(*right) == []
    both = plate("calcium_D1", file="raw/calcium_D1 and calcium_D2.csv"), plate("calcium_D2", file="raw/b.csv")
    assert judged(*both) == []  # it names its own plate too
    several = plate("P10", file="raw/P11.csv", sheet="1"), plate("P11", file="raw/P11.csv", sheet="2")
    assert judged(*several) == []
    short = plate("D1", file="raw/a D2.csv"), plate("D2", file="raw/b.csv")
    assert judged(*short) == []


def test_names_are_words_of_their_own():
    assert names_in("plate 12", ["plate 1"]) == []
    assert names_in("Path: X:/Plate_1.xpt", ["plate 1"]) == ["plate 1"]


def test_the_layout_of_another_plate_is_told_where_the_plate_has_its_own(judged):
    first, second = plate("P001", layout="P002"), plate("P002")
    assert judged(first, second, layouts=["P001", "P002"]) == [("MG216", "error", "raw/P001.csv", "", "P002")]
    assert judged(first, second, layouts=["P002"]) == []  # both plates were filled alike


def test_one_measurement_under_two_names_is_told(judged):
    first, second, third = plate("calcium_D1"), plate("calcium_D2"), plate("calcium_D3")
    values = np.round(np.linspace(0.05, 1.2, 24), 3)
    rows = [*read(first, values), *read(second, values), *read(third, values + 0.001)]
    assert judged(first, second, third, readings=tables.RAW_READINGS.frame(rows)) == [
        ("MG217", "error", "raw/calcium_D2.csv", "", "calcium_D2")
    ]


def test_few_or_flat_readings_may_agree_by_chance(judged):
    first, second = plate("calcium_D1"), plate("calcium_D2")
    for values in (np.linspace(0.05, 1.2, 8), np.full(96, 0.05)):
        rows = [*read(first, values), *read(second, values)]
        assert judged(first, second, readings=tables.RAW_READINGS.frame(rows)) == []
