"""What a curve says of itself in plate_quality.csv."""

import numpy as np
import pytest
from scipy import stats

from mgassay import tables
from mgassay.assays.curves.limits import critical_value
from mgassay.assays.quality.curve_quality import DIN, curve_quality


@pytest.fixture
def plate(row_of_standards):
    return row_of_standards


def rows_of(found):
    made = tables.PLATE_QUALITY.check(tables.PLATE_QUALITY.frame(curve_quality(found)))
    return made.set_index(["measure", "subject"])


def test_every_model_that_was_compared_has_its_aicc(plate):
    found, _ = plate.fit(plate.rows_of())
    rows = rows_of(found)
    compared = rows.loc["aicc"]
    assert set(compared.index) <= {"linear", "quadratic", "4pl"}
    # by hand: 12 wells 1 mOD off, RSS 12e-6, three parameters with the variance
    assert compared.estimate["linear"] == pytest.approx(12 * np.log(1e-6) + 6 + 24 / 8)
    power = rows.loc[("sd_power", "none")]
    assert power.estimate == pytest.approx(0, abs=1e-9)  # every level 1 mOD apart
    assert (power.n, power.flag) == (5, "")
    assert not len(rows_of(plate.fit(plate.rows_of(), curve="linear", weighting="none")[0]).query("measure == 'aicc'"))


def test_a_candidate_that_fails_is_marked(plate):
    bent = [(r, x, 0.05 + 0.4 * (1 - np.exp(-x / 30)) + (y - 0.05 - 0.01 * x), s) for r, x, y, s in plate.rows_of()]
    compared = rows_of(plate.fit(bent)[0]).loc["aicc"]
    assert compared.flag["linear"] == "curve_failed"


def test_mandels_f_with_its_p_and_the_straight_part(plate):
    x = np.repeat([0.0, 10, 20, 40, 80, 160], 2)
    y = 0.05 + 0.01 * x - 2e-5 * x**2 + np.tile([0.001, -0.001], 6)
    found, _ = plate.fit([("standard", a, b, "ok") for a, b in zip(x, y, strict=True)], weighting="none")
    rss1, rss2 = (np.polyfit(x, y, k, full=True)[1][0] for k in (1, 2))
    row = rows_of(found).loc[("mandel_f", "none")]
    assert row.estimate == pytest.approx((rss1 - rss2) / (rss2 / 9))
    assert row.p == pytest.approx(stats.f.sf(row.estimate, 1, 9))
    straight = rows_of(found).loc[("linear_range", "highest standard")]
    assert (straight.estimate, straight.unit) == (80, "ug/mL")


def test_single_standards_cannot_say_how_they_scatter(plate):
    found, _ = plate.fit([("standard", x, 0.05 + 0.01 * x + d, "ok") for x, d in zip(
        (0.0, 10, 20, 40, 80, 160), (0.001, -0.001, 0.002, -0.001, 0.001, 0.0), strict=True)])  # fmt: skip
    power = rows_of(found).loc["sd_power"].iloc[0]
    assert np.isnan(power.estimate)
    assert power.flag == "few_wells"


def test_the_p_of_mandels_f_is_that_of_one_and_nine_degrees_of_freedom(plate):
    """Twelve wells bent no more than their scatter allows: F .31, p .59; by polyfit and scipy's F distribution."""
    x = np.repeat([0.0, 10, 20, 40, 80, 160], 2)
    y = 0.05 + 0.01 * x - 2e-7 * x**2 + np.random.default_rng(4).normal(0, 0.002, 12)
    found, _ = plate.fit([("standard", a, b, "ok") for a, b in zip(x, y, strict=True)], weighting="none")
    rss1, rss2 = (np.polyfit(x, y, k, full=True)[1][0] for k in (1, 2))
    row = rows_of(found).loc[("mandel_f", "none")]
    assert row.p == pytest.approx(stats.f.sf((rss1 - rss2) / (rss2 / 9), 1, 9), rel=1e-6)
    assert 0.5 < row.p < 0.7


def test_limits_of_din(plate):
    found, _ = plate.fit(plate.rows_of(), weighting="none")
    rows = rows_of(found)
    assert rows.estimate[("decision_limit", DIN)] == critical_value(found.curve, alpha=0.01)
    assert rows.estimate[("quantification_limit", DIN)] > rows.estimate[("decision_limit", DIN)]


def test_three_levels_have_no_straightness_to_test(plate):
    found, _ = plate.fit([r for x in (0, 50) for r in plate.line(x)], curve="linear", weighting="none")
    assert "mandel_f" not in {row["measure"] for row in curve_quality(found)}
