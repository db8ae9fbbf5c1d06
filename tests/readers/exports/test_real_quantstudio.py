"""Real exports, read as shared/data/README.md says they read by eye."""

import pytest


@pytest.mark.parametrize(
    ("file", "curves"),
    [
        ("appbio_quantstudio_example02.txt", 6),
        ("appbio_quantstudio_example05.txt", 2),
        ("appbio_quantstudio_example07.txt", 8),
        ("example_quantsudio_results_only.txt", 0),
        ("appbio_quantstudio_example10.xlsx", 8),
        ("appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18.xlsx", 0),
    ],
)
def test_every_line_is_accounted_for_and_every_curve_kept(real, file, curves):
    read, problems = real(file)
    assert problems == []
    assert read.account["reader"] == "quantstudio"
    assert read.account["not_understood"] == read.account["ignored_below"] == []
    assert len(read.export.amplification) == curves


def test_curves_of_a_text_have_their_wells(real):
    curves = real("appbio_quantstudio_example02.txt")[0].export.amplification
    assert curves["first_cycle"].unique().tolist() == [1]
    assert {len(text.split(";")) for text in curves["fluorescence"]} == {40}
    first = curves.iloc[0]
    assert (first["well"], first["target"], first["signal"]) == ("A1", "IPC", "Rn")
    assert first["fluorescence"].startswith("1.064;")


def test_curves_of_a_workbook(real):
    curves = real("appbio_quantstudio_example10.xlsx")[0].export.amplification
    assert curves["target"].value_counts().to_dict() == {"GeneA": 4, "RefGene": 4}
    assert curves["fluorescence"].iloc[0].startswith("0.50278854;0.49050022;")
