"""Which rho a block has, from which readout, and when it may be rested on."""

import numpy as np
import pytest

from mgassay.design import arms_of_blocks
from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.means.panels import panels_from_means
from mgassay.effects.shares.rho import rho_of_arms, rhos_of_arms
from mgassay.problems import Problems

STEPS = np.array([0.30, 0.40, 0.35])
MG = {"scr_08": [0.0] * 3, "scr_20": STEPS, "si_08": [0.1] * 3, "si_20": 0.1 + 0.2 * STEPS + [0.01, -0.01, 0.0]}
MRNA = {"scr_08": [0.0, 1.0, 0.5], "si_08": np.array([0.0, 1.0, 0.5]) + np.log([0.2, 0.4, 0.2])}


def panels(means):
    return {p.readout: p for p in panels_from_means(means)}


def sirna_arms(lab):
    return next(a for a in arms_of_blocks(lab.sirna) if a.name == "siTRPM7")


def rhos(lab, readouts, flags=None):
    means = lab.means(readouts)
    flagged = [(flags or {}).get((r, c), "") for r, c in zip(means["readout"], means["condition"], strict=True)]
    held = panels(means.assign(flag=flagged))
    return rho_of_arms(sirna_arms(lab), held), rhos_of_arms(sirna_arms(lab), held)


def test_rho_of_rs_data(lab):
    means = means_from_amounts(lab.sirna, lab.golden("balanced"), Problems())
    rho = rho_of_arms(sirna_arms(lab), panels(means))
    assert float(rho.found.estimate) == pytest.approx(0.26294, abs=5e-6)
    assert (rho.source, rho.donors, rho.flag) == ("mg_intracellular", ("D1", "D2", "D3", "D4"), "")
    assert rho.measured
    assert rho.told
    assert rho.below(float(rho.found.high) + 1e-9)
    assert not rho.below(float(rho.found.high))


def test_mg_itself_comes_before_its_proxy(lab):
    rho, every = rhos(lab, {"mg_intracellular": MG, "gene:TRPM7": MRNA})
    assert [r.source for r in every] == ["mg_intracellular", "gene:TRPM7"]
    assert rho is not None
    assert rho.source == "mg_intracellular"
    assert float(rho.found.estimate) == pytest.approx(0.2)  # .2 of 1.05, and deviations that add up to 0


def test_a_proxy_stands_in_and_says_so(lab):
    """Geometric mean of .2, .4 and .2: 2.5198 of ten."""
    rho, _ = rhos(lab, {"gene:TRPM7": MRNA})
    assert float(rho.found.estimate) == pytest.approx(0.25198, abs=1e-5)
    assert (rho.source, rho.flag, rho.measured) == ("gene:TRPM7", "proxy_rho", False)
    intact, blocked = rho.steps
    assert blocked.mean() / intact.mean() == pytest.approx(0.25198, abs=1e-5)


@pytest.mark.parametrize(
    ("flags", "direction"),
    [
        ({"si_20": "floor"}, "upper_bound"),  # the blocked step is at most what it is
        ({"si_20": "above_curve"}, "lower_bound"),
        ({"scr_20": "above_curve"}, "upper_bound"),  # the intact step is at least what it is
        ({"scr_08": "floor"}, "upper_bound"),
        ({"si_08": "floor"}, "lower_bound"),
        ({"scr_20": "floor", "scr_08": "floor"}, ""),
    ],
)
def test_a_bound_is_no_rho_and_the_proxy_stands_in(lab, flags, direction):
    given = {("mg_intracellular", c): f for c, f in flags.items()}
    rho, (magnesium, _) = rhos(lab, {"mg_intracellular": MG, "gene:TRPM7": MRNA}, given)
    assert magnesium.flag.split(";")[-1] == (direction or "floor")
    assert (magnesium.is_bound, magnesium.told, magnesium.measured) == (True, False, False)
    assert not magnesium.below(0.5)
    assert rho.source == "gene:TRPM7"
    alone, _ = rhos(lab, {"mg_intracellular": MG}, given)
    assert alone.is_bound


def test_a_donor_lost_to_a_bound_without_a_number_leaves_rho_a_bound(lab):
    means = lab.means({"mg_intracellular": MG})
    lost = (means["condition"] == "scr_20") & (means["donor"] == "D2")
    gone = means.assign(log_mean=means["log_mean"].mask(lost), flag=np.where(lost, "above_curve", ""))
    rho = rho_of_arms(sirna_arms(lab), panels(gone))
    assert (rho.donors, rho.flag) == (("D1", "D3"), "above_curve")
    assert not rho.measured


@pytest.mark.parametrize("arm", MG)
def test_a_donor_with_an_arm_that_was_not_run_is_left_out(lab, arm):
    missing = {**MG, arm: [np.nan, *MG[arm][1:]]}
    rho, _ = rhos(lab, {"mg_intracellular": missing})
    assert (rho.donors, rho.flag) == (("D2", "D3"), "")


def test_nothing_without_the_four_arms(lab):
    assert rhos(lab, {"mg_intracellular": {c: v for c, v in MG.items() if c != "si_20"}}) == (None, ())
    assert rhos(lab, {"calcium": MG}) == (None, ())
    plain = lab.experiment([lab.condition("scr_08", 0.8), lab.condition("scr_20", 2.0)])
    (arms,) = arms_of_blocks(plain)
    assert rho_of_arms(arms, panels(lab.means({"mg_intracellular": MG, "gene:TRPM7": MRNA}))) is None


def test_one_donor_has_a_rho_that_nothing_may_be_corrected_by(lab):
    rho, _ = rhos(lab, {"mg_intracellular": {c: v[:1] for c, v in MG.items()}})
    assert float(rho.found.estimate) == pytest.approx((0.2 * 0.3 + 0.01) / 0.3)
    assert (str(rho.found.kind), rho.told, rho.measured) == ("unbounded", False, True)


def test_fewer_donors_have_their_own_rho(lab):
    rho, _ = rhos(lab, {"mg_intracellular": MG})
    pair = rho.of(("D3", "D1", "elsewhere"))
    assert pair.donors == ("D1", "D3")
    assert float(pair.found.estimate) == pytest.approx((0.07 + 0.07) / 0.65)
