"""Genes under treatment by ranks: which donors enter, and when there is no row."""

import numpy as np
import pytest

from mgassay import tables
from mgassay.assays.qpcr.expression_shift import rank_rows
from mgassay.assays.qpcr.treatments import Treatment

MG = Treatment("Mg", "ca20", "ca08")


def rows(*values):
    """Rows from (condition, donor, log2 expression of RUNX2)."""
    given = [{"readout": "gene:RUNX2", "condition": c, "donor": d, "value": v} for c, d, v in values]
    return tables.QPCR_QUALITY.frame(rank_rows(tables.AMOUNTS.frame(given), [MG]))


def paired(changes):
    return [(c, f"D{i}", -5.0 + (c == "ca20") * x) for i, x in enumerate(changes) for c in ("ca08", "ca20")]


def test_donors_with_both_conditions_are_pairs_whose_reps_are_averaged_first():
    # changes −1 … −6 of six donors, D0's two reps at −.5 and −1.5: Walsh median −3.5, the whole range as interval
    given = [*paired([-0.5, -2.0, -3.0, -4.0, -5.0, -6.0]), ("ca20", "D0", -6.5), ("ca08", "alone", -9.0)]
    (found,) = rows(*given).to_dict("records")
    assert (found["gene"], found["measure"], found["unit"], found["n"]) == ("RUNX2", "rank_shift", "log2", 6)
    assert found["subject"] == "Mg: ca20 / ca08, by donor"
    assert (found["estimate"], found["ci_low"], found["ci_high"]) == (-3.5, -6.0, -1.0)
    assert found["p"] == pytest.approx(2 / 64)


def test_other_donors_in_each_condition_are_two_groups():
    # differences of (−7 −8 −9 −9.5) and (−5 −5.5 −6 −6.5): from −4.5 to −.5
    given = [("ca08", f"A{i}", v) for i, v in enumerate((-5.0, -5.5, -6.0, -6.5))]
    given += [("ca20", f"B{i}", v) for i, v in enumerate((-7.0, -8.0, -9.0, -9.5))]
    (found,) = rows(*given).to_dict("records")
    assert (found["subject"], found["n"]) == ("Mg: ca20 / ca08, donors apart", 8)
    assert (found["ci_low"], found["ci_high"]) == (-4.5, -0.5)
    assert found["p"] == pytest.approx(2 / 70)


def test_no_row_without_an_interval_or_with_a_non_detect():
    changes = [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]
    assert len(rows(*paired(changes))) == 1
    assert len(rows(*paired(changes[:5]))) == 0
    assert len(rows(*paired([*changes, np.nan]))) == 0
    assert len(rows(("ca08", "D1", -5.0), ("ca08", "D2", -5.0))) == 0
    assert len(rows()) == 0


@pytest.mark.parametrize("without", ["ca08", "ca20"])
def test_one_donor_without_a_cq_in_one_condition_leaves_no_row(without):
    # seven pairs: six would still give an interval, but of what was seen alone
    given = paired([-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0])
    assert len(rows(*given)) == 1
    lost = [(c, d, np.nan if (c, d) == (without, "D6") else value) for c, d, value in given]
    assert len(rows(*lost)) == 0
