"""What data/rotorgene cannot show: which of several analyses is meant, refusals, broken tables."""

from pathlib import Path

import pytest

from mgassay.readers.exports.rotorgene import READERS, target_of, tube_name
from mgassay.readers.reader import FORMAT_ONLY

TWO = (Path(__file__).with_name("data") / "rotorgene" / "two_channels.csv").read_text(encoding="utf-8")
ONE = '"Excel Analysed Data Export"\n\n"Quantitative analysis of Cycling A.Green (Page 1)"\n\n'
HEAD = '"No.","Color","Name","Type","Ct","Given Conc (Copies)","Calc Conc (Copies)","Rep. Ct"\n'
ROWS = '"1","255","d1","Unknown","20.46","","812","20.52"\n"2","255","water","NTC","","","",""\n'


def codes(problems):
    return [p.code for p in problems]


def test_no_real_export_was_seen():
    assert READERS[0].evidence == FORMAT_ONLY


def test_tubes_are_named_along_the_rotor_not_along_a_plate():
    names = [tube_name(str(k)) for k in range(1, 101)]
    assert (names[0], names[7], names[8], names[12], names[35], names[71], names[99]) == (
        "A1", "A8", "B1", "B5", "E4", "I8", "M4",
    )  # fmt: skip
    assert len(set(names)) == 100
    assert [tube_name(text) for text in ("0", "101", "x", "")] == ["", "", "", ""]


def test_a_page_that_is_only_numbered_names_no_target():
    assert [target_of(t) for t in ("Cycling A.Green (Page 2)", "Cycling A.Green (BMP2)", "")] == ["", "BMP2", ""]


def test_several_analyses_are_listed_and_one_is_named(read_export):
    _, (problem,) = read_export("q.csv", TWO)
    assert problem.code == "MG117"
    assert problem.seen == "Cycling A.Green (RUNX2); Cycling A.Yellow (GAPDH)"
    for name in ("Cycling A.Green (RUNX2)", "Green (RUNX2)", "green", "RUNX2"):
        frame, problems = read_export("q.csv", TWO, sheet=name)
        assert codes(problems) == ["MG151"]
        assert frame["value"].tolist()[0] == 25.5
        assert frame["channel"].unique().tolist() == ["RUNX2"]
    assert codes(read_export("q.csv", TWO, sheet="Orange")[1]) == ["MG115"]


def test_two_analyses_of_one_name_are_never_mixed(read_export):
    frame, problems = read_export("q.csv", TWO.replace("Yellow (GAPDH)", "Green (RUNX2)"))
    assert (len(frame), codes(problems)) == (0, ["MG117"])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"20.46"', '"fail"', "MG120"),
        ('"2","255","water"', '"1","255","water"', "MG125"),
        ('"2","255","water"', '"","255","water"', "MG130"),
        ('"2","255","water"', '"120","255","water"', "MG130"),
        ('"20.46",""', '"20.46","lots"', "MG134"),
        ('"20.46"', '"20,46"', "MG128"),  # quoted, so that it is one cell
        ('"20.46"', "20,46", "MG154"),
        ('"Ct"', '"Rep. Ct 2"', "MG126"),
        ('"Quantitative', '"Melt', None),  # without a title a table is still one of tubes and Ct
    ],
)
def test_broken_tables_are_named(read_export, old, new, code):
    problems = read_export("q.csv", (ONE + HEAD + ROWS).replace(old, new))[1]
    assert [c for c in codes(problems) if c != "MG151"] == ([code] if code else [])


def test_an_export_cut_off_is_refused(read_export):
    whole = ONE + HEAD + ROWS
    for cut in range(whole.index('"2"') + 2, len(whole) - 8):
        frame, problems = read_export("q.csv", whole[:cut])
        assert len(frame) == 0
        assert "MG127" in codes(problems) or "MG130" in codes(problems), whole[:cut][-20:]


def test_raw_data_and_melting_alone_are_refused(read_export):
    raw = '"Excel Raw Data Export"\n\n"Channel Cycling A.Green"\n\n"ID"," Page 1","1","2"\n"1","NTC","1.3","1.4"\n'
    assert codes(read_export("q.csv", raw)[1]) == ["MG150"]
    melt = ONE.replace("Quantitative", "Melt") + '"No.","Color","Name","Genotype","Peak 1"\n"1","2","d1","","84.5"\n'
    assert codes(read_export("q.csv", melt)[1]) == ["MG126"]


def test_a_non_detect_below_a_gap_is_not_lost(read_export):
    first, second = ROWS.splitlines()
    assert "MG130" in codes(read_export("q.csv", f"{ONE}{HEAD}{first}\n\n{second}\n")[1])


def test_a_lost_cell_is_refused(read_export):
    rows = ROWS.replace('"1","255","d1","Unknown"', '"1","255","Unknown"')
    assert "MG127" in codes(read_export("q.csv", ONE + HEAD + rows)[1])
