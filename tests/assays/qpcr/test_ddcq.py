"""Two groups compared as the papers do it, against their printed numbers."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mgassay.assays.qpcr.ddcq import ddcq_pooled_t, hodges_lehmann, relative_quantity

REFERENCE = Path(__file__).parents[2] / "reference" / "qpcr"


def numbers(name):
    with (REFERENCE / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


EXPECTED = {(r["dataset"], r["quantity"]): r for r in numbers("expected.csv")}


def published(dataset, quantity):
    """The number before rounding, after proof that it rounds to the printed one within the paper's own precision."""
    row = EXPECTED[dataset, quantity]
    assert abs(float(row["unrounded"]) - float(row["expected"])) <= float(row["tolerance"])
    return pytest.approx(float(row["unrounded"]), rel=1e-8)


def livak(table, tissue):
    rows = [r for r in numbers("livak2001.csv") if (r["table"], r["tissue"]) == (table, tissue)]
    return np.array([float(r["c_myc"]) for r in rows]), np.array([float(r["gapdh"]) for r in rows])


@pytest.mark.parametrize(("table", "same_well"), [("ct1", False), ("ct2", True)])
def test_livak_2001_every_printed_number(table, same_well):
    found = relative_quantity(livak(table, "kidney"), livak(table, "brain"), same_well=same_well)
    dataset = f"livak2001_{table}"
    assert found.dcq_calibrator == published(dataset, "brain dCt")
    assert found.dcq == published(dataset, "kidney dCt")
    assert found.ddcq == published(dataset, "ddCt")
    assert found.rq == published(dataset, "RQ kidney")
    assert found.rq_low == published(dataset, "RQ lo")
    assert found.rq_high == published(dataset, "RQ hi")


def yuan(group):
    rows = [r for r in numbers("yuan2006.csv") if r["group"] == group]
    return np.array([float(r["target"]) - float(r["reference"]) for r in rows])


def test_yuan_2006_t_test_and_rank_test():
    treated, control = yuan("treatment"), yuan("control")
    estimate, low, high = ddcq_pooled_t(treated, control)
    assert estimate == published("yuan2006", "t-test est")
    assert low == published("yuan2006", "pooled t CI lo")
    assert high == published("yuan2006", "pooled t CI hi")
    assert hodges_lehmann(treated, control) == published("yuan2006", "Wilcoxon HL est")


def test_every_livak_and_yuan_number_is_asked_for():
    # the interval of the Hodges-Lehmann shift is a rank interval, which nothing in mgassay offers
    asked = {"brain dCt", "kidney dCt", "ddCt", "RQ kidney", "RQ lo", "RQ hi", "t-test est", "pooled t CI lo"}
    asked |= {"pooled t CI hi", "Wilcoxon HL est"}
    assert {quantity for _, quantity in EXPECTED} - asked == {"HL lo", "HL hi"}
