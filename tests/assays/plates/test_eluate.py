"""Alizarin Red in the eluate, worked by hand: OD = 0.05 + 0.002 · uM; OD 0.45 at dilution 2 is 200 · 2 = 400 uM."""

import numpy as np
import pytest

from mgassay.effects.means.means import means_from_amounts
from mgassay.effects.means.panels import is_mineral
from mgassay.experiment import Experiment, Settings
from mgassay.problems import Problems

ARS = ("alizarin_extract", "ars_D1")
OTHER = ("alizarin_extract", "ars_D2")
LEVELS = (0, 31.25, 62.5, 125, 250, 500, 1000)


def experiment(bench, files=(ARS,), overrides=None, **keys):
    base = bench.experiment(None, None, files)
    assays = {"alizarin_extract": {"dilution": 2.0, **keys}}
    settings = Settings.model_validate({"contrast": base.settings.contrast.model_dump(), "assays": assays})
    raws = tuple(f.model_copy(update={"overrides": (overrides or {}).get(f.plate, {})}) for f in base.files)
    return Experiment(base.id, settings, base.conditions, raws)


def standards(bench, where=ARS, per_uM=1.0):
    rows = bench.standards(where, LEVELS, 0.05, 0.002)
    return [{**row, "standard": row["standard"] * per_uM} for row in rows]


def sample(bench, well, od, condition="ca08", rep="1", where=ARS, **more):
    return bench.sample(where, well, od, condition, rep, **more)


@pytest.mark.parametrize(
    ("unit", "per_uM"),
    [("uM", 1.0), ("µM", 1.0), ("mM", 1e-3), ("ug/mL", 0.34226), ("mg/mL", 3.4226e-4), ("mg/dL", 0.034226)],
)
def test_any_concentration_becomes_uM(bench, unit, per_uM):
    """1 uM of 342.26 g/mol is 0.34226 ug/mL."""
    rows = [*standards(bench, per_uM=per_uM), sample(bench, "D1", 0.45)]
    results, problems = bench.quantify(experiment(bench, standard_unit=unit), *rows)
    row = bench.readout(results, "alizarin_extract").iloc[0]
    assert (row.value, row.unit) == (pytest.approx(400.0, rel=1e-6), "uM")
    assert row.ci_low < 400 < row.ci_high
    assert row.limit == pytest.approx(results.curves.lod[0] / per_uM * 2, rel=1e-6)
    assert row.flag == ""
    assert bench.codes(problems) == []  # without any protein, nothing is missed
    assert set(results.amounts.readout) == {"alizarin_extract"}


@pytest.mark.parametrize("unit", ["ug/well", "nmol/well", "uMol", "OD"])
def test_other_units_are_refused(bench, unit):
    results, problems = bench.quantify(
        experiment(bench, standard_unit=unit), *standards(bench), sample(bench, "D1", 0.45)
    )
    assert [p.code for p in problems if p.severity == "error"] == ["MG315"]
    assert results.amounts.empty
    assert len(results.curves) == 1


def test_above_the_curve_and_above_the_reader(bench):
    rows = [*standards(bench), sample(bench, "D1", 2.5), sample(bench, "D2", None, status="above")]
    results, problems = bench.quantify(experiment(bench), *rows)
    found = bench.readout(results, "alizarin_extract")
    assert found.value.isna().all()
    assert found.limit.tolist() == [2000.0, 2000.0]
    assert found.flag.tolist() == ["above_curve", "above_curve;saturated"]
    assert bench.codes(problems) == ["MG313"]


@pytest.mark.parametrize(("volume", "value", "unit"), [(None, 4000.0, "uM/mg"), (500.0, 2000.0, "nmol/mg")])
def test_per_protein(bench, volume, value, unit):
    """400 uM over 0.1 mg; 400 uM · 500 uL / 1000 = 200 nmol over 0.1 mg."""
    keys = {} if volume is None else {"extract_volume_uL": volume}
    rows = [*standards(bench), *bench.PROTEIN, sample(bench, "D1", 0.45), bench.pr("C1", 0.60)]
    results, problems = bench.quantify(experiment(bench, (ARS, bench.PR), **keys), *rows)
    row = bench.readout(results, "alizarin_extract_per_protein").iloc[0]
    assert (row.value, row.unit, row.assay) == (pytest.approx(value, rel=1e-6), unit, "alizarin_extract")
    per_well = bench.readout(results, "alizarin_extract").iloc[0]
    assert per_well.value == pytest.approx(400.0)
    assert row.limit == pytest.approx(per_well.limit / 0.1 * (1 if volume is None else 0.5), rel=1e-6)
    assert row.ci_low < value < row.ci_high
    assert bench.codes(problems) == []


def test_reps_without_protein_are_told_only_beside_others_that_have_it(bench):
    rows = [*standards(bench), *bench.PROTEIN, bench.pr("C1", 0.60)]
    rows += [
        sample(bench, "D1", 0.45),
        sample(bench, "D2", 0.45, rep="2"),
        sample(bench, "D3", 0.3, "acell", donor="run1"),
    ]
    results, problems = bench.quantify(experiment(bench, (ARS, bench.PR)), *rows)
    assert bench.readout(results, "alizarin_extract").flag.tolist() == ["", "no_protein", ""]
    assert [(p.code, p.place) for p in problems] == [("MG320", "ca08/D1/2")]
    assert "Alizarin Red" in next(iter(problems)).message
    none, problems = bench.quantify(experiment(bench, (ARS, bench.PR)), *rows[:-4], *rows[-3:])
    assert bench.codes(problems) == []
    assert bench.readout(none, "alizarin_extract").flag.tolist() == ["", "", ""]


def test_a_volume_that_only_some_plates_have_is_used_for_none(bench):
    rows = [*bench.PROTEIN, bench.pr("C1", 0.60), bench.pr("C2", 0.60, rep="2")]
    rows += [
        *standards(bench),
        sample(bench, "D1", 0.45),
        *standards(bench, OTHER),
        sample(bench, "D1", 0.45, rep="2", where=OTHER),
    ]
    files = (ARS, OTHER, bench.PR)
    mixed = experiment(bench, files, {"ars_D1": {"extract_volume_uL": 500.0}})
    results, problems = bench.quantify(mixed, *rows)
    assert bench.readout(results, "alizarin_extract_per_protein").unit.tolist() == ["uM/mg", "uM/mg"]
    assert [(p.code, p.seen) for p in problems] == [("MG352", "ars_D2")]
    each = experiment(bench, files, {"ars_D1": {"extract_volume_uL": 500.0}, "ars_D2": {"extract_volume_uL": 1000.0}})
    results, problems = bench.quantify(each, *rows)
    np.testing.assert_allclose(bench.readout(results, "alizarin_extract_per_protein").value, [2000, 4000], rtol=1e-6)
    assert bench.codes(problems) == []


@pytest.mark.parametrize(("unit", "told"), [("uM", False), ("mM", True), ("nM", True)])
def test_a_top_standard_far_from_any_kits(bench, unit, told):
    """1000 uM is usual (ScienCell ARed-Q: 0.03 to 4 mM), 1000 mM and 1000 nM are slips."""
    _, problems = bench.quantify(experiment(bench, standard_unit=unit), *standards(bench), sample(bench, "D1", 0.45))
    assert ("MG311" in bench.codes(problems)) == told
    assert all("uM" in p.remedy for p in problems if p.code == "MG311")


def test_effects_take_both_readouts_as_mineral(bench):
    rows = [*standards(bench), *bench.PROTEIN, bench.pr("C1", 0.60), sample(bench, "D1", 0.45)]
    exp = experiment(bench, (ARS, bench.PR))
    means = means_from_amounts(exp, bench.quantify(exp, *rows)[0].amounts, Problems())
    assert means.readout.tolist() == ["alizarin_extract", "alizarin_extract_per_protein"]
    np.testing.assert_allclose(means.log_mean, np.log([400, 4000]), rtol=1e-6)
    assert all(is_mineral(readout) for readout in means.readout)
    assert means.flag.tolist() == ["no_background", "no_background"]
