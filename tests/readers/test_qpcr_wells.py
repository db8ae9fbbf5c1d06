import math

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.qpcr_wells import wells_of_run

# As the table of samples is read: NFKC, so that the µ below is a Greek mu, and the one in the export is not.
SAMPLES = [
    {"sample": "D1 ctrl", "condition": "control", "donor": "D1", "rep": "1"},
    {"sample": "D2 μ", "condition": "ca", "donor": "D2", "rep": "1"},
]
CONDITIONS = tables.CONDITIONS.frame([{"condition": "control", "mg_mM": 0.8}, {"condition": "ca", "mg_mM": 2.0}])


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def map_run(problems):
    def map_run(rows, layout=None, samples=SAMPLES, settings=None, **row):
        raw = RawFile(file="raw/q.txt", assay="qpcr", plate="Q1", layout="q" if layout else "", **row)
        contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
        experiment = Experiment(
            "x",
            Settings.model_validate({"contrast": contrast, "assays": {"qpcr": settings or {}}}),
            CONDITIONS,
            (raw,),
            {"q": tables.LAYOUT.frame(layout)} if layout else {},
            tables.SAMPLES.frame(samples) if samples else None,
        )
        columns = ["well", "channel", "sample", "task", "status", "value", "quantity", "cycles"]
        given = pd.DataFrame([dict(zip(columns, r, strict=False)) for r in rows]).assign(file=raw.file, plate=raw.plate)
        return wells_of_run(experiment, raw, tables.RAW_READINGS.frame(given), problems)

    return map_run


def found(problems):
    return [(p.code, p.file, p.place, p.seen) for p in problems]


RUN = [
    ("A1", "RUNX2", "D1 ctrl", "UNKNOWN", "ok", 25.5, math.nan, 40),
    ("A1", "GAPDH", "D1 ctrl", "UNKNOWN", "ok", 17.0, math.nan, 40),
    ("A2", "RUNX2", "D2 µ", "UNKNOWN", "undetermined", math.nan, math.nan, 40),
    ("A3", "RUNX2", "H2O", "NTC", "undetermined", math.nan, math.nan, 40),
    ("A4", "RUNX2", "D1 ctrl", "NRT", "missing", math.nan, math.nan, 40),
    ("A5", "RUNX2", "dil 1", "STANDARD", "ok", 20.0, 1000.0, 40),
    ("A6", "RUNX2", "D1 ctrl", "UNKNOWN", "omitted", 31.0, math.nan, 40),
]


def test_sample_names_and_tasks_of_the_export_map_a_run(map_run, problems):
    wells, exclusions = map_run(RUN)
    assert found(problems) == []
    tables.QPCR_WELLS.check(wells)
    assert wells["role"].tolist() == ["sample", "sample", "sample", "ntc", "nrt", "standard", "sample"]
    assert wells["condition"].tolist() == ["control", "control", "ca", "", "", "", "control"]
    assert wells["donor"].tolist() == ["D1", "D1", "D2", "", "", "", "D1"]
    assert wells["target"].tolist() == ["RUNX2", "GAPDH", *["RUNX2"] * 5]
    assert wells["status"].tolist() == ["value", "value", "undetermined", "undetermined", "none", "value", "omitted"]
    assert wells["cq"].tolist() == pytest.approx([25.5, 17, *[math.nan] * 3, 20, math.nan], nan_ok=True)
    assert wells["standard"].tolist() == pytest.approx([*[math.nan] * 5, 1000, math.nan], nan_ok=True)
    assert wells["cycles"].tolist() == [40] * 7
    assert exclusions.to_dict("records") == [
        {"assay": "qpcr", "plate": "Q1", "well": "A6", "donor": "D1", "rule": "omitted in the export", "value": 31.0,
         "by": "lab"}
    ]  # fmt: skip


def test_the_layout_is_asked_first(map_run, problems):
    layout = [
        {"well": "A1", "role": "sample", "condition": "ca", "donor": "D9", "rep": "2", "dilution": 4},
        {"well": "A2", "role": "standard", "standard": 10},
        {"well": "A3", "role": "sample", "condition": "ca", "donor": "D9", "rep": "3"},
        {"well": "A4", "role": "excluded"},
        {"well": "A6", "role": "empty"},
    ]
    wells, exclusions = map_run(RUN, layout, settings={"dilution": 2})
    assert found(problems) == [("MG235", "raw/q.txt", "A1", "D1 ctrl")]  # the layout counts, and the lab is told
    assert wells["role"].tolist() == ["sample", "sample", "standard", "sample", "excluded", "standard", "empty"]
    assert wells["condition"].tolist() == ["ca", "ca", "", "ca", "", "", ""]
    assert wells["standard"].tolist() == pytest.approx(
        [*[math.nan] * 2, 10, *[math.nan] * 2, 1000, math.nan], nan_ok=True
    )
    assert wells["dilution"].tolist() == [4, 4, 2, 2, 2, 2, 2]
    assert exclusions[["well", "rule"]].values.tolist() == [["A4", "excluded in the layout"]]


def test_a_layout_may_tell_targets_apart_or_name_them(map_run, problems):
    layout = [
        {"well": "A1", "target": "RUNX2", "role": "sample", "condition": "ca", "donor": "D1", "rep": "1"},
        {"well": "A1", "target": "GAPDH", "role": "excluded"},
        {"well": "A2", "target": "TRPM7"},
    ]
    rows = [RUN[0], RUN[1], ("A2", "", "D1 ctrl", "UNKNOWN", "ok", 22.0, math.nan, 40)]
    wells, _ = map_run(rows, layout)
    assert found(problems) == [("MG235", "raw/q.txt", "A1", "D1 ctrl")]
    assert wells["target"].tolist() == ["RUNX2", "GAPDH", "TRPM7"]
    assert wells["role"].tolist() == ["sample", "excluded", "sample"]
    assert wells["condition"].tolist() == ["ca", "", "control"]


def test_another_target_than_the_layouts_is_named_with_the_nearest(map_run, problems):
    map_run(
        [RUN[0]], [{"well": "A1", "target": "RUNX1", "role": "sample", "condition": "ca", "donor": "D1", "rep": "1"}]
    )
    assert found(problems) == [("MG232", "raw/q.txt", "A1", "RUNX2")]
    assert "Did you mean “RUNX1”?" in next(iter(problems)).remedy


def test_a_sample_name_that_is_not_known_is_named_once_with_its_wells(map_run, problems):
    wells, _ = map_run([RUN[0], ("B1", "X", "D1 ctr", "", "ok", 20.0), ("B2", "X", "D1 ctr", "", "ok", 20.0)])
    assert found(problems) == [("MG230", "raw/q.txt", "B1–B2", "D1 ctr")]
    assert "Did you mean “D1 ctrl”?" in next(iter(problems)).remedy
    assert wells["well"].tolist() == ["A1"]


def test_wells_that_nothing_maps_are_named(map_run, problems):
    layout = [{"well": "A1", "role": "sample", "condition": "ca", "donor": "D1", "rep": "1"}]
    map_run([RUN[0], ("B1", "X", "s7", "UNKNOWN", "ok", 20.0)], layout, samples=None)
    assert found(problems) == [("MG201", "raw/q.txt", "B1", "1")]


def test_a_mapped_well_that_was_not_read_is_named(map_run, problems):
    sample = {"role": "sample", "condition": "ca", "donor": "D1", "rep": "1"}
    map_run([RUN[0]], [{"well": "A1", **sample}, {"well": "A2", **sample}], samples=None)
    assert found(problems) == [("MG202", "raw/q.txt", "A2", "1")]


def test_a_task_that_is_not_known_is_named_unless_the_layout_speaks(map_run, problems):
    rows = [("A1", "IPC", "D1 ctrl", "BlockedIPC", "ok", 30.0), ("A2", "IPC", "D1 ctrl", "IPC", "ok", 30.0)]
    wells, _ = map_run(rows, [{"well": "A2", "role": "empty"}])
    assert found(problems) == [("MG231", "raw/q.txt", "A1", "BlockedIPC")]
    assert wells["role"].tolist() == ["empty"]


def test_a_well_and_target_twice_is_named(map_run, problems):
    wells, _ = map_run([RUN[0], RUN[0]])
    assert found(problems) == [("MG204", "raw/q.txt", "A1", "1")]
    assert len(wells) == 1


def test_unused_wells_of_an_export_are_passed_over(map_run, problems):
    wells, _ = map_run([RUN[0], ("H12", "", "", "", "missing")])
    assert wells["well"].tolist() == ["A1"]
    assert found(problems) == []


def test_cycles_are_the_exports_else_the_settings_else_unknown(map_run):
    rows = [RUN[0], ("A2", "RUNX2", "D1 ctrl", "", "ok", 20.0)]
    assert map_run(rows)[0]["cycles"].isna().tolist() == [False, True]
    assert map_run(rows, settings={"cycles": 45})[0]["cycles"].tolist() == [40, 45]
    assert map_run(rows, settings={"cycles": 45}, overrides={"cycles": 50})[0]["cycles"].tolist() == [40, 50]


def test_a_sample_that_the_layout_calls_otherwise_is_named(map_run, problems):
    layout = [{"well": w, "role": "sample", "condition": "ca", "donor": "D1", "rep": "1", "sample": "D1 ca"}
              for w in ("A1", "A2")]  # fmt: skip
    rows = [("A1", "RUNX2", "D2 ca", "UNKNOWN", "ok", 25.0), ("A2", "RUNX2", "d1 CA", "UNKNOWN", "ok", 25.0)]
    map_run(rows, layout, samples=None)
    assert found(problems) == [("MG234", "raw/q.txt", "A1", "D2 ca")]
    assert "calls it “D1 ca”" in next(iter(problems)).message


def test_a_layout_and_samples_that_agree_are_left_in_peace(map_run, problems):
    layout = [{"well": "A1", "role": "sample", "condition": "control", "donor": "D1", "rep": "2"}]
    map_run([RUN[0]], layout)
    assert found(problems) == []


def test_a_calibrator_is_kept_though_no_condition_is_its_own(map_run, problems):
    rows = [*RUN, ("B1", "RUNX2", "irc", "UNKNOWN", "ok", 24.0, math.nan, 40)]
    wells, _ = map_run(rows, settings={"calibrator": "IRC"})
    kept = wells[wells["well"] == "B1"]
    assert kept[["sample", "role", "condition", "donor", "cq"]].to_numpy().tolist() == [["irc", "sample", "", "", 24.0]]
    assert found(problems) == []


def test_without_the_setting_a_calibrator_is_a_sample_that_nobody_knows(map_run, problems):
    wells, _ = map_run([*RUN, ("B1", "RUNX2", "IRC", "UNKNOWN", "ok", 24.0, math.nan, 40)])
    assert "B1" not in set(wells["well"])
    assert [p[0] for p in found(problems)] == ["MG230"]
