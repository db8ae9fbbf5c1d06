"""Real exports, read as shared/data/README.md says they read by eye."""

import pytest


@pytest.mark.parametrize(
    ("file", "wells", "blank", "a1", "last"),
    [
        ("lc480_Edward_Nrd1_calibration_Cq.txt", 384, 105, 22.78, "P24"),
        ("lc480_Stuart_individualWells_Cq.txt", 96, 6, 13.98, "H12"),
    ],
)
def test_cp_tables_of_the_480(real, file, wells, blank, a1, last):
    read, problems = real(file)
    frame = read.export.readings
    assert problems == []
    assert read.account["reader"] == "lightcycler480"
    assert len(frame) == frame["well"].nunique() == wells
    assert (frame["status"] == "undetermined").sum() == frame["value"].isna().sum() == blank
    assert (frame["status"] == "ok").sum() == wells - blank
    assert (frame["well"].iloc[0], frame["value"].iloc[0]) == ("A1", a1)
    assert (frame["well"].iloc[-1], frame["status"].iloc[-1]) == (last, "undetermined")
    assert frame["quantity"].isna().all()  # no standards among them
    assert read.account["not_understood"] == []
