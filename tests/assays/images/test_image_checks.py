import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.images.image_checks import check_images, flag_images
from mgassay.problems import Problems


def images(n=4, **columns):
    rows = [
        {"file": f"{i}.png", "plate": "P", "well": f"A{i}", "condition": "ca", "area_fraction": 0.1, "focus": 0.9}
        | {"clipped_fraction": 0.0}
        | {k: v[i] for k, v in columns.items()}
        for i in range(n)
    ]
    return tables.IMAGES.frame(rows)


def found(table, digests=None, negative=("control",)):
    problems = Problems()
    digests = digests or [str(i) for i in range(len(table))]
    flagged = flag_images(table, digests)
    check_images(flagged, digests, negative, problems)
    return flagged["flag"].tolist(), [(p.code, p.file, p.seen) for p in problems]


def test_good_images_have_nothing_to_say():
    assert found(images()) == ([""] * 4, [])


def test_a_blurred_image_is_measured_by_its_plate():
    flags, problems = found(images(focus=[0.9, 0.95, 0.9, 0.4]))
    assert flags == ["", "", "", "out_of_focus"]
    assert problems == [("MG410", "3.png", "0.44")]


@pytest.mark.parametrize("focus", [[0.9, 0.4, np.nan, np.nan], [np.nan] * 4])
def test_focus_is_not_judged_by_fewer_than_three(focus):
    assert found(images(focus=focus)) == ([""] * 4, [])


def test_plates_are_judged_apart():
    flags, _ = found(images(6, plate=list("PPPQQQ"), focus=[0.9, 0.9, 0.9, 0.4, 0.4, 0.4]))
    assert flags == [""] * 6


def test_the_same_picture_in_two_wells_is_an_error_and_in_one_well_a_warning():
    table = images(4, well=["A1", "A2", "A3", "A3"])
    flags, problems = found(table, ["x", "x", "y", "y"])
    assert flags == ["duplicate"] * 4
    assert [p[:2] for p in problems] == [("MG406", "0.png"), ("MG407", "2.png")]


def test_stained_negative_wells_are_named_once_per_plate():
    table = images(
        condition=["control", "control", "control", "ca"],
        well=["A1", "A1", "A2", "A3"],
        area_fraction=[0.001, 0.013, 0.004, 0.3],
    )
    assert found(table)[1] == [("MG408", "", "A1 0.70 %")]
    assert found(table, negative=())[1] == []


def test_clipped_images_are_told_and_keep_their_flag():
    flags, problems = found(images(2, flag=["clipped", ""], clipped_fraction=[0.123, 0.0]))
    assert flags == ["clipped", ""]
    assert problems == [("MG409", "0.png", "12.3")]


def test_no_images_are_no_problem_and_the_given_table_stays():
    assert found(tables.IMAGES.frame()) == ([], [])
    table = images(3, focus=[0.9, 0.9, 0.1])
    before = table.copy()
    flag_images(table, ["a", "a", "b"])
    pd.testing.assert_frame_equal(table, before)
