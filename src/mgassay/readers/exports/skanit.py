"""Thermo SkanIt workbooks: a sheet per step of the session, raw ones beside computed ones.

A grid is raw when its corner names the signal (`Abs`, `RFU`, `RLU`) and its sheet is no computing step. Kinetic steps
print a row per reading with the wells across; Multiskan Sky lists its raw data with a row per well and reading.
"""

import math
import re
from collections.abc import Iterator, Sequence

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.courses import seconds_from, time_courses_in
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import grids_in, nearest_above, rows_with
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot, check_row
from mgassay.readers.text import number_from
from mgassay.wellnames import well_from_text

NAME, TITLE = "skanit", "Thermo SkanIt workbook"
EVIDENCE = "endpoint read against a real export; kinetic tables and lists: format only, no real file seen"

KNOWN = (
    r"measurement results", r".*\.skax?$", r"absorbance|fluorescence|luminescence", r"wavelength:", r"plate\b",
    r"\d{1,4}[./-]\d", r"autoloading range", r"kinetic|raw data", r"excitation|emission",
)  # fmt: skip

_RAW_CORNERS = {"abs", "rfu", "rlu"}
_COMPUTED = re.compile(
    r"subtract|correct|curve|dilution|factor|average|normali|ratio|calculat|statistic|reduction|\b(?:rate|slope)\b",
    re.IGNORECASE,
)
_LIGHT = re.compile(r"Wavelength:\s*(\d{3,4})\s*nm.*", re.IGNORECASE)
_PLATE = re.compile(r"(Plate\b.*)")
_READING = "reading"
_LISTED = re.compile(r"Raw (?:absorbance|fluorescence|luminescence|RFU|RLU|Abs)", re.IGNORECASE)
_LISTED_NM = re.compile(r"Wavelength\(?s?\)? \[nm\]", re.IGNORECASE)
_LISTED_TIME = re.compile(r"Measurement time.*", re.IGNORECASE)
_TITLE_ROWS = 6  # the step's name stands in row 5

Named = tuple[Sequence[tuple[int, re.Match[str]]], Sequence[tuple[int, re.Match[str]]]]  # lights, plates


def detect(content: Content) -> bool:
    """Whether a sheet opens with SkanIt's title or names the program."""
    cells = [c for row in content.opening for c in row if c]
    return "Measurement results" in cells or any("SkanIt" in c for c in cells) or any(map(_is_list, content.opening))


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All raw reads of all plates."""
    raw = [sheet for sheet in content.sheets if not _is_computed(sheet)]
    return [b for sheet in raw for b in (*_grids(sheet), *_kinetics(sheet), *_lists(sheet))]


def _is_computed(sheet: Sheet) -> bool:
    """Whether a sheet holds what a computing step made of the signal."""
    step = sheet.cell(_TITLE_ROWS - 2, 0)
    return bool(_COMPUTED.search(sheet.name) or _COMPUTED.search(step))


def _light_and_plate(named: Named, row: int) -> tuple[float, str]:
    """The wavelength and the plate that the lines above a table name."""
    light, plate = (nearest_above(found, row) for found in named)
    return float(light[1]) if light else math.nan, plate[1] if plate else ""


def _grids(sheet: Sheet) -> Iterator[Block]:
    """Grids whose corner names a signal."""
    named = rows_with(sheet, _LIGHT), rows_with(sheet, _PLATE)
    for grid in grids_in(sheet):
        if grid.corner.casefold() in _RAW_CORNERS:
            nm, plate = _light_and_plate(named, grid.header)
            yield Block(sheet, grid.spots(), plate, channel_name("", nm) or grid.corner, nm)


def _kinetics(sheet: Sheet) -> Iterator[Block]:
    """Tables with a row per reading, headed `Reading`, `avg. time [s]` and the wells."""
    named = rows_with(sheet, _LIGHT), rows_with(sheet, _PLATE)
    for course in time_courses_in(sheet):
        if _READING not in (c.casefold() for c in sheet.cells[course.header][:2]):
            continue
        nm, plate = _light_and_plate(named, course.header)
        for index, (time_s, spots) in enumerate(course.reads):
            yield Block(sheet, spots, plate, channel_name("", nm), nm, index, time_s)


def _is_list(cells: tuple[str, ...]) -> bool:
    """Whether a row heads a list of raw data."""
    return "Well" in cells and any(map(_LISTED.fullmatch, cells)) and any(map(_LISTED_NM.fullmatch, cells))


def _lists(sheet: Sheet) -> Iterator[Block]:
    """Lists with a row per well and reading; a well comes once per wavelength and reading, at a time of its own."""
    for header, names in enumerate(sheet.cells):
        if not _is_list(names):
            continue
        value = next(k for k, name in enumerate(names) if _LISTED.fullmatch(name))
        light = next(k for k, name in enumerate(names) if _LISTED_NM.fullmatch(name))
        clock = next((k for k, name in enumerate(names) if _LISTED_TIME.fullmatch(name)), None)
        count: dict[tuple[str, float], int] = {}
        for row, well in _wells_listed(sheet, header + 1, names.index("Well")):
            check_row(sheet, row, len(names), max(value, light))
            nm = number_from(sheet.cell(row, light), ".") or math.nan
            index = count[well, nm] = count.get((well, nm), -1) + 1
            time = "" if clock is None else sheet.cell(row, clock)
            time_s = math.nan if clock is None or not time else seconds_from(time, "Time [s]", sheet.place(row, clock))
            channel = channel_name("", nm) or names[value]
            yield Block(sheet, (Spot(well, row, value),), "", channel, nm, index, time_s)


def _wells_listed(sheet: Sheet, start: int, col: int) -> Iterator[tuple[int, str]]:
    """Rows and wells of a list until the next one; raises UnreadableError MG130 for a row without a well amid them."""
    broken = -1
    for row in range(start, len(sheet.cells)):
        cell = sheet.cell(row, col)
        if _is_list(tuple(sheet.cells[row])):
            return
        well = well_from_text(cell)
        if broken < 0 and cell and not well:
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(row, col), seen=cell)
        if broken >= 0 and well:
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(broken, col), seen="an empty cell")
        if well:
            yield row, well
        elif broken < 0:
            broken = row


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=EVIDENCE),)
