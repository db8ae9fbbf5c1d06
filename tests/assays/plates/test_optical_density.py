"""A lost decimal point is told; fluorescence is left in peace."""

import pytest

from mgassay import tables
from mgassay.assays.plates.optical_density import check_absorbances
from mgassay.experiment import RawFile
from mgassay.problems import Problems

RAW = RawFile(file="raw/ca.csv", assay="calcium", plate="ca")


@pytest.mark.parametrize(
    ("values", "status", "told"),
    [
        ([0.05, 0.686, 686, 1.2], "ok", [("MG328", "A3", "686")]),
        ([0.05, 1249, 0.9, 2104], "ok", [("MG328", "A2, A4", "2104, 1249")]),
        ([0.05, 0.686, 3.9, 1.2], "ok", []),
        ([0.05, 10.5, 10.0, 1.2], "ok", [("MG328", "A2", "10.5")]),
        ([0.05, 686, 687, 688, 689], "ok", [("MG328", "A2–A5", "689, 688, 687")]),  # three are enough to see what it is
        ([4.0, 686, 1249, 40], "ok", []),  # MG328 speaks of others below 4
        ([4.2, 686, 1249, 40], "ok", []),  # none that an absorbance would usually be
        ([50, 686, 1249, 40], "ok", []),  # fluorescence, or thousandths throughout: its standards tell
        ([0.05, 0.686, 686, 1.2], "masked", []),
    ],
)
def test_what_no_photometer_measures(values, status, told):
    wells = tables.WELLS.frame(
        {"well": f"A{k + 1}", "value": v, "status": status if v > 10 else "ok"} for k, v in enumerate(values)
    )
    problems = Problems()
    check_absorbances(wells, RAW, problems)
    assert [(p.code, p.place, p.seen) for p in problems] == told
