"""Tecan i-control and SparkControl: endpoint grids with `<>` in the corner, kinetic tables, lists; English or German.

The settings of a read (`Label:`, `Mode`, `Wavelength`) stand above its table, or those of all reads above all tables.
Absorbances are stored in single precision; they are read as the decimals that the program shows.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name, wavelengths_of_pairs
from mgassay.readers.courses import seconds_from, time_courses_in, times_across_in
from mgassay.readers.reader import FORMAT_ONLY, plate_reader
from mgassay.readers.shapes import grids_in, well_lists_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot, check_row
from mgassay.wellnames import well_from_text

ICONTROL, ICONTROL_TITLE = "tecan_icontrol", "Tecan i-control workbook"
SPARK, SPARK_TITLE = "tecan_spark", "Tecan Spark (SparkControl) workbook or csv"
EVIDENCE = "English endpoint read against a real export; kinetic and German: format only, no real file seen"

KNOWN = (
    r"application:|programm:|anwendung:", r"tecan i-control", r"(device|gerät):", r"firmware:", r"(date|datum):",
    r"(time|zeit):", r"system$", r"user$|anwender$|benutzer$", r"plate\b|platte", r"label", r"mode$|modus$", r"name$",
    r"(measurement |reference |excitation |emission )?wavelength", r"(mess|referenz|anregungs|emissions)?wellenlänge",
    r"(excitation |emission )?bandwidth|(anregungs|emissions)?bandbreite", r"number of flashes|anzahl der blitze",
    r"settle time|ruhezeit", r"part of (the )?plate|teil der platte", r"start ?time|startzeit", r"end ?time|endzeit",
    r"temperatur", r"target temperature", r"list of actions", r"\d labels?$", r"kineti[ck]", r"interval|intervall",
    r"movement|custom action|wait|shak|schütteln|dauer|duration|amplitude|frequency|frequenz", r"method name",
    r"gain|integration|z-position|lag time|multiple reads|mehrfachmessungen|lid lifter|humidity|smooth mode",
    r"mean$|mittelwert$|st\.?dev|st\.?abw|\d+;\d+$|well$",
    r"(cycle|zyklus) nr\.?$|(cycles|zyklen) / well|temp\. \[|reference$|difference$|warning",
)  # fmt: skip

_ICONTROL = re.compile(r"(?:(?:Application|Programm|Anwendung):\s*)?Tecan i-control.*")
_SPARK = re.compile(r"(?:(?:Application|Programm|Anwendung):\s*)?SparkControl.*")
_PROGRAM = re.compile(r"(?:Application|Programm|Anwendung):.*")
_MAGELLAN = re.compile(r"Magellan.*|Date of measurement:.*|Well positions|.*\.(?:mth|wsp)")
_PLATE_ID = re.compile(r"(?:Plate-ID|Platten-ID)\b.*")
_LABEL = re.compile(r"(?:Label|Bezeichnung):\s*(.*)")
_MODE = re.compile(r"Mode|Modus")
_NO_READ = re.compile(r"kineti[ck]", re.IGNORECASE)  # the mode of the settings that all reads share
_LIGHTS = {
    name: re.compile(rf"(?:{words})(?: \[nm\])?:?", re.IGNORECASE)
    for name, words in {
        "measurement": "(?:measurement )?wavelength|(?:mess)?wellenlänge",
        "reference": "reference wavelength|referenzwellenlänge",
        "excitation": "excitation wavelength|anregungswellenlänge",
        "emission": "emission wavelength|emissionswellenlänge",
    }.items()
}
_NM = re.compile(r"(\d{3,4})(?:\.0+)?\s*(?:nm)?")
_CYCLE = re.compile(r"(?:Cycle|Zyklus) Nr\.?|Cycles?|Zyklen", re.IGNORECASE)
_CYCLES_WELL = re.compile(r"(?:Cycles|Zyklen) / Well", re.IGNORECASE)
_CLOCK = re.compile(r"(?:Time|Zeit) \[.*\]", re.IGNORECASE)
_MEAN = re.compile(r"Mean|Mittelwert", re.IGNORECASE)
_SCAN = re.compile(r"Wavel\.?|Wellenl\.?", re.IGNORECASE)
_END = re.compile(r"End ?time:?|Endzeit:?|Label:.*", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:start ?time|startzeit|end ?time|endzeit|temperatur|label:|bezeichnung:|comment|kommentar|time\b|date\b).*",
    re.I,
)
_TITLE_REACH = 2

Reads = tuple[tuple[int, float, tuple[Spot, ...]], ...]


@dataclass(frozen=True)
class _Table:
    """A table of values; `reads` holds index, time and spots of each read, nothing for what the program computed."""

    row: int
    title: str
    reads: Reads = ()


@dataclass(frozen=True)
class _Settings:
    """The settings of one read; `lights` holds its wavelengths in nm."""

    row: int
    label: str = ""
    has_mode: bool = False
    lights: Mapping[str, float] = field(default_factory=dict)

    def light(self, name: str = "measurement") -> float:
        """One of the wavelengths, NaN where it is not given."""
        return self.lights.get(name, math.nan)


def detect_icontrol(content: Content) -> bool:
    """Whether a sheet opens with i-control's line, or a workbook of no other Tecan program has the `<>` corner."""
    cells = [c for row in content.opening for c in row if c]
    if any(_SPARK.fullmatch(c) for c in cells):
        return False
    bare = not content.text and "<>" in cells and not any(_MAGELLAN.fullmatch(c) for c in cells)
    return bare or any(_ICONTROL.fullmatch(c) for c in cells)


def detect_spark(content: Content) -> bool:
    """Whether a sheet opens with SparkControl's line."""
    return any(_SPARK.fullmatch(c) for row in content.opening for c in row)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All reads of all sheets; raises UnreadableError MG145 when all that the file holds is a scan."""
    found = [block for sheet in content.sheets for block in _sheet_blocks(sheet)]
    scans = [(s, k) for s in content.sheets for k, c in enumerate(s.cells) if c and _SCAN.fullmatch(c[0])]
    if scans and not found:
        sheet, row = scans[0]
        raise UnreadableError("MG145", sheet=sheet.name, place=sheet.place(row), seen="a spectrum")
    return found


def _sheet_blocks(sheet: Sheet) -> Iterator[Block]:
    """The reads of a sheet, each with its settings and, where several exports stand below each other, its plate."""
    tables = sorted(_tables(sheet), key=lambda t: t.row)
    for table, settings in _with_settings(tables, _settings_in(sheet, [t.row for t in tables])):
        channel, nm = _channel(table, settings)
        plate = _plate_at(sheet, table.row)
        for index, time_s, spots in table.reads:
            yield Block(sheet, spots, plate, channel, nm, index, time_s, single=True)


def _channel(table: _Table, settings: _Settings) -> tuple[str, float]:
    """The name and wavelength of a table's read; `Reference` is what was measured at the reference wavelength."""
    if table.title == "Reference":
        return channel_name("", settings.light("reference")) or "Reference", settings.light("reference")
    return channel_name(settings.label or table.title, settings.light()), settings.light()


def _tables(sheet: Sheet) -> Iterator[_Table]:
    """All tables of a sheet, also those that are not read, which keep the settings in step with the tables."""
    for grid in grids_in(sheet):
        if grid.corner == "<>":
            title = _title(sheet, grid.header)
            yield _Table(grid.header, title, () if title == "Difference" else _once(grid.spots()))
    yield from _lists(sheet)
    for course in time_courses_in(sheet):
        yield _Table(course.header, _title(sheet, course.header), _numbered(course.reads))
    several = [row for row, cells in enumerate(sheet.cells) if cells and _CYCLES_WELL.fullmatch(cells[0])]
    for course in () if several else times_across_in(sheet):
        top = course.header - bool(_CYCLE.fullmatch(sheet.cell(course.header - 1, 0)))
        yield _Table(course.header, _title(sheet, top), _numbered(course.reads))
    for row in several:
        yield _Table(row, _title(sheet, row), tuple(_reads_by_well(sheet, row + 1)))
    yield from (_Table(k, "") for k, cells in enumerate(sheet.cells) if cells and _SCAN.fullmatch(cells[0]))


def _once(spots: tuple[Spot, ...]) -> Reads:
    """An endpoint read."""
    return ((0, math.nan, spots),)


def _numbered(reads: Iterable[tuple[float, tuple[Spot, ...]]]) -> Reads:
    """The reads of a time course with their number."""
    return tuple((index, time_s, spots) for index, (time_s, spots) in enumerate(reads))


def _lists(sheet: Sheet) -> Iterator[_Table]:
    """Lists of wells: Spark's csv heads the wells `<>`; several reads per well are listed with their mean."""
    heads = ("well", "<>") if any(row[:2] == ("<>", "Value") for row in sheet.cells) else ("well",)
    for wells in well_lists_in(sheet, heads):
        col = next((k for k, name in enumerate(wells.names) if name == "Value" or _MEAN.fullmatch(name)), None)
        if col is not None:
            yield _Table(wells.header, _title(sheet, wells.header), _once(wells.spots(col)))


def _reads_by_well(sheet: Sheet, start: int) -> Iterator[tuple[int, float, tuple[Spot, ...]]]:
    """The means over the reads of each well and cycle: a well with cycle numbers, then its times, then its means."""
    well, clock = "", -1
    for row in range(start, len(sheet.cells)):
        first = sheet.cell(row, 0)
        if _END.fullmatch(first):
            return
        if named := well_from_text(first):
            well, clock = named, -1
        elif _CLOCK.fullmatch(first):
            clock = row
        elif well and clock >= 0 and _MEAN.fullmatch(first):
            check_row(sheet, row, len(sheet.cells[clock]), _last_filled(sheet.cells[clock]))
            for index, col in enumerate(range(1, len(sheet.cells[clock]))):
                if text := sheet.cell(clock, col):
                    time_s = seconds_from(text, sheet.cell(clock, 0), sheet.place(clock, col))
                    yield index, time_s, (Spot(well, row, col),)


def _last_filled(cells: Sequence[str]) -> int:
    """The last column of a row that holds anything."""
    return max((k for k, cell in enumerate(cells) if cell), default=0)


def _title(sheet: Sheet, row: int) -> str:
    """The one word or label that stands alone right above a table, "" where there is none."""
    for above in range(row - 1, max(-1, row - 1 - _TITLE_REACH), -1):
        filled = [c for c in sheet.cells[above] if c]
        if filled:
            alone = len(filled) == 1 and sheet.cell(above, 0) and not _NO_TITLE.fullmatch(filled[0])
            return filled[0] if alone else ""
    return ""


def _settings_in(sheet: Sheet, table_rows: Sequence[int]) -> list[_Settings]:
    """The settings of all reads; they begin at a label, or at a mode where the mode before is another read's."""
    found: list[_Settings] = []
    for row, cells in enumerate(sheet.cells):
        filled = [c for c in cells if c]
        first, value = (filled[0] if filled else ""), (filled[1] if len(filled) > 1 else "")
        passed = not found or any(found[-1].row < t < row for t in table_rows)
        if label := _LABEL.fullmatch(first):
            found.append(_Settings(row, label[1]))
        elif _MODE.fullmatch(first) and not _NO_READ.match(value):
            if passed or found[-1].has_mode:
                found.append(_Settings(row, _named_beside(sheet, row)))
            found[-1] = replace(found[-1], has_mode=True)
        elif not passed and (name := next((n for n, light in _LIGHTS.items() if light.fullmatch(first)), "")):
            found[-1] = replace(found[-1], lights={name: _nanometres(value), **found[-1].lights})
    return _with_excitations(found)


def _with_excitations(found: Sequence[_Settings]) -> list[_Settings]:
    """The settings, with the wavelength that tells fluorescence reads apart where one does."""
    pair = {s.row: (s.light("excitation"), s.light("emission")) for s in found if "excitation" in s.lights}
    different = list(dict.fromkeys(pair.values()))
    nm = dict(zip(different, wavelengths_of_pairs(different), strict=True))
    return [replace(s, lights={**s.lights, "measurement": nm[pair[s.row]]}) if s.row in pair else s for s in found]


def _named_beside(sheet: Sheet, row: int) -> str:
    """The name of a read in the row below its mode or above it (Spark)."""
    return next((sheet.cell(r, 1) for r in (row + 1, row - 1) if sheet.cell(r, 0) == "Name" and sheet.cell(r, 1)), "")


def _nanometres(text: str) -> float:
    """The wavelength that a cell holds, NaN for none."""
    match = _NM.fullmatch(text)
    return float(match[1]) if match else math.nan


def _with_settings(tables: Sequence[_Table], settings: Sequence[_Settings]) -> list[tuple[_Table, _Settings]]:
    """Each table with its settings: by its title, else the only ones above it, else in order.

    Settings and tables come in groups: some settings, then the tables that they are for.
    """
    paired: list[tuple[_Table, _Settings]] = []
    for group in _groups(tables, settings):
        own = [s for s in group if isinstance(s, _Settings)]
        below = [t for t in group if isinstance(t, _Table)]
        for k, table in enumerate(below):
            named = next((s for s in own if s.label and s.label == table.title), None)
            in_order = own[0] if len(own) == 1 else own[k] if len(own) == len(below) else _Settings(table.row)
            paired.append((table, named or in_order))
    return paired


def _groups(tables: Sequence[_Table], settings: Sequence[_Settings]) -> list[list[_Table | _Settings]]:
    """Settings and tables in the order of the sheet, cut before settings that follow a table."""
    groups: list[list[_Table | _Settings]] = []
    items: list[_Table | _Settings] = [*settings, *tables]
    for item in sorted(items, key=lambda x: x.row):
        if not groups or (isinstance(item, _Settings) and isinstance(groups[-1][-1], _Table)):
            groups.append([])
        groups[-1].append(item)
    return groups


def _plate_at(sheet: Sheet, row: int) -> str:
    """The plate of a row where several exports stand below each other: its identifier, else its number."""
    heads = [k for k, cells in enumerate(sheet.cells) if any(_PROGRAM.fullmatch(c) for c in cells[:1])]
    number = sum(k < row for k in heads)
    if len(heads) < 2 or not number:
        return ""
    own = sheet.cells[heads[number - 1] : row]
    named = (filled for cells in own if len(filled := [c for c in cells if c]) > 1 and _PLATE_ID.fullmatch(filled[0]))
    return next((filled[1] for filled in named), f"measurement {number}")


READERS = (
    plate_reader(ICONTROL, ICONTROL_TITLE, detect_icontrol, blocks, known=KNOWN, evidence=EVIDENCE),
    plate_reader(SPARK, SPARK_TITLE, detect_spark, blocks, known=KNOWN, evidence=FORMAT_ONLY),
)
