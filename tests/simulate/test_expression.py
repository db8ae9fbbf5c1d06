import numpy as np
import pytest

from mgassay.simulate.biology import LIVE, grow_culture
from mgassay.simulate.expression import GENES, cq_from_culture, log2_fold_changes, pcr_plates
from mgassay.simulate.truth import NOISELESS, Truth

TARGETS = [*(g.name for g in GENES), "GAPDH", "RPLP0"]


def _minus_ddcq(truth, gene, reference, raised):
    """log2 fold change by hand: target against the mean of the reference genes, raised against reference."""
    cq = cq_from_culture(grow_culture(truth, 1), truth, 1).mean(axis=-1)
    dcq = cq[..., TARGETS.index(gene)] - cq[..., -2:].mean(axis=-1)
    return dcq[:, LIVE.index(reference)] - dcq[:, LIVE.index(raised)]


def test_runx2_worked_by_hand():
    # mediated 0.5 per log unit: -0.5 * 1.4; direct -0.6 per unit of what happens inside, T - B = 0.8
    change = log2_fold_changes(Truth())["RUNX2"]
    assert change["intact"] == pytest.approx(-0.7 - 0.48)
    assert change["2-APB"] == change["siTRPM7"] == pytest.approx(-0.5 * 0.6)
    assert change["direct"] == pytest.approx(-0.48)


def test_what_still_enters_acts_under_block_too():
    # rho 0.2: inside = 0.8 / 0.8 = 1; under block a fifth of it is left
    change = log2_fold_changes(Truth(rho=0.2))["RUNX2"]
    assert change["intact"] == pytest.approx(-0.7 - 0.6)
    assert change["siTRPM7"] == pytest.approx(-0.3 - 0.12)


@pytest.mark.parametrize("gene", [g.name for g in GENES])
@pytest.mark.parametrize("rho", [None, 0.25])
def test_quiet_cq_hold_the_truth(gene, rho):
    truth = Truth(rho=rho, noise=NOISELESS)
    change = log2_fold_changes(truth)[gene]
    for name, arm in (("intact", "ca"), ("intact", "scr"), ("2-APB", "apb"), ("siTRPM7", "si")):
        found = _minus_ddcq(truth, gene, f"{arm}_mg08", f"{arm}_mg20")
        np.testing.assert_allclose(found, change[name], atol=1e-12)


def test_the_comparator_leaves_what_is_direct():
    truth = Truth(noise=NOISELESS)
    found = _minus_ddcq(truth, "RUNX2", "ppi_mg08", "ca_mg20")
    np.testing.assert_allclose(found, log2_fold_changes(truth)["RUNX2"]["direct"], atol=1e-12)


def test_sirna_lowers_trpm7_to_three_tenths():
    found = _minus_ddcq(Truth(noise=NOISELESS), "TRPM7", "scr_mg08", "si_mg08")
    np.testing.assert_allclose(found, np.log2(0.3), atol=1e-12)


def test_osteogenic_genes_rise_with_calcification():
    for gene in ("RUNX2", "BMP2", "BGLAP", "ALPL"):
        assert (_minus_ddcq(Truth(noise=NOISELESS), gene, "control", "ca_mg08") > 1.5).all()


def test_plates_hold_two_donors_each_and_clean_controls():
    truth = Truth(donors=3)
    runs = pcr_plates(grow_culture(truth, 4), truth, 4)
    assert [len(run) for run in runs] == [2 * 11 * 7 * 2 + 14, 11 * 7 * 2 + 14]
    assert all((w.cq is None) == (w.task == "NTC") for run in runs for w in run)
    assert max(w.index for run in runs for w in run) < 384
