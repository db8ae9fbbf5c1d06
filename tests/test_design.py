import pandas as pd
import pytest

from mgassay import tables
from mgassay.design import arms_of, arms_of_blocks, backgrounds_of, blocks_of, primary_day
from mgassay.experiment import Experiment, Settings


def first_background(experiment):
    """Condition -> the control that is subtracted where a donor has it; "" where there is none."""
    return {condition: fits[0] if fits else "" for condition, fits in backgrounds_of(experiment).items()}


def condition(name, mg, medium="calcifying", inhibitor="none", sirna="none", cells="live", **more):
    base = {"condition": name, "mg_mM": mg, "medium": medium, "inhibitor": inhibitor, "sirna": sirna, "cells": cells}
    return {**base, "comparator": "none", "modulator": "none", "mg_from_day": 0.0, **more}


def lab(*rows, **settings):
    contrast = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0, **settings.pop("contrast", {})}
    extra = dict.fromkeys(k for r in rows for k in r if k not in tables.CONDITIONS.columns)
    known = tables.CONDITIONS.frame([{k: v for k, v in r.items() if k in tables.CONDITIONS.columns} for r in rows])
    conditions = known.assign(**{k: pd.Series([r.get(k, "") for r in rows], dtype="str") for k in extra})
    return Experiment("e", Settings.model_validate({"contrast": contrast, **settings}), conditions, ())


# The demo of the brief: one 2-APB block, one siRNA block, acellular runs, one comparator, further doses.
DEMO = (
    condition("control", 0.8, medium="control"),
    condition("ca_mg08", 0.8),
    condition("ca_mg14", 1.4),
    condition("ca_mg20", 2.0),
    condition("ca_mg30", 3.0),
    condition("apb_mg08", 0.8, inhibitor="2-APB"),
    condition("apb_mg20", 2.0, inhibitor="2-APB"),
    condition("scr_mg08", 0.8, sirna="scramble"),
    condition("scr_mg20", 2.0, sirna="scramble"),
    condition("si_mg08", 0.8, sirna="TRPM7"),
    condition("si_mg20", 2.0, sirna="TRPM7"),
    condition("acell_control", 0.8, medium="control", cells="none"),
    condition("acell_mg08", 0.8, cells="none"),
    condition("acell_mg20", 2.0, cells="none"),
    condition("ppi_mg08", 0.8, comparator="pyrophosphate"),
)


def test_blocks_of_the_demo_are_inferred_selective_first():
    blocks = blocks_of(lab(*DEMO))
    assert [(b.name, b.column, b.intact, b.blocked, b.selective) for b in blocks] == [
        ("siTRPM7", "sirna", "scramble", "TRPM7", True),
        ("2-APB", "inhibitor", "none", "2-APB", False),
    ]


@pytest.mark.parametrize(
    ("written", "selective"),
    [("2-APB", False), ("2-apb", False), ("NS8593", False), ("FTY720", False), ("waixenicin A", True)],
)
def test_known_inhibitors_are_blocks_under_the_name_the_lab_wrote(written, selective):
    (block,) = blocks_of(lab(condition("a", 0.8, inhibitor=written)))
    assert (block.name, block.blocked, block.selective) == (written, written, selective)


def test_unknown_inhibitors_and_scramble_are_no_blocks():
    assert blocks_of(lab(condition("a", 0.8, inhibitor="verapamil"), condition("b", 0.8, sirna="scramble"))) == ()


def test_a_declared_block_is_not_inferred_again():
    block = {"name": "APB", "column": "inhibitor", "intact": "DMSO", "blocked": "2-APB"}
    rows = [condition("v08", 0.8, inhibitor="DMSO"), condition("v20", 2.0, inhibitor="DMSO"), *DEMO[5:11]]
    experiment = lab(*rows, block=[block])
    assert [b.name for b in blocks_of(experiment)] == ["siTRPM7", "APB"]
    assert arms_of(experiment, blocks_of(experiment)[1]).live == ("v08", "v20", "apb_mg08", "apb_mg20")


def test_arms_of_the_demo():
    knock_down, inhibitor = arms_of_blocks(lab(*DEMO))
    assert knock_down.live == ("scr_mg08", "scr_mg20", "si_mg08", "si_mg20")
    assert inhibitor.live == ("ca_mg08", "ca_mg20", "apb_mg08", "apb_mg20")
    assert knock_down.acellular == inhibitor.acellular == ("acell_mg08", "acell_mg20")
    assert inhibitor.comparators == {"pyrophosphate": "ppi_mg08"}
    assert knock_down.comparators == {}  # the comparator was not transfected
    assert inhibitor.missing == ()
    assert not inhibitor.rivals
    assert inhibitor.identified == ("total", "blocked", "interaction", "block_main", "acellular", "surface")


def test_an_inhibitor_on_transfected_cells_is_compared_with_scramble():
    rows = [
        condition(f"{sirna}_{inhibitor}_{mg}", mg, sirna=sirna, inhibitor=inhibitor)
        for sirna in ("scramble",)
        for inhibitor in ("none", "2-APB")
        for mg in (0.8, 2.0)
    ]
    (arms,) = arms_of_blocks(lab(*rows))
    assert arms.live == ("scramble_none_0.8", "scramble_none_2.0", "scramble_2-APB_0.8", "scramble_2-APB_2.0")


def test_intact_and_blocked_never_differ_in_two_columns():
    """Untransfected intact arms are there, but the inhibitor was only given to transfected cells."""
    rows = [condition(f"none_{mg}", mg) for mg in (0.8, 2.0)]
    rows += [condition(f"scr_{mg}", mg, sirna="scramble") for mg in (0.8, 2.0)]
    rows += [condition(f"apb_{mg}", mg, sirna="scramble", inhibitor="2-APB") for mg in (0.8, 2.0)]
    (arms,) = arms_of_blocks(lab(*rows))
    assert arms.live == ("scr_0.8", "scr_2.0", "apb_0.8", "apb_2.0")


def test_combined_treatments_fill_no_arm():
    both = condition("both", 2.0, inhibitor="2-APB", sirna="TRPM7")
    for arms in arms_of_blocks(lab(*DEMO, both)):
        assert "both" not in (*arms.live, *arms.acellular)


def test_without_a_block_only_mg_changes():
    (arms,) = arms_of_blocks(lab(*DEMO[:5]))
    assert (arms.block, arms.name) == (None, "")
    assert arms.live == ("ca_mg08", "ca_mg20", "", "")
    assert arms.identified == ("total",)


def test_sirna_without_scramble_has_no_intact_arm_and_plain_mg_stands_beside_it():
    plain, knock_down = arms_of_blocks(lab(*DEMO[:5], *DEMO[9:11]))
    assert plain.live == ("ca_mg08", "ca_mg20", "", "")
    assert knock_down.live == ("", "", "si_mg08", "si_mg20")
    assert "intact at reference Mg" in knock_down.missing


def test_missing_arms_have_plain_names():
    (arms,) = arms_of_blocks(lab(*DEMO[:6]))
    assert arms.missing == ("2-APB at raised Mg", "acellular at reference Mg", "acellular at raised Mg")


def test_fixed_cells_are_the_acellular_arm_when_asked():
    rows = [*DEMO, condition("fix08", 0.8, cells="fixed"), condition("fix20", 2.0, cells="fixed")]
    assert arms_of_blocks(lab(*rows))[0].acellular == ("acell_mg08", "acell_mg20")
    assert arms_of_blocks(lab(*rows, contrast={"acellular": "fixed"}))[0].acellular == ("fix08", "fix20")


def test_late_mg_modulators_and_other_media_fill_no_arm():
    rows = [
        condition("late", 2.0, mg_from_day=4.0),
        condition("ang", 2.0, modulator="AngII"),
        condition("bgp", 2.0, medium="bgp"),
    ]
    (arms,) = arms_of_blocks(lab(condition("ref", 0.8), *rows))
    assert arms.intact_raised == ""


def test_several_conditions_for_one_arm_are_rivals_and_the_first_is_used():
    rows = [condition("ref", 0.8), condition("cl", 2.0, mg_salt="MgCl2"), condition("so4", 2.0, mg_salt="MgSO4")]
    (arms,) = arms_of_blocks(lab(*rows))
    assert arms.intact_raised == "cl"
    assert arms.rivals == {"intact_raised": ("cl", "so4")}


def test_the_last_harvest_day_is_primary():
    rows = [condition(f"mg{mg}_d{day}", mg, day=day) for day in ("7", "14") for mg in (0.8, 2.0)]
    experiment = lab(*rows)
    assert primary_day(experiment) == "14"
    (arms,) = arms_of_blocks(experiment)
    assert (arms.live[:2], arms.day, arms.rivals) == (("mg0.8_d14", "mg2.0_d14"), "14", {})
    assert primary_day(lab(*DEMO)) == primary_day(lab(condition("a", 0.8, day="7"))) == ""


def test_a_block_in_a_column_of_the_labs_own():
    rows = [condition(f"{g}_{mg}", mg, genotype=g) for g in ("wt", "ko") for mg in (0.8, 2.0)]
    block = {"name": "TRPM7-/-", "column": "genotype", "intact": "wt", "blocked": "ko", "selective": True}
    (arms,) = arms_of_blocks(lab(*rows, block=[block]))
    assert arms.live == ("wt_0.8", "wt_2.0", "ko_0.8", "ko_2.0")


def test_background_is_the_matching_control_then_the_intact_one_at_reference_mg():
    rows = [
        *DEMO,
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


def test_no_background_where_no_control_of_these_cells_was_run():
    found = first_background(lab(*[c for c in DEMO if c["condition"] != "acell_control"]))
    assert found["acell_mg08"] == ""
    assert found["ca_mg08"] == "control"


def test_background_is_of_the_same_day():
    rows = [condition(f"c{day}", 0.8, medium="control", day=day) for day in ("7", "14")]
    found = first_background(lab(*rows, condition("a7", 2.0, day="7"), condition("a14", 2.0, day="14")))
    assert found == {"a7": "c7", "a14": "c14"}


def test_conditions_are_not_changed():
    experiment = lab(*DEMO)
    before = experiment.conditions.copy(deep=True)
    arms_of_blocks(experiment)
    backgrounds_of(experiment)
    pd.testing.assert_frame_equal(experiment.conditions, before)


def test_the_acellular_arm_that_was_run_is_used_when_the_other_kind_was_asked():
    rows = [c for c in DEMO if not c["condition"].startswith("acell")]
    fixed = [condition("fix08", 0.8, cells="fixed"), condition("fix20", 2.0, cells="fixed")]
    assert arms_of_blocks(lab(*rows, *fixed))[0].acellular == ("fix08", "fix20")
    assert arms_of_blocks(lab(*DEMO, fixed[0], contrast={"acellular": "fixed"}))[0].acellular == (
        "acell_mg08",
        "acell_mg20",
    )
    assert arms_of_blocks(lab(*rows, fixed[0]))[0].acellular == ("", "")


def test_a_declared_sirna_is_as_selective_as_an_inferred_one():
    (first, _) = blocks_of(
        lab(*DEMO, block=[{"name": "kd", "column": "sirna", "intact": "scramble", "blocked": "TRPM7"}])
    )
    assert (first.name, first.selective) == ("kd", True)


def test_arms_held_to_what_was_measured():
    arms = arms_of_blocks(lab(*DEMO))[0]
    held = arms.held_to({"scr_mg08", "scr_mg20", "si_mg08", "acell_mg08"})
    assert held.live == ("scr_mg08", "scr_mg20", "si_mg08", "")
    assert held.missing == ("siTRPM7 at raised Mg", "acellular at raised Mg")
    assert (held.block, held.comparators) == (arms.block, arms.comparators)


def test_small_levels_are_told_apart():
    rows = [condition("low", 5e-5), condition("high", 5.0)]
    (arms,) = arms_of_blocks(lab(*rows, contrast={"mg_reference_mM": 5e-5, "mg_raised_mM": 5.0}))
    assert arms.live[:2] == ("low", "high")
    assert arms.rivals == {}
