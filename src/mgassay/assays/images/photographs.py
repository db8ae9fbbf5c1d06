"""Photographs of whole plates on their way to be measured: wells are placed, then opened as pictures of their own."""

import itertools
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from mgassay.assays.images.flatfield import White
from mgassay.assays.images.photo_wells import Circle, well_picture, white_of_wells
from mgassay.assays.images.picture import Picture, is_grey
from mgassay.assays.images.plate_photo import FIELD, PlateWells, find_wells, wells_from_points
from mgassay.assays.images.side_by_side import Each, heard, told
from mgassay.errors import UnreadableError
from mgassay.experiment import AlizarinImageSettings as _Settings
from mgassay.experiment import Experiment
from mgassay.problems import Problems
from mgassay.wellnames import plate_shape, positions

Decode = Callable[[str], Picture]

_UNPLACED = ("find", "given")
_GIVEN = re.compile(r"([A-P]\d+)\s+([\d.]+)\s+([\d.]+)")
_RADIUS = re.compile(r"radius\s+([\d.]+)")
_NUMBERS = itertools.count()
_HELD: dict[tuple[tuple[int, int], str], tuple[Picture, White, bool]] = {}
_APART = 8  # pixels between those by which a photograph is found to be grey


@dataclass(frozen=True)
class Place:
    """Where a well is: its field in pixels of the photograph turned back by `turns`; the photograph of its white."""

    circle: Circle
    turns: int
    blank: str

    def text(self) -> str:
        """As the column `region` of IMAGE_FILES holds it."""
        return ";".join([*map(repr, self.circle), str(self.turns), self.blank])


def place_from_text(text: str) -> Place:
    """The place that `Place.text` wrote."""
    x, y, radius, turns, blank = text.split(";", 4)
    return Place((float(x), float(y), float(radius)), int(turns), blank)


@dataclass(frozen=True)
class WellOpener:
    """Opens images by their file in IMAGE_FILES; a well of a photograph as a `WellPicture`.

    `places` are those of wells by file, `vectors` the stain's vector by photograph. The last photograph is held, since
    its wells follow each other; by the process and not here, since a pool hands each of its processes many copies of
    this, all of one `number`.
    """

    decode: Decode
    places: Mapping[str, Place]
    vectors: Mapping[str, tuple[float, float, float]]
    number: tuple[int, int] = field(default_factory=lambda: (os.getpid(), next(_NUMBERS)))

    def __call__(self, file: str) -> Picture:
        """The picture of a file or of a well of a photograph; raises what `decode` raises."""
        if file not in self.places:
            return self.decode(file)
        name = photograph_of(file)
        if (self.number, name) not in _HELD:
            _HELD.clear()  # or two photographs would be in memory
            _HELD[self.number, name] = self._opened(name)
        photo, white, grey = _HELD[self.number, name]
        return well_picture(photo, self.places[file].circle, white, of_grey=grey)

    def _opened(self, name: str) -> tuple[Picture, White, bool]:
        """A photograph, turned back, its white, and whether it is grey."""
        places = [place for file, place in self.places.items() if photograph_of(file) == name]
        blank, turns = places[0].blank, places[0].turns
        photo = turned_back(self.decode(name), turns)
        lit = turned_back(self.decode(blank), turns) if blank else photo
        white = white_of_wells(lit, [p.circle for p in places], self.vectors[name])
        return photo, white, is_grey(photo[0 : photo.shape[0]][::_APART, ::_APART])


def placed_wells(
    experiment: Experiment, image_files: pd.DataFrame, open_image: Decode, problems: Problems, *, each: Each = map
) -> pd.DataFrame:
    """IMAGE_FILES with the `Place` of every well of a photograph as `region`.

    A well's field is the inner 90 % of its radius. Photographs in which no plate is found are told and left out. `each`
    works through the photographs: `map`, or that of a pool of processes.
    """
    unplaced = image_files["region"].isin(_UNPLACED)
    regions, kept = image_files["region"].copy(), np.ones(len(image_files), bool)
    photos = image_files["file"].map(photograph_of).where(unplaced, "")
    names = [p for p in photos.unique() if p]
    rows = {name: image_files[(photos == name).to_numpy()] for name in names}
    look_for = partial(told, partial(_places, experiment, open_image))
    wanted = [(name, rows[name]["plate"].iloc[0], rows[name]["well"].tolist()) for name in names]
    for name, places in zip(names, heard(each(look_for, wanted), problems), strict=True):
        mine = (photos == name).to_numpy()
        if places:
            regions[mine] = [place.text() for place in places]
        else:
            kept &= ~mine
    return image_files.assign(region=regions)[kept].reset_index(drop=True)


def well_opener(experiment: Experiment, image_files: pd.DataFrame, open_image: Decode) -> WellOpener:
    """What opens the images of IMAGE_FILES, those of wells that are placed among them."""
    placed = image_files[image_files["region"] != ""]
    places = {f: place_from_text(region) for f, region in zip(placed["file"], placed["region"], strict=True)}
    vectors = {
        photograph_of(file): settings.vector
        for file, plate in zip(placed["file"], placed["plate"], strict=True)
        if isinstance(settings := experiment.assay_settings(experiment.plates_of("alizarin_image")[plate]), _Settings)
    }
    return WellOpener(open_image, places, vectors)


def photograph_of(file: str) -> str:
    """The photograph that a well's file stands for: all in front of the well.

    >>> photograph_of("images/plate.jpg/B3")
    'images/plate.jpg'
    """
    return file.rpartition("/")[0]


def turned_back(photo: Picture, turns: int) -> Picture:
    """A photograph without its quarter turns clockwise."""
    return np.rot90(photo[0 : photo.shape[0]], turns) if turns else photo


def _places(
    experiment: Experiment, open_image: Decode, wanted: tuple[str, str, Sequence[str]], problems: Problems
) -> list[Place]:
    """The places of wells in a photograph (name, plate, wells); none (and a problem) where they cannot be had."""
    name, plate, wells = wanted
    raw = next(f for f in experiment.files_of("alizarin_image") if f.plate == plate)
    settings, layout = experiment.assay_settings(raw), experiment.layouts[raw.layout]
    if not isinstance(settings, _Settings):
        return []
    turns = settings.rotation // 90 if settings.wells == "find" else 0  # wells that are given have their names
    try:
        photo = turned_back(open_image(name), turns)
        found = _wells(photo, settings, plate_shape(layout["well"]))
    except UnreadableError as error:
        facts = {"plate": raw.plate, **error.facts}
        problems.add(error.code, file=name, place=error.place, seen=error.seen, **facts)
        return []
    blank = _blank(settings.blank or "", raw.plate, photo.shape, turns, open_image, problems)
    row, column = positions(wells)
    radius = FIELD * found.radius
    return [Place((float(x), float(y), radius), turns, blank) for x, y in found.centres[row, column]]


def _blank(blank: str, plate: str, shape: tuple[int, ...], turns: int, open_image: Decode, problems: Problems) -> str:
    """The photograph that shows the white, where it can be opened and is as large as the plate's own; else ""."""
    try:
        usable = bool(blank) and turned_back(open_image(blank), turns).shape == shape
    except UnreadableError:
        usable = False
    if blank and not usable:
        problems.add("MG405", file=blank, plate=plate, seen=blank)
    return blank if usable else ""


def _wells(photo: Picture, settings: _Settings, plate: tuple[int, int]) -> PlateWells:
    """The wells of a photograph, found or given; UnreadableError MG278 or MG279 where that does not work."""
    if settings.wells == "find":
        return find_wells(photo, *plate)
    grid = settings.well_grid or ""
    names, radius = _GIVEN.findall(grid), _RADIUS.search(grid)
    row, column = positions([n for n, _, _ in names])
    points = {(int(r), int(c)): (float(x), float(y)) for r, c, (_, x, y) in zip(row, column, names, strict=True)}
    if len(points) < len(names):
        raise UnreadableError("MG279", seen="well_grid names a well twice")
    try:
        wells = wells_from_points(points, float(radius[1]) if radius else 0.0, plate)
    except ValueError as error:
        raise UnreadableError("MG279", seen=str(error)) from error
    reach = FIELD * wells.radius
    low, high = wells.centres.min(axis=(0, 1)) - reach, wells.centres.max(axis=(0, 1)) + reach
    if (low < -0.5).any() or high[0] > photo.shape[1] - 0.5 or high[1] > photo.shape[0] - 0.5:
        raise UnreadableError(
            "MG279", seen=f"wells lie outside of the picture of {photo.shape[1]}×{photo.shape[0]} pixels"
        )
    return wells
