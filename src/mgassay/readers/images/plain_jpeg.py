"""JPEG files that a browser shows as the pixels that were measured, and nothing of them but the picture.

A camera or telephone writes more into a file than its picture: where and when it was taken, by whom, smaller copies. A
lab hands overlays on, so all of that is left out. So is a colour profile: what was measured is the pixels without it.
"""

from pathlib import Path

import numpy as np

from mgassay.readers.images.jpeg_parts import END_OF_IMAGE, START_OF_SCAN, jpeg_parts
from mgassay.readers.images.pixels import read_header
from mgassay.readers.paths import is_file, spelt_as_on_disk

_APPLICATION = range(0xE0, 0xF0)
_EXIF, _COMMENT = 0xE1, 0xFE
_NEEDED = (0xE0, 0xEE)  # JFIF, and Adobe's, which says how colours are stored
_SEQUENTIAL = (0xC0, 0xC1)  # frames whose colours may all stand in one scan
_COLOURS = 3
_FRAMES = (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))


def plain_jpeg(folder: Path, file: str, most: int) -> bytes:
    """An image file that was opened, as a JPEG without anything but its picture; empty where it is not that plain.

    Plain is a JPEG file of at most `most` bytes that lies upright, with all three colours in one scan (not progressive,
    where more parts follow). A well of a photograph is no file.
    """
    path = folder / spelt_as_on_disk(folder, file)
    if not is_file(path) or path.stat().st_size > most:
        return b""
    content = path.read_bytes()
    parts = list(jpeg_parts(content)) if content.startswith(b"\xff\xd8") else []
    alone = _picture_alone(content, parts)
    turned = alone and any(kind == _EXIF for kind, _, _ in parts) and read_header(path).orientation > 1
    return b"" if turned else alone


def _picture_alone(content: bytes, parts: list[tuple[int, int, int]]) -> bytes:
    """What is needed to show a JPEG of these parts; empty where its colours do not stand in a single scan.

    Neither what its camera noted is, nor what stands behind its end.
    """
    marker, scan, begins = parts[-1] if parts else (0, 0, 0)
    sequential = all(kind in _SEQUENTIAL for kind, _, _ in parts if kind in _FRAMES)
    if marker != START_OF_SCAN or content[scan + 4] != _COLOURS or not sequential:
        return b""
    shown = (content[at:behind] for kind, at, behind in parts if _is_shown(kind))
    return b"".join((content[:2], *shown, content[begins : _end_of_scan(content, begins)]))


def _end_of_scan(content: bytes, begins: int) -> int:
    """The place behind the mark of the end, in whose stead no two bytes of a scan stand; at a tenth of bytes.find."""
    scan = np.frombuffer(content, np.uint8, offset=begins)
    ends = scan[1:] == END_OF_IMAGE[1]
    ends &= scan[:-1] == END_OF_IMAGE[0]
    return begins + 2 + int(ends.argmax())


def _is_shown(marker: int) -> bool:
    """Whether a part of a JPEG is needed to show it."""
    return marker in _NEEDED or (marker not in _APPLICATION and marker != _COMMENT)
