"""A whole folder to the tables of the first stage."""

import pytest

from mgassay import store, tables
from mgassay.problems import Problems
from mgassay.readers.folder import read_experiment
from mgassay.readers.reading import asked_for, read_folder
from mgassay.simulate.folder import simulate_experiment
from mgassay.simulate.truth import Truth


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("lab") / "lab-1"
    for name, content in simulate_experiment(Truth(donors=2, image_size=(64, 64)), 3, "lab-1").items():
        store.write_bytes(made / name, content)
    return made


def test_every_table_of_the_stage_is_made_and_of_its_state(folder):
    problems = Problems()
    made = read_folder(folder, read_experiment(folder, problems), problems).tables
    assert problems.count("error") == 0
    assert set(made) == {"readings", "wells", "left_out", "qpcr_wells", "image_files", "measured", "amplification"}
    for name, table in made.items():
        tables.BY_NAME[name].check(table)


def test_every_reading_says_where_it_was_read_and_every_plate_well_is_there(folder):
    problems = Problems()
    experiment = read_experiment(folder, problems)
    made = read_folder(folder, experiment, problems).tables
    readings, wells = made["readings"], made["wells"]
    assert (readings["place"] != "").all()
    assert set(readings["file"]) == {f.file for f in experiment.files if f.assay != "alizarin_image"}
    plates = readings[readings["plate"].isin(wells["plate"])]
    assert plates.groupby("plate").size().eq(96).all()
    assert wells.groupby("plate").size().eq(96).all()


def test_a_file_that_is_gone_is_named_and_the_others_are_read(folder, tmp_path):
    import shutil

    lab = shutil.copytree(folder, tmp_path / "lab-1")
    gone = next((lab / "raw").rglob("calcium_D1*"))
    gone.unlink()
    problems = Problems()
    made = read_folder(lab, read_experiment(lab, problems), problems).tables
    assert any(p.severity == "error" and gone.name in p.file + p.seen for p in problems)
    assert set(made["wells"]["plate"]) >= {"calcium_D2", "protein_D1"}


def test_the_wavelength_of_the_settings_is_asked_for_where_the_file_asks_for_none(folder):
    experiment = read_experiment(folder, Problems())
    calcium = experiment.files_of("calcium")[0]
    quiet = calcium.model_copy(update={"wavelength_nm": ""})
    loud = calcium.model_copy(update={"wavelength_nm": "340;380"})
    assays = experiment.settings.assays
    asking = assays.model_copy(update={"calcium": assays.calcium.model_copy(update={"wavelength_nm": 575.0})})
    settings = experiment.settings.model_copy(update={"assays": asking})
    asked = type(experiment)(experiment.id, settings, experiment.conditions, experiment.files)
    assert asked_for(asked, quiet).wavelength_nm == "575"
    assert asked_for(asked, loud).wavelength_nm == "340;380"
