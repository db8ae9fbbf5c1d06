"""Each gene under each treatment by ranks: what is left of a fold change if donors do not scatter normally."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.amplification import Floats
from mgassay.assays.qpcr.rank_shift import RankShift, shift_between, shift_of_pairs
from mgassay.assays.qpcr.treatments import Treatment

MEASURE = "rank_shift"


def rank_rows(amounts: pd.DataFrame, treatments: Sequence[Treatment]) -> Iterator[dict[str, Any]]:
    """Rows `rank_shift` of QPCR_QUALITY from AMOUNTS of qPCR: log2, treated less untreated, Hodges and Lehmann's.

    By donor where donors have both conditions, else between the donors of the one and of the other. A row only where
    there is an interval (six donors, or four and four), and no well of the two conditions is without a Cq: ranks of
    what was seen alone would be biased.
    """
    cells = amounts.assign(value=amounts["value"].fillna(np.inf)).groupby(["readout", "donor", "condition"])["value"]
    wide = cells.mean().unstack("condition")
    pairs = [t for t in treatments if {t.treated, t.untreated} <= set(wide.columns)]
    for readout, own in wide.groupby(level="readout", sort=True) if pairs else ():
        gene = str(readout).removeprefix("gene:")
        for treatment in pairs:
            treated, untreated = (own[c].to_numpy(dtype=np.float64) for c in (treatment.treated, treatment.untreated))
            yield from _row(gene, treatment, treated, untreated)


def _row(gene: str, treatment: Treatment, treated: Floats, untreated: Floats) -> Iterator[dict[str, Any]]:
    """The row of one gene and treatment, none without an interval; of each donor NaN is not run, inf without a Cq."""
    if np.isinf(treated).any() or np.isinf(untreated).any():
        return
    found, how, n = _shift(treated, untreated)
    if np.isfinite(found.low):
        where = {"plate": "", "gene": gene, "measure": MEASURE, "subject": f"{treatment.subject}, {how}"}
        bounds = {"ci_low": found.low, "ci_high": found.high, "p": found.p}
        yield {**where, "estimate": found.estimate, "unit": "log2", **bounds, "n": n, "flag": ""}


def _shift(treated: Floats, untreated: Floats) -> tuple[RankShift, str, int]:
    """The shift between two conditions, how the donors enter, and how many there are."""
    both = np.isfinite(treated - untreated)
    if both.any():
        return shift_of_pairs((treated - untreated)[both]), "by donor", int(both.sum())
    groups = treated[np.isfinite(treated)], untreated[np.isfinite(untreated)]
    return shift_between(*groups), "donors apart", sum(group.size for group in groups)
