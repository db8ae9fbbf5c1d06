"""Whether the wells that were read are those that the layout maps; the same for plates, qPCR runs and images."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.wellnames import compact, plate_shape, positions

UNREAD_ROLES = ("empty", "excluded")  # wells that need not have been read


def check_coverage(
    raw: RawFile, layout: pd.DataFrame, read: Iterable[str], problems: Problems, *, spare: int = 0
) -> None:
    """A problem for wells that were read and are not mapped, and for wells that are mapped and were not read.

    `spare` is the number of images that were named in a problem: as many wells may lack theirs without another one.
    """
    wells = list(dict.fromkeys(read))
    check_mapped(raw, [w for w in wells if w not in set(layout["well"])], problems)
    needed = layout.loc[~layout["role"].isin(UNREAD_ROLES), "well"].drop_duplicates()
    absent = needed[~needed.isin(wells)]
    rows, columns = plate_shape(wells)
    # A part of a plate may have been read, so that only a well-filled plate shows its own size.
    known_size = len(wells) >= rows * columns / 2
    row, column = positions(absent)
    off = ((row >= rows) | (column >= columns)) & np.bool_(known_size)
    for code, missing in (("MG203", absent[off]), ("MG202", absent[~off])):
        if len(missing) > spare:
            words = {"seen": str(len(missing)), "layout": raw.layout, "plate": raw.plate, "size": str(rows * columns)}
            problems.add(code, file=raw.file, sheet=raw.sheet, place=compact(missing), **words)


def check_mapped(raw: RawFile, unmapped: Iterable[str], problems: Problems) -> None:
    """One problem that names all wells that were read and are not mapped."""
    wells = list(unmapped)
    if wells:
        by = f"layout “{raw.layout}”" if raw.layout else "samples.csv, nor any layout,"
        words = {"seen": str(len(wells)), "by": by, "plate": raw.plate}
        problems.add("MG201", file=raw.file, sheet=raw.sheet, place=compact(wells), **words)
