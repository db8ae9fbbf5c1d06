import pytest

from mgassay.experiment import Settings
from mgassay.problems import Problems
from mgassay.readers.declared import cells_from_rows
from mgassay.readers.rawfiles import Bench, files_from_cells, setting_columns

HEADER = ["file", "assay", "layout", "plate"]


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "exp"
    (home / "raw").mkdir(parents=True)
    (home / "images" / "ars").mkdir(parents=True)
    for i, name in enumerate(["cal_D1.txt", "cal_D2.txt", "protein_D1.xlsx", "qpcr.txt", "$(touch x).txt"]):
        (home / "raw" / name).write_text("x" * (i + 1))
    for name in ("ARS_A1.jpg", "ARS_A2.jpg"):
        (home / "images" / "ars" / name).write_text("jpg")
    return home


@pytest.fixture
def read(folder, problems):
    def read(*rows, header=HEADER, settings=None, samples=False):
        settings = Settings.model_validate(
            {"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}, "assays": settings or {}}
        )
        bench = Bench(folder, settings, ["cal", "cal_D2", "protein"], samples)
        return files_from_cells(cells_from_rows([header, *rows], "files.csv", ""), bench, problems)

    return read


def found(problems):
    return [(p.code, p.place, p.seen) for p in problems]


def test_rows_become_files_with_their_own_settings(read, problems):
    header = [*HEADER, "sheet", "wavelength_nm", "reader", "dilution", "confirm", "curve", "standard_unit",
              "extract_volume_uL", "reference_genes", "efficiency", "cycles", "subtract_mg_control", "vector",
              "pattern"]  # fmt: skip
    files = read(
        ["raw/cal_D1.txt", "calcium", "cal", "C1", "Plate 1", "575", "gen5", "10", "MG044; MG201", "linear", "mg/dL",
         "250", "", "", "", "true", "", ""],
        ["raw/qpcr.txt", "qpcr", "", "Q1", "", "", "", "", "", "", "", "", "GAPDH; RPLP0", "GAPDH=1.95;RUNX2=2", "45",
         "", "", ""],
        ["images/ars", "alizarin_image", "cal_D2", "A", "", "", "", "", "", "", "", "", "", "", "", "",
         "0.4;0.7;0.6", "_(?P<well>[A-H][0-9]+)[.]"],
        ["raw/cal_D2.txt", "mg_intracellular", "cal", "M", "", "340;380"],
        header=header, samples=True,
    )  # fmt: skip
    assert found(problems) == []
    calcium, qpcr, images, fura = files
    assert (calcium.file, calcium.plate, calcium.layout, calcium.sheet) == ("raw/cal_D1.txt", "C1", "cal", "Plate 1")
    assert (calcium.wavelength_nm, calcium.reader, calcium.dilution) == ("575", "gen5", 10.0)
    assert calcium.confirm == ("MG044", "MG201")
    assert calcium.overrides == {
        "curve": "linear", "standard_unit": "mg/dL", "extract_volume_uL": 250.0, "subtract_mg_control": True,
    }  # fmt: skip
    assert qpcr.overrides == {
        "reference_genes": ("GAPDH", "RPLP0"), "efficiency": {"GAPDH": 1.95, "RUNX2": 2.0}, "cycles": 45,
    }  # fmt: skip
    assert qpcr.dilution is None
    assert images.overrides == {"vector": (0.4, 0.7, 0.6)}
    assert images.pattern == "_(?P<well>[A-H][0-9]+)[.]"
    assert fura.wavelength_nm == "340;380"


def test_the_row_wins_over_experiment_toml(read, problems):
    both = {"calcium": {"wavelength_nm": 570, "curve": "quadratic"}}
    rows = [["raw/cal_D1.txt", "calcium", "cal", "C1", "575", "linear"], ["raw/cal_D2.txt", "calcium", "cal", "C2"]]
    first, second = read(*rows, header=[*HEADER, "wavelength_nm", "curve"], settings=both)
    assert (first.wavelength_nm, first.overrides) == ("575", {"curve": "linear"})
    assert (second.wavelength_nm, second.overrides) == ("570", {})
    assert found(problems) == []


def test_every_setting_of_an_assay_may_be_a_column():
    columns = setting_columns()
    assert columns["curve"] == ("calcium", "protein", "alizarin_extract", "alp")
    assert columns["kd_mM"] == ("mg_intracellular",)
    assert columns["settling_min"] == ("t50",)
    assert "dilution" not in columns
    assert "wavelength_nm" not in columns


GOOD = ["raw/cal_D2.txt", "calcium", "cal", "C2"]
WRONG = [
    # columns behind, row, code, place, seen, words of message and remedy
    ([], ["raw/cal_D1.text", "calcium", "cal", "C1"], "MG040", "row 2, file", "raw/cal_D1.text",
     "Did you mean “raw/cal_D1.txt”?"),
    ([], ["raw", "calcium", "cal", "C1"], "MG058", "row 2, file", "raw", "raw/cal_D1.txt"),
    ([], ["raw/" + "a" * 5000, "calcium", "cal", "C1"], "MG040", "row 2, file", "raw/" + "a" * 5000, "paths begin"),
    ([], ["raw\\cal_D1.txt", "calcium", "cal", "C1"], "MG040", "row 2, file", "raw\\cal_D1.txt",
     "Did you mean “raw/cal_D1.txt”"),
    ([], ["**.jpg", "alizarin_image", "cal", "C1"], "MG040", "row 2, file", "**.jpg", "Did you mean “images/ars”?"),
    ([], ["images/asr", "alizarin_image", "cal", "C1"], "MG040", "row 2, file", "images/asr",
     "Did you mean “images/ars”?"),
    ([], ["images/none_*.jpg", "alizarin_image", "cal", "C1"], "MG040", "row 2, file", "images/none_*.jpg", "paths"),
    ([], ["../exp/raw/cal_D1.txt", "calcium", "cal", "C1"], "MG041", "row 2, file", "../exp/raw/cal_D1.txt", "Copy"),
    ([], ["/etc/hostname", "calcium", "cal", "C1"], "MG041", "row 2, file", "/etc/hostname", "Copy"),
    ([], ["C:\\data\\cal.txt", "calcium", "cal", "C1"], "MG041", "row 2, file", "C:\\data\\cal.txt", "Copy"),
    ([], ["~/cal.txt", "calcium", "cal", "C1"], "MG041", "row 2, file", "~/cal.txt", "Copy"),
    ([], ["../*/raw/*", "alizarin_image", "cal", "C1"], "MG041", "row 2, file", "../*/raw/*", "Copy"),
    ([], ["raw/cal_D1.txt", "Calcium", "cal", "C1"], "MG042", "row 2, assay", "Calcium", "Did you mean “calcium”?"),
    ([], ["raw/cal_D1.txt", "calcium", "cla", "C1"], "MG047", "row 2, layout", "cla", "Did you mean “cal”?"),
    ([], ["raw/cal_D1.txt", "calcium", "", "C1"], "MG048", "row 2, layout", "", "samples.csv"),
    ([], ["raw/qpcr.txt", "qpcr", "", "C1"], "MG048", "row 2, layout", "", "samples.csv"),
    ([], ["raw/cal_D1.txt", "calcium", "cal", "C2"], "MG043", "row 3, plate", "C2", "name of its own"),
    ([], ["raw/cal_D2.txt", "protein", "cal", "C2"], "MG049", "row 3, plate", "C2", "plate names of their own"),
    ([], ["raw/cal_D2.txt", "calcium", "cal", "C1"], "MG057", "row 3, plate", "C2", "sheet"),
    ([], ["raw/cal_D1.txt", "calcium", "cal", "a/b"], "MG055", "row 2, plate", "a/b", "letters"),
    ([], ["raw/cal_D1.txt", "calcium", "cal", ""], "MG029", "row 2, plate", "", "plate"),
    ([], ["", "calcium", "cal", "C1"], "MG029", "row 2, file", "", "file"),
    (["dilution"], ["raw/cal_D1.txt", "calcium", "cal", "C1", "0"], "MG050", "row 2, dilution", "0", "above 0"),
    (["dilution"], ["raw/cal_D1.txt", "calcium", "cal", "C1", "ten"], "MG027", "row 2, dilution", "ten", "number"),
    (["curve"], ["raw/cal_D1.txt", "calcium", "cal", "C1", "cubic"], "MG050", "row 2, curve", "cubic", "quadratic"),
    (["cycles"], ["raw/cal_D1.txt", "calcium", "cal", "C1", "40"], "MG051", "row 2, cycles", "40", "qpcr"),
    (["cycle"], ["raw/cal_D1.txt", "calcium", "cal", "C1", ""], "MG022", "row 1", "cycle", "Did you mean “cycles”?"),
    (["wavelength_nm"], ["raw/cal_D1.txt", "calcium", "cal", "C1", "A575"], "MG052", "row 2, wavelength_nm", "A575",
     "340;380"),
    (["wavelength_nm"], ["raw/cal_D1.txt", "calcium", "cal", "C1", "57"], "MG052", "row 2, wavelength_nm", "57", "200"),
    (["confirm"], ["raw/cal_D1.txt", "calcium", "cal", "C1", "mg043"], "MG054", "row 2, confirm", "mg043",
     "Did you mean “MG043”?"),
    (["pattern"], ["images/ars", "alizarin_image", "cal", "C1", "([A-H]"], "MG053", "row 2, pattern", "([A-H]",
     "(?P<well>"),
    (["pattern"], ["images/ars", "alizarin_image", "cal", "C1", "[A-H]"], "MG053", "row 2, pattern", "[A-H]",
     "(?P<well>"),
    (["pattern"], ["images/ars", "alizarin_image", "cal", "C1", "incucite"], "MG053", "row 2, pattern", "incucite",
     "Did you mean “incucyte”?"),
    (["pattern"], ["images/ars", "alizarin_image", "cal", "C1", "(?P<well>(A+)+)"], "MG053", "row 2, pattern",
     "(?P<well>(A+)+)", "busy for ever"),
    (["well_grid"], ["images/ars", "alizarin_image", "cal", "C1", "A1 1 2"], "MG050", "row 2, well_grid", "A1 1 2",
     "A1 210 180; A6 1390 181; D1 212 890; radius 100"),
    (["rotation"], ["images/ars", "alizarin_image", "cal", "C1", "45"], "MG050", "row 2, rotation", "45",
     "a multiple of 90"),
    (["rotation"], ["images/ars", "alizarin_image", "cal", "C1", "360"], "MG050", "row 2, rotation", "360",
     "270 or less"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "row", "code", "place", "seen", "words"), WRONG)
def test_each_mistake_has_its_code_place_and_remedy(read, problems, more, row, code, place, seen, words):
    read(row, GOOD, header=[*HEADER, *more])
    assert found(problems) == [(code, place, seen)]
    problem = next(iter(problems))
    assert (problem.file, problem.severity) == ("files.csv", "error")
    assert words in problem.message + problem.remedy


def test_what_cannot_be_read_is_left_out_and_the_rest_kept(read, problems):
    files = read(["raw/gone.txt", "calcium", "cal", "C1"], ["raw/cal_D1.txt", "calcum", "cal", "C3"], GOOD)
    assert [f.plate for f in files] == ["C2"]


def test_the_same_bytes_under_two_names_are_named(read, problems, folder):
    (folder / "raw" / "copy.txt").write_bytes((folder / "raw" / "cal_D2.txt").read_bytes())
    read(GOOD, ["raw/copy.txt", "calcium", "cal", "C3"])
    assert found(problems) == [("MG044", "row 3, file", "raw/copy.txt")]
    assert "raw/cal_D2.txt" in next(iter(problems)).message


def test_lock_files_and_empty_files_are_named(read, problems, folder):
    (folder / "raw" / "~$cal_D1.xlsx").write_text("lock")
    (folder / "raw" / "empty.txt").touch()
    read(["raw/~$cal_D1.xlsx", "calcium", "cal", "C1"], ["raw/empty.txt", "calcium", "cal", "C3"])
    assert found(problems) == [
        ("MG045", "row 2, file", "raw/~$cal_D1.xlsx"),
        ("MG046", "row 3, file", "raw/empty.txt"),
    ]


@pytest.mark.parametrize("name", [".cal.txt", "~$cal.txt", "Thumbs.db"])
def test_what_is_no_input_is_no_raw_file(read, problems, folder, name):
    """Hidden files are left out of the checksums of inputs, so that no number may rest on one."""
    (folder / "raw" / name).write_text("1")
    assert read([f"raw/{name}", "calcium", "cal", "C1"]) == ()
    assert found(problems) == [("MG045", "row 2, file", f"raw/{name}")]


@pytest.mark.parametrize(("closed", "rows"), [("raw", 2), ("images/ars", 1)])
def test_a_folder_that_may_not_be_looked_into_is_told_of_each_file_in_it(read, problems, folder, shut, closed, rows):
    shut(folder / closed)
    read(["raw/cal_D1.txt", "calcium", "cal", "C1"], GOOD, ["images/ars", "alizarin_image", "cal", "A"])
    assert [(p.code, p.seen) for p in problems] == [("MG101", "Permission denied")] * rows
    assert all(p.file.startswith(closed) for p in problems)


def test_files_that_may_not_be_read_are_not_taken_for_the_same(read, problems, folder, shut):
    (folder / "raw" / "as_long.txt").write_text("yy")  # as cal_D2.txt, whose content nobody may see either
    for name in ("cal_D2.txt", "as_long.txt"):
        shut(folder / "raw" / name)
    files = read(GOOD, ["raw/as_long.txt", "calcium", "cal", "C3"])
    assert len(files) == 2, "that they cannot be opened is told where they are read"
    assert found(problems) == []


def test_links_are_followed_inside_the_folder_only(read, problems, folder, tmp_path):
    (tmp_path / "outside.txt").write_text("outside the folder")
    (folder / "raw" / "out.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "raw" / "in.txt").symlink_to(folder / "raw" / "cal_D1.txt")
    files = read(["raw/out.txt", "calcium", "cal", "C1"], ["raw/in.txt", "calcium", "cal", "C2"])
    assert found(problems) == [("MG041", "row 2, file", "raw/out.txt")]
    assert [f.file for f in files] == ["raw/in.txt"]


def test_a_name_full_of_signs_is_only_a_name(read, problems):
    files = read(["raw/$(touch x).txt", "calcium", "cal", "C1"])
    assert [f.file for f in files] == ["raw/$(touch x).txt"]
    assert found(problems) == []


def test_measured_tables_need_no_layout(read, problems):
    files = read(["raw/cal_D1.txt", "calcium", "", "ICP", "table"], header=[*HEADER, "reader"])
    assert (files[0].reader, files[0].layout) == ("table", "")
    assert found(problems) == []


def test_another_plates_file_or_layout_is_never_suggested(read, folder, problems):
    (folder / "raw" / "cal_D1.txt").unlink()
    read(["raw/cal_D1.txt", "calcium", "cal_D1", "C1"], ["raw/cal_D2.txt", "calcium", "cal_D2", "C2"])
    remedies = {p.code: p.remedy for p in problems}
    assert "cal_D2" not in remedies["MG040"]
    assert "Did you mean “cal_D2”" not in remedies["MG047"]


def test_the_second_plate_of_a_name_is_left_out(read, problems):
    files = read(["raw/cal_D1.txt", "calcium", "cal", "C1"], ["raw/cal_D2.txt", "calcium", "cal", "C1"])
    assert [f.file for f in files] == ["raw/cal_D1.txt"]
    assert found(problems) == [("MG043", "row 3, plate", "C1")]


def test_a_row_without_an_assay_is_not_blamed_for_its_layout(read, problems):
    read(["raw/cal_D1.txt", "", "", "C1"])
    assert found(problems) == [("MG029", "row 2, assay", "")]


def test_links_in_a_circle_lead_out_of_the_folder(read, folder, problems):
    link = folder / "raw" / "loop.txt"
    link.symlink_to(link)
    read(["raw/loop.txt", "calcium", "cal", "C1"])
    assert found(problems) == [("MG041", "row 2, file", "raw/loop.txt")]


def test_an_empty_folder_of_images_is_told_with_the_images(read, folder, problems):
    (folder / "images" / "none").mkdir()
    assert [f.file for f in read(["images/none", "alizarin_image", "cal", "C1"])] == ["images/none"]
    assert found(problems) == []
