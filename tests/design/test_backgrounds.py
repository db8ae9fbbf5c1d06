from mgassay.design import backgrounds_of


def first_background(experiment):
    """Condition -> the control that is subtracted where a donor has it; "" where there is none."""
    return {condition: fits[0] if fits else "" for condition, fits in backgrounds_of(experiment).items()}


def test_background_is_the_matching_control_then_the_intact_one_at_reference_mg(lab, condition, demo):
    rows = [
        *demo,
        condition("control20", 2.0, medium="control"),
        condition("control_si", 0.8, medium="control", sirna="TRPM7"),
    ]
    found = backgrounds_of(lab(*rows))
    assert found["ca_mg08"] == ("control",)
    assert found["ca_mg20"] == ("control20", "control")
    assert found["apb_mg20"] == ("control",)
    assert found["si_mg08"] == ("control_si", "control")
    assert found["acell_mg20"] == ("acell_control",)
    assert "control" not in found


def test_no_background_where_no_control_of_these_cells_was_run(lab, demo):
    found = first_background(lab(*[c for c in demo if c["condition"] != "acell_control"]))
    assert found["acell_mg08"] == ""
    assert found["ca_mg08"] == "control"


def test_background_is_of_the_same_day(lab, condition):
    rows = [condition(f"c{day}", 0.8, medium="control", day=day) for day in ("7", "14")]
    found = first_background(lab(*rows, condition("a7", 2.0, day="7"), condition("a14", 2.0, day="14")))
    assert found == {"a7": "c7", "a14": "c14"}


def test_a_control_with_the_arms_own_step_comes_first(lab, condition):
    """The column of a [[step]] is a treatment as modulator is."""
    step = {"name": "Wnt", "column": "wnt", "reference": "none", "raised": "XAV939"}
    rows = [
        condition("plain", 0.8, medium="control", wnt="none"),
        condition("xav", 0.8, medium="control", wnt="XAV939"),
    ]
    rows += [condition("arm", 0.8, wnt="XAV939"), condition("other", 0.8, wnt="none")]
    found = backgrounds_of(lab(*rows, step=[step]))
    assert found == {"arm": ("xav", "plain"), "other": ("plain",)}


def test_an_arm_without_a_day_is_of_the_primary_or_only_one(lab, condition):
    arms = [condition("arm", 2.0), condition("arm7", 2.0, day="7")]
    fourteen, seven = (condition(f"c{day}", 0.8, medium="control", day=day) for day in ("14", "7"))
    assert first_background(lab(arms[0], fourteen)) == {"arm": "c14"}
    assert first_background(lab(*arms, seven, fourteen)) == {"arm": "c14", "arm7": "c7"}
    assert first_background(lab(*arms, seven, fourteen, contrast={"day": "7"})) == {"arm": "c7", "arm7": "c7"}


def test_a_control_without_a_day_is_of_every_day(lab, condition):
    """It only subtracts, so that it does not answer twice."""
    rows = [condition("c", 0.8, medium="control"), *(condition(f"a{day}", 2.0, day=day) for day in ("7", "14"))]
    assert first_background(lab(*rows)) == {"a7": "c", "a14": "c"}


def test_backgrounds_are_worked_out_once_for_an_experiment(lab, demo):
    experiment = lab(*demo)
    assert backgrounds_of(experiment) is backgrounds_of(experiment)
