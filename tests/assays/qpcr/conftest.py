"""What the tests of qPCR share: an experiment with its settings, and rows of wells."""

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.experiment import Assays, Contrast, Experiment, QpcrSettings, Settings


def experiment(*files, references=("GAPDH",), **qpcr):
    """An experiment with these raw files and settings of [assays.qpcr]."""
    settings = Settings(
        contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0),
        assays=Assays(qpcr=QpcrSettings(reference_genes=references, **qpcr)),
    )
    return Experiment("demo", settings, tables.CONDITIONS.frame(), files)


def rows_of(target, *cqs, first="A", **more):
    """Technical replicates of one target in one culture well (rows of QPCR_WELLS); None is undetermined."""
    base = {"plate": "P1", "role": "sample", "condition": "ca_mg20", "donor": "D1", "rep": "1", "cycles": 40}
    return [
        {**base, "well": f"{first}{i}", "target": target, "cq": cq, "status": "ok" if cq else "undetermined", **more}
        for i, cq in enumerate(cqs, start=1)
    ]


def gene_wells(*rows):
    """Wells with their genes, as efficiencies are made from; samples at Cq 25 where a row says no more."""
    columns = ["plate", "gene", "role", "standard", "cq"]
    return pd.DataFrame([{"role": "sample", "standard": np.nan, "cq": 25.0, **r} for r in rows], columns=columns)


def standards(gene, cqs, plate="P1"):
    """Rows for `gene_wells`: a tenfold series 1000, 100, 10 … with these Cq."""
    return [
        {"plate": plate, "gene": gene, "role": "standard", "standard": 10.0 ** (3 - i), "cq": cq}
        for i, cq in enumerate(cqs)
    ]


def codes(problems, severity=None):
    """The codes of problems, of one severity where it is named."""
    return [p.code for p in problems if severity in (None, p.severity)]
