"""A comparator that is nothing but another level of phosphate: one for genes, and a level of a dose response too."""

import re

import numpy as np
import pandas as pd

from mgassay.design.levels import Mask

# "Pi" or "phosphate" as a word of its own: not pyrophosphate, PPi or a bisphosphonate.
_PHOSPHATE = re.compile(r"(?<![a-z])(?:pi|phosphate)(?![a-z])")


def names_phosphate(comparator: str) -> bool:
    """Whether the name of a comparator says that it is less (or more) phosphate.

    >>> [names_phosphate(n) for n in ("lower Pi", "low_phosphate", "Pi 2.0 mM", "pyrophosphate", "PPi", "none")]
    [True, True, True, False, False, False]
    """
    return _PHOSPHATE.search(comparator.casefold()) is not None


def phosphate_comparators(conditions: pd.DataFrame) -> Mask:
    """Where a condition's comparator is another level of phosphate, which pi_mM tells."""
    named = np.array([names_phosphate(str(c)) for c in conditions["comparator"]], dtype=bool)
    return np.asarray(named & conditions["pi_mM"].notna().to_numpy())
