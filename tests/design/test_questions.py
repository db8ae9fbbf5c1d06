import pandas as pd

from mgassay.design import arms_of_blocks, backgrounds_of, primary_rows, questions_of, steps_of


def test_without_a_block_only_mg_changes(lab, demo):
    (arms,) = arms_of_blocks(lab(*demo[:5]))
    assert (arms.block, arms.name) == (None, "")
    assert arms.live == ("ca_mg08", "ca_mg20", "", "")
    assert arms.identified == ("total",)


def test_sirna_without_scramble_has_no_intact_arm_and_plain_mg_stands_beside_it(lab, demo):
    plain, knock_down = arms_of_blocks(lab(*demo[:5], *demo[9:11]))
    assert plain.live == ("ca_mg08", "ca_mg20", "", "")
    assert knock_down.live == ("", "", "si_mg08", "si_mg20")
    assert "intact at reference Mg" in knock_down.missing


def test_conditions_are_not_changed(lab, demo):
    experiment = lab(*demo)
    before = experiment.conditions.copy(deep=True)
    arms_of_blocks(experiment)
    backgrounds_of(experiment)
    pd.testing.assert_frame_equal(experiment.conditions, before)


ANGII = {"name": "AngII", "column": "modulator", "reference": "none", "raised": "AngII"}


def asked(experiment):
    """Question -> block -> the four live arms."""
    found = {}
    for arms in questions_of(experiment):
        assert arms.name not in found.setdefault(arms.question, {})
        found[arms.question][arms.name] = arms.live
    return found


def test_the_declared_question_comes_first_and_is_the_primary_one(lab, demo):
    experiment = lab(*demo)
    first = arms_of_blocks(experiment)
    assert questions_of(experiment)[: len(first)] == first
    assert [arms.primary for arms in questions_of(experiment)] == [True, True, False, False]
    assert {arms.question for arms in first} == {("Mg", 0.8, 2.0, "")}


def test_every_other_level_that_has_arms_is_a_question(lab, demo, condition):
    """1.4 and 3.0 mM were run on untransfected cells only, so the block that they belong to can tell T there."""
    rows = [
        *demo,
        condition("apb_mg30", 3.0, inhibitor="2-APB"),
        condition("low", 0.4),
        condition("ppi", 5.0, comparator="x"),
    ]
    found = asked(lab(*rows))
    assert list(found) == [("Mg", 0.8, mg, "") for mg in (2.0, 0.4, 1.4, 3.0)]
    assert found["Mg", 0.8, 1.4, ""] == {"2-APB": ("ca_mg08", "ca_mg14", "apb_mg08", "")}
    assert found["Mg", 0.8, 3.0, ""] == {"2-APB": ("ca_mg08", "ca_mg30", "apb_mg08", "apb_mg30")}


def test_every_day_is_asked_and_one_without_a_day_counts_for_the_primary_one_only(lab, condition):
    rows = [condition(f"{mg}_{day}", mg, day=day) for day in ("7", "14", "21") for mg in (0.8, 2.0)]
    rows += [condition("a08", 0.8, cells="none"), condition("a20", 2.0, cells="none")]
    arms = questions_of(lab(*rows))
    assert [a.day for a in arms] == ["21", "7", "14"]
    assert [a.live[:2] for a in arms] == [(f"0.8_{day}", f"2.0_{day}") for day in ("21", "7", "14")]
    assert [a.acellular for a in arms] == [("a08", "a20"), ("", ""), ("", "")]


def test_a_block_that_was_not_run_on_a_day_does_not_repeat_another_ones_total(lab, condition):
    """On day 7 only scramble and siRNA were grown: 2-APB could tell no more than T, of the same scramble wells."""
    rows = [
        condition(f"{s}_{m}_{d}", m, sirna=s, day=d) for s in ("scramble", "TRPM7") for m in (0.8, 2.0) for d in "78"
    ]
    rows += [condition(f"{i}_{mg}", mg, inhibitor=i, day="8") for i in ("none", "2-APB") for mg in (0.8, 2.0)]
    found = asked(lab(*rows))
    assert set(found["Mg", 0.8, 2.0, "8"]) == {"siTRPM7", "2-APB"}
    assert set(found["Mg", 0.8, 2.0, "7"]) == {"siTRPM7"}


def test_a_day_of_controls_or_of_half_a_pair_is_no_question(lab, condition):
    rows = [condition(f"{mg}_14", mg, day="14") for mg in (0.8, 2.0)]
    rows += [condition("zero", 0.8, medium="control", day="0"), condition("half", 0.8, day="7")]
    assert list(asked(lab(*rows))) == [("Mg", 0.8, 2.0, "14")]


def test_a_step_is_asked_at_the_mg_level_that_fills_most_arms(lab, condition):
    rows = [condition(f"{s}_{mg}", mg, sirna=s) for s in ("scramble", "TRPM7") for mg in (0.8, 2.0)]
    low = condition("ang_08", 0.8, sirna="scramble", modulator="AngII")
    high = [condition(f"ang_{s}_20", 2.0, sirna=s, modulator="AngII") for s in ("scramble", "TRPM7")]
    found = asked(lab(*rows, low, *high, step=[ANGII]))
    live = ("scramble_2.0", "ang_scramble_20", "TRPM7_2.0", "ang_TRPM7_20")
    assert found["AngII", 2.0, 2.0, ""] == {"siTRPM7": live}
    tie = asked(lab(*rows, low, high[0], step=[ANGII]))
    assert tie["AngII", 0.8, 0.8, ""] == {"siTRPM7": ("scramble_0.8", "ang_08", "TRPM7_0.8", "")}


def test_a_step_has_its_own_acellular_arm(lab, condition, demo):
    rows = [condition("ang", 0.8, modulator="AngII"), condition("ang_acell", 0.8, cells="none", modulator="AngII")]
    arms = {a.name: a for a in questions_of(lab(*demo, *rows, step=[ANGII])) if a.step == "AngII"}
    assert arms["2-APB"].acellular == ("acell_mg08", "ang_acell")
    assert set(arms) == {"2-APB"}  # scramble and siRNA were not given AngII


def test_a_step_in_the_column_of_a_block_is_asked_without_that_block(lab, demo, condition):
    """Verapamil and 2-APB cannot be given apart from each other in one column."""
    step = {"name": "verapamil", "column": "inhibitor", "reference": "none", "raised": "verapamil"}
    rows = [condition("vera_scr", 0.8, sirna="scramble", inhibitor="verapamil")]
    rows += [condition("vera_si", 0.8, sirna="TRPM7", inhibitor="verapamil")]
    found = asked(lab(*demo, *rows, step=[step]))
    assert found["verapamil", 0.8, 0.8, ""] == {"siTRPM7": ("scr_mg08", "vera_scr", "si_mg08", "vera_si")}


def test_a_step_of_mg_itself_and_one_in_a_column_of_the_labs_own(lab, demo, condition):
    wide = {"name": "wide", "column": "mg_mM", "reference": "1.4", "raised": "3.0"}
    wnt = {"name": "XAV", "column": "wnt", "reference": "", "raised": "XAV939"}
    found = asked(lab(*demo, condition("xav", 0.8, wnt="XAV939"), step=[wide, wnt]))
    assert found["wide", 1.4, 3.0, ""] == {"2-APB": ("ca_mg14", "ca_mg30", "", "")}
    assert found["XAV", 0.8, 0.8, ""] == {"2-APB": ("ca_mg08", "xav", "apb_mg08", "")}


def test_a_step_whose_name_is_taken_is_not_asked(lab, demo, condition):
    steps = [ANGII, {**ANGII, "raised": "other"}, {**ANGII, "name": "Mg"}]
    experiment = lab(
        *demo, condition("ang", 0.8, modulator="AngII"), condition("oth", 0.8, modulator="other"), step=steps
    )
    assert steps_of(experiment) == experiment.settings.step[:1]
    assert asked(experiment)["AngII", 0.8, 0.8, ""]["2-APB"][1] == "ang"


def test_a_step_that_names_no_number_or_nothing_at_all_is_no_question(lab, demo):
    wrong = {"name": "w", "column": "mg_mM", "reference": "low", "raised": "high"}
    nothing = {"name": "n", "column": "nowhere", "reference": "a", "raised": "b"}
    assert {arms.step for arms in questions_of(lab(*demo, step=[wrong, nothing, ANGII]))} == {"Mg"}


def test_primary_rows_are_those_of_the_declared_question(lab, demo):
    columns = {"step": "Mg", "day": "", "mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
    others = [{"step": "AngII"}, {"day": "7"}, {"mg_raised_mM": 3.0}, {"mg_reference_mM": 1.4}]
    table = pd.DataFrame([{**columns, "n": n, **other} for n, other in enumerate([{}, *others, {}])])
    assert primary_rows(lab(*demo), table)["n"].tolist() == [0, 5]


def test_with_a_declared_day_that_one_is_the_declared_question(lab, condition):
    rows = [condition(f"mg{mg}_d{day}", mg, day=day) for day in ("7", "14") for mg in (0.8, 2.0)]
    experiment = lab(*rows, contrast={"day": "7"})
    assert [(a.day, a.primary) for a in questions_of(experiment)] == [("7", True), ("14", False)]
    effects = pd.DataFrame({"step": "Mg", "day": ["7", "14"], "mg_reference_mM": 0.8, "mg_raised_mM": 2.0})
    assert primary_rows(experiment, effects)["day"].tolist() == ["7"]
