"""Which wells of a plate of images stand against which, and the settings of a plate."""

import pandas as pd

from mgassay import tables
from mgassay.experiment import Experiment, RawFile
from mgassay.report.image_groups import (
    NEGATIVE,
    OTHER,
    POSITIVE,
    group_of_conditions,
    grouped,
    is_white_of_empty_plate,
    settings_of_plate,
)
from mgassay.report.rows import Tables


def test_negatives_set_the_threshold_and_intact_wells_at_reference_mg_hold_most(hand):
    groups = group_of_conditions(hand.make_experiment())
    assert groups == {"control": NEGATIVE, "ca_mg08": POSITIVE, "scr_mg08": POSITIVE}
    seen = grouped(pd.DataFrame({"condition": ["control", "apb_mg08", "scr_mg08", ""]}), groups)
    assert list(seen) == [NEGATIVE, OTHER, POSITIVE, OTHER]
    assert group_of_conditions(None) == {}


def test_a_plate_has_the_settings_of_its_first_row(hand):
    files = tuple(
        RawFile(file=f"images/{i}", assay="alizarin_image", plate="P1", overrides={"floor_od": floor})
        for i, floor in enumerate((0.2, 0.3))
    )
    held = hand.make_experiment()
    experiment = Experiment(held.id, held.settings, held.conditions, files)
    assert settings_of_plate(experiment, "P1").floor_od == 0.2
    assert settings_of_plate(experiment, "P2").floor_od == 0.15
    assert settings_of_plate(None, "P1").floor_od == 0.15


def test_the_photograph_of_an_empty_plate_counts_where_it_could_be_used(hand):
    plain = settings_of_plate(None, "P1")
    named = plain.model_copy(update={"blank": "photos/empty.jpg"})
    problems = tables.PROBLEMS.frame([{"code": "MG405", "severity": "warning", "file": "photos/empty.jpg"}])
    assert not is_white_of_empty_plate(Tables({}, 0.8, 2.0), plain)
    assert is_white_of_empty_plate(Tables({}, 0.8, 2.0), named)
    assert not is_white_of_empty_plate(Tables({"problems": problems}, 0.8, 2.0), named)
