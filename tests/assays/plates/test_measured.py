"""Signals to amounts, well by well; the plates are those of conftest.py."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.plates.measured import WELL_AMOUNTS, scaled, tell_idle_dilution, usable_samples, with_low_flags
from mgassay.problems import Problems


def test_interval_of_a_well_by_hand(bench):
    """ISO 11843 with equal spacing aside: x ± t·s/b·sqrt(1 + 1/n + (x − x̄)²/Sxx), nearly, for so tight a line."""
    results, _ = bench.quantify(bench.experiment(), *bench.CALCIUM, bench.ca("C1", 0.45))
    x, s, t = np.repeat(bench.CA_STANDARDS[0], 2), np.sqrt(1.2e-6), 2.228139
    half = t * s / 0.01 * np.sqrt(1 + 1 / 12 + (40 - x.mean()) ** 2 / np.sum((x - x.mean()) ** 2)) * 2 * 0.2
    row = bench.readout(results, "calcium_per_well").iloc[0]
    np.testing.assert_allclose([row.ci_low, row.ci_high], [16 - half, 16 + half], rtol=1e-5)


def test_dilution_of_the_well_then_the_file_then_the_assay(bench):
    rows = [*bench.CALCIUM, bench.ca("C1", 0.45, dilution=5.0), bench.ca("C2", 0.45)]
    for exp, expected in (
        (bench.experiment(files=[bench.CA]), [40, 16]),
        (bench.experiment(files=[bench.CA], dilution=3.0), [40, 24]),
    ):
        np.testing.assert_allclose(
            bench.readout(bench.quantify(exp, *rows)[0], "calcium_per_well").value, expected, rtol=1e-9
        )


def test_above_the_top_standard_is_a_bound_never_an_extrapolation(bench):
    """Top 160 ug/mL · 2 · 0.2 mL = 64 ug; the reader's overflow has the same bound."""
    rows = [
        *bench.CALCIUM,
        bench.ca("C1", 1.7),
        bench.ca("C2", None, status="above"),
        bench.ca("C3", 1.6),
    ]
    results, problems = bench.quantify(bench.experiment(files=[bench.CA]), *rows)
    got = bench.readout(results, "calcium_per_well")
    assert got.value.isna().tolist() == [True, True, False]
    assert got.flag.tolist() == ["above_curve;no_protein", "above_curve;saturated;no_protein", "no_protein"]
    np.testing.assert_allclose(got.limit[:2], 64, rtol=1e-9)
    assert got.ci_low.isna().tolist() == [True, True, False]
    assert bench.codes(problems) == ["MG313", "MG320"]
    assert next(iter(problems)).place == "C1–C2"


def test_below_the_blank_the_value_stays_and_is_flagged(bench):
    rows = [
        *bench.CALCIUM,
        bench.ca("C1", 0.04, "acell"),
        bench.ca("C2", 0.06, "acell", "2"),
        bench.ca("C3", 0.052, "acell", "3"),
    ]
    results, problems = bench.quantify(bench.experiment(files=[bench.CA]), *rows)
    got = bench.readout(results, "calcium_per_well")
    np.testing.assert_allclose(got.value, [-0.4, 0.4, 0.08], atol=1e-9)  # LOD is 0.1446 ug, LOQ 0.438 ug
    assert got.flag.tolist() == ["below_lod", "below_loq", "below_lod"]
    assert [(p.code, p.place) for p in problems] == [("MG396", "C1")]  # 10 mOD below the blank, where the SD is 1 mOD


def test_what_the_reader_could_not_read_for_being_low_is_below_detection(bench):
    rows = [*bench.CALCIUM, bench.ca("C1", None, "acell", status="below"), bench.ca("C2", 0.45, "acell", "2")]
    got = bench.readout(bench.quantify(bench.experiment(files=[bench.CA]), *rows)[0], "calcium_per_well")
    assert got.value.isna().tolist() == [True, False]
    assert got.flag.tolist() == ["below_lod", ""]
    assert got.limit[0] == got.limit[1]  # the detection limit


@pytest.mark.parametrize(
    ("value", "flag"),
    [(0.0099, "below_lod;outlier"), (0.01, "below_loq;outlier"), (0.03, "outlier"), (np.nan, "below_lod;outlier")],
)
def test_a_value_at_a_limit_is_not_below_it(value, flag):
    row = pd.DataFrame({"value": [value], "lod": [0.01], "loq": [0.03], "flag": ["below_lod;outlier"]})
    assert with_low_flags(row).flag.tolist() == [flag]


def test_another_unit_is_a_factor_on_amounts_errors_and_limits_by_well():
    number = ("value", "ci_low", "ci_high", "se_reading", "se_curve", "lod", "loq", "top")
    wells = pd.DataFrame({c: [8.0, 12.0] if c in number else [5.0, 5.0] for c in WELL_AMOUNTS})
    expected = wells.assign(**{c: [4.0, 36.0] for c in number})
    pd.testing.assert_frame_equal(scaled(wells, pd.Series([0.5, 3.0])), expected)


@pytest.mark.parametrize(
    ("of_well", "of_file", "of_assay", "seen"),
    [(None, None, 1.0, None), (None, None, 2.0, "2"), (5.0, 1.0, 1.0, "5"), (5.0, 3.0, 2.0, "2, 3, 5")],
)
def test_a_dilution_that_enters_no_amount_is_told(bench, of_well, of_file, of_assay, seen):
    exp = bench.experiment({"dilution": of_assay}, files=[bench.CA], dilution=of_file)
    problems = Problems()
    tell_idle_dilution(bench.plate(exp, bench.ca("C1", 0.45, dilution=of_well), bench.ca("C2", 0.45)), problems)
    assert [(p.code, p.seen) for p in problems] == ([("MG397", seen)] if seen else [])


def test_missing_and_masked_wells(bench):
    rows = [
        *bench.CALCIUM,
        bench.ca("C1", None, "acell", status="missing"),
        bench.ca("C2", 0.3, "acell", status="masked"),
    ]
    results, problems = bench.quantify(bench.experiment(files=[bench.CA]), *rows)
    assert results.amounts.empty
    assert bench.codes(problems) == ["MG312"]
    assert next(iter(problems)).place == "C1"


def test_roles_that_are_no_samples_are_not_read_off_the_curve(bench):
    rows = [
        *bench.CALCIUM,
        *(bench.well(bench.CA, f"C{i}", 0.4, role) for i, role in enumerate(("blank", "empty", "excluded"), 1)),
    ]
    assert bench.quantify(bench.experiment(files=[bench.CA]), *rows)[0].amounts.empty


def two_channels(rows):
    return [r for row in rows for r in (row, {**row, "channel": "A630", "wavelength_nm": 630.0, "value": 0.04})]


def test_of_several_channels_the_declared_one_is_used_and_none_is_guessed(bench):
    rows = two_channels([*bench.CALCIUM, bench.ca("C1", 0.45, "acell")])
    chosen, problems = bench.quantify(bench.experiment({"wavelength_nm": 575}, files=[bench.CA]), *rows)
    assert bench.readout(chosen, "calcium_per_well").value[0] == pytest.approx(16)
    assert bench.codes(problems) == []
    results, problems = bench.quantify(bench.experiment(files=[bench.CA]), *rows)
    assert results.amounts.empty
    assert bench.codes(problems) == ["MG317"]


def test_another_wavelength_than_declared_is_told(bench):
    rows = [*bench.CALCIUM, bench.ca("C1", 0.45, "acell")]
    assert bench.codes(bench.quantify(bench.experiment({"wavelength_nm": 450}, files=[bench.CA]), *rows)[1]) == [
        "MG318"
    ]
    assert bench.codes(bench.quantify(bench.experiment({"wavelength_nm": 572}, files=[bench.CA]), *rows)[1]) == []


def test_of_several_reads_the_first_is_used(bench):
    rows = [*bench.CALCIUM, bench.ca("C1", 0.45, "acell")]
    later = [{**r, "read_index": 1, "value": 9.0} for r in rows]
    results, problems = bench.quantify(bench.experiment(files=[bench.CA]), *later, *rows)
    assert bench.readout(results, "calcium_per_well").value[0] == pytest.approx(16)
    assert bench.codes(problems) == ["MG319"]


def test_wells_left_out_are_neither_asked_for_nor_told(bench):
    raw = bench.experiment(files=[bench.CA]).files[0]
    wells = tables.WELLS.frame(
        [
            bench.ca("C1", 0.3),
            bench.ca("C2", 0.4),
            bench.ca("C3", None, status="missing"),
            bench.ca("C4", None, status="missing"),
            bench.ca("C5", 0.4, role="blank"),
        ]
    )
    problems = Problems()
    kept = usable_samples(wells, ("sample",), raw, problems, ["C2", "C4"])
    assert kept.well.tolist() == ["C1"]
    assert [(p.code, p.place, p.seen, p.file) for p in problems] == [("MG312", "C3", "1", raw.file)]


def test_a_whole_row_of_wells_is_named_as_one(bench):
    rows = [*bench.CALCIUM, *(bench.ca(f"D{k}", None, "acell", str(k), status="missing") for k in range(1, 13))]
    problems = bench.quantify(bench.experiment(files=[bench.CA]), *rows)[1]
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG312", "D1–D12", "12")]
