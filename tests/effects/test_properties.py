"""What must not matter to an answer, and what must turn it round: through the tables, on drawn log means."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.effects.verdict.conftest import checks_from_means

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.contrasts.series import with_doses
from mgassay.effects.shares.corrected import with_rho
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.verdict import verdict_from_tables
from mgassay.problems import Problems

DONORS = 4
LIVE = ("scr_08", "scr_20", "si_08", "si_20")
CHECKS_KEY = ["readout", "block", "check", "subject"]
NUMBERS = ["estimate", "se", "df", "ci_low", "ci_high", "p", "p_adjusted"]
seeds = st.integers(0, 10_000)
few = settings(max_examples=5, deadline=None, derandomize=True)  # a third of a second each


def drawn(lab, seed, readouts=("calcium", "alizarin_od"), gaps=True):
    """MEANS of drawn arms: T near 1, B near .5, A near .2; one donor of one readout may lack an arm."""
    rng = np.random.default_rng(seed)
    effects = {"scr_20": 1.0, "si_20": 0.5, "acell_20": 0.2}
    values = {}
    for readout in readouts:
        donor = rng.normal(3, 0.4, DONORS)
        values[readout] = {arm: donor - effects.get(arm, 0.0) + rng.normal(0, 0.15, DONORS) for arm in lab.arms}
    if gaps and seed % 2:
        values[readouts[0]]["si_20"][seed % DONORS] = np.nan
    steps = {arm: rng.normal({"scr_20": 0.4, "si_20": 0.1}.get(arm, 0.0), 0.03, DONORS) for arm in LIVE}
    return lab.means({**values, "mg_intracellular": steps})


def answers(experiment, means):
    """Effects, shares with rho, checks and verdict."""
    effects = effects_from_means(experiment, means)
    shares, rho = with_rho(experiment, shares_from_means(experiment, means), means, Problems())
    checks = checks_from_means(experiment, means)
    facts, verdict = verdict_from_tables(experiment, means, effects, shares, checks)
    return {"effects": effects, "shares": shares, "rho": rho, "checks": checks, "facts": facts}, verdict


def same(found, expected):
    """Tables alike but for the last digits of a float."""
    assert found.keys() == expected.keys()
    for name in expected:
        pd.testing.assert_frame_equal(found[name], expected[name], rtol=1e-8, atol=1e-9)


@few
@given(seed=seeds, order=st.permutations(range(DONORS)))
def test_the_names_of_donors_and_the_order_of_rows_change_nothing(lab, seed, order):
    """Which donor is called what decides the row of leave_one_out, and nothing else."""
    means = drawn(lab, seed)
    names = {f"D{i + 1}": f"donor {k}" for i, k in enumerate(order)}
    renamed = means.assign(donor=means["donor"].map(names)).sample(frac=1, random_state=seed)
    renamed = tables.MEANS.frame(renamed.reset_index(drop=True))
    (one, first), (two, second) = answers(lab.sirna, means), answers(lab.sirna, renamed)
    checks = two["checks"].assign(subject=two["checks"]["subject"].replace({v: k for k, v in names.items()}))
    two["checks"] = checks.set_index(CHECKS_KEY).loc[one["checks"].set_index(CHECKS_KEY).index].reset_index()
    two["checks"] = two["checks"][one["checks"].columns]
    same(two, one)
    assert second == first


@few
@given(seed=seeds, factor=st.floats(0.001, 1000), shifts=st.lists(st.floats(-3, 3), min_size=DONORS, max_size=DONORS))
def test_another_unit_and_a_constant_of_each_donor_change_nothing(lab, seed, factor, shifts):
    """Amounts times a factor are log means plus its logarithm; a donor that mineralises more does so in every arm."""
    means = drawn(lab, seed)
    by_donor = means["donor"].map({f"D{i + 1}": shift for i, shift in enumerate(shifts)})
    moved = means.assign(log_mean=means["log_mean"] + np.log(factor) + by_donor)
    (one, first), (two, second) = answers(lab.sirna, means), answers(lab.sirna, moved)
    same(two, one)
    assert second == first


@few
@given(seed=seeds)
def test_exchanging_intact_and_blocked_turns_the_answer_round(lab, seed):
    """T' = B and B' = T: interaction and block_main change sign; with s = (T-B)/T the inner share is s/(s-1)."""
    means = drawn(lab, seed)
    other = {"scr_08": "si_08", "scr_20": "si_20", "si_08": "scr_08", "si_20": "scr_20"}
    turned = means.assign(condition=means["condition"].replace(other))
    (one, _), (two, _) = answers(lab.sirna, means), answers(lab.sirna, tables.MEANS.frame(turned))
    plain, swapped = (t["effects"].set_index(["contrast", "readout", "scale", "method"]) for t in (one, two))
    for contrast, partner in (("total", "blocked"), ("blocked", "total")):
        pd.testing.assert_frame_equal(swapped.loc[contrast][NUMBERS], plain.loc[partner][NUMBERS], rtol=1e-8)
    for contrast in ("interaction", "block_main"):
        assert swapped.loc[contrast]["estimate"].to_numpy() == pytest.approx(
            -plain.loc[contrast]["estimate"].to_numpy()
        )
        assert swapped.loc[contrast]["ci_low"].to_numpy() == pytest.approx(-plain.loc[contrast]["ci_high"].to_numpy())
        assert swapped.loc[contrast]["p"].to_numpy() == pytest.approx(plain.loc[contrast]["p"].to_numpy())
    inner, turned_inner = (t["shares"].query("share == 'intracellular'") for t in (one, two))
    s = inner["estimate"].to_numpy()
    assert turned_inner["estimate"].to_numpy() == pytest.approx(s / (s - 1))


@few
@given(seed=seeds)
def test_a_readout_that_is_no_mineral_changes_the_answer_of_no_mineral(lab, seed):
    """Genes and ALP more: every row that was there stays, p_adjusted too; theirs is that of their own families."""
    means = drawn(lab, seed)
    more = drawn(lab, seed + 1, ("gene:RUNX2", "gene:ALPL", "alp"), gaps=False)
    more = more[more["readout"] != "mg_intracellular"]
    both = tables.MEANS.frame(pd.concat([means, more]).sort_values("readout", kind="stable", ignore_index=True))
    (one, first), (two, second) = answers(lab.sirna, means), answers(lab.sirna, both)
    known = two["effects"]["readout"].isin(means["readout"])
    left = two["effects"][known].reset_index(drop=True)
    same({**two, "effects": left}, one)
    assert second == first
    alone, _ = answers(lab.sirna, tables.MEANS.frame(more.reset_index(drop=True)))
    genes = two["effects"][~known].reset_index(drop=True)
    pd.testing.assert_frame_equal(genes, alone["effects"], rtol=1e-8)


@few
@given(seed=seeds)
def test_another_mineral_readout_changes_p_adjusted_and_nothing_else(lab, seed):
    """Holm over two readouts: no adjusted p falls when a second one is asked."""
    means = drawn(lab, seed)
    alone = tables.MEANS.frame(means[means["readout"] != "alizarin_od"].reset_index(drop=True))
    (two, _), (one, _) = answers(lab.sirna, means), answers(lab.sirna, alone)
    of_both = two["effects"].query("readout != 'alizarin_od'").reset_index(drop=True)
    columns = [c for c in of_both.columns if c != "p_adjusted"]
    pd.testing.assert_frame_equal(of_both[columns], one["effects"][columns], rtol=1e-8)
    assert (of_both["p_adjusted"] >= one["effects"]["p_adjusted"] - 1e-12).all()
    changed = of_both["readout"] == "calcium"
    assert (of_both["p_adjusted"] >= of_both["p"])[changed].all()
    assert of_both["p_adjusted"][~changed].tolist() == pytest.approx(one["effects"]["p_adjusted"][~changed].tolist())


@few
@given(seed=seeds, factor=st.floats(0.01, 100))
def test_a_dose_series_knows_no_unit_and_no_order(lab, seed, factor):
    """Every question of an experiment that asks everything, rows shuffled and in another unit."""
    means = lab.every_means("calcium")
    scatter = np.random.default_rng(seed).normal(0, 0.05, len(means))
    means = means.assign(log_mean=means["log_mean"] + scatter)
    shuffled = means.assign(log_mean=means["log_mean"] + np.log(factor)).sample(frac=1, random_state=seed)
    one, two = (
        with_doses(lab.every, effects_from_means(lab.every, m), m)
        for m in (means, tables.MEANS.frame(shuffled.reset_index(drop=True)))
    )
    pd.testing.assert_frame_equal(two, one, rtol=1e-7, atol=1e-8)
    assert (one["contrast"] == "dose").sum() == 2 * 2 * 3  # intact and blocked, by two methods, three levels


@few
@given(seed=seeds)
def test_shares_follow_from_effects(lab, seed):
    """What shares.csv says is what effects.csv says, divided; where all donors have all arms."""
    means = drawn(lab, seed, gaps=False)
    found, _ = answers(lab.sirna, means)
    effects = found["effects"].set_index(["readout", "scale", "contrast", "method"])["estimate"].to_dict()
    shares = found["shares"].set_index(["readout", "scale", "share", "method"])["estimate"].to_dict()
    for readout in ("calcium", "alizarin_od"):
        for scale in ("log", "additive"):
            total, blocked, a = (effects[readout, scale, c, "donor_t"] for c in ("total", "blocked", "acellular"))
            expected = {"passive": a / total, "surface": (blocked - a) / total, "intracellular": 1 - blocked / total}
            of = {share: shares[readout, scale, share, "fieller_donor"] for share in expected}
            assert of == pytest.approx(expected)
            assert sum(of.values()) == pytest.approx(1.0)
