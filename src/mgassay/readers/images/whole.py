"""Whether a file ends where its format says, so that one that was cut off is seen without decoding it."""

import mmap
from pathlib import Path
from typing import BinaryIO

from mgassay.errors import UnreadableError

_PNG = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, b"\xff\xd9"
_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD9))  # markers of JPEG that stand alone


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
        at = 2
        while at + 4 <= len(held) and held[at] == 0xFF:
            marker = held[at + 1]
            if marker == _START_OF_SCAN:
                return held.rfind(_END_OF_IMAGE, at) >= 0
            if marker == 0xFF:  # fill
                at += 1
            elif marker in _WITHOUT_LENGTH:
                at += 2
            else:
                at += 2 + int.from_bytes(held[at + 2 : at + 4])
    return False
