import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.courses import is_time_header, seconds_from, time_courses_in, times_across_in
from mgassay.readers.sheets import sheet_from_lines


def sheet(*lines):
    return sheet_from_lines([*lines, ""], ",")


def reads(course):
    return [(time, {s.well: course.sheet.cell(s.row, s.col) for s in spots}) for time, spots in course.reads]


def test_times_may_stand_behind_an_empty_column_or_the_number_of_the_cycle():
    for first in ("", "Cycle Nr."):
        (course,) = time_courses_in(sheet(f"{first},Time [s],Temp. [°C],A1,B2", "1,0,37,0.1,0.2", "2,30.5,37,0.3,0.4"))
        assert reads(course) == [(0.0, {"A1": "0.1", "B2": "0.2"}), (30.5, {"A1": "0.3", "B2": "0.4"})]


def test_a_table_ends_at_the_next_header_even_without_a_blank_line():
    found = sheet("Time,A1", "0:00:30,0.1", "OD600:600,", "Time,A1", "0:00:30,0.2")
    assert [reads(c) for c in time_courses_in(found)] == [[(30.0, {"A1": "0.1"})], [(30.0, {"A1": "0.2"})]]


def test_a_broken_time_is_refused_not_taken_for_the_end():
    with pytest.raises(UnreadableError) as refused:
        time_courses_in(sheet("Time,A1", "0:00:30,0.1", "later,0.2"))
    assert (refused.value.code, refused.value.seen) == ("MG129", "later")


def test_times_across_below_the_numbers_of_the_cycles():
    found = sheet(
        "Cycle Nr.,1,2,3", "Time [s],0,60,", "Temp. [°C],37,37,", "A1,0.1,0.2,", "B1,0.3,OVER,", "", "Comment,x"
    )
    (course,) = times_across_in(found)
    assert course.header == 1
    assert reads(course) == [(0.0, {"A1": "0.1", "B1": "0.3"}), (60.0, {"A1": "0.2", "B1": "OVER"})]


def test_cycles_that_were_never_read_are_no_reads():
    (course,) = times_across_in(sheet("Time [min],0,1,2", "A1,0.1,,", "A2,0.2,,"))
    assert [time for time, _ in course.reads] == [0.0]


def test_times_with_units_of_their_own_may_stand_above_wells():
    (course,) = times_across_in(sheet("Well,0 s,30 s,0:02:00,1 h 15 min", "A1,1,2,3,4"))
    assert [time for time, _ in course.reads] == [0.0, 30.0, 120.0, 4500.0]


@pytest.mark.parametrize(
    "lines",
    [
        ("Well,OD450,OD620", "A1,0.1,0.2"),
        ("Well,0,30", "A1,0.1,0.2"),
        ("Time,10:11:12 AM", "A1,0.1"),
        ("Time [s],0,30", "one,0.1,0.2"),
        ("Time [s],0,30", "", "A1,0.1,0.2"),
        ("Time [s],0,30", "Mean,1,2", "StDev,1,2", "0;1,1,2", "A1,0.1,0.2"),
    ],
)
def test_what_is_no_course_across(lines):
    assert times_across_in(sheet(*lines)) == []


@pytest.mark.parametrize("first", ["A1*", "0.1"])
def test_a_first_row_without_its_well_is_refused(first):
    assert refusal("Time [s],0,30", "Temp,37,37", f"{first},0.1,0.2", "A2,0.1,0.2") == ("MG130", "line 3, column 1")


def test_a_row_without_a_well_amid_wells_is_refused():
    with pytest.raises(UnreadableError) as refused:
        times_across_in(sheet("Time [s],0,30", "A1,0.1,0.2", "A?,0.1,0.2", "A3,0.1,0.2"))
    assert (refused.value.code, refused.value.place, refused.value.seen) == ("MG130", "line 3, column 1", "A?")


@pytest.mark.parametrize(
    "lines", [["Time [s],A1,A2", "0,0.1,0.2", "30,0.3"], ["Time [s],0,30", "A1,0.1,0.2", "A2,0.3"]]
)
def test_a_last_line_that_was_cut_off_is_refused(lines):
    cut = sheet_from_lines(lines, ",")
    with pytest.raises(UnreadableError) as refused:
        [*time_courses_in(cut), *times_across_in(cut)]
    assert (refused.value.code, refused.value.place) == ("MG127", "line 3")


@pytest.mark.parametrize(
    ("text", "header", "seconds"),
    [
        ("24:07:33", "Zeit", 86853),
        ("2,5", "Zeit [min]", 150),
        ("1 h", "Well", 3600),
        ("600s", "", 600),
        ("1 min 5 s", "", 65),
    ],
)
def test_seconds(text, header, seconds):
    assert seconds_from(text, header) == seconds


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("Time", True), ("avg. time [s]", True), ("Zeit [s]", True), ("Time [ms]", False), ("Timepoint", False)],
)
def test_headers_of_times(text, is_one):
    assert is_time_header(text) is is_one


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        (["Time,A1", "23:50:00,0.1", "0:10:00,0.2", "0:00:00,"], "0:10:00"),
        (["Time [s],60,30", "A1,0.1,0.2"], "30"),
        (["Time [s],0,30,30", "A1,0.1,0.2,0.2"], "30"),
        (["Time,A1", "0:00:30,0.1", "0:00:30,0.1"], "0:00:30"),
    ],
)
def test_times_that_go_back_are_refused(lines, seen):
    with pytest.raises(UnreadableError) as refused:
        [*time_courses_in(sheet(*lines)), *times_across_in(sheet(*lines))]
    assert (refused.value.code, refused.value.seen) == ("MG149", seen)


def refusal(*lines, mark=","):
    text = sheet_from_lines([*lines, ""], mark)
    with pytest.raises(UnreadableError) as refused:
        [*time_courses_in(text), *times_across_in(text)]
    return refused.value.code, refused.value.place


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("Time [s],A1,A2,B1", "0,0.1,0.2,0.3", "30,0.1,0.3"), "MG127"),
        (("Time [s],A1,A2,B1", "0,0.1,0.3", "30,0.1,0.2,0.3"), "MG127"),
        (("Time [s],A1,A2,B1", "0,0.1,0.3", "30,0.1,0.3"), "MG127"),
        (("Time [s],0,30,60", "A1,0.1,0.2,0.3", "A2,0.1,0.3"), "MG127"),
        (("Time [s],A1,A2", "0,0.1,0.2,9"), "MG124"),
    ],
)
def test_rows_in_which_cells_were_lost_or_added_are_refused(lines, code):
    assert refusal(*lines)[0] == code


def test_cells_added_with_decimal_commas_are_refused():
    assert refusal("Time [s];A1;A2", "0;0,1;;0,2", "30;0,1;0,2", mark=";") == ("MG124", "line 2, column 4")
    assert refusal("Time [s];0;30", "A1;0,1;;0,2", mark=";") == ("MG124", "line 2, column 4")


@pytest.mark.parametrize("amid", ["", ",the lamp flickered"])
@pytest.mark.parametrize(
    "lines",
    [
        ["Time [s],A1,A2", "0,0.1,0.2", "30,0.3,0.4", "60,0.5,0.6"],
        ["Time,A1,A2", "0:00:00,0.1,0.2", "0:00:30,0.3,0.4", "0:01:00,0.5,0.6"],
        ["Time [s],0,30", "A1,0.1,0.2", "A2,0.1,0.2", "A3,0.1,0.2"],
    ],
)
def test_a_course_that_goes_on_below_a_blank_row_or_a_note_is_refused(amid, lines):
    assert refusal(*lines[:3], amid, *lines[3:]) == ("MG168", "line 4")


@pytest.mark.parametrize(
    "below",
    [
        ["0:00:00,,"],
        [",1,2", "A,0.1,0.2"],
        ["Well,OD", "A1,0.2"],
        ["1,0.5,0.6"],  # no time of this table
        ["0:01:00,A3,A4", "0:02:00,0.1,0.2"],
    ],
)
def test_other_tables_below_do_not_interrupt_a_course(below):
    (course,) = time_courses_in(sheet("Time,A1,A2", "0:00:00,0.1,0.2", "0:00:30,0.3,0.4", "", *below))
    assert len(course.reads) == 2


def test_a_number_of_thousands_of_digits_is_no_time():
    for text in ("9" * 5000 + ":00:00", "9" * 5000 + " h", "9" * 5000 + " s"):
        with pytest.raises(UnreadableError) as refused:
            seconds_from(text, "Time")
        assert refused.value.code == "MG129"


def test_more_courses_than_any_instrument_writes_are_refused():
    with pytest.raises(UnreadableError) as refused:
        time_courses_in(sheet(*["Time,A1", "0:00:30,1"] * 2001))
    assert refused.value.code == "MG106"


def test_a_column_of_readings_without_a_well_is_refused(read_export):
    for header in ("A1,,A3", "A1,?,A3"):
        _, problems = read_export("p.csv", f"Time [min],{header}\n0,.1,.2,.3\n1,.2,.3,.4\n")
        assert [(p.code, p.place) for p in problems] == [("MG130", "line 1, column 3")]
