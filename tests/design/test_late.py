from mgassay.design import late_arms_of


def rows_of(condition, sirna):
    early = [condition(f"{sirna}_{mg}", mg, sirna=sirna) for mg in (0.8, 2.0)]
    return [*early, condition(f"{sirna}_late", 2.0, sirna=sirna, mg_from_day=7.0)]


def found(experiment):
    return [(a.name, a.mg_from_day, a.reference, a.raised, a.late) for a in late_arms_of(experiment)]


def test_intact_and_blocked_late_arms(lab, condition):
    rows = [*rows_of(condition, "scramble"), *rows_of(condition, "TRPM7")]
    assert found(lab(*rows)) == [
        ("", 7.0, "scramble_0.8", "scramble_2.0", "scramble_late"),
        ("siTRPM7", 7.0, "TRPM7_0.8", "TRPM7_2.0", "TRPM7_late"),
    ]


def test_the_control_is_the_one_that_has_the_late_arm(lab, condition):
    untransfected = [condition("none_0.8", 0.8), condition("none_2.0", 2.0)]
    assert found(lab(*untransfected, *rows_of(condition, "scramble")))[0][2:] == (
        "scramble_0.8", "scramble_2.0", "scramble_late",
    )  # fmt: skip


def test_days_of_addition_are_apart_and_mg_from_the_start_may_be_missing(lab, condition):
    rows = [condition("ref", 0.8), condition("l7", 2.0, mg_from_day=7.0), condition("l3", 2.0, mg_from_day=3.0)]
    assert found(lab(*rows)) == [("", 3.0, "ref", "", "l3"), ("", 7.0, "ref", "", "l7")]


def test_without_a_reference_at_another_level_or_on_another_day_there_is_none(lab, condition):
    late = condition("late", 2.0, mg_from_day=7.0)
    assert found(lab(late, condition("raised", 2.0))) == []
    assert found(lab(condition("ref", 0.8), {**late, "mg_mM": 3.0})) == []
    days = [condition("ref7", 0.8, day="7"), condition("ref14", 0.8, day="14")]
    assert found(lab(*days, {**late, "day": "7"})) == []
    assert found(lab(*days, {**late, "day": "14"})) == [("", 7.0, "ref14", "", "late")]
