from mgassay.problems import Problems
from mgassay.report.exports.exported_wells import exported_qpcr
from mgassay.report.exports.rdes import HEADS, rdes_text


def rows(pcr, problems=None, **parts):
    experiment = pcr.make_experiment()
    exported = exported_qpcr(experiment, pcr.make_parts(**parts), Problems())
    text = rdes_text(exported.runs[0], exported, "x.tsv", Problems() if problems is None else problems)
    return [line.split("\t") for line in text.split("\n")[:-1]]


def test_columns_are_those_of_the_format_and_non_detects_are_minus_one(pcr):
    head, *body = rows(pcr)
    assert head == list(HEADS) == ["Well", "Sample", "Sample Type", "Target", "Target Type", "Dye", "Cq"]
    found = {r[0]: r[1:] for r in body}
    assert found["A1"] == ["ca_mg08 D1 rep 1", "unkn", "RUNX2", "toi", "unknown", "24.512"]
    assert found["A3"][2:4] == ["Gapdh", "ref"]
    assert (found["A2"][5], found["C2"][5]) == ("-1.0", "")
    assert (found["H12"][:2], found["B1"][:2]) == (["NTC", "ntc"], ["standard 1000", "std"])


def test_a_sample_has_one_type(pcr):
    types = {}
    for row in rows(pcr)[1:]:
        assert types.setdefault(row[1], row[2]) == row[2]


def test_curves_stand_in_a_column_for_each_cycle(pcr):
    head, *body = rows(pcr, amplification=[pcr.curve("A1", "0.5;;0.75", first=2)])
    assert head[7:] == ["1", "2", "3", "4"]
    found = {r[0]: r[7:] for r in body}
    assert found["A1"] == ["", "0.5", "", "0.75"]
    assert found["A2"] == ["", "", "", ""]


def test_a_name_that_would_be_a_formula_is_made_harmless_and_told(pcr):
    problems = Problems()
    odd = ("q1", "A1", "s", "=cmd|' /C calc'!A0", "D1", "1", "@RUNX2", "sample", 20.0, "value", pcr.NAN)
    _, row = rows(pcr, problems, wells=[odd])
    assert row[1] == "'=cmd|' /C calc'!A0 D1 rep 1"
    assert row[3] == "'@RUNX2"
    assert [p.code for p in problems] == ["MG573"]
