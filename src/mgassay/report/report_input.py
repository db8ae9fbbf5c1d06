"""All that the report of one experiment is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.readers.miqe_items import MiqeDocument


@dataclass(frozen=True)
class ReportInput:
    """All that a report is made of; `experiment` is None where its folder could not be understood at all.

    `tables` are result tables and STAIN_HISTOGRAMS by name, `thumbnails` and `outlines` JPEG and PNG by image file
    (relative path), `overlays` where each is in full size, relative to the page, `miqe` the items of its checklist.
    """

    experiment: Experiment | None
    tables: Mapping[str, pd.DataFrame]
    verdict: Mapping[str, Any]
    provenance: Mapping[str, Any]
    thumbnails: Mapping[str, bytes] = field(default_factory=dict)
    outlines: Mapping[str, bytes] = field(default_factory=dict)
    overlays: Mapping[str, str] = field(default_factory=dict)
    miqe: Sequence[MiqeDocument] = ()
