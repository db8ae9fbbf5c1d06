"""Molecular Devices SoftMax Pro: the `Plate:` sections of its text export, also cell by cell in a workbook.

A section's first line says by position what follows. Grids have no row letters: the line with the temperature is the
first row that was read. A second table with a header of its own holds what SoftMax computed (reduced) and is left out.
"""

import itertools
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, wavelengths_of_pairs
from mgassay.readers.reader import FORMAT_ONLY, covering, plate_reader
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.softmax_sections import FORMATS, Section, sections_in
from mgassay.readers.spots import Spot, beyond, check_same_length
from mgassay.readers.text import number_from
from mgassay.wellnames import row_letters, well_from_text

NAME, TITLE = "softmax", "Molecular Devices SoftMax Pro text"

KNOWN = (
    r"##blocks", r"plate:", r"group:", r"note:", r"~end", r"original filename|copyright|date last saved",
    r"instrument type", r"time|temperature", r"\d+:\d\d", r"[a-p]\d\d?$|[\d.,]+$",
)  # fmt: skip

_TIME = re.compile(r"(?:(?:(\d{1,9})\.)?(\d{1,9}):)?(\d{1,9}):([0-5]\d)(?:[.,](\d{1,9}))?")
_COLUMN = re.compile(r"[1-9]\d?")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = 2  # sheet column where values begin, behind time and temperature


class Read(NamedTuple):
    """One read: its time or wavelength as written, where that stands, and the spots of its wells."""

    key: str
    row: int
    spots: tuple[Spot, ...]


def detect(content: Content) -> bool:
    """Whether the file opens with SoftMax's count of blocks, or with a plate section of one of its formats."""
    return any(
        row[0].startswith("##BLOCKS=") or (row[0] == "Plate:" and len(row) > 3 and row[3].casefold() in FORMATS)
        for row in content.opening
        if row
    )


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All raw reads of all plate sections; those that hold no reading per well are named.

    Raises UnreadableError MG140 when no section can be read, MG127 for a section without an end, MG142 for one that
    its own first line does not describe.
    """
    sections = [s for sheet in content.sheets for s in sections_in(sheet)]
    left = [f"“{s.label}” ({s.left_out})" for s in sections if s.left_out]
    if left and len(left) == len(sections):
        raise UnreadableError("MG140", seen=", ".join(left))
    if left:
        problems.add("MG141", file=content.file, seen=", ".join(left))
    return [b for s in sections if not s.left_out for b in _section_blocks(s, content, problems)]


def seconds_from(text: str, place: str = "") -> float:
    """Seconds of SoftMax's times, which grow with the run: `0:30`, `1:00:00`, `1.00:05:00` (a day and five minutes).

    >>> seconds_from("0:30"), seconds_from("00:01:30"), seconds_from("1.00:05:00")
    (30.0, 90.0, 86700.0)
    """
    clock = _TIME.fullmatch(text)
    if not clock:
        raise UnreadableError("MG129", place=place, seen=text or "an empty cell")
    days, hours, minutes, seconds = (int(part or 0) for part in clock.groups()[:4])
    return 86400.0 * days + 3600.0 * hours + 60.0 * minutes + seconds + float(f"0.{clock[5] or 0}")


def _section_blocks(section: Section, content: Content, problems: Problems) -> Iterator[Block]:
    """The blocks of one section; wells that no read has a value of were not read."""
    section.check_line()
    groups = _reads_by_light(section)
    cells = section.sheet.cell
    read = {s.well for reads in groups for r in reads for s in r.spots if cells(s.row, s.col)}
    if not read:
        return
    _check_announced(section, groups[0], content, problems)
    for (channel, nm), reads in zip(_lights(section), groups, strict=True):
        for index, one in enumerate(reads):
            spots = tuple(s for s in one.spots if s.well in read)
            place = section.sheet.place(one.row, 0)
            if section.field(4) == "spectrum":
                light = _spectrum_nm(section, one)
                yield Block(section.sheet, spots, section.label, f"A{light:g}", light)
                continue
            time_s = seconds_from(one.key, place) if section.field(4) == "kinetic" else math.nan
            yield Block(section.sheet, spots, section.label, channel, nm, index, time_s)


def _spectrum_nm(section: Section, read: Read) -> float:
    """The wavelength before a read of a spectrum."""
    nm = number_from(read.key, "," if "," in read.key else ".")
    if nm is None:
        raise section.misfit(read.row, "a wavelength before each read", f"“{read.key}”")
    return nm


def _lights(section: Section) -> list[tuple[str, float]]:
    """Channel and wavelength of every read side by side; equal ones are numbered as SoftMax does (Lm1, Lm2)."""
    count = max(1, section.count(14))
    emissions = (section.numbers(15) + [math.nan] * count)[:count]
    if section.field(5) == "absorbance":
        named = [(f"A{nm:g}" if nm == nm else "", nm) for nm in emissions]
    elif section.field(5) == "luminescence":
        named = [("Lum", math.nan)] * count
    else:
        pairs = list(zip((section.numbers(19) + [math.nan] * count)[:count], emissions, strict=True))
        names = [f"{ex:g}/{em:g}" for ex, em in pairs]
        named = list(zip(names, wavelengths_of_pairs(pairs), strict=True))
    many = Counter(name for name, _ in named)
    return [(n if many[n] == 1 else f"{n} Lm{k}".strip(), nm) for k, (n, nm) in enumerate(named, start=1)]


def _reads_by_light(section: Section) -> list[list[Read]]:
    """The reads of a section, a list for each wavelength side by side."""
    sheet, inside = section.sheet, range(section.start + 1, section.end)
    header = next((r for r in inside if sheet.cell(r, 1).casefold().startswith("temp")), None)
    if header is None and any(any(sheet.cells[r]) for r in inside):
        raise section.misfit(section.start + 1, "a header line with “Temperature”", "none")
    if header is None:  # a plate that was never read
        return [[]]
    again = (r for r in range(header + 1, section.end) if _is_header_again(sheet, r, header))
    body = range(header + 1, next(again, section.end))
    groups = _time_groups(section, header, body) if section.field(3) == "timeformat" else _grids(section, header, body)
    again_read = next((reads[1].row for reads in groups if len(reads) > 1), None)
    if section.field(4) == "endpoint" and again_read is not None:
        raise section.misfit(again_read, "one read (endpoint)", "another read")
    if len(groups) != max(1, section.count(14)):
        raise section.misfit(header, f"{max(1, section.count(14))} wavelengths", f"{len(groups)}")
    return groups


def _is_header_again(sheet: Sheet, row: int, header: int) -> bool:
    """Whether a row behind a blank one heads the same columns as the header once more: those of the reduced data."""
    cells = sheet.cells[row]
    heads, columns = ([c for c in line[_VALUES:] if c] for line in (cells, sheet.cells[header]))
    once = columns[: columns.index(columns[0], 1)] if columns.count(columns[0] if columns else "") > 1 else columns
    again = bool(once) and heads == once * (len(heads) // len(once))
    return (
        bool(heads)
        and again
        and not any(sheet.cells[row - 1])
        and (not cells[1] or cells[1].casefold().startswith("temp"))
    )


def _check_columns(section: Section, body: range, columns: Mapping[int, int]) -> None:
    """Refuses values under no column of the header (MG124) or one not read (MG142), and shorter rows: shifted cells.

    `columns` are the plate's columns by those of the sheet.
    """
    check_same_length(section.sheet, body, _VALUES)
    for row in body:
        for col, cell in enumerate(section.sheet.cells[row][_VALUES:], start=_VALUES):
            if cell and col not in columns:
                raise beyond(section.sheet, row, col)
            if cell and columns[col] not in section.columns:
                announced = f"columns {section.columns.start} to {section.columns.stop - 1}"
                raise section.misfit(row, announced, f"“{cell}” in column {columns[col]}")


def _grids(section: Section, header: int, body: range) -> list[list[Read]]:
    """PlateFormat: grids under column numbers, one beside the other for each wavelength, reads one below the other."""
    groups: list[list[tuple[int, int]]] = []
    for col, cell in enumerate(section.sheet.cells[header]):
        if col < _VALUES or not _COLUMN.fullmatch(cell):
            continue
        if not groups or int(cell) <= groups[-1][-1][0]:
            groups.append([])
        groups[-1].append((int(cell), col))
    _check_columns(section, body, {col: column for group in groups for column, col in group})
    first, count = section.rows
    starts = list(_grid_starts(section, body, count))
    return [[_grid_read(section, row, first, count, columns) for row in starts] for columns in groups]


def _grid_read(section: Section, row: int, first: int, count: int, columns: Sequence[tuple[int, int]]) -> Read:
    """One read of a grid."""
    spots = (Spot(f"{row_letters(first + k)}{c}", row + k, col) for k in range(count) for c, col in columns)
    return Read(section.sheet.cell(row, 0), row, tuple(spots))


def _grid_starts(section: Section, body: range, count: int) -> Iterator[int]:
    """Where each grid that was read begins.

    Raises UnreadableError MG142 when a grid has not as many rows as announced: below a lost line all rows are shifted.
    """
    cells = section.sheet.cells
    filled = [r for r in body if any(cells[r])]
    starts = [r for r in body if any(cells[r][:_VALUES])] or filled[:1]
    if filled and filled[0] != starts[0]:
        raise section.misfit(filled[0], "a temperature in the first row", "a row before it")
    lasts = [
        max((r for r in range(start, stop) if any(cells[r][_VALUES:])), default=-1)
        for start, stop in zip(starts, [*starts, body.stop][1:], strict=True)
    ]
    for start, last in zip(starts, lasts, strict=True):
        held = last - start + 1 if last >= 0 else 0
        stopped = section.field(4) == "kinetic" and start != starts[0] and last == max(lasts) and held < count
        if held and not stopped and held != count:
            raise section.misfit(start, f"{count} rows", f"{held}")
        if held == count:  # the read during which a run was stopped is left out
            yield start


def _time_groups(section: Section, header: int, body: range) -> list[list[Read]]:
    """TimeFormat: a line for each read with the wells across; blank lines part the wavelengths."""
    sheet = section.sheet
    wells = [(well, col) for col, c in enumerate(sheet.cells[header]) if col >= _VALUES and (well := well_from_text(c))]
    _check_columns(section, body, {col: int(well.lstrip(_LETTERS)) for well, col in wells})
    groups: list[list[Read]] = [[]]
    for row in body:
        if not any(sheet.cells[row]):
            groups += [[]] if groups[-1] and section.count(14) > 1 else []
        elif any(sheet.cells[row][_VALUES:]):
            groups[-1].append(Read(sheet.cell(row, 0), row, tuple(Spot(well, row, col) for well, col in wells)))
    return groups if groups[-1] or len(groups) == 1 else groups[:-1]


def _check_announced(section: Section, reads: Sequence[Read], content: Content, problems: Problems) -> None:
    """A warning for reads that are missing, an error for times that are not those of the announced interval."""
    where = {"file": content.file, "sheet": section.sheet.name, "place": section.sheet.place(section.start)}
    if section.field(7) == "true":
        problems.add("MG144", **where, seen=section.label)
    if section.field(4) != "endpoint" and section.count(8) not in (0, len(reads)):
        problems.add("MG131", **where, seen=len(reads), announced=section.count(8))
    if section.field(4) != "kinetic" or len(reads) < 2:
        return
    times = [seconds_from(r.key, section.sheet.place(r.row, 0)) for r in reads]
    steps = [late - early for early, late in itertools.pairwise(times)]
    step, interval = statistics.median(steps), section.count(10)
    if min(steps) <= 0 or (interval and not interval / 2 <= step <= interval * 2):
        problems.add("MG143", **where, seen=f"{step:g} s", announced=f"{interval} s")


def _with_groups(sheet: Sheet, used: frozenset[int]) -> frozenset[int]:
    """The rows that were read, and those of the `Group:` sections, which are tables of computed values."""
    rows, inside = set(used), False
    for row in range(len(sheet.cells)):
        first = sheet.cell(row, 0).casefold()
        inside = first.startswith("group:") or (inside and not first.startswith("~end"))
        rows |= {row} if inside else set()
    return frozenset(rows)


_PLATE = plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=FORMAT_ONLY)
READERS = (covering(_PLATE, _with_groups),)
