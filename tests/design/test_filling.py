from mgassay.design import arms_of, arms_of_blocks, blocks_of


def test_a_declared_block_is_not_inferred_again(lab, condition, demo):
    block = {"name": "APB", "column": "inhibitor", "intact": "DMSO", "blocked": "2-APB"}
    rows = [condition("v08", 0.8, inhibitor="DMSO"), condition("v20", 2.0, inhibitor="DMSO"), *demo[5:11]]
    experiment = lab(*rows, block=[block])
    assert [b.name for b in blocks_of(experiment)] == ["siTRPM7", "APB"]
    assert arms_of(experiment, blocks_of(experiment)[1]).live == ("v08", "v20", "apb_mg08", "apb_mg20")


def test_arms_of_the_demo(lab, demo):
    knock_down, inhibitor = arms_of_blocks(lab(*demo))
    assert knock_down.live == ("scr_mg08", "scr_mg20", "si_mg08", "si_mg20")
    assert inhibitor.live == ("ca_mg08", "ca_mg20", "apb_mg08", "apb_mg20")
    assert knock_down.acellular == inhibitor.acellular == ("acell_mg08", "acell_mg20")
    assert inhibitor.comparators == {"pyrophosphate": "ppi_mg08"}
    assert knock_down.comparators == {}  # the comparator was not transfected
    assert inhibitor.missing == ()
    assert not inhibitor.rivals
    assert inhibitor.identified == ("total", "blocked", "interaction", "block_main", "acellular", "surface")


def test_an_inhibitor_on_transfected_cells_is_compared_with_scramble(lab, condition):
    rows = [
        condition(f"{sirna}_{inhibitor}_{mg}", mg, sirna=sirna, inhibitor=inhibitor)
        for sirna in ("scramble",)
        for inhibitor in ("none", "2-APB")
        for mg in (0.8, 2.0)
    ]
    (arms,) = arms_of_blocks(lab(*rows))
    assert arms.live == ("scramble_none_0.8", "scramble_none_2.0", "scramble_2-APB_0.8", "scramble_2-APB_2.0")


def test_intact_and_blocked_never_differ_in_two_columns(lab, condition):
    """Untransfected intact arms are there, but the inhibitor was only given to transfected cells."""
    rows = [condition(f"none_{mg}", mg) for mg in (0.8, 2.0)]
    rows += [condition(f"scr_{mg}", mg, sirna="scramble") for mg in (0.8, 2.0)]
    rows += [condition(f"apb_{mg}", mg, sirna="scramble", inhibitor="2-APB") for mg in (0.8, 2.0)]
    (arms,) = arms_of_blocks(lab(*rows))
    assert arms.live == ("scr_0.8", "scr_2.0", "apb_0.8", "apb_2.0")


def test_combined_treatments_fill_no_arm(lab, condition, demo):
    both = condition("both", 2.0, inhibitor="2-APB", sirna="TRPM7")
    for arms in arms_of_blocks(lab(*demo, both)):
        assert "both" not in (*arms.live, *arms.acellular)


def test_fixed_cells_are_the_acellular_arm_when_asked(lab, condition, demo):
    rows = [*demo, condition("fix08", 0.8, cells="fixed"), condition("fix20", 2.0, cells="fixed")]
    assert arms_of_blocks(lab(*rows))[0].acellular == ("acell_mg08", "acell_mg20")
    assert arms_of_blocks(lab(*rows, contrast={"acellular": "fixed"}))[0].acellular == ("fix08", "fix20")


def test_late_mg_modulators_and_other_media_fill_no_arm(lab, condition):
    rows = [
        condition("late", 2.0, mg_from_day=4.0),
        condition("ang", 2.0, modulator="AngII"),
        condition("bgp", 2.0, medium="bgp"),
    ]
    (arms,) = arms_of_blocks(lab(condition("ref", 0.8), *rows))
    assert arms.intact_raised == ""


def test_several_conditions_for_one_arm_are_rivals_and_the_first_is_used(lab, condition):
    rows = [condition("ref", 0.8), condition("cl", 2.0, mg_salt="MgCl2"), condition("so4", 2.0, mg_salt="MgSO4")]
    (arms,) = arms_of_blocks(lab(*rows))
    assert arms.intact_raised == "cl"
    assert arms.rivals == {"intact_raised": ("cl", "so4")}


def test_a_block_in_a_column_of_the_labs_own(lab, condition):
    rows = [condition(f"{g}_{mg}", mg, genotype=g) for g in ("wt", "ko") for mg in (0.8, 2.0)]
    block = {"name": "TRPM7-/-", "column": "genotype", "intact": "wt", "blocked": "ko", "selective": True}
    (arms,) = arms_of_blocks(lab(*rows, block=[block]))
    assert arms.live == ("wt_0.8", "wt_2.0", "ko_0.8", "ko_2.0")


def test_the_acellular_arm_that_was_run_is_used_when_the_other_kind_was_asked(lab, condition, demo):
    rows = [c for c in demo if not c["condition"].startswith("acell")]
    fixed = [condition("fix08", 0.8, cells="fixed"), condition("fix20", 2.0, cells="fixed")]
    assert arms_of_blocks(lab(*rows, *fixed))[0].acellular == ("fix08", "fix20")
    assert arms_of_blocks(lab(*demo, fixed[0], contrast={"acellular": "fixed"}))[0].acellular == (
        "acell_mg08",
        "acell_mg20",
    )
    assert arms_of_blocks(lab(*rows, fixed[0]))[0].acellular == ("", "")
