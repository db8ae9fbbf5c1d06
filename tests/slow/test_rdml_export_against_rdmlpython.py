"""Exported RDML against the schema of RDML 1.3 and rdmlpython 1.7.2, exported RDES imported by it: real runs, exported.

The environment with rdmlpython is that of test_rdml_against_rdmlpython.py.
"""

import json
import math
import subprocess
from pathlib import Path

import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.cq_tables import TASKS
from mgassay.readers.qpcr_wells import STATUSES
from mgassay.readers.registry import read_raw_file
from mgassay.report.exports.files import export_files

ROOT = Path(__file__).parents[2]
CHECKS = Path(__file__).with_name("rdml_export_checks.py")
# Real runs: with curves of an RDML, a Design & Analysis workbook, a StepOne series whose non-detects are 40.0.
SHEETS = {"BioRad_qPCR_melt.rdml": "Amp Step 3_FAM;Amp Step 3_Cy5"}
RUNS = {
    "BioRad_qPCR_melt.rdml": 60,
    "stepone_std.rdml": 24,
    "appbio_quantstudio_example02.txt": None,
    "biorad_cfxmaestro_example01.csv": None,
}


def parts_of(path: Path, sheet: str = ""):
    """The tables that a run becomes, each sample of it a condition of its own."""
    export = read_raw_file(path, RawFile(file=path.name, assay="qpcr", plate="P", sheet=sheet), Problems()).export
    rows = []
    for r in export.readings.itertuples():
        status = STATUSES.get(r.status, "none")
        role = TASKS.get(r.task.lower().replace("_", " ").replace("-", " "), "sample")
        rows.append({
            "plate": "P", "well": r.well, "sample": r.sample, "condition": r.sample, "target": r.channel, "role": role,
            "status": status, "cq": r.value if status == "value" else math.nan,
            "cycles": r.cycles, "standard": r.quantity if role == "standard" else math.nan,
        })  # fmt: skip
    wells = tables.QPCR_WELLS.frame(rows)
    qpcr = wells.drop(columns=["standard", "dilution"]).assign(efficiency=2.0, flag="")
    return {
        "qpcr": tables.QPCR.frame(qpcr[list(tables.QPCR.columns)]), "qpcr_wells": wells,
        "amplification": export.amplification, "qpcr_quality": tables.QPCR_QUALITY.frame(),
        "problems": tables.PROBLEMS.frame(),
    }  # fmt: skip


def experiment():
    contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
    return Experiment("real", Settings.model_validate({"contrast": contrast}), tables.CONDITIONS.frame(), ())


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_a_real_run_is_valid_and_read_as_it_was_measured(name, oracle, shared, tmp_path):
    parts = parts_of(shared / "data/qpcr" / name, SHEETS.get(name, ""))
    made = export_files(experiment(), parts, {}, (), Problems())
    for file, content in made.items():
        (tmp_path / file).write_bytes(content)
    rdes = tmp_path / "real_P_rdes.tsv"
    command = [oracle, CHECKS, tmp_path / "real.rdml", rdes]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout)
    assert told["schema"] == []
    assert (told["version"], told["valid"]) == ("1.3", True)
    ours = [line.split("\t") for line in rdes.read_text(encoding="utf-8").split("\n")[:-1]]
    assert len(ours) - 1 == (RUNS[name] or (parts["qpcr"]["target"] != "").sum())
    for theirs in (told["tables"]["P"], told["rdes"][0]["table"]):
        rows = [line.split("\t") for line in theirs.split("\n")[:-1]]
        assert [[c for c in r if c] for r in rows[1:]] == [[c for c in r if c] for r in ours[1:]]


def cq_of(parts):
    used = parts["qpcr"][parts["qpcr"]["target"] != ""]
    return {(r.well, r.target): (r.status, r.cq) for r in used.itertuples() if r.status in ("value", "undetermined")}


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_our_own_reader_reads_a_real_run_back(name, shared, tmp_path):
    before = parts_of(shared / "data/qpcr" / name, SHEETS.get(name, ""))
    path = tmp_path / "real.rdml"
    path.write_bytes(export_files(experiment(), before, {}, (), Problems())["real.rdml"])
    after = parts_of(path)
    assert {k: str(v) for k, v in cq_of(after).items()} == {k: str(v) for k, v in cq_of(before).items()}
    curves = [{(r.well, r.target): r.fluorescence for r in p["amplification"].itertuples()} for p in (before, after)]
    if curves[1]:  # else a baseline had been subtracted
        assert curves[1] == {k: v for k, v in curves[0].items() if k in cq_keys(before)}


def cq_keys(parts):
    return set(parts["qpcr"][["well", "target"]].itertuples(index=False, name=None))
