import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from mgassay.assays.images.nodules import runs_from_mask
from mgassay.report import overlay
from mgassay.report.overlay import overlay_factor, pictures_of

RGB = np.full((300, 720, 3), (230, 200, 210), np.uint8)
MASK = np.zeros((300, 720), bool)
MASK[100:200, 200:400] = True


def made(rgb=RGB, mask=MASK):
    return {k: Image.open(io.BytesIO(v)) for k, v in pictures_of(rgb, runs_from_mask(mask)).items()}


def test_a_thumbnail_is_a_small_picture_of_the_same_colours():
    thumbnail = made()["thumbnail"]
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (360, 150))
    assert np.abs(np.asarray(thumbnail).astype(int) - RGB[0, 0]).max() <= 3


@pytest.mark.parametrize(
    ("factor", "width", "taken"),
    [(6, 20, [(1, 4), (7, 10), (13, 16), (18, 19)]), (3, 9, [(0, 2), (3, 5), (6, 8)]), (2, 3, [(0, 1), (2, 2)])],
)
def test_a_thumbnail_is_of_two_pixels_of_the_middle_row_of_each_square(factor, width, taken):
    rgb = np.random.default_rng(3).integers(0, 255, (3 * factor - 1, width, 3), dtype=np.uint8)
    seen = np.asarray(overlay._thinned(rgb, factor)).astype(int)
    rows = np.arange(3) * factor + factor // 2
    expected = np.stack([rgb[np.minimum(rows, len(rgb) - 1)][:, list(two)].mean(axis=1) for two in taken], axis=1)
    assert seen.shape == expected.shape
    assert np.abs(seen - expected).max() <= 0.5  # rounded


def test_small_pictures_are_not_enlarged():
    assert {k: p.size for k, p in made(RGB[:90, :120], MASK[:90, :120]).items()} == dict.fromkeys(
        ("thumbnail", "outline", "overlay"), (120, 90)
    )


def test_the_outline_lies_around_what_was_counted_on_a_clear_ground():
    outline = np.asarray(made()["outline"].convert("RGBA"))
    assert outline.shape == (150, 360, 4)
    counted = np.zeros((150, 360), bool)
    counted[50:100, 100:200] = True
    assert (outline[counted][:, 3] == 0).all()
    assert tuple(outline[75, 99]) == (0, 255, 255, 255)
    assert tuple(outline[75, 98]) == (0, 0, 0, 255)
    assert outline[75, 97, 3] == 0
    assert (outline[..., 3] > 0).sum() == 104 * 54 - 100 * 50  # two pixels wide all round


def test_nothing_counted_is_a_clear_outline():
    assert not np.asarray(made(RGB, np.zeros_like(MASK))["outline"].convert("RGBA"))[..., 3].any()


def test_an_overlay_is_the_picture_with_the_outline():
    drawn = np.asarray(made()["overlay"]).astype(int)
    assert drawn.shape == RGB.shape
    # the double line is narrow for JPEG: darker in red outside the mask, nothing far from it or inside
    assert drawn[150, 197:200, 0].mean() < 120
    assert drawn[97:100, 300, 0].mean() < 120  # across the border of two stretches as well
    assert np.abs(drawn[150, 300] - RGB[0, 0]).max() <= 3
    assert np.abs(drawn[20, 20] - RGB[0, 0]).max() <= 3


@pytest.mark.parametrize(
    ("height", "width", "factor"),
    [(2000, 2000, 1), (5000, 6000, 1), (5001, 6000, 2), (10_000, 10_000, 2), (20_000, 20_000, 4), (60_000, 60_000, 11)],
)
def test_an_overlay_has_thirty_megapixels_at_most(height, width, factor):
    # 100 MP: 10,000 / sqrt(30 MP) = 1.83; 400 MP: 3.65; 3.6 GP: 10.95
    assert overlay_factor(height, width) == factor


def svg_of(rgb, mask, jpeg=b"\xff\xd8jpeg\xff\xd9"):
    """The root of an overlay in SVG, and its picture and outline as bytes."""
    made = pictures_of(rgb, runs_from_mask(mask), jpeg)
    assert list(made) == ["thumbnail", "outline", "overlay_svg"]
    root = ElementTree.fromstring(made["overlay_svg"])
    assert [child.tag for child in root] == 2 * ["{http://www.w3.org/2000/svg}image"]
    hrefs = [child.attrib["{http://www.w3.org/1999/xlink}href"] for child in root]
    kinds, texts = zip(*(h.split(";base64,") for h in hrefs), strict=True)
    assert kinds == ("data:image/jpeg", "data:image/png")
    return root, *(base64.b64decode(t) for t in texts)


def test_a_jpeg_is_kept_as_it_is_below_its_outline():
    root, jpeg, _ = svg_of(RGB, MASK)
    assert jpeg == b"\xff\xd8jpeg\xff\xd9"
    assert root.attrib == {"width": "720", "height": "300", "viewBox": "0 0 720 300"}
    assert (root[0].attrib["width"], root[0].attrib["height"]) == ("720", "300")


def test_the_outline_of_a_jpeg_lies_around_cells_of_two_pixels():
    mask = np.zeros((301, 721), bool)
    mask[100:200, 200:400] = mask[251, 601] = mask[300, 720] = True  # the last in cells that are cut
    root, _, png = svg_of(np.full((301, 721, 3), 220, np.uint8), mask)
    assert (root[1].attrib["width"], root[1].attrib["height"]) == ("722", "302")
    assert root[1].attrib["style"] == "image-rendering:pixelated"
    line = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    assert line.shape == (151, 361, 4)
    counted = np.zeros((151, 361), bool)
    counted[50:100, 100:200] = counted[125, 300] = counted[150, 360] = True
    assert (line[counted][:, 3] == 0).all()
    assert tuple(line[75, 99]) == tuple(line[124, 300]) == tuple(line[149, 359]) == (0, 255, 255, 255)
    assert tuple(line[75, 98]) == tuple(line[123, 300]) == tuple(line[148, 358]) == (0, 0, 0, 255)
    # two cells all round: a block of 50 x 100, a single cell, and one in a corner
    assert (line[..., 3] > 0).sum() == (54 * 104 - 50 * 100) + (25 - 1) + (9 - 1)


@pytest.mark.parametrize(("width", "cell"), [(600, 2), (1700, 2), (1800, 3), (6000, 3)])
def test_a_wide_picture_has_a_wider_outline_which_hides_nothing_that_was_counted(width, cell):
    mask = np.zeros((60, width), bool)
    mask[20:31, 40:71] = mask[50, width - 1] = True
    root, _, png = svg_of(np.full((60, width, 3), 220, np.uint8), mask)
    line = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))[..., 3]
    assert (line.shape[1] * cell, root[1].attrib["width"]) == (-(-width // cell) * cell, str(-(-width // cell) * cell))
    drawn = line.repeat(cell, axis=0).repeat(cell, axis=1)[:60, :width] > 0
    assert not drawn[mask].any()
    y, x = np.nonzero(drawn[:, : width // 2])
    assert 20 - y.min() <= 3 * cell - 1  # two lines, and what is left of a cell
    assert x.max() - 70 <= 3 * cell - 1


@pytest.mark.parametrize("limit", ["MOST_EMBEDDED", "MOST_OVERLAY"])
def test_a_jpeg_too_large_for_a_browser_is_drawn_into(monkeypatch, limit):
    monkeypatch.setattr(overlay, limit, 4)
    assert list(pictures_of(RGB, runs_from_mask(MASK), b"12345")) == ["thumbnail", "outline", "overlay"]


def test_no_part_of_an_svg_is_longer_than_readers_of_xml_take():
    assert 4 * -(-overlay.MOST_EMBEDDED // 3) + 100 < 10_000_000  # libxml2: XML_MAX_TEXT_LENGTH


@pytest.mark.parametrize(("h", "w"), [(300, 720), (301, 719)])
def test_a_reduced_overlay_shows_the_same_outline_in_its_own_pixels(monkeypatch, h, w):
    monkeypatch.setattr(overlay, "MOST_OVERLAY", 300 * 720 / 16)
    mask = np.zeros((h, w), bool)
    mask[120:200, 200:400] = mask[128 * 2 - 1, 600] = True  # a block, and a single pixel at the end of a stretch
    drawn = np.asarray(made(np.full((h, w, 3), 220, np.uint8), mask)["overlay"]).astype(int)
    factor = overlay_factor(h, w)
    assert drawn.shape == (-(-h // factor), -(-w // factor), 3)
    assert drawn[40, 50 * 4 // factor - 2, 0] < 120
    assert drawn[255 // factor, 600 // factor - 1, 0] < 120
    assert abs(drawn[5, 5, 0] - 220) <= 3


class InStretches:
    """A picture that notes which rows are asked for."""

    def __init__(self, rgb):
        self.rgb, self.shape, self.asked = rgb, rgb.shape, []

    def __getitem__(self, rows):
        self.asked.append((rows.start, rows.stop))
        return self.rgb[rows]


def test_a_picture_is_gone_through_once_in_rising_order(monkeypatch):
    rng = np.random.default_rng(8)
    rgb, mask = rng.integers(0, 256, (1500, 2200, 3), dtype=np.uint8), rng.random((1500, 2200)) > 0.9
    once, whole = InStretches(rgb), pictures_of(rgb, runs_from_mask(mask))
    monkeypatch.setattr(overlay, "_AT_ONCE", 2**19)
    assert pictures_of(once, runs_from_mask(mask)) == whole
    assert [a for a, _ in once.asked] == sorted({a for a, _ in once.asked})
    assert max(b - a for a, b in once.asked) < 300


def test_the_same_pixels_give_the_same_bytes_and_stay_as_they_were():
    rgb, mask = RGB.copy(), MASK.copy()
    first, second = pictures_of(rgb, runs_from_mask(mask)), pictures_of(rgb, runs_from_mask(mask))
    assert first == second
    assert list(first) == ["thumbnail", "outline", "overlay"]
    assert (rgb == RGB).all()
