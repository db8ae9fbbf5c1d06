"""All plates of an experiment; the plates are those of conftest.py."""

import numpy as np
import pytest


def test_worked_by_hand(bench):
    rows = [
        *bench.CALCIUM,
        *bench.PROTEIN,
        bench.ca("C1", 0.44),
        bench.ca("C2", 0.46),
        bench.pr("C1", 0.58),
        bench.pr("C2", 0.62),
    ]
    results, problems = bench.quantify(bench.experiment(), *rows)
    assert bench.codes(problems) == []
    per_well = bench.readout(results, "calcium_per_well")
    np.testing.assert_allclose(per_well.value, [15.6, 16.4], rtol=1e-9)
    assert per_well.unit.tolist() == ["ug/well"] * 2
    np.testing.assert_allclose(bench.readout(results, "protein_per_well").value, [0.096, 0.104], rtol=1e-6)
    row = bench.readout(results, "calcium").iloc[0]
    assert row.value == pytest.approx(160, rel=1e-6)  # 16 ug / 0.1 mg
    assert (row.experiment, row.assay, row.unit, row.plate, row.well) == (
        "exp",
        "calcium",
        "ug/mg",
        "calcium_D1",
        "C1;C2",
    )
    assert (row.condition, row.donor, row.rep, row.flag) == ("ca08", "D1", "1", "")
    assert row.ci_low < 160 < row.ci_high
    lod = 3.3 * np.sqrt(1.2e-6) / 0.01 * 2 * 0.2  # s of 12 wells 1 mOD off a line, in ug per bench.well
    np.testing.assert_allclose(per_well.limit, lod, rtol=1e-9)
    assert row.limit == pytest.approx(lod / 0.1, rel=1e-6)
    assert len(results.curves) == 2
    assert len(results.standards) == 12


def test_a_failed_curve_marks_everything_made_with_it(bench):
    bent = [{**r, "value": 0.05 + 0.4 * (1 - np.exp(-(r["standard"] or 0) / 20))} for r in bench.CALCIUM]
    rows = [*bent, *bench.PROTEIN, bench.ca("C1", 0.3), bench.pr("C1", 0.6)]
    results, problems = bench.quantify(bench.experiment({"curve": "linear"}), *rows)
    assert "curve_failed" in bench.readout(results, "calcium_per_well").flag[0].split(";")
    assert "curve_failed" in bench.readout(results, "calcium").flag[0].split(";")
    assert bench.codes(problems) == ["MG305"]


@pytest.mark.parametrize("curve", ["4pl", "5pl"])
def test_a_logistic_that_the_standards_do_not_show_leaves_amounts_absent(bench, curve):
    results, problems = bench.quantify(
        bench.experiment({"curve": curve}, files=[bench.CA]), *bench.CALCIUM, bench.ca("C1", 0.45)
    )
    assert results.amounts.empty
    assert results.curves.empty
    told = [(p.code, p.severity, p.file, p.place) for p in problems if p.severity == "error"]
    assert told == [("MG329", "error", "experiment.toml", "assays.calcium.curve")]


def s_shaped(bench):
    """OD = 0.05 + 2 / (1 + (50/x)^1.2), in duplicate 1 mOD beside; by hand 50 ug/mL reads 1.05, so 20 ug per well."""
    levels = (0, 5, 10, 20, 40, 80, 160, 320)
    return [
        bench.well(
            bench.CA, f"{'AB'[i]}{k}", 0.05 + (2 / (1 + (50 / x) ** 1.2) if x else 0.0) + d, "standard", standard=x
        )
        for k, x in enumerate(levels, 1)
        for i, d in enumerate((0.001, -0.001))
    ]


@pytest.mark.parametrize("curve", ["4pl", "auto"])
def test_an_s_shaped_plate_is_read_by_its_logistic(bench, curve):
    exp = bench.experiment({"curve": curve, "weighting": "none"}, files=[bench.CA])
    wells = [bench.ca("C1", 1.05, "acell"), bench.ca("C2", 2.2, "acell"), bench.ca("C3", 0.04, "acell")]
    results, problems = bench.quantify(exp, *s_shaped(bench), *wells)
    row = results.curves.iloc[0]
    assert (row.model, row.assessed, row.levels_pass) == ("4pl", "pass", 7)
    named = dict(part.split("=") for part in row.parameters.split(";"))
    assert [float(named[k]) for k in "abcd"] == pytest.approx([0.05, 1.2, 50, 2.05], rel=2e-3)
    got = bench.readout(results, "calcium_per_well").set_index("well")
    assert got.value["C1"] == pytest.approx(20, rel=2e-3)
    assert got.ci_low["C1"] < 20 < got.ci_high["C1"]
    assert (got.flag["C2"], got["limit"]["C2"]) == ("above_curve", pytest.approx(320 * 0.4))
    assert np.isnan(got.value["C2"])
    assert got.flag["C3"] == "below_lod"
    assert got.value["C3"] < 0  # as far below the blank as its signal
    assert [(p.code, p.place) for p in problems] == [("MG313", "C2"), ("MG396", "C3")]


def test_settings_of_the_file_win(bench):
    exp = bench.experiment(files=[bench.CA], overrides={"extract_volume_uL": 1000.0})
    assert bench.readout(bench.quantify(exp, *bench.CALCIUM, bench.ca("C1", 0.45))[0], "calcium_per_well").value[
        0
    ] == pytest.approx(80)


def test_a_broken_plate_does_not_stop_the_others(bench):
    results, problems = bench.quantify(
        bench.experiment(files=[("calcium", "other"), bench.CA]),
        *bench.CALCIUM,
        bench.ca("C1", 0.45, "acell"),
        bench.sample(("calcium", "other"), "C1", 0.4, "acell"),
    )
    assert bench.codes(problems) == ["MG302"]
    assert bench.readout(results, "calcium_per_well").plate.tolist() == ["calcium_D1"]


def test_an_experiment_without_plates_gives_empty_tables(bench):
    results, problems = bench.quantify(bench.experiment(files=[]))
    assert results.amounts.empty
    assert results.curves.empty
    assert results.standards.empty
    assert bench.codes(problems) == []


def test_one_wrong_setting_of_all_plates_is_one_problem(bench):
    plates = [("calcium", f"calcium_D{i}") for i in (1, 2)]
    rows = [row for where in plates for row in (*bench.standards(where, *bench.CA_STANDARDS),
            bench.sample(where, "C1", 0.45))]  # fmt: skip
    _, problems = bench.quantify(bench.experiment({"standard_unit": "ug/ml"}, files=plates), *rows)
    assert [(p.code, p.file, p.place) for p in problems if p.severity == "error"] == [
        ("MG315", "experiment.toml", "assays.calcium.standard_unit")
    ]
    assert "Did you mean “ug/mL”?" in next(p for p in problems if p.code == "MG315").remedy


def test_no_control_of_mg_is_missed_where_no_sample_is_mapped(bench):
    _, problems = bench.quantify(bench.experiment(files=[bench.CA], raised=2.0), *bench.CALCIUM)
    assert "MG324" not in bench.codes(problems)


def test_a_plate_of_another_layout_is_not_quantified_unless_the_lab_insists(bench, monkeypatch):
    monkeypatch.setattr("mgassay.assays.plates.plates.is_misplaced", lambda *_: True)
    rows = [*bench.CALCIUM, bench.ca("C1", 0.45, "acell")]
    assert bench.quantify(bench.experiment(files=[bench.CA]), *rows)[0].amounts.empty
    confirmed = bench.experiment(files=[bench.CA], confirm=("MG326",))
    assert len(bench.readout(bench.quantify(confirmed, *rows)[0], "calcium_per_well")) == 1
