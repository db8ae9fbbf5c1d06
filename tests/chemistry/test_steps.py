from mgassay.chemistry.steps import reference_conditions


def test_a_step_starts_from_the_declared_level_of_the_same_medium(bench):
    held = bench.experiment(
        ("low", {"mg_mM": 0.4}), ("ref", {}), ("high", {"mg_mM": 2.0, "mg_salt": "sulfate", "pH": 7.35}),
        ("dead", {"cells": "none"}), ("dead_high", {"cells": "none", "mg_mM": 2.0}),
        ("late", {"mg_mM": 2.0, "mg_from_day": 7.0}), ("other", {"mg_mM": 2.0, "pi_mM": 3.0}),
    )  # fmt: skip
    assert reference_conditions(held) == {
        "low": "ref", "ref": "", "high": "ref", "dead": "", "dead_high": "dead", "late": "ref", "other": "",
    }  # fmt: skip


def test_where_the_declared_level_was_not_run_it_starts_from_the_lowest(bench):
    held = bench.experiment(("b", {"mg_mM": 1.2}), ("a", {"mg_mM": 1.0}), ("c", {"mg_mM": None}))
    assert reference_conditions(held) == {"b": "a", "a": "", "c": ""}
    assert reference_conditions(bench.experiment(("c", {"mg_mM": None}))) == {"c": ""}
    assert reference_conditions(bench.experiment()) == {}
