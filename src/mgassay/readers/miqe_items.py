"""Items that have to be told of a qPCR experiment (resources/miqe/*.toml), a document for a file."""

import functools
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from mgassay.presets import RESOURCES, Part, presets_in

FOLDER = RESOURCES / "miqe"


class MiqeItem(Part):
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


class MiqeDocument(Part):
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
    return tuple(presets_in(folder, MiqeDocument).values())
