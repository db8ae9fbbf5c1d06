"""Rotor-Gene (Corbett, Qiagen): `Excel Analysed Data Export` and quantitation reports, a table per channel or page.

A rotor has no rows and columns. Tubes that are only numbered get the names that the program itself can show: eight to a
letter, A1 to A8, then B1. These are places in the rotor, never wells of a plate.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mgassay.errors import UnreadableError
from mgassay.problems import Problems, suggestion
from mgassay.readers.cq_readings import readings_from_table
from mgassay.readers.cq_sheets import results_in
from mgassay.readers.cq_tables import CqTable, Dialect, column_name
from mgassay.readers.reader import FORMAT_ONLY, Export, Reader, known_lines
from mgassay.readers.sheets import Content, Sheet
from mgassay.wellnames import row_letters, well_from_text

if TYPE_CHECKING:
    from mgassay.experiment import RawFile

NAME, TITLE = "rotorgene", "Rotor-Gene analysed data (quantitation)"
TUBES = 100  # of the largest rotor
TO_A_LETTER = 8

_TUBE = re.compile(r"0*([1-9]\d{0,2})")
_UNIT = re.compile(r"(Given Conc\.?)\s*\(.*", re.IGNORECASE)
_ANALYSIS = re.compile(r"Quantitat\w+ (?:analysis|report)(?: of)?:? *(.*)", re.IGNORECASE)
_PAGE = re.compile(r"(.*\S)\s*\((.+)\)")
_NUMBERED_PAGE = re.compile(r"page \d+", re.IGNORECASE)
_RAW_EXPORT = "excel raw data export"


def tube_name(text: str) -> str:
    """The place of a tube in the rotor, from its number or its own label; "" for what is none.

    >>> tube_name("1"), tube_name("8"), tube_name("9"), tube_name("72"), tube_name("B2"), tube_name("101")
    ('A1', 'A8', 'B1', 'I8', 'B2', '')
    """
    number = _TUBE.fullmatch(text)
    if not number:
        return well_from_text(text)
    letter, place = divmod(int(number[1]) - 1, TO_A_LETTER)
    return f"{row_letters(letter)}{place + 1}" if int(number[1]) <= TUBES else ""


DIALECT = Dialect(
    title=TITLE,
    columns={
        "well": ("no.", "no"),
        "cq": ("ct", "cq"),
        "sample": ("name",),
        "task": ("type",),
        "quantity": ("given conc", "given conc."),
    },
    no_cq={"": "undetermined", "nan": "undetermined", "no ct": "undetermined"},
    well=tube_name,
)
KNOWN = (
    r"excel analysed data export|copyright|\(c\) ?copyright|file$|date$|time$|operator|run id|notes?$|machine serial"
    r"|channel$|green|yellow|orange|red|crimson|blue|hrm|cycling|quantitat|melt|threshold|left threshold"
    r"|standard curve|reaction efficiency|m$|b$|r(\^2)? value|r\^2|start normali|noise slope|no template control",
)


def detect(content: Content) -> bool:
    """Whether the file says that it is Rotor-Gene's, or a row heads its table of tubes."""
    return content.first_words.casefold().startswith(("excel analysed data export", _RAW_EXPORT)) or any(
        map(_is_header, content.opening)
    )


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row heads a quantitation: numbered tubes with name, type and Ct (a melt analysis has no Ct)."""
    names = {column_name(c) for c in cells}
    return {"name", "type", "ct"} <= names and not names.isdisjoint(DIALECT.columns["well"])


def read(content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The one quantitation that is meant; raises UnreadableError for raw data or a table that cannot be trusted."""
    found = _analyses(content)
    if not found and content.first_words.casefold().startswith(_RAW_EXPORT):
        raise UnreadableError("MG150", title="Rotor-Gene", seen="raw data", wanted="Excel Analysed Data Export")
    name = _meant(found, raw)
    table = found[name]
    if any(_TUBE.fullmatch(text) for text in table.column("well")):
        problems.add("MG151", file=raw.file, seen=table.column("well")[0])
    readings = readings_from_table(table, DIALECT, raw, problems, lambda ends, cq: None)
    return Export(readings, used={table.sheet.name: _rows_of_tubes(table.sheet)})


def _rows_of_tubes(sheet: Sheet) -> frozenset[int]:
    """The rows of all tables of the sheet: those that were not asked for, and melt analyses, hold no notes."""
    firsts = ((row, sheet.cell(row, 0)) for row in range(len(sheet.cells)))
    return frozenset(k for k, text in firsts if tube_name(text) or column_name(text) in DIALECT.columns["well"])


def _analyses(content: Content) -> dict[str, CqTable]:
    """The quantitation tables by the names of their analyses; of two of one name the later is numbered."""
    found: dict[str, CqTable] = {}
    for sheet in content.sheets:
        plain = replace(sheet, cells=tuple(_without_unit(row) for row in sheet.cells))
        for table in results_in(plain, DIALECT, _is_header):
            name = _title_above(sheet, table.start - 1)
            key = name if name not in found else f"{name} #{len(found) + 1}"
            found[key] = replace(table, sheet=sheet, defaults={"target": target_of(name)})
    return found


def _without_unit(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row whose heading of given concentrations has lost its unit."""
    return tuple(_UNIT.sub(r"\1", c) for c in row) if any(map(_UNIT.match, row)) else row


def _title_above(sheet: Sheet, header: int) -> str:
    """What the table analyses, as the nearest line above it says; "" where none does."""
    for row in range(header - 1, -1, -1):
        first = sheet.cell(row, 0)
        if match := _ANALYSIS.fullmatch(first):
            return match[1]
        if column_name(first) in DIALECT.columns["well"]:
            return ""
    return ""


def target_of(analysis: str) -> str:
    """The target that an analysis names in parentheses behind its channel; "" for a page that is only numbered.

    >>> target_of("Cycling A.Green (RUNX2)"), target_of("Cycling A.ex green em green 7 (Page 1)"), target_of("Green")
    ('RUNX2', '', '')
    """
    page = _PAGE.fullmatch(analysis)
    return page[2] if page and not _NUMBERED_PAGE.fullmatch(page[2]) else ""


def _meant(found: Mapping[str, CqTable], raw: "RawFile") -> str:
    """The analysis that files.csv names as its `sheet` (in full, by channel or by page), else the only one.

    Raises UnreadableError MG126 for none, MG115 for a name that is not there, MG117 for several.
    """
    if not found:
        raise UnreadableError("MG126", seen="no quantitation", title=TITLE)
    wanted = raw.sheet.strip().casefold()
    names = [name for name in found if not wanted or wanted in _names_of(name)]
    if not names:
        known = [n for n in found if n]
        raise UnreadableError("MG115", sheet=raw.sheet, seen=raw.sheet, suggestion=suggestion(raw.sheet, known))
    if len(names) > 1:
        raise UnreadableError("MG117", seen="; ".join(names))
    return names[0]


def _names_of(analysis: str) -> set[str]:
    """What the lab may write to mean an analysis: its whole name, the channel, the page; in lower case."""
    short = analysis.split(".", 1)[-1]
    page = _PAGE.fullmatch(short)
    return {name.casefold() for name in (analysis, short, *(page.groups() if page else ()))}


READERS = (Reader(NAME, TITLE, "qPCR", detect, read, known_lines(KNOWN), FORMAT_ONLY),)
