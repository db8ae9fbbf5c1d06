"""The table `files`: which raw file is which plate of which assay, with the settings of its own row."""

import json
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, get_args, get_origin

import numpy as np
import pandas as pd
from pydantic import ValidationError

from mgassay.experiment import ASSAYS, Assays, AssaySettings, RawFile, Settings
from mgassay.problems import Problems, catalogue, listed, nearest, suggestion
from mgassay.readers.declared import (
    Cells,
    Declared,
    check_filled,
    numbers_from_table,
    table_from_cells,
)
from mgassay.readers.images.names import reason_against_rule
from mgassay.readers.inputs import UNREADABLE, digest_of
from mgassay.readers.kits import preset_from_kit
from mgassay.readers.paths import (
    PICTURES,
    candidates,
    files_in,
    is_file,
    is_folder,
    is_left_behind,
    is_shut,
    leaves_folder,
    offered,
    paths_of_images,
    spelt_as_on_disk,
)
from mgassay.readers.settings import FILE as SETTINGS_FILE
from mgassay.readers.settings import expectation
from mgassay.readers.text import number_from

OWN_COLUMNS = tuple(c for c in RawFile.model_fields if c not in ("overrides", "preset"))
REQUIRED = ("file", "assay", "plate")
_OFFERED = 3  # files that a missing one may have been meant for
WAVELENGTHS_NM = (200.0, 1100.0)  # what plate readers can be set to
_SECTIONS: dict[str, type[AssaySettings]] = {a: type(getattr(Assays(), a)) for a in ASSAYS}


@dataclass(frozen=True)
class Bench:
    """What the rows of the table are held against."""

    folder: Path
    settings: Settings
    layouts: Sequence[str]
    has_samples: bool


def setting_columns() -> dict[str, tuple[str, ...]]:
    """Settings that may stand as columns of the table, with the assays that take them."""
    keys = dict.fromkeys(k for section in _SECTIONS.values() for k in section.model_fields if k not in OWN_COLUMNS)
    return {k: tuple(a for a, section in _SECTIONS.items() if k in section.model_fields) for k in keys}


def files_from_cells(cells: Cells, bench: Bench, problems: Problems) -> tuple[RawFile, ...]:
    """One RawFile per row whose file is there and whose assay is known; what is wrong with any row is named."""
    settings = setting_columns()
    table = table_from_cells(cells, [*OWN_COLUMNS, *settings], REQUIRED, problems)
    check_filled(table, REQUIRED, problems)
    numbers = numbers_from_table(table, ["dilution", *(c for c in settings if _is_number(c, settings))], problems)
    rows = [_row(table, i, {c: v[i] for c, v in numbers.items()}, bench, problems) for i in range(len(table.frame))]
    found = {row: raw for row, raw in zip(table.frame.index, rows, strict=True) if raw is not None}
    usable = _plates_once(table, found, problems)
    _check_contents(table, usable, bench.folder, problems)
    return tuple(usable.values())


def _is_number(column: str, settings: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a setting is one number, so that its whole column is read as numbers."""
    annotation = _SECTIONS[settings[column][0]].model_fields[column].annotation
    kinds = {annotation, *get_args(annotation)}
    return bool(kinds & {int, float}) and get_origin(annotation) is not tuple and len(kinds - {None, type(None)}) <= 2


def _row(table: Declared, i: int, numbers: Mapping[str, float], bench: Bench, problems: Problems) -> RawFile | None:
    """The RawFile of the i-th row, None when it cannot be read at all."""
    row = table.frame.index[i]
    text = {c: str(table.text(c).iloc[i]) for c in OWN_COLUMNS if c not in ("file", "dilution")}
    file = spelt_as_on_disk(bench.folder, str(table.frame["file"].iloc[i])) if "file" in table.frame else ""
    assay = text["assay"]
    if assay and assay not in ASSAYS:
        problems.add("MG042", **table.at(row, "assay"), seen=assay, suggestion=suggestion(assay, ASSAYS))
    there = bool(file) and _check_file(table, row, file, bench.folder, assay == "alizarin_image", problems)
    _check_layout(table, row, text, bench, problems)
    confirm = _confirmed(table, row, text["confirm"], problems)
    _check_plate_name(table, row, text["plate"], problems)
    pattern = _pattern(table, row, text["pattern"], problems)
    if not (there and assay in ASSAYS and text["plate"]):
        return None
    overrides = _overrides(table, i, assay, numbers, problems)
    common = getattr(bench.settings.assays, assay)
    wavelength = _wavelengths(table, row, text["wavelength_nm"], problems)
    if not wavelength and common.wavelength_nm is not None:
        wavelength = f"{common.wavelength_nm:g}"
    own = {k: text[k] for k in ("assay", "plate", "layout", "sheet", "reader")} | {"pattern": pattern}
    dilution = overrides.pop("dilution", None)
    settled = {"overrides": overrides, "preset": _preset(table, row, assay, common, overrides, wavelength, problems)}
    return RawFile(file=file, wavelength_nm=wavelength, dilution=dilution, confirm=confirm, **settled, **own)


def _preset(
    table: Declared,
    row: object,
    assay: str,
    common: AssaySettings,
    overrides: Mapping[str, Any],
    wavelength: str,
    problems: Problems,
) -> dict[str, Any]:
    """What the kit of a row sets; the kit is named in the row, else in the assay's section of experiment.toml."""
    given = {*common.model_fields_set, *overrides, *(["wavelength_nm"] if wavelength else [])}
    section = {"file": SETTINGS_FILE, "sheet": "", "place": f"assays.{assay}.kit"}
    where = table.at(row, "kit") if "kit" in overrides else section
    name = overrides.get("kit", getattr(common, "kit", None))
    return preset_from_kit(name, assay, given=given, wavelength=wavelength, where=where, problems=problems)


def _check_file(table: Declared, row: object, file: str, folder: Path, images: bool, problems: Problems) -> bool:
    """Whether the file is there, inside the folder, and holds something."""
    where = {**table.at(row, "file"), "seen": file}
    if leaves_folder(folder, file):
        problems.add("MG041", **where)
        return False
    if is_shut(folder / file):
        problems.add("MG101", file=file, seen="Permission denied")
        return False
    found = _found(folder, file, images)
    taken = set(table.frame["file"])
    if not found and images and is_folder(folder / file):
        return True  # that it is empty is told with the images
    if not found and is_folder(folder / file):
        inside = [f"{file.rstrip('/')}/{name}" for name in files_in(folder / file)]
        problems.add("MG058", **where, suggestion=suggestion(file, [f for f in inside if f not in taken][:20]))
    elif not found:
        files = [f for f in files_in(folder) if f not in taken]
        pictures = sorted({posixpath.dirname(f) for f in files if f.lower().endswith(PICTURES)})
        slashed = file.replace("\\", "/")
        known = [slashed] if slashed in files else pictures if images else candidates(file, files)
        meant = (
            f"Did you mean {listed((f'“{f}”' for f in known), _OFFERED)}?"
            if known
            else "No other data file is without a row."
        )
        problems.add("MG040", **where, suggestion=meant)
    elif is_left_behind(PurePosixPath(file)):
        problems.add("MG045", **where)
    elif not images and not found[0].stat().st_size:
        problems.add("MG046", **where)
    else:
        return True
    return False


def _found(folder: Path, file: str, images: bool) -> list[Path]:
    """The files that a row names."""
    if not images:
        return [p for p in [folder / file] if is_file(p)]
    try:
        return paths_of_images(folder, file)
    except (OSError, ValueError):  # a name that is too long, or a glob that is none
        return []


def _check_layout(table: Declared, row: object, text: Mapping[str, str], bench: Bench, problems: Problems) -> None:
    """Whether the layout is there, or something else maps the wells."""
    layout, assay = text["layout"], text["assay"]
    if layout and layout not in bench.layouts:
        taken = set(table.text("layout"))
        close = offered(layout, bench.layouts, taken)
        words = suggestion(layout.removesuffix(".csv"), close or bench.layouts)
        problems.add("MG047", **table.at(row, "layout"), seen=layout, suggestion=words)
    elif not layout and assay in ASSAYS and text["reader"] != "table" and not (assay == "qpcr" and bench.has_samples):
        problems.add("MG048", **table.at(row, "layout"), assay=assay)


def _check_plate_name(table: Declared, row: object, plate: str, problems: Problems) -> None:
    """Plate names end up in file names and joined lists."""
    if any(c in "/\\|;" or not c.isprintable() for c in plate):
        problems.add("MG055", **table.at(row, "plate"), seen=plate)


def _pattern(table: Declared, row: object, pattern: str, problems: Problems) -> str:
    """The pattern, or preset, that finds wells in the names of images; "" (and a problem) for one that cannot."""
    reason = reason_against_rule(pattern) if pattern else ""
    if reason:
        problems.add("MG053", **table.at(row, "pattern"), seen=pattern, reason=reason)
    return "" if reason else pattern


def _confirmed(table: Declared, row: object, text: str, problems: Problems) -> tuple[str, ...]:
    """The codes of problems that the lab accepts for a file, parted by `;` or blanks."""
    codes = tuple(c for c in re.split(r"[;,\s]+", text) if c)
    for code in (c for c in codes if c not in catalogue()):
        close = nearest(code, catalogue())
        words = f"Did you mean “{close}”?" if close else ""
        problems.add("MG054", **table.at(row, "confirm"), seen=code, suggestion=words)
    return codes


def _wavelengths(table: Declared, row: object, text: str, problems: Problems) -> str:
    """The wavelength, or both of a ratiometric probe (`340;380`), in nm; "" (and a problem) for what is none."""
    parts = [number_from(p.strip(), ".") for p in text.split(";")] if text else []
    low, high = WAVELENGTHS_NM
    if any(p is None or not low <= p <= high for p in parts):
        problems.add("MG052", **table.at(row, "wavelength_nm"), seen=text, low=f"{low:g}", high=f"{high:g}")
        return ""
    return ";".join(f"{p:g}" for p in parts)


def _overrides(table: Declared, i: int, assay: str, numbers: Mapping[str, float], problems: Problems) -> dict[str, Any]:
    """The settings that stand in the row itself, each proven against its assay; `dilution` is among them."""
    row, section, kept = table.frame.index[i], _SECTIONS[assay], {}
    for column, takers in {"dilution": ASSAYS, **setting_columns()}.items():
        text = str(table.text(column).iloc[i])
        if not text or (column in numbers and np.isnan(numbers[column])):
            continue
        if assay not in takers:
            words = {"seen": text, "assay": assay, "takers": ", ".join(takers)}
            problems.add("MG051", **table.at(row, column), **words)
            continue
        value = _plain_value(numbers[column], section, column) if column in numbers else _value(text, section, column)
        try:
            declared = {**section().model_dump(mode="json"), column: value}
            kept[column] = getattr(section.model_validate_json(json.dumps(declared), strict=True), column)
        except ValidationError as error:
            problems.add("MG050", **table.at(row, column), seen=text, expected=expectation(error.errors()[0]))
    return kept


def _plain_value(number: float, section: type[AssaySettings], column: str) -> float | int:
    """A number as its setting wants it: whole where the setting is an integer."""
    annotation = section.model_fields[column].annotation
    return int(number) if int in {annotation, *get_args(annotation)} and number == int(number) else float(number)


def _value(text: str, section: type[AssaySettings], column: str) -> Any:
    """A text as its setting wants it: lists parted by `;`, true or false, a table as GENE=1.95;GENE=1.9."""
    annotation = section.model_fields[column].annotation
    kinds = {annotation, *get_args(annotation)}
    parts = [p.strip() for p in text.split(";") if p.strip()]
    if get_origin(annotation) is tuple:
        return [number_from(p, ".") for p in parts] if float in kinds else parts
    if bool in kinds:
        return {"true": True, "false": False}.get(text.lower(), text)
    if any(get_origin(k) is dict for k in kinds):
        pairs = [p.partition("=") for p in parts]
        return {k.strip(): number_from(v.strip(), ".") for k, _, v in pairs} if "=" in text else number_from(text, ".")
    return text


def _plates_once(table: Declared, found: Mapping[Any, RawFile], problems: Problems) -> dict[Any, RawFile]:
    """The rows without those that name a plate again: each plate of an assay once, each plate of a file for one."""
    rows = pd.DataFrame([(r, f.assay, f.plate, f.file) for r, f in found.items()], columns=["r", "a", "p", "f"])
    again, two_assays = rows.duplicated(["a", "p"]), rows.duplicated(["f", "p"])
    for row in rows[again]["r"]:
        problems.add("MG043", **table.at(row, "plate"), seen=found[row].plate, assay=found[row].assay)
    for row in rows[two_assays & ~again]["r"]:
        problems.add("MG049", **table.at(row, "plate"), seen=found[row].plate, name=found[row].file)
    return {row: raw for row, raw in found.items() if row not in set(rows[again]["r"])}


def _check_contents(table: Declared, usable: Mapping[Any, RawFile], folder: Path, problems: Problems) -> None:
    """The same bytes under two names, and the same plate of a file read twice for one assay."""
    plates = {r: f for r, f in usable.items() if f.assay != "alizarin_image"}
    names = list(dict.fromkeys(f.file for f in plates.values()))
    same = _same_content([folder / name for name in names])
    twin = {names[j]: names[i] for i, j in same}
    parts: dict[tuple[str, ...], str] = {}
    for row, raw in plates.items():
        if raw.file in twin:
            problems.add("MG044", **table.at(row, "file"), seen=raw.file, other=twin[raw.file])
        part = (raw.file, raw.assay, raw.sheet, raw.wavelength_nm)
        if raw.plate != parts.setdefault(part, raw.plate):
            problems.add("MG057", **table.at(row, "plate"), seen=raw.plate, other=parts[part], name=raw.file)


def _same_content(paths: Sequence[Path]) -> Iterable[tuple[int, int]]:
    """Pairs (first, later) of files that hold the same bytes; only files of one size are read, where they may be."""
    sizes = [p.stat().st_size for p in paths]
    seen: dict[str, int] = {}
    for i in (i for i, size in enumerate(sizes) if sizes.count(size) > 1):
        digest = digest_of(paths[i])
        first = seen.setdefault(digest, i)
        if first != i and digest != UNREADABLE:
            yield first, i
