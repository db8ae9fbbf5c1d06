"""Every line of an export is read, understood, listed as not understood, or ignored below the data with a notice."""

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
