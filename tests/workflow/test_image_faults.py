"""Trouble while images are measured, the quick part (docs/faults.md; more in tests/slow)."""

import shutil

from tests.workflow.conftest import run_verb

from mgassay import store, tables
from mgassay.files import flat_name


def test_images_changed_and_deleted_before_they_are_measured_are_named(pictured_experiment, tmp_path):
    """As between two steps of a run: the report tells of both, whatever the images verb could still measure."""
    folder, made = shutil.copytree(pictured_experiment, tmp_path / "small"), tmp_path / "results" / "small"
    changed, deleted = "images/alizarin_1/alizarin_1_A01.jpg", "images/alizarin_1/alizarin_1_B03.jpg"
    run_verb("read", folder, made)
    (folder / deleted).unlink()
    (folder / changed).write_bytes((folder / changed).read_bytes() + b"\n")
    run_verb("images", folder, made)
    run_verb("quantify", made)
    run_verb("effects", made)
    run_verb("report", folder, made)
    problems = store.read_table(made / "tables", tables.PROBLEMS)
    assert set(problems.loc[problems["code"] == "MG901", "file"]) == {changed, deleted}
    assert list(problems.loc[problems["code"] == "MG282", "file"]) == [deleted]
    assert store.read_json(made / "verdict.json")["grade"] is None
    measured = set(store.read_table(made / "tables", tables.IMAGES)["file"])
    assert changed in measured
    assert deleted not in measured
    assert not list(made.rglob(f"{flat_name(deleted)}.*"))
