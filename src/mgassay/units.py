"""Units in ASCII, and the few conversions an assay needs.

Molar mass of calcium 40.078 g/mol (IUPAC 2021 standard atomic weight); 1 mg/dL = 10 ug/mL.
"""

import math
import unicodedata

LN2 = math.log(2.0)  # natural logs in one of base 2
CALCIUM_G_PER_MOL = 40.078

# g/mol of what an assay's standards are: calcium; Alizarin Red S as its sodium salt, C14H7NaO7S, the form that is sold
# (anhydrous; 342.253 by the atomic weights of 2021); p-nitrophenol, C6H5NO3.
MOLAR_MASS = {"calcium": CALCIUM_G_PER_MOL, "alizarin_extract": 342.26, "alp": 139.11}

_TO_UG_PER_ML = {"ug/mL": 1.0, "mg/mL": 1000.0, "mg/dL": 10.0, "g/L": 1000.0, "mg/L": 1.0, "ng/uL": 1.0}
_TO_MILLIMOLAR = {"M": 1000.0, "mM": 1.0, "uM": 1e-3, "nM": 1e-6}
_MOLAR_ALSO = {
    "mol/L": "M", "mmol/L": "mM", "umol/mL": "mM", "umol/L": "uM", "nmol/mL": "uM", "nmol/L": "nM",
}  # fmt: skip


def plain(text: str) -> str:
    """One spelling for signs that look alike (NFKC), the micro sign as `u`, and amounts per volume as molarities.

    >>> plain("µg/mL"), plain("μg/mL"), plain("²"), plain("mmol/L")
    ('ug/mL', 'ug/mL', '2', 'mM')
    """
    spelt = unicodedata.normalize("NFKC", text).replace("μ", "u").strip()
    return _MOLAR_ALSO.get(spelt, spelt)


def known_units() -> list[str]:
    """Concentration units that `ug_per_mL_factor` takes, in the spelling it takes them."""
    return [*_TO_UG_PER_ML, *_TO_MILLIMOLAR]


def ug_per_mL_factor(unit: str, *, g_per_mol: float | None = None) -> float:
    """What a concentration in `unit` is multiplied by to become ug/mL.

    Molar units need the molar mass in g/mol: 1 mM of M g/mol is M ug/mL.
    Raises ValueError for a unit that is not a concentration, or a molar unit without a molar mass.

    >>> ug_per_mL_factor("mg/dL"), ug_per_mL_factor("mM", g_per_mol=CALCIUM_G_PER_MOL)
    (10.0, 40.078)
    """
    name = plain(unit)
    if name in _TO_UG_PER_ML:
        return _TO_UG_PER_ML[name]
    if name in _TO_MILLIMOLAR and g_per_mol is not None:
        return _TO_MILLIMOLAR[name] * g_per_mol
    raise ValueError(f"{unit!r} is not a concentration that can be turned into ug/mL")
