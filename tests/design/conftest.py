"""Experiments in memory, as their conditions and settings."""

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, Settings


def make_condition(name, mg, medium="calcifying", inhibitor="none", sirna="none", cells="live", **more):
    base = {"condition": name, "mg_mM": mg, "medium": medium, "inhibitor": inhibitor, "sirna": sirna, "cells": cells}
    return {**base, "comparator": "none", "modulator": "none", "mg_from_day": 0.0, **more}


def make_experiment(*rows, **settings):
    contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0, **settings.pop("contrast", {})}
    extra = dict.fromkeys(k for r in rows for k in r if k not in tables.CONDITIONS.columns)
    known = tables.CONDITIONS.frame([{k: v for k, v in r.items() if k in tables.CONDITIONS.columns} for r in rows])
    conditions = known.assign(**{k: pd.Series([r.get(k, "") for r in rows], dtype="str") for k in extra})
    return Experiment("e", Settings.model_validate({"contrast": contrast, **settings}), conditions, ())


# The demo of the brief: one 2-APB block, one siRNA block, acellular runs, one comparator, further doses.
DEMO = (
    make_condition("control", 0.8, medium="control"),
    make_condition("ca_mg08", 0.8),
    make_condition("ca_mg14", 1.4),
    make_condition("ca_mg20", 2.0),
    make_condition("ca_mg30", 3.0),
    make_condition("apb_mg08", 0.8, inhibitor="2-APB"),
    make_condition("apb_mg20", 2.0, inhibitor="2-APB"),
    make_condition("scr_mg08", 0.8, sirna="scramble"),
    make_condition("scr_mg20", 2.0, sirna="scramble"),
    make_condition("si_mg08", 0.8, sirna="TRPM7"),
    make_condition("si_mg20", 2.0, sirna="TRPM7"),
    make_condition("acell_control", 0.8, medium="control", cells="none"),
    make_condition("acell_mg08", 0.8, cells="none"),
    make_condition("acell_mg20", 2.0, cells="none"),
    make_condition("ppi_mg08", 0.8, comparator="pyrophosphate"),
)


@pytest.fixture(scope="session")
def lab():
    """The maker of experiments."""
    return make_experiment


@pytest.fixture(scope="session")
def condition():
    """The maker of one row of conditions.csv."""
    return make_condition


@pytest.fixture(scope="session")
def demo():
    """The conditions of the demo."""
    return DEMO
