"""Plates, images, qPCR and values measured elsewhere, in one table of amounts."""

import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.amounts import tables_from_wells
from mgassay.problems import Problems

CULTURE = {"condition": "ca08", "donor": "D1", "rep": "1"}
CQ = {**CULTURE, "plate": "P1", "role": "sample", "status": "ok", "cycles": 40}
IMAGE = {**CULTURE, "file": "i.png", "plate": "I1", "well": "A1", "area_fraction": 0.25, "integrated_od": 0.1}
ELSEWHERE = {**CULTURE, "experiment": "exp", "assay": "calcium", "readout": "calcium", "plate": "icp", "unit": "ug/mg"}


def made(bench, wells=(), images=(), qpcr_wells=(), measured=()):
    experiment = bench.experiment()
    qpcr = experiment.settings.assays.qpcr.model_copy(update={"reference_genes": ("GAPDH",)})
    assays = experiment.settings.assays.model_copy(update={"qpcr": qpcr})
    settings = experiment.settings.model_copy(update={"assays": assays})
    experiment = type(experiment)("exp", settings, experiment.conditions, experiment.files)
    held = {
        "wells": tables.WELLS.frame(wells),
        "images": tables.IMAGES.frame(images),
        "qpcr_wells": tables.QPCR_WELLS.frame(qpcr_wells),
        "amplification": tables.AMPLIFICATION.frame(),
        "measured": tables.MEASURED.frame(measured),
        "left_out": tables.LEFT_OUT.frame(),
    }
    before = {name: table.copy(deep=True) for name, table in held.items()}
    problems = Problems()
    found = tables_from_wells(experiment, held, problems)
    for name, table in held.items():
        pd.testing.assert_frame_equal(table, before[name])
    for state in (
        tables.AMOUNTS,
        tables.CURVES,
        tables.STANDARDS,
        tables.QPCR,
        tables.QPCR_QUALITY,
        tables.PLATE_QUALITY,
        tables.EXCLUSIONS,
    ):
        state.check(found[state.name])
    return found, problems


def test_every_source_meets_in_one_table_in_a_fixed_order(bench):
    wells = [*bench.CALCIUM, *bench.PROTEIN, bench.ca("C1", 0.45), bench.pr("C1", 0.60)]
    cq = [{**CQ, "well": "A1", "target": "RUNX2", "cq": 26.0}, {**CQ, "well": "A2", "target": "GAPDH", "cq": 20.0}]
    found, _ = made(bench, wells, [IMAGE], cq, [{**ELSEWHERE, "value": 150.0}])
    # by hand (conftest): 16 ug in 200 uL, so 80 ug/mL; 0.1 mg, so 160 ug/mg; the image as it is; −(26 − 20);
    # the table's value as it is
    values = [(r, v, u) for r, v, u in found["amounts"][["readout", "value", "unit"]].itertuples(index=False)]
    expected = [
        ("calcium_per_well", 16.0, "ug/well"),
        ("calcium_in_extract", 80 / 40.078, "mM"),
        ("protein_per_well", 0.1, "mg/well"),
        ("calcium", 160.0, "ug/mg"),
        ("alizarin_area", 0.25, "1"),
        ("alizarin_od", 0.1, "OD"),
        ("gene:RUNX2", -6.0, "log2"),
        ("calcium", 150.0, "ug/mg"),
    ]
    assert [(r, u) for r, _, u in values] == [(r, u) for r, _, u in expected]
    assert [v for _, v, _ in values] == pytest.approx([v for _, v, _ in expected], rel=1e-6)
    assert set(found["amounts"]["experiment"]) == {"exp"}
    assert list(found["amounts"].index) == list(range(8))
    assert list(found["curves"]["assay"]) == ["calcium", "protein"]
    assert len(found["standards"]) == 12  # six levels each
    assert list(found["qpcr"]["well"]) == ["A1", "A2"]


def test_values_measured_elsewhere_stand_as_they_are(bench):
    row = {**ELSEWHERE, "value": 150.0, "ci_low": 140.0, "ci_high": 161.0, "limit": 0.5, "flag": "below_loq"}
    found, problems = made(bench, measured=[row])
    pd.testing.assert_frame_equal(found["amounts"], tables.AMOUNTS.frame([row]))
    assert all(len(found[name]) == 0 for name in ("curves", "standards", "qpcr"))
    assert not [p for p in problems if p.severity == "error"]


def test_one_readout_in_two_units_is_an_error_that_names_where_each_is_from(bench):
    """The plates give ug/mg; a table in mg/g would be the same number, but nobody can tell from another word."""
    wells = [*bench.CALCIUM, *bench.PROTEIN, bench.ca("C1", 0.45), bench.pr("C1", 0.60)]
    for units, seen in (
        (["ug/mg"], []),
        (["umol/mg"], ["ug/mg (calcium_D1), umol/mg (icp)"]),
        (["umol/mg", ""], ["no unit (icp), ug/mg (calcium_D1), umol/mg (icp)"]),
    ):
        _, problems = made(bench, wells, measured=[{**ELSEWHERE, "unit": u, "value": 1.0} for u in units])
        found = [p for p in problems if p.code == "MG363"]
        assert [(p.severity, p.place, p.seen) for p in found] == [("error", "calcium", s) for s in seen]


def test_readouts_in_several_units_are_told_by_name(bench):
    """Whatever the order in which they were measured."""
    rows = [{**ELSEWHERE, "readout": r, "unit": u, "value": 1.0} for r in ("calcium", "alp") for u in ("a", "b")]
    _, problems = made(bench, measured=rows)
    assert [p.place for p in problems if p.code == "MG363"] == ["alp", "calcium"]


def test_problems_of_every_source_are_collected(bench):
    # RUNX2 without its reference gene, and a calcium plate without standards
    cq = [{**CQ, "well": "A1", "target": "RUNX2", "cq": 26.0}]
    found, problems = made(bench, [bench.ca("C1", 0.45)], qpcr_wells=cq)
    files = {p.file for p in problems if p.severity == "error"}
    assert "raw/calcium_D1.txt" in files
    assert "MG515" in {p.code for p in problems}
    assert found["amounts"]["value"].notna().sum() == 0
    assert list(found["qpcr"]["efficiency"]) == [2.0]


def test_nothing_makes_empty_tables_of_the_right_kind(bench):
    found, _ = made(bench)
    assert {name: len(table) for name, table in found.items()} == {
        "amounts": 0,
        "curves": 0,
        "standards": 0,
        "plate_quality": 0,
        "qpcr": 0,
        "qpcr_quality": 0,
        "efficiency_errors": 0,
        "exclusions": 0,
    }
