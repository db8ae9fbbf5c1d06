import numpy as np
import pytest

from mgassay.effects.means.panels import ArmMatrix, is_mineral, panels_from_means
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


def test_only_bounds_that_have_no_number_are_lost():
    values = np.array([[1.0, np.nan, np.nan], [2.0, 3.0, np.nan]])
    matrix = ArmMatrix(("D1", "D2"), values, (("floor", "above_curve;outlier", ""), ("", "floor", "outlier")))
    assert matrix.lost() == "above_curve"
    assert matrix.lost((1.0, 0.0, -1.0)) == ""  # the arm that has no weight
    assert matrix.taking([False, True]).lost() == ""


def test_a_cell_without_a_number_pulls_no_way():
    """The floor of D1 has a number and makes a lower bound; that of D2 is lost, which is another matter."""
    values = np.array([[1.0, 0.5], [2.0, np.nan]])
    one = ArmMatrix(("D1", "D2"), values, (("", "floor"), ("", "above_curve;outlier")))
    assert one.flag((1.0, -1.0)) == "floor;lower_bound"
    assert one.lost((1.0, -1.0)) == "above_curve"
