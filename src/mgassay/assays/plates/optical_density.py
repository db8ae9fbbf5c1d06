"""Absorbances that no photometer measures: a decimal point that was lost on the way from the reader to the file."""

import pandas as pd

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.wellnames import compact

HIGHEST_OD = 10.0  # one ten-thousand-millionth of the light; plate readers end at 3 to 6
USUAL_OD = 4.0


def check_absorbances(wells: pd.DataFrame, raw: RawFile, problems: Problems) -> None:
    """An error MG328 for readings above any optical density where others of the plate are optical densities.

    A plate on which all readings are large is fluorescence, or was read in other units, and its own standards tell.
    """
    value = wells["value"].where(wells["status"] == "ok")
    if not ((value > 0) & (value < USUAL_OD)).any():
        return
    high = wells[value > HIGHEST_OD]
    if len(high):
        shown = ", ".join(f"{v:g}" for v in sorted(high["value"], reverse=True)[:3])
        place = compact(high["well"])
        problems.add("MG328", file=raw.file, sheet=raw.sheet, place=place, seen=shown, plate=raw.plate, count=len(high))
