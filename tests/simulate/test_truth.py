import math

import numpy as np
import pytest

from mgassay.errors import MgassayError
from mgassay.simulate.truth import (
    BLOCKS,
    NOISELESS,
    SCALES,
    Noise,
    Truth,
    effects_from_truth,
    shares_from_truth,
    stream,
)


def test_log_shares_worked_by_hand():
    # T 1.4, B 0.6, A 0.3: 0.3/1.4, 0.3/1.4, 0.8/1.4, 0.6/1.4
    shares = shares_from_truth(Truth(), "2-APB", "log")
    assert shares == pytest.approx(
        {"passive": 3 / 14, "surface": 3 / 14, "intracellular": 8 / 14, "extracellular": 6 / 14}
    )


def test_additive_share_of_90_against_50_percent_is_the_design_s_example():
    # 90 % against 50 % inhibition: (2.303 - 0.693) / 2.303 = .70 on the log scale, (.9 - .5) / .9 = .44 on the additive
    truth = Truth(total=math.log(10), blocked=math.log(2), noise=NOISELESS)
    assert shares_from_truth(truth, "2-APB", "log")["intracellular"] == pytest.approx(0.699, abs=5e-4)
    assert shares_from_truth(truth, "2-APB", "additive")["intracellular"] == pytest.approx(4 / 9)


def test_additive_truth_is_the_population_mean():
    truth = Truth(noise=Noise(donor_arm=0.3, run_arm=0.2))
    draws = np.random.default_rng(7).normal(size=(2, 2_000_000))
    donors = 1 - np.exp(-(1.4 + 0.3 * (draws[0] - draws[1])))
    runs = 1 - np.exp(-(0.3 + 0.2 * (draws[0] - draws[1])))
    exact = effects_from_truth(truth, "siTRPM7", "additive")
    assert exact["total"] == pytest.approx(donors.mean(), abs=3e-4)
    assert exact["acellular"] == pytest.approx(runs.mean(), abs=1e-3)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("block", BLOCKS)
def test_the_three_shares_make_a_whole(scale, block):
    shares = shares_from_truth(Truth(blocked_sirna=0.9), block, scale)
    assert shares["passive"] + shares["surface"] + shares["intracellular"] == pytest.approx(1)


def test_blocks_may_differ_and_rho_corrects():
    # (1.4 - 0.9) / ((1 - 0.3) * 1.4) = 0.5102
    truth = Truth(blocked_sirna=0.9, rho=0.3)
    assert shares_from_truth(truth, "siTRPM7", "log")["intracellular_corrected"] == pytest.approx(0.5 / 0.98)
    assert effects_from_truth(truth, "2-APB", "log")["blocked"] == 0.6


def test_nothing_to_share_is_nan():
    assert math.isnan(shares_from_truth(Truth(total=0, blocked=0, acellular=0), "2-APB", "log")["passive"])


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"donors": 0}, "donors"),
        ({"rho": 1.0}, "rho"),
        ({"total": 9.0}, "total"),
        ({"acellular": math.nan}, "acellular"),
        ({"image_size": (10, 10)}, "64 pixels"),
    ],
)
def test_impossible_truths_are_refused(wrong, named):
    with pytest.raises(MgassayError, match=named):
        Truth(**wrong)


def test_negative_noise_and_seed_are_refused():
    with pytest.raises(MgassayError, match="donor_arm"):
        Noise(donor_arm=-0.1)
    with pytest.raises(MgassayError, match="seed"):
        stream(-1, "biology")
