"""Photographs of whole plates: where the wells are, found as circles on a lattice, or from wells that the lab gave.

The plate is the lattice of rows x columns that most circles lie on, fitted with its own two steps (tilt and scale are
free). Which way round the plate lay cannot be seen: the upper left well of the picture is taken to be A1.
Source: Fischler and Bolles 1981, Commun ACM 24:381, for lattices proposed by pairs of circles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mgassay.assays.images.circles import (
    FULL,
    LEAST_RIM,
    Points,
    circle_votes,
    peaks_of,
    radii_between,
    reduced,
    rims_near,
)
from mgassay.assays.images.picture import Picture
from mgassay.errors import UnreadableError
from mgassay.problems import count

FIELD = 0.9  # part of a well's radius that is measured: the wall throws a shadow on the rest
MOST_TILT = 12.0  # degrees
_LEAST_SIDE = 20  # pixels of the picture per row of wells
_LONG_SIDE = 1000  # pixels of the copy on which wells are looked for
_RADII = (0.32, 0.50)  # of the distance between wells: 96 wells 0.36 to 0.38, 6 wells 0.45
_LEAST_PART = 0.4  # of the picture's width or height that a plate fills at least
_NEAR = 0.12  # of the distance between wells within which a peak belongs to a well of the lattice
_ENOUGH = 0.8  # of the wells must have been seen as circles
_LEAST_RADIUS = 6.0  # pixels of a well that is given; found ones have as many
_OFF = 0.05  # of the distance between wells by which a centre that is given may lie beside the lattice
_BEYOND = 0.3  # part of the places around the plate that hold a circle, from which it is a part of a larger plate
_SCATTER = 0.03  # RMS distance of circles from the lattice, over the distance between wells


@dataclass(frozen=True)
class PlateWells:
    """Wells of a photograph. `centres` (rows, columns, 2) are x, y in pixels, `radius` is that of the wells' rims.

    `seen` is the fraction of wells that were seen as circles, `scatter` their RMS distance from the lattice over the
    distance between wells; 1 and 0 where the wells were given.
    """

    centres: Points
    radius: float
    seen: float = 1.0
    scatter: float = 0.0


@dataclass(frozen=True)
class _Lattice:
    """Centres at origin + column * across + row * down, and how many peaks lie on it, in the plate and beyond."""

    origin: Points
    across: Points
    down: Points
    on: int = 0
    beyond: int = 0

    def points(self, rows: int, columns: int) -> Points:
        """All wells, (rows, columns, 2)."""
        row, column = np.mgrid[:rows, :columns][..., None].astype(float)
        points: Points = self.origin + column * self.across + row * self.down
        return points


def find_wells(picture: Picture, rows: int, columns: int) -> PlateWells:
    """The wells of a plate of rows x columns in a photograph whose longer side runs along the rows, tilted at most 12°.

    Raises UnreadableError MG278 where the circles in the picture are not those of one such plate.
    """
    if min(picture.shape[:2]) < _LEAST_SIDE * rows:
        raise UnreadableError(
            "MG278", seen=f"the picture is only {min(picture.shape[:2])} pixels wide", wells=f"{rows}×{columns}"
        )
    small, factor = reduced(picture, _LONG_SIDE)
    pitches = _pitches(small.shape, rows, columns)
    radii = radii_between(pitches[0] * _RADII[0], pitches[1] * _RADII[1])
    votes = circle_votes(small, radii)
    peaks = peaks_of(votes.max(axis=0), pitches[0] * 0.5, rows * columns)
    lattice = _best_lattice(peaks, pitches, (rows, columns))
    if lattice is None:
        raise UnreadableError("MG278", seen="there are no circles in a row", wells=f"{rows}×{columns}")
    lattice = _fitted(lattice, peaks, (rows, columns))
    pitch = float(np.linalg.norm(lattice.across))
    best = _common_radius(votes, radii, lattice.points(rows, columns), pitch)
    at_radius = votes[max(best - 1, 0) : best + 2].max(axis=0)
    centres, full = rims_near(at_radius, lattice.points(rows, columns).reshape(-1, 2), _NEAR * pitch)
    least = max(LEAST_RIM, FULL * float(np.median(full)))
    rims = centres[full >= least]
    if len(rims) >= _ENOUGH * rows * columns:
        lattice = _fitted(lattice, rims, (rows, columns))
    found = _found(lattice, rims, radii[best], (rows, columns))
    if reason := _reason_against(lattice, at_radius, least, found):
        raise UnreadableError("MG278", seen=reason, wells=f"{rows}×{columns}")
    return replace(found, centres=(found.centres + 0.5) * factor - 0.5, radius=found.radius * factor)


def wells_from_points(
    points: Mapping[tuple[int, int], tuple[float, float]], radius: float, plate: tuple[int, int]
) -> PlateWells:
    """The wells of a plate of rows x columns from the centres (x, y) of some of them, by (row, column) from 0.

    Raises ValueError where these do not span a lattice (fewer than three, or all in one line), where one of them lies
    beside it, and where wells are too small to be measured or would overlap.
    """
    places, centres = np.array([(1.0, column, row) for row, column in points]), np.array([*points.values()], float)
    if np.linalg.matrix_rank(places) < 3:
        raise ValueError("three wells that do not stand in one line are needed")
    origin, across, down = steps = np.linalg.lstsq(places, centres, rcond=None)[0]
    pitch = float(min(np.linalg.norm(across), np.linalg.norm(down)))
    off = float(np.linalg.norm(places @ steps - centres, axis=1).max())
    if radius < _LEAST_RADIUS:
        raise ValueError(f"a radius of {radius:g} pixels is too small to be measured ({_LEAST_RADIUS:g} at least)")
    if pitch < 2 * FIELD * radius:
        raise ValueError(f"with a radius of {radius:g} pixels, wells whose centres lie {pitch:.4g} apart overlap")
    if off > _OFF * pitch:
        raise ValueError(f"a centre that is given lies {off:.4g} pixels beside rows and columns through the others")
    return PlateWells(_Lattice(origin, across, down).points(*plate), radius)


def _pitches(shape: tuple[int, ...], rows: int, columns: int) -> tuple[float, float]:
    """The least and the greatest distance between wells that a plate in a picture of this shape can have, in pixels."""
    most = min(shape[1] / (columns - 1 + 2 * _RADII[0]), shape[0] / (rows - 1 + 2 * _RADII[0]))
    return _LEAST_PART * most, most


def _best_lattice(peaks: Points, pitches: tuple[float, float], plate: tuple[int, int]) -> _Lattice | None:
    """The lattice of the plate's size that most peaks lie on; None where no two peaks are neighbours.

    Every pair of neighbours in a row proposes a step, the step turned by a right angle is that between rows.
    """
    tilt = np.tan(np.radians(MOST_TILT))
    best: _Lattice | None = None
    for start in peaks:
        steps = peaks - start
        length = np.linalg.norm(steps, axis=1)
        near = (steps[:, 0] > 0) & (np.abs(steps[:, 1]) <= tilt * steps[:, 0])
        for step in steps[near & (length >= pitches[0]) & (length <= pitches[1] * 1.02)]:
            found = _placed(start, step, peaks, plate)
            if best is None or (found.on - found.beyond) > (best.on - best.beyond):
                best = found
    return best


def _placed(start: Points, step: Points, peaks: Points, plate: tuple[int, int]) -> _Lattice:
    """Where on the lattice of one step the plate of rows x columns holds most peaks."""
    rows, columns = plate
    down = np.array([-step[1], step[0]])
    place, off = _places(_Lattice(start, step, down), peaks)
    reach = np.abs(place).max(axis=1) < 2 * max(rows, columns)
    cells = np.unique(place[(off <= _NEAR) & reach].astype(int), axis=0)
    low = cells.min(axis=0)
    grid = np.zeros(np.maximum(cells.max(axis=0) - low + 1, (columns, rows)), np.int64)
    grid[tuple((cells - low).T)] = 1
    total = np.pad(grid.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    held = total[columns:, rows:] - total[:-columns, rows:] - total[columns:, :-rows] + total[:-columns, :-rows]
    column, row = np.unravel_index(held.argmax(), held.shape)
    origin = start + (column + low[0]) * step + (row + low[1]) * down
    on = int(held.max())
    return _Lattice(origin, step, down, on, len(cells) - on)


def _places(lattice: _Lattice, peaks: Points) -> tuple[Points, Points]:
    """The nearest place (column, row) of each peak on a lattice, and how far off it lies, over the step."""
    basis = np.stack([lattice.across, lattice.down], axis=1)
    exact = np.linalg.solve(basis, (peaks - lattice.origin).T).T
    place = np.rint(exact)
    off: Points = np.linalg.norm(exact - place, axis=1)
    return place, off


def _fitted(lattice: _Lattice, peaks: Points, plate: tuple[int, int]) -> _Lattice:
    """The lattice fitted to the peaks that lie on it, origin and both steps free; one beside it by far counts less."""
    rows, columns = plate
    for _ in range(8):
        place, off = _places(lattice, peaks)
        mine = (place >= 0).all(axis=1) & (place[:, 0] < columns) & (place[:, 1] < rows) & (off <= _NEAR)
        weight = 1 / np.hypot(1, off[mine] / (np.median(off[mine]) + 1e-9))[:, None]
        terms = np.column_stack([np.ones(mine.sum()), place[mine]])
        origin, across, down = np.linalg.lstsq(terms * weight, peaks[mine] * weight, rcond=None)[0]
        lattice = _Lattice(origin, across, down)
    return lattice


def _reason_against(lattice: _Lattice, votes: NDArray[np.float32], least: float, wells: PlateWells) -> str:
    """Why the lattice does not explain the picture; "" where it does. `least` votes are a rim."""
    rows, columns = wells.centres.shape[:2]
    ring = lattice.points(rows + 2, columns + 2) - lattice.across - lattice.down
    beyond = np.ones((rows + 2, columns + 2), bool)
    beyond[1:-1, 1:-1] = False
    _, full = rims_near(votes, ring[beyond], _NEAR * float(np.linalg.norm(lattice.across)))
    more = int(np.count_nonzero(full >= least))
    reach = FIELD * wells.radius
    corners = wells.centres.reshape(-1, 2)
    if wells.seen < _ENOUGH:
        return f"only {wells.seen:.0%} of the wells are seen as circles"
    if wells.scatter > _SCATTER:
        return f"the circles lie {wells.scatter:.1%} of their distance beside straight lines"
    if more > _BEYOND * beyond.sum():
        return f"{count(more, 'more circle stands', 'more circles stand')} in line with them"
    if (corners < reach).any() or (corners > (votes.shape[1] - 1 - reach, votes.shape[0] - 1 - reach)).any():
        return "a part of the plate is cut off"
    return ""


def _found(lattice: _Lattice, rims: Points, radius: float, plate: tuple[int, int]) -> PlateWells:
    """The wells on a lattice, with how many of them have a rim and how far rims lie beside the lattice (RMS)."""
    rows, columns = plate
    off = _places(lattice, rims)[1] if len(rims) else np.zeros(0)
    scatter = float(np.sqrt(np.mean(off**2))) if len(rims) else 0.0
    return PlateWells(lattice.points(rows, columns), float(radius), len(rims) / (rows * columns), scatter)


def _common_radius(votes: NDArray[np.float32], radii: Points, centres: Points, pitch: float) -> int:
    """Which radius the rims around all centres have: the one with the greatest median of votes over wells."""
    x, y = np.rint(centres.reshape(-1, 2)).astype(int).T
    x, y = np.clip(x, 0, votes.shape[2] - 1), np.clip(y, 0, votes.shape[1] - 1)
    by_radius = np.median(votes[:, y, x], axis=1)
    by_radius[(radii < _RADII[0] * pitch) | (radii > _RADII[1] * pitch)] = -1
    return int(by_radius.argmax())
