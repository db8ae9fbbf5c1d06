"""Wells in photographs that were drawn with known centres, and pictures that are no such plate."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from mgassay.assays.images.plate_photo import _best_lattice, _fitted, _Lattice, find_wells, wells_from_points
from mgassay.errors import UnreadableError


def some_stained(rows, columns, seed=3):
    return np.random.default_rng(seed).choice([0, 0.02, 0.2, 0.5, 1.0], (rows, columns))


def misses(found, centres):
    """How far the farthest centre lies beside its well, over the distance between wells."""
    pitch = np.linalg.norm(centres[0, 1] - centres[0, 0])
    return np.linalg.norm(found.centres - centres, axis=2).max() / pitch


@pytest.mark.parametrize(
    ("rows", "columns", "radius", "tilt", "width"),
    [(8, 12, 0.38, 2, 1300), (4, 6, 0.42, 2, 1100), (4, 6, 0.41, -4, 900), (2, 3, 0.45, 2, 800), (3, 4, 0.43, 0, 800),
     (6, 8, 0.42, 3, 1200)],
)  # fmt: skip
def test_wells_are_found_within_two_percent_of_their_distance(photograph, rows, columns, radius, tilt, width):
    stained = some_stained(rows, columns)
    rgb, centres, r = photograph(rows, columns, stained, radius=radius, tilt=tilt, width=width)
    found = find_wells(rgb, rows, columns)
    assert misses(found, centres) < 0.02
    assert 0.92 * r < found.radius < 1.02 * r  # the rim, or where the shadow of the wall begins
    assert found.seen > 0.95
    assert found.scatter < 0.01


@pytest.mark.parametrize("change", ["noise", "blur", "far away", "all stained", "no light at the corners"])
def test_wells_are_found_in_poor_photographs(photograph, change):
    options = {"noise": {"noise": 12}, "far away": {"margin": 2.5, "width": 1700}}.get(change, {"width": 1200})
    if change == "no light at the corners":
        options["vignette"] = 0.8
    stained = np.ones((8, 12)) if change == "all stained" else some_stained(8, 12)
    rgb, centres, _ = photograph(8, 12, stained, **options)
    if change == "blur":
        rgb = np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(4)))
    assert misses(find_wells(rgb, 8, 12), centres) < 0.02


@pytest.fixture(scope="module")
def plates(photograph):
    return {
        96: photograph(8, 12, some_stained(8, 12), width=1100)[0],
        24: photograph(4, 6, some_stained(4, 6), radius=0.42, width=900)[0],
    }


@pytest.mark.parametrize("plate", [(2, 3), (4, 6), (6, 8), (16, 24)])
def test_a_plate_of_96_is_no_other(plates, plate):
    with pytest.raises(UnreadableError, match="MG278"):
        find_wells(plates[96], *plate)


@pytest.mark.parametrize("plate", [(2, 3), (3, 4), (6, 8), (8, 12)])
def test_a_plate_of_24_is_no_other(plates, plate):
    with pytest.raises(UnreadableError, match="MG278"):
        find_wells(plates[24], *plate)


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        (np.s_[:, 90:], "cut off"),
        (np.s_[60:], "cut off"),
        (np.s_[:60, :60], "only 60 pixels wide"),
        (np.s_[:1, :1], "only 1 pixels wide"),
    ],
)  # fmt: skip
def test_a_plate_that_is_cut_off_is_told(plates, cut, reason):
    with pytest.raises(UnreadableError) as told:
        find_wells(plates[96][cut], 8, 12)
    assert reason in told.value.seen
    assert told.value.facts == {"wells": "8×12"}


@pytest.mark.parametrize("plate", [(2, 3), (4, 6), (8, 12)])
def test_noise_and_flat_pictures_hold_no_plate(plate):
    noise = np.random.default_rng(1).integers(0, 256, (400, 600, 3), dtype=np.uint8)
    for picture in (noise, np.full((400, 600, 3), 200, np.uint8)):
        with pytest.raises(UnreadableError, match="MG278"):
            find_wells(picture, *plate)


def test_the_same_picture_gives_the_same_wells(plates):
    first, again = (find_wells(plates[24], 4, 6) for _ in range(2))
    assert first.centres.tobytes() == again.centres.tobytes()


def test_circles_beyond_a_plate_speak_against_it():
    """Six wells 100 apart and two spots between them: steps of 50 reach all eight, but a plate of these holds three."""
    wells = [(100.0 * x, 100.0 * y) for y in (1, 2) for x in (1, 2, 3)]
    found = _best_lattice(np.array([*wells, (150.0, 100.0), (250.0, 150.0)]), (40.0, 120.0), (2, 3))
    assert found.across.tolist() == [100.0, 0.0]
    assert (found.on, found.beyond) == (6, 0)


def test_circles_in_line_beyond_a_plate_do_not_move_its_wells():
    """Four wells 100 apart, and left of them six circles that lie 8 pixels beside the places of that lattice."""
    wells = [(100.0 * x, 100.0 * y) for y in (1, 2) for x in (1, 2)]
    beyond = [(8.0 - 100 * x, 100.0 * y) for y in (1, 2) for x in (0, 1, 2)]
    found = _fitted(_Lattice(*np.array([(100.0, 100.0), (100.0, 0.0), (0.0, 100.0)])), np.array(wells + beyond), (2, 2))
    assert found.points(2, 2).reshape(-1, 2) == pytest.approx(np.array(wells))


def test_three_corners_place_all_wells():
    wells = wells_from_points({(0, 0): (100, 200), (0, 2): (300, 220), (1, 0): (90, 300)}, 40, (2, 3))
    assert wells.radius == 40
    # A2 lies halfway between A1 and A3; row B is row A moved by B1 - A1 = (-10, 100)
    assert wells.centres.tolist() == [
        [pytest.approx([100, 200]), pytest.approx([200, 210]), pytest.approx([300, 220])],
        [pytest.approx([90, 300]), pytest.approx([190, 310]), pytest.approx([290, 320])],
    ]


CORNERS = {(0, 0): (100, 100), (0, 2): (300, 100), (1, 0): (100, 200)}


@pytest.mark.parametrize(
    ("points", "radius", "reason"),
    [
        (CORNERS, 5.9, "too small"),
        (CORNERS, 56, "overlap"),  # their fields of 0.9 x 56 pixels, at a distance of 100
        # B3 belongs at (300, 200). Four corners fitted by a plane miss each by a quarter of what one is off: 10 of 40
        ({**CORNERS, (1, 2): (340, 200)}, 40, "10 pixels beside"),
    ],
)
def test_wells_that_cannot_be_are_refused(points, radius, reason):
    with pytest.raises(ValueError, match=reason):
        wells_from_points(points, radius, (2, 3))


def test_a_hand_that_trembles_is_forgiven():
    wells = wells_from_points({**CORNERS, (1, 2): (308, 200)}, 40, (2, 3))  # 2 pixels beside, of a distance of 100
    assert wells.centres[1, 2] == pytest.approx([306, 200])  # three quarters of the way that it is off


@pytest.mark.parametrize("points", [{(0, 0): (1, 1), (0, 1): (2, 1)}, {(0, 0): (1, 1), (0, 1): (2, 1), (0, 2): (3, 1)}])
def test_wells_in_one_line_place_nothing(points):
    with pytest.raises(ValueError, match="one line"):
        wells_from_points(points, 4, (2, 3))
