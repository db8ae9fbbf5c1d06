"""Wells far below the blank: told where they are, and hardly ever on clean plates."""

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.courses.net_rates import Rates, amounts_from_rates
from mgassay.assays.plates.below_blank import tell_amounts_below_blank, tell_signals_below_blank
from mgassay.assays.plates.standards import plate_curve_from_wells
from mgassay.experiment import CalciumSettings, RawFile
from mgassay.problems import Problems

CA = ("calcium", "calcium_D1")
RAW = RawFile(file="raw/ca.txt", assay="calcium", plate="calcium_D1")
LEVELS = np.repeat([0.0, 5, 10, 20, 40, 80, 160], 3)


def told(problems):
    return [(p.code, p.place, p.severity) for p in problems]


def measured(value, se, lod, df=10.0):
    n = len(value)
    table = pd.DataFrame({"well": [f"A{i}" for i in range(1, n + 1)], "value": value, "se_reading": se, "lod": lod})
    high = table["value"] + 2.228139 * table["se_reading"]  # t of 10 df
    return table.assign(ci_high=high, se_curve=0.0, df=df)


def amounts_told(*args, **more):
    problems = Problems()
    tell_amounts_below_blank(measured(*args, **more), RAW, problems)
    return told(problems)


def test_amounts_below_the_limit_with_all_of_their_interval():
    """SE 1, LOD 3.3: −(3.3 + 2.23) = −5.53 is the edge; of four wells −6 and −60 are below it."""
    assert amounts_told([-5.0, -6.0, -60.0, 3.0], 1.0, 3.3) == [("MG396", "A2–A3", "warning")]


def test_without_a_limit_chance_alone_decides():
    """Two wells: t of 10 df at 1 − 0.01 / 2 is 3.169 (table of Student's t)."""
    assert amounts_told([-3.1, 5.0], 1.0, np.nan) == []
    assert amounts_told([-3.2, 5.0], 1.0, np.nan) == [("MG396", "A1", "warning")]


def test_three_blanks_that_agree_prove_less_than_ten():
    """t at 1 − 0.01: 6.965 with 2 df, 2.764 with 10."""
    for value, blanks, expected in ((-6.9, 3, []), (-7.0, 3, ["MG396"]), (-6.5, 11, ["MG396"]), (-6.5, 1, [])):
        problems = Problems()
        tell_amounts_below_blank(measured([value], 1.0, 3.3), RAW, problems, blanks)
        assert [p.code for p in problems] == expected


@pytest.mark.parametrize("se", [np.nan, 0.0])
def test_amounts_without_an_error_are_not_judged(se):
    assert amounts_told([-50.0], se, 1.0) == []
    assert amounts_told([np.nan], 1.0, 1.0) == []
    assert amounts_told([], 1.0, 1.0) == []


def plate(rng, sd, content, settings, read):
    rows = [bench_row(f"A{i}", read(x) + sd * rng.normal(), "standard", standard=x) for i, x in enumerate(LEVELS, 1)]
    rows += [bench_row(f"B{i}", read(x) + sd * rng.normal(), "sample") for i, x in enumerate(content, 1)]
    wells = tables.WELLS.frame(rows)
    found = plate_curve_from_wells(wells, RAW, settings, Problems())
    return wells[wells.role == "sample"], found


def bench_row(well, value, role, **more):
    return {"assay": CA[0], "plate": CA[1], "well": well, "value": value, "status": "ok", "role": role, **more}


def line(x):
    return 0.05 + 0.01 * x


def s_shaped(x):
    return 0.05 + (2 / (1 + (50 / x) ** 1.2) if x else 0.0)


SLOW = pytest.mark.slow  # the same check on other curves and other numbers of blanks


@pytest.mark.parametrize(
    ("read", "settings"),
    [
        (line, {"curve": "linear"}),
        pytest.param(s_shaped, {"curve": "4pl"}, marks=SLOW),
        pytest.param(line, {}, marks=SLOW),
    ],
)
def test_clean_plates_read_off_a_curve_are_hardly_ever_warned_of(read, settings):
    """200 plates with 60 wells of nothing: 2 of them are allowed to, 1 % by the rule."""
    rng, warned = np.random.default_rng(3), 0
    for _ in range(200):
        wells, found = plate(rng, 0.004, np.zeros(60), CalciumSettings(**settings), read)
        problems = Problems()
        tell_signals_below_blank(wells, found, problems)
        warned += len(problems)
    assert warned <= 2


@pytest.mark.parametrize(("read", "settings"), [(line, {"curve": "linear"}), (s_shaped, {"curve": "4pl"})])
def test_wells_far_below_the_lower_end_of_a_curve_are_told(read, settings):
    """15 SD below the blank, where a logistic has no signal at all; 1 SD below it is nothing to tell."""
    wells, found = plate(np.random.default_rng(1), 0.004, [20.0, 40.0, 0.0], CalciumSettings(**settings), read)
    wells = wells.assign(value=[0.05 - 0.06, 0.05 - 0.004, 0.05])
    problems = Problems()
    tell_signals_below_blank(wells, found, problems)
    assert told(problems) == [("MG396", "B1", "warning")]
    for status in ("above", "below"):
        problems = Problems()
        tell_signals_below_blank(wells.assign(status=status), found, problems)
        assert told(problems) == []
    tell_signals_below_blank(wells[:0], found, problems)
    assert told(problems) == []


@pytest.mark.parametrize(("part", "expected"), [(0.99, []), (1.01, ["MG396"])])
def test_how_far_below_a_line_is_far_by_hand(part, expected):
    """Duplicates 1 mOD to each side of 0.05 + 0.01 x at 0, 10, 20, 40, 80, 160: s² = 12e-6 / 10 with 10 df.

    The error of a reading at 0 and of the line there: se² = s² (1 + 1/12 + x̄² / Sxx). One well: 3.3 s + 2.228139 se,
    which is more than the 2.763769 se that chance brings to one well in a hundred.
    """
    x = np.repeat([0.0, 10, 20, 40, 80, 160], 2)
    s = np.sqrt(12e-6 / 10)
    se = s * np.sqrt(1 + 1 / 12 + x.mean() ** 2 / np.sum((x - x.mean()) ** 2))
    edge = max(3.3 * s + 2.228139 * se, 2.763769 * se)
    rows = [
        bench_row(f"A{i}", line(level) + 0.001 * (-1) ** i, "standard", standard=level) for i, level in enumerate(x)
    ]
    wells = tables.WELLS.frame([*rows, bench_row("B1", 0.05 - part * edge, "sample")])
    settings = CalciumSettings(curve="linear", weighting="none")
    found, problems = plate_curve_from_wells(wells, RAW, settings, Problems()), Problems()
    tell_signals_below_blank(wells[wells.role == "sample"], found, problems)
    assert [p.code for p in problems] == expected


@pytest.mark.parametrize("scale", [1.0, 1e5])
def test_a_line_without_scatter_judges_no_well(scale):
    """In OD or in counts: what the fit leaves is rounding, and a well a tenth below the blank proves nothing."""
    x = np.array([0.0, 10, 20, 40, 80, 160])
    rows = [bench_row(f"A{i}", scale * line(level), "standard", standard=level) for i, level in enumerate(x, 1)]
    wells = tables.WELLS.frame([*rows, bench_row("B1", scale * 0.045, "sample")])
    settings = CalciumSettings(curve="linear", weighting="none")
    found, problems = plate_curve_from_wells(wells, RAW, settings, Problems()), Problems()
    tell_signals_below_blank(wells[wells.role == "sample"], found, problems)
    assert told(problems) == []


@pytest.mark.parametrize("blanks", [2, pytest.param(3, marks=SLOW), pytest.param(8, marks=SLOW)])
def test_clean_plates_of_rates_are_hardly_ever_warned_of(blanks):
    """1000 plates with 60 wells as slow as their blanks, few of which make a limit that is itself ill known."""
    rng, warned = np.random.default_rng(4), 0
    table = pd.DataFrame({"plate": "P", "well": [f"A{i}" for i in range(1, 49)] + [f"B{i}" for i in range(1, 13)],
                          "role": "sample", "condition": "c", "donor": "D1",
                          "rep": [str(i) for i in range(60)], "flag": ""})  # fmt: skip
    for _ in range(1000):
        of = [Rates(rng.normal(5, 1, n), np.full(n, 0.04), np.full(n, 20.0), np.zeros((n, 0))) for n in (60, blanks)]
        problems = Problems()
        found = amounts_from_rates(table, *of, None, np.ones(60), np.full(60, np.nan))
        tell_amounts_below_blank(found, RAW, problems, blanks)
        warned += len(problems)
    assert warned <= 10
