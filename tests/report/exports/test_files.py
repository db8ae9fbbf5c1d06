import io
import zipfile

import pytest

from mgassay import tables
from mgassay.problems import Problems
from mgassay.readers.miqe_items import miqe_documents
from mgassay.report.exports.files import export_files, export_names


def test_every_name_has_its_file(pcr):
    experiment, parts = pcr.make_experiment(), pcr.make_parts()
    made = export_files(experiment, parts, {}, miqe_documents(), Problems())
    assert set(made) == set(export_names(experiment, parts)) == {
        "mg-pcr.rdml", "mg-pcr_q1_rdes.tsv", "mg-pcr_q2_rdes.tsv", "mg-pcr_miqe.csv"}  # fmt: skip
    assert zipfile.ZipFile(io.BytesIO(made["mg-pcr.rdml"])).namelist() == ["rdml_data.xml"]
    assert made == export_files(experiment, parts, {}, miqe_documents(), Problems())


@pytest.mark.parametrize("plate", ["../../x", "$(touch x)", "a b", "µ", "q1", "Q1"])
def test_a_plates_name_cannot_leave_the_folder(pcr, plate):
    other = [(plate, *w[1:]) for w in pcr.WELLS]
    names = list(export_names(pcr.make_experiment(), pcr.make_parts(wells=[*pcr.WELLS, *other])))
    assert len({n.casefold() for n in names}) == len(names)
    assert not [n for n in names if set(n) & set("/\\ $()")]


def test_nothing_is_handed_on_without_qpcr_or_with_errors(pcr):
    parts = pcr.make_parts()
    wrong = {**parts, "problems": tables.PROBLEMS.frame([{"code": "MG101", "severity": "error"}])}
    assert export_files(pcr.make_experiment(), wrong, {}, miqe_documents(), Problems()) == {}
    empty = {**parts, "qpcr": parts["qpcr"].iloc[:0]}
    assert export_files(pcr.make_experiment(), empty, {}, miqe_documents(), Problems()) == {}
    assert export_files(None, parts, {}, miqe_documents(), Problems()) == {}
