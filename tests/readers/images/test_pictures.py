import math

import numpy as np
import pytest
import tifffile
from PIL import Image

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.images.pictures import image_files, open_image

RGB = np.random.default_rng(3).integers(0, 256, (6, 8, 3), dtype=np.uint8)
LAYOUT = [
    {"well": "A1", "role": "sample", "condition": "control", "donor": "D1", "rep": "1"},
    {"well": "B3", "role": "sample", "condition": "ca", "donor": "D1", "rep": "1"},
]


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def read(tmp_path, problems):
    def read(names, layout=LAYOUT, settings=None, file="images", images=None, **row):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix in (".jpg", ".png", ".tif"):
                Image.fromarray(RGB).save(path)
            else:
                path.write_text("not an image")
        for name, save in (images or {}).items():
            save(tmp_path / name)
        raw = RawFile(file=file, assay="alizarin_image", plate="ARS1", layout="ars", **row)
        experiment = Experiment(
            "x",
            Settings.model_validate(
                {
                    "contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0},
                    "assays": {"alizarin_image": settings or {}},
                }
            ),
            tables.CONDITIONS.frame([{"condition": "control"}, {"condition": "ca"}]),
            (raw,),
            {"ars": tables.LAYOUT.frame(layout)},
        )
        return image_files(tmp_path, experiment, problems)

    return read


def found(problems):
    return [(p.code, p.file, p.place, p.seen) for p in problems]


GOOD = ["images/ARS1_B03.jpg", "images/ARS1_A1_f2.png", "images/ARS1_A1_f1.png"]


def test_images_meet_their_layout_sorted_by_file(read, problems, tmp_path):
    listed = read([*GOOD, "images/notes.txt", "images/.hidden.jpg", "images/Thumbs.db"])
    assert found(problems) == []
    tables.IMAGE_FILES.check(listed)
    columns = ["file", "plate", "well", "field", "role", "condition", "donor", "rep"]
    assert listed[columns].values.tolist() == [
        ["images/ARS1_A1_f1.png", "ARS1", "A1", "1", "sample", "control", "D1", "1"],
        ["images/ARS1_A1_f2.png", "ARS1", "A1", "2", "sample", "control", "D1", "1"],
        ["images/ARS1_B03.jpg", "ARS1", "B3", "", "sample", "ca", "D1", "1"],
    ]
    assert open_image(tmp_path / listed["file"][0])[:].tolist() == RGB.tolist()


def test_the_pixel_size_is_the_rows_else_the_settings_else_unknown(read):
    assert all(math.isnan(v) for v in read(GOOD)["pixel_size_um"])
    assert read(GOOD, settings={"pixel_size_um": 1.3})["pixel_size_um"].tolist() == [1.3] * 3
    both = read(GOOD, settings={"pixel_size_um": 1.3}, overrides={"pixel_size_um": 0.65})
    assert both["pixel_size_um"].tolist() == [0.65] * 3


def test_the_files_own_pixel_size_counts_where_nothing_is_declared(read, problems):
    def save(path):
        tifffile.imwrite(path, RGB, photometric="rgb", resolution=(5000, 5000), resolutionunit="CENTIMETER")

    images = {"images/ARS1_A1.tif": save, "images/ARS1_B3.tif": save}
    assert read(["images/notes.txt"], images=images)["pixel_size_um"].tolist() == [2.0, 2.0]  # 1e4 / 5000 µm
    assert found(problems) == [("MG291", "images", "images/ARS1_A1.tif, images/ARS1_B3.tif", "2")]
    declared = read(["images/notes.txt"], images=images, settings={"pixel_size_um": 1.0})
    assert declared["pixel_size_um"].tolist() == [1.0, 1.0]
    assert [p.code for p in problems] == ["MG291", "MG292"]


def test_the_labs_pattern_is_used_instead(read, problems):
    names = ["images/D1_x_wellB03_pos4.jpg", "images/D1_x_wellA01_pos1.jpg"]
    listed = read(names, pattern=r"well(?P<well>[A-H]\d+)_pos(?P<field>\d+)")
    assert found(problems) == []
    assert listed[["well", "field"]].values.tolist() == [["A1", "1"], ["B3", "4"]]


def test_images_and_wells_that_do_not_meet_are_named(read, problems):
    read(["images/ARS1_A1.jpg", "images/ARS1_C7.jpg", "images/overview.jpg"])
    assert found(problems) == [
        ("MG260", "images", "images/overview.jpg", "overview.jpg"),
        ("MG201", "images", "C7", "1"),
    ]  # the image without a well may be the one of B3
    assert "pattern" in next(iter(problems)).remedy


def test_a_name_with_two_wells_is_named_with_both(read, problems):
    read([*GOOD, "images/A1_B3.jpg"])
    assert found(problems) == [("MG261", "images", "images/A1_B3.jpg", "A1, B3")]
    assert "(?P<well>" in next(iter(problems)).remedy


def test_two_images_of_one_field_are_odd(read, problems):
    assert len(read([*GOOD, "images/ARS1_B3.png"])) == 4
    assert [(p.code, p.severity, p.place) for p in problems] == [("MG264", "warning", "images/ARS1_B3.png")]


def test_a_folder_without_images_is_named(read, problems):
    read(["images/notes.txt"])
    assert found(problems) == [("MG262", "images", "", "1")]


def test_a_microscopes_own_format_is_named(read, problems):
    read([*GOOD, "images/ARS1_B3.vsi"])
    assert found(problems) == [("MG263", "images", "images/ARS1_B3.vsi", ".vsi")]
    assert "this well has no image" in next(iter(problems)).message


def test_several_of_a_microscopes_own_format_are_named_as_several(read, problems):
    read(["images/ARS1_A1.vsi", "images/ARS1_B3.vsi"])
    told = next(p.message for p in problems if p.code == "MG263")
    assert told.endswith("ARS1_B3.vsi: 2 files in a format that is not read (.vsi), so these wells have no image.")


def test_links_out_of_the_folder_are_refused(read, problems, tmp_path, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "ARS1_A1_f3.png"
    Image.fromarray(RGB).save(outside)
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "ARS1_A1_f3.png").symlink_to(outside)
    assert len(read(GOOD)) == 3
    assert found(problems) == [("MG041", "images", "images/ARS1_A1_f3.png", "images/ARS1_A1_f3.png")]


def test_what_can_never_be_decoded_is_named_without_decoding(read, problems, monkeypatch):
    grey = Image.fromarray(RGB[..., 0])
    listed = read(GOOD, images={"images/ARS1_A1_f3.png": grey.save, "images/ARS1_A1_f4.png": lambda p: p.touch()})
    assert [(p.code, p.file) for p in problems] == [
        ("MG267", "images/ARS1_A1_f3.png"),
        ("MG265", "images/ARS1_A1_f4.png"),
    ]
    assert len(listed) == 3


def test_deeper_images_are_told_in_one_notice(read, problems):
    def save(path):
        tifffile.imwrite(path, RGB.astype(np.uint16) * 257, photometric="rgb")

    names = ["images/ARS1_A1_f3.tif", "images/ARS1_A1_f4.tif"]
    assert len(read(GOOD, images=dict.fromkeys(names, save))) == 5
    assert [(p.code, p.severity, p.place, p.seen) for p in problems] == [("MG271", "notice", ", ".join(names), "2")]


def test_excluded_wells_keep_their_role_and_need_no_image(read, problems):
    layout = [*LAYOUT, {"well": "B4", "role": "excluded"}, {"well": "B5", "role": "empty"}]
    listed = read([*GOOD, "images/ARS1_B4.jpg"], layout)
    assert listed["role"].tolist() == ["sample", "sample", "sample", "excluded"]
    assert found(problems) == []


def test_the_blank_image_needs_no_well(read, problems):
    assert len(read([*GOOD, "images/blank.png"], settings={"blank": "images/blank.png"})) == 3
    assert found(problems) == []


def test_a_well_without_an_image_is_named(read, problems):
    read(["images/ARS1_A1.jpg"])
    assert found(problems) == [("MG202", "images", "B3", "1")]


def test_a_link_in_a_circle_is_refused(read, problems, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "ARS1_B3.jpg").symlink_to(tmp_path / "images" / "ARS1_B3.jpg")
    read(["images/ARS1_A1.jpg"])
    assert found(problems) == [("MG041", "images", "images/ARS1_B3.jpg", "images/ARS1_B3.jpg")]


def test_photographs_of_plates_need_no_well_in_their_names(read, problems):
    listed = read(["images/overview.png"], settings={"wells": "find"})
    assert listed[["file", "well", "region"]].values.tolist() == [
        ["images/overview.png/A1", "A1", "find"],
        ["images/overview.png/B3", "B3", "find"],
    ]
    assert [p.code for p in problems] == ["MG277"]


def test_several_times_of_a_field_are_refused_and_their_wells_not_called_missing(read, problems):
    names = ["images/VID1_A1_1_00d00h00m.tif", "images/VID1_A1_1_00d03h00m.tif", "images/VID1_B3_1_00d00h00m.tif"]
    listed = read(names, pattern="incucyte")
    assert listed["well"].tolist() == ["B3"]
    assert [p.code for p in problems] == ["MG274"]


def test_passed_over_images_do_not_hide_a_missing_well(read, problems):
    read(["images/P_A01_s1_w1.tif", "images/P_A01_s1_w1_thumb.tif"], pattern="imagexpress")
    assert [(p.code, p.place) for p in problems] == [("MG273", "images/P_A01_s1_w1_thumb.tif"), ("MG202", "B3")]


def test_images_in_folders_below_are_told(read, problems):
    read([*GOOD, "images/day 7/ARS1_B3.png", "images/day 7/notes.txt", "images/day 7/._ARS1_B3.png"])
    assert found(problems) == [("MG273", "images", "images/day 7/ARS1_B3.png", "1")]
    assert "images/**/*" in next(iter(problems)).message


def test_a_folder_with_nothing_but_folders_has_no_image(read, problems):
    read(["images/day 7/ARS1_B3.png"])
    assert [p.code for p in problems] == ["MG273", "MG262"]


@pytest.mark.parametrize("name", ["ARS1_B3\n.png", "ARS1_\u202egnp.B3.png", "\udcff_B3.png"])
def test_a_name_that_cannot_be_shown_is_told_by_its_codes(read, problems, name):
    read(["images/ARS1_A1.png", f"images/{name}"])
    (told,) = problems
    assert (told.code, told.severity) == ("MG281", "error")
    assert told.place.isprintable()
    assert told.place.encode()


def test_an_image_of_two_rows_is_told(read, problems, tmp_path):
    read(GOOD)
    row = {"assay": "alizarin_image", "layout": "ars"}
    rows = (RawFile(file="images", plate="ARS1", **row), RawFile(file="images/*_B03.*", plate="ARS2", **row))
    settings = Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}})
    conditions = tables.CONDITIONS.frame([{"condition": "control"}, {"condition": "ca"}])
    experiment = Experiment("x", settings, conditions, rows, {"ars": tables.LAYOUT.frame(LAYOUT)})
    assert image_files(tmp_path, experiment, problems)["plate"].tolist() == ["ARS1"] * 3
    assert ("MG280", "images/*_B03.*", "images/ARS1_B03.jpg", "1") in found(problems)


def test_a_blank_that_is_not_there_is_told_before_anything_is_measured(read, problems):
    read(GOOD, settings={"blank": "images/white.tif"})
    assert found(problems) == [("MG282", "images/white.tif", "", "images/white.tif")]


def test_a_thumbnail_is_left_out(read, problems):
    def icon(path):
        Image.fromarray(RGB[:1, :1].copy()).save(path)

    def full(path):
        Image.fromarray(np.tile(RGB, (10, 10, 1))).save(path)

    images = {"images/ARS1_A1.png": full, "images/ARS1_B3_f1.png": full, "images/ARS1_B3_f2.png": icon}
    listed = read(["images/notes.txt"], images=images)
    assert listed["file"].tolist() == ["images/ARS1_A1.png", "images/ARS1_B3_f1.png"]
    assert found(problems) == [("MG284", "images", "images/ARS1_B3_f2.png", "1×1")]


def test_a_pattern_that_finds_no_well_is_named(read, problems):
    read(["images/ARS1_A1.png"], pattern="well(?P<well>[A-H][0-9])")
    assert "by the pattern well(?P<well>[A-H][0-9])." in next(iter(problems)).message
