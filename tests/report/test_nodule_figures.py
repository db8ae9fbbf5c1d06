"""Nodules by size."""

import pytest

from mgassay import tables
from mgassay.report.nodule_figures import counts_by_condition, largest_share, nodule_drawings
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables

ORDER = ["control", "ca_mg08"]


def sizes(rows, unit="um2"):
    """NODULE_SIZES from (plate, well, condition, power of two, nodules)."""
    return tables.NODULE_SIZES.frame(
        {"plate": p, "well": w, "condition": c, "donor": "D1", "area_from": 2.0**k, "area_to": 2.0 ** (k + 1),
         "area_unit": unit, "nodules": n} for p, w, c, k, n in rows
    )  # fmt: skip


def drawings(*made):
    import pandas as pd

    return nodule_drawings(Tables({"nodule_sizes": pd.concat(made, ignore_index=True)}, 0.8, 2.0), ORDER)


ROWS = [
    ("P1", "A1", "ca_mg08", 3, 10), ("P1", "A1", "ca_mg08", 4, 20), ("P2", "A1", "ca_mg08", 4, 10),
    ("P1", "B1", "control", 3, 2), ("P1", "B1", "control", 4, 0),
]  # fmt: skip


def test_wells_and_plates_of_a_condition_are_added_up_in_the_labs_order():
    edges, counts = counts_by_condition(sizes(ROWS), ORDER)
    assert list(edges) == [8, 16]
    assert [(c, n.tolist()) for c, n in counts.items()] == [("control", [2, 0]), ("ca_mg08", [10, 30])]


def test_the_scale_is_that_of_conditions_with_enough_nodules():
    """30 of 40 nodules; the two of the control, all of one size, do not count."""
    _, counts = counts_by_condition(sizes(ROWS), ORDER)
    assert largest_share(counts) == pytest.approx(0.75)


def test_the_figure_says_how_many_and_its_table_has_all_counts():
    (drawing,) = drawings(sizes(ROWS))
    assert "n = 40" in drawing.svg
    assert f"the tallest is 75{NO_BREAK}%" in drawing.caption
    assert "fewer than 20 nodules" in drawing.caption
    assert drawing.listing.heads == ("condition", "all", "8 to 16", "16 to 32")
    assert drawing.listing.rows == (("control", "2", "2", "0"), ("ca_mg08", "40", "10", "30"))


def test_pixels_of_different_plates_are_never_added_up():
    made = drawings(sizes(ROWS, "px"))
    assert [d.title for d in made] == ["Nodules by size, plate P1", "Nodules by size, plate P2"]
    assert [d.listing.rows[-1][1] for d in made] == ["30", "10"]


def test_units_have_figures_of_their_own():
    made = drawings(sizes(ROWS[:1]), sizes([("P3", "A1", "control", 0, 30)], "px"))
    assert [d.listing.caption for d in made] == ["Nodules by size (µm²)", "Nodules by size, plate P3 (pixels)"]


def test_few_nodules_are_dots_and_no_shares():
    (drawing,) = drawings(sizes([("P1", "A1", "control", 3, 5)]))
    assert "Bars" not in drawing.caption
    assert "Dots" in drawing.caption


def test_bins_beyond_the_nodules_of_a_plate_are_left_out():
    (drawing,) = drawings(sizes([("P1", "A1", "control", k, n) for k, n in ((0, 0), (5, 3), (9, 0))], "px"))
    assert drawing.listing.heads == ("condition", "all", "32 to 64")


def test_without_nodules_there_is_no_figure():
    assert drawings(sizes([("P1", "A1", "control", 3, 0)])) == []
