from mgassay.readers.cq_tables import column_name, columns_from_header
from mgassay.readers.exports.quantstudio import DIALECT


def test_a_computed_column_is_never_taken_for_the_cq():
    assert column_name("Ct  Mean") == "ct mean"
    assert columns_from_header(["Well Position", "Ct Mean", "Delta Ct", "Cq Conf"], DIALECT.columns).keys() == {"well"}
    assert columns_from_header(["Target Name", "Task", "CT", "Target Name"], DIALECT.columns)["target"] == 0
