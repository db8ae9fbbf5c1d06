"""Whether a reference gene moves with treatment: the error that no replicate shows.

A reference gene that rises by a factor f under a treatment lowers every gene by f^(1/k), k reference genes, and looks
like biology. Each is tested by donor, across raised Mg, each block and calcifying medium, in two ways: against the
mean of the other references, which needs no assumption but cannot tell which of two moves; and by its own quantity,
which rests on equal amounts of RNA in every reverse transcription.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.reference_stability import declared_genes, quantities
from mgassay.assays.qpcr.references import rna_of_gene
from mgassay.assays.qpcr.treatments import DonorShift, Treatment, donor_means, donor_shift
from mgassay.assays.quality.position import holm
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems

RELATIVE, OWN = "reference_shift", "reference_own_shift"
SHOWN = 0.05


@dataclass(frozen=True)
class _Shift:
    """One test of one gene; `p_holm` is adjusted over the tests of its measure and kind of RNA."""

    gene: str
    treatment: Treatment
    found: DonorShift
    p_holm: float = np.nan


def shift_rows(
    technical: pd.DataFrame,
    references: Mapping[str, list[str]],
    treatments: Sequence[Treatment],
    settings: QpcrSettings,
    problems: Problems,
) -> list[dict[str, Any]]:
    """Rows reference_shift (two or more references) and reference_own_shift, log2 with 95 % t interval over donors.

    p in a row is that of its single test. A shift is told where p adjusted by Holm over the tests of one measure and
    kind of RNA lies below .05 (MG552), or else where the interval reaches beyond `reference_max_fold` either way, or
    there is none (MG553): relative to the others where there are others, else by its own quantity. Several references
    that move together do not move against each other; where their own quantities do, it is told (MG554).
    """
    rows = []
    for rna in ("long", "small"):
        genes = declared_genes(references, rna, settings)
        own = _tests({g: _own(technical, g) for g in genes}, treatments)
        against = _relative(technical, references, rna, settings)
        relative = _tests(against, treatments, mirrored=len(against) == 2)
        rows += [*_rows(relative, RELATIVE), *_rows(own, OWN)]
        _tell(relative or own, genes, settings, problems)
        _tell_together(relative, own, genes, problems)
    return rows


def _own(technical: pd.DataFrame, gene: str) -> pd.DataFrame:
    """Condition, donor and log2 quantity of one gene."""
    rows = technical[technical["gene"] == gene]
    return rows[["condition", "donor"]].assign(value=rows["log2_quantity"])


def _relative(
    technical: pd.DataFrame, references: Mapping[str, list[str]], rna: str, settings: QpcrSettings
) -> dict[str, pd.DataFrame]:
    """Each reference gene less the mean of the others in the same sample: condition, donor, value.

    A sample without one of its plate's references does not count.
    """
    sets: dict[tuple[str, ...], list[str]] = {}  # plates by the reference genes that they share
    for plate, declared in references.items():
        sets.setdefault(tuple(g for g in declared if rna_of_gene(g, settings) == rna), []).append(plate)
    parts: dict[str, list[pd.DataFrame]] = {}
    for genes, plates in sets.items():
        wide = quantities(technical[technical["plate"].isin(plates)], list(genes))
        for gene in genes if len(genes) > 1 else ():
            others = wide.drop(columns=gene).mean(axis=1)
            parts.setdefault(gene, []).append((wide[gene] - others).rename("value").reset_index())
    return {gene: pd.concat(held)[["condition", "donor", "value"]] for gene, held in parts.items()}


def _tests(
    values: Mapping[str, pd.DataFrame], treatments: Sequence[Treatment], *, mirrored: bool = False
) -> list[_Shift]:
    """The tests of all genes and treatments, with Holm's p; `mirrored` genes, two against each other, share theirs."""
    by_donor = {gene: donor_means(own) for gene, own in values.items()}
    made = [
        _Shift(gene, t, found)
        for gene, own in by_donor.items()
        for t in treatments
        if (found := donor_shift(own, t)) is not None
    ]
    keys = [s.treatment.subject if mirrored else f"{s.gene}|{s.treatment.subject}" for s in made]
    adjusted = holm({key: s.found.p for key, s in zip(keys, made, strict=True)})
    return [_Shift(s.gene, s.treatment, s.found, adjusted[k]) for s, k in zip(made, keys, strict=True)]


def _rows(tests: Sequence[_Shift], measure: str) -> list[dict[str, Any]]:
    """Rows of qpcr_quality.csv."""
    return [
        {
            "plate": "",
            "gene": s.gene,
            "measure": measure,
            "subject": s.treatment.subject,
            "estimate": s.found.mean,
            "unit": "log2",
            "ci_low": s.found.ci_low,
            "ci_high": s.found.ci_high,
            "p": s.found.p,
            "n": len(s.found.donors),
            "flag": s.found.flag,
        }
        for s in tests
    ]


def _tell(tests: Sequence[_Shift], genes: Sequence[str], settings: QpcrSettings, problems: Problems) -> None:
    """MG552 and MG553, one of each for a gene; of two references that are related to each other, one for both."""
    limit = float(np.log2(settings.reference_max_fold))
    two = len(genes) == 2
    beside = {1: "by its own quantity, at equal amounts of RNA", 2: f"relative to {genes[-1]}"} if genes else {}
    how = beside.get(len(genes), "relative to the other reference genes")
    for gene in genes[:1] if two else genes:
        own = [s for s in tests if s.gene == gene]
        shown = [s for s in own if s.p_holm < SHOWN]
        wide = [s for s in own if s not in shown and not (s.found.ci_low > -limit and s.found.ci_high < limit)]
        facts = {"gene": gene, "how": how, "fold": f"{settings.reference_max_fold:g}"}
        for code, told in (("MG552", shown), ("MG553", wide)):
            if told:
                problems.add(code, place="; ".join(s.treatment.subject for s in told), seen=_words(told), **facts)


def _words(tests: Sequence[_Shift]) -> str:
    """Fold changes with their intervals: `Mg 1.62-fold (1.30 to 2.02, 4 donors)`."""
    return "; ".join(f"{s.treatment.name} {2**s.found.mean:.2f}-fold ({_interval(s.found)})" for s in tests)


def _interval(found: DonorShift) -> str:
    """The interval of a fold change and how many donors it is from."""
    if np.isnan(found.ci_low):
        return "one donor, no interval"
    return f"{2**found.ci_low:.2f} to {2**found.ci_high:.2f}, {len(found.donors)} donors"


def _tell_together(relative: Sequence[_Shift], own: Sequence[_Shift], genes: Sequence[str], problems: Problems) -> None:
    """MG554: every reference's own quantity moves the same way under a treatment, so their ratios cannot show it."""
    if not relative:
        return
    for treatment in dict.fromkeys(s.treatment for s in own):
        moved = [s for s in own if s.treatment == treatment and s.p_holm < SHOWN]
        if len(moved) == len(genes) and len({np.sign(s.found.mean) for s in moved}) == 1:
            seen = "; ".join(f"{s.gene} {2**s.found.mean:.2f}-fold" for s in moved)
            problems.add("MG554", place=treatment.subject, seen=seen, treatment=treatment.name)
