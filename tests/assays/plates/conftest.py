"""One calcium plate of standards, as rows (role, standard, value, status) in wells A1, A2, ..."""

from types import SimpleNamespace

import pytest

from mgassay import tables
from mgassay.assays.plates.standards import plate_curve_from_wells
from mgassay.experiment import CalciumSettings, RawFile
from mgassay.problems import Problems

RAW = RawFile(file="raw/ca.txt", assay="calcium", plate="calcium_D1")
LEVELS = (10, 20, 40, 80, 160)


def wells(*rows):
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


def rows_of(levels=(0, *LEVELS)):
    return [row for x in levels for row in line(x)]


def fit(rows, **settings):
    problems = Problems()
    return plate_curve_from_wells(wells(*rows), RAW, CalciumSettings(**settings), problems), problems


def codes(problems):
    return [p.code for p in problems]


@pytest.fixture(scope="session")
def row_of_standards():
    return SimpleNamespace(RAW=RAW, LEVELS=LEVELS, wells=wells, line=line, rows_of=rows_of, fit=fit, codes=codes)
