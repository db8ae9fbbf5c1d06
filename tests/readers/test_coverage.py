import pytest

from mgassay import tables
from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.coverage import check_coverage, check_mapped
from mgassay.wellnames import row_letters

RAW = RawFile(file="raw/cal.csv", assay="calcium", plate="C1", layout="cal", sheet="Plate 1")
PLATE = [f"{row_letters(r)}{c + 1}" for r in range(8) for c in range(12)]


def layout_of(wells, role="sample"):
    return tables.LAYOUT.frame([{"well": w, "role": role} for w in wells])


@pytest.fixture
def found():
    def found(layout, read):
        problems = Problems()
        check_coverage(RAW, layout, read, problems)
        assert {(p.file, p.sheet) for p in problems} <= {("raw/cal.csv", "Plate 1")}
        return [(p.code, p.place, p.seen) for p in problems]

    return found


def test_what_was_read_is_what_is_mapped(found):
    assert found(layout_of(PLATE), PLATE) == []


def test_wells_read_and_not_mapped_are_one_problem_with_runs(found):
    assert found(layout_of(PLATE[:72]), PLATE) == [("MG201", "G1–G12, H1–H12", "24")]


def test_wells_mapped_and_not_read_are_one_problem_with_runs(found):
    assert found(layout_of(PLATE), PLATE[:60]) == [("MG202", "F1–F12, G1–G12, H1–H12", "36")]


@pytest.mark.parametrize("role", ["empty", "excluded"])
def test_wells_that_need_not_be_read_are_not_missed(found, role):
    assert found(layout_of(PLATE, role), PLATE[:60]) == []


def test_wells_off_the_plate_are_told_from_wells_that_were_not_read(found):
    assert found(layout_of([*PLATE, "I1", "A13"]), PLATE) == [("MG203", "A13, I1", "2")]
    assert found(layout_of(["A1", "A2", "I1"]), ["A1", "A2"]) == [("MG202", "I1", "1")]


def test_without_a_layout_the_samples_are_named():
    problems = Problems()
    check_mapped(RAW.model_copy(update={"layout": ""}), ["A1", "A2"], problems)
    assert [(p.code, p.place) for p in problems] == [("MG201", "A1–A2")]
    assert "samples.csv" in next(iter(problems)).message


def test_as_many_wells_may_lack_their_image_as_images_were_named():
    for spare, expected in ((0, ["MG202"]), (1, ["MG202"]), (2, []), (3, [])):
        problems = Problems()
        check_coverage(RAW, layout_of(PLATE), PLATE[:94], problems, spare=spare)
        assert [p.code for p in problems] == expected
