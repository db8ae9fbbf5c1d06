"""Pixels of a plate by stain OD, condition by condition: what the threshold parts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.assays.images.alizarin import MeasuredImage
from mgassay.assays.images.stain import HISTOGRAM_OD, Counts


def histograms_from_measured(measured: Sequence[MeasuredImage]) -> pd.DataFrame:
    """STAIN_HISTOGRAMS: of a grid of pixels of all images, those from `od_from` up to the next step of 0.0183 OD.

    The grid is `Look.grid`, at most some 255 x 255 pixels of an image, all of a smaller one. Rows of no pixels are left
    out. Pixels of every hue are counted: grey debris too.
    """
    sums: dict[tuple[str, str], Counts] = {}
    for image in measured:
        key = image.row["plate"], image.row["condition"]
        sums[key] = sums[key] + image.histogram if key in sums else image.histogram
    return tables.STAIN_HISTOGRAMS.frame(
        {"plate": plate, "condition": condition, "od_from": k * HISTOGRAM_OD, "pixels": int(counts[k])}
        for (plate, condition), counts in sums.items()
        for k in np.flatnonzero(counts)
    )
