from mgassay import tables
from mgassay.report.provenance import downloads, provenance_pieces, settings_listing
from mgassay.report.rows import Tables


def test_every_table_of_the_contract_can_be_had(held):
    addresses = dict(downloads(held))
    assert {f"tables/{s.name}.csv" for s in tables.RESULT_TABLES} <= set(addresses)
    assert addresses["tables/genes.csv"] == "2 rows"
    assert not [a for a in addresses if a.startswith(("/", "http"))]


def test_checksums_and_versions_are_listed(hand):
    versions, inputs = provenance_pieces(hand.make_input().provenance)
    assert ("numpy", "2.4") in versions.rows
    assert inputs.rows == (("raw/P1.txt", "ab" * 32),)
    assert "Nothing is known" in provenance_pieces({})[0].text
    assert downloads(Tables({}, 0.8, 2.0))[0] == ("tables/readings.csv", "0 rows")


def test_settings_are_flat_and_none_is_not_blank(hand):
    rows = dict(settings_listing(hand.make_experiment().settings.model_dump(mode="json")).rows)
    assert rows["contrast.mg_raised_mM"] == "2.0"
    assert rows["assays.qpcr.reference_genes"] == "none"
    assert rows["assays.calcium.wavelength_nm"] == "not set"
    assert rows["assays.alizarin_image.vector"] == "0.38, 0.73, 0.57"
