"""Files that were cut off are seen by their header alone, since `mgassay check` decodes nothing."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from mgassay.errors import UnreadableError
from mgassay.readers.images.pixels import read_header
from mgassay.readers.images.whole import check_whole

RGB = np.random.default_rng(5).integers(0, 256, (120, 130, 3), dtype=np.uint8)


def written(kind, **options):
    stream = io.BytesIO()
    Image.fromarray(RGB).save(stream, format=kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"})],
)
def test_a_file_that_was_cut_off_is_seen_before_it_is_decoded(tmp_path, monkeypatch, kind, options, part):
    content = written(kind, **options)
    (tmp_path / "a").write_bytes(content)
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    read_header(tmp_path / "a")
    (tmp_path / "a").write_bytes(content[: int(part * len(content))])
    with pytest.raises(UnreadableError) as error:
        read_header(tmp_path / "a")
    assert error.value.code == "MG265"


def test_the_smaller_copy_in_a_jpeg_does_not_count_as_its_end(tmp_path):
    small = io.BytesIO()
    Image.fromarray(RGB[:16, :16]).save(small, format="JPEG")
    content = written("JPEG", exif=b"Exif\0\0" + small.getvalue())  # with a mark of its end inside
    assert content.count(b"\xff\xd9") == 2
    (tmp_path / "a.jpg").write_bytes(content)
    check_whole(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(content[:-200])
    with pytest.raises(UnreadableError):
        check_whole(tmp_path / "a.jpg")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_stands_behind_the_end_is_of_no_account(tmp_path, kind):
    (tmp_path / "a").write_bytes(written(kind) + b"written behind by a telephone" * 9)
    check_whole(tmp_path / "a")


def test_a_tile_behind_the_end_of_a_tiff_is_seen(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", RGB, photometric="rgb", tile=(64, 64), compression="zlib")
    read_header(tmp_path / "a.tif")
    content = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(content[:-100])
    with pytest.raises(UnreadableError) as error:
        read_header(tmp_path / "a.tif")
    assert (error.value.code, error.value.seen) == ("MG265", "the file ends before the picture does")
