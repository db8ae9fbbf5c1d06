"""The error of efficiencies in effects and genes: from shifts of amounts to intervals, by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgassay import tables
from mgassay.assays.qpcr.qpcr import quantify_qpcr
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.contrasts.nondetects import wells_with_nondetects, with_nondetects
from mgassay.effects.contrasts.series import with_doses
from mgassay.effects.genes.efficiency_error import (
    EfficiencyShifts,
    effects_with_efficiency_error,
    efficiency_shifts,
    genes_with_efficiency_error,
)
from mgassay.effects.genes.genes import genes_from_effects
from mgassay.effects.genes.score import with_score
from mgassay.effects.means.means import means_from_amounts
from mgassay.problems import Problems

LN2 = np.log(2)
NOTHING = tables.EFFICIENCY_ERRORS.frame()
DONORS = ("D1", "D2", "D3")
# log2 expression at reference and raised Mg: changes −3, −2 and −1, mean −2, se √(1/3), df 2
INTACT = {"scr_08": (0.0, 0.0, 0.0), "scr_20": (-3.0, -2.0, -1.0)}


def amounts_of(lab, genes, reps=("1",)):
    """Amounts from gene -> condition -> log2 expression of donors."""
    rows = [
        {"readout": f"gene:{g}", "assay": "qpcr", "unit": "log2", "plate": "P1", "condition": c, "donor": d, "rep": rep,
         "value": v, "limit": -20.0}
        for g, arms in genes.items()
        for c, values in arms.items()
        for d, v in zip(DONORS, values, strict=True)
        for rep in reps
    ]  # fmt: skip
    return lab.amounts(rows)


def errors_of(amounts, shift, df=3.0):
    """EFFICIENCY_ERRORS: `shift(row)` gives source -> shift of an amount."""
    rows = [
        {**{k: row[k] for k in ("readout", "plate", "condition", "donor", "rep")}, "source": s, "shift": x, "df": df}
        for row in amounts.to_dict("records")
        for s, x in shift(row).items()
    ]
    return tables.EFFICIENCY_ERRORS.frame(rows)


def by_value(se, gene="RUNX2"):
    """The shift of an amount by one SE of log2 E of its gene where the reference gene does not move: value·SE, E = 2.

    Every amount is moved by the reference's Cq as well, which no difference keeps.
    """
    return lambda row: {gene: (row["value"] - 20.0) * se} if row["readout"] == f"gene:{gene}" else {}


def concluded(lab, amounts, errors, experiment=None):
    """Effects and genes, as `conclusions_from_amounts` makes them."""
    experiment, problems = experiment or lab.sirna, Problems()
    means, wells = means_from_amounts(experiment, amounts, problems), wells_with_nondetects(experiment, amounts)
    shifts = efficiency_shifts(experiment, amounts, means, errors)
    effects = with_nondetects(experiment, effects_from_means(experiment, means), wells, problems)
    effects = effects_with_efficiency_error(experiment, with_doses(experiment, effects, means), means, shifts)
    genes = with_score(experiment, genes_from_effects(experiment, effects, means, wells), means, problems)
    made = {"effects": effects, "genes": genes_with_efficiency_error(experiment, genes, means, shifts)}
    for name, state in (("effects", tables.EFFECTS), ("genes", tables.GENES)):
        state.check(made[name])
        assert not made[name].duplicated(list(tables.KEYS[name])).any()
    return made


def row(table, **columns):
    (found,) = table[np.logical_and.reduce([table[k] == v for k, v in columns.items()])].to_dict("records")
    return found


def test_the_interval_of_a_change_by_hand(lab):
    # −2 doublings, shift by SE .1: .2; variance 1/3 + .04; df = .373333² / ((1/9)/2 + .0016/3) = 2.4849
    amounts = amounts_of(lab, {"RUNX2": INTACT})
    made = concluded(lab, amounts, errors_of(amounts, by_value(0.1)))
    found = row(made["effects"], readout="gene:RUNX2", contrast="total", scale="log", method="donor_t")
    se, df = np.sqrt(1 / 3 + 0.04), (1 / 3 + 0.04) ** 2 / (1 / 18 + 0.0016 / 3)
    assert (found["estimate"], found["se"], found["df"]) == (
        pytest.approx(2 * LN2), pytest.approx(se * LN2), pytest.approx(df))  # fmt: skip
    half = stats.t.ppf(0.975, df) * se
    assert (found["ci_low"], found["ci_high"]) == (pytest.approx((2 - half) * LN2), pytest.approx((2 + half) * LN2))
    assert found["p"] == pytest.approx(2 * stats.t.sf(2 / se, df))
    assert found["flag"] == "efficiency_error"
    gene = row(made["genes"], gene="RUNX2", block="", estimand="total")
    assert (gene["estimate"], gene["ci_low"], gene["ci_high"]) == (
        pytest.approx(-2), pytest.approx(-2 - half), pytest.approx(-2 + half))  # fmt: skip
    assert (gene["p"], gene["flag"]) == (found["p"], "efficiency_error")


def test_a_proportion_inhibited_moves_by_its_derivative(lab):
    # 1 − 2^−x moves by ln 2·2^−x·x·SE: donors x = 3, 2, 1 -> mean(ln 2·.1·(3/8, 2/4, 1/2)) = ln 2·.1·1.375/3
    amounts = amounts_of(lab, {"RUNX2": INTACT})
    found = row(
        concluded(lab, amounts, errors_of(amounts, by_value(0.1)))["effects"], contrast="total", scale="additive"
    )
    donors = np.array([7 / 8, 3 / 4, 1 / 2])
    assert found["estimate"] == pytest.approx(donors.mean())
    assert found["se"] ** 2 - donors.var(ddof=1) / 3 == pytest.approx((LN2 * 0.1375 / 3) ** 2, rel=1e-3)


def test_sources_of_one_gene_add_up_and_other_genes_stay(lab):
    # RUNX2 moves by its own E (.2) and by its reference's (.15 in raised Mg alone), BMP2 by the reference's only
    amounts = amounts_of(lab, {"RUNX2": INTACT, "BMP2": INTACT, "ALPL": INTACT})

    def shift(amount):
        reference = {"GAPDH": 0.15 * (amount["condition"] == "scr_20")} if "ALPL" not in amount["readout"] else {}
        return {**by_value(0.1)(amount), **reference}

    effects = concluded(lab, amounts, errors_of(amounts, shift))["effects"]
    shared = {"gene:RUNX2": 0.2**2 + 0.15**2, "gene:BMP2": 0.15**2, "gene:ALPL": 0.0}
    for readout, variance in shared.items():
        found = row(effects, readout=readout, contrast="total", scale="log", method="donor_t")
        assert (found["se"] / LN2) ** 2 == pytest.approx(1 / 3 + variance)
        assert found["flag"] == ("efficiency_error" if variance else "")


def test_holm_is_over_the_new_p(lab):
    amounts = amounts_of(lab, {"RUNX2": INTACT, "BMP2": INTACT})
    made = concluded(lab, amounts, errors_of(amounts, by_value(0.5)))
    for name in ("effects", "genes"):
        table = made[name]
        if name == "effects":
            own = table[(table["contrast"] == "total") & (table["scale"] == "log") & (table["method"] == "donor_t")]
        else:
            own = table[table["gene"] != "osteogenic_score"]
        small, large = sorted(own["p"])
        assert sorted(own["p_adjusted"]) == pytest.approx([2 * small, max(2 * small, large)])
        assert small < large


def test_reps_and_plates_are_averaged_as_amounts_are(lab):
    # D1's two reps at raised Mg shift by .4 and 0, the second one's plate having an efficiency without a known error
    amounts = amounts_of(lab, {"RUNX2": INTACT}, reps=("1", "2"))
    errors = errors_of(
        amounts, lambda r: {"RUNX2 on P1": 0.4} if r["condition"] == "scr_20" and r["rep"] == "1" else {}
    )
    means = means_from_amounts(lab.sirna, amounts, Problems())
    shifts = efficiency_shifts(lab.sirna, amounts, means, errors)
    cells = shifts.cells.loc["gene:RUNX2", "RUNX2 on P1"]
    assert cells["scr_20"].tolist() == pytest.approx([0.2 * LN2] * 3)
    assert cells["scr_08"].tolist() == [0.0] * 3


def test_a_cell_of_which_no_error_is_known_is_not_moved(lab):
    cells = pd.Series([0.3], pd.MultiIndex.from_tuples([("gene:RUNX2", "scr_20", "D2")]), name="RUNX2").to_frame()
    means = lab.means({"gene:RUNX2": {"scr_08": [1.0, 1.0], "scr_20": [0.0, 0.0]}, "calcium": {"scr_20": [2.0, 2.0]}})
    moved = means.assign(by=EfficiencyShifts(cells, np.array([3.0])).of_means(means)[:, 0])
    assert moved[moved["by"] != 0][["readout", "condition", "donor", "by"]].to_numpy().tolist() == [
        ["gene:RUNX2", "scr_20", "D2", 0.3]
    ]


def test_every_contrast_of_a_block_and_a_donor_without_all_arms(lab):
    # under the block −1 doubling for all: interaction −1, so its shift is (−2 − −1)·.1; D3 lacks the blocked raised arm
    arms = {**INTACT, "si_08": (0.0, 0.0, 0.0), "si_20": (-1.5, -0.5, np.nan)}
    amounts = amounts_of(lab, {"RUNX2": arms}).dropna(subset="value")
    errors = errors_of(amounts, by_value(0.1))
    made = concluded(lab, amounts, errors)
    bare = concluded(lab, amounts, NOTHING)
    for method, donors in (("donor_t", 2), ("block_anova", 3)):
        where = {"contrast": "interaction", "scale": "log", "method": method}
        new, old = row(made["effects"], **where), row(bare["effects"], **where)
        assert new["estimate"] == old["estimate"]
        assert new["n_donors"] == donors
        moved = old["estimate"] * 0.1  # every log2 change is moved in proportion to itself
        assert new["se"] ** 2 - old["se"] ** 2 == pytest.approx(moved**2)
    main = row(made["effects"], contrast="block_main", method="donor_t")
    assert main["flag"] == ""  # 0 Cq apart: nothing is moved


def test_matched_mineral_and_the_score_hold_it_too(lab):
    rows = [lab.condition(name, mg) for name, mg in (("scr_08", 0.8), ("scr_20", 2.0))]
    experiment = lab.experiment([*rows, lab.condition("ppi", 0.8, comparator="pyrophosphate")])
    arms = {**INTACT, "ppi": (-1.0, -0.5, 0.0)}  # −2, −1.5, −1 against the comparator: mean −1.5, se √(.25/3)
    amounts = amounts_of(lab, {"RUNX2": arms, "BMP2": arms})
    made = concluded(lab, amounts, errors_of(amounts, by_value(0.1)), experiment)
    found = row(made["genes"], gene="RUNX2", estimand="matched_mineral")
    variance = 0.25 / 3 + 0.15**2
    df = variance**2 / ((0.25 / 3) ** 2 / 2 + 0.15**4 / 3)
    assert found["estimate"] == pytest.approx(-1.5)
    assert found["ci_high"] == pytest.approx(-1.5 + stats.t.ppf(0.975, df) * np.sqrt(variance))
    assert found["p"] == pytest.approx(2 * stats.t.sf(1.5 / np.sqrt(variance), df), rel=1e-6)
    assert "efficiency_error" in found["flag"]
    assert "efficiency_error" not in row(made["genes"], gene="BMP2", estimand="matched_mineral")["flag"]
    # the score of RUNX2 and BMP2, of which RUNX2's part of one half is moved by .2
    score = row(made["genes"], gene="osteogenic_score", block="", estimand="total")
    variance, shared = 1 / 3 + 0.1**2, 0.1**4 / 3
    half = stats.t.ppf(0.975, variance**2 / (1 / 18 + shared)) * np.sqrt(variance)
    assert (score["ci_low"], score["ci_high"]) == (pytest.approx(-2 - half), pytest.approx(-2 + half))
    assert np.isnan(score["p_adjusted"])


def test_a_change_with_non_detects_is_moved_as_the_block_anova_is(lab):
    amounts = amounts_of(lab, {"RUNX2": {"scr_08": (0.0, 0.4, 0.2), "scr_20": (-3.0, -2.0, np.nan)}})
    amounts.loc[amounts["value"].isna(), "limit"] = -4.0
    errors = errors_of(amounts.fillna({"value": -4.0}), by_value(0.1))
    where = {"contrast": "total", "method": "block_anova"}
    new = row(concluded(lab, amounts, errors)["effects"], **where)
    old = row(concluded(lab, amounts, NOTHING)["effects"], **where)
    assert old["flag"] == "undetermined;censored"
    assert new["flag"] == "undetermined;censored;efficiency_error"
    assert new["estimate"] == old["estimate"]
    assert new["se"] > old["se"]
    assert (new["estimate"] - new["ci_low"]) / (new["ci_high"] - new["estimate"]) == pytest.approx(
        (old["estimate"] - old["ci_low"]) / (old["ci_high"] - old["estimate"])
    )


def test_nothing_changes_without_a_known_error(lab):
    amounts = amounts_of(lab, {"RUNX2": INTACT})
    means = means_from_amounts(lab.sirna, amounts, Problems())
    effects = effects_from_means(lab.sirna, means)
    shifts = efficiency_shifts(lab.sirna, amounts, means, NOTHING)
    assert effects_with_efficiency_error(lab.sirna, effects, means, shifts) is effects
    assert "efficiency_error" not in "".join(concluded(lab, amounts, NOTHING)["genes"]["flag"])


def test_no_amounts_and_one_donor_are_no_trouble(lab):
    amounts = amounts_of(lab, {"RUNX2": INTACT})
    errors = errors_of(amounts, by_value(0.1))
    assert concluded(lab, tables.AMOUNTS.frame(), errors)["effects"].empty
    one = concluded(lab, amounts[amounts["donor"] == "D1"], errors)
    found = row(one["effects"], contrast="total", scale="log", method="donor_t")
    assert (found["flag"], np.isnan(found["se"])) == ("few_donors", True)
    assert np.isnan(row(one["genes"], gene="RUNX2", block="")["ci_low"])


@pytest.mark.parametrize("method", ["donor_t", "dunnett"])
def test_every_level_of_a_dose_series_is_moved(lab, method):
    # changes of −1 at 1.4 mM and −2 at 2 mM, so .1 and .2 by SE .1
    experiment = lab.experiment([lab.condition(f"ca_{mg}", mg) for mg in (0.8, 1.4, 2.0)])
    arms = {"ca_0.8": (0.0, 0.1, 0.2), "ca_1.4": (-1.1, -0.8, -0.8), "ca_2.0": (-2.2, -1.6, -1.9)}
    amounts = amounts_of(lab, {"RUNX2": arms})
    new, old = (concluded(lab, amounts, e, experiment)["effects"] for e in (errors_of(amounts, by_value(0.1)), NOTHING))
    for mg, moved in ((1.4, 0.1), (2.0, 0.2)):
        where = {"contrast": "dose", "mg_raised_mM": mg, "method": method}
        after, before = row(new, **where), row(old, **where)
        assert (after["se"] ** 2 - before["se"] ** 2) / LN2**2 == pytest.approx(moved**2)
        quantile, of_t = ((r["ci_high"] - r["estimate"]) / r["se"] for r in (after, before)), stats.t.ppf
        joint, was = quantile  # over levels, moved as Student's is by the new df
        assert joint / was == pytest.approx(of_t(0.975, after["df"]) / of_t(0.975, before["df"]))
        for p in ("p", "p_adjusted"):
            nearer = stats.t.isf(before[p] / 2, before["df"]) * before["se"] / after["se"]
            assert after[p] == pytest.approx(2 * stats.t.sf(nearer, after["df"]), rel=1e-6)


def test_from_cq_to_the_interval_it_holds_the_truth(lab):
    """400 experiments, each a gene of its own with a series of its own, on one plate each: Cq to genes.csv.

    A true change of 5 Cq at E 1.9, donors' SD 0.2 Cq, four of them; five dilutions in singlet, SD 0.3 Cq. Without the
    error of E the interval holds the truth in 84 % (test_shared_error); binomial SE 1.1 and 1.8 %.
    """
    runs, donors, rng = 400, 4, np.random.default_rng(44)
    experiment = lab.experiment(
        [lab.condition("ca_08", 0.8), lab.condition("ca_20", 2.0)],
        assays={"qpcr": {"reference_genes": ["GAPDH"], "efficiency": {"GAPDH": 2.0}}},
    )
    common = {"status": "ok", "cycles": 40}
    rows = []
    for i in range(runs):
        plate = {"plate": f"P{i}", **common}
        series = 20 + np.arange(5) / np.log10(1.9) + rng.normal(0, 0.3, 5)
        rows += [
            {**plate, "target": f"G{i}", "well": f"H{k}", "role": "standard", "standard": 10.0**-k, "cq": cq}
            for k, cq in enumerate(series)
        ]
        for d, change in enumerate(5 + rng.normal(0, 0.2, donors)):
            for k, (arm, cq) in enumerate((("ca_08", 25.0), ("ca_20", 25.0 + change))):
                sample = {**plate, "role": "sample", "condition": arm, "donor": f"D{d}", "rep": "1"}
                rows += [{**sample, "target": f"G{i}", "well": f"{'AB'[k]}{d}", "cq": cq}]
                rows += [{**sample, "target": "GAPDH", "well": f"{'CD'[k]}{d}", "cq": 20.0}]
    wells = tables.QPCR_WELLS.frame(rows)
    found = quantify_qpcr(experiment, wells, tables.AMPLIFICATION.frame(), Problems())
    truth, held = -5 * np.log2(1.9), {}
    for name, errors in (("with", found.efficiency_errors), ("without", NOTHING)):
        genes = concluded(lab, found.amounts, errors, experiment)["genes"]
        assert len(genes) == runs
        held[name] = ((genes["ci_low"] <= truth) & (truth <= genes["ci_high"])).mean()
    assert 0.93 <= held["with"] <= 0.98
    assert held["without"] < 0.89
