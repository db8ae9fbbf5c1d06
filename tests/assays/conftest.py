"""What the tests of plates share: two plates on exact lines, worked by hand.

Standards lie in duplicate 1 mOD beside a line, so that the fit is that line. Calcium: OD = 0.05 + 0.01 · ug/mL;
protein: OD = 0.10 + 0.001 · ug/mL. A sample of OD 0.45 at dilution 2 in 200 µL extract holds
(0.45 − 0.05) / 0.01 · 2 · 200 / 1000 = 16 ug; a lysate of OD 0.60 in 200 µL holds 500 · 200 / 1e6 = 0.1 mg.
"""

from functools import partial
from types import SimpleNamespace

import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.plates.plate import Plate
from mgassay.assays.plates.plates import quantify_plates
from mgassay.assays.plates.standards import plate_curve_from_wells
from mgassay.experiment import CalciumSettings, Experiment, RawFile, Settings
from mgassay.problems import Problems

CONDITIONS = tables.CONDITIONS.frame(
    {"condition": c, "medium": "calcifying", "mg_mM": mg, "cells": cells}
    for c, mg, cells in (("ca08", 0.8, "live"), ("ca20", 2.0, "live"), ("acell", 0.8, "none"))
)
CA = ("calcium", "calcium_D1")
PR = ("protein", "protein_D1")
CA_STANDARDS = [(0, 10, 20, 40, 80, 160), 0.05, 0.01]
PR_STANDARDS = [(0, 125, 250, 500, 1000, 2000), 0.10, 0.001]


def experiment(calcium=None, protein=None, files=(CA, PR), **extra):
    settings = {
        "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": extra.pop("raised", 1.8)},
        "assays": {"calcium": {"dilution": 2.0, **(calcium or {})}, "protein": protein or {}},
    }
    raws = tuple(RawFile(file=f"raw/{plate}.txt", assay=assay, plate=plate, **extra) for assay, plate in files)
    return Experiment("exp", Settings.model_validate(settings), CONDITIONS, raws)


def standards(where, levels, intercept, slope):
    return [
        well(where, f"{'AB'[i]}{k}", intercept + slope * x + d, "standard", standard=x)
        for k, x in enumerate(levels, 1)
        for i, d in enumerate((0.001, -0.001))
    ]


def well(where, name, value, role="sample", **more):
    row = {"assay": where[0], "plate": where[1], "well": name, "value": value, "status": "ok", "role": role}
    return {**row, "channel": "A575", "wavelength_nm": 575.0, "read_index": 0, **more}


def sample(where, name, value, condition="ca08", rep="1", donor="D1", **more):
    return well(where, name, value, condition=condition, donor=donor, rep=rep, **more)


CALCIUM = standards(CA, *CA_STANDARDS)


PROTEIN = standards(PR, *PR_STANDARDS)


def quantify(exp, *rows):
    wells, problems = tables.WELLS.frame(rows), Problems()
    before = wells.copy()
    results = quantify_plates(exp, wells, problems)
    pd.testing.assert_frame_equal(wells, before)  # the caller's frame is left alone
    tables.AMOUNTS.check(results.amounts)
    tables.CURVES.check(results.curves)
    tables.STANDARDS.check(results.standards)
    return results, problems


def readout(results, name):
    return results.amounts[results.amounts.readout == name].reset_index(drop=True)


def plate(exp, *rows):
    raw = exp.files[0]
    return Plate(exp, raw, exp.assay_settings(raw), tables.WELLS.frame(rows))


def codes(problems):
    return [p.code for p in problems]


CONTROLS = [
    well(CA, "D1", 0.07, "mg_control", condition="ca20"),
    well(CA, "D2", 0.09, "mg_control", condition="ca20"),
    well(CA, "D3", 0.06, "mg_control", condition="ca08"),
]


@pytest.fixture(scope="session")
def bench():
    return SimpleNamespace(
        CA=CA,
        PR=PR,
        CA_STANDARDS=CA_STANDARDS,
        PR_STANDARDS=PR_STANDARDS,
        experiment=experiment,
        standards=standards,
        well=well,
        sample=sample,
        ca=partial(sample, CA),
        pr=partial(sample, PR),
        CALCIUM=CALCIUM,
        PROTEIN=PROTEIN,
        plate=plate,
        quantify=quantify,
        readout=readout,
        codes=codes,
        CONTROLS=CONTROLS,
    )


# One calcium plate of standards, as rows (role, standard, value, status) in wells A1, A2, ...
ROW_RAW = RawFile(file="raw/ca.txt", assay="calcium", plate="calcium_D1")
ROW_LEVELS = (10, 20, 40, 80, 160)


def wells_of_row(*rows):
    """WELLS of one plate from (role, standard, value, status) in wells A1, A2, ..."""
    return tables.WELLS.frame(
        {
            "assay": "calcium",
            "plate": "calcium_D1",
            "well": f"A{i}",
            "role": role,
            "standard": x,
            "value": y,
            "status": s,
        }
        for i, (role, x, y, s) in enumerate(rows, 1)
    )


def line(x, slope=0.01):
    """Duplicates 1 mOD beside the line 0.05 + slope · x, so that any fit runs through their means."""
    return [("standard", x, 0.05 + slope * x + d, "ok") for d in (0.001, -0.001)]


def rows_of(levels=(0, *ROW_LEVELS)):
    return [row for x in levels for row in line(x)]


def fit(rows, **settings):
    problems = Problems()
    return plate_curve_from_wells(wells_of_row(*rows), ROW_RAW, CalciumSettings(**settings), problems), problems


@pytest.fixture(scope="session")
def row_of_standards():
    return SimpleNamespace(
        RAW=ROW_RAW, LEVELS=ROW_LEVELS, wells=wells_of_row, line=line, rows_of=rows_of, fit=fit, codes=codes
    )
