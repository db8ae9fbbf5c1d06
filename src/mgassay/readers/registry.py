"""One list of readers; which one a raw file is for is seen in what it holds, unless files.csv names it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems, suggestion
from mgassay.readers import bmg, gen5, plain, quantstudio, skanit, tecan
from mgassay.readers.blocks import FindBlocks, readings_from_blocks
from mgassay.readers.sheets import Content, content_from_file


@dataclass(frozen=True)
class Reader:
    """A family of exports: its name for files.csv, how it is recognised and how it is read."""

    name: str
    title: str
    detect: Callable[[Content], bool]
    read: Callable[[Content, RawFile, Problems], pd.DataFrame]


def _plate_reader(name: str, title: str, detect: Callable[[Content], bool], find: FindBlocks) -> Reader:
    """A reader of plates from what finds their blocks."""
    return Reader(name, title, detect, functools.partial(_read_plate, title, find))


def _read_plate(title: str, find: FindBlocks, content: Content, raw: RawFile, problems: Problems) -> pd.DataFrame:
    """RAW_READINGS of a plate; raises UnreadableError MG126 when the file holds no raw reading."""
    blocks = find(content, problems)
    if not blocks:
        raise UnreadableError("MG126", seen="no raw readings", title=title)
    return readings_from_blocks(blocks, content, raw, problems)


VENDORS: tuple[Reader, ...] = (
    _plate_reader(gen5.NAME, gen5.TITLE, gen5.detect, gen5.blocks),
    _plate_reader(bmg.NAME, bmg.TITLE, bmg.detect, bmg.blocks),
    _plate_reader(tecan.ICONTROL, tecan.ICONTROL_TITLE, tecan.detect_icontrol, tecan.icontrol_blocks),
    _plate_reader(tecan.MAGELLAN, tecan.MAGELLAN_TITLE, tecan.detect_magellan, tecan.magellan_blocks),
    _plate_reader(skanit.NAME, skanit.TITLE, skanit.detect, skanit.blocks),
    Reader(quantstudio.NAME, quantstudio.TITLE, quantstudio.detect, quantstudio.read),
)
PLAIN: tuple[Reader, ...] = (  # tried when no vendor claims the file
    _plate_reader(plain.GRID, plain.GRID_TITLE, plain.detect_grid, plain.grid_blocks),
    _plate_reader(plain.LIST, plain.LIST_TITLE, plain.detect_list, plain.list_blocks),
    _plate_reader(plain.KINETIC, plain.KINETIC_TITLE, plain.detect_kinetic, plain.kinetic_blocks),
)
READERS: tuple[Reader, ...] = (*VENDORS, *PLAIN)


def reader_named(name: str) -> Reader:
    """The reader of that name; raises UnreadableError MG112 with the nearest name when there is none."""
    found = next((r for r in READERS if r.name == name.strip().casefold()), None)
    if found is None:
        raise UnreadableError("MG112", seen=name, suggestion=suggestion(name, [r.name for r in READERS]))
    return found


def reader_of(content: Content) -> Reader:
    """The one reader that claims a file by what it holds, plain tables last.

    Raises UnreadableError MG110 when none does, MG111 when several do.
    """
    claims = [r for r in VENDORS if r.detect(content)] or [r for r in PLAIN if r.detect(content)]
    if not claims:
        first = next((" ".join(c for c in row if c) for row in content.opening if any(row)), "")
        known = "; ".join(f"{r.title} ({r.name})" for r in READERS)
        raise UnreadableError("MG110", seen=first[:80], known=known)
    if len(claims) > 1:
        raise UnreadableError("MG111", seen=", ".join(r.name for r in claims))
    return claims[0]


def read_raw_file(path: Path, raw: RawFile, problems: Problems) -> pd.DataFrame:
    """RAW_READINGS of one raw file, for the plate that its row of files.csv means.

    Bad input never raises: `problems` says what is wrong, and the frame is empty where nothing can be trusted.
    """
    try:
        content = content_from_file(path, raw.file, problems)
        reader = reader_named(raw.reader) if raw.reader else reader_of(content)
        return reader.read(content, raw, problems)
    except UnreadableError as bad:
        problems.add(bad.code, file=raw.file, sheet=bad.sheet, place=bad.place, seen=bad.seen, **bad.facts)
        return tables.RAW_READINGS.frame()
