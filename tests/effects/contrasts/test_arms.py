import pytest

from mgassay.effects.contrasts.arms import check_arms
from mgassay.problems import Problems


def found(experiment):
    problems = Problems()
    check_arms(experiment, problems)
    return {p.code: p for p in problems}


def test_a_whole_design_has_no_problem(lab):
    assert found(lab.sirna) == {}


def test_a_missing_arm_is_named(lab):
    rows = [c for c in lab.sirna_conditions() if c["condition"] != "si_20"]
    problem = found(lab.experiment(rows))["MG604"]
    assert problem.seen == "siTRPM7 at raised Mg"
    assert "0.8 and 2.0 mM" in problem.remedy


def test_no_block_no_acellular_arm(lab):
    codes = found(lab.experiment([lab.condition("a", 0.8), lab.condition("b", 2.0)]))
    assert set(codes) == {"MG603", "MG605"}


def test_no_total_names_the_nearest_medium(lab):
    rows = [lab.condition("a", 0.8, medium="Calcifying"), lab.condition("b", 2.0, medium="Calcifying")]
    problem = found(lab.experiment(rows))["MG606"]
    assert problem.severity == "error"
    assert "“Calcifying”" in problem.remedy


def test_rivals(lab):
    problem = found(lab.experiment([*lab.sirna_conditions(), lab.condition("again", 2.0, sirna="TRPM7")]))["MG601"]
    assert problem.seen == "si_20, again"


def test_several_days(lab):
    rows = [lab.condition(f"{mg}_{day}", mg, day=day) for mg in (0.8, 2.0) for day in ("7", "14")]
    assert "the last one, day 14" in found(lab.experiment(rows))["MG602"].message
    declared = found(lab.experiment(rows, contrast={"day": "7"}))
    assert "the declared one, day 7" in declared["MG602"].message
    assert "MG646" not in declared
    assert {"MG648", "MG649"}.isdisjoint(declared)


def test_one_day_in_two_spellings_is_an_error_that_names_them(lab):
    rows = [lab.condition(f"{mg}_{day}", mg, day=day) for mg in (0.8, 2.0) for day in ("7", "14", "14.0", "14 d")]
    problem = found(lab.experiment(rows))["MG648"]
    assert (problem.severity, problem.seen) == ("error", "14, 14.0, 14 d")


@pytest.mark.parametrize("days", [("early", "late"), ("7 d", "2 weeks"), ("7", "late")])
def test_days_whose_order_is_not_known_ask_for_the_day_of_the_contrast(lab, days):
    rows = [lab.condition(f"{mg}_{day}", mg, day=day) for mg in (0.8, 2.0) for day in days]
    problems = found(lab.experiment(rows))
    assert (problems["MG649"].severity, problems["MG649"].seen) == ("warning", ", ".join(days))
    assert "day in [contrast]" in problems["MG649"].remedy
    assert "MG602" not in problems
    declared = found(lab.experiment(rows, contrast={"day": days[0]}))
    assert "MG649" not in declared
    assert "the declared one" in declared["MG602"].message


@pytest.mark.parametrize(("days", "hint"), [(("day 7", "day 14"), "“day 14”"), (("day 14",), "“day 14”"), (("",), "")])
def test_a_declared_day_that_no_condition_has(lab, days, hint):
    rows = [lab.condition(f"{mg}_{day}", mg, day=day) for mg in (0.8, 2.0) for day in days]
    problems = found(lab.experiment(rows, contrast={"day": "day 15"}))
    assert (problems["MG646"].severity, problems["MG646"].seen) == ("error", "day 15")
    assert hint in problems["MG646"].remedy
    assert "MG602" not in problems


@pytest.mark.parametrize(
    ("column", "blocked", "hint"), [("inhibitor", "2APB", "“2-APB”"), ("inhibiter", "2-APB", "“inhibitor”")]
)
def test_a_block_that_names_nothing(lab, column, blocked, hint):
    rows = [*lab.sirna_conditions(), lab.condition("apb", 0.8, inhibitor="2-APB")]
    block = [{"name": "x", "column": column, "intact": "none", "blocked": blocked}]
    problem = found(lab.experiment(rows, block=block))["MG607"]
    assert hint in problem.remedy


def test_acellular_in_glycerophosphate_alone(lab):
    rows = [{**c, "bgp_mM": 10.0} if c["cells"] == "none" else c for c in lab.sirna_conditions()]
    assert found(lab.experiment(rows))["MG608"].seen == "10.0"
    with_pi = [{**c, "pi_mM": 2.6} for c in rows]
    assert "MG608" not in found(lab.experiment(with_pi))


@pytest.mark.parametrize(("bgp", "pi", "told"), [(10, 1.0, True), (10, 1.05, False), (0.5, 0.9, True), (0, 0.9, False)])
def test_basal_phosphate_of_1_mM_is_none_that_was_added(lab, bgp, pi, told):
    more = {"bgp_mM": float(bgp), "pi_mM": pi}
    rows = [{**c, **more} if c["cells"] == "none" else c for c in lab.sirna_conditions()]
    assert ("MG608" in found(lab.experiment(rows))) is told


def test_one_block_without_its_intact_arms_does_not_take_the_other_its_total(lab):
    """siRNA without scramble beside 2-APB with its own: what siRNA lacks is told, and that there is no T is not."""
    rows = [c for c in lab.sirna_conditions() if c["sirna"] != "scramble"]
    rows += [lab.condition(f"{i} {mg}", mg, inhibitor=i) for i in ("none", "2-APB") for mg in (0.8, 2.0)]
    problems = found(lab.experiment(rows))
    assert "MG604" in problems
    assert "MG606" not in problems


def test_an_inhibitor_or_sirna_that_is_no_known_block_is_an_error(lab):
    odd = [lab.condition("odd_08", 0.8, sirna="siTRPM7 #2"), lab.condition("odd_20", 2.0, sirna="siTRPM7 #2")]
    problem = found(lab.experiment([*lab.sirna_conditions(), *odd]))["MG614"]
    assert (problem.severity, problem.file, problem.place, problem.seen) == (
        "error", "conditions.csv", "sirna", "siTRPM7 #2",
    )  # fmt: skip
    assert "odd_08, odd_20" in problem.message
    declared = {"name": "pool 2", "column": "sirna", "intact": "scramble", "blocked": "siTRPM7 #2"}
    assert "MG614" not in found(lab.experiment([*lab.sirna_conditions(), *odd], block=[declared]))
    vehicle = [lab.condition("dmso", 0.8, inhibitor="DMSO")]
    assert found(lab.experiment([*lab.sirna_conditions(), *vehicle]))["MG614"].seen == "DMSO"


def test_a_whole_experiment_of_every_question_has_notices_only(lab):
    assert set(found(lab.every)) == {"MG602"}


def test_a_step_without_a_pair_and_one_not_run_under_a_block(lab):
    rows = [*lab.sirna_conditions(), lab.condition("ang", 0.8, modulator="AngII")]
    problem = found(lab.experiment(rows, step=[lab.angii]))["MG630"]  # untransfected, its partners are scramble
    assert (problem.severity, problem.seen) == ("warning", "AngII")
    rows[-1]["sirna"] = "scramble"
    problems = found(lab.experiment(rows, step=[lab.angii]))
    assert "MG630" not in problems
    assert "not under siTRPM7" in problems["MG632"].message


@pytest.mark.parametrize("names", [("Mg",), ("AngII", "AngII")])
def test_a_step_whose_name_is_taken(lab, names):
    rows = [*lab.sirna_conditions(), lab.condition("ang", 0.8, sirna="scramble", modulator="AngII")]
    problem = found(lab.experiment(rows, step=[{**lab.angii, "name": name} for name in names]))["MG631"]
    assert (problem.severity, problem.seen) == ("error", names[-1])


def test_a_late_condition_that_answers_nothing(lab):
    late = lab.condition("late", 3.0, sirna="scramble", mg_from_day=4.0)
    problem = found(lab.experiment([*lab.sirna_conditions(), late]))["MG633"]
    assert problem.seen == "late"
    assert "at 2.0 mM" in problem.message
    assert "MG633" in found(lab.experiment([*lab.sirna_conditions(), {**late, "mg_from_day": 0.5}]))
    assert "MG633" not in found(lab.experiment([*lab.sirna_conditions(), {**late, "mg_mM": 2.0}]))
    control = {**late, "medium": "control"}
    assert "MG633" not in found(lab.experiment([*lab.sirna_conditions(), control]))


def test_rivals_of_a_further_question_are_told_once(lab):
    again = [lab.condition(f"again_{mg}", mg, sirna="TRPM7", day="14") for mg in (0.8, 3.0)]
    problems = Problems()
    check_arms(lab.experiment([*lab.every_conditions(), *again], step=[lab.angii]), problems)
    seen = [p.seen for p in problems if p.code == "MG601"]
    assert seen == ["si_0.8, again_0.8", "si_3.0, again_3.0"]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ({}, None),
        ({"mg_mM": 2.0}, "ppi"),
        ({"cells": "none"}, "ppi"),
        ({"medium": "control"}, None),
        ({"sirna": "other"}, "ppi"),
    ],
)
def test_a_comparator_that_stands_beside_no_reference_arm_is_named(lab, column, told):
    row = {**lab.condition("ppi", 0.8, sirna="scramble", comparator="pyrophosphate"), **column}
    problem = found(lab.experiment([*lab.sirna_conditions(), row])).get("MG652")
    assert (problem.seen if problem else None) == told
    assert problem is None or "at 0.8 mM Mg (the reference)" in problem.message


def test_lower_phosphate_without_cells_is_a_level_of_the_phosphate_response(lab):
    """It is compared with no arm, but read off in medium chemistry; pyrophosphate without cells has no use."""
    for comparator, pi, told in (("lower Pi", 2.0, False), ("lower Pi", None, True), ("pyrophosphate", 2.0, True)):
        more = {} if pi is None else {"pi_mM": pi}
        row = lab.condition("free", 0.8, cells="none", comparator=comparator, **more)
        assert ("MG652" in found(lab.experiment([*lab.sirna_conditions(), row]))) is told


def test_a_comparator_of_another_day_answers_nothing_and_one_of_a_step_does(lab):
    rows = [lab.condition(f"{mg}_{day}", mg, day=day) for mg in (0.8, 2.0) for day in ("7", "14")]
    ppi = [lab.condition(f"ppi_{day}", 0.8, day=day, comparator="pyrophosphate") for day in ("7", "14")]
    assert found(lab.experiment([*rows, *ppi]))["MG652"].seen == "ppi_7"
    step = {"name": "PPi", "column": "comparator", "reference": "none", "raised": "pyrophosphate"}
    assert "MG652" not in found(lab.experiment([*rows, *ppi], step=[step]))
