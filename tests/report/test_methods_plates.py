"""Sentences on plates: what was done, and nothing that was not."""

import pandas as pd
import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.report.methods_plates import plate_sentences
from mgassay.report.rows import Tables

CONTRAST = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
CURVE = {"plate": "P1", "assay": "calcium", "model": "4pl", "weighting": "1/x"}
SD_POWER = {"plate": "P1", "assay": "calcium", "measure": "sd_power", "subject": "none", "unit": "1", "n": 7}


def said(assays=None, readouts=(), curves=(), wells=(), files=(), power=None):
    settings = Settings.model_validate({"contrast": CONTRAST, "assays": assays or {}})
    experiment = Experiment("e", settings, tables.CONDITIONS.frame(), tuple(files))
    held = {
        "amounts": tables.AMOUNTS.frame(pd.DataFrame([{"readout": r, "plate": "P1"} for r in readouts])),
        "curves": tables.CURVES.frame(pd.DataFrame(curves)),
        "wells": tables.WELLS.frame(pd.DataFrame(wells)),
        "plate_quality": tables.PLATE_QUALITY.frame([SD_POWER | {"estimate": power}] if power is not None else []),
    }
    return list(plate_sentences(experiment, Tables(held, 0.8, 2.0)))


def test_without_plates_nothing_is_said():
    assert said() == []


def test_a_curve_with_its_model_volume_limits_and_scatter():
    first, limits, scatter = said({"calcium": {"accept_percent": 10.0}}, ["calcium_per_well"], [CURVE], power=0.1)
    assert first == (
        "Calcium was read as absorbance against the plate's own standards (1 plate: 4PL, weighting 1/x; "
        "extract 200 µL per well)."
    )
    assert "assessed against ±10 % (±20 % at the lowest level; 75 % of levels)" in limits
    assert "(after Rocke 1995)" in scatter
    assert len(said({}, ["calcium_per_well"], [CURVE], power=-0.1)) == 2


@pytest.mark.parametrize(("subtract", "done"), [(True, "was subtracted"), (False, "was not subtracted")])
def test_whether_apparent_calcium_was_subtracted(subtract, done):
    sentences = said({"calcium": {"subtract_mg_control": subtract}}, ["calcium_apparent"])
    assert sentences[0].endswith(f"had control wells and {done}.")


def test_alp_by_slope_or_by_product():
    assays = {"alp": {"epsilon_per_mM_cm": 18.5, "incubation_min": 30.0}}
    reads = [{"assay": "alp", "read_index": i, "wavelength_nm": 405.0} for i in (0, 1)]
    kinetic, end = (said(assays, ["alp_per_well"], (), reads[:n])[0] for n in (2, 1))
    assert "longest straight stretch of its time course at 405 nm, less that of blank wells" in kinetic
    assert "is the product of 30 min at 405 nm" in end
    assert "ε = 18.5 per mM and cm" in end
    by_standards = said(assays, ["alp_per_well"], [{**CURVE, "assay": "alp"}], reads)
    assert any("by the plate's own p-nitrophenol standards" in s for s in by_standards)


def test_cells_probe_and_particles():
    assays = {"viability": {"method": "ldh"}, "mg_intracellular": {"kd_mM": 1.9, "r_min": 0.3}, "t50": {}}
    viability, probe, t50 = said(assays, ["viability", "mg_intracellular", "t50"])
    assert "released LDH" in viability
    assert "(Grynkiewicz 1985; Kd 1.9 mM, Rmin 0.3)" in probe
    assert "the first 5 min were dropped" in t50


def test_what_is_given_per_protein_is_named():
    assert "given per mg protein" in said({}, ["calcium", "alp"])[-1]


def test_what_a_file_sets_is_what_is_written():
    """Columns of files.csv and presets of kits win over experiment.toml, and the paragraph follows them."""
    overrides = {"extract_volume_uL": 1000.0, "subtract_mg_control": True, "accept_percent": 30.0}
    files = [RawFile(file="a", assay="calcium", plate="P1", overrides=overrides)]
    first, apparent, limits, *_ = said({}, ["calcium_apparent"], [CURVE], files=files)
    assert "extract 1000 µL per well" in first
    assert apparent.endswith("control wells and was subtracted.")
    assert "±30 % (±20 %" in limits
    files.append(RawFile(file="b", assay="calcium", plate="P2"))
    first, apparent, limits, *_ = said({}, ["calcium_apparent"], [CURVE], files=files)
    assert "extract 1000 and 200 µL per well" in first
    assert apparent.endswith("was subtracted on some plates.")
    assert "±30 % (±20 % at the lowest level; 75 % of levels) or ±15 %" in limits


def test_ldh_has_no_blanks_and_an_end_point_its_minutes_by_file():
    files = [RawFile(file="a", assay="alp", plate="A", overrides={"incubation_min": 45.0, "epsilon_per_mM_cm": 18.0})]
    (alp,) = said({}, ["alp_per_well"], files=files)
    assert "the product of 45 min" in alp
    assert "ε = 18 per mM and cm" in alp
    (ldh,) = said({"viability": {"method": "ldh"}}, ["viability"])
    assert "blanks" not in ldh
