"""The threshold of a plate on the histogram of its wells."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.images.stain import HISTOGRAM_OD
from mgassay.experiment import AlizarinImageSettings
from mgassay.report.image_groups import NEGATIVE, OTHER, POSITIVE
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables
from mgassay.report.thresholds import axis_end, axis_low, shares_of_groups, threshold_drawings

ORDER = ["control", "ca_mg08", "ca_mg20"]


def held_with(hand, pixels, flag="", **image):
    """Tables of a plate with `pixels`: condition -> {step: count}."""
    rows = [
        {"plate": "P1", "condition": c, "od_from": k * HISTOGRAM_OD, "pixels": n}
        for c, counts in pixels.items()
        for k, n in counts.items()
    ]
    images = [
        {"file": f"{c}.png", "plate": "P1", "well": f"A{i}", "condition": c, "donor": "D1", "area_fraction": 0.1 * i,
         "area_low": 0.1 * i - 0.01, "area_high": 0.1 * i + 0.02, "threshold_od": 0.15,
         "threshold_source": "plate_controls", "flag": flag, **image} for i, c in enumerate(pixels, 1)
    ]  # fmt: skip
    made = {"stain_histograms": tables.STAIN_HISTOGRAMS.frame(rows), "images": tables.IMAGES.frame(images)}
    return Tables({**hand.make_tables(), **made}, 0.8, 2.0)


PIXELS = {"control": {0: 900, 3: 100}, "ca_mg08": {0: 50, 40: 50}, "ca_mg20": {0: 30, 10: 10}, "si_mg20": {0: 60}}


def drawn(hand, **more):
    (drawing,) = threshold_drawings(held_with(hand, PIXELS, **more), hand.make_experiment(), ORDER)
    return drawing


def test_shares_are_of_the_pixels_of_each_group(hand):
    """Of other wells 30 + 60 of 100 pixels lie in the first step, 10 in the eleventh."""
    groups = {"control": NEGATIVE, "ca_mg08": POSITIVE}
    shares = shares_of_groups(held_with(hand, PIXELS)["stain_histograms"], groups)
    assert list(shares) == [NEGATIVE, POSITIVE, OTHER]
    assert {g: {int(k): float(s[k]) for k in np.flatnonzero(s)} for g, s in shares.items()} == {
        NEGATIVE: {0: 90, 3: 10},
        POSITIVE: {0: 50, 40: 50},
        OTHER: {0: 90, 10: 10},
    }


def test_a_group_that_was_not_run_is_not_drawn(hand):
    pixels = {"control": {0: 10}, "ca_mg08": {5: 10}}
    (drawing,) = threshold_drawings(held_with(hand, pixels), hand.make_experiment(), ORDER)
    assert "other wells" not in drawing.svg
    assert "negative wells" in drawing.svg


def test_the_axis_ends_where_a_thousandth_of_every_group_lies_beyond():
    """999 of 1000 pixels up to step 20: it ends behind it, at 21 steps, above four thresholds of 0.05."""
    share = np.zeros(60)
    share[[0, 20, 59]] = 60, 39.95, 0.05
    assert axis_end({NEGATIVE: share}, 0.05) == pytest.approx(21 * HISTOGRAM_OD)
    assert axis_end({NEGATIVE: share}, 0.35) == pytest.approx(1.4)


def test_the_axis_begins_at_the_power_of_ten_below_the_smallest_share():
    assert axis_low({NEGATIVE: np.array([99.97, 0.03, 0.0])}) == pytest.approx(0.01)
    assert axis_low({NEGATIVE: np.array([100.0, 1e-7])}) == pytest.approx(1e-4)


def test_the_threshold_is_written_with_its_value_and_what_lies_beyond_the_axis_is_said(hand):
    drawing = drawn(hand)
    assert "threshold 0.15 OD (band: ±20 %)" in drawing.svg
    assert "share of the group&#39;s pixels, in steps of 0.018 OD" in drawing.svg
    assert "Beyond the axis" not in drawing.caption
    far = {**PIXELS, "ca_mg08": {0: 99_950, 200: 50}}
    (cut,) = threshold_drawings(held_with(hand, far), hand.make_experiment(), ORDER)
    assert f"Beyond the axis: at most 0.05{NO_BREAK}% of a group's pixels." in cut.caption


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ({"threshold_od": 0.15}, "is the lowest allowed (floor): the negative wells ask for no more. Pixels"),
        ({"threshold_od": 0.22}, "is what the negative wells ask for; the lowest allowed (floor) is 0.15 OD. Pixels"),
        ({"threshold_od": 0.22, "flag": "contaminated_controls"}, "dark specks, so the smooth background between"),
        ({"threshold_od": 0.35, "flag": "contaminated_controls"}, "is the highest allowed (cap)"),
        ({"threshold_od": 0.2, "threshold_source": "fixed", "flag": "uncalibrated"}, "no negative well"),
    ],
)
def test_the_caption_says_which_rule_decided(hand, image, said):
    assert said in drawn(hand, **image).caption.replace(NO_BREAK, " ")


def test_the_floor_is_that_of_the_settings(hand, monkeypatch):
    floor = AlizarinImageSettings(floor_od=0.22)
    monkeypatch.setattr("mgassay.report.thresholds.settings_of_plate", lambda *_: floor)
    assert "(floor): the negative wells ask for no more" in drawn(hand, threshold_od=0.22).caption


def test_what_is_painted_around_the_wells_of_a_photograph_is_said(hand, monkeypatch):
    assert "photograph" not in drawn(hand).caption
    photo = AlizarinImageSettings(wells="find")
    monkeypatch.setattr("mgassay.report.thresholds.settings_of_plate", lambda *_: photo)
    assert "painted around the wells of a photograph" in drawn(hand).caption


def test_the_table_has_the_stained_area_of_every_condition_in_order(hand):
    rows = [[c.replace(NO_BREAK, " ") for c in r] for r in drawn(hand).listing.rows]
    assert rows[0] == ["control", "negative", "1", "10.0 %", "12.0 %", "9.0 %"]
    assert [r[:2] for r in rows[1:]] == [["ca_mg08", "calcifying"], ["ca_mg20", "other"], ["si_mg20", "other"]]


def test_fields_of_a_well_are_averaged_before_wells_are(hand):
    """A1 has fields of 10 and 30 %, A2 one of 40 %: (20 + 40) / 2 = 30 %."""
    held = held_with(hand, {"control": {0: 10}})
    common = {"plate": "P1", "condition": "control", "threshold_od": 0.15, "area_low": 0.0, "area_high": 1.0}
    rows = [{**common, "file": f"{i}", "well": w, "area_fraction": a, "threshold_source": "plate_controls"}
            for i, (w, a) in enumerate((("A1", 0.1), ("A1", 0.3), ("A2", 0.4)))]  # fmt: skip
    made = Tables({**held.by_name, "images": tables.IMAGES.frame(rows)}, 0.8, 2.0)
    (drawing,) = threshold_drawings(made, hand.make_experiment(), ORDER)
    assert drawing.listing.rows[0][3].replace(NO_BREAK, " ") == "30.0 %"


def test_without_a_histogram_there_is_no_figure(hand, held):
    assert threshold_drawings(Tables({"images": held["images"]}, 0.8, 2.0), hand.make_experiment(), ORDER) == []
    assert threshold_drawings(Tables({}, 0.8, 2.0), None, ORDER) == []
