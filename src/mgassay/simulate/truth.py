"""What is true in a simulated experiment: the effects of Mg2+, their shares, and how much everything varies.

An effect is log(mineral at reference Mg) − log(mineral at raised Mg). T, B and A are the means of that effect over the
population of donors (for A, of acellular runs), so on the log scale the truth is exact. On the additive scale a donor's
value is 1 − exp(−effect) and the truth is its mean over the population.
"""

import math
from dataclasses import dataclass, field, fields
from typing import Literal

import numpy as np

from mgassay.errors import MgassayError

Scale = Literal["log", "additive"]
SCALES: tuple[Scale, ...] = ("log", "additive")
BLOCKS = ("2-APB", "siTRPM7")
_STREAMS = ("biology", "plates", "pictures", "expression", "magnesium")


@dataclass(frozen=True)
class Noise:
    """Standard deviations, natural log unless the name says otherwise.

    Ordinary good practice: donors differ by a factor of two or so (0.35), which a contrast within the donor removes;
    arms of one donor and wells of one arm agree within 7 %; pipetting within 1.2 %; the reader within 0.002 OD. They
    were fixed before any estimate was seen.
    """

    donor: float = 0.35  # common to all arms of a donor
    donor_arm: float = 0.07  # of an arm within a donor: how much donors differ in their response
    rep: float = 0.07  # of a culture well within an arm
    run: float = 0.25  # common to all arms of an acellular run
    run_arm: float = 0.07  # of an arm within an acellular run
    protein: float = 0.10  # protein per culture well; it does not depend on Mg
    well: float = 0.012  # pipetting of an assay well, relative
    reader_od: float = 0.002  # of a reading
    gene_arm_log2: float = 0.12  # of a gene in an arm within a donor, log2
    loading_log2: float = 0.30  # cDNA loaded, common to all genes of a sample, log2
    cq: float = 0.08  # of a technical replicate, cycles
    mg_donor: float = 0.15  # intracellular Mg, common to all arms of a donor
    mg_arm: float = 0.02  # of an arm within a donor
    mg_rep: float = 0.04  # of a culture well

    def __post_init__(self) -> None:
        for item in fields(self):
            if not 0 <= getattr(self, item.name) < math.inf:
                raise MgassayError(f"noise {item.name} must be 0 or more, not {getattr(self, item.name)}")


NOISELESS = Noise(**{item.name: 0.0 for item in fields(Noise)})


@dataclass(frozen=True)
class Truth:
    """The truth of a simulated experiment; effects on the natural log scale.

    `rho` is what is left of Mg2+ entry under block; None means that intracellular Mg was not measured, and what enters
    under block is then taken to be nothing. `blocked` holds for both blocks unless `blocked_sirna` is given.
    Raises MgassayError for a value that no experiment can have.
    """

    donors: int = 4
    total: float = 1.4
    blocked: float = 0.6
    acellular: float = 0.3
    rho: float | None = None
    blocked_sirna: float | None = None
    main_2apb: float = 0.10  # what 2-APB alone adds to log mineral
    main_sirna: float = 0.05  # what TRPM7 siRNA alone adds to log mineral
    noise: Noise = field(default_factory=Noise)
    images: bool = True
    image_size: tuple[int, int] = (512, 384)  # width, height in pixels
    qpcr: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.donors <= 99:
            raise MgassayError(f"donors must be 1 to 99, not {self.donors}")
        if self.rho is not None and not 0 <= self.rho < 1:
            raise MgassayError(f"rho must be at least 0 and below 1, not {self.rho}")
        for name in ("total", "blocked", "acellular", "blocked_sirna", "main_2apb", "main_sirna"):
            value = getattr(self, name)
            if value is not None and not -3 <= value <= 3:
                raise MgassayError(f"{name} must lie within -3 to 3 (a factor of 20), not {value}")
        if min(self.image_size) < 64:
            raise MgassayError(f"images must be at least 64 pixels wide and high, not {self.image_size}")

    def blocked_by(self, block: str) -> float:
        """B under that block; raises KeyError for a block that is not simulated."""
        sirna = self.blocked if self.blocked_sirna is None else self.blocked_sirna
        return {"2-APB": self.blocked, "siTRPM7": sirna}[block]


def stream(seed: int, name: str, *more: int) -> np.random.Generator:
    """Random numbers for one part of the lab, so that leaving one part out does not change the others.

    Raises MgassayError for a negative seed and ValueError for a part that is not known.
    """
    if seed < 0:
        raise MgassayError(f"the seed must be 0 or more, not {seed}")
    return np.random.default_rng([seed, _STREAMS.index(name), *more])


def effects_from_truth(truth: Truth, block: str, scale: Scale) -> dict[str, float]:
    """T, B and A of a block on a scale, as population values.

    Additive: a donor's effect is normal around the mean with variance 2 s², s the SD of an arm within the donor, so the
    mean of 1 − exp(−effect) is 1 − exp(−mean + s²) (mean of a lognormal); the median donor has 1 − exp(−mean).
    """
    log = {"total": truth.total, "blocked": truth.blocked_by(block), "acellular": truth.acellular}
    if scale == "log":
        return log
    spread = {"total": truth.noise.donor_arm, "blocked": truth.noise.donor_arm, "acellular": truth.noise.run_arm}
    return {name: 1 - math.exp(-effect + spread[name] ** 2) for name, effect in log.items()}


def shares_from_truth(truth: Truth, block: str, scale: Scale) -> dict[str, float]:
    """The shares of the total effect; NaN where the total is 0, so that there is nothing to share.

    `extracellular` = passive + surface; `intracellular_corrected` (log scale) only where rho is known.
    """
    effect = effects_from_truth(truth, block, scale)
    total = effect["total"] or math.nan
    shares = {
        "passive": effect["acellular"] / total,
        "surface": (effect["blocked"] - effect["acellular"]) / total,
        "intracellular": (effect["total"] - effect["blocked"]) / total,
        "extracellular": effect["blocked"] / total,
    }
    if truth.rho is not None and scale == "log":
        shares["intracellular_corrected"] = shares["intracellular"] / (1 - truth.rho)
    return shares
