"""Non-detects from amounts to effects.csv and genes.csv, and genes without any, from Cq to p."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.qpcr.expression import expression_from_qpcr
from mgassay.effects.conclusions import conclusions_from_amounts
from mgassay.effects.contrasts.nondetects import cells_of_arms, wells_with_nondetects
from mgassay.problems import Problems

LN2 = np.log(2)
ARMS = {"scr_08": -1.5, "scr_20": 0.3, "si_08": -1.0, "si_20": -0.8}  # Cq from 36: raised Mg lowers by 1.8 and 0.2
COLUMNS = ["estimate", "ci_low", "ci_high"]


def gene_rows(gene, base, arms, donors=4, reps=2, cut=36.4, seed=2):
    """Amounts of a gene, reference genes at Cq 20: what lies past the cut has no value; 40 cycles."""
    rng, rows = np.random.default_rng(seed), []
    for d in range(donors):
        donor = 0.5 * rng.normal()
        for arm, shift in arms.items():
            for r in range(reps):
                cq = base + shift + donor + 0.3 * rng.normal()
                missed = cq > cut
                state = {"value": np.nan if missed else 20 - cq, "flag": "undetermined" if missed else ""}
                where = {"condition": arm, "donor": f"D{d}", "rep": str(r), "unit": "log2", "limit": -20.0}
                rows.append({"assay": "qpcr", "readout": f"gene:{gene}", **where, **state})
    return rows


def conclude(lab, experiment, rows):
    problems = Problems()
    made, _ = conclusions_from_amounts(experiment, lab.amounts(rows), problems)
    for name in ("effects", "genes"):
        tables.BY_NAME[name].check(made[name])
        assert not made[name].duplicated(list(tables.KEYS[name])).any()
    return made, {p.code: p for p in problems}


def of(made, gene, method):
    """log-scale effects of a gene by contrast."""
    rows = made["effects"].query("readout == @gene and method == @method and scale == 'log'")
    return rows.set_index("contrast")


def test_the_likelihood_stands_in_block_anova_and_in_genes(lab):
    made, codes = conclude(lab, lab.sirna, gene_rows("RUNX2", 36, ARMS) + gene_rows("BMP2", 28, ARMS, seed=3))
    fit, bound = of(made, "gene:RUNX2", "block_anova"), of(made, "gene:RUNX2", "donor_t")
    assert bound.loc["total", "flag"] == "undetermined;floor;lower_bound"
    assert fit.loc["total", "flag"] == "undetermined;censored"
    assert fit.loc["total", "estimate"] > bound.loc["total", "estimate"]
    assert fit.loc["total", "ci_low"] < 1.8 * LN2 < fit.loc["total", "ci_high"]
    assert fit.loc["total", "n_donors"] == 4
    assert fit.loc["blocked", "flag"] == "censored"  # its own arms have every value
    genes = made["genes"].set_index(["gene", "block"])
    row, effect = genes.loc["RUNX2", ""], fit.loc["total"]
    assert row[COLUMNS].tolist() == pytest.approx([-effect[c] / LN2 for c in ("estimate", "ci_high", "ci_low")])
    assert (row["p"], row["flag"]) == (effect["p"], "undetermined;censored")
    blocked = of(made, "gene:RUNX2", "donor_t").loc["blocked"]
    assert genes.loc["RUNX2", "siTRPM7"]["p"] == blocked["p"]
    assert codes["MG625"].seen.startswith("scr_20: D0")
    assert {"MG626", "MG627"}.isdisjoint(codes)


def test_genes_without_non_detects_are_left_as_they_are(lab):
    clean = gene_rows("BMP2", 28, ARMS, seed=3)
    alone, codes = conclude(lab, lab.sirna, clean)
    beside, _ = conclude(lab, lab.sirna, gene_rows("RUNX2", 36, ARMS) + clean)
    assert "MG625" not in codes
    for name in ("effects", "genes"):
        key = "readout" if name == "effects" else "gene"
        own = beside[name][beside[name][key].str.contains("BMP2")].drop(columns="p_adjusted")
        kept = alone[name][alone[name][key].str.contains("BMP2")].drop(columns="p_adjusted")
        pd.testing.assert_frame_equal(own.reset_index(drop=True), kept.reset_index(drop=True))


def test_holm_counts_all_genes_apart_from_mineral(lab):
    """Two genes and calcium: the smaller p of the genes is doubled, calcium's is not."""
    rows = gene_rows("RUNX2", 36, ARMS) + gene_rows("BMP2", 28, {**ARMS, "scr_20": -1.1}, seed=3)
    rng = np.random.default_rng(1)
    rows += [
        {"condition": arm, "donor": f"D{d}", "value": np.exp(shift + 0.2 * rng.normal())}
        for arm, shift in ARMS.items()
        for d in range(4)
    ]
    made, _ = conclude(lab, lab.sirna, rows)
    genes = made["genes"].query("block == ''").set_index("gene")
    first, second = genes["p"].drop("osteogenic_score", errors="ignore").sort_values()
    adjusted = genes["p_adjusted"].dropna().sort_values().tolist()
    assert adjusted == pytest.approx(sorted([2 * first, max(second, 2 * first)]))
    calcium = of(made, "calcium", "donor_t").loc["total"]
    assert calcium["p_adjusted"] == calcium["p"]


def test_an_arm_without_any_cq_has_one_end_and_is_told(lab):
    made, codes = conclude(lab, lab.sirna, gene_rows("RUNX2", 36, {**ARMS, "scr_20": 4.0}))
    total = of(made, "gene:RUNX2", "block_anova").loc["total"]
    assert total["flag"] == "undetermined;censored;lower_bound"
    assert total["estimate"] == total["ci_low"] > 0
    assert np.isnan(total["ci_high"])
    assert np.isnan(total["se"])
    row = made["genes"].set_index(["gene", "block"]).loc["RUNX2", ""]
    assert row["flag"] == "undetermined;censored;upper_bound"
    assert row["estimate"] == row["ci_high"] < 0
    assert np.isnan(row["ci_low"])
    assert codes["MG626"].seen == "scr_20: D0, D1, D2, D3"


def test_too_few_values_stay_a_bound_and_are_told(lab):
    """Two donors and two arms leave one degree of freedom; with a donor's raised arm missed there is none."""
    rows = gene_rows("RUNX2", 36, {"scr_08": -1.5, "scr_20": 0.3}, donors=2, reps=1, cut=99)
    rows[-1] |= {"value": np.nan, "flag": "undetermined"}
    made, codes = conclude(lab, lab.sirna, rows)
    row = made["genes"].set_index(["gene", "block"]).loc["RUNX2", ""]
    assert row["flag"] == "undetermined;floor;upper_bound"
    assert codes["MG627"].seen == "total (siTRPM7)"


def test_a_comparator_with_non_detects_is_compared_by_likelihood(lab):
    extra = lab.condition("ppi", 0.8, sirna="scramble", comparator="pyrophosphate")
    experiment = lab.experiment([*lab.sirna_conditions(), extra])
    made, _ = conclude(lab, experiment, gene_rows("RUNX2", 36, {**ARMS, "ppi": -1.0}))
    row = made["genes"].set_index(["gene", "estimand"]).loc["RUNX2", "matched_mineral"]
    assert row["flag"] == "undetermined;censored;unmatched"  # no mineral was measured
    assert row["ci_low"] < -1.3 < row["ci_high"]


def test_wells_of_arms_keep_every_well(lab):
    """Value, non-detect and a well that was not run; Cq 36 is the latest seen, so limits are -16 in log2."""
    rows = [
        {"condition": "scr_08", "donor": "D1", "rep": "1", "value": -16.0, "limit": -20.0},
        {"condition": "scr_08", "donor": "D1", "rep": "2", "value": np.nan, "limit": -20.0},
        {"condition": "scr_20", "donor": "D2", "rep": "1", "value": -14.0, "limit": -20.0},
        {"condition": "elsewhere", "donor": "D2", "rep": "1", "value": -19.0, "limit": -20.0},
    ]
    wells = wells_with_nondetects(lab.sirna, lab.amounts([{"readout": "gene:MGP", **row} for row in rows]))
    cells = cells_of_arms(wells, ("scr_08", "", "scr_20"))
    assert cells.values.shape == (2, 3, 2)
    assert cells.values[0, 0] == pytest.approx([-16 * LN2, np.nan], nan_ok=True)
    assert cells.limits[0, 0] == pytest.approx([np.nan, -16 * LN2], nan_ok=True)
    assert cells.values[1, 2] == pytest.approx([-14 * LN2, np.nan], nan_ok=True)
    assert cells.seen.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_only_genes_with_a_non_detect_and_only_their_wells_that_tell_something_are_taken(lab):
    """MGP has a value, a non-detect at Cq 36 (-16) and a well without either; every well of BMP2 has its value."""
    wells = [("MGP", -16.0, -20.0), ("MGP", np.nan, -20.0), ("MGP", np.nan, np.nan), ("BMP2", -10.0, -20.0)]
    rows = [
        {"readout": f"gene:{gene}", "condition": "scr_08", "donor": "D1", "rep": str(i), "value": value, "limit": limit}
        for i, (gene, value, limit) in enumerate(wells)
    ]
    found = wells_with_nondetects(lab.sirna, lab.amounts(rows))
    assert found["readout"].tolist() == ["gene:MGP"] * 2
    assert found["log_value"].tolist() == pytest.approx([-16 * LN2, np.nan], nan_ok=True)
    assert found["log_limit"].tolist() == pytest.approx([np.nan, -16 * LN2], nan_ok=True)


def test_false_positives_from_cq_to_genes_are_nominal(lab):
    """2,000 experiments without an effect, each a plate with a gene of its own: 3 donors x 3 wells, two levels of Mg.

    Donors, donor x level and wells scatter, in the gene, its reference and what was loaded. Binomial SE at 5 %: 0.5 %.
    """
    two = [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)]
    experiment = lab.experiment(two, assays={"qpcr": {"reference_genes": ["GAPDH"]}})
    rng, shape = np.random.default_rng(9), (2000, 3, 2, 3)  # runs, donors, levels, wells

    def scatter(donor, cell, well):
        parts = ((donor, (2000, 3, 1, 1)), (cell, (2000, 3, 2, 1)), (well, shape))
        return sum(sd * rng.normal(size=size) for sd, size in parts)

    loaded = scatter(0.3, 0.1, 0.2)
    cqs = {"gene": 27 + loaded + scatter(0.6, 0.3, 0.3), "GAPDH": 18 + loaded + scatter(0.2, 0.1, 0.1)}
    run, donor, level, well = np.indices(shape).reshape(4, -1)
    text = {"plate": [f"P{i}" for i in run], "donor": [f"D{i}" for i in donor], "rep": [str(i) for i in well]}
    common = {**text, "condition": np.array(["ca_08", "ca_20"])[level], "role": "sample", "status": "value"}
    wells = [
        pd.DataFrame({**common, "cycles": 40, "efficiency": 2.0, "target": names, "well": w, "cq": cqs[key].ravel()})
        for key, names, w in (("gene", [f"G{i}" for i in run], "A1"), ("GAPDH", "GAPDH", "A2"))
    ]
    qpcr = tables.QPCR.frame(pd.concat(wells).assign(sample="", flag=""))
    problems = Problems()
    made, _ = conclusions_from_amounts(experiment, expression_from_qpcr(experiment, qpcr, problems), problems)
    assert len(made["genes"]) == 2000
    assert 0.035 <= (made["genes"]["p"] < 0.05).mean() <= 0.065


def test_how_much_an_error_of_the_efficiency_takes_from_the_coverage():
    """A change of d Cq, log2 E wrong by SE in all samples alike; four donors whose changes have SD .4 (SE .2).

    Decision 0035: at d*SE = .04 (2 Cq, SE .02) the t interval still holds the truth as often as it says, at a fifth of
    the donors' SE; at their own size (.2: 5 Cq, SE .04) it no longer does.
    """
    rng, runs = np.random.default_rng(3), 20000
    changes = 0.4 * rng.normal(size=(runs, 4))
    half = 3.182446 * changes.std(axis=1, ddof=1) / 2
    held = {size: np.mean(abs(changes.mean(axis=1) + size * rng.normal(size=runs)) < half) for size in (0.04, 0.2)}
    assert held[0.04] == pytest.approx(0.948, abs=0.005)
    assert 0.85 < held[0.2] < 0.91


# Arms of the conftest's experiment of every question, as Cq from 36: a non-detect is likely under AngII alone.
EVERY = {"scr_0.8": -2.5, "scr_2.0": -1.9, "si_0.8": -2.0, "si_2.0": -1.8, "scr_ang": 0.3, "si_ang": -0.7}


def test_a_further_question_has_its_likelihood_too(lab):
    """That of AngII's arms called 2 mM Mg, to the last digit; the declared question has no non-detect."""
    made, codes = conclude(lab, lab.every, gene_rows("RUNX2", 36, EVERY))
    step = made["effects"].query("step == 'AngII' and method == 'block_anova'").set_index("contrast")
    level = {"scr_ang": 2.0, "si_ang": 2.0, "scr_0.8": 0.8, "si_0.8": 0.8, "scr_2.0": 3.0, "si_2.0": 3.0}
    as_mg = [
        {**c, "mg_mM": level[c["condition"]], "modulator": "none"}
        for c in lab.every_conditions()
        if c["condition"] in level
    ]
    made_mg, _ = conclude(lab, lab.experiment(as_mg), gene_rows("RUNX2", 36, EVERY))
    alone = of(made_mg, "gene:RUNX2", "block_anova")
    further = ["estimate", "se", "df", "ci_low", "ci_high", "p", "n_donors", "flag"]
    pd.testing.assert_frame_equal(step[further], alone[further], check_exact=True)
    assert step.loc["total", "flag"] == "undetermined;censored"
    declared = made["effects"].query("step == 'Mg' and day == '14'")
    assert not declared["flag"].str.contains("censored").any()
    assert codes["MG625"].seen.startswith("scr_ang: D")


def test_a_further_question_that_cannot_be_told_is_named(lab):
    arms = {**EVERY, "scr_ang": 9.0, "scr_0.8": 9.0}
    _, codes = conclude(lab, lab.every, gene_rows("RUNX2", 36, arms))
    assert codes["MG627"].seen == "total (siTRPM7, AngII)"


def test_genes_are_those_of_the_declared_question(lab):
    """genes.csv holds the declared question only: 2 mM Mg lowers RUNX2 by .6 cycles, AngII by 2.8."""
    made, _ = conclude(lab, lab.every, gene_rows("RUNX2", 30, EVERY))
    total = made["genes"].query("estimand == 'total' and block == ''")
    declared = made["effects"].query("contrast == 'total' and method == 'donor_t' and scale == 'log' and step == 'Mg'")
    assert total["estimate"].tolist() == pytest.approx((-declared["estimate"] / LN2).tolist())


def test_a_donor_with_as_many_non_detects_as_values_is_counted_and_se_is_half_the_width_over_t(lab):
    """Two arms of four donors: 8 cells less 5 parameters are 3 df, of which t .975 is 3.182446."""
    rows = gene_rows("RUNX2", 36, {"scr_08": -1.5, "scr_20": 0.3}, cut=99)
    for row in rows:
        if row["donor"] == "D0" and row["rep"] == "1":
            row |= {"value": np.nan, "flag": "undetermined"}
    made, _ = conclude(lab, lab.sirna, rows)
    total = of(made, "gene:RUNX2", "block_anova").loc["total"]
    assert (total["flag"], total["n_donors"], total["df"]) == ("undetermined;censored", 4, 3)
    assert total["se"] * 3.182446 == pytest.approx((total["ci_high"] - total["ci_low"]) / 2)
