import math
import time

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.mapping import wells_from_readings
from mgassay.wellnames import row_letters

SAMPLE = {"role": "sample", "condition": "ca", "donor": "D1", "rep": "1"}
LAYOUT = [
    *({"well": f"A{i + 1}", "role": "standard", "standard": 10 * i} for i in range(3)),
    {"well": "B1", **SAMPLE},
]
WELLS = ["A1", "A2", "A3", "B1"]


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def experiment():
    def experiment(*files, layouts=None, samples=None):
        return Experiment(
            "x",
            Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}}),
            tables.CONDITIONS.frame([{"condition": "ca", "mg_mM": 2.0}]),
            files,
            {k: tables.LAYOUT.frame(v) for k, v in (layouts or {"cal": LAYOUT}).items()},
            None if samples is None else tables.SAMPLES.frame(samples),
        )

    return experiment


def plate(name, assay="calcium", **row):
    return RawFile(file=f"raw/{name}.csv", assay=assay, plate=name, layout="cal", **row)


def readings(*parts):
    rows = [
        {"file": f"raw/{name}.csv", "plate": name, "well": w, "channel": "A575", "read_index": 0, "place": f"line {i}",
         "value": 0.1, "status": "ok"}
        for name, wells in parts
        for i, w in enumerate(wells)
    ]  # fmt: skip
    return tables.RAW_READINGS.frame(rows)


def found(problems):
    return [(p.code, p.file, p.place, p.seen) for p in problems]


def test_each_file_meets_its_own_layout_in_the_order_of_files_csv(experiment, problems):
    made = experiment(plate("P2"), plate("P1", "protein"))
    mapped = wells_from_readings(made, readings(("P1", WELLS), ("P2", ["a 01", "A02", "a3", "B1"])), problems)
    assert found(problems) == []
    for state, table in ((tables.WELLS, mapped.wells), (tables.QPCR_WELLS, mapped.qpcr_wells)):
        state.check(table)
    tables.EXCLUSIONS.check(mapped.exclusions)
    assert mapped.wells[["assay", "plate", "well"]].values.tolist() == [
        *(["calcium", "P2", w] for w in WELLS),
        *(["protein", "P1", w] for w in WELLS),
    ]


def test_a_reading_without_a_well_is_named(experiment, problems):
    wells = wells_from_readings(experiment(plate("P1")), readings(("P1", [*WELLS, "Z99"])), problems).wells
    assert found(problems) == [("MG205", "raw/P1.csv", "line 4", "Z99")]
    assert wells["well"].tolist() == WELLS


def test_a_file_without_readings_is_named_unless_it_was_named_before(experiment, problems):
    made = experiment(plate("P1"), plate("P2"))
    problems.add("MG102", file="raw/P2.csv", seen="0 bytes")
    wells_from_readings(made, readings(), problems)
    assert [(p.code, p.file) for p in problems] == [("MG102", "raw/P2.csv"), ("MG208", "raw/P1.csv")]


def test_measured_tables_have_no_wells(experiment, problems):
    assert len(wells_from_readings(experiment(plate("P1", reader="table")), readings(), problems).wells) == 0
    assert found(problems) == []


def test_excluded_wells_of_images_are_listed_without_a_value(experiment, problems):
    raw = RawFile(file="images", assay="alizarin_image", plate="A", layout="ars")
    layouts = {"ars": [{"well": "A1", **SAMPLE}, {"well": "A2", "role": "excluded", "donor": "D2"}]}
    row = wells_from_readings(experiment(raw, layouts=layouts), readings(), problems).exclusions.to_dict("records")[0]
    assert math.isnan(row.pop("value"))
    assert row == {
        "assay": "alizarin_image", "plate": "A", "well": "A2", "donor": "D2", "rule": "excluded in the layout",
        "by": "lab",
    }  # fmt: skip


def test_samples_that_were_never_measured_are_odd(experiment, problems):
    names = ["s1", "s2"]
    samples = [{"sample": s, "condition": "ca", "donor": "D1", "rep": "1"} for s in names]
    raw = RawFile(file="raw/Q.csv", assay="qpcr", plate="Q")
    mapped = wells_from_readings(
        experiment(raw, samples=samples), readings(("Q", ["A1"])).assign(sample="s1", channel="RUNX2"), problems
    )
    assert mapped.qpcr_wells["condition"].tolist() == ["ca"]
    assert [(p.code, p.severity, p.file, p.seen) for p in problems] == [("MG233", "warning", "samples.csv", "s2")]


def test_384_well_runs_with_100_targets_are_mapped_within_a_second(experiment, problems):
    wells = [f"{row_letters(r)}{c + 1}" for r in range(16) for c in range(24)]
    raw = RawFile(file="raw/Q.csv", assay="qpcr", plate="Q")
    samples = [{"sample": w, "condition": "ca", "donor": w, "rep": "1"} for w in wells]
    run = pd.concat([readings(("Q", wells)).assign(channel=f"G{g}") for g in range(100)], ignore_index=True)
    run = tables.RAW_READINGS.frame(run.assign(sample=run["well"], task="UNKNOWN"))
    started = time.process_time()
    mapped = wells_from_readings(experiment(raw, samples=samples), run, problems)
    assert time.process_time() - started < 1
    assert len(mapped.qpcr_wells) == 38400
    assert found(problems) == []


def test_the_callers_frames_stay_as_they_were(experiment, problems):
    made, read = experiment(plate("P1")), readings(("P1", ["a 1", "A2", "A3", "B1"]))
    before = read.copy()
    wells_from_readings(made, read, problems)
    pd.testing.assert_frame_equal(read, before)


def test_samples_of_a_run_that_could_not_be_read_are_not_called_unmeasured(experiment, problems):
    samples = [{"sample": "s1", "condition": "ca", "donor": "D1", "rep": "1"}]
    raws = [RawFile(file=f"raw/{name}.csv", assay="qpcr", plate=name) for name in ("Q", "R")]
    problems.add("MG127", file="raw/R.csv", place="line 9", seen="1 of 24 values")
    found = readings(("Q", ["A1"])).assign(sample="s1", channel="RUNX2")
    wells_from_readings(experiment(*raws, samples=[*samples, {**samples[0], "sample": "s2"}]), found, problems)
    assert [p.code for p in problems] == ["MG127"]


def test_samples_that_were_read_but_belong_to_no_condition_were_measured(experiment, problems):
    samples = [{"sample": "s1", "condition": "cb", "donor": "D1", "rep": "1"}]
    raw = RawFile(file="raw/Q.csv", assay="qpcr", plate="Q")
    found = readings(("Q", ["A1"])).assign(sample="s1", channel="RUNX2")
    wells_from_readings(experiment(raw, samples=samples), found, problems)
    assert list(problems) == []
