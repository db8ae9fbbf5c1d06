import pytest

from mgassay import tables
from mgassay.experiment import Experiment, RawFile, Settings
from mgassay.problems import Problems
from mgassay.readers.measured import amounts_from_tables

HEAD = "condition,donor,rep,value,unit\n"


@pytest.fixture
def problems():
    return Problems()


@pytest.fixture
def read(tmp_path, problems):
    def read(text, assay="calcium", **row):
        (tmp_path / "icp.csv").write_text(text)
        raw = RawFile(file="icp.csv", assay=assay, plate="ICP", reader="table", **row)
        experiment = Experiment(
            "mg-test",
            Settings.model_validate({"contrast": {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}}),
            tables.CONDITIONS.frame([{"condition": "control"}, {"condition": "ca_mg20"}]),
            (raw, RawFile(file="other.txt", assay="calcium", plate="P")),
        )
        return amounts_from_tables(tmp_path, experiment, problems)

    return read


def found(problems):
    return [(p.code, p.file, p.place, p.seen) for p in problems]


def test_values_become_amounts_of_their_assay(read, problems):
    amounts = read(HEAD + "control,D1,1,0.5,ug/mg\nca_mg20,D1,1,12.25,µg/mg\n")
    assert found(problems) == []
    tables.MEASURED.check(amounts)
    assert (
        amounts[["experiment", "assay", "readout", "plate", "well"]].values.tolist()
        == [["mg-test", "calcium", "calcium", "ICP", ""]] * 2
    )
    assert amounts[["condition", "donor", "rep", "value", "unit"]].values.tolist() == [
        ["control", "D1", "1", 0.5, "ug/mg"],
        ["ca_mg20", "D1", "1", 12.25, "ug/mg"],
    ]


@pytest.mark.parametrize(
    ("row", "code", "place", "seen", "words"),
    [
        ("ca_mg2,D1,1,1,ug/mg", "MG071", "row 3, condition", "ca_mg2", "Did you mean “ca_mg20”?"),
        ("ca_mg20,D1,1,<0.1,ug/mg", "MG027", "row 3, value", "<0.1", "decimal point"),
        ("ca_mg20,D1,1,,ug/mg", "MG029", "row 3, value", "", "Fill in"),
        ("ca_mg20,D1,1,1,", "MG029", "row 3, unit", "", "Fill in"),
        ("ca_mg20,,1,1,ug/mg", "MG029", "row 3, donor", "", "Fill in"),
        ("ca_mg20,1-Mar,1,1,ug/mg", "MG028", "row 3, donor", "1-Mar", "text"),
        ("control,D1,1,1,ug/mg", "MG030", "row 3, rep", "control, D1, 1", "name of its own"),
    ],
)
def test_each_mistake_is_named_and_its_row_left_out(read, problems, row, code, place, seen, words):
    amounts = read(HEAD + "control,D1,1,0.5,ug/mg\n" + row + "\n")
    assert found(problems) == [(code, "icp.csv", place, seen)]
    assert words in next(iter(problems)).remedy
    assert amounts["value"].tolist() == ([0.5] if code != "MG028" else [0.5, 1.0])


def test_a_missing_column_is_named(read, problems):
    assert len(read("condition,donor,rep,value\ncontrol,D1,1,0.5\n")) == 0
    assert [(p.code, p.file) for p in problems] == [("MG024", "icp.csv")]


def test_a_sheet_that_is_not_there_is_named(read, problems, tmp_path, workbook):
    (tmp_path / "icp.xlsx").write_bytes(workbook({"Run 1": [["condition"]], "Run 2": [["condition"]]}))
    from mgassay.readers.declared import cells_from_file

    assert cells_from_file(tmp_path / "icp.xlsx", "icp.xlsx", "Run 3", problems) is None
    assert [p.code for p in problems] == ["MG034"]
