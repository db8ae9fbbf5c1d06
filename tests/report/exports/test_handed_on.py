import hashlib
import io
import json

import openpyxl
import pytest

from mgassay import tables
from mgassay.report.exports.handed_on import Finished, handed_files, handed_names

SVG = '<svg viewBox="0 0 10 10" role="img" aria-label="Calcium: 5 donors"><path d="M0 0h1"/></svg>'
PAGE = f'<section id="effects">{SVG}</section>'
VERSIONS = {"mgassay": "0.1.0", "numpy": "2.4.6"}


@pytest.fixture
def finished(hand):
    def of(experiment="hand", name="mg-hand", **held):
        asked = hand.make_experiment() if experiment == "hand" else experiment
        provenance = {"versions": VERSIONS, "inputs": {"conditions.csv": "00" * 32}}
        given = hand.make_tables() | held
        earlier = {"old.xlsx": "33" * 32, "README.txt": "44" * 32, "ro-crate-metadata.json": "55" * 32}
        exported = {"mg-hand.rdml": "22" * 32, "methods.txt": "66" * 32, **earlier}
        outside = {"verdict.json": "11" * 32}
        return Finished(name, asked, given, hand.make_verdict(), provenance, PAGE, outside, exported)

    return of


ERROR = tables.PROBLEMS.frame([{"code": "MG101", "severity": "error", "message": "Wrong.", "remedy": "Mend."}])


def test_every_name_has_its_file_and_every_file_its_name(finished):
    given = finished()
    made = set(handed_files(given))
    named = set(handed_names("mg-hand", given.experiment, given.tables))
    of_report = {n for n in named if n.endswith((".rdml", "_rdes.tsv", "_miqe.csv", "methods.txt"))}
    folders = {n for n in named if n.endswith("/")}
    assert folders == {"to_paste/", "figures/"}
    assert {n for n in made if "/" not in n} == named - of_report - folders
    assert {n.partition("/")[0] + "/" for n in made if "/" in n} == folders
    assert {"mg-hand.xlsx", "mg-hand.pzfx", "ro-crate-metadata.json", "README.txt",
            "figures/effects_calcium.svg", "figures/effects_calcium.png", "figures/captions.txt",
            "to_paste/calcium_per_well_means.tsv", "to_paste/calcium_per_well_reps.tsv"} == made  # fmt: skip


def test_with_an_error_nothing_travels_that_does_not_say_so(finished):
    made = handed_files(finished(problems=ERROR))
    assert set(made) == {"README.txt", "mg-hand.xlsx", "ro-crate-metadata.json"}
    told = [c.value for row in openpyxl.load_workbook(io.BytesIO(made["mg-hand.xlsx"]))["about"] for c in row]
    assert "Wrong. Mend." in told
    assert "There are errors" in made["README.txt"].decode()
    assert b"FailedActionStatus" in made["ro-crate-metadata.json"]


def test_an_experiment_that_was_not_understood_has_what_there_is(finished):
    made = handed_files(finished(experiment=None, name="nothing", problems=ERROR))
    assert set(made) == {"README.txt", "nothing.xlsx", "ro-crate-metadata.json"}


def test_without_images_qpcr_or_any_effect_the_rest_is_there(finished):
    nothing = {s.name: s.frame() for s in tables.RESULT_TABLES}
    made = handed_files(finished(**nothing))
    assert {"mg-hand.pzfx", "mg-hand.xlsx"} <= set(made)
    assert not [n for n in made if n.startswith("to_paste/")]
    assert "overlays/" not in {e["@id"] for e in json.loads(made["ro-crate-metadata.json"])["@graph"]}


def test_the_crate_holds_the_checksum_of_every_file_but_its_own(finished):
    made = handed_files(finished())
    told = {e["@id"]: e["sha256"] for e in json.loads(made["ro-crate-metadata.json"])["@graph"] if "sha256" in e}
    for name, content in made.items():
        if name != "ro-crate-metadata.json":
            assert told[name] == hashlib.sha256(content).hexdigest()
    assert "ro-crate-metadata.json" not in told
    assert told["mg-hand.rdml"] == "22" * 32  # written by another job
    assert told["methods.txt"] == "66" * 32
    assert "old.xlsx" not in told  # of an earlier run, about to be removed


def test_the_readme_names_every_file_and_figure(finished):
    made = handed_files(finished())
    readme = made["README.txt"].decode()
    for name in made:
        assert name.removeprefix("figures/").removesuffix(".svg").removesuffix(".png").partition("/")[0] in readme
    assert "effects_calcium: Calcium" in readme
    assert all(line.isascii() for line in readme.splitlines()[2:12])


def test_the_same_results_give_the_same_bytes(finished):
    assert handed_files(finished()) == handed_files(finished())
