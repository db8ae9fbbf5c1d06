"""Whether the images of a plate are of one size: a thumbnail or a crop among them counts like any other field."""

from collections import Counter
from collections.abc import Mapping

from mgassay.experiment import RawFile
from mgassay.problems import Problems, listed
from mgassay.readers.images.header import Header

RATIO = 2.0  # of pixels, between images of a plate, from which it is told
LEAST = 0.02  # of the plate's commonest number of pixels, below which an image is a thumbnail


def of_usual_size(raw: RawFile, headers: Mapping[str, Header], problems: Problems) -> dict[str, Header]:
    """The images of a plate without its thumbnails, each judged against the plate's commonest number of pixels.

    An error names those that have less than a fiftieth of it, which are left out; a warning those that have twice as
    many, or half, which stay.
    """
    pixels = {name: header.width * header.height for name, header in headers.items()}
    common = Counter(pixels.values()).most_common(1)[0][0] if pixels else 0
    usual = next((_size(h) for n, h in headers.items() if pixels[n] == common), "")
    tiny = [n for n, count in pixels.items() if count < LEAST * common]
    other = [n for n, count in pixels.items() if n not in tiny and not common / RATIO < count < common * RATIO]
    for code, names in (("MG284", tiny), ("MG283", other)):
        if names:
            facts = {"seen": listed(_size(headers[n]) for n in names), "plate": raw.plate, "usual": usual}
            problems.add(code, file=raw.file, place=listed(names), **facts)
    return {n: h for n, h in headers.items() if n not in tiny}


def of_one_size(raw: RawFile, headers: Mapping[str, Header], problems: Problems) -> dict[str, Header]:
    """The photographs that are as large as the first: `well_grid` gives places in pixels. Others are told."""
    first = next((_size(h) for h in headers.values()), "")
    alike = {n: h for n, h in headers.items() if _size(h) == first}
    for name in (n for n in headers if n not in alike):
        seen = (
            f"it has {_size(headers[name])} pixels and the first photograph {first}, so one well_grid cannot fit both"
        )
        problems.add("MG279", file=name, seen=seen, plate=raw.plate)
    return alike


def _size(header: Header) -> str:
    """Width and height for a message."""
    return f"{header.width}×{header.height}"
