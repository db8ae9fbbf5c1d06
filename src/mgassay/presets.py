"""Files of our own in resources/: parts that are frozen and closed, read whole or not at all.

Kits, names of images, panels of genes and checklists are data that a reader may check and add to; a wheel holds none.
"""

import json
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

import mgassay
from mgassay.errors import ContractError

RESOURCES = Path(mgassay.__file__).parents[2] / "resources"


class Part(BaseModel):
    """A part of a file: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Named(Part):
    """A whole file that bears its own name."""

    id: str


P = TypeVar("P", bound=Part)


def presets_in(folder: Path, kind: type[P]) -> dict[str, P]:
    """All files of a folder (`*.toml`) by the name of the file, in the order of names; none where there is no folder.

    Raises ContractError for a file that is not of that kind, or whose id is not its name: these files are ours.
    """
    return {file.stem: _preset(file, kind) for file in sorted(folder.glob("*.toml"))}


def _preset(file: Path, kind: type[P]) -> P:
    """One file. By way of JSON, in which pydantic takes a list for a pair and a whole number for any."""
    try:
        preset = kind.model_validate_json(json.dumps(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ContractError(f"{file.name}: {error}") from error
    if isinstance(preset, Named) and preset.id != file.stem:
        raise ContractError(f"{file.name}: its id is {preset.id!r}")
    return preset
