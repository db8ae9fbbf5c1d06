from mgassay.report.numbers import NO_BREAK
from mgassay.report.share_listing import shares_listing


def test_shares_come_from_inside_to_outside_with_both_scales_and_what_was_allowed_for(hand):
    rows = [{"flag": "", **s} for s in hand.shares() if s["block"] == "siTRPM7"]
    rows.append({"flag": "proxy_rho", **hand.share("siTRPM7", "intracellular_corrected", 0.7, 0.5, 0.9, rho=0.19)})
    folded = shares_listing("Shares", "day", [("7", rows)])
    cells = [tuple(c.replace(NO_BREAK, " ") for c in row) for row in folded.listing.rows]
    assert [c[2] for c in cells][:2] == ["intracellular", "intracellular, corrected"]
    assert cells[1][3:] == ("70 % [50 %, 90 %]", "–", "Corrected for 19 % of Mg²⁺ entry left under block, if "
                            "TRPM7 mRNA stands for entry: intracellular Mg²⁺ was not measured; "
                            "residual entry from TRPM7 mRNA, not from Mg²⁺ itself")  # fmt: skip
    assert cells[0][3:] == ("57 % [43 %, 71 %]", "44 % [29 %, 60 %]", "")
    assert len(cells) == 4
