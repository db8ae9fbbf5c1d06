"""How effects scatter: what a plan takes for ordinary, or what the lab's own earlier experiments show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtri

from mgassay.design import Arms, arms_of_blocks
from mgassay.effects.contrasts.contrasts import acellular_effects, donor_contrast, live_fit
from mgassay.effects.estimators.bounds import is_censored
from mgassay.effects.estimators.intervals import Array
from mgassay.effects.means.panels import MINERAL_READOUTS, ArmMatrix, Panel, panels_from_means
from mgassay.effects.plan.power import covariance_of_arms, sd_of_effect
from mgassay.experiment import Experiment
from mgassay.problems import Problems, count, listed

# Natural log. An arm of one donor scatters by .15 around what its Mg and block do, its wells by .2 (CV 20 %), three
# wells an arm: .268 for T, B and A, .379 for T - B. No lab's own: with it the numbers of donors that the design names
# are found again, 6 to tell .3 from .7 at T 1.2, more than 16 at T .5, and 27 (26 have a power of .799), 10 and 5 to
# show no effect within 1.25-, 1.5- and 2-fold. See docs/decisions/0041.
ARM, REP, REPS = 0.15, 0.2, 3
FEW_DF = 8  # below which an SD may well be half or one and a half times what was found


@dataclass(frozen=True)
class Noise:
    """How T and B scatter over donors and A over runs (natural log), and where that comes from.

    `covariance` (2, 2) of T and B. `experiments`, `donors` (each name once), `repeated` (names in several experiments)
    and `df` are those of earlier experiments, empty for ordinary noise. `within`: SD of an arm within its donor, wells
    included; `between`: SD between donors, which contrasts remove; NaN where not known. `own_runs`: whether the SD of A
    is from acellular runs; else it is that of T.
    """

    covariance: Array
    acellular_sd: float
    within: float
    between: float
    readout: str = ""
    experiments: tuple[str, ...] = ()
    donors: int = 0
    repeated: tuple[str, ...] = ()
    df: int = 0
    own_runs: bool = False

    def sd_of(self, total: float, blocked: float) -> float:
        """SD over donors of total * T + blocked * B."""
        weights = np.array([total, blocked])
        return float(np.sqrt(max(weights @ self.covariance @ weights, 0.0)))  # rounding may leave less than nothing


def ordinary_noise(reps: int = REPS) -> Noise:
    """The noise that is assumed without earlier experiments, for this many wells an arm."""
    return Noise(
        covariance=covariance_of_arms(ARM, REP, reps),
        acellular_sd=sd_of_effect(ARM, REP, reps),
        within=float(np.sqrt(ARM**2 + REP**2 / reps)),
        between=float("nan"),
    )


@dataclass(frozen=True)
class Earlier:
    """One earlier experiment's donors of one readout and block: log means (donors, 4) and (runs, 2)."""

    experiment: str
    readout: str
    live: ArmMatrix
    lifeless: ArmMatrix


def earlier_of(experiment: str, panel: Panel, all_arms: Sequence[Arms]) -> Earlier | None:
    """The block with most donors that have all four live arms; None where none has two, or bounds stand for values."""
    found = [(panel.matrix(a.live).complete((0, 1, 2, 3)), a) for a in all_arms if all(a.live)]
    live, arms = max(found, key=lambda pair: len(pair[0].donors), default=(None, None))
    if live is None or arms is None or len(live.donors) < 2 or _is_bounded(live):
        return None
    lifeless = panel.matrix(arms.acellular).complete((0, 1))
    return Earlier(experiment, panel.readout, live, panel.matrix(()) if _is_bounded(lifeless) else lifeless)


def _is_bounded(cells: ArmMatrix) -> bool:
    """Whether a bound stands for a value in some cell."""
    return any(is_censored(flag) for row in cells.flags for flag in row)


def noise_of_earlier(earlier: Sequence[Earlier]) -> Noise:
    """Noise pooled by degrees of freedom over one or more experiments, each around its own means.

    A donor of several experiments is counted once among `donors` and named in `repeated`: its experiments tell of wells
    and days rather than of further donors.
    """
    both = [np.stack([donor_contrast(e.live.values, c, "log") for c in ("total", "blocked")]) for e in earlier]
    runs = [acellular_effects(e.lifeless, "log") for e in earlier if len(e.lifeless.donors) > 1]
    fits = [fit for e in earlier if (fit := live_fit(e.live)) is not None]
    df = [len(e.live.donors) - 1 for e in earlier]
    covariance = _pooled([np.cov(b) for b in both], df)
    names = Counter(d.strip().casefold() for e in earlier for d in e.live.donors)
    of_runs = _pooled([np.var(r, ddof=1) for r in runs], [len(r) - 1 for r in runs]) if runs else covariance[0, 0]
    within = float(np.sqrt(_pooled([fit.sigma2 for fit in fits], [fit.df for fit in fits])))
    levels = _pooled([np.var(e.live.values.mean(axis=1), ddof=1) for e in earlier], df)
    return Noise(
        covariance=covariance,
        acellular_sd=float(np.sqrt(of_runs)),
        within=within,
        between=float(np.sqrt(max(float(levels) - within**2 / 4, 0.0))),
        readout=earlier[0].readout,
        experiments=tuple(e.experiment for e in earlier),
        donors=len(names),
        repeated=tuple(sorted(name for name, n in names.items() if n > 1)),
        df=sum(df),
        own_runs=bool(runs),
    )


def _pooled(variances: Sequence[Array | np.floating[Any]], df: Sequence[int]) -> Array:
    """Variances (or covariances) weighted by their degrees of freedom."""
    return np.average(np.stack(variances), axis=0, weights=df)


def with_most_experiments(found: Mapping[str, Sequence[Earlier]]) -> Sequence[Earlier]:
    """Of the readouts that could be taken the one with most experiments; the first on a tie; empty for none."""
    return max(found.values(), key=len, default=())


def noise_of_lab(
    earlier: Sequence[tuple[Experiment, pd.DataFrame]], readout: str, where: str, problems: Problems
) -> Noise | None:
    """Noise from experiments and their MEANS; None (MG662) where no scatter of donors can be taken from any of them.

    `readout` "" takes the mineral readout that most experiments have, `where` names them for the problem. Told: few
    donors (MG663), donors of several experiments (MG664), experiments that were left out (MG665).
    """
    found: dict[str, list[Earlier]] = {name: [] for name in ([readout] if readout else MINERAL_READOUTS)}
    for experiment, means in earlier:
        all_arms = arms_of_blocks(experiment)
        for panel in panels_from_means(means[means["readout"].isin(found)]):
            if one := earlier_of(experiment.id, panel, all_arms):
                found[panel.readout].append(one)
    chosen = with_most_experiments(found)
    if not chosen:
        problems.add("MG662", seen=where, readout=f" in {readout}" if readout else "")
        return None
    noise = noise_of_earlier(chosen)
    if noise.df < FEW_DF:
        low, high = np.sqrt(noise.df / chdtri(noise.df, np.array([0.025, 0.975])))
        seen = f"{count(noise.donors, 'donor')} of {count(len(noise.experiments), 'experiment')}"
        problems.add("MG663", seen=seen, df=noise.df, low=f"{low:.2f}", high=f"{high:.2f}")
    if noise.repeated:
        problems.add("MG664", seen=listed(noise.repeated))
    if left := [e.id for e, _ in earlier if e.id not in noise.experiments]:
        problems.add("MG665", seen=listed(left))
    return noise
