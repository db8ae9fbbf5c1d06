"""The expectation from complexation alone, worked by hand on curves that are straight lines of logarithms."""

import math

import numpy as np
import pytest

from mgassay import medium_tables, tables
from mgassay.chemistry.passive import expected, measured_steps, next_level, passive_expected, phosphate_levels
from mgassay.chemistry.speciation import chemistry_from_conditions
from mgassay.problems import Problems

T95_DF2 = 4.302653  # Student's two-sided 95 % quantile, df 2, as in any table


def cells(values, flags=None):
    """MEANS of one readout: condition -> one log mean per donor."""
    flags = flags or {}
    return tables.MEANS.frame(
        {"readout": "calcium", "condition": c, "donor": f"D{i}", "log_mean": v, "flag": flags.get(c, "")}
        for c, row in values.items()
        for i, v in enumerate(row)
    )


LEVELS = {"ref": 2.6, "less": 2.0, "more": 3.2}


def test_a_straight_line_of_logarithms_is_read_between_two_levels():
    """Slopes 1, 2, 3 in ln P: 7 % less phosphate lowers by slope * -ln 0.93 = 0.072571 * (1, 2, 3).

    Mean 0.145141, SD 0.072571, half width 4.302653 * 0.072571 / sqrt 3 = 0.180276.
    """
    slopes = np.array([1.0, 2.0, 3.0])
    values = {c: 1.0 + slopes * math.log(p) for c, p in LEVELS.items()}
    found = expected(cells(values), LEVELS, "ref", 2.6 * 0.93)
    assert found["estimate"] == pytest.approx(0.145141, abs=1e-6)
    assert found["ci_high"] - found["estimate"] == pytest.approx(T95_DF2 * 0.0725707 / math.sqrt(3), abs=1e-5)
    assert (found["n_donors"], found["flag"]) == (3, "")


def test_it_is_read_on_the_side_on_which_it_lies_and_never_beyond_the_levels():
    assert next_level(LEVELS, "ref", 2.4) == "less"
    assert next_level(LEVELS, "ref", 2.9) == "more"
    assert next_level(LEVELS, "ref", 2.0) == "less"
    assert next_level(LEVELS, "ref", 1.9) == ""
    assert next_level({"ref": 2.6, "more": 3.2}, "ref", 2.4) == ""
    found = expected(cells({"ref": [3.0], "less": [2.0]}), LEVELS, "ref", 1.0)
    assert found == {"n_donors": 0, "flag": "outside_curve"}


def test_a_bound_is_no_value_and_one_donor_has_no_interval():
    values = {"ref": [3.0, 3.1], "less": [2.0, 2.0]}
    assert expected(cells(values, {"less": "floor"}), LEVELS, "ref", 2.4)["flag"] == "floor"
    one = expected(cells({"ref": [3.0, 3.1], "less": [2.0]}), LEVELS, "ref", 2.4)
    assert (one["n_donors"], one["flag"]) == (1, "few_donors")
    assert math.isnan(one["ci_low"])
    gap = expected(cells({"ref": [math.nan], "less": [2.0]}), LEVELS, "ref", 2.4)
    assert gap["n_donors"] == 0
    assert "estimate" not in gap
    assert gap["flag"] == "few_donors"


@pytest.fixture
def run(bench):
    def of(*more, live=(0.05, 0.0, -0.05), values=None):
        arms = [("c08", {}), ("c20", {"mg_mM": 2.0}), ("low", {"pi_mM": 2.0, "medium": "low"})]
        arms += [("a08", {"cells": "none"}), ("a20", {"cells": "none", "mg_mM": 2.0})]
        held = bench.experiment(*arms, *more)
        means = cells({
            "c08": [3.0, 3.1, 3.2], "c20": [2.0, 2.1, 2.2], "a08": [2.0, 2.1, 2.2], "a20": [1.9, 2.0, 2.1],
            "low": [3.0 - math.log(2.6 / 2.0) * 2 + x for x in live], **(values or {}),
        })  # fmt: skip
        effect = {
            "readout": "calcium",
            "mg_reference_mM": 0.8,
            "mg_raised_mM": 2.0,
            "scale": "log",
            "method": "donor_t",
        }
        effects = tables.EFFECTS.frame([
            {**effect, "contrast": "total", "estimate": 1.0, "ci_low": 0.5, "ci_high": 1.5, "step": "Mg"},
            {**effect, "contrast": "acellular", "estimate": 0.1, "ci_low": 0.0, "ci_high": 0.2, "step": "Mg"},
        ])  # fmt: skip
        chemistry = chemistry_from_conditions(held, Problems())["chemistry"]
        return medium_tables.PASSIVE_EXPECTED.check(passive_expected(held, chemistry, means, effects))

    return of


def test_expected_stands_beside_what_was_measured(run):
    """The live curve alone was run: no row of the acellular arm. c20 equals about 7.4 % less phosphate (rec37)."""
    table = run()
    assert set(table["contrast"]) == {"total"}
    assert len(table) == 4
    row = table.set_index("constant_set").loc["rec37"]
    assert row["pi_mM"] == 2.6
    assert row["pi_equivalent_mM"] == pytest.approx(2.6 * (1 - 0.0736), abs=0.003)
    part = math.log(2.6 / row["pi_equivalent_mM"]) / math.log(2.6 / 2.0)
    # reference 3.0, 3.1, 3.2; low = 3 - 2 ln 1.3 + (.05, 0, -.05): mean difference 2 ln 1.3 + 0.1
    assert row["estimate"] == pytest.approx(part * (2 * math.log(1.3) + 0.1), rel=1e-9)
    assert (row["measured"], row["measured_low"], row["measured_high"]) == (1.0, 0.5, 1.5)
    assert row["cells"] == "live"


def test_the_acellular_curve_is_read_off_acellular_conditions(run):
    """Slope 1 in ln P of every run: the equivalent's own logarithm."""
    alow = [v - math.log(2.6 / 2.0) for v in (2.0, 2.1, 2.2)]
    table = run(("alow", {"cells": "none", "pi_mM": 2.0, "medium": "low"}), values={"alow": alow})
    acellular = table[table["contrast"] == "acellular"]
    assert set(acellular["cells"]) == {"none"}
    wanted = np.log(acellular["pi_mM"] / acellular["pi_equivalent_mM"])
    assert acellular["estimate"].to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-12)
    assert set(acellular["measured"]) == {0.1}


def test_a_level_that_was_not_measured_or_is_the_background_is_no_level(run):
    """The low level of live cells is measured (four rows); the acellular one and the control medium are not levels."""
    assert len(run(("alow", {"cells": "none", "pi_mM": 2.0, "medium": "low"}))) == 4
    assert len(run(("control", {"medium": "control", "pi_mM": 0.9}), values={"control": [1.0, 1.0, 1.0]})) == 4
    assert len(run(("acontrol", {"medium": "control", "pi_mM": 0.9, "cells": "none"}), values={"acontrol": [1.0]})) == 4


def test_without_a_curve_or_chemistry_there_is_no_row(bench, run):
    held = bench.experiment(("c08", {}), ("c20", {"mg_mM": 2.0}))
    chemistry = chemistry_from_conditions(held, Problems())["chemistry"]
    none = passive_expected(held, chemistry, cells({"c08": [3.0], "c20": [2.0]}), tables.EFFECTS.frame())
    assert len(none) == 0
    empty = passive_expected(held, medium_tables.CHEMISTRY.frame(), tables.MEANS.frame(), tables.EFFECTS.frame())
    assert len(empty) == 0


def test_levels_differ_in_phosphate_alone(bench):
    held = bench.experiment(
        ("ref", {}), ("low", {"pi_mM": 2.0, "medium": "low"}), ("mg", {"pi_mM": 2.0, "mg_mM": 2.0}),
        ("dead", {"pi_mM": 2.0, "cells": "none"}), ("none", {"pi_mM": None, "basal_medium": "DMEM"}),
    )  # fmt: skip
    assert phosphate_levels(held, "ref", "") == {"ref": 2.6, "low": 2.0, "none": 0.906}
    low, ppi = {"pi_mM": 2.0, "comparator": "lower Pi"}, {"pi_mM": 2.2, "comparator": "pyrophosphate"}
    assert phosphate_levels(bench.experiment(("ref", {}), ("low", low), ("ppi", ppi)), "ref", "") == {
        "ref": 2.6, "low": 2.0,
    }  # fmt: skip
    steps = measured_steps(bench.experiment(("c08", {}), ("c20", {"mg_mM": 2.0})))
    assert [(s.contrast, s.reference, s.raised) for s in steps] == [("total", "c08", "c20")]
