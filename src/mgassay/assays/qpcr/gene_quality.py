"""Reference genes and the knock-down, as rows of qpcr_quality.csv."""

from typing import Any

import pandas as pd

from mgassay.assays.qpcr.knockdown import knockdown_rows
from mgassay.assays.qpcr.qpcr_plates import qpcr_plates
from mgassay.assays.qpcr.reference_shift import shift_rows
from mgassay.assays.qpcr.reference_stability import stability_rows
from mgassay.assays.qpcr.references import reference_genes
from mgassay.experiment import Experiment
from mgassay.panels import gene_panels
from mgassay.problems import Problems


def gene_rows(
    experiment: Experiment, technical: pd.DataFrame, amounts: pd.DataFrame, problems: Problems
) -> list[dict[str, Any]]:
    """Rows of qpcr_quality.csv on reference genes (stability, shifts under treatment) and the knock-down of TRPM7.

    From the technical means of all genes and the AMOUNTS made of them. Without panels names of genes and kinds of RNA
    are not known, which is told (MG561).
    """
    if technical.empty:
        return []
    if not gene_panels():
        problems.add("MG561")
    references = reference_genes(technical, qpcr_plates(experiment, technical["plate"]), problems)
    stable = stability_rows(technical, references, experiment.settings.assays.qpcr, problems)
    moved = shift_rows(experiment, technical, references, problems)
    return [*stable, *moved, *knockdown_rows(experiment, amounts, problems)]
