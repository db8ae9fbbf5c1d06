"""Control charts: the textbook's own example, runs by hand, and how often clean plates are marked."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.quality.control_chart import (
    control_chart,
    control_limits,
    in_long_run,
    in_order_of_date,
    with_curves,
    without_date,
)

# Montgomery, Introduction to Statistical Quality Control (7th ed.), table 6.6: costs of 20 mortgage applications.
LOANS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]


def quality(*rows):
    """PLATE_QUALITY from (plate, measure, subject, unit, estimate)."""
    return tables.PLATE_QUALITY.frame(
        {"assay": "calcium", "plate": p, "measure": m, "subject": s, "unit": u, "estimate": e} for p, m, s, u, e in rows
    )


def blanks(values, start=0, read="575 nm"):
    """One experiment per value, one plate each."""
    return {f"e{start + i:03d}": quality((f"p{i}", "blank_signal", read, "OD", v)) for i, v in enumerate(values)}


def test_the_textbooks_example():
    """It gives a mean of 300.5, a mean moving range of 7.79, limits of 321.22 and 279.78; none of the 20 is beyond."""
    centre, low, high = control_limits(np.array(LOANS, float))
    assert centre == pytest.approx(300.5)
    assert (low, high) == (pytest.approx(279.78, abs=0.01), pytest.approx(321.22, abs=0.01))


def test_fewer_than_eight_plates_have_no_limits():
    assert np.isnan(control_limits(np.array(LOANS[:7], float))).all()
    assert np.isfinite(control_limits(np.array(LOANS[:8], float))).all()
    chart = control_chart(blanks(LOANS[:7]))
    assert chart[["centre", "limit_low", "limit_high"]].isna().all(axis=None)
    assert list(chart["position"]) == [1, 2, 3, 4, 5, 6, 7]


def test_a_bad_batch_does_not_pull_the_centre_to_itself():
    """Four plates of 400 among the 20: beyond the first limits, so the second are nearly those of the 20 alone.

    Their ranges within the rest fall out with them; between the neighbours of the batch lies |308 - 297|, as before.
    """
    values = np.array([*LOANS[:8], 400, 400, 400, 400, *LOANS[8:]], float)
    assert control_limits(values) == pytest.approx(control_limits(np.array(LOANS, float)))
    chart = control_chart(blanks(values))
    assert list(chart["position"][chart["flag"] != ""]) == [9, 10, 11, 12]
    assert set(chart["flag"]) == {"", "out_of_control"}


def test_standard_deviations_are_charted_on_the_log_scale():
    """Of 1, 2, 1, 2 ... the geometric mean is sqrt(2) and the mean moving range ln 2; a zero takes no part."""
    centre, low, high = control_limits(np.array([1, 2] * 4, float), is_log=True)
    assert centre == pytest.approx(np.sqrt(2))
    assert (low, high) == (pytest.approx(np.sqrt(2) / 2**2.66), pytest.approx(np.sqrt(2) * 2**2.66))
    assert control_limits(np.array([1, 2, 0] * 4, float), is_log=True)[0] == pytest.approx(np.sqrt(2))
    rows = [(f"p{i}", "replicate_cv", "technical", "percent", v) for i, v in enumerate([1, 2, 1, 2, 0, 1, 2, 1, 2])]
    chart = control_chart({"e": quality(*rows)})
    assert chart["limit_low"].iloc[0] == pytest.approx(np.sqrt(2) / 2**2.66)
    assert chart["flag"].iloc[4] == "out_of_control"  # nothing scatters so little: the export was rounded


@pytest.mark.parametrize(("measure", "subject"), [("z_prime", "top standard / blank"), ("r2_means", "")])
def test_z_prime_and_r2_are_charted_by_what_they_lack_to_one(measure, subject):
    """They lack .1 and .2 in turn: geometric mean .1 sqrt(2), mean moving range ln 2, so .1 sqrt(2) * 2^±2.66.

    .1 sqrt(2) * 2^2.66 is 0.8938: the limits are 0.1062 and 0.9776. A plate at -5 lies below, and one at 1 above.
    """
    values = [0.9, 0.8] * 4
    rows = [(f"p{i}", measure, subject, "1", v) for i, v in enumerate([*values, 0.9, -5.0, 1.0])]
    chart = control_chart({"e": quality(*rows)})
    assert set(chart["measure"]) == {measure}
    alone = control_chart({"e": quality(*rows[:8])}).iloc[0]
    assert alone["centre"] == pytest.approx(1 - 0.1 * np.sqrt(2))
    assert (alone["limit_low"], alone["limit_high"]) == (
        pytest.approx(0.1062, abs=1e-4),
        pytest.approx(0.9776, abs=1e-4),
    )
    assert list(chart["flag"][8:]) == ["", "out_of_control", "out_of_control"]


def test_r2_of_curves_joins_the_series_of_its_plates():
    """Two kits are two series: a plate's blank says what it was read with."""
    held = {"e": quality(("p1", "blank_signal", "575 nm", "OD", 0.06), ("p2", "blank_signal", "650 nm", "OD", 0.07))}
    curves = tables.CURVES.frame(
        {"assay": "calcium", "plate": p, "r2_means": r2, "levels": 6, "flag": f}
        for p, r2, f in (("p1", 0.999, ""), ("p2", 0.98, "curve_failed"), ("p3", None, ""))
    )
    chart = control_chart(with_curves(held, {"e": curves, "other": curves}))
    found = chart[chart["measure"] == "r2_means"]
    assert list(found["series"]) == ["575 nm, 1", "650 nm, 1"]
    assert list(found["estimate"]) == [0.999, 0.98]
    assert list(found["flag"]) == ["", "curve_failed"]
    assert len(held["e"]) == 2  # what was given is as it was


def test_a_run_of_eight_is_marked_whole_and_one_of_seven_is_not():
    side = np.array([1.0] * 7 + [-1.0] * 8 + [0.0] + [1.0] * 9)
    assert list(np.flatnonzero(in_long_run(side))) == [*range(7, 15), *range(16, 25)]
    assert not in_long_run(np.zeros(12)).any()
    assert not in_long_run(np.full(12, np.nan)).any()


def test_a_shift_is_a_drift_on_both_sides_of_it():
    """1.00 and 1.02 in turn, then 1.05 and 1.07: all within the limits, and all on their side of 1.035."""
    chart = control_chart(blanks([1.00, 1.02] * 6 + [1.05, 1.07] * 6))
    assert chart["centre"].iloc[0] == pytest.approx(1.035)
    assert set(chart["flag"]) == {"drift"}


def test_a_series_holds_only_plates_that_can_be_compared():
    rows = []
    for i, (nm, unit) in enumerate([("575 nm", "OD"), ("405 nm", "OD"), ("575 nm", "signal"), ("575 nm", "OD")]):
        rows += [
            (f"p{i}", "blank_signal", nm, unit, 0.05),
            (f"p{i}", "replicate_cv", "technical", "percent", 5.0),
            (f"p{i}", "lod", nm, "ug/mL", 1.0),
            (f"p{i}", "edge_effect", "culture", "percent", 1.0),
        ]
    chart = control_chart({"e": quality(*rows)})
    named = chart.groupby(["measure", "series"], sort=False)["plate"].agg(list).to_dict()
    assert named == {
        ("blank_signal", "405 nm, OD"): ["p1"],
        ("blank_signal", "575 nm, OD"): ["p0", "p3"],
        ("blank_signal", "575 nm, signal"): ["p2"],
        ("lod", "405 nm, ug/mL"): ["p1"],
        ("lod", "575 nm, ug/mL"): ["p0", "p2", "p3"],
        ("replicate_cv", "technical, 405 nm, percent"): ["p1"],
        ("replicate_cv", "technical, 575 nm, percent"): ["p0", "p2", "p3"],
    }


def test_the_order_is_that_of_experiments_and_plates_as_given():
    chart = control_chart({"b": blanks([1])["e000"], "a": quality(*[(p, "slope", "575 nm", "OD", 1.0) for p in "zx"])})
    assert list(zip(chart["measure"], chart["experiment"], chart["plate"], chart["position"], strict=True)) == [
        ("blank_signal", "b", "p0", 1), ("slope", "a", "z", 1), ("slope", "a", "x", 2)
    ]  # fmt: skip
    tables.SUMMARY_PLATES.check(chart)


def test_own_flags_stay_and_what_has_no_estimate_is_left_out():
    held = blanks(LOANS)
    held["e003"] = held["e003"].assign(flag="curve_failed")
    held["e004"] = held["e004"].assign(estimate=np.nan)
    chart = control_chart(held)
    assert len(chart) == 19
    assert chart["flag"].iloc[3] == "curve_failed"


@pytest.mark.parametrize("held", [{}, {"e": tables.PLATE_QUALITY.frame()},
                                  {"e": quality(("p", "edge_effect", "culture", "percent", 1.0))}])  # fmt: skip
def test_nothing_to_chart_is_an_empty_table(held):
    chart = control_chart(held)
    assert chart.empty
    tables.SUMMARY_PLATES.check(chart)


def test_one_value_throughout_marks_nothing():
    assert set(control_chart(blanks([0.05] * 12))["flag"]) == {""}


def test_plates_in_control_are_seldom_marked():
    """200 series of 20 normal plates: 3 sigma marks 0.27 % of plates where the spread is known, a little more here."""
    rng = np.random.default_rng(8)
    rows = [
        (f"p{i}", "blank_signal", f"{k} nm", "OD", v) for k in range(200) for i, v in enumerate(rng.normal(1, 0.1, 20))
    ]
    named = {f"e{k}": quality(*rows[20 * k : 20 * k + 20]) for k in range(200)}
    flags = control_chart(named)["flag"]
    assert flags.str.contains("out_of_control").mean() < 0.02
    assert flags.str.contains("drift").mean() < 0.1


def test_plates_are_put_in_order_of_time_only_where_all_have_a_day():
    given = blanks([1.0, 2.0, 3.0])
    dates = {"e000": "2026-03-02", "e001": "2026-03-10", "e002": "2026-03-02"}
    assert list(in_order_of_date(given, dates)) == ["e000", "e002", "e001"]
    assert without_date(given, dates) == []
    assert list(in_order_of_date(given, {**dates, "e000": ""})) == ["e000", "e001", "e002"]
    assert without_date(given, {**dates, "e000": ""}) == ["e000"]


def test_an_experiment_without_plates_needs_no_day():
    given = {"empty": quality(), **blanks([2.0, 1.0])}
    assert list(in_order_of_date(given, {"e000": "2026-03-02", "e001": "2026-03-01"})) == ["empty", "e001", "e000"]
