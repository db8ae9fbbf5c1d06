"""BMG Labtech MARS: grids and lists headed `Raw Data (…)` in its CSV export.

What MARS computed stands under other titles (`Blank corrected based on Raw Data (…)`) and is left out.
"""

import math
import re
from collections.abc import Iterator, Sequence

from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.reader import plate_reader
from mgassay.readers.shapes import Spot, grids_in, title_above, well_lists_in
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.wellnames import well_from_text

NAME, TITLE = "bmg_mars", "BMG Labtech MARS CSV"

KNOWN = (
    r"user:", r"path:", r"test (id|name|run)", r"date:", r"time:", r"id[123]?:", r"absorbance|fluorescence|luminescence",
    r"(\d+\. )?(raw data|blank corrected|average over|%cv over|.* based on )",
)  # fmt: skip

_RAW = re.compile(r"(?:\d+\.\s*)?Raw Data\s*\((?P<light>.*)\)", re.IGNORECASE)
_NM = re.compile(r"(\d{3,4})(?:\s*nm)?(?:\s+\d+)?")  # "450 1" is 450 nm, first measurement


def detect(content: Content) -> bool:
    """Whether the file opens as MARS exports do: user and test lines, or a `Raw Data (…)` title."""
    first = [row[0] for row in content.opening if row and row[0]]
    named = any(c.startswith("User:") for c in first) and any(re.match(r"Test (name|run)", c) for c in first)
    return named or any(_RAW.fullmatch(c) for c in first)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """All raw reads of the file."""
    return [b for sheet in content.sheets for b in (*_grids(sheet), *_lists(sheet), *_row_column_lists(sheet))]


def _block(sheet: Sheet, spots: Sequence[Spot], light: str) -> Block:
    """A block of the read that `Raw Data (…)` names."""
    match = _NM.fullmatch(light.strip())
    nm = float(match[1]) if match else math.nan
    return Block(sheet, tuple(spots), channel=channel_name(light.strip(), nm), wavelength_nm=nm)


def _grids(sheet: Sheet) -> Iterator[Block]:
    """Grids under a raw title."""
    for grid in grids_in(sheet):
        if raw := _RAW.fullmatch(title_above(sheet, grid.header)):
            grid.check_width()
            yield _block(sheet, grid.spots(), raw["light"])


def _lists(sheet: Sheet) -> Iterator[Block]:
    """Raw columns of lists with a `Well` column."""
    for wells in well_lists_in(sheet):
        for col, name in enumerate(wells.names):
            if raw := _RAW.fullmatch(name):
                yield _block(sheet, wells.spots(col), raw["light"])


def _row_column_lists(sheet: Sheet) -> Iterator[Block]:
    """Raw columns of lists with the columns `Well Row` and `Well Col`."""
    for header, names in enumerate(sheet.cells):
        if "Well Row" not in names or "Well Col" not in names:
            continue
        letter, number = names.index("Well Row"), names.index("Well Col")
        rows = range(header + 1, len(sheet.cells))
        wells = [(well_from_text(sheet.cell(r, letter) + sheet.cell(r, number)), r) for r in rows]
        for col, name in enumerate(names):
            if raw := _RAW.fullmatch(name):
                yield _block(sheet, [Spot(well, r, col) for well, r in wells if well], raw["light"])


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN),)
