"""Seals: a stage that was killed has none, and a table that was changed afterwards does not fit its own."""

import hashlib

import pytest

from mgassay import seals
from mgassay.errors import UsageError


@pytest.fixture
def results(tmp_path):
    """All four stages sealed, each with one table, and the report written."""
    for stage in seals.ORDER:
        table = tmp_path / "tables" / f"{stage}.csv"
        table.parent.mkdir(exist_ok=True)
        table.write_text(f"{stage}\n")
        seals.seal(tmp_path, stage, [table])
    for name in ("report.html", "provenance.json", "export/README.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("written")
    return tmp_path


def standing(results):
    return [s for s in seals.ORDER if seals.seal_of(results, s).exists()]


def test_a_seal_is_the_sha256_of_each_file(results):
    expected = hashlib.sha256(b"read\n").hexdigest()
    assert seals.read_json(seals.seal_of(results, "read")) == {"tables/read.csv": expected}
    assert seals.changed_since(results, *seals.ORDER) == []


def test_a_table_that_was_edited_or_is_gone_does_not_fit(results):
    (results / "tables" / "images.csv").write_text("by hand\n")
    (results / "tables" / "quantify.csv").unlink()
    assert seals.changed_since(results, *seals.ORDER) == ["tables/images.csv", "tables/quantify.csv"]
    assert seals.changed_since(results, "read", "effects") == []


@pytest.mark.parametrize(
    ("stage", "left"),
    [
        ("read", []),
        ("images", ["read"]),
        ("quantify", ["read", "images"]),
        ("effects", ["read", "images", "quantify"]),
        ("report", ["read", "images", "quantify", "effects"]),
    ],
)
def test_a_stage_that_begins_leaves_nothing_sealed_that_rests_on_it(results, stage, left):
    assert list(seals.before(stage)) == left
    seals.break_seals(results, stage)
    assert standing(results) == left
    assert not (results / "report.html").exists()
    assert not (results / "provenance.json").exists()
    assert not (results / "export" / "README.txt").exists()
    assert (results / "tables" / "read.csv").exists(), "tables stay; they do not count"


def test_a_stage_without_a_seal_is_named_with_what_to_type(results):
    seals.break_seals(results, "images")
    with pytest.raises(UsageError, match=r"`mgassay images` has not run .*snakemake"):
        seals.changed_since(results, "read", "images")


def test_a_folder_that_holds_nothing_yet_can_be_begun(tmp_path):
    seals.break_seals(tmp_path / "new", "read")
    assert not (tmp_path / "new").exists()


def test_tables_that_changed_since_the_report_told_of_them_are_named(results):
    names = ["tables/read.csv", "tables/images.csv", "tables/effects.csv"]
    seals.write_json(results / "provenance.json", {"results": seals.checksums(results, names)})
    assert seals.changed_since_report(results) == []
    (results / "tables" / "images.csv").write_text("by hand\n")
    (results / "tables" / "effects.csv").unlink()
    (results / "tables" / "mine.csv").write_text("the lab's\n")
    assert seals.changed_since_report(results) == ["tables/effects.csv", "tables/images.csv"]  # as JSON sorts them


def test_a_report_of_a_version_without_checksums_has_nothing_to_compare(results):
    seals.write_json(results / "provenance.json", {"inputs": {}})
    assert seals.changed_since_report(results) == []


def test_without_a_report_there_is_nothing_finished(tmp_path):
    with pytest.raises(UsageError, match=r"provenance[.]json is not there"):
        seals.changed_since_report(tmp_path)


@pytest.mark.parametrize("held", [[], None, {"results": ["tables/read.csv"]}])
def test_a_provenance_that_is_none_of_ours_is_the_users_to_mend(results, held):
    seals.write_json(results / "provenance.json", held)
    with pytest.raises(UsageError, match="it does not say what the report was made of"):
        seals.changed_since_report(results)
