"""What may be called direct: each condition of the rule, and the rule over experiments whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.genes.claims import _side_of, check_comparators, direct_claim, with_claims
from mgassay.effects.genes.genes import genes_from_effects
from mgassay.problems import Problems

NAN = np.nan
NOISE = np.array(
    [[0.03, -0.02, 0.01, 0.02], [-0.02, 0.01, 0.02, -0.03], [-0.01, 0.02, -0.03, 0.0], [0, -0.01, 0, 0.01]]
)
MINERAL = np.array([-1.2, 0.0, -1.2, -1.2])  # raised Mg, reference, two comparators


def claimed(experiment, means):
    genes = genes_from_effects(experiment, effects_from_means(experiment, means), means)
    found = tables.GENES.check(with_claims(experiment, genes, means))
    numbers = found.columns.drop(["flag", "tipping_point"])
    pd.testing.assert_frame_equal(found[numbers], genes[numbers])
    return found.set_index(["gene", "estimand", "comparator"])


def gene(mineral, direct=0.0, own=(0.0, 0.0), slope=0.6):
    """Log2 expression that follows mineral, with Mg's own effect and those of the comparators."""
    return slope * mineral + np.array([direct, 0.0, *own]) + NOISE[::-1]


def flags(two, mineral=MINERAL, **truth):
    amount = mineral + NOISE
    found = claimed(two.experiment, two.means(amount, RUNX2=gene(amount, **truth)))
    return {(e, c): f for (_, e, c), f in found["flag"].items()}, found


PPI, FETUIN = ("matched_mineral", "pyrophosphate"), ("matched_mineral", "fetuin-A")
ADJUSTED = ("adjusted", "pyrophosphate, fetuin-A")


def test_a_direct_effect_that_two_comparators_show(two):
    said, found = flags(two, direct=-1.0)
    assert (said[PPI], said[FETUIN], said[ADJUSTED]) == ("direct", "direct", "direct")
    row = found.loc["RUNX2", "matched_mineral", "pyrophosphate"]
    assert row["tipping_point"] == pytest.approx(-row["ci_high"])
    assert found["tipping_point"].isna().sum() == 1  # the total, which nothing can save
    assert said["total", ""] == ""


def test_a_gene_that_mg_raises_is_claimed_as_one_that_it_lowers(two):
    """.9 log2 up; every interval begins between 0 and 1."""
    said, found = flags(two, direct=0.9)
    assert (said[PPI], said[FETUIN], said[ADJUSTED]) == ("direct", "direct", "direct")
    assert found["ci_low"].drop(("RUNX2", "total", "")).between(0, 1).all()


def test_a_donor_without_the_reference_is_left_out_of_the_slope(two):
    amount = MINERAL + NOISE
    values = gene(amount, direct=-1.0)
    values[0, 1] = NAN
    assert claimed(two.experiment, two.means(amount, RUNX2=values)).loc[("RUNX2", *PPI), "flag"] == "direct"


@pytest.mark.parametrize(("donors", "said"), [((0,), False), ((0, 1), True)])
def test_two_comparators_differ_where_two_donors_that_have_both_show_it(two, donors, said):
    """2.0 log2 apart within .01 in the donors that have both; those without one of them show nothing of it."""
    amount = MINERAL + NOISE
    values = gene(amount, direct=-4.0)
    values[:, 3] = values[:, 2] + 2.0 + np.array([0.01, 0.0, 0.0, 0.01])
    rest = [d for d in range(4) if d not in donors]
    values[rest[0], 2] = NAN
    values[rest[1:], 3] = NAN
    found = claimed(two.experiment, two.means(amount, RUNX2=values))["flag"]
    assert ("discordant_comparators" in found["RUNX2", *PPI].split(";")) is said


@pytest.mark.parametrize(("own", "said"), [(0.8, True), (-0.8, False)])
def test_a_comparator_at_its_limit_differs_only_from_one_that_lies_above(two, own, said):
    """In pyrophosphate the gene is at most its limit: fetuin-A lies .8 above it, or .8 below, or not."""
    amount = MINERAL + NOISE
    means = two.means(amount, RUNX2=gene(amount, direct=-4.0, own=(0.0, own)))
    low = (means["condition"] == "ppi") & (means["readout"] == "gene:RUNX2")
    found = claimed(two.experiment, tables.MEANS.frame(means.assign(flag=np.where(low, "undetermined;floor", ""))))
    for asked in (FETUIN, PPI):  # of either row: the bound is the second of the two, and the first
        assert ("discordant_comparators" in found.loc[("RUNX2", *asked), "flag"].split(";")) is said, asked


@pytest.mark.parametrize("lost", ["ppi", "ca_20"])
def test_an_arm_that_lost_viability_carries_no_claim(lab, two, lost):
    """Half of the cells alive with pyrophosphate: fetuin-A shows it, unchecked. At raised Mg: none does."""
    amount = MINERAL + NOISE
    alive = {
        c: 4 + NOISE[:, i] / 9 + (np.log(0.5) if c == lost else 0)
        for i, c in enumerate(("ca_20", "ca_08", "ppi", "fetuin"))
    }
    means = pd.concat([two.means(amount, RUNX2=gene(amount, direct=-1.0)), lab.means({"viability": alive})])
    found = claimed(two.experiment, tables.MEANS.frame(means))["flag"]
    said = {key: found["RUNX2", *key].split(";") for key in (PPI, FETUIN, ADJUSTED)}
    assert said[PPI] == said[ADJUSTED] == ["less_viable"]
    assert said[FETUIN] == (["direct_if_inert"] if lost == "ppi" else ["less_viable"])
    assert found["RUNX2", "total", ""] == ""


def test_what_mineral_does_is_not_direct(two):
    said, found = flags(two)
    assert not any("direct" in flag for flag in said.values())
    assert found.loc[("RUNX2", "total", ""), "p_adjusted"] < 0.001
    assert found.loc[("RUNX2", *PPI), "tipping_point"] == 0


def test_with_one_comparator_it_is_direct_only_if_that_is_inert(two):
    amount = MINERAL + NOISE
    amount[:, 3] = NAN
    found = claimed(two.experiment, two.means(amount, RUNX2=gene(amount, direct=-1.0)))
    assert found.loc[("RUNX2", *PPI), "flag"] == "direct_if_inert"


def test_a_comparator_that_acts_on_the_gene_is_found_by_the_other(two):
    """Pyrophosphate raises RUNX2 by .8 log2: against it Mg seems to lower the gene, against fetuin-A it does not."""
    said, found = flags(two, own=(0.8, 0.0))
    assert found.loc[("RUNX2", *PPI), "ci_high"] < 0
    assert set(said[PPI].split(";")) == {"discordant_comparators", "unconfirmed"}
    assert said[FETUIN] == "discordant_comparators"
    assert set(said[ADJUSTED].split(";")) == {"discordant_comparators", "unconfirmed"}


def test_comparators_that_both_show_it_but_differ_make_no_claim(two):
    said, _ = flags(two, direct=-2.0, own=(0.8, 0.0))
    assert said[PPI] == said[FETUIN] == "discordant_comparators"


def test_another_comparator_too_uncertain_to_say_the_same_leaves_it_unconfirmed(two):
    amount = MINERAL + NOISE
    values = gene(amount, direct=-0.5)
    values[:, 3] += [0.9, -0.9, 0.8, -0.8]
    found = claimed(two.experiment, two.means(amount, RUNX2=values))
    assert found.loc[("RUNX2", *PPI), "flag"] == "unconfirmed"
    assert found.loc[("RUNX2", *FETUIN), "flag"] == ""
    assert found.loc[("RUNX2", *ADJUSTED), "flag"] == ""  # its own interval holds 0


def test_a_match_that_was_not_shown_makes_no_claim(two):
    """Fetuin-A leaves more mineral by .8: it neither claims nor speaks for pyrophosphate; adjusted uses it."""
    said, _ = flags(two, mineral=np.array([-1.2, 0.0, -1.2, -0.4]), direct=-1.0)
    assert (said[PPI], said[FETUIN], said[ADJUSTED]) == ("direct_if_inert", "unmatched", "direct")


def test_a_match_on_no_mineral_is_none(lab, two):
    means = two.means(MINERAL + NOISE, RUNX2=gene(MINERAL + NOISE, direct=-1.0))
    found = claimed(two.experiment, means[means["readout"] != "calcium"])
    assert found.loc[("RUNX2", *PPI), "flag"] == "unmatched"


def test_a_mismatch_within_the_margin_may_explain_a_small_difference(two):
    """The comparators leave more mineral by .2, the gene follows it by 1.5 log2 per log: .3 log2 that is mineral's."""
    shifted = np.array([-1.2, 0.0, -1.0, -1.0])
    said, found = flags(two, mineral=shifted, slope=1.5)
    assert found.loc[("RUNX2", *PPI), "ci_high"] < 0
    assert said[PPI] == said[FETUIN] == "mineral_may_explain"
    assert flags(two, mineral=shifted, slope=1.5, direct=-1.0)[0][PPI] == "direct"


def test_without_the_reference_the_slope_is_not_known(two):
    amount = MINERAL + NOISE
    amount[:, 1] = NAN
    found = claimed(two.experiment, two.means(amount, RUNX2=gene(amount, direct=-1.0)))
    assert found.loc[("RUNX2", *PPI), "flag"] == "mineral_may_explain"


@pytest.mark.parametrize("readout", ["calcium", "gene:RUNX2"])
def test_where_the_reference_is_a_bound_the_slope_is_not_known(two, readout):
    """Gene or mineral, either alone: at matched mineral nothing but what mineral explains rests on the reference."""
    amount = MINERAL + NOISE
    means = two.means(amount, RUNX2=gene(amount, direct=-1.0))
    bound = (means["condition"] == "ca_08") & (means["readout"] == readout)
    found = claimed(two.experiment, tables.MEANS.frame(means.assign(flag=np.where(bound, "above_curve", ""))))
    assert found.loc[("RUNX2", *PPI), "flag"] == "mineral_may_explain"


def test_a_comparator_off_the_line_of_another_that_does_not_match_is_held_against_the_one_that_does(two):
    said, _ = flags(two, mineral=np.array([-1.2, 0.0, -1.2, -0.6]), own=(0.8, 0.0))
    assert said[FETUIN] == "unmatched"
    assert "discordant_comparators" in said[PPI]


def test_beyond_all_other_mineral_there_is_no_line_to_trust(two):
    said, _ = flags(two, mineral=np.array([-2.0, 0.0, -0.9, -0.9]), direct=-2.0)
    assert said[ADJUSTED] == "extrapolated"


def test_a_floored_gene_makes_a_claim_only_on_its_own_side(two):
    amount = MINERAL + NOISE
    for direct, word in ((-1.0, "direct"), (1.0, "")):
        means = two.means(amount, RUNX2=gene(amount, direct=direct))
        gone = (means["condition"] == "ca_20") & (means["readout"] != "calcium")
        found = claimed(two.experiment, tables.MEANS.frame(means.assign(flag=np.where(gone, "undetermined;floor", ""))))
        row = found.loc[("RUNX2", *PPI)]
        assert ("direct" if "direct" in row["flag"].split(";") else "") == word
        assert np.isnan(row["tipping_point"]) == (word == "")
        assert "direct" not in found.loc[("RUNX2", *ADJUSTED), "flag"]


def row(low, high, p, p_adjusted):
    return {"ci_low": low, "ci_high": high, "p": p, "p_adjusted": p_adjusted}


@pytest.mark.parametrize(
    ("given", "flag", "checked", "claim"),
    [
        (row(-2, -1, 0.001, 0.01), "", True, "direct"),
        (row(-2, -1, 0.001, 0.01), "", False, "direct_if_inert"),
        (row(-2, -1, 0.03, 0.06), "", True, ""),  # not over all genes
        (row(-2, -1, 0.03, NAN), "", True, "direct"),  # the score, one test
        (row(-2, 1, 0.5, 0.5), "", True, ""),
        (row(NAN, NAN, NAN, NAN), "few_donors", True, ""),
        (row(-2, -1, 0.001, 0.01), "unconfirmed", True, ""),
        (row(-2, -1, 0.001, 0.01), "floor", True, ""),
        (row(-2, -1, 0.001, 0.01), "assumed_efficiency", True, "direct"),
    ],
)
def test_the_rule(given, flag, checked, claim):
    assert direct_claim(given, flag, checked=checked) == claim


@pytest.mark.parametrize(
    ("values", "side"), [((0.50, 0.52), 1), ((-0.50, -0.52), -1), ((0.1, 0.9), 0), ((0.5,), 0), ((), 0)]
)
def test_the_side_of_two_donors_is_that_of_their_interval(values, side):
    """Mean .51, SE .01, t on 1 df 12.7: .38 to .64; one donor has no interval."""
    assert _side_of(np.array(values)) == side


def problems_of(experiment, means):
    found = Problems()
    check_comparators(experiment, claimed(experiment, means).reset_index(), found)
    return {p.code: p.seen for p in found}


def test_problems_name_comparators_and_genes(lab, two):
    amount = np.array([-1.2, 0.0, -1.2, -0.4]) + NOISE
    assert problems_of(two.experiment, two.means(amount, RUNX2=gene(amount))) == {"MG653": "fetuin-A"}
    same = MINERAL + NOISE
    both = two.means(same, RUNX2=gene(same, own=(0.8, 0)), ALPL=gene(same))
    assert problems_of(two.experiment, both) == {"MG654": "RUNX2"}
    one = lab.experiment(two.rows[:3])
    assert problems_of(one, two.means(same[:, :3], RUNX2=gene(same)[:, :3])) == {"MG655": "pyrophosphate"}
    none = lab.experiment(two.rows[:2])
    assert problems_of(none, two.means(same[:, :2], RUNX2=gene(same)[:, :2])) == {"MG656": "RUNX2"}


def test_no_genes_no_problems(two):
    assert problems_of(two.experiment, two.means(MINERAL + NOISE)) == {}


def test_under_a_block_the_claim_is_its_own(lab, two):
    rows = [lab.condition("apb_08", 0.8, inhibitor="2-APB"), lab.condition("apb_20", 2.0, inhibitor="2-APB")]
    rows += [lab.condition("apb_ppi", 0.8, inhibitor="2-APB", comparator="pyrophosphate")]
    amount = MINERAL + NOISE
    values = gene(amount, direct=-1.0) * np.log(2)
    under = {c: amount[:, i] for i, c in enumerate(("apb_20", "apb_08", "apb_ppi"))}
    means = lab.means({"calcium": under, "gene:RUNX2": {c: values[:, i] for i, c in enumerate(under)}})
    experiment = lab.experiment([*two.rows, *rows])
    genes = with_claims(experiment, genes_from_effects(experiment, effects_from_means(experiment, means), means), means)
    told = genes.set_index(["block", "estimand"])["flag"]
    assert told["2-APB", "matched_mineral"] == "direct_if_inert"
    assert told.to_dict().keys() == {("2-APB", "total"), ("2-APB", "matched_mineral")}


def share_of_claims(two, runs, mineral, words, **truth):
    """Of simulated experiments of four donors, those with a claim in `words` of the gene; fixed seed."""
    rng = np.random.default_rng(8)
    told = []
    for _ in range(runs):
        true = mineral + rng.normal(0, 0.35, (4, 1)) + rng.normal(0, 0.07, (4, 4))
        values = gene(true, **truth) - NOISE[::-1] + rng.normal(0, 0.5, (4, 1)) + rng.normal(0, 0.12, (4, 4))
        found = claimed(two.experiment, two.means(true + rng.normal(0, 0.05, (4, 4)), RUNX2=values))
        told.append(any(set(words).intersection(flag.split(";")) for flag in found["flag"]))
    return float(np.mean(told))


@pytest.mark.slow
def test_claims_over_experiments(two):
    """One gene. No direct effect, with and without a comparator that acts; a direct effect of -.7 log2."""
    assert share_of_claims(two, 100, MINERAL, ["direct", "direct_if_inert"]) <= 0.05
    assert share_of_claims(two, 100, MINERAL, ["direct"], own=(0.4, 0.0)) <= 0.05
    assert share_of_claims(two, 50, MINERAL, ["direct"], direct=-0.7) > 0.7
