import numpy as np

from mgassay.design import arms_of_blocks, harvest_days, is_among, primary_day
from mgassay.design.levels import best_filled, filled, mg_levels, of_day


def test_the_last_harvest_day_is_primary(lab, condition, demo):
    rows = [condition(f"mg{mg}_d{day}", mg, day=day) for day in ("7", "14") for mg in (0.8, 2.0)]
    experiment = lab(*rows)
    assert primary_day(experiment) == "14"
    (arms,) = arms_of_blocks(experiment)
    assert (arms.live[:2], arms.day, arms.rivals) == (("mg0.8_d14", "mg2.0_d14"), "14", {})
    assert primary_day(lab(*demo)) == primary_day(lab(condition("a", 0.8, day="7"))) == ""


def test_small_levels_are_told_apart(lab, condition):
    rows = [condition("low", 5e-5), condition("high", 5.0)]
    (arms,) = arms_of_blocks(lab(*rows, contrast={"mg_reference_mM": 5e-5, "mg_raised_mM": 5.0}))
    assert arms.live[:2] == ("low", "high")
    assert arms.rivals == {}


def test_the_primary_day_may_be_declared(lab, condition):
    """Dayless conditions and the declared question move with it."""
    rows = [condition(f"mg{mg}_d{day}", mg, day=day) for day in ("7", "14") for mg in (0.8, 2.0)]
    experiment = lab(*rows, condition("plain", 3.0), contrast={"day": 7})
    (arms,) = arms_of_blocks(experiment)
    assert (arms.live[:2], arms.day) == (("mg0.8_d7", "mg2.0_d7"), "7")
    assert harvest_days(experiment) == ("7", "14")
    assert "plain" in of_day(experiment, "7")["condition"].tolist()
    assert primary_day(lab(*rows, contrast={"day": "8"})) == "14"  # an error of its own
    assert primary_day(lab(condition("a", 0.8, day="7"), contrast={"day": "7"})) == ""  # the only one


def test_days_are_the_primary_one_and_then_in_order_of_time(lab, condition):
    rows = [condition(f"d{day}", 0.8, day=day) for day in ("day 9", "day 21", "", "day 10")]
    assert harvest_days(lab(*rows)) == ("day 21", "day 9", "day 10")
    assert harvest_days(lab(*rows[:1])) == ("",)


def test_conditions_of_a_day(lab, condition):
    experiment = lab(*[condition(f"d{day}", 0.8, day=day) for day in ("7", "14", "")])
    assert of_day(experiment, "14")["condition"].tolist() == ["d14", "d"]
    assert of_day(experiment, "7")["condition"].tolist() == ["d7"]


def test_mg_levels_are_told_apart_as_levels_are(lab, condition):
    conditions = lab(*[condition(f"c{i}", mg) for i, mg in enumerate((2.0, 0.8, 0.8 + 1e-9, 5e-5))]).conditions
    assert mg_levels(conditions) == (5e-5, 0.8, 2.0)
    assert is_among(0.8 + 1e-9, (2.0, 0.8))
    assert not is_among(0.81, (2.0, 0.8))
    assert not is_among(0.8, ())


def test_the_combination_that_fills_most_or_the_one_that_is_needed(lab, condition):
    rows = [condition("a", 0.8), condition("b", 2.0), condition("s", 3.0, sirna="scramble")]
    wanted = {"low": {"mg_mM": "0.8"}, "high": {"mg_mM": "2.0"}, "top": {"mg_mM": "3.0"}}
    idle = {"sirna": ("none", "scramble")}
    assert best_filled(lab(*rows).conditions, wanted, idle)[1] == {"sirna": "none"}
    found, level = best_filled(lab(*rows).conditions, wanted, idle, needed="top")
    assert (found, level) == ({"low": (), "high": (), "top": ("s",)}, {"sirna": "scramble"})


def test_empty_cells_are_the_contracts_defaults(lab, condition):
    row = condition("a", 0.8, sirna="", cells="", mg_from_day=np.nan)
    kept = filled(lab(row).conditions).iloc[0]
    assert (kept["sirna"], kept["cells"], kept["mg_from_day"]) == ("none", "live", 0.0)
