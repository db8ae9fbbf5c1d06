"""What EnVision exports may look like beyond the fixtures in data/envision, and what is refused."""

import math

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.exports.envision import PlateTable
from mgassay.readers.registry import read_raw_file

MEASURED = ["Plate", "Repeat", "Barcode", "Group", "Label", "Kinetics", "Measurement date", ""]
COMPUTED = ["Plate", "Repeat", "Barcode", "Formula", "Measurement date", ""]


def table(plate=1, repeat=1, label="A450(1)", cycle=0, date="3/1/2024 9:00:00 AM"):
    return [["Plate information"], MEASURED, [plate, repeat, '=""', 1, label, cycle, date, ""], [""]]


def results(grid, value, title="Results for A450(1) - channel 1 (A)", **shape):
    header, *body = grid(value, **shape)
    return [[title], [*(f"{c:02}" if c else c for c in header), ""], *([*row, ""] for row in body), [""]]


@pytest.fixture
def read(read_export, lines):
    """`(rows, **columns of files.csv)` -> readings, problems as (code, place, seen)."""

    def made(rows, mark=",", **row):
        frame, problems = read_export("p.csv", lines(rows, mark), **row)
        return frame, [(p.code, p.place, p.seen) for p in problems]

    return made


def test_a_plate(read, grid):
    frame, problems = read([*table(), *results(grid, lambda r, c: f"{r}.{c:02}")])
    assert problems == []
    h12 = frame.set_index("well").loc["H12"]
    assert (len(frame), h12["value"], h12["place"], h12["sheet"]) == (96, 7.11, "line 14, column 13", "Plate 1")
    assert (h12["channel"], h12["wavelength_nm"]) == ("A450(1)", 450.0)


def test_computed_grids_and_maps_are_never_read(read, grid):
    computed = [["Plate information"], COMPUTED, [1, 1, '=""', "Calc 1", "", ""], [""]]
    calc = results(grid, lambda r, c: 9, "Calculated results: Calc 1: General = X / 2 where X = A450(1)")
    plan = [["Platemap:"], ["Plate", "", 1], [""], *grid(lambda r, c: 8)]
    rows = [*computed, *calc, *table(), *results(grid, lambda r, c: 1), *plan]
    frame, problems = read(rows)
    assert problems == []
    assert frame["value"].unique() == [1.0]
    assert [p[0] for p in read([*computed, *calc])[1]] == ["MG126"]


def test_plate_tables_behind_their_grids(read, grid):
    rows = [["Basic assay information"], ["Assay ID:", "", 1], [""]]
    for plate in (1, 2):
        rows += [*results(grid, lambda r, c, plate=plate: plate), *table(plate)]
    assert read(rows)[1] == [("MG113", "", "Plate 1, Plate 2")]
    for plate in (1, 2):
        assert read(rows, sheet=f"Plate {plate}")[0]["value"].unique() == [plate]
    assert read([*rows, *results(grid, lambda r, c: 3)])[1] == [("MG127", "line 36", "results without their plate")]


def test_grids_without_titles_follow_their_plate_table(read, grid):
    bare = [[f"{r}.{c:02}" for c in range(12)] for r in range(8)]
    computed = [["Plate information"], COMPUTED, [1, 1, '=""', "Calc 1", "", ""], [""]]
    rows = [*computed, *([9] * 12 for _ in range(8)), [""], *table(), *bare]
    frame, problems = read(rows)
    assert problems == [("MG132", "line 18", "8 rows")]
    assert frame.set_index("well")["value"]["C4"] == 2.03
    assert read([*table(), *grid(lambda r, c: 1.5)])[0]["channel"].unique() == ["A450(1)"]
    holed = [["" if (r, c) == (4, 4) else 1 for c in range(12)] for r in range(8)]  # it may begin anywhere
    assert [p[0] for p in read([*table(), *holed])[1]] == ["MG127"]


def test_two_grids_of_one_plate_table_are_refused(read, grid):
    rows = [*table(), *results(grid, lambda r, c: 1), *results(grid, lambda r, c: 2)]
    assert [p[0] for p in read(rows)[1]] == ["MG125"]


def test_labels_are_channels_and_the_wavelength_chooses(read, grid):
    rows = [*table(), *results(grid, lambda r, c: 1)]
    rows += [*table(label="A620(2)"), *results(grid, lambda r, c: 2, "Results for A620(2) - channel 1 (A)")]
    assert read(rows)[1] == [("MG117", "", "A450(1) (450 nm), A620(2) (620 nm)")]
    assert read(rows, wavelength_nm="620")[0]["value"].unique() == [2.0]
    assert read(rows, sheet="A450(1)")[0]["value"].unique() == [1.0]


def settings(*filters):
    used = [[key, "", name] for key, (name, _) in zip(("Exc. filter", "Ems. filter"), filters, strict=False)]
    rows = [["Labels:"], ["A450", "", "2000014"], *used, [""], ["Filters:"]]
    for name, nm in filters:
        rows += [[name, "", 216], ["Description", "", f"M CWL={nm}nm BW=10nm"], [""]]
    return rows


def test_a_filter_says_more_than_a_label(read, grid):
    plate = [*table(), *results(grid, lambda r, c: 1)]
    frame, problems = read([*plate, *settings(("Blue", 405))])
    assert problems == []
    assert frame["wavelength_nm"].unique() == [405.0]
    assert read([*plate, *settings(("Blue", 405))], wavelength_nm="450")[1] == [("MG118", "", "405")]
    assert math.isnan(read([*plate, *settings(("Blue", 405), ("Red", 650))])[0]["wavelength_nm"][0])


def test_cycles_are_read_in_their_order_whatever_the_order_of_the_file(read, grid):
    rows = []
    for cycle, date in ((2, "3/2/2024 12:00:10 AM"), (1, "3/1/2024 11:59:40 PM")):
        rows += [*table(cycle=cycle, date=date), *results(grid, lambda r, c, cycle=cycle: cycle)]
    frame, problems = read(rows)
    assert problems == []
    assert frame.groupby("read_index")[["time_s", "value"]].first().values.tolist() == [[0, 1], [30, 2]]


def test_times_that_are_no_clock_are_unknown(read, grid):
    rows = []
    for cycle in (1, 2):
        rows += [*table(cycle=cycle, date="today"), *results(grid, lambda r, c: 1)]
    frame, _ = read(rows)
    assert frame["time_s"].isna().sum() == 96


def test_cut_off_files_are_refused(read_export, lines, grid):
    text = lines([*table(), *results(grid, lambda r, c: f"{r}.{c:02}")])
    whole_rows = text[: text.index("F,")]
    for cut in (text[: text.index("4.07")], whole_rows, text[: text.index("Results")]):
        assert [p.code for p in read_export("p.csv", cut)[1]] == ["MG127"]
    assert [p.code for p in read_export("p.csv", lines(table()[:2]))[1]] == ["MG127"]


def test_lost_cells_and_lost_facts_are_refused(read, grid):
    rows = [*table(), *results(grid, lambda r, c: f"{r}.{c:02}")]
    del rows[8][3]
    assert read(rows)[1] == [("MG127", "line 9", "fewer cells than other rows")]
    rows = [*table(), *results(grid, lambda r, c: 1)]
    del rows[2]
    assert read(rows)[1] == [("MG127", "line 1", "a plate without facts or results")]


def test_decimal_commas_between_commas_are_refused(read, grid):
    rows = [*table(), *results(grid, lambda r, c: f"0,{r}{c:02}")]
    assert [p[0] for p in read(rows)[1]] == ["MG124"]
    assert [p[0] for p in read(rows, ";")[1]] == ["MG128"]


def test_notes_of_the_protocol_are_kept_for_the_provenance(lines, grid, tmp_path):
    rows = [["Protocol information"], ["Protocol notes", "", "diluted 1:5"], *table(), *results(grid, lambda r, c: 1)]
    (tmp_path / "p.csv").write_text(lines(rows))
    read = read_raw_file(tmp_path / "p.csv", RawFile(file="p.csv", assay="calcium", plate="P"), Problems())
    assert read.account["not_understood"] == ["line 2: Protocol notes | diluted 1:5"]


def test_a_kinetic_number_of_thousands_of_digits_is_none():
    assert PlateTable(0, {"kinetics": "9" * 5000}).cycle == 0
    assert PlateTable(0, {"kinetics": "12"}).cycle == 12
