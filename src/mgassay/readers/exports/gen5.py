"""Agilent (BioTek) Gen5: result matrices, lists and kinetic tables in its text export.

Gen5 prints what it computed (`Blank 562`, `[Concentration]`, `Mean V [420]`) between the raw rows. A row is raw when
its label is the wavelength, alone or behind the name of a read that the procedure lists.
"""

import math
import re
from collections.abc import Iterator

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import (
    PlateGrid,
    TimeCourse,
    grids_in,
    nearest_above,
    time_courses_in,
    title_above,
    well_lists_in,
)
from mgassay.readers.sheets import Content, Sheet

NAME, TITLE = "gen5", "Agilent/BioTek Gen5 text"

KNOWN = (
    r"software version$", r"experiment file path", r"protocol file path", r"plate number$", r"date$", r"time$",
    r"reader type", r"reader serial number", r"reading type", r"procedure details", r"plate type", r"eject plate",
    r"read$", r"absorbance (endpoint|spectrum)|fluorescence endpoint|luminescence endpoint", r"full plate$", r"wavelengths?:",
    r"read speed", r"layout$", r"results$", r"actual temperature", r"start kinetic", r"end kinetic", r"\d+ reads",
    r"blank wells|.*:\d{3,4}$|\d{3,4}$", r"(std)?curve", r"conc$|\[concentration\]", r"set temperature", r"shake", r"0:00:00$",
)  # fmt: skip

_MARKS = {"software version", "experiment file path:", "protocol file path:", "plate number", "reader type:"}
_NM = r"\d{3,4}(?:/\d+)?"
_LABEL = re.compile(rf"(?:(?P<read>.+):)?\s*(?P<light>{_NM}(?:,{_NM})?|Lum)")
_COMPUTED = re.compile(r"(?:blank|corrected|mean|max|delta|pathlength|std|cv)\b", re.IGNORECASE)
_ANNOUNCED = re.compile(r".*?(\d+) Reads")
_PLATE = "plate number"


def detect(content: Content) -> bool:
    """Whether the file opens as Gen5's exports do."""
    return len(_MARKS & {cell.casefold() for row in content.opening for cell in row}) >= 2


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All raw reads of all plates; a warning when a kinetic read holds fewer or more reads than the procedure says."""
    return [
        block
        for sheet in content.sheets
        for block in (*_matrices(sheet), *_lists(sheet), *_kinetics(sheet, problems, content))
    ]


def wavelength_of(label: str, reads: frozenset[str]) -> float | None:
    """The wavelength of a raw label in nm, NaN for two (fluorescence) or none; None for a label of computed values.

    `reads` are the names of reads that the procedure lists; without any, names of known computations are turned away.

    >>> wavelength_of("BCA:562", frozenset({"BCA"})), wavelength_of("Blank BCA:562", frozenset({"BCA"}))
    (562.0, None)
    """
    match = _LABEL.fullmatch(label)
    if not match:
        return None
    read = match["read"]
    if read and (read not in reads if reads else _COMPUTED.match(read)):
        return None
    return float(match["light"]) if match["light"].isdigit() else math.nan


def _reads_named(sheet: Sheet) -> frozenset[str]:
    """The names of the reads in the procedure."""
    pairs = ([c for c in row if c] for row in sheet.cells)
    return frozenset(pair[1] for pair in pairs if len(pair) >= 2 and pair[0] == "Read")


def _plate_at(sheet: Sheet, row: int) -> str:
    """The plate whose section a row stands in."""
    for above in range(row, -1, -1):
        filled = [c for c in sheet.cells[above] if c]
        if filled and filled[0].casefold() == _PLATE:
            return filled[1] if len(filled) > 1 else ""
    return ""


def _matrices(sheet: Sheet) -> Iterator[Block]:
    """Raw rows of result matrices; the label stands behind each row, or above the matrix where there is none."""
    reads = _reads_named(sheet)
    for grid in grids_in(sheet, continued=True):
        _check_labels(grid)
        by_label: dict[str, list[tuple[str, int]]] = {}
        for letter, row in grid.rows:
            by_label.setdefault(grid.label(row) or title_above(sheet, grid.header), []).append((letter, row))
        for label, rows in by_label.items():
            nm = wavelength_of(label, reads)
            if nm is not None:
                yield Block(sheet, grid.spots(rows), _plate_at(sheet, grid.header), channel_name(label, nm), nm)


def _check_labels(grid: PlateGrid) -> None:
    """Raises UnreadableError MG127 when the last row has no label though the first has: the file was cut off there."""
    grid.check_whole()
    row = grid.rows[-1][1]
    if grid.label(grid.rows[0][1]) and not grid.label(row):
        raise UnreadableError("MG127", place=grid.sheet.place(row), seen="values without their label")


def _lists(sheet: Sheet) -> Iterator[Block]:
    """Raw columns of lists with one row per well."""
    reads = _reads_named(sheet)
    for wells in well_lists_in(sheet):
        for col, name in enumerate(wells.names):
            nm = wavelength_of(name, reads)
            if nm is not None:
                yield Block(sheet, wells.spots(col), _plate_at(sheet, wells.header), channel_name(name, nm), nm)


def _kinetics(sheet: Sheet, problems: Problems, content: Content) -> Iterator[Block]:
    """Raw kinetic tables, one block per read."""
    reads = _reads_named(sheet)
    for course in time_courses_in(sheet):
        label = title_above(sheet, course.header)
        nm = wavelength_of(label, reads)
        if nm is None:
            continue
        _check_reads_announced(course, problems, content)
        plate, channel = _plate_at(sheet, course.header), channel_name(label, nm)
        for index, (time_s, spots) in enumerate(course.reads):
            yield Block(sheet, spots, plate, channel, nm, index, time_s)


def _check_reads_announced(course: TimeCourse, problems: Problems, content: Content) -> None:
    """A warning when the table does not hold as many reads as the procedure says."""
    said = nearest_above(course.sheet, course.header, _ANNOUNCED)
    if said and int(said[1]) != len(course.reads):
        place = course.sheet.place(course.header)
        problems.add("MG131", file=content.file, place=place, seen=len(course.reads), announced=said[1])


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN),)
