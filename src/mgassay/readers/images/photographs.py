"""Photographs of whole plates: one image shows all wells of a layout, so each of them is an image of its own."""

from collections.abc import Mapping

import pandas as pd

from mgassay.experiment import AlizarinImageSettings, RawFile
from mgassay.problems import Problems
from mgassay.readers.coverage import UNREAD_ROLES


def rows_of_photographs(
    raw: RawFile, layout: pd.DataFrame, settings: AlizarinImageSettings, sizes: Mapping[str, float], problems: Problems
) -> list[dict[str, object]]:
    """Rows of IMAGE_FILES for photographs of a plate: one for each photograph and each well that holds something.

    `sizes` are the photographs with their pixel size in µm. The file of a well is the photograph's name, a slash and
    the well; several photographs of one plate are fields 1, 2, ... of its wells. `region` says how its place is known.
    """
    if settings.wells == "given" and not settings.well_grid:
        problems.add("MG279", file=raw.file, seen="no well_grid", plate=raw.plate)
        return []
    if sizes:
        problems.add("MG277", file=raw.file, seen=str(len(sizes)), plate=raw.plate, rotation=str(settings.rotation))
    used = layout[~layout["role"].isin(UNREAD_ROLES)].to_dict("records")
    return [
        {"file": f"{name}/{well['well']}", "plate": raw.plate, "pixel_size_um": size, "region": settings.wells}
        | {"well": well["well"], "field": str(number) if len(sizes) > 1 else ""}
        | {c: well[c] for c in ("role", "condition", "donor", "rep")}
        for number, (name, size) in enumerate(sizes.items(), 1)
        for well in used
    ]
