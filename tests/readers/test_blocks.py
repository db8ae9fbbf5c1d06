import math

import pytest

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.blocks import Block, channel_name, readings_from_blocks
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot

SHEET = Sheet("S", (("0.5", "OVRFLW", "*0.25*"),))
TWO = (Spot("A1", 0, 0), Spot("A2", 0, 1))


def read(*blocks, **row):
    problems = Problems()
    raw = RawFile(file="f", assay="calcium", plate="P", **row)
    return readings_from_blocks(blocks, Content("f", workbook=(SHEET,)), raw, problems), [p.code for p in problems]


def refused(*blocks, **row):
    with pytest.raises(UnreadableError) as bad:
        read(*blocks, **row)
    return bad.value.code, bad.value.seen


@pytest.mark.parametrize(
    ("label", "nm", "name"),
    [("450 1", 450.0, "A450"), ("", 562.0, "A562"), ("Ca:570", 570.0, "Ca:570"), ("485,528", math.nan, "485,528")],
)
def test_names_of_channels(label, nm, name):
    assert channel_name(label, nm) == name


def test_values_statuses_and_places():
    frame, problems = read(Block(SHEET, (*TWO, Spot("A3", 0, 2)), channel="A450", wavelength_nm=450.0))
    assert problems == []
    assert frame[["well", "status", "place", "raw"]].values.tolist() == [
        ["A1", "ok", "A1", "0.5"],
        ["A2", "above", "B1", "OVRFLW"],
        ["A3", "masked", "C1", "*0.25*"],
    ]
    assert frame["value"].tolist()[::2] == [0.5, 0.25]
    assert math.isnan(frame["value"][1])


def test_wavelengths_asked_found_absent_and_unsaid():
    blue, red, dark = (
        Block(SHEET, TWO, channel=c, wavelength_nm=nm) for c, nm in (("b", 450.0), ("r", 650.0), ("d", math.nan))
    )
    assert refused(blue, red) == ("MG117", "b (450 nm), r (650 nm)")
    assert read(blue, red, wavelength_nm="450.2")[0]["channel"].unique() == ["b"]
    assert refused(blue, red, wavelength_nm="500") == ("MG116", "500")
    assert read(blue, wavelength_nm="500")[1] == ["MG118"]
    assert read(dark, wavelength_nm="500")[1] == ["MG119"]
    assert refused(blue, wavelength_nm="450;500") == ("MG116", "500")


def test_sheet_names_a_sheet_a_plate_both_or_a_read():
    other = Sheet("T", SHEET.cells)
    blocks = [Block(s, TWO, label=p, channel="x") for s in (SHEET, other) for p in ("Plate 1", "Plate 2")]
    assert refused(*blocks) == ("MG113", "S/Plate 1, S/Plate 2, T/Plate 1, T/Plate 2")
    assert refused(*blocks, sheet="T")[0] == "MG113"
    frame, _ = read(*blocks, sheet="t/plate 2")
    assert (len(frame), frame["sheet"].unique().tolist()) == (2, ["T"])
    assert refused(*blocks, sheet="U")[0] == "MG115"
    reads = [Block(SHEET, TWO, channel=c) for c in ("raw", "raw 2")]
    assert refused(*reads)[0] == "MG117"
    assert read(*reads, sheet="raw 2")[0]["channel"].unique() == ["raw 2"]


def test_a_well_read_twice_is_refused_unless_at_another_time():
    first, second = Block(SHEET, TWO), Block(SHEET, TWO, read_index=1, time_s=30.0)
    assert refused(first, first) == ("MG125", "A1")
    assert read(first, second)[0]["read_index"].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("stored", "value"), [("0.34380000829696655", 0.3438), ("0.3438000082969666", 0.3438), ("0.3", 0.3)]
)
def test_single_precision_is_read_as_it_was_printed(stored, value):
    sheet = Sheet("S", ((stored,),))
    frame, _ = read(Block(sheet, (Spot("A1", 0, 0),), single=True))
    assert frame["value"].tolist() == [value]
    plain, _ = read(Block(sheet, (Spot("A1", 0, 0),)))
    assert plain["value"].tolist() == [float(stored)]


def test_the_first_of_many_plates_are_named():
    code, seen = refused(*(Block(SHEET, TWO, label=f"P{k}", channel="x") for k in range(30)))
    assert code == "MG113"
    assert seen.endswith("P23 and 6 more")
