from mgassay.design import doses_of


def series(experiment):
    return {(d.day, d.name): dict(zip(d.levels, d.conditions, strict=True)) for d in doses_of(experiment)}


def test_the_series_of_the_demo(lab, demo):
    assert series(lab(*demo)) == {
        ("", ""): {0.8: "ca_mg08", 1.4: "ca_mg14", 2.0: "ca_mg20", 3.0: "ca_mg30"},
        ("", "siTRPM7"): {0.8: "si_mg08", 2.0: "si_mg20"},
        ("", "2-APB"): {0.8: "apb_mg08", 2.0: "apb_mg20"},
    }


def test_intact_is_the_control_that_was_run_at_most_levels(lab, condition):
    rows = [condition(f"none_{mg}", mg) for mg in (0.8, 2.0)]
    scramble = [condition(f"scr_{mg}", mg, sirna="scramble") for mg in (0.8, 1.4, 2.0)]
    assert list(series(lab(*rows, *scramble))["", ""].values()) == ["scr_0.8", "scr_1.4", "scr_2.0"]
    assert list(series(lab(*rows, *scramble[:1], scramble[2]))["", ""].values()) == ["none_0.8", "none_2.0"]


def test_a_control_without_the_reference_level_carries_no_series(lab, condition):
    rows = [condition(f"none_{mg}", mg) for mg in (1.4, 2.0, 3.0)]
    scramble = [condition(f"scr_{mg}", mg, sirna="scramble") for mg in (0.8, 2.0)]
    assert list(series(lab(*rows, *scramble))["", ""].values()) == ["scr_0.8", "scr_2.0"]
    assert series(lab(*rows)) == {}


def test_levels_below_the_reference_join_and_treated_late_or_lifeless_wells_do_not(lab, condition):
    rows = [condition(f"mg{mg}", mg) for mg in (0.4, 0.8, 2.0)]
    rows += [condition("ppi", 5.0, comparator="pyrophosphate"), condition("late", 6.0, mg_from_day=4.0)]
    rows += [condition("dead", 7.0, cells="none"), condition("bgp", 8.0, medium="bgp")]
    assert series(lab(*rows)) == {("", ""): {0.8: "mg0.8", 0.4: "mg0.4", 2.0: "mg2.0"}}


def test_every_day_has_its_own(lab, condition):
    rows = [condition(f"{mg}_{day}", mg, day=day) for day in ("7", "14") for mg in (0.8, 2.0, 3.0)]
    assert list(series(lab(*rows))) == [("14", ""), ("7", "")]
