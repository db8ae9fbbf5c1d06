"""Byonoy and Opentrons absorbance csv: a grid of readings, a grid of sample names, then the wavelength and more."""

from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name
from mgassay.readers.exports.plain import number_grids, wavelength_in
from mgassay.readers.reader import REAL, plate_reader
from mgassay.readers.sheets import Content
from mgassay.readers.text import number_from

NAME, TITLE = "byonoy", "Byonoy or Opentrons absorbance csv"

KNOWN = (
    r"(sample|reference) wavelength|smart validation|plate (well assignment|orientation)|replicates|standards|blank",
    r"protocol$|assay$|serial no|measurement (started|finished)|id$|\d+$|[a-p]$",
)
_SAMPLE, _REFERENCE = "Sample Wavelength (nm)", "Reference Wavelength (nm)"


def detect(content: Content) -> bool:
    """Whether a line names the wavelength as these programs do."""
    return any(row[:1] == (_SAMPLE,) for row in content.opening)


def blocks(content: Content, problems: Problems) -> list[Block]:
    """The grid of readings; names that are whole numbers are none; a warning where a reference wavelength is named."""
    sheet = content.sheets[0]
    reference = next((row[1] for row in sheet.cells if row[:1] == (_REFERENCE,) and len(row) > 1), "")
    if (number_from(reference, ".") or 0) > 0:  # -1 is none
        problems.add("MG146", file=content.file, sheet=sheet.name, seen=reference)
    nm, grids = wavelength_in(sheet), number_grids(sheet)
    named = [g for g in grids[1:] if all(sheet.cell(s.row, s.col).isdigit() for s in g.spots())]
    return [Block(sheet, g.spots(), "", channel_name("", nm), nm) for g in grids if g not in named]


READERS = (plate_reader(NAME, TITLE, detect, blocks, known=KNOWN, evidence=REAL),)
