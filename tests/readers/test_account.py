"""Every line of an export is read, understood, listed as not understood, or ignored below the data with a notice."""

import pytest

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.registry import read_raw_file

GEN5 = "\n".join(
    [
        "Software Version\t3.11",
        "Plate Number\tPlate 1",
        "Diluted\t1 in 10",
        "",
        "Layout",
        "\t1\t2\t3\t4",
        "A\tSPL1\tSPL2\tSPL3\tSPL4\tWell ID",
        "\t1\t1\t1\t1\tConc/Dil",
        "B\tSPL5\tSPL6\tSPL7\tSPL8\tWell ID",
        "",
        "Results",
        "\t1\t2\t3\t4",
        "A\t0.1\t0.2\t0.3\t0.4\t570",
        "B\t0.5\t0.6\t0.7\t0.8\t570",
        "",
        "B4 was dropped",
        "",
    ]
)


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    problems = Problems()
    return read_raw_file(path, RawFile(file=name, assay="calcium", plate="P"), problems), list(problems)


def test_lines_of_a_header_and_notes_below_the_data(tmp_path):
    done, problems = read(tmp_path, "g.txt", GEN5)
    assert done.account["reader"] == "gen5"
    assert done.account["readings"] == 8
    assert done.account["encoding"] == "utf-8"
    assert done.account["not_understood"] == ["line 3: Diluted | 1 in 10"]
    assert done.account["ignored_below"] == ["line 16: B4 was dropped"]
    assert [line.split(":")[0] for line in done.account["understood"]] == ["line 1", "line 2", "line 5", "line 11"]
    assert [(p.code, p.severity, p.seen) for p in problems] == [("MG135", "notice", "line 16: B4 was dropped")]


def test_an_account_never_grows_without_bound(tmp_path):
    remarks = "\n".join(f"remark {k}" for k in range(1000))
    done, problems = read(tmp_path, "g.txt", f"{GEN5}{remarks}\n")
    assert len(done.account["ignored_below"]) == 201
    assert done.account["ignored_below"][-1] == "and 801 more"
    assert problems[0].seen.endswith("and 998 more")


def test_a_file_that_cannot_be_read_is_in_the_account_all_the_same(tmp_path):
    done, problems = read(tmp_path, "x.txt", "Dear diary")
    assert [p.code for p in problems] == ["MG110"]
    assert done.account == {"file": "x.txt", "plate": "P", "reader": ""}


GRID = ",1,2,3,4\nA,0.1,0.2,0.3,0.4\nB,0.5,0.6,0.7,0.8\nC,0.5,0.6,0.7,0.8\n"


@pytest.mark.parametrize(
    ("below", "listed"),
    [
        ("Mean,0.5,0.5,0.5,0.5\n", ["line 5: Mean | 0.5 | 0.5 | 0.5 | 0.5"]),
        ("Mean,1.5,1.5,1.5,1.5\nSD,1.5,1.5,1.5,1.5\nCV,1.5,1.5,1.5,1.5\n", 3),
        ("\n,1,2,3,4\nA,S1,S2,S3,S4\nB,S1,S2,S3,S4\n", []),
        (",1,2,3,4\nA,S1,S2,S3,S4\n", []),
    ],
)
def test_rows_of_values_right_below_the_data_are_listed(tmp_path, below, listed):
    done, problems = read(tmp_path, "g.csv", GRID + below)
    found = done.account["ignored_below"]
    assert len(found) == listed if isinstance(listed, int) else found == listed
    assert done.account["not_understood"] == []
    assert [p.code for p in problems] == (["MG135"] if listed else [])


def test_values_right_below_a_grid_without_a_name_may_have_been_pushed_out_of_it(tmp_path):
    done, problems = read(tmp_path, "g.csv", GRID + ",0.5,0.5,0.5,0.5\n")
    assert [(p.code, p.place) for p in problems] == [("MG168", "line 5")]
    assert done.account["reader"] == ""


def test_notes_right_of_a_grid_are_listed_with_their_cell(tmp_path):
    done, problems = read(tmp_path, "g.csv", GRID.replace("0.8\nC", "0.8,,bubble in B4\nC"))
    assert done.account["not_understood"] == ["line 3, column 7: bubble in B4"]
    assert done.account["readings"] == 12
    assert problems == []


def test_the_names_of_a_small_plate_are_no_noise(tmp_path):
    plate = ",1,2,3\nA,0.1,0.2,0.3\nB,0.5,0.6,0.7\n\n,1,2,3\nA,a,b,c\nB,d,e,f\n"
    done, problems = read(tmp_path, "g.csv", plate)
    assert problems == []
    assert done.account["not_understood"] == done.account["ignored_below"] == []


def test_a_note_between_rows_that_were_read_is_listed(tmp_path):
    course = "Time [s],A1,A2,A3,A4\n0,0.1,0.2,0.3,0.4\nlamp changed,,,,\n30,0.5,0.6,0.7,0.8\n"
    done, _ = read(tmp_path, "k.csv", course)
    assert done.account["not_understood"] == ["line 3: lamp changed"]
