"""Basal media (resources/chemistry/media): the salts of a maker's recipe, for conditions that name their medium."""

import functools
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from mgassay.chemistry.constants import FOLDER
from mgassay.presets import Named, Part, presets_in
from mgassay.units import plain


class Salts(Part):
    """The inorganic salts of a recipe, mM."""

    NaCl: float = Field(ge=0)
    KCl: float = Field(ge=0)
    CaCl2: float = Field(ge=0)
    MgSO4: float = Field(ge=0)
    NaHCO3: float = Field(ge=0)
    NaH2PO4: float = Field(ge=0)


class Recipe(Part):
    """Where a recipe is from; `why`: why its numbers were not read there."""

    title: str
    verified: Literal[False]  # no document of a maker has been opened yet
    why: str = Field(min_length=1)


class BasalMedium(Named):
    """One basal medium."""

    name: str
    names: list[str] = Field(min_length=1)
    salts: Salts
    source: Recipe


@functools.cache
def basal_media() -> Mapping[str, BasalMedium]:
    """All basal media by id; none where the folder is absent (a wheel holds no resources)."""
    return presets_in(FOLDER / "media", BasalMedium)


def medium_key(name: str) -> str:
    """A name without what does not matter: case, blanks, hyphens, underscores.

    >>> medium_key("alpha-MEM") == medium_key("Alpha MEM") == medium_key("alpha_mem")
    True
    """
    return "".join(c for c in plain(name).casefold() if c not in "-_ ")


def basal_medium(name: str) -> BasalMedium | None:
    """The basal medium of that name; None for one that is not known."""
    wanted = medium_key(name)
    return next((m for m in basal_media().values() if wanted in map(medium_key, (m.id, m.name, *m.names))), None)


def known_names() -> list[str]:
    """The names under which the basal media are listed."""
    return [m.name for m in basal_media().values()]
