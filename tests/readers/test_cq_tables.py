from mgassay.readers.cq_tables import NOT_OMITTED, OMITTED, CqTable, column_name, columns_from_header
from mgassay.readers.exports.lightcycler import DIALECT_480
from mgassay.readers.exports.quantstudio import DIALECT
from mgassay.readers.sheets import Sheet


def test_a_computed_column_is_never_taken_for_the_cq():
    assert column_name("Ct  Mean") == "ct mean"
    assert columns_from_header(["Well Position", "Ct Mean", "Delta Ct", "Cq Conf"], DIALECT.columns).keys() == {"well"}
    assert columns_from_header(["Target Name", "Task", "CT", "Target Name"], DIALECT.columns)["target"] == 0


def test_a_column_that_is_absent_holds_its_default():
    table = CqTable(
        Sheet("", ()), {"well": 0, "cq": 2}, 1, [("A1", "g", "24,5"), ("A2",)], defaults={"target": "RUNX2"}
    )
    assert [table.column(c) for c in ("cq", "target", "task")] == [["24,5", ""], ["RUNX2", "RUNX2"], ["", ""]]
    assert table.mark == ","


def test_no_word_both_leaves_a_well_out_and_keeps_it():
    assert OMITTED.isdisjoint(NOT_OMITTED)
    assert DIALECT_480.left_out.isdisjoint(DIALECT_480.kept)
