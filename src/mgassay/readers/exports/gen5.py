"""Agilent (BioTek) Gen5: result matrices, lists and kinetic tables, as text, csv or workbook.

Gen5 prints what it computed (`Blank 562`, `[Concentration]`, `Mean V [420]`) between the raw rows. A row is raw when
its label is the wavelength, alone or behind the name of a read that the procedure lists. In a workbook the tables
stand one column further right than in a text; a kinetic table of more than 96 wells is printed in several pieces.
"""

import bisect
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name, wavelengths_of_pairs
from mgassay.readers.courses import TimeCourse, time_courses_in
from mgassay.readers.grid_checks import check_beside, column_run, is_row_letter
from mgassay.readers.reader import covering, plate_reader
from mgassay.readers.shapes import PlateGrid, grids_in, title_above, well_lists_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot, check_row
from mgassay.wellnames import well_from_text

NAME, TITLE = "gen5", "Agilent/BioTek Gen5 text or workbook"
EVIDENCE = "text read against the maker's samples and mock files; workbooks: format only, no real file seen"

KNOWN = (
    r"software version$", r"(experiment|protocol) file path", r"plate number$", r"date$", r"time$", r"plate type",
    r"reader (type|serial number)", r"reading type", r"procedure details", r"eject plate", r"read( \d+)?$", r"layout$",
    r"(absorbance|fluorescence|luminescence) (endpoint|spectrum)", r"full plate$", r"wavelengths?:", r"read speed",
    r"results$", r"actual temperature", r"start kinetic", r"end kinetic", r"\d+ reads", r"set temperature", r"shake",
    r"[a-p]$|1$", r"(blank|corrected|mean|max|delta|ratio|r-squared|t at max|lagtime)\b.*[:\[ ](\d{3,4}|lum)\b",
    r"blank wells|.*:(\d{3,4}(/.*)?|lum)$|\d{3,4}$", r"(std)?curve", r"conc$|\[concentration\]", r"0:00:00$", r"delay",
    r"(filter|optics|mirror|light source|read height|gain|integration time|excitation|emission)\b.*:", r"pathlength",
)  # fmt: skip

_MARKS = {"software version", "experiment file path:", "protocol file path:", "plate number", "reader type:"}
_NM = r"\d{3,4}(?:/\d{1,2})?"
_LABEL = re.compile(rf"(?:(?P<read>.+):)?\s*(?P<light>{_NM}(?:,{_NM})?|Lum)")
_NAMED = re.compile(rf".+:(?:{_NM}(?:,{_NM})?|Lum)")
_PAIR = re.compile(r"(?:.+:)?(\d{3,4})(?:/\d+)?,(\d{3,4})(?:/\d+)?")  # excitation, emission
_COMPUTED = re.compile(r"(?:blank|corrected|mean|max|delta|pathlength|std|cv|ratio|norm)\b", re.IGNORECASE)
_ANNOUNCED = re.compile(r".*?(?<!\d)(\d{1,9}) Reads")
_PLATE = "plate number"
_TEMPERATURE = re.compile(r"T[^a-z\d ]{1,4} (.+)")  # its degree sign comes in many encodings
_MODE = re.compile(r"(absorbance|(time resolved )?fluorescence|luminescence|alpha|.*polarization)\b.*", re.IGNORECASE)
_TITLES = (["Layout"], ["Results"])
_SCANS = {"wavelength": "a spectrum", "x read #": "an area scan", "y read #": "an area scan"}


def detect(content: Content) -> bool:
    """Whether the file opens as Gen5's exports do: with its header, its procedure, or its layout or results."""
    rows = content.opening
    firsts = {next((c for c in row if c), "").casefold() for row in rows}
    headed = len(_MARKS & firsts) >= 2 or {"procedure details", "plate type"} <= firsts
    titled = (k for k, row in enumerate(rows) if "software version" in firsts or [*filter(None, row)] in _TITLES)
    return (
        headed or any(_opens_results(*rows[k + 1 : k + 3]) for k in titled if k + 2 < len(rows)) or _has_labels(content)
    )


def _opens_results(header: tuple[str, ...], first: tuple[str, ...]) -> bool:
    """Whether two rows are the column numbers and first row, with its label, of Gen5's layout or results.

    Or the first is the header of a kinetic table or a list of Gen5's.
    """
    run = column_run(header)
    if {"Time", "Well"} & set(header[:3]) and any(_NAMED.fullmatch(c) or _TEMPERATURE.fullmatch(c) for c in header):
        return True
    if run is None or run[0] not in (1, 2):
        return False
    label = "".join(first[run[0] + len(run[1]) :][:1])
    return bool(_LABEL.fullmatch(label)) or any(c.isalpha() for c in label)


def _has_labels(content: Content) -> bool:
    """Whether a letter's row ends in a label `<name>:<nm>` and rows without a letter, labelled too, follow it.

    So do Gen5's matrices end, whatever the language of the lines above them.
    """
    rows = content.sheets[0].cells if content.text else content.opening
    for header, first, second in zip(rows, rows[1:], rows[2:], strict=False):
        run = column_run(header) if len(header) > 2 else None
        if run is None or run[0] not in (1, 2):
            continue
        left, end = run[0] - 1, run[0] + len(run[1])
        labels = [row[end] if end < len(row) else "" for row in (first, second)]
        lettered = is_row_letter(first[left]) if left < len(first) else False
        if lettered and not any(second[: left + 1]) and labels[1] and any(map(_NAMED.fullmatch, labels)):
            return True
    return False


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


def _plates_in(sheet: Sheet) -> list[tuple[int, str]]:
    """Where the sections of the plates begin, and the plates' names."""
    filled = ((row, [c for c in cells if c]) for row, cells in enumerate(sheet.cells))
    return [
        (row, cells[1] if len(cells) > 1 else "") for row, cells in filled if cells and cells[0].casefold() == _PLATE
    ]


def _plate_at(plates: Sequence[tuple[int, str]], row: int) -> str:
    """The plate whose section a row stands in."""
    at = bisect.bisect_right(plates, row, key=lambda plate: plate[0])
    return plates[at - 1][1] if at else ""


def _matrices(sheet: Sheet) -> Iterator[Block]:
    """Raw rows of result matrices; the label stands behind each row, or above the matrix where there is none."""
    reads, plates = _reads_named(sheet), _plates_in(sheet)
    for grid in grids_in(sheet, continued=True, labels=_LABEL):
        check_beside(sheet, grid.header, grid.end, [row for _, row in grid.rows], _LABEL)
        by_label: dict[str, list[tuple[str, int]]] = {}
        for letter, row in grid.rows:
            by_label.setdefault(grid.label(row) or title_above(sheet, grid.header), []).append((letter, row))
        for label, rows in by_label.items():
            nm = wavelength_of(label, reads)
            if nm is not None:
                spots = grid.spots(rows)
                _check_labels(grid)
                yield Block(sheet, spots, _plate_at(plates, grid.header), channel_name(label, nm), nm)


def _check_labels(grid: PlateGrid) -> None:
    """Raises UnreadableError MG127 for the first row that is not labelled as the rows of most letters are.

    A cell of it was lost or added, or the file was cut off there.
    """
    of_letter: dict[str, list[tuple[str, int]]] = {}
    for letter, row in grid.rows:
        of_letter.setdefault(letter, []).append((grid.label(row), row))
    usual, _ = Counter(tuple(label for label, _ in rows) for rows in of_letter.values()).most_common(1)[0]
    for letter, rows in of_letter.items():
        for (label, row), wanted in zip(rows, usual, strict=False):
            if label != wanted:
                seen = f"“{label}”" if label else "no label"
                raise _misfit(grid, row, f"{seen} behind its values, where rows of other letters have “{wanted}”")
        if len(rows) != len(usual):
            raise _misfit(
                grid, rows[-1][1], f"the last of {len(rows)} rows of letter {letter}; others have {len(usual)}"
            )


def _misfit(grid: PlateGrid, row: int, seen: str) -> UnreadableError:
    """The refusal of a matrix in which a row or a cell is lost or added."""
    return UnreadableError("MG127", sheet=grid.sheet.name, place=grid.sheet.place(row), seen=seen)


def _lists(sheet: Sheet) -> Iterator[Block]:
    """Raw columns of lists with one row per well."""
    reads, plates = _reads_named(sheet), _plates_in(sheet)
    for wells in well_lists_in(sheet):
        for col, name in enumerate(wells.names):
            nm = wavelength_of(name, reads)
            if nm is not None:
                yield Block(sheet, wells.spots(col), _plate_at(plates, wells.header), channel_name(name, nm), nm)


def _rows(sheet: Sheet) -> Iterator[Block]:
    """Raw rows below a header of wells: a row per read, its label in the column of the word `Well`."""
    reads, plates = _reads_named(sheet), _plates_in(sheet)
    for header, cells in enumerate(sheet.cells):
        at = next((k for k, c in enumerate(cells[:2]) if c == "Well"), None)
        wells = [] if at is None else [(w, col) for col, c in enumerate(cells) if (w := well_from_text(c))]
        row = header + 1
        while at is not None and wells and (label := sheet.cell(row, at)):
            check_row(sheet, row, len(cells), wells[-1][1])
            nm = wavelength_of(label, reads)
            if nm is not None:
                spots = tuple(Spot(well, row, col) for well, col in wells)
                yield Block(sheet, spots, _plate_at(plates, header), channel_name(label, nm), nm)
            row += 1


def _kinetics(sheet: Sheet, problems: Problems, content: Content) -> Iterator[Block]:
    """Raw kinetic tables, one block per read of each piece."""
    reads, plates = _reads_named(sheet), _plates_in(sheet)
    checked: set[tuple[str, str]] = set()
    for course in time_courses_in(sheet):
        label = _course_label(course)
        nm = wavelength_of(label, reads)
        if nm is None:
            continue
        plate, channel = _plate_at(plates, course.header), channel_name(label, nm)
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


def _with_matrices(sheet: Sheet, used: frozenset[int]) -> frozenset[int]:
    """The rows that were read, and all rows of the matrices that they stand in, computed ones among them."""
    matrices = ({row for _, row in grid.rows} for grid in grids_in(sheet, continued=True))
    return used.union(*(rows for rows in matrices if rows & used))


_READER = plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=EVIDENCE)
READERS = (covering(_READER, _with_matrices),)
