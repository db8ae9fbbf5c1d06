import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.images.image_amounts import amounts_from_images
from mgassay.assays.images.image_tables import (
    nodules_of_image,
    sizes_from_images,
    tables_from_measured,
    wells_from_images,
)
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems


def images(*rows, unit="um2"):
    keys = ("plate", "well", "condition", "area_fraction", "integrated_od", "nodules", "cell_fraction", "flag")
    return tables.IMAGES.frame({**dict(zip(keys, row, strict=True)), "area_unit": unit} for row in rows)


TABLE = images(
    ("P", "A1", "ca", 0.1, 0.05, 3, 0.5, "clipped"),
    ("P", "A1", "ca", 0.3, 0.25, 2, 0.7, "out_of_focus"),
    ("P", "A2", "ca", 0.0, 0.0, 0, np.nan, ""),
)
NODULES = [nodules_of_image(a, 1000.0) for a in ([4.0, 4.0, 100.0], [7.5, 16.0], [])]


def test_fields_of_a_well_come_together():
    wells = wells_from_images(TABLE, NODULES)
    tables.IMAGE_WELLS.check(wells)
    first = wells.loc[0]
    assert (first["plate"], first["well"], first["fields"], first["nodules"]) == ("P", "A1", 2, 5)
    assert first["area_fraction"] == pytest.approx(0.2)
    assert first["area_fraction_sd"] == pytest.approx(0.2 / np.sqrt(2))
    assert first["integrated_od"] == pytest.approx(0.15)
    assert first["mean_od"] == pytest.approx(0.75)  # 0.30 of OD over 0.4 of stained field
    assert first["median_nodule_area"] == 7.5  # of 4, 4, 7.5, 16, 100
    assert (first["field_area"], first["area_unit"], first["flag"]) == (2000.0, "um2", "clipped;out_of_focus")
    assert first["cell_fraction"] == pytest.approx(0.6)


def test_a_well_without_stain_has_no_density_and_no_median():
    second = wells_from_images(TABLE, NODULES).loc[1]
    assert (second["fields"], second["nodules"], second["area_fraction"]) == (1, 0, 0.0)
    unknown = second[["mean_od", "median_nodule_area", "area_fraction_sd", "cell_fraction"]].astype(float)
    assert unknown.isna().all()


def test_fields_in_two_units_are_counted_and_not_measured_together():
    mixed = TABLE.assign(area_unit=pd.Series(["um2", "px", "px"], dtype="str"))
    first = wells_from_images(mixed, NODULES).loc[0]
    assert (first["nodules"], first["area_unit"]) == (5, "")
    assert np.isnan(first[["median_nodule_area", "field_area"]].astype(float)).all()
    sizes = sizes_from_images(mixed, NODULES)
    assert sizes.groupby("area_unit")["nodules"].sum().to_dict() == {"um2": 3, "px": 2}


def test_nodules_are_counted_by_area_in_bins_that_double():
    sizes = sizes_from_images(TABLE, NODULES)
    tables.NODULE_SIZES.check(sizes)
    # by hand: 4, 4 and 7.5 lie in [4, 8), 16 in [16, 32), 100 in [64, 128); bins between are there with zeros
    one = sizes[sizes["well"] == "A1"]
    assert one["area_from"].tolist() == [4, 8, 16, 32, 64]
    assert one["area_to"].tolist() == [8, 16, 32, 64, 128]
    assert one["nodules"].tolist() == [3, 0, 1, 0, 1]
    assert sizes.loc[sizes["well"] == "A2", "nodules"].tolist() == [0] * 5
    assert sizes_from_images(TABLE.iloc[2:].reset_index(drop=True), [NODULES[2]]).empty


def test_areas_below_1_have_bins_of_their_own():
    few = nodules_of_image([0.25, 0.3, 0.5], 10.0)
    sizes = sizes_from_images(TABLE.iloc[:1], [few])
    assert sizes[["area_from", "nodules"]].to_numpy().tolist() == [[0.25, 2], [0.5, 1]]


def test_the_given_table_stays():
    before = TABLE.copy()
    wells_from_images(TABLE, NODULES)
    sizes_from_images(TABLE, NODULES)
    pd.testing.assert_frame_equal(TABLE, before)


def test_no_images_give_tables_without_rows():
    none = tables.IMAGES.frame()
    tables.IMAGE_WELLS.check(wells_from_images(none, []))
    tables.NODULE_SIZES.check(sizes_from_images(none, []))


# From pixels to amounts ----------------------------------------------------------------------------------------------

VECTOR = np.array([0.38, 0.73, 0.57])


def photographed(seed, fraction):
    from mgassay.simulate.pictures import photograph, stained_field

    rng = np.random.default_rng(seed)
    field = stained_field(fraction, (480, 640), rng)
    return photograph(field, rng), field


@pytest.fixture(scope="module")
def measured_plate():
    """Six negatives and six stained wells; a red scale bar on all, and four faults in images of known wells."""
    from mgassay.assays.images.alizarin import measure_experiment

    truths = [0.0] * 6 + [0.05, 0.1, 0.2, 0.3, 0.1, 0.1]
    taken = [photographed(seed, a) for seed, a in enumerate(truths)]
    pictures = {}
    for i, (rgb, _) in enumerate(taken):
        pictures[f"P/{i}.png"] = rgb.copy()
    pictures["P/6.png"] = np.rint(pictures["P/6.png"] * [1.0, 0.99, 0.8]).astype(np.uint8)  # white balance
    pictures["P/7.png"] = np.rint(pictures["P/7.png"] * 0.7).astype(np.uint8)  # light
    pictures["P/8.png"] = np.clip(pictures["P/8.png"] * 1.8, 0, 255).astype(np.uint8)  # overexposed
    pictures["P/11.png"] = np.ascontiguousarray(pictures["P/10.png"][::-1, ::-1])  # another well's, turned
    for rgb in pictures.values():
        rgb[440:446, 480:600] = (255, 0, 0)
    conditions = tables.CONDITIONS.frame(
        [
            {"condition": "control", "medium": "control", "cells": "live"},
            {"condition": "ca", "medium": "calcifying", "cells": "live"},
        ]
    )
    settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    raw = RawFile(file="P", assay="alizarin_image", plate="P")
    experiment = Experiment("e", settings, conditions, (raw,))
    files = tables.IMAGE_FILES.frame(
        {"file": f, "plate": "P", "well": f"A{i + 1}", "role": "sample", "donor": "D1", "rep": str(i)}
        | {"condition": "control" if i < 6 else "ca", "pixel_size_um": 1.3}
        for i, f in enumerate(pictures)
    )
    problems = Problems()
    measured = list(measure_experiment(experiment, files, pictures.__getitem__, problems))
    made = tables_from_measured(experiment, measured, problems)
    return experiment, made, problems, {f"P/{i}.png": field for i, (_, field) in enumerate(taken)}


def test_a_red_scale_bar_neither_counts_nor_moves_the_threshold(measured_plate):
    _, made, _, truth = measured_plate
    table = made["images"].set_index("file")
    assert (table["threshold_od"] == 0.15).all()
    for file in ("P/0.png", "P/3.png", "P/9.png", "P/10.png"):
        # the bar alone is 0.23 % of the field
        assert table.loc[file, "area_fraction"] == pytest.approx(truth[file].nodule.mean(), abs=0.01), file
    assert (table.loc[[f"P/{i}.png" for i in range(6)], "area_fraction"] < 0.0005).all()


def test_every_fault_is_flagged_on_its_image_and_told(measured_plate):
    _, made, problems, _ = measured_plate
    flags = made["images"].set_index("file")["flag"]
    assert "P/8.png" not in flags.index
    assert flags["P/0.png"] == flags["P/9.png"] == "annotation"
    assert flags["P/6.png"] == "white_balance;annotation"
    assert flags["P/7.png"] == "illumination;annotation"
    assert flags["P/10.png"] == flags["P/11.png"] == "annotation;duplicate"
    told = {(p.code, p.file) for p in problems}
    faults = {("MG425", "P/8.png"), ("MG427", "P/6.png"), ("MG428", "P/7.png"), ("MG432", "P/10.png"), ("MG431", "")}
    assert told == faults
    assert {p.severity for p in problems if p.code in ("MG425", "MG432")} == {"error"}


def test_flags_travel_to_the_amounts(measured_plate):
    experiment, made, _, _ = measured_plate
    amounts = amounts_from_images(experiment, made["images"])
    by_well = amounts[amounts["readout"] == "alizarin_area"].set_index("well")["flag"]
    assert "white_balance" in by_well["A7"]
    assert "illumination" in by_well["A8"]
    assert "duplicate" in by_well["A11"]


def test_tables_of_a_plate_agree_with_each_other(measured_plate):
    _, made, _, truth = measured_plate
    assert set(made) == {"images", "image_quality", "image_wells", "nodule_sizes"}
    for name, table in made.items():
        tables.BY_NAME[name].check(table)
    sizes = made["nodule_sizes"].groupby("well")["nodules"].sum()
    assert sizes.to_dict() == made["images"].set_index("well")["nodules"].to_dict()
    quality = made["image_quality"].set_index("file")
    assert quality["annotation_fraction"].between(0.0023, 0.02).all()
    field = made["image_wells"].loc[0, "field_area"]
    assert field == pytest.approx(480 * 640 * 1.3**2 * (1 - quality.loc["P/0.png", "annotation_fraction"]))
    assert truth["P/9.png"].nodules * 0.8 < made["image_wells"].set_index("well").loc["A10", "nodules"]
