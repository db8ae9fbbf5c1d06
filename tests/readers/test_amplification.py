"""Curves are kept whole: every cycle in its place, a gap left empty."""

from mgassay.experiment import RawFile
from mgassay.readers.amplification import curves_from_points, curves_from_rows

RAW = RawFile(file="q.txt", assay="qpcr", plate="P")


def test_curves_of_a_section_by_number_of_well():
    rows = [
        ["Well", "Cycle", "Target Name", "Rn", "ΔRn"],
        ["1", "1", "RUNX2", "1,000.5", "0.1"],
        ["1", "2", "RUNX2", "0.6", "0.2"],
        ["2", "1", "RUNX2", "0.7", "0.1"],
    ]
    curves = curves_from_rows(rows, ".", RAW, {"1": "A1", "2": "A2"})
    assert curves[["well", "target", "signal", "first_cycle", "fluorescence"]].values.tolist() == [
        ["A1", "RUNX2", "Rn", 1, "1000.5;0.6"],  # Rn, not what the program subtracted
        ["A2", "RUNX2", "Rn", 1, "0.7"],
    ]


def test_a_gap_stays_a_gap():
    points = [("A1", "", "3", "0,5"), ("A1", "", "5", "0,7")]
    assert curves_from_points(points, "RFU", ",", RAW)["fluorescence"].tolist() == ["0.5;;0.7"]
    assert curves_from_points(points, "RFU", ",", RAW)["first_cycle"].tolist() == [3]


def test_no_section_is_no_curve():
    assert len(curves_from_rows([["Well", "CT"], ["1", "20"]], ".", RAW, {})) == 0
    assert len(curves_from_rows([], ".", RAW, {})) == 0
