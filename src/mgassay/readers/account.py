"""An account of every line of an export: read as data, understood, not understood, or ignored below the data.

A line that nobody looked at is often the dilution, the unit or the remark that matters; so what was not understood is
listed in the provenance, and notes below the data are named in a notice.
"""

from collections.abc import Mapping
from typing import Any

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.reader import Export, Reader
from mgassay.readers.sheets import Content, Sheet

TABLE_WIDTH, TABLE_ROWS = 4, 3  # so many rows of so many filled cells are a table, not lines of a header
MOST_LINES = 200  # of each kind, so that a file of free text does not fill the provenance
_NAMED = 3


def account_of(content: Content, export: Export, reader: Reader, raw: RawFile, problems: Problems) -> Mapping[str, Any]:
    """What was made of a raw file's lines, as plain values; a notice MG135 where notes below the data were ignored."""
    named = set(export.readings["sheet"])
    read = [s for s in content.sheets if s.name in export.used and (s.is_text or s.name in named)]
    kinds: dict[str, list[str]] = {"understood": [], "not_understood": [], "ignored_below": []}
    for sheet in read:
        for kind, line in _lines_of(sheet, export.used[sheet.name], reader):
            kinds[kind].append(line)
    if notes := kinds["ignored_below"]:
        more = f" and {len(notes) - _NAMED} more" if len(notes) > _NAMED else ""
        problems.add("MG135", file=raw.file, sheet=raw.sheet, seen="; ".join(notes[:_NAMED]) + more)
    return {
        "file": raw.file,
        "plate": raw.plate,
        "reader": reader.name,
        "encoding": content.encoding,
        "readings": len(export.readings),
        "sheets_not_read": [s.name for s in content.sheets if read and s.name not in (r.name for r in read)],
        **{kind: _at_most(lines) for kind, lines in kinds.items()},
    }


def _lines_of(sheet: Sheet, used: frozenset[int], reader: Reader) -> list[tuple[str, str]]:
    """The lines of a sheet that belong to no table, each with its kind."""
    last = max(used, default=-1)
    tables = used | _table_rows(sheet)
    return [
        (_kind(filled[0], row > last, reader), f"{sheet.place(row)}: {' | '.join(filled)}"[:300])
        for row, cells in enumerate(sheet.cells)
        if row not in tables and (filled := [c for c in cells if c])
    ]


def _kind(first: str, below: bool, reader: Reader) -> str:
    """Whether a line was understood, by its first cell."""
    if reader.known.match(first):
        return "understood"
    return "ignored_below" if below else "not_understood"


def _table_rows(sheet: Sheet) -> set[int]:
    """Rows that stand in tables of computed values, layouts and the like: several wide rows one after the other.

    A row that begins with an empty cell goes on with the row above it.
    """
    rows: set[int] = set()
    run: list[int] = []
    for row, cells in enumerate((*sheet.cells, ())):
        filled = sum(map(bool, cells))
        if filled >= TABLE_WIDTH or (run and filled and not cells[0]):
            run.append(row)
            continue
        rows.update(run if len(run) >= TABLE_ROWS else ())
        run = []
    return rows


def _at_most(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more"]
