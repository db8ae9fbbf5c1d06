"""Donor-wise answers reproduce the rows of shares.csv that they stand for."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.across.answers import answers_of, declared_question, may_pool
from mgassay.effects.shares.corrected import with_rho
from mgassay.effects.shares.shares import shares_from_means
from mgassay.problems import Problems


@pytest.fixture
def told(lab):
    logs = {"scr_08": (3.0, 3.2, 2.9), "scr_20": (1.8, 2.1, 1.5), "si_08": (3.1, 3.3, 2.8), "si_20": (2.6, 2.6, 2.4)}
    means = lab.means({"calcium": logs | {"acell_08": (2.0, 2.2), "acell_20": (1.7, 1.8)}})
    shares = shares_from_means(lab.sirna, means)
    return answers_of(lab.sirna, means, shares), shares


def test_part_over_whole_is_the_share_of_the_row(told):
    answers, shares = told
    assert len(answers) == (shares["method"] == "fieller_donor").sum() == 6
    for a in answers:
        runs = a.runs.mean() if len(a.runs) else 0.0
        assert (a.part.mean() + runs) / a.whole.mean() == pytest.approx(a.row["estimate"])
        assert a.donors == ("D1", "D2", "D3")
        assert a.is_value


def test_what_the_acellular_arm_is_counts_only_where_it_enters(told):
    kinds = {a.estimand[2]: a.variant for a in told[0] if a.estimand[3] == "log"}
    assert kinds == {"passive": (0.8, 2.0, "none"), "surface": (0.8, 2.0, "none"), "intracellular": (0.8, 2.0, "")}


def test_the_corrected_share_divides_by_what_the_block_stopped(lab):
    """On the donors that the row itself rests on: Mg_i is of the first three of four, whose rho is .1/.4."""
    effects = {"scr_20": (1.2, 1.1, 1.4, 9.0), "si_20": (0.5, 0.6, 0.4, 8.0), "scr_08": (0,) * 4, "si_08": (0,) * 4}
    steps = {"scr_20": (0.40, 0.41, 0.39), "si_20": (0.10, 0.11, 0.09), "scr_08": (0, 0, 0), "si_08": (0, 0, 0)}
    logs = {arm: 9 - np.array(e, dtype=float) for arm, e in effects.items()}
    means = lab.means({"calcium": logs, "mg_intracellular": steps})
    shares, _ = with_rho(lab.sirna, shares_from_means(lab.sirna, means), means, Problems())
    by_share = {a.row["share"]: a for a in answers_of(lab.sirna, means, shares) if a.row["scale"] == "log"}
    corrected = by_share["intracellular_corrected"]
    assert corrected.donors == ("D1", "D2", "D3")
    assert corrected.whole == pytest.approx([0.75 * t for t in (1.2, 1.1, 1.4)])
    assert corrected.part == pytest.approx([0.7, 0.5, 1.0])
    assert corrected.part.mean() / corrected.whole.mean() == pytest.approx(corrected.row["estimate"])
    assert by_share["intracellular"].donors == ("D1", "D2", "D3", "D4")


def test_a_corrected_row_whose_rho_the_means_do_not_tell_is_no_value(lab, told):
    row = told[1].iloc[[0]].assign(share="intracellular_corrected", rho=0.25)
    means = lab.means({"calcium": {a: (3.0, 2.0) for a in lab.arms[:4]}})
    (one,) = answers_of(lab.sirna, means, row)
    assert not one.is_value


def test_without_a_block_only_the_passive_share_is_told(lab):
    rows = [lab.condition("lo", 0.8), lab.condition("hi", 2.0)]
    rows += [lab.condition("a_lo", 0.8, cells="fixed"), lab.condition("a_hi", 2.0, cells="fixed")]
    experiment = lab.experiment(rows)
    means = lab.means({"calcium": {"lo": (3, 3), "hi": (2, 2.2), "a_lo": (2, 2), "a_hi": (1.8, 1.6)}})
    answers = answers_of(experiment, means, shares_from_means(experiment, means))
    assert {a.estimand for a in answers} == {("calcium", "", "passive", s) for s in ("log", "additive")}
    assert answers[0].acellular == "fixed"
    assert answers[0].runs.mean() / answers[0].whole.mean() == pytest.approx(0.3 / 0.9)


def test_bounds_are_no_values_and_empty_tables_no_answers(lab, told):
    answers, shares = told
    floored = shares.assign(flag="floor;lower_bound")
    means = lab.means({"calcium": {a: (3.0, 3.0) for a in lab.arms}})
    assert not any(a.is_value for a in answers_of(lab.sirna, means, floored))
    assert answers_of(lab.sirna, means, shares.iloc[:0]) == []
    assert answers_of(lab.sirna, lab.means({}), shares) == []
    assert not np.isnan(answers[0].part).any()


def test_which_experiments_may_be_pooled():
    verdict = {"grade": "X", "rules": [{"rule": "viability_changed", "fired": False}]}
    fine = {"problems": tables.PROBLEMS.frame([{"code": "MG605", "severity": "notice"}])}
    assert may_pool(verdict, fine)
    assert not may_pool({"grade": None, "rules": []}, fine)
    several = [{"rule": "floor", "fired": False}, {"rule": "viability_changed", "fired": True}]
    assert not may_pool({"grade": "X", "rules": several}, fine)
    assert may_pool({"grade": "X", "rules": [{"rule": "floor", "fired": True}, *verdict["rules"]]}, fine)
    assert not may_pool({"grade": "X", "rules": [{"rule": "viability_changed", "fired": True}]}, fine)
    assert not may_pool(verdict, {"problems": tables.PROBLEMS.frame([{"code": "MG606", "severity": "error"}])})


def test_only_rows_of_the_declared_question_count(lab, told):
    shares = told[1]
    other = shares.assign(mg_raised_mM=3.0)
    held = {"shares": pd.concat([shares, other]), "effects": tables.EFFECTS.frame(), "means": tables.MEANS.frame()}
    assert len(declared_question(lab.sirna, held)["shares"]) == len(shares)
    assert declared_question(None, held) == held


LOGS = {"scr_08": (3.0, 3.2, 2.9), "scr_20": (1.8, 2.1, 1.5), "si_08": (3.1, 3.3, 2.8), "si_20": (2.6, 2.6, 2.4)}
RUNS = {"acell_08": (2.0, 2.2, 2.1), "acell_20": (1.7, 1.8, 1.9)}


@pytest.mark.parametrize("lacking", [*LOGS, *RUNS])
def test_a_donor_or_run_without_one_arm_has_no_part_in_the_answer_either(lab, lacking):
    """D2 lacks it: what stands behind a row is what the row was made of."""
    logs = {c: (v[0], np.nan, v[2]) if c == lacking else v for c, v in (LOGS | RUNS).items()}
    means = lab.means({"calcium": logs})
    for a in answers_of(lab.sirna, means, shares_from_means(lab.sirna, means)):
        runs = a.runs.mean() if len(a.runs) else 0.0
        assert (a.part.mean() + runs) / a.whole.mean() == pytest.approx(a.row["estimate"])
        assert a.donors == (("D1", "D3") if lacking in LOGS else ("D1", "D2", "D3"))


def test_where_no_donor_has_all_four_arms_the_passive_share_is_of_those_with_the_intact_pair(lab):
    """Blocked arms were declared, and D1 has one of them; D2 lacks the intact reference: 1.2 and 1.4 of D1 and D3."""
    logs = {"scr_08": (3.0, np.nan, 2.9), "scr_20": (1.8, 2.1, 1.5), "si_08": (3.1, np.nan, np.nan)} | RUNS
    means = lab.means({"calcium": logs})
    answers = answers_of(lab.sirna, means, shares_from_means(lab.sirna, means))
    (passive,) = [a for a in answers if a.estimand[2:] == ("passive", "log")]
    assert passive.donors == ("D1", "D3")
    assert passive.whole == pytest.approx([1.2, 1.4])
    assert passive.runs.mean() / 1.3 == pytest.approx(passive.row["estimate"])


def test_one_donor_is_a_value_to_be_averaged(lab):
    means = lab.means({"calcium": {c: v[:1] for c, v in LOGS.items()}})
    answers = answers_of(lab.sirna, means, shares_from_means(lab.sirna, means))
    assert answers
    assert all(a.is_value for a in answers)
