import pytest

from mgassay.readers.grid_checks import column_run, heads_grid


@pytest.mark.parametrize(
    ("cells", "run"),
    [
        (["", "Reading:", "", "1", "", "1", "2", "3"], (5, (1, 2, 3))),
        (["x", "12", "13"], (1, (12, 13))),
        (["x", "47", "48", "49"], (1, (47, 48))),
        (["x", "1"], None),
        (["x", "0.1", "0.2"], None),
    ],
)
def test_runs_of_column_numbers(cells, run):
    assert column_run(cells) == run


@pytest.mark.parametrize(
    ("cells", "is_header"),
    [
        (["", "1", "2"], True),
        (["<>", "01", "02", "03"], True),
        (["B", "1", "2"], False),  # readings that look like column numbers
        (["1", "2"], False),
        (["Mean", "0.1", "0.2"], False),
    ],
)
def test_a_header_of_column_numbers_has_no_letter_before_them(cells, is_header):
    assert heads_grid(cells) is is_header


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("A,.1,.2,.3\nB,.1,.2,.3\nC,.1,.2,.3\nD,.1,.2,.3\nE,.1,.2,.3\n,.9,.9,.9\n", "MG168"),  # a letter is lost
        ("A,.1,.2,.3\nB,.1,.2,.3\nC,.1,.2,.3\nD,.1,.2,.3\nE,.1,.2,.3\nRow F,.9,.9,.9\n", "MG168"),
        ("A,.1,.2,.3\nB,.1,.2,.3\n,,.9,\n", "MG168"),  # a value was pushed out below the plate
        ("A,.1,.2,.3\nB,.1,.2,.3\nMean,.1,.2,.3\n", "MG135"),  # the lab's own, below a whole plate
    ],
)
def test_what_stands_right_below_a_grid(read_export, rows, code):
    frame, problems = read_export("p.csv", f",1,2,3\n{rows}")
    assert [p.code for p in problems] == [code]
    assert len(frame) == (6 if code == "MG135" else 0)


def test_a_first_row_behind_the_numbers_is_refused(read_export):
    frame, problems = read_export("p.csv", ",1,2,3,A,0.1,0.2,0.3\nB,0.4,0.5,0.6\nC,0.4,0.5,0.6\n")
    assert len(frame) == 0
    assert [p.code for p in problems] == ["MG124"]


def test_a_plate_without_any_number_is_refused(read_export):
    assert [p.code for p in read_export("p.csv", "well,,value\nA1,.5,\nA2,.6,\n")[1]] == ["MG126"]
