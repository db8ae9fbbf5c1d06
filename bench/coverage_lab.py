"""Experiments drawn by the thousand for bench/coverage.py, and what is true in them: numpy, and no estimator.

Natural logs throughout. A well is base + donor + what its arm does + (donor x arm) + well. `ORDINARY` noise is that of
the design (arms of a donor differ by .15, wells by .2, three wells an arm), under which equivalence within 1.25-, 1.5-
and 2-fold takes 26, 10 and 5 donors; donors differ by .35 and steps of intracellular Mg2+ as in simulate/truth.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TAILS = 3  # degrees of freedom of the heavy-tailed t, brought to the same SD
_ALIKE = 0.5  # correlation of a donor's own response with entry intact and under block, and of T with the Mg_i step


@dataclass(frozen=True)
class Lab:
    """Truth and noise of one scenario; SDs on the natural log scale.

    `slope`: of T and of B over donors, beyond the scatter of arms. `fewest_wells` < `wells`: cells lost wells at
    random; `gap`: the last donor was not run blocked at raised Mg. `runs_more`, `run_sd_ratio`: acellular runs beyond
    the number of donors, and their scatter relative to that of donors.
    """

    total: float = 1.2
    blocked: float = 0.5
    acellular: float = 0.2
    main: float = 0.1  # what the block alone adds to log mineral
    donor: float = 0.35
    arm: float = 0.15
    well: float = 0.2
    wells: int = 3
    slope: float = 0.0
    heavy: bool = False
    fewest_wells: int = 3
    gap: bool = False
    runs_more: int = 0
    run_sd_ratio: float = 1.0
    rho: float | None = None
    mg_step: float = 0.35  # of log Mg_i, entry intact
    mg_sd: float = 0.043  # of such a step over donors: simulate's arms .02 and wells .04, three wells

    @property
    def shares(self) -> Mapping[str, float]:
        """The true shares on the log scale."""
        t, b, a = self.total, self.blocked, self.acellular
        return {"passive": a / t, "surface": (b - a) / t, "intracellular": (t - b) / t, "extracellular": b / t}

    def additive(self, effect: float) -> float:
        """The mean over donors of 1 - exp(-effect) of what each truly does: normal around `effect` (lognormal mean).

        A t with 3 df has no such mean, so that heavy tails have no truth on this scale.
        """
        return float("nan") if self.heavy else 1 - float(np.exp(-effect + (2 * self.arm**2 + self.slope**2) / 2))


ORDINARY = Lab()
QUIET = replace(ORDINARY, arm=0.07, well=0.07)  # simulate.Noise: the demo's lab


@dataclass(frozen=True)
class Drawn:
    """Log values of wells (experiments, donors, 4 live arms, wells) and (experiments, runs, 2, wells); NaN: no well.

    Arms: intact at reference and raised Mg, blocked at reference and raised Mg. `mg` (2, experiments, donors): steps of
    log Mg_i, intact and blocked.
    """

    live: Array
    acellular: Array
    mg: Array


def draw(lab: Lab, donors: int, experiments: int, rng: np.random.Generator) -> Drawn:
    """Experiments of this many donors."""
    response = correlated(lab, (experiments, donors), rng)
    none = np.zeros((experiments, donors))
    fixed = np.array([0.0, -lab.total, lab.main, lab.main - lab.blocked])
    own = np.stack([none, -lab.slope * response[0], none, -lab.slope * response[1]], axis=-1)
    cells = fixed + own + lab.donor * noise(lab, (experiments, donors, 1), rng)
    live = _wells(lab, cells, 1.0, rng)
    if lab.gap:
        live[:, -1, 3] = np.nan
    runs = (experiments, donors + lab.runs_more, 1)
    shift = np.array([0.0, -lab.acellular]) + lab.donor * noise(lab, runs, rng)
    return Drawn(live, _wells(lab, shift, lab.run_sd_ratio, rng), mg_steps(lab, live, rng))


def _wells(lab: Lab, cells: Array, ratio: float, rng: np.random.Generator) -> Array:
    """Wells of arms whose mean is `cells` (..., arms); some lost at random where fewer than all may be left."""
    arms = cells + ratio * lab.arm * noise(lab, cells.shape, rng)
    wells = arms[..., np.newaxis] + ratio * lab.well * noise(lab, (*cells.shape, lab.wells), rng)
    left = rng.integers(lab.fewest_wells, lab.wells + 1, size=(*cells.shape, 1))
    return np.where(np.arange(lab.wells) < left, wells, np.nan)


def cell_means(wells: Array) -> Array:
    """Means over the wells (last axis) that there are; NaN where there is none."""
    count = np.isfinite(wells).sum(axis=-1)
    return np.where(count > 0, np.nansum(wells, axis=-1) / np.maximum(count, 1), np.nan)


def noise(lab: Lab, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Draws of mean 0 and SD 1: normal, or of the heavy-tailed t."""
    if lab.heavy:
        return np.asarray(rng.standard_t(TAILS, shape) / np.sqrt(TAILS / (TAILS - 2)))
    return rng.normal(size=shape)


def correlated(lab: Lab, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Two draws per donor, alike as far as donors respond alike in both: (2, *shape)."""
    first, second = noise(lab, shape, rng), noise(lab, shape, rng)
    return np.stack([first, _ALIKE * first + np.sqrt(1 - _ALIKE**2) * second])


def mg_steps(lab: Lab, live: Array, rng: np.random.Generator) -> Array:
    """Steps of log Mg_i of the donors of these wells; a donor in whom Mg does more takes up more of it."""
    means = cell_means(live)
    sd = np.sqrt(2 * (lab.arm**2 + lab.well**2 / lab.wells))
    responds = (means[..., 0] - means[..., 1] - lab.total) / sd
    intact = _ALIKE * responds + np.sqrt(1 - _ALIKE**2) * rng.normal(size=responds.shape)
    steps = np.stack([intact, rng.normal(size=responds.shape)])
    middle = lab.mg_step * np.array([1.0, lab.rho or 0.0])
    return middle[:, np.newaxis, np.newaxis] + lab.mg_sd * steps


def incomplete(lab: Lab, rho: float, share: float) -> Lab:
    """The same lab with a block that leaves this much of entry, where this share of T is truly through entry."""
    return replace(lab, rho=rho, blocked=lab.total * (1 - share * (1 - rho)), acellular=lab.total * (1 - share) / 2)


DOSES = (0.0, 0.5, 1.2, 1.6)  # log mineral at the reference less that at each of four Mg levels


def draw_doses(lab: Lab, donors: int, experiments: int, rng: np.random.Generator) -> Array:
    """Log means (experiments, donors, 4 levels); with `gap` three cells were not run.

    A donor's `slope` is that of T, and of the other levels in proportion.
    """
    responds = 1 + lab.slope / lab.total * noise(lab, (experiments, donors, 1), rng)
    cells = -np.array(DOSES) * responds + lab.donor * noise(lab, (experiments, donors, 1), rng)
    means = cell_means(_wells(lab, cells, 1.0, rng))
    if lab.gap:
        means[:, 0, 2] = means[:, 1, 0] = means[:, 2, 1] = np.nan
    return means


@dataclass(frozen=True)
class Floored:
    """Log means (experiments, donors, 4 arms) with wells below a limit of detection put at it, and which held one."""

    means: Array
    floored: NDArray[np.bool_]


def draw_floored(lab: Lab, limit: float, donors: int, experiments: int, rng: np.random.Generator) -> Floored:
    """Experiments read with a limit that lies `limit` SDs of a well above the mean of the intact raised arm."""
    sd = np.sqrt(lab.donor**2 + lab.arm**2 + lab.well**2)
    lod = -lab.total + limit * sd
    live = draw(lab, donors, experiments, rng).live
    return Floored(np.maximum(live, lod).mean(axis=-1), (live <= lod).any(axis=-1))


@dataclass(frozen=True)
class Several:
    """Effects per donor of several experiments, (sets, donors) each; T and inner share that are true in one more."""

    total: tuple[Array, ...]
    blocked: tuple[Array, ...]
    next_total: Array
    next_share: Array


def draw_several(
    lab: Lab, donors: tuple[int, ...], tau: tuple[float, float], experiments: int, rng: np.random.Generator
) -> Several:
    """Sets of experiments with these numbers of donors; T and the inner share differ among them by `tau` (SDs)."""
    share = lab.shares["intracellular"]
    truths = rng.normal(size=(2, experiments, len(donors) + 1))
    total = lab.total + tau[0] * truths[0]
    blocked = total * (1 - share - tau[1] * truths[1])
    scatter = np.sqrt(2 * (lab.arm**2 + lab.well**2 / lab.wells))
    t = tuple(total[:, [k]] + scatter * noise(lab, (experiments, n), rng) for k, n in enumerate(donors))
    b = tuple(blocked[:, [k]] + scatter * noise(lab, (experiments, n), rng) for k, n in enumerate(donors))
    return Several(t, b, total[:, -1], 1 - blocked[:, -1] / total[:, -1])
