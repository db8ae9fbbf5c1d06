"""The rest of the scale is tested where it is used, in test_alizarin.py."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.images.plate_scale import decode_suitable, plate_scale, white_of_image
from mgassay.errors import UnreadableError
from mgassay.experiment import AlizarinImageSettings
from mgassay.problems import Problems

STAIN = np.array([0.38, 0.73, 0.57]) / np.linalg.norm([0.38, 0.73, 0.57])


def negative(stained_pixels, seed=0):
    """A bright field of 100 x 100 pixels, some of them with 0.3 OD of stain."""
    rng = np.random.default_rng(seed)
    rgb = np.array([240.0, 238.0, 236.0]) + rng.standard_normal((100, 100, 3))
    rgb.reshape(-1, 3)[:stained_pixels] *= 10 ** (-0.3 * STAIN)
    return np.rint(rgb).astype(np.uint8)


def scale(pictures, wells, problems=None, **settings):
    rows = [{"file": str(i), "plate": "P", "well": w, "condition": "control"} for i, w in enumerate(wells)]
    return plate_scale(
        "P",
        "",
        tables.IMAGE_FILES.frame(rows),
        lambda f: pictures[int(f)],
        AlizarinImageSettings(**settings),
        Problems() if problems is None else problems,
    )


def test_fields_of_a_well_are_one_well():
    # one field of three has 0.6 % stain: 0.2 % of the well if they are one, and none in the median well if they are not
    pictures = [negative(60), negative(0, 1), negative(0, 2), negative(0, 3), negative(0, 4)]
    assert scale(pictures, ["A1", "A1", "A1", "A2", "A3"]).threshold_od == 0.15
    assert scale(pictures[:3], ["A1"] * 3).threshold_od == pytest.approx(0.3, abs=0.02)
    assert scale(pictures[:3], ["A1", "A2", "A3"]).threshold_od == 0.15


def test_percentile_and_floor_are_the_labs_to_set():
    pictures = [negative(60)]
    assert scale(pictures, ["A1"], percentile=99.0).threshold_od == 0.15
    assert scale(pictures, ["A1"], percentile=99.0, floor_od=0.1).threshold_od == 0.1
    assert scale(pictures, ["A1"], floor_od=0.4).threshold_od == 0.4


def test_no_controls_under_a_high_floor_use_the_floor():
    problems = Problems()
    found = scale([], [], problems, floor_od=0.25)
    assert (found.threshold_od, found.source, found.flag) == (0.25, "fixed", "uncalibrated")
    assert [p.seen for p in problems] == ["0.25"]


def test_a_dimmer_lamp_is_not_stain_but_a_red_field_is():
    problems = Problems()
    plate = scale([negative(0)], ["A1"])
    settings = AlizarinImageSettings()
    dim = np.rint(negative(0, 1) * 0.6).astype(np.uint8)
    red = np.rint(negative(0, 1) * 10 ** (-0.5 * STAIN)).astype(np.uint8)
    assert 10 ** white_of_image(dim, "dim", "A2", plate, settings, problems).level() == pytest.approx(
        [144, 143, 142], abs=1
    )
    assert len(problems) == 0
    assert white_of_image(red, "red", "A3", plate, settings, problems) is plate.negative
    assert [(p.code, p.file, p.place, p.seen) for p in problems] == [("MG411", "red", "A3", "0.50")]


def test_what_a_reader_says_of_an_image_is_passed_on():
    def decode(file):
        raise UnreadableError("MG404", place="frame 1", seen="x")

    problems = Problems()
    assert decode_suitable("a.png", "A1", decode, problems) is None
    assert [(p.code, p.file, p.place) for p in problems] == [("MG404", "a.png", "frame 1")]
