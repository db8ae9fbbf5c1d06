"""What a Mg step equals: the change of phosphate, or of pH, that moves saturation in hydroxyapatite as far."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from mgassay.chemistry.composition import Medium
from mgassay.chemistry.engine import Speciation, SpeciationError, speciation_of

SOLID = "hap"  # another phosphate gives 7.2 to 7.3 where it gives 7.4 %
_FIRST_STEP_LOG = -0.05  # of phosphate, about what 1 mM of Mg does
_FIRST_STEP_PH = -0.02
_NEAR_SI = 1e-8
_MOST_STEPS = 30


@dataclass(frozen=True)
class Equivalents:
    """`pi_percent` of the reference's phosphate and `pH` units, signed: below 0 is less phosphate, more acid."""

    pi_percent: float
    pH: float


NONE = Equivalents(math.nan, math.nan)


def equivalents_of(reference: Medium, raised: Medium, constant_set: str) -> Equivalents:
    """What the step from one medium to another equals; NaN where there is no hydroxyapatite to judge by.

    Both are solved at the reference's pH where that was measured, so that the step is that of Mg alone. Where it was
    not, bicarbonate under its gas makes the pH of each. pH is moved with carbonate under the same gas.
    """
    at_start = speciation_of(reference, constant_set)
    target = _judged(speciation_of(replace(raised, pH=reference.pH), constant_set))
    phosphate = reference.total.get("P", 0.0)
    if math.isnan(target) or math.isnan(_judged(at_start)) or phosphate <= 0:
        return NONE

    def with_less_phosphate(log_part: float) -> float:
        """How far from the target the reference is with that much phosphate (natural log of the part)."""
        medium = reference.with_phosphate(phosphate * math.exp(log_part))
        return _judged(speciation_of(medium, constant_set)) - target

    def at_other_pH(shift: float) -> float:
        """How far from the target the reference is at another pH."""
        return _judged(speciation_of(replace(reference, pH=at_start.pH + shift), constant_set)) - target

    part = root_from(with_less_phosphate, _FIRST_STEP_LOG)
    return Equivalents(100.0 * math.expm1(part), root_from(at_other_pH, _FIRST_STEP_PH))


def _judged(found: Speciation) -> float:
    """The saturation that is compared."""
    return found.saturation[SOLID]


def root_from(miss: Callable[[float], float], first_step: float) -> float:
    """Where a smooth function that rises throughout is 0, by secants from 0; NaN where it is not found.

    >>> round(root_from(lambda x: 2.0 * x + x**3 - 3.0, 0.1), 6)
    1.0
    """
    try:
        here, there = 0.0, first_step
        low, high = miss(here), miss(there)
        for _ in range(_MOST_STEPS):
            if abs(high) < _NEAR_SI:
                return there
            if high == low:
                break
            here, there, low = there, there - high * (there - here) / (high - low), high
            high = miss(there)
    except (SpeciationError, OverflowError):
        return math.nan
    return math.nan
