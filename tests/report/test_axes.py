import numpy as np

from mgassay.report.axes import Axes


def test_what_is_drawn_is_held_with_its_look():
    axes = Axes()
    axes.line([0, 1], [2, 3], colour="#0072B2", dash="4 2", alpha=0.5, label="a")
    axes.marks([1], [2], "s", colour="none")
    axes.marks([1], [2], edge_width=0)
    line, open_mark, bare = axes.shapes
    assert (line.kind, line.label, line.look["stroke"], line.look["opacity"]) == ("line", "a", "#0072B2", 0.5)
    assert (open_mark.mark, open_mark.look["fill"], open_mark.look["stroke"]) == ("s", "none", "currentColor")
    assert "stroke" not in bare.look
    assert "opacity" not in open_mark.look


def test_boxes_are_one_shape_of_closed_parts():
    axes = Axes()
    axes.boxes([0.0, 5.0], [1.0, 6.0], [0.0, 0.0], [2.0, 3.0], colour="#0072B2")
    (shape,) = axes.shapes
    np.testing.assert_array_equal(shape.xs, [0, 1, 1, 0, np.nan, 5, 6, 6, 5, np.nan])
    np.testing.assert_array_equal(shape.ys, [0, 0, 2, 2, np.nan, 0, 0, 3, 3, np.nan])


def test_an_end_that_is_not_given_stays():
    axes = Axes()
    axes.up.ends(low=0)
    axes.up.ends(high=4)
    assert (axes.up.low, axes.up.high) == (0.0, 4.0)


def test_ticks_may_be_none_at_all():
    axes = Axes()
    axes.up.tick([])
    axes.across.tick([1, 2], ["a", "b"], marks=False)
    assert (axes.up.places, axes.across.places, axes.across.labels, axes.across.ticks) == (
        (),
        (1, 2),
        ("a", "b"),
        False,
    )
