"""Units of standards to micrograms per culture well, by hand."""

import pytest

from mgassay.assays.plates.standard_units import ug_per_culture_well
from mgassay.errors import CalibrationError


@pytest.mark.parametrize(
    ("unit", "sample_volume_uL", "expected"),
    [
        ("ug/mL", None, 0.2),  # 1 ug/mL in 200 µL is 0.2 ug
        ("mg/dL", None, 2.0),
        ("mM", None, 40.078 * 0.2),
        ("µg/mL", None, 0.2),
        ("ug/well", 5.0, 40.0),  # 1 ug in 5 µL of 200 µL extract
    ],
)
def test_units_to_micrograms_per_culture_well(unit, sample_volume_uL, expected):
    factor = ug_per_culture_well(unit, volume_uL=200, sample_volume_uL=sample_volume_uL, g_per_mol=40.078)
    assert factor == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "molar", "code"), [("ug/well", 40.078, "MG316"), ("OD", 40.078, "MG315"), ("mM", None, "MG315")]
)
def test_units_that_lead_nowhere(unit, molar, code):
    with pytest.raises(CalibrationError) as caught:
        ug_per_culture_well(unit, volume_uL=200, sample_volume_uL=None, g_per_mol=molar)
    assert caught.value.code == code
