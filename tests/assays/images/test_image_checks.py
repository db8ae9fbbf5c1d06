import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.images.image_checks import check_images, flag_images
from mgassay.assays.images.plate_view import DRIFT_OD, Pair
from mgassay.problems import Problems


def images(n=4, **columns):
    rows = [
        {"file": f"{i}.png", "plate": "P", "well": f"A{i}", "condition": "ca", "area_fraction": 0.1}
        | {k: v[i] for k, v in columns.items()}
        for i in range(n)
    ]
    return tables.IMAGES.frame(rows)


def quality(n=4, **columns):
    even = dict.fromkeys(("illumination_od", "tilt_od", "drift_od", "annotation_fraction"), 0.0)
    ends = {"clipped_low_fraction": 0.0, "clipped_high_fraction": 0.0}
    rows = [
        {"file": f"{i}.png", "plate": "P", "well": f"A{i}", "white_source": "own"}
        | even
        | ends
        | {k: v[i] for k, v in columns.items()}
        for i in range(n)
    ]
    return tables.IMAGE_QUALITY.frame(rows)


def told(table, seen, pairs=(), negative=("control",)):
    problems = Problems()
    check_images(flag_images(table, seen), seen, list(pairs), negative, problems)
    return [(p.code, p.file, p.seen) for p in problems]


def test_good_images_have_nothing_to_say():
    assert told(images(), quality()) == []
    assert told(tables.IMAGES.frame(), tables.IMAGE_QUALITY.frame()) == []


def test_flags_of_quality_are_added_and_the_given_tables_stay():
    table, seen = images(flag=["uncalibrated", "", "clipped", ""]), quality(flag=["illumination", "", "duplicate", ""])
    before = table.copy(), seen.copy()
    flagged = flag_images(table, seen)
    assert flagged["flag"].tolist() == ["uncalibrated;illumination", "", "clipped;duplicate", ""]
    tables.IMAGES.check(flagged)
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(seen, before[1])


def test_a_blurred_image_is_told_with_its_plate():
    seen = quality(focus_relative=[1.0, 1.0, 1.0, 0.444], flag=["", "", "", "out_of_focus"])
    assert told(images(), seen) == [("MG410", "3.png", "0.44")]


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.0, 0.123, [("MG409", "0.png", "12.3")]),
        (0.123, 0.0, [("MG426", "0.png", "12.3")]),
        (0.02, 0.03, [("MG409", "0.png", "3.0"), ("MG426", "0.png", "2.0")]),
        (0.007, 0.006, [("MG426", "0.png", "0.7")]),
        (0.004, 0.007, [("MG409", "0.png", "0.7")]),  # together above 1 %
        (0.006, 0.006, [("MG409", "0.png", "0.6")]),
        (0.03, 0.02, [("MG409", "0.png", "2.0"), ("MG426", "0.png", "3.0")]),
    ],
)
def test_clipped_images_are_told_by_the_end_they_reach(low, high, found):
    seen = quality(1, clipped_low_fraction=[low], clipped_high_fraction=[high])
    assert told(images(1, flag=["clipped"]), seen) == found


def test_colour_and_light_that_differ_from_the_plate_are_told():
    seen = quality(
        white_balance_od=[0.0, 0.08, 0.0, 0.0],
        illumination_od=[0.0, 0.0, -0.2, 0.0],
        tilt_od=[0.0, 0.0, 0.0, 0.07],
        flag=["", "white_balance", "illumination", "illumination"],
    )
    assert told(images(), seen) == [
        ("MG427", "1.png", "0.08"),
        ("MG428", "2.png", "-0.20"),
        ("MG428", "3.png", "+0.00"),
    ]


@pytest.mark.parametrize(
    ("level", "tilt", "codes"),
    [(0.1, 0.05, []), (-0.1, 0.0, []), (0.105, 0.0, ["MG428"]), (-0.105, 0.0, ["MG428"]), (0.0, 0.054, ["MG428"])],
)
def test_light_is_told_from_more_than_a_tenth_of_an_od_on_or_a_tilt_of_a_twentieth(level, tilt, codes):
    seen = quality(1, illumination_od=[level], tilt_od=[tilt])
    assert [code for code, _, _ in told(images(1), seen)] == codes


@pytest.mark.parametrize(("source", "effect"), [("own", "cancels"), ("blank", "counts")])
def test_drift_is_told_once_per_plate_and_says_whether_it_counts(source, effect):
    problems = Problems()
    seen = quality(drift_od=[-0.08] * 4, white_source=[source] * 4)
    check_images(images(), seen, [], (), problems)
    (only,) = problems
    assert (only.code, only.seen) == ("MG429", "-0.08")
    assert effect in only.message


def test_drift_counts_above_the_limit_and_plates_are_told_in_their_order():
    seen = quality(drift_od=[DRIFT_OD, 0.09, 0.06, DRIFT_OD]).assign(plate=["Q", "P9", "P10", "Q"])
    problems = Problems()
    check_images(images(), seen, [], (), problems)
    assert [(p.code, p.seen) for p in problems] == [("MG429", "+0.09"), ("MG429", "+0.06")]


def test_an_empty_field_is_told():
    seen = quality(2, white_scatter_od=[0.00052, 0.007], flag=["empty_field", ""])
    assert told(images(2), seen) == [("MG430", "0.png", "0.0005")]


def test_drawings_are_told_once_per_plate():
    seen = quality(annotation_fraction=[0.0, 0.012, 0.02, 0.0])
    problems = Problems()
    check_images(images(), seen, [], (), problems)
    (only,) = problems
    assert (only.code, only.seen) == ("MG431", "2")
    assert "(2 wells: A1, A2)" in only.message
    assert "2.0 %" in only.message


def test_drawings_in_two_fields_of_one_well_are_in_one_well():
    problems = Problems()
    check_images(images(well=["A1"] * 4), quality(well=["A1"] * 4, annotation_fraction=[0.01] * 4), [], (), problems)
    assert "4 images of plate P (1 well: A1) carry" in next(p.message for p in problems if p.code == "MG431")


def test_the_same_picture_in_two_wells_is_an_error_and_in_one_well_a_warning():
    table, seen = images(well=["A1", "A2", "A3", "A3"]), quality(well=["A1", "A2", "A3", "A3"])
    pairs = [Pair(0, 1, 1.0), Pair(0, 2, 0.93), Pair(1, 3, 0.8), Pair(2, 3, 1.0)]
    problems = Problems()
    check_images(table, seen, pairs, (), problems)
    assert [(p.code, p.file, p.severity) for p in problems] == [
        ("MG406", "0.png", "error"),
        ("MG432", "0.png", "error"),
        ("MG432", "1.png", "error"),
        ("MG407", "2.png", "warning"),
    ]
    assert told(table, seen, [Pair(2, 3, 0.9)]) == [("MG433", "2.png", "A3")]


def test_stained_negative_wells_are_named_once_per_plate():
    table = images(
        condition=["control", "control", "control", "ca"],
        well=["A1", "A1", "A2", "A3"],
        area_fraction=[0.001, 0.013, 0.004, 0.3],
    )
    assert told(table, quality()) == [("MG408", "", "A1 0.70 %")]
    assert told(table, quality(), negative=()) == []


@pytest.mark.parametrize(("area", "found"), [(0.005, []), (0.0052, [("MG408", "", "A0 0.52 %")])])
def test_half_a_percent_of_stain_is_allowed_in_a_negative_well(area, found):
    assert told(images(1, condition=["control"], area_fraction=[area]), quality(1)) == found


def test_numbers_that_are_not_known_say_nothing():
    unknown = dict.fromkeys(
        ("illumination_od", "tilt_od", "drift_od", "white_balance_od", "focus_relative"), [np.nan] * 4
    )
    assert told(images(), quality(**unknown)) == []
