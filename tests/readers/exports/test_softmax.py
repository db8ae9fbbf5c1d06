"""What SoftMax exports may look like beyond the fixtures in data/softmax, and what is refused."""

import datetime as dt

import pytest


def line(
    kind="Endpoint", mode="Absorbance", *, name="Plate1", fmt="PlateFormat", reads=1, interval="", nms="570", rows=8
):
    count = len(nms.split())
    cells = ["Plate:", name, "1.3", fmt, kind, mode, "Raw", "FALSE", reads, "", interval, "", "", "", count, nms]
    return [*cells, 1, 12, 96, 1, rows, "None"]


def block(value, *, key="", rows=8, columns=12):
    return [
        [key if r == 0 else "", "24.1" if r == 0 else "", *(value(r, c) for c in range(columns))] for r in range(rows)
    ]


HEADER = ["", "Temperature(¡C)", *range(1, 13)]
REDUCED = ["", "", *range(1, 13)]
END = [[""], ["~End"], ["Original Filename: x; Date Last Saved: 3/1/2024"]]


def export(*body, first=None, head=None):
    return [["##BLOCKS= 1"], first or line(), head or HEADER, *body, *END]


def od(r, c):
    return f"{0.05 + r / 10 + c / 100:.4f}"


@pytest.fixture
def read(read_export, lines):
    """`(rows, **columns of files.csv)` -> readings, problems as (code, place, seen)."""

    def made(rows, **row):
        frame, problems = read_export("p.txt", lines(rows, "\t"), **row)
        return frame, [(p.code, p.place, p.seen) for p in problems]

    return made


def test_values_belong_to_rows_and_columns(read):
    frame, problems = read(export(*block(od)))
    assert problems == []
    h12 = frame.set_index("well").loc["H12"]
    assert (len(frame), h12["value"], h12["raw"], h12["place"]) == (96, 0.86, "0.8600", "line 11, column 14")
    assert (h12["channel"], h12["wavelength_nm"], h12["sheet"]) == ("A570", 570.0, "Plate1")


def test_reduced_data_are_never_read(read):
    frame, problems = read(export(*block(od), [""], REDUCED, *block(lambda r, c: 9)))
    assert problems == []
    assert frame["value"].max() < 1
    only = line()
    only[6] = "Reduced"
    assert read(export(*block(od), first=only))[1] == [("MG140", "", "“Plate1” (reduced data only)")]


def test_a_row_of_small_counts_is_no_second_header(read):
    rows = export(*block(lambda r, c: c + 1), first=line(mode="Luminescence"))
    frame, problems = read(rows)
    assert problems == []
    assert len(frame) == 96


def test_a_lost_row_is_refused_for_all_rows_below_it_are_shifted(read):
    body = block(od)
    del body[3]
    assert read(export(*body))[1] == [("MG142", "line 4", "7")]
    assert read(export(*block(od), ["", "", *["0.1"] * 12]))[1] == [("MG142", "line 4", "9")]


def test_a_lost_row_of_one_read_among_others_is_refused(read):
    reads = [block(od, key=f"{k}:00") for k in range(3)]
    del reads[1][2]
    rows = export(*(row for one in reads for row in [*one, [""]]), first=line("Kinetic", reads=3, interval=60))
    assert [p[0] for p in read(rows)[1]] == ["MG142"]


def test_the_read_during_which_a_run_was_stopped_is_left_out(read):
    reads = [block(od, key=f"{k}:00") for k in range(3)]
    rows = export(*(row for one in reads for row in [*one, [""]]), first=line("Kinetic", reads=3, interval=60))
    del rows[-8:-4]  # rows F to H of the last read
    frame, problems = read(rows)
    assert problems[0] == ("MG131", "line 2", "2")
    assert (len(frame), frame["read_index"].max()) == (192, 1)


def test_values_outside_the_columns_that_were_read_are_refused(read):
    part = line()
    part[16:18] = [2, 3]
    body = [["", "24.1" if r == 0 else "", "", "1.1", "1.2", "1.3"] for r in range(8)]
    frame, problems = read(export(*body, first=part))
    assert problems == []
    assert set(frame["well"]) == {f"{r}{c}" for r in "ABCDEFGH" for c in (2, 3, 4)}
    del body[2][2]
    assert read(export(*body, first=part))[1] == [("MG127", "line 6", "fewer cells than other rows")]
    body[2].append("1.3")
    assert read(export(*body, first=part))[1] == [("MG142", "line 6", "“1.1” in column 1")]


def test_values_under_no_column_are_refused(read):
    body = block(lambda r, c: f"0,{r}{c:02}")
    rows = [["##BLOCKS= 1"], line(), HEADER, *([str(c).replace(",", "\t") for c in row] for row in body), *END]
    assert [p[0] for p in read(rows)[1]] == ["MG124"]


def test_a_file_that_was_cut_off_is_refused(read_export, lines):
    text = lines(export(*block(od)), "\t")
    for end in (len(text) // 2, text.index("~End")):
        assert [p.code for p in read_export("p.txt", text[:end])[1]] == ["MG127"]


def test_as_many_wavelengths_as_announced(read):
    assert read(export(*block(od), first=line(nms="450 650")))[1] == [("MG142", "line 3", "1")]


def test_two_reads_at_one_wavelength_keep_their_numbers(read):
    head = [*HEADER, "", *range(1, 13)]
    body = [[*row, "", *row[2:]] for row in block(od)]
    rows = export(*body, first=line(nms="450 450"), head=head)
    assert read(rows)[1] == [("MG117", "", "A450 Lm1 (450 nm), A450 Lm2 (450 nm)")]
    assert read(rows, sheet="A450 Lm2")[0]["place"][0] == "line 4, column 16"


def test_several_plates_need_a_choice_and_one_name_twice_is_numbered(read):
    second = [line(name="Plate2"), HEADER, *block(lambda r, c: 2), *END]
    rows = [*export(*block(od)), *second]
    assert read(rows)[1] == [("MG113", "", "Plate1, Plate2")]
    assert read(rows, sheet="plate2")[0]["value"].unique() == [2.0]
    again = [*export(*block(od)), *second, *second]
    assert [p[:1] + p[2:] for p in read(again, sheet="Plate2")[1]] == [("MG115", "Plate2")]
    assert len(read(again, sheet="Plate2 (2)")[0]) == 96


def test_a_well_scan_is_refused_and_named_beside_others(read):
    scan = [line("Well Scan", name="Scan"), HEADER, *block(od, key="1"), *END]
    assert read([["##BLOCKS= 1"], *scan])[1] == [("MG140", "", "“Scan” (Well Scan)")]
    frame, problems = read([*export(*block(od)), *scan])
    assert problems == [("MG141", "", "“Scan” (Well Scan)")]
    assert len(frame) == 96


def test_a_plate_that_was_never_read_holds_nothing(read):
    assert [p[0] for p in read(export())[1]] == ["MG126"]
    assert [p[0] for p in read([["##BLOCKS= 1"], line(), *END])[1]] == ["MG126"]
    assert [p[0] for p in read([["##BLOCKS= 1"], line(), *block(od), *END])[1]] == ["MG142"]
    assert [p[0] for p in read([["##BLOCKS= 1"], ["Note:"], ["only words"], ["~End"]])[1]] == ["MG126"]


@pytest.mark.parametrize("token", ["Range?", "Path?", "NoFit", "R"])
def test_words_of_results_are_not_guessed_at(read, token):
    frame, problems = read(export(*block(lambda r, c: token if (r, c) == (1, 2) else od(r, c))))
    assert problems == [("MG120", "line 5, column 5", token)]
    assert frame["value"].isna().sum() == 1


@pytest.mark.parametrize(("token", "status"), [("Masked", "masked"), ("Error", "missing"), ("#SAT", "above")])
def test_words_of_readings(read, token, status):
    frame, problems = read(export(*block(lambda r, c: token if (r, c) == (1, 2) else od(r, c))))
    assert problems == []
    assert frame.set_index("well").loc["B3", "status"] == status


def test_times_have_to_fit_the_interval(read):
    def kinetic(*times, interval=30):
        body = (row for t in times for row in [*block(od, key=t), [""]])
        return export(*body, first=line("Kinetic", reads=len(times), interval=interval))

    frame, problems = read(kinetic("0:00", "0:30", "1:00"))
    assert problems == []
    assert frame["time_s"].drop_duplicates().tolist() == [0.0, 30.0, 60.0]
    assert read(kinetic("0:00:00", "0:30:00"))[1] == [("MG143", "line 2", "1800 s")]
    assert read(kinetic("0:30", "0:00"))[1] == [("MG143", "line 2", "-30 s")]
    assert read(kinetic("0:00", "later"))[1] == [("MG129", "line 13, column 1", "later")]
    assert read(kinetic("0:00", "", "1:00"))[1] == [("MG129", "line 13, column 1", "an empty cell")]


def test_a_spectrum_needs_its_wavelengths(read):
    body = [row for nm in ("400", "x") for row in [*block(od, key=nm), [""]]]
    assert [p[0] for p in read(export(*body, first=line("Spectrum", reads=2, nms="")))[1]] == ["MG142"]


def test_a_workbook_in_which_excel_took_times_for_hours_is_refused(read_export, workbook):
    rows = [["##BLOCKS= 1"], line("Kinetic", reads=2, interval=30), HEADER]
    for minutes in (0, 30):
        rows += [*block(lambda r, c: 0.5, key=dt.time(0, minutes)), []]
    _, problems = read_export("p.xlsx", workbook({"Export": [*rows, ["~End"]]}))
    assert [p.code for p in problems] == ["MG143"]


def test_notes_are_told_and_groups_are_not(read):
    group = [["Group:", "Unknowns"], ["Sample", "Wells", "Value"], ["Un01", "A1", "0.5"], ["~End"]]
    note = [["Note:"], ["diluted 1:5"], ["~End"]]
    _, problems = read([*export(*block(od)), *group, *note])
    assert problems == [("MG135", "", "line 20: diluted 1:5")]


def wells_across(*values):
    wells = [f"{'ABCDEFGH'[k // 12]}{k % 12 + 1}" for k in range(96)]
    head = ["", "Temperature(¡C)", *wells]
    rows = [["", "25.00", *(f"{value + k / 100:.4f}" for k in range(96))] for value in values]
    return export(*rows, first=line(fmt="TimeFormat"), head=head)


def test_an_endpoint_with_a_line_twice_is_refused(read):
    frame, problems = read(wells_across(0.1))
    assert (len(frame), problems) == (96, [])
    frame, problems = read(wells_across(0.1, 0.1))
    assert len(frame) == 0
    assert problems == [("MG142", "line 5", "another read")]


def test_a_time_of_thousands_of_digits_is_refused(read):
    rows = export(*block(od, key="9" * 5000 + ":00"), *block(od, key="0:30"), first=line("Kinetic", reads=2))
    assert [p[0] for p in read(rows)[1]] == ["MG129"]


def test_cells_under_no_column_say_what_it_looks_like(read_export, lines):
    rows = export(*([*row, "", "0,5"] for row in block(od)))
    (problem,) = read_export("p.txt", lines(rows, "\t"))[1]
    assert problem.code == "MG124"
    assert "a second plate" in problem.message
