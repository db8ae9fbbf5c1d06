"""What the tests of readers share: a raw file written where the test may write, and read through the one door."""

import io
from collections.abc import Mapping, Sequence

import openpyxl
import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file


@pytest.fixture
def read_export(tmp_path):
    """`(name, content, **columns of files.csv)` -> readings and the problems found, as a list."""

    def read(name: str, content: str | bytes, **row: str):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        problems = Problems()
        frame = read_raw_file(path, RawFile(file=name, assay="calcium", plate="P1", **row), problems).export.readings
        return frame, list(problems)

    return read


@pytest.fixture
def workbook():
    """`{sheet: rows}` -> the bytes of an .xlsx."""

    def made(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return made


@pytest.fixture
def grid():
    """Rows of a plate grid: the corner and column numbers, then letters and values; `value(row, column)` from 0."""

    def rows(value, *, rows: int = 8, columns: int = 12, corner: object = ""):
        body = [["ABCDEFGHIJKLMNOP"[r], *(value(r, c) for c in range(columns))] for r in range(rows)]
        return [[corner, *range(1, columns + 1)], *body]

    return rows


@pytest.fixture
def lines():
    """Rows of cells as text lines parted by `mark`."""

    def joined(rows, mark: str = ",", end: str = "\r\n") -> str:
        return end.join(mark.join(str(c) for c in row) for row in rows) + end

    return joined
