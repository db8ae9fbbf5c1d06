"""Quotients of two plates on exact lines, worked by hand (conftest.py)."""

import numpy as np
import pytest


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
