"""The steps of the workflow by hand: files that may not be read, that systems leave behind, and that are the lab's."""

import shutil

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mgassay import store, tables
from mgassay.cli import app
from mgassay.simulate.folder import simulate_experiment
from mgassay.simulate.truth import Truth

OF_FOLDER, OF_RESULTS = ("read", "images", "report"), ("quantify", "effects", "export")
ORDER = ("read", "images", "quantify", "effects", "report", "export")


def run(folder, made, *verbs):
    for verb in verbs:
        done = CliRunner().invoke(app, [verb, *map(str, [folder, made] if verb in OF_FOLDER else [made])])
        assert done.exit_code == 0, (verb, done.output, done.exception)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A small experiment with three images, each of a stain on light ground; copy it."""
    folder = tmp_path_factory.mktemp("lab") / "small"
    for name, content in simulate_experiment(Truth(donors=2, images=False), 5, "small").items():
        store.write_bytes(folder / name, content)
    (folder / "photos").mkdir()
    noise = np.random.default_rng(1)
    for i in (1, 2, 3):
        pixels = np.full((200, 260, 3), (225, 220, 210), float)
        pixels[50:90, 60 : 120 + 10 * i] = (190, 60, 70)
        pixels += noise.integers(-3, 3, pixels.shape)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / "photos" / f"A{i}.jpg", quality=92)
    rows = ("A1,control,D1,1", "A2,ca_mg08,D1,1", "A3,ca_mg20,D1,1")
    (folder / "layouts" / "dish.csv").write_text("\n".join(("well,condition,donor,rep", *rows)))
    header, *files = (folder / "files.csv").read_text().splitlines()
    photos = {"file": "photos", "assay": "alizarin_image", "layout": "dish", "plate": "P1"}
    files.append(",".join(photos.get(column, "") for column in header.split(",")))
    (folder / "files.csv").write_text("\n".join((header, *files)) + "\n")
    return folder


@pytest.fixture
def lab(simulated, tmp_path):
    return shutil.copytree(simulated, tmp_path / "small"), tmp_path / "results" / "small"


def errors_of(made):
    problems = store.read_table(made / "tables", tables.PROBLEMS)
    return list(problems[problems["severity"] == "error"][["code", "file"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        ("raw/calcium_D1.txt", [("MG101", "raw/calcium_D1.txt")]),
        ("layouts/protein_D1.csv", [("MG101", "layouts/protein_D1.csv")]),
        ("photos", [("MG101", "photos")]),
    ],
)
def test_an_experiment_with_a_file_that_may_not_be_read_has_its_report(lab, shut, closed, told):
    folder, made = lab
    shut(folder / closed)
    run(folder, made, *ORDER)
    assert errors_of(made) == told
    assert "MG101" in (made / "report.html").read_text()
    hashes = store.read_json(made / "provenance.json")["inputs"]
    assert hashes.get(closed) == (None if closed == "photos" else "unreadable")
    assert "unreadable" not in (made / "export" / "ro-crate-metadata.json").read_text()
    results = made.parent
    assert CliRunner().invoke(app, ["overview", str(results), "small"]).exit_code == 0
    assert CliRunner().invoke(app, ["gate", str(results), "small"]).exit_code == 1


def test_an_experiment_whose_folder_may_not_be_looked_into_has_its_report(lab, shut):
    folder, made = lab
    shut(folder)
    run(folder, made, *ORDER)
    assert errors_of(made) == [("MG001", "")]


def test_what_a_system_leaves_in_the_folder_during_a_run_withholds_nothing(lab):
    folder, made = lab
    (folder / ".DS_Store").write_text("of before")
    run(folder, made, "read", "images", "quantify", "effects")
    for name in (".DS_Store", "raw/Thumbs.db", "raw/~$calcium_D2.xlsx", "layouts/.~lock.calcium_D1.csv#"):
        (folder / name).write_text("left")
    run(folder, made, "report")
    assert errors_of(made) == []
    assert ".DS_Store" not in store.read_json(made / "provenance.json")["inputs"]


def everything(made):
    files = (f for f in made.rglob("*") if f.is_file())
    return {f.relative_to(made).as_posix(): f.read_bytes() for f in files}


def test_a_rerun_removes_what_it_no_longer_makes_and_no_file_of_the_labs(lab, tmp_path):
    folder, made = lab
    run(folder, made, *ORDER)
    first = everything(made)
    own = ("Figure 2 for paper.pzfx", "my_analysis.xlsx", "lab_miqe.csv", "lab.rdml", "figures/fig1_edited.svg",
           "to_paste/mine.tsv", "overlays/annotated.png")  # fmt: skip
    for name in own:
        store.write_bytes(made / "export" / name, b"the lab's")
    run(folder, made, *ORDER)
    again = everything(made)
    assert {again.pop(f"export/{name}") for name in own} == {b"the lab's"}
    assert again == first
    (folder / "photos" / "A3.jpg").unlink()
    (folder / "layouts" / "dish.csv").write_text("well,condition,donor,rep\nA1,control,D1,1\nA2,ca_mg08,D1,1\n")
    run(folder, made, *ORDER)
    fresh = tmp_path / "fresh" / "small"
    run(folder, fresh, *ORDER)
    once_more = everything(made)
    assert {once_more.pop(f"export/{name}") for name in own} == {b"the lab's"}
    assert once_more == everything(fresh)
    overlays = [n.rpartition("/")[2] for n in once_more if n.startswith("export/overlays/")]
    assert [n.partition("-")[0] for n in sorted(overlays)] == ["README.txt", "photos_A1_jpg", "photos_A2_jpg"]
