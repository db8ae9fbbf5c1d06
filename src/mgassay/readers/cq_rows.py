"""Whether the rows of a results table in a text stand under their header: no cell too few, none too many.

A cell that was lost or added moves every cell behind it, and a Cq Mean becomes a Cq. Rows may differ in width in two
ways only: Excel leaves out trailing blanks of a column that holds nothing in sixteen rows, and some editors leave them
out of every row.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from mgassay.errors import UnreadableError
from mgassay.readers.cq_tables import TASKS, CqTable, Dialect
from mgassay.readers.text import number_from, status_of

Row = tuple[str, ...]


def check_rows(table: CqTable, dialect: Dialect) -> None:
    """Refuses a table whose rows and header do not fit each other; in a workbook only cells beyond the header tell.

    Raises UnreadableError MG127 for a row that lacks a cell, MG154 for one too many in a row or in the header.
    """
    if not table.sheet.is_text:
        _check_beyond(table)
        return
    _check_width(table)
    _check_cut_off(table)
    _check_header(table)
    _check_short(table, dialect)


def _check_beyond(table: CqTable) -> None:
    """Raises UnreadableError MG154 for a cell of a workbook beyond the header: somebody has moved a row's cells."""
    names = max((k + 1 for k, name in enumerate(table.header) if name), default=0)
    for k, row in enumerate(table.rows):
        if names and any(row[names:]):
            seen = f"{len(row)} cells under {names} names of columns"
            raise UnreadableError("MG154", sheet=table.sheet.name, place=_place(table, k), seen=seen)


def _place(table: CqTable, k: int) -> str:
    """Where a row of the table stands."""
    return table.sheet.place(table.start + k)


def _check_width(table: CqTable) -> None:
    """Raises UnreadableError MG154 where commas inside cells have shifted a row of a text beyond its header.

    Programs that end every row with a separator make all rows one cell wider, and that cell is empty.
    """
    names = len(table.header)
    wide = [k for k, row in enumerate(table.rows) if names and len(row) > names]
    if not wide:
        return
    filled = [k for k in wide if any(table.rows[k][names:])]
    alike = len({len(row) for row in table.rows[:-1]}) <= 1  # the last may be cut off
    if filled or not alike or (table.sheet.separator == "," and not any("." in t for t in table.column("cq"))):
        first = (filled or wide)[0]
        seen = f"{len(table.rows[first])} cells under {names} names of columns"
        raise UnreadableError("MG154", place=_place(table, first), seen=seen)


def _check_cut_off(table: CqTable) -> None:
    """Raises UnreadableError MG127 for a row of a text that lacks its Cq, or a last row that was cut off.

    It was when two of three are true: no line break follows, it is shorter than all others, it ends in Cq or quantity.
    """
    widths = [len(row) for row in table.rows]
    needed = max(table.columns["cq"], table.columns["well"]) + 1
    short = next((k for k, width in enumerate(widths) if width < needed), None)
    if short is not None:
        raise UnreadableError("MG127", place=_place(table, short), seen=f"{widths[short]} of {needed} values")
    *others, last = widths
    least = min(others, default=len(table.header))
    in_number = last - 1 in (table.columns["cq"], table.columns.get("quantity"))
    if table.unfinished + (last < least) + in_number >= 2:
        said = f"{last} of {least} values" if last < least else f"“{table.rows[-1][-1]}” and no line end"
        raise UnreadableError("MG127", place=_place(table, len(widths) - 1), seen=said)


def _check_header(table: CqTable) -> None:
    """Raises UnreadableError MG154 for a header with a name too many, or with none over a column amid the others."""
    names = _used(table.header)
    widest = max(map(len, table.rows))
    if names > widest:
        raise UnreadableError("MG154", place=_place(table, -1), seen=f"{names} names of columns over {widest} cells")
    first = next((k for k, name in enumerate(table.header) if name), names)
    for column in (k for k in range(first, names) if not table.header[k]):
        if any(row[column] for row in table.rows if column < len(row)):
            raise UnreadableError("MG154", place=_place(table, -1), seen=f"no name over its column {column + 1}")


def _used(row: Sequence[str]) -> int:
    """How many cells a row has up to its last that is filled."""
    return next((k for k in range(len(row), 0, -1) if row[k - 1]), 0)


def _check_short(table: CqTable, dialect: Dialect) -> None:
    """Raises UnreadableError MG127 for a row with fewer cells than others that may lack any but trailing blanks."""
    full = max(map(len, table.rows))
    short = [k for k, row in enumerate(table.rows) if len(row) < full]
    if not short:
        return
    trimmed = set(_blocks_of_excel(table.rows)) | set(_trimmed_alike(table, dialect))
    fits = _Columns(table, dialect)
    bad = next((k for k in short if k not in trimmed or not fits.hold(table.rows[k])), None)
    if bad is not None:
        raise UnreadableError("MG127", place=_place(table, bad), seen=f"{len(table.rows[bad])} of {full} values")


def _blocks_of_excel(rows: Sequence[Row]) -> Iterator[int]:
    """The rows that may lack only cells which are blank in all rows: those of a run of one width, filled to its end.

    A row that lost a cell still ends in the blank of its last column.
    """
    used = max(map(_used, rows))
    for width, run in itertools.groupby(range(len(rows)), key=lambda k: len(rows[k])):
        block = list(run)
        if width >= used and any(rows[k][-1] for k in block):
            yield from block


def _trimmed_alike(table: CqTable, dialect: Dialect) -> Iterator[int]:
    """The rows of a text without any trailing blank, where those of one task and kind of result have one width.

    One row alone of its task shows nothing.
    """
    if not all(row[-1] for row in table.rows):
        return
    kinds = [(dialect.task(t), _kind(cq)) for t, cq in zip(table.column("task"), table.column("cq"), strict=True)]
    widths: dict[tuple[str, str], list[int]] = {}
    for kind, row in zip(kinds, table.rows, strict=True):
        widths.setdefault(kind, []).append(len(row))
    yield from (k for k, kind in enumerate(kinds) if len(widths[kind]) > 1 and len(set(widths[kind])) == 1)


def _kind(text: str) -> str:
    """What a cell holds: nothing, a number or words."""
    if not text:
        return "nothing"
    return "words" if number_from(text, ".") is None and number_from(text, ",") is None else "a number"


class _Columns:
    """What the columns of a table hold, to tell whether a row stands in them."""

    def __init__(self, table: CqTable, dialect: Dialect) -> None:
        self._table, self._dialect = table, dialect
        self._kinds = Counter((col, _kind(text)) for row in table.rows for col, text in enumerate(row))
        self._tasks = Counter(dialect.task(text) for text in table.column("task"))

    def hold(self, row: Row) -> bool:
        """Whether each cell of a row is one that its column may hold, by its meaning and by the other rows."""
        cells = {name: row[col] if col < len(row) else "" for name, col in self._table.columns.items()}
        typed = {self._table.columns["cq"], self._table.columns.get("quantity")}
        alike = (self._kinds[col, _kind(t)] > 1 or not t for col, t in enumerate(row) if col not in typed)
        return all(alike) and self._hold_their_kind(cells)

    def _hold_their_kind(self, cells: dict[str, str]) -> bool:
        """Whether well, Cq, quantity, task and omission are such."""
        dialect, task = self._dialect, self._dialect.task(cells.get("task", ""))
        quantity, omit = cells.get("quantity", ""), cells.get("omit", "").casefold()
        return (
            bool(dialect.well(cells["well"]))
            and (cells["cq"].casefold() in dialect.no_cq or _kind(cells["cq"]) == "a number")
            and (status_of(quantity)[0] in ("ok", "missing") or quantity.casefold() in {"n/a", *dialect.no_cq})
            and ("omit" not in cells or omit in dialect.left_out | dialect.kept)
            and (not task or self._tasks[task] > 1 or task.casefold().replace("_", " ").replace("-", " ") in TASKS)
        )
