"""Thermo SkanIt workbooks: a sheet per step of the session, raw ones beside computed ones.

A grid is raw when its corner names the signal (`Abs`, `RFU`, `RLU`) and its sheet is no computing step.
"""

import math
import re
from collections.abc import Iterator

from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import grids_in, nearest_above
from mgassay.readers.sheets import Content, Sheet

NAME, TITLE = "skanit", "Thermo SkanIt workbook"

KNOWN = (
    r"measurement results",
    r".*\.skax?$",
    r"absorbance|fluorescence|luminescence",
    r"wavelength:",
    r"plate\b",
    r"\d{1,2}[./]\d",
    r"autoloading range",
)

_RAW_CORNERS = {"abs", "rfu", "rlu"}
_COMPUTED = re.compile(
    r"subtract|correct|curve|dilution|factor|average|normali|ratio|calculat|statistic", re.IGNORECASE
)
_LIGHT = re.compile(r"Wavelength:\s*(\d{3,4})\s*nm.*", re.IGNORECASE)
_PLATE = re.compile(r"(Plate\b.*)")
_TITLE_ROWS = 6  # the step's name stands in row 5


def detect(content: Content) -> bool:
    """Whether a sheet opens with SkanIt's title or names the program."""
    cells = [c for row in content.opening for c in row if c]
    return "Measurement results" in cells or any("SkanIt" in c for c in cells)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All raw reads of all plates."""
    return [b for sheet in content.sheets if not _is_computed(sheet) for b in _grids(sheet)]


def _is_computed(sheet: Sheet) -> bool:
    """Whether a sheet holds what a computing step made of the signal."""
    step = sheet.cell(_TITLE_ROWS - 2, 0)
    return bool(_COMPUTED.search(sheet.name) or _COMPUTED.search(step))


def _grids(sheet: Sheet) -> Iterator[Block]:
    """Grids whose corner names a signal."""
    for grid in grids_in(sheet):
        if grid.corner.casefold() not in _RAW_CORNERS:
            continue
        light, plate = nearest_above(sheet, grid.header, _LIGHT), nearest_above(sheet, grid.header, _PLATE)
        nm = float(light[1]) if light else math.nan
        channel = channel_name("", nm) or grid.corner
        yield Block(sheet, grid.spots(), plate[1] if plate else "", channel, nm)


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN),)
