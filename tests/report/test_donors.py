import math
import re

import pytest

from mgassay.design import arms_of_blocks
from mgassay.report.axes import Axes
from mgassay.report.donors import donor_legend, measured_drawing, paired_drawing
from mgassay.report.rows import Tables, tables_of


def arms(hand, block):
    return next(a for a in arms_of_blocks(hand.make_experiment()) if a.name == block)


def test_the_table_holds_the_means_drawn(hand, held):
    drawing = paired_drawing(held, arms(hand, "siTRPM7"), "calcium_per_well")
    rows = {row[:2]: row[2:] for row in drawing.listing.rows}
    assert rows["entry intact", "D2"] == (f"{math.exp(3.1):.1f}", f"{math.exp(1.9):.2f}", "1.20")
    assert rows["no cells", "run1"] == (f"{math.exp(2.2):.2f}", f"{math.exp(1.9):.2f}", "0.30")
    assert len(rows) == 4 + 4 + 2


def test_every_donor_and_run_is_in_the_legend(hand, held):
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", paired_drawing(held, arms(hand, "2-APB"), "calcium_per_well").svg)
    assert {"D1", "D2", "D3", "D4", "run1", "run2", "entry intact", "2-APB", "no cells"} <= set(texts)


def test_a_bound_is_said_to_be_one(hand):
    rows = [{**m, "flag": "floor"} if m["condition"] == "scr_mg20" and m["donor"] == "D1" else m for m in hand.means()]
    drawing = paired_drawing(Tables(hand.with_rows("means", rows), 0.8, 2.0), arms(hand, "siTRPM7"), "calcium_per_well")
    assert drawing.listing.rows[0] == ("entry intact", "D1", "20.1", "≤ 6.05", "1.20")


def test_an_arm_that_was_not_run_is_not_drawn(hand):
    live = [m for m in hand.means() if not m["condition"].startswith("acell")]
    drawing = paired_drawing(Tables(hand.with_rows("means", live), 0.8, 2.0), arms(hand, "siTRPM7"), "calcium_per_well")
    assert "no cells" not in drawing.svg
    assert paired_drawing(Tables({}, 0.8, 2.0), arms(hand, "siTRPM7"), "calcium_per_well") is None


def test_everything_measured_shows_each_condition_and_counts_what_has_no_value(hand):
    rows = [{**a, "value": math.nan, "limit": 80.0, "flag": "above_curve"} if i == 1 else a
            for i, a in enumerate(hand.amounts())]  # fmt: skip
    held = Tables(hand.with_rows("amounts", rows), 0.8, 2.0)
    drawing = measured_drawing(held, list(hand.make_experiment().conditions["condition"]), "calcium_per_well")
    assert "1 row without a value" in drawing.caption
    assert {"ca_mg08", "acell_mg20"} <= set(re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg))
    assert measured_drawing(held, [], "alp") is None


def test_reps_stand_small_beside_the_mean_that_they_make(hand):
    """Three reps of 10, 20 and 40 in one donor and condition: three small marks; of a mean of one rep none."""
    wells = [
        {**a, "rep": str(i), "value": v}
        for a in hand.amounts() for i, v in enumerate((10.0, 20.0, 40.0))
        if (a["condition"], a["donor"]) == ("si_mg08", "D1") or i == 0
    ]  # fmt: skip
    held = tables_of(hand.make_experiment(), {**hand.make_tables(), **hand.with_rows("amounts", wells)})
    without = Tables({**hand.make_tables(), **hand.with_rows("amounts", wells)}, 0.8, 2.0)
    drawn = [paired_drawing(t, arms(hand, "siTRPM7"), "calcium_per_well").svg for t in (held, without)]
    small = [re.findall(r'<path d="([^"]*)"[^>]*opacity="0.7"', svg) for svg in drawn]
    assert [[path.count("M") for path in paths] for paths in small] == [[3], []]


@pytest.mark.parametrize(("donors", "keys"), [(12, 12), (13, 1)])
def test_a_legend_of_many_donors_says_how_many(donors, keys):
    axes = Axes()
    donor_legend(axes, {f"D{i}": ("#000", "o") for i in range(donors)})
    labels = [s.label for s in axes.shapes]
    assert len(labels) == keys
    assert keys > 1 or labels[0].startswith("13 donors")
