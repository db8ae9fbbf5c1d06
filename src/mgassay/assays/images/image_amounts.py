"""Images -> amounts: one stained area and one optical density per condition x donor x rep."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mgassay import tables
from mgassay.experiment import Experiment
from mgassay.flags import join_flags

READOUTS = {"alizarin_area": ("area_fraction", "1"), "alizarin_od": ("integrated_od", "OD")}
_CULTURE = ["condition", "donor", "rep"]


def negative_conditions(experiment: Experiment) -> tuple[str, ...]:
    """The conditions whose images are negative controls: living cells in the control medium, in the lab's order."""
    table = experiment.conditions
    negative = (table["medium"] == experiment.settings.contrast.medium_control) & (table["cells"] == "live")
    return tuple(table.loc[negative, "condition"])


def acellular_conditions(experiment: Experiment) -> tuple[str, ...]:
    """The conditions without living cells, whose fields may well be empty, in the lab's order."""
    table = experiment.conditions
    return tuple(table.loc[table["cells"] != "live", "condition"])


def amounts_from_images(experiment: Experiment, images: pd.DataFrame) -> pd.DataFrame:
    """AMOUNTS from IMAGES: readouts `alizarin_area` (fraction of the field, unit 1) and `alizarin_od` (OD).

    The fields of a culture well (condition x donor x rep) are averaged arithmetically, each field alike; its plates,
    wells and flags are joined. `limit` is 3.3 SD over the negative wells of its plate (three or more, else empty: ISO
    and ICH Q2 call 3.3 SD of the blank the detection limit), so it also holds how negative donors differ. At or below
    the mean of these wells plus `limit` the flag is `below_lod`. There is no interval: fields of one well say nothing
    about the next culture.
    """
    mapped = images[images["condition"] != ""]
    rows = [
        row
        for readout, (column, unit) in READOUTS.items()
        for row in _readout_rows(experiment, mapped, readout, column, unit)
    ]
    return tables.AMOUNTS.frame(rows)


def _readout_rows(
    experiment: Experiment, images: pd.DataFrame, readout: str, column: str, unit: str
) -> list[dict[str, object]]:
    """The rows of one readout, in the order in which the culture wells first appear."""
    floors = _floors(images[images["condition"].isin(negative_conditions(experiment))], column)
    rows: list[dict[str, object]] = []
    for culture, fields in images.groupby(_CULTURE, sort=False):
        value = float(fields[column].mean())
        plates = list(dict.fromkeys(fields["plate"]))
        known = [floors[p] for p in plates if p in floors]
        mean, limit = np.max(known, axis=0) if known else (np.nan, np.nan)
        below = "below_lod" if value <= mean + limit else ""
        rows.append(
            {
                "experiment": experiment.id,
                "assay": "alizarin_image",
                "readout": readout,
                "plate": ";".join(plates),
                "well": ";".join(dict.fromkeys(fields["well"])),
                **dict(zip(_CULTURE, culture, strict=True)),
                "value": value,
                "unit": unit,
                "limit": limit,
                "flag": join_flags(*fields["flag"], below),
            }
        )
    return rows


def _floors(negatives: pd.DataFrame, column: str) -> dict[str, NDArray[np.float64]]:
    """Mean and 3.3 SD over the negative wells of each plate that has three or more."""
    wells = negatives.groupby(["plate", "well"], sort=False)[column].mean()
    return {
        str(plate): np.array([values.mean(), 3.3 * values.std(ddof=1)])
        for plate, values in wells.groupby(level="plate", sort=False)
        if len(values) >= 3
    }
