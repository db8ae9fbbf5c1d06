"""The template workbook: the same experiment as the CSV files, with drop-downs and notes."""

import io

import openpyxl
import pytest

from mgassay import store
from mgassay.problems import Problems
from mgassay.readers.folder import read_experiment
from mgassay.simulate.example import example_experiment, example_workbook
from mgassay.simulate.workbook import WORKBOOK, with_workbook

READERS = ("gen5", "icontrol", "table")


@pytest.fixture(scope="module")
def files():
    return example_workbook("lab-1", READERS)


@pytest.fixture(scope="module")
def book(files):
    return openpyxl.load_workbook(io.BytesIO(files[WORKBOOK]))


def heading(sheet, name):
    return next(cell for cell in sheet[1] if cell.value == name)


def drop_down(sheet, cell):
    """What a cell offers, as text, and what happens with anything else."""
    (found,) = [v for v in sheet.data_validations.dataValidation if cell.coordinate in v.sqref]
    assert found.type == "list"
    place, _, area = found.formula1.partition("!")
    rows = sheet.parent[place][area.replace("$", "")]
    return [row[0].value for row in rows], found.errorStyle or "stop"


def test_it_reads_back_as_the_same_experiment_as_the_csv_files(files, tmp_path):
    read, problems = [], Problems()
    for kind, made in (("csv", example_experiment("lab-1")), ("xlsx", files)):
        for name, content in made.items():
            store.write_bytes(tmp_path / kind / "lab-1" / name, content)
        read.append(read_experiment(tmp_path / kind / "lab-1", problems))
    text, sheets = read
    assert len(problems) == 0
    assert text.files == sheets.files
    assert text.settings == sheets.settings
    assert text.conditions.equals(sheets.conditions)
    assert text.samples.equals(sheets.samples)
    assert list(text.layouts) == list(sheets.layouts)
    assert all(text.layouts[name].equals(sheets.layouts[name]) for name in text.layouts)


def test_no_table_stands_in_two_places_and_raw_files_stay(files):
    made = example_experiment("lab-1")
    assert {n for n in made if n.startswith(("raw/", "images/"))} == {
        n for n in files if n.startswith(("raw/", "images/"))
    }
    assert [n for n in files if n.endswith(".csv") and not n.startswith("raw/")] == []


def test_its_sheets_begin_with_what_it_is(book):
    assert book.sheetnames[:4] == ["about", "conditions", "files", "samples"]
    assert book.sheetnames[-1] == "choices"
    assert all(n.startswith("layout_") for n in book.sheetnames[4:-1])
    assert "mgassay check" in " ".join(str(row[0].value) for row in book["about"].iter_rows())


def test_drop_downs_offer_the_words_of_the_contract(book):
    from mgassay.experiment import ASSAYS
    from mgassay.readers.conditions import CELLS
    from mgassay.tables import WELL_ROLES

    conditions, sheet = book["conditions"], book["files"]
    below = {c.value: c.offset(1) for c in conditions[1]}
    assert drop_down(conditions, below["sirna"]) == (["none", "scramble", "TRPM7"], "information")
    assert drop_down(conditions, below["inhibitor"])[0][:2] == ["none", "2-APB"]
    offered, style = drop_down(conditions, below["cells"])
    assert (set(offered), style) == (set(CELLS), "stop")
    below = {c.value: c.offset(1) for c in sheet[1]}
    assert drop_down(sheet, below["assay"]) == (list(ASSAYS), "stop")
    assert drop_down(sheet, below["reader"]) == (list(READERS), "stop")
    names = [n.removeprefix("layout_") for n in book.sheetnames if n.startswith("layout_")]
    assert drop_down(sheet, below["layout"]) == (names, "stop")
    tidy = book["layout_protein_D1"]
    assert drop_down(tidy, heading(tidy, "role").offset(1)) == (list(WELL_ROLES), "stop")
    offered, _ = drop_down(tidy, heading(tidy, "condition").offset(40))
    assert offered[:2] == ["control", "ca_mg08"]


def test_a_new_condition_is_offered_and_new_rows_have_drop_downs(book):
    tidy = book["layout_protein_D1"]
    offered, _ = drop_down(tidy, heading(tidy, "condition").offset(1))
    rows = [cell.value for cell in book["conditions"]["A"] if cell.value][1:]
    assert offered[: len(rows)] == rows
    assert len(offered) > len(rows)  # rows that are still empty
    assert drop_down(book["conditions"], heading(book["conditions"], "cells").offset(300))


def test_grids_of_a_layout_have_the_drop_downs_of_their_corner(book):
    grids = book["layout_calcium_D1"]
    corners = {row[0].value: row[0] for row in grids.iter_rows() if row[1].value == 1}
    assert {"role", "condition", "donor", "rep", "standard"} == set(corners)
    first, last = corners["role"].offset(1, 1), corners["role"].offset(8, 12)
    assert "standard" in drop_down(grids, first)[0]
    assert drop_down(grids, last) == drop_down(grids, first)
    assert "ca_mg08" in drop_down(grids, corners["condition"].offset(8, 12))[0]
    assert not [v for v in grids.data_validations.dataValidation if corners["donor"].offset(1, 1).coordinate in v.sqref]


def test_headings_say_what_they_are_for_and_stay_in_sight(book):
    for name in ("conditions", "files", "samples", "layout_protein_D1"):
        assert [c.value for c in book[name][1] if c.comment is None] == [], name
        assert book[name].freeze_panes == "B2"
    assert "mM" in heading(book["conditions"], "mg_mM").comment.text


def test_numbers_are_numbers_and_names_are_text(book):
    cells = {c.value: c.offset(1).value for c in book["conditions"][1]}
    assert cells["mg_mM"] == 0.8
    assert cells["condition"] == "control"


def test_what_looks_like_a_formula_stays_text_and_007_stays_007():
    files = {"conditions.csv": b"condition,label\n007,=1+1\nx,1e3\n", "files.csv": b"file,layout\na,\n"}
    book = openpyxl.load_workbook(io.BytesIO(with_workbook(files, {})[WORKBOOK]))
    rows = [[c.value for c in row] for row in book["conditions"].iter_rows(min_row=2)]
    assert rows[:2] == [["007", "=1+1"], ["x", "1e3"]]
    assert [c.data_type for c in book["conditions"][2]] == ["s", "s"]


def test_the_same_tables_give_the_same_bytes(files):
    assert example_workbook("lab-1", READERS) == files
