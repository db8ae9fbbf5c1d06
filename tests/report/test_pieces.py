import pytest
from markupsafe import Markup

from mgassay.report.pieces import Beside, Drawer, Drawing, Folded, Prose, drawer, folded, listing_of, written_bytes


def test_empty_columns_are_left_out_and_numbers_stay_numbers():
    made = listing_of("T", ("a", "b", "c"), [("x", "", "1"), ("y", "", "2")], numeric=("c",))
    assert made.heads == ("a", "c")
    assert made.rows == (("x", "1"), ("y", "2"))
    assert made.numeric == {1}


def test_rows_may_lead_somewhere():
    assert listing_of("T", ("a",), [("x",)], links=["x/report.html"]).links == ("x/report.html",)


def test_a_table_without_rows_keeps_its_heads():
    assert listing_of("T", ("a", "b"), []).heads == ("a", "b")


def test_a_short_row_is_refused():
    with pytest.raises(ValueError, match="T: a row"):
        listing_of("T", ("a", "b"), [("x",)])


def test_what_a_piece_takes_on_the_page_is_its_text_and_its_cells():
    """Two cells of 1 and 2 bytes with 20 for the tags of each: 43; beside an SVG of 5: 48."""
    listing = listing_of("T", ("a", "b"), [("x", "µ")])
    drawing = Drawing("D", Markup("<svg>"), "", listing)
    assert written_bytes(listing) == 43
    assert written_bytes(Beside((drawing, drawing))) == 96
    assert written_bytes(Prose("words")) == 0


def test_a_drawer_holds_all_but_warnings_and_none_is_empty():
    loud, quiet = Prose("Look!", "warning"), Prose("so")
    assert drawer("D", [loud, quiet], "in short") == [loud, Drawer("D", (quiet,), "in short")]
    assert drawer("D", [loud]) == [loud]
    assert drawer("D", []) == []


def test_folding_takes_tables_and_leaves_words():
    listing, words = listing_of("T", ("a",), [("x",)]), Prose("so")
    assert folded([words, listing]) == [words, Folded(listing)]
