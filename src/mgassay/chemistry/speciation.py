"""An experiment's conditions -> chemistry.csv and medium_species.csv, by every set of constants."""

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import medium_tables
from mgassay.chemistry.composition import Composed, Medium, composed, describes_a_medium
from mgassay.chemistry.constants import charge_of, constant_sets, solids
from mgassay.chemistry.declared import tell
from mgassay.chemistry.engine import Speciation, SpeciationError, speciation_of, start_anew
from mgassay.chemistry.equivalents import NONE, equivalents_of
from mgassay.chemistry.media import basal_media
from mgassay.chemistry.precipitation import tier
from mgassay.chemistry.steps import reference_conditions
from mgassay.experiment import Experiment
from mgassay.flags import join_flags
from mgassay.problems import Problems

_SOLIDS = ("hap", "ocp", "btcp", "dcpd", "acp", "acp2", "newberyite", "calcite")  # the columns of chemistry.csv
_FREE = {"ca_free_mM": "Ca+2", "mg_free_mM": "Mg+2", "hpo4_free_mM": "HPO4-2"}

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Solved:
    """One medium of a condition by every set of constants, with its tier of precipitation as a flag."""

    condition: str
    state: str
    medium: Medium
    by_set: Mapping[str, Speciation]
    flag: str


def chemistry_from_conditions(experiment: Experiment, problems: Problems) -> dict[str, pd.DataFrame]:
    """CHEMISTRY and MEDIUM_SPECIES by name; both empty where no condition says what its medium holds.

    What is missing, impossible or taken for granted is told. PHREEQC is imported only where there is a medium.
    """
    rows = [r for r in experiment.conditions.to_dict("records") if describes_a_medium(r)]
    if rows and not (constant_sets() and basal_media()):
        problems.add("MG810")
        rows = []
    if rows:
        start_anew()
    made = {str(r["condition"]): composed(r) for r in rows}
    tell(rows, made, problems)
    solved = [s for name, one in made.items() for s in _solved(name, one, problems)]
    start = reference_conditions(experiment)
    chemistry = medium_tables.CHEMISTRY.frame(r for s in solved for r in _chemistry_rows(s, solved, start))
    species = medium_tables.MEDIUM_SPECIES.frame(r for s in solved for r in _species_rows(s))
    return {"chemistry": chemistry, "medium_species": species}


def _solved(name: str, one: Composed, problems: Problems) -> Iterator[Solved]:
    """The media of one condition at equilibrium; one that PHREEQC cannot solve is told and left out."""
    for state, medium in one.media.items():
        try:
            by_set = {s: speciation_of(medium, s) for s in constant_sets()}
        except SpeciationError as error:
            problems.add(
                "MG806",
                file="conditions.csv",
                place=f"condition {name}",
                seen=" ".join(str(error).splitlines()[0].split()),
            )
            continue
        flag = join_flags(
            "assumed_medium" if one.assumed or one.unknown_salt or one.unknown_basal else "",
            "computed_ph" if math.isnan(medium.pH) else "",
            tier(list(by_set.values())),
        )
        yield Solved(name, state, medium, by_set, flag)


def _chemistry_rows(one: Solved, every: list[Solved], start: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """The rows of one medium, one per set of constants."""
    reference = start[one.condition]
    begun = next((s for s in every if s.condition == reference and s.state == one.state), None)
    for name, found in one.by_set.items():
        equals = NONE if begun is None else equivalents_of(begun.medium, one.medium, name)
        yield {
            "condition": one.condition,
            "reference_condition": "" if begun is None else reference,
            "bgp_state": one.state,
            "constant_set": name,
            "pH": found.pH,
            "ionic_strength_M": found.ionic_strength_M,
            **{column: found.amounts_mM[ion] for column, ion in _FREE.items()},
            "mg_ca_ratio": _ratio(one.medium),
            **{f"si_{key}": found.saturation[key] for key in _SOLIDS},
            "pi_equivalent_percent": equals.pi_percent,
            "pH_equivalent": equals.pH,
            "flag": one.flag,
        }


def _ratio(medium: Medium) -> float:
    """Total Mg over total Ca; NaN without calcium."""
    calcium = medium.total.get("Ca", 0.0)
    return medium.total.get("Mg", 0.0) / calcium if calcium > 0 else math.nan


def _species_rows(one: Solved) -> Iterator[dict[str, object]]:
    """Every dissolved species that is there, then every solid with the range of its constant."""
    for name, found in one.by_set.items():
        where = {"condition": one.condition, "bgp_state": one.state, "constant_set": name}
        for species, amount in found.amounts_mM.items():
            if amount > 0:
                yield {**where, "kind": kind_of(species), "species": species, "amount_mM": amount}
        for key, index in found.saturation.items():
            if not math.isnan(index):
                yield {**where, "kind": "solid", "species": key, "si": index, **_range(key, index)}


def kind_of(species: str) -> str:
    """Whether a dissolved species is an ion or molecule by itself, or a pair of a metal and what it binds.

    >>> kind_of("Ca+2"), kind_of("CaHPO4"), kind_of("H2PO4-"), kind_of("MgAlb+2")
    ('free', 'pair', 'free', 'pair')
    """
    metal = next((m for m in ("Ca", "Mg", "Na", "K") if species.startswith(m)), "")
    bare = not metal or species in (f"{metal}+{charge_of(species)}", f"{metal}+")
    return "free" if bare else "pair"


def _range(key: str, index: float) -> dict[str, float]:
    """Saturation at the most and at the least soluble end of a solid's constant, which moves as its constant does."""
    solid = solids()[key]
    used = -solid.constant_37C
    return {"si_low": index + solid.low_pK - used, "si_high": index + solid.high_pK - used}
