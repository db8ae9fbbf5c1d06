"""Errors that all samples of a gene share: those of its efficiency and of a plate's calibration."""

import math

import numpy as np
import pandas as pd
import pytest

from mgassay import tables
from mgassay.assays.qpcr.efficiency import Efficiency, given_efficiency
from mgassay.assays.qpcr.gene_efficiencies import Efficiencies
from mgassay.assays.qpcr.shared_errors import (
    calibrated,
    efficiency_error_rows,
    shared_reference_errors,
    with_shared_errors,
)

NAN = math.nan


def technical(*rows):
    """Technical means given as (plate, donor, gene, Cq) with E = 2, and a bound and floor beside."""
    table = pd.DataFrame(rows, columns=["plate", "donor", "gene", "cq"])
    same = {"condition": "ca", "rep": "1", "efficiency": 2.0, "floor": -40.0, "outlier": False}
    return table.assign(**same, log2_quantity=-table["cq"], bound=-table["cq"]).drop(columns="cq")


def known(se_log2, df, gene="RUNX2", plate="P1"):
    return Efficiencies({(plate, gene): Efficiency(2.0, "series", se_log2, df, n=5)})


def test_the_error_of_the_efficiency_grows_with_the_distance_from_the_mean_cq_by_hand():
    # Cq 22, 26, 27: mean 25; SE .02: (3·.02)² = .0036, (1·.02)² = .0004, (2·.02)² = .0016; spread is its square / 4
    rows = technical(("P1", "D1", "RUNX2", 22.0), ("P1", "D2", "RUNX2", 26.0), ("P1", "D3", "RUNX2", 27.0))
    found = with_shared_errors(calibrated(rows, None), known(0.02, 4.0))
    assert found["shared_variance"].tolist() == pytest.approx([0.0036, 0.0004, 0.0016])
    assert found["shared_spread"].tolist() == pytest.approx([0.0036**2 / 4, 0.0004**2 / 4, 0.0016**2 / 4])


def test_hellemans_formula_7_agrees():
    # SE(RQ) = RQ·√((Δ·SE_E/E)² + (ln E·SE_Cq)²) with Δ = mean Cq − Cq: its part by E, over RQ·ln 2, is ours on log2
    e, se_e, delta = 1.9, 0.03, 4.0
    of_quantity = e**delta * delta * se_e / e
    rows = technical(("P1", "D1", "RUNX2", 21.0), ("P1", "D2", "RUNX2", 29.0))
    rows = rows.assign(efficiency=e, log2_quantity=np.array([-21.0, -29.0]) * math.log2(e))
    found = with_shared_errors(calibrated(rows, None), Efficiencies({("P1", "RUNX2"): given_efficiency(e, se_e)}))
    assert math.sqrt(found["shared_variance"][0]) == pytest.approx(of_quantity / (e**delta * math.log(2)), rel=1e-12)
    assert found["shared_spread"].tolist() == [0.0, 0.0]  # the lab's own error has no degrees of freedom to lose


def test_the_propagated_error_is_that_of_simulated_efficiencies():
    # quantities made with drawn log2 E, relative to the gene's mean sample: their SD over draws is what we say
    rng, cq, se = np.random.default_rng(3), np.array([20.0, 24.0, 25.0, 31.0]), 0.015
    drawn = -cq * (1.0 + rng.normal(0, se, (20000, 1)))
    relative = drawn - drawn.mean(axis=1, keepdims=True)
    rows = technical(*(("P1", f"D{i}", "RUNX2", c) for i, c in enumerate(cq)))
    found = with_shared_errors(calibrated(rows, None), known(se, 10.0))
    assert np.sqrt(found["shared_variance"]).tolist() == pytest.approx(relative.std(axis=0).tolist(), rel=0.02)


def test_nothing_is_added_where_the_error_of_the_efficiency_is_not_known():
    rows = calibrated(technical(("P1", "D1", "RUNX2", 22.0), ("P1", "D2", "RUNX2", 26.0)), None)
    for efficiencies in (None, known(NAN, NAN), known(0.02, 4.0, gene="BMP2")):
        assert with_shared_errors(rows, efficiencies)["shared_variance"].tolist() == [0.0, 0.0]


def test_references_share_their_errors_as_k_squared():
    # variances .04 and .08 of two genes: .12/4; spreads .0016/2 and .0064/4: .0024/16
    rows = technical(("P1", "D1", "GAPDH", 18.0), ("P1", "D1", "RPLP0", 19.0)).assign(
        shared_variance=[0.04, 0.08], shared_spread=[0.0008, 0.0016], outlier=[False, True]
    )
    found = shared_reference_errors(rows).iloc[0]
    assert found["reference_shared_variance"] == pytest.approx(0.03)
    assert found["reference_shared_spread"] == pytest.approx(0.00015)
    assert found["reference_outlier"]


def shifts(*rows):
    columns = ["plate", "gene", "shift", "variance", "df", "n", "calibrators"]
    return pd.DataFrame(rows, columns=columns)


def test_a_shift_is_taken_off_quantity_bound_and_floor_and_brings_its_error():
    rows = technical(("P1", "D1", "RUNX2", 22.0), ("P2", "D2", "RUNX2", 26.0))
    given = shifts(("P1", "RUNX2", 0.5, 0.01, 4, 2, "IRC"), ("P2", "RUNX2", NAN, NAN, 4, 0, "IRC"))
    found = with_shared_errors(calibrated(rows, given), None)
    assert found.iloc[0][["log2_quantity", "bound", "floor"]].tolist() == [-22.5, -22.5, -40.5]
    assert found["shared_variance"][0] == pytest.approx(0.01)
    assert found["shared_spread"][0] == pytest.approx(0.01**2 / 4)
    assert found["log2_quantity"].isna().tolist() == [False, True]
    assert found["efficiency"].isna().tolist() == [False, True]


def test_the_distance_in_cq_is_that_after_calibration():
    # Cq 20 and 26 on plates that read 1 log2 too high and too low
    rows = technical(("P1", "D1", "RUNX2", 20.0), ("P2", "D2", "RUNX2", 26.0))
    given = shifts(("P1", "RUNX2", 1.0, 0.0, np.inf, 2, "IRC"), ("P2", "RUNX2", -1.0, 0.0, np.inf, 2, "IRC"))
    both = Efficiencies({(p, "RUNX2"): Efficiency(2.0, "series", 0.02, 4.0) for p in ("P1", "P2")})
    found = with_shared_errors(calibrated(rows, given), both)
    assert found["shared_variance"].tolist() == pytest.approx([(2 * 0.02) ** 2] * 2)  # 21 and 25 about 23


def test_the_size_of_the_error_stands_as_rows():
    rows = calibrated(technical(("P1", "D1", "RUNX2", 22.0), ("P1", "D2", "RUNX2", 27.0)), None)
    found = tables.QPCR_QUALITY.frame(efficiency_error_rows(rows, known(0.02, 4.0)))
    assert found[["subject", "estimate", "unit", "n"]].to_numpy().tolist() == [
        ["per Cq", 0.02, "log2/Cq", 5],
        ["range of samples", pytest.approx(0.1), "log2", 5],
    ]
    assert efficiency_error_rows(rows, known(NAN, NAN)) == []


def test_a_gene_without_samples_or_quantities_has_its_error_per_cq_only():
    """BMP2 was run as standards only, and RUNX2 has no quantity: there is no range to carry an error over."""
    rows = calibrated(technical(("P1", "D1", "RUNX2", NAN)), None)
    for gene in ("BMP2", "RUNX2"):
        (said,) = efficiency_error_rows(rows, known(0.02, 4.0, gene=gene))
        assert (said["gene"], said["subject"], said["estimate"]) == (gene, "per Cq", 0.02)
