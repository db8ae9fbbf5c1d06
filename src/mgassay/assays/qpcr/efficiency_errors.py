"""What the error of each efficiency does to every amount, for the effects that are made of the amounts.

An amount is −Cq·log2 E of its gene plus the mean of Cq·log2 E of its k reference genes. One standard error more in
log2 E of the gene moves it by −Cq·SE, in that of a reference gene by Cq·SE/k, and so in all samples at once: of a
difference between arms d·SE is left, d the difference in Cq, however many donors there are.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.assays.qpcr.gene_efficiencies import Efficiencies, number_key
from mgassay.assays.qpcr.references import is_reference
from mgassay.assays.qpcr.technical import SAMPLE
from mgassay.problems import Problems, listed

Related = tuple[pd.DataFrame, Mapping[str, list[str]]]  # technical means of one kind of RNA, its references by plate
_ROW = [*SAMPLE, "gene"]


def efficiency_errors(
    related: pd.DataFrame, technical: Iterable[Related], efficiencies: Efficiencies, problems: Problems
) -> pd.DataFrame:
    """EFFICIENCY_ERRORS: for each amount and efficiency with a known error, the shift (log2) by one standard error.

    `related`: the rows of amounts with plate, condition, donor, rep, gene, value, log2_quantity and bound; `technical`:
    what they were made from. An amount without a value shifts as its limit does. Quantities are those after
    calibration, so that what the calibrators share with the samples is off. `source` names the gene, and its plate
    where plates have efficiencies of their own. Efficiencies in use whose error is not known are told (MG544).
    Source: Hellemans et al. 2007, Genome Biol 8:R19, formulas 6 to 10 (on log2, and without taking genes' and
    samples' errors for independent).
    """
    known = _known(efficiencies)
    _tell_unknown(efficiencies, problems)
    if known.empty or related.empty:
        return tables.EFFICIENCY_ERRORS.frame()
    own = related.assign(of=related["gene"], shift=_quantity(related), share=1.0)
    parts = [own, *(_of_references(related, rows, references) for rows, references in technical)]
    columns = [*_ROW, "of", "shift", "share"]
    joined = pd.concat([part[columns] for part in parts], ignore_index=True)
    rows = joined.merge(known, left_on=["plate", "of"], right_on=["plate", "measured"])
    per_log2_e = rows["shift"] / rows["log2_factor"]
    named = rows.assign(readout="gene:" + rows["gene"], shift=per_log2_e * rows["se_log2"] * rows["share"])
    return tables.EFFICIENCY_ERRORS.frame(named[["readout", *SAMPLE, "source", "shift", "df"]])


def _quantity(related: pd.DataFrame) -> "pd.Series[float]":
    """The log2 quantity that an amount, or its limit where it has no value, was made with."""
    return related["log2_quantity"].where(related["value"].notna(), related["bound"])


def _of_references(related: pd.DataFrame, technical: pd.DataFrame, references: Mapping[str, list[str]]) -> pd.DataFrame:
    """The reference genes' part in each amount: `of` which gene, its log2 quantity, and its share, −1/k."""
    measured = technical[is_reference(technical, references)]
    k = measured["plate"].map({plate: len(genes) for plate, genes in references.items()})
    beside = measured[SAMPLE].assign(of=measured["gene"], shift=measured["log2_quantity"], share=-1.0 / k)
    asked = technical.loc[~technical.index.isin(measured.index), _ROW]
    return related[_ROW].merge(asked, on=_ROW).merge(beside, on=SAMPLE)


def _known(efficiencies: Efficiencies) -> pd.DataFrame:
    """plate, measured (gene), log2_factor, se_log2, df and source of the efficiencies whose error is known."""
    sources: dict[str, set[tuple[str, str, str]]] = {}
    for (_, gene), efficiency in efficiencies.used.items():
        sources.setdefault(gene, set()).add(number_key(efficiency))
    rows = [
        (plate, gene, np.log2(e.factor), e.se_log2, e.df, gene if len(sources[gene]) == 1 else f"{gene} on {plate}")
        for (plate, gene), e in efficiencies.used.items()
        if np.isfinite(e.se_log2)
    ]
    return pd.DataFrame(rows, columns=["plate", "measured", "log2_factor", "se_log2", "df", "source"])


def _tell_unknown(efficiencies: Efficiencies, problems: Problems) -> None:
    """MG544: measured or given efficiencies without an error; those that are assumed were told before (MG508)."""
    bare = dict.fromkeys(
        gene
        for (_, gene), e in efficiencies.used.items()
        if e.source != "assumed" and np.isfinite(e.factor) and not np.isfinite(e.se_log2)
    )
    if bare:
        problems.add("MG544", seen=listed(bare))
