"""What of a JPEG goes into an overlay: its picture, pixel for pixel, and nothing a camera noted."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from mgassay.readers.images.plain_jpeg import plain_jpeg

RGB = np.random.default_rng(3).integers(0, 256, (90, 70, 3), dtype=np.uint8)
NOTED = b"Exif\0\0" + b"49.45 N 11.08 E, by A. Person"
MOST = 10**6


def written(folder, name="a.jpg", behind=b"", **options):
    stream = io.BytesIO()
    Image.fromarray(RGB).save(stream, options.pop("kind", "JPEG"), **options)
    (folder / name).write_bytes(stream.getvalue() + behind)
    return stream.getvalue()


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("options", [{"quality": 95}, {"subsampling": "4:2:0"}, {"optimize": True}, {"keep_rgb": True}])
def test_the_picture_stays_as_it_is(tmp_path, options):
    content = written(tmp_path, **options)
    assert plain_jpeg(tmp_path, "a.jpg", MOST) == content
    assert (pixels(plain_jpeg(tmp_path, "a.jpg", MOST)) == pixels(content)).all()


def test_nothing_a_camera_noted_is_handed_on(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    small = written(tmp_path, "small.jpg")
    noted = {"exif": NOTED, "comment": b"by A. Person", "icc_profile": profile}
    content = written(tmp_path, behind=b"A. Person" + small, **noted)
    plain = plain_jpeg(tmp_path, "a.jpg", MOST)
    assert b"Person" in content
    assert b"Person" not in plain
    assert b"ICC_PROFILE" not in plain
    assert plain == small  # the same pixels without anything noted, and without the picture behind the end
    assert plain.endswith(b"\xff\xd9")


def test_what_has_to_be_turned_is_left_to_be_drawn(tmp_path):
    for orientation, is_plain in ((1, True), (6, False), (3, False)):
        exif = Image.Exif()
        exif[274] = orientation
        written(tmp_path, exif=exif)
        assert bool(plain_jpeg(tmp_path, "a.jpg", MOST)) is is_plain


def test_what_has_several_scans_is_left_to_be_drawn(tmp_path):
    written(tmp_path, progressive=True)
    assert plain_jpeg(tmp_path, "a.jpg", MOST) == b""


def test_other_files_and_large_ones_and_wells_of_photographs_are_left_to_be_drawn(tmp_path):
    size = len(written(tmp_path))
    written(tmp_path, "a.png", kind="PNG")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "cut.jpg").write_bytes(b"\xff\xd8\xff\xe1\x00\x04ab")
    assert plain_jpeg(tmp_path, "a.jpg", size)
    assert plain_jpeg(tmp_path, "a.jpg", size - 1) == b""
    for file in ("a.png", "a.jpg/B3", "absent.jpg", "empty.jpg", "cut.jpg"):
        assert plain_jpeg(tmp_path, file, MOST) == b""
