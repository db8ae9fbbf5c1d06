import csv
import math

import pytest

from mgassay.report.exports.grids import Grid, Value
from mgassay.report.exports.pasted import pasted_files


def grid(**more):
    cells = {("a", "D1"): (Value(1.5), Value(2.0)), ("b", "D1"): (Value(3.0, ">="), Value(math.nan))}
    given = {"readout": "calcium", "unit": "ug/mg", "conditions": ("a", "b"), "donors": ("D1", "D2"), "width": 2,
             "cells": cells}  # fmt: skip
    return Grid(**{**given, **more})


def rows_of(content):
    return list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_donors_are_rows_and_reps_stand_side_by_side():
    made = pasted_files([grid()], [])
    assert list(made) == ["to_paste/calcium_reps.tsv"]
    assert rows_of(made["to_paste/calcium_reps.tsv"]) == [
        ["donor, ug/mg", "a (1)", "a (2)", "b (1)", "b (2)"],
        ["D1", "1.5", "2.0", ">=3.0", ""],
        ["D2", "", "", "", ""],
    ]


def test_means_have_a_column_per_condition():
    means = grid(width=1, cells={("a", "D1"): (Value(0.1),), ("b", "D2"): (Value(-8.25),)}, readout="gene:RUNX2")
    made = pasted_files([], [means])
    assert rows_of(made["to_paste/gene_RUNX2_means.tsv"]) == [
        ["donor, ug/mg", "a", "b"],
        ["D1", "0.1", ""],
        ["D2", "", "-8.25"],
    ]


def test_labels_are_neither_formulas_nor_cells_of_their_own():
    made = pasted_files([grid(conditions=("=cmd()", "a\tb"), donors=("@D1", "D\n2"), cells={}, width=1)], [])
    heads, *rows = rows_of(made["to_paste/calcium_reps.tsv"])
    assert heads == ["donor, ug/mg", "'=cmd()", "a b"]
    assert [r[0] for r in rows] == ["'@D1", "D 2"]


@pytest.mark.parametrize(("donor", "marked"), [("D1", False), ("µ1", True)])
def test_a_mark_says_utf8_only_where_a_sign_needs_it(donor, marked):
    (content,) = pasted_files([grid(donors=(donor,))], []).values()
    assert content.startswith(b"\xef\xbb\xbf") == marked
    assert donor in content.decode("utf-8-sig")


def test_a_readout_cannot_leave_the_folder():
    (name,) = pasted_files([grid(readout="gene:../../x y")], [])
    assert name == "to_paste/gene_.._.._x_y_reps.tsv"


def test_a_name_that_begins_with_a_quotation_mark_stays_one_cell():
    """As Excel reads a paste: a mark at the start of a cell opens a quotation (RFC 4180), one within it does not."""
    made = pasted_files([grid(conditions=('"5 dish', '5" dish'), donors=('"D1"',), cells={}, width=1)], [])
    (content,) = made.values()
    read = list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter="\t"))
    assert read == [["donor, ug/mg", '"5 dish', '5" dish'], ['"D1"', "", ""]]
