import pandas as pd

from mgassay import tables
from mgassay.effects.conclusions import conclusions_from_amounts
from mgassay.problems import Problem, Problems


def test_amounts_of_r_lead_to_every_table_and_a_verdict(lab):
    amounts, problems = lab.golden("balanced"), Problems()
    before = amounts.copy(deep=True)
    made, verdict = conclusions_from_amounts(lab.sirna, amounts, problems)
    assert list(made) == ["means", "effects", "shares", "rho", "genes", "checks", "equivalence", "facts"]
    for name, table in made.items():
        next(t for t in tables.RESULT_TABLES if t.name == name).check(table)
    assert (verdict["readout"], verdict["block"], verdict["identifiable"]) == ("calcium", "siTRPM7", True)
    # R's wells carry no background, and the lab is told so once, with all six arms.
    assert [(p.code, p.place.count(",")) for p in problems] == [("MG611", 5)]
    pd.testing.assert_frame_equal(amounts, before)


def test_an_arm_that_lost_viability_is_told_with_the_conclusions(lab):
    """A third of the cells of the reference in one arm of three donors."""
    base = {"assay": "viability", "readout": "viability", "unit": "percent", "rep": "1"}
    values = {"scr_08": (100, 98, 102), "scr_20": (99, 100, 97), "si_08": (96, 99, 100), "si_20": (33, 35, 31)}
    rows = [
        {**base, "condition": c, "donor": f"D{i}", "value": v} for c, by in values.items() for i, v in enumerate(by)
    ]
    problems = Problems()
    conclusions_from_amounts(lab.sirna, lab.amounts(rows), problems)
    assert [(p.code, p.seen) for p in problems if p.code == "MG651"] == [("MG651", "si_20")]


def test_no_amounts_still_give_every_table(lab):
    made, verdict = conclusions_from_amounts(lab.sirna, tables.AMOUNTS.frame(), Problems())
    assert all(table.empty for table in made.values())
    assert verdict["grade"] == "X"


def test_the_same_amounts_give_the_same_bytes(lab):
    texts = []
    for seed in (1, 2):
        shuffled = lab.golden("unbalanced").sample(frac=1, random_state=seed)
        made, verdict = conclusions_from_amounts(lab.sirna, shuffled, Problems())
        texts.append(([t.to_csv(index=False) for t in made.values()], verdict))
    assert texts[0] == texts[1]


def test_nothing_is_concluded_where_the_question_was_declared_wrongly():
    from mgassay.effects.conclusions import may_conclude

    for severity, file, sheet, answer in (
        ("error", "experiment.toml", "", False),
        ("error", "experiment.xlsx", "conditions", False),
        ("error", "experiment.xlsx", "layout_a", True),
        ("warning", "conditions.csv", "", True),
        ("error", "raw/plate.txt", "", True),
    ):
        found = Problem("MG005", severity, file, sheet, "", "x", "said", "mend")
        assert may_conclude(Problems([found])) is answer
    assert may_conclude(Problems())
