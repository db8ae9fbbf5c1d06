"""Apparent calcium of Mg controls in the report."""

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.report.apparent import TITLE, UNMEASURED, apparent_pieces
from mgassay.report.rows import Tables

CURVE = {"plate": "P1", "assay": "calcium", "model": "linear"}


def pieces(*controls, subtract=False, curves=(CURVE,)):
    settings = Settings.model_validate(
        {
            "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0},
            "assays": {"calcium": {"subtract_mg_control": subtract}},
        }
    )
    conditions = tables.CONDITIONS.frame([{"condition": "a", "mg_mM": 0.8}, {"condition": "b", "mg_mM": 2.0}])
    raw = RawFile(file="p.txt", assay="calcium", plate="P1")
    rows = [{"readout": "calcium_apparent", "plate": "P1", "unit": "ug/well", "limit": 0.12, **c} for c in controls]
    held = {"amounts": tables.AMOUNTS.frame(pd.DataFrame(rows)), "curves": tables.CURVES.frame(pd.DataFrame(curves))}
    return apparent_pieces(Tables(held, 0.8, 2.0), Experiment("e", settings, conditions, (raw,)))


def test_no_calcium_no_word():
    assert pieces(curves=()) == []
    assert apparent_pieces(Tables({}, 0.8, 2.0), None) == []


def test_that_nothing_was_measured_is_said():
    assert [getattr(p, "text", "") for p in pieces()] == [TITLE, UNMEASURED]


@pytest.mark.parametrize(("subtract", "word"), [(True, "yes"), (False, "no")])
def test_a_row_per_plate_and_level_with_what_was_done(subtract, word):
    controls = [{"condition": "b", "value": 0.8}, {"condition": "b", "value": 1.6}]
    controls += [{"condition": "a", "value": 0.4, "ci_low": 0.3, "ci_high": 0.5}]
    listing = pieces(*controls, subtract=subtract)[-1]
    assert listing.rows == (
        ("P1", "2", "2", "1.20", "0.800 to 1.60", "0.120", "µg per well", word),
        ("P1", "0.8", "1", "0.400", "[0.300, 0.500]", "0.120", "µg per well", word),
    )


def test_a_well_above_the_curve_makes_the_mean_a_least_and_is_not_dropped():
    """Top of the range 3.0: (1 + 3) / 2 is 2, and the highest well is at least 3."""
    above = {"condition": "b", "value": None, "limit": 3.0, "flag": "above_curve"}
    assert pieces({"condition": "b", "value": 1.0}, above)[-1].rows[0][3:5] == ("≥ 2.00", "1.00 to ≥ 3.00")
    alone = pieces(above)[-1]
    assert alone.rows[0][3] == "≥ 3.00"
    assert pieces({**above, "limit": None})[-1].rows[0][3] == "above the curve"
