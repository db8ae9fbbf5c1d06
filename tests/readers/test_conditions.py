import math

import pytest

from mgassay import tables
from mgassay.problems import Problems
from mgassay.readers.conditions import check_settings_fit, conditions_from_cells
from mgassay.readers.declared import cells_from_rows
from mgassay.readers.settings import settings_from_text

CONTRAST = "[contrast]\nmg_reference_mM = 0.8\nmg_raised_mM = 2.0\n"
HEADER = ["condition", "medium", "mg_mM", "inhibitor", "inhibitor_uM", "sirna", "cells"]


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def read(problems):
    def read(*rows, toml=CONTRAST):
        settings = settings_from_text(toml, Problems())
        conditions = conditions_from_cells(cells_from_rows(rows, "conditions.csv", ""), settings, problems)
        check_settings_fit(conditions, settings, "conditions.csv", problems)
        return conditions

    return read


GROWN = [
    ["control", "control", "0.8", "none", "", "none", "live"],
    ["ca_mg08", "calcifying", "0.8", "none", "", "none", "live"],
    ["ca_mg20", "calcifying", "2.0", "none", "", "none", "live"],
]


def test_defaults_of_the_contract_are_filled_in_for_absent_columns_and_empty_cells(read, problems):
    rows = [[*r[:3], "", "", "", ""] for r in GROWN]
    for conditions in (read(HEADER[:3], *(r[:3] for r in GROWN)), read(HEADER, *rows)):
        assert list(conditions) == list(tables.CONDITIONS.columns)
        tables.CONDITIONS.check(conditions)
        assert conditions["mg_mM"].tolist() == [0.8, 0.8, 2.0]
        for column, default in {
            "inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none", "modulator": "none",
            "mg_from_day": 0.0, "basal_medium": "",
        }.items():  # fmt: skip
            assert conditions[column].tolist() == [default] * 3
        assert conditions["inhibitor_uM"].isna().all()
    assert list(problems) == []


def test_columns_that_a_step_or_block_names_are_kept_as_text(read, problems):
    toml = CONTRAST + "[[step]]\nname = 'Wnt'\ncolumn = 'wnt'\nreference = 'none'\nraised = 'XAV939'\n"
    conditions = read(
        [*HEADER, "wnt"], *([*r, w] for r, w in zip(GROWN, ["none", "NA", "XAV939"], strict=True)), toml=toml
    )
    assert list(conditions) == [*tables.CONDITIONS.columns, "wnt"]
    assert conditions["wnt"].tolist() == ["none", "NA", "XAV939"]
    assert list(problems) == []


@pytest.mark.parametrize(
    ("entry", "column", "cells", "meant"),
    [
        (
            "[[step]]\nname='Wnt'\ncolumn='wnt'\nreference='vehicle'\nraised='X'",
            "wnt",
            ["", "X", ""],
            ["vehicle", "X", "vehicle"],
        ),
        ("[[block]]\nname='a'\ncolumn='drug'\nintact='DMSO'\nblocked='b'", "drug", ["b", "", "b"], ["b", "DMSO", "b"]),
        (
            "[[step]]\nname='s'\ncolumn='mg_salt'\nreference='Cl'\nraised='SO4'",
            "mg_salt",
            ["", "SO4", "Cl"],
            ["Cl", "SO4", "Cl"],
        ),
        ("[[step]]\nname='a'\ncolumn='atp_uM'\nreference='0'\nraised='5'", "atp_uM", ["", "5", "0"], [0.0, 5.0, 0.0]),
    ],
)
def test_an_empty_cell_in_its_own_column_is_the_reference_of_a_step_or_block(
    read, problems, entry, column, cells, meant
):
    toml = f"{CONTRAST}{entry}\n"
    conditions = read([*HEADER, column], *([*r, c] for r, c in zip(GROWN, cells, strict=True)), toml=toml)
    assert conditions[column].tolist() == meant
    (told,) = problems
    assert (told.code, told.severity, told.seen) == ("MG650", "notice", str(meant[cells.index("")]).removesuffix(".0"))


def test_what_has_a_default_keeps_it_and_a_full_column_tells_nothing(read, problems):
    block = "[[block]]\nname='a'\ncolumn='inhibitor'\nintact='none'\nblocked='b'\n"
    conditions = read(
        HEADER, [*GROWN[0][:3], "", *GROWN[0][4:]], [*GROWN[1][:3], "b", *GROWN[1][4:]], GROWN[2], toml=CONTRAST + block
    )
    assert conditions["inhibitor"].tolist() == ["none", "b", "none"]
    assert list(problems) == []


def test_all_columns_are_taken_while_experiment_toml_cannot_be_read(read, problems):
    conditions = read([*HEADER, "wnt"], *([*r, "none"] for r in GROWN), toml="no toml")
    assert conditions["wnt"].tolist() == ["none"] * 3
    assert list(problems) == []


def changed(row, column, text):
    rows = [list(r) for r in GROWN]
    rows[row][HEADER.index(column)] = text
    return rows


WRONG = [
    # row, column, text, code, place, words of the remedy
    (1, "mg_mM", "800", "MG067", "row 3, mg_mM", "mM"),
    (1, "mg_mM", "-0.8", "MG061", "row 3, mg_mM", "Correct"),
    (1, "mg_mM", "2024-03-01", "MG028", "row 3, mg_mM", "text before typing"),
    (1, "mg_mM", "NA", "MG027", "row 3, mg_mM", "decimal point"),
    (1, "mg_mM", "", "MG029", "row 3, mg_mM", "Fill in"),
    (1, "medium", "", "MG029", "row 3, medium", "Fill in"),
    (1, "condition", "1-Mar", "MG028", "row 3, condition", "text before typing"),
    (1, "condition", "control", "MG030", "row 3, condition", "name of its own"),
    (1, "condition", "a|b", "MG066", "row 3, condition", "label"),
    (1, "cells", "alive", "MG062", "row 3, cells", "Did you mean “live”?"),
    (1, "cells", "Fixed", "MG062", "row 3, cells", "Did you mean “fixed”?"),
    (1, "inhibitor", "None", "MG063", "row 3, inhibitor", "Write none."),
    (1, "sirna", "Scrambled", "MG063", "row 3, sirna", "Write scramble."),
    (1, "sirna", "NA", "MG063", "row 3, sirna", "Write none."),
    (1, "inhibitor_uM", "-1", "MG061", "row 3, inhibitor_uM", "Correct"),
    (1, "inhibitor_uM", "100", "MG064", "row 3, inhibitor_uM", "Name the inhibitor"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "column", "text", "code", "place", "words"), WRONG)
def test_each_mistake_has_its_code_place_and_remedy(read, problems, row, column, text, code, place, words):
    read(HEADER, *changed(row, column, text))
    named = [p for p in problems if p.file == "conditions.csv"]
    assert [(p.code, p.place, p.seen) for p in named] == [(code, place, text)]
    assert words in named[0].remedy


def test_words_for_missing_stay_text(read, problems):
    conditions = read(HEADER, *GROWN[:2], ["NA", "calcifying", "2.0", "None", "", "none", "live"])
    assert conditions["condition"].tolist()[2] == "NA"
    assert conditions["inhibitor"].tolist()[2] == "None"


def test_a_word_that_a_block_declares_is_a_name(read, problems):
    toml = CONTRAST + "[[block]]\nname = 'x'\ncolumn = 'inhibitor'\nintact = 'NA'\nblocked = 'none'\n"
    read(HEADER, *changed(1, "inhibitor", "NA"), toml=toml)
    assert list(problems) == []


def test_order_is_a_whole_number(read, problems):
    conditions = read([*HEADER, "order"], *([*r, o] for r, o in zip(GROWN, ["2", "1.5", ""], strict=True)))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG065", "row 3, order", "1.5")]
    assert conditions["order"].isna().tolist() == [False, True, True]


def test_rows_that_cannot_be_told_apart_are_left_out(read, problems):
    conditions = read(HEADER, *GROWN, ["ca_mg20", "calcifying", "3", "none", "", "none", "live"], ["", *GROWN[1][1:]])
    assert conditions["condition"].tolist() == ["control", "ca_mg08", "ca_mg20"]
    assert conditions["mg_mM"].tolist() == [0.8, 0.8, 2.0]
    assert [p.code for p in problems] == ["MG029", "MG030"]


def test_a_number_that_is_none_is_missing_and_not_guessed(read, problems):
    assert math.isnan(read(HEADER, *changed(2, "mg_mM", "2 mM"))["mg_mM"][2])


FIT = [
    (CONTRAST + "medium_calcifying = 'calcifyng'\n", "MG010", "contrast.medium_calcifying", "calcifyng",
     "Did you mean “calcifying”?"),
    (CONTRAST.replace("2.0", "3"), "MG011", "contrast.mg_raised_mM", "3", "Write a level"),
    (CONTRAST + "medium_control = 'controll'\n", "MG012", "contrast.medium_control", "controll",
     "Did you mean “control”?"),
    (CONTRAST + "[[block]]\nname='a'\ncolumn='inhibitor'\nintact='none'\nblocked='2-APB'\n", "MG014", "block 1.blocked",
     "2-APB", "Known are: none"),
    (CONTRAST + "[[step]]\nname='a'\ncolumn='sirnas'\nreference='none'\nraised='none'\n", "MG013", "step 1.column",
     "sirnas", "Did you mean “sirna”?"),
]  # fmt: skip


@pytest.mark.parametrize(("toml", "code", "place", "seen", "words"), FIT)
def test_settings_must_fit_the_conditions(read, problems, toml, code, place, seen, words):
    read(HEADER, *GROWN, toml=toml)
    assert [(p.code, p.file, p.place, p.seen) for p in problems] == [(code, "experiment.toml", place, seen)]
    assert words in next(iter(problems)).remedy
    assert "conditions.csv" in next(iter(problems)).message + next(iter(problems)).remedy
    assert next(iter(problems)).severity == ("warning" if code == "MG012" else "error")


def test_a_stand_in_contrast_is_not_held_against_the_conditions(read, problems):
    read(HEADER, *GROWN, toml="[experiment]\ntitle = 'no contrast'\n")
    assert list(problems) == []


def test_one_slip_in_many_rows_is_one_problem(read, problems):
    read(HEADER, *([*row[:3], "None", *row[4:]] for row in GROWN))
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG063", "row 2, inhibitor and 2 more", "None")]


def test_micromolar_throughout_is_one_problem(read, problems):
    toml = CONTRAST.replace("0.8", "800").replace("2.0", "2000")
    read(HEADER, *([*row[:2], f"{1000 * float(row[2]):g}", *row[3:]] for row in GROWN), toml=toml)
    assert [(p.code, p.place, p.seen) for p in problems] == [("MG067", "row 2, mg_mM and 2 more", "800, 2000")]
    assert "would be 0.8, 2 in the unit of the column" in next(iter(problems)).message


def test_names_that_part_keys_are_refused_in_every_column_that_names(read, problems):
    rows = [[*GROWN[1], "a;b"], [*GROWN[2], "none"]]
    toml = CONTRAST + "[[step]]\nname='x|y'\ncolumn='modulator'\nreference='none'\nraised='a;b'\n"
    read([*HEADER, "modulator"], [*GROWN[0], "none"], *rows, toml=toml)
    assert {(p.code, p.file, p.place, p.seen) for p in problems} == {
        ("MG089", "conditions.csv", "row 3, modulator", "a;b"),
        ("MG089", "experiment.toml", "step 1.name", "x|y"),
    }


@pytest.mark.parametrize(
    ("medium", "told"), [("calcifing", True), ("Calcifying", True), ("calcifying_2", False), ("osteogenic", False)]
)
def test_a_medium_that_may_be_misspelt_is_told(read, problems, medium, told):
    read(HEADER, *GROWN, ["odd", medium, "2.0", "none", "", "none", "live"])
    assert [(p.code, p.place, p.seen) for p in problems] == ([("MG097", "medium", medium)] if told else [])
    assert not told or "“calcifying”" in next(iter(problems)).remedy
