"""PerkinElmer EnVision, EnSpire and VICTOR Nivo text: a `Plate information` table for every grid of results.

That table names plate and repeat, and says whether its grid was measured or computed (`Formula`). It may stand before
its grid or behind it. Maps of the plate look the same as results and stand under headings of their own.
"""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mgassay.errors import UnreadableError
from mgassay.problems import Problems, count
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.reader import FORMAT_ONLY, covering, plate_reader
from mgassay.readers.shapes import PlateGrid, bare_grid_in, grids_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import check_row, check_same_length
from mgassay.readers.text import status_of
from mgassay.wellnames import PLATE_SHAPES

NAME, TITLE = "envision", "PerkinElmer EnVision text"

_SETTINGS = (
    "basic assay information", "protocol information", "protocol:", "plate type:", "coordinates of corners:",
    "platemap:", "calculations:", "auto export parameters:", "operations:", "labels:", "filters:", "mirror modules:",
    "instrument:", "normalization:", "assay information", "errors and warnings:", "correction factors:",
)  # fmt: skip
KNOWN = (
    r"plate information", r"(no )?background information", r"results for", r"calculated results", r"plate$", r"group$",
    r"assay|protocol (id|name|info)|serial|exported|number of|start |is |height|mode of|rotated|soft|name of|no calc",
    r"export|include|place|add plate|each plate|field sep|file name|label$|a?\d{3,4}$|exc|ems|mirror|measurement|flash",
    r"last edited|factory preset|filter|description|used with|nickname|reference|excitation|emission|detector|- - ",
    r"plate \d|group \d|[\d.]+ mm|formula|\d+ general",
    *(re.escape(word) for word in _SETTINGS),
)  # fmt: skip

_MEASURED = re.compile(r"Results for (.*)", re.IGNORECASE)
_LIGHT = re.compile(r"(?:A|Abs|Absorbance|OD)?[ _@]?(\d{3,4})(?: ?nm)?", re.IGNORECASE)
_CENTRE = re.compile(r"CWL ?= ?(\d{3,4}) ?nm", re.IGNORECASE)
_FILTER = re.compile(r".*\b(?:Exc|Ems)\w*\.? filter.*", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?\s*([AP]M)?", re.IGNORECASE)
_COMPUTED = re.compile(r"Calculated results", re.IGNORECASE)
_HEADING = re.compile(r"Results for|Calculated results|Plate information|(?:No )?background information", re.IGNORECASE)
_ROWS = frozenset(rows for rows, _ in PLATE_SHAPES)
_DAY = 86400.0  # seconds
_PLATE_TABLE = "plate information"


@dataclass(frozen=True)
class PlateTable:
    """What one `Plate information` table says, and where it stands."""

    row: int
    facts: Mapping[str, str]  # by the names of its columns, in lower case

    @property
    def computed(self) -> bool:
        """Whether its grid was computed from others."""
        return "formula" in self.facts

    @property
    def key(self) -> tuple[str, str]:
        """Plate and repeat."""
        return self.facts.get("plate", ""), self.facts.get("repeat", "")

    @property
    def label(self) -> str:
        """The measurement's name."""
        return self.facts.get("label") or self.facts.get("meas", "")

    @property
    def cycle(self) -> int:
        """The number of a kinetic read, 0 where there is one read only."""
        kinetics = self.facts.get("kinetics", "")
        return int(kinetics) if re.fullmatch(r"\d{1,9}", kinetics) else 0

    @property
    def clock(self) -> float:
        """The time of day of the measurement in seconds, NaN where it cannot be read."""
        found = _CLOCK.search(self.facts.get("measurement date", ""))
        if not found:
            return math.nan
        hour, half = int(found[1]), (found[4] or "").upper()
        hours = hour % 12 + 12 * (half == "PM") if half else hour
        return 3600.0 * hours + 60.0 * int(found[2]) + int(found[3] or 0)


@dataclass(frozen=True)
class Result:
    """A measured grid, its plate table, and its title parted into the measurement's label and what follows it."""

    grid: PlateGrid
    table: PlateTable
    label: str
    part: str  # "channel 1", "channel 2 window 1", ...


def detect(content: Content) -> bool:
    """Whether the file holds a plate table as EnVision writes them, in a workbook in its first rows."""
    rows = content.sheets[0].cells if content.text else content.opening  # the table may stand behind the data
    return any(cells[0].casefold() == _PLATE_TABLE for cells in rows if cells)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All measured grids of all plates; a notice for those without row letters.

    Raises UnreadableError MG127 where results or their plate tables are missing, as in a file that was cut off.
    """
    return [b for sheet in content.sheets for b in _sheet_blocks(sheet, content, problems)]


def plate_tables_in(sheet: Sheet) -> list[PlateTable]:
    """All `Plate information` tables of a sheet."""
    tables = []
    for row, cells in enumerate(sheet.cells[1:]):
        if sheet.cell(row, 0).casefold() == _PLATE_TABLE and [c.casefold() for c in cells[:2]] == ["plate", "repeat"]:
            facts = {name.casefold(): sheet.cell(row + 2, col) for col, name in enumerate(cells) if name}
            if sheet.cell(row + 2, 0):
                check_row(sheet, row + 2, len(cells), len(cells) - 1)
            tables.append(PlateTable(row, facts))
    return tables


def wavelength_of(label: str, filters: Mapping[str, Sequence[float]]) -> float:
    """The wavelength of a label in nm: of its only filter, else from its name; NaN where neither tells one.

    >>> wavelength_of("A450(1)", {}), wavelength_of("Calcium(2)", {"Calcium": [570.0]}), wavelength_of("HTRF", {})
    (450.0, 570.0, nan)
    """
    name = re.sub(r"\(\d+\)$", "", label)
    centres = filters.get(name, [])
    if centres:
        return centres[0] if len(centres) == 1 else math.nan
    named = _LIGHT.fullmatch(name)
    return float(named[1]) if named else math.nan


def _sheet_blocks(sheet: Sheet, content: Content, problems: Problems) -> Iterator[Block]:
    """The blocks of one sheet."""
    tables = plate_tables_in(sheet)
    results = _results(sheet, tables)
    empty = [t for t in tables if not t.key[0] or not (t.computed or any(r.table is t for r in results))]
    if empty:
        raise UnreadableError(
            "MG127", sheet=sheet.name, place=sheet.place(empty[0].row), seen="a plate without facts or results"
        )
    filters = _filters_of_labels(sheet)
    repeats = {table.key[1] for table in tables}
    for r in results:
        _check_grid(r.grid, content, problems)
        alone = len({other.part for other in results if other.label == r.label and other.part}) <= 1
        nm = wavelength_of(r.label, filters) if alone else math.nan
        channel = channel_name(r.label, nm) if alone else f"{r.label} {r.part}"
        plate, repeat = r.table.key
        name = f"Plate {plate}" if len(repeats) == 1 else f"Plate {plate} repeat {repeat}"
        spots = tuple(s for s in r.grid.spots() if sheet.cell(s.row, s.col))  # an empty cell is a well not read
        yield Block(sheet, spots, name, channel, nm, *_when(r.table, tables))


def _check_grid(grid: PlateGrid, content: Content, problems: Problems) -> None:
    """Refuses a grid that is no whole plate or too wide; a notice where its rows have no letters."""
    grid.check_surroundings()
    check_same_length(grid.sheet, [r for _, r in grid.rows], grid.left + 1)
    row = grid.rows[-1][1]
    if (len(grid.rows), len(grid.columns)) not in PLATE_SHAPES:
        seen = f"the last of {len(grid.rows)} rows of a plate of {len(grid.columns)} columns"
        raise UnreadableError("MG127", sheet=grid.sheet.name, place=grid.sheet.place(row), seen=seen)
    if grid.header < 0:
        place = grid.sheet.place(grid.rows[0][1])
        problems.add("MG132", file=content.file, sheet=grid.sheet.name, place=place, seen=count(len(grid.rows), "row"))


def _when(table: PlateTable, tables: Sequence[PlateTable]) -> tuple[int, float]:
    """Number and time of a kinetic read: seconds from the first, by the clock (a run may pass midnight)."""
    same = {t.cycle: t for t in reversed(tables) if t.key == table.key and t.label == table.label and not t.computed}
    cycles = [same[number] for number in sorted(same)]
    if len(cycles) < 2:
        return 0, math.nan
    times = {cycles[0].cycle: 0.0}
    for early, late in itertools.pairwise(cycles):
        times[late.cycle] = times[early.cycle] + (late.clock - early.clock) % _DAY
    return list(times).index(table.cycle), times[table.cycle]


def _results(sheet: Sheet, tables: Sequence[PlateTable]) -> list[Result]:
    """All measured grids of a sheet: by their title, or where they have none by their plate table."""
    headings = _headings(sheet)
    grids = [(grid, _title_of(grid, headings)) for grid in (*grids_in(sheet), *_bare_grids(sheet, headings))]
    grids = sorted((p for p in grids if p[1].casefold() not in _SETTINGS), key=lambda pair: pair[0].rows[0][1])
    behind = bool(grids and tables) and grids[0][0].rows[0][1] < tables[0].row
    results = []
    for grid, title in grids:
        measured = _MEASURED.fullmatch(title)
        table = _table_of(grid, tables, behind)
        if measured or not (table.computed or _COMPUTED.match(title)):
            label, _, part = (measured[1] if measured else table.label).partition(" - ")
            results.append(Result(grid, table, label.strip(), re.sub(r"\([^()]*\)$", "", part).strip()))
    return results


def _table_of(grid: PlateGrid, tables: Sequence[PlateTable], behind: bool) -> PlateTable:
    """The plate table of a grid, the last above it or the first behind it; raises UnreadableError MG127 for none."""
    row = grid.rows[0][1]
    near = [t for t in tables if (t.row > row) == behind]
    if not near:
        raise UnreadableError(
            "MG127", sheet=grid.sheet.name, place=grid.sheet.place(row), seen="results without their plate"
        )
    return near[0] if behind else near[-1]


def _headings(sheet: Sheet) -> list[tuple[int, str]]:
    """Rows that open a section, and their text."""
    firsts = ((row, next((c for c in cells if c), "")) for row, cells in enumerate(sheet.cells))
    return [(row, text) for row, text in firsts if text.casefold() in _SETTINGS or _HEADING.match(text)]


def _title_of(grid: PlateGrid, headings: Sequence[tuple[int, str]]) -> str:
    """The heading that a grid stands under, "" for none."""
    return next((text for row, text in reversed(headings) if row < grid.rows[0][1]), "")


def _bare_grids(sheet: Sheet, headings: Sequence[tuple[int, str]]) -> Iterator[PlateGrid]:
    """Whole plates of values without letters and numbers, each parted by blank lines from what surrounds it."""
    starts = [-1, *(row for row, text in headings)]
    for start, stop in zip(starts, [*starts[1:], len(sheet.cells)], strict=True):
        run: list[int] = []
        for row in range(start + 1, stop + 1):
            if row < stop and any(sheet.cells[row]):
                run.append(row)
            elif run:
                if len(run) in _ROWS and (grid := _bare_grid(sheet, run)):
                    yield grid
                run = []


def _bare_grid(sheet: Sheet, run: Sequence[int]) -> PlateGrid | None:
    """These rows as a whole plate of values, if they are one."""
    alone = replace(sheet, cells=tuple(c if r in run else () for r, c in enumerate(sheet.cells)))
    grid = bare_grid_in(alone, _is_value)
    return replace(grid, sheet=sheet) if grid else None


def _is_value(token: str) -> bool:
    """Whether a filled cell says what was measured."""
    return bool(token) and status_of(token)[0] in ("ok", "above", "below", "masked", "missing")


def _filters_of_labels(sheet: Sheet) -> dict[str, list[float]]:
    """The central wavelengths of every label's filters, from the settings below the results."""
    found: dict[str, list[float]] = {}
    labels, filters = _section(sheet, "labels:"), _section(sheet, "filters:")
    for label, facts in labels.items():
        named = [filters.get(value, {}) for key, value in facts.items() if _FILTER.fullmatch(key)]
        centres = [_CENTRE.search(of.get("Description", "")) for of in named]
        found[label] = [float(centre[1]) for centre in centres if centre]
    return found


def _section(sheet: Sheet, heading: str) -> dict[str, dict[str, str]]:
    """A section of the settings: paragraphs of facts by the name in their first line."""
    start = next((row for row in range(len(sheet.cells)) if sheet.cell(row, 0).casefold() == heading), len(sheet.cells))
    found: dict[str, dict[str, str]] = {}
    name = ""
    for row in range(start + 1, len(sheet.cells)):
        filled = [c for c in sheet.cells[row] if c]
        if filled and filled[0].casefold() in _SETTINGS:
            break
        if filled and name:
            found[name][filled[0]] = filled[-1]
        else:
            name = filled[0] if filled else ""
            found.setdefault(name, {})
    return found


def _with_settings(sheet: Sheet, used: frozenset[int]) -> frozenset[int]:
    """The rows that were read, those of tables of plates and backgrounds, and of the sections on labels and filters."""
    rows, inside, to_blank = set(used), False, False
    for row, cells in enumerate(sheet.cells):
        first = next((c.casefold() for c in cells if c), "")
        inside = first in ("labels:", "filters:") or (inside and first not in _SETTINGS)
        to_blank = first in ("plate information", "background information") or (to_blank and bool(first))
        rows |= {row} if inside or to_blank else set()
    return frozenset(rows)


_PLATE = plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=FORMAT_ONLY)
READERS = (covering(_PLATE, _with_settings),)
