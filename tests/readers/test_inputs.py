"""Files of an experiment folder by their checksums: what is no data is no input, what may not be read is said so."""

import pytest

from mgassay.readers.inputs import UNREADABLE, changed_inputs, input_hashes

LEFT = (".DS_Store", "Thumbs.db", "desktop.ini", "~$x.xlsx", ".~lock.x.csv#")
SHA_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, the example "abc"


def test_checksums_are_sha256_by_relative_name(tmp_path):
    (tmp_path / "raw").mkdir()
    for name in ("raw/b.txt", "a.csv"):
        (tmp_path / name).write_text("abc")
    assert list(input_hashes(tmp_path).items()) == [("a.csv", SHA_OF_ABC), ("raw/b.txt", SHA_OF_ABC)]


def test_files_that_changed_went_or_came(tmp_path):
    for name in ("same", "changed", "gone"):
        (tmp_path / name).write_text("1")
    before = input_hashes(tmp_path)
    (tmp_path / "changed").write_text("2")
    (tmp_path / "gone").unlink()
    (tmp_path / "new").write_text("1")
    assert changed_inputs(tmp_path, before) == ["changed", "gone", "new"]


@pytest.mark.parametrize("name", LEFT)
def test_what_a_program_leaves_behind_during_a_run_is_no_change(tmp_path, name):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "x.csv").write_text("abc")
    before = input_hashes(tmp_path)
    for folder in (tmp_path, tmp_path / "raw"):
        (folder / name).write_text("left")
    assert input_hashes(tmp_path) == before == {"raw/x.csv": SHA_OF_ABC}
    assert changed_inputs(tmp_path, before) == []


def test_a_file_that_may_not_be_read_is_a_state_of_its_own(tmp_path, shut, monkeypatch):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("abc")
    shut(tmp_path / "b.csv")
    before = input_hashes(tmp_path)
    assert before == {"a.csv": SHA_OF_ABC, "b.csv": UNREADABLE}
    assert changed_inputs(tmp_path, before) == []
    monkeypatch.undo()
    assert changed_inputs(tmp_path, before) == ["b.csv"], "who opens it during a run changes what is read"


def test_a_folder_that_may_not_be_looked_into_hides_its_files(tmp_path, shut):
    (tmp_path / "raw").mkdir()
    for name in ("raw/a.csv", "b.csv"):
        (tmp_path / name).write_text("abc")
    shut(tmp_path / "raw")
    assert input_hashes(tmp_path) == {"b.csv": SHA_OF_ABC}
