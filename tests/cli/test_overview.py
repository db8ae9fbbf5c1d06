"""The overview over several experiments: shares pooled, each donor once, the same bytes."""

import dataclasses
import datetime
import platform
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from mgassay import seals, store, tables
from mgassay.cli import app
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.shares.shares import shares_from_means
from mgassay.experiment import Experiment, Settings

STATES = (tables.MEANS, tables.EFFECTS, tables.SHARES, tables.CURVES, tables.PROBLEMS)
ARMS = {"scr_08": ("scramble", 0.8), "scr_20": ("scramble", 2.0), "si_08": ("TRPM7", 0.8), "si_20": ("TRPM7", 2.0)}


def experiment():
    settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    base = {"medium": "calcifying", "inhibitor": "none", "cells": "live", "comparator": "none", "modulator": "none"}
    rows = [{**base, "condition": c, "sirna": s, "mg_mM": mg, "mg_from_day": 0.0} for c, (s, mg) in ARMS.items()]
    return Experiment("e", settings, tables.CONDITIONS.frame(rows), ())


def finished(results, name, donors, *, grade="B", shift=0.0):
    """Results of one experiment by the effects room, from log means drawn by its name."""
    rng = np.random.default_rng(len(name) + ord(name[-1]))
    logs = {"scr_08": 3.0, "scr_20": 1.8 + shift, "si_08": 3.0, "si_20": 2.4}
    means = tables.MEANS.frame(
        {
            "readout": "calcium",
            "condition": c,
            "donor": d,
            "log_mean": m + 0.1 * rng.normal(),
            "n_reps": 3,
            "n_wells": 3,
        }
        for c, m in logs.items()
        for d in donors
    )
    own = dataclasses.replace(experiment(), id=name)
    folder = results / name
    made = {"means": means, "effects": effects_from_means(own, means), "shares": shares_from_means(own, means)}
    store.write_experiment(folder / "parts" / "experiment.json", own)
    made["problems"] = tables.PROBLEMS.frame(
        [] if grade else [{"code": "MG040", "severity": "error", "place": "row 4"}]
    )
    for state in (*STATES, tables.PLATE_QUALITY):
        store.write_table(folder / "tables", state, made.get(state.name, state.frame()))
    rules = [{"rule": "viability_changed", "fired": False}]
    verdict = {"grade": grade, "readout": "calcium", "block": "siTRPM7", "rules": rules if grade else []}
    store.write_json(folder / "verdict.json", verdict)
    store.write_json(folder / "provenance.json", {})


def with_plates(results, names):
    """Gives each experiment a calcium plate with its blank, Z′ and curve."""
    for i, name in enumerate(names):
        where = {"assay": "calcium", "plate": "p1"}
        quality = (
            ("blank_signal", "575 nm", "OD", 0.06),
            ("z_prime", "top standard / blank", "1", 0.8 + 0.01 * (i % 2)),
        )
        rows = [{**where, "measure": m, "subject": s, "unit": u, "estimate": e} for m, s, u, e in quality]
        store.write_table(results / name / "tables", tables.PLATE_QUALITY, tables.PLATE_QUALITY.frame(rows))
        curve = tables.CURVES.frame([{**where, "r2_means": 0.998 + 0.001 * (i % 2), "assessed": "pass", "levels": 7}])
        store.write_table(results / name / "tables", tables.CURVES, curve)


def overview(results, *names, own_donors=False):
    done = CliRunner().invoke(app, ["overview", *(["--own-donors"] if own_donors else []), str(results), *names])
    assert done.exit_code == 0, done.output
    return read(results, tables.SUMMARY_SHARES)


def read(results, state):
    return store.read_table(results, state)


@pytest.fixture
def three(tmp_path):
    for name in ("a", "b", "c"):
        finished(tmp_path, name, [f"{name}{i}" for i in range(4)])
    return tmp_path


def test_shares_of_experiments_are_pooled_and_drawn(three):
    pooled = overview(three, "a", "b", "c")
    row = pooled[(pooled["share"] == "intracellular") & (pooled["scale"] == "log")].iloc[0]
    assert (row["n_experiments"], row["n_donors"], row["flag"]) == (3, 12, "")
    assert row["ci_low"] < 0.5 < row["ci_high"]
    assert row["prediction_low"] <= row["ci_low"]
    assert len(read(three, tables.SUMMARY_POOLED)) == 3 * len(pooled)
    page = (three / "index.html").read_text()
    assert 'id="pooled"' in page
    assert "summary_pooled.csv" in page
    assert 'role="img" aria-label="Share of the Mg²⁺ effect over experiments' in page


def test_what_a_killed_overview_left_half_written_goes(three):
    half, theirs = (three / f".index.html.{node}@99999999" for node in (platform.node(), "another-computer"))
    for file in (half, theirs):
        file.write_text("half")
    overview(three, "a", "b", "c")
    assert (half.exists(), theirs.exists()) == (False, True)


def test_the_same_bytes_again(three):
    overview(three, "a", "b", "c")
    names = ("index.html", "summary.csv", "summary_shares.csv", "summary_pooled.csv", "summary_plates.csv")
    first = {n: (three / n).read_bytes() for n in names}
    overview(three, "a", "b", "c")
    assert first == {n: (three / n).read_bytes() for n in names}


def test_an_experiment_with_something_to_mend_is_not_pooled(three):
    finished(three, "d", ["d1", "d2", "d3"], grade=None)
    assert set(overview(three, "a", "b", "c", "d")["n_experiments"]) == {3}


def test_donors_of_the_same_name_count_once_unless_declared(tmp_path):
    for name in ("a", "b", "c"):
        finished(tmp_path, name, ["D1", "D2", "D3"])
    once = overview(tmp_path, "a", "b", "c")
    assert set(once["n_donors"]) == {3}
    assert set(once["flag"]) == {"shared_donors"}
    assert once["tau"].isna().all()
    assert "own_donors" in (tmp_path / "index.html").read_text()
    own = overview(tmp_path, "a", "b", "c", own_donors=True)
    assert set(own["n_donors"]) == {9}
    assert own["tau"].notna().all()


def test_a_single_experiment_has_its_own_row_and_no_section(three):
    pooled = overview(three, "a")
    assert set(pooled["n_experiments"]) == {1}
    assert pooled["prediction_low"].isna().all()
    assert 'id="pooled"' not in (three / "index.html").read_text()


def said(*args):
    """Exit status and what was said by the command line, as a user meets it."""
    done = subprocess.run([sys.executable, "-m", "mgassay", *map(str, args)], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_ids_may_come_from_a_file(three):
    overview(three, "a", "b", "c")
    first = (three / "index.html").read_bytes()
    ids = three / "ids.txt"
    ids.write_text("a\n\nb \nc\nb\n")
    done = CliRunner().invoke(app, ["overview", str(three), "--ids", str(ids)])
    assert done.exit_code == 0, done.output
    assert (three / "index.html").read_bytes() == first
    gate = CliRunner().invoke(app, ["gate", str(three), "--ids", str(ids)])
    assert gate.exit_code == 0
    assert gate.stdout.split() == [str(three / name / "report.html") for name in "abc"]


def test_what_was_called_wrongly_is_said_in_a_line(three, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a long path would be broken over lines
    (tmp_path / "none.txt").write_text("\n")
    for args in ((), ("--ids", tmp_path / "none.txt")):
        for verb in ("overview", "gate"):
            assert said(verb, three, *args) == (
                2,
                "mgassay: no experiment is named: give their ids, or --ids FILE with one per line\n",
            )
    status, told = said("overview", three, "--ids", "absent.txt")
    assert (status, "absent.txt" in told) == (2, True)
    status, told = said("overview", three, "a", "no-such")
    assert status == 2
    assert "no-such" in told


def test_all_experiments_may_be_broken(tmp_path):
    for name in ("a", "b"):
        finished(tmp_path, name, ["D1", "D2"], grade=None)
    assert overview(tmp_path, "a", "b").empty
    page = (tmp_path / "index.html").read_text()
    assert "2 experiments: 2 no verdict, 2 with errors" in page
    assert page.count("To mend first:") == 2
    assert "A file is missing (MG040, row 4)" in page
    done = CliRunner().invoke(app, ["gate", str(tmp_path), "a", "b"])
    assert done.exit_code == 1
    assert "a, b" in done.stderr


def told_of(results, *names):
    """Finishes experiments as their report does, which tells of their tables by checksum."""
    for name in names:
        files = ["verdict.json", *(f"tables/{p.name}" for p in sorted((results / name / "tables").iterdir()))]
        store.write_json(results / name / "provenance.json", {"results": seals.checksums(results / name, files)})


def test_an_error_that_is_taken_out_of_the_table_by_hand_does_not_pass_the_gate(three):
    finished(three, "d", ["d1", "d2", "d3"], grade=None)
    told_of(three, *"abcd")
    path = three / "d" / "tables" / "problems.csv"
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    done = CliRunner().invoke(app, ["gate", str(three), *"abcd"])
    assert done.exit_code == 1
    assert "MG902  tables/problems.csv" in done.stderr
    assert done.stderr.rstrip().endswith("before the numbers can be trusted: d")
    for name in "abc":
        assert CliRunner().invoke(app, ["gate", str(three), name]).exit_code == 0


@pytest.mark.parametrize(
    ("edit", "was", "now"),
    [
        ("tables/shares.csv", "fieller_donor", "fieller"),
        ("tables/problems.csv", "remedy\n", "remedy\nMG119,notice,,,,,m,r\n"),
        ("verdict.json", '"grade": "B"', '"grade": "A"'),
    ],
)
def test_what_was_edited_since_its_report_has_no_verdict_and_is_not_pooled(three, edit, was, now):
    told_of(three, *"abc")
    path = three / "b" / edit
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, now))
    assert set(overview(three, *"abc")["n_experiments"]) == {2}
    summary = read(three, tables.SUMMARY).drop_duplicates("experiment").set_index("experiment")
    assert summary["grade"].tolist() == ["B", "", "B"]
    assert summary["errors"].tolist() == [0, 1, 0]
    assert f"A table was changed after it was made (MG902, {edit})" in (three / "index.html").read_text()


def test_dates_of_harvest_order_plates_where_all_have_one(three):
    quality = {"assay": "calcium", "measure": "blank_signal", "subject": "575 nm", "unit": "OD", "estimate": 0.06}
    days = {"a": datetime.date(2026, 3, 3), "b": datetime.date(2026, 3, 1), "c": datetime.date(2026, 3, 2)}
    for name, day in days.items():
        rows = [{**quality, "plate": f"{name}{i}"} for i in range(3)]
        store.write_table(three / name / "tables", tables.PLATE_QUALITY, tables.PLATE_QUALITY.frame(rows))
        about = experiment().settings.experiment.model_copy(update={"date": day})
        dated = experiment().settings.model_copy(update={"experiment": about})
        own = dataclasses.replace(experiment(), id=name, settings=dated)
        store.write_experiment(three / name / "parts" / "experiment.json", own)
    overview(three, "a", "b", "c")
    assert list(read(three, tables.SUMMARY_PLATES)["experiment"]) == list("bbbcccaaa")
    page = (three / "index.html").read_text()
    assert "in the order of the days of harvest" in page
    assert ">2026-03-03</td>" in page


def test_tables_are_read_some_experiments_at_a_time_to_the_same_end(three, monkeypatch):
    overview(three, "a", "b", "c")
    first = (three / "index.html").read_bytes()
    monkeypatch.setattr("mgassay.cli.overview.AT_ONCE", 2)
    overview(three, "a", "b", "c")
    assert (three / "index.html").read_bytes() == first


def test_the_index_charts_z_prime_and_r2_of_all_plates(tmp_path):
    names = [f"e{i}" for i in range(8)]
    for name in names:
        finished(tmp_path, name, ["D1", "D2", "D3"])
    with_plates(tmp_path, names)
    overview(tmp_path, *names)
    plates = read(tmp_path, tables.SUMMARY_PLATES)
    assert set(plates["measure"]) == {"blank_signal", "z_prime", "r2_means"}
    assert plates["centre"].notna().all()
    page = (tmp_path / "index.html").read_text()
    assert "Calcium: Z′" in page
    assert "Calcium: R² of the standards" in page


@pytest.mark.parametrize("damage", ["", "[1]", '{"results": 1}', None])
def test_a_damaged_provenance_is_an_error_of_its_own_experiment_alone(three, damage):
    """Else one file that was cut off would take the index and the summaries from all experiments."""
    told_of(three, *"abc")
    path = three / "b" / "provenance.json"
    path.unlink() if damage is None else path.write_text(damage)
    done = CliRunner().invoke(app, ["gate", str(three), *"abc"])
    assert (done.exit_code, "MG902  provenance.json" in done.stderr) == (1, True)
    assert done.stderr.rstrip().endswith("before the numbers can be trusted: b")
    assert CliRunner().invoke(app, ["overview", str(three), *"abc"], catch_exceptions=False).exit_code == 0
    grades = store.read_table(three, tables.SUMMARY).set_index("experiment")["grade"]
    assert list(grades[["a", "c"]]) == ["B", "B"]
    assert not grades["b"] == "B"
