import time

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.exports.quantstudio import read
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
