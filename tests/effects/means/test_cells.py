import numpy as np
import pandas as pd

from mgassay.effects.means.cells import condition_ranks, tell_cells, whole_mean
from mgassay.problems import Problems


def test_cells_are_named_by_readout_in_the_order_of_conditions_and_donors(lab):
    rows = [
        ("b", "si_08", "D2"),
        ("a", "si_20", "D1"),
        ("b", "scr_20", "D1"),
        ("b", "si_08", "D1"),
        ("b", "acell_08", "D1"),
        ("b", "si_08", "D1"),
    ]
    cells = lab.amounts({"readout": r, "condition": c, "donor": d} for r, c, d in rows)
    problems = Problems()
    tell_cells("MG612", cells, lab.sirna, problems)
    assert [(p.place, p.seen) for p in problems] == [
        ("si_20", "si_20: D1"),
        ("scr_20, si_08, acell_08", "scr_20: D1; si_08: D1, D2; acell_08: D1"),
    ]
    assert condition_ranks(lab.sirna)["scr_20"] == 1


def test_no_cells_no_problem(lab):
    problems = Problems()
    tell_cells("MG612", lab.amounts([]), lab.sirna, problems)
    assert not list(problems)


def test_a_mean_of_which_one_part_is_not_known_is_not_known():
    assert whole_mean(pd.Series([1.0, 3.0])) == 2.0
    assert np.isnan(whole_mean(pd.Series([1.0, np.nan])))
