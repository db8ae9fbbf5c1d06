import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.images.image_amounts import amounts_from_images, negative_conditions
from mgassay.experiment import Experiment, Settings


@pytest.fixture
def experiment():
    conditions = tables.CONDITIONS.frame(
        [
            {"condition": "control", "medium": "control", "cells": "live"},
            {"condition": "acell_control", "medium": "control", "cells": "none"},
            {"condition": "ca", "medium": "calcifying", "cells": "live"},
        ]
    )
    settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    return Experiment("e1", settings, conditions, ())


def images(*rows):
    keys = ("plate", "well", "condition", "donor", "rep", "area_fraction", "integrated_od", "flag")
    return tables.IMAGES.frame(dict(zip(keys, row, strict=True)) for row in rows)


NEGATIVES = [
    ("P", "A1", "control", "D1", "1", 0.001, 0.0003, ""),
    ("P", "A2", "control", "D2", "1", 0.002, 0.0006, ""),
    ("P", "A3", "control", "D3", "1", 0.003, 0.0009, ""),
]


def test_negatives_are_living_cells_in_control_medium(experiment):
    assert negative_conditions(experiment) == ("control",)


def test_fields_of_a_culture_are_averaged_and_its_flags_joined(experiment):
    table = images(
        *NEGATIVES,
        ("P", "B1", "ca", "D1", "1", 0.1, 0.05, ""),
        ("P", "B1", "ca", "D1", "1", 0.2, 0.15, "out_of_focus"),
        ("P", "B2", "ca", "D1", "1", 0.3, 0.10, "clipped"),
    )
    before = table.copy()
    amounts = amounts_from_images(experiment, table)
    pd.testing.assert_frame_equal(table, before)
    tables.AMOUNTS.check(amounts)
    ca = amounts[amounts["condition"] == "ca"]
    assert ca["readout"].tolist() == ["alizarin_area", "alizarin_od"]
    assert ca["value"].tolist() == pytest.approx([0.2, 0.1])
    assert ca["unit"].tolist() == ["1", "OD"]
    assert ca["well"].tolist() == ["B1;B2"] * 2
    assert ca["flag"].tolist() == ["clipped;out_of_focus"] * 2
    assert set(amounts["experiment"]) == {"e1"}
    assert set(amounts["assay"]) == {"alizarin_image"}
    assert len(amounts) == 8


def test_the_limit_is_3_3_sd_of_the_negative_wells_above_their_mean(experiment):
    # by hand: SD of 0.001, 0.002, 0.003 is 0.001; limit 0.0033; a value is below it up to 0.002 + 0.0033
    table = images(
        *NEGATIVES,
        ("P", "B1", "ca", "D1", "1", 0.0052, 0.5, ""),
        ("P", "B2", "ca", "D2", "1", 0.0054, 0.5, ""),
    )
    area = amounts_from_images(experiment, table).query("readout == 'alizarin_area'")
    assert area["limit"].to_numpy() == pytest.approx([0.0033] * 5)
    assert area["flag"].tolist() == ["below_lod"] * 4 + [""]


def test_fewer_than_three_negative_wells_give_no_limit(experiment):
    fields_of_one = [(p, "A1", c, "D1", "1", a, o, f) for p, _, c, _, _, a, o, f in NEGATIVES]
    amounts = amounts_from_images(experiment, images(*fields_of_one, ("P", "B1", "ca", "D1", "1", 0.0, 0.0, "")))
    assert amounts["limit"].isna().all()
    assert (amounts["flag"] == "").all()


def test_plates_have_their_own_limits_and_a_culture_on_two_takes_the_higher(experiment):
    second = [("Q", w, c, d, "2", 10 * a, 10 * o, f) for _, w, c, d, _, a, o, f in NEGATIVES]
    table = images(
        *NEGATIVES, *second, ("P", "B1", "ca", "D1", "1", 0.1, 0.1, ""), ("Q", "B1", "ca", "D1", "1", 0.3, 0.1, "")
    )
    row = amounts_from_images(experiment, table).query("condition == 'ca'").iloc[0]
    assert (row["plate"], row["well"]) == ("P;Q", "B1")
    assert row["value"] == pytest.approx(0.2)
    assert row["limit"] == pytest.approx(0.033)


def test_images_of_no_condition_have_no_amount(experiment):
    assert amounts_from_images(experiment, images(("P", "A1", "", "", "", 0.1, 0.1, ""))).empty
    assert amounts_from_images(experiment, tables.IMAGES.frame()).empty
    assert np.dtype(amounts_from_images(experiment, tables.IMAGES.frame())["value"].dtype) == float
