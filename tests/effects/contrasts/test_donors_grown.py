import pandas as pd
import pytest

from mgassay.design import arms_of_blocks
from mgassay.effects.contrasts.donors_grown import check_donors, donors_of_arms, has_few
from mgassay.effects.means.panels import Panel
from mgassay.problems import Problems


def mapped(**donors):
    """Wells: two of each condition and donor, the donors' names letter by letter."""
    rows = [{"condition": c, "donor": d} for c, names in donors.items() for d in names for _ in range(2)]
    return pd.DataFrame(rows, columns=["condition", "donor"])


def test_donors_are_counted_over_tables_and_wells_without_one_are_none(lab):
    wells = mapped(scr_08="abc", scr_20="ab", elsewhere="a")
    images = mapped(scr_08="cd", si_08="a")
    empty = pd.DataFrame([{"condition": "si_20", "donor": ""}])
    counts = donors_of_arms(arms_of_blocks(lab.sirna), [wells, images, empty])
    assert counts == {"scr_08": 4, "scr_20": 2, "si_08": 1}


@pytest.mark.parametrize(
    ("donors", "seen"),
    [("abc", ""), ("ab", "scr_08 (2 donors), scr_20 (2 donors)"), ("a", "scr_08 (1 donor), scr_20 (1 donor)")],
)
def test_arms_of_fewer_than_three_donors_are_told_once(lab, donors, seen):
    problems = Problems()
    check_donors(lab.sirna, [mapped(scr_08=donors, scr_20=donors, control="a")], problems)
    assert [(p.code, p.severity, p.seen) for p in problems] == ([("MG096", "warning", seen)] if seen else [])


@pytest.mark.parametrize(
    ("values", "few"),
    [
        ((2.0, 2.1, 2.2), False),
        ((2.0, 2.1), True),
        ((2.0, 2.1, float("nan")), True),  # the third lies at a bound without a number
        ((), False),  # missing, which is told elsewhere
    ],
)
def test_a_readout_has_few_donors_where_any_arm_has_values_of_fewer_than_three(lab, values, few):
    """The reference arm has three donors throughout; only how many the raised arm has differs."""
    by_arm = {"scr_08": (3.0, 3.1, 3.2), "scr_20": values}
    cells = {(c, f"D{i}"): (v, "") for c, logs in by_arm.items() for i, v in enumerate(logs)}
    assert has_few(arms_of_blocks(lab.sirna)[0], Panel("calcium", cells)) is few
