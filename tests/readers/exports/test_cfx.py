"""What data/cfx cannot show: refusals, curves beside the Cq, broken tables."""

import time

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.exports.cfx import READERS, read
from mgassay.readers.registry import read_raw_file
from mgassay.readers.sheets import Content

HEAD = ",Well,Fluor,Target,Content,Sample,Cq,Cq Mean,SQ,Well Note"
ROWS = [
    ",A01,SYBR,RUNX2,Unkn-01,d1,24.5,24.6,NaN,",
    ",A02,SYBR,RUNX2,Unkn-01,d1,24.75,24.6,NaN,",
    ",A03,SYBR,RUNX2,NTC-1,,NaN,0,NaN,",
]


def text(*rows, head=HEAD):
    return "\n".join([head, *(rows or ROWS), ""])


def codes(problems):
    return [p.code for p in problems]


def test_the_mean_is_never_the_cq(read_export):
    frame, problems = read_export("q.csv", text())
    assert problems == []
    assert frame["value"].tolist()[:2] == [24.5, 24.75]
    renamed = text(head=HEAD.replace("Cq,Cq Mean", "Threshold,Cq Mean"))
    frame, problems = read_export("q.csv", renamed)
    assert (len(frame), codes(problems)) == (0, ["MG133"])


def test_wells_that_were_not_used_are_left_out(read_export):
    frame, problems = read_export("q.csv", text(*ROWS, ",A04,SYBR,,,,NaN,0,NaN,", ",A05,SYBR,,,,,,,"))
    assert problems == []
    assert frame["well"].tolist() == ["A1", "A2", "A3"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",A01,SYBR,RUNX2,Unkn-01,d1,24,5,24,6,NaN,", "MG154"),  # decimal commas in a file parted by commas
        (",A01,SYBR,RUNX2,Unkn-01,low, no Pi,24.5,24.6,NaN,", "MG154"),
        (',A01,SYBR,RUNX2,Unkn-01,d1,"24,5","24,6",NaN,', "MG121"),
        (",A01,SYBR,RUNX2,Unkn-01,d1,failed,24.6,NaN,", "MG120"),
        (",A01,SYBR,RUNX2,Unkn-01,1-Mar,24.5,24.6,NaN,", "MG136"),
        (",A02,SYBR,RUNX2,Unkn-01,d1,24.5,24.6,NaN,", "MG125"),
        (",A1x,SYBR,RUNX2,Unkn-01,d1,24.5,24.6,NaN,", "MG130"),
        (",A01,SYBR,RUNX2,Std-01,,24.5,24.6,many,", "MG134"),
        (",A01,SYBR,RUNX2", "MG127"),
        (",,,,,,,,,", "MG130"),  # an empty row amid the wells
    ],
)
def test_broken_rows_are_named(read_export, row, code):
    assert codes(
        read_export("q.csv", text(row, *ROWS[1:]) if code != "MG130" else text(ROWS[0], row, *ROWS[1:]))[1]
    ) == [code]


def test_an_export_cut_off_is_refused(read_export):
    whole = text()
    for cut in range(whole.index("A03") + 4, len(whole) - 1):
        frame, problems = read_export("q.csv", whole[:cut])
        assert (len(frame), codes(problems)) == (0, ["MG127"]), whole[:cut][-20:]


def test_two_tables_in_one_text_are_told_apart_by_their_line(read_export):
    twice = text() + "\n" + text(ROWS[0].replace("24.5", "30.5"))
    assert codes(read_export("q.csv", twice)[1]) == ["MG113"]
    frame, problems = read_export("q.csv", twice, sheet="line 6")
    assert (problems, frame["value"].tolist()) == ([], [30.5])


def test_a_file_of_curves_names_the_file_that_is_needed(read_export, workbook):
    curves = [["", "Cycle", "A1", "A2"], ["", "1", "-14.5", "0.25"], ["", "2", "3.5", "0.5"]]
    _, (problem,) = read_export("q.csv", "\n".join(",".join(r) for r in curves) + "\n")
    assert problem.code == "MG150"
    assert "Quantification Cq Results" in problem.remedy
    _, (problem,) = read_export("q.xlsx", workbook({"SYBR": curves, "Run Information": [["File Name", "r.pcrd"]]}))
    assert problem.code == "MG150"
    assert codes(read_export("q.csv", "Cycle,A1,A2\n1,0.5,0.7\n2,0.5,0.7\n", reader="")[1]) != ["MG150"]  # anybody's


BOOK = {
    "0": [
        [None, "Well", "Fluor", "Target", "Content", "Sample", "Cq", "Cq Mean"],
        [None, "A01", "FAM", "RUNX2", "Unkn-1", "d1", 2.5, 2.5],
        [None, "A01", "VIC", "GAPDH", "Unkn-1", "d1", 1.5, 1.5],
    ],
    "FAM": [[None, "Cycle", "A1", "B1"], [None, 1, -1.5, 0], [None, 2, 10.25, 0], [None, 3, 20, 0]],
    "VIC": [[None, "Cycle", "A1", "B1"], [None, 1, 0.5, 0], [None, 2, 11.25, 0], [None, 3, 21, 0]],
    "Run Information": [["File Name", "r.pcrd"]],
}


def test_curves_in_the_same_workbook_belong_to_their_dye(tmp_path, workbook):
    path = tmp_path / "q.xlsx"
    path.write_bytes(workbook(BOOK))
    export = read_raw_file(path, RawFile(file="q.xlsx", assay="qpcr", plate="P"), Problems()).export
    assert export.readings["cycles"].unique().tolist() == [3]
    assert export.amplification[["well", "target", "signal", "fluorescence"]].values.tolist() == [
        ["A1", "RUNX2", "RFU", "-1.5;10.25;20.0"],
        ["A1", "GAPDH", "RFU", "0.5;11.25;21.0"],
    ]


def test_the_sheet_of_the_workbook_may_be_named(read_export, workbook):
    assert codes(read_export("q.xlsx", workbook({"0": BOOK["0"], "1": BOOK["0"]}))[1]) == ["MG113"]
    book = workbook({"plate 1": BOOK["0"], "plate 2": BOOK["0"]})
    assert codes(read_export("q.xlsx", book)[1]) == ["MG113"]
    assert codes(read_export("q.xlsx", book, sheet="Plate 2")[1]) == []
    assert codes(read_export("q.xlsx", book, sheet="plate 3")[1]) == ["MG115"]


def test_a_plate_is_read_quickly():
    rows = [
        f",{r}{c:02},SYBR,RUNX2,Unkn-{c:02},d{c},2{c % 10}.5,24,NaN," for r in "ABCDEFGHIJKLMNOP" for c in range(1, 25)
    ]
    raw = RawFile(file="q", assay="qpcr", plate="P")
    read(Content("warm", text()), raw, Problems())
    start = time.process_time()
    content = Content("q", text(*rows))
    assert READERS[0].detect(content)
    assert len(read(content, raw, Problems()).readings) == 384
    assert time.process_time() - start < 0.2


def test_a_name_too_many_in_the_header_never_makes_the_mean_the_cq(read_export):
    head = ",Well,Fluor,Target,Content,Sample,,Cq,Cq Mean"
    rows = [",A01,SYBR,RUNX2,Unkn-1,s,24.5,24.9", ",A02,SYBR,RUNX2,Unkn-1,s,24.75,24.9"]
    for end in ("", ","):
        frame, problems = read_export("q.csv", text(*(row + end for row in rows), head=head))
        assert (len(frame), codes(problems)) == (0, ["MG154"])


def test_a_quoted_quantity_with_a_decimal_comma_is_no_thousand(read_export):
    row = ',A01,SYBR,RUNX2,Std-01,,24.5,24.6,"0,001",'
    frame, problems = read_export("q.csv", text(row, *ROWS[1:]))
    assert (frame["quantity"].tolist()[0], codes(problems)) == (0.001, ["MG172"])


@pytest.mark.parametrize(
    "below",
    [
        [[], [None, "A02", "FAM", "RUNX2", "Unkn-1", "d2", None, 0]],  # a non-detect below an empty row
        [[None, None, "VIC", "GAPDH", "Unkn-1", "d1", 20.5, 20.5]],  # a well merged over its targets
        [[None, None, "VIC", "GAPDH", "Unkn-1", "d1", None, 0]],
    ],
)
def test_no_result_at_the_end_of_a_workbook_is_lost(read_export, workbook, below):
    frame, problems = read_export("q.xlsx", workbook({"0": [*BOOK["0"], *below]}))
    assert (len(frame), codes(problems)) == (0, ["MG130"])
