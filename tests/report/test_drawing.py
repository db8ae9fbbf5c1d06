import pytest

from mgassay.report.drawing import donor_marks, step_above, step_below


def test_donors_are_told_apart_by_colour_and_by_shape():
    marks = list(donor_marks([f"D{i}" for i in range(1, 8)]).values())
    assert len({colour for colour, _ in marks}) == len({shape for _, shape in marks}) == 7


@pytest.mark.parametrize(("value", "below", "above"), [(0.7, 0.5, 1.0), (20.0, 20.0, 20.0), (999.0, 500.0, 1000.0)])
def test_steps_of_one_two_and_five(value, below, above):
    assert (step_below(value), step_above(value)) == (below, above)
