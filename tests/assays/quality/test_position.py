"""Effects of position: by hand, against statsmodels, and on simulated plates of known truth."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as sm

from mgassay.assays.quality import position as po

PLATE = (8, 12)


def wells(rows):
    """Rows of (well, condition, rep, value) as amounts of one donor."""
    made = [(w, c, "D1", rep, float(v), "") for w, c, rep, v in rows]
    return pd.DataFrame(made, columns=["well", "condition", "donor", "rep", "value", "flag"])


def pairs(n=8, outer="A", inner="C"):
    """Conditions with one well in an outer row, 10 % above their mean of 100, and one in an inner row, 10 % below."""
    return wells(
        [(f"{row}{k + 2}", f"c{k}", rep, v) for k in range(n) for row, rep, v in ((outer, "1", 110), (inner, "2", 90))]
    )


def test_deviations_are_parts_of_the_groups_mean():
    found = po.like_wells(wells([("A1", "a", "1", 8), ("A2", "a", "2", 12), ("A3", "b", "1", 5)]), po.CULTURE)
    assert list(found["well"]) == ["A1", "A2"]  # b stands alone
    np.testing.assert_allclose(found["deviation"], [-0.2, 0.2])


@pytest.mark.parametrize("flag", ["below_lod", "uncalibrated;below_loq"])
def test_groups_near_nothing_and_wells_without_a_value_are_left_out(flag):
    held = wells([(f"A{i}", c, str(i), 10 + i) for c in "abc" for i in range(1, 4)])
    held.loc[0, "flag"] = flag
    held.loc[3, "value"] = np.nan
    held.loc[6:8, "value"] = [-1.0, 0.5, -2.0]
    found = po.like_wells(held, po.CULTURE)
    assert list(found["condition"]) == ["b", "b"]
    assert found["deviation"].sum() == pytest.approx(0)


def test_wells_of_one_rep_are_compared_with_each_other_where_most_reps_were_read_twice():
    twice = wells([(f"A{i}", "a", str(i // 2), v) for i, v in enumerate((10, 12, 20, 22), 2)])
    kind, found = po.deviations(twice)
    assert kind == "technical"
    np.testing.assert_allclose(found["deviation"], [-1 / 11, 1 / 11, -1 / 21, 1 / 21])
    once = wells([(f"A{i}", "a", str(i), v) for i, v in ((1, 10), (1, 99), (2, 20), (3, 30), (4, 40))])
    kind, found = po.deviations(once)
    assert kind == "culture"
    assert list(found["value"]) == [10, 20, 30, 40]  # the second well of rep 1 is no culture well of its own
    control = once.assign(donor="")
    assert po.deviations(control)[1].empty


def test_an_edge_effect_by_hand():
    """Outer less inner is 20 % in every pair, nothing is left over; of 2^8 ways to swap pairs two are as far out."""
    edge = po.position_effects(po.deviations(pairs())[1], PLATE)[po.EDGE]
    assert edge.estimate == pytest.approx(0.2)
    assert (edge.ci_low, edge.ci_high) == (pytest.approx(0.2), pytest.approx(0.2))
    assert edge.p == pytest.approx(2 / 256, abs=4 * np.sqrt(2 / 256 / po.PERMUTATIONS))
    assert edge.n == 16
    assert edge.bias == pytest.approx(0)  # every condition has one well at the edge


def test_row_effects_by_hand():
    """Rows lie at +10 % and -10 %: an SD between them of 0.2 / sqrt(2); columns hold whole pairs and tell nothing."""
    found = po.position_effects(po.deviations(pairs())[1], PLATE)
    assert found[po.ROW].estimate == pytest.approx(0.2 / np.sqrt(2))
    assert np.isnan(found[po.ROW].ci_low)
    assert (found[po.COLUMN].flag, found[po.COLUMN].n) == ("confounded", 16)
    assert np.isnan([found[po.COLUMN].estimate, found[po.COLUMN].p]).all()


def test_which_wells_are_outer_depends_on_the_plate():
    found = po.deviations(pairs(outer="B", inner="C"))[1]
    assert po.position_effects(found, PLATE)[po.EDGE].flag == "confounded"
    assert po.position_effects(found, (3, 9))[po.EDGE].flag == ""


def test_few_wells_are_not_tested():
    found = po.position_effects(po.deviations(pairs(po.LEAST_SPARE - 1))[1], PLATE)
    assert {e.flag for e in found.values()} == {"few_wells"}
    assert po.position_effects(po.deviations(pairs(po.LEAST_SPARE))[1], PLATE)[po.EDGE].flag == ""
    assert po.position_effects(po.deviations(pairs(0))[1], PLATE)[po.EDGE].n == 0


def test_wells_that_do_not_differ_have_no_effect():
    edge = po.position_effects(po.deviations(pairs().assign(value=100.0))[1], PLATE)[po.EDGE]
    assert (edge.estimate, edge.ci_low, edge.ci_high, edge.p) == (0.0, 0.0, 0.0, 1.0)


def simulated(rng, *, cv=0.1, effect=0.0, order="random", reads=1, size=48):
    """A plate of 16 conditions of three reps around well D6, log-normal scatter, outer wells higher by `effect`."""
    spots = [(r, c) for r in range(8) for c in range(3, 11)][: size * reads]
    if order == "random":
        spots = [spots[i] for i in rng.permutation(len(spots))]
    if order == "columns":
        spots = sorted(spots, key=lambda s: (s[1], s[0]))
    culture = np.repeat(np.exp(rng.normal(0, cv, size)), reads)
    rows = []
    for i, (r, c) in enumerate(spots):
        condition, rep = divmod(i // reads, 3)
        raised = 1 + effect * (r in (0, 7))
        value = np.exp(1 + condition / 5) * culture[i] * raised * np.exp(rng.normal(0, 0.03 * (reads > 1)))
        rows.append((f"{'ABCDEFGH'[r]}{c + 1}", f"c{condition}", str(rep), value))
    return wells(rows)


def test_the_edge_is_the_regression_within_groups():
    found = po.deviations(simulated(np.random.default_rng(1), effect=0.2))[1]
    ours = po.position_effects(found, PLATE)[po.EDGE]
    data = found.assign(outer=found["well"].str[0].isin(["A", "H"]).astype(float))
    fit = sm.ols("deviation ~ outer + C(condition)", data).fit()
    assert ours.estimate == pytest.approx(fit.params["outer"], rel=1e-9)
    np.testing.assert_allclose([ours.ci_low, ours.ci_high], fit.conf_int().loc["outer"], rtol=1e-9)
    rows = sm.ols("deviation ~ C(row) + C(condition)", data.assign(row=data["well"].str[0])).fit()
    plain = sm.ols("deviation ~ C(condition)", data).fit()
    levels = plain.df_resid - rows.df_resid
    explained, noise = plain.ssr - rows.ssr, rows.ssr / rows.df_resid
    per_level = 0.0  # trace of the rows' own projection: sum over rows of what is left of a row's indicator
    for row in "ABCDEFGH":
        z = (data["well"].str[0] == row).astype(float)
        per_level += float(((z - z.groupby(data["condition"]).transform("mean")) ** 2).sum())
    variance = (explained / levels - noise) / (per_level / levels)
    assert po.position_effects(found, PLATE)[po.ROW].estimate == pytest.approx(np.sqrt(max(variance, 0)), rel=1e-6)


def test_p_is_the_same_every_time_and_nothing_leaves_its_group():
    found = po.deviations(simulated(np.random.default_rng(2)))[1]
    assert po.position_effects(found, PLATE) == po.position_effects(found, PLATE)
    group = np.repeat(np.arange(5), 4)
    shuffled = po.permuted_within(group.astype(float), group)
    assert (shuffled == group).all()
    values = po.permuted_within(np.arange(20.0), group)
    assert (np.sort(values, axis=1) == np.arange(20)).all()
    np.testing.assert_allclose(values.mean(axis=0), np.repeat(np.arange(5) * 4 + 1.5, 4), atol=0.15)


@pytest.mark.parametrize(("order", "reads"), [("random", 1), ("columns", 1), ("rows", 1), ("rows", 2)])
def test_p_is_uniform_on_clean_plates_however_they_are_laid_out(order, reads, monkeypatch):
    """Also where both wells of a rep stand side by side, which share what their culture well held."""
    monkeypatch.setattr(po, "PERMUTATIONS", 499)
    rng = np.random.default_rng(3)
    size = 48 // reads
    made = [
        po.position_effects(po.deviations(simulated(rng, order=order, reads=reads, size=size))[1], PLATE)
        for _ in range(100)
    ]
    p = np.array([[e.p for e in effects.values() if e.flag == ""] for effects in made])
    assert p.size
    assert 0.01 < (p < 0.1).mean() < 0.18


def test_the_interval_of_the_edge_covers_and_a_true_effect_is_found(monkeypatch):
    """Outer wells 20 % above inner ones of a group are 0.2 / (1 + 0.2 * part of the group at the edge) of its mean."""
    monkeypatch.setattr(po, "PERMUTATIONS", 199)
    rng = np.random.default_rng(4)
    held = found = 0
    for _ in range(200):
        plate = simulated(rng, effect=0.2, order="random")
        edge = po.position_effects(po.deviations(plate)[1], PLATE)[po.EDGE]
        outer = plate["well"].str[0].isin(["A", "H"])
        share = outer.groupby(plate["condition"]).transform("mean")
        weight = (outer - share) ** 2
        true = float((weight * 0.2 / (1 + 0.2 * share)).sum() / weight.sum())
        held += edge.ci_low <= true <= edge.ci_high
        found += edge.p < 0.05
    assert 0.91 <= held / 200 <= 0.985
    assert found / 200 > 0.8


def test_bias_is_what_position_does_to_the_means_of_conditions():
    """One condition has two of its three wells at the edge, the other one; 20 % apart there, a third of it is bias."""
    held = wells(
        [(w, f"c{k}", str(i), 100 * (1.1 if w[0] == "A" else 0.9)) for k in range(6)
         for i, w in enumerate((f"A{k + 2}", f"A{k + 8}" if k % 2 else f"D{k + 2}", f"E{k + 2}"))]
    )  # fmt: skip
    edge = po.position_effects(po.deviations(held)[1], (8, 14))[po.EDGE]
    assert edge.bias == pytest.approx(edge.estimate / 3)


def test_holm_by_hand():
    adjusted = po.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": float("nan")})
    assert [adjusted[k] for k in "abc"] == pytest.approx([0.03, 0.06, 0.06])
    assert np.isnan(adjusted["d"])
    assert po.holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
