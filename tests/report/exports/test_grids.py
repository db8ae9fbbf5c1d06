"""Donors x conditions x reps; expected values are worked by hand beside each."""

import math

import pytest

from mgassay import tables
from mgassay.report.exports.grids import Value, mean_grids, rep_grids, units_of


def amount(condition, donor, rep, value, **more):
    return {"readout": "calcium", "unit": "ug/mg", "condition": condition, "donor": donor, "rep": rep, "value": value,
            **more}  # fmt: skip


def grid_of(experiment, rows):
    (grid,) = rep_grids(experiment, tables.AMOUNTS.frame(rows))
    return grid


def test_wells_of_a_rep_are_averaged_and_nothing_is_subtracted(hand):
    rows = [amount("ca_mg08", "D1", "1", 4.0), amount("ca_mg08", "D1", "1", 6.0), amount("ca_mg08", "D1", "2", 9.0)]
    grid = grid_of(hand.make_experiment(), [*rows, amount("control", "D1", "1", 1.0)])
    assert grid.width == 2
    assert grid.values("ca_mg08", "D1") == (Value(5.0), Value(9.0))  # (4 + 6) / 2
    first, second = grid.values("control", "D1")
    assert first == Value(1.0)
    assert math.isnan(second.number)


def test_conditions_are_in_their_own_order_and_donors_by_number(hand):
    rows = [amount(c, d, "1", 1.0) for c in ("ca_mg20", "control") for d in ("D10", "D2", "run1")]
    grid = grid_of(hand.make_experiment(), rows)
    assert grid.conditions == ("control", "ca_mg20")
    assert grid.donors == ("D2", "D10", "run1")


def test_a_rep_that_is_missing_leaves_its_place_and_the_others_stay_in_theirs(hand):
    rows = [amount("control", "D1", r, float(r)) for r in "123"] + [amount("control", "D2", r, 7.0) for r in "13"]
    one, two, three = grid_of(hand.make_experiment(), rows).values("control", "D2")
    assert (one, three) == (Value(7.0), Value(7.0))
    assert math.isnan(two.number)


def test_reps_named_after_their_donors_stand_side_by_side_all_the_same(hand):
    rows = [amount("control", d, f"{d}-{r}", float(r)) for d in ("D1", "D2", "D3") for r in (2, 1)]
    grid = grid_of(hand.make_experiment(), rows)
    assert grid.width == 2
    assert [grid.values("control", d) for d in grid.donors] == [(Value(1.0), Value(2.0))] * 3


@pytest.mark.parametrize(
    ("flag", "bound"), [("above_curve", ">="), ("saturated;above_curve", ">="), ("undetermined", "<=")]
)
def test_a_rep_with_a_well_that_is_only_a_bound_is_a_bound(hand, flag, bound):
    rows = [amount("control", "D1", "1", 10.0), amount("control", "D1", "1", math.nan, limit=20.0, flag=flag)]
    assert grid_of(hand.make_experiment(), rows).values("control", "D1") == (Value(15.0, bound),)  # (10 + 20) / 2


def test_bounds_both_ways_or_without_a_limit_are_no_number(hand):
    both = [amount("control", "D1", "1", math.nan, limit=20.0, flag="above_curve"),
            amount("control", "D1", "1", math.nan, limit=1.0, flag="below_lod")]  # fmt: skip
    lost = [amount("control", "D2", "1", 3.0), amount("control", "D2", "1", math.nan)]
    grid = grid_of(hand.make_experiment(), [*both, *lost])
    assert all(math.isnan(grid.values("control", d)[0].number) for d in grid.donors)


def test_a_rep_below_its_limit_of_detection_is_at_most_that_limit(hand):
    """As from a plate: the value stands there, with its flag. 0.5 and 0.7 are 0.6, the limits 1 and 2 are 1.5."""
    low = [amount("control", "D1", "1", 0.5, limit=1.0, flag="below_lod"),
           amount("control", "D1", "1", 0.7, limit=2.0, flag="outlier;below_lod")]  # fmt: skip
    mixed = [amount("control", "D2", "1", 0.5, limit=1.0, flag="below_lod"),
             amount("control", "D2", "1", 3.5, limit=1.0)]  # fmt: skip
    near = [amount("control", "D3", "1", 2.0, limit=1.0, flag="below_loq")]
    grid = grid_of(hand.make_experiment(), [*low, *mixed, *near])
    held = [grid.values("control", d)[0] for d in ("D1", "D2", "D3")]
    assert held == [Value(1.5, "<="), Value(2.0), Value(2.0)]


def test_wells_without_a_donor_or_of_no_condition_are_none_of_it(hand):
    rows = [amount("control", "", "1", 1.0), amount("elsewhere", "D1", "1", 1.0)]
    assert rep_grids(hand.make_experiment(), tables.AMOUNTS.frame(rows)) == []


def test_means_are_taken_back_to_the_readouts_own_scale(hand):
    """exp(log 20) = 20; a gene's mean of natural log 0.6931... is 1 in log2."""
    rows = [{"readout": "calcium", "condition": "control", "donor": "D1", "log_mean": math.log(20), "flag": "floor"},
            {"readout": "gene:RUNX2", "condition": "control", "donor": "D1", "log_mean": math.log(2)}]  # fmt: skip
    calcium, gene = mean_grids(hand.make_experiment(), tables.MEANS.frame(rows), {"calcium": "ug/mg"})
    assert calcium.values("control", "D1")[0].number == pytest.approx(20, rel=1e-12)
    assert calcium.values("control", "D1")[0].bound == "<="
    assert gene.values("control", "D1") == (Value(1.0),)
    assert (calcium.title, calcium.unit, gene.unit) == ("Calcium per protein (ug/mg)", "ug/mg", "")


def test_units_are_those_of_the_amounts():
    assert units_of(tables.AMOUNTS.frame([amount("a", "D1", "1", 1.0)])) == {"calcium": "ug/mg"}


def test_tables_are_left_as_they_were(hand):
    given = hand.make_tables()["amounts"]
    before = given.copy()
    rep_grids(hand.make_experiment(), given)
    assert given.equals(before)
