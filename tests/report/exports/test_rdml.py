import io
import math
import zipfile
from xml.etree import ElementTree

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.contents import content_from_bytes
from mgassay.readers.exports.rdml import read
from mgassay.report.exports.exported_wells import exported_qpcr
from mgassay.report.exports.rdml import NAMESPACE, rdml_document, rdml_file

CURVES = "0.5;0.625;0.75"


def made(pcr, **parts):
    experiment = pcr.make_experiment(calibrator="s1")
    return experiment, exported_qpcr(experiment, pcr.make_parts(**parts), Problems())


def document(pcr, **parts):
    root = ElementTree.fromstring(rdml_document(*made(pcr, **parts), "0.1"))
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    return root


def read_back(pcr, plate, **parts):
    raw = RawFile(file="x.rdml", assay="qpcr", plate="P", sheet=plate)
    return read(content_from_bytes(rdml_file(*made(pcr, **parts), "0.1"), "x.rdml"), raw, Problems())


def test_our_own_reader_reads_the_same_cq_back(pcr):
    frame = read_back(pcr, "q1").readings.set_index("well")
    assert (frame.at["A1", "value"], frame.at["A3", "value"], frame.at["B1", "value"]) == (24.512, 17.0, 21.25)
    assert dict(frame["status"]) == {
        "A1": "ok", "A2": "undetermined", "A3": "ok", "B1": "ok", "B2": "ok", "C1": "omitted", "C2": "omitted",
        "C3": "omitted", "H12": "undetermined",
    }  # fmt: skip
    assert frame.loc[frame["status"] == "undetermined", "value"].isna().all()
    assert dict(frame["task"])["H12"] == "ntc"
    assert (frame.at["B1", "task"], frame.at["B1", "quantity"], frame.at["B2", "task"]) == ("std", 1000.0, "nrt")
    assert (frame.at["A1", "sample"], frame.at["A3", "channel"]) == ("ca_mg08 D1 rep 1", "Gapdh")


def test_curves_are_read_back_cycle_by_cycle(pcr):
    curves = read_back(pcr, "q1", amplification=[pcr.curve("A1", "0.5;;0.75", first=2)]).amplification
    (row,) = curves.to_dict("records")
    assert (row["well"], row["target"], row["first_cycle"], row["fluorescence"]) == ("A1", "RUNX2", 2, "0.5;;0.75")


def test_what_was_not_detected_has_no_cq_of_the_last_cycle(pcr):
    data = {r.get("id"): r.find("data") for r in document(pcr).iter("react")}
    assert (data["2"].findtext("cq"), data["2"].findtext("note")) == ("-1.0", "not detected within 40 cycles")
    assert (data["26"].find("cq"), data["26"].findtext("excl")) == (None, "no result in the export")
    assert (data["27"].findtext("cq"), data["27"].findtext("excl")) == ("30.5", "excluded in the layout")
    assert data["25"].findtext("excl") == "omitted in the export"


def test_samples_carry_their_condition_and_targets_their_type_and_efficiency(pcr):
    root = document(pcr, quality=[{"gene": "RUNX2", "measure": "efficiency", "subject": "series", "estimate": 1.9}])
    sample = next(s for s in root.iter("sample") if s.get("id") == "ca_mg20 D1 rep 1")
    told = {a.findtext("property"): a.findtext("value") for a in sample.iter("annotation")}
    assert (told["condition"], told["donor"], told["mg_mM"], sample.findtext("type")) == (
        "ca_mg20",
        "D1",
        "2.0",
        "unkn",
    )
    targets = {t.get("id"): (t.findtext("type"), t.findtext("amplificationEfficiency")) for t in root.iter("target")}
    assert targets == {"RUNX2": ("toi", "1.9"), "Gapdh": ("ref", "1.9")}
    methods = {d.find("tar").get("id"): d.findtext("ampEffMet") for d in root.iter("data")}
    assert methods == {"RUNX2": "dilution series", "Gapdh": None}
    calibrators = [s.get("id") for s in root.iter("sample") if s.findtext("interRunCalibrator") == "true"]
    assert calibrators == ["ca_mg08 D1 rep 1", "NRT ca_mg08 D1 rep 1"]


def test_plates_with_two_efficiencies_have_none_of_the_target(pcr):
    experiment = pcr.make_experiment()
    parts = pcr.make_parts()
    parts["qpcr"].loc[parts["qpcr"]["plate"] == "q2", "efficiency"] = 2.0
    exported = exported_qpcr(experiment, parts, Problems())
    root = ElementTree.fromstring(rdml_document(experiment, exported, "0.1"))
    ns = {"r": NAMESPACE}
    assert root.find("r:target[@id='RUNX2']/r:amplificationEfficiency", ns) is None
    assert [e.text for e in root.iterfind("r:experiment/r:run[@id='q2']/r:react/r:data/r:ampEff", ns)] == ["2.0"]


@pytest.mark.parametrize("name", ["<&>\"'", "=1+1", "tab\there", "nul\x00", "émoji 😀"])
def test_any_name_gives_a_document_that_can_be_read(pcr, name):
    row = ("q1", "E1", name, name, name, name, name, "sample", 20.0, "value", pcr.NAN)
    root = document(pcr, wells=[row])
    assert len(list(root.iter("react"))) == 1


def test_the_same_wells_are_the_same_bytes(pcr):
    first = rdml_file(*made(pcr, amplification=[pcr.curve("A1", CURVES)]), "0.1")
    assert first == rdml_file(*made(pcr, amplification=[pcr.curve("A1", CURVES)]), "0.1")
    (member,) = zipfile.ZipFile(io.BytesIO(first)).infolist()
    assert (member.filename, member.date_time) == ("rdml_data.xml", (1980, 1, 1, 0, 0, 0))


def test_an_efficiency_that_is_not_known_is_not_written(pcr):
    experiment, parts = pcr.make_experiment(), pcr.make_parts()
    parts["qpcr"]["efficiency"] = math.nan
    text = rdml_document(experiment, exported_qpcr(experiment, parts, Problems()), "0.1").decode()
    assert "ampEff" not in text
    assert "amplificationEfficiency" not in text
