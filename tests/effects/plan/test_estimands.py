"""Which estimands the arms of a plan tell."""

import pytest

from mgassay.design import arms_of_blocks
from mgassay.effects.plan.designs import planned_experiment, with_arms
from mgassay.effects.plan.estimands import estimands_of


def told(*words):
    design = with_arms(planned_experiment(0.8, 2.0), ("total", *words))
    found = estimands_of(arms_of_blocks(design.experiment), mg_measured=design.mg_measured)
    return {f"{e.kind}:{e.name}": e.lacks for e in found}


@pytest.mark.parametrize(
    ("words", "shares"),
    [
        ((), set()),
        (("acellular",), {"passive"}),
        (("2-APB",), {"intracellular", "extracellular"}),
        (("sirna", "mg_i"), {"intracellular", "extracellular", "intracellular_corrected"}),
        (("sirna", "acellular"), {"intracellular", "surface", "passive"}),
    ],
)
def test_shares_by_the_arms_that_are_grown(words, shares):
    assert {
        e.removeprefix("share:") for e, lacks in told(*words).items() if e.startswith("share") and not lacks
    } == shares


def test_what_is_lacking_is_named_by_its_arm():
    found = told("2-APB")
    assert found["share:passive"] == ("acellular_reference", "acellular_raised")
    assert found["share:intracellular_corrected"] == ("intracellular_mg",)
    assert told()["effect:blocked"] == ("blocked_reference", "blocked_raised")


def test_a_direct_effect_on_genes_takes_comparators():
    assert told("sirna")["gene:matched_mineral"] == ("comparator",)
    one = told("2-APB", "comparator")
    assert one["gene:matched_mineral"] == ()
    assert one["gene:adjusted"] == ("second_comparator",)
    assert told("2-APB", "comparators")["gene:adjusted"] == ()


def test_the_acellular_effect_is_listed_once():
    design = with_arms(planned_experiment(0.8, 2.0), ("sirna", "2-APB"))
    found = estimands_of(arms_of_blocks(design.experiment), mg_measured=False)
    assert [e.block for e in found if e.name == "acellular"] == [found[0].block]
    assert told()["effect:acellular"] == ("acellular_reference", "acellular_raised")
    assert [e.name for e in found].count("interaction") == 2
