"""Days of harvest: which is primary, what their names tell of their order."""

import math

import pytest

from mgassay.design import arms_of_blocks, day_number, harvest_days, in_order, primary_day, same_days
from mgassay.design.days import of_day


def test_the_last_harvest_day_is_primary(lab, condition, demo):
    rows = [condition(f"mg{mg}_d{day}", mg, day=day) for day in ("7", "14") for mg in (0.8, 2.0)]
    experiment = lab(*rows)
    assert primary_day(experiment) == "14"
    (arms,) = arms_of_blocks(experiment)
    assert (arms.live[:2], arms.day, arms.rivals) == (("mg0.8_d14", "mg2.0_d14"), "14", {})
    assert primary_day(lab(*demo)) == primary_day(lab(condition("a", 0.8, day="7"))) == ""


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


@pytest.mark.parametrize(
    ("day", "number"),
    [("d-14", 14), ("14.0", 14), ("day 7,5", 7.5), ("2 weeks", 2), ("late", -math.inf), ("", -math.inf)],
)
def test_the_number_of_a_day_has_no_sign(day, number):
    assert day_number(day) == number


def test_the_primary_day_with_hyphens_is_the_last(lab, condition):
    assert harvest_days(lab(*[condition(f"c{d}", 0.8, day=d) for d in ("d-14", "d-7", "d-21")])) == (
        "d-21",
        "d-7",
        "d-14",
    )


@pytest.mark.parametrize(
    ("days", "same"),
    [
        (("14", "14.0", "14 d"), [("14", "14.0", "14 d")]),
        (("7", "day 7", "14", "D14"), [("7", "day 7"), ("14", "D14")]),
        (("Early", "early", "late"), [("Early", "early")]),
        (("7", "14"), []),
        (("2 weeks", "2"), []),  # the second is in days
        (("d7 batch 1", "d7 batch 2"), []),
    ],
)
def test_one_day_under_several_names(days, same):
    assert same_days(days) == same


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (("7", "14"), True),
        (("day 7", "d14", "21"), True),
        (("w1", "w2"), True),
        (("7 d", "2 weeks"), False),
        (("early", "late"), False),
        (("7", "late"), False),
        (("d7 batch 1", "d7 batch 2"), False),
    ],
)
def test_whether_names_tell_their_order(days, told):
    assert in_order(days) is told


def test_of_days_without_an_order_the_one_named_last_is_taken(lab, condition):
    assert primary_day(lab(*[condition(d, 0.8, day=d) for d in ("early", "late")])) == "late"
