"""Concentrations by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mgassay.units import CALCIUM_G_PER_MOL, known_units, plain, ug_per_mL_factor


def test_one_mg_per_dl_of_calcium_is_a_quarter_millimolar():
    # DESIGN section 5: Ca 40.078 g/mol, 1 mg/dL = 0.24951 mM = 10 ug/mL
    mg_per_dL, mM = ug_per_mL_factor("mg/dL"), ug_per_mL_factor("mM", g_per_mol=CALCIUM_G_PER_MOL)
    assert mg_per_dL == 10
    assert mg_per_dL / mM == pytest.approx(0.24951, abs=5e-6)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("ug/mL", 1), ("mg/mL", 1000), ("mg/L", 1), ("g/L", 1000), ("ng/uL", 1), ("mg/dL", 10)],
)
def test_mass_concentrations(unit, factor):
    assert ug_per_mL_factor(unit) == factor


@pytest.mark.parametrize(("unit", "factor"), [("M", 100_000), ("mM", 100), ("uM", 0.1), ("nM", 0.0001)])
def test_molar_concentrations_of_100_g_per_mol(unit, factor):
    # 1 mM of 100 g/mol is 100 mg/L = 100 ug/mL
    assert ug_per_mL_factor(unit, g_per_mol=100.0) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize("micro", ["µg/mL", "μg/mL", " ug/mL "])
def test_micro_sign_and_greek_mu_are_one(micro):
    assert plain(micro) == "ug/mL"
    assert ug_per_mL_factor(micro) == 1


@pytest.mark.parametrize("unit", ["", "ug", "ug/well", "UG/ML", "mm", "mmol", "%"])
def test_what_is_no_concentration_is_refused(unit):
    with pytest.raises(ValueError, match="concentration"):
        ug_per_mL_factor(unit, g_per_mol=40.0)


def test_a_molar_unit_without_molar_mass_is_refused():
    with pytest.raises(ValueError, match="mM"):
        ug_per_mL_factor("mM")


def test_every_known_unit_is_taken_in_ascii():
    assert all(ug_per_mL_factor(unit, g_per_mol=40.0) > 0 for unit in known_units())
    assert all(unit.isascii() for unit in known_units())


@given(st.text())
def test_plain_is_stable(text):
    assert plain(plain(text)) == plain(text)
