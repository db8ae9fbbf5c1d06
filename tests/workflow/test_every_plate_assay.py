"""One experiment with a plate of every assay, from its files to amounts, effects and the report, against its truth."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from tests.workflow.conftest import errors_of, run_verbs, table_of

DONORS, REPS = ("D1", "D2", "D3"), ("1", "2")
CONDITIONS = {  # medium, Mg in mM, siRNA; and the truth: ug calcium, uM alizarin, nmol/min, percent, mM Mg, min
    "ctrl": (("control", 0.8, "scramble"), (1.0, 40, 5.0, 100, 0.5, 300)),
    "ca08": (("calcifying", 0.8, "scramble"), (20.0, 800, 12.0, 95, 0.5, 200)),
    "ca20": (("calcifying", 2.0, "scramble"), (6.0, 250, 7.0, 98, 1.0, 330)),
    "si08": (("calcifying", 0.8, "TRPM7"), (22.0, 850, 13.0, 90, 0.4, 200)),
    "si20": (("calcifying", 2.0, "TRPM7"), (12.0, 500, 11.0, 55, 0.5, 330)),
}
CULTURES = [(c, d, r) for c in CONDITIONS for d in DONORS for r in REPS]
DONOR = {"D1": 0.9, "D2": 1.0, "D3": 1.15}
SETTINGS = """
[contrast]
mg_reference_mM = 0.8
mg_raised_mM = 2.0
[assays.alizarin_extract]
extract_volume_uL = 500
[assays.alp]
epsilon_per_mM_cm = 18.5
path_cm = 0.5
well_volume_uL = 200
sample_volume_uL = 20
lysate_volume_uL = 200
[assays.mg_intracellular]
kd_mM = 1.9
r_min = 0.4
r_max = 8.0
beta = 3.0
"""
WELLS = [f"{row}{column}" for column in range(1, 13) for row in "ABCDEFGH"]


def truth(i):
    """The i-th true amount of every culture, donors differing as they do."""
    return {(c, d, r): CONDITIONS[c][1][i] * DONOR[d] * (1.03 if r == "2" else 1.0) for c, d, r in CULTURES}


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)


def plate(folder, name, wells, columns, times=None):
    """A list (a column per wavelength) or, with times in min, a time table, of (role, standard, culture, signal)."""
    named = list(zip(WELLS, wells, strict=False))
    layout = [("well", "role", "standard", "condition", "donor", "rep")]
    layout += [(w, role, "" if x is None else x, *(culture or ("", "", ""))) for w, (role, x, culture, _) in named]
    write(folder / "layouts" / f"{name}.csv", layout)
    if times is None:
        rows = [("well", *columns), *((w, *(f"{v:.5f}" for v in np.atleast_1d(s))) for w, (*_, s) in named)]
    else:
        signals = [s for _, (*_, s) in named]
        rows = [("Time [min]", *(w for w, _ in named))]
        rows += [(f"{t:g}", *(f"{s[k]:.5f}" for s in signals)) for k, t in enumerate(times)]
    write(folder / "raw" / f"{name}.csv", rows)
    return {"file": f"raw/{name}.csv", "assay": name, "layout": name, "plate": name}


def s_shaped(c):
    return 0.06 + (2.5 / (1 + (70 / c) ** 1.2) if c else 0.0)


def bent(c):
    return 0.09 + 1.05e-3 * c - 1e-7 * c**2


def straight(c):
    return 0.05 + 8e-4 * c


def against_standards(dye, levels, content, sd, rng):
    """Standards in triplicate, three blanks, and every culture once."""

    def read(c):
        return dye(c) + sd * rng.standard_normal()

    standards = [("standard", x, None, read(x)) for x in levels for _ in range(3)]
    return [*standards, *(("blank", None, None, read(0.0)) for _ in range(3)),
            *(("sample", None, culture, read(c)) for culture, c in content.items())]  # fmt: skip


def make_folder(folder: Path) -> None:
    rng = np.random.default_rng(20261125)
    calcium = {k: v / 0.2 for k, v in truth(0).items()}  # 200 uL extract
    protein = dict.fromkeys(CULTURES, 500.0)  # ug/mL, 0.1 mg in 200 uL
    files = [
        plate(folder, name, against_standards(dye, levels, content, sd, rng), [column])
        for name, dye, levels, content, sd, column in (
            ("calcium", s_shaped, (0, 5, 10, 20, 40, 80, 160), calcium, 0.003, "OD575"),
            ("protein", bent, (0, 125, 250, 500, 1000, 2000), protein, 0.003, "OD562"),
            ("alizarin_extract", straight, (0, 62.5, 125, 250, 500, 1000, 2000), truth(1), 0.001, "OD405"),
        )
    ]
    files += [
        alp_plate(folder, rng), viability_plate(folder, rng), magnesium_plate(folder), t50_plate(folder, rng),
    ]  # fmt: skip
    columns = ["file", "assay", "layout", "plate", "wavelength_nm"]
    write(folder / "files.csv", [columns, *([f.get(c, "") for c in columns] for f in files)])
    head = ("condition", "medium", "mg_mM", "inhibitor", "sirna", "cells", "comparator")
    rows = [(c, m, mg, "none", s, "live", "none") for c, ((m, mg, s), _) in CONDITIONS.items()]
    write(folder / "conditions.csv", [head, *rows])
    (folder / "experiment.toml").write_text(SETTINGS)


def alp_plate(folder, rng):
    """A tenth of the lysate is in the assay well, in 200 uL: mM/min = nmol/min / 10 / 200, and OD = 18.5 * 0.5 * mM."""
    times = np.arange(31.0)

    def course(nmol_per_min):
        od_per_min = nmol_per_min / 10 / 200 * 18.5 * 0.5 + 2e-4  # the substrate falls apart by itself a little
        return 0.08 + od_per_min * times + 0.001 * rng.standard_normal(times.size)

    wells = [("blank", None, None, course(0.0)) for _ in range(4)]
    wells += [("sample", None, k, course(v)) for k, v in truth(2).items()]
    return {**plate(folder, "alp", wells, [], times), "wavelength_nm": "405"}


def viability_plate(folder, rng):
    """Percent of the donor's own control wells; what a donor's cells turn over differs and cancels."""
    full = {d: 1.1 * DONOR[d] for d in DONORS}
    wells = [("blank", None, None, 0.07 + 0.003 * rng.standard_normal()) for _ in range(4)]
    for c, d, r in CULTURES:
        net = full[d] * CONDITIONS[c][1][3] / 100
        wells += [("sample", None, (c, d, r), 0.07 + net * (1 + 0.03 * rng.standard_normal())) for _ in range(2)]
    return plate(folder, "viability", wells, ["OD570"])


def magnesium_plate(folder):
    """R = (r_min + r_max q) / (1 + q) with q = Mg / (kd beta); autofluorescence 20 and 30."""
    wells = [("blank", None, None, np.array([20.0, 30.0])) for _ in range(3)]
    for k, mg in truth(4).items():
        q = mg / (1.9 * 3.0)
        ratio = (0.4 + 8.0 * q) / (1 + q)
        wells.append(("sample", None, k, np.array([20 + 500 * ratio, 30 + 500.0])))
    return {**plate(folder, "mg_intracellular", wells, ["OD340", "OD380"]), "wavelength_nm": "340;380"}


def t50_plate(folder, rng):
    times = np.arange(0.0, 600.1, 5)
    wells = [
        ("sample", None, k, 2000 + 9000 / (1 + np.exp(-(times - t50) / 18)) + 60 * rng.standard_normal(times.size))
        for k, t50 in ((k, CONDITIONS[k[0]][1][5] * (1.02 if k[1] == "D3" else 1.0)) for k in CULTURES)
    ]
    return plate(folder, "t50", wells, [], times)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("lab") / "every", tmp_path_factory.mktemp("results") / "every"
    make_folder(folder)
    return run_verbs(folder, made)


def test_nothing_is_wrong_with_it(results):
    assert errors_of(results).empty, errors_of(results).to_string()


@pytest.mark.parametrize(
    ("readout", "unit", "column", "scale", "tolerance"),
    [
        ("calcium_per_well", "ug/well", 0, 1.0, 0.05),
        ("calcium_in_extract", "mM", 0, 1000 / 200 / 40.078, 0.05),
        ("calcium", "ug/mg", 0, 10.0, 0.05),
        ("alizarin_extract", "uM", 1, 1.0, 0.15),
        ("alizarin_extract_per_protein", "nmol/mg", 1, 0.5 * 10, 0.15),
        ("alp_per_well", "nmol/min", 2, 1.0, 0.1),
        ("alp", "nmol/min/mg", 2, 10.0, 0.1),
        ("mg_intracellular", "mM", 4, 1.0, 1e-3),
    ],
)
def test_amounts_are_the_true_ones(results, readout, unit, column, scale, tolerance):
    amounts = table_of(results, "amounts")
    got = amounts[amounts.readout == readout]
    assert set(got.unit) == {unit}
    assert len(got) == len(CULTURES)
    true = np.array([truth(column)[key] * scale for key in zip(got.condition, got.donor, got.rep, strict=True)])
    np.testing.assert_allclose(got.value, true, rtol=tolerance)
    if readout != "mg_intracellular":  # single wells of a probe have no interval
        assert ((got.ci_low <= true) & (true <= got.ci_high)).mean() > 0.85


def test_t50_is_the_true_one_in_minutes(results):
    amounts = table_of(results, "amounts")
    got = amounts[amounts.readout == "t50"]
    true = [CONDITIONS[c][1][5] * (1.02 if d == "D3" else 1.0) for c, d in zip(got.condition, got.donor, strict=True)]
    assert (set(got.unit), len(got)) == ({"min"}, len(CULTURES))
    np.testing.assert_allclose(got.value, true, atol=2.0)


def test_viability_is_percent_of_the_donors_own_control_and_feeds_the_grade(results):
    amounts = table_of(results, "amounts")
    got = amounts[amounts.readout == "viability"].groupby("condition").value.mean()
    for condition, (_, true) in CONDITIONS.items():
        assert got[condition] == pytest.approx(true[3], abs=4)
    verdict = json.loads((results / "verdict.json").read_text())
    assert {r["rule"]: r["fired"] for r in verdict["rules"]}["viability_changed"]  # si20 at 55 %
    assert verdict["grade"] == "X"


def test_every_curve_passes_and_bends_as_its_dye(results):
    curves = table_of(results, "curves").set_index("plate")
    assert curves.assessed.tolist() == ["pass"] * 3
    assert curves.model.to_dict() == {"calcium": "4pl", "protein": "quadratic", "alizarin_extract": "linear"}


def test_every_readout_reaches_effects_and_the_report(results):
    effects = table_of(results, "effects")
    assert {"calcium", "alizarin_extract", "alp", "t50", "viability", "mg_intracellular"} <= set(effects.readout)
    quality = table_of(results, "plate_quality")
    assert {"calcium", "viability", "alp"} <= set(quality.plate)
    page = (results / "report.html").read_text()
    assert "Pasch 2012" in page
    assert "Grynkiewicz 1985" in page
