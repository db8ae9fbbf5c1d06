import io
import zipfile

from mgassay import tables
from mgassay.problems import Problems
from mgassay.readers.miqe_items import miqe_documents
from mgassay.report.exports.export_names import export_names
from mgassay.report.exports.files import export_files
from mgassay.report.methods import methods_text


def test_every_name_has_its_file(pcr):
    experiment, parts = pcr.make_experiment(), pcr.make_parts()
    made = export_files(experiment, parts, {}, miqe_documents(), Problems())
    assert set(made) - {"methods.txt"} == set(export_names(experiment, parts)) == {
        "mg-pcr.rdml", "mg-pcr_q1_rdes.tsv", "mg-pcr_q2_rdes.tsv", "mg-pcr_miqe.csv"}  # fmt: skip
    assert zipfile.ZipFile(io.BytesIO(made["mg-pcr.rdml"])).namelist() == ["rdml_data.xml"]
    assert made == export_files(experiment, parts, {}, miqe_documents(), Problems())


def test_the_methods_are_those_of_the_report(pcr):
    experiment, parts = pcr.make_experiment(), pcr.make_parts()
    made = export_files(experiment, parts, {"versions": {"mgassay": "0.1.0"}}, miqe_documents(), Problems())
    assert made["methods.txt"].decode() == methods_text(experiment, parts, {"mgassay": "0.1.0"})
    assert "mgassay 0.1.0" in made["methods.txt"].decode()


def test_nothing_is_handed_on_with_errors_and_only_the_methods_without_qpcr(pcr):
    parts = pcr.make_parts()
    wrong = {**parts, "problems": tables.PROBLEMS.frame([{"code": "MG101", "severity": "error"}])}
    assert export_files(pcr.make_experiment(), wrong, {}, miqe_documents(), Problems()) == {}
    empty = {**parts, "qpcr": parts["qpcr"].iloc[:0]}
    assert set(export_files(pcr.make_experiment(), empty, {}, miqe_documents(), Problems())) == {"methods.txt"}
    assert export_files(None, parts, {}, miqe_documents(), Problems()) == {}
