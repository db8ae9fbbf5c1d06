"""Real exports, read as shared/data/README.md says they read by eye."""

import pytest


def test_two_plates_need_a_choice(real):
    read, problems = real("envision_450_two_plates.csv")
    frame = read.export.readings
    assert (len(frame), problems) == (0, ["MG113"])


@pytest.mark.parametrize(
    ("plate", "expected"),
    [("Plate 1", {"A1": 0.15, "A4": 1.85, "H12": 0.095}), ("Plate 2", {"A1": 0.3, "H12": 0.13})],
)
def test_each_plate(real, plate, expected):
    read, problems = real("envision_450_two_plates.csv", sheet=plate)
    frame = read.export.readings
    account = read.account
    assert problems == []
    assert (account["reader"], account["not_understood"]) == ("envision", ["line 64: Protocol notes"])
    assert (len(frame), frame["well"].nunique()) == (96, 96)
    assert frame[["channel", "wavelength_nm", "sheet"]].drop_duplicates().values.tolist() == [["A450(1)", 450.0, plate]]
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert {well: values[well] for well in expected} == expected
