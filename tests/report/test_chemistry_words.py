from tests.report.test_chemistry_rows import media

from mgassay.report.chemistry_rows import steps_in
from mgassay.report.chemistry_words import chemistry_text, listing_text, media_listing, steps_listing, tier_of
from mgassay.report.numbers import NO_BREAK
from mgassay.report.pieces import Listing


def test_a_step_is_told_as_ranges_over_sets():
    """0.8 to 2.0 mM in DMEM with 2.6 mM phosphate: golden −7.36 (rec37) to −4.23 (minteq4) % with 10 % serum."""
    found = media(("a", {"serum_percent": 10.0}), ("b", {"serum_percent": 10.0, "mg_mM": 2.0}))
    listing = steps_listing(steps_in(found))
    row = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert row["Mg²⁺ (mM)"] == "0.8 to 2"
    assert row["conditions"] == "b"
    assert row["Pi-equivalent"].replace(NO_BREAK, " ") == "−7.4 % to −4.2 %"
    assert row["pH-equivalent"] == "−0.021 to −0.014"
    assert row["ΔSI hydroxyapatite"] == "−0.085 to −0.050"
    assert "β-GP" not in row


def test_a_medium_is_told_with_its_ratio_and_its_tier_and_is_not_judged():
    (plain,) = media(("a", {"pi_mM": 0.9}))
    listing = media_listing([plain])
    row = dict(zip(listing.heads, listing.rows[0], strict=True))
    assert row["Mg/Ca"] == "0.44"
    assert row["precipitates by itself (provisional)"] == "not expected"
    assert [tier_of(m) for m in media(("b", {}), ("c", {"pi_mM": 12.0}))] == ["may_precipitate", "precipitates"]
    computed = media_listing(media(("a", {"pH": None})))
    assert "pH computed" in computed.rows[0][computed.heads.index("remarks")]


def test_the_text_for_a_terminal_says_what_it_is_not():
    found = media(("a", {}), ("b", {"mg_mM": 2.0}))
    text = chemistry_text(found, steps_in(found))
    for word in (
        "no kinetics",
        "calciprotein",
        "cell surface",
        "no passive effect",
        "provisional",
        "not judged",
        "wells without",
    ):
        assert word in text
    assert "conditions: a" in text
    assert "Raising Mg²⁺ from 0.8 to 2 mM" in text
    assert "No condition has another" in chemistry_text(found[:1], [])


def test_a_listing_as_lines_leaves_empty_cells_out():
    assert listing_text(Listing("Title", ("x", "y", "z"), (("1", "", "3"),))).splitlines() == [
        "Title", "", "  x: 1", "    z: 3",
    ]  # fmt: skip
