"""Whether a layout is that of its plate: wells that it calls the same must read the same.

A layout of another plate, or a plate put in turned round, gives every well a wrong name, and no single number shows it.
So the agreement of sample wells within their groups, and the rise of the standards, are held against what the
experiment's other layouts would give, and the same layout turned, mirrored, shifted by one or filled the other way.
"""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.assays.plates.replicates import REP
from mgassay.experiment import Experiment, RawFile
from mgassay.problems import Problems
from mgassay.wellnames import PLATE_SHAPES, positions, row_letters

CLEAR = 1e-12  # agreement that chance cannot give; nothing else is tried
BETTER = 1e-6  # how much less likely by chance another layout's agreement must be
BY_CHANCE = 0.01
LEAST_GROUPS, LEAST_SPARE = 4, 4
LEAST_LEVELS, LEAST_STANDARDS = 4, 6
MINERAL_ASSAYS = ("calcium", "alizarin_extract")

Spots = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# How a plate may lie: along rows and columns, -1 mirrors; then so many rows and columns on.
MOVES = {
    "turned by 180°": ((-1, -1), (0, 0)),
    "mirrored left to right": ((1, -1), (0, 0)),
    "mirrored top to bottom": ((-1, 1), (0, 0)),
    "shifted down by one row": ((1, 1), (1, 0)),
    "shifted up by one row": ((1, 1), (-1, 0)),
    "shifted right by one column": ((1, 1), (0, 1)),
    "shifted left by one column": ((1, 1), (0, -1)),
}
DOWN_COLUMNS, ALONG_ROWS = "filled down the columns instead of along the rows", "filled along the rows instead of down"


def is_misplaced(experiment: Experiment, raw: RawFile, wells: pd.DataFrame, problems: Problems) -> bool:
    """Whether another layout fits the readings of a plate (WELLS, one row per well) far better than its own.

    MG326 names the one that fits; MG327 warns where wells agree no better than by chance and nothing else fits.
    """
    layout = experiment.layouts.get(raw.layout)
    if layout is None:
        return False
    signals = _ranked(wells)
    agreement, own = chance_of_agreement(layout, signals), chance_of_fit(layout, signals)
    # Standards stand in the same wells on every plate of a lab, so they never clear the samples of a plate.
    if math.isnan(own) or (own if math.isnan(agreement) else agreement) < CLEAR:
        return False
    tried = {name: chance_of_fit(moved, signals) for name, moved in _others(experiment, raw, layout, signals)}
    others = {name: chance for name, chance in tried.items() if not math.isnan(chance)}
    best = min(others, key=others.__getitem__, default="")
    where = {"file": raw.file, "sheet": raw.sheet, "plate": raw.plate, "layout": raw.layout}
    if best and others[best] < BETTER * own:
        problems.add("MG326", seen=best, **where)
        return True
    if agreement > BY_CHANCE and _must_differ(experiment, raw.assay, layout):
        problems.add("MG327", seen=f"{agreement:.2g}", **where)
    return False


def chance_of_fit(layout: pd.DataFrame, signals: "pd.Series[float]") -> float:
    """How likely chance alone would make a layout (LAYOUT) fit the readings as well; NaN where nothing can tell.

    The product of the chances of its sample wells and of its standards, which are different wells.
    """
    chances = [c for c in (chance_of_agreement(layout, signals), chance_of_rise(layout, signals)) if not math.isnan(c)]
    return math.prod(chances) if chances else math.nan


def chance_of_rise(layout: pd.DataFrame, signals: "pd.Series[float]") -> float:
    """How likely signals would rise with the standards' levels as well by chance; NaN for too few standards.

    One-sided, by Spearman's rank correlation and its t approximation (n - 2 df), never below one over the number of
    ways to order the wells. Blanks are a level of 0.
    """
    from scipy.special import gammaln, stdtr

    blanks = layout["role"] == "blank"
    level = layout["standard"].where(~blanks, 0.0)
    used = (blanks | (layout["role"] == "standard")) & level.notna() & layout["well"].isin(signals.index)
    x = np.asarray(level[used], dtype=np.float64)
    y = np.asarray(signals[layout.loc[used, "well"]], dtype=np.float64)
    counts = np.unique(x, return_counts=True)[1]
    if len(counts) < LEAST_LEVELS or len(x) < LEAST_STANDARDS or np.ptp(y) == 0:
        return math.nan
    rho = float(np.corrcoef(_ranks(x), _ranks(y))[0, 1])
    t = rho * math.sqrt((len(x) - 2) / max(1.0 - rho * rho, 1e-12))
    ways = float(gammaln(len(x) + 1) - np.sum(gammaln(counts + 1)))
    return max(float(stdtr(len(x) - 2, -t)), math.exp(-ways))


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, ties shared."""
    return np.asarray(pd.Series(values).rank(), dtype=np.float64)


def chance_of_agreement(layout: pd.DataFrame, signals: "pd.Series[float]") -> float:
    """How likely wells that a layout (LAYOUT) calls the same would agree as well by chance; NaN where none can tell.

    The upper tail of F in a one-way analysis of variance of the ranks of `signals` (by well), over groups of two or
    more wells with one condition, donor and rep; without the rep where no rep has two wells.
    """
    from scipy.special import fdtrc

    samples = layout[(layout["role"] == "sample") & layout["well"].isin(signals.index)]
    by_rep = bool(samples.duplicated(REP).any())
    counted = samples[samples.duplicated(REP if by_rep else REP[:2], keep=False)]
    index = counted.groupby(REP if by_rep else REP[:2], sort=False).ngroup().to_numpy()
    y, groups = signals[counted["well"]].to_numpy(), int(index.max(initial=-1)) + 1
    spare = len(y) - groups
    if groups < LEAST_GROUPS or spare < LEAST_SPARE or np.ptp(y) == 0:
        return math.nan
    means = np.bincount(index, weights=y) / np.bincount(index)
    within, total = float(np.sum((y - means[index]) ** 2)), float(np.sum((y - y.mean()) ** 2))
    if within == 0:
        return 0.0
    ratio = (total - within) / (groups - 1) / (within / spare)
    return float(fdtrc(groups - 1, spare, ratio))


def _ranked(wells: pd.DataFrame) -> "pd.Series[float]":
    """Ranks of the readings by well; what the reader found too bright ranks above all others."""
    value = wells["value"].where(wells["status"] != "above", math.inf)
    used = wells["status"].isin(["ok", "above"]) & value.notna()
    return pd.Series(value[used].rank().to_numpy(dtype=float), index=wells.loc[used, "well"].to_numpy())


def _others(
    experiment: Experiment, raw: RawFile, layout: pd.DataFrame, signals: "pd.Series[float]"
) -> Iterator[tuple[str, pd.DataFrame]]:
    """What else the layout might have been: the other layouts of the experiment, and its own, moved."""
    for name, other in experiment.layouts.items():
        if name != raw.layout and not other["well"].duplicated().any():
            yield f"the layout “{name}”", other
    at = np.column_stack(positions(list(signals.index)))
    shape = next((s for s in PLATE_SHAPES if (at < s).all()), PLATE_SHAPES[-1])
    spots = np.column_stack(positions(layout["well"]))
    for name, moved in _moved(spots, shape):
        kept = ((moved >= 0) & (moved < shape)).all(axis=1)
        wells = [f"{row_letters(r)}{c + 1}" for r, c in moved[kept]]
        yield f"its own layout, {name}", layout[kept].assign(well=wells)


def _moved(spots: Spots, shape: tuple[int, int]) -> Iterator[tuple[str, Spots]]:
    """The spots of a plate of this shape after each way in which it may lie or have been filled."""
    rows, columns = shape
    for name, (direction, step) in MOVES.items():
        yield name, np.where(np.array(direction) < 0, np.array(shape) - 1 - spots, spots) + np.array(step)
    along, down = spots[:, 0] * columns + spots[:, 1], spots[:, 1] * rows + spots[:, 0]
    yield DOWN_COLUMNS, np.column_stack([along % rows, along // rows])
    yield ALONG_ROWS, np.column_stack([down // columns, down % columns])


def _must_differ(experiment: Experiment, assay: str, layout: pd.DataFrame) -> bool:
    """Whether the plate holds groups that cannot read alike: wells of a rep in duplicate, or mineral in both media.

    Protein and living cells may well be the same in every condition.
    """
    samples = layout[layout["role"] == "sample"]
    if samples.duplicated(REP).any():
        return True
    if assay not in MINERAL_ASSAYS:
        return False
    media = samples["condition"].map(experiment.conditions.set_index("condition")["medium"])
    return bool(media.nunique() > 1)
