"""Photographs of whole plates from files to wells, by drawn plates of known stain."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from mgassay import tables
from mgassay.assays.images.alizarin import amounts_from_images, measure_experiment
from mgassay.assays.images.image_tables import tables_from_measured
from mgassay.assays.images.photo_wells import WellPicture
from mgassay.assays.images.photographs import Place, WellOpener, place_from_text, placed_wells, turned_back, well_opener
from mgassay.errors import UnreadableError
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems

STAINED = np.array([[0, 0, 0, 0, 0, 0], [0.1, 0.1, 0.1, 0.5, 0.5, 0.5], [1, 1, 1, 0.2, 0.2, 0.2], [0, 0, 0, 0, 0, 0.4]])
WELLS = [f"{row}{column}" for row in "ABCD" for column in range(1, 7)]
LAYOUT = tables.LAYOUT.frame(
    {"well": w, "role": "sample", "condition": "control" if w[0] == "A" else "ca", "donor": "D1", "rep": w}
    for w in WELLS
)


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture(scope="module")
def plate(photograph):
    """A drawn plate of 24: pixels, centres, radius."""
    return photograph(4, 6, STAINED, radius=0.42, width=1400)


@pytest.fixture
def lab(plate):
    """`(settings, layout)` -> the experiment, its IMAGE_FILES, and what opens plate.png and its kin."""

    def lab(layout=LAYOUT, **settings):
        raw = RawFile(file="plate.png", assay="alizarin_image", plate="P1", layout="ars")
        declared = Settings.model_validate(
            {
                "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0},
                "assays": {"alizarin_image": {"wells": "find", **settings}},
            }
        )
        conditions = tables.CONDITIONS.frame(
            [{"condition": "control", "medium": "control", "cells": "live"},
             {"condition": "ca", "medium": "calcifying", "cells": "live"}]
        )  # fmt: skip
        experiment = Experiment("x", declared, conditions, (raw,), {"ars": layout})
        region = declared.assays.alizarin_image.wells
        rows = ({**row, "file": f"plate.png/{row['well']}", "plate": "P1", "region": region} for row in
                layout[["well", "role", "condition", "donor", "rep"]].to_dict("records"))  # fmt: skip
        return experiment, tables.IMAGE_FILES.frame(rows)

    return lab


@pytest.fixture
def opens(plate):
    opened = []

    def opens(name):
        opened.append(name)
        if name == "broken.png":
            raise UnreadableError("MG265", seen="cut off")
        return {"plate.png": plate[0], "turned.png": np.rot90(plate[0], -1), "small.png": plate[0][:300]}[name]

    opens.names = opened
    return opens


def test_wells_are_found_and_placed_as_fields_of_nine_tenths(lab, opens, problems, plate):
    experiment, files = lab()
    placed = placed_wells(experiment, files, opens, problems)
    _, centres, r = plate
    b3 = place_from_text(placed.set_index("well").at["B3", "region"])
    assert b3.circle[:2] == pytest.approx(centres[1, 2], abs=1)
    assert 0.9 * 0.92 * r < b3.circle[2] < 0.9 * 1.02 * r
    assert list(problems) == []


def test_one_well_of_a_photograph_is_placed_as_all_are(lab, opens, problems, plate):
    experiment, files = lab()
    placed = placed_wells(experiment, files[files["well"] == "C4"], opens, problems)
    (region,) = placed["region"]
    assert place_from_text(region).circle[:2] == pytest.approx(plate[1][2, 3], abs=1)


def test_a_plate_that_lay_turned_is_turned_back(lab, opens, problems, plate):
    experiment, files = lab(rotation=90)
    files["file"] = files["file"].str.replace("plate.png", "turned.png")
    placed = placed_wells(experiment, files, opens, problems)
    place = place_from_text(placed.set_index("well").at["A1", "region"])
    assert place.turns == 1
    assert place.circle[:2] == pytest.approx(plate[1][0, 0], abs=1)
    opener = well_opener(experiment, placed, opens)
    upright = well_opener(*_placed(lab, opens, problems), opens)
    assert (opener("turned.png/D6").pixels == upright("plate.png/D6").pixels).all()


def _placed(lab, opens, problems):
    experiment, files = lab()
    return experiment, placed_wells(experiment, files, opens, problems)


def test_the_layout_says_how_many_wells_a_plate_has(lab, opens, problems):
    layout = LAYOUT[LAYOUT["well"].isin(["A1", "A2", "B1"])]
    experiment, files = lab(layout)
    assert len(placed_wells(experiment, files, opens, problems)) == 0
    (found,) = problems
    assert (found.code, found.file) == ("MG278", "plate.png")  # once, not for each well
    assert "2×3" in found.message
    last = tables.LAYOUT.frame([*layout.to_dict("records"), {"well": "D6", "role": "empty"}])
    experiment, files = lab(last)
    assert len(placed_wells(experiment, files, opens, Problems())) == 4


def test_wells_that_are_given_are_where_they_are_said_to_be(lab, opens, problems, plate):
    _, c, r = plate
    grid = f"A1 {c[0, 0, 0]:.2f} {c[0, 0, 1]:.2f}; A06 {c[0, 5, 0]:.2f} {c[0, 5, 1]:.2f};"
    grid += f"D1 {c[3, 0, 0]:.2f} {c[3, 0, 1]:.2f}; radius {r:.1f}"
    experiment, files = lab(wells="given", well_grid=grid, rotation=180)
    placed = placed_wells(experiment, files, opens, problems).set_index("well")
    for well, (row, column) in {"A1": (0, 0), "C4": (2, 3), "D6": (3, 5)}.items():
        place = place_from_text(placed.at[well, "region"])
        assert place.circle == pytest.approx((*c[row, column], 0.9 * r), abs=0.1)
        assert place.turns == 0  # the wells have their names


@pytest.mark.parametrize(
    ("grid", "seen"),
    [
        ("A1 10 10; A2 30 10; A3 50 10; radius 8", "one line"),
        ("A1 10 10; A6 1490 10; D1 10 400; radius 8", "outside"),
        ("A1 30 30; A6 1380 30; D1 30 840; radius 40", "outside"),  # centres within, fields not
        ("A1 30 30; A6 1370 30; D1 30 980; radius 20", "outside"),  # below the picture, which is wider than high
        ("A1 100 100; A6 400 100; D1 100 300; radius 0", "too small"),
        ("A1 100 100; A6 400 100; D1 100 300; radius 9999", "overlap"),
        ("A1 100 100; A6 400 100; A06 500 100; D1 100 300; radius 20", "twice"),
    ],
)
def test_wells_that_cannot_be_where_they_are_said_to_be_are_told(lab, opens, problems, grid, seen):
    experiment, files = lab(wells="given", well_grid=grid)
    assert len(placed_wells(experiment, files, opens, problems)) == 0
    (found,) = problems
    assert found.code == "MG279"
    assert seen in found.message


def test_a_photograph_that_cannot_be_read_is_told_once(lab, opens, problems):
    experiment, files = lab()
    files["file"] = files["file"].str.replace("plate.png", "broken.png")
    assert len(placed_wells(experiment, files, opens, problems)) == 0
    assert [(p.code, p.file) for p in problems] == [("MG265", "broken.png")]


def test_ordinary_images_pass_through(lab, opens, problems):
    experiment, _ = lab(wells="one")
    files = tables.IMAGE_FILES.frame([{"file": "plate.png", "plate": "P1", "well": "A1"}])
    placed = placed_wells(experiment, files, opens, problems)
    assert placed.equals(files)
    assert opens.names == []
    assert well_opener(experiment, placed, opens)("plate.png") is opens("plate.png")


def test_a_photograph_is_opened_once_for_all_its_wells(lab, opens, problems):
    experiment, placed = _placed(lab, opens, problems)
    opener = well_opener(experiment, placed, opens)
    opens.names.clear()
    assert all(isinstance(opener(file), WellPicture) for file in placed["file"])
    assert opens.names == ["plate.png"]
    copy = replace(opener)  # as another process of a pool gets it, over and over
    assert copy.number == opener.number
    copy("plate.png/B3")
    assert opens.names == ["plate.png"]
    well_opener(experiment, placed, opens)("plate.png/B3")
    assert opens.names == ["plate.png"] * 2


def test_an_opener_can_be_handed_to_another_process():
    opener = WellOpener(len, {"a/B3": Place((1.0, 2.0, 3.0), 0, "")}, {"a": (0.38, 0.73, 0.57)})
    assert pickle.loads(pickle.dumps(opener)) == opener


@pytest.mark.parametrize(("blank", "used"), [("plate.png", "plate.png"), ("broken.png", ""), ("small.png", "")])
def test_the_white_is_that_of_the_blank_photograph_where_it_can_be_used(lab, opens, problems, blank, used):
    experiment, files = lab(blank=blank)
    placed = placed_wells(experiment, files, opens, problems)
    assert {place_from_text(region).blank for region in placed["region"]} == {used}
    assert [p.code for p in problems] == ([] if used else ["MG405"])
    assert well_opener(experiment, placed, opens)("plate.png/A1").white.level().shape == (3,)


def test_a_place_is_written_and_read_without_loss():
    place = Place((100.1, 0.30000000000000004, 7.0), 3, "images/with;sign.jpg")
    assert place_from_text(place.text()) == place


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_turning_back_undoes_turns_clockwise(plate, turns):
    assert (turned_back(np.rot90(plate[0], -turns), turns) == plate[0]).all()


def test_what_is_measured_is_what_was_drawn(lab, opens, problems, plate):
    experiment, files = lab()
    images = list(measure_experiment(experiment, files, opens, problems))
    rows = [image.row for image in images]
    measured = {row["well"]: row["area_fraction"] for row in rows}
    (radius,) = {place_from_text(r).circle[2] for r in placed_wells(experiment, files, opens, problems)["region"]}
    for i, well in enumerate(WELLS):
        drawn = STAINED.ravel()[i]
        truth = 1.0 if drawn == 1 else drawn * (0.8 * plate[2] / radius) ** 2
        assert measured[well] == pytest.approx(truth, abs=0.01), well
    assert {row["threshold_source"] for row in rows} == {"plate_controls"}
    assert [p.code for p in problems] == []
    assert all(np.isnan(row["cell_fraction"]) for row in rows)  # no cell can be seen
    assert all(np.isnan(image.score.brightness).all() for image in images)  # or round wells would be called copies


def _in_well(centres, radius, shape, well):
    row, column = "ABCD".index(well[0]), int(well[1]) - 1
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.hypot(x - centres[row, column, 0], y - centres[row, column, 1]) < radius


def _shadow(rgb, well):
    return np.where(well[..., None], rgb * 0.7, rgb)


def _blur(rgb, well):
    return np.where(well[..., None], ndimage.gaussian_filter(rgb.astype(float), (4, 4, 0)), rgb)


def _glare(rgb, well):
    y, x = np.nonzero(well)
    spot = np.zeros_like(well)
    spot[int(y.mean()) + 5 : int(y.mean()) + 25, int(x.mean()) - 10 : int(x.mean()) + 10] = True
    return np.where(spot[..., None], 255, rgb)


def _yellow(rgb, well):
    return np.where(well[..., None], rgb * [1.0, 0.99, 0.8], rgb)


@pytest.mark.parametrize(
    ("well", "fault", "flag", "code"),
    [
        ("B2", None, "", ""),
        ("B2", _shadow, "illumination", "MG428"),
        ("C5", _shadow, "illumination", "MG428"),
        ("A4", _yellow, "white_balance", "MG427"),
        ("B5", _blur, "out_of_focus", "MG410"),
        ("D3", _glare, "clipped", "MG409"),
    ],
)
def test_one_bad_well_of_a_photograph_is_the_one_that_is_flagged(lab, plate, problems, well, fault, flag, code):
    """A quarter of the light is missing in the corners of the photograph: that is in its white, no well is at fault."""
    rgb, centres, r = plate
    wrong = rgb if fault is None else fault(rgb, _in_well(centres, 0.97 * r, rgb.shape, well))
    experiment, files = lab()
    measured = list(measure_experiment(experiment, files, lambda _: np.rint(wrong).astype(np.uint8), problems))
    images = tables_from_measured(experiment, measured, problems)["images"].set_index("well")
    assert {w: f for w, f in images["flag"].items() if f} == ({well: flag} if flag else {})
    told = [(p.code, p.file, p.place) for p in problems]
    assert told == ([(code, f"plate.png/{well}", well)] if flag else [])
    amounts = amounts_from_images(experiment, images.reset_index()).set_index(["readout", "well"])
    assert (flag in amounts.at[("alizarin_area", well), "flag"].split(";")) is True


def test_unstained_wells_under_a_neutral_white_are_not_taken_for_grey(lab, photograph, problems):
    rgb, *_ = photograph(4, 6, STAINED, radius=0.42, width=1400, noise=0.3)
    neutral = np.rint(rgb * (210 / np.array([225.0, 220.0, 210.0]))).astype(np.uint8)
    experiment, files = lab()
    measured = list(measure_experiment(experiment, files, lambda _: neutral, problems))
    assert (len(measured), list(problems)) == (24, [])
    grey = np.repeat(neutral[..., :1], 3, axis=2)
    assert list(measure_experiment(experiment, files, lambda _: grey, problems)) == []
    assert {p.code for p in problems} == {"MG403", "MG401"}  # each well refused, so none is left for the threshold


def test_photographs_are_worked_through_by_what_is_given(lab, opens, problems):
    """As processes would: each outcome goes through a pickle, and so do the problems."""
    experiment, files = lab()
    both = tables.IMAGE_FILES.frame(
        [*files.to_dict("records"), *files.assign(file=files["file"].str.replace("plate", "broken")).to_dict("records")]
    )
    asked = []

    def each(work, items):
        for item in items:
            asked.append(item[0])
            yield pickle.loads(pickle.dumps(work(item)))

    placed = placed_wells(experiment, both, opens, problems, each=each)
    assert asked == ["plate.png", "broken.png"]
    assert placed.equals(placed_wells(experiment, files, opens, Problems()))
    assert [(p.code, p.file) for p in problems] == [("MG265", "broken.png")]
