"""What plates of living cells share; placement itself is proven with viability and magnesium."""

import pytest

from mgassay import tables
from mgassay.assays.cells.cell_plates import read_at, wavelength_pair
from mgassay.experiment import RawFile


@pytest.mark.parametrize(
    ("text", "pair"),
    [("340;380", (340.0, 380.0)), ("690;570", (690.0, 570.0)), ("570", None), ("", None), ("570;", None)],
)
def test_a_pair_keeps_the_labs_order(text, pair):
    assert wavelength_pair(RawFile(file="f", assay="viability", plate="p", wavelength_nm=text)) == pair


def test_reads_are_told_apart_by_wavelength_within_a_filters_tolerance():
    wells = tables.WELLS.frame(
        {"well": f"A{i}", "wavelength_nm": nm} for i, nm in enumerate((340, 344.5, 346, 380, None))
    )
    assert read_at(wells, 340).well.tolist() == ["A0", "A1"]
