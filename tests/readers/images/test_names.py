"""Names of images: wells by the lab's pattern, by a preset, or by the parts of a name."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.images.names import named_by_patterns, named_images, reason_against_rule, well_and_field


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def read(problems):
    """`(names, pattern)` -> {name: (well, field)}; the row is of plate P1, on which A1 to A3 and B3 are used."""

    def read(*names, pattern="", plate="P1"):
        raw = RawFile(file="images", assay="alizarin_image", plate=plate, layout="ars", pattern=pattern)
        shown, read.unknown = named_images(raw, names, {"A1", "A2", "A3", "B3"}, problems)
        return {n: (named.well, named.field) for n, named in shown.items()}

    return read


def codes(problems):
    return [(p.code, p.severity, p.place, p.seen) for p in problems]


@pytest.mark.parametrize(
    ("name", "used", "expected"),
    [
        ("ARS1_B03.jpg", {"B3"}, ("B3", "", "")),
        ("plate_C4_f2.png", {"C4", "F2"}, ("C4", "2", "")),
        ("B3.jpg", {"B3"}, ("B3", "", "")),
        ("x/y/B3 field 7.jpg", {"B3"}, ("B3", "", "")),
        ("B3_07.tif", {"B3"}, ("B3", "7", "")),
        ("donor4-b3-20x.jpg", {"B3"}, ("B3", "", "")),
        ("P1_B03.jpg", {"B3"}, ("B3", "", "")),
        ("ARS1-A1.jpg", {"A1"}, ("A1", "", "")),
        ("ARS1A1.jpg", {"A1"}, ("", "", "")),
        ("overview.jpg", {"A1"}, ("", "", "")),
        ("D1_B3.jpg", {"D1", "B3"}, ("", "", "D1, B3")),
        ("C9.jpg", {"A1"}, ("C9", "", "")),
    ],
)  # fmt: skip
def test_the_well_in_a_name_is_found_or_nothing_is(name, used, expected):
    assert well_and_field(name, "ARS1", used) == expected


def test_the_plates_own_name_is_never_a_well():
    assert well_and_field("A1_B3.jpg", "A1", {"A1", "B3"}) == ("B3", "", "")


@pytest.mark.parametrize(
    ("pattern", "name", "well", "field"),
    [
        ("w(?P<well>[A-H][0-9]+)_pos(?P<field>[0-9]+)", "D1_wB03_pos04.jpg", "B3", "4"),
        ("r(?P<row>[0-9]+)c(?P<column>[0-9]+)", "r02c03f01.tif", "B3", ""),
        ("(?P<row>[A-H])-(?P<column>[0-9]+)", "B-03.tif", "B3", ""),
        ("(?P<row>[0-9]+)-(?P<column>[0-9]+)", "0-3.tif", "", ""),
        ("(?P<row>[0-9]+)-(?P<column>[0-9]+)", "33-3.tif", "", ""),
        ("(?P<well>[A-Z][0-9]+)_(?P<field>left|right)", "B3_left.tif", "B3", "left"),
        ("(?P<well>[A-Z][0-9]+)_s(?P<field>[0-9]+)m(?P<tile>[0-9]+)", "B3_s1m004.tif", "B3", "1.4"),
        ("(?P<well>[A-Z][0-9]+)_f(?P<field>[0-9]+)", "B3_f00.tif", "B3", "0"),
        ("(?P<well>[A-Z][0-9]+)", "Z99.tif", "", ""),
        ("(?P<well>[A-Z][0-9]+)", "nothing.tif", "", ""),
    ],
)  # fmt: skip
def test_a_pattern_says_well_and_field(pattern, name, well, field):
    named = named_by_patterns([pattern], f"folder_A1/{name}")
    assert (named.well, named.field) == (well, field)


@pytest.mark.parametrize("rule", ["plain", "evos", "(?P<well>[A-H][0-9]+)", "(?P<row>.)-(?P<column>[0-9]+)"])
def test_presets_and_patterns_are_taken(rule):
    assert reason_against_rule(rule) == ""


def test_a_misspelt_preset_is_told_the_nearest():
    assert "Did you mean “incucyte”?" in reason_against_rule("incucite")
    assert "Known are: cytation, evos" in reason_against_rule("[A-H]")


def test_without_presets_it_is_said_that_they_are_not_there(monkeypatch):
    monkeypatch.setattr("mgassay.readers.images.names.name_presets", dict)
    assert "No presets are installed" in reason_against_rule("evos")


def test_a_preset_by_name(read, problems):
    assert read("VID1_A1_2_00d03h00m.tif", "VID1_B3_1_00d03h00m.tif", pattern="incucyte") == {
        "VID1_A1_2_00d03h00m.tif": ("A1", "2"),
        "VID1_B3_1_00d03h00m.tif": ("B3", "1"),
    }
    assert codes(problems) == []


def test_a_name_that_the_preset_does_not_know_has_no_well(read, problems):
    assert list(read("VID1_A1_2.tif", "overview.tif", pattern="incucyte")) == ["VID1_A1_2.tif"]
    assert read.unknown == 1
    assert codes(problems) == [("MG260", "error", "overview.tif", "overview.tif")]


def test_the_one_preset_that_reads_all_names_is_used_and_told(read, problems):
    names = ["scan_Plate_R_p00_0_A01f00d0.TIF", "scan_Plate_R_p00_0_B03f01d0.TIF"]
    assert read(*names) == {names[0]: ("A1", "0"), names[1]: ("B3", "1")}
    assert codes(problems) == [("MG272", "notice", "", "evos")]
    assert "pattern = evos" in next(iter(problems)).message


def test_names_that_parts_read_alone_ask_no_preset(read, problems):
    assert read("MySample_A1_1.tif", "MySample_B3_1.tif") == {
        "MySample_A1_1.tif": ("A1", "1"),
        "MySample_B3_1.tif": ("B3", "1"),
    }
    assert codes(problems) == []


def test_a_preset_tells_fields_apart_that_parts_see_twice(read, problems):
    names = ["A1_01_1_1_Color_001.tif", "A1_01_1_2_Color_001.tif"]  # parts would take the step 01 for the field
    assert read(*names) == {names[0]: ("A1", "1"), names[1]: ("A1", "2")}
    assert codes(problems) == [("MG272", "notice", "", "cytation")]


def test_one_name_that_no_preset_reads_leaves_all_to_their_parts(read, problems):
    assert read("scan_Plate_R_p00_0_A01f00d0.TIF", "B3.tif") == {"B3.tif": ("B3", "")}
    assert [code for code, *_ in codes(problems)] == ["MG260"]


def test_plain_forbids_the_presets(read, problems):
    assert read("scan_Plate_R_p00_0_A01f00d0.TIF", pattern="plain") == {}
    assert [code for code, *_ in codes(problems)] == ["MG260"]


def test_thumbnails_of_a_program_are_passed_over_and_told(read, problems):
    names = ["P_A01_s1_w1.TIF", "P_A01_s1_w1_thumb62D4A363-7C7E-40D0-8A9E-55EC6681574D.tif"]
    assert list(read(*names, pattern="imagexpress")) == names[:1]
    assert read.unknown == 0  # or a well without an image would be passed over as well
    assert codes(problems) == [("MG273", "notice", names[1], "1")]


PLATE = r"(?P<plate>\w+)-(?P<well>[A-H][0-9]+)"


def test_images_of_another_plate_in_the_same_folder_are_passed_over(read, problems):
    assert read("P1-A1.tif", "P2-A1.tif", pattern=PLATE) == {"P1-A1.tif": ("A1", "")}
    assert codes(problems) == [("MG273", "notice", "P2-A1.tif", "1")]


def test_a_row_whose_own_pattern_finds_another_plate_is_refused(read, problems):
    assert read("P2-A1.tif", "P2-A2.tif", pattern=PLATE) == {}
    assert read.unknown == 2
    assert codes(problems) == [("MG275", "error", "", "P2")]


def test_a_program_may_call_the_plate_otherwise_but_only_in_one_way(read, problems):
    assert len(read("VID7_A1_1.tif", "VID7_A2_1.tif", pattern="incucyte")) == 2
    assert codes(problems) == []
    assert read("VID7_A1_1.tif", "VID8_A1_1.tif", pattern="incucyte") == {}
    assert codes(problems) == [("MG275", "error", "", "VID7, VID8")]
