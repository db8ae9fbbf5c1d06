"""Dilution series: slope, its interval on quantities, and the factor that follows."""

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from tests.assays.qpcr.conftest import codes, gene_wells, standards

from mgassay.assays.qpcr.dilution_series import efficiency_from_series, fit_series, series_of_genes
from mgassay.problems import Problems


def test_the_series_slope_is_that_of_numpys_polyfit():
    rng = np.random.default_rng(5)
    quantity = np.repeat([1.0, 10.0, 100.0, 1000.0], 3)
    cq = 35 - 3.3 * np.log10(quantity) + rng.normal(0, 0.2, 12)
    fitted = fit_series(pd.DataFrame({"plate": "P1", "standard": quantity, "cq": cq}))
    slope, intercept = np.polyfit(np.log10(quantity), cq, 1)
    assert fitted.slope == pytest.approx(slope, rel=1e-12)
    residual = cq - intercept - slope * np.log10(quantity)
    assert fitted.r2 == pytest.approx(1 - (residual @ residual) / ((cq - cq.mean()) @ (cq - cq.mean())), rel=1e-12)


def test_slope_and_r2_by_hand():
    # x − x̄ = 1, 0, −1; y − ȳ = −4, 1, 3: slope (−4 − 3)/2 = −3.5; rest −.5, 1, −.5: R² = 1 − 1.5/26
    series = fit_series(gene_wells(*standards("g", [20, 25, 27])))
    assert (series.slope, series.levels) == (-3.5, 3)
    assert series.r2 == pytest.approx(1 - 1.5 / 26, rel=1e-15)


def test_plates_share_the_slope_not_the_intercept_and_short_ones_do_not_count():
    # slopes −3 and −4 over equal designs: −3.5, though P2 lies 10 Cq later; P3 has two quantities only
    rows = [*standards("g", [20, 23, 26]), *standards("g", [30, 34, 38], "P2"), *standards("g", [20, 29], "P3")]
    series = fit_series(gene_wells(*rows))
    assert (series.slope, series.levels) == (-3.5, 3)


def test_a_series_makes_a_factor_and_says_how():
    problems = Problems()
    found = series_of_genes(gene_wells(*standards("BMP2", [20, 24, 28])), problems)
    assert efficiency_from_series(found["BMP2"]).factor == pytest.approx(10**0.25, rel=1e-14)
    (said,) = problems
    assert (said.code, said.seen) == ("MG507", "1.778")
    assert "slope -4.000 Cq" in said.message
    assert "over 3 quantities, R2 1.0000" in said.message


@pytest.mark.parametrize(
    ("cqs", "seen"),
    [
        ([28.0, 24.0, 20.0], "4.000"),  # in the wrong order
        ([30.0, 30.0, 30.0], "0.000"),
        ([33.0, 33.0, 33.002], "-0.001"),  # 10^1000 per cycle
        ([20.0, 22.0, 24.0], "-2.000"),  # 10^(1/2) = 3.16, beyond threefold
    ],
)
def test_a_series_with_an_impossible_slope_is_an_error(cqs, seen):
    problems = Problems()
    series_of_genes(gene_wells(*standards("BMP2", cqs)), problems)
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG506", "error", seen)]


def test_three_quantities_over_two_plates_are_no_series():
    problems = Problems()
    rows = [*standards("BMP2", [20, 24]), *standards("BMP2", [20, 24, 28], "P2")[1:]]
    assert series_of_genes(gene_wells(*rows), problems) == {}
    (said,) = problems
    assert (said.code, said.severity) == ("MG505", "warning")
    assert "has 2 quantities" in said.message


def test_only_standards_with_a_quantity_a_cq_and_a_target_count():
    good = standards("BMP2", [20, 24, 28])
    spoilt = [{**good[0], "standard": 0.0}, {**good[0], "cq": np.nan}, {**good[0], "role": "sample", "cq": 5.0}]
    problems = Problems()
    found = series_of_genes(gene_wells(*good, *spoilt, *standards("", [20, 24, 28])), problems)
    assert list(found) == ["BMP2"]
    assert (found["BMP2"].slope, found["BMP2"].n) == (-4.0, 3)
    assert codes(problems) == ["MG507"]


def test_quantities_below_one_are_a_series_as_any_other():
    """x − x̄ = 2, 1, 0, −1, −2 for 1, .1 … 1e-4; Cq 20, 23, 27, 30, 34: slope (40 + 23 − 30 − 68)/10."""
    rows = [
        {"gene": "BMP2", "plate": "P1", "role": "standard", "standard": 10.0**-i, "cq": cq}
        for i, cq in enumerate([20.0, 23.0, 27.0, 30.0, 34.0])
    ]
    found = series_of_genes(gene_wells(*rows), Problems())["BMP2"]
    assert found.slope == pytest.approx(-3.5, rel=1e-12)
    assert (found.levels, found.low, found.high) == (5, 1e-4, 1.0)


def test_the_slope_has_its_error_by_hand():
    # x − x̄ = 1, 0, −1, Cq 20, 25, 27: rest −.5, 1, −.5, so s² = 1.5/(3 − 2) and SE = √(1.5/2), one degree of freedom
    series = fit_series(gene_wells(*standards("g", [20, 25, 27])))
    assert (series.df, series.n, series.low, series.high) == (1, 3, 10.0, 1000.0)
    assert series.slope_se == pytest.approx(math.sqrt(0.75), rel=1e-14)


def test_single_wells_have_the_interval_of_ordinary_regression():
    cq = np.array([18.1, 21.6, 24.7, 28.3, 31.4])
    series = fit_series(gene_wells(*standards("g", cq)))
    line = stats.linregress(3.0 - np.arange(5), cq)
    half = stats.t.ppf(0.975, 3) * line.stderr
    assert series.slope_bounds() == pytest.approx((line.slope - half, line.slope + half), rel=1e-12)


def test_replicate_wells_of_a_quantity_do_not_count_as_quantities():
    # five quantities in triplicate, .02 apart within and .2 between: the interval is that of the means
    means = np.array([18.1, 21.6, 24.7, 28.3, 31.4])
    rows = [row for d in (-0.02, 0.0, 0.02) for row in standards("g", means + d)]
    single, several = fit_series(gene_wells(*standards("g", means))), fit_series(gene_wells(*rows))
    assert several.slope == pytest.approx(single.slope, rel=1e-12)
    assert several.slope_se == pytest.approx(single.slope_se, rel=1e-9)
    assert (several.df, several.n) == (3, 15)


def test_the_slope_over_plates_with_uneven_wells_is_that_of_weighted_least_squares():
    # oracle: statsmodels WLS of the quantities' means, weighted by their wells, an intercept for each plate
    rng = np.random.default_rng(8)
    rows, x, y, w, plate = [], [], [], [], []
    for p, shift in (("P1", 0.0), ("P2", 1.3)):
        for level in range(5):
            cqs = 20 + shift + 3.4 * level + rng.normal(0, 0.2) + rng.normal(0, 0.1, 1 + (level + len(x)) % 3)
            rows += [
                {"plate": p, "gene": "g", "role": "standard", "standard": 10.0 ** (5 - level), "cq": cq} for cq in cqs
            ]
            x, y, w, plate = [*x, 5.0 - level], [*y, cqs.mean()], [*w, len(cqs)], [*plate, p]
    design = np.column_stack([x, [p == "P1" for p in plate], [p == "P2" for p in plate]]).astype(float)
    fitted = sm.WLS(y, design, weights=w).fit()
    series = fit_series(gene_wells(*rows))
    assert (series.slope, series.slope_se) == pytest.approx((fitted.params[0], fitted.bse[0]), rel=1e-10)
    assert series.df == fitted.df_resid == 7


def test_the_factors_interval_is_that_of_the_slope_carried_through():
    series = fit_series(gene_wells(*standards("g", [18.1, 21.6, 24.7, 28.3, 31.4])))
    low, high = series.slope_bounds()
    found = efficiency_from_series(series)
    assert (found.ci_low, found.ci_high) == pytest.approx((10 ** (-1 / low), 10 ** (-1 / high)), rel=1e-12)
    assert found.ci_high - found.factor > found.factor - found.ci_low  # not symmetric
    # delta method by a small step of the slope
    step = 1e-6
    rise = (-1 / (series.slope + step) + 1 / (series.slope - step)) * math.log2(10) / (2 * step)
    assert found.se_log2 == pytest.approx(rise * series.slope_se, rel=1e-6)
    assert (found.source, found.df, found.n) == ("series", 3.0, 5)


def test_a_slope_that_may_be_flat_leaves_the_factor_without_an_upper_bound():
    found = efficiency_from_series(fit_series(gene_wells(*standards("g", [20, 25, 27]))))
    assert math.isnan(found.ci_high)
    assert 1.0 < found.ci_low < found.factor


def test_a_series_that_fits_exactly_knows_nothing_of_its_error():
    found = efficiency_from_series(fit_series(gene_wells(*standards("g", [20.1, 23.4, 26.7, 30.0]))))
    assert math.isnan(found.se_log2)
    assert math.isnan(found.ci_low)


@pytest.mark.parametrize(("pipetting", "wells_each"), [(0.0, 3), (0.1, 3)])
def test_the_interval_covers_whether_dilutions_are_off_or_not(pipetting, wells_each):
    # each dilution off by its own pipetting error, shared by its wells: 95 % of 800 series must hold the truth
    rng, inside = np.random.default_rng(2), 0
    quantity = np.repeat(10.0 ** np.arange(5), wells_each)
    for _ in range(800):
        off = np.repeat(rng.normal(0, pipetting, 5), wells_each) + rng.normal(0, 0.1, quantity.size)
        rows = pd.DataFrame({"plate": "P", "standard": quantity, "cq": 35 - np.log10(quantity) / np.log10(1.9) + off})
        found = efficiency_from_series(fit_series(rows))
        inside += found.ci_low <= 1.9 <= found.ci_high
    assert 0.93 <= inside / 800 <= 0.97
