"""Real exports, read as shared/data/README.md says they read by eye."""


def test_a_kinetic_read_of_columns_2_to_10(real):
    read, problems = real("softmax_kinetic_405_partial.txt")
    frame = read.export.readings
    account = read.account
    assert problems == ["MG109"]
    assert account["reader"] == "softmax"
    assert (len(frame), frame["well"].nunique()) == (216, 72)
    assert set(frame["well"]) == {f"{r}{c}" for r in "ABCDEFGH" for c in range(2, 11)}
    assert frame[["channel", "wavelength_nm"]].drop_duplicates().values.tolist() == [["A405", 405.0]]
    assert frame[["read_index", "time_s"]].drop_duplicates().values.tolist() == [[0, 0], [1, 30], [2, 60]]
    assert set(frame["status"]) == {"ok"}
    reads = {t: dict(zip(f["well"], f["value"], strict=True)) for t, f in frame.groupby("time_s")}
    assert [reads[0][w] for w in ("A2", "A10", "H2")] == [0.0546, 0.0537, 0.1051]
    assert [reads[60][w] for w in ("A2", "H10")] == [0.0557, 0.1090]


def test_the_published_values_of_its_group_are_no_readings(real):
    read, _ = real("softmax_kinetic_405_partial.txt")
    frame = read.export.readings
    assert frame["value"].max() < 1  # the group holds 100.500, 101.200, ...
