"""Names of species: every one that a set of constants knows is written as a chemist writes it."""

import re

import pytest

from mgassay.chemistry.constants import constant_sets, solids
from mgassay.chemistry.engine import species_of
from mgassay.report.species_names import SOLIDS, species_name


def test_every_solid_has_a_name():
    assert set(SOLIDS) == set(solids())


@pytest.mark.parametrize("constant_set", constant_sets())
def test_no_species_keeps_the_code_of_the_engine(constant_set):
    names = {s: species_name(s) for s in species_of(constant_set)}
    assert len(set(names.values())) == len(names)
    assert not [n for n in names.values() if re.search(r"[0-9+\-]|Atp|Pp|Alb|Amm|Gp", n.replace("β-glycero", ""))]


@pytest.mark.parametrize(
    ("species", "name"),
    [("AmmH+", "NH₄⁺"), ("Amm", "NH₃"), ("AmmHSO4-", "NH₄SO₄⁻"), ("H2Pp-2", "H₂P₂O₇²⁻"),
     ("Gp-2", "β-glycerophosphate²⁻"),
     ("Ca+2", "Ca²⁺"), ("Alb", "albumin"), ("acp2", "amorphous Ca phosphate, second form (ACP2)")],
)  # fmt: skip
def test_by_hand(species, name):
    assert species_name(species) == name
