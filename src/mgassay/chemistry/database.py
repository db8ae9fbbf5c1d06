"""A set of constants as the database text that PHREEQC takes."""

import functools
from collections.abc import Iterator

from mgassay.chemistry.constants import CarbonDioxide, ConstantSet, Reaction, Solid, dissolved, ligands, solids

# Element, its bare ion, what its amount is given as, and its molar mass (only totals in mol are ever given).
MASTERS = (
    ("H", "H+", -1.0, "H", 1.008),
    ("H(0)", "H2", 0.0, "H", 1.008),
    ("H(1)", "H+", -1.0, "H", 1.008),
    ("E", "e-", 0.0, "0.0", 0.0),
    ("O", "H2O", 0.0, "O", 15.999),
    ("O(0)", "O2", 0.0, "O", 15.999),
    ("O(-2)", "H2O", 0.0, "O", 15.999),
    ("Ca", "Ca+2", 0.0, "Ca", 40.078),
    ("Mg", "Mg+2", 0.0, "Mg", 24.305),
    ("Na", "Na+", 0.0, "Na", 22.990),
    ("K", "K+", 0.0, "K", 39.098),
    ("Cl", "Cl-", 0.0, "Cl", 35.453),
    ("C", "CO3-2", 2.0, "HCO3", 12.011),
    ("C(4)", "CO3-2", 2.0, "HCO3", 12.011),
    ("Alkalinity", "CO3-2", 1.0, "Ca0.5(CO3)0.5", 50.05),
    ("S", "SO4-2", 0.0, "SO4", 32.065),
    ("S(6)", "SO4-2", 0.0, "SO4", 32.065),
    ("P", "PO4-3", 2.0, "PO4", 30.974),
    ("Amm", "AmmH+", 0.0, "AmmH", 17.031),
)
_OF_WATER = ("e-", "H2O")  # beside the ions; PHREEQC also wants water's own gases
_GASES = """2 H2O = O2 + 4 H+ + 4 e-
 log_k -86.08
 delta_h 563.96 kJ
2 H+ + 2 e- = H2
 log_k -3.15
 delta_h -7.36 kJ"""


def bare_ions() -> tuple[str, ...]:
    """The ions that everything in a medium is made of."""
    ions = dict.fromkeys(ion for _, ion, *_ in MASTERS if ion not in (*_OF_WATER, "H2", "O2"))
    return (*ions, *(part.ion for part in ligands()))


@functools.cache
def phase_name(key: str) -> str:
    """What a solid is called inside PHREEQC, apart from every formula."""
    return f"solid_{key}"


def database_text(chosen: ConstantSet) -> str:
    """The whole database of one set."""
    return "\n".join([*_masters(), *_species(chosen), *_phases(chosen), "END", ""])


def _masters() -> Iterator[str]:
    """The elements."""
    yield "SOLUTION_MASTER_SPECIES"
    for element, ion, alkalinity, given_as, mass in MASTERS:
        yield f" {element} {ion} {alkalinity} {given_as} {mass}"
    for part in ligands():
        yield f" {part.element} {part.ion} 0.0 {part.formula_mass} {part.formula_mass}"


def _species(chosen: ConstantSet) -> Iterator[str]:
    """The ions by themselves, then what they form."""
    yield "SOLUTION_SPECIES"
    for ion in (*bare_ions(), *_OF_WATER):
        yield f"{ion} = {ion}"
        yield " log_k 0"
        if ion in chosen.gammas:
            yield f" -gamma {chosen.gammas[ion][0]} {chosen.gammas[ion][1]}"
    yield _GASES
    for one in dissolved(chosen):
        yield from _reaction(one, one.delta_h_kJ)
        if one.gamma is not None:
            yield f" -gamma {one.gamma[0]} {one.gamma[1]}"


def _phases(chosen: ConstantSet) -> Iterator[str]:
    """The solids, and the gas that sets the carbonate."""
    yield "PHASES"
    for solid in solids().values():
        yield phase_name(solid.key)
        yield from _reaction(solid, None)
    if chosen.carbon_dioxide is not None:
        yield "CO2(g)"
        yield from _gas(chosen.carbon_dioxide)


def _gas(gas: CarbonDioxide) -> Iterator[str]:
    """Carbon dioxide, with its critical point where the set has it."""
    yield from _reaction(gas, gas.delta_h_kJ)
    if gas.critical_K is not None:
        yield f" -T_c {gas.critical_K}"
        yield f" -P_c {gas.critical_atm}"
        yield f" -Omega {gas.acentric}"


def _reaction(one: Reaction, delta_h_kJ: float | None) -> Iterator[str]:
    """A reaction with its constant; a solid's own formula holds no blank."""
    yield f" {one.reaction}" if isinstance(one, (Solid, CarbonDioxide)) else one.reaction
    if one.log_k is not None:
        yield f" log_k {one.log_k}"
    if delta_h_kJ is not None:
        yield f" delta_h {delta_h_kJ} kJ"
    if one.analytic is not None:
        yield f" -analytical_expression {' '.join(map(str, one.analytic))}"
