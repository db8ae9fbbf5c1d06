"""Before the experiment: how many donors a wanted interval of a share takes, by simulation.

An experiment is drawn as its effects per donor (T and B, jointly normal) and per acellular run (A), and analysed with
the same sets as a real one (`shares.share_set`). A number of donors has the same random numbers every time it is asked
for, so that answers do not change between runs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mgassay.effects.estimators.fieller import BOUNDED, FiellerSet
from mgassay.effects.estimators.intervals import Array, Estimate, donor_estimate, t_quantile, welch_df
from mgassay.effects.estimators.share_sets import SHARES_OF, LiveEffects, live_effects, share_set

EXPERIMENTS = 10_000  # simulated; a chance of .8 is then known within .008 (two SD)
MOST_DONORS = 16  # beyond which "more than" is the answer
_SEED = 20_170


@dataclass(frozen=True)
class Assumed:
    """What a plan takes for true: mean effects on the natural log scale and how they vary.

    `covariance` (2, 2): of T and B over donors, the scatter of wells included; `acellular_sd`: of A over runs.
    """

    total: float
    blocked: float
    acellular: float
    covariance: Array
    acellular_sd: float

    def with_share(self, share: str, value: float) -> "Assumed":
        """The same T with B (or A, for `passive`) such that the share has this value; A follows B for `surface`.

        Raises KeyError for a share that is not in SHARES_OF.
        """
        part = value * self.total
        blocked = {"intracellular": self.total - part, "extracellular": part}
        acellular = {"passive": part, "surface": self.blocked - part}
        if share in acellular:
            return replace(self, acellular=acellular[share])
        return replace(self, blocked=blocked[share])


def sd_of_effect(arm: float, rep: float, reps: int) -> float:
    """SD over donors (or runs) of an effect: its two arms scatter within a donor by `arm`, their wells by `rep`.

    Natural log, `reps` wells an arm. Ordinary noise is arm .15, rep .2, 3 wells: .268 for T, B, A and .379 for T - B.
    """
    return float(np.sqrt(2 * (arm**2 + rep**2 / reps)))


def covariance_of_arms(arm: float, rep: float, reps: int) -> Array:
    """Covariance of T and B over donors where every arm scatters by itself: none between them."""
    return np.eye(2) * sd_of_effect(arm, rep, reps) ** 2


def simulated_effects(
    assumed: Assumed, donors: int, acellular_runs: int = 0, experiments: int = EXPERIMENTS
) -> tuple[LiveEffects, Estimate | None]:
    """T and B, and A over its runs (None for fewer than two), of simulated experiments; shape (experiments,)."""
    rng = np.random.default_rng([_SEED, donors, acellular_runs])
    values, axes = np.linalg.eigh(assumed.covariance)  # two donors leave a covariance without an inverse
    spread = axes * np.sqrt(np.maximum(values, 0.0))
    effects = np.array([[assumed.total], [assumed.blocked]]) + spread @ rng.normal(size=(experiments, 2, donors))
    live = live_effects(effects[:, 0], effects[:, 1])
    if acellular_runs < 2:
        return live, None
    runs = assumed.acellular + assumed.acellular_sd * rng.normal(size=(experiments, acellular_runs))
    return live, donor_estimate(runs)


def simulated_sets(
    assumed: Assumed, share: str, donors: int, acellular_runs: int = 0, experiments: int = EXPERIMENTS
) -> FiellerSet:
    """The sets of a share in simulated experiments of this many donors (two or more), shape (experiments,).

    `passive` and `surface` need two or more acellular runs; other shares do not look at them.
    Raises KeyError for a share that is not in SHARES_OF.
    """
    return share_set(share, *simulated_effects(assumed, donors, acellular_runs, experiments))


def chance_of_width(found: FiellerSet, width: float) -> float:
    """The fraction of sets that are bounded and narrower than this."""
    return float(((found.kind == BOUNDED) & (found.high - found.low < width)).mean())


def chance_to_tell(
    assumed: Assumed,
    low: float = 0.3,
    high: float = 0.7,
    *,
    donors: int,
    share: str = "intracellular",
    acellular_runs: int = 0,
    experiments: int = EXPERIMENTS,
) -> float:
    """The chance to tell two values of a share apart: to exclude the one where the other is true, the worse of both."""
    chances = []
    for truth, other in ((low, high), (high, low)):
        live, acellular = simulated_effects(assumed.with_share(share, truth), donors, acellular_runs, experiments)
        chances.append(float(is_excluded(share, live, acellular, other).mean()))
    return min(chances)


def is_excluded(
    share: str, live: LiveEffects, acellular: Estimate | None, value: float, level: float = 0.95
) -> npt.NDArray[np.bool_]:
    """Whether a value of the share is rejected by the test that its set turns inside out, without making the set.

    numerator - value * T over its standard error, df n - 1, or with acellular runs Satterthwaite's at that value.
    """
    of_total, of_blocked, of_runs = SHARES_OF[share]
    weights = np.array([of_total - value, of_blocked])
    away = live.mean @ weights
    variance, df = np.einsum("i,...ij,j->...", weights, live.covariance, weights), live.df
    if of_runs and acellular is not None:
        own = of_runs**2 * acellular.se**2
        df = welch_df(variance, df, own, acellular.df)
        away, variance = away + of_runs * acellular.estimate, variance + own
    return np.asarray(away**2 > t_quantile(df, level) ** 2 * variance, dtype=bool)


def donors_needed(chance: Callable[[int], float], wanted: float = 0.8, most: int = MOST_DONORS) -> int | None:
    """The fewest donors, two or more, with this chance; None where more than `most` would be needed."""
    return next((donors for donors in range(2, most + 1) if chance(donors) >= wanted), None)
