"""Inter-run calibrators: shifts between plates by hand, by simulation, and what is said where they cannot be known."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgassay import tables
from mgassay.assays.qpcr.calibrators import calibration_rows, calibrations_from_wells
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems

NAN = math.nan


def rows_of(plate, *cqs, sample="IRC", gene="RUNX2", efficiency=2.0, role="sample"):
    base = {"plate": plate, "gene": gene, "sample": sample, "role": role, "efficiency": efficiency}
    return [
        {**base, "well": f"A{i}", "cq": cq, "status": "undetermined" if math.isnan(cq) else "value"}
        for i, cq in enumerate(cqs, 1)
    ]


def calibrated(*rows, calibrator=("IRC",), settings=None):
    wells, problems = pd.DataFrame(rows), Problems()
    own = settings or {}
    plates = {
        p: QpcrPlate(f"{p}.txt", QpcrSettings(calibrator=own.get(p, calibrator))) for p in wells["plate"].unique()
    }
    return calibrations_from_wells(wells, plates, problems), problems


def by_plate(found, column="shift"):
    return found.set_index("plate")[column].to_dict()


def test_one_calibrator_on_two_plates_by_hand():
    # mean Cq 25.1 and 26.1, so log2 quantities −25.1 and −26.1 about −25.6: plate 1 reads .5 too high, plate 2 too low
    found, problems = calibrated(*rows_of("P1", 25.0, 25.2), *rows_of("P2", 26.0, 26.2))
    assert by_plate(found) == pytest.approx({"P1": 0.5, "P2": -0.5})
    # pooled: s² = (.02 + .02)/2 = .02 with 2 df; b1 = (y1 − y2)/2, Var = (.02/2 + .02/2)/4 = .005
    assert by_plate(found, "variance") == pytest.approx({"P1": 0.005, "P2": 0.005})
    assert set(found["df"]) == {2}
    (said,) = problems
    assert (said.code, said.severity, said.seen) == ("MG536", "notice", "1.00")


def test_the_shift_is_in_log2_so_the_efficiency_counts():
    # E = √2 halves what a cycle is: ±.25
    found, _ = calibrated(*rows_of("P1", 25.0, 25.2, efficiency=2**0.5), *rows_of("P2", 26.0, 26.2, efficiency=2**0.5))
    assert by_plate(found) == pytest.approx({"P1": 0.25, "P2": -0.25})
    assert by_plate(found, "variance")["P1"] == pytest.approx(0.005 / 4)


def test_several_calibrators_are_the_mean_of_their_logs():
    # Hellemans 2007: the geometric mean over calibrators. −25 and −20 on P1 (mean −22.5), −26 and −20.6 on P2 (−23.3)
    rows = [*rows_of("P1", 25.0), *rows_of("P1", 20.0, sample="IRC2")]
    rows += [*rows_of("P2", 26.0), *rows_of("P2", 20.6, sample="IRC2")]
    found, problems = calibrated(*rows, calibrator=("IRC", "irc2"))
    assert by_plate(found) == pytest.approx({"P1": 0.4, "P2": -0.4})
    assert found["variance"].isna().all()  # single wells
    assert [p.code for p in problems] == ["MG536"]


def test_where_a_calibrator_is_missing_the_others_carry_by_least_squares():
    # IRC on all three (25, 26, 27), IRC2 on P1 and P2 (20, 21): exactly additive, so 1, 0, −1 whatever is missing
    rows = [r for p, c in (("P1", 25.0), ("P2", 26.0), ("P3", 27.0)) for r in rows_of(p, c)]
    rows += [*rows_of("P1", 20.0, sample="IRC2"), *rows_of("P2", 21.0, sample="IRC2")]
    found, problems = calibrated(*rows, calibrator=("IRC", "IRC2"))
    assert by_plate(found) == pytest.approx({"P1": 1.0, "P2": 0.0, "P3": -1.0})
    said = next(p for p in problems if p.code == "MG534")
    assert (said.severity, said.file, said.seen) == ("warning", "P3.txt", "IRC2")


def test_a_chain_of_calibrators_links_plates_that_share_none():
    # IRC on P1, P2; IRC2 on P2, P3: steps 1 and 2, so 0, −1, −3 about −4/3
    rows = [*rows_of("P1", 25.0), *rows_of("P2", 26.0)]
    rows += [*rows_of("P2", 20.0, sample="IRC2"), *rows_of("P3", 22.0, sample="IRC2")]
    settings = {"P1": ("IRC",), "P2": ("IRC", "IRC2"), "P3": ("IRC2",)}
    found, problems = calibrated(*rows, settings=settings)
    assert by_plate(found) == pytest.approx({"P1": 4 / 3, "P2": 1 / 3, "P3": -5 / 3})
    assert [p.code for p in problems] == ["MG536"]


def test_plates_that_no_calibrator_links_have_no_shift_and_an_error():
    rows = [*rows_of("P1", 25.0), *rows_of("P2", 26.0, sample="IRC2")]
    found, problems = calibrated(*rows, settings={"P1": ("IRC",), "P2": ("IRC2",)})
    assert found["shift"].isna().all()
    assert [(p.code, p.severity) for p in problems] == [("MG542", "error")]


@pytest.mark.parametrize("lost", [[], rows_of("P3", NAN, NAN), rows_of("P3", 25.0, NAN)])
def test_a_plate_without_its_calibrator_has_no_shift_and_an_error(lost):
    rows = [*rows_of("P1", 25.0), *rows_of("P2", 26.0), *lost, *rows_of("P3", 24.0, sample="donor 1")]
    found, problems = calibrated(*rows)
    assert math.isnan(by_plate(found)["P3"])
    assert by_plate(found)["P1"] == pytest.approx(0.5)
    said = next(p for p in problems if p.code == "MG533")
    assert (said.severity, said.file, said.seen) == ("error", "P3.txt", "IRC")


def test_a_plate_whose_settings_name_no_calibrator_is_told_apart():
    rows = [*rows_of("P1", 25.0), *rows_of("P2", 26.0), *rows_of("P3", 26.0)]
    found, problems = calibrated(*rows, settings={"P1": ("IRC",), "P2": ("IRC",), "P3": ()})
    assert math.isnan(by_plate(found)["P3"])
    assert next(p for p in problems if p.code == "MG533").seen == "no calibrator in its settings"


def test_a_mistyped_calibrator_names_the_nearest_sample():
    found, problems = calibrated(*rows_of("P1", 25.0), *rows_of("P2", 26.0), calibrator=("IRX",))
    assert found["shift"].isna().all()
    said = next(p for p in problems if p.code == "MG532")
    assert (said.severity, said.seen) == ("error", "IRX")
    assert "“IRC”" in said.remedy


def test_calibrators_that_disagree_are_pointed_out():
    # steps of 0 and 1.2 between the plates: each .3 from the common −.6/2 on either plate … .6/2 ± .3
    near = [*rows_of("P1", 25.0), *rows_of("P1", 20.0, sample="IRC2"), *rows_of("P2", 25.0)]
    _, told = calibrated(*near, *rows_of("P2", 22.2, sample="IRC2"), calibrator=("IRC", "IRC2"))
    assert {(p.code, p.severity) for p in told} == {("MG536", "notice"), ("MG535", "warning")}
    _, quiet = calibrated(*near, *rows_of("P2", 21.9, sample="IRC2"), calibrator=("IRC", "IRC2"))
    assert [p.code for p in quiet] == ["MG536"]


def test_standards_may_be_calibrators_and_controls_may_not():
    found, _ = calibrated(
        *rows_of("P1", 25.0, role="standard"), *rows_of("P2", 26.0, role="standard"), *rows_of("P1", 30.0, sample="d1"),
        *rows_of("P2", 30.0, sample="d1"), *rows_of("P2", 39.0, role="ntc"),
    )  # fmt: skip
    assert by_plate(found) == pytest.approx({"P1": 0.5, "P2": -0.5})


def test_each_gene_has_its_own_shift_and_a_gene_of_one_plate_none():
    rows = [*rows_of("P1", 25.0), *rows_of("P2", 26.0), *rows_of("P1", 18.0, gene="GAPDH")]
    rows += [*rows_of("P2", 18.4, gene="GAPDH"), *rows_of("P2", 30.0, gene="ALPL", sample="donor 1")]
    found, problems = calibrated(*rows)
    shifts = found.set_index(["gene", "plate"])["shift"].to_dict()
    assert shifts == pytest.approx(
        {("RUNX2", "P1"): 0.5, ("RUNX2", "P2"): -0.5, ("GAPDH", "P1"): 0.2, ("GAPDH", "P2"): -0.2, ("ALPL", "P2"): 0.0}
    )
    assert {p.code for p in problems} == {"MG536"}


@pytest.mark.parametrize("calibrator", [(), ("IRC",)])
def test_nothing_is_asked_of_one_plate_or_without_a_calibrator(calibrator):
    one = rows_of("P1", 25.0, sample="donor 1")
    two = [*one, *rows_of("P2", 25.0)] if not calibrator else one
    found, problems = calibrated(*two, calibrator=calibrator)
    assert found is None
    assert len(problems) == 0
    assert calibration_rows(found) == []


def test_rows_of_quality_by_hand():
    found, _ = calibrated(*rows_of("P1", 25.0, 25.2), *rows_of("P2", 26.0, 26.2))
    row = tables.QPCR_QUALITY.frame(calibration_rows(found)).iloc[0]
    half = stats.t.ppf(0.975, 2) * math.sqrt(0.005)
    assert list(row[["plate", "gene", "measure", "subject", "unit", "n"]]) == [
        "P1",
        "RUNX2",
        "calibration",
        "IRC",
        "log2",
        2,
    ]
    assert list(row[["estimate", "ci_low", "ci_high"]]) == pytest.approx([0.5, 0.5 - half, 0.5 + half])


def test_shifts_are_unbiased_and_their_intervals_hold_them():
    # three plates of true shifts .8, −.1, −.7; two calibrators in triplicate, wells of SD .15
    rng, truth = np.random.default_rng(9), np.array([0.8, -0.1, -0.7])
    errors, inside = [], 0
    for _ in range(150):
        rows = [
            row
            for k, plate in enumerate(("P1", "P2", "P3"))
            for name, level in (("IRC", 24.0), ("IRC2", 29.0))
            for row in rows_of(plate, *(level - truth[k] + rng.normal(0, 0.15, 3)), sample=name)
        ]
        found, _ = calibrated(*rows, calibrator=("IRC", "IRC2"))
        table = tables.QPCR_QUALITY.frame(calibration_rows(found))
        errors.append(table["estimate"].to_numpy() - truth)
        inside += int(((table["ci_low"] <= truth) & (truth <= table["ci_high"])).sum())
    # SE of a shift: .15·√(2/3)/√6 = .05; of the mean of 150: .004
    assert np.abs(np.mean(errors, axis=0)).max() < 0.015
    assert 0.92 <= inside / 450 <= 0.98  # the three of a run are not independent: SE .013
