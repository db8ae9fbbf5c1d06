"""`mgassay export` on results of the verbs before it."""

import platform
import shutil
import subprocess
import sys

import pytest

from mgassay import store, tables
from mgassay.simulate.folder import simulate_experiment
from mgassay.simulate.truth import Truth


def mgassay(*args):
    return subprocess.run([sys.executable, "-m", "mgassay", *map(str, args)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results of a small experiment without images, up to its report."""
    folder, made = (tmp_path_factory.mktemp("lab") / part for part in ("small", "results"))
    for name, content in simulate_experiment(Truth(donors=2, images=False), 3, "small").items():
        store.write_bytes(folder / name, content)
    for verb, places in (("read", (folder, made)), ("images", (folder, made)), ("quantify", (made,)),
                         ("effects", (made,)), ("report", (folder, made))):  # fmt: skip
        done = mgassay(verb, *places)
        assert done.returncode == 0, done.stderr
    return made


def test_results_are_handed_on_twice_alike_and_what_is_not_made_any_more_goes(results):
    store.write_exports(results, "export", {"figures/old.svg": b"old"})  # of an earlier run
    own = {"Figure 2 for paper.pzfx", "my_analysis.xlsx", "figures/fig1_edited.svg", "overlays/annotated.png"}
    for name in own:
        store.write_bytes(results / "export" / name, b"the lab's")
    half = results / "export" / f".methods.txt.{platform.node()}@99999999"  # of a verb that was killed
    store.write_bytes(half, b"half")
    store.write_bytes(results / "tables" / "effects.csv~", b"an editor's")
    store.write_bytes(results / "notes.txt", b"to ask Ana")
    runs = []
    for _ in range(2):
        done = mgassay("export", results)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        files = (f for f in (results / "export").rglob("*") if f.is_file())
        runs.append({f.relative_to(results / "export").as_posix(): f.read_bytes() for f in files})
    assert runs[0] == runs[1]
    assert not {"figures/old.svg", half.name} & set(runs[0])
    told = runs[0]["ro-crate-metadata.json"].decode()
    assert not [name for name in (half.name, "effects.csv~", "notes.txt", *own) if name in told]
    assert not [name for name in own if name in runs[0]["README.txt"].decode()]
    assert '"tables/effects.csv"' in told
    assert {runs[0][name] for name in own} == {b"the lab's"}
    assert {"README.txt", "methods.txt", "ro-crate-metadata.json"} <= set(runs[0])
    assert [n for n in runs[0] if n.endswith((".xlsx", ".pzfx", ".rdml"))]
    linked = {p.split('"')[0] for p in (results / "report.html").read_text().split('href="export/')[1:]}
    assert {n.rstrip("/").partition("/")[0] for n in linked} <= {n.partition("/")[0] for n in runs[0]}


@pytest.mark.parametrize("name", ["tables/problems.csv", "tables/amounts.csv", "report.html"])
def test_of_tables_that_were_edited_nothing_travels_that_does_not_say_so(results, tmp_path, name):
    made = shutil.copytree(results, tmp_path / "results")
    store.write_exports(made, "export", {"of_before.pzfx": b""})
    path = made / name
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert mgassay("export", made).returncode == 0
    ours = store.read_json(made / "parts" / "handed_on" / "export.json")
    assert [n.rpartition(".")[2] for n in ours] == ["txt", "json", "xlsx"]
    assert not (made / "export" / "of_before.pzfx").exists()
    assert "There are errors" in (made / "export" / "README.txt").read_text()
    told = store.read_json(made / "provenance.json")["results"]
    assert set(told) == {"report.html", "verdict.json", *(f"tables/{t.name}.csv" for t in tables.RESULT_TABLES)}


def test_before_the_report_there_is_nothing_to_hand_on(tmp_path):
    done = mgassay("export", tmp_path)
    assert done.returncode == 2
    assert "run the stages in their order" in done.stderr
