"""What is dissolved in a medium and what may fall out of it, as a chemist writes it."""

import re
from collections.abc import Mapping

SOLIDS: Mapping[str, str] = {
    "hap": "hydroxyapatite",
    "ocp": "octacalcium phosphate",
    "dcpd": "brushite",
    "btcp": "β-tricalcium phosphate",
    "acp": "amorphous Ca phosphate (ACP), as Ca₃(PO₄)₂",
    "acp1": "amorphous Ca phosphate, first form (ACP1)",
    "acp2": "amorphous Ca phosphate, second form (ACP2)",
    "newberyite": "newberyite",
    "mg3po42": "Mg₃(PO₄)₂ · 22 H₂O",
    "calcite": "calcite",
    "acc": "amorphous Ca carbonate (ACC)",
    "struvite": "struvite",
}
# Parts of a formula that stand for more than an element; NH3 with one more H is NH4.
_PARTS = {"AmmH": "NH4", "Amm": "NH3", "Atp": "ATP", "Pp": "P2O7", "Alb": "·albumin", "Gp": "β-glycerophosphate"}
_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_HIGH = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def species_name(species: str) -> str:
    """A species or solid of medium_species.csv in words or as a formula.

    >>> species_name("CaHPO4"), species_name("MgAtp-2"), species_name("NaPp-3"), species_name("Mg(SO4)2-2")
    ('CaHPO₄', 'MgATP²⁻', 'NaP₂O₇³⁻', 'Mg(SO₄)₂²⁻')
    >>> species_name("CaAlb+2"), species_name("CaOH+"), species_name("hap")
    ('Ca·albumin²⁺', 'CaOH⁺', 'hydroxyapatite')
    """
    if species in SOLIDS:
        return SOLIDS[species]
    parts = re.fullmatch(r"(.*?)(?:([+-])(\d*))?", species)
    formula, sign, charge = parts.groups("") if parts else (species, "", "")
    for code, written in _PARTS.items():
        formula = formula.replace(code, written)
    return formula.removeprefix("·").translate(_LOW) + f"{charge}{sign}".translate(_HIGH)
