"""The share without flagged wells, and the passive share with the other kind of acellular arm."""

import numpy as np
import pytest

from mgassay.effects.estimators.fieller import FiellerSet
from mgassay.effects.verdict.checks import check_rows, checks_from_rows
from mgassay.effects.verdict.flagged import Unflagged
from mgassay.effects.verdict.refits import OtherAcellular, _Share, other_acellular, with_acellular

KEY = ["block", "check", "subject"]


def without(lab, experiment, values, clean, flag="outlier"):
    left_out = lab.amounts([{"condition": "scr_20", "donor": "D1", "flag": flag, "value": 1.0}])
    unflagged = Unflagged(lab.means({"calcium": clean}), left_out)
    return checks_from_rows(check_rows(experiment, lab.means({"calcium": values}), unflagged)).set_index(KEY)


def test_the_share_without_flagged_wells_is_that_of_their_means(lab, room):
    """T = 1.2 and B = .24 in all donors once the noise is gone: (T - B)/T = .8; with 1.2 and .96 it is .2."""
    level = {c: np.full(4, v.mean()) for c, v in room.arms(room.SI, share=0.2).items()}
    row = without(lab, lab.sirna, room.arms(room.SI), level).loc["siTRPM7", "without_flagged", "outlier"]
    assert row["estimate"] == pytest.approx(0.2)
    assert not row["passed"]
    same = without(lab, lab.sirna, room.arms(room.SI), room.arms(room.SI)).loc["siTRPM7", "without_flagged", "outlier"]
    assert same["passed"]
    assert same["bound_low"] < same["estimate"] == pytest.approx(0.8, abs=0.05)


def test_a_doubt_elsewhere_is_none_of_this_block(lab, room):
    left_out = lab.amounts([{"condition": "acell_20", "donor": "r1", "flag": "outlier", "value": 1.0}])
    means = lab.means({"calcium": room.arms(room.SI)})
    checks = checks_from_rows(check_rows(lab.sirna, means, Unflagged(means, left_out)))
    assert "without_flagged" not in set(checks["check"])


def test_nothing_left_without_flagged_wells_has_no_row_and_one_donor_no_interval(lab, room):
    values = room.arms(room.SI)
    gone = without(lab, lab.sirna, values, {c: np.full(4, np.nan) for c in values})
    assert "without_flagged" not in gone.index.get_level_values("check")
    one = without(lab, lab.sirna, values, {c: v[:1] for c, v in values.items()})
    row = one.loc["siTRPM7", "without_flagged", "outlier"]
    assert row["flag"] == "few_donors"
    assert np.isnan(row["ci_low"])
    two = without(lab, lab.sirna, values, {c: v[:2] for c, v in values.items()})
    assert two.loc["siTRPM7", "without_flagged", "outlier"]["flag"] == ""


@pytest.fixture
def both_kinds(lab):
    rows = [
        *lab.sirna_conditions(),
        *(lab.condition(f"fix_{m}", mg, cells="fixed") for m, mg in (("08", 0.8), ("20", 2))),
    ]
    return lab.experiment(rows)


@pytest.mark.parametrize(("effect", "passed"), [(0.22, True), (1.0, False)])
def test_the_other_kind_of_acellular_arm(lab, room, both_kinds, effect, passed):
    """Passive is A/T: .2/1.2 with medium alone, `effect`/1.2 with fixed cells."""
    fixed = {"fix_08": 1 + room.NOISE, "fix_20": 1 - effect - room.NOISE[::-1]}
    values = {**room.arms(room.SI), **room.ACELLULAR, **fixed}
    checks = checks_from_rows(check_rows(both_kinds, lab.means({"calcium": values}))).set_index(KEY)
    row = checks.loc["siTRPM7", "acellular_variant", "fixed"]
    assert row["estimate"] == pytest.approx(effect / 1.2, abs=0.03)
    assert bool(row["passed"]) is passed
    assert row["bound_low"] < 0.2 / 1.2 < row["bound_high"]


def test_a_bound_in_the_other_kind_decides_nothing(lab, room, both_kinds):
    fixed = {"fix_08": 1 + room.NOISE, "fix_20": 0.8 - room.NOISE[::-1]}
    values = {"calcium": {**room.arms(room.SI), **room.ACELLULAR, **fixed}}
    means = room.flagged_means(lab, values, {("calcium", "fix_20"): "floor"})
    row = checks_from_rows(check_rows(both_kinds, means)).set_index(KEY).loc["siTRPM7", "acellular_variant", "fixed"]
    assert row[["passed"]].isna().all()
    assert "floor" in row["flag"]


def test_one_kind_alone_has_no_other(lab, both_kinds):
    assert other_acellular(lab.sirna) == OtherAcellular()
    assert other_acellular(both_kinds) == OtherAcellular("fixed", ("fix_08", "fix_20"))
    assert other_acellular(with_acellular(both_kinds, "fixed")) == OtherAcellular("none", ("acell_08", "acell_20"))


@pytest.mark.parametrize(
    ("kind", "low", "high", "conclusion"),
    [
        ("bounded", 0.51, 0.54, (True, 1, 1)),
        ("bounded", 0.10, 0.49, (True, 1, -1)),
        ("bounded", -0.3, 0.60, (True, 0, 0)),
        ("unbounded", np.nan, np.nan, (False, 0, 0)),
    ],
)
def test_what_a_share_concludes_is_its_side_of_zero_and_of_a_half(kind, low, high, conclusion):
    found = FiellerSet(*map(np.array, (kind, low, high, 0.5)))
    assert _Share(found, "").conclusion == conclusion


def test_a_share_that_may_be_0_is_less_than_half_on_both_scales(lab, room):
    """T = B = 1.2: which side of 0 the share lies on is not known, and which side of one half is."""
    rows = checks_from_rows(check_rows(lab.sirna, lab.means({"calcium": room.arms(room.SI, share=0.0)})))
    scale = rows[rows["check"] == "scale"].set_index("subject")
    assert ((scale["ci_low"] < 0) & (0 < scale["ci_high"]) & (scale["ci_high"] < 0.5)).all()
    assert scale["passed"].tolist() == [True, True]
