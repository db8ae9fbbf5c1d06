"""The osteogenic score: the mean log2 change of genes that were declared before the results.

Equal weights and upward genes only: an inhibitor that falls is another claim, and where sources contradict each other
(SPP1, MGP) its sign would be chosen by taste. It is one number per donor and arm, so that no correction over genes
applies to it.
"""

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.genes.genes import genes_from_effects
from mgassay.effects.means.cells import CELL
from mgassay.effects.means.panels import is_mineral
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.panels import panel_gene, score_genes
from mgassay.problems import Problems

NAME = "osteogenic_score"
LEAST_GENES = 2


def with_score(experiment: Experiment, genes: pd.DataFrame, means: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """GENES with the rows of the score after those of the genes: its totals, at matched mineral, adjusted for mineral.

    A donor counts in the arms in which every gene of the score was measured; with fewer than two genes there is none.
    p_adjusted is empty: the score is one test.
    """
    scored = means_of_score(experiment, means, problems)
    if scored.empty:
        return genes
    beside = tables.MEANS.frame(pd.concat([scored, means[means["readout"].map(is_mineral).astype(bool)]]))
    effects = effects_from_means(experiment, scored)
    rows = genes_from_effects(experiment, effects, beside, single=False).assign(p_adjusted=np.nan)
    return tables.GENES.frame(pd.concat([genes, rows])) if len(genes) else rows


def declared_genes(experiment: Experiment) -> list[str]:
    """Symbols of the score's genes: those of the settings, else the panel's."""
    given = experiment.settings.assays.qpcr.osteogenic_score
    symbols = [known.symbol if (known := panel_gene(name)) else name for name in given or score_genes()]
    return list(dict.fromkeys(symbols))


def means_of_score(experiment: Experiment, means: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """MEANS of the score (readout gene:osteogenic_score): in each cell the mean log_mean over its genes.

    Of what was declared those that were measured; which were not is told (MG557). n_reps is the fewest of the genes'.
    """
    declared = declared_genes(experiment)
    readouts = {name.casefold(): name for name in means["readout"].unique()}
    held = {gene: readouts[f"gene:{gene}".casefold()] for gene in declared if f"gene:{gene}".casefold() in readouts}
    if len(held) < LEAST_GENES:
        return tables.MEANS.frame()
    if missing := [gene for gene in declared if gene not in held]:
        facts = {"declared": ", ".join(declared), "missing": ", ".join(missing)}
        problems.add("MG557", seen=", ".join(held), **facts)
    keys = [key for key in CELL if key != "readout"]
    cells = means[means["readout"].isin(held.values())].dropna(subset="log_mean").groupby(keys, sort=True)
    found = cells.agg(
        log_mean=("log_mean", "mean"),
        n_reps=("n_reps", "min"),
        n_wells=("n_wells", "sum"),
        flag=("flag", lambda flags: join_flags(*flags)),
        genes=("readout", "nunique"),
    ).reset_index()
    whole = found[found["genes"] == len(held)].assign(readout=f"gene:{NAME}")
    return tables.MEANS.frame(whole.drop(columns="genes"))
