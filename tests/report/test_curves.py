import numpy as np
import pytest

from mgassay.report.curves import curve_drawing, curve_pieces, curve_values, curves_listing
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables


def test_every_standard_reads_back_with_its_error(held):
    (curve,) = held.rows("curves")
    rows = [[c.replace(NO_BREAK, " ") for c in r] for r in curve_drawing(held, curve).listing.rows]
    assert rows[0] == ["0", "2", "0.0600", "0", "–", "not judged"]
    assert rows[1] == ["10", "2", "0.250", "10.0", "+21.9 %", "no"]
    assert rows[2] == ["40", "2", "0.680", "40.0", "−1.5 %", "yes"]


def test_the_curve_table_says_what_failed_and_never_claims_a_perfect_fit(held):
    listing = curve_pieces(held)[0]
    cells = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert cells["R² of means"] == "> 0.9999"
    assert cells["levels"] == "2 of 3; ICH M10 asks 6"
    assert cells["assessed"] == "standards fail; too few standards back-calculate"
    assert cells["furthest off, read back"].replace(NO_BREAK, " ") == "+21.9 % at 10"
    assert cells["range"] == "10 to 120 µg/mL"


def test_a_standard_above_the_range_is_not_the_furthest_off(held):
    """Of 21.9 % at 10, -1.5 % at 40 and 0.2 % at 120, none beyond 8 counts."""
    (curve,) = held.rows("curves")
    (row,) = curves_listing(held, [{**curve, "range_high": 8.0}]).rows
    assert "–" in row


def test_the_line_is_the_fitted_polynomial(held):
    (curve,) = held.rows("curves")
    x, y = curve_values(curve, held.rows("standards"))
    assert (x[0], x[-1]) == (0.0, 120.0)
    assert y[-1] == pytest.approx(0.06 + 0.016 * 120 - 1e-5 * 120**2)


def test_a_logistic_is_drawn_by_its_formula(held):
    """y = d + (a - d)/(1 + (x/c)^b) at x = c is half way up: (0.1 + 2.1) / 2."""
    (curve,) = held.rows("curves")
    standards = held.rows("standards")
    top = max(s["standard"] for s in standards)
    logistic = {**curve, "model": "4pl", "parameters": f"a=0.1;b=1.4;c={top / 2};d=2.1"}
    x, y = curve_values(logistic, standards)
    assert np.interp(top / 2, x, y) == pytest.approx(1.1, abs=1e-3)
    assert (x[0], y[0]) == (0, pytest.approx(0.1))


def test_standards_above_the_range_are_open_marks(held):
    (curve,) = held.rows("curves")
    cut = {**curve, "range_high": 40.0}
    drawn = curve_drawing(held, cut)
    assert drawn.listing.rows[-1][-1] == "above the range"
    assert "The range ends at 40" in drawn.caption
    assert drawn.svg != curve_drawing(held, curve).svg


def test_without_curves_there_is_no_section():
    assert curve_pieces(Tables({}, 0.8, 2.0)) == []
