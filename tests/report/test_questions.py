import dataclasses

from mgassay import tables
from mgassay.report.questions import (
    days_of,
    declared_day,
    further_steps,
    held_to,
    question_pairs,
    readouts_of,
    share_rows,
)
from mgassay.report.rows import tables_of


def asked(hand):
    """Total effects on days 3, 7 and 10 (declared), at another level on day 10, and of AngII on day 10."""
    total = hand.effect("siTRPM7", "total", 1.0, 0.5, 1.5, 0.01, 4)
    last = {**total, "day": "10"}
    rows = [*hand.on_days([total], "10", "3", "7"), {**last, "mg_raised_mM": 1.4},
            {**last, "step": "AngII", "mg_raised_mM": 0.8}]  # fmt: skip
    return tables_of(hand.days_experiment("3", "7", "10"), hand.with_rows("effects", rows))


def test_one_question_is_held_and_no_other(hand):
    held = asked(hand)
    assert len(held_to(held, step="Mg", day="10")["effects"]) == 2
    assert len(held_to(held, step="Mg", day="10", levels=(0.8, 2.0))["effects"]) == 1
    angii = held_to(held, step="AngII", day="10", levels=(0.8, 0.8))
    assert [r["step"] for r in angii.primary("effects")] == ["AngII"]
    assert (angii.mg_reference_mM, angii.mg_raised_mM) == (0.8, 0.8)
    assert angii["means"].equals(held["means"])


def test_the_declared_day_comes_first(hand):
    held = asked(hand)
    assert declared_day(held) == "10"
    assert days_of(held) == ["10", "3", "7"]
    assert days_of(held, step="AngII") == ["10"]


def test_steps_and_levels_are_those_in_the_table(hand):
    held = asked(hand)
    assert further_steps(held) == ["AngII"]
    assert question_pairs(held, step="Mg", day="10") == [(0.8, 1.4), (0.8, 2.0)]


def test_without_an_experiment_no_day_is_declared(held):
    assert declared_day(held) == ""
    assert declared_day(dataclasses.replace(held, by_name={})) == ""


def test_genes_are_no_mineral_readouts():
    assert readouts_of([{"readout": "calcium"}, {"readout": "gene:RUNX2"}, {"readout": "calcium"}]) == ["calcium"]


def test_shares_that_are_quoted_are_those_over_donors(hand):
    rows = [*hand.shares(), hand.share("2-APB", "passive", 0.2, 0.1, 0.3, method="fieller_block_anova")]
    held = tables_of(hand.make_experiment(), {"shares": tables.SHARES.frame(rows)})
    assert len(share_rows(held, "calcium_per_well")) == len(hand.shares())
