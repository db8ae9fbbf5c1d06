"""Experiments in memory: conditions like those of a lab, amounts made from arrays or from R's data sets."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, Settings

REFERENCE = Path(__file__).parents[1] / "reference" / "stats"
CONTRAST = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
# The four live arms of an siRNA block and the acellular arm, in the order that all arrays here have.
ARMS = ("scr_08", "scr_20", "si_08", "si_20", "acell_08", "acell_20")


def condition(name: str, mg: float, **columns: Any) -> dict[str, Any]:
    """One row of conditions.csv with the contract's defaults."""
    base = {"medium": "calcifying", "inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none"}
    return {**base, "modulator": "none", "mg_from_day": 0.0, "condition": name, "mg_mM": mg, **columns}


def make_experiment(rows: Iterable[Mapping[str, Any]], **settings: Any) -> Experiment:
    """An experiment of these conditions; `settings` are sections of experiment.toml, contrast on top of 0.8 -> 2."""
    contrast = {**CONTRAST, **settings.pop("contrast", {})}
    rows = list(rows)
    known = tables.CONDITIONS.frame([{k: v for k, v in r.items() if k in tables.CONDITIONS.columns} for r in rows])
    extra = dict.fromkeys(k for r in rows for k in r if k not in tables.CONDITIONS.columns)
    conditions = known.assign(**{k: pd.Series([r.get(k, "") for r in rows], dtype="str") for k in extra})
    return Experiment("exp", Settings.model_validate({"contrast": contrast, **settings}), conditions, ())


def sirna_conditions() -> list[dict[str, Any]]:
    """The conditions named by ARMS."""
    levels = (("08", 0.8), ("20", 2.0))
    entry = [condition(f"{n}_{m}", mg, sirna=s) for n, s in (("scr", "scramble"), ("si", "TRPM7")) for m, mg in levels]
    return [*entry, *(condition(f"acell_{m}", mg, cells="none") for m, mg in levels)]


def amounts_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """AMOUNTS with the columns that effects do not read filled in."""
    base = {"experiment": "exp", "assay": "calcium", "readout": "calcium", "rep": "1", "unit": "ug/mg", "well": "A1"}
    return tables.AMOUNTS.frame([{**base, **row} for row in rows])


def means_frame(values: Mapping[str, Mapping[str, Iterable[float]]]) -> pd.DataFrame:
    """MEANS from readout -> condition -> log means of donors D1, D2, ... (NaN: not run)."""
    return tables.MEANS.frame(
        [
            {"readout": r, "condition": c, "donor": f"D{i}", "log_mean": v, "n_reps": 3, "n_wells": 3, "flag": ""}
            for r, by_condition in values.items()
            for c, logs in by_condition.items()
            for i, v in enumerate(logs, start=1)
            if not np.isnan(v)
        ]
    )


def golden_amounts(data: str) -> pd.DataFrame:
    """R's wells as amounts: each well a rep; readouts calcium and mg_intracellular."""
    wells = pd.read_csv(REFERENCE / f"wells_{data}.csv", keep_default_na=False, na_values={"mg_i_mM": [""]})
    prefix = np.where(wells["cells"] == "acellular", "acell", np.where(wells["entry"] == "none", "scr", "si"))
    names = [f"{p}_{'08' if mg == 0.8 else '20'}" for p, mg in zip(prefix, wells["mg_mM"], strict=True)]
    base = {"condition": names, "donor": wells["donor"].tolist(), "rep": wells["well"].astype(str).tolist()}
    calcium = pd.DataFrame({**base, "readout": "calcium", "value": wells["calcium_ug_per_mg"].tolist()})
    magnesium = pd.DataFrame({**base, "readout": "mg_intracellular", "value": wells["mg_i_mM"].tolist()}).dropna()
    return amounts_frame([*calcium.to_dict("records"), *magnesium.to_dict("records")])


# Log mineral at the reference less that at the raised side, mean over donors: what an experiment that asks everything
# is made of. Donors differ from it by INTACT_OFF and BLOCKED_OFF, runs by RUNS_OFF.
EFFECTS = {
    "scr_1.4": 0.5, "scr_2.0": 1.2, "scr_3.0": 1.6, "si_1.4": 0.3, "si_2.0": 0.6, "si_3.0": 1.1,
    "scr_2.0_d7": 0.8, "si_2.0_d7": 0.5, "scr_ang": -0.5, "si_ang": -0.1, "scr_late": 0.45, "si_late": 0.3,
    "acell_2.0": 0.3, "acell_3.0": 0.4,
}  # fmt: skip
INTACT_OFF, BLOCKED_OFF, RUNS_OFF = (-0.1, 0.0, 0.1), (0.05, -0.1, 0.05), (0.02, 0.0, -0.02)
ANGII = {"name": "AngII", "column": "modulator", "reference": "none", "raised": "AngII"}


def every_conditions() -> list[dict[str, Any]]:
    """Four Mg levels and AngII with scramble and siRNA, a second day, Mg raised late, acellular runs."""
    rows = []
    for n, sirna in (("scr", "scramble"), ("si", "TRPM7")):
        rows += [condition(f"{n}_{mg}", mg, sirna=sirna, day="14") for mg in (0.8, 1.4, 2.0, 3.0)]
        rows += [condition(f"{n}_{mg}_d7", mg, sirna=sirna, day="7") for mg in (0.8, 2.0)]
        rows.append(condition(f"{n}_ang", 0.8, sirna=sirna, day="14", modulator="AngII"))
        rows.append(condition(f"{n}_late", 2.0, sirna=sirna, day="14", mg_from_day=7.0))
    return [*rows, *(condition(f"acell_{mg}", mg, cells="none", day="14") for mg in (0.8, 2.0, 3.0))]


def every_means(*readouts: str) -> pd.DataFrame:
    """Their MEANS by EFFECTS for these readouts; reference arms hold 5, 5.5, 6 and 7 on day 7, under siRNA .2 more."""
    values = {}
    for row in every_conditions():
        name, blocked = row["condition"], row["sirna"] == "TRPM7"
        off = RUNS_OFF if row["cells"] == "none" else BLOCKED_OFF if blocked else INTACT_OFF
        start = 7.0 if row["day"] == "7" else 5.0
        effect = np.array(off) + EFFECTS[name] if name in EFFECTS else 0.0
        values[name] = start + np.array([0.0, 0.5, 1.0]) + 0.2 * blocked - effect
    return means_frame(dict.fromkeys(readouts, values))


@pytest.fixture(scope="session")
def lab() -> SimpleNamespace:
    """The makers of this file."""
    return SimpleNamespace(
        condition=condition,
        experiment=make_experiment,
        sirna_conditions=sirna_conditions,
        sirna=make_experiment(sirna_conditions()),
        amounts=amounts_frame,
        means=means_frame,
        golden=golden_amounts,
        expected=lambda data: pd.read_csv(REFERENCE / "R.csv").query("data == @data"),
        arms=ARMS,
        every=make_experiment(every_conditions(), step=[ANGII]),
        every_conditions=every_conditions,
        every_means=every_means,
        angii=ANGII,
    )
