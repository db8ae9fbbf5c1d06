"""What a reading stands for. 200 uL, ε 18 and 0.5 cm: 1 OD is 1/9 mM · 200 uL = 22.2 nmol; 1 uM is 0.2 nmol."""

from types import SimpleNamespace

import pytest

from mgassay.assays.courses.p_nitrophenol import nmol_per_culture_well
from mgassay.assays.plates.plate import Plate
from mgassay.errors import CalibrationError
from mgassay.experiment import AlpSettings, RawFile, Settings
from mgassay.problems import Problems

CURVE = SimpleNamespace()  # that there is one is all that matters here
OPTICS = {"epsilon_per_mM_cm": 18.0, "path_cm": 0.5}
VOLUMES = {"well_volume_uL": 200, "sample_volume_uL": 20, "lysate_volume_uL": 100}


def found(bench, keys, curve=None, protein=None, files=(), **raw):
    exp = bench.experiment(None, protein, [("alp", "P"), *files])
    raw = RawFile(file="raw/P.txt", assay="alp", plate="P", **raw)
    settings, problems = AlpSettings.model_validate(keys), Problems()
    plate = Plate(exp, raw, settings, bench.plate(exp).wells)
    return nmol_per_culture_well(plate, settings, curve, problems), problems


@pytest.mark.parametrize(
    ("keys", "curve", "expected"),
    [
        ({**OPTICS, **VOLUMES}, None, 200 / 9 * 5),
        (VOLUMES, CURVE, 0.2 * 5),
        ({**VOLUMES, "standard_unit": "mM"}, CURVE, 200 * 5),
        ({**VOLUMES, "standard_unit": "µM"}, CURVE, 0.2 * 5),
        ({"standard_unit": "nmol/well", "sample_volume_uL": 20, "lysate_volume_uL": 100}, CURVE, 5.0),
        ({**VOLUMES, "standard_unit": "ug/mL"}, CURVE, 200 / 139.11 * 5),
    ],
)
def test_nmol_per_unit(bench, keys, curve, expected):
    factor, problems = found(bench, keys, curve)
    assert factor == pytest.approx(expected, rel=1e-12)
    assert bench.codes(problems) == []


def test_keys_of_a_file_are_blamed_in_files_csv(bench):
    factor, problems = found(bench, OPTICS, overrides={"well_volume_uL": None})
    assert factor is None
    assert [(p.code, p.file, p.place) for p in problems] == [("MG340", "raw/P.txt", "well_volume_uL in files.csv")]


@pytest.mark.parametrize("unit", ["U/L", "ug/well", "nmol", ""])
def test_other_units_are_refused(bench, unit):
    with pytest.raises(CalibrationError) as error:
        found(bench, {**VOLUMES, "standard_unit": unit}, CURVE)
    assert error.value.code == "MG315"


def test_the_unit_does_not_matter_without_standards(bench):
    factor, _ = found(bench, {**OPTICS, **VOLUMES, "standard_unit": "U/L"})
    assert factor == pytest.approx(200 / 9 * 5)


def test_lysate_volumes_that_do_not_agree_are_no_default(bench):
    keys = {**OPTICS, "well_volume_uL": 200, "sample_volume_uL": 20}
    plates = [("protein", "p1"), ("protein", "p2")]
    factor, problems = found(bench, keys, protein={"lysate_volume_uL": 150}, files=plates)
    assert factor == pytest.approx(200 / 9 * 7.5)
    assert [(p.code, p.seen) for p in problems] == [("MG349", "150")]
    exp = bench.experiment(None, None, [("alp", "P"), *plates])
    files = (*exp.files[:2], exp.files[2].model_copy(update={"overrides": {"lysate_volume_uL": 90.0}}))
    exp = type(exp)(exp.id, exp.settings, exp.conditions, files)
    settings, problems = AlpSettings.model_validate(keys), Problems()
    assert nmol_per_culture_well(Plate(exp, files[0], settings, None), settings, None, problems) is None
    assert [(p.code, p.seen) for p in problems] == [("MG340", "lysate_volume_uL")]


def test_a_protein_section_counts_where_there_is_no_protein_plate(bench):
    keys = {**OPTICS, "well_volume_uL": 200, "sample_volume_uL": 20}
    base = bench.experiment(None, None, [("alp", "P")])
    given = {"contrast": base.settings.contrast.model_dump(), "assays": {"protein": {"lysate_volume_uL": 60}}}
    exp = type(base)(base.id, Settings.model_validate(given), base.conditions, base.files)
    settings, problems = AlpSettings.model_validate(keys), Problems()
    factor = nmol_per_culture_well(Plate(exp, exp.files[0], settings, None), settings, None, problems)
    assert factor == pytest.approx(200 / 9 * 3)
    assert bench.codes(problems) == ["MG349"]


def test_a_known_lysate_volume_without_the_sample_volume_is_still_a_warning(bench):
    factor, problems = found(bench, {**OPTICS, "well_volume_uL": 200, "lysate_volume_uL": 100})
    assert factor == pytest.approx(200 / 9)
    assert bench.codes(problems) == ["MG350"]
