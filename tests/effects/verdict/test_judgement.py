"""The whole room: tables that fit their states, a verdict of plain values, what it does with nothing."""

import json

import numpy as np

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.judgement import judgement
from mgassay.problems import Problems


def judged(experiment, amounts):
    means = means_from_amounts(experiment, amounts, Problems())
    effects, shares = effects_from_means(experiment, means), shares_from_means(experiment, means)
    return shares, *judgement(experiment, amounts, means, effects, shares)


def test_tables_and_verdict_of_r_data(lab):
    shares, made, verdict = judged(lab.sirna, lab.golden("balanced"))
    for name, table in made.items():
        assert len(tables.BY_NAME[name].check(table))
    assert list(made) == ["shares", "checks", "equivalence", "facts"]
    assert made["shares"].equals(shares)  # no second block, so that nothing disagrees
    assert json.loads(json.dumps(verdict, allow_nan=False)) == verdict
    assert verdict["side"] == "unsettled"  # R's Fieller set is .194 to .921
    assert "no_background" in verdict["held_by"]  # R's wells carry none
    assert "no-Pi background" in verdict["missing"]


def test_flagged_wells_are_left_out_and_the_verdict_looked_at_again(lab):
    amounts = lab.golden("balanced")
    first = (amounts["condition"] == "si_20") & (
        amounts["rep"] == amounts.loc[amounts["condition"] == "si_20", "rep"].iloc[0]
    )
    _, made, verdict = judged(lab.sirna, amounts.assign(flag=np.where(first, "outlier", "")))
    (row,) = made["checks"].query("check == 'without_flagged'").to_dict("records")
    assert (row["subject"], row["block"]) == ("outlier", "siTRPM7")
    _, without, _ = judged(lab.sirna, amounts[~first])
    share = without["checks"].query("check == 'scale' and subject == 'log'")["estimate"].item()
    assert row["estimate"] == share
    assert [w["subject"] for w in verdict["what_if"] if w["check"] == "without_flagged"] == ["outlier"]


def test_nothing_gives_empty_tables_and_an_x(lab):
    _, made, verdict = judged(lab.sirna, tables.AMOUNTS.frame())
    assert all(table.empty for table in made.values())
    assert (verdict["grade"], verdict["what_if"], verdict["held_by"][0]) == ("X", [], "total_includes_zero")
