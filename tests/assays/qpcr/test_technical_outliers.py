"""Wells that do not agree with their technical replicates: found, told, and left out only where that is asked."""

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from mgassay.assays.qpcr.qpcr_plates import QpcrPlate
from mgassay.assays.qpcr.technical_outliers import check_outliers, exclusions_of_wells, outliers_of_wells, well_sd
from mgassay.experiment import QpcrSettings
from mgassay.problems import Problems


def wells(cq, **more):
    """Wells of one gene on one plate: a row of `cq` for each culture well, its technical replicates across."""
    cq = np.atleast_2d(np.asarray(cq, dtype=float))
    reps = np.repeat(np.arange(len(cq)), cq.shape[1])
    places = [f"{row}{i}" for row in "ABCDEFGHIJKL"[: len(cq)] for i in range(1, cq.shape[1] + 1)]
    table = pd.DataFrame({"cq": cq.ravel(), "well": places})
    names = {"plate": "P1", "gene": "RUNX2", "role": "sample", "condition": "ca", "sample": "", "status": "value"}
    return table.assign(**names, donor=[f"D{r}" for r in reps], rep="1", standard=np.nan).assign(**more)


def steady(rows=6, sd=0.1, seed=4, at=24.0, replicates=3):
    return at + np.random.default_rng(seed).normal(0, sd, (rows, replicates))


def named(table, found):
    return list(table["well"][found])


def test_a_well_a_cycle_off_is_found_and_stands_alone():
    cq = steady()
    cq[2, 1] += 1.0
    found, alone = outliers_of_wells(wells(cq))
    assert named(wells(cq), found) == ["C2"] == named(wells(cq), alone)


def test_of_a_pair_that_disagrees_both_are_named_and_neither_stands_alone():
    cq = steady(rows=10, replicates=2)
    cq[2, 1] += 2.0
    found, alone = outliers_of_wells(wells(cq))
    assert named(wells(cq), found) == ["C1", "C2"]
    assert not alone.any()


@pytest.mark.parametrize(("off", "is_found"), [(0.4, False), (0.6, True)])
def test_less_than_half_a_cycle_from_the_others_is_no_outlier_however_steady_the_gene(off, is_found):
    cq = np.full((6, 3), 24.0) + np.array([-0.005, 0.0, 0.005])
    cq[2, 1] += off  # 24 ± .005 beside it
    assert outliers_of_wells(wells(cq))[0].any() == is_found


def test_a_rare_genes_wells_may_lie_farther_apart():
    # a cycle among wells near Cq 36.5 (1.4 copies) is the draw of copies; among wells at 24 it is not
    common, rare = steady(rows=8), steady(rows=4, at=36.5)
    rare[1, 1] += 1.0
    assert not outliers_of_wells(wells(np.vstack([common, rare])))[0].any()
    common[1, 1] += 1.0
    assert outliers_of_wells(wells(np.vstack([common, rare])))[0].sum() == 1


@pytest.mark.parametrize(("off", "is_found"), [(2.4, False), (2.7, True)])
def test_wells_of_a_rare_gene_are_weighted_by_their_variance(off, is_found):
    """Eight clean triplicates near Cq 24, four near 34 with one well `off`: found where statsmodels finds it.

    Oracle: externally studentised residuals of weighted least squares (whitened OLS) with the variances .15² + 1/(2^(37
    − Cq)·ln²2), 36 − 12 − 1 degrees of freedom, p below .01 over 36 wells.
    """
    cq = np.vstack([steady(rows=8), steady(rows=4, at=34.0)])
    cq[9, 1] += off
    variance = 0.15**2 + 1 / (2 ** (37 - cq.mean(axis=1)) * math.log(2) ** 2)
    root = np.repeat(1 / np.sqrt(variance), 3)
    groups = np.kron(np.eye(12), np.ones((3, 1)))
    t = sm.OLS(cq.ravel() * root, groups * root[:, None]).fit().get_influence().resid_studentized_external
    wanted = 36 * 2 * stats.t.sf(np.abs(t), 23) < 0.01
    assert outliers_of_wells(wells(cq))[0].tolist() == wanted.tolist()
    assert wanted[28] == is_found


def test_calibrators_of_two_names_are_no_replicates_of_each_other():
    """IRC at Cq 20 and IRC2 at 25, in triplicate, beside samples of a condition; no standards were run."""
    base = steady(rows=4)
    nameless = {"condition": "", "donor": "", "rep": ""}
    pure = [wells(base[:1] - 4, **nameless, sample="IRC"), wells(base[:1] + 1, **nameless, sample="IRC2")]
    table = pd.concat([wells(base), *pure], ignore_index=True)
    found, _ = outliers_of_wells(table)
    assert not found.any()
    table.loc[len(table) - 1, "cq"] += 1.5
    assert np.flatnonzero(outliers_of_wells(table)[0]).tolist() == [len(table) - 1]


def test_the_scatter_to_be_expected_by_hand():
    # at the Cq of one copy: √(.15² + 1/ln²2) = √(.0225 + 2.08137); ten cycles before, 1024 copies: √(.0225 + .0020326)
    assert well_sd(np.array([37.0, 27.0])) == pytest.approx([1.450472, 0.156629], abs=1e-6)


def test_a_common_and_a_rare_gene_flag_clean_wells_seldom():
    # 300 runs of 12 clean triplicates, Poisson scatter: few runs have any flag (unweighted, a third do)
    rng, flagged = np.random.default_rng(6), 0
    for _ in range(300):
        mean = np.concatenate([rng.uniform(25, 28, (8, 1)), rng.uniform(33, 35, (4, 1))])
        sd = np.sqrt(0.15**2 + 1 / (2 ** (37 - mean) * math.log(2) ** 2))
        flagged += outliers_of_wells(wells(mean + sd * rng.normal(size=(12, 3))))[0].any()
    assert flagged / 300 <= 0.05


def test_genes_plates_reps_standards_and_names_are_groups_of_their_own():
    base = steady(rows=4)
    parts = [
        wells(base),
        wells(base + 5, gene="GAPDH"),
        wells(base + 3, plate="P2"),
        wells(base + 2, rep="2"),
        wells(base[:1] + 7, role="standard", condition="", donor="", standard=10.0),
        wells(base[:1] + 9, role="standard", condition="", donor="", standard=1.0),
        wells(base[:1] + 6, condition="", donor="", sample="IRC"),
        wells(base[:1] - 6, condition="", donor="", sample="IRC2"),
    ]
    assert not outliers_of_wells(pd.concat(parts, ignore_index=True))[0].any()


def test_controls_left_out_wells_and_wells_without_a_cq_are_not_tested():
    cq = steady()
    cq[2, 1] += 5.0
    for spoilt in ({"role": "ntc"}, {"role": "excluded"}, {"status": "omitted"}, {"gene": ""}):
        assert not outliers_of_wells(wells(cq, **spoilt))[0].any()
    table = wells(steady())
    silent = table.assign(
        status=table["status"].where(table["well"] != "B1", "undetermined"), cq=table["cq"].where(table["well"] != "B1")
    )
    assert not outliers_of_wells(silent)[0].any()


def test_few_wells_cannot_say_what_scatter_is_usual():
    assert not outliers_of_wells(wells([[24.0, 24.1, 30.0]]))[0].any()
    found, alone = outliers_of_wells(wells(steady()).iloc[:0])
    assert found.size == alone.size == 0


@pytest.mark.parametrize(("setting", "code", "removed"), [("flag", "MG530", []), ("remove", "MG531", ["C2"])])
def test_outliers_are_told_and_left_out_only_as_asked(setting, code, removed):
    cq = steady()
    cq[2, 1] = 26.0
    table, problems = wells(cq), Problems()
    plates = {"P1": QpcrPlate("run.txt", QpcrSettings(outliers=setting))}
    out = check_outliers(table, *outliers_of_wells(table), plates, problems)
    assert named(table, out) == removed
    (said,) = problems
    assert (said.code, said.severity, said.file, said.place, said.seen) == (
        code,
        "warning",
        "run.txt",
        "C2",
        "C2 (Cq 26.00)",
    )
    listed = exclusions_of_wells(table[out])
    assert listed[["assay", "well", "donor", "rule", "by"]].to_numpy().tolist() == [
        ["qpcr", well, "D2", "outlier among its replicates", "mgassay"] for well in removed
    ]


def test_a_pair_is_never_left_out():
    cq = steady(rows=10, replicates=2)
    cq[2, 1] += 2.0
    table, problems = wells(cq), Problems()
    plates = {"P1": QpcrPlate("run.txt", QpcrSettings(outliers="remove"))}
    assert not check_outliers(table, *outliers_of_wells(table), plates, problems).any()
    assert [p.code for p in problems] == ["MG530"]
