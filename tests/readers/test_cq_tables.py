import numpy as np
import pytest

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.cq_tables import CqTable, column_name, columns_from_header, readings_from_table
from mgassay.readers.exports.quantstudio import DIALECT
from mgassay.readers.sheets import Sheet


def test_a_computed_column_is_never_taken_for_the_cq():
    assert column_name("Ct  Mean") == "ct mean"
    assert columns_from_header(["Well Position", "Ct Mean", "Delta Ct", "Cq Conf"], DIALECT.columns).keys() == {"well"}
    assert columns_from_header(["Target Name", "Task", "CT", "Target Name"], DIALECT.columns)["target"] == 0


HEAD = ("Well", "Target", "Task", "Cq", "Quantity")


def read(*rows, mark=",", unfinished=False, head=HEAD):
    sheet = Sheet("", (), separator=mark, is_text=True)
    table = CqTable(sheet, columns_from_header(head, DIALECT.columns), 1, rows, head, unfinished=unfinished)
    return readings_from_table(
        table, DIALECT, RawFile(file="q", assay="qpcr", plate="P"), Problems(), lambda ends, cq: None
    )


A1, A2 = ("A1", "g", "UNKNOWN", "24.5", "1"), ("A2", "g", "UNKNOWN", "25.5", "2")


def refused(*rows, **how):
    with pytest.raises(UnreadableError) as bad:
        read(*rows, **how)
    return bad.value.code, bad.value.place


@pytest.mark.parametrize(
    ("last", "unfinished", "cut"),
    [
        (A2, False, False),
        (A2, True, True),  # ends in its quantity, and no line break: 2 may have been 20
        (A2[:4], False, True),  # ends in its Cq, and shorter than the others
        (A2[:3], False, True),
        ((*A2, "note"), False, True),
    ],
)
def test_a_table_that_was_cut_off(last, unfinished, cut):
    if cut:
        assert refused(A1, last, unfinished=unfinished) in [
            ("MG127", "line 3"),
            ("MG127", "line 3, column 5"),
            ("MG154", "line 3"),
        ]
    else:
        assert len(read(A1, last, unfinished=unfinished)) == 2


def test_rows_that_all_end_with_a_separator_are_not_too_wide():
    assert read((*A1, ""), (*A2, ""))["value"].tolist() == [24.5, 25.5]
    assert refused((*A1, ""), A2, A2) == ("MG154", "line 2")
    assert refused((*A1, ""), A2[:4]) == ("MG127", "line 3")
    assert refused(("A1", "g", "NTC", "24", "5", "1"), ("A2", "g", "NTC", "NaN"), mark=",")[0] == "MG154"
    whole = [("A1", "g", "UNKNOWN", "24", "5", ""), ("A2", "g", "UNKNOWN", "25", "5", "")]  # 24,5 in a file of commas
    assert refused(*whole) == ("MG154", "line 2")
    assert np.isfinite(read(*whole, mark="\t")["value"]).all()


def test_a_word_for_no_cq_is_a_well_only_where_something_names_it():
    empty = ("A3", "", "", "Undetermined", "")
    assert read(A1, empty)["well"].tolist() == ["A1"]
    bare = [("A1", "24.5"), ("A3", "Undetermined")]
    assert read(*bare, head=("Well", "Cq"))["status"].tolist() == ["ok", "undetermined"]
