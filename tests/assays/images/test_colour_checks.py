"""A plate that was measured by another stain's vector says so; plates without stain have nothing to say."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.images.alizarin import measure_experiment
from mgassay.assays.images.image_tables import tables_from_measured
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems

ALIZARIN, BROWN = (0.38, 0.73, 0.57), (0.40, 0.58, 0.72)
ROWS = [("control", "live", "control"), ("calcifying", "live", "ca")]


def told(stain, of_negative=None, **settings):
    """Problems and image_quality of a plate with a negative well and one that is stained along a vector.

    The negative well holds no stain unless a vector is given `of_negative`.
    """
    unit = np.array(stain) / np.linalg.norm(stain)
    lamp = np.array([240, 236, 230])
    blank = (lamp + np.random.default_rng(1).integers(0, 2, (160, 200, 1))).astype(np.uint8)
    clean, red = blank.copy(), blank.copy()
    red[40:100, 40:160] = np.rint(lamp * 10 ** (-0.8 * unit))
    if of_negative is not None:
        clean[40:100, 40:160] = np.rint(lamp * 10 ** (-0.8 * np.array(of_negative) / np.linalg.norm(of_negative)))
    conditions = tables.CONDITIONS.frame([{"medium": m, "cells": c, "condition": name} for m, c, name in ROWS])
    given = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    raw = RawFile(file="images", assay="alizarin_image", plate="P", overrides=settings)
    experiment, problems = Experiment("e", given, conditions, (raw,)), Problems()
    files = tables.IMAGE_FILES.frame(
        {"file": c, "plate": "P", "well": w, "role": "sample", "condition": c}
        for c, w in (("control", "A1"), ("ca", "A2"))
    )
    measured = list(measure_experiment(experiment, files, {"control": clean, "ca": red}.__getitem__, problems))
    return problems, tables_from_measured(experiment, measured, problems)["image_quality"]


def test_the_right_stain_is_reported_and_nothing_is_said():
    problems, quality = told(ALIZARIN)
    assert [p.code for p in problems] == []
    assert np.isnan(quality.loc[0, "stain_r"])
    assert quality["stain_pixels"].tolist() == [0, 60 * 120]
    od = quality.loc[1, ["stain_r", "stain_g", "stain_b"]].to_numpy(float)
    # 0.8 OD along the vector at length 1, looked at in 8-bit colours
    assert od == pytest.approx(0.8 * np.array(ALIZARIN) / np.linalg.norm(ALIZARIN), abs=0.01)


def test_another_colour_is_a_warning_until_the_vector_is_the_labs():
    (said,), _ = told(BROWN)
    # cos = (.38 x .40 + .73 x .58 + .57 x .72) / (1.0010 x 1.0075) = 0.977: 12 degrees
    assert (said.code, said.severity) == ("MG414", "warning")
    assert "12°" in said.message
    unit = np.array(BROWN) / np.linalg.norm(BROWN)
    assert [float(v) for v in said.seen.split(",")] == pytest.approx(unit, abs=0.01)
    assert [p.code for p in told(BROWN, vector=BROWN)[0]] == []


def turned(degrees):
    """Alizarin's vector turned so far towards the brown one, at length 1."""
    one, other = (np.array(v) / np.linalg.norm(v) for v in (ALIZARIN, BROWN))
    away = other - (one @ other) * one
    angle = np.radians(degrees)
    return np.cos(angle) * one + np.sin(angle) * away / np.linalg.norm(away)


@pytest.mark.parametrize(("degrees", "codes"), [(6.7, []), (7.3, ["MG414"])])
def test_seven_degrees_are_far(degrees, codes):
    """8-bit colours leave .1 degree."""
    assert [p.code for p in told(turned(degrees))[0]] == codes


def test_what_is_in_negative_wells_is_no_stain_of_the_plate():
    """A brown deposit in the negative well is told as that (MG402, MG408), not as a stain of another colour."""
    assert "MG414" not in [p.code for p in told(ALIZARIN, of_negative=BROWN)[0]]


def test_a_plate_without_stain_has_no_colour_to_judge():
    problems, quality = told((0, 0, 1))  # yellow medium: it absorbs in blue alone, and no hue gate takes it for stain
    assert [p.code for p in problems] == []
    assert quality["stain_pixels"].tolist() == [0, 0]


def test_each_plate_is_judged_by_its_own_stain():
    """Half of the stained pixels of two plates are brown; together they would lie 6 degrees off and nothing be said."""
    conditions = tables.CONDITIONS.frame([{"medium": m, "cells": c, "condition": name} for m, c, name in ROWS])
    given = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    raws = tuple(RawFile(file=p, assay="alizarin_image", plate=p) for p in ("P", "Q"))
    lamp, pictures = np.array([240, 236, 230]), {}
    noise = np.random.default_rng(1).integers(0, 2, (160, 200, 1))
    for plate, stain in (("P", ALIZARIN), ("Q", BROWN)):
        pictures[plate] = (lamp + noise).astype(np.uint8)
        pictures[plate][40:100, 40:160] = np.rint(lamp * 10 ** (-0.8 * np.array(stain) / np.linalg.norm(stain)))
    files = tables.IMAGE_FILES.frame(
        {"file": p, "plate": p, "well": "A1", "role": "sample", "condition": "ca"} for p in pictures
    )
    experiment, problems = Experiment("e", given, conditions, raws), Problems()
    measured = list(measure_experiment(experiment, files, pictures.__getitem__, Problems()))
    tables_from_measured(experiment, measured, problems)
    (said,) = [p for p in problems if p.code == "MG414"]
    assert "of plate Q absorb" in said.message
    assert "12°" in said.message
