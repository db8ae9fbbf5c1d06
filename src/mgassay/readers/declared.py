"""Tables that the lab writes by hand: CSV files of the folder or sheets of experiment.xlsx, as text with its place.

Everything stays text until a column is asked for as numbers, so that `None`, `NA` and dates are seen as they stand.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.errors import UnreadableError
from mgassay.problems import Problems, nearest, suggestion
from mgassay.readers.sheets import column_letters, content_from_file, sheet_from_lines
from mgassay.readers.text import number_from, separator_of
from mgassay.units import plain

WORKBOOK = "experiment.xlsx"
_MONTH = (
    "jan(uary|uar)?|feb(ruary|ruar)?|mar(ch)?|mrz|märz?|apr(il)?|may|mai|june?|juni?|july?|juli?|aug(ust)?|sept?(ember)?"
    "|oct(ober)?|okt(ober)?|nov(ember)?|dec(ember)?|dez(ember)?"
)
_DATE = re.compile(
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}([ T]\d{{1,2}}:\d{{2}}.*)?|\d{{1,2}}(?P<mark>[./-])\d{{1,2}}(?P=mark)\d{{2,4}}"
    rf"|\d{{1,2}}[-. ]+({_MONTH})\.?([-. ]+\d{{2,4}})?|({_MONTH})[-. ]+\d{{2,4}}",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """The filled rows of a table: text by row, with the numbers that the rows have in the file (from 1)."""

    file: str
    sheet: str
    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Declared:
    """A table with its column names known.

    `frame` holds text only; its index is the rows' numbers in the file, or a text that says where the row is found.
    """

    file: str
    sheet: str
    frame: pd.DataFrame

    def at(self, row: object, column: str) -> dict[str, str]:
        """File, sheet and place of a cell, as a problem names them."""
        label = row if isinstance(row, str) else f"row {row}"
        return {"file": self.file, "sheet": self.sheet, "place": f"{label}, {column}"}

    def at_all(self, rows: Sequence[object], column: str) -> dict[str, str]:
        """As `at` for the same mistake in several cells: the first of them, and how many more there are."""
        where = self.at(rows[0], column)
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        return {**where, "place": where["place"] + more}

    def text(self, column: str, default: str = "") -> "pd.Series[str]":
        """A column as text, NFKC; `default` where the column or the cell is empty."""
        if column not in self.frame:
            return pd.Series(default, index=self.frame.index, dtype="str")
        given = self.frame[column].map(lambda t: unicodedata.normalize("NFKC", t)).astype("str")
        return given.where(given != "", default)


@dataclass(frozen=True)
class Shelf:
    """Where the tables of a folder are found: its CSV files by table name, and the sheets of its workbook."""

    folder: Path
    files: Mapping[str, Path]
    sheets: Mapping[str, Cells]

    def names(self) -> list[str]:
        """Names of all tables that are there, sorted."""
        return sorted({*self.files, *self.sheets})


def shelf_from_folder(folder: Path, problems: Problems) -> Shelf:
    """Looks up the tables of an experiment folder; the workbook is read here, CSV files when they are asked for."""
    files = {p.stem: p for p in folder.glob("*.csv")} | {f"layout_{p.stem}": p for p in folder.glob("layouts/*.csv")}
    inside = {name: p for name, p in sorted(files.items()) if _is_inside(folder, p, problems)}
    return Shelf(folder, inside, _sheets_from_workbook(folder, problems))


def _is_inside(folder: Path, path: Path, problems: Problems) -> bool:
    """Whether a table really lies in the folder; a link that leads out of it is refused."""
    stays = path.resolve().is_relative_to(folder.resolve())
    if not stays:
        problems.add("MG041", file=path.relative_to(folder).as_posix(), seen=path.relative_to(folder).as_posix())
    return stays


def _sheets_from_workbook(folder: Path, problems: Problems) -> dict[str, Cells]:
    """The sheets of experiment.xlsx by name; none where there is no workbook or it cannot be read."""
    path = folder / WORKBOOK
    if not path.exists() or not _is_inside(folder, path, problems):
        return {}
    return _cells_from_file(path, WORKBOOK, problems)


def _cells_from_file(path: Path, file: str, problems: Problems) -> dict[str, Cells]:
    """The cells of a workbook by sheet, or of a text file under the name ""; nothing where it cannot be read.

    The header alone says what parts the cells of a text: below it, `340;380` is a value.
    """
    try:
        content = content_from_file(path, file, problems)
        header = next((line for line in content.lines if line.strip()), "")
        sheets = [sheet_from_lines(content.lines, separator_of([header]))] if content.text else content.workbook
    except UnreadableError as error:
        problems.add(error.code, file=file, sheet=error.sheet, place=error.place, seen=error.seen, **error.facts)
        return {}
    return {sheet.name: cells_from_rows(sheet.cells, file, sheet.name) for sheet in sheets}


def _calculated(cells: Cells, problems: Problems) -> Cells:
    """The cells of a sheet; a formula that its program never calculated shows as its own text and is named."""
    for number, row in zip(cells.numbers, cells.rows, strict=True):
        for col, text in enumerate(row):
            if text.startswith("="):
                place = f"{column_letters(col)}{number}"
                problems.add("MG033", file=cells.file, sheet=cells.sheet, place=place, seen=text)
    return cells


def cells_from_rows(rows: Iterable[Sequence[str]], file: str, sheet: str) -> Cells:
    """Rows of text as cells; blank rows are left out, the others keep their number."""
    stripped = [(i, tuple(c.strip() for c in row)) for i, row in enumerate(rows, 1)]
    filled = [(i, row) for i, row in stripped if any(row)]
    return Cells(file, sheet, tuple(i for i, _ in filled), tuple(row for _, row in filled))


def cells_from_shelf(shelf: Shelf, name: str, problems: Problems) -> Cells | None:
    """The cells of one table, None when it is nowhere; a table that is in both places is a problem, the CSV is used."""
    path, sheet = shelf.files.get(name), shelf.sheets.get(name)
    if path is None:
        return None if sheet is None else _calculated(sheet, problems)
    file = path.relative_to(shelf.folder).as_posix()
    if sheet is not None:
        problems.add("MG021", file=file, sheet=name, seen=name, workbook=WORKBOOK)
    return cells_from_file(path, file, "", problems)


def cells_from_file(path: Path, file: str, sheet: str, problems: Problems) -> Cells | None:
    """The cells of a table in a file of its own, CSV or one sheet of a workbook; None (and a problem) without them.

    `sheet` may be empty where there is only one.
    """
    found = _cells_from_file(path, file, problems)
    if "" in found:
        return found[""]
    named = next(iter(found), "") if len(found) == 1 and not sheet else sheet
    if found and named not in found:
        problems.add("MG034", file=file, sheet=sheet, seen=sheet, suggestion=suggestion(sheet, found))
    return _calculated(found[named], problems) if named in found else None


def table_from_cells(
    cells: Cells, known: Sequence[str], required: Sequence[str], problems: Problems, *, any_column: bool = False
) -> Declared:
    """The cells under their column names.

    A column that is not known is a problem; where it is a slip of a known one that is absent, it stands in for that
    one, so that its cells are looked at too. `any_column` takes all names as they are.
    """
    if not cells.rows:
        problems.add("MG023", file=cells.file, sheet=cells.sheet)
        return Declared(cells.file, cells.sheet, pd.DataFrame(columns=list(known), dtype="str"))
    header = [plain(c) for c in cells.rows[0]]
    names = header if any_column else _known_names(cells, header, known, problems)
    for missing in [c for c in required if c not in names]:
        problems.add("MG024", file=cells.file, sheet=cells.sheet, seen=", ".join(filter(None, header)), column=missing)
    kept = [i for i, name in enumerate(names) if name and name not in names[:i]]
    rows = [_row_under(cells, i, header, problems) for i in range(1, len(cells.rows))]
    frame = pd.DataFrame(
        {names[i]: pd.Series([row[i] for row in rows], index=list(cells.numbers[1:]), dtype="str") for i in kept}
    )
    return Declared(cells.file, cells.sheet, frame)


def _known_names(cells: Cells, header: list[str], known: Sequence[str], problems: Problems) -> list[str]:
    """The header with slips replaced by the names they stand for; "" for columns that are left out."""
    where = {"file": cells.file, "sheet": cells.sheet, "place": f"row {cells.numbers[0]}"}
    names = list(header)
    for i, name in enumerate(header):
        if name and name in header[:i]:
            problems.add("MG026", **where, seen=name)
        elif name and name not in known:
            problems.add("MG022", **where, seen=name, suggestion=suggestion(name, known))
            close = nearest(name, known)
            names[i] = close if close not in names else ""
    return names


def _row_under(cells: Cells, i: int, header: list[str], problems: Problems) -> list[str]:
    """Row i with as many cells as the header; filled cells without a column name are a problem."""
    row = cells.rows[i]
    beyond = [c for j, c in enumerate(row) if c and (j >= len(header) or not header[j])]
    if beyond:
        place = f"row {cells.numbers[i]}"
        problems.add("MG025", file=cells.file, sheet=cells.sheet, place=place, seen=", ".join(beyond))
    return list(row[: len(header)]) + [""] * (len(header) - len(row))


def is_date(text: str) -> bool:
    """Whether a text is a date, or what Excel makes of `MAR1` or `1.2` when it takes them for one.

    >>> is_date("2024-03-01 00:00:00"), is_date("1-Mar"), is_date("01.03.2024"), is_date("D1")
    (True, True, True, False)
    """
    return bool(_DATE.fullmatch(text))


def check_no_dates(table: Declared, columns: Iterable[str], problems: Problems) -> None:
    """A problem for each cell of these columns that Excel has turned into a date."""
    for column in [c for c in columns if c in table.frame]:
        for row, text in table.frame[column].items():
            if is_date(text):
                problems.add("MG028", **table.at(row, column), seen=text)


def check_filled(table: Declared, columns: Iterable[str], problems: Problems) -> None:
    """A problem for each empty cell of columns that must be filled."""
    for column in [c for c in columns if c in table.frame]:
        for row in table.frame.index[table.frame[column] == ""]:
            problems.add("MG029", **table.at(row, column), column=column)


def check_once(table: Declared, columns: Sequence[str], problems: Problems) -> "pd.Series[bool]":
    """Whether each row is the first with its values in these columns; a problem for each of the others."""
    keys = pd.DataFrame({c: table.text(c) for c in columns})
    repeated = keys.duplicated() & (keys != "").all(axis=1)
    for row in keys.index[repeated]:
        problems.add("MG030", **table.at(row, columns[-1]), seen=", ".join(keys.loc[row]))
    return ~repeated


def numbers_from_table(table: Declared, columns: Iterable[str], problems: Problems) -> dict[str, Floats]:
    """These columns as numbers, NaN where a cell is empty or no number (a problem).

    A decimal comma is taken as such where the whole table uses it, and is a problem where the table uses both signs or
    where it may as well part thousands.
    """
    given = {c: table.text(c) for c in columns if c in table.frame}
    texts = [t for column in given.values() for t in column if t]
    commas = [t for t in texts if _COMMA.fullmatch(t)]
    points = any("." in t and number_from(t, ".") is not None for t in texts)
    ambiguous = bool(commas) and (points or all(_THOUSANDS.fullmatch(t) for t in commas))
    if commas and not ambiguous:
        problems.add("MG031", file=table.file, sheet=table.sheet, seen=commas[0])
    return {
        c: np.array([_number(table, row, c, t, ambiguous, problems) for row, t in texts_of.items()], dtype=float)
        for c, texts_of in given.items()
    }


def _number(table: Declared, row: object, column: str, text: str, ambiguous: bool, problems: Problems) -> float:
    """One cell as a number."""
    comma = bool(_COMMA.fullmatch(text))
    value = None if comma and ambiguous else number_from(text, "," if comma else ".")
    if value is None and is_date(text):
        problems.add("MG028", **table.at(row, column), seen=text)
    elif value is None and text:
        problems.add("MG032" if comma else "MG027", **table.at(row, column), seen=text, column=column)
    return float("nan") if value is None else value
