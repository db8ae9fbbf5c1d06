import re

from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables
from mgassay.report.share_bar import COLOURS, allowance, share_drawing


def texts(drawing):
    return [t.replace(NO_BREAK, " ") for t in re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg)]


def test_the_bar_prints_every_share_with_its_set_on_an_axis_from_0_to_100(held):
    drawing = share_drawing(held, "calcium_per_well", "siTRPM7")
    assert {"57 % [43 %, 71 %]", "18 % [2 %, 35 %]", "24 % [12 %, 37 %]", "0 %", "100 %"} <= set(texts(drawing))
    assert texts(drawing).count("57 %") == 1  # within the bar
    assert "url(#h" not in drawing.svg


def test_both_scales_stand_in_the_table(held):
    drawing = share_drawing(held, "calcium_per_well", "siTRPM7")
    rows = [[c.replace(NO_BREAK, " ") for c in r] for r in drawing.listing.rows]
    assert ["intracellular", "57 % [43 %, 71 %]", "44 % [29 %, 60 %]", "–"] in rows


def test_what_is_not_identifiable_is_hatched_and_not_a_point(hand):
    drawing = share_drawing(Tables(hand.unidentifiable().tables, 0.8, 2.0), "calcium_per_well", "siTRPM7")
    assert texts(drawing).count("not identifiable") == 3
    assert "url(#h" in drawing.svg
    assert not [t for t in texts(drawing) if "57 %" in t]
    assert all("not identifiable" in r[1] for r in drawing.listing.rows)
    assert len(drawing.listing.rows) == 3  # no sum of what is not told


def test_a_share_outside_the_whole_has_no_divided_bar_and_a_wider_axis(hand):
    rows = [
        hand.share("siTRPM7", "intracellular", 1.6, 1.1, 4.0),
        hand.share("siTRPM7", "extracellular", -0.6, -3.0, -0.1),
    ]
    drawing = share_drawing(Tables(hand.with_rows("shares", rows), 0.8, 2.0), "calcium_per_well", "siTRPM7")
    assert {"160 % [110 %, 400 %]", "−60 % [−300 %, −10 %]", "200 %", "−100 %"} <= set(texts(drawing))
    assert "160 %" not in texts(drawing)


def test_no_shares_no_figure(held):
    assert share_drawing(held, "alizarin_od", "siTRPM7") is None


def test_a_bound_is_called_one_and_not_laid_end_to_end(hand):
    rows = [
        hand.share("siTRPM7", "intracellular", 0.6, 0.4, 0.8, flag="floor;lower_bound"),
        hand.share("siTRPM7", "extracellular", 0.4, 0.2, 0.6, flag="floor;upper_bound"),
    ]
    drawing = share_drawing(Tables(hand.with_rows("shares", rows), 0.8, 2.0), "calcium_per_well", "siTRPM7")
    assert {"at least 60 % [40 %, 80 %]", "at most 40 % [20 %, 60 %]"} <= set(texts(drawing))
    assert "60 %" not in texts(drawing)
    assert f'fill="{COLOURS["intracellular"]}"' not in drawing.svg  # an open circle
    assert drawing.listing.rows[0][1].replace(NO_BREAK, " ") == "at least 60 % [40 %, 80 %]"


def test_the_parts_of_an_effect_add_up_also_where_one_is_below_0(hand):
    """-0.25 + 0.5 + 0.75 = 1; the corrected share is the intracellular one read anew and has no place in it."""
    parts = (("passive", -0.25), ("surface", 0.5), ("intracellular", 0.75), ("intracellular_corrected", 0.9))
    rows = [hand.share("siTRPM7", name, part, part - 0.1, part + 0.1) for name, part in parts]
    rows += [{**r, "scale": "additive", "identifiable": r["share"] != "surface"} for r in rows]
    drawing = share_drawing(Tables(hand.with_rows("shares", rows), 0.8, 2.0), "calcium_per_well", "siTRPM7")
    last = [cell.replace(NO_BREAK, " ") for cell in drawing.listing.rows[-1]]
    assert last[:3] == ["sum, uncorrected", "100 %", "–"]


def test_a_share_that_stands_alone_has_no_sum(hand):
    rows = [hand.share("", "passive", 0.3, 0.2, 0.4)]
    drawing = share_drawing(Tables(hand.with_rows("shares", rows), 0.8, 2.0), "calcium_per_well", "")
    assert len(drawing.listing.rows) == 1


def test_a_caption_says_where_the_entry_left_is_from():
    measured = allowance({"rho": 0.3, "flag": ""}).replace(NO_BREAK, " ")
    assert measured == "Corrected for 30 % of Mg²⁺ entry left under block, as intracellular Mg²⁺ shows."
    assert "if TRPM7 mRNA stands for entry: intracellular Mg²⁺ was not measured" in allowance(
        {"rho": 0.3, "flag": "assumed_efficiency;proxy_rho"}
    )
    assert allowance(None) == allowance({"rho": float("nan"), "flag": ""}) == ""
