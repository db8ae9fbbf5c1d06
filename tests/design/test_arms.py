from mgassay.design import arms_of_blocks, questions_of


def test_missing_arms_have_plain_names(lab, demo):
    (arms,) = arms_of_blocks(lab(*demo[:6]))
    assert arms.missing == ("2-APB at raised Mg", "acellular at reference Mg", "acellular at raised Mg")


def test_arms_held_to_what_was_measured(lab, demo):
    arms = arms_of_blocks(lab(*demo))[0]
    held = arms.held_to({"scr_mg08", "scr_mg20", "si_mg08", "acell_mg08"})
    assert held.live == ("scr_mg08", "scr_mg20", "si_mg08", "")
    assert held.missing == ("siTRPM7 at raised Mg", "acellular at raised Mg")
    assert (held.block, held.comparators) == (arms.block, arms.comparators)


def test_missing_arms_of_a_step_are_named_after_it(lab, demo, condition):
    step = {"name": "AngII", "column": "modulator", "reference": "none", "raised": "AngII"}
    experiment = lab(*demo, condition("ang", 0.8, modulator="AngII"), step=[step])
    (arms,) = (a for a in questions_of(experiment) if a.step == "AngII")
    assert arms.missing == ("2-APB at raised AngII", "acellular at raised AngII")
    held = arms.held_to({"ca_mg08"})
    assert (held.question, held.primary) == (("AngII", 0.8, 0.8, ""), False)
    assert held.live == ("ca_mg08", "", "", "")
