"""How stable candidate reference genes are among samples: geNorm's M and V, and NormFinder.

Arrays are (samples, genes) of log2 quantities. A shift that a sample's genes share, such as more cDNA, cancels in all
of them. `plate` says which samples were run together: gene means of each plate are taken off first, since two plates
have two thresholds and expression is relative to the reference genes of one plate. With one plate (the default) these
are the published measures.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mgassay.assays.qpcr.amplification import Floats

Integers = npt.NDArray[np.int64]
LEAST_GENES = 3  # NormFinder parts a gene's variance from the others'; with two there is nothing to part


@dataclass(frozen=True)
class GeNorm:
    """geNorm of k genes, by position among them.

    `m` (k,): M of each among all. `order`: most stable first (the first two cannot be told apart). `mean_m[i]`: mean M
    of the i + 2 most stable. `v[i]`: pairwise variation V of i + 2 against i + 3 genes. All log2.
    """

    m: Floats
    order: tuple[int, ...]
    mean_m: Floats
    v: Floats


def genorm(log2_quantity: Floats, plate: Integers | None = None) -> GeNorm:
    """M and V of two or more genes in more samples than plates.

    M of a gene is the mean over the others of the SD of their log2 ratio. The gene with the highest M is excluded, and
    so on down to two. V of n and n + 1 genes is the SD of log2 of the ratio of their geometric means.
    Source: Vandesompele 2002, Genome Biol 3:research0034.
    """
    covariance = _covariance(log2_quantity, plate)
    kept = list(range(log2_quantity.shape[1]))
    first, means, excluded = _m_values(covariance), [], []
    while len(kept) > 2:
        m = _m_values(covariance[np.ix_(kept, kept)])
        means.append(m.mean())
        excluded.append(kept.pop(int(m.argmax())))
    means.append(_m_values(covariance[np.ix_(kept, kept)]).mean())
    order = (*kept, *reversed(excluded))
    return GeNorm(first, order, np.asarray(means[::-1]), _pairwise_variations(covariance, order))


def _covariance(values: Floats, plate: Integers | None) -> Floats:
    """Covariance of genes among samples within plates, df = samples less plates."""
    group = np.zeros(len(values), dtype=np.int64) if plate is None else np.unique(plate, return_inverse=True)[1]
    residual = within(values, group)
    spread: Floats = residual.T @ residual / (len(values) - int(group.max()) - 1)
    return spread


def within(values: Floats, group: Integers) -> Floats:
    """Rows less the mean of their group (numbered from 0)."""
    sums = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(sums, group, values)
    residual: Floats = values - (sums / np.bincount(group)[:, None])[group]
    return residual


def _m_values(covariance: Floats) -> Floats:
    """M of each gene: mean SD of its log2 ratios to the others."""
    variance = np.diag(covariance)
    of_ratios = np.maximum(variance[:, None] + variance[None, :] - 2 * covariance, 0.0)  # below 0 by rounding alone
    m: Floats = np.sqrt(of_ratios).sum(axis=1) / (len(covariance) - 1)
    return m


def _pairwise_variations(covariance: Floats, order: tuple[int, ...]) -> Floats:
    """V of 2 against 3, 3 against 4, … of the most stable genes."""
    sorted_ = covariance[np.ix_(order, order)]
    k = len(order)
    weights = np.tril(np.ones((k, k))) / np.arange(1, k + 1)[:, None]  # row n - 1: mean of the n most stable
    steps = weights[1:-1] - weights[2:]
    v: Floats = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", steps, sorted_, steps), 0.0))
    return v


def normfinder(log2_quantity: Floats, group: Integers) -> Floats:
    """NormFinder's stability value of each of three or more genes, log2; small is stable.

    `group` numbers the samples' groups; each needs two samples. With one group it is the SD of a gene once what the
    samples share is off; with several, the mean over groups of |deviation of its group from the rest| + √variance,
    both drawn towards zero by what groups differ beyond chance. The variance term is va + tau·va/(tau + va).
    A variance estimated below zero stands as zero (the estimate is a difference).
    Source: Andersen 2004, Cancer Res 64:5245, model and appendix.
    """
    number = np.unique(group, return_inverse=True)[1]
    variance, size = _gene_variances(log2_quantity, number)
    if len(size) == 1:
        return np.asarray(np.sqrt(variance[0]))
    means = np.stack([log2_quantity[number == g].mean(axis=0) for g in range(len(size))])
    deviation = means - means.mean(axis=1, keepdims=True) - means.mean(axis=0) + means.mean()
    va = variance / size[:, None]
    df = (len(size) - 1) * (means.shape[1] - 1)
    tau = max(float((deviation**2).sum() / df - va.mean()), 0.0)
    drawn = np.divide(tau, tau + va, out=np.zeros_like(va), where=tau + va > 0)
    stability: Floats = (np.abs(deviation * drawn) + np.sqrt(va + drawn * va)).mean(axis=0)
    return stability


def _gene_variances(values: Floats, number: Integers) -> tuple[Floats, Integers]:
    """Variance of each gene within each group (groups, genes) apart from what its samples share; and group sizes."""
    k, size = values.shape[1], np.bincount(number)
    shared_off = values - values.mean(axis=1, keepdims=True)
    squares = np.zeros((len(size), k))
    np.add.at(squares, number, within(shared_off, number) ** 2)
    raw = squares / (size - 1)[:, None]
    variance = (raw - raw.sum(axis=1, keepdims=True) / (k * (k - 1))) / (1 - 2 / k)
    return np.maximum(variance, 0.0), size
