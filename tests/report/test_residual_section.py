import pytest

from mgassay.report.drawing import BLUE
from mgassay.report.numbers import NO_BREAK
from mgassay.report.pieces import Beside, Folded, Prose
from mgassay.report.residual_section import residual_pieces, rho_line
from mgassay.report.rows import tables_of


def shown(hand, rhos, shares=()):
    made = {**hand.with_rows("rho", rhos), "shares": hand.with_rows("shares", shares)["shares"]}
    return residual_pieces(tables_of(hand.make_experiment(), made))


def plain(row):
    return tuple(cell.replace(NO_BREAK, " ") for cell in row)


def test_rho_is_told_with_its_interval_and_where_it_comes_from(hand):
    pieces = shown(hand, hand.rho_rows())
    (listing,) = [p for p in pieces if getattr(p, "caption", "").startswith("What the block left")]
    rows = [plain(r) for r in listing.rows]
    assert rows[0][:4] == ("siTRPM7, 0.8 to 2 mM", "measured: intracellular Mg²⁺", "19 % [7 %, 31 %]", "4")
    assert rows[1][1:3] == ("stands in: TRPM7 mRNA", "62 % [50 %, 74 %]")
    assert rows[2][2] == "not identifiable (≤ −20 % or ≥ 140 %)"
    assert len(rows) == 3  # the row of a readout repeats rho
    (beside,) = [p for p in pieces if isinstance(p, Beside)]
    assert "url(#h" in beside.drawings[0].svg
    assert "measured: intracellular Mg²⁺" in beside.drawings[0].svg


def test_more_than_half_of_entry_left_is_a_warning(hand):
    def warned(rows):
        return [p.text for p in shown(hand, rows) if isinstance(p, Prose) and p.tone == "warning"]

    measured, messenger, *_ = hand.rho_rows()
    (text,) = warned([messenger])
    assert "siTRPM7, 0.8 to 2 mM (62" in text
    assert warned([measured, messenger]) == []  # mRNA does not speak against what was measured
    assert warned([{**measured, "flag": "floor", "rho": 0.9}]) == []


def test_the_share_stands_uncorrected_beside_corrected_and_the_rest_is_labelled(hand):
    shares = [{**s, "rho": 0.19} for s in hand.shares() if s["block"] == "siTRPM7"]
    shares.append(hand.share("siTRPM7", "intracellular_corrected", 0.7, 0.5, 0.9, rho=0.19))
    shares.append(hand.share("2-APB", "intracellular", 0.5, 0.4, 0.6, rho=0.3))
    listing = next(p for p in shown(hand, hand.rho_rows(), shares) if getattr(p, "caption", "").startswith("The intra"))
    assert "cell surface or residual entry" in listing.heads
    rows = {r[1]: plain(r) for r in listing.rows}
    assert rows["siTRPM7"][2:6] == ("57 % [43 %, 71 %]", "70 % [50 %, 90 %]", "18 % [2 %, 35 %]", "19 %")
    assert rows["2-APB"][3].startswith("not given")
    assert rows["2-APB"][4] == "–"


def test_slopes_are_there_to_open_with_their_set(hand):
    (folded,) = [p for p in shown(hand, hand.rho_rows()) if isinstance(p, Folded)]
    assert plain(folded.listing.rows[0])[:5] == (
        "calcium per well",
        "siTRPM7",
        "Mg, 0.8 to 2 mM",
        "1.60 [1.16, 2.19]",
        "4",
    )


def test_of_bounds_is_said(hand):
    row = {**hand.rho_rows()[0], "flag": "floor"}
    listing = next(p for p in shown(hand, [row]) if getattr(p, "caption", "").startswith("What the block left"))
    assert plain(listing.rows[0])[2] == "19 % [7 %, 31 %], of bounds"


@pytest.mark.parametrize("flag", ["floor", "floor;upper_bound"])
def test_a_bound_is_an_open_mark_and_called_one(hand, flag):
    row = {**hand.rho_rows()[0], "flag": flag}
    beside = next(p for p in shown(hand, [row]) if isinstance(p, Beside))
    whole = next(p for p in shown(hand, hand.rho_rows()[:1]) if isinstance(p, Beside))
    blue = f'fill="{BLUE}"'
    assert (whole.drawings[0].svg.count(blue), beside.drawings[0].svg.count(blue)) == (2, 1)  # one is the legend's
    listing = next(p for p in shown(hand, [row]) if getattr(p, "caption", "").startswith("What the block left"))
    assert (
        plain(listing.rows[0])[2]
        == {
            "floor": "19 % [7 %, 31 %], of bounds",
            "floor;upper_bound": "at most 19 % [7 %, 31 %]",
        }[flag]
    )


def test_in_one_line_what_each_block_left_and_what_it_means_where_it_stopped_nothing(hand):
    line = rho_line(tables_of(hand.make_experiment(), hand.with_rows("rho", hand.rho_rows()))).replace(NO_BREAK, " ")
    assert "siTRPM7, 0.8 to 2 mM: 19 % [7 %, 31 %] (measured: intracellular Mg²⁺)" in line
    assert "2-APB: not shown to have stopped any entry" in line
    assert "siTRPM7: not shown" not in line
    none = {**hand.rho_rows()[0], "rho": 0.95, "ci_low": 0.8, "ci_high": 1.1}
    assert "siTRPM7: not shown" in rho_line(tables_of(hand.make_experiment(), hand.with_rows("rho", [none])))
    assert rho_line(tables_of(hand.make_experiment(), {})) == ""


def test_without_rho_there_is_nothing(hand):
    assert shown(hand, [], hand.shares()) == []
