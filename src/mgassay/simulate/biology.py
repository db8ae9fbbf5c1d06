"""Cells and medium: the mineral and the protein that every culture well truly holds.

Live wells: log mineral = log base + donor + effect of the condition + donor × arm + rep, in µg calcium per mg protein,
on a small background that is there without phosphate too. Acellular wells: the same with runs for donors, in µg
calcium per well. Protein varies between wells and knows nothing of Mg.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.simulate.truth import Truth, stream

Array = npt.NDArray[np.float64]

REPS = 3
MG_REFERENCE_MM = 0.8
MG_RAISED_MM = 2.0
CALCIUM_UG_PER_MG = 100.0  # mineral of a calcifying arm at reference Mg, median donor
BACKGROUND_UG_PER_MG = 2.0  # calcium of cells that do not calcify
PROTEIN_MG_PER_WELL = 0.12
ACELLULAR_UG_PER_WELL = 8.0  # mineral that falls out of calcifying medium at reference Mg without cells
ACELLULAR_BACKGROUND_UG = 0.2
PI_CONTROL_MM, PI_LOWER_MM, PI_MM = 1.0, 2.0, 2.6  # phosphate: of M199 itself, of the comparator, of calcifying medium
PYROPHOSPHATE_UM = 5.0
ACELLULAR_LOWER_PI = 1.2  # natural log: how much less mineral falls out without cells at the lower phosphate


@dataclass(frozen=True)
class Condition:
    """One row of conditions.csv; what the medium holds is M199 under 5 % CO2 with serum and phosphate, as mixed."""

    condition: str
    medium: str
    mg_mM: float
    inhibitor: str = "none"
    inhibitor_uM: float | None = None
    sirna: str = "none"
    cells: str = "live"
    comparator: str = "none"
    basal_medium: str = "M199"
    ca_mM: float = 1.8
    pi_mM: float = PI_MM
    pH: float = 7.4
    co2_percent: float = 5.0
    serum_percent: float = 10.0
    mg_salt: str = "chloride"
    ppi_uM: float | None = None


CONDITIONS = (
    Condition("control", "control", MG_REFERENCE_MM, pi_mM=PI_CONTROL_MM),
    Condition("ca_mg08", "calcifying", MG_REFERENCE_MM),
    Condition("ca_mg20", "calcifying", MG_RAISED_MM),
    Condition("apb_mg08", "calcifying", MG_REFERENCE_MM, inhibitor="2-APB", inhibitor_uM=50),
    Condition("apb_mg20", "calcifying", MG_RAISED_MM, inhibitor="2-APB", inhibitor_uM=50),
    Condition("scr_mg08", "calcifying", MG_REFERENCE_MM, sirna="scramble"),
    Condition("scr_mg20", "calcifying", MG_RAISED_MM, sirna="scramble"),
    Condition("si_mg08", "calcifying", MG_REFERENCE_MM, sirna="TRPM7"),
    Condition("si_mg20", "calcifying", MG_RAISED_MM, sirna="TRPM7"),
    Condition("ppi_mg08", "calcifying", MG_REFERENCE_MM, comparator="pyrophosphate", ppi_uM=PYROPHOSPHATE_UM),
    Condition("lowpi_mg08", "calcifying", MG_REFERENCE_MM, comparator="lower Pi", pi_mM=PI_LOWER_MM),
    Condition("acell_control", "control", MG_REFERENCE_MM, cells="none", pi_mM=PI_CONTROL_MM),
    Condition("acell_mg08", "calcifying", MG_REFERENCE_MM, cells="none"),
    Condition("acell_mg20", "calcifying", MG_RAISED_MM, cells="none"),
    Condition("acell_lowpi", "calcifying", MG_REFERENCE_MM, cells="none", comparator="lower Pi", pi_mM=PI_LOWER_MM),
)
LIVE = tuple(c.condition for c in CONDITIONS if c.cells == "live")
ACELLULAR = tuple(c.condition for c in CONDITIONS if c.cells == "none")
# The live arms that differ only in Mg: reference, raised, and the block they are under ("" for intact entry).
MG_STEPS = (
    ("ca_mg08", "ca_mg20", ""),
    ("scr_mg08", "scr_mg20", ""),
    ("apb_mg08", "apb_mg20", "2-APB"),
    ("si_mg08", "si_mg20", "siTRPM7"),
)


@dataclass(frozen=True)
class Culture:
    """What the dishes hold. Arrays are donors × live conditions (× reps), or runs × acellular conditions (× reps)."""

    donors: tuple[str, ...]
    runs: tuple[str, ...]
    log_mineral: Array  # (donor, live): natural log of mineral relative to the median donor's reference arm; -inf: none
    calcium_ug_per_mg: Array  # (donor, live, rep), background included
    protein_mg: Array  # (donor, live, rep)
    log_acellular: Array  # (run, acellular)
    acellular_ug: Array  # (run, acellular, rep), background included

    @property
    def calcium_ug(self) -> Array:
        """Calcium per live culture well, µg: (donor, live, rep)."""
        return self.calcium_ug_per_mg * self.protein_mg


def log_mineral_from_truth(truth: Truth) -> dict[str, float]:
    """Mean log mineral of every condition relative to its calcifying reference arm; -inf where nothing calcifies.

    The comparators are dosed so that they leave as much mineral as raised Mg does; without cells the lower phosphate
    does what it does, whatever Mg.
    """
    blocks = {"": 0.0, "2-APB": truth.main_2apb, "siTRPM7": truth.main_sirna}
    effects = {"": truth.total} | {block: truth.blocked_by(block) for block in blocks if block}
    means = {"control": -math.inf, "acell_control": -math.inf, "ppi_mg08": -truth.total}
    means |= {"lowpi_mg08": -truth.total, "acell_lowpi": -ACELLULAR_LOWER_PI}
    for reference, raised, block in MG_STEPS:
        means |= {reference: blocks[block], raised: blocks[block] - effects[block]}
    return means | {"acell_mg08": 0.0, "acell_mg20": -truth.acellular}


def _levels(means: Array, units: int, common: float, arm: float, rng: np.random.Generator) -> Array:
    """Log mineral by unit and condition: mean + unit + unit × arm."""
    return means + rng.normal(0, common, (units, 1)) + rng.normal(0, arm, (units, means.size))


def _wells(log_level: Array, base: float, background: float, rep: float, rng: np.random.Generator) -> Array:
    """Calcium of every culture well, the background included, in the unit of `base`."""
    shape = (*log_level.shape, REPS)
    mineral = base * np.exp(log_level[..., None] + rng.normal(0, rep, shape))
    return mineral + background * np.exp(rng.normal(0, rep, shape))


def grow_culture(truth: Truth, seed: int) -> Culture:
    """Cells and medium of a whole experiment, one acellular run beside each donor."""
    rng, noise, mean = stream(seed, "biology"), truth.noise, log_mineral_from_truth(truth)
    live = _levels(np.array([mean[c] for c in LIVE]), truth.donors, noise.donor, noise.donor_arm, rng)
    free = _levels(np.array([mean[c] for c in ACELLULAR]), truth.donors, noise.run, noise.run_arm, rng)
    return Culture(
        donors=tuple(f"D{k + 1}" for k in range(truth.donors)),
        runs=tuple(f"run{k + 1}" for k in range(truth.donors)),
        log_mineral=live,
        calcium_ug_per_mg=_wells(live, CALCIUM_UG_PER_MG, BACKGROUND_UG_PER_MG, noise.rep, rng),
        protein_mg=PROTEIN_MG_PER_WELL * np.exp(rng.normal(0, noise.protein, (*live.shape, REPS))),
        log_acellular=free,
        acellular_ug=_wells(free, ACELLULAR_UG_PER_WELL, ACELLULAR_BACKGROUND_UG, noise.rep, rng),
    )
