"""The pixel size of every image of a row of files.csv: what the lab declared, else what the file's metadata says."""

import math
from collections.abc import Iterable, Mapping

from mgassay.experiment import RawFile
from mgassay.problems import Problems, listed
from mgassay.readers.images.header import Header, PixelSize

CONTRADICTION = 0.05  # relative difference between what is declared and the metadata, or within a plate
POSSIBLE_UM = (0.01, 1000.0)  # from the finest objectives to a photograph of a whole plate
_BOUNDS = {"low": f"{POSSIBLE_UM[0]:g}", "high": f"{POSSIBLE_UM[1]:g}"}
_SQUARE = 0.01  # relative difference between the sides of a pixel that is still called square


def pixel_sizes(
    raw: RawFile, headers: Mapping[str, Header], declared: float | None, problems: Problems
) -> dict[str, float]:
    """Side of a pixel in µm by image, NaN where neither the lab nor the file says.

    A size that no camera has is an error and counts as none.
    Of a pixel that is not square it is the side of the square of the same area, so that areas in µm² are right. A
    notice tells whose metadata was used, a warning where metadata contradict what was declared, and where images of
    the plate differ by more than 5 %.
    """
    found = _possible(raw, headers, problems)
    if declared is not None and not POSSIBLE_UM[0] <= declared <= POSSIBLE_UM[1]:
        problems.add("MG285", file=raw.file, seen=f"{declared:g}", source="what was declared", **_BOUNDS)
        return dict.fromkeys(headers, math.nan)
    if declared is not None:
        _check_declared(raw, found, declared, problems)
        return dict.fromkeys(headers, declared)
    _check_square(raw, found, problems)
    by_source: dict[str, list[str]] = {}
    for name, size in found.items():
        by_source.setdefault(size.source, []).append(name)
    for source, names in by_source.items():
        facts = {"source": source, "plate": raw.plate, "images": str(len(names))}
        problems.add("MG291", file=raw.file, place=listed(names), seen=_range_text(found[n] for n in names), **facts)
    sizes = {name: side(found[name]) if name in found else math.nan for name in headers}
    _check_alike(raw, sizes, problems)
    return sizes


def _possible(raw: RawFile, headers: Mapping[str, Header], problems: Problems) -> dict[str, PixelSize]:
    """The sizes that metadata say, but those that no camera has, of which an error tells."""
    found = {name: header.size for name, header in headers.items() if header.size is not None}
    low, high = POSSIBLE_UM
    wrong = {n: s for n, s in found.items() if not (low <= s.x_um <= high and low <= s.y_um <= high)}
    for source in dict.fromkeys(s.source for s in wrong.values()):
        named = {n: s for n, s in wrong.items() if s.source == source}
        facts = {"seen": _range_text(named.values()), "source": source, **_BOUNDS}
        problems.add("MG285", file=raw.file, place=listed(named), **facts)
    return {n: s for n, s in found.items() if n not in wrong}


def side(size: PixelSize) -> float:
    """The side in µm of the square that has the pixel's area."""
    return size.x_um if size.x_um == size.y_um else math.sqrt(size.x_um * size.y_um)


def _check_declared(raw: RawFile, found: Mapping[str, PixelSize], declared: float, problems: Problems) -> None:
    """A warning where metadata say another size than the lab."""
    other = {n: s for n, s in found.items() if abs(side(s) / declared - 1) > CONTRADICTION}
    if other:
        facts = {"declared": f"{declared:g}", "source": listed(dict.fromkeys(s.source for s in other.values()))}
        problems.add("MG292", file=raw.file, place=listed(other), seen=_range_text(other.values()), **facts)


def _check_square(raw: RawFile, found: Mapping[str, PixelSize], problems: Problems) -> None:
    """A warning where the sides of pixels differ."""
    oblong = [n for n, s in found.items() if abs(s.x_um / s.y_um - 1) > _SQUARE]
    if oblong:
        first = found[oblong[0]]
        problems.add("MG294", file=raw.file, place=listed(oblong), seen=f"{first.x_um:.4g} × {first.y_um:.4g} µm")


def _check_alike(raw: RawFile, sizes: Mapping[str, float], problems: Problems) -> None:
    """A warning where images of one plate differ in pixel size, or only some of them have one."""
    known = [s for s in sizes.values() if not math.isnan(s)]
    if not known or (len(known) == len(sizes) and max(known) / min(known) - 1 <= CONTRADICTION):
        return
    kinds: dict[str, int] = {}
    for size in sizes.values():
        text = "unknown" if math.isnan(size) else f"{size:.3g} µm"
        kinds[text] = kinds.get(text, 0) + 1
    problems.add("MG293", file=raw.file, seen=listed(f"{k} ({n})" for k, n in kinds.items()), plate=raw.plate)


def _range_text(sizes: Iterable[PixelSize]) -> str:
    """The sizes as one number, or from the smallest to the largest."""
    sides = sorted(side(s) for s in sizes)
    return " to ".join(dict.fromkeys(f"{s:.4g}" for s in (sides[0], sides[-1])))
