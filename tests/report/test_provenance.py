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


def test_lines_that_had_no_part_in_the_numbers_are_shown(hand):
    read = {"file": "raw/P1.txt", "plate": "P1", "reader": "gen5", "encoding": "utf-8", "readings": 96,
            "not_understood": ["line 3: Diluted | 1 in 10"], "ignored_below": ["line 90: B4 was dropped"]}  # fmt: skip
    exports, lines, *_ = provenance_pieces({**hand.make_input().provenance, "readings": [read]})
    assert exports.rows == (("raw/P1.txt", "P1", "gen5", "utf-8", "96"),)
    assert lines.rows == (
        ("raw/P1.txt", "line 3: Diluted | 1 in 10", "not understood"),
        ("raw/P1.txt", "line 90: B4 was dropped", "ignored, below the readings"),
    )
    assert lines.caption == "2 lines of exports that had no part in the numbers"
