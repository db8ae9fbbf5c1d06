"""Efficiencies from amplification curves, beside those of LinRegPCR as rdmlpython 1.7.2 has it.

The two find the exponential phase in different ways, so they agree within some percent and not to the last digit. For
the environment see test_rdml_against_rdmlpython.py.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mgassay.assays.qpcr.curve_efficiency import efficiencies_from_curves
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("rdmlpython_efficiencies.py")
REAL = {"stepone_std.rdml": ("Run001", "RNase P", 0.01), "rdml_v1.4_matrix_gaps.rdml": ("Run 1", "tar1", 0.025)}


def theirs(oracle: Path, paths: list[Path]) -> dict[str, dict[str, float]]:
    done = subprocess.run([oracle, SCRIPT, *paths], check=True, capture_output=True, text=True, timeout=300)
    return json.loads(done.stdout)


def ours(path: Path, run: str, target: str) -> float:
    raw = RawFile(file=path.name, assay="qpcr", plate="P", sheet=run)
    export = read_raw_file(path, raw, Problems()).export
    readings = export.readings.rename(columns={"channel": "target"})
    wells = readings.assign(gene=readings["target"], role="sample", status="value")
    return efficiencies_from_curves(wells, export.amplification, {}, Problems())[target].factor


def reactions(factor: float, noise: float, bend: float, seed: int) -> np.ndarray:
    """48 curves that grow by `factor` up to `bend` of their plateau."""
    rng = np.random.default_rng(seed)
    product, curves = 10 ** rng.uniform(-8, -5, 48), np.empty((48, 40))
    for k in range(40):
        product = product * (1 + (factor - 1) * np.clip((1 - product / 10) / (1 - bend), 0, 1))
        curves[:, k] = product
    return curves + rng.uniform(1, 3, (48, 1)) + rng.normal(0, noise, curves.shape)


def write_rdml(path: Path, curves: np.ndarray) -> None:
    points = (
        "".join(f"<adp><cyc>{k}</cyc><fluor>{float(v)!r}</fluor></adp>" for k, v in enumerate(row, 1)) for row in curves
    )
    reacts = "".join(
        f'<react id="{i}"><sample id="s"/><data><tar id="t"/><cq>20</cq>{adps}</data></react>'
        for i, adps in enumerate(points, 1)
    )
    path.write_text(
        '<rdml xmlns="http://www.rdml.org" version="1.2"><dye id="d"/><sample id="s"><type>unkn</type></sample>'
        '<target id="t"><type>toi</type><dyeId id="d"/></target><experiment id="e"><run id="r"><pcrFormat>'
        "<rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel><columnLabel>123</columnLabel></pcrFormat>"
        f"{reacts}</run></experiment></rdml>",
        encoding="utf-8",
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_real_curves_have_the_efficiency_of_linregpcr(oracle, shared, name):
    run, target, within = REAL[name]
    path = shared / "data/qpcr" / name
    assert ours(path, run, target) == pytest.approx(theirs(oracle, [path])[str(path)][target], rel=within)


@pytest.mark.slow
@pytest.mark.parametrize("bend", [0.25, 0.0], ids=["constant", "logistic"])
@pytest.mark.parametrize("factor", [1.8, 1.95])
def test_simulated_curves_read_alike_where_both_are_right_and_where_both_are_low(oracle, tmp_path, factor, bend):
    path = tmp_path / "curves.rdml"
    write_rdml(path, reactions(factor, 0.005, bend, 5))
    found, linreg = ours(path, "r", "t"), theirs(oracle, [path])[str(path)]["t"]
    assert found == pytest.approx(linreg, rel=0.015)
    if bend:
        assert found == pytest.approx(factor, rel=0.01)
    else:  # no stretch of constant growth: both read low
        assert max(found, linreg) < 0.99 * factor
