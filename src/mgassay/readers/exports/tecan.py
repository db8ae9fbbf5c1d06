"""Tecan: i-control workbooks (a sheet per measurement, grids with `<>` in the corner) and Magellan lists.

i-control stores its absorbances in single precision; they are read as the decimals that it shows.
"""

import math
import re
from collections.abc import Iterator

from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import Spot, grids_in, nearest_above, seconds_from, well_lists_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.text import number_from
from mgassay.readers.wellnames import well_from_text

ICONTROL, ICONTROL_TITLE = "tecan_icontrol", "Tecan i-control workbook"
MAGELLAN, MAGELLAN_TITLE = "tecan_magellan", "Tecan Magellan workbook"

KNOWN = (
    r"application:", r"tecan i-control", r"device:", r"firmware:", r"date:", r"time:", r"system", r"user", r"plate",
    r"plate-id", r"label:", r"mode", r"(measurement )?wavelength", r"bandwidth", r"number of flashes", r"settle time",
    r"part of plate", r"start time:", r"end time:", r"temperature:", r"raw data", r"\d{3,4} ?nm", r"target temperature",
    r"list of actions", r"date of measurement", r".*\.(mth|wsp|txt)$", r".* user$", r"instrument serial", r"measurement",
    r"shake", r"unit:", r"meas\. temperature", r"ultra|infinite|sunrise|spark|genios|safire", r"\d+ flashes", r"delay", r"movement|custom action|wait",
)  # fmt: skip

_LABEL = re.compile(r"Label:\s*(.*)")
_LIGHT = re.compile(r"(?:measurement )?wavelength", re.IGNORECASE)
_CYCLES = re.compile(r"Cycle Nr\.?", re.IGNORECASE)
_MAGELLAN_NM = re.compile(r"(?:Measurement wavelength:\s*)?(\d{3,4})\s*nm", re.IGNORECASE)
_MAGELLAN_RAW = re.compile(r"Raw data.*", re.IGNORECASE)


def detect_icontrol(content: Content) -> bool:
    """Whether a sheet opens with i-control's line, or holds a grid with its `<>` corner."""
    return any(c == "<>" or re.match(r"Application: Tecan|Tecan i-control", c) for row in content.opening for c in row)


def icontrol_blocks(content: Content, problems: Problems) -> list[Block]:
    """All reads of all sheets."""
    return [b for sheet in content.sheets for b in (*_grids(sheet), *_cycles(sheet))]


def _grids(sheet: Sheet) -> Iterator[Block]:
    """Endpoint grids, each under its own `Label:` and wavelength."""
    for grid in grids_in(sheet):
        if grid.corner == "<>":
            channel, nm = _label_and_light(sheet, grid.header)
            yield Block(sheet, grid.spots(), channel=channel, wavelength_nm=nm, single=True)


def _cycles(sheet: Sheet) -> Iterator[Block]:
    """Kinetic tables: cycles across, `Time […]` below them, then one row per well."""
    for header, cells in enumerate(sheet.cells):
        if not (cells and _CYCLES.fullmatch(cells[0])):
            continue
        below = range(header + 1, len(sheet.cells))
        clock = next((r for r in below if sheet.cell(r, 0).casefold().startswith("time")), None)
        wells = [(well, r) for r in below if (well := well_from_text(sheet.cell(r, 0)))]
        if clock is None:
            continue
        channel, nm = _label_and_light(sheet, header)
        for index in range(sum(c.isdigit() for c in cells[1:])):
            spots = tuple(Spot(well, r, index + 1) for well, r in wells)
            time_s = seconds_from(sheet.cell(clock, index + 1), sheet.cell(clock, 0), sheet.place(clock, index + 1))
            yield Block(sheet, spots, "", channel, nm, index, time_s, single=True)


def _label_and_light(sheet: Sheet, row: int) -> tuple[str, float]:
    """The nearest label above a grid, and the wavelength between the two (NaN where there is none)."""
    label, nm = "", math.nan
    for above in range(row - 1, -1, -1):
        filled = [c for c in sheet.cells[above] if c]
        if math.isnan(nm) and len(filled) > 1 and _LIGHT.fullmatch(filled[0]):
            nm = number_from(filled[1], ".") or math.nan
        if filled and (match := _LABEL.fullmatch(filled[0])):
            label = match[1]
            break
    return channel_name(label, nm), nm


def detect_magellan(content: Content) -> bool:
    """Whether a row of the opening heads Magellan's list: raw data beside well positions."""
    return any(_raw_column(row) is not None and "Well positions" in row for row in content.opening)


def magellan_blocks(content: Content, problems: Problems) -> list[Block]:
    """The raw column of each list; the wavelength stands in the lines below it."""
    return [
        Block(sheet, wells.spots(col), channel=channel_name("", nm), wavelength_nm=nm)
        for sheet in content.sheets
        for nm in [_magellan_wavelength(sheet)]
        for wells in well_lists_in(sheet)
        for col, name in enumerate(wells.names)
        if _MAGELLAN_RAW.fullmatch(name)
    ]


def _raw_column(row: tuple[str, ...]) -> int | None:
    """The column of a header that holds raw data."""
    return next((i for i, c in enumerate(row) if _MAGELLAN_RAW.fullmatch(c)), None)


def _magellan_wavelength(sheet: Sheet) -> float:
    """The one wavelength that the lines below the list name, NaN when they name none or several."""
    last = len(sheet.cells)
    found = nearest_above(sheet, last, _MAGELLAN_NM)
    named = {m[1] for row in sheet.cells for c in row if (m := _MAGELLAN_NM.fullmatch(c))}
    return float(found[1]) if found and len(named) == 1 else math.nan


READERS = (
    plate_reader(ICONTROL, ICONTROL_TITLE, detect_icontrol, icontrol_blocks, known=KNOWN),
    plate_reader(MAGELLAN, MAGELLAN_TITLE, detect_magellan, magellan_blocks, known=KNOWN),
)
