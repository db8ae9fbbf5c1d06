"""The size of a pixel in a TIFF's metadata: OME-XML, Aperio's or ImageJ's own words, or its resolution.

A TIFF's resolution is most often a printer's or a screen's (72, 96, 150, 300 per inch) that no one meant; it counts
only where it gives a pixel that a microscope or a scanner of dishes can have.
"""

import math
import re
from typing import Any

from mgassay.readers.images.header import PixelSize

PLAUSIBLE_UM = (0.05, 20.0)
_MOST_UM = 1000.0  # in words with a unit, where a photograph of a whole plate may say so too
_UM_PER = {
    **{"nm": 1e-3, "nanometer": 1e-3, "um": 1.0, "µm": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0},
    **{"mm": 1e3, "millimeter": 1e3, "cm": 1e4, "centimeter": 1e4, "m": 1e6, "meter": 1e6, "inch": 25400.0},
}
_RESOLUTION_UM = {2: 25400.0, 3: 10000.0}  # ResolutionUnit of TIFF 6.0: inch, centimetre
_MPP = re.compile(r"\|\s*MPP\s*=\s*([0-9.]+)")


def size_of_page(tiff: Any, page: Any) -> PixelSize | None:
    """The pixel size of a page of a `tifffile.TiffFile`, from the first of its sources that holds one."""
    description = str(page.description or "")
    ome = description if "<OME" in description[:2000] else str(tiff.pages[0].description or "")
    if "<OME" in ome[:2000]:
        return size_of_ome(ome) or _of_resolution(page)
    if found := _MPP.search(description):
        return _size(float(found[1]), float(found[1]), "Aperio's MPP", _MOST_UM)
    if description.startswith("ImageJ="):
        return _of_imagej(page, description)
    return _of_resolution(page)


def um_of(text: str | float, unit: str) -> float:
    """A length in µm, NaN where its number or unit is none.

    >>> um_of("650", "nm"), um_of(0.65, "µm"), um_of("1", "pixel")
    (0.65, 0.65, nan)
    """
    sign = unit.strip().strip('"').replace("\\u00B5", "µ").replace("μ", "µ").lower()
    try:
        return float(text) * _UM_PER.get(sign, math.nan)
    except ValueError:
        return math.nan


def size_of_ome(xml: str) -> PixelSize | None:
    """PhysicalSizeX and PhysicalSizeY of the first image of OME-XML, whose unit is µm where none is named.

    Entities are refused (defusedxml). Source: OME schema 2016-06, Pixels.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(xml)
    except (ParseError, DefusedXmlException):
        return None
    pixels = next((e for e in root.iter() if e.tag.rpartition("}")[2] == "Pixels"), None)
    if pixels is None:
        return None
    x, y = (um_of(pixels.get(f"PhysicalSize{axis}", ""), pixels.get(f"PhysicalSize{axis}Unit", "µm")) for axis in "XY")
    return _size(x, y, "OME-XML", _MOST_UM)


def _of_imagej(page: Any, description: str) -> PixelSize | None:
    """ImageJ writes pixels per unit as the resolution, and the unit into its description."""
    words = dict(line.split("=", 1) for line in description.splitlines() if "=" in line)
    x, y = (um_of(1 / per if per > 0 else math.nan, words.get("unit", "")) for per in _resolution(page))
    return _size(x, y, "ImageJ's scale", _MOST_UM)


def _of_resolution(page: Any) -> PixelSize | None:
    """The page's resolution where it is plausible (0.05 to 20 µm)."""
    unit = _RESOLUTION_UM.get(int(page.tags.valueof(296, default=2)), math.nan)
    x, y = (unit / per if per > 0 else math.nan for per in _resolution(page))
    found = _size(x, y, "TIFF resolution", PLAUSIBLE_UM[1])
    return found if found and min(x, y) >= PLAUSIBLE_UM[0] else None


def _resolution(page: Any) -> tuple[float, float]:
    """Pixels per unit along x and y, 0 where a tag is missing or broken."""
    found = []
    for code in (282, 283):
        value = page.tags.valueof(code, default=(0, 1))
        numbers = value if isinstance(value, tuple) and len(value) == 2 else (0, 1)
        found.append(numbers[0] / numbers[1] if numbers[1] else 0.0)
    return found[0], found[1]


def _size(x: float, y: float, source: str, most: float) -> PixelSize | None:
    """A size, or None where it is not positive, not finite or larger than `most`."""
    return PixelSize(x, y, source) if 0 < x <= most and 0 < y <= most else None
