import math

from mgassay import tables
from mgassay.report.index import index_page, summary_row
from mgassay.report.numbers import NO_BREAK


def rows_of(*rows):
    return tables.SUMMARY.frame(rows)


def test_a_row_holds_the_verdicts_own_total(hand):
    row = summary_row("mg-hand", "Title", hand.make_verdict(), hand.make_tables())
    (held,) = rows_of(row).to_dict("records")
    assert (held["total"], held["total_low"], held["total_high"], held["n_donors"]) == (1.2046, 0.9213, 1.4879, 4)
    assert (held["grade"], held["readout"], held["block"]) == ("C", "calcium_per_well", "siTRPM7")
    assert (held["errors"], held["warnings"]) == (0, 1)


def test_errors_leave_no_verdict(hand):
    (held,) = rows_of(summary_row("x", "", hand.make_verdict(), hand.broken().tables)).to_dict("records")
    assert (held["grade"], held["readout"], held["errors"]) == ("", "", 1)
    assert math.isnan(held["total"])


def test_the_page_lists_experiments_with_shares_and_what_to_mend(hand):
    good = summary_row("mg-hand", "A title", hand.make_verdict(), hand.make_tables())
    bad = summary_row("nothing", "", {"experiment": "nothing", "grade": None}, hand.broken().tables)
    page = index_page(rows_of(good, bad), {"mg-hand": hand.make_tables()["shares"]}).replace(NO_BREAK, " ")
    assert '<a href="mg-hand/report.html">A title</a>' in page
    assert "intracellular: 57 % [43 %, 71 %]" in page
    assert "1.20 [0.92, 1.49]" in page
    assert 'href="nothing/report.html#mend"' in page
    assert "no verdict" in page


def test_names_and_titles_are_inert(hand):
    row = summary_row("a", "<script>alert(1)</script>", hand.make_verdict(), hand.make_tables())
    page = index_page(rows_of(row))
    assert "<script" not in page
    assert "Content-Security-Policy" in page
