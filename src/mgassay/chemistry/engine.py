"""PHREEQC, asked for one medium after another: one engine per process, one database loaded at a time."""

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from mgassay.chemistry.composition import Medium
from mgassay.chemistry.constants import constant_sets, dissolved, solids
from mgassay.chemistry.database import bare_ions, database_text, phase_name
from mgassay.errors import ContractError, MgassayError

TEMPERATURE_C = 37.0
NOT_THERE_MM = 1e-60  # PHREEQC gives 1e-96 mM of a species of which the medium does not hold every part
ABSENT = -99.0  # PHREEQC gives -99.99 for the saturation in a solid of which the medium holds a part only
_ATM_IN_HUMID_AIR = (760.0 - 47.0) / 760.0  # of 1 atm, less the 47 mmHg of water vapour at 37 C


class SpeciationError(MgassayError):
    """PHREEQC found no equilibrium for a medium; the text is its own."""


@dataclass(frozen=True)
class Speciation:
    """A medium at equilibrium: amounts by species (mM), saturation by solid (log10); 0 and NaN where a part is absent.

    `charge_error` is the charge that is left over the sum of all charges (a proportion).
    """

    pH: float
    ionic_strength_M: float
    amounts_mM: Mapping[str, float]
    saturation: Mapping[str, float]
    charge_error: float


class Engine:
    """One PHREEQC; asks for another set of constants load that set's database first."""

    def __init__(self) -> None:
        from phreeqc import Phreeqc

        self._phreeqc = Phreeqc()
        self._loaded = ""

    def speciation(self, medium: Medium, constant_set: str) -> Speciation:
        """A medium at equilibrium by one set of constants.

        Raises SpeciationError where there is none, ContractError for a database that PHREEQC refuses.
        """
        self._load(constant_set)
        if self._phreeqc.RunString(solution_text(medium)):
            raise SpeciationError(str(self._phreeqc.GetErrorString()).strip())
        found = self._phreeqc.GetSelectedOutput()
        values = {n: float(column[-1]) for n, column in zip(punched(constant_set), found.values(), strict=True)}
        return _speciation_from_values(values)

    def _load(self, constant_set: str) -> None:
        """Makes a set the one in force."""
        if self._loaded == constant_set:
            return
        refused = self._phreeqc.LoadDatabaseString(database_text(constant_sets()[constant_set]))
        if refused or self._phreeqc.RunString(_punch_text(punched(constant_set))):
            raise ContractError(f"constants {constant_set}: {self._phreeqc.GetErrorString()}")
        self._loaded = constant_set


@functools.cache
def engine() -> Engine:
    """The engine of this process."""
    return Engine()


@functools.cache
def speciation_of(medium: Medium, constant_set: str) -> Speciation:
    """A medium at equilibrium; conditions that share a medium share its equilibrium."""
    return engine().speciation(medium, constant_set)


def start_anew() -> None:
    """Forgets what was computed in this process.

    The last digits of PHREEQC rest on what it computed before, so that a long-lived process would give other bytes than
    one of its own.
    """
    speciation_of.cache_clear()
    engine.cache_clear()


@functools.cache
def species_of(constant_set: str) -> tuple[str, ...]:
    """Every dissolved species of a set, bare ions first."""
    return tuple(dict.fromkeys((*bare_ions(), *(s.formula for s in dissolved(constant_sets()[constant_set])))))


@functools.cache
def punched(constant_set: str) -> Mapping[str, str]:
    """What is asked of PHREEQC, by name: its own expression."""
    amounts = {f"amount {s}": f'MOL("{s}")*1e3' for s in species_of(constant_set)}
    saturation = {f"saturation {k}": f'SI("{phase_name(k)}")' for k in solids()}
    whole = {"pH": '-LA("H+")', "ionic strength": "MU", "error": "PERCENT_ERROR"}
    return {**whole, **amounts, **saturation}


def _punch_text(names: Mapping[str, str]) -> str:
    """The lines that ask for these values."""
    lines = [f" {10 * i} PUNCH {expression}" for i, expression in enumerate(names.values(), 1)]
    headings = " ".join(f"v{i}" for i in range(len(names)))
    opened = ["SELECTED_OUTPUT 1", " -reset false", " -high_precision true", "USER_PUNCH 1"]
    return "\n".join([*opened, f" -headings {headings}", " -start", *lines, " -end", "END", ""])


def solution_text(medium: Medium) -> str:
    """A medium as PHREEQC takes it, amounts per kg of water.

    With a measured pH the chloride makes up the charge; without one the pH does. Carbonate stands under the gas, or is
    the given total.
    """
    measured = not math.isnan(medium.pH)
    gas = medium.co2_percent > 0
    lines = ["SOLUTION 1", f" temp {TEMPERATURE_C}", " units mmol/kgw"]
    lines.append(f" pH {medium.pH!r}" if measured else " pH 7.4 charge")
    for element, amount in medium.totals_mM:
        lines.append(f" {element} {float(amount)!r}" + (" charge" if element == "Cl" and measured else ""))
    if gas:
        pressure = math.log10(medium.co2_percent / 100.0 * _ATM_IN_HUMID_AIR)
        lines.append(f" C {max(medium.carbonate_mM, 1.0)!r} CO2(g) {pressure!r}")
    elif medium.carbonate_mM > 0:
        lines.append(f" C {medium.carbonate_mM!r}")
    return "\n".join([*lines, "END", ""])


def _speciation_from_values(values: Mapping[str, float]) -> Speciation:
    """What PHREEQC gave, by kind."""
    given = {n.removeprefix("amount "): v for n, v in values.items() if n.startswith("amount ")}
    amounts = {species: amount if amount > NOT_THERE_MM else 0.0 for species, amount in given.items()}
    found = {n.removeprefix("saturation "): v for n, v in values.items() if n.startswith("saturation ")}
    saturation = {key: value if value > ABSENT else math.nan for key, value in found.items()}
    return Speciation(values["pH"], values["ionic strength"], amounts, saturation, values["error"] / 100.0)
