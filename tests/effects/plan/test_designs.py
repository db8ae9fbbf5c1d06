"""Arms in words become conditions that design understands."""

import pytest

from mgassay.design import arms_of_blocks, backgrounds_of
from mgassay.effects.plan.designs import WORDS, planned_experiment, with_arms, words_from_text
from mgassay.errors import UsageError


def test_words_are_read_without_case_and_marks():
    assert words_from_text(" Total, 2apb ,siRNA,mg_I, sirna,") == ("total", "2-APB", "sirna", "mg_i")
    assert words_from_text("") == ()


def test_a_word_that_is_none_is_wrong_usage():
    with pytest.raises(UsageError, match="acellular"):
        words_from_text("acelular")


@pytest.mark.parametrize(
    "word", [w for w in WORDS if w not in ("total", "acellular", "mg_i", "comparator", "comparators")]
)
def test_every_block_fills_its_four_arms(word):
    design = with_arms(planned_experiment(0.8, 2.0), ("total", word))
    assert any(arms.block and all(arms.live) for arms in arms_of_blocks(design.experiment))
    assert design.experiment.conditions["condition"].is_unique


def test_arms_are_added_to_a_table_at_its_own_levels(lab):
    design = with_arms(lab.sirna, ("acellular", "2-APB", "mg_i"))
    assert design.mg_measured
    names = {a.name for a in arms_of_blocks(design.experiment) if all(a.live)}
    assert names == {"siTRPM7", "2-APB"}
    assert set(design.experiment.conditions["mg_mM"]) == {0.8, 2.0}
    assert with_arms(lab.sirna, ()).experiment.conditions.equals(lab.sirna.conditions)
    planned = design.experiment.conditions.iloc[len(lab.sirna.conditions) :]
    assert planned["condition"].tolist() == [f"planned {i}" for i in range(1, 7)]
    assert design.experiment.conditions.index.is_unique


def test_the_planned_control_is_the_background_of_every_arm():
    """It has no Mg that is raised late, which would make it an arm of another question."""
    experiment = with_arms(planned_experiment(0.8, 2.0), ("total",)).experiment
    assert set(experiment.conditions["mg_from_day"]) == {0.0}
    assert backgrounds_of(experiment) == {"planned 1": ("control",), "planned 2": ("control",)}


def test_further_columns_of_a_block_stay_text(lab):
    rows = [lab.condition("a", 0.8, drug="none"), lab.condition("b", 2.0, drug="none")]
    block = {"name": "x", "column": "drug", "intact": "none", "blocked": "X"}
    design = with_arms(lab.experiment(rows, block=[block]), ("acellular",))
    assert list(design.experiment.conditions["drug"]) == ["none", "none", "", ""]
