"""When the lab is told of reps without protein; the quotients themselves are tested in test_per_protein.py."""

import pytest

from mgassay.assays.plates.against_protein import Quotient, set_against_protein
from mgassay.assays.plates.plates import _nothing_measured
from mgassay.problems import Problems


def amounts(*wells, unit=1.0):
    """WELL_AMOUNTS of (condition, donor, rep, value), exact to a thousandth."""
    rows = _nothing_measured()
    for i, (condition, donor, rep, value) in enumerate(wells):
        rows.loc[i] = {"plate": "calcium_D1", "well": f"A{i}", "role": "sample", "condition": condition, "donor": donor,
                       "rep": rep, "value": value, "ci_low": value, "ci_high": value, "se_reading": value / 1000,
                       "se_curve": 0.0, "df": 9.0, "lod": 0.01, "loq": 0.03, "top": 99.0, "above": False,
                       "flag": ""}  # fmt: skip
    return rows.astype({"above": bool})


LIVE, OTHER, ACELLULAR = ("ca08", "D1", "1", 8.0), ("ca08", "D1", "2", 8.0), ("acell", "D1", "1", 8.0)


@pytest.mark.parametrize(
    ("always", "protein", "told", "flags"),
    [
        (True, (), ["MG320"], ["no_protein", "no_protein", ""]),
        (False, (), [], ["", "", ""]),
        (False, (("ca08", "D1", "1", 2.0),), ["MG320"], ["", "no_protein", ""]),
        (False, (("ca08", "D1", "1", 0.001),), ["MG321", "MG320"], ["no_protein", "no_protein", ""]),
    ],
)
def test_what_is_told(bench, always, protein, told, flags):
    of, problems = Quotient("calcium", "calcium", "ug/mg", "the dye", always), Problems()
    wells, rows = set_against_protein(
        bench.experiment(), amounts(LIVE, OTHER, ACELLULAR), amounts(*protein), of, problems
    )
    assert bench.codes(problems) == told
    assert all("the dye" in p.message for p in problems)
    assert wells.flag.tolist() == flags
    assert rows.value.tolist() == ([4.0] if protein and protein[0][3] == 2.0 else [])


def test_an_assay_that_says_nothing_of_it_is_told_of_missing_protein(bench):
    problems = Problems()
    of = Quotient("calcium", "calcium", "ug/mg", "the dye")
    set_against_protein(bench.experiment(), amounts(LIVE, OTHER), amounts(), of, problems)
    assert bench.codes(problems) == ["MG320"]


def test_what_is_divided_may_be_another_amount_than_what_is_flagged(bench):
    of = Quotient("calcium", "x", "nmol/mg", "x")
    measured = amounts(LIVE)
    doubled = measured.assign(value=16.0)
    wells, rows = set_against_protein(
        bench.experiment(), measured, amounts(("ca08", "D1", "1", 2.0)), of, Problems(), doubled
    )
    assert wells.value.tolist() == [8.0]
    assert rows.value.tolist() == [8.0]


def test_six_reps_without_protein_are_named_in_the_order_of_the_plate_and_others_counted(bench):
    problems = Problems()
    wells = amounts(*(("ca08", f"D{k}", "1", 8.0) for k in (9, 10, 11, 12, 1, 2, 3)))
    set_against_protein(bench.experiment(), wells, amounts(), Quotient("calcium", "calcium", "ug/mg", "x"), problems)
    named = "; ".join(f"ca08/D{k}/1" for k in (9, 10, 11, 12, 1, 2))
    assert [(p.seen, p.place) for p in problems] == [("7", f"{named} and 1 more")]
