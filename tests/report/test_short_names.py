"""Names that are cut stay apart, and the whole name is there where one points at it."""

from hypothesis import given
from hypothesis import strategies as st

from mgassay.report.axes import Axes
from mgassay.report.figure import figure
from mgassay.report.short_names import short, shortened

ALIKE = ["calcifying medium, 2 mM Mg, day 14", "calcifying medium, 8 mM Mg, day 14"]


def test_names_that_differ_in_their_middle_are_numbered():
    assert short(ALIKE[0]) == short(ALIKE[1])
    assert shortened(ALIKE) == {ALIKE[0]: "calcify…day 14 (1)", ALIKE[1]: "calcify…day 14 (2)"}
    assert shortened([ALIKE[0], "D1"]) == {ALIKE[0]: short(ALIKE[0]), "D1": "D1"}


def test_a_short_name_that_reads_like_a_cut_one_stays_as_it_is():
    assert shortened([ALIKE[0], short(ALIKE[0])])[short(ALIKE[0])] == short(ALIKE[0])
    assert len(set(shortened([ALIKE[0], short(ALIKE[0])]).values())) == 2


@given(st.lists(st.text("ab…( )12", min_size=1, max_size=30), unique=True, max_size=25), st.integers(12, 20))
def test_no_two_names_are_shown_alike_and_none_is_too_long(names, most):
    shown = shortened(names, most)
    assert list(shown) == names
    assert len(set(shown.values())) == len(names)
    assert all(len(cut) <= max(most, 1) for cut in shown.values())


def test_a_figure_tells_the_whole_of_a_cut_name_on_its_axis_and_in_its_legend():
    def paint(axes: Axes) -> None:
        axes.up.tick([0, 1], axes.shortened(ALIKE))
        axes.marks([1.0], [0.5], label=axes.shortened(["a donor with a name <of> its own"])[0])

    drawn = figure("k", "l", [(60.0, paint)])
    assert f"<title>{ALIKE[0]}</title>calcify…day 14 (1)</text>" in drawn
    assert f"<title>{ALIKE[1]}</title>calcify…day 14 (2)</text>" in drawn
    assert "<title>a donor with a name &lt;of&gt; its own</title>a donor w…" in drawn
    assert drawn.count("<title>") == 3  # none for names that are shown whole
