from mgassay.problems import Problems
from mgassay.report.exports.exported_wells import exported_qpcr


def test_reactions_are_numbered_along_the_rows_of_their_plate(pcr):
    problems = Problems()
    exported = exported_qpcr(pcr.make_experiment(), pcr.make_parts(), problems)
    first, second = exported.runs
    assert (first.plate, first.shape) == ("q1", (8, 12))
    assert list(zip(first.wells["well"], first.wells["react"], strict=True))[:5] == [
        ("A1", 1), ("A2", 2), ("A3", 3), ("B1", 13), ("B2", 14)]  # fmt: skip
    assert first.wells["react"].max() == 96
    assert (second.plate, second.shape) == ("q2", (2, 3))
    assert not len(problems)


def test_wells_of_no_target_no_place_or_twice_are_left_out_and_named(pcr):
    odd = [
        ("q1", "D1", "s", "ca_mg08", "D1", "1", "", "sample", 20.0, "value", pcr.NAN),
        ("q1", "tube 7", "s", "ca_mg08", "D1", "1", "RUNX2", "sample", 20.0, "value", pcr.NAN),
        ("q1", "A1", "s", "ca_mg08", "D1", "1", "RUNX2", "sample", 20.0, "value", pcr.NAN),
    ]
    problems = Problems()
    exported = exported_qpcr(pcr.make_experiment(), pcr.make_parts([*pcr.WELLS, *odd]), problems)
    assert sum(len(run.wells) for run in exported.runs) == len(pcr.WELLS)
    assert [(p.code, p.place) for p in problems] == [("MG572", "D1"), ("MG572", "tube 7"), ("MG572", "A1")]


def test_a_well_with_a_sample_for_each_target_keeps_the_first_and_says_so(pcr):
    other = ("q1", "A1", "s9", "ca_mg20", "D2", "1", "Gapdh", "sample", 18.0, "value", pcr.NAN)
    problems = Problems()
    exported = exported_qpcr(pcr.make_experiment(), pcr.make_parts([*pcr.WELLS, other]), problems)
    rows = exported.runs[0].wells
    assert set(rows.loc[rows["well"] == "A1", "name"]) == {"ca_mg08 D1 rep 1"}
    (told,) = problems
    assert (told.code, told.severity, told.place) == ("MG570", "warning", "A1")
    assert "A1: Gapdh ca_mg20 D2 rep 1" in told.seen


def test_curves_go_with_their_target_or_with_the_only_one_of_the_well(pcr):
    curves = [pcr.curve("A1", "0.5;;0.75"), pcr.curve("A3", "1.0;2.0", target="", first=2),
              pcr.curve("A2", "1.0;2.0", target="BMP2")]  # fmt: skip
    rows = exported_qpcr(pcr.make_experiment(), pcr.make_parts(amplification=curves), Problems()).runs[0].wells
    found = dict(zip(rows["well"], rows["fluorescence"], strict=True))
    assert (found["A1"], found["A3"], found["B1"]) == ("0.5;;0.75", "1.0;2.0", "")
    assert found["A2"] == "1.0;2.0"  # one target, one curve: the program's name of the target is another


def test_curves_with_a_baseline_subtracted_are_no_raw_data(pcr):
    curves = [
        pcr.curve("A1", "0.5;1e-05;0.75"), pcr.curve("A2", "0.5;-0.1;0.75", signal="RFU"),
        pcr.curve("A1", "0.5;0.6", plate="q2", signal="dRn"),
    ]  # fmt: skip
    problems = Problems()
    exported = exported_qpcr(pcr.make_experiment(), pcr.make_parts(amplification=curves), problems)
    assert [set(run.wells["fluorescence"]) for run in exported.runs] == [{""}, {""}]
    assert [(p.code, p.severity, p.file) for p in problems] == [
        ("MG571", "notice", "raw/q1.csv"), ("MG571", "notice", "raw/q2.csv")]  # fmt: skip
    kept = exported_qpcr(pcr.make_experiment(), pcr.make_parts(amplification=curves[:1]), Problems()).runs[0].wells
    assert kept["fluorescence"].iloc[0] == "0.5;1e-05;0.75"


def test_an_efficiency_says_where_it_is_from_for_its_plate_else_for_all(pcr):
    row = {"measure": "efficiency", "unit": "1", "estimate": 1.9}
    quality = [
        {**row, "gene": "RUNX2", "subject": "series"}, {**row, "gene": "RUNX2", "subject": "curves, not used"},
        {**row, "gene": "GAPDH", "plate": "q1", "subject": "given"},
        {**row, "gene": "RUNX2", "plate": "q2", "subject": "assumed"},
    ]  # fmt: skip
    first, second = exported_qpcr(pcr.make_experiment(), pcr.make_parts(quality=quality), Problems()).runs
    assert dict(zip(first.wells["target"], first.wells["efficiency_source"], strict=True)) == {
        "RUNX2": "series", "Gapdh": "given"}  # fmt: skip
    assert list(second.wells["efficiency_source"]) == ["assumed"]


def test_the_tables_are_left_as_they_were(pcr):
    parts = pcr.make_parts()
    before = {name: table.copy() for name, table in parts.items()}
    exported_qpcr(pcr.make_experiment(), parts, Problems())
    assert all(before[name].equals(table) for name, table in parts.items())
