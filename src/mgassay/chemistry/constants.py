"""Constants of our own (resources/chemistry): ion pairs in several sets, ligands, solids; each with source and range.

The values are frozen here, so that an update of the program that solves them changes no result. A log K is at 25 C
with a reaction enthalpy, or follows PHREEQC's expression of temperature: a + b T + c / T + d log10 T + e / T^2 + f T^2.
"""

import functools
import math
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from mgassay.errors import ContractError
from mgassay.presets import RESOURCES, Named, Part, presets_in

FOLDER = RESOURCES / "chemistry"
BODY_KELVIN = 310.15

Analytic = Annotated[list[float], Field(min_length=2, max_length=6)]
Gamma = tuple[float, float]  # ion size (angstrom) and b of Truesdell and Jones; (0, b) of a neutral species is b I


class Reaction(Part):
    """What every constant has; `read_in` is where its number was read, "" for one that is only commonly cited."""

    reaction: str = Field(pattern=r"^.+ = .+$")
    log_k: float | None = None
    analytic: Analytic | None = None
    temperature_C: float = Field(ge=0, le=50)
    source: str = Field(min_length=1)
    read_in: str = ""

    @model_validator(mode="after")
    def _has_a_constant(self) -> "Reaction":
        """A constant, or how it follows temperature."""
        if self.log_k is None and self.analytic is None:
            raise ValueError(f"{self.reaction} has no constant")
        return self

    @property
    def constant_37C(self) -> float:
        """The log K at 37 C by its expression, else as it stands."""
        if self.analytic is None:
            return self.log_k if self.log_k is not None else math.nan
        kelvin = BODY_KELVIN
        terms = (1.0, kelvin, 1.0 / kelvin, math.log10(kelvin), kelvin**-2, kelvin**2)
        return math.fsum(a * x for a, x in zip(self.analytic, terms, strict=False))


class Species(Reaction):
    """A dissolved species by how it forms; `formation_37C` is the range over sets and sources, from the ions."""

    delta_h_kJ: float | None = None
    gamma: Gamma | None = None
    formation_37C: Gamma

    @property
    def formula(self) -> str:
        """The first product, which is the one that the reaction is for."""
        return self.reaction.split(" = ")[1].split(" + ")[0]


class CarbonDioxide(Reaction):
    """The gas that a medium stands under; `critical_*` and `acentric` are those of Peng and Robinson."""

    delta_h_kJ: float | None = None
    critical_K: float | None = None
    critical_atm: float | None = None
    acentric: float | None = None


class Solid(Reaction):
    """A solid by how it dissolves; `low_pK` to `high_pK` is the range of -log10 of its product over the sources."""

    key: str = Field(pattern=r"^[a-z0-9]+$")
    name: str
    low_pK: float
    high_pK: float


class Ligand(Part):
    """What is in a medium beside its salts; `ion` is the form that all others are made from."""

    element: str = Field(pattern=r"^[A-Z][a-z]+$")
    ion: str
    name: str
    formula_mass: float = Field(gt=0)
    species: list[Species] = Field(default_factory=list)


class ConstantSet(Named):
    """Ion pairs that were chosen together; `extends` names a set whose species hold where this one has none."""

    title: str
    source: str
    extends: str = ""
    gammas: dict[str, Gamma] = Field(default_factory=dict)
    species: list[Species] = Field(min_length=1)
    carbon_dioxide: CarbonDioxide | None = None


class SolidFile(Named):
    """One file of solids."""

    title: str
    note: str
    solid: list[Solid] = Field(min_length=1)


class LigandFile(Named):
    """One file of ligands."""

    title: str
    note: str
    ligand: list[Ligand] = Field(min_length=1)


@functools.cache
def constant_sets() -> Mapping[str, ConstantSet]:
    """All sets by id, each whole: what it extends is filled in.

    Raises ContractError for a set without what it extends or without carbon dioxide: the files are ours.
    """
    found = presets_in(FOLDER / "constants", ConstantSet)
    return {name: _whole(one, found) for name, one in found.items()}


def _whole(one: ConstantSet, found: Mapping[str, ConstantSet]) -> ConstantSet:
    """A set with the species of the one that it extends."""
    if one.extends and one.extends not in found:
        raise ContractError(f"constants {one.id}: there is no set {one.extends!r}")
    base = found.get(one.extends)
    if base is not None:
        species = {s.formula: s for s in (*base.species, *one.species)}
        filled = {"gammas": {**base.gammas, **one.gammas}, "species": list(species.values())}
        one = one.model_copy(update={**filled, "carbon_dioxide": one.carbon_dioxide or base.carbon_dioxide})
    if one.carbon_dioxide is None:
        raise ContractError(f"constants {one.id}: no carbon dioxide")
    return one


@functools.cache
def solids() -> Mapping[str, Solid]:
    """All solids by key."""
    return {s.key: s for file in presets_in(FOLDER / "solids", SolidFile).values() for s in file.solid}


@functools.cache
def ligands() -> tuple[Ligand, ...]:
    """All ligands."""
    return tuple(part for file in presets_in(FOLDER / "ligands", LigandFile).values() for part in file.ligand)


def dissolved(one: ConstantSet) -> tuple[Species, ...]:
    """Every species of a medium beside its bare ions: those of a set, then those of the ligands."""
    return (*one.species, *(s for part in ligands() for s in part.species))


def charge_of(formula: str) -> int:
    """The charge that a formula ends in.

    >>> charge_of("Ca+2"), charge_of("HCO3-"), charge_of("CaHPO4"), charge_of("Na+")
    (2, -1, 0, 1)
    """
    found = re.search(r"([+-])(\d*)$", formula)
    return int(found.group(1) + (found.group(2) or "1")) if found else 0


def parts_of(side: str) -> dict[str, float]:
    """The species of one side of a reaction and how many there are of each.

    >>> parts_of("2 H+ + PO4-3")
    {'H+': 2.0, 'PO4-3': 1.0}
    """
    counted: dict[str, float] = {}
    for term in side.split(" + "):
        number, _, name = term.rpartition(" ")
        counted[name] = counted.get(name, 0.0) + float(number or 1)
    return counted
