import pandas as pd
import pytest

from mgassay import tables
from mgassay.report.curve_words import ASSESSED_AGAINST, curve_caption, levels_text, model_name
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables

CURVE = {
    "plate": "P1",
    "assay": "calcium",
    "model": "quadratic",
    "weighting": "1/x",
    "unit": "ug/mL",
    "range_high": 80.0,
}
LEVELS = [{"standard": float(x)} for x in (0, 10, 40, 80)]
ROWS = [
    {"measure": "aicc", "subject": "linear", "estimate": -61.04, "flag": "curve_failed"},
    {"measure": "aicc", "subject": "quadratic", "estimate": -118.26},
    {"measure": "sd_power", "subject": "1/x", "estimate": 0.61, "n": 7},
    {"measure": "mandel_f", "subject": "1/x", "estimate": 212.4, "p": 1e-9},
    {"measure": "linear_range", "subject": "highest standard", "estimate": 40.0, "unit": "ug/mL"},
    {"measure": "decision_limit", "subject": "DIN 32645, alpha 1 %", "estimate": 0.4123, "unit": "ug/mL"},
]


def caption(rows=ROWS, **curve):
    quality = tables.PLATE_QUALITY.frame(pd.DataFrame([{"assay": "calcium", "plate": "P1", **row} for row in rows]))
    held = Tables({"plate_quality": quality}, 0.8, 2.0)
    return curve_caption(held, {**CURVE, **curve}, LEVELS).replace(NO_BREAK, " ")


def test_why_this_curve():
    assert caption() == (
        "Quadratic, chosen by AICc (linear −61.0 (fails), quadratic −118.3; the simpler within 2 units). "
        "Weighting 1/x: the replicates' SD follows the power 0.6 of the concentration (7 df). "
        "Mandel's test: a straight line is refuted (F = 212, p < 0.001); "
        "within the limits it reads all standards back up to 40 µg/mL. "
        "By DIN 32645 (1 %): decision limit 0.412 µg/mL."
    )


def test_too_few_wells_to_compare_are_said():
    rows = [{"measure": "aicc", "subject": m} for m in ("linear", "quadratic")]
    assert caption(rows, model="linear").startswith("Linear, the simplest: too few wells to compare models.")


def test_what_the_lab_asked_for_is_said_to_be_asked_for():
    assert caption([], model="4pl", weighting="none") == "4PL, as asked. Weighting none, as asked."


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"measure": "sd_power", "subject": "none"}, "Weighting 1/x: too few replicates to tell how readings scatter."),
        ({"measure": "mandel_f", "subject": "none", "estimate": 2.0, "p": 0.2}, "is not refuted (F = 2.00, p = 0.20);"),
        (
            {"measure": "mandel_f", "subject": "none", "estimate": 2.0, "p": 0.2},
            "within the limits it reads all standards back nowhere.",
        ),
    ],
)
def test_what_could_not_be_told(row, said):
    assert said in caption([row])


def test_standards_beyond_the_range_are_named():
    assert "The range ends at 40 µg/mL; above it: 80." in caption([], range_high=40.0)
    assert "range ends" not in caption([])


def test_fewer_levels_than_the_guideline_asks_are_said_and_nothing_is_claimed():
    assert levels_text({"levels": 5, "levels_pass": 5}) == "5 of 5; ICH M10 asks 6"
    assert levels_text({"levels": 7, "levels_pass": 6}) == "6 of 7"
    assert "assessed against" in ASSESSED_AGAINST
    assert "no claim of compliance" in ASSESSED_AGAINST
    assert model_name("5pl") == "5PL"
