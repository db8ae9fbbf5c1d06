"""What a reader is, and what it makes of a raw file."""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, FindBlocks, readings_from_blocks
from mgassay.readers.sheets import Content, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.experiment import RawFile

REAL = "read against real exports"
FORMAT_ONLY = "format only, no real file seen"
NOTHING: re.Pattern[str] = re.compile("(?!)")


@dataclass(frozen=True, eq=False)
class Export:
    """What was read of one raw file: RAW_READINGS, AMPLIFICATION, and the rows of each sheet that its tables cover."""

    readings: "pd.DataFrame"
    amplification: "pd.DataFrame" = field(default_factory=tables.AMPLIFICATION.frame)
    used: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """A family of exports: its name for files.csv, how it is recognised and how it is read.

    `known` matches the first cell of header lines that are understood: used, or of no consequence for the numbers.
    `evidence` says what the reader was tried on. A `plain` reader is asked only when no other claims the file.
    """

    name: str
    title: str
    kind: str  # plate | qPCR | vendors
    detect: Callable[[Content], bool]
    read: Callable[[Content, "RawFile", Problems], Export]
    known: re.Pattern[str] = NOTHING
    evidence: str = FORMAT_ONLY
    plain: bool = False


def plate_reader(
    name: str,
    title: str,
    detect: Callable[[Content], bool],
    find: FindBlocks,
    *,
    known: Iterable[str] = (),
    evidence: str = FORMAT_ONLY,
    plain: bool = False,
) -> Reader:
    """A reader of plates from what finds their blocks; `known` are regular expressions of header lines."""
    read = functools.partial(_read_plate, title, find)
    return Reader(name, title, "plate", detect, read, known_lines(known), evidence, plain)


def known_lines(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern for the first cells of header lines that are understood; letter case does not matter."""
    joined = "|".join(f"(?:{p})" for p in patterns)
    return re.compile(joined, re.IGNORECASE) if joined else NOTHING


def _read_plate(title: str, find: FindBlocks, content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The readings of a plate; raises UnreadableError MG126 when the file holds no raw reading."""
    blocks = find(content, problems)
    if not blocks:
        raise UnreadableError("MG126", seen="no raw readings", title=title)
    return Export(readings_from_blocks(blocks, content, raw, problems), used=_rows_of(blocks))


def covering(reader: Reader, rows_of: Callable[[Sheet, frozenset[int]], frozenset[int]]) -> Reader:
    """The same reader, whose tables cover what `rows_of` gives of a sheet and its rows of readings."""
    return replace(reader, read=functools.partial(_read_covering, reader, rows_of))


def _read_covering(
    reader: Reader,
    rows_of: Callable[[Sheet, frozenset[int]], frozenset[int]],
    content: Content,
    raw: "RawFile",
    problems: Problems,
) -> Export:
    """What the reader reads, with all rows that its tables cover."""
    export = reader.read(content, raw, problems)
    used = {s.name: rows_of(s, export.used[s.name]) for s in content.sheets if s.name in export.used}
    return replace(export, used=used)


def _rows_of(blocks: Iterable[Block]) -> dict[str, frozenset[int]]:
    """The rows of each sheet in which values were read, and the row above the first read of every channel."""
    read: dict[tuple[str, str, str], set[int]] = {}
    for block in blocks:
        read.setdefault((block.sheet.name, block.label, block.channel), set()).update(s.row for s in block.spots)
    rows: dict[str, set[int]] = {}
    for (sheet, _, _), at in read.items():
        rows.setdefault(sheet, set()).update((min(at) - 1, *at) if at else ())
    return {name: frozenset(numbers) for name, numbers in rows.items()}
