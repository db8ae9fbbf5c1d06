"""Free intracellular Mg2+: what raised Mg adds to it with entry intact, and the fraction ρ of that under block."""

import numpy as np

from mgassay.simulate.biology import MG_STEPS, REPS, Culture
from mgassay.simulate.truth import Truth, stream

AT_REFERENCE_MM = 0.6  # free Mg2+ at reference Mg, median donor
RISE_LOG = 0.35  # what raised Mg adds to its natural log with entry intact


def intracellular_magnesium(culture: Culture, truth: Truth, rho: float, seed: int) -> list[dict[str, object]]:
    """One row per culture well of the arms of the Mg step: condition, donor, rep, value in mM, unit."""
    rng, noise = stream(seed, "magnesium"), truth.noise
    rise = {reference: 0.0 for reference, _, _ in MG_STEPS}
    rise |= {raised: RISE_LOG * (rho if block else 1.0) for _, raised, block in MG_STEPS}
    arms, units = list(rise), len(culture.donors)
    level = np.log(AT_REFERENCE_MM) + np.array(list(rise.values())) + rng.normal(0, noise.mg_donor, (units, 1))
    level = level + rng.normal(0, noise.mg_arm, level.shape)
    value = np.exp(level[..., None] + rng.normal(0, noise.mg_rep, (*level.shape, REPS)))
    return [
        {"condition": arm, "donor": donor, "rep": str(r + 1), "value": round(float(value[d, a, r]), 4), "unit": "mM"}
        for d, donor in enumerate(culture.donors)
        for a, arm in enumerate(arms)
        for r in range(REPS)
    ]
