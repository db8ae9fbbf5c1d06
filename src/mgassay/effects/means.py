"""Amounts -> means: one log value per readout, condition and donor.

Technical assay wells of a rep are averaged (arithmetic), the donor's no-Pi background is subtracted, reps are averaged
on the log scale. A rep that is not above LOD once the background is gone is censored, never dropped.
"""

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.design import backgrounds_of
from mgassay.effects.panels import is_mineral
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems

# Made on the way to calcium, the same amount in another unit, or a property of the dye: nothing to contrast.
_NOT_COMPARED = ("protein_per_well", "calcium_in_extract", "calcium_apparent")
_REP = ["readout", "condition", "donor", "rep"]
_CELL = ["readout", "condition", "donor"]


def means_from_amounts(experiment: Experiment, amounts: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The MEANS of every readout, natural log, background subtracted from mineral readouts.

    `log_mean` of a `floor` arm takes LOD for its censored reps (an upper bound), and is NaN where a rep has no LOD to
    stand for it; that of an `above_curve` arm takes the top of the range (a lower bound). `gene:` readouts arrive as
    log2 and leave as natural log. Control conditions of mineral readouts are the background and have no row.
    """
    reps = _with_background(experiment, _reps_from_amounts(experiment, amounts))
    logged = _log_reps(reps)
    means = _cells_from_reps(experiment, logged)
    _tell(means, problems)
    return means


def _reps_from_amounts(experiment: Experiment, amounts: pd.DataFrame) -> pd.DataFrame:
    """One row per rep: value (mean of its wells), lod (mean of its wells' limits), n_wells, flag.

    A well without a value enters at its limit: the top of the range where it is above the curve, else what it is at
    most (below the curve, Cq not reached), which is flagged `floor`. One without value and limit is left out.
    """
    above = amounts["flag"].str.split(";").map(lambda flags: "above_curve" in flags).astype(bool)
    censored = amounts["value"].isna() & amounts["limit"].notna()
    value = amounts["value"].where(~censored, amounts["limit"])
    flag = amounts["flag"].where(~(censored & ~above), amounts["flag"] + ";floor")
    compared = ~amounts["readout"].isin(_NOT_COMPARED) & amounts["condition"].isin(experiment.conditions["condition"])
    n_wells = amounts["well"].str.count(";").astype("int64") + 1
    wells = amounts.assign(value=value, lod=amounts["limit"].where(~above), n_wells=n_wells, flag=flag)
    wells = wells[compared & (amounts["donor"] != "") & value.notna()]
    ordered = wells.sort_values([*_REP, "plate", "well"], kind="stable")  # sums do not depend on the order of rows
    reps = ordered.groupby(_REP, sort=True, as_index=False)
    return reps.agg(value=("value", "mean"), lod=("lod", "mean"), n_wells=("n_wells", "sum"), flag=("flag", _joined))


def _joined(flags: "pd.Series[str]") -> str:
    """Flags of several rows as one."""
    return join_flags(*flags)


def _with_background(experiment: Experiment, reps: pd.DataFrame) -> pd.DataFrame:
    """Reps with the background subtracted from mineral readouts (flag `no_background` without one); controls left out.

    The background is the arithmetic mean over the reps of the first control condition that this donor (or run) has.
    """
    mineral = reps["readout"].map(is_mineral).astype(bool)
    candidates = backgrounds_of(experiment)
    kept = reps[~mineral | reps["condition"].isin(candidates)]
    mean_of = reps.groupby(_CELL, sort=True)["value"].mean().to_dict()
    columns = (kept[c].tolist() for c in _CELL)
    background = np.array(
        [
            next((mean_of[r, b, d] for b in candidates.get(c, ()) if (r, b, d) in mean_of), np.nan)
            if is_mineral(r)
            else 0.0
            for r, c, d in zip(*columns, strict=True)
        ],
        dtype=float,
    )
    none = np.isnan(background)
    flags = [join_flags(f, "no_background" if n else "") for f, n in zip(kept["flag"], none, strict=True)]
    return kept.assign(value=kept["value"] - np.where(none, 0.0, background), flag=flags)


def _log_reps(reps: pd.DataFrame) -> pd.DataFrame:
    """Reps with `log_value`; one not above its LOD (or, without LOD, not above 0) is flagged `floor`."""
    gene = reps["readout"].str.startswith("gene:").to_numpy(dtype=bool)
    value, lod = reps["value"].to_numpy(dtype=float), reps["lod"].to_numpy(dtype=float)
    above = reps["flag"].map(lambda f: "above_curve" in f.split(";")).to_numpy(dtype=bool)
    bound = np.where(above | ~(lod > 0), 0.0, lod)
    floored = ~gene & (value <= bound)
    taken = np.where(floored, np.where(bound > 0, bound, np.nan), np.where(gene, 1.0, value))
    flags = [join_flags(f, "floor" if low else "") for f, low in zip(reps["flag"], floored, strict=True)]
    return reps.assign(log_value=np.where(gene, value * np.log(2.0), np.log(taken)), flag=flags)


def _cells_from_reps(experiment: Experiment, reps: pd.DataFrame) -> pd.DataFrame:
    """MEANS: reps averaged on the log scale, readouts and donors in alphabetical order, conditions in their own."""
    order = {c: i for i, c in enumerate(experiment.conditions["condition"])}
    # A rep without a log value leaves its whole cell without one: averaging the others would be biased upwards.
    cells = reps.groupby(_CELL, sort=True, as_index=False).agg(
        log_mean=("log_value", lambda v: v.mean(skipna=False)),
        n_reps=("rep", "size"),
        n_wells=("n_wells", "sum"),
        flag=("flag", _joined),
    )
    ranked = cells.assign(rank=cells["condition"].map(order)).sort_values(["readout", "rank", "donor"], kind="stable")
    return tables.MEANS.frame(ranked.drop(columns="rank"))


def _tell(means: pd.DataFrame, problems: Problems) -> None:
    """Adds one problem per readout that has no background, or a bound instead of a value, naming where."""
    codes = {"no_background": "MG611", "floor": "MG612", "above_curve": "MG613"}
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    columns = (means[c].tolist() for c in (*_CELL, "flag"))
    for readout, condition, donor, flag in zip(*columns, strict=True):
        for word in (f for f in flag.split(";") if f in codes and is_mineral(readout)):
            found.setdefault((codes[word], readout), {}).setdefault(condition, []).append(donor)
    for (code, readout), donors in found.items():
        seen = "; ".join(f"{condition}: {', '.join(names)}" for condition, names in donors.items())
        problems.add(code, place=", ".join(donors), seen=seen, readout=readout)
