"""The quality of images, plate by plate."""

import pytest

from mgassay import tables
from mgassay.experiment import AlizarinImageSettings
from mgassay.report.image_quality import quality_listing
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables

GOOD = {
    "plate": "P1", "white_source": "own", "white_balance_od": 0.01, "illumination_od": 0.02, "tilt_od": 0.01,
    "drift_od": 0.0, "focus_relative": 1.0, "stain_r": 0.38, "stain_g": 0.73, "stain_b": 0.57, "stain_pixels": 100,
    "empty": False, "annotation_fraction": 0.0, "clipped_low_fraction": 0.0, "clipped_high_fraction": 0.0,
}  # fmt: skip


def told(hand, *rows, experiment=None):
    """(what, found, wells) of wells A1, A2 ...; `flag` and `condition` of a row are those of images.csv."""
    files = [{"file": f"{r.get('plate', 'P1')}/{i}.png", "well": f"A{i}", **r} for i, r in enumerate(rows, 1)]
    images = [{"plate": "P1", "condition": "ca_mg08", **r} for r in files]
    keep = tables.IMAGES.columns.keys()
    made = {
        "images": tables.IMAGES.frame({k: v for k, v in r.items() if k in keep} for r in images),
        "image_quality": tables.IMAGE_QUALITY.frame(
            {**GOOD, **{k: v for k, v in r.items() if k not in ("condition", "flag")}} for r in files
        ),
    }
    listing = quality_listing(Tables(made, 0.8, 2.0), experiment or hand.make_experiment())
    rows = [dict(zip(listing.heads, (c.replace(NO_BREAK, " ") for c in r), strict=True)) for r in listing.rows]
    return [(r["what"], r["found"], r.get("wells", "")) for r in rows]


def test_good_images_have_three_lines(hand):
    assert told(hand, {}, {}) == [
        ("white", "each image's own paler part: 2 images", ""),
        ("stain colour", "R, G, B measured (0.38, 0.73, 0.57), used (0.38, 0.73, 0.57): 0.0° apart", ""),
        ("flaws", "no image is out of focus, clipped, drawn into, empty, or unlike its plate", ""),
    ]


def test_every_source_of_white_is_counted_and_wells_without_their_own_are_named(hand):
    rows = [{"white_source": s} for s in ("own", "negatives", "blank", "negatives")]
    what, found, wells = told(hand, *rows)[0]
    assert what == "white"
    assert found == (
        "each image's own paler part: 1 image; the plate's blank image: 1 image; the plate's negative wells: 2 images"
    )
    assert wells == "A2, A4"


@pytest.mark.parametrize(
    ("blank", "named"), [(None, "the palest wells of the photograph"), ("e.jpg", "the photograph of the empty plate")]
)
def test_the_white_of_a_photographs_wells_is_the_photographs(hand, monkeypatch, blank, named):
    photo = AlizarinImageSettings(wells="find", blank=blank)
    monkeypatch.setattr("mgassay.report.image_quality.settings_of_plate", lambda *_: photo)
    assert told(hand, {})[0][1] == f"{named}: 1 image"


def test_the_colour_of_the_stain_is_the_mean_over_pixels_without_negative_wells(hand):
    """300 pixels of (0, 1, 0) and 100 of (1, 0, 0) are (1, 3, 0) / sqrt(10).

    The angle to (0.38, 0.73, 0.57) has the cosine (0.38 + 3 * 0.73) / sqrt(10) / 1.0006 = 0.8122: 35.7 degrees.
    """
    rows = [
        {"stain_r": 0.0, "stain_g": 1.0, "stain_b": 0.0, "stain_pixels": 300},
        {"stain_r": 1.0, "stain_g": 0.0, "stain_b": 0.0, "stain_pixels": 100},
        {"stain_r": 0.0, "stain_g": 0.0, "stain_b": 9.0, "stain_pixels": 900, "condition": "control"},
    ]
    assert told(hand, *rows)[1][1] == "R, G, B measured (0.32, 0.95, 0.00), used (0.38, 0.73, 0.57): 35.7° apart"


def test_without_stain_its_colour_is_not_claimed(hand):
    none = {"stain_r": None, "stain_g": None, "stain_b": None, "stain_pixels": 0}
    assert told(hand, none)[1][1] == "R, G, B used (0.38, 0.73, 0.57); too few stained pixels to measure it"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"flag": "out_of_focus", "focus_relative": 0.41},
         ("out of focus", "1 image below 0.6 of the plate's median sharpness, the least 0.41", "A2")),
        ({"flag": "white_balance", "white_balance_od": 0.08},
         ("white balance", "1 image, a channel up to 0.08 OD off the plate's median white", "A2")),
        ({"flag": "illumination", "illumination_od": -0.15},
         ("light unlike the plate's", "1 image, up to 0.15 OD off its brightness", "A2")),
        ({"flag": "illumination", "tilt_od": 0.07},
         ("light unlike the plate's", "1 image, up to 0.07 OD off its evenness", "A2")),
        ({"flag": "empty_field"}, ("empty field", "1 image", "A2")),
        ({"flag": "annotation;clipped", "annotation_fraction": 0.021},
         ("scale bar or text", "1 image, up to 2.1 % of a field left out", "A2")),
        ({"flag": "clipped", "clipped_low_fraction": 0.034},
         ("clipped", "1 image, up to 3.4 % of pixels at 0 and 0 % at 255", "A2")),
    ],
)  # fmt: skip
def test_a_flag_is_told_with_its_worst_value_and_its_wells(hand, row, said):
    found = told(hand, {}, row)
    assert said in found
    assert "flaws" not in [what for what, _, _ in found]


def test_a_drift_is_told_for_the_plate(hand):
    assert ("drift of the light", "0.08 OD brighter from the first image to the last", "") in told(
        hand, {"drift_od": -0.08}, {"drift_od": -0.08}
    )


def test_like_pictures_are_named_once_by_their_wells(hand):
    rows = [
        {"flag": "duplicate", "alike": "P1/2.png", "likeness": 1.0, "field": "1"},
        {"flag": "duplicate", "alike": "P1/1.png", "likeness": 1.0},
        {"flag": "duplicate", "alike": "other/x.png", "likeness": 0.87},
    ]
    assert told(hand, *rows)[2] == (
        "the same picture twice",
        "3 images",
        "A1 field 1 and A2; A3 and other/x.png (likeness 0.87)",
    )


def test_plates_are_told_one_by_one_and_without_images_there_is_nothing(hand, held):
    assert len(told(hand, {}, {"plate": "P2"})) == 6
    assert quality_listing(Tables({}, 0.8, 2.0), None).rows == ()
    assert quality_listing(Tables({"images": held["images"]}, 0.8, 2.0), hand.make_experiment()).rows == ()
