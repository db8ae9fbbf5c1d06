"""Quotients of two plates on exact lines, worked by hand (conftest.py)."""

import numpy as np
import pandas as pd
import pytest

from mgassay.assays.plates.per_protein import flag_no_protein, per_protein


def test_one_technical_well_above_leaves_a_lower_bound_per_protein(bench):
    """(16 + 64) / 2 ug over 0.1 mg = 400 ug/mg at least."""
    rows = [
        *bench.CALCIUM,
        *bench.PROTEIN,
        bench.ca("C1", 0.45),
        bench.ca("C2", 1.9),
        bench.pr("C1", 0.60),
    ]
    row = bench.readout(bench.quantify(bench.experiment(), *rows)[0], "calcium").iloc[0]
    assert np.isnan(row.value)
    assert row.limit == pytest.approx(400, rel=1e-6)
    assert row.flag == "above_curve"


def test_pairing_is_by_condition_donor_and_rep(bench):
    """Protein 0.1 mg for rep 1 and 0.2 mg for rep 2, listed the other way round."""
    rows = [
        *bench.CALCIUM,
        *bench.PROTEIN,
        bench.ca("C1", 0.45, rep="1"),
        bench.ca("C2", 0.45, rep="2"),
        bench.pr("C1", 1.10, rep="2"),
        bench.pr("C2", 0.60, rep="1"),
        bench.pr("C3", 0.9, donor="D2"),
    ]
    got = bench.readout(bench.quantify(bench.experiment(), *rows)[0], "calcium")
    assert got.rep.tolist() == ["1", "2"]
    np.testing.assert_allclose(got.value, [160, 80], rtol=1e-6)


def wells(*given):
    """WELL_AMOUNTS of (rep, value, flag) of one condition and donor, exact to a thousandth; LOD .01, top 99."""
    base = {"plate": "P", "role": "sample", "condition": "ca08", "donor": "D1", "se_curve": 0.0, "df": 9.0}
    base |= {"lod": 0.01, "loq": 0.03, "top": 99.0}
    return pd.DataFrame(
        {**base, "well": f"A{i}", "rep": rep, "value": value, "ci_low": value, "ci_high": value, "flag": flag}
        | {"se_reading": abs(value) / 1000, "above": "above_curve" in flag}
        for i, (rep, value, flag) in enumerate(given)
    )


def test_reps_without_usable_protein_are_named_with_the_reason():
    """Rep 2 was given none, rep 3's lies below the LOD of .01, rep 4's above its curve; rep 5's is at the LOD."""
    calcium = wells(*((rep, 8.0, "") for rep in "12345"))
    protein = wells(("1", 2.0, ""), ("3", 0.005, ""), ("4", float("nan"), "above_curve"), ("5", 0.01, ""))
    rows, lacking = per_protein(calcium, protein, assay="calcium", readout="calcium", unit="ug/mg")
    assert rows[["rep", "value"]].to_numpy().tolist() == [["1", 4.0], ["5", 800.0]]
    assert list(zip(lacking.rep, lacking.reason, strict=True)) == [("2", "none"), ("3", "outside"), ("4", "outside")]


def test_a_quotient_has_the_flags_of_both_but_not_that_of_low_protein():
    """Protein below its limit of quantification still has a value, and its interval says how well it is known."""
    calcium, protein = wells(("1", 8.0, "outlier")), wells(("1", 0.02, "curve_failed"))
    rows, _ = per_protein(calcium, protein, assay="calcium", readout="calcium", unit="ug/mg")
    assert rows.flag.tolist() == ["curve_failed;outlier"]


def test_samples_alone_are_flagged_for_the_protein_they_lack():
    """A control of the dye bears its condition, and never had any protein."""
    both = pd.concat([wells(("1", 8.0, ""), ("2", 8.0, "")), wells(("1", 1.0, "")).assign(role="mg_control")])
    lacking = wells(("1", 8.0, ""))[["condition", "donor", "rep", "plate"]]
    assert flag_no_protein(both, lacking).flag.tolist() == ["no_protein", "", ""]
