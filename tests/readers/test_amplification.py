"""Curves are kept whole: every cycle in its place, a gap left empty."""

from mgassay.experiment import RawFile
from mgassay.readers.amplification import curves_from_points, curves_from_rows, is_curve_header, wide_curves_in

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


def test_signals_and_cycles_by_any_name():
    for name in ("Rn", "ΔRn", "∆Rn", "Delta Rn", "dRn", "RFU"):
        assert is_curve_header(["Well", "Cycle", name])
    assert not is_curve_header(["Well", "Cycle", "x1-m1"])  # raw data of single filters
    rows = [["Well Position", "Cycle Number", "Target", "dRn"], ["A1", "1", "RUNX2", "0.5"]]
    assert curves_from_rows(rows, ".", RAW, {})["signal"].tolist() == ["dRn"]


def test_two_stages_of_a_run_are_not_mixed_into_one_curve():
    points = [("A1", "g", "1", "0.5"), ("A1", "g", "1", "0.7"), ("A2", "g", "1", "0.5"), ("A2", "g", "1", "0.5")]
    assert curves_from_points(points, "Rn", ".", RAW)["well"].tolist() == ["A2"]


def test_what_is_no_cycle_makes_no_curve():
    points = [("A1", "g", text, "0.5") for text in ("1", "4²", "99999999999", "0", "-1", "Cycle")]
    assert curves_from_points(points, "Rn", ".", RAW)["fluorescence"].tolist() == ["0.5"]


def test_curves_with_wells_across():
    cells = [
        ["", "Cycle", "A1", "", "B2"],
        ["", "1", "0.5", "", "-3"],
        ["", "2", "0.75", "", "4"],
        ["", "end", "", "", ""],
    ]
    assert wide_curves_in(cells) == [("A1", "1", "0.5"), ("B2", "1", "-3"), ("A1", "2", "0.75"), ("B2", "2", "4")]
    assert wide_curves_in([["Cycle", "Rn"], ["1", "0.5"]]) == []
