"""Every run of every RDML file at hand, read by us and by rdmlpython 1.7.2: wells, samples, targets, Cq, curves.

rdmlpython lives in an environment of its own, whose interpreter MGASSAY_ORACLES names (without it
`.venv-oracles/bin/python` in the project). To make one:
`python -m venv .venv-oracles && .venv-oracles/bin/pip install rdmlpython==1.7.2`.
"""

import json
import math
import subprocess
from pathlib import Path

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/readers/exports/data/rdml"
READS = Path(__file__).with_name("rdmlpython_reads.py")

# Where we name things otherwise, on purpose: (file, their name) -> ours. Ids that are GUIDs are no names for a lab, the
# description is; and `dye@gene` with the target's own dye is the gene.
OTHER_NAMES = {
    ("v1.4_utf16_codes.rdml", "1c76448f-03d2-453f-8628-d764e1ca1d50"): "donor 1 ±Mg",
    ("v1.4_utf16_codes.rdml", "1c76448f-03d2-453f-8628-d764e1ca1d51"): "donor 2",
    ("v1.4_utf16_codes.rdml", "1c76448f-03d2-453f-8628-d764e1ca1d52"): "no template",
    ("v1.4_utf16_codes.rdml", "1c76448f-03d2-453f-8628-d764e1ca1d53"): "donor 2",
    ("v1.4_utf16_codes.rdml", "SYBR Green I@BMP2"): "BMP2",
}
# Where rdmlpython has a Cq and we have none, on purpose: not available by the format's own rule (-1, NaN), or at or
# above the cycles of the run. (file, well) -> text of the Cq.
NO_CQ = {
    ("stepone_std.rdml", "A1"): "40.0",
    ("stepone_std.rdml", "A2"): "40.0",
    ("stepone_std.rdml", "A3"): "40.0",
    ("v1.0_wells.rdml", "A1"): "40.0",
    ("v1.0_wells.rdml", "H12"): "40.0",
    ("v1.2_latin1_prefix.rdml", "A3"): "-1.0",
    ("v1.2_latin1_prefix.rdml", "A4"): "NaN",
    ("v1.2_latin1_prefix.rdml", "A8"): "-1",
    ("v1.2_latin1_prefix.rdml", "F7"): "45",
    ("v1.4_utf16_codes.rdml", "B1"): "100",
}
READINGS = {"stepone_std.rdml": 24, "BioRad_qPCR_melt.rdml": 60, "rdml_v1.4_matrix_gaps.rdml": 72}  # of the real files


def ours(path: Path, run: str):
    raw = RawFile(file=path.name, assay="qpcr", plate="P", sheet=run)
    return read_raw_file(path, raw, Problems()).export


def compare(oracle: Path, paths: list[Path]) -> dict[str, int]:
    """Compares all readings of these files; how many there were by file."""
    command = [oracle, READS, *paths]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout)
    seen = set()
    for path in paths:
        theirs = told[str(path)]
        assert theirs
        for run in dict.fromkeys(row["run"] for row in theirs):
            seen |= compare_run(path, run, [row for row in theirs if row["run"] == run])
    assert seen == {key for key in NO_CQ if key[0] in {p.name for p in paths}}
    return {path.name: len(told[str(path)]) for path in paths}


def compare_run(path: Path, run: str, theirs: list[dict]) -> set[tuple[str, str]]:
    """Compares one run; the wells whose Cq we do not take for one."""
    export = ours(path, run)
    curves = {(c.well, c.target): c for c in export.amplification.itertuples()}
    seen = set()
    assert len(export.readings) == len(theirs)
    for mine, row in zip(export.readings.itertuples(), theirs, strict=True):
        sample, target = (OTHER_NAMES.get((path.name, row[k]), row[k]) for k in ("sample", "target"))
        assert (mine.well, mine.sample, mine.channel, mine.raw) == (row["well"], sample, target, row["cq"])
        assert (mine.status == "omitted") == row["excluded"]
        if math.isnan(mine.value) and row["cq"]:
            assert NO_CQ[path.name, mine.well] == row["cq"]
            assert mine.status == "undetermined"
            seen.add((path.name, mine.well))
        else:
            assert math.isnan(mine.value) if row["cq"] == "" else mine.value == float(row["cq"])
        assert points(curves.get((mine.well, mine.channel))) == row["curve"]
    return seen


def points(curve) -> dict[str, float]:
    if curve is None:
        return {}
    numbered = enumerate(curve.fluorescence.split(";"), start=curve.first_cycle)
    return {str(cycle): float(text) for cycle, text in numbered if text}


@pytest.mark.slow
def test_our_fixtures_of_every_version_read_as_rdmlpython_reads_them(oracle):
    paths = sorted(FIXTURES.glob("*.rdml"))
    assert len(compare(oracle, paths)) == 5


@pytest.mark.slow
def test_real_files_read_as_rdmlpython_reads_them(oracle, shared):
    assert compare(oracle, [shared / "data/qpcr" / name for name in READINGS]) == READINGS
