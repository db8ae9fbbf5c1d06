import numpy as np
import pytest

from mgassay.effects.means.panels import ArmMatrix, excludes_zero, is_mineral, panels_from_means
from mgassay.flags import join_flags


def test_a_panel_gives_donors_by_arms_with_gaps(lab):
    means = lab.means({"calcium": {"scr_08": [1, 2], "scr_20": [0.5, np.nan]}, "alp": {"scr_08": [3]}})
    alp, calcium = panels_from_means(means)
    assert (alp.readout, calcium.readout) == ("alp", "calcium")
    matrix = calcium.matrix(("scr_08", "scr_20", ""))
    assert matrix.donors == ("D1", "D2")
    np.testing.assert_array_equal(matrix.values, [[1, 0.5, np.nan], [2, np.nan, np.nan]])
    assert matrix.complete((0, 1)).donors == ("D1",)
    assert matrix.without("D1").donors == ("D2",)
    assert calcium.matrix(("", "")).values.shape == (0, 2)


@pytest.mark.parametrize(
    ("reference", "raised", "expected"),
    [
        ("", "", ""),
        ("", "floor", "floor;lower_bound"),
        ("floor", "", "floor;upper_bound"),
        ("floor", "floor", "floor"),
        ("above_curve", "", "above_curve;lower_bound"),
        ("", "above_curve", "above_curve;upper_bound"),
        ("no_background", "no_background", "no_background"),
    ],
)
def test_which_way_a_censored_cell_pulls_an_effect(reference, raised, expected):
    matrix = ArmMatrix(("D1",), np.zeros((1, 2)), ((reference, raised),))
    assert set(matrix.flag((1.0, -1.0)).split(";")) == set(expected.split(";"))
    assert join_flags(matrix.flag((1.0, -1.0))) == matrix.flag((1.0, -1.0))


def test_what_counts_as_mineral():
    assert [is_mineral(r) for r in ("calcium", "calcium_per_well", "alizarin_area", "gene:RUNX2", "alp")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("low", "high", "flag", "told"),
    [
        (0.2, 0.8, "", True),
        (-0.8, -0.2, "", True),
        (-0.1, 0.8, "", False),
        (np.nan, np.nan, "few_donors", False),
        (0.2, 0.8, "above_curve;lower_bound", True),
        (0.2, 0.8, "floor;upper_bound", False),
        (-0.8, -0.2, "floor;upper_bound", True),
        (-0.8, -0.2, "above_curve;lower_bound", False),
        (0.2, 0.8, "above_curve", False),
    ],
)
def test_a_bound_excludes_zero_only_from_its_own_side(low, high, flag, told):
    assert excludes_zero(low, high, flag) is told


def test_only_bounds_that_have_no_number_are_lost():
    values = np.array([[1.0, np.nan, np.nan], [2.0, 3.0, np.nan]])
    matrix = ArmMatrix(("D1", "D2"), values, (("floor", "above_curve;outlier", ""), ("", "floor", "outlier")))
    assert matrix.lost == "above_curve"
    assert matrix.taking([False, True]).lost == ""
