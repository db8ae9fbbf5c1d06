"""geNorm and NormFinder against the numbers of NormqPCR, and what they must not depend on."""

import csv
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest

from mgassay.assays.qpcr.stability import genorm, normfinder

REFERENCE = Path(__file__).parents[2] / "reference" / "qpcr"


def table(name):
    """Sample names, gene names and log2 quantities of a data set."""
    with (REFERENCE / name).open(encoding="utf-8") as lines:
        header, *rows = csv.reader(lines)
    return [r[0] for r in rows], header[1:], np.log2(np.array([[float(x) for x in r[1:]] for r in rows]))


def expected(dataset):
    with (REFERENCE / "stability_expected.csv").open(encoding="utf-8") as lines:
        return {r["quantity"]: float(r["expected"]) for r in csv.DictReader(lines) if r["dataset"] == dataset}


def variation_in_decimals(name, samples, fewer, more):
    """V of two sets of genes (columns) over samples of a name, with 40 digits and Python's own logarithm."""
    with (REFERENCE / name).open(encoding="utf-8") as lines, localcontext(prec=40):
        rows = [
            [Decimal(x).ln() / Decimal(2).ln() for x in r[1:]] for r in csv.reader(lines) if r[0].startswith(samples)
        ]
        each = [sum(r[i] for i in fewer) / len(fewer) - sum(r[i] for i in more) / len(more) for r in rows]
        mean = sum(each) / len(each)
        return float((sum((x - mean) ** 2 for x in each) / (len(each) - 1)).sqrt())


@pytest.fixture(scope="module")
def bone_marrow():
    samples, genes, values = table("vandesompele2002.csv")
    return genes, values[[s.startswith("BM") for s in samples]]


@pytest.fixture(scope="module")
def colon():
    samples, genes, values = table("andersen2004_colon.csv")
    with (REFERENCE / "andersen2004_colon_groups.csv").open(encoding="utf-8") as lines:
        groups = {r["sample"]: r["group"] for r in csv.DictReader(lines)}
    return genes, values, np.unique([groups[s] for s in samples], return_inverse=True)[1]


def test_genorm_of_bone_marrow_every_number(bone_marrow):
    _, values = bone_marrow
    found, wanted = genorm(values), expected("vandesompele2002 BM")
    told = {f"meanM n={i + 2}": m for i, m in enumerate(found.mean_m)}
    told |= {f"V{i + 2}/{i + 3}": v for i, v in enumerate(found.v)}
    # V8/9 is listed as .07765343669. In exact decimal arithmetic (below) it is .0776534266897, so that the row's eighth
    # decimal is a slip: .07765342669 holds to the ten decimals that the other rows have
    exact = variation_in_decimals("vandesompele2002.csv", "BM", found.order[:8], found.order[:9])
    assert told["V8/9"] == pytest.approx(exact, rel=1e-13)
    assert told["V8/9"] == pytest.approx(0.07765342669, abs=1e-11)
    assert abs(told.pop("V8/9") - wanted.pop("V8/9")) < 1.1e-8
    assert told == pytest.approx(wanted, abs=1e-9)
    assert len(wanted) == 16
    assert found.m.mean() == pytest.approx(wanted["meanM n=10"], abs=1e-9)


def test_the_least_stable_gene_goes_first(bone_marrow):
    # the definition, gene by gene, with the SD of ratios taken as such
    genes, values = bone_marrow
    kept, gone = list(range(len(genes))), []
    while len(kept) > 2:
        m = {j: np.mean([(values[:, j] - values[:, k]).std(ddof=1) for k in kept if k != j]) for j in kept}
        gone.append(max(m, key=m.get))
        kept.remove(gone[-1])
    assert genorm(values).order == (*kept, *reversed(gone))


def test_normfinder_of_colon_every_number(colon):
    genes, values, group = colon
    found = dict(zip(genes, normfinder(values, group), strict=True))
    wanted = {q.removeprefix("rho "): x for q, x in expected("andersen2004_colon").items()}
    assert found == pytest.approx(wanted, abs=1e-9)
    assert len(wanted) == 13


def test_what_samples_share_cancels(bone_marrow, colon):
    _, values = bone_marrow
    shared = np.linspace(-3, 3, len(values))[:, None]
    moved, still = genorm(values + shared), genorm(values)
    assert moved.order == still.order
    np.testing.assert_allclose(moved.m, still.m, atol=1e-12)
    np.testing.assert_allclose(moved.v, still.v, atol=1e-12)
    _, values, group = colon
    shared = np.linspace(-3, 3, len(values))[:, None]
    np.testing.assert_allclose(normfinder(values + shared, group), normfinder(values, group), atol=1e-12)


def test_two_genes_by_hand():
    # log2 ratios 1, 2, 3: SD 1
    found = genorm(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]))
    np.testing.assert_allclose(found.m, [1.0, 1.0])
    assert found.mean_m.tolist() == pytest.approx([1.0])
    assert found.v.tolist() == []


def test_plates_have_their_own_thresholds():
    # ratios 1, 3 on one plate and 11, 13 on another: within plates SS 2 + 2 over df 2, SD √2
    values = np.array([[1.0, 0.0], [3.0, 0.0], [11.0, 0.0], [13.0, 0.0]])
    np.testing.assert_allclose(genorm(values, np.array([0, 0, 7, 7])).m, np.sqrt(2.0))
    assert genorm(values).m[0] > 5


def test_normfinder_of_one_group_finds_the_noisy_gene():
    # known truth: SD .1 .1 .1 .5 around what samples share, 4000 samples
    rng = np.random.default_rng(20)
    truth = np.array([0.1, 0.1, 0.1, 0.5])
    values = rng.normal(0, 1, (4000, 1)) + rng.normal(0, 1, (4000, 4)) * truth
    np.testing.assert_allclose(normfinder(values, np.zeros(4000, dtype=int)), truth, atol=0.02)


def test_normfinder_sees_a_gene_that_moves_between_groups():
    rng = np.random.default_rng(21)
    group = np.repeat([0, 1], 50)
    values = rng.normal(0, 0.1, (100, 4)) + np.outer(group, [0, 0, 0, 1.0])
    found = normfinder(values, group)
    assert found.argmax() == 3
    # its group means lie ±3/8 from what four genes share (a quarter of the shift is in every mean)
    assert found[3] == pytest.approx(0.375 + np.sqrt(2 * 0.01 / 50), abs=0.03)


def test_equal_genes_have_no_spread():
    values = np.repeat(np.arange(6.0)[:, None], 3, axis=1)
    assert genorm(values).m.tolist() == [0.0, 0.0, 0.0]
    assert normfinder(values, np.array([0, 0, 0, 1, 1, 1])).tolist() == [0.0, 0.0, 0.0]


def test_no_number_of_the_reference_set_is_left_out(shared):
    with (shared / "reference" / "qpcr" / "expected.csv").open(encoding="utf-8") as lines:
        theirs = {(r["dataset"], r["quantity"]): float(r["expected"]) for r in csv.DictReader(lines)}
    ours = {("geNorm_vandesompele BM", q): x for q, x in expected("vandesompele2002 BM").items()}
    ours |= {("NormFinder_colon", q): x for q, x in expected("andersen2004_colon").items()}
    assert ours == {k: x for k, x in theirs.items() if k[0].startswith(("geNorm", "NormFinder"))}
