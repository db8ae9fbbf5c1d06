"""Everything measured to one table of amounts: plates, images, qPCR, and values measured elsewhere."""

from collections.abc import Mapping

import pandas as pd

from mgassay import tables
from mgassay.assays.alizarin import amounts_from_images
from mgassay.assays.plates import quantify_plates
from mgassay.assays.qpcr import expression_from_qpcr, qpcr_from_wells
from mgassay.experiment import Experiment
from mgassay.problems import Problems


def tables_from_wells(
    experiment: Experiment, held: Mapping[str, pd.DataFrame], problems: Problems
) -> dict[str, pd.DataFrame]:
    """Tables by name: amounts, curves, standards, qpcr; from wells, images, qpcr_wells and measured by name."""
    plates = quantify_plates(experiment, held["wells"], problems)
    qpcr = qpcr_from_wells(experiment, held["qpcr_wells"], problems)
    stained = amounts_from_images(experiment, held["images"])
    expressed = expression_from_qpcr(experiment, qpcr, problems)
    parts = [plates.amounts, stained, expressed, tables.AMOUNTS.frame(held["measured"])]
    amounts = tables.AMOUNTS.frame(pd.concat([tables.AMOUNTS.frame(), *(p for p in parts if len(p))]))
    return {"amounts": amounts, "curves": plates.curves, "standards": plates.standards, "qpcr": qpcr}
