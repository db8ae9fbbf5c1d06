"""Presets of kits: what they hold, what they set and what they leave to the lab."""

import importlib.util
import shutil
import tomllib
from pathlib import Path

import pytest

from mgassay import store
from mgassay.assays.plates.standard_units import MASS_UNIT
from mgassay.errors import ContractError
from mgassay.experiment import Assays, Settings
from mgassay.problems import Problems
from mgassay.readers import kits as module
from mgassay.readers.declared import cells_from_rows
from mgassay.readers.folder import read_experiment
from mgassay.readers.kits import FOLDER, Kit, kits, preset_from_kit
from mgassay.readers.rawfiles import Bench, files_from_cells
from mgassay.units import known_units

ROOT = Path(__file__).parents[2]
HEADER = ["file", "assay", "layout", "plate"]
MODEL = {
    "id": "x", "name": "X", "maker": "M", "assay": "protein", "wavelength_nm": 562, "standard_unit": "ug/mL",
    "source": {"title": "T", "address": "https://example.org", "verified": True, "checked": ["wavelength_nm"]},
}  # fmt: skip


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def read(tmp_path, problems):
    """`(rows, columns behind, sections of experiment.toml)` -> the raw files of a folder that holds them."""
    (tmp_path / "raw").mkdir()
    for i, name in enumerate(("a.txt", "b.txt")):
        (tmp_path / "raw" / name).write_text("x" * (i + 1))

    def run(*rows, columns=(), assays=None):
        settings = Settings.model_validate(
            {"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}, "assays": assays or {}}
        )
        cells = cells_from_rows([[*HEADER, *columns], *rows], "files.csv", "")
        return files_from_cells(cells, Bench(tmp_path, settings, ["cal"], False), problems), settings

    return run


def told(problems):
    return [(p.code, p.severity, p.file, p.place, p.seen) for p in problems]


# The presets ---------------------------------------------------------------------------------------------------------


def test_there_are_presets_for_every_assay_with_standards():
    assert {k.assay for k in kits().values()} == {"calcium", "protein", "alizarin_extract", "alp"}
    assert len(kits()) == len(list(FOLDER.glob("*.toml"))) >= 12


@pytest.mark.parametrize("kit", kits().values(), ids=kits())
def test_a_preset_can_be_used(kit):
    """Its assay takes `kit`, its unit is one of that assay's, and its settings are valid there."""
    section = type(getattr(Assays(), kit.assay))
    assert "kit" in section.model_fields
    assert kit.standard_unit in [*known_units(), MASS_UNIT]
    taken = {k: v for k, v in kit.settings.items() if k in section.model_fields}
    assert section.model_validate(taken).standard_unit == kit.standard_unit
    assert set(taken) >= {"wavelength_nm", "standard_unit"}
    if kit.range:
        assert kit.limits[0] <= kit.range[0] < kit.range[1] <= kit.limits[1]


@pytest.mark.parametrize("kit", kits().values(), ids=kits())
def test_a_preset_says_where_it_is_from(kit):
    assert kit.source.verified == (not kit.unchecked)
    assert kit.source.verified or len(kit.source.why) > 40
    assert not kit.source.checked or kit.source.address.startswith(("http://", "https://"))


def test_the_numbers_of_pierce_s_bca_kit():
    """562 nm and 20 to 2000 ug/mL stand on the first page of the user guide; the rest is not said to have been read."""
    kit = kits()["pierce-bca"]
    assert (kit.wavelength_nm, kit.range, kit.curve) == (562.0, (20.0, 2000.0), "quadratic")
    assert kit.source.checked == ["wavelength_nm", "range"]
    assert kit.unchecked == ["wavelength_band_nm", "standards", "sample_volume_uL", "reagent_volume_uL"]


def test_the_standards_of_o_cresolphthalein_kits_are_what_is_pipetted():
    """2, 4 … 10 uL of 5 mM calcium hold 10, 20 … 50 nmol, of 40.078 ng each."""
    pipetted = [uL * 5.0 * 40.078 / 1000.0 for uL in (0, 2, 4, 6, 8, 10)]
    for name in ("abcam-ab102505", "sigma-mak022", "biovision-k380"):
        assert kits()[name].standards == pytest.approx(pipetted, rel=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "purple"}, {"wavelength_nm": "562"}, {"wavelength_nm": 56.2}, {"assay": "viability"},
        {"curve": "spline"}, {"range": [20, 20]}, {"range": [2000, 20]}, {"standards": [0, 250, 125]},
        {"standards": [0, 0, 1]}, {"standards": [-1, 1]}, {"wavelength_band_nm": [590, 540]}, {"id": "Pierce BCA"},
        {"name": ""}, {"sample_volume_uL": 0},
        {"standards": [0, 1]},  # not among what was checked, and yet verified
        {"source": {**MODEL["source"], "verified": False}},
        {"source": {**MODEL["source"], "why": "never mind"}},
        {"source": {**MODEL["source"], "verified": False, "checked": []}},  # does not say why
        {"source": {**MODEL["source"], "address": ""}},
        {"source": {**MODEL["source"], "checked": ["colour"]}},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_preset_is_refused(tmp_path, wrong):
    import json

    assert Kit.model_validate_json(json.dumps(MODEL)).id == "x"
    lines = json.dumps({**MODEL, **wrong})
    with pytest.raises(ValueError, match="validation error"):
        Kit.model_validate_json(lines)


@pytest.mark.parametrize("text", ["id = ", 'id = "y"\n', ""])
def test_a_broken_preset_file_is_our_bug(tmp_path, text):
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ContractError, match=r"x\.toml"):
        kits(tmp_path)


def test_a_preset_bears_the_name_of_its_file(tmp_path):
    shutil.copy(FOLDER / "pierce-bca.toml", tmp_path / "bca.toml")
    with pytest.raises(ContractError, match=r"bca\.toml"):
        kits(tmp_path)


def test_the_page_of_the_kits_is_theirs():
    spec = importlib.util.spec_from_file_location("kits_page", ROOT / "docs" / "kits.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    text = (ROOT / "docs" / "kits.md").read_text(encoding="utf-8")
    assert page.page(text) == text, "run docs/kits.py"
    assert all(f"`{name}`" in text for name in kits())


# What a kit sets -----------------------------------------------------------------------------------------------------


def test_a_kit_of_a_section_sets_what_the_lab_left_open(read, problems):
    (raw,), settings = read(["raw/a.txt", "protein", "cal", "P1"], assays={"protein": {"kit": "pierce-micro-bca"}})
    assert raw.preset == {
        "wavelength_nm": 562.0, "standard_unit": "ug/mL", "curve": "quadratic", "sample_volume_uL": 150.0,
    }  # fmt: skip
    in_force = experiment_of([raw], settings).assay_settings(raw)
    assert (in_force.wavelength_nm, in_force.sample_volume_uL, in_force.kit) == (562.0, 150.0, "pierce-micro-bca")
    assert told(problems) == [
        ("MG092", "notice", "experiment.toml", "assays.protein.kit", "pierce-micro-bca"),
        ("MG091", "warning", "experiment.toml", "assays.protein.kit", "pierce-micro-bca"),
    ]
    message = next(iter(problems)).message
    assert "wavelength_nm = 562, standard_unit = ug/mL, curve = quadratic, sample_volume_uL = 150" in message


def experiment_of(files, settings):
    from mgassay import tables
    from mgassay.experiment import Experiment

    return Experiment("e", settings, tables.CONDITIONS.frame(), tuple(files))


def test_a_kit_of_a_row_wins_over_that_of_the_section(read, problems):
    rows = [["raw/a.txt", "protein", "cal", "P1", "biorad-dc"], ["raw/b.txt", "protein", "cal", "P2", ""]]
    (first, second), settings = read(*rows, columns=["kit"], assays={"protein": {"kit": "pierce-bca"}})
    assert (first.preset["wavelength_nm"], second.preset["wavelength_nm"]) == (750.0, 562.0)
    in_force = [experiment_of([f], settings).assay_settings(f) for f in (first, second)]
    assert [(s.kit, s.standard_unit) for s in in_force] == [("biorad-dc", "mg/mL"), ("pierce-bca", "ug/mL")]
    assert ("MG092", "notice", "files.csv", "row 2, kit", "biorad-dc") in told(problems)


def test_what_the_lab_set_wins_even_where_it_is_the_default(read, problems):
    """`standard_unit = "ug/mL"` is calcium's default; written down it is the lab's, and the kit's mg/dL is not set."""
    section = {"kit": "bioassay-dica-500", "standard_unit": "ug/mL", "sample_volume_uL": 10.0}
    (raw,), settings = read(["raw/a.txt", "calcium", "cal", "C1"], assays={"calcium": section})
    assert raw.preset == {"wavelength_nm": 612.0}
    in_force = experiment_of([raw], settings).assay_settings(raw)
    assert (in_force.standard_unit, in_force.sample_volume_uL) == ("ug/mL", 10.0)


def test_what_the_row_sets_wins(read, problems):
    row = ["raw/a.txt", "protein", "cal", "P1", "pierce-bca", "linear", "570"]
    (raw,), settings = read(row, columns=["kit", "curve", "wavelength_nm"])
    assert raw.preset == {"standard_unit": "ug/mL", "sample_volume_uL": 25.0}
    in_force = experiment_of([raw], settings).assay_settings(raw)
    assert in_force.curve == "linear"
    assert raw.wavelength_nm == "570"
    assert [p.code for p in problems] == ["MG092", "MG091"]  # 570 lies in the kit's band


def test_a_verified_kit_is_told_without_reserve(read, problems):
    (raw,), _ = read(["raw/a.txt", "protein", "cal", "P1", "serva-bca-micro"], columns=["kit"])
    assert raw.preset == {"wavelength_nm": 562.0, "standard_unit": "ug/mL"}
    assert [p.code for p in problems] == ["MG092"]


def test_without_a_kit_nothing_is_set(read, problems):
    (raw,), _ = read(["raw/a.txt", "protein", "cal", "P1"])
    assert raw.preset == {}
    assert told(problems) == []


def test_only_settings_of_the_assay_are_set(read, problems):
    (raw,), settings = read(["raw/a.txt", "alizarin_extract", "cal", "A1", "sciencell-8678"], columns=["kit"])
    assert raw.preset == {"wavelength_nm": 405.0, "standard_unit": "uM", "curve": "linear"}
    assert experiment_of([raw], settings).assay_settings(raw).curve == "linear"


# What is refused or doubted ------------------------------------------------------------------------------------------


def test_an_unknown_kit_is_an_error_with_the_nearest_name(read, problems):
    (raw,), _ = read(["raw/a.txt", "protein", "cal", "P1", "pierce bca"], columns=["kit"])
    assert raw.preset == {}
    assert told(problems) == [("MG069", "error", "files.csv", "row 2, kit", "pierce bca")]
    assert "Did you mean “pierce-bca”?" in next(iter(problems)).remedy


def test_only_kits_of_the_assay_are_suggested(read, problems):
    read(["raw/a.txt", "calcium", "cal", "C1", "zzz"], columns=["kit"])
    assert "abcam-ab102505" in next(iter(problems)).remedy
    assert "pierce-bca" not in next(iter(problems)).remedy


def test_a_kit_of_another_assay_is_an_error(read, problems):
    (raw,), _ = read(["raw/a.txt", "calcium", "cal", "C1", "pierce-bca"], columns=["kit"])
    assert raw.preset == {}
    assert told(problems) == [("MG090", "error", "files.csv", "row 2, kit", "pierce-bca")]


def test_assays_without_kits_refuse_the_column(read, problems):
    read(["raw/a.txt", "viability", "cal", "V1", "pierce-bca"], columns=["kit"])
    assert [p.code for p in problems] == ["MG051"]


def test_an_installation_without_presets_says_so(monkeypatch, problems):
    monkeypatch.setattr(module, "kits", lambda: {})
    assert preset_from_kit("pierce-bca", "protein", given=(), wavelength="", where={}, problems=problems) == {}
    (found,) = problems
    assert found.code == "MG069"
    assert "lacks" in found.remedy


def test_a_folder_that_is_absent_holds_no_presets(tmp_path):
    assert kits(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(("wavelength", "doubted"), [("562", False), ("590", False), ("595", True), ("450", True)])
def test_a_wavelength_that_is_not_the_kit_s_is_a_warning(read, problems, wavelength, doubted):
    (raw,), _ = read(["raw/a.txt", "protein", "cal", "P1", "pierce-bca", wavelength], columns=["kit", "wavelength_nm"])
    assert raw.wavelength_nm == wavelength
    assert ("MG093" in [p.code for p in problems]) == doubted


@pytest.mark.parametrize(("wavelength", "doubted"), [("575", False), ("570", False), ("569", True)])
def test_without_a_band_five_nm_are_near(read, problems, wavelength, doubted):
    row = ["raw/a.txt", "calcium", "cal", "C1", "abcam-ab102505", wavelength]
    read(row, columns=["kit", "wavelength_nm"])
    assert ("MG093" in [p.code for p in problems]) == doubted


def test_preset_is_no_column_of_the_lab_s(read, problems):
    read(["raw/a.txt", "protein", "cal", "P1", "linear"], columns=["preset"])
    assert [p.code for p in problems] == ["MG022"]


# The whole folder ----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """An experiment with one calcium plate; `(section, standards of the layout)` -> its folder."""

    def made(section: str, standards: list[float]):
        home = tmp_path / "exp"
        (home / "raw").mkdir(parents=True)
        (home / "layouts").mkdir()
        (home / "experiment.toml").write_text(
            f"[contrast]\nmg_reference_mM = 0.8\nmg_raised_mM = 2.0\n[assays.calcium]\n{section}\n"
        )
        (home / "conditions.csv").write_text("condition,medium,mg_mM\nca08,calcifying,0.8\nca20,calcifying,2.0\n")
        (home / "files.csv").write_text("file,assay,layout,plate\nraw/a.txt,calcium,cal,C1\n")
        (home / "raw" / "a.txt").write_text("x")
        wells = [f"A{i},{s}" for i, s in enumerate(standards, 1)]
        (home / "layouts" / "cal.csv").write_text("well,standard\n" + "\n".join(wells) + "\n")
        return home

    return made


DICA = 'kit = "bioassay-dica-500"'
OURS = ("MG069", "MG090", "MG091", "MG092", "MG093")


@pytest.mark.parametrize(
    ("section", "standards", "seen"),
    [
        (DICA, [0, 2, 4, 8, 16, 20], None),
        (DICA, [0, 20, 40, 80, 160, 200], "standards of 40, 80, 160, 200 mg/dL"),  # ug/mL entered as mg/dL
        (DICA + '\nstandard_unit = "ug/mL"', [0, 20, 40, 80, 160, 200], None),  # 200 ug/mL are 20 mg/dL
        (DICA + '\nstandard_unit = "mM"', [0, 1, 2.5, 5], None),  # 5 mM are 20.04 mg/dL, a rounding
        (DICA + '\nstandard_unit = "mM"', [0, 1, 2.5, 10], "standards of 10 mM"),
        (DICA, [0, 0.01, 2, 4], "standards of 0.01 mg/dL"),
        ('kit = "linear-1115000"', [0, 1.25, 2.5, 5, 10], None),  # one standard, diluted
        ('kit = "abcam-ab102505"', [0, 0.4, 0.8, 2], None),
        ('kit = "abcam-ab102505"\nstandard_unit = "ug/mL"', [0, 8, 40], None),  # per well: not comparable
    ],
)
def test_standards_outside_the_kit_s_range_are_a_warning(folder, problems, section, standards, seen):
    read_experiment(folder(section, standards), problems)
    doubts = [(p.file, p.seen) for p in problems if p.code == "MG093"]
    assert doubts == ([] if seen is None else [("layouts/cal.csv", seen)])


def test_a_preset_survives_the_store(folder, problems, tmp_path):
    experiment = read_experiment(folder(DICA, [0, 2, 4]), problems)
    store.write_experiment(tmp_path / "experiment.json", experiment)
    again = store.read_experiment(tmp_path / "experiment.json")
    assert again.files == experiment.files
    assert again.files[0].preset == {"wavelength_nm": 612.0, "standard_unit": "mg/dL", "sample_volume_uL": 5.0}
    assert again.assay_settings(again.files[0]) == experiment.assay_settings(experiment.files[0])
    assert again.assay_settings(again.files[0]).standard_unit == "mg/dL"


def test_a_kit_of_the_section_is_told_once_for_all_its_files(folder, problems):
    home = folder(DICA, [0, 2, 4])
    (home / "raw" / "b.txt").write_text("yy")
    (home / "files.csv").write_text("file,assay,layout,plate\nraw/a.txt,calcium,cal,C1\nraw/b.txt,calcium,cal,C2\n")
    read_experiment(home, problems)
    assert [p.code for p in problems if p.code in OURS] == ["MG092", "MG091"]


def test_presets_are_written_as_toml_that_says_what_it_is():
    for file in FOLDER.glob("*.toml"):
        held = tomllib.loads(file.read_text(encoding="utf-8"))
        assert held["id"] == file.stem
        assert "verified" in held["source"]
