import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.courses import seconds_from, time_courses_in
from mgassay.readers.exports.plain import is_value
from mgassay.readers.shapes import bare_grid_in, grids_in, nearest_above, rows_with, title_above, well_lists_in
from mgassay.readers.sheets import Sheet, sheet_from_lines
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


def test_two_grids_are_two_grids_even_without_a_blank_line_between():
    found = sheet(",1,2", "A,1,2", "B,3,4", ",1,2", "A,5,6")
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
        grid.spots()
    assert (refused.value.code, refused.value.seen) == ("MG124", "0")


def refusal(shape, *args):
    with pytest.raises(UnreadableError) as refused:
        shape.spots(*args)
    return refused.value.code, refused.value.place, refused.value.seen


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([";2;3", "A;0,101;0,102;0,103", "B;0,201;0,202;0,203"], ("MG124", "line 2, column 4", "0,103")),
        ([";1;2;3", "A;0,101;;0,102;0,103", "B;0,2;0,2;0,2"], ("MG124", "line 2, column 5", "0,103")),
        ([";1;2;3;;4;5;6", "A;.1;.2;.3;;.4;.5;.6"], ("MG124", "line 1, column 6", "4")),
        ([";1;2;3;;Mean", "A;.1;.2;.3;;.2"], ("MG124", "line 2, column 6", "Mean: .2")),
        ([";1;2;3;;", "A;.1;.2;.3;;OVRFLW"], ("MG124", "line 2, column 6", "OVRFLW")),
        ([";1;2;;;1;2;3", "A;.1;.2;;A;.1;.2;.3"], ("MG124", "line 1, column 2", "1")),
        ([";1;2;3;", "A;.101;.103;", "B;.2;.2;.2;"], ("MG127", "line 2", "fewer cells than other rows")),
    ],
)
def test_cells_that_moved_and_readings_beside_a_grid_are_refused(lines, said):
    (grid,) = grids_in(sheet_from_lines([*lines, ""], ";"))
    assert refusal(grid) == said


def test_words_beside_a_grid_do_not_disturb():
    found = sheet(",1,2,3,remark", "A,.1,.2,.3,dilute", "B,.1,.2,.3", "C,.1,.2,,?", "", "D,a note,,")
    assert len(grids_in(found)[0].spots()) == 9


def test_what_is_refused_in_a_workbook_says_nothing_of_separators():
    (grid,) = grids_in(Sheet("S", (("", "1", "2", "", ""), ("A", ".1", ".2", "", ".15"))))
    with pytest.raises(UnreadableError) as refused:
        grid.spots()
    assert (refused.value.place, refused.value.seen) == ("E2", ".15")
    assert "comma" not in refused.value.facts["likely"] + refused.value.facts["mend"]


@pytest.mark.parametrize(
    ("amid", "seen"),
    [
        ("", "an empty row"),
        ("dropped the plate here,,", "“dropped the plate here”"),
        ("B,.3,.4", "“B | .3 | .4”"),
        ("A,.3,.4", "“A | .3 | .4”"),
        ("C*,.3,.4", "“C* | .3 | .4”"),
        (",.3,.4", "“.3 | .4”"),
    ],
)
def test_a_row_amid_a_grid_is_refused_not_taken_for_its_end(amid, seen):
    (grid,) = grids_in(sheet(",1,2", "A,.1,.2", "B,.1,.2", amid, "D,.5,.6", "E,.7,.8", ""))
    assert refusal(grid) == ("MG168", "line 4", seen)


def test_a_last_letter_with_a_mark_is_refused_and_another_word_is_not():
    (grid,) = grids_in(sheet(",1,2", "A,.1,.2", "B*,.3,.4"))
    assert refusal(grid) == ("MG168", "line 3", "“B* | .3 | .4”")
    (noted,) = grids_in(sheet(",1,2", "A,.1,.2", "B*,see,notes"))
    assert len(noted.spots()) == 2


def test_swapped_rows_are_refused():
    (grid,) = grids_in(sheet(",1,2", "A,.1,.2", "C,.5,.6", "B,.3,.4", "D,.7,.8"))
    assert refusal(grid)[:2] == ("MG168", "line 4")


def test_tables_with_a_header_of_their_own_do_not_interrupt_a_grid():
    found = sheet("A,1,2", "A,.1,.2", "", "A,1,2", "A,.3,.4", "", "Curve,A,B", "A,y=ax", "slope,5,6")
    assert [len(grid.spots()) for grid in grids_in(found)] == [2, 2]


def test_more_tables_than_any_instrument_writes_are_refused():
    for lines, finder in (([",1,2", "A,1,2"], grids_in), (["Well,OD", "A1,1"], well_lists_in)):
        assert len(finder(sheet(*lines * 2000))) == 2000
        with pytest.raises(UnreadableError) as refused:
            finder(sheet(*lines * 2001))
        assert refused.value.code == "MG106"


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
    assert nearest_above(rows_with(found, re.compile(r"Plate (\d)")), 5)[1] == "2"
    assert nearest_above(rows_with(found, re.compile(r"Plate (\d)")), 1)[1] == "1"
    assert nearest_above(rows_with(found, re.compile(r"Label")), 5) is None


def test_lines_of_times_may_stand_between_header_and_wells():
    found = sheet("Label1,Well positions", "0s,", "24.8 °C,", "0.1,A1", "0.2,B1")
    with pytest.raises(UnreadableError):
        well_lists_in(found)
    (wells,) = well_lists_in(found, lines_between=3)
    assert values(wells.spots(0), found) == {"A1": "0.1", "B1": "0.2"}


def test_a_list_whose_last_line_was_cut_off_is_refused():
    (wells,) = well_lists_in(sheet("Well,ID,OD", "A1,x,0.1", "A2,x"))
    with pytest.raises(UnreadableError) as refused:
        wells.spots(2)
    assert refused.value.code == "MG127"


def test_a_list_of_a_text_in_which_a_cell_was_lost_is_refused():
    (wells,) = well_lists_in(sheet("Well,ID,OD,Blank", "A1,x,0.1,9", "A2,0.1,9", "A3,x,0.1,9", ""))
    assert refusal(wells, 2) == ("MG127", "line 3", "fewer cells than other rows")
    (noted,) = well_lists_in(sheet("Well,OD,note", "A1,0.1,bubble", "A2,0.1", ""))
    assert len(noted.spots(1)) == 2


def test_decimal_commas_right_of_a_list_are_refused():
    (wells,) = well_lists_in(sheet_from_lines(["Well;OD", "A1;;0,25", ""], ";"))
    assert refusal(wells, 1) == ("MG124", "line 2, column 3", "0,25")


def test_a_title_left_of_a_grid_does_not_continue_its_last_letter():
    found = sheet(",,1,2", ",A,1,2,raw", ",,3,4,computed", "660,", ",,1,2", ",A,5,6,660")
    assert [len(g.rows) for g in grids_in(found, continued=True)] == [2, 1]
