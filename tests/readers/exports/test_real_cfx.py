"""Real exports, read as shared/data/README.md says they read by eye."""


def test_the_export_of_a_multiplex_run_without_targets(real):
    read, problems = real("biorad_cfxmaestro_example01.csv")
    frame = read.export.readings
    assert problems == ["MG153"]  # the column Target is empty, so the dyes stand for the targets
    assert read.account["reader"] == "cfx"
    assert len(frame) == 48
    first = frame.iloc[0]
    assert (first["well"], first["channel"], first["value"]) == ("A1", "FAM", 21.1877528266099)
    assert (first["task"], first["sample"]) == ("Unkn", "M3905 R Ctx")
    assert frame["channel"].value_counts().to_dict() == {"FAM": 24, "VIC": 24}
    assert set(frame["status"]) == {"ok"}
    assert frame[["quantity", "cycles"]].isna().all(axis=None)
    assert read.account["not_understood"] == []
