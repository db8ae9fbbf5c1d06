import time

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.exports.quantstudio import detect, read
from mgassay.readers.registry import read_raw_file
from mgassay.readers.sheets import Content

HEAD = ["* Block Type = 96-Well Block (0.2mL)", "* Quantification Cycle Method = Ct", ""]
NAMES = "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tRQ\t{cq}\tCt Mean\tQuantity\tBaseline End"
ROWS = [
    "1\tA1\tfalse\tdonor 1\tRUNX2\tUNKNOWN\tFAM\t1.000\t25.123\t25.2\t\t22",
    "1\tA1\tfalse\tdonor 1\tGAPDH\tUNKNOWN\tVIC\t\t18.001\t18.0\t\t15",
    "2\tA2\ttrue\tdonor 1\tRUNX2\tUNKNOWN\tFAM\t1.000\t31.900\t25.2\t\t28",
    "3\tA3\tfalse\t\tRUNX2\tNTC\tFAM\t\tUndetermined\t\t\t39",
    "4\tA4\tfalse\tS1\tRUNX2\tSTANDARD\tFAM\t\t16.500\t16.4\t100,000,000.000\t14",
    "5\tA5\tfalse\tdonor 2\tRUNX2\tUNKNOWN\tFAM\t\t\t\t\t",
    "6\tA6\tfalse\t\t\t\t\t\t\t\t\t",
]


def export(*rows, cq="CT", before=(), head=HEAD):
    return "\n".join([*head, *before, "[Results]", NAMES.format(cq=cq), *rows]) + "\n"


def test_every_kind_of_row(read_export):
    frame, problems = read_export("q.txt", export(*ROWS))
    assert problems == []
    assert frame["well"].tolist() == ["A1", "A1", "A2", "A3", "A4", "A5"]  # A6 holds nothing
    assert frame["status"].tolist() == ["ok", "ok", "omitted", "undetermined", "ok", "missing"]
    assert frame["value"].tolist()[:3] == [25.123, 18.001, 31.9]
    assert frame["value"].isna().tolist() == [False, False, False, True, False, True]
    assert frame["channel"].tolist()[:2] == ["RUNX2", "GAPDH"]
    assert frame["task"].tolist()[2:5] == ["UNKNOWN", "NTC", "STANDARD"]
    assert frame["sample"].iloc[0] == "donor 1"
    assert frame["quantity"].iloc[4] == 1e8
    assert frame["place"].iloc[0] == "line 6, column 9"
    assert frame["cycles"].isna().all()


@pytest.mark.parametrize("cq", ["CT", "Ct", "Cт", "Cq", "Cp", "Crt"])
def test_cq_by_any_name(read_export, cq):
    frame, problems = read_export("q.txt", export(*ROWS, cq=cq))
    assert problems == []
    assert frame["value"].iloc[0] == 25.123


def test_without_a_section_title_the_header_is_found(read_export):
    text = export(*ROWS).replace("[Results]\n", "").replace("\n".join(HEAD) + "\n", "")
    frame, problems = read_export("q.txt", text)
    assert problems == []
    assert (len(frame), frame["place"].iloc[0]) == (6, "line 2, column 9")


def amplification(last):
    return [
        "[Amplification Data]",
        "Well\tCycle\tTarget Name\tRn",
        *(f"1\t{k}\tRUNX2\t0.5" for k in range(1, last + 1)),
        "",
    ]


def test_cycles_come_from_the_amplification_data_when_they_are_whole(read_export):
    frame, _ = read_export("q.txt", export(*ROWS, before=amplification(40)))
    assert frame["cycles"].unique().tolist() == [40]
    frame, _ = read_export("q.txt", export(*ROWS, before=amplification(30)))  # ends before a baseline at 39
    assert frame["cycles"].isna().all()


def test_cycles_come_from_the_header_first(read_export):
    frame, _ = read_export("q.txt", export(*ROWS, head=[*HEAD, "* Cycles = 45", ""], before=amplification(40)))
    assert frame["cycles"].unique().tolist() == [45]


@pytest.mark.parametrize(
    ("row", "code", "place"),
    [
        ("1\tA1\tfalse\ts\tRUNX2\tUNKNOWN\tFAM\t\tno idea\t\t\t", "MG120", "line 6, column 9"),
        ("1\tA1\tfalse\ts\tRUNX2\tUNKNOWN\tFAM\t\t25-Mar\t\t\t", "MG122", "line 6, column 9"),
        ("1\tA1\tfalse\ts\tRUNX2\tSTANDARD\tFAM\t\t25.1\t\ta lot\t", "MG134", "line 6, column 11"),
        ("1\tPlate\tfalse\ts\tRUNX2\tUNKNOWN\tFAM\t\t25.1\t\t\t", "MG130", "line 6, column 2"),
        ("1\tA1\tfalse\ts\tRUNX2", "MG127", "line 6"),
    ],
)
def test_broken_rows_are_named(read_export, row, code, place):
    frame, problems = read_export("q.txt", export(row))
    assert [(p.code, p.place) for p in problems] == [(code, place)]
    assert not (frame["status"] == "ok").any() or code == "MG134"


def test_a_run_cut_off_in_its_last_row_is_refused(read_export):
    text = export(*ROWS[:2])
    frame, problems = read_export("q.txt", text[: text.rindex("18.001") + 3])
    assert len(frame) == 0
    assert [(p.code, p.place) for p in problems] == [("MG127", "line 7")]


def test_a_target_twice_in_a_well_is_refused(read_export):
    frame, problems = read_export("q.txt", export(ROWS[0], ROWS[0]))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG125"]


@pytest.mark.parametrize(("text", "code"), [(export(), "MG126"), (export(*ROWS, cq="Ct Mean"), "MG126")])
def test_a_table_without_cq_is_refused(read_export, text, code):
    assert [p.code for p in read_export("q.txt", text)[1]] == [code]


def test_a_table_without_wells_is_refused(read_export):
    text = export(*ROWS).replace("Well\tWell Position", "No\tPosition")
    assert [p.code for p in read_export("q.txt", text)[1]] == ["MG133"]


def test_decimal_commas_of_cq_and_quantity(read_export):
    row = "4\tA4\tfalse\tS1\tRUNX2\tSTANDARD\tFAM\t\t16,51\t16,4\t1.250,500\t14"
    frame, problems = read_export("q.txt", export(row))
    assert [(p.code, p.severity) for p in problems] == [("MG128", "notice")]
    assert frame[["value", "quantity"]].values.tolist() == [[16.51, 1250.5]]


def test_a_workbook(read_export, workbook):
    rows = [line.split("\t") for line in [NAMES.format(cq="Cт"), *ROWS[:2]]]
    rows[1][8] = 25.5
    book = workbook(
        {"Sample Setup": [["Well", "Sample Name"]], "Results": [["Block Type", "96"], [], *rows, [], ["End"]]}
    )
    frame, problems = read_export("q.xlsx", book)
    assert [(p.code, p.seen) for p in problems] == [("MG135", "row 7: End")]
    assert frame[["sheet", "place", "well", "value"]].values.tolist() == [
        ["Results", "I4", "A1", 25.5],
        ["Results", "I5", "A1", 18.001],
    ]
    assert [p.code for p in read_export("q.xlsx", book, sheet="Reslts")[1]] == ["MG115"]


def test_a_hundred_plates_of_results_are_read_in_a_second():
    wells = [f"{r}{c}" for r in "ABCDEFGHIJKLMNOP" for c in range(1, 25)]
    rows = [
        f"{k}\t{well}\tfalse\tdonor {k % 7}\tGENE{t}\tUNKNOWN\tFAM\t1.0\t{20 + k % 15}.{t:03}\t25.2\t\t22"
        for t in range(100)
        for k, well in enumerate(wells)
    ]
    text = export(*rows, before=amplification(40))
    read(Content("warm", export(*ROWS)), RawFile(file="q", assay="qpcr", plate="P"), Problems())
    start = time.process_time()
    frame = read(Content("q", text), RawFile(file="q", assay="qpcr", plate="P"), Problems()).readings
    assert time.process_time() - start < 1.0
    assert len(frame) == 38_400
    assert frame["value"].iloc[-1] == 20 + 383 % 15 + 0.099


def test_decimal_commas_with_three_decimals_cannot_be_thousands(read_export):
    rows = [r.replace("25.123", "25,123").replace("18.001", "18,001") for r in ROWS[:2]]
    frame, problems = read_export("q.txt", export(*rows))
    assert [p.code for p in problems] == ["MG128"]
    assert frame["value"].tolist() == [25.123, 18.001]


def codes(problems):
    return [p.code for p in problems]


NUMBERED = (
    "{head}[Results]\nWell\tSample Name\tTarget Name\tTask\tCT\tCt Mean\n{well}\td1\tRUNX2\tUNKNOWN\t24.5\t24.5\n"
)


@pytest.mark.parametrize(
    ("block", "well", "named"),
    [
        ("* Block Type = 96-Well Block (0.1mL)\n\n", "13", "B1"),
        ("* Block Type = 384-Well Block\n\n", "13", "A13"),
        ("* Block Type = 48well\n\n", "9", "B1"),
        ("* Block Type = 96fast\n\n", "96", "H12"),
        ("", "97", "E1"),  # no 96-well block has a well 97
    ],
)
def test_numbered_wells_are_counted_along_the_rows_of_their_block(read_export, block, well, named):
    frame, problems = read_export("q.txt", NUMBERED.format(head=block, well=well))
    assert problems == []
    assert frame["well"].tolist() == [named]


def test_relative_results_of_a_7900(read_export):
    head = "SDS 2.3\tRQ Results\t1.2\nFilename\tMg\n\n#\tPlate\tPos\tFlag\tSample\tDetector\tTask\tCt\tDelta Ct\tOmit\n"
    rows = [
        "1\tP1\tA1\tPassed\td1\tRUNX2\tTarget\t24.5\t3\tFALSE\n",
        "2\tP1\tA2\tFlagged\td1\tRUNX2\tTarget\t30.5\t3\tTRUE\n",
    ]
    frame, problems = read_export("q.txt", head + "".join(rows))
    assert problems == []
    assert frame[["well", "value", "status"]].values.tolist() == [["A1", 24.5, "ok"], ["A2", 30.5, "omitted"]]


def test_numbered_wells_of_an_unknown_block_are_refused(read_export):
    for well in ("13", "400"):
        frame, problems = read_export("q.txt", NUMBERED.format(head="", well=well))
        assert (len(frame), codes(problems)) == (0, ["MG152"])
    frame, problems = read_export("q.txt", NUMBERED.format(head="* Block Type = 96-Well Block\n\n", well="97"))
    assert (len(frame), codes(problems)) == (0, ["MG130"])


def curves_of(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    read_back = read_raw_file(path, RawFile(file=name, assay="qpcr", plate="P"), Problems()).export.amplification
    return read_back[["well", "target", "signal", "first_cycle", "fluorescence"]].values.tolist()


def test_curves_of_wells_that_the_results_do_not_list_are_named_by_the_block(tmp_path):
    section = ["[Amplification Data]", "Well\tCycle\tTarget Name\tRn\tDelta Rn"]
    points = ["1\t1\tRUNX2\t0.5\t0", "1\t2\tRUNX2\t1,000.5\t0", "13\t1\tRUNX2\t0.75\t0"]
    text = export(ROWS[0], before=[*section, *points, ""])
    assert curves_of(tmp_path, "q.txt", text) == [
        ["A1", "RUNX2", "Rn", 1, "0.5;1000.5"],
        ["B1", "RUNX2", "Rn", 1, "0.75"],
    ]


def test_curves_of_a_design_and_analysis_workbook(tmp_path, workbook):
    book = {
        "Results": [["Block Type", "96-Well"], [], ["Well Position", "Target", "Cq"], ["A2", "RUNX2", 2.5]],
        "Amplification Data": [
            ["Block Type", "96-Well"], [], ["Well Position", "Cycle Number", "Target", "Rn", "dRn"],
            *(["A2", c, "RUNX2", c / 4, 0.0] for c in (1, 2, 3)),
        ],
    }  # fmt: skip
    assert curves_of(tmp_path, "q.xlsx", workbook(book)) == [["A2", "RUNX2", "Rn", 1, "0.25;0.5;0.75"]]


@pytest.mark.parametrize(
    "text",
    [
        "# Block Type: 96-Well\nWell,Well Position,Cycle Number,Target,Rn,dRn\n" + "1,A1,1,RUNX2,0.5,0.1\n" * 2,
        "[Amplification Data]\nWell\tCycle\tTarget Name\tRn\tDelta Rn\n1\t1\tRUNX2\t0.5\t0.1\n",
    ],
)
def test_curves_alone_name_the_file_that_is_needed(read_export, text):
    frame, (problem,) = read_export("q.csv", text)
    assert (len(frame), problem.code) == (0, "MG150")
    assert "Results" in problem.remedy


def test_several_sheets_of_results(read_export, workbook):
    rows = [["Well", "Omit", "Sample", "Sample type", "Target", "Cq"], ["A1", "No", "d1", "UNKNOWN", "RUNX2", 24.5]]
    other = [rows[0], ["A1", "No", "d1", "UNKNOWN", "RUNX2", 30.5]]
    assert codes(read_export("q.xlsx", workbook({"run 1": rows, "run 2": other}))[1]) == ["MG113"]
    frame, problems = read_export("q.xlsx", workbook({"run 1": rows, "run 2": other}), sheet="run 2")
    assert (problems, frame["value"].tolist()) == ([], [30.5])
    frame, problems = read_export("q.xlsx", workbook({"Well Call": other, "Primary_result": rows}))
    assert (problems, frame["value"].tolist()) == ([], [24.5])


def test_rows_after_a_gap_are_not_lost_in_silence(read_export, workbook):
    gap = export(*ROWS[:2], "\t" * 11, *ROWS[2:])
    frame, problems = read_export("q.txt", gap)
    assert (len(frame), codes(problems)) == (0, ["MG130"])
    frame, problems = read_export("q.txt", export(*ROWS[:2], "", *ROWS[2:]))
    assert (len(frame), codes(problems)) == (0, ["MG130"])
    rows = [line.split("\t") for line in (NAMES.format(cq="CT"), *ROWS[:2])]
    frame, problems = read_export("q.xlsx", workbook({"Results": [*rows[:2], [], rows[2]]}))
    assert (len(frame), codes(problems)) == (0, ["MG130"])


def test_two_results_in_one_text_are_refused(read_export):
    assert codes(read_export("q.txt", export(*ROWS) + "\n" + export(*ROWS))[1]) == ["MG113"]


def test_a_sample_with_a_comma_in_a_file_of_commas_shifts_nothing(read_export):
    head = "Well,Omit,Sample,Target,Task,Cq,Amp Status\n"
    rows = ["A1,FALSE,d1,RUNX2,Unknown,24.5,AMP\n", "A2,FALSE,d2, low,RUNX2,Unknown,25.5,AMP\n"]
    assert codes(read_export("q.csv", head + "".join(rows))[1]) == ["MG154"]
    quoted = rows[1].replace("d2, low", '"d2, low"')
    frame, problems = read_export("q.csv", head + rows[0] + quoted)
    assert (problems, frame["sample"].tolist()) == ([], ["d1", "d2, low"])


def test_truth_in_the_language_of_the_spreadsheet(read_export):
    rows = [ROWS[0].replace("false", "FALSCH"), ROWS[2].replace("true", "WAHR")]
    assert read_export("q.txt", export(*rows))[0]["status"].tolist() == ["ok", "omitted"]


@pytest.mark.parametrize(
    ("header", "ours"),
    [
        ("Well,Sample Name,Detector,Task,Ct", True),
        ("#,Plate,Pos,Flag,Sample,Detector,Task,Ct", True),
        ("Well Position,Cq", True),
        ("Well,Omit,Sample,Sample type,Target,Cq", True),
        (",Well,Fluor,Target,Content,Sample,Cq", False),  # Bio-Rad
        ("Include,Color,Pos,Name,Cp", False),  # Roche
        ("Color,Position,Gene,Cq", False),
        ("Well,Sample Name,Ct Mean", False),
    ],
)
def test_only_headers_of_this_family_are_claimed(header, ours):
    assert detect(Content("q.csv", text=header + "\n" + "A1,1,2,3,4,5,6,7\n" * 3)) == ours


def test_semicolons_and_decimal_commas(read_export):
    rows = [
        "# Block Type: 96-Well",
        "Well;Well Position;Omit;Sample;Target;Task;Cq;Cq Mean;Quantity",
        "1;A1;FALSE;d1;RUNX2;UNKNOWN;24,125;24,1;",
        "2;A2;FALSE;S1;RUNX2;STANDARD;20;20;0,25",
        "3;A3;FALSE;;RUNX2;NTC;UNDETERMINED;;",
    ]
    frame, problems = read_export("q.csv", "\r\n".join([*rows, ""]))
    assert codes(problems) == ["MG128"]
    assert frame["value"].tolist()[:2] == [24.125, 20.0]
    assert frame["quantity"].tolist()[1] == 0.25
    assert frame["status"].tolist() == ["ok", "ok", "undetermined"]


HEAD_7500 = "Well,Sample Name,Target Name,Task,Reporter,Ct,Ct Mean,Qty\n"


def test_a_lost_cell_amid_a_table_never_makes_a_mean_the_cq(read_export):
    rows = ["A1,d1,RUNX2,UNKNOWN,32.055,32.2193,\n", "A2,d1,RUNX2,UNKNOWN,FAM,32.4,32.2193,\n"]
    frame, problems = read_export("q.csv", HEAD_7500 + "".join(rows))
    assert (len(frame), [(p.code, p.place, p.seen) for p in problems]) == (0, [("MG127", "line 2", "7 of 8 values")])


def test_a_last_row_whose_sample_is_called_like_a_setting_is_not_lost(read_export):
    rows = "A1\ts\tRUNX2\tUNKNOWN\t22.5\n\tx = y\tRUNX2\tUNKNOWN\t23.5\n"
    frame, problems = read_export("q.txt", f"[Results]\nWell\tSample Name\tTarget Name\tTask\tCT\n{rows}")
    assert (len(frame), codes(problems)) == (0, ["MG130"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NUMBERED.format(head="* Block Type = " + "9" * 5000 + "\n\n", well="13"), "MG152"),
        (NUMBERED.format(head="* Block Type = 96\n\n", well="9" * 5000), "MG130"),
    ],
)
def test_numbers_of_any_length_are_no_wells(read_export, text, code):
    assert codes(read_export("q.txt", text)[1]) == [code]


def test_a_non_detect_that_the_lab_set_to_the_last_cycle(read_export):
    rows = [ROWS[0], ROWS[1].replace("18.001", "40.000"), ROWS[2].replace("31.900", "40.000")]
    for how in ({"before": amplification(40)}, {"head": [*HEAD, "* Number of cycles = 40", ""]}):
        frame, problems = read_export("q.txt", export(*rows, **how))
        assert frame["status"].tolist() == ["ok", "undetermined", "omitted"]
        assert frame["raw"].tolist()[1] == "40.000"
        assert [(p.code, p.seen) for p in problems] == [("MG171", "40.000")]


def test_the_slope_below_the_wells_of_a_7900_is_no_well(read_export):
    head = "SDS 2.3\tAQ Results\t1.0\n\nWell\tSample Name\tDetector Name\tTask\tCt\tQuantity\t\n"
    below = "Slope\t\tcycles/log decade\nY-Intercept\t\t\nR^2\t\t\n\n\nNAP\tLPL\n\t\n"
    frame, problems = read_export("q.txt", f"{head}97\ts\tRUNX2\tUnknown\t22.5\t\t\n{below}")
    assert (frame["well"].tolist(), codes(problems)) == (["E1"], ["MG135"])


def test_quoted_cells_of_the_amplification_data_count_cycles_too(read_export):
    rows = [
        "[Amplification Data]",
        '"Well","Cycle","Target Name","Rn"',
        *(f'"1","{k}","RUNX2","0.5"' for k in range(1, 36)),
    ]
    results = ["[Results]", '"Well","Well Position","Sample Name","Target Name","Task","CT"',
               '"1","A1","s","RUNX2","UNKNOWN","22.1"']  # fmt: skip
    frame, problems = read_export("q.csv", "\n".join([*rows, *results]) + "\n")
    assert problems == []
    assert frame["cycles"].tolist() == [35]
