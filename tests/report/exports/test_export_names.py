import pytest

from mgassay import tables
from mgassay.report.exports.export_names import export_names, has_errors


@pytest.mark.parametrize("plate", ["../../x", "$(touch x)", "a b", "µ", "q1", "Q1"])
def test_a_plates_name_cannot_leave_the_folder(pcr, plate):
    other = [(plate, *w[1:]) for w in pcr.WELLS]
    names = list(export_names(pcr.make_experiment(), pcr.make_parts(wells=[*pcr.WELLS, *other])))
    assert len({n.casefold() for n in names}) == len(names)
    assert not [n for n in names if set(n) & set("/\\ $()")]


def test_plates_keep_their_names_where_they_are_safe(pcr):
    assert list(export_names(pcr.make_experiment(), pcr.make_parts())) == [
        "mg-pcr.rdml", "mg-pcr_q1_rdes.tsv", "mg-pcr_q2_rdes.tsv", "mg-pcr_miqe.csv"]  # fmt: skip


@pytest.mark.parametrize(("severity", "wrong"), [("error", True), ("warning", False), ("notice", False)])
def test_an_error_stops_what_travels_alone_and_nothing_else_does(pcr, severity, wrong):
    parts = pcr.make_parts() | {"problems": tables.PROBLEMS.frame([{"code": "MG101", "severity": severity}])}
    assert has_errors(parts) == wrong
    assert (export_names(pcr.make_experiment(), parts) == {}) == wrong
    assert not has_errors({})
