"""Wells over time: tables with times down and wells across, or wells down and times across."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mgassay.errors import UnreadableError
from mgassay.readers.grid_checks import heads_grid
from mgassay.readers.sheets import Sheet
from mgassay.readers.spots import Spot, check_count, check_last_line, check_no_more, check_same_length, interrupted
from mgassay.readers.text import is_reading, number_from
from mgassay.wellnames import well_from_text

WELL_CORNERS = ("well", "wells")
_CLOCK = re.compile(r"(\d{1,9}):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?")
_WORDED = re.compile(r"(?=\d)(?:(\d{1,9}) ?h)?\s*(?:(\d{1,9}) ?min)?\s*(?:(\d{1,9}(?:\.\d{1,9})?) ?s(?:ec)?)?")
_TIME_HEADER = re.compile(
    r"(?:kinetic |read |avg\. )?(?:time|zeit)\b\s*[\[(]?\s*(s|sec|seconds|min|minutes|h|hours)?\s*[\])]?", re.I
)
_TIME_COLUMNS = 4  # the times stand in one of the first columns: behind the cycle's number, before the temperature
_LINES_BETWEEN = 3  # cycle numbers, temperatures and the like may stand between times and wells
_NO_WORD = re.compile(r"[\d.,+-]|[A-Za-z]{1,2} ?\d")  # at the start of a cell
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class TimeCourse:
    """Wells over time: `reads` holds the time in seconds and the spots of every read that was taken."""

    sheet: Sheet
    header: int
    reads: tuple[tuple[float, tuple[Spot, ...]], ...]


def time_courses_in(sheet: Sheet) -> list[TimeCourse]:
    """All tables with times down and wells across; rows without any value are reads that were never taken.

    Raises UnreadableError MG129 for a time that is neither h:mm:ss nor a number with its unit in the header, MG149 for
    one that is not later than the time before it, MG168 for a table that goes on below a blank row or a note.
    """
    return _counted(c for header, cells in enumerate(sheet.cells) if (c := _course_at(sheet, header, cells)))


def times_across_in(sheet: Sheet) -> list[TimeCourse]:
    """All tables with wells down and times across, whose header is the row of the times.

    Raises UnreadableError MG129 for a time that cannot be read, MG130 for a row without a well amid the others, MG149
    for a time that is not later than the one before it, MG168 for a table that goes on below a blank row.
    """
    return _counted(c for header, cells in enumerate(sheet.cells) if (c := _across_at(sheet, header, cells)))


def _counted(courses: Iterable[TimeCourse]) -> list[TimeCourse]:
    """All courses; raises UnreadableError MG106 for more than any instrument writes."""
    found: list[TimeCourse] = []
    for course in courses:
        found.append(course)
        check_count(len(found))
    return found


def is_time_header(text: str) -> bool:
    """Whether a header is that of a column of times, with its unit or without."""
    return bool(_TIME_HEADER.fullmatch(text))


def _time_column(cells: Sequence[str]) -> int | None:
    """The column among the first ones whose header is a time."""
    return next((k for k, cell in enumerate(cells[:_TIME_COLUMNS]) if _TIME_HEADER.fullmatch(cell)), None)


def _course_at(sheet: Sheet, header: int, cells: Sequence[str]) -> TimeCourse | None:
    """The time course whose wells stand in this row, if any; it ends without a time or at the next header."""
    at = _time_column(cells)
    if at is None:
        return None
    wells = [(well, col) for col in range(at + 1, len(cells)) if (well := well_from_text(cells[col]))]
    reads = []
    row = header + 1
    while wells and sheet.cell(row, at) and not _TIME_HEADER.fullmatch(sheet.cell(row, at)):
        check_no_more(sheet, row, len(cells))
        spots = tuple(Spot(well, row, col) for well, col in wells)
        if any(sheet.cell(row, s.col) for s in spots):
            reads.append((seconds_from(sheet.cell(row, at), cells[at], sheet.place(row, at)), spots))
            _check_order(reads, sheet.cell(row, at), sheet.place(row, at))
        row += 1
    if not reads:
        return None
    course = TimeCourse(sheet, header, tuple(reads))
    _check_lengths(course, at)
    _check_named(course, wells)
    if not sheet.cell(row, at):
        _check_not_interrupted(course, row, at)
    return course


def _check_named(course: TimeCourse, wells: Sequence[tuple[str, int]]) -> None:
    """Raises UnreadableError MG130 when a column amid the wells holds readings and its header names no well."""
    sheet, named = course.sheet, {col for _, col in wells}
    for col in range(min(named), max(named)):
        held = col not in named and any(is_reading(sheet.cell(spots[0].row, col)) for _, spots in course.reads)
        if held:
            seen = sheet.cell(course.header, col) or "an empty cell"
            raise UnreadableError("MG130", sheet=sheet.name, place=sheet.place(course.header, col), seen=seen)


def _check_lengths(course: TimeCourse, at: int) -> None:
    """Raises UnreadableError MG127 when a read of a text ends before its last well: a cell of it was lost."""
    sheet, last = course.sheet, course.reads[0][1][-1].col
    rows = [spots[0].row for _, spots in course.reads]
    check_same_length(sheet, rows, at)
    short = next((row for row in rows if sheet.is_text and len(sheet.cells[row]) <= last), None)
    if short is not None:
        raise UnreadableError("MG127", place=sheet.place(short), seen="fewer cells than the header")


def _check_not_interrupted(course: TimeCourse, end: int, at: int) -> None:
    """Raises UnreadableError MG168 when rows with a time and as many readings follow before the next header."""
    sheet, spots = course.sheet, course.reads[-1][1]
    own = _has_unit(sheet.cell(spots[0].row, at))
    needed = sum(is_reading(sheet.cell(s.row, s.col)) for s in spots)
    for row in range(end, len(sheet.cells)):
        text = sheet.cell(row, at)
        if _heads_table(sheet.cells[row]):
            return
        if text and _is_time(text) and _has_unit(text) == own:
            if 2 * sum(is_reading(sheet.cell(row, s.col)) for s in spots) >= max(1, needed):
                raise interrupted(sheet, end, row)


def _heads_table(cells: Sequence[str]) -> bool:
    """Whether a row is the header of a table: of times, of wells, or of a plate's columns."""
    return _time_column(cells) is not None or sum(bool(well_from_text(c)) for c in cells) >= 2 or heads_grid(cells)


def _across_at(sheet: Sheet, header: int, cells: Sequence[str]) -> TimeCourse | None:
    """The time course whose times stand in this row, if any; columns without any value were never read."""
    at = _time_column(cells)
    if at is None and cells and cells[0].casefold() in WELL_CORNERS and _has_unit(sheet.cell(header, 1)):
        at = 0
    columns = [] if at is None else [col for col in range(at + 1, len(cells)) if cells[col]]
    if at is None or not columns or not _is_time(cells[columns[0]]):
        return None
    wells = tuple(_wells_below(sheet, header + 1, at))
    if not wells:
        return None
    check_last_line(sheet, wells[-1][1], columns[-1])
    for _, row in wells:
        check_no_more(sheet, row, len(cells))
    check_same_length(sheet, [row for _, row in wells], at)
    _check_no_wells_below(sheet, wells[-1][1] + 1, at, columns)
    reads = []
    for col in columns:
        spots = tuple(Spot(well, row, col) for well, row in wells)
        if any(sheet.cell(s.row, s.col) for s in spots):
            reads.append((seconds_from(cells[col], cells[at], sheet.place(header, col)), spots))
            _check_order(reads, cells[col], sheet.place(header, col))
    return TimeCourse(sheet, header, tuple(reads)) if reads else None


def _check_no_wells_below(sheet: Sheet, end: int, at: int, columns: Sequence[int]) -> None:
    """Raises UnreadableError MG168 when wells with readings at these times follow before the next header."""
    for row in range(end, len(sheet.cells)):
        cells = sheet.cells[row]
        if _time_column(cells) is not None or any(c.casefold() in WELL_CORNERS for c in cells) or heads_grid(cells):
            return
        if well_from_text(sheet.cell(row, at)) and any(is_reading(sheet.cell(row, col)) for col in columns):
            raise interrupted(sheet, end, row)


def _check_order(reads: Sequence[tuple[float, tuple[Spot, ...]]], text: str, place: str) -> None:
    """Raises UnreadableError MG149 when the last read is earlier than the one before it, or at the same time."""
    if len(reads) > 1 and reads[-1][0] <= reads[-2][0]:
        raise UnreadableError("MG149", place=place, seen=text)


def _wells_below(sheet: Sheet, start: int, col: int) -> Iterator[tuple[str, int]]:
    """Wells and rows below a row of times, until an empty cell; raises UnreadableError MG130 for a broken list.

    Lines between times and wells have a word in front; what looks like a well or a value there is a broken row.
    """
    begun, broken = False, -1
    for row in range(start, len(sheet.cells)):
        cell = sheet.cell(row, col)
        well = well_from_text(cell)
        if not cell or (not begun and row - start >= _LINES_BETWEEN):
            return
        if well and broken >= 0:
            raise UnreadableError(
                "MG130", sheet=sheet.name, place=sheet.place(broken, col), seen=sheet.cell(broken, col)
            )
        if well:
            begun = True
            yield well, row
        elif broken < 0 and (begun or _NO_WORD.match(cell)):
            broken = row


def _has_unit(text: str) -> bool:
    """Whether a text is a time with its own unit: `0:05:00`, `30 s`, `1 h 15 min`."""
    return bool(text and (_CLOCK.fullmatch(text) or _WORDED.fullmatch(text)))


def _is_time(text: str) -> bool:
    """Whether a text is a time, with or without a unit."""
    return _has_unit(text) or number_from(text, "." if "." in text else ",") is not None


def seconds_from(text: str, header: str, place: str = "") -> float:
    """Seconds of a time written h:mm:ss or with words, or of a number whose unit stands in the column's header.

    >>> seconds_from("0:27:30", "Time"), seconds_from("2.5", "Time [min]"), seconds_from("1 h 15 min", "Well")
    (1650.0, 150.0, 4500.0)
    """
    if clock := _CLOCK.fullmatch(text):
        return 3600.0 * int(clock[1]) + 60.0 * int(clock[2]) + int(clock[3]) + float(f"0.{clock[4] or 0}")
    if worded := _WORDED.fullmatch(text):
        return 3600.0 * int(worded[1] or 0) + 60.0 * int(worded[2] or 0) + float(worded[3] or 0)
    unit = _TIME_HEADER.fullmatch(header)
    number = number_from(text, "." if "." in text else ",")
    if number is None or not unit or not unit[1] or not math.isfinite(number):
        raise UnreadableError("MG129", place=place, seen=text)
    return number * _SECONDS[unit[1][0].lower()]
