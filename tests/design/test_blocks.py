import pytest

from mgassay.design import blocks_of


def test_blocks_of_the_demo_are_inferred_selective_first(lab, demo):
    blocks = blocks_of(lab(*demo))
    assert [(b.name, b.column, b.intact, b.blocked, b.selective) for b in blocks] == [
        ("siTRPM7", "sirna", "scramble", "TRPM7", True),
        ("2-APB", "inhibitor", "none", "2-APB", False),
    ]


@pytest.mark.parametrize(
    ("written", "selective"),
    [("2-APB", False), ("2-apb", False), ("NS8593", False), ("FTY720", False), ("waixenicin A", True)],
)
def test_known_inhibitors_are_blocks_under_the_name_the_lab_wrote(lab, condition, written, selective):
    (block,) = blocks_of(lab(condition("a", 0.8, inhibitor=written)))
    assert (block.name, block.blocked, block.selective) == (written, written, selective)


def test_unknown_inhibitors_and_scramble_are_no_blocks(lab, condition):
    assert blocks_of(lab(condition("a", 0.8, inhibitor="verapamil"), condition("b", 0.8, sirna="scramble"))) == ()


def test_a_declared_sirna_is_as_selective_as_an_inferred_one(lab, demo):
    (first, _) = blocks_of(
        lab(*demo, block=[{"name": "kd", "column": "sirna", "intact": "scramble", "blocked": "TRPM7"}])
    )
    assert (first.name, first.selective) == ("kd", True)
