"""Documents as allotropy 0.1.150 writes them (their shape was looked at in its output), with the traps in them."""

import math

import pytest

from mgassay.errors import UnreadableError
from mgassay.readers.allotropy_document import blocks_from_document


def measurement(well, value, *, nm=570.0, unit="mAU", note="", plate="Plate 1", **more):
    notes = {"error aggregate document": {"error document": [{"error": note, "error feature": "absorbance"}]}}
    return {
        "device control aggregate document": {
            "device control document": [
                {"device type": "plate reader", "detector wavelength setting": {"value": nm, "unit": "nm"}}
            ]
        },
        "sample document": {"location identifier": well, "well plate identifier": plate},
        "absorbance": {"value": value, "unit": unit},
        **(notes if note else {}),
        **more,
    }


def document(*measurements, kind="plate reader"):
    held = [{"measurement aggregate document": {"measurement document": [m]}} for m in measurements]
    return {f"{kind} aggregate document": {f"{kind} document": held}}


def tokens(block):
    return {s.well: block.sheet.cell(s.row, s.col) for s in block.spots}


def test_an_overflow_is_its_note_and_never_minus_zero():
    (block,) = blocks_from_document(document(measurement("A1", 0.5), measurement("A02", -0.0, note="OVRFLW")))
    assert tokens(block) == {"A1": "0.5", "A2": "OVRFLW"}
    assert (block.wavelength_nm, block.channel, block.label) == (570.0, "A570", "Plate 1")
    assert block.sheet.place(1, 0) == "value 2"


@pytest.mark.parametrize(("change", "seen"), [({"nm": 1.0}, "1.0 nm"), ({"unit": "RFU"}, "absorbance in RFU")])
def test_wavelengths_and_units_that_cannot_be_are_refused(change, seen):
    with pytest.raises(UnreadableError, match="MG164") as refused:
        blocks_from_document(document(measurement("A1", 0.5, **change)))
    assert seen in refused.value.seen


def test_plates_and_wavelengths_are_kept_apart():
    blocks = blocks_from_document(
        document(measurement("A1", 0.5), measurement("A1", 0.6, plate="Plate 2"), measurement("A1", 0.7, nm=405.0))
    )
    assert [(b.label, b.wavelength_nm) for b in blocks] == [("Plate 1", 570), ("Plate 2", 570), ("Plate 1", 405)]


def test_a_kinetic_cube_is_read_by_its_times():
    cube = {
        "cube-structure": {
            "dimensions": [{"concept": "elapsed time", "unit": "s"}],
            "measures": [{"concept": "absorbance", "unit": "mAU"}],
        },
        "data": {"dimensions": [[0.0, 30.0]], "measures": [[0.1, None]]},
    }
    given = measurement("B3", 0.0)
    del given["absorbance"]
    first, second = blocks_from_document(document({**given, "absorption profile data cube": cube}))
    assert (first.read_index, first.time_s, tokens(first)) == (0, 0.0, {"B3": "0.1"})
    assert (second.read_index, second.time_s, tokens(second)) == (1, 30.0, {"B3": "nan"})
    cube["cube-structure"]["dimensions"][0]["concept"] = "wavelength"
    with pytest.raises(UnreadableError, match="MG164"):
        blocks_from_document(document({**given, "absorption profile data cube": cube}))


def test_fluorescence_has_its_own_unit_and_may_have_no_wavelength():
    given = measurement("A1", 0.0)
    del given["absorbance"], given["device control aggregate document"]
    (block,) = blocks_from_document(document({**given, "fluorescence": {"value": 120.0, "unit": "RFU"}}))
    assert block.channel == "fluorescence"
    assert math.isnan(block.wavelength_nm)


def test_what_is_no_plate_reader_gives_nothing_and_a_well_that_is_none_is_refused():
    assert blocks_from_document({"$asm.manifest": "x"}) == []
    with pytest.raises(UnreadableError, match="MG130"):
        blocks_from_document(document(measurement("cuvette", 0.5)))
