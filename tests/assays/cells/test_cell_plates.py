"""What plates of living cells share; placement itself is proven with viability and magnesium."""

import pytest

from mgassay import tables
from mgassay.assays.cells.cell_plates import is_other_plate, read_at, wavelength_pair
from mgassay.experiment import RawFile
from mgassay.problems import Problems


@pytest.mark.parametrize(
    ("text", "pair"),
    [("340;380", (340.0, 380.0)), ("690;570", (690.0, 570.0)), ("570", None), ("", None), ("570;", None)],
)
def test_a_pair_keeps_the_labs_order(text, pair):
    assert wavelength_pair(RawFile(file="f", assay="viability", plate="p", wavelength_nm=text)) == pair


def test_reads_are_told_apart_by_wavelength_within_a_filters_tolerance():
    wells = tables.WELLS.frame(
        {"well": f"A{i}", "wavelength_nm": nm} for i, nm in enumerate((340, 344.5, 346, 380, None, 345, 335))
    )
    assert read_at(wells, 340).well.tolist() == ["A0", "A1", "A5", "A6"]


@pytest.mark.parametrize(("confirm", "refused"), [((), True), (("MG326",), False)])
def test_another_plate_is_refused_unless_the_lab_insists_and_chance_is_not_told(bench, monkeypatch, confirm, refused):
    """MG327 says that alike wells agree by chance only; where nothing harms cells, all wells read the same."""

    def found(experiment, raw, single, problems):
        problems.add("MG326", file=raw.file, plate=raw.plate, seen="the layout “other”", layout="own")
        problems.add("MG327", file=raw.file, plate=raw.plate, seen="0.4", layout="own")
        return True

    monkeypatch.setattr("mgassay.assays.cells.cell_plates.is_misplaced", found)
    plate, problems = bench.plate(bench.experiment(files=[bench.CA], confirm=confirm), bench.ca("C1", 0.4)), Problems()
    assert is_other_plate(plate, plate.wells, problems) is refused
    assert [(p.code, p.seen) for p in problems] == [("MG326", "the layout “other”")]
