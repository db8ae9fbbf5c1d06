"""RO-Crate metadata, by the rules of RO-Crate 1.1 and Process Run Crate 0.5, and read by rocrate (ro-crate-py) 0.16."""

import hashlib
import json

import pytest
from rocrate.rocrate import ROCrate

from mgassay.report.exports.crate import Held, crate_json

DIGEST = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("x", "t", "c", "r")}


def held(**more):
    given = {
        "name": "mg-hand",
        "title": "Mg²⁺ & TRPM7 <b>",
        "files": {"mg-hand.xlsx": (DIGEST["x"], "all tables")},
        "folders": {"overlays": "images"},
        "results": {"tables/effects.csv": DIGEST["t"]},
        "inputs": {"conditions.csv": DIGEST["c"], "raw/P1 µ.txt": DIGEST["r"]},
        "versions": {"mgassay": "0.1.0", "numpy": "2.4.6", "python": "3.11.7"},
    }
    return Held(**{**given, **more})


def graph(given):
    return {e["@id"]: e for e in json.loads(crate_json(given))["@graph"]}


def test_the_document_names_its_standard_and_the_folder_its_profile():
    made = graph(held())
    assert made["ro-crate-metadata.json"] == {
        "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}}  # fmt: skip
    root = made["./"]
    assert root["@type"] == "Dataset"
    assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert made[root["conformsTo"]["@id"]]["version"] == "0.5"
    assert {"name", "description", "datePublished", "license"} <= set(root)  # all that 1.1 asks of a root
    assert json.loads(crate_json(held()))["@context"][0] == "https://w3id.org/ro/crate/1.1/context"


def test_every_reference_has_its_entity_and_every_entity_is_reached():
    made = graph(held())

    def references(value):
        if isinstance(value, dict):
            yield from [value["@id"]] if set(value) == {"@id"} else [r for v in value.values() for r in references(v)]
        elif isinstance(value, list):
            yield from (r for v in value for r in references(v))

    named = {r for entity in made.values() for r in references({k: v for k, v in entity.items() if k != "@id"})}
    outside = {"https://w3id.org/ro/crate/1.1", "https://spdx.org/licenses/MIT"}
    assert named - outside <= set(made)
    assert set(made) - {"ro-crate-metadata.json"} <= named


def test_every_file_and_folder_is_part_of_the_root():
    """RO-Crate 1.1, data entities: each MUST be linked from the root by hasPart."""
    made = graph(held())
    data = {i for i, e in made.items() if e["@type"] in ("File", "Dataset") and i != "./"}
    assert {p["@id"] for p in made["./"]["hasPart"]} == data
    assert all(i.startswith("ni:///sha-256;") for i in data - {"mg-hand.xlsx", "overlays/"})


def test_the_run_tells_program_inputs_and_results():
    made = graph(held())
    (run,) = (e for e in made.values() if e["@type"] == "CreateAction")
    program = made[run["instrument"]["@id"]]
    assert (program["name"], program["softwareVersion"]) == ("mgassay", "0.1.0")
    assert {made[p["@id"]]["name"]: made[p["@id"]]["softwareVersion"] for p in program["softwareRequirements"]} == {
        "numpy": "2.4.6", "python": "3.11.7"}  # fmt: skip
    assert {made[i["@id"]]["name"]: made[i["@id"]]["sha256"] for i in run["object"]} == {
        "conditions.csv": DIGEST["c"], "raw/P1 µ.txt": DIGEST["r"]}  # fmt: skip
    assert {made[r["@id"]]["name"] for r in run["result"]} == {"mg-hand.xlsx", "overlays", "tables/effects.csv"}
    assert run["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert not [e for e in made.values() if {"startTime", "endTime"} & set(e)]


def test_a_run_with_errors_is_one_that_failed():
    (run,) = (e for e in graph(held(errors=2)).values() if e["@type"] == "CreateAction")
    assert run["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert run["error"].startswith("2 errors")


def test_files_of_the_same_bytes_are_one_with_all_their_names():
    made = graph(held(inputs={"a.csv": DIGEST["c"], "b.csv": DIGEST["c"]}))
    (both,) = (e for e in made.values() if e.get("name") == "a.csv")
    assert both["alternateName"] == ["b.csv"]


@pytest.mark.parametrize("name", ["../x", "=1+1", "<img src=x>", "a\udc80.csv", 'a"b'])
def test_any_name_of_a_file_makes_a_document_that_can_be_read(name):
    made = json.loads(crate_json(held(inputs={name: DIGEST["c"]})))
    assert name in {e.get("name") for e in made["@graph"]}


def test_rocrate_reads_it(tmp_path):
    (tmp_path / "overlays").mkdir()
    (tmp_path / "mg-hand.xlsx").write_bytes(b"x")
    (tmp_path / "ro-crate-metadata.json").write_bytes(crate_json(held()))
    crate = ROCrate(tmp_path)
    assert crate.name == "Mg²⁺ & TRPM7 <b>"
    assert {e["name"] for e in crate.data_entities} == {
        "mg-hand.xlsx", "overlays", "tables/effects.csv", "conditions.csv", "raw/P1 µ.txt"}  # fmt: skip
    (run,) = crate.get_by_type("CreateAction")
    assert run["instrument"]["softwareVersion"] == "0.1.0"
    assert crate.root_dataset["license"]["name"] == "Not stated"


def test_the_same_results_give_the_same_bytes():
    turned = held(inputs=dict(reversed(held().inputs.items())), versions=dict(reversed(held().versions.items())))
    assert crate_json(turned) == crate_json(held())
