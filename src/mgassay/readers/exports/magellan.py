"""Tecan Magellan: lists with the value before or behind the well, grids with `<>` in the corner; workbook or text.

Its lines about the measurement stand below the data. In a kinetic list every value column has its time right below
the header.
"""

import math
import re
from collections.abc import Iterator

from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.courses import seconds_from
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import WellList, grids_in, well_lists_in
from mgassay.readers.sheets import Content, Sheet

NAME, TITLE = "tecan_magellan", "Tecan Magellan workbook or text"
EVIDENCE = "endpoint list read against a real export; kinetic lists and grids: format only, no real file seen"

KNOWN = (
    r"raw data", r"(measurement wavelength: )?\d{3,4} ?nm", r"date( of measurement)?:", r".*\.(mth|wsp|txt|pdf)$",
    r".* user$", r"instrument serial", r"measurement", r"(number of |\d+ )flashes", r"plate", r"unit:",
    r"target temperature|list of actions|shake|delay|movement|custom action|wait", r"meas\. temperature",
    r"ultra|infinite|sunrise|genios|safire|spark", r"\d+(\.\d+)? ?(s|°c)$",
)  # fmt: skip

_NM = re.compile(r"(?:Measurement wavelength:\s*)?(\d{3,4})\s*nm", re.IGNORECASE)
_RAW = re.compile(r"Raw data.*|Label ?\d+", re.IGNORECASE)
_MARK = re.compile(r"Date of measurement:.*|Magellan.*|.*\.(?:mth|wsp)", re.IGNORECASE)
_TIME = re.compile(r"\d+(?:\.\d+)? ?s")
_I_CONTROL = re.compile(r".*(?:Tecan i-control|SparkControl).*")
_LINES_BETWEEN = 3  # time, temperature


def detect(content: Content) -> bool:
    """Whether a row heads Magellan's list (raw data beside well positions), or a `<>` grid is none of i-control's."""
    cells = {c for row in content.opening for c in row if c}
    if any(_I_CONTROL.fullmatch(c) for c in cells):
        return False
    listed = any("Well positions" in row and any(map(_RAW.fullmatch, row)) for row in content.opening)
    return listed or ("<>" in cells and (bool(content.text) or any(map(_MARK.fullmatch, cells))))


def blocks(content: Content, problems: Problems) -> list[Block]:
    """The raw columns of each list and the grids; the wavelength stands in the lines below them."""
    return [b for sheet in content.sheets for b in (*_lists(sheet), *_grids(sheet))]


def _lists(sheet: Sheet) -> Iterator[Block]:
    """Raw columns of lists; columns with the same header are reads of one course, by the times below it."""
    nm = _wavelength(sheet)
    for wells in well_lists_in(sheet, lines_between=_LINES_BETWEEN):
        columns = [col for col, name in enumerate(wells.names) if _RAW.fullmatch(name)]
        several = len({wells.names[col] for col in columns}) > 1
        count: dict[str, int] = {}
        for col in columns:
            name = wells.names[col]
            channel = name if several else channel_name("", nm)
            index = count[name] = count.get(name, -1) + 1
            yield Block(sheet, wells.spots(col), "", channel, nm, index, _time_below(wells, col))


def _time_below(wells: WellList, col: int) -> float:
    """The time in seconds between the header and the first value of a column, NaN for an endpoint."""
    sheet = wells.sheet
    rows = range(wells.header + 1, wells.rows[0][1])
    found = next((row for row in rows if _TIME.fullmatch(sheet.cell(row, col))), None)
    return math.nan if found is None else seconds_from(sheet.cell(found, col), "", sheet.place(found, col))


def _grids(sheet: Sheet) -> Iterator[Block]:
    """Grids with `<>` in the corner; which plate, label or time the second one is, Magellan does not say."""
    nm = _wavelength(sheet)
    grids = [grid for grid in grids_in(sheet) if grid.corner == "<>"]
    for number, grid in enumerate(grids, start=1):
        label = f"grid {number}" if len(grids) > 1 else ""
        yield Block(sheet, grid.spots(), label, channel_name("", nm), nm)


def _wavelength(sheet: Sheet) -> float:
    """The one wavelength that the lines of a sheet name, NaN when they name none or several."""
    named = {m[1] for row in sheet.cells for c in row if (m := _NM.fullmatch(c))}
    return float(named.pop()) if len(named) == 1 else math.nan


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=EVIDENCE),)
