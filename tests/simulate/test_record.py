"""truth.toml: the true values by section, and how they are written."""

import math
import tomllib

import pytest

from mgassay import __version__
from mgassay.simulate.record import truth_toml, truth_values
from mgassay.simulate.truth import NOISELESS, Noise, Truth


def test_effects_and_shares_by_hand():
    # T ln 10, B ln 2, A 0 without noise: additive 1 − 1/10 = .9, 1 − 1/2 = .5, 0; intracellular (.9 − .5)/.9 = 4/9
    truth = Truth(total=math.log(10), blocked=math.log(2), acellular=0.0, noise=NOISELESS)
    values = truth_values(truth, 1, "x")
    assert values["effects"]["log"]["2-APB"] == {"total": math.log(10), "blocked": math.log(2), "acellular": 0.0}
    expected = pytest.approx({"total": 0.9, "blocked": 0.5, "acellular": 0.0})
    assert values["effects"]["additive"]["siTRPM7"] == expected
    assert values["effects"]["additive_median_donor"]["siTRPM7"] == expected  # no spread: the mean is the median
    assert values["shares"]["additive"]["2-APB"]["intracellular"] == pytest.approx(4 / 9)
    assert values["shares"]["log"]["2-APB"]["intracellular"] == pytest.approx(1 - math.log(2) / math.log(10))


def test_the_mean_donor_is_not_the_median_donor():
    # s = 0.5: mean 1 − exp(−1.4 + 0.25), median 1 − exp(−1.4)
    effects = truth_values(Truth(noise=Noise(donor_arm=0.5)), 1, "x")["effects"]
    assert effects["additive"]["2-APB"]["total"] == pytest.approx(1 - math.exp(-1.15), rel=1e-14)
    assert effects["additive_median_donor"]["2-APB"]["total"] == pytest.approx(1 - math.exp(-1.4), rel=1e-14)


def test_blocks_that_differ_stand_apart():
    values = truth_values(Truth(blocked_sirna=0.9, main_2apb=0.2, main_sirna=-0.1), 1, "x")
    blocked = {block: effect["blocked"] for block, effect in values["effects"]["log"].items()}
    assert blocked == {"2-APB": 0.6, "siTRPM7": 0.9}
    assert values["block_main"] == {"2-APB": 0.2, "siTRPM7": -0.1}


def test_what_the_experiment_was_made_with():
    truth = Truth(donors=3, images=False, noise=Noise(cq=0.5))
    values = truth_values(truth, 42, "exp-1")
    assert [values[k] for k in ("experiment", "seed", "version", "donors", "acellular_runs")] == [
        "exp-1",
        42,
        __version__,
        3,
        3,
    ]
    assert values["noise"]["cq"] == 0.5
    assert (values["parameters"]["images"], values["parameters"]["qpcr"]) == (False, True)
    # apex of a + b·c − d·c² at b/(2d): 0.0165/4.4e-5 = 375 and 1.05e-3/2.2e-7 = 4772.7 ug/mL
    apex = {k: values["parameters"][f"curve_{k}"]["apex_ug_per_mL"] for k in ("calcium", "protein")}
    assert apex == {"calcium": pytest.approx(375.0), "protein": pytest.approx(4772.7272727)}


def test_genes_fall_by_mineral_and_by_entry():
    # RUNX2: 0.5 per log mineral, −0.6 per entry effect: −0.5 · 1.4 = −0.7 and −0.6 · (1.4 − 0.6) = −0.48
    runx2 = truth_values(Truth(), 1, "x")["genes"]["RUNX2"]
    assert runx2 == pytest.approx({"intact": -1.18, "2-APB": -0.3, "siTRPM7": -0.3, "mediated": -0.7, "direct": -0.48})


def test_rho_stands_only_where_it_was_measured():
    assert "rho" not in truth_values(Truth(), 1, "x")
    values = truth_values(Truth(rho=0.25), 1, "x")
    assert values["rho"] == 0.25
    # (1.4 − 0.6)/1.4/(1 − 0.25) = 0.8/1.05
    assert values["shares"]["log"]["2-APB"]["intracellular_corrected"] == pytest.approx(0.8 / 1.05)
    assert "intracellular_corrected" not in values["shares"]["additive"]["2-APB"]


@pytest.mark.parametrize("truth", [Truth(), Truth(rho=0.1, images=False), Truth(total=1e-5, blocked=0.1, donors=1)])
def test_toml_gives_back_every_value_exactly(truth):
    values = truth_values(truth, 20170801, "x")
    assert tomllib.loads(truth_toml(values)) == values


def test_a_share_of_no_effect_is_nan_in_toml_too():
    written = truth_toml(truth_values(Truth(total=0.0, blocked=0.0, acellular=0.0), 1, "x"))
    assert math.isnan(tomllib.loads(written)["shares"]["log"]["2-APB"]["passive"])


def test_the_text_is_plain_keys_first_and_quotes_where_toml_asks():
    values = {
        "id": 'a "b" µ',
        "flag": True,
        "small": 1e-05,
        "deep": {"only": {"2-APB": 1, "x_1": 2, "µ": 0.5}},
        "last": 3,
    }
    body = truth_toml(values).split("\n\n", 1)[1]
    assert body == (
        'id = "a \\"b\\" \\u00b5"\nflag = true\nsmall = 1e-05\nlast = 3\n\n'
        '[deep.only]\n"2-APB" = 1\nx_1 = 2\n"\\u00b5" = 0.5\n\n'
    )
    assert tomllib.loads(truth_toml(values)) == values


def test_every_line_of_the_head_is_a_comment():
    head = truth_toml({"x": 1}).split("\n\n", 1)[0]
    assert all(line.startswith("# ") for line in head.splitlines())
