"""A run of six reactions by hand, and one more plate: every status and role that a well can have."""

import math

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings

NAN = math.nan
CONDITIONS = [
    {
        "condition": "ca_mg08",
        "medium": "calcifying",
        "mg_mM": 0.8,
        "inhibitor": "none",
        "sirna": "none",
        "cells": "live",
    },
    {
        "condition": "ca_mg20",
        "medium": "calcifying",
        "mg_mM": 2.0,
        "inhibitor": "none",
        "sirna": "none",
        "cells": "live",
    },
]
# plate, well, sample, condition, donor, rep, target, role, cq, status, standard
WELLS = [
    ("q1", "A1", "s1", "ca_mg08", "D1", "1", "RUNX2", "sample", 24.512, "value", NAN),
    ("q1", "A2", "s1", "ca_mg08", "D1", "1", "RUNX2", "sample", NAN, "undetermined", NAN),
    ("q1", "A3", "s2", "ca_mg20", "D1", "1", "Gapdh", "sample", 17.0, "value", NAN),
    ("q1", "B1", "dil", "", "", "", "RUNX2", "standard", 21.25, "value", 1000.0),
    ("q1", "H12", "", "", "", "", "RUNX2", "ntc", NAN, "undetermined", NAN),
    ("q1", "B2", "s1", "ca_mg08", "D1", "1", "RUNX2", "nrt", 36.5, "value", NAN),
    ("q1", "C1", "s3", "ca_mg20", "D2", "1", "RUNX2", "sample", NAN, "omitted", NAN),
    ("q1", "C2", "s3", "ca_mg20", "D2", "1", "RUNX2", "sample", NAN, "none", NAN),
    ("q1", "C3", "s3", "ca_mg20", "D2", "1", "RUNX2", "excluded", 30.5, "value", NAN),
    ("q2", "A1", "s1", "ca_mg08", "D1", "1", "RUNX2", "sample", 24.75, "value", NAN),
]
COLUMNS = ("plate", "well", "sample", "condition", "donor", "rep", "target", "role", "cq", "status", "standard")


def make_parts(wells=WELLS, amplification=(), quality=()) -> dict[str, pd.DataFrame]:
    rows = [dict(zip(COLUMNS, w, strict=True)) for w in wells]
    qpcr = [{**{k: v for k, v in r.items() if k != "standard"}, "cycles": 40, "efficiency": 1.9} for r in rows]
    return {
        "qpcr": tables.QPCR.frame(qpcr),
        "qpcr_wells": tables.QPCR_WELLS.frame({**r, "cycles": 40} for r in rows),
        "amplification": tables.AMPLIFICATION.frame(amplification),
        "qpcr_quality": tables.QPCR_QUALITY.frame(quality),
        "problems": tables.PROBLEMS.frame(),
    }


def make_experiment(**qpcr) -> Experiment:
    settings = {
        "experiment": {"title": "Mg²⁺ & TRPM7", "cells": "human VSMC"},
        "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0},
        "assays": {"qpcr": {"reference_genes": ["GAPDH"], **qpcr}},
    }
    files = tuple(RawFile(file=f"raw/{p}.csv", assay="qpcr", plate=p) for p in ("q1", "q2"))
    return Experiment("mg-pcr", Settings.model_validate(settings), tables.CONDITIONS.frame(CONDITIONS), files)


def curve(well, fluorescence, plate="q1", target="RUNX2", signal="Rn", first=1):
    return {"file": f"raw/{plate}.csv", "plate": plate, "well": well, "target": target, "signal": signal,
            "first_cycle": first, "fluorescence": fluorescence}  # fmt: skip


@pytest.fixture
def pcr():
    import types

    return types.SimpleNamespace(WELLS=WELLS, **{k: v for k, v in globals().items() if k in (
        "make_parts", "make_experiment", "curve", "NAN")})  # fmt: skip
