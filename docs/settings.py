"""Writes docs/settings.md: every key of experiment.toml, from the code and docs/settings.toml (`make pages`)."""

import datetime
import tomllib
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mgassay import experiment as e

PAGE = Path(__file__).with_suffix(".md")
MEANINGS = Path(__file__).with_suffix(".toml")
HEAD = """\
# Settings: every key of experiment.toml

Written by `docs/settings.py` from the code that reads them; a key that is not here is an error, with the nearest
name. Keys without a default have to be written. Only `[contrast]` has such keys; everything else may be left out. Any
key of an assay may also stand as a column of files.csv, where it holds for that file alone. [The
contract](contract.md) shows a whole experiment.toml.
"""
SECTIONS: dict[str, type[BaseModel]] = {
    "experiment": e.About,
    "contrast": e.Contrast,
    "block": e.BlockSettings,
    "step": e.StepSettings,
    "assays.*": e.AssaySettings,
    "assays.* with standards": e.StandardsSettings,
    **{f"assays.{name}": type(default) for name, default in e.Assays()},
}
KINDS = {float: "number", int: "whole number", str: "text", bool: "true or false", datetime.date: "date"}
LIMITS = {"gt": "above", "ge": "from", "lt": "below", "le": "up to", "multiple_of": "in steps of"}


def keys(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys that a section has beside those of every assay, and those whose default it changes."""
    inherited = {n: f.default for base in section.__mro__[1:-1] for n, f in getattr(base, "model_fields", {}).items()}
    own = section.model_fields.items()
    return {n: f for n, f in own if n not in inherited or f.default != inherited[n]}


def kind(given: Any) -> str:
    """What a value of that type is, in words."""
    origin, inside = get_origin(given), get_args(given)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in inside)
    if origin in (Union, UnionType):
        return ", or ".join(kind(each) for each in inside if each is not type(None))
    if origin is tuple:
        return f"list of {kind(inside[0])}s" if inside[-1] is ... else f"list of {len(inside)} {kind(inside[0])}s"
    if origin is dict:
        return "a table by gene"
    return KINDS[given]


def limits(field: FieldInfo) -> str:
    """How large or small it may be."""
    found = [
        f"{said} {getattr(m, name):g}" for m in field.metadata for name, said in LIMITS.items() if hasattr(m, name)
    ]
    return f" ({', '.join(found)})" if found else ""


def default(field: FieldInfo) -> str:
    """What stands where nothing is written."""
    if field.is_required():
        return "**has to be written**"
    if field.default in (None, "", ()):
        return "none"
    value = list(field.default) if isinstance(field.default, tuple) else field.default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def section(name: str, meanings: dict[str, str]) -> str:
    """The heading and the table of one section."""
    heading = f"[[{name}]]" if name in ("block", "step") else f"[{name}]"
    heading = heading.replace("* with standards", "*")
    title = f"## `{heading}`" + (
        ", assays with standards" if "standards" in name else ", every assay" if "*" in name else ""
    )
    lines = [title, "", meanings["about"], "", "| key | it is | default | means |", "|---|---|---|---|"]
    for key, field in keys(SECTIONS[name]).items():
        lines.append(f"| `{key}` | {kind(field.annotation)}{limits(field)} | {default(field)} | {meanings[key]} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page; KeyError where a key has no meaning."""
    said = tomllib.loads(MEANINGS.read_text(encoding="utf-8"))
    return "\n\n".join([HEAD.rstrip(), *(section(name, said[name]) for name in SECTIONS)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
