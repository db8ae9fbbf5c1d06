"""A whole plan: only shares that the arms tell are simulated."""

from mgassay.effects.plan.curves import Wanted
from mgassay.effects.plan.designs import Design, planned_experiment, with_arms
from mgassay.effects.plan.noise import ordinary_noise
from mgassay.effects.plan.planned import plan_of


def plan(*words, totals=(1.2,), shares=()):
    design = with_arms(planned_experiment(0.8, 2.0), ("total", *words))
    return plan_of(design, ordinary_noise(), Wanted(most=7), totals, shares)


def test_every_share_that_the_arms_tell_has_a_curve_for_every_t():
    found = plan("sirna", "acellular", totals=(1.2, 0.5))
    assert [(c.share, c.total) for c in found.curves] == [
        (share, total) for share in ("intracellular", "surface", "passive") for total in (1.2, 0.5)
    ]
    assert found.for_total == {1.2: 3, 0.5: 5}
    assert list(found.no_loss) == [1.25, 1.5, 2.0]


def test_a_share_that_these_arms_cannot_tell_has_none():
    found = plan("2-APB", shares=("passive", "intracellular"))
    assert [c.share for c in found.curves] == ["intracellular"]
    assert found.left_out == ("passive",)


def test_mg_alone_has_neither_curves_nor_proofs_of_no_effect():
    found = plan()
    assert found.curves == ()
    assert found.no_loss == {}


def test_one_whole_block_of_two_is_enough_to_show_that_nothing_is_lost(lab):
    """siRNA lacks its raised arm; 2-APB has its four. Numbers of donors are those of ordinary noise (test_curves)."""
    rows = [c for c in lab.sirna_conditions() if c["condition"] != "si_20"]
    rows += [lab.condition(f"{i} {mg}", mg, inhibitor=i, sirna="none") for i in ("none", "2-APB") for mg in (0.8, 2.0)]
    found = plan_of(Design(lab.experiment(rows), False), ordinary_noise(), Wanted(most=3), ())
    assert found.no_loss == {1.25: 27, 1.5: 10, 2.0: 5}
