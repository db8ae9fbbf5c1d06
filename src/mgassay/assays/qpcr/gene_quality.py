"""Reference genes, shifts by ranks and the knock-down, as rows of qpcr_quality.csv."""

from typing import Any

import pandas as pd

from mgassay.assays.qpcr.expression_shift import rank_rows
from mgassay.assays.qpcr.knockdown import knockdown_rows
from mgassay.assays.qpcr.qpcr_plates import qpcr_plates
from mgassay.assays.qpcr.reference_shift import shift_rows
from mgassay.assays.qpcr.reference_stability import stability_rows
from mgassay.assays.qpcr.references import reference_genes
from mgassay.assays.qpcr.treatments import treatments_of
from mgassay.experiment import Experiment
from mgassay.panels import gene_panels
from mgassay.problems import Problems


def gene_rows(
    experiment: Experiment, technical: pd.DataFrame, amounts: pd.DataFrame, problems: Problems
) -> list[dict[str, Any]]:
    """Rows of qpcr_quality.csv on reference genes (stability, shifts), shifts by ranks, and the knock-down.

    From the technical means of all genes and the AMOUNTS made of them. Without panels names of genes and kinds of RNA
    are not known, which is told (MG561).
    """
    if technical.empty:
        return []
    if not gene_panels():
        problems.add("MG561")
    references = reference_genes(technical, qpcr_plates(experiment, technical["plate"]), problems)
    settings, treatments = experiment.settings.assays.qpcr, treatments_of(experiment)
    stable = stability_rows(technical, references, settings, problems)
    moved = shift_rows(technical, references, treatments, settings, problems)
    return [*stable, *moved, *rank_rows(amounts, treatments), *knockdown_rows(experiment, amounts, problems)]
