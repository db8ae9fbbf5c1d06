"""R's numbers that no table holds: the same estimators on arrays, and that every row of R.csv is asked somewhere."""

import numpy as np
import pytest

from mgassay.effects.contrasts.contrasts import CONTRASTS
from mgassay.effects.estimators.anova import fit_block_anova
from mgassay.effects.estimators.intervals import donor_estimate, t_quantile
from mgassay.effects.means.means import means_from_amounts
from mgassay.problems import Problems

DATA = ("balanced", "unbalanced")
# Weights over the arms of conftest.ARMS: live intact and blocked at both Mg levels, then acellular.
SIX = {
    "T": (1, -1, 0, 0, 0, 0),
    "B": (0, 0, 1, -1, 0, 0),
    "A": (0, 0, 0, 0, 1, -1),
    "T-B": (1, -1, -1, 1, 0, 0),
    "B-A": (0, 0, 1, -1, -1, 1),
}
LIVE = {"T": "total", "B": "blocked", "T-B": "interaction", "block_main": "block_main"}
COLUMNS = ["estimate", "se", "ci_low", "ci_high", "p"]


def matrices(lab, data):
    """Log means (donors, arms) of calcium (six arms) and of Mg_i (four)."""
    means = means_from_amounts(lab.sirna, lab.golden(data), Problems())
    by = means.pivot(index=["readout", "donor"], columns="condition", values="log_mean")[list(lab.arms)]
    return by.loc["calcium"].to_numpy(), by.loc["mg_intracellular"].to_numpy()[:, :4]


def rows(lab, data, model):
    found = lab.expected(data).query("model == @model").set_index("contrast")
    assert len(found)
    return found.to_dict("index").items()


def numbers(estimate):
    low, high = estimate.limits()
    return [float(x) for x in (estimate.estimate, estimate.se, low, high, estimate.p())]


@pytest.mark.parametrize("data", DATA)
def test_least_squares_of_donor_and_six_arms(lab, data):
    fit = fit_block_anova(matrices(lab, data)[0])
    for contrast, row in rows(lab, data, "lm donor+arm on means, all six"):
        found = fit.contrast(np.array(SIX[contrast], dtype=float))
        assert numbers(found) == pytest.approx([row[c] for c in COLUMNS], abs=1e-9)
        assert found.df == row["df"]


@pytest.mark.parametrize("data", DATA)
def test_t_of_any_contrast_paired_by_donor(lab, data):
    """Here acellular wells are paired with donors, as they are in R's call."""
    y = matrices(lab, data)[0]
    for contrast, row in rows(lab, data, "paired t on donor contrasts"):
        found = donor_estimate(y @ np.array(SIX[contrast], dtype=float))
        assert numbers(found) == pytest.approx([row[c] for c in COLUMNS], abs=1e-9)
        assert found.df == row["df"]


@pytest.mark.parametrize("model", ["lmer KR, all six", "lmer Satterthwaite, all six"])
def test_without_gaps_the_mixed_model_of_wells_is_the_block_anova_of_means(lab, model):
    """lmer(ly ~ arm + (1|donor) + (1|donor:arm)) on wells; its optimiser stops within 3e-7 of the variances."""
    fit = fit_block_anova(matrices(lab, "balanced")[0])
    for contrast, row in rows(lab, "balanced", model):
        found = fit.contrast(np.array(SIX[contrast], dtype=float))
        assert numbers(found) == pytest.approx([row[c] for c in COLUMNS], abs=1e-6)
        assert float(found.df) == pytest.approx(row["df"], abs=1e-5)


def test_and_so_it_is_on_the_four_live_arms(lab):
    fit = fit_block_anova(matrices(lab, "balanced")[0][:, :4])
    for contrast, row in rows(lab, "balanced", "lmer KR, live"):
        found = fit.contrast(np.array(CONTRASTS[LIVE[contrast]]))
        assert numbers(found) == pytest.approx([row[c] for c in COLUMNS], abs=1e-6)
        assert float(found.df) == pytest.approx(row["df"], abs=1e-9)


@pytest.mark.parametrize("data", DATA)
def test_what_decides_whether_fiellers_set_ends(lab, data):
    """a = D^2 - t^2 var(D): D is T by donors (df 3) or by block ANOVA (df 9), or the Mg_i step that entry makes."""
    y, mg = matrices(lab, data)
    total, entry = np.array(CONTRASTS["total"]), -np.array(CONTRASTS["interaction"])
    whole = fit_block_anova(y[:, :4]).contrast(total)
    of = {
        "fraction_block": whole,
        "fraction_donor": donor_estimate(y[:, :4] @ total),
        "iv_beta_AR_donor": donor_estimate(mg @ entry),
    }
    for what, row in rows(lab, data, "Fieller, leading coefficient"):
        found = of[what]
        a = found.estimate**2 - t_quantile(found.df, 0.95) ** 2 * found.se**2
        assert float(a) == pytest.approx(row["estimate"], abs=1e-9)


def test_every_row_of_r_is_asked(lab):
    """Here, in test_contrasts.py (live least squares, paired t) or in test_shares.py (Fieller)."""
    here = {
        "lm donor+arm on means, all six",
        "paired t on donor contrasts",
        "lmer KR, all six",
        "lmer Satterthwaite, all six",
        "lmer KR, live",
        "Fieller, leading coefficient",
    }
    there = {"lm donor+arm on means, live", "Fieller"}
    counts = {data: lab.expected(data)["model"].value_counts() for data in DATA}
    assert set(counts["balanced"].index) == here | there
    assert counts["balanced"].sum() == 33
    assert counts["unbalanced"].sum() == 19
