"""What the siRNA leaves of TRPM7, as a stand-in for rho."""

import numpy as np
import pytest

from mgassay.effects.shares.knockdown import knockdown_from_means


def test_residual_per_donor_with_its_interval(lab):
    """Residuals 1/4 and 1/8: log2 −2, −3, mean −2.5; half-width 12.7062 · .5 (sd .7071/√2)."""
    log2 = {"scr_08": [0, 1], "si_08": [-2, -2], "scr_20": [0, np.nan], "si_20": [-1, 4]}
    means = lab.means({"gene:TRPM7": {c: np.array(v) * np.log(2) for c, v in log2.items()}, "gene:RUNX2": {}})
    reference, raised = knockdown_from_means(lab.sirna, means)
    assert (reference.block, reference.level, reference.donors) == ("siTRPM7", "reference", ("D1", "D2"))
    assert reference.residual == pytest.approx(2**-2.5)
    half = 12.706205 * 0.5
    assert reference.limits == pytest.approx((2 ** (-2.5 - half), 2 ** (-2.5 + half)))
    assert (raised.level, raised.donors, raised.residual) == ("raised", ("D1",), pytest.approx(0.5))
    assert np.isnan(raised.limits).all()


def test_what_was_not_detected_is_an_upper_bound(lab):
    means = lab.means({"gene:TRPM7": {"scr_08": [0, 0], "si_08": [-2, -3]}})
    flagged = means.assign(flag=means["flag"].where(means["condition"] == "scr_08", "undetermined;floor"))
    (found,) = knockdown_from_means(lab.sirna, flagged)
    assert found.flag.split(";")[-1] == "upper_bound"


def test_nothing_where_trpm7_or_the_arm_was_not_measured(lab):
    assert knockdown_from_means(lab.sirna, lab.means({"gene:RUNX2": {"scr_08": [0], "si_08": [1]}})) == ()
    assert knockdown_from_means(lab.sirna, lab.means({"gene:TRPM7": {"scr_08": [0], "si_20": [1]}})) == ()
    inhibitor = lab.experiment([lab.condition("ca_08", 0.8), lab.condition("apb_08", 0.8, inhibitor="2-APB")])
    assert knockdown_from_means(inhibitor, lab.means({"gene:TRPM7": {"ca_08": [0], "apb_08": [1]}})) == ()
