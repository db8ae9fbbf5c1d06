import numpy as np
import pytest

from mgassay.simulate.biology import ACELLULAR, LIVE, grow_culture
from mgassay.simulate.truth import NOISELESS, Truth

TRUTH = Truth(donors=5, total=1.1, blocked=0.7, blocked_sirna=0.5, acellular=0.2, noise=NOISELESS)


def _effect(values, names, reference, raised, background):
    """log(reference - background) - log(raised - background) by unit, rep by rep, worked out here."""
    at = {name: values[:, i] - values[:, names.index(background)] for i, name in enumerate(names)}
    return np.log(at[reference]) - np.log(at[raised])


@pytest.mark.parametrize(
    ("reference", "raised", "true"),
    [
        ("ca_mg08", "ca_mg20", 1.1),
        ("scr_mg08", "scr_mg20", 1.1),
        ("apb_mg08", "apb_mg20", 0.7),
        ("si_mg08", "si_mg20", 0.5),
        ("ca_mg08", "ppi_mg08", 1.1),
        ("ca_mg08", "lowpi_mg08", 1.1),
        ("apb_mg08", "ca_mg08", 0.10),
        ("si_mg08", "scr_mg08", 0.05),
    ],
)
def test_without_noise_the_wells_hold_the_truth(reference, raised, true):
    culture = grow_culture(TRUTH, seed=3)
    for wells in (culture.calcium_ug_per_mg, culture.calcium_ug):
        np.testing.assert_allclose(_effect(wells, LIVE, reference, raised, "control"), true, atol=1e-12)


def test_without_noise_acellular_wells_hold_a():
    wells = grow_culture(TRUTH, seed=3).acellular_ug
    effect = _effect(wells, ACELLULAR, "acell_mg08", "acell_mg20", "acell_control")
    np.testing.assert_allclose(effect, 0.2, atol=1e-12)
    less = _effect(wells, ACELLULAR, "acell_mg08", "acell_lowpi", "acell_control")
    np.testing.assert_allclose(less, 1.2, atol=1e-12)


def test_the_population_mean_of_the_effect_is_the_truth():
    # 300 experiments of 99 donors: the mean of 29,700 effects has SD 0.099 / sqrt(29700) = 0.0006
    live = np.concatenate([grow_culture(Truth(donors=99), seed).log_mineral for seed in range(300)])
    arm = {name: live[:, i] for i, name in enumerate(LIVE)}
    assert np.mean(arm["ca_mg08"] - arm["ca_mg20"]) == pytest.approx(1.4, abs=0.0024)
    assert np.mean(arm["si_mg08"] - arm["si_mg20"]) == pytest.approx(0.6, abs=0.0024)
    assert np.std(arm["ca_mg08"] - arm["ca_mg20"]) == pytest.approx(0.07 * np.sqrt(2), rel=0.03)


def test_protein_knows_nothing_of_magnesium():
    weak, strong = (grow_culture(Truth(total=t, blocked=0.1), seed=5) for t in (0.2, 2.0))
    np.testing.assert_array_equal(weak.protein_mg, strong.protein_mg)
    assert np.log(weak.protein_mg).std() == pytest.approx(0.10, rel=0.2)


def test_control_wells_hold_background_only():
    culture = grow_culture(TRUTH, seed=3)
    np.testing.assert_allclose(culture.calcium_ug_per_mg[:, LIVE.index("control")], 2.0)
