"""The osteogenic score: which genes, what it is worth, and what it takes no part in."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.genes.claims import with_claims
from mgassay.effects.genes.genes import genes_from_effects
from mgassay.effects.genes.score import declared_genes, means_of_score, with_score
from mgassay.problems import Problems

LN2 = np.log(2)


def scored(experiment, means):
    problems = Problems()
    genes = genes_from_effects(experiment, effects_from_means(experiment, means), means)
    found = tables.GENES.check(with_score(experiment, genes, means, problems))
    assert not found.duplicated(list(tables.KEYS["genes"])).any()
    return found.set_index(["gene", "block", "estimand"]), problems


def arms(reference, raised):
    return {"scr_08": np.array(reference) * LN2, "scr_20": np.array(raised) * LN2}


def test_mean_of_the_genes_changes_per_donor(lab):
    """RUNX2 falls by 1, 2 doublings, BMP2 by 3, 2: the score by 2, 2.

    Changes per donor of the score are −2 and −2, so the interval is a point.
    """
    means = lab.means({"gene:RUNX2": arms([3, 3], [2, 1]), "gene:BMP2": arms([3, 3], [0, 1])})
    found, problems = scored(lab.sirna, means)
    row = found.loc["osteogenic_score", "", "total"]
    assert row[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx([-2, -2, -2])
    assert row["n_donors"] == 2
    (said,) = problems
    assert (said.code, said.severity, said.seen) == ("MG557", "notice", "RUNX2, BMP2")
    assert "BGLAP, ALPL, MSX2, SP7 were not measured" in said.message


def test_it_is_no_member_of_the_family_of_genes(lab):
    means = lab.means({"gene:RUNX2": arms([3, 3, 3], [2, 1, 1]), "gene:BMP2": arms([3, 3, 3], [0, 1, 1.5])})
    genes = genes_from_effects(lab.sirna, effects_from_means(lab.sirna, means), means).set_index("gene")
    found, _ = scored(lab.sirna, means)
    row = found.loc["osteogenic_score", "", "total"]
    assert row["p"] > 0
    assert np.isnan(row["p_adjusted"])
    assert found.loc["RUNX2", "", "total"]["p_adjusted"] == genes.loc["RUNX2", "p_adjusted"]


def test_the_lab_may_declare_its_own(lab):
    rows = lab.sirna_conditions()
    experiment = lab.experiment(rows, assays={"qpcr": {"osteogenic_score": ("Cbfa1", "Opn", "Cbfa1")}})
    assert declared_genes(experiment) == ["RUNX2", "SPP1"]
    means = lab.means({"gene:RUNX2": arms([1], [0]), "gene:SPP1": arms([4], [1]), "gene:BMP2": arms([9], [0])})
    found, problems = scored(experiment, means)
    assert found.loc["osteogenic_score", "", "total"]["estimate"] == pytest.approx(-2)
    assert len(problems) == 0


def test_a_donor_without_one_gene_has_no_score_there(lab):
    means = lab.means({"gene:RUNX2": arms([3, 3, 3], [2, 1, 1]), "gene:BMP2": arms([3, 3, np.nan], [1, 1, 1])})
    found, _ = scored(lab.sirna, means)
    assert found.loc["osteogenic_score", "", "total"]["n_donors"] == 2
    assert found.loc["RUNX2", "", "total"]["n_donors"] == 3


def test_a_bound_stays_a_bound(lab):
    means = lab.means({"gene:RUNX2": arms([3, 3], [2, 1]), "gene:BMP2": arms([3, 3], [1, 1])})
    floored = means.assign(flag=means["flag"].where(means["condition"] != "scr_20", "undetermined;floor"))
    words = scored(lab.sirna, floored)[0].loc["osteogenic_score", "", "total"]["flag"].split(";")
    assert {"undetermined", "floor"} < set(words)
    assert words[-1].endswith("_bound")


def test_a_gene_that_was_seen_in_neither_arm_leaves_the_score_its_estimate_but_no_p(lab):
    """RUNX2 lies at its limit in both; BMP2 falls by 3, 2: the score by 1.5 and 1 doublings, at these limits."""
    means = lab.means({"gene:RUNX2": arms([1, 1], [1, 1]), "gene:BMP2": arms([3, 3], [0, 1])})
    unseen = means["readout"] == "gene:RUNX2"
    found = scored(lab.sirna, means.assign(flag=means["flag"].mask(unseen, "undetermined;floor")))[0]
    score, gene = (found.loc[name, "", "total"] for name in ("osteogenic_score", "RUNX2"))
    assert (score["estimate"], score["flag"]) == (pytest.approx(-1.25), "undetermined;floor")
    assert np.isnan([score["p"], gene["p"], gene["estimate"]]).all()


@pytest.mark.parametrize("readout", ["gene:SPP1", "gene:RUNX2", "calcium"])
def test_one_gene_is_no_score(lab, readout):
    means = lab.means({readout: {"scr_08": [1, 2], "scr_20": [0, 1]}})
    problems = Problems()
    assert means_of_score(lab.sirna, means, problems).empty
    assert len(problems) == 0


def test_it_is_compared_at_matched_mineral_too(lab):
    rows = [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0), lab.condition("ppi", 0.8, comparator="PPi")]
    up, none = np.array([1.0, 1.5]) * LN2, np.zeros(2)
    means = lab.means({"gene:RUNX2": {"ca_20": up, "ppi": none}, "gene:BMP2": {"ca_20": none, "ppi": none}})
    found, _ = scored(lab.experiment(rows), means)
    row = found.loc["osteogenic_score", "", "matched_mineral"]
    assert (row["comparator"], row["estimate"]) == ("PPi", pytest.approx(0.625))


def test_it_is_adjusted_for_mineral_and_claimed_as_genes_are(two):
    """Two genes that Mg lowers by 1 log2 beside what mineral does: so does their mean, off its own line."""
    rng = np.random.default_rng(2)
    mineral = np.array([-1.2, 0.0, -1.2, -1.2]) + rng.normal(0, 0.03, (4, 4))
    gene = 0.6 * mineral + np.array([-1.0, 0, 0, 0])
    means = two.means(mineral, RUNX2=gene, BMP2=gene + rng.normal(0, 0.02, (4, 4)))
    found, _ = scored(two.experiment, means)
    row = found.loc["osteogenic_score", "", "adjusted"]
    assert row["estimate"] == pytest.approx(-1.0, abs=0.1)
    claimed = with_claims(two.experiment, tables.GENES.frame(found.reset_index()), means)
    of_score = claimed[claimed["gene"] == "osteogenic_score"].set_index("estimand")["flag"]
    assert of_score["adjusted"] == "direct"
    assert set(of_score["matched_mineral"]) == {"direct"}
    assert of_score["total"] == ""
