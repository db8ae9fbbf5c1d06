"""Which pictures show the same field though their bytes differ: saved again, brightened, resized, turned, mirrored.

Pictures of different fields are alike too, by what their plate shares (dust on the lens, the rim of a well), and pale
ones above all, which show little else. So of every pair that looks alike it is asked how alike the two are in what is
not their plate's, and whether that is more than chance and what is left of the plate's light can explain.

What a plate shares is told from its other pictures only, weighted by how pale they are: were the pair itself among
them, two copies would be taken for the plate; were all alike, the nodules of the stained ones would be taken off every
pale one, and make these alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.fingerprints import ALIKE, SIDE, Pairs, lookalikes, turns, turns_back, unit_ranks

LEAST_PICTURES = 6  # of a plate, from which what they all share can be told from what each shows
CHANCE = 1e-3  # of one pair or more of different fields in an experiment being taken for one field
_AREAS = SIDE * SIDE
_REACH = 3  # areas within which the brightness of a field hangs together
_COPIES = 3  # pictures that may show the field of a pair as well; what more of them show is their plate's
_BATCH = 4096  # pairs
_WORTH_PROOF, _HALF = 0.4, 0.5  # correlation, and part of a plate's weight
_TINY, _ALL = 1e-30, 1 - 1e-9

Maps = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class _Plates:
    """Maps (n, 256) with their plates (n,): numbers, and the weights that maps have in what their plate shares.

    `sums` and `total` are, by plate, the sum of weighted maps and of weights; `plain` are the maps less their plate's
    mean, at length 1.
    """

    maps: Maps
    plate: Rows
    weights: NDArray[np.float64]
    sums: Maps
    total: NDArray[np.float64]
    plain: Maps

    def shared_without(self, own: Rows, other: Rows) -> tuple[Maps, NDArray[np.float64]]:
        """What the plate of `own` shares, by its pictures but `own` and `other`, and the variance of its error."""
        beside = self.weights[other] * (self.plate[own] == self.plate[other])
        weight = self.total[self.plate[own]] - self.weights[own] - beside
        left = (
            self.sums[self.plate[own]] - self.weights[own, None] * self.maps[own] - beside[:, None] * self.maps[other]
        )
        return left / weight[:, None], 1 / weight


@dataclass(frozen=True)
class _Rests:
    """What of `pairs` is not their plates': `one` of the first, `two` of the second in its turn, (n, 256).

    `own` and `other` are what the plates of the first and of the second share, `left` (n,) the variance of it that may
    still be in both.
    """

    seen: _Plates
    pairs: Pairs
    one: Maps
    two: Maps
    own: Maps
    other: Maps
    left: NDArray[np.float64]

    def explained(self) -> NDArray[np.float64]:
        """How alike two different fields could be: by what is left of their plates', or as others on these are."""
        left = self.left / np.sqrt(self.one.var(axis=1) * self.two.var(axis=1) + _TINY)
        unturned = np.take_along_axis(self.two, turns_back()[self.pairs.turn], axis=1)
        first = _likeness_of_others(self.seen, self.pairs.first, self.pairs.second, self.one, self.own)
        second = _likeness_of_others(self.seen, self.pairs.second, self.pairs.first, unturned, self.other)
        explained: NDArray[np.float64] = np.maximum(left, np.minimum(first, second))
        return explained


def same_fields(maps: Maps, plates: Rows) -> Iterator[tuple[int, int, float]]:
    """Pairs of pictures (first, second, likeness) that show the same field, in any turn, in order of rows.

    `maps` (n, 16, 16) are brightness maps, `plates` (n,) the numbers of their plates. Maps that are NaN and plates of
    fewer than six pictures are left out. The likeness is the correlation of ranks of what is not the plate's.
    """
    flat = np.asarray(maps, float).reshape(-1, _AREAS)
    known = np.isfinite(flat).all(axis=1)
    counts = np.bincount(plates[known], minlength=int(plates.max(initial=0)) + 1)
    rows = np.flatnonzero(known & (counts[plates] >= LEAST_PICTURES))
    if not len(rows):
        return
    seen = _plates_of(flat[rows], plates[rows])
    limit = NormalDist().inv_cdf(1 - CHANCE / (4 * len(rows) * (len(rows) - 1)))  # pairs, in eight turns each
    for found in lookalikes(seen.maps):
        for start in range(0, len(found.first), _BATCH):
            pairs = _worth_proof(seen, found.some(slice(start, start + _BATCH)))
            for first, second, likeness in _proven(_rests(seen, pairs), limit):
                yield int(rows[first]), int(rows[second]), likeness


def _plates_of(maps: Maps, plate: Rows) -> _Plates:
    """Maps and what is summed up over their plates; a map weighs by the inverse of its variance."""
    weights = 1 / maps.var(axis=1)
    sums, total = np.zeros((int(plate.max()) + 1, _AREAS)), np.zeros(int(plate.max()) + 1)
    np.add.at(sums, plate, weights[:, None] * maps)
    np.add.at(total, plate, weights)
    plain = _unit(maps - (sums / np.maximum(total, _TINY)[:, None])[plate])
    return _Plates(maps, plate, weights, sums, total, plain)


def _rests(seen: _Plates, pairs: Pairs) -> _Rests:
    """What of pairs is not their plates': both less what lies along either plate's. Only those still alike."""
    own, error = seen.shared_without(pairs.first, pairs.second)
    other, other_error = seen.shared_without(pairs.second, pairs.first)
    way = turns()[pairs.turn]
    shared = _orthonormal(own, np.take_along_axis(other, way, axis=1))
    one = _without(seen.maps[pairs.first], *shared)
    two = _without(np.take_along_axis(seen.maps[pairs.second], way, axis=1), *shared)
    keep = np.einsum("pa,pa->p", _unit(one), _unit(two)) > _WORTH_PROOF
    left = np.sqrt(_left_over(own, error) * _left_over(other, other_error))
    return _Rests(seen, pairs.some(keep), one[keep], two[keep], own[keep], other[keep], left[keep])


def _proven(rests: _Rests, limit: float) -> Iterator[tuple[int, int, float]]:
    """Pairs that are alike beyond chance: Fisher's z of their likeness over that of what else would explain it."""
    ranks = unit_ranks(rests.one), unit_ranks(rests.two)
    likeness = np.einsum("pa,pa->p", *ranks)
    beyond = np.arctanh(np.clip(likeness, 0, _ALL)) - np.arctanh(np.clip(rests.explained(), 0, _ALL))
    sure = beyond * np.sqrt(np.maximum(independent_areas(*ranks) - 3, 0)) > limit
    for k in np.flatnonzero((likeness > ALIKE) & sure).tolist():
        yield int(rests.pairs.first[k]), int(rests.pairs.second[k]), float(likeness[k])


def _worth_proof(seen: _Plates, pairs: Pairs) -> Pairs:
    """The pairs that stay alike when what their plates share is simply taken off.

    What all pictures of a plate say of it, the pair included, is enough for this where the pair has less than half of
    the weight and the second was not turned; else the pair is kept.
    """
    part = seen.weights / seen.total[seen.plate]
    likeness = np.einsum("pa,pa->p", seen.plain[pairs.first], seen.plain[pairs.second])
    unclear = (pairs.turn > 0) | (part[pairs.first] + part[pairs.second] > _HALF)
    return pairs.some(unclear | (likeness > _WORTH_PROOF))


def independent_areas(one: Maps, two: Maps) -> NDArray[np.float64]:
    """How many independent areas the correlation of two maps rests on, by pair (n, 256), (n, 256): 256 at most.

    Neighbouring areas look alike, so that a correlation scatters by more than 1 / sqrt(256): by the sum of products of
    both autocorrelations over all distances (up to three areas here), each over the number of its pairs of areas.
    Source: Clifford, Richardson and Hemon 1989, Biometrics 45:123, equation 2.
    """
    size = (2 * SIDE, 2 * SIDE)
    spectra = (np.fft.rfft2(m.reshape(-1, SIDE, SIDE), size) for m in (one, two))
    own, other = (np.fft.irfft2(np.abs(s) ** 2, size) for s in spectra)
    lag = np.arange(-_REACH, _REACH + 1)
    at = np.s_[:, lag[:, None], lag]
    pairs = np.outer(SIDE - np.abs(lag), SIDE - np.abs(lag))
    variance = np.sum(own[at] * other[at] / pairs, axis=(1, 2)) / (own[:, 0, 0] * other[:, 0, 0])
    areas: NDArray[np.float64] = 1 / np.maximum(variance, 1 / _AREAS)
    return areas


def _orthonormal(one: Maps, two: Maps) -> tuple[Maps, Maps]:
    """Unit vectors that span the same as two, by pair; 0 for the second where it is the first."""
    first = _unit(one)
    rest = two - _along(two, first)
    rest[np.linalg.norm(rest, axis=1) < 1e-6 * np.linalg.norm(two, axis=1)] = 0
    return first, _unit(rest)


def _without(maps: Maps, *shared: Maps) -> Maps:
    """Maps less what lies along unit vectors that are at right angles to each other, by pair."""
    for direction in shared:
        maps = maps - _along(maps, direction)
    return maps


def _along(maps: Maps, unit: Maps) -> Maps:
    """The part of maps along unit vectors, by pair."""
    part: Maps = np.einsum("pa,pa->p", maps, unit)[:, None] * unit
    return part


def _unit(vectors: Maps) -> Maps:
    """Vectors at length 1; 0 where they are 0."""
    unit: Maps = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _TINY)
    return unit


def _left_over(shared: Maps, error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of what a plate shares that is still in its maps: it was told from others with an error."""
    true = np.maximum(shared.var(axis=1) - error, 0)
    left: NDArray[np.float64] = true * error / (true + error)
    return left


def _likeness_of_others(seen: _Plates, own: Rows, other: Rows, rest: Maps, shared: Maps) -> NDArray[np.float64]:
    """How alike the plate's other pictures are to what is left of `own`: the third most alike of each, by pair.

    Where part of a plate has a pattern of its own (another session, a lens that was wiped in between), pictures are
    alike in numbers; copies of one field are few.
    """
    third = np.empty(len(own))
    direction = _unit(shared)
    for plate in np.unique(seen.plate[own]):
        mine = np.flatnonzero(seen.plate[own] == plate)
        on_it = np.flatnonzero(seen.plate == plate)
        maps = seen.maps[on_it]
        length = np.sqrt(np.maximum((maps**2).sum(axis=1) - (direction[mine] @ maps.T) ** 2, _TINY))
        likeness = _unit(rest[mine]) @ maps.T / length
        likeness[(on_it == own[mine, None]) | (on_it == other[mine, None])] = -1
        third[mine] = np.sort(likeness, axis=1)[:, -_COPIES]
    return third
