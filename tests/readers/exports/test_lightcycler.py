"""What data/lightcycler480 and lightcycler96 cannot show: refusals and broken tables."""

import pytest

from mgassay.readers.exports.lightcycler import READERS, task_from_standard
from mgassay.readers.reader import FORMAT_ONLY, REAL

TITLE = "Experiment: Mg 1  Selected Filter: SYBR Green I / HRM Dye (483-533)"
HEAD = "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus"
ROWS = ["True\t255\tA1\td1\t22.78\t\t0\t", "True\t255\tA2\td1\t22.81\t\t0\t", "True\t65280\tA3\twater\t\t\t0\t"]


def text(*rows, head=HEAD):
    return "\r\n".join([TITLE, head, *(rows or ROWS), ""])


def codes(problems):
    return [p.code for p in problems]


def test_only_the_480_was_tried_on_real_exports():
    assert [r.evidence for r in READERS] == [REAL, FORMAT_ONLY]


def test_no_cp_is_no_number_and_its_cycles_are_not_known(read_export):
    frame, problems = read_export("q.txt", text())
    assert problems == []
    assert frame["status"].tolist() == ["ok", "ok", "undetermined"]
    assert frame["cycles"].isna().all()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("True\t255\tA1\td1\t22,78\t\t0\t", "MG121"),  # the other row has a point
        ("True\t255\tA1\td1\tlow\t\t0\t", "MG120"),
        ("True\t255\tA2\td1\t22.78\t\t0\t", "MG125"),
        ("True\t255\t\td1\t22.78\t\t0\t", "MG130"),
        ("True\t255\tA1", "MG127"),
        ("True\t255\tA1\td1\t22.78\t\tten\t", "MG134"),
        ("True\t255\tA1\td\t1\t22.78\t\t0\t\tx", "MG154"),
    ],
)
def test_broken_rows_are_named(read_export, row, code):
    assert codes(read_export("q.txt", text(row, *ROWS[1:]))[1]) == [code]


def test_an_export_cut_off_in_its_last_row_is_refused(read_export):
    whole = text(*ROWS[:2])
    for cut in range(whole.index("A2") + 2, whole.rindex("\t")):
        frame, problems = read_export("q.txt", whole[:cut])
        assert (len(frame), codes(problems)) == (0, ["MG127"]), whole[:cut][-20:]


def test_raw_fluorescence_names_the_table_that_is_needed(read_export):
    title = "Raw Data \t\tExperiment - Mg 1 (Run on LCS480 1.5.0.39)\n"
    head = "SamplePos\tSampleName\tProg#\tSeg#\tCycle#\tTime\tTemp\t483-533\t\n"
    _, (problem,) = read_export("q.txt", title + head + "A1\tSample 1\t2\t2\t1\t230650\t59.92\t0.26\n" * 3)
    assert problem.code == "MG150"
    assert "Cp table" in problem.remedy


def test_two_tables_one_after_the_other_are_not_taken_for_one(read_export):
    assert codes(read_export("q.txt", text() + text())[1]) == ["MG113"]


HEAD_96 = "Color\tPosition\tGene\tCondition Name\tCq\tSample Type\tExcluded\tCall"


def test_a_call_decides_whether_the_96s_cq_is_one(read_export):
    rows = ["#1\tA1\tRUNX2\tlow\t36.5\tUnknown\tFalse\tNegative", "#1\tA2\tRUNX2\tlow\t30.5\tUnknown\tTrue\tNegative"]
    frame, problems = read_export("q.txt", "\n".join([HEAD_96, *rows, ""]))
    assert problems == []
    assert frame["status"].tolist() == ["undetermined", "omitted"]
    assert frame["value"].isna().tolist() == [True, False]
    assert frame["raw"].tolist() == ["36.5", "30.5"]


def test_a_mean_is_no_cq_of_the_96(read_export):
    row = "#1\tA1\tRUNX2\tlow\t36.5\tUnknown\tFalse\tPositive"
    text_96 = "\n".join([HEAD_96.replace("\tCq\t", "\tCq Mean\t"), row, ""])
    assert codes(read_export("q.txt", text_96)[1]) == ["MG110"]
    assert codes(read_export("q.txt", text_96, reader="lightcycler96")[1]) == ["MG126"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([ROWS[0], "True\t255\tA2\t22.81\t\t0\t", ROWS[2]], "MG127"),  # the name was lost: no Cp is no non-detect
        ([ROWS[0], "", ROWS[2]], "MG130"),
        ([ROWS[0], "by hand", ROWS[2]], "MG130"),
        ([ROWS[0], ROWS[1].replace("True", "Nein")], "MG170"),
        ([ROWS[0], ROWS[1].replace("True", "")], "MG170"),
    ],
)
def test_no_row_is_misread_in_silence(read_export, rows, code):
    assert codes(read_export("q.txt", text(*rows))[1]) == [code]


@pytest.mark.parametrize("written", ["1,250.5", "1.250,5", "0.001", "0,5"])
def test_a_concentration_in_any_writing_makes_a_standard(written):
    assert task_from_standard(written) == "Standard"


def test_standards_with_a_point_beside_cp_with_a_comma(read_export):
    frame, problems = read_export("q.txt", text("True\t255\tA1\tS1\t22,5\t\t0.001\t"))
    assert (frame["quantity"].tolist(), codes(problems)) == ([0.001], ["MG128", "MG172"])


def test_words_of_the_96_that_are_not_known(read_export):
    rows = ["#1\tA1\tRUNX2\tlow\t36.5\tUnknown\tX\tPositive", "#1\tA2\tRUNX2\tlow\t30.5\tUnknown\tFalse\tneg"]
    frame, problems = read_export("q.txt", "\n".join([HEAD_96, *rows, ""]))
    assert frame["status"].tolist() == ["omitted", "ok"]
    assert [(p.code, p.seen, p.place) for p in problems] == [("MG170", "neg", "line 3, column 8")]


def test_a_non_detect_of_the_96_below_a_gap_is_not_lost(read_export):
    rows = ["#1\tA1\tRUNX2\tlow\t36.5\tUnknown\tFalse\t", "", "#1\tA2\tRUNX2\tlow\t\tUnknown\tFalse\t"]
    assert codes(read_export("q.txt", "\n".join([HEAD_96, *rows, ""]))[1]) == ["MG130"]
