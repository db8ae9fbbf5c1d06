"""Presets of image names (resources/image_names/<id>.toml): how the programs of microscopes name what they export.

Each preset holds the forms of one program's names, every form with names that were really seen and where.
"""

import functools
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, model_validator

from mgassay.presets import RESOURCES, Named, Part, presets_in
from mgassay.readers.images.patterns import reason_against

FOLDER = RESOURCES / "image_names"
PLAIN = "plain"  # the preset without a pattern: the rule by parts of the name


class Source(Part):
    """Where names were seen; without an address `why` says why it is no document that can be opened."""

    title: str = Field(min_length=1)
    address: str = ""
    why: str = ""


class Example(Part):
    """A name and what it says; groups that it does not hold are absent."""

    name: str = Field(min_length=1)
    well: str
    field: str = ""
    plate: str = ""
    time: str = ""
    z: str = ""
    channel: str = ""
    step: str = ""
    source: str


class Form(Part):
    """One form of a program's names; `pattern` is searched for in the name of the file, with its ending."""

    pattern: str = ""
    examples: list[Example] = Field(min_length=1)


class NamePreset(Named):
    """The names of one program. `passed_over` finds files that it leaves beside its pictures, such as thumbnails."""

    id: str = Field(pattern=r"^[a-z]+$")
    program: str = Field(min_length=1)
    notes: str
    passed_over: str = ""
    sources: dict[str, Source]
    form: list[Form] = Field(min_length=1)

    @model_validator(mode="after")
    def _holds_together(self) -> "NamePreset":
        """Sound patterns (none for `plain`), and a source for every example and the reverse."""
        for form in self.form:
            if bool(form.pattern) == (self.id == PLAIN):
                raise ValueError("no pattern" if not form.pattern else f"a pattern, which {PLAIN} has none of")
            if form.pattern and (reason := reason_against(form.pattern)):
                raise ValueError(f"{form.pattern}: {reason}")
        used = {example.source for form in self.form for example in form.examples}
        if used != set(self.sources):
            raise ValueError(f"examples name the sources {sorted(used)}, listed are {sorted(self.sources)}")
        return self

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of all forms; none for `plain`."""
        return tuple(form.pattern for form in self.form if form.pattern)


@functools.cache
def name_presets(folder: Path = FOLDER) -> Mapping[str, NamePreset]:
    """All presets by id; none where the folder is absent (a wheel holds no resources).

    Raises ContractError for a file that is no preset: presets are ours.
    """
    return presets_in(folder, NamePreset)
