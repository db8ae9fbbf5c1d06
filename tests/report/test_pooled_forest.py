"""The forest of a pooled share: what it says, marks and leaves out."""

import math

from mgassay.report.numbers import NO_BREAK
from mgassay.report.pooled_forest import MOST_DRAWN, forest_svg, heaviest, own_text, pooled_text, spoken

POOLED = {
    "readout": "calcium", "block": "siTRPM7", "share": "intracellular", "scale": "log", "estimate": 0.55,
    "ci_low": 0.4, "ci_high": 0.7, "prediction_low": 0.2, "prediction_high": 0.9, "n_experiments": 3, "n_donors": 11,
}  # fmt: skip


def member(name="e1", weight=0.3, identifiable=True, low=0.3, high=0.8, **more):
    row = {"experiment": name, "share": "intracellular", "estimate": 0.5, "ci_low": low, "ci_high": high}
    return {**row, "interval": "bounded", "identifiable": identifiable, "weight": weight, "flag": "", **more}


def test_it_is_told_to_a_reader_who_does_not_see_it():
    text = spoken(POOLED).replace(NO_BREAK, " ")
    assert "calcium per protein, siTRPM7. intracellular: 55 % [40 %, 70 %] (3 experiments, 11 donors)" in text
    assert pooled_text({**POOLED, "ci_low": math.nan}) == "no interval (3 experiments, 11 donors)"


def test_names_the_pooled_line_and_the_next_experiment_stand_beside_their_lines():
    svg = forest_svg(POOLED, [member("alpha"), member("beta")])
    for name in ("alpha", "beta", "all together", "a next experiment"):
        assert f">{name}<" in svg
    alone = forest_svg({**POOLED, "prediction_low": math.nan}, [member("alpha")])
    assert "a next experiment" not in alone


def test_what_has_no_interval_is_hatched():
    assert "pattern" not in forest_svg(POOLED, [member()])
    assert "pattern" in forest_svg(POOLED, [member(identifiable=False, interval="unbounded")])
    assert "pattern" in forest_svg({**POOLED, "ci_low": math.nan, "ci_high": math.nan}, [member()])
    assert own_text(member(identifiable=False)) == "not identifiable"
    assert own_text(member()).replace(NO_BREAK, " ") == "50 % [30 %, 80 %]"
    bound = member(flag="floor;lower_bound")
    assert own_text(bound).replace(NO_BREAK, " ") == "at least 50 % [30 %, 80 %]"


def test_the_same_bytes_and_harmless_names():
    rows = [member("<script>"), member("b", low=-40.0, high=55.0)]
    assert forest_svg(POOLED, rows) == forest_svg(POOLED, rows)
    assert "<script>" not in forest_svg(POOLED, rows)


def test_the_experiments_that_weigh_most_are_drawn_in_their_order():
    many = [member(str(i), weight=0.01 + 0.001 * (i % 50)) for i in range(100)]
    drawn = heaviest(many)
    assert len(drawn) == MOST_DRAWN
    assert [int(r["experiment"]) for r in drawn] == sorted(int(r["experiment"]) for r in drawn)
    assert min(r["weight"] for r in drawn) >= 0.01 + 0.001 * 35
    assert "x" * 23 not in forest_svg(POOLED, [member("x" * 60)]).replace("<title>" + "x" * 60, "")
