"""Agilent (BioTek) Gen5: result matrices, lists and kinetic tables, as text, csv or workbook.

Gen5 prints what it computed (`Blank 562`, `[Concentration]`, `Mean V [420]`) between the raw rows. A row is raw when
its label is the wavelength, alone or behind the name of a read that the procedure lists. In a workbook the tables
stand one column further right than in a text; a kinetic table of more than 96 wells is printed in several pieces.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name, wavelengths_of_pairs
from mgassay.readers.courses import TimeCourse, time_courses_in
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import PlateGrid, column_run, grids_in, title_above, well_lists_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot
from mgassay.wellnames import well_from_text

NAME, TITLE = "gen5", "Agilent/BioTek Gen5 text or workbook"
EVIDENCE = "text read against real exports; workbooks: format only, no real file seen"

KNOWN = (
    r"software version$", r"(experiment|protocol) file path", r"plate number$", r"date$", r"time$", r"plate type",
    r"reader (type|serial number)", r"reading type", r"procedure details", r"eject plate", r"read( \d+)?$", r"layout$",
    r"(absorbance|fluorescence|luminescence) (endpoint|spectrum)", r"full plate$", r"wavelengths?:", r"read speed",
    r"results$", r"actual temperature", r"start kinetic", r"end kinetic", r"\d+ reads", r"set temperature", r"shake",
    r"[a-p]$|1$", r"(blank|corrected|mean|max|delta|ratio|r-squared|t at max|lagtime)\b.*[:\[ ](\d{3,4}|lum)\b",
    r"blank wells|.*:(\d{3,4}|lum)$|\d{3,4}$", r"(std)?curve", r"conc$|\[concentration\]", r"0:00:00$", r"delay",
    r"(filter|optics|mirror|light source|read height|gain|integration time|excitation|emission)\b.*:", r"pathlength",
)  # fmt: skip

_MARKS = {"software version", "experiment file path:", "protocol file path:", "plate number", "reader type:"}
_NM = r"\d{3,4}(?:/\d{1,2})?"
_LABEL = re.compile(rf"(?:(?P<read>.+):)?\s*(?P<light>{_NM}(?:,{_NM})?|Lum)")
_PAIR = re.compile(r"(?:.+:)?(\d{3,4})(?:/\d+)?,(\d{3,4})(?:/\d+)?")  # excitation, emission
_COMPUTED = re.compile(r"(?:blank|corrected|mean|max|delta|pathlength|std|cv|ratio|norm)\b", re.IGNORECASE)
_ANNOUNCED = re.compile(r".*?(\d+) Reads")
_PLATE = "plate number"
_TEMPERATURE = re.compile(r"T[^a-z\d ]{1,4} (.+)")  # its degree sign comes in many encodings
_MODE = re.compile(r"(absorbance|(time resolved )?fluorescence|luminescence|alpha|.*polarization)\b.*", re.IGNORECASE)
_SCANS = {"wavelength": "a spectrum", "x read #": "an area scan", "y read #": "an area scan"}


def detect(content: Content) -> bool:
    """Whether the file opens as Gen5's exports do: with its header, its procedure, or its layout or results."""
    rows = content.opening
    firsts = {next((c for c in row if c), "").casefold() for row in rows}
    headed = len(_MARKS & firsts) >= 2 or {"procedure details", "plate type"} <= firsts
    return headed or ("software version" not in firsts and any(map(_opens_results, rows, rows[1:], rows[2:])))


def _opens_results(title: tuple[str, ...], header: tuple[str, ...], first: tuple[str, ...]) -> bool:
    """Whether three rows are the title, column numbers and first row, with its label, of Gen5's layout or results."""
    run = column_run(header)
    if run is None or run[0] not in (1, 2) or [c for c in title if c] not in (["Layout"], ["Results"]):
        return False
    label = "".join(first[run[0] + len(run[1]) :][:1])
    return bool(_LABEL.fullmatch(label)) or any(c.isalpha() for c in label)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All raw reads of all plates; a warning when a kinetic read holds fewer or more reads than the procedure says.

    Raises UnreadableError MG145 when all that the file holds is a scan.
    """
    found = [
        block
        for sheet in content.sheets
        for block in (*_matrices(sheet), *_lists(sheet), *_rows(sheet), *_kinetics(sheet, problems, content))
    ]
    if not found:
        _check_no_scan(content)
    return _with_excitations(found)


def _with_excitations(found: Sequence[Block]) -> list[Block]:
    """The blocks, with the wavelength that tells the fluorescence reads of a plate apart where one does."""
    pairs: dict[str, dict[str, tuple[float, float]]] = {}
    for block in found:
        if pair := _PAIR.fullmatch(block.channel):
            pairs.setdefault(block.plate, {})[block.channel] = float(pair[1]), float(pair[2])
    lights = {
        (plate, channel): nm
        for plate, own in pairs.items()
        for channel, nm in zip(own, wavelengths_of_pairs(list(own.values())), strict=True)
    }
    return [replace(b, wavelength_nm=lights.get((b.plate, b.channel), b.wavelength_nm)) for b in found]


def _check_no_scan(content: Content) -> None:
    """Raises UnreadableError MG145 for a spectrum or an area scan."""
    for sheet in content.sheets:
        for row, cells in enumerate(sheet.cells):
            scan = next((_SCANS[c.casefold()] for c in cells[:2] if c.casefold() in _SCANS), "")
            if scan and any(map(well_from_text, cells)):
                raise UnreadableError("MG145", sheet=sheet.name, place=sheet.place(row), seen=scan)


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
    """The names of the reads in the procedure; a read without one shows its mode there (`Absorbance Endpoint`)."""
    pairs = ([c for c in row if c] for row in sheet.cells)
    named = (pair[1] for pair in pairs if len(pair) >= 2 and pair[0] == "Read")
    return frozenset(name for name in named if not _MODE.fullmatch(name))


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
        _check_last_label(grid)
        by_label: dict[str, list[tuple[str, int]]] = {}
        for letter, row in grid.rows:
            by_label.setdefault(grid.label(row) or title_above(sheet, grid.header), []).append((letter, row))
        for label, rows in by_label.items():
            nm = wavelength_of(label, reads)
            if nm is not None:
                _check_last_letter(grid)
                yield Block(sheet, grid.spots(rows), _plate_at(sheet, grid.header), channel_name(label, nm), nm)


def _check_last_label(grid: PlateGrid) -> None:
    """Raises UnreadableError MG127 when the last row has no label though the first has: the file was cut off there."""
    grid.check_whole()
    row = grid.rows[-1][1]
    if not _LABEL.fullmatch(grid.label(row)):
        grid.check_width()
    if grid.label(grid.rows[0][1]) and not grid.label(row):
        raise UnreadableError("MG127", place=grid.sheet.place(row), seen="values without their label")


def _check_last_letter(grid: PlateGrid) -> None:
    """Raises UnreadableError MG127 when fewer rows belong to the last letter than to the first: it was cut off."""
    letters = [letter for letter, _ in grid.rows]
    last, first = letters.count(letters[-1]), letters.count(letters[0])
    if last < first:
        raise UnreadableError(
            "MG127", place=grid.sheet.place(grid.rows[-1][1]), seen=f"{last} of the {first} rows of a letter"
        )


def _lists(sheet: Sheet) -> Iterator[Block]:
    """Raw columns of lists with one row per well."""
    reads = _reads_named(sheet)
    for wells in well_lists_in(sheet):
        for col, name in enumerate(wells.names):
            nm = wavelength_of(name, reads)
            if nm is not None:
                yield Block(sheet, wells.spots(col), _plate_at(sheet, wells.header), channel_name(name, nm), nm)


def _rows(sheet: Sheet) -> Iterator[Block]:
    """Raw rows below a header of wells: a row per read, its label in the column of the word `Well`."""
    reads = _reads_named(sheet)
    for header, cells in enumerate(sheet.cells):
        at = next((k for k, c in enumerate(cells[:2]) if c == "Well"), None)
        wells = [] if at is None else [(w, col) for col, c in enumerate(cells) if (w := well_from_text(c))]
        row = header + 1
        while at is not None and wells and (label := sheet.cell(row, at)):
            nm = wavelength_of(label, reads)
            if nm is not None:
                spots = tuple(Spot(well, row, col) for well, col in wells)
                yield Block(sheet, spots, _plate_at(sheet, header), channel_name(label, nm), nm)
            row += 1


def _kinetics(sheet: Sheet, problems: Problems, content: Content) -> Iterator[Block]:
    """Raw kinetic tables, one block per read of each piece."""
    reads = _reads_named(sheet)
    checked: set[tuple[str, str]] = set()
    for course in time_courses_in(sheet):
        label = _course_label(course)
        nm = wavelength_of(label, reads)
        if nm is None:
            continue
        plate, channel = _plate_at(sheet, course.header), channel_name(label, nm)
        if (plate, channel) not in checked:
            checked.add((plate, channel))
            _check_reads_announced(course, problems, content)
        for index, (time_s, spots) in enumerate(course.reads):
            yield Block(sheet, spots, plate, channel, nm, index, time_s)


def _course_label(course: TimeCourse) -> str:
    """The read of a kinetic table: its temperature column names it, else the title above does.

    Labs type remarks between the title and the table.
    """
    header = course.sheet.cells[course.header]
    named = next((m[1] for cell in header[:4] if (m := _TEMPERATURE.fullmatch(cell))), "")
    return named or title_above(course.sheet, course.header)


def _check_reads_announced(course: TimeCourse, problems: Problems, content: Content) -> None:
    """A warning when the table does not hold as many reads as a kinetic step of its procedure says."""
    said = _announced(course.sheet, course.header)
    if said and len(course.reads) not in map(int, said):
        place = course.sheet.place(course.header)
        problems.add("MG131", file=content.file, place=place, seen=len(course.reads), announced=" or ".join(said))


def _announced(sheet: Sheet, row: int) -> list[str]:
    """The counts of reads that the kinetic steps above a row announce, back to the head of its plate's section."""
    said: list[str] = []
    for above in range(row - 1, -1, -1):
        filled = [c for c in sheet.cells[above] if c]
        if filled and filled[0].casefold() == _PLATE:
            break
        said += [m[1] for c in filled if (m := _ANNOUNCED.fullmatch(c)) and m[1] not in said]
    return said[::-1]


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=EVIDENCE),)
