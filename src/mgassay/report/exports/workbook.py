"""A workbook of all tables: numbers as numbers, text as text, and on its first sheets what everything is."""

import datetime
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import tables as states
from mgassay.report.exports.harmless import xml_text
from mgassay.report.exports.table_words import TABLES, column_told
from mgassay.table import Table

SUFFIX = ".xlsx"
MOST_ROWS, MOST_LETTERS = 1_048_576, 32_767  # of a sheet, of a cell: Excel's own limits
_MANY_CELLS = 500_000  # from here on rows go to disk as they are written
_CREATED = datetime.datetime(1980, 1, 1)
_LOOKED_AT = 200  # rows that decide how wide a column is
_CUT = " [cut: the rest is in the CSV file]"
_ABOUT, _COLUMNS = "about", "columns"


@dataclass(frozen=True)
class About:
    """What the first sheet says above its list of sheets: lines with a heading or without ("")."""

    title: str
    lines: Sequence[tuple[str, str]]


def workbook(about: About, tables: Mapping[str, pd.DataFrame], most_rows: int = MOST_ROWS) -> bytes:
    """The file: `about`, `columns` (unit and meaning of each), then every table of RESULT_TABLES a sheet.

    A table longer than a sheet is cut at `most_rows` (heads included), and the first sheet says so; so is a text longer
    than a cell.
    """
    import xlsxwriter

    out = io.BytesIO()
    many = sum(tables[s.name].size for s in states.RESULT_TABLES) > _MANY_CELLS
    options = {"constant_memory": many, "in_memory": not many, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, {**options, "strings_to_numbers": False})
    book.set_properties({"title": xml_text(about.title), "created": _CREATED})
    looks = {
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF2"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    _about_sheet(book.add_worksheet(_ABOUT), about, tables, looks, most_rows)
    _columns_sheet(book.add_worksheet(_COLUMNS), looks)
    for state in states.RESULT_TABLES:
        _table_sheet(book.add_worksheet(state.name), state, tables[state.name].iloc[: most_rows - 1], looks)
    book.close()
    return out.getvalue()


def _about_sheet(
    sheet: Any, about: About, tables: Mapping[str, pd.DataFrame], looks: Mapping[str, Any], most_rows: int
) -> None:
    """The verdict in words, then each sheet with its rows and what it holds."""
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 110)
    sheet.write_string(0, 0, _cell_text(about.title), looks["title"])
    at = 2
    for heading, line in about.lines:
        _write(sheet, at, 0, _cell_text(heading) or None, looks["bold"])
        sheet.write_string(at, 2, _cell_text(line), looks["wrap"])
        at += 1
    at += 1
    for place, head in enumerate(("sheet", "rows", "what it holds")):
        sheet.write_string(at, place, head, looks["head"])
    for state in states.RESULT_TABLES:
        at += 1
        sheet.write_url(at, 0, f"internal:'{state.name}'!A1", string=state.name)
        sheet.write_number(at, 1, len(tables[state.name]))
        sheet.write_string(at, 2, _sheet_told(state, tables[state.name], most_rows), looks["wrap"])


def _sheet_told(state: Table, table: pd.DataFrame, most_rows: int) -> str:
    """What a sheet holds, and what of its table it does not."""
    told = TABLES[state.name]
    if len(table) > most_rows - 1:
        told += f". NOT ALL: a sheet ends here, the first {most_rows - 1} rows are in it; all are in {state.name}.csv"
    texts = [c for c, kind in state.columns.items() if kind == "text"]
    if any(len(text) > MOST_LETTERS for c in texts for text in table[c].tolist()):
        told += f". Texts of more than {MOST_LETTERS} letters are cut, and say so; whole in {state.name}.csv"
    return told


def _columns_sheet(sheet: Any, looks: Mapping[str, Any]) -> None:
    """Unit and meaning of every column of every table."""
    heads = ("table", "column", "kind", "unit", "what it holds")
    rows = [
        (state.name, column, kind, *column_told(state.name, column))
        for state in states.RESULT_TABLES
        for column, kind in state.columns.items()
    ]
    for place, (head, width) in enumerate(zip(heads, (18, 24, 9, 18, 90), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, head, looks["head"])
    for at, row in enumerate(rows, 1):
        for place, text in enumerate(row):
            sheet.write_string(at, place, text)
    _framed(sheet, len(rows), len(heads))


def _table_sheet(sheet: Any, state: Table, table: pd.DataFrame, looks: Mapping[str, Any]) -> None:
    """A table: heads that tell unit and meaning when they are chosen, then one row per row, empty where empty."""
    columns = [_written(table[c], kind) for c, kind in state.columns.items()]
    for place, (column, cells) in enumerate(zip(state.columns, columns, strict=True)):
        longest = max((len(str(c)) for c in cells[:_LOOKED_AT] if c is not None), default=0)
        sheet.set_column(place, place, min(max(len(column) + 3, min(longest, 14) + 1), 60))
        sheet.write_string(0, place, column, looks["head"])
        unit, told = column_told(state.name, column)
        message = f"{told} [{unit}]" if unit else told
        sheet.data_validation(0, place, 0, place, {"validate": "any", "input_title": column, "input_message": message})
    write = {str: sheet.write_string, float: sheet.write_number, bool: sheet.write_boolean}  # of each cell's own kind
    for at, row in enumerate(zip(*columns, strict=True), 1):
        for place, cell in enumerate(row):
            if cell is not None:
                write[type(cell)](at, place, cell)
    _framed(sheet, len(table), len(columns))


def _framed(sheet: Any, n_rows: int, n_columns: int) -> None:
    """Heads that stay, with a filter."""
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(n_rows, 1), n_columns - 1)


def _written(column: "pd.Series[Any]", kind: str) -> list[str | float | bool | None]:
    """A column as cells; None for an empty one. What is infinite has no number in a sheet and is text."""
    if kind == "text":
        texts = {text: _cell_text(text) or None for text in column.unique().tolist()}
        return [texts[text] for text in column.tolist()]
    if kind == "truth":
        return [None if pd.isna(v) else bool(v) for v in column.tolist()]
    numbers = column.astype("float64").tolist()
    return [None if math.isnan(v) else v if math.isfinite(v) else str(v) for v in numbers]


def _cell_text(text: str) -> str:
    """A label as a cell can hold it: no sign that XML does not allow, no more letters than a cell has."""
    allowed = xml_text(text)
    return allowed if len(allowed) <= MOST_LETTERS else allowed[: MOST_LETTERS - len(_CUT)] + _CUT


def _write(sheet: Any, at: int, place: int, cell: str | float | bool | None, look: Any = None) -> None:
    """One cell by its kind, so that no text is ever taken for a number, a formula or an address."""
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(at, place, cell, look)
    elif isinstance(cell, str):
        sheet.write_string(at, place, cell, look)
    else:
        sheet.write_number(at, place, cell, look)


def verdict_lines(verdict: Mapping[str, Any], problems: pd.DataFrame, meaning: str) -> Iterator[tuple[str, str]]:
    """What the first sheet says of an experiment: errors first, else the verdict's grade and sentences."""
    errors = problems[problems["severity"] == "error"]
    if len(errors):
        yield "errors", "There are errors: do not use the numbers in this workbook before they are mended."
        for row in errors.to_dict("records"):
            yield str(row["code"]), f"{row['message']} {row['remedy']}"
        return
    if not verdict.get("grade"):
        yield "verdict", "No verdict was reached."
        return
    yield "grade", f"{verdict['grade']}: {meaning}"
    for sentence in verdict.get("sentences") or ():
        source = f" [{sentence['table']}]" if sentence.get("table") else ""
        yield "", f"{sentence['text']}{source}"
