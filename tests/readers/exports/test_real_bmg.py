"""Real exports, read as shared/data/README.md says they read by eye."""


def test_an_endpoint_plate(real):
    read, problems = real("bmg_mars_450.CSV")
    frame = read.export.readings
    account = read.account
    assert problems == []
    assert (account["reader"], account["not_understood"]) == ("bmg_mars", [])
    assert (len(frame), frame["well"].nunique()) == (96, 96)
    assert frame[["channel", "wavelength_nm"]].drop_duplicates().values.tolist() == [["A450", 450.0]]
    values = dict(zip(frame["well"], frame["value"], strict=True))
    assert [values[w] for w in ("A1", "A12", "C1", "H12")] == [0.073, 0.089, 0.502, 0.207]
