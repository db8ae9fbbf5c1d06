"""What the name of an image says: well, field, and what else the microscope's program wrote into it.

By the lab's own pattern, by a preset (how a program names its exports), or by the parts of a name that the lab chose.
"""

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from mgassay.experiment import RawFile
from mgassay.problems import Problems, listed, suggestion
from mgassay.readers.images.name_presets import PLAIN, NamePreset, name_presets
from mgassay.readers.images.patterns import reason_against
from mgassay.wellnames import MAX_ROWS, row_letters, well_from_text

VERSIONS = {"time": "time", "z": "focal plane", "channel": "channel", "step": "step of processing"}
_BETWEEN = re.compile(r"[^A-Za-z0-9]+")
_FIELD = re.compile(r"(?:f|field|s|site|pos|img)?0*(\d+)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Named:
    """What a name says; `well` is "" where it says none, `candidates` then names those that it may mean.

    `version` holds what tells pictures of one field apart: time, z, channel, step.
    """

    well: str
    field: str = ""
    plate: str = ""
    version: Mapping[str, str] = dataclasses.field(default_factory=dict)
    candidates: str = ""


def reason_against_rule(rule: str) -> str:
    """Why the cell `pattern` of the table of files can be neither a preset's name nor a pattern; "" where it can."""
    presets = name_presets()
    if rule in presets:
        return ""
    if "(" in rule:
        return reason_against(rule)
    known = suggestion(rule, presets) if presets else "No presets are installed: they stand beside the source."
    return f"it is no preset, and has no group (?P<well>...). {known.rstrip('.')}"


def named_images(
    raw: RawFile, names: Collection[str], used: set[str], problems: Problems
) -> tuple[dict[str, Named], int]:
    """What the names of a row's images say, by name, and how many images are left out since their well is not known.

    `used`: the wells of the layout that hold something. Images of another plate are told and left out as well.
    """
    presets = name_presets()
    if raw.pattern and raw.pattern != PLAIN:
        found = _by_rule(raw, presets.get(raw.pattern), names, problems)
    else:
        found = {n: _named_by_parts(n, raw.plate, used) for n in names}
        if not raw.pattern and _leaves_open(found) and (preset := _only_preset(presets, names)):
            problems.add("MG272", file=raw.file, seen=preset.id, program=preset.program, plate=raw.plate)
            found = _by_rule(raw, preset, names, problems)
    by = f" by the pattern {raw.pattern}" if raw.pattern and raw.pattern != PLAIN else ""
    for name, named in found.items():
        if named.candidates:
            problems.add("MG261", file=raw.file, place=name, seen=named.candidates)
        elif not named.well:
            problems.add("MG260", file=raw.file, place=name, seen=Path(name).name, by=by)
    known = {n: named for n, named in found.items() if named.well}
    shown = _of_plate(raw, known, raw.pattern not in ("", *presets), problems)
    return shown, len(found) - (len(known) if shown else 0)


def named_by_patterns(patterns: Iterable[str], name: str) -> Named:
    """What the first pattern that is found in the name of a file says; no well where none is found.

    `row` may be letters or the number of the row; a field of digits loses its zeros in front; `tile` is a part of it.

    >>> named_by_patterns(["r(?P<row>[0-9]+)c(?P<column>[0-9]+)f(?P<field>[0-9]+)"], "images/r02c03f07.tif")
    Named(well='B3', field='7', plate='', version={}, candidates='')
    """
    found = next((hit for p in patterns if (hit := re.search(p, Path(name).name))), None)
    if found is None:
        return Named("")
    said = {group: text or "" for group, text in found.groupdict().items()}
    well = said["well"] if said.get("well") else _well_of_row(said.get("row", ""), said.get("column", ""))
    parts = [_without_zeros(said[g]) for g in ("field", "tile") if said.get(g)]
    version = {v: said[v] for v in VERSIONS if said.get(v)}
    return Named(well_from_text(well), ".".join(parts), said.get("plate", ""), version)


def well_and_field(name: str, plate: str, used: set[str]) -> tuple[str, str, str]:
    """Well and field that a file's name tells, and the candidates when several wells of the plate stand in it.

    The plate's name in front is passed over; then the one part between signs that is a well of the layout counts, and
    the field is the number behind it.

    >>> well_and_field("images/ARS1_B03.jpg", "ARS1", {"B3"}), well_and_field("plate_C4_f2.png", "ARS1", {"C4", "F2"})
    (('B3', '', ''), ('C4', '2', ''))
    >>> well_and_field("D1_B3.jpg", "ARS1", {"B3", "D1"})
    ('', '', 'D1, B3')
    """
    stem = Path(name).stem
    rest = stem.removeprefix(plate)
    parts = [p for p in _BETWEEN.split(stem if rest[:1].isalnum() else rest) if p]
    candidates: dict[str, str] = {}
    after_well = False
    for i, part in enumerate(parts):
        well = well_from_text(part)
        after_well = bool(well) and not (after_well and _FIELD.fullmatch(part))
        if after_well:
            following = _FIELD.fullmatch(parts[i + 1]) if i + 1 < len(parts) else None
            candidates.setdefault(well, following[1] if following else "")
    likely = [w for w in candidates if w in used] or list(candidates)
    if len(likely) == 1:
        return likely[0], candidates[likely[0]], ""
    return "", "", ", ".join(likely)


def _named_by_parts(name: str, plate: str, used: set[str]) -> Named:
    """What the parts of a name say."""
    well, field, candidates = well_and_field(name, plate, used)
    return Named(well, field, candidates=candidates)


def _leaves_open(found: Mapping[str, Named]) -> bool:
    """Whether the parts of names leave an image without a well, or see the same field twice."""
    places = [(named.well, named.field) for named in found.values()]
    return any(not well for well, _ in places) or len(set(places)) < len(places)


def _only_preset(presets: Mapping[str, NamePreset], names: Collection[str]) -> NamePreset | None:
    """The preset that reads every name, its leftovers apart, where there is exactly one."""
    able = [p for p in presets.values() if p.patterns and names and _reads_all(p, names)]
    return able[0] if len(able) == 1 else None


def _reads_all(preset: NamePreset, names: Collection[str]) -> bool:
    """Whether a preset finds a well in every name that it does not pass over."""
    kept = [n for n in names if not _is_passed_over(preset, n)]
    return bool(kept) and all(named_by_patterns(preset.patterns, n).well for n in kept)


def _by_rule(raw: RawFile, preset: NamePreset | None, names: Collection[str], problems: Problems) -> dict[str, Named]:
    """What names say by a preset, or (without one) by the lab's own pattern."""
    left = [n for n in names if preset and _is_passed_over(preset, n)]
    if left:
        reason = f"{preset.program if preset else ''} leaves them beside its pictures"
        problems.add("MG273", file=raw.file, place=listed(left, 3), seen=str(len(left)), reason=reason)
    patterns = preset.patterns if preset else (raw.pattern,)
    return {n: named_by_patterns(patterns, n) for n in names if n not in left}


def _is_passed_over(preset: NamePreset, name: str) -> bool:
    """Whether a file is one that the program leaves beside its pictures."""
    return bool(preset.passed_over) and re.search(preset.passed_over, Path(name).name) is not None


def _of_plate(raw: RawFile, known: dict[str, Named], own: bool, problems: Problems) -> dict[str, Named]:
    """The images of the row's plate, where names say plates; an error where that cannot be told.

    `own`: the pattern is the lab's, so that what it calls plate must be the row's. A program's name for a plate may be
    another, as long as all images share it.
    """
    plates = dict.fromkeys(named.plate for named in known.values())
    if raw.plate in plates and len(plates) > 1:
        others = [n for n, named in known.items() if named.plate != raw.plate]
        reason = f"their names say another plate than {raw.plate}"
        problems.add("MG273", file=raw.file, place=listed(others, 3), seen=str(len(others)), reason=reason)
        return {n: named for n, named in known.items() if named.plate == raw.plate}
    if len(plates) > 1 or (own and plates and "" not in plates and raw.plate not in plates):
        problems.add("MG275", file=raw.file, seen=listed(p or "none" for p in plates), plate=raw.plate)
        return {}
    return known


def _well_of_row(row: str, column: str) -> str:
    """A well from its row (letters, or a number from 1) and column; "" where the row is none."""
    number = re.fullmatch("0*([1-9][0-9]?)", row)
    if number and int(number[1]) > MAX_ROWS:
        return ""
    return f"{row_letters(int(number[1]) - 1) if number else row}{column}"


def _without_zeros(text: str) -> str:
    """A number without zeros in front; other text as it is."""
    return text.lstrip("0") or "0" if text.isdecimal() else text
