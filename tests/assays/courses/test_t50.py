"""T50 of calciprotein particles, plate by plate; traces are sigmoids whose T50 is known."""

import time as clock
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.courses import t50
from mgassay.assays.courses.traces import traces_from_wells
from mgassay.assays.plates.plate import Plate
from mgassay.effects.means.means import means_from_amounts
from mgassay.experiment import T50Settings
from mgassay.problems import Problems

PLATE = ("t50", "T1")
T = np.arange(0.0, 450.0, 3.0)  # min, 150 reads
SETTLED = T >= 5.0


def rise(midpoint=200.0, scale=12.0, bottom=100.0, top=1000.0, t=T):
    return bottom + (top - bottom) / (1.0 + np.exp(-(t - midpoint) / scale))


def noise(seed=0, sd=10.0, size=150):
    return sd * np.random.default_rng(seed).standard_normal(size)


@pytest.fixture
def course(bench):
    """`(well, values, times)` -> rows of WELLS of one sample well."""

    def rows(name, values, t=T, status=None, **more):
        every = status if status is not None else ["ok"] * len(t)
        return [
            bench.sample(PLATE, name, v, channel="", wavelength_nm=np.nan, read_index=i, time_s=m * 60.0, status=s,
                         **more)
            for i, (m, v, s) in enumerate(zip(t, values, every, strict=True))
        ]  # fmt: skip

    return rows


@pytest.fixture
def quantify(bench):
    def run(*courses, **extra):
        rows = [row for one in courses for row in one]
        return bench.quantify(bench.experiment(files=[PLATE], **extra), *rows)

    return run


def test_an_exact_sigmoid_is_read_at_its_half_height(course, quantify):
    """Half of the way from 100 to 1000 is 550, which the curve passes at 200 min by construction."""
    results, problems = quantify(course("A1", rise(200.0)), course("A2", rise(260.0), rep="2"))
    amounts = results.amounts
    assert list(amounts.readout) == ["t50", "t50"]
    assert list(amounts.unit) == ["min", "min"]
    np.testing.assert_allclose(amounts.value, [200.0, 260.0], rtol=1e-5)
    assert amounts.limit.isna().all()
    assert list(amounts.flag) == ["", ""]
    assert [(p.code, p.seen) for p in problems] == [("MG372", "2 of 2")]
    assert "refused: none" in next(iter(problems)).message


@pytest.mark.parametrize(("well", "file", "seen"), [(None, None, []), (1.0, None, []), (4.0, 2.0, ["2, 4"])])
def test_a_dilution_is_said_to_play_no_part(course, quantify, well, file, seen):
    results, problems = quantify(course("A1", rise(), dilution=well), dilution=file)
    assert results.amounts.value[0] == pytest.approx(200.0, rel=1e-3)
    assert [p.seen for p in problems if p.code == "MG397"] == seen


def test_the_interval_is_around_the_value_and_holds_the_truth(course, quantify):
    results, _ = quantify(course("A1", rise(200.0) + noise()))
    (row,) = results.amounts.itertuples()
    assert row.ci_low < 200.0 < row.ci_high
    assert row.ci_high - row.value == pytest.approx(row.value - row.ci_low)
    assert 0.1 < row.ci_high - row.ci_low < 5.0


def test_the_first_minutes_do_not_count(course, quantify):
    bubbling = np.where(SETTLED, rise(), 4000.0)
    results, _ = quantify(course("A1", bubbling))
    assert results.amounts.value[0] == pytest.approx(200.0, rel=1e-5)
    assert results.exclusions.empty
    later, _ = quantify(course("A1", bubbling), overrides={"settling_min": 60.0})
    assert later.amounts.value[0] == pytest.approx(200.0, rel=1e-5)


def test_a_step_between_two_reads_is_known_to_that_gap(course, quantify):
    """At 198 min the signal is low, at 201 high: T50 lies between, the interval is a gap of 3 min to either side."""
    results, _ = quantify(course("A1", np.where(T < 200.0, 100.0, 1000.0) + noise(1, 1.0)))
    (row,) = results.amounts.itertuples()
    assert 198.0 <= row.value <= 201.0
    assert row.ci_high - row.value == pytest.approx(3.0)


# Refused, with the bound that can be defended ------------------------------------------------------------------------


@pytest.mark.parametrize("midpoint", [425.0, 440.0, 460.0])
def test_a_transition_that_ends_after_the_record_is_a_lower_bound(course, quantify, midpoint):
    """T50 + 3 · 12 lies past 447 min. The bound: where half of the rise that was seen was not reached yet.

    By hand, for T50 = 440: at 447 min the sigmoid is at 0.642 of its rise; half of that, 0.321, is reached at
    440 − 12 · ln(0.679 / 0.321) = 431.0 min, so 429 min is the last read before it.
    """
    results, problems = quantify(course("A1", rise(midpoint)), course("A2", rise(200.0), rep="2"))
    row = results.amounts.iloc[0]
    assert np.isnan(row.value)
    assert np.isnan(row.ci_low)
    assert row.flag == "above_curve;past_record"
    assert row.limit <= midpoint
    if midpoint == 440.0:
        assert row.limit == pytest.approx(429.0, abs=3.0)
    assert ("MG373", "A1", "1") in [(p.code, p.place, p.seen) for p in problems]


def test_just_within_the_record_is_a_value(course, quantify):
    """T50 + 3 s = 411 + 36 = 447 min is the last read; a minute later it is refused."""
    inside, _ = quantify(course("A1", rise(410.5)))
    outside, _ = quantify(course("A1", rise(411.5)))
    assert inside.amounts.value[0] == pytest.approx(410.5, rel=1e-4)
    assert np.isnan(outside.amounts.value[0])


def test_a_trace_that_never_rises_has_its_t50_after_the_record(course, quantify):
    results, problems = quantify(course("A1", 100.0 + noise(3)), course("A2", rise(), rep="2"))
    row = results.amounts.iloc[0]
    assert np.isnan(row.value)
    assert (row.limit, row.flag) == (447.0, "above_curve;past_record")
    (told,) = [p for p in problems if p.code == "MG374"]
    assert told.place == "A1"
    assert "not known whether the assay worked" not in told.message


def test_a_plate_without_any_transition_is_told_as_such(course, quantify):
    results, problems = quantify(course("A1", 100.0 + noise(3)), course("A2", np.full(150, 100.0), rep="2"))
    assert list(results.amounts.limit) == [447.0, 447.0]
    (told,) = [p for p in problems if p.code == "MG374"]
    assert "not known whether the assay worked" in told.message


def test_a_falling_trace_has_no_transition(course, quantify):
    results, _ = quantify(course("A1", rise(top=100.0, bottom=1000.0) + noise(3)), course("A2", rise(300.0), rep="2"))
    assert np.isnan(results.amounts.value[0])


def test_a_well_that_had_turned_before_the_first_read_has_neither_value_nor_bound(course, quantify):
    results, problems = quantify(
        course("A1", 1000.0 + noise(4)), course("A2", rise() + noise(5), rep="2"), course("A3", rise(-3.0), rep="3")
    )
    assert list(results.amounts.well) == ["A2"]
    (told,) = [p for p in problems if p.code == "MG377"]
    assert (told.severity, told.place) == ("error", "A1;A3")


def test_the_tail_of_a_transition_alone_on_its_plate_is_no_bound(course, quantify):
    """Nothing to compare with, but the curve itself says that half of the rise lies before the first read."""
    results, problems = quantify(course("A1", rise(-10.0, 40.0)))
    assert results.amounts.empty
    assert "MG377" in [p.code for p in problems]


def test_a_rise_from_the_first_read_to_the_last_has_no_bound(course, quantify):
    """Neither plateau was seen, so half of the rise that was seen says nothing of T50."""
    results, problems = quantify(course("A1", rise(225.0, 120.0) + noise(5, 1.0)))
    (row,) = results.amounts.itertuples()
    assert np.isnan(row.value)
    assert np.isnan(row.limit)
    assert row.flag == "above_curve;past_record"
    assert "MG373" in [p.code for p in problems]


def test_a_plateau_far_beyond_what_was_seen_is_none(course):
    """A fit that ran away (half a million where the signal rose by 900) makes no plateaus for the others."""
    found = t50.t50_from_traces(traces(np.stack([rise(200.0), rise(210.0), np.full(150, 100.0)])))
    assert list(found.verdict) == [t50.FITTED, t50.FITTED, t50.FLAT]
    away = replace(found.fits, rise=np.array([5e5, 900.0, 0.0]))
    verdict = t50._verdicts(found.traces, away, np.zeros(3, dtype=bool))
    assert verdict[0] != t50.FITTED
    assert list(verdict[1:]) == [t50.FITTED, t50.FLAT]


def test_a_transition_under_way_at_the_first_read_is_a_weaker_value(course, quantify):
    results, problems = quantify(course("A1", rise(30.0) + noise(6)))
    assert results.amounts.value[0] == pytest.approx(30.0, abs=1.0)
    assert "MG378" in [p.code for p in problems]


def test_a_saturated_plateau_is_a_lower_bound(course, quantify):
    """The reader ends at 700; the trace passes half of what was seen, (100 + 700) / 2 = 400, before T50."""
    exact = rise(200.0)
    status = np.where(exact > 700.0, "above", "ok")
    results, problems = quantify(course("A1", np.where(exact > 700.0, np.nan, exact), status=status))
    row = results.amounts.iloc[0]
    assert np.isnan(row.value)
    assert row.flag == "above_curve;saturated"
    assert row.limit == pytest.approx(200.0 - 12.0 * np.log(2.0), abs=4.0)  # 400 is a third of the rise: ln(2) · s
    assert row.limit < 200.0
    assert "MG376" in [p.code for p in problems]


def test_a_well_that_is_saturated_throughout_has_no_bound(course, quantify):
    results, problems = quantify(course("A1", np.full(150, np.nan), status=["above"] * 150), course("A2", rise()))
    row = results.amounts.iloc[0]
    assert np.isnan(row.value)
    assert np.isnan(row.limit)
    assert row.flag == "above_curve;saturated"
    assert "MG376" in [p.code for p in problems]


def test_a_plateau_that_only_begins_to_be_saturated_is_a_lower_bound_too(course, quantify):
    """T50 380 min: 15 of 150 reads, 10 %, lie above 900, beyond the reader."""
    exact = rise(380.0)
    status = np.where(exact > 900.0, "above", "ok")
    assert 0.05 < np.mean(status == "above") < 0.2
    results, _ = quantify(course("A1", exact, status=status))
    assert np.isnan(results.amounts.value[0])
    assert results.amounts.flag[0] == "above_curve;saturated"


def test_a_few_saturated_reads_are_left_out(course, quantify):
    status = np.full(150, "ok", dtype=object)
    status[[40, 90]] = "above"
    results, problems = quantify(course("A1", rise(), status=status))
    assert results.amounts.value[0] == pytest.approx(200.0, rel=1e-5)
    assert [p.code for p in problems] == ["MG372"]


def test_particles_that_sink_before_their_plateau_are_a_lower_bound(course, quantify):
    """Slow rise (s 60 min) that loses a unit of height every 40 min from 320 min on, T50 + 3 s = 480 min."""
    sinking = rise(300.0, 60.0) * np.exp(-np.clip(T - 320.0, 0.0, None) / 40.0)
    results, problems = quantify(course("A1", sinking), course("A2", rise(), rep="2"))
    row = results.amounts.iloc[0]
    assert np.isnan(row.value)
    assert row.flag == "above_curve"
    assert row.limit < 300.0
    assert "MG375" in [p.code for p in problems]


# What must not move it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lost_per_min", "most"), [(0.0005, 0.6), (0.001, 1.0), (0.002, 1.8)])
@pytest.mark.parametrize("delay", [0.0, 30.0, 60.0])
def test_particles_that_sink_after_their_plateau_hardly_move_it(lost_per_min, most, delay):
    """Up to 40 % of the signal lost by the end. Mean error over 300 wells in min, of a T50 of 200, and coverage."""
    rng = np.random.default_rng(9)
    truth = rng.uniform(180.0, 220.0, 300)
    turned = rise(truth[:, None], t=T[None]) - 100.0
    values = 100.0 + turned * np.exp(-lost_per_min * np.clip(T - truth[:, None] - delay, 0.0, None))
    found = t50.t50_from_traces(traces(values + 15.0 * rng.standard_normal(values.shape)))
    assert set(found.verdict) == {t50.FITTED}
    assert abs(np.mean(found.fits.midpoint - truth)) < most
    assert np.mean(np.abs(found.fits.midpoint - truth) <= found.half_width) > 0.85


@pytest.mark.parametrize("where", [2, 30, 66, 67, 70, 110, 149])
def test_one_bubble_does_not_move_it(course, quantify, where):
    clean = rise() + noise(7)
    spoilt = clean.copy()
    spoilt[where] += 5000.0
    results, _ = quantify(course("A1", spoilt))
    bare, _ = quantify(course("A1", clean))
    assert results.amounts.value[0] == pytest.approx(bare.amounts.value[0], abs=0.1)
    (left_out,) = results.exclusions.itertuples()
    assert (left_out.assay, left_out.plate, left_out.well, left_out.rule, left_out.by) == (
        "t50", "T1", "A1", "a read that leaps out of its course", "mgassay",
    )  # fmt: skip
    assert left_out.value == spoilt[where]


def test_reads_out_of_order_and_gaps_do_not_move_it(course, quantify):
    rows = course("A1", rise())
    rng = np.random.default_rng(1)
    kept = [rows[i] for i in rng.permutation(150)[:120]]
    results, _ = quantify(kept)
    assert results.amounts.value[0] == pytest.approx(200.0, rel=1e-4)


def test_the_number_of_a_read_does_not_matter(course, quantify):
    results, _ = quantify([{**r, "read_index": 0} for r in course("A1", rise())])
    assert results.amounts.value[0] == pytest.approx(200.0, rel=1e-5)


def test_a_small_rise_among_large_ones_is_no_transition(course, quantify):
    """60 where the others make 900: evaporation, not particles. No value, and a bound that is not the record's end."""
    results, _ = quantify(
        course("A1", rise(150.0, top=160.0) + noise(1, 3.0)), course("A2", rise() + noise(2), rep="2")
    )
    row = results.amounts.iloc[0]
    assert np.isnan(row.value)
    assert row.limit <= 153.0


def test_masked_wells_and_other_roles_have_no_part(course, quantify):
    rows = [
        course("A1", rise()),
        course("A2", rise(), role="empty"),
        course("A3", rise(), role="blank"),
        course("A4", rise(), status=["masked"] * 150),
    ]
    results, problems = quantify(*rows)
    assert list(results.amounts.well) == ["A1"]
    assert [(p.code, p.seen) for p in problems] == [("MG372", "1 of 1")]


# Plates that cannot be quantified ------------------------------------------------------------------------------------


def test_reads_without_times_are_an_error(course, quantify):
    rows = [{**r, "time_s": np.nan} for r in course("A1", rise())]
    results, problems = quantify(rows)
    assert results.amounts.empty
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG370", "error", "150")]


def test_some_reads_without_times_are_an_error_too(course, quantify):
    rows = course("A1", rise())
    rows[70]["time_s"] = np.nan
    results, problems = quantify(rows)
    assert results.amounts.empty
    assert [p.code for p in problems] == ["MG370"]
    assert "1 read has no time" in next(iter(problems)).message


@pytest.mark.parametrize("reads", [1, 9])
def test_too_few_reads_after_settling_are_an_error(course, quantify, reads):
    t = np.linspace(5.0, 400.0, reads + 1)
    t[0] = 0.0
    results, problems = quantify(course("A1", rise(t=t), t))
    assert results.amounts.empty
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG371", "error", str(reads))]


def test_ten_reads_are_enough(course, quantify):
    t = np.linspace(10.0, 400.0, 10)
    results, _ = quantify(course("A1", rise(200.0, 30.0, t=t), t), overrides={"settling_min": 0.0})
    assert results.amounts.value[0] == pytest.approx(200.0, rel=1e-3)


def test_a_single_well_with_too_few_reads_is_told_and_left_out(course, quantify):
    few = ["ok"] * 8 + ["missing"] * 142
    results, problems = quantify(course("A1", rise(), status=few), course("A2", rise(), rep="2"))
    assert list(results.amounts.well) == ["A2"]
    assert ("MG379", "error", "A1") in [(p.code, p.severity, p.place) for p in problems]


def two_channels(rows):
    return [{**r, "wavelength_nm": nm, "channel": f"A{nm:g}"} for nm in (405.0, 620.0) for r in rows]


def test_two_channels_need_a_choice(course, quantify):
    results, problems = quantify(two_channels(course("A1", rise())))
    assert results.amounts.empty
    assert [p.code for p in problems] == ["MG317"]
    chosen, _ = quantify(two_channels(course("A1", rise())), wavelength_nm="620")
    assert chosen.amounts.value[0] == pytest.approx(200.0, rel=1e-5)


def test_another_wavelength_than_the_assay_s_is_told(course, quantify):
    rows = [{**r, "wavelength_nm": 405.0} for r in course("A1", rise())]
    _, problems = quantify(rows, overrides={"wavelength_nm": 620.0})
    assert "MG318" in [p.code for p in problems]


@pytest.mark.parametrize(
    "values", [np.zeros(150), np.full(150, -5.0), -rise(), np.full(150, np.nan), np.full(150, 1e300)]
)
def test_odd_signals_give_no_number(course, quantify, values):
    results, problems = quantify(course("A1", values))
    assert results.amounts.value.isna().all()
    assert len(problems)


def test_no_sample_wells_no_rows(course, quantify):
    results, _ = quantify(course("A1", rise(), role="standard"))
    assert results.amounts.empty


# The whole way -------------------------------------------------------------------------------------------------------


def test_a_refused_well_enters_means_as_a_lower_bound(bench, course, quantify):
    """ca20 never turns within the record: its mean is the log of 447 min, flagged, and T50 has no background."""
    results, _ = quantify(
        course("A1", rise(200.0)),
        course("A2", rise(220.0), rep="2"),
        course("B1", 100.0 + noise(3), condition="ca20"),
        course("B2", 100.0 + noise(4), condition="ca20", rep="2"),
    )
    problems = Problems()
    means = means_from_amounts(bench.experiment(files=[PLATE]), results.amounts, problems).set_index("condition")
    assert means.log_mean["ca08"] == pytest.approx((np.log(200.0) + np.log(220.0)) / 2.0, rel=1e-5)
    assert means.log_mean["ca20"] == pytest.approx(np.log(447.0))
    assert means.flag["ca20"] == "above_curve;past_record"
    assert means.flag["ca08"] == ""


def test_one_refused_well_makes_the_mean_of_its_rep_a_lower_bound(bench, course, quantify):
    """Wells of a rep are averaged: (200 + 447) / 2, which T50 exceeds if either well's does."""
    results, _ = quantify(course("A1", rise(200.0)), course("A2", 100.0 + noise(3)))
    (mean,) = means_from_amounts(bench.experiment(files=[PLATE]), results.amounts, Problems()).itertuples()
    assert mean.log_mean == pytest.approx(np.log((200.0 + 447.0) / 2.0), rel=1e-5)
    assert mean.flag == "above_curve;past_record"
    assert mean.n_wells == 2


# Estimator and speed -------------------------------------------------------------------------------------------------


def traces(values, t=T):
    n, reads = values.shape
    table = tables.WELLS.frame(
        pd.DataFrame(
            {
                "assay": "t50", "plate": "T1", "well": np.repeat([f"W{i}" for i in range(n)], reads),
                "time_s": np.tile(60.0 * t, n), "value": values.ravel(), "status": "ok", "role": "sample",
                "read_index": np.tile(np.arange(reads), n),
            }
        )
    )  # fmt: skip
    return traces_from_wells(table, 5.0)


def wander(rng, shape, decay):
    new, errors = rng.standard_normal(shape), np.empty(shape)
    errors[:, 0] = new[:, 0]
    for i in range(1, shape[1]):
        errors[:, i] = decay * errors[:, i - 1] + np.sqrt(1.0 - decay**2) * new[:, i]
    return errors


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.8, 0.9])
@pytest.mark.parametrize("scale", [8.0, 15.0, 40.0])
def test_the_whole_rule_covers(decay, scale):
    """Spikes, sinking and refusals decided on the same reads: 1,000 wells, SD 2 % of the rise, all fitted."""
    rng = np.random.default_rng(int(100 * decay + scale))
    truth = rng.uniform(170.0, 230.0, 1000)
    values = rise(truth[:, None], scale, t=T[None]) + 20.0 * wander(rng, (1000, 150), decay)
    found = t50.t50_from_traces(traces(values))
    assert np.mean(found.verdict == t50.FITTED) > 0.995
    assert 0.925 <= np.mean(np.abs(found.fits.midpoint - truth) <= found.half_width) <= 0.985
    assert abs(np.mean(found.fits.midpoint - truth)) < 0.3


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.8])
def test_a_wander_is_not_taken_for_a_transition(decay):
    """Among wells that turn, 500 flat ones: fewer than 1 in 200 gets a value."""
    rng = np.random.default_rng(3)
    values = rise(rng.uniform(170, 230, 700)[:, None], t=T[None]) + 20.0 * wander(rng, (700, 150), decay)
    values[:500] = 100.0 + 20.0 * wander(rng, (500, 150), decay)
    found = t50.t50_from_traces(traces(values))
    assert np.mean(np.isin(found.verdict[:500].astype(str), [t50.FITTED, t50.EARLY])) < 0.005
    assert np.mean(found.verdict[500:] == t50.FITTED) > 0.99


@pytest.mark.parametrize("decay", [0.0, 0.8, 0.9])
@pytest.mark.parametrize("seed", [3, 4])
def test_a_plate_that_only_wanders_has_no_transitions(decay, seed):
    """1,500 flat traces alone, nothing beside them to compare with: values in 4 of 1,000 at 0.9, fewer below."""
    found = t50.t50_from_traces(traces(100.0 + 20.0 * wander(np.random.default_rng(seed), (1500, 150), decay)))
    verdict = found.verdict.astype(str)
    assert np.mean(np.isin(verdict, [t50.FITTED, t50.EARLY])) < 0.006
    assert np.mean(verdict == t50.OVER) < 0.03
    assert np.mean(found.bound[verdict == t50.FLAT] == 447.0) > 0.9  # the end of the record


@pytest.mark.parametrize("midpoint", [420.0, 440.0, 460.0, 480.0])
def test_bounds_of_late_transitions_hold(midpoint):
    """With noise, the lower bound lies above the true T50 in fewer than 5 % of wells; it is hardly ever a value."""
    rng = np.random.default_rng(int(midpoint))
    truth = rng.uniform(midpoint - 5.0, midpoint + 5.0, 500)
    found = t50.t50_from_traces(traces(rise(truth[:, None], t=T[None]) + 20.0 * wander(rng, (500, 150), 0.5)))
    bounded = np.isfinite(found.bound)
    assert np.mean(bounded) > 0.97
    assert np.mean(found.bound[bounded] > truth[bounded]) < 0.05
    assert np.median((truth - found.bound)[bounded]) < 45.0  # and says something


def test_the_fit_is_there_to_be_drawn(course, bench):
    rows = tables.WELLS.frame(course("A1", rise()))
    found = t50.t50_from_traces(traces_from_wells(rows, 5.0))
    np.testing.assert_allclose(found.fits.at(found.traces.time), found.traces.value, rtol=1e-3)


def test_a_plate_of_384_wells_and_300_reads_takes_less_than_three_seconds(bench):
    t = np.linspace(0.0, 450.0, 300)
    rng = np.random.default_rng(0)
    values = rise(rng.uniform(150, 300, 384)[:, None], 15.0, t=t[None]) + 20.0 * wander(rng, (384, 300), 0.8)
    names = [f"{'ABCDEFGHIJKLMNOP'[i // 24]}{i % 24 + 1}" for i in range(384)]
    wells = tables.WELLS.frame(
        pd.DataFrame(
            {
                "assay": "t50", "plate": "T1", "well": np.repeat(names, 300), "time_s": np.tile(60.0 * t, 384),
                "value": values.ravel(), "status": "ok", "role": "sample", "condition": "ca08", "donor": "D1",
                "rep": np.repeat([str(i) for i in range(384)], 300), "read_index": np.tile(np.arange(300), 384),
            }
        )
    )  # fmt: skip
    experiment = bench.experiment(files=[PLATE])
    plate = Plate(experiment, experiment.files[0], T50Settings(), wells)
    t50.quantify_t50(plate, Problems())  # imports
    began = clock.process_time()
    outcome = t50.quantify_t50(plate, Problems())
    assert clock.process_time() - began < 3.0
    assert len(outcome.measured) == 384
