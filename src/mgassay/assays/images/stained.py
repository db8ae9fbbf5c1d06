"""What is stained in an image at a threshold: where, how densely, and what would be at other thresholds."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.candidates import EIGHT, Eights, eights_above
from mgassay.assays.images.flatfield import White
from mgassay.assays.images.nodules import Runs, in_large_nodules, joined_runs
from mgassay.assays.images.picture import Picture
from mgassay.assays.images.stain import (
    UNITS_PER_OD,
    StainTables,
    WhiteUnits,
    of_stain,
)


@dataclass(frozen=True)
class Stained:
    """What is stained in an image: where (`runs`), the sum of OD in each run, and how many pixels the field has.

    `low` and `high` count the pixels above 1.2 and 0.8 times the threshold.
    """

    runs: Runs
    od: NDArray[np.float64]
    low: int
    high: int
    pixels: int

    @property
    def area(self) -> int:
        """Stained pixels."""
        return int((self.runs.ends - self.runs.starts).sum())

    def in_large_nodules(self, least_pixels: float, *, low: int = 0, high: int = 0) -> "Stained":
        """Only what lies in nodules of at least this many pixels, with these counts at the other thresholds."""
        kept = in_large_nodules(self.runs, least_pixels)
        runs = Runs(self.runs.starts[kept], self.runs.ends[kept], self.runs.row)
        return replace(self, runs=runs, od=self.od[kept], low=low, high=high)


def stained_from_image(picture: Picture, white: White, tables: StainTables, threshold_od: float) -> Stained:
    """What is stained in an image at a threshold: pixels of the stain's hue with an OD above it."""
    shape = picture.shape[:2]
    high, at, low = (round(f * threshold_od * UNITS_PER_OD) for f in (0.8, 1.0, 1.2))
    runs, sums = [], [np.zeros(0)]
    whites = WhiteUnits(white, tables, (shape[0], shape[1]))
    counts = np.zeros(2, np.int64)
    for eights in eights_above(picture, white, tables, high / UNITS_PER_OD, whites):
        stain = of_stain(eights, white, tables, shape, high)
        counts += np.array([np.count_nonzero(stain & (eights.od > low)), np.count_nonzero(stain)])
        stain &= eights.od > at
        edges = _edges(stain, eights)
        runs.append(_runs_of_edges(edges, eights))
        sums.append(_sums(eights.od, edges))
    fewer, more = (int(c) for c in counts)
    od = np.concatenate(sums) / UNITS_PER_OD
    return Stained(joined_runs(runs, shape[1]), od, fewer, more, shape[0] * shape[1])


def _edges(stain: NDArray[np.bool_], eights: Eights) -> NDArray[np.intp]:
    """Where runs begin and where they have ended, in turn, among the pixels of eights.

    A run ends where the next eight is not the neighbour in the image, and at the end of a row.
    """
    change = np.empty(len(stain) + 1, bool)
    change[[0, -1]] = stain[[0, -1]] if len(stain) else False
    np.not_equal(stain[1:], stain[:-1], out=change[1:-1])
    apart = eights.columns[1:] - eights.columns[:-1] != 1
    apart |= eights.rows[1:] != eights.rows[:-1]
    cuts = EIGHT * (np.flatnonzero(apart) + 1)
    through = cuts[stain[cuts] & stain[cuts - 1]]
    edges = np.flatnonzero(change)
    return np.sort(np.concatenate([edges, through.repeat(2)]), kind="stable") if len(through) else edges


def _runs_of_edges(edges: NDArray[np.intp], eights: Eights) -> Runs:
    """The runs between edges, in places of the whole image."""
    ends = edges.copy()
    ends[1::2] -= 1  # the last pixel of a run in place of the one behind it
    eight, row = ends // EIGHT, eights.block.shape[1] + 1
    places = (eights.first + eights.rows[eight]) * row + (eights.columns[eight] - eight) * EIGHT + ends
    return Runs(places[0::2], places[1::2] + 1, row)


def _sums(od: NDArray[np.uint16], edges: NDArray[np.intp]) -> NDArray[np.float64]:
    """The sum of OD in each run, in units; 32 bits hold that of 65537 pixels."""
    if not len(edges):
        return np.zeros(0)
    between = edges[:-1] if edges[-1] == len(od) else edges
    longest = int((edges[1::2] - edges[0::2]).max())
    kind = np.uint32 if longest <= 2**16 else np.uint64
    return np.add.reduceat(od, between, dtype=kind)[0::2].astype(np.float64)
