"""Whether a file ends where its format says, so that one that was cut off is seen without decoding it."""

import mmap
from pathlib import Path
from typing import BinaryIO

from mgassay.errors import UnreadableError
from mgassay.readers.images.jpeg_parts import END_OF_IMAGE, START_OF_SCAN, jpeg_parts

_PNG = b"\x89PNG\r\n\x1a\n"


def check_whole(path: Path) -> None:
    """Raises UnreadableError MG265 for a PNG without its last chunk, or a JPEG without the mark of its end.

    Other files pass. Sources: PNG (third edition), 5.3 chunk layout; ITU-T T.81, annex B.
    """
    with path.open("rb") as file:
        start = file.read(len(_PNG))
        ends = _png_ends(file) if start == _PNG else _jpeg_ends(file) if start.startswith(b"\xff\xd8") else True
    if not ends:
        raise UnreadableError("MG265", seen="the file ends before the picture does")


def _png_ends(file: BinaryIO) -> bool:
    """Whether chunk follows on chunk up to the one named IEND."""
    size = file.seek(0, 2)
    at = len(_PNG)
    while at + 12 <= size:
        file.seek(at)
        head = file.read(8)
        if head[4:] == b"IEND":
            return True
        at += 12 + int.from_bytes(head[:4])
    return False


def _jpeg_ends(file: BinaryIO) -> bool:
    """Whether the mark of the end stands behind the start of the first scan (smaller copies in front have one too)."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        scans = (at for marker, at, _ in jpeg_parts(held) if marker == START_OF_SCAN)
        return any(held.rfind(END_OF_IMAGE, at) >= 0 for at in scans)
