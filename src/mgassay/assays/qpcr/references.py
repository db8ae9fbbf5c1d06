"""Reference genes: which they are on each plate, and what they say of each sample.

Several reference genes are combined as the mean of their log2 quantities, which is the geometric mean of their
quantities (Vandesompele 2002, Genome Biol 3:research0034).
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.genes import gene_symbol, same_gene
from mgassay.assays.qpcr.qpcr_plates import QpcrPlate, each_group, sample_names
from mgassay.assays.qpcr.technical import SAMPLE
from mgassay.experiment import QpcrSettings
from mgassay.panels import Rna, gene_key, rna_of
from mgassay.problems import Problems, listed, suggestion

_KINDS: Mapping[Rna, str] = {"small": "small RNA (microRNA, U6, small nucleolar RNA)", "long": "messenger RNA"}


def reference_genes(
    technical: pd.DataFrame, plates: Mapping[str, QpcrPlate], problems: Problems
) -> dict[str, list[str]]:
    """The reference genes of each plate, under the names of its genes.

    A plate is left out where none are declared for it (MG514) or one of them is on no plate at all (MG515).
    """
    genes = technical["gene"].unique().tolist()
    wanted: dict[tuple[str, ...], list[str]] = {}
    for plate in technical["plate"].unique().tolist():
        wanted.setdefault(plates[plate].settings.reference_genes, []).append(plate)
    found: dict[str, list[str]] = {}
    for declared, names in wanted.items():
        file, measured = plates[names[0]].file, {d: same_gene(d, genes) for d in declared}
        if not declared:
            problems.add("MG514", file=file, seen=listed(genes))
        for unknown in (d for d, gene in measured.items() if not gene):
            hint = suggestion(gene_symbol(unknown), genes)
            problems.add("MG515", file=file, seen=unknown, plates=listed(names), suggestion=hint)
        if declared and all(measured.values()):
            found.update({name: list(dict.fromkeys(measured.values())) for name in names})
    return found


def rna_of_gene(gene: str, settings: QpcrSettings) -> Rna:
    """The kind of RNA of a gene: small where the settings or the panels say so."""
    return "small" if gene_key(gene) in {gene_key(name) for name in settings.small_rna} else rna_of(gene)


def by_kind_of_rna(
    technical: pd.DataFrame, references: Mapping[str, list[str]], plates: Mapping[str, QpcrPlate], problems: Problems
) -> Iterator[tuple[pd.DataFrame, dict[str, list[str]]]]:
    """The rows of each kind of RNA on each plate with reference genes, and those of that kind, by plate.

    Small RNAs go through a reverse transcription of their own, so that a messenger RNA says nothing of how much of the
    sample went into it, nor the reverse. Genes without a reference gene of their kind are left out (MG560).
    """
    pairs = technical[["plate", "gene"]].drop_duplicates()
    kinds = [rna_of_gene(gene, plates[plate].settings) for plate, gene in pairs.itertuples(index=False, name=None)]
    kind = technical.merge(pairs.assign(kind=kinds), on=["plate", "gene"], how="left")["kind"].to_numpy()
    for rna in dict.fromkeys(kinds):
        own = {p: [g for g in genes if rna_of_gene(g, plates[p].settings) == rna] for p, genes in references.items()}
        rows = technical[kind == rna]
        for plate in (p for p, genes in own.items() if not genes):
            if asked := listed(dict.fromkeys(rows.loc[rows["plate"] == plate, "gene"])):
                facts = {"plate": plate, "kind": _KINDS[rna], "references": listed(references[plate])}
                problems.add("MG560", file=plates[plate].file, seen=asked, **facts)
        yield rows, {plate: genes for plate, genes in own.items() if genes}


def is_reference(technical: pd.DataFrame, references: Mapping[str, list[str]]) -> "pd.Series[bool]":
    """Whether each row is of a reference gene of its plate."""
    pairs = pd.MultiIndex.from_arrays([technical["plate"], technical["gene"]])
    known = [(plate, gene) for plate, genes in references.items() for gene in genes]
    return pd.Series(np.asarray(pairs.isin(known), dtype=bool), index=technical.index)


def reference_quantities(measured: pd.DataFrame) -> pd.DataFrame:
    """What the k reference genes of each sample say together; indexed by plate, condition, donor, rep.

    From the technical means of the reference genes. Columns: references (k), reference (mean log2 quantity, NaN where
    one of them has none), reference_variance (Σ SE²/k², not the Σ SE²/k that some vendors print), reference_spread
    (Σ (SE²/k²)²/(n−1), for Welch–Satterthwaite), reference_efficiency (NaN where one is unknown),
    reference_undetermined and reference_assumed (does it hold for any of them).
    """
    k = measured.groupby(SAMPLE, sort=False)["gene"].transform("size")
    parts = measured.assign(own=measured["variance"] / k**2)
    parts = parts.assign(spread=parts["own"] ** 2 / (parts["n"] - 1).where(parts["n"] > 1))
    groups = parts.groupby(SAMPLE, sort=False)
    return pd.DataFrame(
        {
            "references": groups.size(),
            "reference": groups["log2_quantity"].mean(skipna=False),
            "reference_variance": groups["own"].sum(skipna=False),
            "reference_spread": groups["spread"].sum(skipna=False),
            "reference_efficiency": groups["efficiency"].mean(skipna=False),
            "reference_undetermined": groups["n_undetermined"].sum() > 0,
            "reference_assumed": groups["assumed_efficiency"].any(),
        }
    )


def check_references(
    incomplete: pd.DataFrame,
    measured: pd.DataFrame,
    references: Mapping[str, list[str]],
    plates: Mapping[str, QpcrPlate],
    problems: Problems,
) -> None:
    """Points out samples whose references are not all on their plate (MG516) or have no quantity there (MG517).

    `incomplete` are the rows of genes asked about without all references, `measured` those of the reference genes.
    """
    present = set(measured[[*SAMPLE, "gene"]].itertuples(index=False, name=None))
    for (plate,), rows in each_group(incomplete.drop_duplicates(SAMPLE), "plate"):
        keys = rows[SAMPLE].itertuples(index=False, name=None)
        lacking = [[g for g in references[plate] if (*key, g) not in present] for key in keys]
        alone = [name for name, missing in zip(sample_names(rows), lacking, strict=True) if missing]
        if alone:
            genes = listed(g for missing in lacking for g in missing)
            problems.add("MG516", file=plates[plate].file, plate=plate, seen=listed(alone), missing=genes)
    lost = measured["log2_quantity"].isna() & measured["efficiency"].notna()
    for (plate,), rows in each_group(measured[lost], "plate"):
        of_plate = {"file": plates[plate].file, "plate": plate}
        problems.add("MG517", **of_plate, seen=listed(sample_names(rows)), place=listed(rows["well"]))
