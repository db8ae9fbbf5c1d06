"""Plain tables of no vendor: plate grids, lists of wells, wells over time. The last to be tried.

Only tables that hold numbers count; a grid of sample names beside them is left alone. Several tables are several
plates, and files.csv has to say which is meant; in a list a column `plate` tells plates apart.
"""

import math
import re
from collections.abc import Iterator

from mgassay.errors import UnreadableError
from mgassay.problems import Problems, count
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.courses import is_time_header, seconds_from, time_courses_in, times_across_in
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import PlateGrid, WellList, bare_grid_in, grids_in, title_above, well_lists_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot
from mgassay.readers.text import number_from, status_of
from mgassay.wellnames import well_from_text

GRID, GRID_TITLE = "plain_grid", "plain grid (row letters, column numbers), 6 to 1,536 wells"
LIST, LIST_TITLE = "plain_list", "plain list (well, value; also plate, time)"
KINETIC, KINETIC_TITLE = "plain_kinetic", "plain kinetic table (wells over time, either way round)"
EVIDENCE = "tables that people make themselves; no program's format"

KNOWN = (
    r"((sample|measurement|reference) )?(wavelength|filter)", r"absorbance|fluorescence|luminescence",
    r"(cycle|zyklus)( nr\.?)?$", r"temp(erature|\. \[)", r"(a|od|abs)\d{3}$",
)  # fmt: skip
_LIGHT_LABEL = re.compile(r"(?:sample |measurement )?(?:wavelength|filter)\s*(?:[\[(]nm[\])])?\s*:?", re.IGNORECASE)
_VALUE = re.compile(
    r"(?:value|raw|raw data|od|a|abs|absorbance|signal|rfu|rlu|fluorescence|luminescence)?"
    r"[ _]?[(\[]?(\d{3,4})?\s*(?:nm)?[)\]]?",
    re.IGNORECASE,
)
_WELLS = ("well", "well position")
_PLATES = ("plate", "plate id", "plate name", "plate_id", "barcode")
_ROWS, _COLUMNS = ("row", "well row"), ("col", "column", "well col", "well column")
_NM_RANGE = (200, 1200)
_TITLE_REACH = 2


def is_value(token: str) -> bool:
    """Whether a filled cell says what a reader measured: a number, an overflow, a masked or missed well."""
    return bool(token) and status_of(token)[0] in ("ok", "above", "below", "masked", "missing")


def detect_grid(content: Content) -> bool:
    """Whether a sheet holds a grid of numbers."""
    return any(number_grids(sheet) or bare_grid_in(sheet, is_value) for sheet in content.sheets)


def grid_blocks(content: Content, problems: Problems) -> list[Block]:
    """All grids of numbers; a notice where rows have no letters and are taken as A, B, … from the top."""
    return [block for sheet in content.sheets for block in _sheet_grids(sheet, content, problems)]


def number_grids(sheet: Sheet) -> list[PlateGrid]:
    """The grids of which at least half the filled cells are values."""
    return [grid for grid in grids_in(sheet) if _holds_numbers(grid)]


def _holds_numbers(grid: PlateGrid) -> bool:
    """Whether at least half the filled cells of a grid are values."""
    columns = range(grid.left + 1, grid.end)
    filled = [token for _, row in grid.rows for col in columns if (token := grid.sheet.cell(row, col))]
    return bool(filled) and 2 * sum(map(is_value, filled)) >= len(filled)


def _sheet_grids(sheet: Sheet, content: Content, problems: Problems) -> Iterator[Block]:
    """The grids of one sheet, called `grid 1`, `grid 2`, … where there are several."""
    grids = number_grids(sheet)
    bare = None if grids else bare_grid_in(sheet, is_value)
    if bare:
        place = sheet.place(bare.rows[0][1])
        problems.add("MG132", file=content.file, sheet=sheet.name, place=place, seen=count(len(bare.rows), "row"))
        grids = [bare]
    of_sheet = wavelength_in(sheet)
    for number, grid in enumerate(grids, start=1):
        nm = _wavelength_of(grid, of_sheet)
        label = f"grid {number}" if len(grids) > 1 else ""
        yield Block(sheet, grid.spots(), label, channel_name("", nm), nm)


def _wavelength_of(grid: PlateGrid, of_sheet: float) -> float:
    """The wavelength that a grid's corner or title names (`OD562`, `450 nm`), else the one of its sheet."""
    title = title_above(grid.sheet, grid.header, _TITLE_REACH) if grid.header > 0 else ""
    for text in (grid.corner, title):
        match = _VALUE.fullmatch(text)
        if match and match[1] and any(c.isalpha() for c in text):
            return float(match[1])
    return of_sheet


def wavelength_in(sheet: Sheet) -> float:
    """The wavelength in nm that a cell beside the word names; NaN when none or several are named."""
    named = set()
    for row in sheet.cells:
        filled = [c for c in row if c]
        if len(filled) >= 2 and _LIGHT_LABEL.fullmatch(filled[0]):
            nm = number_from(filled[1], ".")
            named |= {nm} if nm and _NM_RANGE[0] <= nm <= _NM_RANGE[1] else set()
    return named.pop() if len(named) == 1 else math.nan


def detect_list(content: Content) -> bool:
    """Whether a sheet holds a list of wells with a column of values."""
    lists = [wells for sheet in content.sheets for wells in _lists(sheet)]
    return any(_value_columns(wells) or _bare_numbers(wells) for wells in lists)


def _lists(sheet: Sheet) -> list[WellList]:
    """The lists of a sheet that are its main table: nothing wider than a name and a value stands above them.

    Reports of vendors hold lists of results too; those stand below other tables.
    """
    wide = next((k for k, row in enumerate(sheet.cells) if sum(map(bool, row)) > 2), len(sheet.cells))
    found = [wells for wells in well_lists_in(sheet, _WELLS) if wells.header <= wide]
    return found or [wells for wells in [_row_column_list(sheet, wide)] if wells]


def _row_column_list(sheet: Sheet, header: int) -> WellList | None:
    """The list whose wells are named by a column of row letters and a column of numbers, if this row heads one."""
    names = [c.casefold() for c in sheet.cells[header]] if header < len(sheet.cells) else []
    letter = next((k for k, name in enumerate(names) if name in _ROWS), None)
    number = next((k for k, name in enumerate(names) if name in _COLUMNS), None)
    if letter is None or number is None:
        return None
    rows: list[tuple[str, int]] = []
    for row in range(header + 1, len(sheet.cells)):
        named = sheet.cell(row, letter) + sheet.cell(row, number)
        well = well_from_text(named)
        end = rows[-1][1] + 1 if rows else row
        if well and end < row:
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(end, letter), seen="an empty cell")
        if well:
            rows.append((well, row))
        elif named and end == row:
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(row, letter), seen=named)
    return WellList(sheet, header, tuple(rows)) if rows else None


def _value_columns(wells: WellList) -> list[tuple[int, float | None]]:
    """The columns of values (`value`, `OD562`, `absorbance`, …), each with the wavelength that its name holds."""
    found = [(col, match[1]) for col, name in enumerate(wells.names) if name and (match := _VALUE.fullmatch(name))]
    return [(col, float(nm) if nm else None) for col, nm in found]


def list_blocks(content: Content, problems: Problems) -> list[Block]:
    """All value columns of all lists of wells, by plate and reading.

    Raises UnreadableError MG147 for columns headed by numbers that may be times, MG148 for a row without its plate.
    """
    return [
        block
        for sheet in content.sheets
        for of_sheet in [wavelength_in(sheet)]
        for wells in _lists(sheet)
        for col, nm in _value_columns(_with_wavelengths(wells))
        for block in _list_column(wells, col, of_sheet if nm is None else nm)
    ]


def _list_column(wells: WellList, col: int, nm: float) -> Iterator[Block]:
    """The blocks of one value column: one per plate and reading, a well's readings in the order of the list."""
    sheet, names = wells.sheet, [name.casefold() for name in wells.names]
    plate_col = next((k for k, name in enumerate(names) if name in _PLATES), None)
    time_col = next((k for k, name in enumerate(names) if is_time_header(name)), None)
    seen: dict[tuple[str, str], int] = {}
    latest: dict[tuple[str, str], float] = {}
    groups: dict[tuple[str, int, float], list[Spot]] = {}
    for spot in wells.spots(col):
        plate = "" if plate_col is None else sheet.cell(spot.row, plate_col)
        if plate_col is not None and not plate:
            raise UnreadableError("MG148", sheet=sheet.name, place=sheet.place(spot.row), seen=spot.well)
        index, time_s = 0, math.nan
        if time_col is not None:
            place = sheet.place(spot.row, time_col)
            time_s = seconds_from(sheet.cell(spot.row, time_col), wells.names[time_col], place)
            if time_s <= latest.get((plate, spot.well), -math.inf):
                raise UnreadableError("MG149", sheet=sheet.name, place=place, seen=sheet.cell(spot.row, time_col))
            latest[plate, spot.well] = time_s
            index = seen[plate, spot.well] = seen.get((plate, spot.well), -1) + 1
        groups.setdefault((plate, index, -1.0 if math.isnan(time_s) else time_s), []).append(spot)
    for (plate, index, time_s), spots in groups.items():
        at = math.nan if time_s < 0 else time_s
        yield Block(sheet, tuple(spots), plate, channel_name(wells.names[col], nm), nm, index, at)


def _bare_numbers(wells: WellList) -> list[str]:
    """The headers of a list that are numbers and nothing else."""
    return [name for name in wells.names if number_from(name, ".") is not None]


def _with_wavelengths(wells: WellList) -> WellList:
    """The list itself; raises UnreadableError MG147 when a column is headed by a number that is no wavelength."""
    numbers = _bare_numbers(wells)
    if any(not _NM_RANGE[0] <= (number_from(name, ".") or 0) <= _NM_RANGE[1] for name in numbers):
        place = wells.sheet.place(wells.header)
        raise UnreadableError("MG147", sheet=wells.sheet.name, place=place, seen=", ".join(numbers[:4]))
    return wells


def detect_kinetic(content: Content) -> bool:
    """Whether a sheet holds wells over time."""
    return any(time_courses_in(sheet) or times_across_in(sheet) for sheet in content.sheets)


def kinetic_blocks(content: Content, problems: Problems) -> list[Block]:
    """All reads of all tables with times down and wells across, or wells down and times across."""
    return [
        Block(sheet, spots, "", channel_name("", nm), nm, index, time_s)
        for sheet in content.sheets
        for nm in [wavelength_in(sheet)]
        for course in (*time_courses_in(sheet), *times_across_in(sheet))
        for index, (time_s, spots) in enumerate(course.reads)
    ]


READERS = (
    plate_reader(GRID, GRID_TITLE, detect_grid, grid_blocks, known=KNOWN, evidence=EVIDENCE, plain=True),
    plate_reader(LIST, LIST_TITLE, detect_list, list_blocks, known=KNOWN, evidence=EVIDENCE, plain=True),
    plate_reader(KINETIC, KINETIC_TITLE, detect_kinetic, kinetic_blocks, known=KNOWN, evidence=EVIDENCE, plain=True),
)
