"""Everything measured to one table of amounts: plates, images, qPCR, and values measured elsewhere."""

from collections.abc import Mapping

import pandas as pd

from mgassay import tables
from mgassay.assays.images.alizarin import amounts_from_images
from mgassay.assays.plates.plates import quantify_plates
from mgassay.assays.qpcr.qpcr import quantify_qpcr
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed


def tables_from_wells(
    experiment: Experiment, held: Mapping[str, pd.DataFrame], problems: Problems
) -> dict[str, pd.DataFrame]:
    """Amounts, curves, standards, plate_quality, qpcr, qpcr_quality, efficiency_errors and exclusions, by name.

    From wells, images, qpcr_wells, amplification, measured and left_out by name.
    """
    plates = quantify_plates(experiment, held["wells"], problems)
    qpcr = quantify_qpcr(experiment, held["qpcr_wells"], held["amplification"], problems)
    stained = amounts_from_images(experiment, held["images"])
    parts = [plates.amounts, stained, qpcr.amounts, tables.AMOUNTS.frame(held["measured"])]
    amounts = tables.AMOUNTS.frame(pd.concat([tables.AMOUNTS.frame(), *(p for p in parts if len(p))]))
    _tell_units(amounts, problems)
    return {
        "amounts": amounts,
        "curves": plates.curves,
        "standards": plates.standards,
        "plate_quality": plates.quality,
        "qpcr": qpcr.qpcr,
        "qpcr_quality": qpcr.quality,
        "efficiency_errors": qpcr.efficiency_errors,
        "exclusions": tables.EXCLUSIONS.frame(pd.concat([held["left_out"], plates.exclusions, qpcr.exclusions])),
    }


def _tell_units(amounts: pd.DataFrame, problems: Problems) -> None:
    """An error for each readout that comes in several units: its means would be of unlike numbers."""
    sources = amounts[["readout", "unit", "plate"]].drop_duplicates()
    for readout, of_readout in sources.groupby("readout", sort=True):
        plates = of_readout.groupby("unit", sort=True)["plate"].agg(listed)
        if len(plates) > 1:
            seen = ", ".join(f"{unit or 'no unit'} ({names})" for unit, names in plates.items())
            problems.add("MG363", file="files.csv", place=str(readout), seen=seen)
