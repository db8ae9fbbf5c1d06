"""Blank images that settings name: there, elsewhere, or nowhere."""

import unicodedata

import numpy as np
import pytest
from PIL import Image

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.images.blank_images import blank_of_row, open_named

RAW = RawFile(file="images", assay="alizarin_image", plate="P1")
WHITE = np.full((4, 5, 3), (225, 220, 210), np.uint8)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "x" / "images").mkdir(parents=True)
    for place in ("x/images/blank.png", "outside.png"):
        Image.fromarray(WHITE).save(tmp_path / place)
    return tmp_path / "x"


@pytest.fixture
def problems():
    return Problems()


@pytest.mark.parametrize("named", ["images/blank.png", "./images/blank.png", "images//blank.png"])
def test_a_blank_is_known_among_the_images_however_it_is_written(folder, problems, named):
    assert blank_of_row(folder, RAW, named, problems) == "images/blank.png"
    assert open_named(folder, named)[0:4].tolist() == WHITE.tolist()
    assert list(problems) == []


def test_no_blank_is_none(folder, problems):
    assert [blank_of_row(folder, RAW, named, problems) for named in (None, "")] == ["", ""]
    assert list(problems) == []


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("images/gone.png", "MG282"),
        ("images", "MG282"),
        ("../outside.png", "MG041"),
        ("/etc/hostname", "MG041"),
    ],
)
def test_one_that_is_not_in_the_folder_is_told_and_never_opened(folder, problems, named, code):
    blank_of_row(folder, RAW, named, problems)
    assert [(p.code, p.severity, p.file, p.seen) for p in problems] == [(code, "error", named, named)]
    with pytest.raises(UnreadableError) as error:
        open_named(folder, named)
    assert (error.value.code, error.value.seen) == (code, named)


def test_one_that_can_never_be_decoded_is_told_before_it_is(folder, problems):
    Image.fromarray(WHITE[..., 0]).save(folder / "images" / "grey.png")
    assert blank_of_row(folder, RAW, "images/grey.png", problems) == "images/grey.png"
    assert [(p.code, p.file) for p in problems] == [("MG267", "images/grey.png")]


def test_a_link_out_of_the_folder_is_not_followed(folder, problems):
    (folder / "images" / "link.png").symlink_to(folder.parent / "outside.png")
    with pytest.raises(UnreadableError) as error:
        open_named(folder, "images/link.png")
    assert error.value.code == "MG041"


def test_an_umlaut_may_be_one_sign_or_two(folder, problems):
    Image.fromarray(WHITE).save(folder / "images" / unicodedata.normalize("NFD", "weiß_ä.png"))
    named = unicodedata.normalize("NFC", "images/weiß_ä.png")
    assert open_named(folder, named).shape == (4, 5, 3)
    assert blank_of_row(folder, RAW, named, problems) == unicodedata.normalize("NFD", named)
    assert list(problems) == []
