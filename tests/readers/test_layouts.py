import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mgassay import tables
from mgassay.problems import Problems
from mgassay.readers.declared import cells_from_rows
from mgassay.readers.layouts import layout_from_cells, samples_from_cells
from mgassay.wellnames import row_letters

CONDITIONS = ["control", "ca_mg08", "ca_mg20"]
SAMPLES = tables.SAMPLES.frame([{"sample": "s1", "condition": "ca_mg08", "donor": "D1", "rep": "2"}])


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def read(problems):
    def read(rows, samples=None, file="layouts/cal.csv"):
        return layout_from_cells(cells_from_rows(rows, file, ""), CONDITIONS, samples, problems)

    return read


def found(problems):
    return [(p.code, p.place, p.seen) for p in problems]


def grid(name, filled, rows=8, columns=12):
    body = [
        [row_letters(r), *(filled.get(f"{row_letters(r)}{c + 1}", "") for c in range(columns))] for r in range(rows)
    ]
    return [[name, *(str(c + 1) for c in range(columns))], *body, []]


def test_stacked_grids_and_a_tidy_table_say_the_same(read, problems):
    stacked = [
        *grid("role", {"A3": "blank", "B3": "mg_control", "H12": "empty"}),
        *grid("condition", {"A4": "ca_mg08", "B3": "ca_mg20"}),
        *grid("donor", {"A4": "D1"}),
        *grid("rep", {"A4": "2"}),
        *grid("standard", {"A1": "0", "A2": "50"}),
        *grid("dilution", {f"{r}{c}": "10" for r in "ABCDEFGH" for c in range(1, 13)}),
    ]
    tidy = [
        ["well", "role", "condition", "donor", "rep", "standard", "dilution"],
        ["H12", "empty", "", "", "", "", "10"],
        ["a 1", "", "", "", "", "0", "10"],
        ["A02", "standard", "", "", "", "50", "10"],
        ["A3", "blank", "", "", "", "", "10"],
        ["A4", "", "ca_mg08", "D1", "2", "", "10"],
        ["B3", "mg_control", "ca_mg20", "", "", "", "10"],
    ]
    first, second = read(stacked), read(tidy)
    assert found(problems) == []
    tables.LAYOUT.check(first)
    pd.testing.assert_frame_equal(first, second)
    assert first["well"].tolist() == ["A1", "A2", "A3", "A4", "B3", "H12"]
    assert first["role"].tolist() == ["standard", "standard", "blank", "sample", "mg_control", "empty"]
    assert first["standard"].tolist()[:2] == [0.0, 50.0]
    assert np.isnan(first["standard"][2])
    assert first.loc[3, ["condition", "donor", "rep"]].tolist() == ["ca_mg08", "D1", "2"]


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.sampled_from([(2, 3), (3, 4), (4, 6), (6, 8), (8, 12), (16, 24), (32, 48)]), st.data())
def test_a_grid_of_any_plate_is_read_where_it_stands(shape, data):
    wells = [f"{row_letters(r)}{c + 1}" for r in range(shape[0]) for c in range(shape[1])]
    filled = data.draw(st.dictionaries(st.sampled_from(wells), st.integers(0, 1000).map(str), min_size=1, max_size=9))
    problems = Problems()
    layout = layout_from_cells(cells_from_rows(grid("standard", filled, *shape), "l.csv", ""), [], None, problems)
    assert {w: f"{v:g}" for w, v in zip(layout["well"], layout["standard"], strict=True)} == filled
    assert found(problems) == []


def test_grids_saved_by_a_spreadsheet_have_rows_of_separators_and_columns_as_numbers(read, problems):
    rows = [[c + ".0" if c.isdigit() else c for c in row] or [""] * 13 for row in grid("role", {"A1": "blank"})]
    assert read(rows)["role"].tolist() == ["blank"]
    assert found(problems) == []


def test_a_rep_grid_of_1_to_12_is_not_taken_for_a_heading(read, problems):
    every = {f"{r}{c}": str(c) for r in "ABCDEFGH" for c in range(1, 13)}
    one = {w: "D1" for w in every}
    rows = [*grid("rep", every), *grid("donor", one), *grid("condition", {w: "control" for w in every})]
    assert read(rows)["rep"].tolist() == [str(c) for c in range(1, 13)] * 8
    assert found(problems) == []


TIDY = ["well", "role", "condition", "donor", "rep", "standard", "dilution", "target", "sample"]
GOOD = ["B1", "", "control", "D1", "1", "", "", "", ""]
WRONG = [
    # row of a tidy layout, code, place, seen, words of message and remedy
    (["A1", "sampel", "control", "D1", "2", "", "", "", ""], "MG070", "row 2, role", "sampel", "“sample”"),
    (["A1", "", "ca_mg8", "D1", "2", "", "", "", ""], "MG071", "row 2, condition", "ca_mg8", "“ca_mg08”"),
    (["I0", "", "control", "D1", "2", "", "", "", ""], "MG072", "row 2, well", "I0", "A1, A01"),
    (["", "", "control", "D1", "2", "", "", "", ""], "MG029", "row 2, well", "", "well"),
    (["b01", "", "control", "D1", "2", "", "", "", ""], "MG073", "row 3, well", "B1", "Delete"),
    (["A1", "", "control", "", "2", "", "", "", ""], "MG077", "row 2, donor", "", "names the run"),
    (["A1", "", "control", "D1", "", "", "", "", ""], "MG077", "row 2, rep", "", "rep"),
    (["A1", "", "", "D1", "2", "", "", "", ""], "MG078", "row 2, condition", "", "condition"),
    (["A1", "mg_control", "", "", "", "", "", "", ""], "MG079", "row 2, condition", "", "Mg"),
    (["A1", "mg_control", "control", "D1", "", "", "", "", ""], "MG080", "row 2, donor", "D1", "sample"),
    (["A1", "", "", "", "", "50 ug", "", "", ""], "MG027", "row 2, standard", "50 ug", "number"),
    (["A1", "", "", "", "", "1-Mar", "", "", ""], "MG028", "row 2, standard", "1-Mar", "Excel"),
    (["A1", "", "control", "2-Sep", "2", "", "", "", ""], "MG028", "row 2, donor", "2-Sep", "Excel"),
    (["A1", "sample", "control", "D1", "2", "50", "", "", ""], "MG081", "row 2, standard", "50", "role standard"),
    (["A1", "blank", "", "", "", "5", "", "", ""], "MG081", "row 2, standard", "5", "standard of 0"),
    (["A1", "", "", "", "", "-5", "", "", ""], "MG085", "row 2, standard", "-5", "0 or more"),
    (["A1", "", "control", "D1", "2", "", "0", "", ""], "MG085", "row 2, dilution", "0", "above 0"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "code", "place", "seen", "words"), WRONG)
def test_each_mistake_of_a_tidy_layout_has_its_code_place_and_remedy(read, problems, row, code, place, seen, words):
    layout = read([TIDY, row, GOOD])
    named = [p for p in problems if p.code != "MG077" or code == "MG077"]
    assert [(p.code, p.place, p.seen) for p in named] == [(code, place, seen)]
    assert {p.file for p in problems} == {"layouts/cal.csv"}
    assert words in named[0].message + named[0].remedy
    assert "B1" in set(layout["well"])


def test_the_nearest_role_stands_in_so_that_the_rest_is_checked(read):
    layout = read([TIDY, ["A1", "blnk", "", "", "", "", "", "", ""], GOOD])
    assert layout["role"].tolist() == ["blank", "sample"]


def test_a_standard_of_zero_may_be_called_blank_and_an_excluded_standard_stays_excluded(read, problems):
    layout = read([TIDY, ["A1", "blank", "", "", "", "0", "", "", ""], ["A2", "excluded", "", "", "", "5", "", "", ""]])
    assert layout["role"].tolist() == ["standard", "excluded"]
    assert found(problems) == []


@pytest.mark.parametrize(
    ("rows", "code", "place", "seen", "words"),
    [
        (grid("rol", {"A1": "blank"}), "MG074", "row 1", "rol", "Did you mean “role”?"),
        (grid("role", {"A1": "blank"})[:6], "MG076", "", "role 5×12", "8×12"),
        ([*grid("role", {"A1": "blank"}), *grid("donor", {}, 16, 24)], "MG076", "", "role 8×12, donor 16×24", "8×12"),
        ([*grid("role", {"A1": "blank"}), *grid("role", {})], "MG026", "row 11", "role", "twice"),
        ([*grid("role", {"A1": "blank"}), ["notes"]], "MG075", "row 11", "notes", "heading"),
        ([*grid("role", {"A1": "blank"})[:9], ["I"]], "MG076", "", "role 9×12", "8×12"),
    ],
)
def test_each_mistake_of_a_stacked_layout_has_its_code_place_and_remedy(read, problems, rows, code, place, seen, words):
    layout = read(rows)
    assert found(problems) == [(code, place, seen)]
    assert words in next(iter(problems)).message + next(iter(problems)).remedy
    assert layout["role"].tolist() == ["blank"]


def test_a_row_that_is_left_out_of_a_grid_is_named(read, problems):
    rows = grid("role", {"A1": "blank"})
    del rows[3]  # row C
    read(rows)
    assert [(p.code, p.place, p.seen) for p in problems][:1] == [("MG075", "row 4", "D")]
    assert "expected was row C" in next(iter(problems)).message


def test_cells_beyond_a_grid_are_named(read, problems):
    rows = grid("role", {"A1": "blank"})
    rows[2] = [*rows[2], "blank"]
    read(rows)
    assert found(problems) == [("MG025", "row 3", "blank")]


def test_the_place_of_a_mistake_in_a_grid_is_its_well(read, problems):
    read([*grid("condition", {"C7": "contrl"}), *grid("donor", {"C7": "D1"}), *grid("rep", {"C7": "1"})])
    assert found(problems) == [("MG071", "well C7, condition", "contrl")]


def test_a_layout_without_wells_is_named(read, problems):
    assert len(read([["well", "role"], ["A1", ""]])) == 0
    assert found(problems) == [("MG083", "", "")]


def test_wells_that_only_an_export_can_tell_keep_an_empty_role(read, problems):
    layout = read(
        [TIDY, ["A1", "", "", "", "", "", "", "RUNX2", ""], ["A2", "", "", "", "", "", "", "", "s9"]], SAMPLES
    )
    assert layout["role"].tolist() == ["", ""]
    assert found(problems) == []


def test_a_sample_name_gives_condition_donor_and_rep(read, problems):
    layout = read([TIDY, ["A1", "", "", "", "", "", "", "", "s1"]], SAMPLES)
    assert layout.loc[0, ["role", "condition", "donor", "rep"]].tolist() == ["sample", "ca_mg08", "D1", "2"]
    assert found(problems) == []


def test_a_multiplex_well_may_stand_once_per_target(read, problems):
    rows = [["A1", "", "control", "D1", "1", "", "", t, ""] for t in ("RUNX2", "GAPDH")]
    assert read([TIDY, *rows])["target"].tolist() == ["RUNX2", "GAPDH"]
    assert found(problems) == []


def test_samples_are_read_and_checked(problems):
    rows = [
        ["sample", "condition", "donor", "rep"],
        ["s1", "ca_mg08", "D1", "1"],
        ["s2", "ca_mg_20", "D1", "1"],
        ["s1", "control", "D2", "1"],
        ["s4", "control", "", "1"],
    ]
    samples = samples_from_cells(cells_from_rows(rows, "samples.csv", ""), CONDITIONS, problems)
    tables.SAMPLES.check(samples)
    assert samples["sample"].tolist() == ["s1", "s2", "s4"]
    assert found(problems) == [
        ("MG029", "row 5, donor", ""),
        ("MG030", "row 4, sample", "s1"),
        ("MG071", "row 3, condition", "ca_mg_20"),
    ]
    assert "Did you mean “ca_mg20”?" in list(problems)[2].remedy


def test_the_same_mistake_in_many_wells_is_one_problem(read, problems):
    wells = {f"A{c}": "x" for c in range(1, 13)}
    read([*grid("condition", {w: "ca_mg8" for w in wells}), *grid("donor", wells)])
    assert found(problems) == [
        ("MG077", "well A1, rep and 11 more", ""),
        ("MG071", "well A1, condition and 11 more", "ca_mg8"),
    ]
    assert next(iter(problems)).message.startswith("A1–A12:")


def test_without_any_condition_the_layout_is_not_blamed():
    problems = Problems()
    layout_from_cells(cells_from_rows([TIDY, GOOD], "layouts/cal.csv", ""), [], None, problems)
    assert found(problems) == []


def test_a_grid_without_one_of_its_rows_is_named_once_and_its_letters_hold(read, problems):
    rows = grid("condition", {"D1": "control", "E1": "control"})
    del rows[4]
    layout = read(rows)
    assert found(problems)[0] == ("MG075", "row 5", "E")
    assert [code for code, _, _ in found(problems)].count("MG075") == 1
    assert layout["well"].tolist() == ["E1"]


def test_standards_in_wells_of_another_role_are_one_problem(read, problems):
    read([["well", "role", "standard"], ["A1", "empty", "0"], ["A2", "empty", "5"], ["A3", "standard", "10"]])
    assert found(problems) == [("MG081", "row 2, standard and 1 more", "0, 5")]


def test_the_same_negative_standard_is_one_problem(read, problems):
    read([["well", "role", "standard"], ["A1", "standard", "-5"], ["A2", "standard", "-5"], ["A3", "standard", "1"]])
    assert found(problems) == [("MG085", "row 2, standard and 1 more", "-5")]


@pytest.mark.parametrize("code", ["MG127", "MG035"])
def test_what_a_layout_lacks_that_was_cut_off_or_merged_is_not_told_again(read, problems, code):
    problems.add(code, file="layouts/cal.csv", place="line 2", seen="x")
    read([["well", "role", "condition"], ["A1", "sample", ""]])
    assert [p.code for p in problems] == [code]


def test_a_layout_of_a_heading_alone_is_told_once(read, problems):
    assert read([["well", "role"]]).empty
    assert [p.code for p in problems] == ["MG023"]
