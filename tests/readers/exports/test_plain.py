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
    [("0.1", "", ["MG127"]), ("0.", "", ["MG127"]), ("0.104", "", []), ("0.1", "\n", []), ("OVRFLW", "", [])],
)
def test_a_file_that_ends_within_a_number_is_refused(read_export, last, end, codes):
    frame, problems = read_export("g.csv", f",1,2,3\nA,0.101,0.102,0.103\nB,0.201,0.202,{last}{end}")
    assert [p.code for p in problems] == codes
    assert len(frame) == (0 if codes else 6)
