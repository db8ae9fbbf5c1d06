import numpy as np

from mgassay.design import arms_of_blocks, is_among
from mgassay.design.levels import best_filled, filled, is_level, mg_levels


def test_small_levels_are_told_apart(lab, condition):
    rows = [condition("low", 5e-5), condition("high", 5.0)]
    (arms,) = arms_of_blocks(lab(*rows, contrast={"mg_reference_mM": 5e-5, "mg_raised_mM": 5.0}))
    assert arms.live[:2] == ("low", "high")
    assert arms.rivals == {}


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


def test_a_number_is_at_a_level_within_a_millionth_of_it(lab, condition):
    """2.0 * (1 + 1e-6) = 2.000002; an empty cell is at no level, and a text without a number is no level at all."""
    conditions = lab(*[condition(f"c{i}", mg) for i, mg in enumerate((2.0, 2.0000019, 2.0000021, np.nan))]).conditions
    assert is_level(conditions, "mg_mM", "2").tolist() == [True, True, False, False]
    assert not is_level(conditions, "mg_mM", "none").any()
    assert not is_level(conditions, "no such column", "2").any()
