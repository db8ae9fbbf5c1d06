"""qPCR wells -> qpcr.csv: statuses, cycles, efficiencies, control wells."""

import math

import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.qpcr.qpcr import qpcr_from_wells
from mgassay.errors import ContractError
from mgassay.experiment import Assays, Contrast, Experiment, QpcrSettings, RawFile, Settings
from mgassay.problems import Problems


def experiment(*files, **qpcr):
    settings = Settings(
        contrast=Contrast(mg_reference_mM=0.8, mg_raised_mM=2.0), assays=Assays(qpcr=QpcrSettings(**qpcr))
    )
    return Experiment("demo", settings, tables.CONDITIONS.frame(), files)


def well(name, target="RUNX2", cq=25.0, **more):
    row = {"plate": "P1", "role": "sample", "status": "ok", "condition": "control", "donor": "D1", "rep": "1"}
    return {**row, "well": name, "target": target, "cq": cq, "cycles": 40, **more}


def control(name, role, cq, target="RUNX2"):
    status = "ok" if math.isfinite(cq) else "undetermined"
    return well(name, target, cq, role=role, status=status, condition="", donor="", rep="")


def run(*rows, setup=None):
    problems = Problems()
    return qpcr_from_wells(setup or experiment(), tables.QPCR_WELLS.frame(rows), problems), problems


def codes(problems, severity=None):
    return [p.code for p in problems if severity in (None, p.severity)]


def only(problems, code):
    (found,) = [p for p in problems if p.code == code]
    return found


@pytest.mark.parametrize(
    ("given", "cq", "status"),
    [
        ("ok", 24.5, "value"),
        ("value", 24.5, "value"),
        ("undetermined", math.nan, "undetermined"),
        ("omitted", 24.5, "omitted"),
        ("masked", 24.5, "omitted"),
        ("above", math.nan, "undetermined"),  # >40
        ("below", math.nan, "none"),
        ("missing", math.nan, "none"),
        ("none", math.nan, "none"),
        ("ok", math.nan, "none"),
        ("ok", 40.0, "undetermined"),  # StepOne writes a non-detect as the cycle count
        ("ok", 39.999, "value"),
    ],
)
def test_status_is_kept_and_cq_is_empty_unless_value(given, cq, status):
    qpcr, _ = run(well("A1", cq=cq, status=given))
    assert qpcr["status"].item() == status
    assert qpcr["cq"].isna().item() == (status != "value")


def test_a_non_detect_written_as_the_cycle_count_is_said():
    _, problems = run(well("A1", cq=40.0), well("A2", cq=45.0, cycles=45), well("A3", cq=40.0, cycles=45))
    assert "A1, A2 have a Cq" in only(problems, "MG528").message
    assert "MG502" not in codes(problems)  # at the last cycle is not beyond it


def test_a_cq_that_cannot_be_is_an_error_and_no_result():
    qpcr, problems = run(well("A1", cq=-1.0), well("A2", cq=0.0), well("A3", cq=0.5))
    assert list(qpcr["status"]) == ["none", "none", "value"]
    assert only(problems, "MG503").place == "A1, A2"


def test_a_cq_beyond_the_last_cycle_is_an_error():
    qpcr, problems = run(well("A1", cq=42.3), well("A2", cq=30.0), setup=experiment(cycles=40))
    assert only(problems, "MG502").severity == "error"
    assert "42.3" in only(problems, "MG502").message
    assert list(qpcr["cq"]) == [42.3, 30.0]


def test_an_unknown_status_is_our_bug():
    with pytest.raises(ContractError, match="formula"):
        run(well("A1", status="formula"))


def test_a_table_of_another_state_is_our_bug():
    with pytest.raises(ContractError):
        qpcr_from_wells(experiment(), tables.QPCR.frame(), Problems())


def test_cycles_come_from_the_export_then_the_settings_then_40():
    rows = [
        well("A1", cycles=45),
        well("A2", cycles=None),  # the same plate as A1: the same run
        well("A1", plate="P2", cycles=None),
        well("A1", plate="P3", cycles=None),
    ]
    setup = experiment(
        RawFile(file="b.txt", assay="qpcr", plate="P2", overrides={"cycles": 35}),
        RawFile(file="c.txt", assay="qpcr", plate="P3"),
    )
    qpcr, problems = run(*rows, setup=setup)
    assert list(qpcr["cycles"]) == [45, 45, 35, 40]
    assert ["assumed_cycles" in f for f in qpcr["flag"]] == [False, False, False, True]
    assert [(p.file, p.severity) for p in problems if p.code == "MG501"] == [("c.txt", "notice")]


def test_one_notice_per_plate_whose_cycles_are_assumed():
    _, problems = run(*(well(f"A{i}", plate=f"P{i % 2}", cycles=None) for i in range(1, 9)))
    assert codes(problems).count("MG501") == 2


def test_an_export_that_contradicts_the_settings_wins_and_says_so():
    qpcr, problems = run(well("A1", cycles=45), setup=experiment(cycles=40))
    assert list(qpcr["cycles"]) == [45]
    assert "MG527" in codes(problems, "notice")


def test_efficiency_as_a_number_or_a_table_by_gene_in_any_spelling():
    rows = [well("A1", "Runx2"), well("A2", "OCN"), well("A3", "GAPDH")]
    by_number, _ = run(*rows, setup=experiment(efficiency=1.9))
    assert list(by_number["efficiency"]) == [1.9, 1.9, 1.9]
    by_gene, problems = run(*rows, setup=experiment(efficiency={"RUNX2": 1.95, "osteocalcin": 1.88}))
    assert list(by_gene["efficiency"]) == [1.95, 1.88, 2.0]
    assert list(by_gene["flag"]) == ["", "", "assumed_efficiency"]
    assert "For GAPDH neither" in only(problems, "MG508").message


@pytest.mark.parametrize("wrong", [95.0, 0.95, 1.0, 3.2, -2.0, math.nan])
def test_an_efficiency_that_is_no_factor_is_an_error_and_nothing_is_made_of_it(wrong):
    qpcr, problems = run(well("A1"), setup=experiment(efficiency=wrong))
    assert qpcr["efficiency"].isna().item()
    assert "1.95" in only(problems, "MG504").remedy


def test_an_efficiency_for_a_gene_that_was_not_measured_names_the_nearest():
    _, problems = run(well("A1", "TRPM7"), setup=experiment(efficiency={"TRMP7": 1.9}))
    assert "TRPM7" in only(problems, "MG509").remedy


def standards(slope, plate="P1", start=20.0, quantities=(1e5, 1e4, 1e3, 1e2)):
    return [
        well(f"H{i}", cq=start + slope * math.log10(q / quantities[0]), role="standard", standard=q, plate=plate)
        | {"condition": "", "donor": "", "rep": ""}
        for i, q in enumerate(quantities, start=1)
    ]


def test_efficiency_from_the_dilution_series_of_the_plate():
    qpcr, problems = run(well("A1"), well("A2", "GAPDH"), *standards(-3.5))
    # by hand: 10^(1/3.5) = 1.930698
    assert qpcr["efficiency"][0] == pytest.approx(1.930698, abs=1e-6)
    assert list(qpcr["flag"][:2]) == ["", "assumed_efficiency"]
    assert "slope -3.500" in only(problems, "MG507").message
    assert "1.931" in only(problems, "MG507").message


def test_one_efficiency_per_gene_over_the_plates_that_ran_a_series():
    rows = [*standards(-3.4), *standards(-3.6, plate="P2", start=22.0), well("A1", plate="P3")]
    qpcr, _ = run(*rows)
    # equal designs on both plates: the common slope is the mean of both, whatever their intercepts
    assert set(qpcr["efficiency"].round(9)) == {round(10 ** (1 / 3.5), 9)}
    assert "assumed_efficiency" not in set(qpcr["flag"])


def test_a_declared_efficiency_takes_the_place_of_a_series_even_of_a_bad_one():
    qpcr, problems = run(well("A1"), *standards(+3.4), setup=experiment(efficiency={"RUNX2": 1.9}))
    assert qpcr["efficiency"][0] == 1.9
    assert not codes(problems, "error")


def test_a_rising_series_is_an_error_and_nothing_is_made_of_it():
    qpcr, problems = run(well("A1"), *standards(+3.4))
    assert qpcr["efficiency"].isna().all()
    assert only(problems, "MG506").seen == "3.400"


def test_two_quantities_are_no_series():
    qpcr, problems = run(well("A1"), *standards(-3.4, quantities=(1e5, 1e4)))
    assert set(qpcr["efficiency"]) == {2.0}
    assert set(qpcr["flag"]) == {"assumed_efficiency"}
    assert "MG505" in codes(problems, "warning")


def test_undetermined_and_omitted_standards_do_not_bend_the_slope():
    rows = standards(-3.5)
    qpcr, _ = run(
        well("A1"),
        *rows,
        {**rows[0], "well": "G1", "cq": 33.0, "status": "omitted"},
        {**rows[3], "well": "G4", "cq": math.nan, "status": "undetermined"},
    )
    assert qpcr["efficiency"][0] == pytest.approx(1.930698, abs=1e-6)


def test_a_removed_outlier_of_a_standard_does_not_bend_the_slope():
    """Standards 3.5 Cq apart in triplicate, so that E is 10^(1/3.5), however late one well of the last of them is."""
    series = standards(-3.5, quantities=(1e3, 1e2, 1e1, 1.0, 0.1))
    rows = [
        {**row, "well": f"{'EFG'[i]}{row['well'][1:]}", "cq": row["cq"] + off}
        for row in series
        for i, off in enumerate((-0.05, 1.5 if row is series[-1] else 0.0, 0.05))
    ]
    qpcr, _ = run(well("A1"), *rows, setup=experiment(outliers="remove"))
    assert list(qpcr["well"][qpcr["flag"].str.contains("excluded")]) == ["F5"]
    assert qpcr["efficiency"][0] == pytest.approx(10 ** (1 / 3.5), abs=1e-9)


def test_ntc_below_the_limit_is_a_notice_above_it_a_warning():
    rows = [well("A1", cq=24.0), well("A2", cq=26.0), well("A3", "GAPDH", 18.0)]
    _, problems = run(*rows, control("H1", "ntc", 35.0), control("H2", "ntc", 22.0, "GAPDH"))
    assert only(problems, "MG510").severity == "notice"
    assert "0.098 %" in only(problems, "MG510").message  # samples' mean 25, 100/1024
    assert only(problems, "MG511").severity == "warning"
    assert "6.2 %" in only(problems, "MG511").message  # 100/2^4 = 6.25
    _, lenient = run(*rows, control("H2", "ntc", 22.0, "GAPDH"), setup=experiment(ntc_max_percent=10))
    assert "MG511" not in codes(lenient)


def test_the_earliest_control_counts_and_efficiency_weighs():
    rows = [well("A1", cq=20.0), control("H1", "ntc", 38.0), control("H2", "ntc", 30.0), control("H3", "ntc", math.nan)]
    _, problems = run(*rows, setup=experiment(efficiency=1.8))
    assert only(problems, "MG510").seen == "30.00"
    assert "0.28 %" in only(problems, "MG510").message  # 100/1.8^10 = 0.2801


def test_a_missing_ntc_is_a_warning_and_a_silent_one_a_notice():
    _, missing = run(well("A1"), well("A2", "GAPDH"), control("H1", "ntc", math.nan, "GAPDH"))
    assert "for RUNX2," in only(missing, "MG512").message
    assert "of GAPDH did not" in only(missing, "MG513").message


def test_an_ntc_on_another_plate_is_missing_on_this_one():
    _, problems = run(well("A1"), {**control("H1", "ntc", math.nan), "plate": "P2"})
    assert "Plate P1" in only(problems, "MG512").message


def test_genomic_dna_shows_in_the_control_without_reverse_transcriptase():
    _, problems = run(well("A1", cq=25.0), control("H1", "ntc", math.nan), control("G1", "nrt", 27.0))
    assert "reverse transcriptase" in only(problems, "MG511").message
    assert "25 %" in only(problems, "MG511").message


def test_samples_of_one_gene_in_different_dilutions_are_pointed_out():
    _, same = run(well("A1", dilution=10), well("A2", dilution=10), well("A3", "GAPDH", dilution=100))
    assert "MG526" not in codes(same)
    _, differ = run(well("A1", dilution=10), well("A2", dilution=20))
    assert only(differ, "MG526").seen == "10, 20"
    _, untold = run(well("A1", dilution=10), well("A2", dilution=None))
    assert "MG526" not in codes(untold)  # nothing is known to differ


def test_order_names_and_the_given_frame_are_kept():
    rows = [well("B7", "RUNX2", 30.0, sample="=x"), well("A1", "GAPDH", 20.0), well("C3", "", math.nan, status="none")]
    given = tables.QPCR_WELLS.frame(rows)
    before = given.copy(deep=True)
    qpcr = tables.QPCR.check(qpcr_from_wells(experiment(), given, Problems()))
    pd.testing.assert_frame_equal(given, before)
    assert list(qpcr["well"]) == ["B7", "A1", "C3"]
    assert list(qpcr["sample"]) == ["=x", "", ""]
    assert math.isnan(qpcr["efficiency"][2])


def test_excluded_wells_stay_and_are_flagged():
    qpcr, _ = run(well("A1", role="excluded"), setup=experiment(efficiency=2.0))
    assert list(qpcr["flag"]) == ["excluded"]


def test_no_wells_no_rows():
    qpcr, problems = run()
    assert len(qpcr) == len(problems) == 0
    assert list(qpcr.columns) == list(tables.QPCR.columns)


def test_a_gene_is_reported_under_its_symbol_and_two_assays_of_it_are_kept_apart():
    _, alias = run(well("A1", "Cbfa1"))
    assert only(alias, "MG522").seen == "Cbfa1"
    _, twice = run(well("A1", "Cbfa1"), well("A2", "RUNX2"))
    assert "MG523" in codes(twice, "warning")
    assert "MG522" not in codes(twice)
