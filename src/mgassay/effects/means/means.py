"""Amounts -> means: one log value per readout, condition and donor.

Technical assay wells of a rep are averaged (arithmetic), the donor's no-Pi background is subtracted, reps are averaged
on the log scale. A rep that is not above LOD once the background is gone is censored, never dropped.
"""

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.effects.means.backgrounds import less_background
from mgassay.effects.means.cells import CELL, condition_ranks, tell_cells, whole_mean
from mgassay.effects.means.detection import limits_of_detection
from mgassay.effects.means.panels import is_mineral
from mgassay.effects.means.repeats import REP, check_repeats
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed

# Made on the way to calcium, the same amount in another unit, or a property of the dye: nothing to contrast.
_PROTEIN = "protein_per_well"
_NOT_COMPARED = (_PROTEIN, "calcium_in_extract", "calcium_apparent")


def means_from_amounts(experiment: Experiment, amounts: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The MEANS of every readout, natural log, background subtracted from mineral readouts.

    `log_mean` of a `floor` arm takes LOD for its censored reps (an upper bound), that of an `above_curve` arm the top
    of the range (a lower bound); it is NaN where a rep has no finite limit to stand for it, or no number can be
    subtracted as background. `gene:` readouts arrive as log2 and leave as natural log. Control conditions of mineral
    readouts are the background and have no row. Wells that hold neither a value nor a bound count for nothing; what
    they were flagged as stands in the flags of their cell, and a cell that has no others is told (MG622).
    """
    declared = _declared(experiment, amounts)
    compared = declared & ~amounts["readout"].isin(_NOT_COMPARED)
    check_repeats(experiment, amounts[compared | (declared & (amounts["readout"] == _PROTEIN))], problems)
    wells = _bounded(amounts[compared])
    reps = less_background(experiment, _reps_from_wells(wells[~wells["lost"]]), problems)
    means = _cells_from_reps(experiment, _log_reps(reps), wells[wells["lost"]])
    _tell(experiment, means, problems)
    _tell_lost(experiment, wells, problems)
    return means


def reps_from_amounts(experiment: Experiment, amounts: pd.DataFrame) -> pd.DataFrame:
    """Every rep as it goes into its mean (see `means_from_amounts`): `log_value`, natural log, background subtracted.

    NaN where a rep has no number. What is odd was told when the means were made.
    """
    wells = _bounded(amounts[_declared(experiment, amounts) & ~amounts["readout"].isin(_NOT_COMPARED)])
    return _log_reps(less_background(experiment, _reps_from_wells(wells[~wells["lost"]]), Problems()))


def _declared(experiment: Experiment, amounts: pd.DataFrame) -> "pd.Series[bool]":
    """Which amounts are of a donor in a condition of conditions.csv."""
    return amounts["condition"].isin(experiment.conditions["condition"]) & (amounts["donor"] != "")


def _bounded(amounts: pd.DataFrame) -> pd.DataFrame:
    """AMOUNTS with the number that each well enters with as value, `lod`, `n_wells`, flag, and which wells are `lost`.

    A well without a value enters at its limit: the top of the range where it is above the curve, else what it is at
    most (below the curve; Cq not reached, see `limits_of_detection`), which is flagged `floor`. One whose flag says
    which way it is censored, without a finite limit, has no number and is no less a part of its rep; one that says
    nothing is lost.
    """
    words = amounts["flag"].str.split(";")
    above, below = (words.map(lambda flags, f=f: f in flags).astype(bool) for f in ("above_curve", "below_lod"))
    value = amounts["value"].where(np.isfinite(amounts["value"]))
    limit = limits_of_detection(amounts)
    known = limit.where(np.isfinite(limit))
    empty = value.isna()
    floored = empty & ~above & (known.notna() | below)
    return amounts.assign(
        value=value.where(~empty, known),
        lod=amounts["limit"].where(~above),
        n_wells=amounts["well"].str.count(";").astype("int64") + 1,
        flag=amounts["flag"].where(~floored, amounts["flag"] + ";floor"),
        lost=empty & known.isna() & ~above & ~below,
    )


def _reps_from_wells(wells: pd.DataFrame) -> pd.DataFrame:
    """One row per rep: value (mean of its wells), lod (mean of its wells' limits), n_wells, flag."""
    ordered = wells.sort_values([*REP, "plate", "well"], kind="stable")  # sums do not depend on the order of rows
    reps = ordered.groupby(REP, sort=True, as_index=False)
    return reps.agg(
        value=("value", whole_mean), lod=("lod", "mean"), n_wells=("n_wells", "sum"), flag=("flag", _joined)
    )


def _joined(flags: "pd.Series[str]") -> str:
    """Flags of several rows as one."""
    return join_flags(*flags)


def _log_reps(reps: pd.DataFrame) -> pd.DataFrame:
    """Reps with `log_value`; one not above its LOD (or, without LOD, not above 0) is flagged `floor`."""
    gene = reps["readout"].str.startswith("gene:").to_numpy(dtype=bool)
    value, lod = reps["value"].to_numpy(dtype=float), reps["lod"].to_numpy(dtype=float)
    above = reps["flag"].map(lambda f: "above_curve" in f.split(";")).to_numpy(dtype=bool)
    bound = np.where(above | ~(lod > 0), 0.0, lod)
    floored = ~gene & (value <= bound)
    taken = np.where(floored, np.where((bound > 0) & np.isfinite(bound), bound, np.nan), np.where(gene, 1.0, value))
    flags = [join_flags(f, "floor" if low else "") for f, low in zip(reps["flag"], floored, strict=True)]
    return reps.assign(log_value=np.where(gene, value * np.log(2.0), np.log(taken)), flag=flags)


def _cells_from_reps(experiment: Experiment, reps: pd.DataFrame, lost: pd.DataFrame) -> pd.DataFrame:
    """MEANS: reps averaged on the log scale, readouts and donors in alphabetical order, conditions in their own.

    Flags are those of the reps and of the `lost` wells of the same cell.
    """
    cells = reps.groupby(CELL, sort=True, as_index=False).agg(
        log_mean=("log_value", whole_mean), n_reps=("rep", "size"), n_wells=("n_wells", "sum"), flag=("flag", _joined)
    )
    beside = lost.groupby(CELL)["flag"].agg(_joined).reindex(pd.MultiIndex.from_frame(cells[CELL])).fillna("")
    ranked = cells.assign(
        flag=[join_flags(own, more) for own, more in zip(cells["flag"], beside, strict=True)],
        rank=cells["condition"].map(condition_ranks(experiment)),
    ).sort_values(["readout", "rank", "donor"], kind="stable")
    return tables.MEANS.frame(ranked.drop(columns="rank"))


def _tell(experiment: Experiment, means: pd.DataFrame, problems: Problems) -> None:
    """Adds one problem per mineral readout that has a bound instead of a value, naming where."""
    words = means["flag"].str.split(";")
    for flag, code in (("floor", "MG612"), ("above_curve", "MG613")):
        flagged = words.map(lambda flags, f=flag: f in flags).astype(bool) & means["readout"].map(is_mineral).astype(
            bool
        )
        tell_cells(code, means[flagged], experiment, problems)


def _tell_lost(experiment: Experiment, wells: pd.DataFrame, problems: Problems) -> None:
    """Names the cells whose wells are all lost; of genes the samples without a quantity were named before (MG517)."""
    everything = wells.groupby(CELL)["lost"].transform("all").astype(bool)
    gone = wells[everything & ~wells["readout"].str.startswith("gene:")]
    for _, rows in gone.groupby("readout", sort=True):
        why = listed(f for flag in rows["flag"] for f in flag.split(";") if f) or "no flag"
        tell_cells("MG622", rows, experiment, problems, why=why)
