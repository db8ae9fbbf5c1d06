"""docs/coverage.md is what docs/coverage.csv says, what is drawn what is said, grades by arrays those by tables."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.effects.verdict.conftest import checks_from_means

from bench import coverage, coverage_lab, coverage_page
from bench.coverage_grades import facts_of_arrays, grades_of
from bench.coverage_methods import true_effects
from bench.coverage_others import bias_corrected, percentile, resamples
from mgassay.effects.contrasts.contrasts import effects_from_means
from mgassay.effects.shares.shares import shares_from_means
from mgassay.effects.verdict.verdict import verdict_from_tables

ROOT = Path(__file__).parents[2]


def test_the_page_is_written_from_the_counts():
    page = (ROOT / coverage.PAGE).read_text(encoding="utf-8")
    assert page == coverage_page.page(coverage_page.read(ROOT / coverage.CSV))
    assert "{" not in page


def test_the_counts_are_those_of_the_study_as_it_stands():
    """Every cell is there, with the runs that were asked for; where something has to happen first, with fewer."""
    found = coverage_page.read(ROOT / coverage.CSV)
    cells = list(dict.fromkeys((r.study, r.scenario, r.donors) for r in found))
    assert cells == [(c.study, c.scenario, c.donors) for c in coverage.cells()]
    assert {r.runs for r in found if r.study != "floor"} == {coverage.RUNS}


def test_a_cell_is_the_same_every_time_whatever_its_neighbours():
    cell = next(c for c in coverage.cells() if c.study == "dose series")
    one, two = ([t.counts for t in cell.tallies(50)] for _ in range(2))
    assert one == two
    assert one[0]["runs"] == 50


@pytest.mark.parametrize("scenario", ["ordinary", "donors respond differently", "heavy tails"])
def test_what_is_drawn_has_the_scatter_and_the_truth_that_are_said(scenario):
    """200,000 donors: T scatters by sqrt(2 (.15^2 + .2^2/3)) = .268 (and by its slope), arms differ by T, B, main."""
    lab = coverage.SCENARIOS[scenario]
    drawn = coverage_lab.draw(lab, 4, 50_000, np.random.default_rng(1))
    y = coverage_lab.cell_means(drawn.live).reshape(-1, 4)
    t, b, main = y[:, 0] - y[:, 1], y[:, 2] - y[:, 3], y[:, 2] - y[:, 0]
    assert [t.mean(), b.mean(), main.mean()] == pytest.approx([lab.total, lab.blocked, lab.main], abs=0.006)
    assert t.std() == pytest.approx(np.hypot(0.268, lab.slope), rel=0.04)  # a t with 3 df has no steady SD
    assert y.std(axis=0)[0] == pytest.approx(np.sqrt(0.35**2 + 0.268**2 / 2), rel=0.04)


def test_the_additive_truth_is_the_mean_over_donors():
    """Without the noise of wells: arms and slopes alone, 400,000 donors."""
    lab = replace(coverage.SCENARIOS["donors respond differently"], well=0.0)
    y = coverage_lab.cell_means(coverage_lab.draw(lab, 4, 100_000, np.random.default_rng(2)).live).reshape(-1, 4)
    truths = true_effects(lab)
    assert np.mean(1 - np.exp(y[:, 1] - y[:, 0])) == pytest.approx(truths["total", "additive"], abs=0.002)
    assert np.mean(1 - np.exp(y[:, 3] - y[:, 2])) == pytest.approx(truths["blocked", "additive"], abs=0.002)
    assert ("total", "additive") not in true_effects(coverage.SCENARIOS["heavy tails"])


def test_grades_of_arrays_are_those_of_the_tables(lab):
    """Both blocks of one experiment through the tables; every grade but D comes up."""
    seen = set()
    for k, (total, blocked) in enumerate([(0.0, 0.0), (1.2, 1.2), (1.2, 0.6), (1.2, 0.3)] * 3):
        truth = replace(coverage_lab.QUIET if k % 3 else coverage_lab.ORDINARY, total=total, blocked=blocked, rho=0.2)
        rng = np.random.default_rng(k)
        sirna, inhibitor = (coverage_lab.draw(truth, 4, 1, rng) for _ in range(2))
        found = grades_of(facts_of_arrays(sirna, inhibitor))[0]
        assert found == grade_by_tables(lab, sirna, inhibitor), k
        seen.add(str(found))
    assert seen == {"A", "B", "C", "X"}


def grade_by_tables(lab, sirna, inhibitor):
    """The grade of the siRNA block, from means.csv on."""
    names = ("scr_08", "scr_20", "si_08", "si_20"), ("ca_08", "ca_20", "apb_08", "apb_20")
    calcium = {
        name: coverage_lab.cell_means(d.live)[0, :, k]
        for arms, d in zip(names, (sirna, inhibitor), strict=True)
        for k, name in enumerate(arms)
    }
    runs = coverage_lab.cell_means(sirna.acellular)[0]
    calcium |= {"acell_08": runs[:, 0], "acell_20": runs[:, 1]}
    nothing, steps = np.zeros(len(runs)), sirna.mg[:, 0]
    mg = dict(zip(names[0], (nothing, steps[0], nothing, steps[1]), strict=True))
    rows = lab.sirna_conditions()
    for n, inhibitor_name in (("ca", "none"), ("apb", "2-APB")):
        rows += [lab.condition(f"{n}_{m}", mg_mM, inhibitor=inhibitor_name) for m, mg_mM in (("08", 0.8), ("20", 2.0))]
    experiment, means = lab.experiment(rows), lab.means({"calcium": calcium, "mg_intracellular": mg})
    found = (f(experiment, means) for f in (effects_from_means, shares_from_means, checks_from_means))
    _, verdict = verdict_from_tables(experiment, means, *found)
    assert verdict["block"] == "siTRPM7"
    return verdict["grade"]


def test_resamples_are_every_way_to_draw_donors_again():
    """Three donors: 27 draws, 10 ways; one donor alone in 1 of 27, each once in 6 of 27."""
    ways, chance = resamples(3)
    assert len(ways) == 10
    assert chance.sum() == pytest.approx(1.0)
    assert ways.sum(axis=1) == pytest.approx(np.ones(10))
    of = {tuple(np.round(3 * w).astype(int)): c for w, c in zip(ways, chance, strict=True)}
    assert (of[3, 0, 0], of[1, 1, 1], of[2, 1, 0]) == pytest.approx((1 / 27, 6 / 27, 3 / 27))


def test_the_percentile_and_bca_intervals_are_those_of_scipy():
    """scipy draws resamples at random: 200,000 of them; ends of five donors lie on a grid of 126 means."""
    from scipy import stats

    values = np.array([[0.3, 0.9, 1.4, 1.1, 2.6]])
    for method, ends in (("percentile", percentile), ("BCa", bias_corrected)):
        low, high = ends(values, values, lambda t, b: t)
        theirs = stats.bootstrap(
            (values[0],), np.mean, method=method, n_resamples=200_000, random_state=np.random.default_rng(1)
        ).confidence_interval
        assert [low[0], high[0]] == pytest.approx([theirs.low, theirs.high], abs=0.03)
