"""Exports that allotropy 0.1.150 reads too: every value, well, wavelength, time and Cq the same.

allotropy lives in an environment of its own (`make test-all` sets it up), whose Python MGASSAY_ORACLES names, without
it `.venv-oracles/bin/python` in the project. Where the two do not agree, the reason is listed here.
"""

import math
import os
from pathlib import Path

import pytest

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.allotropy_document import blocks_from_document
from mgassay.readers.exports.allotropy import document_of
from mgassay.readers.registry import read_raw_file
from mgassay.readers.sheets import Content
from mgassay.wellnames import well_from_text

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests/readers/exports/data"

PLATES = [  # vendor of allotropy, file, columns of files.csv, readings
    ("AGILENT_GEN5", "gen5_kinetic_420_4pl.txt", {}, 1248),
    ("AGILENT_GEN5", "gen5_lowry_660_masked_well.txt", {}, 96),
    ("AGILENT_GEN5", "gen5_overflow_450.txt", {}, 96),
    ("AGILENT_GEN5", "gen5_stdcurve_bca_mock.txt", {}, 96),
    ("TECAN_MAGELLAN", "tecan_magellan_595.xlsx", {}, 96),
    ("THERMO_SKANIT", "skanit_450.xlsx", {}, 96),
    ("PERKIN_ELMER_ENVISION", "envision_450_two_plates.csv", {"sheet": "Plate 1"}, 96),
    ("PERKIN_ELMER_ENVISION", "envision_450_two_plates.csv", {"sheet": "Plate 2"}, 96),
    ("MOLDEV_SOFTMAX_PRO", "softmax_kinetic_405_partial.txt", {}, 216),
]
RUNS = [  # vendor, file, wells and targets
    ("APPBIO_QUANTSTUDIO", "appbio_quantstudio_example02.txt", 96),
    ("APPBIO_QUANTSTUDIO", "appbio_quantstudio_example05.txt", 16),
    ("APPBIO_QUANTSTUDIO", "appbio_quantstudio_example07.txt", 16),
    ("APPBIO_QUANTSTUDIO", "appbio_quantstudio_example10.xlsx", 8),
    ("APPBIO_QUANTSTUDIO_DESIGNANDANALYSIS",
     "appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18.xlsx", 96),
    ("CFXMAESTRO", "biorad_cfxmaestro_example01.csv", 48),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def allotropy():
    python = Path(os.environ.get("MGASSAY_ORACLES") or ROOT / ".venv-oracles/bin/python")
    if not python.is_file():
        pytest.skip(f"no environment with allotropy: {python} is absent (`make test-all` makes it)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MGASSAY_VENDORS", str(python))
        yield


def theirs(vendor, path):
    return document_of(vendor, Content(path.name, raw=path.read_bytes()))


def ours(path, **row):
    raw = RawFile(file=path.name, assay="calcium", plate="P", **row)
    return read_raw_file(path, raw, Problems()).export.readings


def number(value):
    return None if math.isnan(value) else float(value)


@pytest.mark.slow
@pytest.mark.parametrize(("vendor", "file", "row", "count"), PLATES, ids=[f"{p[1]} {p[2]}" for p in PLATES])
def test_plates(shared, vendor, file, row, count):
    path = shared / "data/plates" / file
    label = row.get("sheet", "")
    held = {
        (number(b.wavelength_nm), b.read_index, number(b.time_s), spot.well): b.sheet.cell(spot.row, spot.col)
        for b in blocks_from_document(theirs(vendor, path))
        if not label or b.label == label
    for spot in b.spots
    }  # fmt: skip
    frame = ours(path, **row)
    columns = (frame[c] for c in ("wavelength_nm", "read_index", "time_s", "well", "value", "raw"))
    read = {(number(nm), i, number(t), w): (v, raw) for nm, i, t, w, v, raw in zip(*columns, strict=True)}
    if vendor == "PERKIN_ELMER_ENVISION":  # it gives no wavelength, though the label says A450
        read = {(None, *key[1:]): v for key, v in read.items()}
    assert len(read) == count
    assert set(read) == set(held)
    for key, (value, raw) in read.items():
        # A masked well keeps its text on both sides; elsewhere theirs is the number, or the word in its place.
        assert held[key] == (raw if math.isnan(value) or raw.startswith("*") else repr(float(value))), key


@pytest.mark.slow
def test_what_it_takes_for_the_wavelength_of_mars_is_the_channel(shared):
    """`Raw Data (450 1)` is 450 nm, channel 1; allotropy says 1 nm, and our own check of its documents refuses that."""
    with pytest.raises(UnreadableError, match="MG164"):
        blocks_from_document(theirs("BMG_MARS", shared / "data/plates/bmg_mars_450.CSV"))


@pytest.mark.slow
@pytest.mark.parametrize(("vendor", "file", "count"), RUNS, ids=[r[1] for r in RUNS])
def test_runs(shared, vendor, file, count):
    path = shared / "data/qpcr" / file
    frame = ours(path)
    read = {
        (well, target): number(value)
        for well, target, value in zip(frame["well"], frame["channel"], frame["value"], strict=True)
    }
    document = theirs(vendor, path)["qpcr aggregate document"]["qpcr document"]
    held = {}
    for measurement in (m for d in document for m in d["measurement aggregate document"]["measurement document"]):
        processed = measurement["processed data aggregate document"]["processed data document"][0]
        cq = processed.get("cycle threshold result (qPCR)", {}).get("value")
        sample = measurement["sample document"]
        dye = measurement["device control aggregate document"]["device control document"][0]["reporter dye setting"]
        target = measurement["target DNA description"]
        # An export without names of targets tells its reads apart by their dye, which we take for the name.
        named = target if target != "N/A" else dye
        held[well_from_text(sample["well location identifier"]), named] = cq
    assert len(read) == count
    if not set(read) & set(held):  # neither names targets nor dyes
        read, held = ({(w, ""): v for (w, _), v in side.items()} for side in (read, held))
    # allotropy reads wells of the set-up only, and that of example05 was shortened: thirteen of its results are lost.
    absent = {well for well, target in read if (well, target) not in held}
    assert len(absent) == (13 if file == "appbio_quantstudio_example05.txt" else 0)
    assert {key: cq for key, cq in held.items() if key in read} == {k: v for k, v in read.items() if k in held}
