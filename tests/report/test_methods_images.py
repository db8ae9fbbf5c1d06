"""What the methods paragraph says of images: what was done, and no more."""

import pytest

from mgassay import tables
from mgassay.experiment import AlizarinImageSettings
from mgassay.report import methods_images
from mgassay.report.methods_images import image_sentences
from mgassay.report.rows import Tables


@pytest.fixture
def said(hand, monkeypatch):
    """`(images changed by, settings, source of white)` -> the sentences as one text."""

    def said(change=None, white="own", problems=(), **settings):
        held = AlizarinImageSettings(**settings)
        monkeypatch.setattr(methods_images, "settings_of_plate", lambda *_: held)
        images = [{**r, "area_unit": "um2", **(change or {})} for r in hand.images()]
        made = {
            **hand.with_rows("images", images),
            "image_quality": tables.IMAGE_QUALITY.frame({**r, "white_source": white} for r in hand.image_quality()),
            "problems": tables.PROBLEMS.frame(problems),
        }
        return " ".join(image_sentences(hand.make_experiment(), Tables(made, 0.8, 2.0)))

    return said


def test_what_was_done_is_said_with_its_numbers(said):
    text = said()
    assert "Alizarin Red was measured in 2 images (JPEG) of 2 wells on 1 plate." in text
    assert "white (a quadratic surface in log space fitted to the paler part of the image itself)" in text
    assert "red, green and blue (0.38, 0.73, 0.57), scaled to length 1 (after Ruifrok 2001)." in text
    assert "99.9th percentile of stain OD, plus twice the spread" in text
    assert "not below 0.15 and not above 0.35 OD; the threshold was 0.15 OD." in text
    assert "OD in red below 0.8 times that in green" in text


def test_what_was_not_done_is_not_said(said):
    text = said()
    assert not [w for w in ("photograph", "fixed at", "left out", "averaged", "empty", "dark specks") if w in text]


def test_without_images_nothing_is_said(hand):
    assert list(image_sentences(hand.make_experiment(), Tables({}, 0.8, 2.0))) == []


@pytest.mark.parametrize(
    ("white", "words"), [("blank", "an image of an empty dish"), ("negatives", "the plate's negative wells")]
)
def test_the_white_is_named_by_its_source(said, white, words):
    assert words in said(white=white)
    assert "quadratic" not in said(white=white)


def test_a_fixed_threshold_is_no_percentile(said):
    text = said({"threshold_source": "fixed", "threshold_od": 0.2})
    assert "Without negative wells it was fixed at 0.20 OD (alizarin_1)." in text
    assert "percentile" not in text


def test_dark_specks_are_told_where_they_were_seen(said):
    assert "smooth background between them" in said({"flag": "contaminated_controls"})


def test_settings_of_the_lab_take_the_place_of_defaults(said):
    text = said(gate=0.7, floor_od=0.4, percentile=99.5, vector=(0.3, 0.8, 0.5))
    for part in ("below 0.7 times", "not below 0.4 and not above 0.4 OD", "99.5th", "(0.3, 0.8, 0.5)"):
        assert part in text, part


def test_a_size_filter_is_said_only_where_pixels_have_a_size(said):
    assert "nodules below 50 µm² were left out" in said(min_area_um2=50)
    assert "left out" not in said({"area_unit": "px"}, min_area_um2=50)


def test_fields_are_averaged_where_there_are_several(said):
    assert "Fields of a well were averaged." in said({"well": "A1"})


def test_a_photograph_is_one_picture_and_its_white_that_of_its_wells(said):
    text = said({"file": "photos/plate.png/A1"}, wells="find")
    assert "measured in 1 photograph (PNG) of 2 wells" in text
    assert "found in it as circles on a grid; the field of a well is the inner 90 % of its radius" in text
    assert "the palest parts of the wells of the photograph" in text
    assert "the image itself" not in text


def test_the_photograph_of_an_empty_plate_is_said_where_it_was_used(said):
    photo = {"change": {"file": "plate.png/A1"}, "wells": "find", "blank": "e.png"}
    assert "the wells of a photograph of an empty plate" in said(**photo)
    refused = [{"code": "MG405", "severity": "warning", "file": "e.png"}]
    assert "empty plate" not in said(**photo, problems=refused)


def test_a_name_without_an_ending_has_no_format(said):
    assert "in 1 image of 2 wells" in said({"file": "scan"})
