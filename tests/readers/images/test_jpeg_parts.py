"""Parts of a JPEG, written by hand after ITU-T T.81, annex B: marker, length (its own two bytes in it), content."""

from mgassay.readers.images.jpeg_parts import jpeg_parts

APP1 = b"\xff\xe1\x00\x06abcd"
SCAN = b"\xff\xda\x00\x04xx"


def test_parts_follow_each_other_up_to_the_first_scan():
    # 2 bytes of start, 8 of APP1, a restart marker without length, one byte of fill, then the scan's 6
    held = b"\xff\xd8" + APP1 + b"\xff\xd0" + b"\xff" + SCAN + b"data" + APP1
    assert list(jpeg_parts(held)) == [(0xE1, 2, 10), (0xD0, 10, 12), (0xDA, 13, 19)]


def test_what_is_broken_ends_the_parts():
    assert list(jpeg_parts(b"\xff\xd8" + APP1 + b"no marker")) == [(0xE1, 2, 10)]
    assert list(jpeg_parts(b"\xff\xd8")) == []
    assert list(jpeg_parts(b"")) == []
