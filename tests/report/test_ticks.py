import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from mgassay.report.ticks import linear_ticks, log_ticks


@given(st.floats(-1e4, 1e4), st.floats(1e-6, 1e5), st.integers(2, 9))
def test_ticks_stand_within_the_axis_at_even_steps_and_are_not_too_many(low, span, most):
    places, labels = linear_ticks(low, low + span, most)
    assert len(places) == len(labels) <= most
    assert all(low - 1e-6 * span <= p <= low + span * (1 + 1e-6) for p in places)
    steps = [b - a for a, b in itertools.pairwise(places)]
    assert not steps or max(steps) - min(steps) <= 1e-9 * max(map(abs, places))


@given(st.integers(-40, 40), st.sampled_from([0.01, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5]), st.integers(2, 6))
def test_a_label_says_where_its_tick_stands(first, step, n):
    places, labels = linear_ticks(first * step, (first + n) * step, 9)
    assert [float(text.replace("−", "-")) for text in labels] == [round(p, 9) for p in places]


def test_labels_have_a_true_minus_and_as_many_decimals_as_the_step():
    assert linear_ticks(-1.0, 1.0, 5)[1] == ["−1.0", "−0.5", "0.0", "0.5", "1.0"]
    assert linear_ticks(0.0, 120.0, 5)[1] == ["0", "25", "50", "75", "100"]
    assert linear_ticks(0.0, 4e6, 5)[1] == ["0", "1.00e+06", "2.00e+06", "3.00e+06", "4.00e+06"]


@given(st.floats(1e-6, 1e6), st.floats(1.01, 1e9), st.integers(3, 9))
def test_logarithmic_ticks_are_steps_of_1_2_5_and_not_too_many(low, ratio, most):
    places, _ = log_ticks(low, low * ratio, most)
    assert len(places) <= most + 1
    assert all(low * (1 - 1e-6) <= p <= low * ratio * (1 + 1e-6) for p in places)
    assert {round(p / 10 ** math.floor(math.log10(p) + 1e-9)) for p in places} <= {1, 2, 5}
