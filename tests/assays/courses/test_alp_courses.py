"""Reads of a kinetic plate to courses: one channel, one row per well, bounds; amounts are tested in test_alp.py."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.courses.alp_courses import (
    courses_from_reads,
    is_timed,
    one_row_per_well,
    outcome_of_courses,
    reads_of_one_channel,
)
from mgassay.assays.plates.standards import plate_curve_from_wells
from mgassay.experiment import AlpSettings, RawFile
from mgassay.problems import Problems

ALP = ("alp", "alp_D1")


def reads(bench, well, values, role="sample", status=None, **more):
    status = status or ["ok"] * len(values)
    return [
        bench.well(ALP, well, v if s == "ok" else None, role, read_index=i, time_s=60.0 * i, status=s, **more)
        for i, (v, s) in enumerate(zip(values, status, strict=True))
    ]


def test_one_row_per_well_is_the_mean_or_the_highest_read_that_counts(bench):
    rows = [*reads(bench, "A1", [0.1, 0.2, 0.6], status=["ok", "ok", "missing"]), *reads(bench, "A2", [1.0, 2.0, 9.0])]
    rows += [
        *reads(bench, "A3", [1.0, 2.0, 9.0], status=["ok", "ok", "above"]),
        *reads(bench, "A4", [0.0], status=["missing"]),
    ]
    table = tables.WELLS.frame(rows)
    mean, highest = one_row_per_well(table, "mean"), one_row_per_well(table, "max")
    assert mean.well.tolist() == ["A1", "A2", "A3", "A4"]
    np.testing.assert_allclose(mean.value, [0.15, 4.0, 1.5, np.nan])
    np.testing.assert_allclose(highest.value, [0.2, 9.0, 2.0, np.nan])
    assert mean.status.tolist() == ["ok", "ok", "above", "missing"]


def test_the_declared_wavelength_is_kept_with_all_its_reads(bench):
    one = reads(bench, "A1", [0.1, 0.2, 0.3])
    other = [{**row, "channel": "A405", "wavelength_nm": 405.0, "value": row["value"] + 1} for row in one]
    exp = bench.experiment(files=[ALP], wavelength_nm="405")
    kept = reads_of_one_channel(bench.plate(exp, *one, *other), Problems())
    assert kept.value.tolist() == [1.1, 1.2, 1.3]
    problems = Problems()
    assert reads_of_one_channel(bench.plate(bench.experiment(files=[ALP]), *one, *other), problems) is None
    assert bench.codes(problems) == ["MG317"]


@pytest.mark.parametrize(
    ("values", "status", "bound"),
    [
        ([0.1, 1.1, 0, 0, 0, 0], ["ok", "ok", *["above"] * 4], 0.5),  # 1 OD in the two minutes until above
        ([0.1, 0, 1.1, 0, 0, 0], ["ok", "missing", "ok", *["above"] * 3], 1 / 3),
        ([0.1, 0, 0, 0, 0, 0], ["ok", *["above"] * 5], np.nan),  # a single read rises by nothing
        ([0.3, 0.2, 0, 0, 0, 0], ["ok", "ok", *["above"] * 4], np.nan),  # falls, then is above: no bound
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], None, np.nan),  # never above
    ],
)
def test_the_least_that_a_rate_can_be(bench, values, status, bound):
    courses = courses_from_reads(tables.WELLS.frame(reads(bench, "A1", values, status=status)), None)
    np.testing.assert_allclose(courses.bound, [bound])


def test_a_rate_moves_with_the_curve_as_its_gradient_says(bench):
    """Against differences: each parameter of a bent curve moved by a millionth, and the slope taken anew."""
    levels = (0, 25, 50, 100, 200, 300)
    single = [bench.well(ALP, f"{r}{k}", 0.05 + 0.009 * x - 6e-6 * x**2 + d, "standard", standard=x)
              for k, x in enumerate(levels, 1) for r, d in (("G", 0.001), ("H", -0.001))]  # fmt: skip
    raw = RawFile(file="a", assay="alp", plate="alp_D1")
    found = plate_curve_from_wells(
        tables.WELLS.frame(single), raw, AlpSettings(standard_unit="uM", curve="quadratic"), Problems()
    )
    x = 20 + 8 * np.arange(30.0)
    table = tables.WELLS.frame(reads(bench, "A1", 0.05 + 0.009 * x - 6e-6 * x**2))
    courses = courses_from_reads(table, found)
    assert courses.rates.value == pytest.approx([8.0], rel=1e-3)
    model, p = found.curve.model, found.curve.coefficients
    minutes = np.arange(30.0)
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-6 * abs(p[k])
        slopes = [np.polyfit(minutes, model.inverse(p + s * step, table.value.to_numpy()), 1)[0] for s in (1, -1)]
        assert courses.rates.gradient[0, k] == pytest.approx((slopes[0] - slopes[1]) / (2 * step[k]), rel=1e-4)


def test_a_plate_without_samples_and_blanks_has_no_courses(bench):
    table = tables.WELLS.frame(reads(bench, "A1", [0.1] * 6, "standard", standard=5))
    assert courses_from_reads(table, None).rates.value.shape == (0,)


def test_rounding_is_that_of_the_product_where_there_is_a_curve(bench):
    """Reads printed to 1 mOD on 0.009 OD per uM: steps of 1/9 uM. Exact steps of 2 mOD/min, told to no better than
    step / √12 · sqrt(12 (n − 1) / (n (n + 1))) / span; the parabola's part of it is sqrt(15 / (n² − 4)) (n − 1) times
    as much (least squares at even steps).
    """
    levels = (0, 25, 50, 100, 200, 300)
    single = [bench.well(ALP, f"{r}{k}", 0.05 + 0.009 * x + d, "standard", standard=x)
              for k, x in enumerate(levels, 1) for r, d in (("G", 0.001), ("H", -0.001))]  # fmt: skip
    raw = RawFile(file="a", assay="alp", plate="alp_D1")
    settings = AlpSettings(standard_unit="uM", curve="linear")
    found = plate_curve_from_wells(tables.WELLS.frame(single), raw, settings, Problems())
    table = tables.WELLS.frame(reads(bench, "A1", np.round(0.1 + 0.002 * np.arange(20.0) + 1e-12, 3)))
    table.loc[19, "value"] = 0.139  # a last read one step up, so that the step is not 2 mOD
    n, se = 20, 0.001 / 0.009 / np.sqrt(12) * np.sqrt(12 * 19 / (20 * 21)) / 19
    least = se * np.sqrt(1 + 15 / (n**2 - 4) * (n - 1) ** 2)
    with_curve, without = courses_from_reads(table, found), courses_from_reads(table, None)
    assert np.sqrt(with_curve.rates.variance[0]) >= least * (1 - 1e-6)
    assert with_curve.rates.variance[0] == pytest.approx(without.rates.variance[0] / 0.009**2, rel=1e-6)


@pytest.mark.parametrize(("n", "timed", "told"), [(5, True, []), (4, True, ["MG342"]), (5, False, ["MG341"])])
def test_a_rate_needs_times_and_five_reads(bench, n, timed, told):
    plate, problems = bench.plate(bench.experiment(files=[ALP])), Problems()
    table = tables.WELLS.frame(reads(bench, "A1", 0.1 + 0.02 * np.arange(n)))
    if not timed:
        table["time_s"] = np.nan
    assert is_timed(table, plate, problems) is (not told)
    assert bench.codes(problems) == told


def test_five_reads_that_bend_have_no_straight_stretch_and_four_before_the_reader_s_end_are_too_few(bench):
    """B1 rises as t² and B2 is flat, then steep, each five reads long; B3 has four, then is above."""
    rows = reads(bench, "B1", [0.1, 0.15, 0.3, 0.55, 0.9, 0], status=["ok"] * 5 + ["above"])
    rows += reads(bench, "B2", [0.1003, 0.1004, 0.1002, 0.6, 1.1, 0], status=["ok"] * 5 + ["above"])
    rows += reads(bench, "B3", [0.1, 0.3, 0.6, 0.9, 0, 0], status=["ok"] * 4 + ["above"] * 2)
    plate, table, problems = bench.plate(bench.experiment(files=[ALP]), *rows), tables.WELLS.frame(rows), Problems()
    outcome = outcome_of_courses(courses_from_reads(table, None), table, plate, None, np.ones(3), problems)
    assert outcome.measured.flag.tolist() == ["no_linear_window", "no_linear_window", "above_curve;saturated"]
    np.testing.assert_allclose(outcome.measured.top, [np.nan, np.nan, 0.8 / 4])
    told = {p.code: p.place for p in problems if p.code in ("MG345", "MG313", "MG351")}
    assert told == {"MG345": "B1–B2", "MG313": "B3"}
