"""Two groups compared as the papers do it, so that published numbers can be checked.

Nothing in results rests on these: their error bars are of technical replicates, and n counts wells. Contrasts between
conditions are made per donor in `mgassay.effects`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RelativeQuantity:
    """ΔCq of a sample and of its calibrator, their difference, and the quantity 2^−ΔΔCq with one SD each way."""

    dcq: float
    dcq_calibrator: float
    ddcq: float
    sd: float
    rq: float
    rq_low: float
    rq_high: float


def delta_cq(target: Floats, reference: Floats, *, same_well: bool) -> tuple[float, float]:
    """Mean Cq of the target less that of the reference gene, and its SD.

    Amplified in one well (`same_well`), the SD is that of the wells' differences; apart, √(SD² + SD²).
    Source: Livak & Schmittgen 2001, Methods 25:402, sections 2.3 and 2.4.
    """
    if same_well:
        each = target - reference
        return float(each.mean()), float(each.std(ddof=1))
    spread = np.hypot(target.std(ddof=1), reference.std(ddof=1))
    return float(target.mean() - reference.mean()), float(spread)


def relative_quantity(
    sample: tuple[Floats, Floats], calibrator: tuple[Floats, Floats], *, same_well: bool
) -> RelativeQuantity:
    """The 2^−ΔΔCq method for one sample against its calibrator, each given as (target, reference) Cq values.

    The bounds are 2^−(ΔΔCq ± SD) with the SD of the sample's ΔCq alone: Livak & Schmittgen treat the calibrator's as
    an arbitrary constant. They are neither a confidence interval nor about donors.
    """
    dcq, sd = delta_cq(*sample, same_well=same_well)
    base, _ = delta_cq(*calibrator, same_well=same_well)
    ddcq = dcq - base
    bounds = {"rq": 2.0**-ddcq, "rq_low": 2.0 ** -(ddcq + sd), "rq_high": 2.0 ** -(ddcq - sd)}
    return RelativeQuantity(dcq=dcq, dcq_calibrator=base, ddcq=ddcq, sd=sd, **bounds)


def ddcq_pooled_t(treated: Floats, control: Floats, confidence: float = 0.95) -> tuple[float, float, float]:
    """Mean difference of two groups of ΔCq with Student's interval on the pooled variance: estimate, low, high.

    Source: Yuan et al. 2006, BMC Bioinformatics 7:85 (its t-test).
    """
    from scipy.special import stdtrit

    df = len(treated) + len(control) - 2
    squares = ((treated - treated.mean()) ** 2).sum() + ((control - control.mean()) ** 2).sum()
    se = np.sqrt(squares / df * (1 / len(treated) + 1 / len(control)))
    estimate, half = treated.mean() - control.mean(), stdtrit(df, 0.5 + confidence / 2) * se
    return float(estimate), float(estimate - half), float(estimate + half)


def hodges_lehmann(treated: Floats, control: Floats) -> float:
    """Median of all pairwise differences: the shift that goes with Wilcoxon's rank-sum test."""
    return float(np.median(treated[:, None] - control[None, :]))
