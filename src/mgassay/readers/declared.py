"""Tables that the lab writes by hand: CSV files of the folder or sheets of experiment.xlsx, as text with its place.

Everything stays text until a column is asked for as numbers, so that `None`, `NA` and dates are seen as they stand.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.errors import UnreadableError
from mgassay.problems import Problems, listed, nearest, suggestion
from mgassay.readers.contents import content_from_file
from mgassay.readers.sheets import UNMARKED, Content, Marks, Sheet, column_letters, sheet_from_lines
from mgassay.readers.text import is_date, number_from, separator_of
from mgassay.units import plain

_CELL_LINES = 50  # lines that one quoted cell may take
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
    marks: Marks = UNMARKED  # what a workbook's sheet merges and hides


@dataclass(frozen=True)
class Declared:
    """A table with its column names known.

    `frame` holds text only; its index is the rows' numbers in the file, or a text that says where the row is found.
    `shifted` are rows with more cells than the heading, which were named: what stands in them means nothing.
    """

    file: str
    sheet: str
    frame: pd.DataFrame
    shifted: frozenset[object] = frozenset()

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
        given = [unicodedata.normalize("NFKC", t) or default for t in self.frame[column].tolist()]
        return pd.Series(given, index=self.frame.index, dtype="str", name=column)


def sheets_from_file(path: Path, file: str, problems: Problems) -> dict[str, Cells]:
    """The cells of a workbook by sheet, or of a text file under the name ""; nothing where it cannot be read.

    The header alone says what parts the cells of a text: below it, `340;380` is a value.
    """
    try:
        content = content_from_file(path, file, problems)
        sheets = [_sheet_from_text(content, problems)] if content.text else content.workbook
        return {s.name: replace(cells_from_rows(s.cells, file, s.name), marks=s.marks) for s in sheets}
    except UnreadableError as error:
        code = "MG023" if error.code == "MG102" else error.code  # MG102 speaks of a plate
        problems.add(code, file=file, sheet=error.sheet, place=error.place, seen=error.seen, **error.facts)
        return {}


def _sheet_from_text(content: Content, problems: Problems) -> Sheet:
    """A text as one sheet, without a last row that was cut off: it ends early, and so does the file (a problem)."""
    header = next((line for line in content.lines if line.strip()), "")
    mark = separator_of([header])
    sheet = sheet_from_lines(whole_lines(content.lines, mark), mark)
    last, width = len(sheet.cells) - 1, len(sheet.cells[content.lines.index(header)])
    if not any(sheet.cells[last]) or len(sheet.cells[last]) >= width:
        return sheet
    seen = f"{len(sheet.cells[last])} of {width} cells"
    problems.add("MG127", file=content.file, place=sheet.place(last), seen=seen)
    return replace(sheet, cells=sheet.cells[:last])


def whole_lines(lines: Sequence[str], mark: str) -> list[str]:
    r"""Lines of a CSV text in which a quoted cell that holds line breaks is whole; each keeps its number.

    The lines that such a cell takes are blank after its first one. A quotation mark opens a cell only at its start; one
    that is never closed opens none. Source: RFC 4180, section 2.

    >>> whole_lines(['a,"one', 'two",b', 'c,d,e'], ",")
    ['a,"one\ntwo",b', '', 'c,d,e']
    """
    made, at = list(lines), 0
    while at < len(made):
        text, last = made[at], at
        while mark and '"' in text and _is_open(text, mark) and last + 1 < min(len(made), at + _CELL_LINES):
            last += 1
            text = f"{text}\n{made[last]}"
        if last > at and not _is_open(text, mark):
            made[at : last + 1] = [text, *[""] * (last - at)]
        at += 1
    return made


def _is_open(text: str, mark: str) -> bool:
    """Whether a text ends within a quoted cell."""
    cell = rf' *+(?:"(?:[^"]|"")*+"[^{re.escape(mark)}]*+|(?!")[^{re.escape(mark)}]*+)'
    left = re.match(rf"(?:(?:{cell}){re.escape(mark)})*+(?:{cell})?+", text)
    return left is None or left.end() < len(text)


def calculated(cells: Cells, problems: Problems) -> Cells:
    """The cells of a workbook's sheet; what it merges, hides or never calculated is named."""
    where = {"file": cells.file, "sheet": cells.sheet}
    rows = zip(cells.numbers, cells.rows, strict=True)
    formulas = [(f"{column_letters(c)}{n}", t) for n, row in rows for c, t in enumerate(row) if t.startswith("=")]
    if formulas:
        problems.add("MG033", **where, place=listed((cell for cell, _ in formulas), 1), seen=formulas[0][1])
    if merged := cells.marks.merged:
        problems.add("MG035", **where, place=merged[0], seen=listed(merged))
    hidden = [n for n in cells.numbers if n - 1 in cells.marks.hidden_rows]
    if cells.marks.hidden:
        problems.add("MG036", **where, seen="the whole sheet")
    elif hidden:
        problems.add("MG036", **where, place=f"row {hidden[0]}", seen=f"row {listed(map(str, hidden))}")
    return cells


def is_incomplete(problems: Problems, tables: Collection[tuple[str, str]]) -> bool:
    """Whether one of these tables (file and sheet) was cut off or has merged cells, so that what it lacks was told."""
    return any(p.code in ("MG127", "MG035") and (p.file, p.sheet) in tables for p in problems)


def cells_from_rows(rows: Iterable[Sequence[str]], file: str, sheet: str) -> Cells:
    """Rows of text as cells; blank rows are left out, the others keep their number."""
    stripped = [(i, tuple(c.strip() for c in row)) for i, row in enumerate(rows, 1)]
    filled = [(i, row) for i, row in stripped if any(row)]
    return Cells(file, sheet, tuple(i for i, _ in filled), tuple(row for _, row in filled))


def cells_from_file(path: Path, file: str, sheet: str, problems: Problems) -> Cells | None:
    """The cells of a table in a file of its own, CSV or one sheet of a workbook; None (and a problem) without them.

    `sheet` may be empty where there is only one.
    """
    found = sheets_from_file(path, file, problems)
    if "" in found:
        return found[""]
    named = next(iter(found), "") if len(found) == 1 and not sheet else sheet
    if found and named not in found:
        problems.add("MG034", file=file, sheet=sheet, seen=sheet, suggestion=suggestion(sheet, found))
    return calculated(found[named], problems) if named in found else None


def table_from_cells(
    cells: Cells, known: Sequence[str], required: Sequence[str], problems: Problems, *, any_column: bool = False
) -> Declared:
    """The cells under their column names.

    A column that is not known is a problem; where it is a slip of a known one that is absent, it stands in for that
    one, so that its cells are looked at too. `any_column` takes all names as they are.
    """
    if len(cells.rows) < 2:
        seen = "a heading without rows" if cells.rows else "no filled cell"
        problems.add("MG023", file=cells.file, sheet=cells.sheet, seen=seen)
    if not cells.rows:
        return Declared(cells.file, cells.sheet, pd.DataFrame(columns=list(known), dtype="str"))
    header = [plain(c) for c in cells.rows[0]]
    names = header if any_column else _known_names(cells, header, known, problems)
    for missing in [c for c in required if c not in names]:
        problems.add("MG024", file=cells.file, sheet=cells.sheet, seen=", ".join(filter(None, header)), column=missing)
    kept = [i for i, name in enumerate(names) if name and name not in names[:i]]
    shifted = _check_width(cells, header, problems)
    rows = [(*row[: len(header)], *[""] * (len(header) - len(row))) for row in cells.rows[1:]]
    frame = pd.DataFrame(
        {names[i]: pd.Series([row[i] for row in rows], index=list(cells.numbers[1:]), dtype="str") for i in kept}
    )
    return Declared(cells.file, cells.sheet, frame, shifted)


def _known_names(cells: Cells, header: list[str], known: Sequence[str], problems: Problems) -> list[str]:
    """The header with slips replaced by the names they stand for; "" for columns that are left out."""
    where = {"file": cells.file, "sheet": cells.sheet, "place": f"row {cells.numbers[0]}"}
    names = list(header)
    for i, name in enumerate(header):
        if name and name in header[:i]:
            problems.add("MG026", **where, seen=name)
        elif name and name not in known:
            own = " A column of your own is allowed once a [[step]] or [[block]] names it." if "mg_mM" in known else ""
            problems.add("MG022", **where, seen=name, suggestion=suggestion(name, known) + own)
            close = nearest(name, known)
            names[i] = close if close not in names else ""
    return names


def _check_width(cells: Cells, header: list[str], problems: Problems) -> frozenset[object]:
    """The rows with filled cells where the heading names no column, which are one problem."""
    beyond = {
        number: ", ".join(filled)
        for number, row in zip(cells.numbers[1:], cells.rows[1:], strict=True)
        if (filled := [c for j, c in enumerate(row) if c and (j >= len(header) or not header[j])])
    }
    if beyond:
        place, seen = listed((f"row {number}" for number in beyond), 1), next(iter(beyond.values()))
        problems.add("MG025", file=cells.file, sheet=cells.sheet, place=place, seen=seen)
    return frozenset(beyond)


def check_no_dates(table: Declared, columns: Iterable[str], problems: Problems) -> None:
    """A problem for each date that Excel has made of a cell of these columns."""
    for column in [c for c in columns if c in table.frame]:
        given = table.frame[column]
        for text in (t for t in dict.fromkeys(given) if is_date(t)):
            problems.add("MG028", **table.at_all(list(given.index[given == text]), column), seen=text)


def check_filled(table: Declared, columns: Iterable[str], problems: Problems) -> None:
    """A problem for each of these columns, which must be filled, that has empty cells."""
    for column in [c for c in columns if c in table.frame]:
        rows = [r for r in table.frame.index[table.frame[column] == ""] if r not in table.shifted]
        if rows:
            problems.add("MG029", **table.at_all(rows, column), column=column)


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
    numbers = {t: _number(t, ambiguous) for t in dict.fromkeys(texts)}
    for column, cells in given.items():
        for text in (t for t in dict.fromkeys(cells) if t and np.isnan(numbers[t])):
            _tell_no_number(table, column, text, cells, problems)
    return {c: np.array([numbers.get(t, np.nan) for t in cells], dtype=float) for c, cells in given.items()}


def _number(text: str, ambiguous: bool) -> float:
    """The number of a cell, NaN when it is none."""
    comma = bool(_COMMA.fullmatch(text))
    value = None if comma and ambiguous else number_from(text, "," if comma else ".")
    return float("nan") if value is None else value


def _tell_no_number(table: Declared, column: str, text: str, cells: "pd.Series[str]", problems: Problems) -> None:
    """One problem for all cells of a column that hold the same text in a number's place.

    Shifted rows were named, and so was a formula without a value when its workbook was read.
    """
    rows = [r for r in cells.index[cells == text] if r not in table.shifted]
    if not rows or (table.sheet and text.startswith("=")):
        return
    comma = "MG095" if table.sheet else "MG032"  # a workbook's numbers have no mark: a comma stands in a text only
    code = "MG028" if is_date(text) else comma if _COMMA.fullmatch(text) else "MG027"
    problems.add(code, **table.at_all(rows, column), seen=text, column=column)
