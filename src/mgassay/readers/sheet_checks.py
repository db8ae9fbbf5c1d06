"""What a workbook hides or merges among its readings: what the lab does not see when it opens the file."""

import re
from typing import TYPE_CHECKING

from mgassay.problems import Problems, listed
from mgassay.readers.sheets import Content, Sheet, column_letters, column_number

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.experiment import RawFile

_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")
_CELL = r"^([A-Z]+)(\d+)$"


def check_sheets(content: Content, readings: "pd.DataFrame", raw: "RawFile", problems: Problems) -> None:
    """Problems for readings (RAW_READINGS) in hidden sheets, rows, columns or merged cells; a notice for the rest."""
    named = set(readings["sheet"])
    unread = [s.name for s in content.workbook if s.marks.hidden and s.name not in named]
    if unread:
        problems.add("MG169", file=raw.file, sheet=unread[0], seen=listed(unread))
    for sheet in content.workbook:
        places = readings.loc[readings["sheet"] == sheet.name, "place"]
        at = places.str.extract(_CELL).dropna()
        if not len(at):
            continue
        cells = {(int(row) - 1, column_number(col)) for col, row in zip(at[0], at[1], strict=True)}
        _check_hidden(sheet, cells, raw, problems)
        _check_merged(sheet, cells, raw, problems)


def _check_hidden(sheet: Sheet, cells: set[tuple[int, int]], raw: "RawFile", problems: Problems) -> None:
    """Warnings for readings that nobody sees in the sheet: they count like any other."""
    where = {"file": raw.file, "sheet": sheet.name}
    if sheet.marks.hidden:
        problems.add("MG160", **where, seen=sheet.name)
    rows = sorted({r for r, _ in cells} & sheet.marks.hidden_rows)
    columns = sorted({c for _, c in cells} & sheet.marks.hidden_columns)
    hidden = [*(f"row {r + 1}" for r in rows), *(f"column {column_letters(c)}" for c in columns)]
    if hidden:
        problems.add("MG161", **where, place=hidden[0], seen=listed(hidden))


def _check_merged(sheet: Sheet, cells: set[tuple[int, int]], raw: "RawFile", problems: Problems) -> None:
    """An error for merged cells over readings: all but the first of them are empty, whatever they held."""
    over = [span for span in sheet.marks.merged if any(_within(cell, span) for cell in cells)]
    if over:
        where = {"file": raw.file, "sheet": sheet.name, "place": over[0].partition(":")[0]}
        problems.add("MG162", **where, seen=listed(over))


def _within(cell: tuple[int, int], span: str) -> bool:
    """Whether a cell (from 0) lies in a range such as `C5:D6`."""
    match = _RANGE.fullmatch(span)
    if not match:
        return False
    left, top, right, bottom = column_number(match[1]), int(match[2]) - 1, column_number(match[3]), int(match[4]) - 1
    return top <= cell[0] <= bottom and left <= cell[1] <= right
