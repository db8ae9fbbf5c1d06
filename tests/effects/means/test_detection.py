import numpy as np
import pytest

from mgassay.effects.means.detection import limits_of_detection


def rows(lab, *pairs, readout="gene:RUNX2"):
    """Amounts of one gene from (value, limit)."""
    return lab.amounts(
        {"readout": readout, "condition": "scr_08", "donor": f"D{i}", "value": v, "limit": x, "unit": "log2"}
        for i, (v, x) in enumerate(pairs)
    )


def test_a_non_detect_lies_below_the_latest_cq_that_was_seen(lab):
    """Last cycle 40. Seen at Cq 34 and 36.5 (3.5 above the floor); the missed sample has its references one lower."""
    amounts = rows(lab, (-14.0, -20.0), (-16.5, -20.0), (np.nan, -21.0))
    assert limits_of_detection(amounts).tolist() == pytest.approx([-20.0, -20.0, -17.5])


def test_without_a_value_the_limit_is_the_last_cycle(lab):
    assert limits_of_detection(rows(lab, (np.nan, -20.0), (np.nan, -21.0))).tolist() == [-20.0, -21.0]


def test_genes_are_apart_and_other_readouts_stay(lab):
    import pandas as pd

    calcium = rows(lab, (5.0, 1.0), (np.nan, 1.0), readout="calcium")
    bmp2 = rows(lab, (-10.0, -20.0), (np.nan, -20.0), readout="gene:BMP2")
    both = pd.concat([calcium, bmp2, rows(lab, (np.nan, -20.0))], ignore_index=True)
    assert limits_of_detection(both).tolist() == [1.0, 1.0, -20.0, -10.0, -20.0]


def test_a_cq_at_the_last_cycle_moves_nothing(lab):
    assert limits_of_detection(rows(lab, (-20.5, -20.0), (np.nan, -20.0)))[1] == -20.0
