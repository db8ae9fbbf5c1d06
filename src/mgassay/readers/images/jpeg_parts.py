"""The parts of a JPEG in front of its picture. Source: ITU-T T.81, annex B."""

from collections.abc import Iterator
from mmap import mmap

START_OF_SCAN = 0xDA
END_OF_IMAGE = b"\xff\xd9"
_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD9))  # markers that stand alone
_FILL = 0xFF


def jpeg_parts(held: bytes | mmap) -> Iterator[tuple[int, int, int]]:
    """Marker, place, and place behind, of each part up to the start of the first scan, which is the last one.

    Without a start of scan the file ends, or is broken, before its picture.
    """
    at, marker = 2, 0
    while marker != START_OF_SCAN and at + 4 <= len(held) and held[at] == _FILL:
        marker = held[at + 1]
        if marker == _FILL:
            at += 1
            continue
        length = 2 if marker in _WITHOUT_LENGTH else 2 + int.from_bytes(held[at + 2 : at + 4])
        yield marker, at, at + length
        at += length
