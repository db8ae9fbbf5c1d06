"""CZI (Zeiss): header and pixels of a scan, tile by tile, by czifile (extra `czi`) and the codecs of imagecodecs.

czifile finds the tiles; they are decoded here, since its last version for Python 3.11 knows nothing of Zstandard. What
differs between that version and later ones is in `_dimensions`, `_pixel_type` and `_stored`.
"""

import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mgassay.errors import UnreadableError
from mgassay.readers.images import header
from mgassay.readers.images.bands import Bands
from mgassay.readers.images.header import Header, PixelSize, Rgb, deep_note, eight_bits, needs_extra, without_alpha

_TYPES = {"BGR24": ("<u1", 3), "BGR48": ("<u2", 3), "BGRA32": ("<u1", 4)}
_PLAIN, _JPEG_XR, _ZSTD, _ZSTD_HEADED = 0, 4, 5, 6
_BAND_ROWS = 256


@dataclass(frozen=True)
class _Tile:
    """A tile of the scan: its number in the file's directory, its place, its pixels' type and how it is compressed."""

    index: int
    top: int
    left: int
    height: int
    width: int
    kind: str
    compression: int


@dataclass(frozen=True)
class _Scan:
    """The tiles of full resolution of a CZI, later ones above earlier ones; places count from the scan's corner."""

    tiles: tuple[_Tile, ...]
    height: int
    width: int
    size: PixelSize | None


def is_czi(start: bytes) -> bool:
    """Whether a file that begins so is a CZI."""
    return start.startswith(b"ZISRAWFILE")


def czi_header(path: Path) -> Header:
    """The header of a CZI with one bright-field colour picture.

    Raises UnreadableError: MG290 without czifile, MG269 for several scenes, planes, times or channels, MG267 for grey,
    MG268 for other pixels, MG270 where the tiles leave gaps, MG295 for a compression that is not read.
    """
    scan = _scan(path)
    streamed = scan.height * scan.width > header.MOST_PIXELS
    header.check_size(scan.width, scan.height, streamed=streamed)
    _check_covered(scan)
    bits = 16 if scan.tiles[0].kind == "BGR48" else 8
    return Header("CZI", scan.width, scan.height, bits, deep_note(bits), scan.size, streamed)


def czi_bands(path: Path) -> Bands:
    """The pixels of a CZI in bands of 256 rows; a tile is decoded once while the bands it reaches into are read."""
    scan, held = _scan(path), dict[int, Rgb]()

    def read(band: int) -> Rgb:
        first, last = band * _BAND_ROWS, min(scan.height, (band + 1) * _BAND_ROWS)
        wanted = [t for t in scan.tiles if t.top < last and t.top + t.height > first]
        for gone in set(held) - {t.index for t in wanted}:
            del held[gone]
        held.update(_decoded(path, [t for t in wanted if t.index not in held]))
        pixels = np.empty((last - first, scan.width, 3), np.uint8)
        for tile in wanted:
            top, end = max(first, tile.top), min(last, tile.top + tile.height)
            part = held[tile.index][top - tile.top : end - tile.top]
            pixels[top - first : end - first, tile.left : tile.left + tile.width] = part
        return pixels

    return Bands(path, (scan.height, scan.width, 3), range(0, scan.height, _BAND_ROWS), read)


def _scan(path: Path) -> _Scan:
    """The tiles of a CZI; raises UnreadableError where they are no one colour picture."""
    for package in ("czifile", "imagecodecs"):
        if not importlib.util.find_spec(package):
            raise needs_extra("czi", package, "a CZI of Zeiss")
    with _opened(path) as czi:
        entries = list(czi.subblock_directory)
        size = _pixel_size(str(czi.metadata() or ""))
    dimensions = [_dimensions(entry) for entry in entries]
    full = [i for i, d in enumerate(dimensions) if all(size == stored for _, size, stored in d.values())]
    if not full:
        raise UnreadableError("MG265", seen="a CZI without a picture")
    _check_one_picture([dimensions[i] for i in full])
    tiles = [_tile(i, entries[i], dimensions[i]) for i in sorted(full, key=lambda i: _at(dimensions[i], "M"))]
    _check_kinds(tiles)
    top, left = min(t.top for t in tiles), min(t.left for t in tiles)
    moved = tuple(_Tile(t.index, t.top - top, t.left - left, t.height, t.width, t.kind, t.compression) for t in tiles)
    height, width = max(t.top + t.height for t in moved), max(t.left + t.width for t in moved)
    return _Scan(moved, height, width, size)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A CZI as czifile reads it; raises UnreadableError MG265 where a part that it points to is not there."""
    import czifile

    missing = getattr(czifile, "SegmentNotFoundError", ValueError)  # an Exception of no kind in czifile 2019
    try:
        with czifile.CziFile(str(path)) as czi:
            yield czi
    except missing as cause:
        raise UnreadableError("MG265", seen=str(cause)) from cause


def _dimensions(entry: Any) -> dict[str, tuple[int, int, int]]:
    """Start, size and stored size of an entry of the directory by dimension (S scene, M tile, X, Y, C, Z, T)."""
    if hasattr(entry, "dimension_entries"):  # czifile 2019
        return {d.dimension: (d.start, d.size, d.stored_size) for d in entry.dimension_entries}
    named = zip(entry.dims, entry.start, entry.shape, entry.stored_shape, strict=True)
    found = {str(name): (int(a), int(b), int(c)) for name, a, b, c in named if name != "S"}  # its S is the sample
    return found | {"S": (int(entry.scene_index), 1, 1), "M": (int(entry.mosaic_index), 1, 1)}


def _pixel_type(entry: Any) -> str:
    """The name of an entry's pixel type, such as BGR24; a text in czifile 2019, a member of an enumeration later."""
    return str(getattr(entry.pixel_type, "name", entry.pixel_type)).upper()


def _stored(czi: Any, entry: Any) -> bytes:
    """The bytes of an entry's pixels as they stand in the file."""
    segment = entry.data_segment() if hasattr(entry, "data_segment") else entry.read_segment_data(czi)
    return bytes(segment.data(raw=True))


def _tile(index: int, entry: Any, dimensions: dict[str, tuple[int, int, int]]) -> _Tile:
    """The tile of an entry; raises UnreadableError MG265 for one that stands in another file."""
    if entry.file_part:
        raise UnreadableError("MG265", seen="a scan whose tiles stand in several files")
    (top, height, _), (left, width, _) = dimensions["Y"], dimensions["X"]
    return _Tile(index, top, left, height, width, _pixel_type(entry), int(entry.compression))


def _at(dimensions: dict[str, tuple[int, int, int]], name: str) -> int:
    """Where an entry begins in a dimension, 0 where it has none."""
    return dimensions.get(name, (0, 1, 1))[0]


def _check_one_picture(dimensions: Sequence[dict[str, tuple[int, int, int]]]) -> None:
    """Raises UnreadableError MG269 where tiles differ in anything but place: scene, channel, plane, time, view."""
    names = {name for d in dimensions for name in d} - {"X", "Y", "M"}
    places = {tuple(_at(d, name) for name in sorted(names)) for d in dimensions}
    deepest = max((d[name][1] for d in dimensions for name in names if name in d), default=1)
    if len(places) > 1 or deepest > 1:
        raise UnreadableError("MG269", seen=str(max(len(places), deepest)))


def _check_kinds(tiles: Iterable[_Tile]) -> None:
    """Raises UnreadableError for pixels that are not RGB (MG267, MG268) or compressed in a way not read (MG295)."""
    for tile in tiles:
        if tile.kind.startswith("GRAY"):
            raise UnreadableError("MG267", seen=f"a CZI of {tile.kind.capitalize()} pixels")
        if tile.kind not in _TYPES:
            raise UnreadableError("MG268", seen=f"pixel type {tile.kind}")
        if tile.compression not in (_PLAIN, _JPEG_XR, _ZSTD, _ZSTD_HEADED):
            raise UnreadableError("MG295", seen=f"compression {tile.compression} of a CZI")


def _check_covered(scan: _Scan) -> None:
    """Raises UnreadableError MG270 where tiles do not cover the rectangle that they span."""
    rows = np.unique([v for t in scan.tiles for v in (t.top, t.top + t.height)])
    columns = np.unique([v for t in scan.tiles for v in (t.left, t.left + t.width)])
    covered = np.zeros((len(rows) - 1, len(columns) - 1), bool)
    for t in scan.tiles:
        down = slice(*np.searchsorted(rows, (t.top, t.top + t.height)))
        covered[down, slice(*np.searchsorted(columns, (t.left, t.left + t.width)))] = True
    missing = int(np.diff(rows) @ ~covered @ np.diff(columns))
    if missing:
        raise UnreadableError("MG270", seen=str(missing))


def _decoded(path: Path, tiles: Sequence[_Tile]) -> dict[int, Rgb]:
    """The pixels of tiles by their number."""
    if not tiles:
        return {}
    with _opened(path) as czi:
        entries = czi.subblock_directory
        return {t.index: _tile_pixels(t, _stored(czi, entries[t.index])) for t in tiles}


def _tile_pixels(tile: _Tile, stored: bytes) -> Rgb:
    """The colours of a tile; stored as blue, green, red, but JPEG XR gives them in the order of RGB."""
    import imagecodecs

    kind, channels = _TYPES[tile.kind]
    if tile.compression == _JPEG_XR:
        pixels: npt.NDArray[Any] = imagecodecs.jpegxr_decode(stored)
    else:
        plain = _unpacked(stored, tile.compression)
        pixels = np.frombuffer(plain, kind).reshape(tile.height, tile.width, channels)
        pixels = pixels[..., [2, 1, 0, 3][:channels]]
    return without_alpha(eight_bits(pixels.reshape(tile.height, tile.width, channels)))


def _unpacked(stored: bytes, compression: int) -> bytes:
    """Stored bytes without Zstandard; with a header, 16-bit channels may stand as all low and then all high bytes.

    Source: libCZI, documentation of the compression "zstd1".
    """
    import imagecodecs

    if compression == _PLAIN:
        return stored
    head = stored[0] if compression == _ZSTD_HEADED else 0
    plain = bytes(imagecodecs.zstd_decode(stored[head:]))
    if head >= 3 and stored[1] == 1 and stored[2] & 1:
        halves = np.frombuffer(plain, np.uint8).reshape(2, -1)
        return np.ascontiguousarray(halves.T).tobytes()
    return plain


def _pixel_size(xml: str) -> PixelSize | None:
    """The scaling in a CZI's metadata, in metres along X and Y; entities are refused."""
    from defusedxml.ElementTree import fromstring

    found = {}
    for item in fromstring(xml).iterfind("./Metadata/Scaling/Items/Distance") if xml.strip() else ():
        text = item.findtext("Value") or ""
        found[item.get("Id")] = 1e6 * float(text) if text else 0.0
    x, y = found.get("X", 0.0), found.get("Y", 0.0)
    return PixelSize(x, y, "CZI's scaling") if x > 0 and y > 0 else None
