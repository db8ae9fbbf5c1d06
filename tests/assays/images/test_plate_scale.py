"""The rest of the scale is tested where it is used, in test_alizarin.py."""

import numpy as np
import pytest

from mgassay.assays.images import plate_scale
from mgassay.assays.images.flatfield import fit_white
from mgassay.assays.images.plate_scale import (
    blank_that_fits,
    decode_suitable,
    negative_field,
    scale_of_negatives,
    threshold_of_wells,
    white_of_blank,
    white_of_image,
)
from mgassay.assays.images.stain import stain_tables
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
    problems, given = Problems() if problems is None else problems, AlizarinImageSettings(**settings)
    lookup = stain_tables(given.vector, given.gate)
    seen = [
        negative_field(None, lookup, lambda f: pictures[int(f)], given, {"file": str(i), "well": w}, problems)
        for i, w in enumerate(wells)
    ]
    return scale_of_negatives("P", None, [f for f in seen if f], lookup, given, problems)


@pytest.mark.parametrize(
    ("plain", "smooth", "expected"),
    [
        ([0.10, 0.12, 0.14], [0.1, 0.1, 0.1], 0.15),  # the floor
        ([0.20, 0.20, 0.20], [0.2, 0.2, 0.2], 0.20),
        # quartiles 0.225 and 0.275 are 0.05 apart, 0.0371 SD: 0.25 + 2 x 0.0371
        ([0.20, 0.25, 0.30], [0.2, 0.2, 0.2], 0.3241),
        ([2.00, 1.50, 0.15], [0.18, 0.18, 0.9], 0.18 + 2 * 0.015 / 1.349),  # specks: their smooth background
        ([0.15, 0.90, 0.15], [0.1, 0.9, 0.1], 0.15),  # a well that is dark all over is no measure of the spread
    ],
)
def test_the_threshold_by_hand(plain, smooth, expected):
    found = threshold_of_wells(np.array(plain), np.array(smooth), floor_od=0.15, cap_od=0.35)
    assert found == pytest.approx(expected, abs=1e-4)


def test_fields_of_a_well_are_one_well():
    # one field of three has 0.6 % stain: 0.2 % of the well if they are one, and none in the median well if they are not
    pictures = [negative(60), negative(0, 1), negative(0, 2), negative(0, 3), negative(0, 4)]
    assert scale(pictures, ["A1", "A1", "A1", "A2", "A3", "A4", "A5"][:5]).threshold_od < 0.3
    assert scale(pictures[:3], ["A1"] * 3).threshold_od == pytest.approx(0.3, abs=0.02)


def test_percentile_and_floor_are_the_labs_to_set():
    pictures = [negative(60)]
    assert scale(pictures, ["A1"], percentile=99.0).threshold_od == 0.15
    assert scale(pictures, ["A1"], percentile=99.0, floor_od=0.1).threshold_od == 0.1
    assert scale(pictures, ["A1"], floor_od=0.4).threshold_od == 0.4


def test_a_floor_above_the_cap_is_the_labs_and_no_fault_of_the_controls():
    """Clean wells ask for the floor of 0.4 OD, which is the cap too where it exceeds 0.35."""
    problems = Problems()
    found = scale([negative(0)], ["A1"], problems, floor_od=0.4)
    assert (found.threshold_od, found.flag, len(problems)) == (0.4, "", 0)


def test_no_controls_under_a_high_floor_use_the_floor():
    problems = Problems()
    found = scale([], [], problems, floor_od=0.25)
    assert (found.threshold_od, found.source, found.flag) == (0.25, "fixed", "uncalibrated")
    assert [p.seen for p in problems] == ["0.25"]


def test_a_dimmer_lamp_is_not_stain_but_a_red_field_is():
    problems = Problems()
    plate = scale([negative(0)], ["A1"])
    settings = AlizarinImageSettings()
    dim = fit_white(np.rint(negative(0, 1) * 0.6).astype(np.uint8), settings.vector)
    red = fit_white(np.rint(negative(0, 1) * 10 ** (-0.5 * STAIN)).astype(np.uint8), settings.vector)
    assert white_of_image(dim, "dim", "A2", plate, settings, problems) == (dim, "own")
    assert 10 ** dim.level() == pytest.approx([144, 143, 142], abs=1)
    assert len(problems) == 0
    assert white_of_image(red, "red", "A3", plate, settings, problems) == (plate.negative, "negatives")
    assert [(p.code, p.file, p.place, p.seen) for p in problems] == [("MG411", "red", "A3", "0.50")]


def test_a_redder_layer_is_its_own_white_where_the_controls_differ_as_much():
    """Whites of controls hold 0, 0.1 and 0.2 OD more stain: SD by quartiles 0.0741, so 0.298 above 0.1 is allowed."""
    plate = scale(
        [np.rint(negative(0, i) * 10 ** (-0.1 * i * STAIN)).astype(np.uint8) for i in range(3)], ["A1", "A2", "A3"]
    )
    assert plate.white_spread_od == pytest.approx(0.0741, abs=0.004)
    settings, problems = AlizarinImageSettings(), Problems()
    for stain, source in ((0.37, "own"), (0.43, "negatives")):
        own = fit_white(np.rint(negative(0, 9) * 10 ** (-stain * STAIN)).astype(np.uint8), settings.vector)
        assert white_of_image(own, "f", "A4", plate, settings, problems)[1] == source


def test_what_a_reader_says_of_an_image_is_passed_on():
    def decode(file):
        raise UnreadableError("MG404", place="frame 1", seen="x")

    problems = Problems()
    assert decode_suitable("a.png", "A1", decode, problems) is None
    assert [(p.code, p.file, p.place) for p in problems] == [("MG404", "a.png", "frame 1")]


def told_of_blank(blank, *fields):
    """The blank that is left, and what was told, of a plate with these fields."""
    pictures = {"blank": blank} | {str(i): f for i, f in enumerate(fields)}
    settings, problems = AlizarinImageSettings(), Problems()
    found = white_of_blank("P", "blank", pictures.__getitem__, settings, problems)
    rows = [{"file": str(i), "well": f"A{i + 1}"} for i in range(len(fields))]
    kept = found and blank_that_fits("P", "blank", found, rows, pictures.__getitem__, settings, problems)
    return kept, [(p.code, p.seen) for p in problems]


def test_a_blank_in_the_same_light_fits():
    kept, told = told_of_blank(negative(0, 1), negative(0, 2), negative(60, 3))
    assert (kept.shape, told) == ((100, 100), [])


@pytest.mark.parametrize("change", [0.5, 10 ** (-0.9 * STAIN)], ids=["dim", "stained"])
def test_a_blank_that_is_darker_than_the_fields_is_none(change):
    kept, ((code, seen),) = told_of_blank(np.rint(negative(0, 1) * change).astype(np.uint8), negative(0, 2))
    assert (kept, code) == (None, "MG415")
    # half the light is 0.301 OD in each channel, the unit vector's sum 1.678; 0.9 OD of stain is 0.9 OD
    expected = 0.301 * STAIN.sum() if isinstance(change, float) else 0.9
    assert float(seen.split()[0]) == pytest.approx(expected, abs=0.02)


def test_a_blank_of_another_size_is_none():
    kept, told = told_of_blank(negative(0, 1)[:80], negative(0, 2))
    assert (kept, told) == (None, [("MG415", "100 x 80 pixels, the images 100 x 100")])


@pytest.mark.parametrize("shape", [(1, 1), (10, 12)])
def test_a_tiny_blank_has_no_traceback(shape):
    kept, told = told_of_blank(negative(0, 1)[: shape[0], : shape[1]], negative(0, 2))
    assert (kept, [code for code, _ in told]) == (None, ["MG415"])


def test_an_overexposed_blank_is_none_though_it_is_grey():
    assert told_of_blank(np.full((100, 100, 3), 255, np.uint8), negative(0)) == (None, [("MG405", "blank")])


def test_controls_that_are_red_all_over_are_told_where_no_blank_shows_it():
    problems = Problems()
    scale([np.rint(negative(0, i) * 10 ** (-0.9 * STAIN)).astype(np.uint8) for i in range(2)], ["A1", "A2"], problems)
    assert [p.code for p in problems] == ["MG416"]
    assert float(next(iter(problems)).seen) == pytest.approx(0.9, abs=0.05)


def test_a_tiny_floor_does_not_refuse_every_white():
    plate = scale([negative(0)], ["A1"], floor_od=1e-9)
    settings, problems = AlizarinImageSettings(floor_od=1e-9), Problems()
    own = fit_white(np.rint(negative(0, 2) * 10 ** (-0.03 * STAIN)).astype(np.uint8), settings.vector)
    assert white_of_image(own, "f", "A2", plate, settings, problems)[1] == "own"


def test_what_is_painted_over_counts_for_no_percentile():
    """A bar of 6 x 60 pixels and its margin leave 100,000 pixels less some 900: the histogram has no more."""
    rgb = np.rint(np.array([240.0, 238.0, 236.0]) + np.random.default_rng(1).standard_normal((250, 400, 3))).astype(
        np.uint8
    )
    rgb[230:236, 300:360] = 0
    settings = AlizarinImageSettings()
    lookup = stain_tables(settings.vector, settings.gate)
    seen = negative_field(None, lookup, lambda _: rgb, settings, {"file": "f", "well": "A1"}, Problems())
    assert 98_000 < seen.histogram.sum() < 100_000 - 6 * 60


def test_the_smooth_background_is_asked_for_above_the_cap_only(monkeypatch):
    asked = []
    monkeypatch.setattr(plate_scale, "od_percentile", lambda histogram, percentile: float(histogram[0]))
    monkeypatch.setattr(plate_scale, "background_percentile", lambda blocks, percentile: asked.append(blocks) or 0.1)
    fields = {od: [plate_scale.NegativeField("A1", None, np.array([od]), "blocks")] for od in (0.3, 0.5)}
    assert plate_scale._levels_of_well(fields[0.3], 99.9, 0.35) == (0.3, 0.3)
    assert not asked
    assert plate_scale._levels_of_well(fields[0.5], 99.9, 0.35) == (0.5, 0.1)
    assert asked == [["blocks"]]
