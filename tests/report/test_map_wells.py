"""One well: its mark, its faces, and what it tells."""

import pytest

from mgassay.report.map_wells import FACES, Known, map_well
from mgassay.report.numbers import NO_BREAK

WELL = {
    "well": "B3", "role": "sample", "condition": "ca_mg20", "donor": "D2", "rep": "2", "standard": float("nan"),
    "value": 0.5, "status": "ok", "raw": "0.50", "file": "raw/p.xlsx", "sheet": "Plate 1", "place": "D7",
}  # fmt: skip


ENDS = (0.0, 1.0)


def test_a_well_tells_file_sheet_and_cell():
    assert map_well(WELL, {"ca_mg20": "b"}, ENDS, Known()).told.endswith("(from raw/p.xlsx, Sheet, D7)".replace(
        "Sheet", "Plate 1"
    ))  # fmt: skip


def test_faces_are_those_of_the_switch_and_none_is_blank():
    faces = map_well(WELL, {"ca_mg20": "b"}, ENDS, Known("outlier", "12.3", "µg per well", 0.3)).faces
    assert set(faces) == set(FACES) - {"target"}
    assert all(faces.values())
    assert map_well({**WELL, "condition": "", "donor": ""}, {}, ENDS, Known()).faces.keys() == {"reading", "sign"}


@pytest.mark.parametrize(
    ("role", "standard", "mark"), [("standard", 20.0, "◆20"), ("blank", float("nan"), "○"), ("sample", 0.0, "b2")]
)
def test_a_role_has_its_own_sign(role, standard, mark):
    assert map_well({**WELL, "role": role, "standard": standard}, {"ca_mg20": "b"}, ENDS, Known()).mark == mark


@pytest.mark.parametrize(("deviation", "shown", "tilt"), [(0.06, "+6", 0.2), (-0.6, "−60", -1.0), (0.001, "0", 0.0)])
def test_a_deviation_has_its_sign_and_is_coloured_up_to_30_percent(deviation, shown, tilt):
    """0.06 of the 0.3 from which on the colour is full is 0.2."""
    well = map_well(WELL, {"ca_mg20": "b"}, ENDS, Known(deviation=deviation))
    assert well.deviation == f"{shown}\N{NARROW NO-BREAK SPACE}%"
    assert well.tilt == tilt


@pytest.mark.parametrize(
    ("raw", "value", "shown"),
    [("0.063", 0.063, "0.063"), ("0,50", 0.5, "0,50"), ("0.0630000010132789", 0.063, "0.063"), ("", 0.1, "0.1")],
)
def test_a_reading_stands_there_as_it_was_read(raw, value, shown):
    """The file's own text where it fits; what arithmetic left of a number to four digits, none of them added."""
    well = map_well({**WELL, "raw": raw, "value": value}, {"ca_mg20": "b"}, ENDS, Known())
    assert well.value == shown
    assert f"reads {raw or '0.1'} (from" in well.told


def test_an_early_reading_can_be_the_dark_one():
    """30 and 20 cycles: 25 lies half way."""
    well = map_well({**WELL, "value": 25.0}, {"ca_mg20": "b"}, (30.0, 20.0), Known(target="RUNX2"), "Cq")
    assert well.shade == 0.5
    assert "sample, RUNX2, ca_mg20" in well.told
    assert well.faces["target"] == "RUNX2"


def test_what_could_not_be_read_and_what_is_flagged_is_ringed():
    above = map_well({**WELL, "value": float("nan"), "status": "above"}, {"ca_mg20": "b"}, ENDS, Known())
    assert (above.value, above.ringed, above.shade) == ("above", True, 0.0)
    assert map_well(WELL, {"ca_mg20": "b"}, ENDS, Known("outlier")).ringed
    assert not map_well(WELL, {"ca_mg20": "b"}, ENDS, Known(amount="1")).ringed
    assert map_well(WELL, {"ca_mg20": "b"}, ENDS, Known(amount=f"1{NO_BREAK}x")).shade == 0.5
