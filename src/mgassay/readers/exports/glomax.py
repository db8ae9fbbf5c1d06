"""Promega GloMax csv: a grid right of the word `Reading:`, below the lines that name its filters."""

from collections.abc import Iterator

from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.exports.plain import number_grids, wavelength_in
from mgassay.readers.grid_checks import column_run
from mgassay.readers.reader import REAL, plate_reader
from mgassay.readers.sheets import Content, Sheet

NAME, TITLE = "glomax", "Promega GloMax csv"

KNOWN = (r"protocol:", r"result:", r"(measurement|reference|excitation|emission) filter", r"absorbance|fluor|lumin")


def detect(content: Content) -> bool:
    """Whether column numbers stand right of `Reading:`."""
    return any("Reading:" in row and column_run(row) is not None for row in content.opening)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """The grids of all readings; a warning where a reference filter is named."""
    return [block for sheet in content.sheets for block in _readings(sheet, content, problems)]


def _readings(sheet: Sheet, content: Content, problems: Problems) -> Iterator[Block]:
    """The grids of a sheet, called `reading 1`, `reading 2`, … where there are several."""
    filters = ([c for c in row if c] for row in sheet.cells)
    for pair in filters:
        if len(pair) > 1 and pair[0] == "Reference Filter:" and pair[1].casefold() != "none":
            problems.add("MG146", file=content.file, sheet=sheet.name, seen=pair[1])
    nm, grids = wavelength_in(sheet), number_grids(sheet)
    for number, grid in enumerate(grids, start=1):
        label = f"reading {number}" if len(grids) > 1 else ""
        yield Block(sheet, grid.spots(), label, channel_name("", nm), nm)


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=REAL),)
