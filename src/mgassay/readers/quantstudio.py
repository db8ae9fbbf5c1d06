"""Applied Biosystems QuantStudio and StepOne results, as text or workbook: one row per well and target.

Columns are found by name (`CT`, `Cт` with a Cyrillic т, `Cq`, `Cp`, `Crt` are the same); whatever the software computed
(means, RQ, ΔCt) is left out. Whole columns are read at once: a run may hold tens of thousands of rows.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems, suggestion
from mgassay.readers.cycles import cycles_run
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.text import cells_from_line, decimal_mark, number_from, quantity_from, status_of
from mgassay.readers.wellnames import well_from_text
from mgassay.units import plain

NAME, TITLE = "quantstudio", "Applied Biosystems QuantStudio/StepOne results (text or workbook)"

_RESULTS = "Results"
_COLUMNS = {
    "well": ("well position", "well"),
    "cq": ("ct", "cq", "cp", "crt"),
    "sample": ("sample name", "sample"),
    "target": ("target name", "target", "detector name", "detector", "reporter"),
    "task": ("task",),
    "quantity": ("quantity",),
    "omit": ("omit", "omitted"),
    "baseline_end": ("baseline end",),
}
_NO_CQ = {"undetermined": "undetermined", "": "missing", "nan": "missing", "n/a": "missing", "no ct": "undetermined"}
_MISPLACED = {"date": "MG122", "formula": "MG123"}
_LOOKED_AT = 400  # rows in which a table without a section title may begin

Column = list[str]


@dataclass(frozen=True)
class Results:
    """The results table: `rows` are its cells, the first of them in row `start` of the sheet (from 0)."""

    sheet: Sheet
    columns: Mapping[str, int]
    start: int
    rows: Sequence[tuple[str, ...]]

    def column(self, name: str) -> Column:
        """A column's cells, empty where the table has no such column."""
        col = self.columns.get(name, -1)
        return [row[col] if 0 <= col < len(row) else "" for row in self.rows]


def column_name(header: str) -> str:
    """A header's name in one spelling: lower case, the Cyrillic т of `Cт` as t.

    >>> column_name("Cт"), column_name("Well  Position")
    ('ct', 'well position')
    """
    return " ".join(plain(header).casefold().replace("т", "t").split())


def columns_from_header(cells: Iterable[str]) -> dict[str, int]:
    """Where the columns that are read stand; of names that come twice the first counts."""
    at: dict[str, int] = {}
    for col, cell in enumerate(cells):
        at.setdefault(column_name(cell), col)
    found = {name: next((at[s] for s in spellings if s in at), -1) for name, spellings in _COLUMNS.items()}
    return {name: col for name, col in found.items() if col >= 0}


def detect(content: Content) -> bool:
    """Whether the file holds a [Results] section, or a table with well positions and Cq values."""
    if content.text:
        return "[Results]" in content.text or any(map(_is_header, content.opening))
    return any(_is_header(row) for sheet in content.workbook for row in sheet.cells[:_LOOKED_AT])


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row heads a results table of this family."""
    names = {column_name(c) for c in cells}
    return "well position" in names and bool(names.intersection(_COLUMNS["cq"]))


def read(content: Content, raw: RawFile, problems: Problems) -> pd.DataFrame:
    """RAW_READINGS of a results table; rows of wells without sample, target, task and Cq are empty wells, left out.

    A Cq stays as read where the well was omitted. Raises UnreadableError when there is no table or a column is absent.
    """
    results = _results_in_text(content) if content.text else _results_in_workbook(content, raw)
    _check_columns(results)
    tokens = results.column("cq")
    numbers = (t for t in dict.fromkeys(tokens) if status_of(t)[0] == "ok")
    mark = decimal_mark(numbers, results.sheet.separator, may_be_thousands=False)  # no run has thousands of cycles
    said = {token: _cq_from(token, mark) for token in dict.fromkeys(tokens)}
    value = np.array([said[t][1] for t in tokens], dtype=float)
    filled = _filled(results)
    ends = dict.fromkeys(results.column("baseline_end"))
    frame = pd.DataFrame(
        {
            "file": raw.file,
            "sheet": results.sheet.name,
            "place": [results.sheet.place(results.start + k, results.columns["cq"]) for k in range(len(tokens))],
            "plate": raw.plate,
            "well": _wells(results, filled),
            "channel": results.column("target"),
            "read_index": 0,
            "value": value,
            "status": _statuses(results, [said[t][0] for t in tokens]),
            "raw": tokens,
            "sample": results.column("sample"),
            "task": results.column("task"),
            "quantity": _quantities(results, mark, raw, problems),
            "cycles": cycles_run(content, (n for t in ends if (n := number_from(t, mark)) is not None), value),
        }
    )[filled]
    _report_misplaced(frame, raw, problems)
    _check_once(frame)
    return tables.RAW_READINGS.frame(
        frame.assign(status=frame["status"].replace(["date", "formula", "unknown"], "missing"))
    )


def _results_in_text(content: Content) -> Results:
    """The results of a text: under [Results], or under the first row that heads such a table.

    Only this section is cut into cells; raw and amplification data may be a hundred times longer.
    """
    lines, mark = content.lines, content.separator
    titled = next((k for k, line in enumerate(lines) if line.startswith(f"[{_RESULTS}]")), None)
    opening = range(min(len(lines), _LOOKED_AT)) if titled is None else range(titled + 1, min(len(lines), titled + 4))
    header = next((k for k in opening if "cq" in columns_from_header(cells_from_line(lines[k], mark))), None)
    if header is None:
        raise UnreadableError("MG126", seen="no results table", title=TITLE)
    end = next(
        (k for k in range(header + 1, len(lines)) if not lines[k].strip() or lines[k].startswith("[")), len(lines)
    )
    rows = [cells_from_line(line, mark) for line in lines[header + 1 : end]]
    sheet = Sheet(name="", cells=(), separator=mark, is_text=True)
    return Results(sheet, columns_from_header(cells_from_line(lines[header], mark)), header + 1, rows)


def _results_in_workbook(content: Content, raw: RawFile) -> Results:
    """The results on the sheet that files.csv names, else on `Results`, else on the only sheet that has any."""
    tables_found = {s.name: h for s in content.workbook if (h := _header_row(s)) is not None}
    wanted = raw.sheet or (_RESULTS if _RESULTS in tables_found else "")
    names = [n for n in tables_found if not wanted or n.casefold() == wanted.casefold()]
    if len(names) != 1:
        _refuse_sheets(raw, list(tables_found))
    sheet = next(s for s in content.workbook if s.name == names[0])
    header = tables_found[sheet.name]
    columns = columns_from_header(sheet.cells[header])
    rows = []
    for row in sheet.cells[header + 1 :]:
        if columns.get("well", -1) >= len(row) or not row[columns.get("well", 0)]:
            break
        rows.append(row)
    return Results(sheet, columns, header + 1, rows)


def _header_row(sheet: Sheet) -> int | None:
    """The row that heads a results table."""
    return next((k for k, row in enumerate(sheet.cells[:_LOOKED_AT]) if _is_header(row)), None)


def _refuse_sheets(raw: RawFile, found: Sequence[str]) -> None:
    """Raises the UnreadableError that says why no one sheet can be read."""
    if not found:
        raise UnreadableError("MG126", seen="no results table", title=TITLE)
    if raw.sheet:
        raise UnreadableError("MG115", sheet=raw.sheet, seen=raw.sheet, suggestion=suggestion(raw.sheet, found))
    raise UnreadableError("MG113", seen=", ".join(found))


def _check_columns(results: Results) -> None:
    """Raises UnreadableError MG133 for an absent column, MG126 for no row, MG127 for a row that was cut off."""
    absent = [name for name in ("well", "cq") if name not in results.columns]
    if absent:
        raise UnreadableError("MG133", seen=", ".join(absent), names=", ".join(_COLUMNS[absent[0]]))
    if not results.rows:
        raise UnreadableError("MG126", seen="a header without rows", title=TITLE)
    widths = [len(row) for row in results.rows]
    needed = max(results.columns["cq"], results.columns["well"]) + 1
    whole = [*[needed] * (len(widths) - 1), max(needed, *widths)]  # the last row tells whether the file was cut off
    short = next((k for k, (width, least) in enumerate(zip(widths, whole, strict=True)) if width < least), None)
    if results.sheet.is_text and short is not None:
        place = results.sheet.place(results.start + short)
        raise UnreadableError("MG127", place=place, seen=f"{widths[short]} of {whole[short]} values")


def _cq_from(token: str, mark: str) -> tuple[str, float]:
    """Status and number of a Cq cell; the statuses `date`, `formula` and `unknown` are for cells that hold no Cq."""
    if token.casefold() in _NO_CQ:
        return _NO_CQ[token.casefold()], math.nan
    number = number_from(token, mark)
    if number is not None:
        return "ok", number
    status = status_of(token)[0]
    return (status if status in ("date", "formula") else "unknown"), math.nan


def _filled(results: Results) -> npt.NDArray[np.bool_]:
    """Which rows are wells that hold something."""
    named = zip(*(results.column(name) for name in ("cq", "sample", "target", "task")), strict=True)
    return np.array([any(row) for row in named], dtype=bool)


def _wells(results: Results, filled: npt.NDArray[np.bool_]) -> Column:
    """The wells in their one spelling; raises UnreadableError MG130 for a row whose well is none."""
    given = results.column("well")
    names = {text: well_from_text(text) for text in dict.fromkeys(given)}
    bad = next((k for k, text in enumerate(given) if filled[k] and not names[text]), None)
    if bad is not None:
        place = results.sheet.place(results.start + bad, results.columns["well"])
        raise UnreadableError("MG130", sheet=results.sheet.name, place=place, seen=given[bad] or "an empty cell")
    return [names[text] for text in given]


def _statuses(results: Results, read_as: Sequence[str]) -> Column:
    """The statuses, `omitted` where the lab left the well out in the instrument's software."""
    omit = results.column("omit")
    left_out = {text: text.casefold() in ("true", "yes", "1") for text in dict.fromkeys(omit)}
    return ["omitted" if left_out[o] else status for o, status in zip(omit, read_as, strict=True)]


def _quantities(results: Results, mark: str, raw: RawFile, problems: Problems) -> list[float]:
    """Quantities of standards (and what was computed from them), with commas between thousands allowed."""
    given = results.column("quantity")
    numbers = {text: quantity_from(text, mark) for text in dict.fromkeys(given)}
    for k, text in enumerate(given):
        if text and numbers[text] is None and status_of(text)[0] != "missing":
            place = results.sheet.place(results.start + k, results.columns["quantity"])
            problems.add("MG134", file=raw.file, sheet=results.sheet.name, place=place, seen=text)
    return [math.nan if (n := numbers[text]) is None else n for text in given]


def _report_misplaced(frame: pd.DataFrame, raw: RawFile, problems: Problems) -> None:
    """A problem for every Cq cell that holds something else."""
    bad = frame[frame["status"].isin(["date", "formula", "unknown"])]
    for place, sheet, status, token in zip(bad["place"], bad["sheet"], bad["status"], bad["raw"], strict=True):
        problems.add(_MISPLACED.get(status, "MG120"), file=raw.file, sheet=sheet, place=place, seen=token)


def _check_once(frame: pd.DataFrame) -> None:
    """Raises UnreadableError MG125 when a well has two Cq of one target."""
    twice = frame[frame.duplicated(["well", "channel"])]
    if len(twice):
        first = twice.iloc[0]
        raise UnreadableError(
            "MG125", sheet=first["sheet"], place=first["place"], seen=f"{first['well']} {first['channel']}"
        )
