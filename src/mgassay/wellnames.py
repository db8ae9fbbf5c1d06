"""Names of wells: `A1`, `A01` and `a 1` are one well; rows go from A to AF, columns from 1 to 48 (1,536 wells)."""

import functools
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Integers = npt.NDArray[np.int64]

PLATE_SHAPES = ((2, 3), (3, 4), (4, 6), (6, 8), (8, 12), (16, 24), (32, 48))  # rows, columns of 6 to 1,536 wells
MAX_ROWS, MAX_COLUMNS = PLATE_SHAPES[-1]
_WELL = re.compile(r"\s*([A-Za-z]{1,2})\s*0*([1-9][0-9]?)\s*")
_LISTED_RUNS = 12


def row_number(letters: str) -> int:
    """The row of a plate from its letters, from 0; -1 for what is not one of A to Z, AA, AB, ...

    >>> row_number("A"), row_number("h"), row_number("AF"), row_number("1")
    (0, 7, 31, -1)
    """
    if not re.fullmatch("[A-Za-z]{1,2}", letters):
        return -1
    *first, last = (ord(c) - ord("A") for c in letters.upper())
    return 26 * (first[0] + 1) + last if first else last


def row_letters(row: int) -> str:
    """The letters of a row counted from 0.

    >>> row_letters(0), row_letters(25), row_letters(26), row_letters(31)
    ('A', 'Z', 'AA', 'AF')
    """
    return chr(ord("A") + row) if row < 26 else chr(ord("A") + row // 26 - 1) + chr(ord("A") + row % 26)


@functools.lru_cache(maxsize=4096)  # an export names the same wells over and over
def well_from_text(text: str) -> str:
    """The well's one name, or "" when the text names no well of any plate.

    >>> well_from_text("a 01"), well_from_text("AF48"), well_from_text("A0"), well_from_text("AG1")
    ('A1', 'AF48', '', '')
    """
    found = _WELL.fullmatch(text)
    if not found or row_number(found[1]) >= MAX_ROWS or int(found[2]) > MAX_COLUMNS:
        return ""
    return f"{found[1].upper()}{int(found[2])}"


def wells_from_texts(texts: "pd.Series[str]") -> "pd.Series[str]":
    """`well_from_text` of a whole column; each different spelling is looked at once."""
    return texts.map({t: well_from_text(t) for t in texts.unique()}).astype("str")


def positions(wells: "Sequence[str] | pd.Series[str]") -> "tuple[Integers, Integers]":
    """Row and column of wells in their one spelling, both counted from 0."""
    import numpy as np
    import pandas as pd

    names = pd.Series(list(wells), dtype="str")
    parts = names.str.extract(r"^([A-Z]+)(\d+)$")
    rows = parts[0].map({t: row_number(t) for t in parts[0].unique()})
    return rows.to_numpy(dtype=np.int64), parts[1].to_numpy(dtype=np.int64) - 1


def plate_shape(wells: "Sequence[str] | pd.Series[str]") -> tuple[int, int]:
    """Rows and columns of the smallest standard plate that holds all these wells."""
    if not len(wells):
        return PLATE_SHAPES[0]
    rows, columns = positions(wells)
    return next(s for s in PLATE_SHAPES if rows.max() < s[0] and columns.max() < s[1])


def compact(wells: Iterable[str]) -> str:
    """Wells as runs along their rows, short enough for a message.

    >>> compact(["A2", "A1", "A3", "B1", "C7", "C8"])
    'A1–A3, B1, C7–C8'
    """
    spots = {(row_number(w.rstrip("0123456789")), int(w.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))) for w in wells}
    starts = sorted((r, c) for r, c in spots if (r, c - 1) not in spots)
    runs = [_run(r, c, spots) for r, c in starts]
    more = [f"and {len(runs) - _LISTED_RUNS} more"] if len(runs) > _LISTED_RUNS else []
    return ", ".join(runs[:_LISTED_RUNS] + more)


def _run(row: int, column: int, spots: set[tuple[int, int]]) -> str:
    """The run of neighbouring wells that starts here."""
    end = column
    while (row, end + 1) in spots:
        end += 1
    first = f"{row_letters(row)}{column}"
    return first if end == column else f"{first}–{row_letters(row)}{end}"
