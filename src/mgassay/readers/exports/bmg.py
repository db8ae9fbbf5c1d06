"""BMG Labtech MARS and SMART Control: grids and lists headed `Raw Data (…)`, as text or workbook.

What the software computed stands under other titles (`Blank corrected based on Raw Data (…)`) and is left out. A
workbook holds the same readings as grids and as lists, on sheets of their own; the grids are read.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name, wavelengths_of_pairs
from mgassay.readers.courses import seconds_from
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import PlateGrid, grids_in, nearest_above, rows_with, title_above
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot, check_last_line, check_no_more, check_same_length
from mgassay.readers.text import number_from
from mgassay.wellnames import well_from_text

NAME, TITLE = "bmg_mars", "BMG Labtech MARS"

EVIDENCE = "endpoint grid read against a real export; lists, kinetics, workbooks: format only, no real file seen"
KNOWN = (
    r"user:", r"path:", r"test (id|name|run)", r"date:", r"time:", r"id[123]?:",
    r"absorbance|fluorescence|luminescence", r"cycle \d",
    r"(\d+\. )?(raw data|blank corrected|average over|%cv over|layout|content|.* based on )",
)  # fmt: skip

_RAW = re.compile(r"(?:\d+\.\s*)?Raw Data\s*\((?P<light>.*?)\)(?:\s+\d+ - (?P<time>.+))?", re.IGNORECASE)
_NUMBERS = r"\d{3,4}(?:-\d+)?"  # a filter's wavelength and its width
_ONE = re.compile(
    rf"(?:[A-Z]\w*[:-] ?)?({_NUMBERS})(?: ?nm)?(?: [A-Z]?\d*)?", re.IGNORECASE
)  # "450 1": first measurement
_PAIR = re.compile(rf"(?:[A-Z]\w*[:-] ?)?({_NUMBERS})/({_NUMBERS})(?: [A-Z]?\d*)?", re.IGNORECASE)
_CYCLE = re.compile(r"Cycle (\d{1,9}) \((.*?)\s*(?:- ?Inj\..*)?\)", re.IGNORECASE)
_TIME, _SPECTRUM = re.compile("time", re.IGNORECASE), re.compile("wavelength", re.IGNORECASE)
_NOT_READ = ("", "inj.")  # nothing was measured in a cycle that injects


@dataclass(frozen=True)
class Dense(Sheet):
    """A sheet without its blank rows, which stand behind every row of some exports; `kept` are the rows of `whole`."""

    whole: Sheet = field(kw_only=True)
    kept: tuple[int, ...] = field(kw_only=True)

    def place(self, row: int, col: int | None = None) -> str:
        """Where a cell stands in the whole sheet."""
        return self.whole.place((*self.kept, len(self.whole.cells))[row], col)

    def check_end(self, row: int, col: int) -> None:
        """Raises UnreadableError MG127 when the text ends in this row before a value in a column."""
        last = col if self.cell(row, col) else len(self.cells[row])
        check_last_line(self.whole, self.kept[row], last)


@dataclass(frozen=True)
class Raw:
    """Raw values: the light that their title names, their spots, and which read they are."""

    light: str
    spots: tuple[Spot, ...]
    index: int = 0
    time_s: float = math.nan
    wavelength_nm: float = math.nan  # of a spectrum


def detect(content: Content) -> bool:
    """Whether the file opens as MARS exports do: user and test lines, or a `Raw Data (…)` title."""
    cells = [_plain(c) for row in content.opening for c in row if c]
    named = any(c.startswith("User:") for c in cells) and any(re.match(r"Test (name|run|id)", c, re.I) for c in cells)
    return named or any(_RAW.fullmatch(c) for c in cells)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All raw reads of the file; a warning where rows of a grid end at different columns."""
    found = {sheet.name: list(_sheet_blocks(sheet, content, problems)) for sheet in content.sheets}
    return [b for name, made in found.items() if not _is_repeated(name, found) for b in made]


def light_of(light: str) -> float | tuple[float, float]:
    """The wavelength in nm that a title names, or excitation and emission; NaN for neither.

    >>> light_of("450 1"), light_of("450-80 B"), light_of("340-10/510-20 1"), light_of("No filter")
    (450.0, 450.0, (340.0, 510.0), nan)
    """
    if pair := _PAIR.fullmatch(light):
        return _centre(pair[1]), _centre(pair[2])
    one = _ONE.fullmatch(light)
    return _centre(one[1]) if one else math.nan


def _centre(text: str) -> float:
    """The wavelength of a filter such as `450-80`."""
    return float(text.split("-")[0])


def _plain(text: str) -> str:
    """A cell's words in one line with single blanks."""
    return " ".join(text.split())


def _is_repeated(name: str, found: dict[str, list[Block]]) -> bool:
    """Whether the readings of a workbook's sheet stand on another sheet too, where they are read."""
    what = name.removeprefix("Table ").removeprefix("Microplate ")
    better = [f"Microplate {what}", what] if name.startswith("Table ") else []
    if name.startswith("Microplate Cycle"):
        better = ["Microplate All Cycles", "All Cycles", "Table All Cycles"]
    return any(found.get(other) for other in better)


def _sheet_blocks(sheet: Sheet, content: Content, problems: Problems) -> Iterator[Block]:
    """All raw reads of one sheet, without the wells that were not read."""
    kept = tuple(row for row, cells in enumerate(sheet.cells) if any(cells))
    cells = tuple(sheet.cells[r] for r in kept)
    dense = Dense(sheet.name, cells, sheet.separator, sheet.is_text, whole=sheet, kept=kept)
    raws = [*_grids(dense, content, problems), *_lists(dense)]
    channels = _channels(list(dict.fromkeys(raw.light for raw in raws)))
    for raw in raws:
        channel, nm = channels[raw.light]
        if not math.isnan(raw.wavelength_nm):
            channel, nm = channel_name("", raw.wavelength_nm), raw.wavelength_nm
        read = [s for s in raw.spots if dense.cell(s.row, s.col).casefold() not in _NOT_READ]
        if read:
            spots = tuple(Spot(s.well, kept[s.row], s.col) for s in read)
            yield Block(sheet, spots, "", channel, nm, raw.index, raw.time_s)


def _channels(titles: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Channel and wavelength of every light that a title names; two measurements of one light keep their numbers."""
    lights = {title: light_of(title) for title in titles}
    pairs = {title: light for title, light in lights.items() if isinstance(light, tuple)}
    apart = dict(zip(pairs, wavelengths_of_pairs(list(pairs.values())), strict=True))
    nms = {title: apart[title] if isinstance(light, tuple) else light for title, light in lights.items()}
    names = {title: title if title in pairs else channel_name(title, nm) for title, nm in nms.items()}
    many = Counter(names.values())
    return {t: (names[t] if many[names[t]] == 1 else f"{names[t]} ({t})", nm) for t, nm in nms.items()}


def _grids(sheet: Dense, content: Content, problems: Problems) -> Iterator[Raw]:
    """Grids under a raw title; in kinetic workbooks under the line of their cycle."""
    cycles = rows_with(sheet, _CYCLE)
    for grid in grids_in(sheet):
        raw = _RAW.fullmatch(_plain(title_above(sheet, grid.header)))
        if not raw:
            continue
        grid.check_surroundings()
        _check_ends(sheet, grid, content, problems)
        cycle = nearest_above(cycles, grid.header)
        index, time_s = (int(cycle[1]) - 1, seconds_from(cycle[2], "Time")) if cycle else (0, math.nan)
        yield Raw(raw["light"].strip(), tuple(_grid_spots(sheet, grid)), index, time_s)


def _check_ends(sheet: Dense, grid: PlateGrid, content: Content, problems: Problems) -> None:
    """A warning for rows of a text that end before others, as MARS writes them where the last wells were not read.

    Raises UnreadableError MG127 where that cannot be: rows end in a separator, or the text ends within the grid.
    """
    lengths = {row: len(sheet.cells[row]) for _, row in grid.rows}
    longest = max(lengths.values())
    short = [(letter, row) for letter, row in grid.rows if lengths[row] < longest]
    if not (sheet.is_text and short):
        return
    place = sheet.place(short[0][1])
    unfinished = sheet.kept[grid.rows[-1][1]] == len(sheet.whole.cells) - 1
    if unfinished or any(not sheet.cells[row][-1] for row in lengths):
        raise UnreadableError("MG127", place=place, seen="fewer cells than other rows")
    problems.add("MG167", file=content.file, place=place, seen=", ".join(letter for letter, _ in short))


def _grid_spots(sheet: Dense, grid: PlateGrid) -> Iterator[Spot]:
    """The wells of a grid; its rows may end behind their last value, unless the text ends there."""
    for letter, row in grid.rows:
        sheet.check_end(row, grid.end - 1)
        yield from (Spot(f"{letter}{column}", row, grid.left + 1 + k) for k, column in enumerate(grid.columns))


def _lists(sheet: Dense) -> Iterator[Raw]:
    """Raw columns of lists of wells; times or wavelengths stand in the row below the header."""
    for header, cells in enumerate(sheet.cells):
        names = [_plain(c) for c in cells]
        raws = {col: raw for col, name in enumerate(names) if (raw := _RAW.fullmatch(name))}
        at = _well_columns(names)
        if not raws or not at:
            continue
        axis = _axis(sheet, header + 1, at, min(raws))
        wells = list(_listed_wells(sheet, header + (2 if axis else 1), at))
        if wells:
            sheet.check_end(wells[-1][1], max(raws))
            _check_cells(sheet, [row for _, row in wells], len(names))
        yield from _columns(sheet, raws, wells, header + 1, axis)


def _check_cells(sheet: Dense, rows: Sequence[int], end: int) -> None:
    """Refuses a list of a text in which cells were added (MG124) or lost (MG127)."""
    for row in rows:
        check_no_more(sheet, row, end)
    check_same_length(sheet, rows, 0)


def _columns(
    sheet: Dense, raws: dict[int, re.Match[str]], wells: Sequence[tuple[str, int]], below: int, axis: str
) -> Iterator[Raw]:
    """The raw columns of one list; `below` is the row of times or wavelengths that `axis` names."""
    seen: Counter[str] = Counter()
    for col, raw in raws.items():
        light, text, place = raw["light"].strip(), sheet.cell(below, col), sheet.place(below, col)
        spots = tuple(Spot(well, row, col) for well, row in wells)
        if axis and _SPECTRUM.match(axis):
            nm = number_from(text, ".")
            if nm is None:
                raise UnreadableError(
                    "MG142", sheet=sheet.name, place=place, seen=f"“{text}”", announced="a wavelength"
                )
            yield Raw(light, spots, wavelength_nm=nm)
        elif axis or raw["time"]:
            yield Raw(light, spots, seen[light], seconds_from(raw["time"] or text, axis or "Time", place))
        else:
            yield Raw(light, spots)
        seen[light] += 1


def _well_columns(names: Sequence[str]) -> tuple[int, ...]:
    """The columns of a header that make up the well."""
    lower = [name.casefold() for name in names]
    for wanted in (("well row", "well col"), ("well",)):
        if all(name in lower for name in wanted):
            return tuple(lower.index(name) for name in wanted)
    return ()


def _axis(sheet: Dense, row: int, at: Sequence[int], stop: int) -> str:
    """The words that name a row of times or wavelengths below a header, "" when there is no such row."""
    if row == len(sheet.cells) or any(sheet.cell(row, col) for col in at):
        return ""
    return next((c for c in map(_plain, sheet.cells[row][:stop]) if _TIME.match(c) or _SPECTRUM.match(c)), "")


def _listed_wells(sheet: Dense, start: int, at: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Wells and rows below a header; raises UnreadableError MG130 for a row without a well amid others."""
    broken = -1
    for row in range(start, len(sheet.cells)):
        text = "".join(sheet.cell(row, col) for col in at)
        well = well_from_text(text)
        if _plain(text).casefold() in ("well", "well rowwell col"):
            return
        if well and broken >= 0:
            seen = "".join(sheet.cell(broken, col) for col in at) or "an empty cell"
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(broken, at[0]), seen=seen)
        if well:
            yield well, row
        elif broken < 0:
            broken = row


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=EVIDENCE),)
