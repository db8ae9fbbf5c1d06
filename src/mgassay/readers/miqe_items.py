"""Items that have to be told of a qPCR experiment (resources/miqe/*.toml), a document for a file."""

import functools
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import mgassay
from mgassay.errors import ContractError

FOLDER = Path(mgassay.__file__).parents[2] / "resources" / "miqe"


class _Part(BaseModel):
    """A part of a file: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class MiqeItem(_Part):
    """One item: what is asked, and who can tell it.

    `found_by` names what is looked up in the results, `lab` says what only the laboratory knows, `without` what to do
    where nothing was found, `not_applicable` why the item is not asked of cultured cells.
    """

    section: str = Field(min_length=1)
    text: str = Field(min_length=1)
    importance: Literal["", "essential", "desirable"] = ""
    found_by: str = ""
    lab: str = ""
    without: str = ""
    not_applicable: str = ""

    @model_validator(mode="after")
    def _someone_can_tell_it(self) -> "MiqeItem":
        """Every item is looked up, left to the laboratory, or not asked."""
        if not (self.found_by or self.lab or self.not_applicable):
            raise ValueError(f"nobody can tell: {self.text}")
        return self


class MiqeDocument(_Part):
    """A document with its items. `verified`: whether they were read in it; `read_in` where, `why` why not."""

    document: str = Field(min_length=1)
    title: str = Field(min_length=1)
    address: str
    verified: bool
    read_in: str = ""
    why: str = ""
    item: list[MiqeItem] = Field(min_length=1)

    @model_validator(mode="after")
    def _says_what_was_read(self) -> "MiqeDocument":
        """What was verified says where it was read, what was not says why."""
        if bool(self.read_in) != self.verified or bool(self.why) == self.verified:
            raise ValueError(f"{self.document}: verified is {self.verified}")
        return self


@functools.cache
def miqe_documents(folder: Path = FOLDER) -> tuple[MiqeDocument, ...]:
    """All documents in the order of their files' names; none where the folder is absent (a wheel holds no resources).

    Raises ContractError for a file that is not as the classes above say.
    """
    return tuple(_document(path) for path in sorted(folder.glob("*.toml")))


def _document(path: Path) -> MiqeDocument:
    """One file; raises ContractError where it is not one of these."""
    try:
        return MiqeDocument.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as cause:
        raise ContractError(f"{path.name}: {cause}") from cause
