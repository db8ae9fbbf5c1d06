import math

import pytest


def od(r, c):
    return f"{0.05 + 0.1 * r + 0.01 * c:.3f}"


def test_a_plain_grid(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(grid(od)))
    assert problems == []
    assert len(frame) == 96
    h12 = frame.set_index("well").loc["H12"]
    assert (h12["value"], h12["raw"], h12["place"]) == (0.86, "0.860", "line 9, column 13")
    assert math.isnan(h12["wavelength_nm"])


def test_a_grid_of_names_beside_it_is_left_alone(read_export, lines, grid):
    names = grid(lambda r, c: f"Sample {12 * r + c}")
    facts = [["Sample Wavelength (nm)", 562], ["Reference Wavelength (nm)", -1]]
    frame, problems = read_export("p.csv", lines([*grid(od), [""], *names, [""], *facts]))
    assert problems == []
    assert len(frame) == 96
    assert frame["wavelength_nm"].unique() == [562.0]


def test_two_grids_of_numbers_need_a_choice(read_export, lines, grid):
    text = lines([*grid(od), [""], *grid(lambda r, c: 2)])
    assert [(p.code, p.seen) for p in read_export("p.csv", text)[1]] == [("MG113", "grid 1, grid 2")]
    frame, problems = read_export("p.csv", text, sheet="grid 2")
    assert problems == []
    assert frame["value"].unique() == [2.0]


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_every_separator(read_export, lines, grid, mark):
    frame, problems = read_export("p.txt", lines(grid(od), mark, end="\n"))
    assert problems == []
    assert frame["value"].sum() == pytest.approx(sum(float(od(r, c)) for r in range(8) for c in range(12)))


def test_decimal_commas(read_export, lines, grid):
    comma = [[str(c).replace(".", ",") for c in row] for row in grid(od)]
    frame, problems = read_export("p.csv", lines(comma, ";"))
    assert [p.code for p in problems] == ["MG128"]
    assert frame["value"].iloc[0] == 0.05
    frame, problems = read_export("p.csv", lines(comma))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG124"]


def test_a_bare_plate_is_read_with_a_notice(read_export, lines):
    frame, problems = read_export("p.csv", lines([[od(r, c) for c in range(12)] for r in range(8)]))
    assert [(p.code, p.severity) for p in problems] == [("MG132", "notice")]
    assert frame.set_index("well")["value"]["B3"] == 0.17


def test_part_of_a_plate(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(grid(od, rows=3, columns=4)))
    assert problems == []
    assert set(frame["well"]) == {f"{r}{c}" for r in "ABC" for c in range(1, 5)}


def test_words_in_a_grid_are_named(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(grid(lambda r, c: "see note" if (r, c) == (1, 1) else od(r, c))))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG120", "line 3, column 3", "see note")]
    assert frame.set_index("well")["status"]["B2"] == "missing"


def test_an_excel_date_is_explained(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(grid(lambda r, c: "3-Jan" if (r, c) == (0, 0) else od(r, c))))
    assert [p.code for p in problems] == ["MG122"]
    assert "Excel" in problems[0].message
    assert frame["value"].isna().sum() == 1


def test_a_list(read_export, lines):
    frame, problems = read_export("p.csv", lines([["well", "OD562"], ["a 1", "0.25"], ["H12", ">4.0"]]))
    assert problems == []
    assert frame[["well", "status", "channel", "wavelength_nm"]].values.tolist() == [
        ["A1", "ok", "OD562", 562.0],
        ["H12", "above", "OD562", 562.0],
    ]


def test_a_layout_is_no_plate(read_export, lines, grid):
    frame, problems = read_export("p.csv", lines(grid(lambda r, c: f"condition {r}")))
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG110"]


def test_a_list_amid_a_report_is_no_plate(read_export):
    report = (
        "Group:\tStandards\t1\nSample\tConc\tWells\tValue\nGroup:\tUnknowns\t1\nSample\tWell\tValue\nS1\tB2\t100.5\n"
    )
    frame, problems = read_export("p.txt", report)
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG110"]


def test_wells_over_time(read_export, lines):
    rows = [["Time [s]", "A1", "A2"], [0, 0.1, 0.2], [30, 0.3, 0.4]]
    frame, problems = read_export("p.csv", lines(rows))
    assert problems == []
    assert frame[["well", "time_s", "read_index", "value"]].values.tolist() == [
        ["A1", 0.0, 0, 0.1],
        ["A2", 0.0, 0, 0.2],
        ["A1", 30.0, 1, 0.3],
        ["A2", 30.0, 1, 0.4],
    ]


@pytest.mark.parametrize(
    ("last", "end", "codes"),
    [
        ("0.1", "", ["MG127"]),
        ("0.", "", ["MG127"]),
        ("", "", ["MG127"]),
        ("", "\n", []),
        ("0.104", "", []),
        ("0.1", "\n", []),
        ("OVRFLW", "", []),
    ],
)
def test_a_file_that_ends_within_a_number_is_refused(read_export, last, end, codes):
    frame, problems = read_export("g.csv", f",1,2,3\nA,0.101,0.102,0.103\nB,0.201,0.202,{last}{end}")
    assert [p.code for p in problems] == codes
    assert len(frame) == (0 if codes else 6)


SIZES = [(2, 3), (3, 4), (4, 6), (6, 8), (8, 12), (16, 24), (32, 48)]


def letters(row):
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[row] if row < 26 else "A" + "ABCDEF"[row - 26]


@pytest.mark.parametrize("kind", ["csv", "tsv", "semicolon", "xlsx"])
@pytest.mark.parametrize(("rows", "columns"), SIZES)
def test_grids_and_lists_of_every_plate(read_export, lines, workbook, rows, columns, kind):
    value = {(r, c): round(0.001 * (r * columns + c) + 0.05, 3) for r in range(rows) for c in range(columns)}
    table = [["", *range(1, columns + 1)], *([letters(r), *(value[r, c] for c in range(columns))] for r in range(rows))]
    listed = [["well", "OD570"], *([f"{letters(r)}{c + 1}", v] for (r, c), v in value.items())]
    for cells in (table, listed):
        mark = {"csv": ",", "tsv": "\t", "semicolon": ";"}.get(kind)
        content = lines([[str(c) for c in row] for row in cells], mark) if mark else workbook({"S": cells})
        frame, problems = read_export("p.xlsx" if not mark else "p.txt", content)
        assert problems == []
        assert dict(zip(frame["well"], frame["value"], strict=True)) == {
            f"{letters(r)}{c + 1}": v for (r, c), v in value.items()
        }


@pytest.mark.parametrize(("title", "nm"), [("OD562", 562), ("A450", 450), ("Absorbance 405 nm", 405), ("600", None)])
def test_a_title_or_corner_may_name_the_wavelength(read_export, lines, grid, title, nm):
    expected = [nm] if nm else [math.nan]
    for rows in ([[title], *grid(od)], grid(od, corner=title)):
        frame, problems = read_export("p.csv", lines(rows))
        assert problems == []
        assert frame["wavelength_nm"].unique() == pytest.approx(expected, nan_ok=True)


def test_titled_grids_of_one_plate_are_chosen_by_wavelength(read_export, lines, grid):
    text = lines([["OD450"], *grid(od), [""], ["OD620"], *grid(lambda r, c: "0.040")])
    frame, problems = read_export("p.csv", text, wavelength_nm="620")
    assert problems == []
    assert frame["value"].unique() == [0.04]


def test_plates_of_a_list_are_chosen_by_their_name(read_export, lines):
    rows = [["Plate", "Well", "OD562"], ["day 7", "A1", 0.1], ["day 7", "A2", 0.2], ["day 14", "A1", 0.3]]
    assert [(p.code, p.seen) for p in read_export("p.csv", lines(rows))[1]] == [("MG113", "day 7, day 14")]
    frame, problems = read_export("p.csv", lines(rows), sheet="day 14")
    assert problems == []
    assert frame[["well", "value"]].values.tolist() == [["A1", 0.3]]


def test_a_row_without_its_plate_is_refused(read_export, lines):
    rows = [["Plate", "Well", "OD562"], ["day 7", "A1", 0.1], ["", "A2", 0.2]]
    assert [(p.code, p.place, p.seen) for p in read_export("p.csv", lines(rows))[1]] == [("MG148", "line 3", "A2")]


def test_several_columns_of_values_need_a_choice(read_export, lines):
    rows = [["well", "before", "OD450", "OD620"], ["A1", "x", 0.1, 0.2]]
    assert [p.code for p in read_export("p.csv", lines(rows))[1]] == ["MG117"]
    for row in ({"sheet": "od620"}, {"wavelength_nm": "620"}):
        frame, problems = read_export("p.csv", lines(rows), **row)
        assert problems == []
        assert frame["value"].tolist() == [0.2]


def test_wells_may_be_named_by_row_and_column(read_export, lines):
    rows = [["Row", "Column", "Value"], ["A", 1, 0.1], ["H", 12, 0.2]]
    frame, problems = read_export("p.csv", lines(rows))
    assert problems == []
    assert frame["well"].tolist() == ["A1", "H12"]
    broken = [*rows, ["Z", 99, 0.3]]
    assert [(p.code, p.seen) for p in read_export("p.csv", lines(broken))[1]] == [("MG130", "Z99")]


@pytest.mark.parametrize("times", [["0", "30", "60"], ["0", "300", "600"]])
def test_bare_numbers_above_columns_are_neither_times_nor_wavelengths(read_export, lines, times):
    rows = [["well", *times], ["A1", 0.1, 0.2, 0.3]]
    frame, problems = read_export("p.csv", lines(rows))
    assert len(frame) == 0
    assert [(p.code, p.seen) for p in problems] == [("MG147", ", ".join(times))]


def test_a_well_that_is_listed_twice_is_refused(read_export, lines):
    rows = [["well", "OD562"], ["A1", 0.1], ["A1", 0.2]]
    assert [p.code for p in read_export("p.csv", lines(rows))[1]] == ["MG125"]


def test_a_long_list_over_time(read_export, lines):
    rows = [["well", "Time [min]", "OD405"], ["A1", 0, 0.1], ["A1", 1, 0.2], ["B1", 0.5, 0.3]]
    frame, problems = read_export("p.csv", lines(rows))
    assert problems == []
    found = frame.set_index(["well", "read_index"])[["time_s", "value"]].T.to_dict("list")
    assert found == {("A1", 0): [0.0, 0.1], ("A1", 1): [60.0, 0.2], ("B1", 0): [30.0, 0.3]}


@pytest.mark.parametrize("corner", ["Time [min]", "Well"])
def test_times_across(read_export, lines, corner):
    times = [0, 1, 2] if corner != "Well" else ["0 s", "60 s", "2 min"]
    frame, problems = read_export("p.csv", lines([[corner, *times], ["A1", 0.1, 0.2, ""], ["A2", 0.3, 0.4, ""]]))
    assert problems == []
    assert frame[["well", "time_s", "value"]].values.tolist() == [
        ["A1", 0.0, 0.1],
        ["A2", 0.0, 0.3],
        ["A1", 60.0, 0.2],
        ["A2", 60.0, 0.4],
    ]


@pytest.mark.parametrize(
    "text", ["well,OD562\nA1,0,25\nA2,0,26\n", "Time [s],A1\n0,0,25\n30,0,26\n", "Time [s],0,30\nA1,0,25,0,26\n"]
)
def test_decimal_commas_in_lists_and_courses_of_commas_are_refused(read_export, text):
    frame, problems = read_export("p.csv", text)
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG124"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (";2;3\nA;0,101;0,102;0,103\nB;0,201;0,202;0,203\n", "MG124"),
        (";1;2;3\nA;0,101;;0,102;0,103\nB;0,201;0,202;0,203\n", "MG124"),
        (",1,2,3,,4,5,6\nA,.1,.2,.3,,.4,.5,.6\n", "MG124"),
        (",1,2,3\nA,.1,.2,.3\n\nB,.1,.2,.3\n", "MG168"),
        ("Time [s],A1,A2\n0,.1,.2\n\n30,.1,.2\n", "MG168"),
        ("Time [s],A1,A2\n0,.1,.2\n0,.1,.2\n", "MG149"),
        ("row,column,OD\nA,1,.1\n,,\nA,2,.2\n", "MG130"),
        ("well,OD562,corrected\nA1,.1,9\nA2,9\n", "MG127"),
    ],
)
def test_rows_and_values_that_would_be_lost_or_moved_are_refused(read_export, text, code):
    frame, problems = read_export("p.csv", text)
    assert len(frame) == 0
    assert [p.code for p in problems] == [code]


def test_many_grids_take_time_in_proportion_and_too_many_are_refused(read_export):
    import time

    one, start = ",1,2,3\nA,.1,.2,.3\nB,.1,.2,.3\n\n", time.process_time()
    assert [p.code for p in read_export("p.csv", one * 2000)[1]] == ["MG113"]
    assert time.process_time() - start < 5
    assert [p.code for p in read_export("p.csv", one * 3000)[1]] == ["MG106"]
