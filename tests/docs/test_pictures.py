"""Pictures of docs/images: each is taken by the script, shown on a page, and small."""

import importlib.util
import io

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def picture(root):
    spec = importlib.util.spec_from_file_location("picture_script", root / "docs" / "picture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_picture_is_one_that_is_taken(picture):
    assert {p.name for p in picture.PICTURES.iterdir()} == {f"{name}.png" for name in picture.TAKEN}


def test_every_picture_is_shown(root, picture):
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert [name for name in picture.TAKEN if f"images/{name}.png)" not in text] == []


def test_pictures_are_small_and_as_wide_as_they_are_taken(picture):
    for file in picture.PICTURES.iterdir():
        assert file.stat().st_size <= picture.MOST_BYTES
        with Image.open(file) as taken:
            assert taken.width <= picture.WIDTH


def png(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_a_picture_loses_no_flat_colour_and_no_pixel(picture):
    drawn = np.full((40, 60, 3), 255, np.uint8)
    drawn[10:20, 10:50], drawn[25:35, 10:50] = (213, 94, 0), (0, 114, 178)
    made = np.asarray(Image.open(io.BytesIO(picture.small(png(drawn)))).convert("RGB"))
    assert (made == drawn).all()


def test_a_picture_that_stays_large_is_refused(picture):
    noise = np.random.default_rng(1).integers(0, 256, (700, 700, 3), np.uint8)
    with pytest.raises(ValueError, match="at most 150000"):
        picture.small(png(noise))


def test_the_check_that_is_pictured_names_the_mistake(picture):
    lines = picture.checked()
    assert any(line.startswith("ERROR MG071") for line in lines)
    assert any("Did you mean “ca_mg20”?" in line for line in lines)
    assert not [line for line in lines if "/tmp" in line or str(picture.ROOT) in line]
