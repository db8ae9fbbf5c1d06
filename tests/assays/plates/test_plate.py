from mgassay import tables
from mgassay.assays.plates.plate import Outcome, exclusion


def test_an_exclusion_names_well_rule_and_the_program(bench):
    well = next(tables.WELLS.frame([bench.ca("C1", 0.45)]).itertuples(index=False))
    row = exclusion(bench.plate(bench.experiment()), well, "outlier")
    expected = ["calcium", "calcium_D1", "C1", "D1", "outlier", 0.45, "mgassay"]
    assert tables.EXCLUSIONS.frame([row]).iloc[0].tolist() == expected


def test_a_plate_says_where_its_problems_stand(bench):
    where = {"file": "raw/calcium_D1.txt", "sheet": "", "plate": "calcium_D1"}
    assert bench.plate(bench.experiment()).where == where


def test_nothing_came_of_a_refused_plate():
    tables.EXCLUSIONS.check(Outcome().left_out)
    assert (Outcome().measured, Outcome().curve) == (None, None)
