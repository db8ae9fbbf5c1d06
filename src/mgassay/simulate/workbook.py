"""An experiment's tables as one experiment.xlsx to fill in: drop-downs, notes on headings, a sheet that explains.

The same tables as the CSV files that it is made of; the rest of the folder stays as it is.
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import xlsxwriter

from mgassay.simulate.column_notes import notes_of

WORKBOOK = "experiment.xlsx"
ROWS = 500  # rows below a heading that drop-downs cover
_CREATED = datetime(2017, 8, 1)
_WIDEST = 34  # characters of a column
_ABOUT = (
    "A filled-in example of an experiment. Put your own in its place; keep the names of sheets and headings.",
    "conditions: one row per condition that was grown.",
    "files: one row per raw file, or per folder of images. They lie beside this workbook, in raw/ and images/.",
    "layout_NAME: what the wells of a plate hold, as grids one below the other or as a list with a row per well.",
    "samples: sample names of a qPCR export, where it has any.",
    "choices: what the drop-downs offer. experiment.toml, beside this workbook, holds the question and the settings.",
    "Rest the pointer on a heading to read what its column is for. Optional columns may be left out.",
    "Write numbers without units, which stand in the headings. A donor is the independent unit: n counts donors.",
    "Then, in a terminal: mgassay check FOLDER, and mgassay run FOLDER.",
)

Files = Mapping[str, bytes]
Rows = list[list[str]]


@dataclass(frozen=True)
class Choice:
    """What a drop-down offers; `closed` refuses anything else, otherwise a note is shown and the value is kept."""

    values: Sequence[str]
    closed: bool = True


Choices = Mapping[tuple[str, str], Choice]  # by table (conditions, files, layout, samples) and column


def with_workbook(files: Files, choices: Choices) -> dict[str, bytes]:
    """The folder with its CSV tables moved into one workbook: relative path -> content. Touches no file.

    `choices` say what may stand in a column; those of `condition` and `layout` are taken from the tables themselves.
    """
    names = {path: _sheet_name(path) for path in files}
    tables = {name: _rows(files[path]) for path, name in names.items() if name}
    order = ("conditions", "files", "samples")
    sorted_names = [*(n for n in order if n in tables), *sorted(n for n in tables if n not in order)]
    kept = {path: content for path, content in files.items() if not names[path]}
    book = _book({name: tables[name] for name in sorted_names}, {**choices, **_own_choices(tables)})
    return dict(sorted({**kept, WORKBOOK: book}.items()))


def _sheet_name(path: str) -> str:
    """The sheet that a file of the folder becomes, "" for one that stays a file."""
    place = PurePosixPath(path)
    if place.suffix != ".csv" or place.parts[0] == "raw":
        return ""
    return f"layout_{place.stem}" if place.parent.name == "layouts" else place.stem


def _rows(content: bytes) -> Rows:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode())))


def _own_choices(tables: Mapping[str, Rows]) -> dict[tuple[str, str], Choice]:
    """Names that other tables refer to: the conditions of this workbook, and its layouts."""
    conditions = Choice([row[0] for row in tables["conditions"][1:]])
    layouts = Choice([n.removeprefix("layout_") for n in tables if n.startswith("layout_")])
    homes = ("layout", "samples")
    return {**{(home, "condition"): conditions for home in homes}, ("files", "layout"): layouts}


def _book(tables: Mapping[str, Rows], choices: Choices) -> bytes:
    """The workbook in memory, with a fixed creation date: the same tables give the same bytes."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": _CREATED, "title": "mgassay experiment", "author": "mgassay"})
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    about = book.add_worksheet("about")
    about.set_column(0, 0, 110, wrapped)
    about.write_column(0, 0, _ABOUT, wrapped)
    sheets = {name: book.add_worksheet(name) for name in tables}
    offered = _write_choices(book.add_worksheet("choices"), choices, bold)
    for name, rows in tables.items():
        _fill(sheets[name], name, rows, bold)
        for place, column in _places(rows):
            home = "layout" if name.startswith("layout_") else name
            if (home, column) in offered:
                sheets[name].data_validation(*place, offered[home, column])
    book.close()
    return stream.getvalue()


def _write_choices(sheet: Any, choices: Choices, bold: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Writes each list into a column of its own; gives the drop-downs that refer to them, by table and column."""
    offered = {}
    sheet.freeze_panes(1, 0)
    for column, ((table, name), choice) in enumerate(choices.items()):
        sheet.write(0, column, f"{table}: {name}", bold)
        sheet.set_column(column, column, _width([f"{table}: {name}", *choice.values]))
        sheet.write_column(1, column, list(choice.values))
        letter = xlsxwriter.utility.xl_col_to_name(column)
        # Conditions are the rows of their own sheet, so that a new one is offered at once.
        own = name == "condition" and table != "conditions"
        source = (
            f"=conditions!$A$2:$A${ROWS + 1}" if own else f"=choices!${letter}$2:${letter}${len(choice.values) + 1}"
        )
        offered[table, name] = {
            "validate": "list",
            "source": source,
            "ignore_blank": not own,  # or the blanks in the list would let anything pass
            "error_type": "stop" if choice.closed else "information",
            "error_title": f"{name}: not in the list",
            "error_message": "Choose from the list." if choice.closed else "Not in the list. Keep it if it is meant.",
        }
    return offered


def _places(rows: Rows) -> Iterator[tuple[tuple[int, int, int, int], str]]:
    """Which cells hold each column (first row, first column, last row, last column, from 0), and its name.

    A table has its columns below their headings; a stacked layout has a grid for each, named in its corner.
    """
    corners = [r for r, row in enumerate(rows) if _is_grid_heading(row)]
    if not corners:
        yield from (((1, c, ROWS, c), name) for c, name in enumerate(rows[0]))
    for top in corners:
        end = next((r for r in range(top + 1, len(rows)) if not any(rows[r])), len(rows))
        yield (top + 1, 1, end - 1, len(rows[top]) - 1), rows[top][0]


def _is_grid_heading(row: Sequence[str]) -> bool:
    """Whether a row is the top of a plate's grid: a name, then 1, 2, 3 ...

    >>> _is_grid_heading(["role", "1", "2"]), _is_grid_heading(["well", "role"])
    (True, False)
    """
    return len(row) > 1 and row[1:] == [str(i) for i in range(1, len(row))]


def _fill(sheet: Any, name: str, rows: Rows, bold: Any) -> None:
    """Writes a table: numbers as numbers, headings bold, frozen where there is one row of them, with their notes."""
    grids = [r for r, row in enumerate(rows) if _is_grid_heading(row)]
    notes = notes_of(name)
    for r, row in enumerate(rows):
        heading = r in grids or (r == 0 and not grids)
        for c, text in enumerate(row):
            _write_cell(sheet, r, c, text, bold if heading else None)
            if heading and text in notes:
                sheet.write_comment(r, c, notes[text], {"x_scale": 2, "author": "mgassay"})
    sheet.freeze_panes(*((0, 1) if grids else (1, 1)))
    for c in range(max(map(len, rows))):
        sheet.set_column(c, c, _width([row[c] for row in rows if c < len(row)]))


def _write_cell(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Writes a number where the text is one and would read back the same, else the text; nothing for ""."""
    if _is_number(text):
        sheet.write_number(row, column, float(text), style)
    elif text:
        sheet.write_string(row, column, text, style)


def _is_number(text: str) -> bool:
    """Whether a cell is a number in its shortest form.

    >>> [_is_number(t) for t in ("0.8", "12", "007", "nan", "1e3", "A1")]
    [True, True, False, False, False, False]
    """
    try:
        value = float(text)
    except ValueError:
        return False
    return math.isfinite(value) and f"{value:.12g}" == text


def _width(texts: Sequence[str]) -> int:
    """A column's width in characters: that of its longest text, within reason."""
    return min(max(8, *(len(text) + 2 for text in texts)), _WIDEST)
