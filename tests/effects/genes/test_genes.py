import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.genes.genes import genes_from_effects


@pytest.fixture
def experiment(lab):
    rows = lab.sirna_conditions()
    rows += [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)]
    rows += [lab.condition("apb_08", 0.8, inhibitor="2-APB"), lab.condition("apb_20", 2.0, inhibitor="2-APB")]
    return lab.experiment([*rows, lab.condition("ppi", 0.8, comparator="pyrophosphate")])


def log2(*values):
    return np.array(values) * np.log(2)


def genes(experiment, means):
    found = genes_from_effects(experiment, effects_from_means(experiment, means), means)
    tables.GENES.check(found)
    assert not found.duplicated(list(tables.KEYS["genes"])).any()
    return found.set_index(["gene", "block", "estimand"])


def test_fold_change_is_minus_the_effect_in_log2(lab, experiment):
    """Expression falls by 2, 1 and 1.5 doublings; t of -1.5 with sd .5, n 3: half-width 4.302653 * .5/sqrt(3)."""
    means = lab.means({"gene:RUNX2": {"ca_08": log2(3, 2, 1), "ca_20": log2(1, 1, -0.5)}})
    row = genes(experiment, means).loc["RUNX2", "", "total"]
    half = 4.302653 * 0.5 / 3**0.5
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx([-1.5, -1.5 - half, -1.5 + half])
    assert row["n_donors"] == 3


def test_empty_block_is_untransfected_entry_and_blocks_have_their_own(lab, experiment):
    arms = {
        "ca_08": [1, 1],
        "ca_20": [0, 0.1],
        "scr_08": [5, 5],
        "scr_20": [0, 0.1],
        "si_08": [1, 1],
        "si_20": [1, 1.1],
    }
    found = genes(experiment, lab.means({"gene:BMP2": {**arms, "apb_08": [2, 2], "apb_20": [0, 0.2]}}))
    assert set(found.index) == {("BMP2", b, "total") for b in ("", "siTRPM7", "2-APB")}
    assert found.loc["BMP2", "", "total"]["estimate"] == pytest.approx(-0.95 / np.log(2))
    assert found.loc["BMP2", "2-APB", "total"]["estimate"] == pytest.approx(-1.9 / np.log(2))


def test_scramble_stands_for_intact_where_nothing_else_was_run(lab):
    means = lab.means({"gene:BMP2": {"scr_08": [1, 1], "scr_20": [0, 0.1]}})
    assert genes(lab.sirna, means).loc["BMP2", "", "total"]["estimate"] == pytest.approx(-0.95 / np.log(2))


def test_matched_mineral_compares_raised_mg_with_the_comparator(lab, experiment):
    """RUNX2: 1 - 0 and 1.5 - 0 doublings; ALPL: nothing. Holm over the two genes."""
    means = lab.means(
        {
            "gene:RUNX2": {"ca_20": log2(1, 1.5, 1.2), "ppi": log2(0, 0, 0)},
            "gene:ALPL": {"ca_20": log2(0.1, 0, -0.2), "ppi": log2(0, 0, 0)},
            "calcium": {"ca_20": [1, 1, 1], "ppi": [1, 1, 1]},
        }
    )
    found = genes(experiment, means)
    runx2, alpl = (found.loc[gene, "", "matched_mineral"] for gene in ("RUNX2", "ALPL"))
    assert runx2["estimate"] == pytest.approx(3.7 / 3)
    assert runx2["comparator"] == "pyrophosphate"
    assert runx2["p_adjusted"] == pytest.approx(2 * runx2["p"])
    assert alpl["p_adjusted"] == pytest.approx(alpl["p"])
    assert set(found.index.get_level_values("estimand")) == {"matched_mineral"}


def test_no_genes_no_rows(lab):
    assert genes(lab.sirna, lab.means({"calcium": {"scr_08": [1, 2], "scr_20": [0, 1]}})).empty


def test_adjusted_genes_are_one_family_whichever_comparators_they_have(lab):
    """ALPL lacks fetuin-A's second donor and has two others; Holm by hand: the smaller p twice, the larger once."""
    names = ("ppi", "fetuin", "low_pi")
    plain = [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)]
    experiment = lab.experiment([*plain, *(lab.condition(c, 0.8, comparator=c) for c in names)])
    rng = np.random.default_rng(6)
    arms = ("ca_20", "ca_08", *names)
    mineral = np.array([-1.2, 0, -1.2, -0.9, -0.5]) + rng.normal(0, 0.1, (4, 5))
    values = {g: mineral + rng.normal(0, 0.1, (4, 5)) for g in ("RUNX2", "ALPL")}
    values["ALPL"][:, 4] = np.nan
    by_readout = {"calcium": mineral, **{f"gene:{g}": v for g, v in values.items()}}
    means = lab.means({r: dict(zip(arms, v.T, strict=True)) for r, v in by_readout.items()})
    found = genes(experiment, means).xs("adjusted", level="estimand")
    assert found["comparator"].tolist() == ["ppi, fetuin", "ppi, fetuin, low_pi"]
    small, large = sorted(found["p"])
    assert sorted(found["p_adjusted"]) == pytest.approx(sorted([min(1, 2 * small), max(2 * small, large)]))


def test_only_the_declared_question_has_rows(lab):
    """Day 14 is primary; day 7 falls twice as far and stays in effects.csv."""
    rows = [lab.condition(f"d{d}_{m}", mg, day=d) for d in ("7", "14") for m, mg in (("08", 0.8), ("20", 2.0))]
    values = {"d7_08": log2(4, 4), "d7_20": log2(0, 0.2), "d14_08": log2(2, 2), "d14_20": log2(0, 0.2)}
    row = genes(lab.experiment(rows), lab.means({"gene:RUNX2": values})).loc["RUNX2", "", "total"]
    assert row["estimate"] == pytest.approx(-1.9)


def test_the_likelihood_is_taken_where_donors_give_a_bound_and_left_where_they_give_a_value(lab, experiment):
    """Both genes fall by 1 doubling by donors, RUNX2 as a bound; the likelihood's rows, made up here, say 3."""
    values = {"ca_08": log2(3, 2, 1), "ca_20": log2(2, 1, 0)}
    means = lab.means({"gene:RUNX2": values, "gene:BMP2": values})
    low = (means["readout"] == "gene:RUNX2") & (means["condition"] == "ca_20")
    effects = effects_from_means(experiment, means.assign(flag=np.where(low, "undetermined;floor", "")))
    totals = effects[(effects["contrast"] == "total") & (effects["scale"] == "log")]
    by_likelihood = totals.assign(method="block_anova", estimate=3 * np.log(2), flag="undetermined;censored")
    both = tables.EFFECTS.frame(pd.concat([effects, by_likelihood]))
    found = genes_from_effects(experiment, both, means).set_index("gene")
    assert found["estimate"].to_dict() == pytest.approx({"BMP2": -1.0, "RUNX2": -3.0})


def test_what_bounds_pull_both_ways_has_neither_p_nor_estimate(lab, experiment):
    """SOX9 was seen nowhere in either arm: the difference of two limits is no fold change. RUNX2 is a bound one way."""
    values = {"ca_08": log2(3, 2, 1), "ca_20": log2(1, 1, -0.5)}
    means = lab.means({"gene:RUNX2": values, "gene:SOX9": values, "gene:MSX2": values})
    low = (means["readout"] == "gene:SOX9") | ((means["readout"] == "gene:RUNX2") & (means["condition"] == "ca_20"))
    found = genes(experiment, means.assign(flag=np.where(low, "undetermined;floor", ""))).xs("total", level="estimand")
    numbers = found[["estimate", "ci_low", "ci_high", "p", "p_adjusted"]]
    assert numbers.loc["SOX9", ""].isna().all()
    assert numbers.loc["RUNX2", ""].notna().all()
    assert found.loc[("SOX9", ""), "n_donors"] == 3
    assert numbers.loc[("MSX2", ""), "p_adjusted"] == pytest.approx(2 * numbers.loc[("MSX2", ""), "p"])  # of two


def test_a_comparator_in_which_nothing_was_seen_either_tells_nothing(lab, experiment):
    means = lab.means({"gene:RUNX2": {"ca_20": log2(1, 1, -0.5), "ppi": log2(1, 0, 1)}})
    row = genes(experiment, means.assign(flag="undetermined;floor")).loc["RUNX2", "", "matched_mineral"]
    assert row[["estimate", "ci_low", "ci_high", "p"]].isna().all()
    assert row["flag"] == "undetermined;floor"
