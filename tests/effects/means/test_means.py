import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.effects.means.means import means_from_amounts, reps_from_amounts
from mgassay.problems import Problems


@pytest.fixture
def experiment(lab):
    rows = [
        lab.condition("control", 0.8, medium="control"),
        lab.condition("control20", 2.0, medium="control"),
        lab.condition("ca08", 0.8),
        lab.condition("ca20", 2.0),
        lab.condition("acell08", 0.8, cells="none"),
    ]
    return lab.experiment(rows)


def run(experiment, lab, *rows):
    problems = Problems()
    means = means_from_amounts(experiment, lab.amounts(rows), problems)
    tables.MEANS.check(means)
    return means.set_index(["readout", "condition", "donor"]), problems


def test_technical_wells_then_background_then_log(experiment, lab):
    """rep 1: (11 + 13)/2 - (1 + 3)/2 = 10; rep 2: 42 - 2 = 40; log mean = log(20)."""
    wells = [("1", "A1", 11.0), ("1", "A2", 13.0), ("2", "B1", 42.0)]
    ca = [{"condition": "ca08", "donor": "D1", "rep": r, "well": w, "value": v} for r, w, v in wells]
    control = [{"condition": "control", "donor": "D1", "rep": r, "value": v} for r, v in (("1", 1.0), ("2", 3.0))]
    means, problems = run(experiment, lab, *[{**r, "readout": "calcium_per_well"} for r in ca + control])
    row = means.loc["calcium_per_well", "ca08", "D1"]
    assert row["log_mean"] == pytest.approx(np.log(20.0))
    assert (row["n_reps"], row["n_wells"], row["flag"]) == (2, 3, "")
    assert len(means) == 1  # the control itself is no mean
    assert not list(problems)


def test_reps_are_what_the_mean_is_made_of(experiment, lab):
    """12 - 2 = 10 and 42 - 2 = 40, as above; a well that is lost has no rep."""
    wells = [("1", 11.0), ("1", 13.0), ("2", 42.0), ("3", None)]
    ca = [{"condition": "ca08", "donor": "D1", "rep": r, "value": v} for r, v in wells]
    control = [{"condition": "control", "donor": "D1", "rep": r, "value": v} for r, v in (("1", 1.0), ("2", 3.0))]
    given = lab.amounts([{**r, "readout": "calcium_per_well"} for r in ca + control])
    before = given.copy()
    reps = reps_from_amounts(experiment, given)
    assert np.exp(reps["log_value"]).tolist() == pytest.approx([10.0, 40.0])
    mean = means_from_amounts(experiment, given, Problems())["log_mean"].item()
    assert mean == pytest.approx(reps["log_value"].mean())
    pd.testing.assert_frame_equal(given, before)


def test_what_is_of_no_donor_or_no_condition_or_is_not_compared_has_neither_reps_nor_mean(experiment, lab):
    """A standard has no condition, an mg_control no donor; protein and the extract are on the way to calcium."""
    own = {"condition": "ca08", "donor": "D1", "readout": "calcium_per_well", "value": 4.0}
    others = [{"donor": ""}, {"condition": ""}, {"condition": "elsewhere"}]
    others += [{"readout": r} for r in ("protein_per_well", "calcium_in_extract", "calcium_apparent")]
    given = lab.amounts([own, *({**own, **other, "value": 9.0} for other in others)])
    for found in (reps_from_amounts(experiment, given), means_from_amounts(experiment, given, Problems())):
        assert found[["readout", "condition", "donor"]].to_numpy().tolist() == [["calcium_per_well", "ca08", "D1"]]


def test_wells_joined_in_one_row_are_counted(experiment, lab):
    means, _ = run(experiment, lab, {"condition": "ca08", "donor": "D1", "well": "A1;A2;A3", "value": 5.0})
    assert means["n_wells"].tolist() == [3]


def test_background_is_the_donors_own_and_falls_back_per_donor(experiment, lab):
    """D1 has the control at the arm's Mg (3), D2 only the one at reference Mg (1)."""
    rows = [{"condition": "ca20", "donor": d, "value": 10.0} for d in ("D1", "D2")]
    rows += [{"condition": "control20", "donor": "D1", "value": 3.0}]
    rows += [{"condition": "control", "donor": d, "value": 1.0} for d in ("D1", "D2")]
    means, _ = run(experiment, lab, *rows)
    assert means["log_mean"].tolist() == pytest.approx([np.log(7.0), np.log(9.0)])


def test_no_background_subtracts_nothing_and_says_so(experiment, lab):
    rows = [{"condition": "control", "donor": "D1", "value": 1.0}]
    rows += [
        {"condition": "acell08", "donor": "run1", "value": 10.0},
        {"condition": "ca08", "donor": "D2", "value": 8.0},
    ]
    means, problems = run(experiment, lab, *rows)
    assert means["log_mean"].tolist() == pytest.approx([np.log(8.0), np.log(10.0)])
    assert means["flag"].tolist() == ["no_background"] * 2
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG611", "ca08, acell08", "ca08: D2; acell08: run1")]


def test_a_rep_not_above_lod_is_censored_at_lod(experiment, lab):
    """1.4 - 1 = .4 is below LOD .5: it enters at .5; the other rep is 8. Not dropped: mean of log .5 and log 8."""
    rows = [
        {"condition": "ca20", "donor": "D1", "rep": r, "value": v, "limit": 0.5} for r, v in (("1", 1.4), ("2", 9.0))
    ]
    rows += [{"condition": "control", "donor": "D1", "value": 1.0, "limit": 0.5}]
    means, problems = run(experiment, lab, *rows)
    row = means.loc["calcium", "ca20", "D1"]
    assert row["log_mean"] == pytest.approx(np.log(2.0))
    assert (row["n_reps"], row["flag"]) == (2, "floor")
    assert [p.code for p in problems] == ["MG612"]


def test_a_rep_at_lod_is_censored_too(experiment, lab):
    rows = [{"condition": "ca20", "donor": "D1", "value": 1.5, "limit": 0.5}]
    rows += [{"condition": "control", "donor": "D1", "value": 1.0, "limit": 0.5}]
    assert run(experiment, lab, *rows)[0]["flag"].tolist() == ["floor"]


def test_without_lod_a_rep_below_background_has_no_log(experiment, lab):
    rows = [{"condition": "ca20", "donor": "D1", "rep": r, "value": v} for r, v in (("1", 0.4), ("2", 9.0))]
    means, _ = run(experiment, lab, *rows, {"condition": "control", "donor": "D1", "value": 0.5})
    assert np.isnan(means["log_mean"].iloc[0])
    assert means["flag"].tolist() == ["floor"]


def test_above_the_curve_enters_at_the_top(experiment, lab):
    above = {"value": float("nan"), "limit": 101.0, "flag": "above_curve"}
    rows = [{"condition": "ca08", "donor": "D1", **above}, {"condition": "control", "donor": "D1", "value": 1.0}]
    means, problems = run(experiment, lab, *rows)
    assert means["log_mean"].tolist() == pytest.approx([np.log(100.0)])
    assert means["flag"].tolist() == ["above_curve"]
    assert [p.code for p in problems] == ["MG613"]


def test_below_the_curve_without_a_value_enters_at_its_limit_as_a_floor(experiment, lab):
    below = {"value": float("nan"), "limit": 2.0, "flag": "below_lod"}
    rows = [{"condition": "ca08", "donor": "D1", **below}, {"condition": "control", "donor": "D1", "value": 0.5}]
    means, problems = run(experiment, lab, *rows)
    assert means["log_mean"].tolist() == pytest.approx([np.log(2.0)])
    assert means["flag"].tolist() == ["below_lod;floor"]
    assert [p.code for p in problems] == ["MG612"]


def test_a_gene_without_a_cq_enters_at_what_it_is_at_most(experiment, lab):
    missing = {"value": float("nan"), "limit": -5.0, "flag": "undetermined"}
    rows = [
        {"condition": "ca08", "donor": "D1", "rep": rep, "readout": "gene:RUNX2", "unit": "log2", **found}
        for rep, found in (("1", {"value": 1.0}), ("2", missing))
    ]
    means, _ = run(experiment, lab, *rows)
    assert means["log_mean"].tolist() == pytest.approx([-2 * np.log(2)])
    assert means["flag"].tolist() == ["undetermined;floor"]
    assert means["n_reps"].tolist() == [2]


def test_genes_are_log2_and_keep_their_control(experiment, lab):
    rows = [{"condition": c, "donor": "D1", "rep": r, "readout": "gene:RUNX2", "value": v, "unit": "log2"}
            for c, r, v in (("ca08", "1", 1.0), ("ca08", "2", 2.0), ("control", "1", -3.0))]  # fmt: skip
    means, _ = run(experiment, lab, *rows)
    assert means.loc["gene:RUNX2", "ca08", "D1"]["log_mean"] == pytest.approx(1.5 * np.log(2))
    assert means.loc["gene:RUNX2", "control", "D1"]["log_mean"] == pytest.approx(-3 * np.log(2))


def test_protein_apparent_calcium_and_missing_values_are_not_contrasted(experiment, lab):
    rows = [
        {"condition": "ca08", "donor": "D1", "readout": r, "value": 1.0}
        for r in ("protein_per_well", "calcium_apparent")
    ]
    rows += [{"condition": "ca08", "donor": "D1", "value": float("nan"), "flag": "masked"}]
    assert run(experiment, lab, *rows)[0].empty


def test_no_amounts_no_means(experiment, lab):
    assert run(experiment, lab)[0].empty


def test_order_of_rows_changes_nothing_and_the_frame_is_left_alone(lab):
    amounts = lab.golden("balanced")
    shuffled = amounts.sample(frac=1, random_state=4)
    before = shuffled.copy(deep=True)
    one, other = (means_from_amounts(lab.sirna, a, Problems()) for a in (amounts, shuffled))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    pd.testing.assert_frame_equal(shuffled, before)


@pytest.mark.parametrize("flag", ["above_curve;saturated", "below_lod"])
@pytest.mark.parametrize("limit", [float("inf"), float("nan")])
def test_a_bound_without_a_number_leaves_its_cell_without_one(experiment, lab, flag, limit):
    """The other rep is 8, and the mean of the reps that could be read would be of the middling ones only."""
    beyond = {"value": float("nan"), "limit": limit, "flag": flag}
    rows = [{"condition": "ca08", "donor": "D1", "rep": "1", **beyond},
            {"condition": "ca08", "donor": "D1", "rep": "2", "value": 9.0},
            {"condition": "control", "donor": "D1", "value": 1.0}]  # fmt: skip
    means, _ = run(experiment, lab, *rows)
    assert np.isnan(means["log_mean"].iloc[0])
    assert means["n_reps"].tolist() == [2]
    assert means["flag"].tolist() == ["above_curve;saturated" if "above" in flag else "below_lod;floor"]


def test_a_bound_without_a_number_among_the_wells_of_a_rep_is_no_mean(experiment, lab):
    beyond = {"value": float("nan"), "flag": "above_curve"}
    rows = [{"condition": "ca08", "donor": "D1", "readout": "alp", "well": w, **v}
            for w, v in (("A1", {"value": 5.0}), ("A2", beyond))]  # fmt: skip
    assert run(experiment, lab, *rows)[0]["log_mean"].isna().all()


def test_a_detection_limit_that_is_infinite_detects_nothing(experiment, lab):
    rows = [{"condition": "ca08", "donor": "D1", "value": 9.0, "limit": float("inf")}]
    means, _ = run(experiment, lab, *rows, {"condition": "control", "donor": "D1", "value": 1.0})
    assert np.isnan(means["log_mean"].iloc[0])
    assert means["flag"].tolist() == ["floor"]


def test_lost_wells_leave_their_flag_and_are_not_counted(experiment, lab):
    """Rep 1 lost one of two wells, rep 2 its only one: the mean is that of the well left, 4."""
    lost = {"value": float("nan")}
    wells = [("1", "A1", {"value": 4.0}), ("1", "A2", {**lost, "flag": "no_linear_window"}),
             ("2", "B1", {**lost, "flag": "saturated"})]  # fmt: skip
    rows = [{"condition": "ca08", "donor": "D1", "readout": "alp_per_well", "rep": r, "well": w, **v}
            for r, w, v in wells]  # fmt: skip
    means, problems = run(experiment, lab, *rows)
    row = means.loc["alp_per_well", "ca08", "D1"]
    assert row["log_mean"] == pytest.approx(np.log(4.0))
    assert (row["n_reps"], row["n_wells"], row["flag"]) == (1, 1, "saturated;no_linear_window")
    assert not list(problems)


def test_a_donor_without_any_usable_well_is_named(experiment, lab):
    lost = {"readout": "alp_per_well", "value": float("nan"), "flag": "no_linear_window"}
    rows = [{"condition": "ca20", "donor": d, "rep": r, **lost} for d in ("D2", "D1") for r in ("1", "2")]
    rows += [{"condition": "ca20", "donor": "D3", "readout": "alp_per_well", "value": 3.0}]
    means, problems = run(experiment, lab, *rows)
    assert means.index.get_level_values("donor").tolist() == ["D3"]
    (told,) = problems
    assert (told.code, told.severity, told.seen, told.place) == ("MG622", "warning", "ca20: D1, D2", "ca20")
    assert "no_linear_window" in told.message


def test_many_lost_donors_are_listed_up_to_a_dozen(experiment, lab):
    lost = {"condition": "ca20", "readout": "alp", "value": float("nan"), "flag": "saturated"}
    _, problems = run(experiment, lab, *({**lost, "donor": f"D{i:02}"} for i in range(15)))
    assert [p.seen[-10:] for p in problems] == ["and 3 more"]


def test_a_gene_without_a_quantity_is_told_by_its_plate(experiment, lab):
    lost = {"condition": "ca20", "donor": "D1", "readout": "gene:BMP2", "value": float("nan"), "unit": "log2"}
    means, problems = run(experiment, lab, {**lost, "flag": "undetermined"})
    assert means.empty
    assert not list(problems)
