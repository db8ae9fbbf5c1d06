import re
import tomllib

import pytest
from openpyxl import Workbook

from mgassay import tables
from mgassay.problems import Problems
from mgassay.readers.folder import read_experiment

TOML = "[contrast]\nmg_reference_mM = 0.8\nmg_raised_mM = 2.0\n"
BASE = {
    "experiment.toml": TOML,
    "conditions.csv": "condition,medium,mg_mM,cells\ncontrol,control,0.8,live\nca_mg08,calcifying,0.8,live\n"
    "ca_mg20,calcifying,2.0,live\nacell,calcifying,2.0,none\n",
    "files.csv": "file,assay,layout,plate\nraw/cal.csv,calcium,cal,C1\n",
    "layouts/cal.csv": "well,role,condition,donor,rep,standard\nA1,,,,,0\nA2,,,,,10\nA3,,,,,20\nB1,,ca_mg20,D1,1,\n",
    "raw/cal.csv": ",1,2,3\nA,0.1,0.2,0.3\nB,0.2,,\n",
}


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def read(tmp_path, problems):
    def read(changes=None, name="mg-test"):
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in {**BASE, **(changes or {})}.items():
            if text is not None:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text)
        return read_experiment(folder, problems)

    return read


def found(problems):
    return [(p.code, p.file, p.sheet, p.place, p.seen) for p in problems]


def test_a_whole_folder_is_read_without_a_word(read, problems):
    experiment = read()
    assert found(problems) == []
    assert experiment.id == "mg-test"
    assert experiment.settings.contrast.mg_raised_mM == 2.0
    assert experiment.conditions["condition"].tolist() == ["control", "ca_mg08", "ca_mg20", "acell"]
    assert experiment.conditions["cells"].tolist() == ["live", "live", "live", "none"]
    assert [(f.file, f.assay, f.plate, f.layout) for f in experiment.files] == [("raw/cal.csv", "calcium", "C1", "cal")]
    assert experiment.layouts["cal"]["role"].tolist() == ["standard"] * 3 + ["sample"]
    assert experiment.samples is None


def test_the_same_experiment_as_a_workbook(read, problems, tmp_path):
    folder = tmp_path / "mg-test"
    folder.mkdir()
    book = Workbook()
    book.remove(book.active)
    for path in ("conditions.csv", "files.csv", "layouts/cal.csv"):
        sheet = book.create_sheet(path.removesuffix(".csv").replace("layouts/", "layout_"))
        for line in BASE[path].splitlines():
            sheet.append([float(c) if re.fullmatch(r"[\d.]+", c) else c or None for c in line.split(",")])
    book.save(folder / "experiment.xlsx")
    from_sheets = read({"conditions.csv": None, "files.csv": None, "layouts/cal.csv": None})
    assert found(problems) == []
    (folder / "experiment.xlsx").unlink()
    from_csv = read()
    assert from_sheets.conditions.equals(from_csv.conditions)
    assert from_sheets.layouts["cal"].equals(from_csv.layouts["cal"])
    assert from_sheets.files == from_csv.files


def test_samples_stand_at_the_root(read, problems):
    experiment = read(
        {
            "samples.csv": "sample,condition,donor,rep\nD1 ctrl,control,D1,1\n",
            "files.csv": "file,assay,layout,plate\nraw/cal.csv,qpcr,,Q1\n",
            "layouts/cal.csv": None,
        }
    )
    assert found(problems) == []
    tables.SAMPLES.check(experiment.samples)
    assert experiment.samples["sample"].tolist() == ["D1 ctrl"]


def test_no_folder_is_named(tmp_path, problems):
    assert read_experiment(tmp_path / "nowhere", problems) is None
    assert [(p.code, p.seen) for p in problems] == [("MG001", str(tmp_path / "nowhere"))]


def test_a_folder_that_may_not_be_looked_into_is_named(tmp_path, problems, shut):
    (tmp_path / "experiment.toml").touch()
    shut(tmp_path)
    assert read_experiment(tmp_path, problems) is None
    assert [(p.code, p.seen) for p in problems] == [("MG001", str(tmp_path))]


def test_a_folder_without_anything_of_an_experiment_is_none(tmp_path, problems):
    assert read_experiment(tmp_path, problems) is None
    assert [p.code for p in problems][-1] == "MG003"


@pytest.mark.parametrize("name", ["my plate", "-x", "a" * 65, "Mg²⁺", "$(touch x)"])
def test_a_name_that_cannot_be_an_id_is_named(read, problems, name):
    assert read(name=name) is not None
    assert found(problems) == [("MG002", "", "", "", name)]


def test_a_dot_in_the_path_does_not_hide_the_name(read, problems, tmp_path, monkeypatch):
    read()
    monkeypatch.chdir(tmp_path / "mg-test")
    from pathlib import Path

    assert read_experiment(Path(), problems).id == "mg-test"
    assert found(problems) == []


def test_missing_parts_are_named_and_the_rest_is_read(read, problems):
    experiment = read({"experiment.toml": None})
    assert found(problems) == [("MG003", "experiment.toml", "", "", "mg-test")]
    assert len(experiment.conditions) == 4
    assert len(experiment.files) == 1


@pytest.mark.parametrize(
    ("gone", "instead", "words"),
    [
        ("conditions.csv", "condition.csv", "Did you mean “condition”?"),
        ("files.csv", "file.csv", "Did you mean “file”?"),
    ],
)
def test_a_missing_table_is_named_with_the_nearest_that_is_there(read, problems, gone, instead, words):
    read({gone: None, instead: BASE[gone]})
    first = next(p for p in problems if p.code == "MG020")
    assert (first.file, first.seen) == (gone, gone.removesuffix(".csv"))
    assert words in first.remedy


def test_a_missing_layout_is_named_with_the_nearest_that_is_there(read, problems):
    experiment = read({"layouts/cal.csv": None, "layouts/call.csv": BASE["layouts/cal.csv"]})
    assert found(problems) == [("MG047", "files.csv", "", "row 2, layout", "cal")]
    assert "Did you mean “call”?" in next(iter(problems)).remedy
    assert experiment.layouts == {}


def test_a_layout_can_only_be_one_of_the_folder(read, problems, tmp_path):
    (tmp_path / "secret.csv").write_text(BASE["layouts/cal.csv"])
    experiment = read({"files.csv": "file,assay,layout,plate\nraw/cal.csv,calcium,../../secret,C1\n"})
    assert [(p.code, p.seen) for p in problems] == [("MG047", "../../secret")]
    assert experiment.layouts == {}


def test_files_in_raw_without_a_row_are_listed_in_a_notice(read, problems):
    read({"raw/old/run.csv": "x", "raw/.DS_Store": "x", "raw/~$cal.csv": "x"})
    assert found(problems) == [("MG056", "files.csv", "", "", "raw/old/run.csv")]
    assert next(iter(problems)).severity == "notice"


def test_all_problems_of_a_folder_are_collected_at_once(read, problems):
    read(
        {
            "experiment.toml": TOML + "colour = 1\n",
            "conditions.csv": BASE["conditions.csv"].replace("2.0,live", "2000,live"),
            "files.csv": BASE["files.csv"] + "raw/gone.csv,calcium,cal,C2\n",
            "layouts/cal.csv": BASE["layouts/cal.csv"].replace("ca_mg20", "ca_mg_20"),
        }
    )
    assert [p.code for p in problems] == ["MG005", "MG067", "MG040", "MG071"]


def test_the_callers_folder_is_never_written_to(read, tmp_path):
    read()
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    read_experiment(tmp_path / "mg-test", Problems())
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_the_demo_is_read_without_an_error(root, problems):
    demo = root / "resources" / "demo" / "mg-trpm7-demo"
    experiment = read_experiment(demo, problems)
    assert [p for p in problems if p.severity == "error"] == []
    assert len(experiment.conditions) == 15
    assert {f.assay for f in experiment.files} == {"calcium", "protein", "alizarin_image", "qpcr"}


@pytest.mark.parametrize("catalogue", ["folder", "mapping"])
def test_every_kind_of_problem_is_provoked_by_a_test(root, catalogue):
    kinds = tomllib.loads((root / f"src/mgassay/catalogue/{catalogue}.toml").read_text())
    rooms = ("readers", "assays/images")  # which places the wells of photographs
    tests = [p for room in rooms for p in sorted((root / "tests" / room).rglob("test_*.py"))]
    assert [code for code in kinds if code not in "".join(p.read_text() for p in tests)] == []
    source = [p for room in rooms for p in sorted((root / "src/mgassay" / room).rglob("*.py"))]
    assert [code for code in kinds if code not in "".join(p.read_text() for p in source)] == []


def test_a_layout_that_no_file_uses_is_noticed(read, problems):
    read({"layouts/spare.csv": BASE["layouts/cal.csv"]})
    assert found(problems) == [("MG059", "files.csv", "", "", "spare")]
    assert {p.severity for p in problems} == {"notice"}


def test_a_broken_workbook_is_the_only_problem(tmp_path, problems):
    (tmp_path / "experiment.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
    (tmp_path / "experiment.toml").write_text(TOML)
    read_experiment(tmp_path, problems)
    assert [(p.code, p.file) for p in problems] == [("MG098", "experiment.xlsx")]


def test_a_layout_that_links_out_is_told_once(read, problems, tmp_path):
    outside = tmp_path / "elsewhere.csv"
    outside.write_text(BASE["layouts/cal.csv"])
    (tmp_path / "mg-test" / "layouts").mkdir(parents=True)
    (tmp_path / "mg-test" / "layouts" / "cal.csv").symlink_to(outside)
    read({"layouts/cal.csv": None})
    assert found(problems) == [("MG041", "layouts/cal.csv", "", "", "layouts/cal.csv")]


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        (BASE["conditions.csv"].removesuffix(",none\n"), "MG127"),
        (BASE["conditions.csv"].replace("ca_mg20", "20-Mar"), "MG028"),
        (BASE["conditions.csv"].splitlines()[0] + "\n", "MG023"),
    ],
)
def test_lost_conditions_are_not_blamed_on_the_layouts(read, problems, conditions, code):
    read({"conditions.csv": conditions, "layouts/cal.csv": BASE["layouts/cal.csv"].replace("ca_mg20", "acell")})
    assert [p.code for p in problems] == [code]


def test_donors_are_spelt_alike_in_all_layouts(read, problems):
    files = "file,assay,layout,plate\nraw/cal.csv,calcium,cal,C1\nraw/prot.csv,protein,prot,P1\n"
    layout = BASE["layouts/cal.csv"].replace("D1", "d1")
    read({"files.csv": files, "layouts/prot.csv": layout, "raw/prot.csv": "A"})
    assert found(problems) == [("MG086", "layouts/prot.csv", "", "donor", "“d1” (“D1”)")]
