import pytest

from mgassay.readers.paths import (
    candidates,
    files_in,
    is_file,
    is_folder,
    is_shut,
    leaves_folder,
    offered,
    paths_of_images,
    spelt_as_on_disk,
)


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


@pytest.mark.parametrize("file", ["a\0b", "a\nb", "..", "raw/../../x", "\\\\server\\share", "//server/share"])
def test_paths_that_could_lead_out_are_told(folder, file):
    assert leaves_folder(folder, file)


def test_images_are_a_file_a_folder_or_a_glob(folder):
    names = [
        [p.name for p in paths_of_images(folder, f)]
        for f in ("images/ars", "images/**/*_A2.jpg", "images/ars/ARS_A1.jpg")
    ]
    assert names == [["ARS_A1.jpg", "ARS_A2.jpg"], ["ARS_A2.jpg"], ["ARS_A1.jpg"]]


def test_what_systems_leave_behind_is_no_image(folder):
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "~$x.jpg"):
        (folder / "images" / "ars" / name).write_text("x")
    assert [p.name for p in paths_of_images(folder, "images/ars")] == ["ARS_A1.jpg", "ARS_A2.jpg"]


def test_links_in_a_circle_and_endless_names_are_nothing(folder):
    link = folder / "raw" / "loop"
    link.symlink_to(link)
    assert leaves_folder(folder, "raw/loop")
    assert [is_file(p) or is_folder(p) for p in (link, folder / ("a" * 5000))] == [False, False]
    assert "raw/loop" not in files_in(folder)


def test_a_name_that_another_row_has_is_offered_only_with_the_same_numbers():
    assert offered("cal_D1", ["cal_D2", "cla_D1", "cal_D3"], {"cal_D2", "cla_D1"}) == ["cla_D1", "cal_D3"]


def test_files_of_the_same_kind_are_meant_and_the_likest_first():
    known = ["conditions.csv", "layouts/plate.csv", "raw/a.txt", "raw/zz.csv", "raw/calcium_D1.csv"]
    assert candidates("raw/calcium_D2.csv", known) == ["raw/calcium_D1.csv"]
    assert candidates("raw\\calc.csv", known) == ["raw/calcium_D1.csv", "raw/zz.csv"]
    assert set(candidates("raw/a_picture.jpg", known)) == set(known[2:])


def test_a_name_that_only_looks_the_same_is_found(tmp_path):
    """`ä` as a Mac writes it (two signs) and as Windows does (one)."""
    mac, windows = "M\u0061\u0308use.csv", "M\u00e4use.csv"
    (tmp_path / mac).write_text("x")
    assert spelt_as_on_disk(tmp_path, windows) == mac
    assert spelt_as_on_disk(tmp_path, mac) == mac
    assert spelt_as_on_disk(tmp_path, "gone.csv") == "gone.csv"


def test_what_may_not_be_looked_at_is_told_from_what_is_not_there(folder, shut):
    asked = ("raw", "raw/cal_D1.txt", "raw/no.txt", "images/ars", "a" * 5000)
    assert [is_shut(folder / name) for name in asked] == [False] * 5
    shut(folder / "raw")
    assert [is_shut(folder / name) for name in asked] == [True, True, True, False, False]
