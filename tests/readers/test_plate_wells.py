import math

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.plate_wells import dilution_of, wells_of_plate

CONTRAST = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
LAYOUT = [
    {"well": "A1", "role": "standard", "standard": 0},
    {"well": "A2", "role": "standard", "standard": 10},
    {"well": "A3", "role": "standard", "standard": 20},
    {"well": "B1", "role": "sample", "condition": "ca", "donor": "D1", "rep": "1"},
    {"well": "B2", "role": "sample", "condition": "ca", "donor": "D2", "rep": "1", "dilution": 5},
    {"well": "B3", "role": "mg_control", "condition": "ca"},
]


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def experiment():
    def experiment(layout=LAYOUT, samples=None, assay="calcium", settings=None, **row):
        raw = RawFile(file="raw/c.csv", assay=assay, plate="C1", layout="cal", **row)
        return Experiment(
            "x",
            Settings.model_validate({"contrast": CONTRAST, "assays": {assay: settings or {}}}),
            tables.CONDITIONS.frame([{"condition": "ca", "mg_mM": 2.0}]),
            (raw,),
            {"cal": tables.LAYOUT.frame(layout)},
            samples,
        )

    return experiment


def readings(wells, **columns):
    rows = [
        {"file": "raw/c.csv", "plate": "C1", "well": w, "channel": "A575", "wavelength_nm": 575, "read_index": 0,
         "value": 0.1 * (i + 1), "status": "ok"}
        for i, w in enumerate(wells)
    ]  # fmt: skip
    return tables.RAW_READINGS.frame(pd.DataFrame(rows).assign(**columns))


@pytest.fixture
def map_wells(problems):
    def map_wells(experiment, wells=("A1", "A2", "A3", "B1", "B2", "B3"), **columns):
        return wells_of_plate(experiment, experiment.files[0], readings(wells, **columns), problems)

    return map_wells


def found(problems):
    return [(p.code, p.file, p.place, p.seen) for p in problems]


def test_readings_meet_their_layout(map_wells, experiment, problems):
    wells, exclusions = map_wells(experiment())
    assert found(problems) == []
    tables.WELLS.check(wells)
    assert wells["well"].tolist() == ["A1", "A2", "A3", "B1", "B2", "B3"]
    assert wells["value"].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert wells["role"].tolist() == ["standard"] * 3 + ["sample"] * 2 + ["mg_control"]
    assert wells["standard"].tolist()[:3] == [0, 10, 20]
    assert wells["donor"].tolist() == ["", "", "", "D1", "D2", ""]
    assert set(wells["assay"]) == {"calcium"}
    assert len(exclusions) == 0


def test_the_layouts_dilution_wins_over_the_row_and_the_row_over_the_settings(map_wells, experiment):
    plain, row = experiment(settings={"dilution": 3}), experiment(settings={"dilution": 3}, dilution=4)
    assert dilution_of(plain, plain.files[0]) == 3
    assert dilution_of(row, row.files[0]) == 4
    for made, other in ((plain, 3), (row, 4)):
        dilutions = map_wells(made)[0]["dilution"].tolist()
        assert dilutions == pytest.approx([math.nan] * 3 + [other, 5, other], nan_ok=True)


def test_excluded_and_masked_wells_are_listed_with_their_values(map_wells, experiment, problems):
    layout = [*LAYOUT[:5], {"well": "B3", "role": "excluded", "donor": "D3"}]
    status = ["ok", "ok", "ok", "masked", "ok", "masked"]
    wells, exclusions = map_wells(experiment(layout), status=status)
    tables.EXCLUSIONS.check(exclusions)
    assert exclusions.to_dict("records") == [
        {"assay": "calcium", "plate": "C1", "well": "B1", "donor": "D1", "rule": "masked in the export",
         "value": pytest.approx(0.4), "by": "lab"},
        {"assay": "calcium", "plate": "C1", "well": "B3", "donor": "D3", "rule": "excluded in the layout",
         "value": pytest.approx(0.6), "by": "lab"},
    ]  # fmt: skip
    assert wells["status"].tolist() == status


def test_a_well_read_twice_is_named_and_read_once(map_wells, experiment, problems):
    wells, _ = map_wells(experiment(), ["A1", "A2", "A3", "B1", "B2", "B3", "B1"])
    assert found(problems) == [("MG204", "raw/c.csv", "B1", "1")]
    assert wells["well"].tolist().count("B1") == 1


def test_reads_of_a_kinetic_plate_are_no_duplicates(map_wells, experiment, problems):
    twice = ["A1", "A2", "A3", "B1", "B2", "B3"] * 2
    wells, _ = map_wells(experiment(), twice, read_index=[0] * 6 + [1] * 6)
    assert found(problems) == []
    assert len(wells) == 12


def test_wells_on_one_side_only_are_named_and_left_out(map_wells, experiment, problems):
    wells, _ = map_wells(experiment(), ["A1", "A2", "A3", "B1", "B2", "C1"])
    assert found(problems) == [("MG201", "raw/c.csv", "C1", "1"), ("MG202", "raw/c.csv", "B3", "1")]
    assert wells["well"].tolist() == ["A1", "A2", "A3", "B1", "B2"]


def test_a_condition_that_does_not_exist_was_named_with_the_layout_and_is_left_out(map_wells, experiment, problems):
    layout = [*LAYOUT[:5], {"well": "B3", "role": "sample", "condition": "gone", "donor": "D1", "rep": "1"}]
    wells, _ = map_wells(experiment(layout))
    assert "B3" not in set(wells["well"])
    assert found(problems) == []


def test_a_well_that_says_nothing_is_named(map_wells, experiment, problems):
    layout = [*LAYOUT[:5], {"well": "B3", "target": "RUNX2"}]
    map_wells(experiment(layout))
    assert found(problems) == [("MG206", "raw/c.csv", "B3", "1")]


def test_a_sample_name_that_is_not_known_is_named_with_the_nearest(map_wells, experiment, problems):
    samples = tables.SAMPLES.frame([{"sample": "D1 ctrl", "condition": "ca", "donor": "D1", "rep": "1"}])
    map_wells(experiment([*LAYOUT[:5], {"well": "B3", "sample": "D1 control"}], samples))
    assert found(problems) == [("MG230", "raw/c.csv", "B3", "D1 control")]
    assert "Did you mean “D1 ctrl”?" in next(iter(problems)).remedy


def test_a_layout_with_targets_maps_no_assay_plate(map_wells, experiment, problems):
    map_wells(experiment([*LAYOUT, {**LAYOUT[3], "target": "RUNX2"}]))
    assert found(problems) == [("MG207", "raw/c.csv", "B1", "cal")]


BLANK = {"well": "A1", "role": "blank"}


@pytest.mark.parametrize("assay", ["calcium", "protein"])
@pytest.mark.parametrize(
    ("standards", "expected"),
    [
        ([{"well": "A1", "role": "empty"}], [("MG210", "", "no standard")]),
        ([BLANK], [("MG210", "", "no standard")]),
        ([("A1", 5), ("A2", 10), ("A3", 20)], [("MG211", "", "5, 10, 20")]),
        ([("A1", 0), ("A2", 10), ("A3", 10)], [("MG212", "A1–A3", "0, 10")]),
        ([BLANK, ("A2", 10), ("A3", 10)], [("MG212", "A2–A3", "10")]),
        ([BLANK, ("A2", 10), ("A3", 20)], []),  # three levels with the blank
        ([("A1", None), ("A2", None), ("A3", None)], [("MG214", "A1–A3", "3")]),
        ([("A1", 0), ("A2", 5), ("A3", 10), {"well": "A4", "role": "standard"}], [("MG214", "A4", "1")]),
        ([("A1", 0), ("A2", 5), ("A3", 10)], []),
        ([BLANK, ("A2", 5), ("A3", 10), ("A4", 20)], []),
    ],
)
def test_a_curve_needs_standards_and_a_blank(map_wells, experiment, problems, assay, standards, expected):
    wells = [s if isinstance(s, dict) else {"well": s[0], "role": "standard", "standard": s[1]} for s in standards]
    layout = [*wells, *LAYOUT[3:]]
    map_wells(experiment(layout, assay=assay), [w["well"] for w in layout])
    assert [(p.code, p.place, p.seen) for p in problems] == expected
    assert {p.severity for p in problems} <= {"error"}


def test_a_standard_of_zero_is_said_to_count_as_a_blank(map_wells, experiment, problems):
    standards = [{**w, "standard": 5 * (i + 1)} for i, w in enumerate(LAYOUT[:3])]
    map_wells(experiment([*standards, *LAYOUT[3:]]))
    assert "A standard of 0 counts as a blank" in next(p for p in problems if p.code == "MG211").remedy


def test_a_plate_without_samples_is_odd(map_wells, experiment, problems):
    map_wells(experiment(LAYOUT[:3]), ["A1", "A2", "A3"])
    assert [(p.code, p.severity) for p in problems] == [("MG213", "warning")]


def test_other_assays_need_no_standards(map_wells, experiment, problems):
    map_wells(experiment(LAYOUT[3:], assay="viability"), ["B1", "B2", "B3"])
    assert found(problems) == []


def test_the_callers_frames_stay_as_they_were(experiment, problems):
    made, read = experiment(), readings(["A1", "A2", "A3", "B1", "B2", "B3"])
    layout, before = made.layouts["cal"].copy(), read.copy()
    wells_of_plate(made, made.files[0], read, problems)
    pd.testing.assert_frame_equal(made.layouts["cal"], layout)
    pd.testing.assert_frame_equal(read, before)


def test_an_empty_layout_was_named_when_it_was_read(map_wells, experiment, problems):
    wells, excluded = map_wells(experiment(layout=[]))
    assert (len(wells), len(excluded), found(problems)) == (0, 0, [])


def test_what_a_layout_that_was_cut_off_lacks_is_not_told_again(map_wells, experiment, problems):
    problems.add("MG127", file="layouts/cal.csv", place="line 3", seen="2 of 6 cells")
    map_wells(experiment(LAYOUT[3:]))
    assert [p.code for p in problems] == ["MG127"]


def test_a_standard_that_is_no_number_is_not_told_again(map_wells, experiment, problems):
    problems.add("MG027", file="layouts/cal.csv", place="row 4, standard", seen="20 ug", column="standard")
    map_wells(experiment([*LAYOUT[:2], {"well": "A3", "role": "standard"}, {"well": "A4", "standard": 5,
              "role": "standard"}, *LAYOUT[3:]]), ["A1", "A2", "A3", "A4", "B1", "B2", "B3"])  # fmt: skip
    assert [p.code for p in problems] == ["MG027"]


def test_many_unknown_samples_are_one_problem(map_wells, experiment, problems):
    names = [f"s{i}" for i in range(1, 8)]
    samples = tables.SAMPLES.frame([{"sample": "s8", "condition": "ca", "donor": "D1", "rep": "1"}])
    layout = [{"well": f"C{i}", "sample": name} for i, name in enumerate(names, 1)]
    map_wells(experiment(layout, samples=samples, assay="alp"), [w["well"] for w in layout])
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG230", "C1–C7", "s1, s2, s3, s4, s5 and 2 more")]
