"""The figure of a plan."""

from xml.etree import ElementTree

from mgassay.effects.plan.curves import Wanted
from mgassay.effects.plan.designs import planned_experiment, with_arms
from mgassay.effects.plan.noise import ordinary_noise
from mgassay.effects.plan.planned import plan_of
from mgassay.report.numbers import NO_BREAK
from mgassay.report.plan_figure import plan_svg


def svg(*words, wanted=None, totals=(1.2,)):
    design = with_arms(planned_experiment(0.8, 2.0), ("total", *words))
    return plan_svg(plan_of(design, ordinary_noise(), wanted or Wanted(most=7), totals))


def test_it_is_a_file_of_its_own_with_the_same_bytes():
    first = svg("sirna", "acellular", totals=(1.2, 0.5))
    root = ElementTree.fromstring(first)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert first == svg("sirna", "acellular", totals=(1.2, 0.5))
    texts = [t.text.replace(NO_BREAK, " ") for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"2", "7", "donors", "power 80 %", "chance to tell a share of 30 % from 70 %"} <= set(texts)
    assert {"intracellular, T = 1.20", "intracellular, T = 0.50", "passive, no cells needed, T = 1.20"} <= set(texts)


def test_two_names_of_one_curve_are_drawn_once():
    """Without an acellular arm extracellular is one less intracellular: the same chances."""
    drawn = svg("2-APB")
    assert "intracellular, T" in drawn
    assert "extracellular or residual entry, T" not in drawn


def test_it_is_told_to_a_reader_who_does_not_see_it():
    assert "6 donors" in svg("2-APB").split("aria-label=")[1][:300]


def test_a_plan_without_any_share_is_an_empty_panel():
    assert "power 80" in svg()
    assert "narrower than" in svg("2-APB", wanted=Wanted(width=0.5, most=3))
