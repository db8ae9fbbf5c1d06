"""The chance of the answer that a lab wants against the number of donors, one curve for each design asked about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mgassay.effects.estimators.equivalence import donors_for_equivalence
from mgassay.effects.estimators.intervals import t_quantile
from mgassay.effects.plan.noise import Noise
from mgassay.effects.plan.power import (
    MOST_DONORS,
    Assumed,
    chance_of_width,
    chance_to_tell,
    donors_needed,
    simulated_effects,
    simulated_sets,
)

SIMULATED = 4_000  # experiments for each point: a chance of .8 within .013 (two SD)
FEWEST = 2  # donors that an interval over donors needs
MIDDLE = 0.5  # the share that is true where a width is asked for


@dataclass(frozen=True)
class Wanted:
    """What the answer should be: two shares told apart, or an interval narrower than `width`; with this power.

    `runs`: acellular runs, None for as many as donors.
    """

    tell: tuple[float, float] = (0.3, 0.7)
    width: float | None = None
    power: float = 0.8
    runs: int | None = None
    most: int = MOST_DONORS


@dataclass(frozen=True)
class Curve:
    """Chances (donors,) of one share at one T with 2, 3, ... donors, and the fewest that are enough (None: more)."""

    share: str
    total: float
    donors: tuple[int, ...]
    chances: tuple[float, ...]
    needed: int | None


def curve_of(share: str, total: float, noise: Noise, wanted: Wanted) -> Curve:
    """One curve by simulation, the same random numbers for the same number of donors."""
    assumed = Assumed(total, MIDDLE * total, 0.0, noise.covariance, noise.acellular_sd)
    donors = tuple(range(FEWEST, wanted.most + 1))
    chances = {n: _chance(assumed, share, n, wanted) for n in donors}
    needed = donors_needed(chances.__getitem__, wanted.power, wanted.most)
    return Curve(share, total, donors, tuple(chances.values()), needed)


def _chance(assumed: Assumed, share: str, donors: int, wanted: Wanted) -> float:
    """The chance with this number of donors."""
    runs = donors if wanted.runs is None else wanted.runs
    if wanted.width is not None:
        middle = assumed.with_share(share, MIDDLE)
        return chance_of_width(simulated_sets(middle, share, donors, runs, SIMULATED // 4), wanted.width)
    low, high = wanted.tell
    return chance_to_tell(assumed, low, high, donors=donors, share=share, acellular_runs=runs, experiments=SIMULATED)


def donors_for_total(total: float, noise: Noise, power: float = 0.8, most: int = MOST_DONORS) -> int | None:
    """The fewest donors with which T is shown to differ from 0; None where more than `most` would be needed.

    An experiment in which it is not cannot tell any share.
    """
    assumed = Assumed(total, 0.0, 0.0, noise.covariance, noise.acellular_sd)

    def chance(donors: int) -> float:
        """How often the t test of T rejects 0."""
        live, _ = simulated_effects(assumed, donors, 0, SIMULATED)
        half = t_quantile(live.df, 0.95) * np.sqrt(live.covariance[:, 0, 0])
        return float((np.abs(live.mean[:, 0]) > half).mean())

    return donors_needed(chance, power, most)


def donors_for_no_loss(noise: Noise, folds: Sequence[float], power: float = 0.8) -> dict[float, int | None]:
    """By fold: the donors that show that blocking entry takes nothing away (T - B within that fold, by TOST).

    None where more than the search goes to would be needed; two, the fewest of any interval, where T - B is the same
    in every donor.
    """
    sd = noise.sd_of(1.0, -1.0)
    return {fold: FEWEST if sd == 0.0 else donors_for_equivalence(sd, fold, power) for fold in folds}
