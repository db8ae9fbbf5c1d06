import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.courses import seconds_from, time_courses_in
from mgassay.readers.exports.plain import is_value
from mgassay.readers.shapes import bare_grid_in, column_run, grids_in, nearest_above, title_above, well_lists_in
from mgassay.readers.sheets import sheet_from_lines
from mgassay.wellnames import PLATE_SHAPES, row_letters


def sheet(*lines):
    return sheet_from_lines(lines, ",")


def values(shape, found):
    return {spot.well: found.cell(spot.row, spot.col) for spot in shape}


@pytest.mark.parametrize(("rows", "columns"), PLATE_SHAPES)
def test_grids_of_every_plate_are_found_by_their_labels(rows, columns):
    body = [",".join([row_letters(r), *(f"{r}.{c:02}" for c in range(columns))]) for r in range(rows)]
    found = sheet("Title", "," + ",".join(map(str, range(1, columns + 1))), *body, "", "End")
    (grid,) = grids_in(found)
    assert len(grid.spots()) == rows * columns
    assert values(grid.spots(), found)[f"{row_letters(rows - 1)}{columns}"] == f"{rows - 1}.{columns - 1:02}"


def test_part_of_a_plate_keeps_the_names_of_its_wells():
    found = sheet("<>,4,5,6", "C,0.1,0.2,0.3", "E,0.4,0.5,0.6")
    (grid,) = grids_in(found)
    assert grid.corner == "<>"
    assert values(grid.spots(), found) == dict(C4="0.1", C5="0.2", C6="0.3", E4="0.4", E5="0.5", E6="0.6")


def test_a_grid_may_stand_anywhere_with_padded_column_numbers():
    found = sheet(",Reading:,,1,,01,02,03", ",,,,A,1,2,3", ",,,,B,4,5,6")
    (grid,) = grids_in(found)
    assert values(grid.spots(), found) == dict(A1="1", A2="2", A3="3", B1="4", B2="5", B3="6")


def test_two_grids_are_two_grids_and_letters_never_go_back():
    found = sheet(",1,2", "A,1,2", "B,3,4", "A,9,9", ",1,2", "A,5,6")
    assert [values(g.spots(), found)["A1"] for g in grids_in(found)] == ["1", "5"]


def test_rows_that_continue_a_letter():
    found = sheet(",1,2", "A,1,2,raw", ",3,4,computed", "B,5,6,raw", "", "x")
    (grid,) = grids_in(found, continued=True)
    assert [(letter, grid.label(row)) for letter, row in grid.rows] == [("A", "raw"), ("A", "computed"), ("B", "raw")]


def test_a_row_that_was_cut_off_is_refused():
    (grid,) = grids_in(sheet(",1,2,3", "A,1,2,3", "B,4"))
    with pytest.raises(UnreadableError) as refused:
        grid.spots()
    assert (refused.value.code, refused.value.place) == ("MG127", "line 3")


def test_decimal_commas_in_a_file_of_commas_are_refused():
    (grid,) = grids_in(sheet(",1,2", "A,0,123,0,456"))
    with pytest.raises(UnreadableError) as refused:
        grid.check_width()
    assert (refused.value.code, refused.value.seen) == ("MG124", "0")


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


def bare(rows, columns):
    return [",".join(f"0.{r}{c:02}" for c in range(columns)) for r in range(rows)]


def test_a_bare_plate_is_read_from_the_top():
    found = sheet("my plate", *bare(8, 12), "")
    grid = bare_grid_in(found, is_value)
    assert values(grid.spots(), found)["C4"] == "0.203"
    headed = sheet(",".join(map(str, range(1, 13))), *bare(8, 12))
    assert values(bare_grid_in(headed, is_value).spots(), headed)["H12"] == "0.711"


@pytest.mark.parametrize(
    "lines",
    [bare(7, 12), bare(8, 11), [*bare(8, 12), *bare(1, 12)], [*bare(4, 12), "", *bare(4, 12)], ["a,b", "c,d"]],
)
def test_what_is_no_whole_plate_is_no_bare_grid(lines):
    assert bare_grid_in(sheet(*lines), is_value) is None


def test_a_list_names_its_wells_and_ends():
    found = sheet("Well,OD", "a 1,0.1", "B02,0.2", "", "Date: today,")
    (wells,) = well_lists_in(found)
    assert values(wells.spots(1), found) == {"A1": "0.1", "B2": "0.2"}


def test_a_broken_list_is_refused():
    with pytest.raises(UnreadableError) as refused:
        well_lists_in(sheet("Well,OD", "A1,0.1", "A2?,0.2", "A3,0.3"))
    assert (refused.value.code, refused.value.place, refused.value.seen) == ("MG130", "line 3, column 1", "A2?")


def test_wells_over_time_without_reads_never_taken():
    found = sheet("Time,T° 420,A1,A2", "0:00:00,,0.1,0.2", "0:02:30,,0.3,", "0:00:00,37,,")
    (course,) = time_courses_in(found)
    assert [time for time, _ in course.reads] == [0.0, 150.0]
    assert values(course.reads[1][1], found) == {"A1": "0.3", "A2": ""}


@pytest.mark.parametrize(
    ("text", "header", "seconds"),
    [("0:27:30", "Time", 1650), ("30", "Time [s]", 30), ("2.5", "Time (min)", 150), ("1:00:00.5", "Time", 3600.5)],
)
def test_times(text, header, seconds):
    assert seconds_from(text, header) == seconds


@pytest.mark.parametrize(
    ("text", "header"), [("0:30", "Time"), ("30", "Time"), ("soon", "Time [s]"), ("30", "Time series")]
)
def test_times_without_a_unit_are_refused(text, header):
    with pytest.raises(UnreadableError) as refused:
        seconds_from(text, header)
    assert refused.value.code == "MG129"


def test_what_stands_above():
    import re

    found = sheet("Plate 1", "Plate 2", "", "Abs", "", "x")
    assert title_above(found, 5) == "Abs"
    assert nearest_above(found, 5, re.compile(r"Plate (\d)"))[1] == "2"
    assert nearest_above(found, 5, re.compile(r"Label")) is None


def test_lines_of_times_may_stand_between_header_and_wells():
    found = sheet("Label1,Well positions", "0s,", "24.8 °C,", "0.1,A1", "0.2,B1")
    with pytest.raises(UnreadableError):
        well_lists_in(found)
    (wells,) = well_lists_in(found, lines_between=3)
    assert values(wells.spots(0), found) == {"A1": "0.1", "B1": "0.2"}


def test_a_list_whose_last_line_was_cut_off_is_refused():
    (wells,) = well_lists_in(sheet("Well,ID,OD", "A1,x,0.1", "A2,x"))
    assert len(wells.spots(1)) == 2
    with pytest.raises(UnreadableError) as refused:
        wells.spots(2)
    assert refused.value.code == "MG127"


def test_a_title_left_of_a_grid_does_not_continue_its_last_letter():
    found = sheet(",,1,2", ",A,1,2,raw", ",,3,4,computed", "660,", ",,1,2", ",A,5,6,660")
    assert [len(g.rows) for g in grids_in(found, continued=True)] == [2, 1]
