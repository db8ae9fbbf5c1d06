"""The overview over several experiments: shares pooled, each donor once, the same bytes."""

import dataclasses

import numpy as np
import pytest
from typer.testing import CliRunner

from mgassay import store, tables
from mgassay.cli import app
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.shares.shares import shares_from_means
from mgassay.experiment import Experiment, Settings

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
    for state in (tables.MEANS, tables.EFFECTS, tables.SHARES, tables.PROBLEMS, tables.PLATE_QUALITY):
        store.write_table(folder / "tables", state, made.get(state.name, state.frame()))
    rules = [{"rule": "viability_changed", "fired": False}]
    verdict = {"grade": grade, "readout": "calcium", "block": "siTRPM7", "rules": rules if grade else []}
    store.write_json(folder / "verdict.json", verdict)


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
