import pytest

from mgassay import tables
from mgassay.report.exports.table_words import COLUMNS, OF_TABLE, TABLES, column_told


def test_every_table_and_every_column_is_told_and_no_other():
    assert set(TABLES) == {s.name for s in tables.RESULT_TABLES}
    columns = {c for s in tables.RESULT_TABLES for c in s.columns}
    assert set(COLUMNS) == columns
    assert all(set(own) <= set(tables.BY_NAME[name].columns) for name, own in OF_TABLE.items())


def test_a_column_that_means_something_else_in_one_table_says_so_there():
    assert column_told("genes", "estimate")[0] == "log2"
    assert column_told("shares", "estimate")[0] == "1"
    with pytest.raises(KeyError):
        column_told("genes", "nonsense")


def test_the_interval_of_a_check_is_called_what_it_is():
    """That the numbers are so is held against effects.csv in tests/workflow/test_demo.py."""
    told = column_told("checks", "ci_low")[1]
    assert "90 % of agreement, equivalence and match" in told
    assert "95 % of all others" in told
    assert column_told("effects", "ci_low")[1] == "lower end of the 95 % interval"


@pytest.mark.parametrize("state", tables.RESULT_TABLES, ids=lambda s: s.name)
def test_every_number_has_a_unit_that_its_name_does_not_contradict(state):
    without = {"read_index", "df", "pH", "focus"}  # numbers that have none
    for column, kind in state.columns.items():
        unit, told = column_told(state.name, column)
        assert told.isascii()
        assert bool(unit) == (kind in ("number", "integer") and column not in without), column
        for ending, named in (("_mM", "mM"), ("_nm", "nm"), ("_s", "s"), ("_od", "OD"), ("_px", "px")):
            if column.endswith(ending) and kind != "text":
                assert unit == named, column
