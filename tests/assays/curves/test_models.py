"""Shapes of a standard curve, by hand."""

import numpy as np
import pytest

from mgassay.assays.curves.models import MODELS, model_named
from mgassay.errors import CalibrationError

PARABOLA = np.array([1.0, 2.0, -0.5])  # y = 1 + 2x − x²/2: apex at x = 2, y = 3


def test_parabola_back_and_forth():
    quadratic = MODELS["quadratic"]
    x = np.array([0.0, 1.0, 2.0])
    assert quadratic.predict(PARABOLA, x).tolist() == [1.0, 2.5, 3.0]
    assert quadratic.inverse(PARABOLA, np.array([1.0, 2.5, 3.0])).tolist() == [0.0, 1.0, 2.0]
    assert quadratic.slope(PARABOLA, x).tolist() == [2.0, 1.0, 0.0]
    assert quadratic.summit(PARABOLA) == 2.0


def test_signal_above_the_apex_has_no_concentration():
    assert np.isinf(MODELS["quadratic"].inverse(PARABOLA, np.array([3.0001]))).all()


def test_below_the_blank_the_tangent_goes_on():
    quadratic, x = MODELS["quadratic"], np.array([-0.5])
    assert quadratic.predict(PARABOLA, x).tolist() == [0.0]  # 1 + 2 · (−0.5), no square
    assert quadratic.inverse(PARABOLA, np.array([0.0])).tolist() == [-0.5]
    assert quadratic.gradient(PARABOLA, x).tolist() == [[1.0, -0.5, 0.0]]


def test_an_upward_bend_has_no_summit_and_its_rising_branch_is_taken():
    p = np.array([0.0, 1.0, 1.0])
    assert MODELS["quadratic"].summit(p) == np.inf
    assert MODELS["quadratic"].inverse(p, np.array([6.0])).tolist() == [2.0]


@pytest.mark.parametrize("name", ["linear", "quadratic"])  # logistics: test_logistic.py
def test_gradient_and_slope_are_the_derivatives(name):
    model, p, x, h = MODELS[name], PARABOLA[: len(MODELS[name].parameters)], np.array([-0.3, 0.4, 1.2]), 1e-6
    numeric = np.column_stack(
        [(model.predict(p + h * e, x) - model.predict(p - h * e, x)) / (2 * h) for e in np.eye(p.size)]
    )
    np.testing.assert_allclose(model.gradient(p, x), numeric, atol=1e-8)
    np.testing.assert_allclose(model.slope(p, x), (model.predict(p, x + h) - model.predict(p, x - h)) / (2 * h))


def test_a_shape_that_is_not_there_names_those_that_are():
    with pytest.raises(CalibrationError) as caught:
        model_named("cubic")
    assert caught.value.code == "MG301"
    assert caught.value.facts["known"] == "linear, quadratic, 4pl, 5pl"


@pytest.mark.parametrize(
    ("name", "p", "rises"),
    [
        ("linear", [1.0, 0.1], True),
        ("quadratic", [1.0, -0.1, 5.0], False),  # falls from the blank, whatever it does later
        ("4pl", [0.1, 1.0, 5.0, 2.0], True),
        ("5pl", [2.0, 1.0, 5.0, 0.1, 1.0], False),
    ],
)
def test_what_rises(name, p, rises):
    assert MODELS[name].rises(np.array(p)) is rises
    assert MODELS[name].is_linear is (name in ("linear", "quadratic"))


def test_a_fit_has_the_degree_of_its_name_by_hand():
    """Signals 0, 1, 4 at 0, 1, 2: the line is -1/3 + 2x (normal equations), the parabola x^2."""
    x, y, w = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0]), np.ones(3)
    assert MODELS["linear"].fit(x, y, w).tolist() == pytest.approx([-1 / 3, 2.0])
    assert MODELS["quadratic"].fit(x, y, w).tolist() == pytest.approx([0.0, 0.0, 1.0], abs=1e-12)
