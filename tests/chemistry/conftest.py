"""Media by hand: the totals of the golden runs, and conditions in memory."""

import math
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from mgassay import tables
from mgassay.chemistry.composition import Medium
from mgassay.experiment import Experiment, Settings

GOLDEN = Path(__file__).parents[1] / "reference" / "chemistry"
# NaCl, KCl, MgSO4, NaHCO3, NaH2PO4 (mM) that the golden runs were made with.
RECIPES = {
    "DMEM": (110.34, 5.33, 0.814, 44.05, 0.906),
    "aMEM": (117.24, 5.33, 0.814, 26.19, 1.014),
    "M199E": (117.24, 5.33, 0.814, 26.19, 1.014),
}
COLUMNS = {"hap": "HAP", "ocp": "OCP", "dcpd": "DCPD", "btcp": "bTCP", "acp": "ACP", "acp1": "ACP1", "acp2": "ACP2"}
COLUMNS |= {"newberyite": "Newberyite", "mg3po42": "Mg3PO42_22w", "calcite": "Calcite", "acc": "ACC"}
FULL = {
    "medium": "calcifying", "mg_mM": 0.8, "cells": "live", "basal_medium": "DMEM", "ca_mM": 1.8, "pi_mM": 2.6,
    "pH": 7.4, "co2_percent": 5.0, "serum_percent": 12.0, "mg_salt": "chloride",
}  # fmt: skip


def golden_medium(recipe="DMEM", ca=1.8, pi=2.6, mg=0.8, pH=7.4, co2=5.0, sulfate=False, nacl=0.0, **more):
    """The totals of one golden run; 0.42 mM albumin sites where `more` does not say otherwise."""
    nacl_mM, kcl, mgso4, bicarbonate, phosphate = RECIPES[recipe]
    added = mg - mgso4
    held = {
        "Ca": ca, "Mg": mg, "Na": nacl_mM + nacl + bicarbonate + phosphate + 1.8 * (pi - phosphate), "K": kcl,
        "Cl": nacl_mM + nacl + kcl + 2 * ca + (0 if sulfate else 2 * added), "S(6)": mgso4 + (added if sulfate else 0),
        "P": pi, "Alb": 0.42,
    } | more  # fmt: skip
    return Medium(tuple((e, v) for e, v in held.items() if v > 0), pH, co2, bicarbonate)


def experiment(*rows, **contrast):
    """An experiment of these conditions; a row is a name and what differs from FULL (None: left empty)."""
    full = [{k: v for k, v in {**FULL, "condition": name, **own}.items() if v is not None} for name, own in rows]
    settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0, **contrast}})
    named = {"inhibitor": "none", "sirna": "none", "comparator": "none", "modulator": "none", "mg_from_day": 0.0}
    return Experiment("exp", settings, tables.CONDITIONS.frame([named | r for r in full]), ())


@pytest.fixture(scope="session")
def bench():
    return SimpleNamespace(
        medium=golden_medium,
        experiment=experiment,
        full=FULL,
        golden=lambda name: pd.read_csv(GOLDEN / f"golden_{name}.csv"),
        columns=COLUMNS,
        unmeasured=math.nan,
    )
