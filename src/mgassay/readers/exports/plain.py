"""Plain tables of no vendor: a plate grid, a list of wells, wells over time. The last to be tried.

Only tables that hold numbers count; a grid of sample names beside them is left alone. Several tables are several
plates, and files.csv has to say which is meant.
"""

import math
import re
from collections.abc import Iterator

from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import PlateGrid, WellList, bare_grid_in, grids_in, time_courses_in, well_lists_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.text import number_from, status_of

GRID, GRID_TITLE = "plain_grid", "plain grid (row letters, column numbers)"
LIST, LIST_TITLE = "plain_list", "plain list (well, value)"
KINETIC, KINETIC_TITLE = "plain_kinetic", "plain kinetic table (time, wells)"

KNOWN = (
    r"(sample |measurement |reference )?(wavelength|filter)", r"protocol:", r"result:", r"absorbance|fluorescence",
    r"smart validation|plate well assignment|plate orientation|replicates|standards|blank",  # Byonoy
)  # fmt: skip
_LIGHT_LABEL = re.compile(r"(?:sample |measurement )?(?:wavelength|filter)\s*(?:[\[(]nm[\])])?\s*:?", re.IGNORECASE)
_VALUE = re.compile(
    r"(?:value|raw|raw data|od|a|abs|absorbance|signal|rfu|rlu|fluorescence|luminescence)?[ _]?(\d{3,4})?\s*(?:nm)?",
    re.IGNORECASE,
)


def is_value(token: str) -> bool:
    """Whether a filled cell says what a reader measured: a number, an overflow, a masked or missed well."""
    return bool(token) and status_of(token)[0] in ("ok", "above", "below", "masked", "missing")


def detect_grid(content: Content) -> bool:
    """Whether a sheet holds a grid of numbers."""
    return any(_number_grids(sheet) or bare_grid_in(sheet, is_value) for sheet in content.sheets)


def grid_blocks(content: Content, problems: Problems) -> list[Block]:
    """All grids of numbers; a notice where rows have no letters and are taken as A, B, … from the top."""
    return [block for sheet in content.sheets for block in _sheet_grids(sheet, content, problems)]


def _number_grids(sheet: Sheet) -> list[PlateGrid]:
    """The grids of which at least half the filled cells are values."""
    return [grid for grid in grids_in(sheet) if _holds_numbers(grid)]


def _holds_numbers(grid: PlateGrid) -> bool:
    """Whether at least half the filled cells of a grid are values."""
    columns = range(grid.left + 1, grid.end)
    filled = [token for _, row in grid.rows for col in columns if (token := grid.sheet.cell(row, col))]
    return bool(filled) and 2 * sum(map(is_value, filled)) >= len(filled)


def _sheet_grids(sheet: Sheet, content: Content, problems: Problems) -> Iterator[Block]:
    """The grids of one sheet, called `grid 1`, `grid 2`, … where there are several."""
    nm = wavelength_in(sheet)
    grids = _number_grids(sheet)
    bare = None if grids else bare_grid_in(sheet, is_value)
    if bare:
        place = sheet.place(bare.rows[0][1])
        problems.add("MG132", file=content.file, sheet=sheet.name, place=place, seen=f"{len(bare.rows)} rows")
        grids = [bare]
    for number, grid in enumerate(grids, start=1):
        grid.check_width()
        label = f"grid {number}" if len(grids) > 1 else ""
        yield Block(sheet, grid.spots(), label, channel_name("", nm), nm)


def wavelength_in(sheet: Sheet) -> float:
    """The wavelength in nm that a cell beside the word names; NaN when none or several are named."""
    named = set()
    for row in sheet.cells:
        filled = [c for c in row if c]
        if len(filled) >= 2 and _LIGHT_LABEL.fullmatch(filled[0]):
            nm = number_from(filled[1], ".")
            named |= {nm} if nm and 200 <= nm <= 1200 else set()
    return named.pop() if len(named) == 1 else math.nan


def detect_list(content: Content) -> bool:
    """Whether a sheet holds a list of wells with a column of values."""
    return bool(list_blocks(content, Problems()))


def _lists(sheet: Sheet) -> list[WellList]:
    """The lists of a sheet that are its main table: nothing wider than a name and a value stands above them.

    Reports of vendors hold lists of results too; those stand below other tables.
    """
    wide = next((k for k, row in enumerate(sheet.cells) if sum(map(bool, row)) > 2), len(sheet.cells))
    return [wells for wells in well_lists_in(sheet, ("well", "well position")) if wells.header <= wide]


def list_blocks(content: Content, problems: Problems) -> list[Block]:
    """All value columns of all lists of wells: those named `value`, `OD562`, `450`, `absorbance` or the like."""
    found = [
        (sheet, wells, col, match)
        for sheet in content.sheets
        for wells in _lists(sheet)
        for col, name in enumerate(wells.names)
        if name and (match := _VALUE.fullmatch(name))
    ]
    return [
        Block(sheet, wells.spots(col), channel=channel_name(wells.names[col], nm), wavelength_nm=nm)
        for sheet, wells, col, match in found
        for nm in [float(match[1]) if match[1] else wavelength_in(sheet)]
    ]


def detect_kinetic(content: Content) -> bool:
    """Whether a sheet holds wells over time."""
    return any(time_courses_in(sheet) for sheet in content.sheets)


def kinetic_blocks(content: Content, problems: Problems) -> list[Block]:
    """All reads of all tables with times down and wells across."""
    return [
        Block(sheet, spots, "", channel_name("", nm), nm, index, time_s)
        for sheet in content.sheets
        for nm in [wavelength_in(sheet)]
        for course in time_courses_in(sheet)
        for index, (time_s, spots) in enumerate(course.reads)
    ]


READERS = (
    plate_reader(GRID, GRID_TITLE, detect_grid, grid_blocks, known=KNOWN, plain=True),
    plate_reader(LIST, LIST_TITLE, detect_list, list_blocks, known=KNOWN, plain=True),
    plate_reader(KINETIC, KINETIC_TITLE, detect_kinetic, kinetic_blocks, known=KNOWN, plain=True),
)
