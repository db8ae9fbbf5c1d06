"""experiment.toml -> Settings: every key that is unknown, missing or wrong is named, the rest is used."""

import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mgassay.experiment import Contrast, Settings
from mgassay.problems import Problems, nearest, suggestion

FILE = "experiment.toml"
# Only so that the rest can be looked at: a missing level of Mg is an error, and no result may rest on these.
STAND_IN: Mapping[str, float] = {"mg_reference_mM": 0.8, "mg_raised_mM": 2.0}
_NOT_ALLOWED = {
    "greater_than": "a number above {gt:g}",
    "greater_than_equal": "a number of {ge:g} or more",
    "less_than": "a number below {lt:g}",
    "less_than_equal": "a number of {le:g} or less",
    "multiple_of": "a multiple of {multiple_of:g}",
    "string_pattern_mismatch": "wells and a radius in pixels, such as A1 210 180; A6 1390 181; D1 212 890; radius 100",
    "literal_error": "one of {expected}",
    "float_type": "a number, without quotes",
    "int_type": "a whole number, without quotes",
    "int_from_float": "a whole number",
    "bool_type": "true or false, without quotes",
    "string_type": "text in quotes",
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "a day such as 2026-03-14",
    ),
    "tuple_type": "a list in square brackets",
    "model_type": "a section of its own, in square brackets",
    "dict_type": "a table of keys and values",
}

Path = tuple[str | int, ...]
_LISTS: tuple[Path, ...] = (("block",), ("step",))


@dataclass(frozen=True)
class ReadSettings:
    """The settings that could be read.

    `readable`: the file is there and is TOML. `contrast_declared`: both Mg levels are the lab's own, not the stand-in.
    """

    settings: Settings
    readable: bool
    contrast_declared: bool


def settings_from_text(text: str | None, problems: Problems) -> ReadSettings:
    """The settings as experiment.toml declares them; None is a file that does not exist (or is no text).

    All unknown keys and wrong values are named at once. What is wrong is left out and the default stands for it, so
    that everything else can be checked; where the Mg levels of [contrast] are missing or wrong, `STAND_IN` stands.
    """
    declared = None if text is None else _toml(text, problems)
    if declared is None:
        return ReadSettings(Settings(contrast=Contrast(**STAND_IN)), readable=False, contrast_declared=False)
    for path, value in list(_not_finite(declared)):
        problems.add("MG006", file=FILE, place=_key(path), seen=value, expected="a finite number")
        _remove(declared, path)
    settings, stood_in = _validated(declared, problems)
    _check_sense(settings, problems, contrast=not stood_in)
    return ReadSettings(settings, readable=True, contrast_declared=not stood_in)


def _toml(text: str, problems: Problems) -> dict[str, Any] | None:
    """The file's keys and values; None (and a problem that names the line) when it is not TOML."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n").removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = int(line[1]) if line else len(text.splitlines())
        lines = [*text.splitlines(), ""]
        seen = lines[min(number, len(lines)) - 1].strip()
        problems.add("MG004", file=FILE, place=f"line {number}", seen=seen, reason=str(error))
        return None


def _not_finite(value: Any, path: Path = ()) -> Iterator[tuple[Path, float]]:
    """Paths of numbers that are infinite or not a number; TOML can write them, no setting can be one."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _not_finite(child, (*path, key))


def _validated(declared: dict[str, Any], problems: Problems) -> tuple[Settings, bool]:
    """Settings from what is right, and whether a Mg level had to stand in; each wrong key is named and left out."""
    left, stood_in = json.loads(json.dumps(declared, default=str)), False
    while True:
        try:
            return Settings.model_validate_json(json.dumps(left), strict=True), stood_in
        except ValidationError as error:
            wrong: dict[Path, Any] = {}
            for e in error.errors(include_url=False):
                missing = e["type"] == "missing"
                wrong.setdefault(e["loc"] if missing else _existing(left, e["loc"]), e)
            for path, e in wrong.items():
                _report(path, e, left, problems)
            # From the back, so that the places of what is still to be mended hold.
            for path in sorted({_to_mend(path, e["type"]) for path, e in wrong.items()}, reverse=True):
                stood_in |= path[:1] == ("contrast",) and (len(path) == 1 or path[1] in STAND_IN)
                _mend(left, path)


def _report(path: Path, error: Any, declared: dict[str, Any], problems: Problems) -> None:
    """Adds the problem that one error of pydantic stands for."""
    where = {"file": FILE, "place": _key(path)}
    if error["type"] == "extra_forbidden":
        name = str(path[-1])
        problems.add("MG005", **where, seen=name, suggestion=_suggested_key(name, _model_at(path[:-1])))
    elif error["type"] == "missing":
        given = ", ".join(error["input"]) if isinstance(error["input"], dict) else ""
        problems.add("MG007", **where, seen=given, key=_key(path))
    else:
        expected = f"a list, each of its entries headed [[{path[0]}]]" if path in _LISTS else expectation(error)
        problems.add("MG006", **where, seen=_shown(_value_at(declared, path)), expected=expected)


def expectation(error: Any) -> str:
    """What would have been right, in words, for one error of pydantic."""
    return str(_NOT_ALLOWED.get(error["type"], error["msg"])).format_map(error.get("ctx", {}))


def _to_mend(path: Path, kind: str) -> Path:
    """What has to go for a wrong key: the key; the whole entry of a [[list]]; the whole of a list of values."""
    if path[:1] in _LISTS:
        return path if kind == "extra_forbidden" else path[:2]
    whole = next((i for i, key in enumerate(path) if isinstance(key, int)), len(path))
    return path[:whole]


def _mend(declared: dict[str, Any], path: Path) -> None:
    """Takes a wrong key out; Mg levels get the stand-in."""
    if path == ("contrast",):
        declared["contrast"] = dict(STAND_IN)
    elif path[0] == "contrast" and path[1] in STAND_IN:
        declared["contrast"][path[1]] = STAND_IN[str(path[1])]
    else:
        _remove(declared, path)


def _remove(declared: Any, path: Path) -> None:
    """Deletes the value at a path."""
    holder = _value_at(declared, path[:-1])
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
    elif isinstance(holder, list) and isinstance(path[-1], int) and path[-1] < len(holder):
        del holder[path[-1]]


def _existing(declared: Any, loc: Path) -> Path:
    """The part of pydantic's location that is a path in the file (it also names the branches of a union)."""
    path: list[str | int] = []
    for key in loc:
        holder = _value_at(declared, tuple(path))
        there = key in holder if isinstance(holder, dict) else isinstance(holder, list) and isinstance(key, int)
        if not there:
            break
        path.append(key)
    return tuple(path)


def _value_at(declared: Any, path: Path) -> Any:
    """The value at a path."""
    for key in path:
        declared = declared[key]
    return declared


def _model_at(path: Path) -> type[BaseModel]:
    """The section of the settings that a path leads to."""
    model: type[BaseModel] = Settings
    for key in path:
        if isinstance(key, int):
            continue
        annotation = model.model_fields[key].annotation
        model = next(m for m in (annotation, *get_args(annotation)) if isinstance(m, type) and issubclass(m, BaseModel))
    return model


def all_keys(model: type[BaseModel] = Settings, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that experiment.toml may hold, as its path."""
    for name, field in model.model_fields.items():
        below = [m for m in (field.annotation, *get_args(field.annotation)) if isinstance(m, type)]
        sections = [m for m in below if issubclass(m, BaseModel)]
        yield (*path, name)
        for section in sections:
            yield from all_keys(section, (*path, name))


def _suggested_key(name: str, section: type[BaseModel]) -> str:
    """The nearest key of the same section; else the section where a key of this name belongs."""
    if not nearest(name, section.model_fields):
        homes = [path[:-1] for path in all_keys() if path[-1] == name and len(path) > 1]
        if homes:
            return "It belongs in " + " or ".join(f"[{'.'.join(home)}]" for home in homes) + "."
    return suggestion(name, section.model_fields)


def _key(path: Path) -> str:
    """A path as the lab would write it: contrast.mg_raised_mM, block 2.column."""
    text = ""
    for key in path:
        text += f" {key + 1}" if isinstance(key, int) else f".{key}" if text else key
    return text


def _shown(value: Any) -> str:
    """A value as it stands in the file, shortened."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _check_sense(settings: Settings, problems: Problems, *, contrast: bool) -> None:
    """What no single key can show: the order of the Mg levels, names given twice."""
    low, high = settings.contrast.mg_reference_mM, settings.contrast.mg_raised_mM
    if contrast and high <= low:
        problems.add("MG008", file=FILE, place="contrast.mg_raised_mM", seen=f"{high:g}", reference=f"{low:g}")
    for section, entries in (("block", settings.block), ("step", settings.step)):
        names = [e.name for e in entries]
        for i in (i for i, name in enumerate(names) if name in names[:i]):
            problems.add("MG009", file=FILE, place=_key((section, i, "name")), seen=names[i], section=section)
