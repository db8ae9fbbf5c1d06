from dataclasses import replace

import numpy as np
import pytest

from mgassay.effects.means.means import means_from_amounts
from mgassay.experiment import RawFile
from mgassay.problems import Problems

NAN = float("nan")
TABLE = RawFile(file="raw/icp.csv", assay="calcium", plate="icp", reader="table")


def told(lab, *rows, **same):
    """Problems of these measurements of one rep."""
    experiment = replace(lab.sirna, files=(TABLE,))
    base = {"condition": "scr_08", "donor": "D1", "readout": "viability", "unit": "percent", **same}
    problems = Problems()
    means_from_amounts(experiment, lab.amounts({**base, **row} for row in rows), problems)
    return [p for p in problems if p.code in ("MG623", "MG624")]


def with_interval(plate, value, half):
    return {"plate": plate, "value": value, "ci_low": value - half, "ci_high": value + half}


def test_one_rep_on_two_plates_that_exclude_each_other_is_named_with_both_values(lab):
    """72 against 18, as found by attacking: the mean, 45, is the amount of neither."""
    (warning,) = told(lab, with_interval("P1", 72.0, 2.0), with_interval("P2", 18.0, 2.0))
    assert (warning.code, warning.severity) == ("MG623", "warning")
    assert warning.seen == "scr_08/D1/1: 72 percent on P1, 18 percent on P2"
    assert "viability" in warning.message


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        (with_interval("P1", 20.0, 1.0), with_interval("P2", 21.9, 1.0), False),  # 19 to 21 and 20.9 to 22.9
        (with_interval("P1", 20.0, 1.0), with_interval("P2", 22.1, 1.0), True),
        # without an interval: a factor 1.5
        ({"plate": "P1", "value": 20.0}, {"plate": "P2", "value": 29.9}, False),
        ({"plate": "P1", "value": 20.0}, {"plate": "P2", "value": 30.1}, True),
        (with_interval("P1", 20.0, 0.1), {"plate": "P2", "value": 29.9}, False),
        (with_interval("P1", 20.0, 0.1), {"plate": "P2", "value": 13.2}, True),
        ({"plate": "P1", "value": -20.0}, {"plate": "P2", "value": -29.9}, False),
        ({"plate": "P1", "value": -20.0}, {"plate": "P2", "value": -30.1}, True),
        # one side of an interval has no bound
        ({"plate": "P1", "value": 5.0, "ci_low": 4.0}, with_interval("P2", 50.0, 1.0), False),
        ({"plate": "P1", "value": 5.0, "ci_high": 6.0}, with_interval("P2", 4.0, 1.0), False),
        ({"plate": "P1", "value": 5.0, "ci_high": 6.0}, with_interval("P2", 50.0, 1.0), True),
        # bounds
        ({"plate": "P1", "value": NAN, "limit": 15.0, "flag": "above_curve"}, with_interval("P2", 20.0, 1.0), False),
        ({"plate": "P1", "value": NAN, "limit": 25.0, "flag": "above_curve"}, with_interval("P2", 20.0, 1.0), True),
        ({"plate": "P1", "value": NAN, "limit": 5.0, "flag": "below_lod"}, with_interval("P2", 4.0, 0.1), False),
        ({"plate": "P1", "value": NAN, "limit": 5.0, "flag": "below_lod"}, with_interval("P2", 20.0, 1.0), True),
        # neither is above its detection limit: they do not contradict each other
        ({"plate": "P1", "value": 0.1, "limit": 0.5}, {"plate": "P2", "value": 0.4, "limit": 0.5}, False),
        # nothing is known of one
        ({"plate": "P1", "value": NAN, "flag": "saturated"}, with_interval("P2", 20.0, 1.0), False),
        # one plate: how its wells agree is asked where they are read
        (with_interval("P1", 72.0, 2.0), with_interval("P1", 18.0, 2.0), False),
    ],
)
def test_when_two_measurements_exclude_each_other(lab, first, second, apart):
    assert [p.code for p in told(lab, first, second)] == ["MG623"] * apart


def test_bounds_are_named_as_bounds(lab):
    above = {"plate": "P1", "value": NAN, "limit": 25.0, "flag": "above_curve"}
    below = {"plate": "P2", "value": NAN, "limit": 5.0, "flag": "below_lod"}
    (warning,) = told(lab, above, below)
    assert warning.seen == "scr_08/D1/1: at least 25 percent on P1, at most 5 percent on P2"


def test_genes_are_told_apart_on_their_own_scale(lab):
    """log2 of 1.5 is .585."""
    for more, apart in ((0.58, False), (0.59, True)):
        rows = ({"plate": "P1", "value": -0.3}, {"plate": "P2", "value": -0.3 + more})
        assert bool(told(lab, *rows, readout="gene:BMP2", unit="log2")) is apart


def test_reps_are_asked_one_by_one_and_protein_too(lab):
    found = [with_interval("P1", 72.0, 2.0), {**with_interval("P2", 18.0, 2.0), "rep": "2"}]
    assert told(lab, *found) == []
    assert len(told(lab, with_interval("P1", 72.0, 2.0), with_interval("P2", 18.0, 2.0), readout="protein_per_well"))
    assert told(lab, with_interval("P1", 72.0, 2.0), with_interval("P2", 18.0, 2.0), readout="calcium_in_extract") == []


def test_wells_of_a_plate_are_one_measurement(lab):
    """(10 + 30)/2 = 20 with 9 to 11 and 29 to 31 averaged is 19 to 21: no quarrel with 20."""
    wells = [{**with_interval("P1", v, 1.0), "well": w} for v, w in ((10.0, "A1"), (30.0, "A2"))]
    assert told(lab, *wells, with_interval("P2", 20.0, 0.5)) == []
    assert len(told(lab, *wells, with_interval("P2", 22.0, 0.5))) == 1


def test_a_table_beside_a_plate_is_told_and_so_is_what_they_disagree_on(lab):
    table = {"plate": "icp", "well": "", "readout": "calcium", "unit": "ug/mg"}
    plate = {**with_interval("P1;P2", 150.0, 5.0), "readout": "calcium", "unit": "ug/mg", "well": "A1;A1"}
    (notice,) = told(lab, plate, {**table, "value": 160.0})
    assert (notice.code, notice.severity, notice.seen) == ("MG624", "notice", "P1;P2, icp")
    assert "1 rep has" in notice.message
    codes = [p.code for p in told(lab, plate, {**table, "value": 1000.0})]
    assert codes == ["MG623", "MG624"]
    assert told(lab, {**table, "value": 160.0}) == []


def test_a_table_with_the_name_of_a_plate_is_not_its_plate(lab):
    plate = {**with_interval("icp", 150.0, 5.0), "readout": "calcium", "unit": "ug/mg"}
    table = {"plate": "icp", "well": "", "readout": "calcium", "unit": "ug/mg", "value": 1000.0}
    warning, _ = told(lab, plate, table)
    assert warning.seen.endswith("150 ug/mg on icp, 1000 ug/mg on icp (table)")


def test_measurements_in_two_units_do_not_agree(lab):
    same = with_interval("P1", 20.0, 1.0)
    assert len(told(lab, same, {**same, "plate": "P2", "unit": "1"})) == 1


def test_the_mean_is_taken_all_the_same(lab):
    rows = [with_interval("P1", 72.0, 2.0), with_interval("P2", 18.0, 2.0)]
    base = {"condition": "scr_08", "donor": "D1", "readout": "viability"}
    means = means_from_amounts(lab.sirna, lab.amounts({**base, **r} for r in rows), Problems())
    assert means["log_mean"].tolist() == pytest.approx([np.log(45.0)])


def test_no_more_than_six_reps_are_named(lab):
    rows = [{**with_interval(p, v, 2.0), "rep": str(i)} for i in range(8) for p, v in (("P1", 72.0), ("P2", 18.0))]
    (warning,) = told(lab, *rows)
    assert warning.seen.count(" percent on P1") == 6
    assert warning.seen.endswith(" and 2 more")
