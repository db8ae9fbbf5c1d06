"""The wells of a plate of images."""

from mgassay import tables
from mgassay.report import image_wells
from mgassay.report.image_wells import well_listings
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables

WELL = {
    "plate": "P1", "well": "A1", "condition": "ca", "donor": "D10", "rep": "1", "fields": 2, "area_fraction": 0.161,
    "area_fraction_sd": 0.02, "area_low": 0.15, "area_high": 0.18, "integrated_od": 0.0944, "mean_od": 0.586,
    "nodules": 90, "median_nodule_area": 512.4, "field_area": 600_000.0, "area_unit": "um2", "cell_fraction": 0.9,
}  # fmt: skip


def listings(*rows):
    made = {"image_wells": tables.IMAGE_WELLS.frame({**WELL, **r} for r in rows)}
    return well_listings(Tables(made, 0.8, 2.0), ["control", "ca"])


def cells(listing, row=0):
    return {h: c.replace(NO_BREAK, " ") for h, c in zip(listing.heads, listing.rows[row], strict=True)}


def test_a_well_has_its_area_with_both_thresholds_and_its_units():
    """90 nodules on 0.6 mm² are 150 per mm²."""
    (listing,) = listings({"flag": "out_of_focus"})
    assert listing.caption == "Wells of P1: 1 well, 2 fields"
    seen = cells(listing)
    assert seen["stained area (threshold ±20 %)"] == "16.1 % (15.0 % to 18.0 %)"
    assert seen["SD between fields"] == "2.0 %"
    assert (seen["density (OD)"], seen["OD of stained area"]) == ("0.094", "0.59")
    assert (seen["nodules"], seen["per mm²"], seen["median nodule area"]) == ("90", "150", "512 µm²")
    assert seen["covered by cells"] == "90.0 %"
    assert seen["remarks"] == "out of focus"


def test_what_cannot_be_known_is_blank_and_a_column_of_blanks_is_not_there():
    nothing = {c: None for c in ("area_fraction_sd", "mean_od", "median_nodule_area", "cell_fraction")}
    (listing,) = listings({**nothing, "nodules": 0}, {"well": "A2"})
    seen = cells(listing)
    assert [seen[h] for h in ("SD between fields", "OD of stained area", "median nodule area", "covered by cells")] == [
        ""
    ] * 4
    (alone,) = listings(nothing)
    assert "covered by cells" not in alone.heads


def test_without_a_pixel_size_nodules_are_counted_per_field_in_pixels():
    (listing,) = listings({"area_unit": "px", "nodules": 91})
    seen = cells(listing)
    assert (seen["per field"], seen["median nodule area"]) == ("45.5", "512 pixels")
    assert "per mm²" not in seen


def test_fields_without_one_unit_are_counted_per_field():
    (listing,) = listings({"area_unit": "", "field_area": None, "median_nodule_area": None})
    assert cells(listing)["per field"] == "45.0"


def test_wells_stand_by_condition_donor_and_rep_plate_by_plate():
    made = listings(
        {}, {"donor": "D2", "rep": "2", "well": "A3"}, {"donor": "D2", "well": "A2"},
        {"condition": "control", "well": "B1"}, {"plate": "P2"},
    )  # fmt: skip
    assert [[r[0] for r in listing.rows] for listing in made] == [["B1", "A2", "A3", "A1"], ["A1"]]


def test_whole_plates_are_listed_until_there_are_too_many_wells(monkeypatch):
    monkeypatch.setattr(image_wells, "MOST_WELLS", 3)
    rows = [{"plate": p, "well": f"A{i}"} for p in ("P1", "P2", "P3") for i in range(2)]
    assert [listing.caption for listing in listings(*rows)] == ["Wells of P1: 2 wells, 4 fields"]
    monkeypatch.setattr(image_wells, "MOST_WELLS", 4)
    assert len(listings(*rows)) == 2
