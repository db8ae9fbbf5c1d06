import pandas as pd
import pytest

from mgassay.problems import Problems
from mgassay.readers.names import check_names


@pytest.fixture
def problems():
    return Problems()


def table(*donors, rep="1"):
    return pd.DataFrame({"donor": list(donors), "rep": [rep] * len(donors)}, dtype="str")


@pytest.mark.parametrize("spelt", ["d2", "D02", "D 2", "D-2", "D_2"])
def test_a_donor_in_two_spellings_is_named_where_it_is_rarer(problems, spelt):
    maps = {"a.csv": table("D1", "D2"), "b.csv": table("D1", spelt), "c.csv": table("D2", "")}
    check_names(maps, problems)
    assert [(p.code, p.file, p.place, p.seen) for p in problems] == [("MG086", "b.csv", "donor", f"“{spelt}” (“D2”)")]
    assert "a.csv, c.csv" in next(iter(problems)).message


def test_all_reps_of_a_table_are_one_problem(problems):
    reps = [
        pd.DataFrame({"donor": ["D1"] * 3, "rep": names}, dtype="str")
        for names in (["1", "2", "3"], ["01", "02", "03"])
    ]
    check_names({"a.csv": reps[0], "b.csv": reps[1]}, problems)
    assert [(p.file, p.seen) for p in problems] == [("b.csv", "“01” (“1”), “02” (“2”), “03” (“3”)")]


def test_names_that_differ_are_left_alone(problems):
    check_names({"a.csv": table("D1", "D10", "run1"), "b.csv": table("D1", "D11", "D1b")}, problems)
    assert list(problems) == []


def test_two_spellings_beside_each_other_are_two_donors(problems):
    check_names({"a.csv": table("D1", "d1", "D2", "D 2"), "b.csv": table("D1", "d1")}, problems)
    assert [(p.code, p.severity, p.file, p.seen) for p in problems] == [
        ("MG088", "warning", "a.csv", "“D1” and “d1”, “D2” and “D 2”")
    ]


def test_reps_of_one_donor_may_be_named_alike(problems):
    reps = pd.DataFrame({"donor": ["D1", "D1"], "rep": ["a1", "A1"]}, dtype="str")
    check_names({"a.csv": reps}, problems)
    assert list(problems) == []


@pytest.mark.parametrize("name", ["D|1", "D;1", "D\x07"])
def test_signs_that_part_names_are_refused(problems, name):
    check_names({"a.csv": table(name)}, problems)
    assert [(p.code, p.file, p.seen) for p in problems] == [("MG087", "a.csv", name)]
