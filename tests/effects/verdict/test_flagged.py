"""Means without doubtful wells: which wells go, and which stay."""

import numpy as np
import pytest

from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.verdict.flagged import DOUBTS, means_without_flagged
from mgassay.flags import FLAGS
from mgassay.problems import Problems

CONTROLS = {"control": 1.0, "scr_08": 11.0, "scr_20": 5.0, "si_08": 12.0, "si_20": 9.0}


@pytest.fixture
def experiment(lab):
    return lab.experiment([*lab.sirna_conditions()[:4], lab.condition("control", 0.8, medium="control")])


def wells(lab, flags=(), value=None):
    """Two reps of two donors in each condition; `flags` by (condition, donor, rep), which read `value`."""
    told = dict(flags)
    rows = [
        {"condition": c, "donor": d, "rep": r, "flag": told.get((c, d, r), ""), "well": f"{c}{d}{r}",
         "value": value if value and (c, d, r) in told else v + int(r) / 10}
        for c, v in CONTROLS.items() for d in ("D1", "D2") for r in ("1", "2")
    ]  # fmt: skip
    return lab.amounts(rows)


def test_an_outlier_is_left_out_of_its_mean(lab, experiment):
    """scr_20 of D1 less its background 1.15: rep 2 alone is log(5.2 - 1.15)."""
    found = means_without_flagged(experiment, wells(lab, {("scr_20", "D1", "1"): "outlier"}, value=50.0))
    cell = found.means.set_index(["condition", "donor"]).loc[("scr_20", "D1")]
    assert cell["log_mean"] == pytest.approx(np.log(5.2 - 1.15))
    assert cell["n_reps"] == 1
    assert found.left_out["well"].tolist() == ["scr_20D11"]
    assert found.doubts("calcium", ("scr_20",)) == "outlier"
    assert found.doubts("calcium", ("scr_08",)) == found.doubts("alizarin_od", ("scr_20",)) == ""


def test_without_a_doubt_nothing_is_made_again(lab, experiment):
    assert means_without_flagged(experiment, wells(lab)) is None


@pytest.mark.parametrize("flag", ["floor", "above_curve", "below_lod", "no_protein"])
def test_bounds_are_no_doubt(lab, experiment, flag):
    """To leave out what lies low would be to choose the result."""
    assert means_without_flagged(experiment, wells(lab, {("scr_20", "D1", "1"): flag})) is None


def test_a_background_that_is_doubtful_throughout_stays(lab, experiment):
    flags = {("control", "D1", r): "outlier" for r in ("1", "2")} | {("control", "D2", "1"): "outlier"}
    amounts = wells(lab, flags)
    found = means_without_flagged(experiment, amounts)
    assert found.left_out["well"].tolist() == ["controlD21"]
    assert "no_background" not in ";".join(found.means["flag"])
    whole = means_from_amounts(experiment, amounts, Problems()).set_index(["condition", "donor"])["log_mean"]
    again = found.means.set_index(["condition", "donor"])["log_mean"]
    assert again["scr_08", "D1"] == whole["scr_08", "D1"]
    assert again["scr_08", "D2"] < whole["scr_08", "D2"]  # its background is that of rep 2, the larger one


def test_every_doubt_is_a_flag_of_the_list():
    assert set(DOUBTS) <= set(FLAGS)
    assert not {"floor", "above_curve", "below_lod", "below_loq", "undetermined"} & set(DOUBTS)
