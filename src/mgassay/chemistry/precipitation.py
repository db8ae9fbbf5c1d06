"""Whether a medium may precipitate by itself: a provisional hint in three tiers that asks for a well without cells."""

import math
from collections.abc import Sequence

from mgassay.chemistry.constants import solids
from mgassay.chemistry.engine import Speciation

SOLID = "acp"  # what forms first: amorphous calcium phosphate, as Ca3(PO4)2
BELOW, WITHIN, ABOVE = "", "may_precipitate", "precipitates"


def tier(found: Sequence[Speciation]) -> str:
    """The tier of one medium over the constant sets, as a flag; "" is the lowest, or that nothing is known.

    `precipitates`: above saturation by every set at the solid's own constant. `may_precipitate`: not so, but above it
    by some set at the least soluble end of that constant's range. Else the medium is below saturation by all.
    """
    indices = [v for s in found if not math.isnan(v := s.saturation[SOLID])]
    if not indices:
        return BELOW
    if min(indices) >= 0:
        return ABOVE
    return WITHIN if max(indices) + least_soluble() >= 0 else BELOW


def least_soluble() -> float:
    """By how much the least soluble end of the range lifts the saturation (log10)."""
    solid = solids()[SOLID]
    return solid.high_pK + solid.constant_37C
