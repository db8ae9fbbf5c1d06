import numpy as np
import pytest

from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.means.means import means_from_amounts
from mgassay.problems import Problems

LIVE = {"ca08": 20.0, "ca20": 5.0}
ABOVE = {"value": float("nan"), "limit": 100.0, "flag": "above_curve;saturated"}
BELOW = {"value": float("nan"), "limit": 0.5, "flag": "below_lod"}


@pytest.fixture
def experiment(lab):
    control = lab.condition("control", 0.8, medium="control")
    return lab.experiment([lab.condition("ca08", 0.8), lab.condition("ca20", 2.0), control])


def run(experiment, lab, controls, donors=("D1", "D2", "D3")):
    """Three donors with 1 of background, but where `controls` says otherwise: donor -> its control wells."""
    rows = [{"condition": c, "donor": d, "value": v, "limit": 0.5} for c, v in LIVE.items() for d in donors]
    plain = [{"value": 1.0, "limit": 0.5}]
    for d in donors:
        wells = enumerate(controls.get(d, plain))
        rows += [{"condition": "control", "donor": d, "rep": str(i), "well": f"H{i + 1}", **w} for i, w in wells]
    problems = Problems()
    means = means_from_amounts(experiment, lab.amounts(rows), problems)
    return means.set_index(["condition", "donor"]), list(problems), means


@pytest.mark.parametrize("wells", [[ABOVE], [{"value": 1.0}, ABOVE], [{**ABOVE, "limit": float("nan")}]])
def test_arms_without_a_known_background_have_no_value_and_are_no_floor(experiment, lab, wells):
    """20 - 100 is no amount: the arms of D1 are not below anything, their background is beyond its curve."""
    means, problems, _ = run(experiment, lab, {"D1": wells})
    for condition in LIVE:
        row = means.loc[condition, "D1"]
        assert np.isnan(row["log_mean"])
        assert row["flag"] == "saturated;no_background"
        assert means.loc[condition, "D2"]["log_mean"] == pytest.approx(np.log(LIVE[condition] - 1))
    (told,) = problems
    assert (told.code, told.severity, told.seen) == ("MG620", "warning", "control: D1")
    assert "diluted" in told.remedy


def test_the_other_donors_go_on_without_the_one_whose_background_is_not_known(experiment, lab):
    _, _, means = run(experiment, lab, {"D1": [ABOVE]})
    total = effects_from_means(experiment, means).query("scale == 'log'")
    assert total["n_donors"].tolist() == [2]
    assert total["estimate"].tolist() == pytest.approx([np.log(19 / 4)])
    assert total["flag"].tolist() == [""]


def test_a_background_below_its_curve_is_subtracted_at_its_limit_and_flagged(experiment, lab):
    """At most .5: 20 - .5 and 5 - .5, each half a unit too low at the most. No arm is a bound by that."""
    means, problems, _ = run(experiment, lab, {"D1": [BELOW]})
    assert [means.loc[c, "D1"]["log_mean"] for c in LIVE] == pytest.approx([np.log(19.5), np.log(4.5)])
    assert means["flag"].tolist() == ["below_lod", "", ""] * 2
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG621", "notice", "control: D1")]


def test_a_background_below_a_limit_nobody_knows_is_none(experiment, lab):
    means, problems, _ = run(experiment, lab, {"D1": [{**BELOW, "limit": float("nan")}]})
    assert np.isnan(means.loc["ca08", "D1"]["log_mean"])
    assert means.loc["ca08", "D1"]["flag"] == "below_lod;no_background"
    assert [p.code for p in problems] == ["MG620"]


def test_a_low_background_with_a_value_is_an_ordinary_one(experiment, lab):
    means, problems, _ = run(experiment, lab, {"D1": [{"value": 0.2, "limit": 0.5, "flag": "below_lod"}]})
    assert means.loc["ca08", "D1"][["log_mean", "flag"]].tolist() == [pytest.approx(np.log(19.8)), ""]
    assert problems == []


def test_an_arm_keeps_its_own_floor_and_readouts_that_are_no_mineral_their_control(experiment, lab):
    rows = [{"condition": "ca20", "donor": "D1", "value": 1.2, "limit": 0.5},
            {"condition": "control", "donor": "D1", **BELOW, "readout": "alp"},
            {"condition": "ca20", "donor": "D1", "value": 9.0, "readout": "alp"},
            {"condition": "control", "donor": "D1", "value": 1.0, "limit": 0.5}]  # fmt: skip
    problems = Problems()
    means = means_from_amounts(experiment, lab.amounts(rows), problems).set_index(["readout", "condition"])
    assert means["flag"].to_dict() == {
        ("alp", "ca20"): "", ("alp", "control"): "below_lod;floor", ("calcium", "ca20"): "floor"
    }  # fmt: skip
    assert means.loc["alp", "ca20"]["log_mean"] == pytest.approx(np.log(9.0))
    assert [p.code for p in problems] == ["MG612"]
