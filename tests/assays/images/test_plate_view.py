"""Images against their plate: scores made by hand, then simulated plates with a known fault in one image."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from mgassay import tables
from mgassay.assays.images.cell_cover import Cover, cell_cover
from mgassay.assays.images.flatfield import fit_white, unit_vector
from mgassay.assays.images.image_quality import sight_of
from mgassay.assays.images.image_score import ImageScore, score_of_image
from mgassay.assays.images.plate_view import Pair, quality_from_scores
from mgassay.simulate.pictures import photograph, stained_field

VECTOR = (0.38, 0.73, 0.57)
LEVEL = np.log10([236.0, 232.0, 226.0])
SCORE = ImageScore("", np.full((16, 16), np.nan), 640, 480, "own", LEVEL, np.zeros(2), 0.005, False, 0.0, 0.0, 0.0)


def scores(n=4, **changes):
    """Scores that are alike but for what is changed: name=[one value per image]."""
    return [replace(SCORE, digest=str(i), **{k: v[i] for k, v in changes.items()}) for i in range(n)]


def judged(own, acellular=(), **columns):
    rows = [
        {"file": f"{i}.png", "plate": "P", "well": f"A{i}", "condition": "ca", "focus": 0.9}
        | {k: v[i] for k, v in columns.items()}
        for i in range(len(own))
    ]
    quality, pairs = quality_from_scores(tables.IMAGES.frame(rows), own, acellular)
    tables.IMAGE_QUALITY.check(quality)
    return quality, pairs


def test_images_that_are_alike_have_no_flag():
    quality, pairs = judged(scores())
    assert quality["flag"].tolist() == [""] * 4
    assert pairs == []
    assert quality.loc[0, ["white_balance_od", "illumination_od", "tilt_od", "focus_relative"]].tolist() == [0, 0, 0, 1]
    assert judged([])[0].empty


def test_a_blurred_image_is_measured_by_its_plate():
    quality, _ = judged(scores(), focus=[0.9, 0.95, 0.9, 0.4])
    assert quality["focus_relative"].to_numpy() == pytest.approx(np.array([0.9, 0.95, 0.9, 0.4]) / 0.9)
    assert quality["flag"].tolist() == ["", "", "", "out_of_focus"]


@pytest.mark.parametrize("focus", [[0.9, 0.4, np.nan, np.nan], [np.nan] * 4])
def test_focus_is_not_judged_by_fewer_than_three(focus):
    quality, _ = judged(scores(), focus=focus)
    assert quality["focus_relative"].isna().all()
    assert quality["flag"].tolist() == [""] * 4


def test_focus_is_judged_by_three():
    quality, _ = judged(scores(3), focus=[0.9, 0.9, 0.4])
    assert quality["focus_relative"].to_numpy() == pytest.approx([1, 1, 0.4 / 0.9])
    assert quality["flag"].tolist() == ["", "", "out_of_focus"]


@pytest.mark.parametrize(("focus", "flag"), [(0.53, "out_of_focus"), (0.55, "")])
def test_six_tenths_of_the_plates_focus_are_enough(focus, flag):
    """0.53 of 0.9 is 0.589, 0.55 of it 0.611."""
    assert judged(scores(3), focus=[0.9, 0.9, focus])[0]["flag"].tolist() == ["", "", flag]


def test_plates_are_judged_apart():
    own = scores(6, level=[LEVEL] * 3 + [LEVEL - 0.3] * 3)
    quality, _ = judged(own, plate=list("PPPQQQ"), focus=[0.9, 0.9, 0.9, 0.4, 0.4, 0.4])
    assert quality["flag"].tolist() == [""] * 6


def test_white_balance_is_what_is_left_when_brightness_is_taken_off():
    # by hand: blue 0.09 less is 0.03 darker on the whole; red and green then differ by 0.03, blue by 0.06
    warm, dim = LEVEL - [0, 0, 0.09], LEVEL - 0.15
    quality, _ = judged(scores(5, level=[LEVEL, LEVEL, LEVEL, warm, dim]))
    assert quality["white_balance_od"].to_numpy() == pytest.approx([0, 0, 0, 0.06, 0], abs=1e-12)
    assert quality["illumination_od"].to_numpy() == pytest.approx([0, 0, 0, 0.03, 0.15], abs=1e-12)
    assert quality["flag"].tolist() == ["", "", "", "white_balance", "illumination"]


def test_a_pale_field_stained_up_to_the_floor_is_no_other_white_balance():
    stained = LEVEL - 0.15 * unit_vector(VECTOR)
    assert judged(scores(4, level=[LEVEL, LEVEL, LEVEL, stained]))[0]["flag"].tolist() == [""] * 4


def test_tilt_is_from_corner_to_corner_against_the_plate():
    # slopes that differ by 0.02 and -0.01 per unit, corners two units apart each way: 0.06 OD
    plate = np.array([0.01, 0.01])
    quality, _ = judged(scores(4, tilt=[plate, plate, plate, np.array([0.03, 0.0])]))
    assert quality["tilt_od"].to_numpy() == pytest.approx([0, 0, 0, 0.06], abs=1e-12)
    assert quality["flag"].tolist() == ["", "", "", "illumination"]


@pytest.mark.parametrize(("source", "flag"), [("own", ""), ("blank", "illumination")])
def test_drift_counts_where_the_white_is_not_the_images_own(source, flag):
    # 0.006 OD from image to image, 11 steps; every other image 0.001 off, which Theil-Sen does not see
    own = scores(12, level=[LEVEL - 0.006 * i + 0.001 * (i % 2) for i in range(12)], white_source=[source] * 12)
    quality, _ = judged(own)
    assert quality["drift_od"].to_numpy() == pytest.approx([0.066] * 12, abs=0.002)
    assert quality["flag"].tolist() == [flag] * 12


@pytest.mark.parametrize(("step", "flag"), [(0.0048, "illumination"), (0.0045, "")])
def test_a_twentieth_of_an_od_over_the_plate_is_drift(step, flag):
    """11 steps of 0.0048 OD are 0.0528, of 0.0045 OD 0.0495."""
    own = scores(12, level=[LEVEL - step * i for i in range(12)], white_source=["blank"] * 12)
    quality, _ = judged(own)
    assert quality["drift_od"].to_numpy() == pytest.approx([11 * step] * 12)
    assert quality["flag"].tolist() == [flag] * 12


def test_scatter_without_a_trend_is_no_drift():
    rng = np.random.default_rng(2)
    quality, _ = judged(scores(24, level=[LEVEL + x for x in 0.02 * rng.standard_normal(24)]))
    assert quality["drift_od"].tolist() == [0.0] * 24
    assert judged(scores(7))[0]["drift_od"].isna().all()


def test_an_image_without_a_white_of_its_own_is_not_judged_by_it_and_judges_no_other():
    own = scores(4, level=[np.full(3, np.nan), LEVEL, LEVEL, LEVEL], tilt=[np.full(2, np.nan)] + [np.zeros(2)] * 3)
    quality, _ = judged(own)
    assert np.isnan(quality.loc[0, ["white_balance_od", "illumination_od", "tilt_od"]].astype(float)).all()
    assert quality.loc[1, "illumination_od"] == 0
    assert judged(own[:3])[0]["illumination_od"].isna().all()  # two that have one


def test_a_bare_field_is_empty_unless_its_condition_has_no_cells():
    own = scores(2, is_bare=[True, True])
    quality, _ = judged(own, ["acellular"], condition=["ca", "acellular"])
    assert quality["empty"].tolist() == [True, False]
    assert quality["flag"].tolist() == ["empty_field", ""]


def test_what_is_drawn_is_flagged():
    quality, _ = judged(scores(2, annotation_fraction=[0.0, 0.01]))
    assert quality["flag"].tolist() == ["", "annotation"]


def test_equal_pixels_are_pairs_over_all_plates():
    own = [replace(s, digest=d) for s, d in zip(scores(4), "abaa", strict=True)]
    quality, pairs = judged(own, plate=list("PPPQ"))
    assert pairs == [Pair(0, 2, 1.0), Pair(0, 3, 1.0)]  # as many as there are copies
    assert quality["alike"].tolist() == ["2.png", "", "0.png", "0.png"]
    assert quality["flag"].tolist() == ["duplicate", "", "duplicate", "duplicate"]


# Simulated plates: one image with a known fault among good ones ------------------------------------------------------


def photographed(seed, fraction, shape=(480, 640)):
    rng = np.random.default_rng(seed)
    return photograph(stained_field(fraction, shape, rng), rng)


def scored(rgb, fraction=0.0):
    sight = sight_of(rgb)
    own = fit_white(sight.picture, VECTOR)
    cover = cell_cover(sight.look, own, None, unit_vector(VECTOR), fraction)
    return score_of_image(sight, own, "own", cover, fraction, unit_vector(VECTOR))


PLATE = [0.0] * 6 + [0.02, 0.1, 0.2, 0.4]


@pytest.fixture(scope="module")
def plate():
    return [photographed(seed, fraction) for seed, fraction in enumerate(PLATE)]


@pytest.fixture(scope="module")
def good(plate):
    return [scored(rgb, fraction) for rgb, fraction in zip(plate, PLATE, strict=True)]


def test_a_good_plate_has_no_flags(good):
    quality, pairs = judged(good)
    assert quality["flag"].tolist() == [""] * len(PLATE)
    assert pairs == []
    assert quality["white_source"].tolist() == ["own"] * len(PLATE)
    assert set(zip(quality["width_px"], quality["height_px"], strict=True)) == {(640, 480)}


@pytest.mark.parametrize(
    ("fault", "flag"),
    [
        (lambda rgb: rgb * [1.0, 0.99, 0.82], "white_balance"),
        (lambda rgb: rgb * 0.7, "illumination"),
        (lambda rgb: rgb * np.linspace(0.85, 1.0, 640)[:, None], "illumination"),
    ],
    ids=["blue 18 % less", "30 % less light", "15 % less on one side"],
)
@pytest.mark.parametrize("at", [0, 9])
def test_one_image_with_a_fault_is_the_one_that_is_flagged(plate, good, fault, flag, at):
    wrong = scored(np.rint(fault(plate[at])).astype(np.uint8), PLATE[at])
    quality, _ = judged([*good[:at], wrong, *good[at + 1 :]])
    assert [f for f in quality["flag"] if f] == [flag]
    assert flag in quality["flag"][at]


def test_an_empty_dish_among_pale_layers_is_the_one_that_is_empty(plate, good):
    rng = np.random.default_rng(8)
    y, x = np.meshgrid(np.linspace(-1, 1, 480), np.linspace(-1, 1, 640), indexing="ij")
    light = np.array([236, 228, 215]) * 10 ** (-0.03 * (x * x + y * y))[..., None]
    dish = np.rint(light + 1.5 * rng.standard_normal(light.shape)).astype(np.uint8)
    quality, _ = judged([*good, scored(dish)])
    assert quality["flag"].tolist() == [""] * len(PLATE) + ["empty_field"]
    # the same dish with 3 % of cells, or a layer out of focus, is not empty
    cells = ndimage.gaussian_filter(rng.standard_normal((480, 640)), 12)
    some = dish * 10 ** (-0.04 * (cells > np.quantile(cells, 0.97)))[..., None]
    soft = ndimage.gaussian_filter(plate[0], (6, 6, 0)) + 1.5 * rng.standard_normal(dish.shape)
    for rgb in (some, soft):
        assert not scored(np.clip(np.rint(rgb), 0, 255).astype(np.uint8)).is_bare


@pytest.mark.parametrize(
    "how", ["as it should be", "noisy sensor", "dim lamp", "strong vignetting", "JPEG 40", "strong pink layer, debris"]
)
def test_plates_under_hard_conditions_are_not_taken_for_faulty(how):
    """Closed layers from clean to half stained, seen alike: nothing differs within the plate but the stain."""
    from mgassay.simulate.micrographs import SCENES, micrograph

    scene = next(s for s in SCENES if s.name == how)
    areas = [0.0, 0.0, 0.0, 0.0, 0.02, 0.1, 0.3, 0.5]
    fields = [micrograph(scene, a, (480, 640), np.random.default_rng(100 + i)).rgb for i, a in enumerate(areas)]
    quality, pairs = judged([scored(rgb, a) for rgb, a in zip(fields, areas, strict=True)])
    assert quality["flag"].tolist() == [""] * 8
    assert pairs == []


def test_a_field_saved_for_another_well_in_another_form_is_found(plate, good):
    turned = scored(np.ascontiguousarray(np.rot90(plate[7])))
    quality, pairs = judged([*good, turned])
    assert [(p.first, p.second) for p in pairs] == [(7, 10)]
    assert pairs[0].likeness > 0.85
    assert quality.loc[[7, 10], "alike"].tolist() == ["10.png", "7.png"]
    assert quality.loc[[7, 10], "flag"].tolist() == ["duplicate", "duplicate"]


def test_a_white_taken_from_negatives_leaves_the_images_own_unknown(plate):
    sight = sight_of(plate[0])
    own = fit_white(sight.picture, VECTOR)
    score = score_of_image(sight, own, "negatives", Cover(np.nan, 0.01), 0.9, unit_vector(VECTOR))
    assert np.isnan(score.level).all()
    assert np.isnan(score.tilt).all()
    assert not score.is_bare
