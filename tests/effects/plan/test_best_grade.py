"""The best grade of every design that DESIGN names, and what raises it."""

import pytest

from mgassay.design import arms_of_blocks
from mgassay.effects.plan.best_grade import best_grade
from mgassay.effects.plan.designs import planned_experiment, with_arms


def best(*words, control=True):
    design = with_arms(planned_experiment(0.8, 2.0), ("total", *words))
    experiment = design.experiment
    if not control:
        kept = experiment.conditions[experiment.conditions["medium"] != "control"].reset_index(drop=True)
        experiment = type(experiment)("plan", experiment.settings, kept, ())
    return best_grade(experiment, arms_of_blocks(experiment), mg_measured=design.mg_measured)


@pytest.mark.parametrize(
    ("words", "grade"),
    [
        ((), "D"),
        (("acellular",), "D"),
        (("2-APB",), "C"),
        (("2-APB", "mg_i", "acellular"), "C"),  # 2-APB alone never exceeds C
        (("sirna",), "C"),  # siRNA without Mg_i
        (("sirna", "mg_i"), "B"),
        (("waixenicin A", "mg_i"), "B"),
        (("sirna", "2-APB", "mg_i"), "B"),  # lacks the acellular arm
        (("sirna", "mg_i", "acellular"), "B"),  # lacks the second block
        (("sirna", "2-APB", "mg_i", "acellular"), "A"),
        (("2-APB", "waixenicin A", "mg_i", "acellular"), "B"),  # no siRNA
    ],
)
def test_the_grades_of_the_design(words, grade):
    assert best(*words).grade == grade


def test_the_smallest_additions_that_raise_it():
    ways = {way.grade: set(way.additions) for way in best("sirna").raises}
    assert ways == {
        "B": {"intracellular Mg"},
        "A": {"second block of Mg entry", "intracellular Mg", "acellular"},
    }
    assert {way.grade for way in best().raises} == {"C", "B", "A"}
    assert best("sirna", "2-APB", "mg_i", "acellular").raises == ()


def test_with_2_apb_sirna_makes_it_the_second_block():
    ways = {way.grade: set(way.additions) for way in best("2-APB", "acellular").raises}
    assert ways == {"A": {"TRPM7 siRNA", "intracellular Mg"}}


def test_without_a_background_no_a():
    whole = ("sirna", "2-APB", "mg_i", "acellular")
    assert best(*whole, control=False).grade == "B"
    assert [way.additions for way in best(*whole, control=False).raises] == [("no-Pi background",)]


def test_what_holds_it_is_named():
    assert "selective_block" in best("2-APB", "mg_i").held_by
    assert best("sirna").block == "siTRPM7"
    assert best().held_by == ("mg_only",)


def test_without_the_mg_step_nothing_can_be_told():
    design = with_arms(planned_experiment(0.8, 2.0), ("acellular",))
    found = best_grade(design.experiment, arms_of_blocks(design.experiment), mg_measured=False)
    assert found.grade == "X"
    assert ("missing arms",) in [way.additions for way in found.raises]
