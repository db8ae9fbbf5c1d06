"""qPCR: what the genes do, and the Cq that a 384-well run would print.

log2 expression of a gene in a calcifying arm = up + mediated · log mineral + direct · entry effect, so Mg lowers a gene
partly because there is less mineral and partly from inside the cell. The comparator lowers mineral alone. TRPM7 obeys
its siRNA only. log mineral is the donor's own, so genes follow mineral within donors as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.simulate.biology import CONDITIONS, LIVE, MG_STEPS, Condition, Culture
from mgassay.simulate.exports import PcrWell
from mgassay.simulate.truth import BLOCKS, Truth, stream

Array = npt.NDArray[np.float64]

CYCLES = 40
DONORS_PER_PLATE = 2
TECHNICAL = 2
KNOCK_DOWN = 0.3  # what TRPM7 siRNA leaves of its mRNA


@dataclass(frozen=True)
class Gene:
    """A target: its Cq in control medium, and in log2 what drives it."""

    name: str
    cq: float
    up: float = 0.0  # calcifying medium at reference Mg over control
    mediated: float = 0.0  # per unit of natural log mineral
    direct: float = 0.0  # per unit of the effect that Mg has inside the cell
    knocked_down: bool = False


GENES = (
    Gene("RUNX2", 26.0, up=2.0, mediated=0.5, direct=-0.6),
    Gene("BMP2", 27.5, up=1.6, mediated=0.4, direct=-0.4),
    Gene("BGLAP", 29.5, up=2.4, mediated=0.6, direct=-0.3),
    Gene("ALPL", 27.0, up=1.8, mediated=0.5),
    Gene("TRPM7", 25.5, knocked_down=True),
)
REFERENCES = (Gene("GAPDH", 17.5), Gene("RPLP0", 18.4))


def _inside(truth: Truth) -> float:
    """The effect that Mg has inside a cell with entry intact: what a complete block would take away from T.

    T − B = (1 − ρ) · inside; where the blocks differ, the selective one (siRNA) is taken for the truth.
    """
    return (truth.total - truth.blocked_by("siTRPM7")) / (1 - (truth.rho or 0.0))


def _entry_effect(condition: Condition, truth: Truth) -> float:
    """The effect that Mg has inside the cells of a condition: none at reference Mg, ρ of it under block."""
    blocks = {raised: block for _, raised, block in MG_STEPS}
    if condition.condition not in blocks:
        return 0.0
    return _inside(truth) * ((truth.rho or 0.0) if blocks[condition.condition] else 1.0)


def log2_fold_changes(truth: Truth) -> dict[str, dict[str, float]]:
    """Log2 fold change of each gene for the Mg step (raised over reference): intact, under each block, and its parts.

    `direct` is the part of the intact change that does not go through mineral: what matching mineral would leave.
    """
    found, rho, inside = {}, truth.rho or 0.0, _inside(truth)
    for gene in GENES:
        mediated, direct = 0 - gene.mediated * truth.total, gene.direct * inside
        blocked = {b: 0 - gene.mediated * truth.blocked_by(b) + rho * direct for b in BLOCKS}
        found[gene.name] = {"intact": mediated + direct, **blocked, "mediated": mediated, "direct": direct}
    return found


def _log2_expression(gene: Gene, culture: Culture, truth: Truth) -> Array:
    """Mean log2 expression over control medium, (donor, live condition), before the gene's own noise."""
    live = [c for c in CONDITIONS if c.cells == "live"]
    calcifying = np.array([c.medium == "calcifying" for c in live])
    mineral = np.where(calcifying, culture.log_mineral, 0.0)
    inside = np.array([_entry_effect(c, truth) for c in live])
    silenced = np.array([gene.knocked_down and c.sirna == "TRPM7" for c in live])
    driven = gene.up * calcifying + gene.mediated * mineral + gene.direct * inside
    return np.asarray(driven + np.log2(KNOCK_DOWN) * silenced)


def cq_from_culture(culture: Culture, truth: Truth, seed: int) -> Array:
    """Cq of every sample: (donor, live condition, target, technical replicate); targets are GENES then REFERENCES."""
    rng, noise = stream(seed, "expression"), truth.noise
    shape = culture.log_mineral.shape
    loading = rng.normal(0, noise.loading_log2, shape)
    genes = [_log2_expression(g, culture, truth) + rng.normal(0, noise.gene_arm_log2, shape) for g in GENES]
    stable = [rng.normal(0, noise.gene_arm_log2 / 3, shape) for _ in REFERENCES]
    level = np.stack([*genes, *stable], axis=-1) + loading[..., None]
    cq = np.array([g.cq for g in (*GENES, *REFERENCES)]) - level
    return cq[..., None] + rng.normal(0, noise.cq, (*cq.shape, TECHNICAL))


def sample_name(donor: str, condition: str) -> str:
    """The name that a sample carries through the cycler."""
    return f"{donor} {condition}"


def pcr_plates(culture: Culture, truth: Truth, seed: int) -> list[list[PcrWell]]:
    """The 384-well runs, two donors each: every sample with all its targets in duplicate, then no-template controls."""
    cq = cq_from_culture(culture, truth, seed)
    return [
        _pcr_plate(culture, cq, range(first, min(first + DONORS_PER_PLATE, len(culture.donors))))
        for first in range(0, len(culture.donors), DONORS_PER_PLATE)
    ]


def _pcr_plate(culture: Culture, cq: Array, donors: Sequence[int]) -> list[PcrWell]:
    """One run: wells filled row by row; a Cq past the last cycle is undetermined."""
    targets = [g.name for g in (*GENES, *REFERENCES)]
    filled = [
        (sample_name(culture.donors[d], condition), target, "UNKNOWN", float(value))
        for d in donors
        for c, condition in enumerate(LIVE)
        for t, target in enumerate(targets)
        for value in cq[d, c, t]
    ]
    controls = [("", target, "NTC", float("inf")) for target in targets for _ in range(TECHNICAL)]
    return [
        PcrWell(i, sample, target, task, value if value <= CYCLES else None)
        for i, (sample, target, task, value) in enumerate([*filled, *controls])
    ]
