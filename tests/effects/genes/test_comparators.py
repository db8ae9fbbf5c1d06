"""Which conditions are compared: intact entry first, each block with the comparators run under it."""

import numpy as np

from mgassay.effects.genes.comparators import comparisons_of, intact_first, mineral_beside, pairs_of
from mgassay.effects.genes.genes import mineral_panels


def blocked_rows(lab):
    rows = [lab.condition(f"apb_{m}", mg, inhibitor="2-APB") for m, mg in (("08", 0.8), ("20", 2.0))]
    return [*rows, lab.condition("apb_ppi", 0.8, inhibitor="2-APB", comparator="pyrophosphate")]


def test_comparators_with_entry_intact(two):
    (found,) = comparisons_of(two.experiment)
    assert (found.block, found.conditions) == ("", ("ca_20", "ca_08", "ppi", "fetuin"))


def test_under_a_block_those_that_were_run_under_it(lab, two):
    intact, blocked = comparisons_of(lab.experiment([*two.rows, *blocked_rows(lab)]))
    assert intact.conditions == ("ca_20", "ca_08", "ppi", "fetuin")
    assert (blocked.block, blocked.conditions) == ("2-APB", ("apb_20", "apb_08", "apb_ppi"))


def test_untransfected_arms_come_before_scramble_where_comparators_were_run(lab, two):
    scramble = [lab.condition("scr_ppi", 0.8, sirna="scramble", comparator="pyrophosphate")]
    both = lab.experiment([*lab.sirna_conditions(), *scramble, *two.rows])
    assert [c.conditions for c in comparisons_of(both)] == [("ca_20", "ca_08", "ppi", "fetuin")]
    bare = lab.experiment([*lab.sirna_conditions(), *scramble, *two.rows[:2]])
    assert [c.conditions for c in comparisons_of(bare)] == [("scr_20", "scr_08", "scr_ppi")]


def test_the_block_with_plain_intact_arms_comes_first(lab, two):
    arms = intact_first(lab.experiment([*lab.sirna_conditions(), *two.rows, *blocked_rows(lab)]))
    assert [a.name for a in arms] == ["2-APB", "siTRPM7"]


def test_nothing_to_compare_without_comparators_or_raised_mg(lab, two):
    assert comparisons_of(lab.sirna) == ()
    assert comparisons_of(lab.experiment([r for r in two.rows if r["condition"] != "ca_20"])) == ()


def test_pairs_are_of_donors_with_both(two):
    nan = np.nan
    means = two.means([[1, 2, 1.5, nan], [nan, 2, 1, nan], [3, 4, 3.5, nan]])
    (comparison,), (panel,) = comparisons_of(two.experiment), mineral_panels(means).values()
    ((name, both),) = pairs_of(comparison, panel)
    assert (name, both.donors, both.values.tolist()) == ("pyrophosphate", ("D1", "D3"), [[1, 1.5], [3, 3.5]])


def test_mineral_is_that_of_the_first_readout_with_both_arms(lab):
    means = lab.means({"alizarin_od": {"a": [1.0], "b": [1.0]}, "calcium": {"a": [1.0, np.nan], "b": [np.nan, 2.0]}})
    panels = mineral_panels(means)
    assert mineral_beside(panels, ("a", "b")) is panels["alizarin_od"]
    assert mineral_beside(panels, ("a",)) is panels["calcium"]
    assert mineral_beside(panels, ("a", "c")) is None
