"""experiment.toml in memory: the contract's keys, their defaults, and nothing else."""

import pytest
from pydantic import ValidationError

from mgassay import tables
from mgassay.experiment import ASSAYS, Assays, Experiment, RawFile, Settings

MINIMAL = {"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}}

# Typed out from the design (section 3): the keys of every [assays.X].
STANDARDS = {"wavelength_nm", "dilution", "standard_unit", "curve", "weighting", "kit"}
KEYS = {
    "calcium": STANDARDS | {"extract_volume_uL", "sample_volume_uL", "subtract_mg_control"},
    "protein": STANDARDS | {"lysate_volume_uL", "sample_volume_uL"},
    "alizarin_extract": STANDARDS,
    "alp": STANDARDS | {"epsilon_per_mM_cm", "path_cm", "well_volume_uL"},
    "mg_intracellular": {"wavelength_nm", "dilution", "kd_mM", "r_min", "r_max", "beta"},
    "t50": {"wavelength_nm", "dilution", "settling_min"},
    "viability": {"wavelength_nm", "dilution"},
    "qpcr": {"wavelength_nm", "dilution", "reference_genes", "efficiency", "cycles", "ntc_max_percent", "calibrator"},
    "alizarin_image": {
        "wavelength_nm",
        "dilution",
        "pixel_size_um",
        "vector",
        "floor_od",
        "percentile",
        "min_area_um2",
        "blank",
    },
}


def experiment(*files, **assays):
    settings = Settings.model_validate({**MINIMAL, "assays": assays})
    return Experiment("demo", settings, tables.CONDITIONS.frame(), files)


def test_every_assay_of_the_contract_has_its_section():
    assert set(ASSAYS) == set(Assays.model_fields) == set(KEYS)


@pytest.mark.parametrize("assay", KEYS)
def test_every_assay_takes_the_contracts_keys(assay):
    section = getattr(Assays(), assay)
    assert KEYS[assay] <= set(type(section).model_fields)


def test_what_is_not_said_has_the_contracts_defaults():
    settings = Settings.model_validate(MINIMAL)
    contrast, assays = settings.contrast, settings.assays
    assert (contrast.medium_calcifying, contrast.medium_control, contrast.acellular) == (
        "calcifying",
        "control",
        "none",
    )
    assert (contrast.equivalence_fold, contrast.agreement_fold, contrast.day) == (1.5, 2.0, "")
    assert (assays.calcium.curve, assays.calcium.weighting, assays.calcium.subtract_mg_control) == (
        "auto",
        "auto",
        False,
    )
    assert assays.protein.curve == "quadratic"
    assert assays.alizarin_image.vector == (0.38, 0.73, 0.57)
    assert assays.alizarin_image.floor_od == 0.15
    assert (settings.block, settings.step) == ((), ())


@pytest.mark.parametrize(("given", "day"), [("14", "14"), (14, "14"), ("day 14", "day 14")])
def test_a_day_may_be_a_number_or_a_text(given, day):
    declared = {**MINIMAL["contrast"], "day": given}
    assert Settings.model_validate({**MINIMAL, "contrast": declared}).contrast.day == day


def test_the_mg_step_must_be_declared():
    with pytest.raises(ValidationError, match="contrast"):
        Settings.model_validate({})
    with pytest.raises(ValidationError, match="mg_raised_mM"):
        Settings.model_validate({"contrast": {"mg_reference_mM": 0.8}})


@pytest.mark.parametrize(
    "wrong",
    [
        {"assay": {}},
        {"assays": {"calcuim": {}}},
        {"assays": {"calcium": {"standard_units": "mM"}}},
        {"contrast": {**MINIMAL["contrast"], "mg_raised_mm": 2.0}},
        {"block": [{"name": "x", "column": "sirna", "intact": "scramble", "blocked": "TRPM7", "select": True}]},
    ],
)
def test_a_key_that_is_not_known_is_refused(wrong):
    with pytest.raises(ValidationError, match="Extra inputs"):
        Settings.model_validate({**MINIMAL, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"contrast": {"mg_reference_mM": 0.0, "mg_raised_mM": 2.0}},
        {"contrast": {**MINIMAL["contrast"], "equivalence_fold": 1.0}},
        {"contrast": {**MINIMAL["contrast"], "acellular": "dead"}},
        {"assays": {"calcium": {"curve": "cubic"}}},
        {"assays": {"calcium": {"weighting": "1/x3"}}},
        {"assays": {"calcium": {"dilution": 0}}},
        {"assays": {"calcium": {"extract_volume_uL": -1}}},
        {"assays": {"qpcr": {"cycles": 0}}},
        {"assays": {"alizarin_image": {"percentile": 100}}},
        {"assays": {"alizarin_image": {"vector": [0.1, 0.2]}}},
    ],
)
def test_a_value_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        Settings.model_validate({**MINIMAL, **wrong})


@pytest.mark.parametrize("given", [1.95, {"RUNX2": 1.9}, None])
def test_efficiency_is_a_number_or_a_table_by_gene(given):
    settings = Settings.model_validate({**MINIMAL, "assays": {"qpcr": {"efficiency": given}}})
    assert settings.assays.qpcr.efficiency == given


def test_settings_cannot_be_changed_on_the_way():
    settings = Settings.model_validate(MINIMAL)
    with pytest.raises(ValidationError, match="frozen"):
        settings.contrast.mg_raised_mM = 3.0


def test_a_files_own_column_wins_over_its_assays_setting():
    own = RawFile(file="a.txt", assay="calcium", plate="P1", overrides={"extract_volume_uL": 100, "dilution": "2"})
    other = RawFile(file="b.txt", assay="calcium", plate="P2")
    made = experiment(own, other, calcium={"extract_volume_uL": 250, "standard_unit": "mg/dL"})
    first, second = made.assay_settings(own), made.assay_settings(other)
    assert (first.extract_volume_uL, first.dilution, first.standard_unit) == (100, 2.0, "mg/dL")
    assert (second.extract_volume_uL, second.dilution) == (250, 1.0)


def test_a_files_own_value_is_held_to_the_same_rules():
    wrong = RawFile(file="a.txt", assay="calcium", plate="P1", overrides={"extract_volume_uL": -5})
    with pytest.raises(ValidationError):
        experiment(wrong).assay_settings(wrong)


def test_files_of_an_assay_are_in_the_order_of_the_list():
    files = [RawFile(file=f"{i}.txt", assay=a, plate=f"P{i}") for i, a in enumerate(["qpcr", "calcium", "qpcr", "alp"])]
    made = experiment(*files)
    assert [f.plate for f in made.files_of("qpcr")] == ["P0", "P2"]
    assert [f.plate for f in made.files_of("alp", "calcium")] == ["P1", "P3"]
    assert made.files_of("protein") == ()


def test_plates_of_an_assay_are_its_raw_files_by_name():
    names = [("calcium", "P1", ""), ("protein", "P1", ""), ("calcium", "P2", "gen5"), ("calcium", "icp", "table")]
    files = tuple(RawFile(file=f"{i}.txt", assay=a, plate=p, reader=r) for i, (a, p, r) in enumerate(names))
    held = Experiment("e", Settings.model_validate(MINIMAL), tables.CONDITIONS.frame(), files)
    assert {plate: raw.file for plate, raw in held.plates_of("calcium").items()} == {"P1": "0.txt", "P2": "2.txt"}
