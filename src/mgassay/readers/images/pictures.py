"""Images of wells: which file shows which well, by its name and the layout; and their pixels."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.experiment import AlizarinImageSettings, Experiment, RawFile
from mgassay.problems import Problems, listed
from mgassay.readers.coverage import UNREAD_ROLES, check_coverage
from mgassay.readers.images.pixels import decode_image, read_header
from mgassay.readers.paths import PICTURES, leaves_folder, paths_of_images
from mgassay.wellnames import well_from_text

__all__ = ["decode_image", "image_files", "well_and_field"]

FOREIGN = (".nd2", ".czi", ".lif", ".svs", ".ndpi", ".oib", ".oif", ".vsi", ".lsm", ".bmp", ".gif", ".heic", ".webp")
_BETWEEN = re.compile(r"[^A-Za-z0-9]+")
_FIELD = re.compile(r"(?:f|field|s|site|pos|img)?0*(\d+)", re.IGNORECASE)


def image_files(folder: Path, experiment: Experiment, problems: Problems) -> pd.DataFrame:
    """IMAGE_FILES of all rows of images in files.csv: one row per file that shows a mapped well, sorted by file.

    `file` is relative to the experiment folder. pixel_size_um is that of the row, else of the settings, else NaN.
    Headers are looked at, so that what can never be decoded (grey, too large, several pictures) is named here and
    left out; pixels are not decoded.
    """
    rows = [row for raw in experiment.files_of("alizarin_image") for row in _rows(folder, experiment, raw, problems)]
    return tables.IMAGE_FILES.frame(sorted(rows, key=lambda row: str(row["file"])))


def _rows(folder: Path, experiment: Experiment, raw: RawFile, problems: Problems) -> list[dict[str, object]]:
    """The images of one row of files.csv."""
    layout = experiment.layouts.get(raw.layout)
    if layout is None:
        return []
    settings = experiment.assay_settings(raw)
    blank = settings.blank if isinstance(settings, AlizarinImageSettings) else None
    size = settings.pixel_size_um if isinstance(settings, AlizarinImageSettings) else None
    images = _names(folder, raw, problems)
    names = [n for n in images if n != blank and not leaves_folder(folder, n)]
    used = set(layout.loc[~layout["role"].isin(UNREAD_ROLES), "well"])
    shown = _wells_of_names(raw, names, used, problems)
    if images:  # images that were refused, or whose wells are not known, may be those of the wells without one
        spare = len(images) - len(shown) - (blank in images)
        check_coverage(raw, layout, [well for well, _ in shown.values()], problems, spare=spare)
    _check_fields(raw, shown, problems)
    mapped = {str(row["well"]): row for row in layout.to_dict("records")}
    known = {n: at for n, at in shown.items() if at[0] in mapped}
    bad = _undecodable(folder, raw, [n for n, (well, _) in known.items() if well in used], problems)
    return [
        {"file": name, "plate": raw.plate, "well": well, "field": field, "pixel_size_um": size}
        | {c: mapped[well][c] for c in ("role", "condition", "donor", "rep")}
        for name, (well, field) in known.items()
        if name not in bad
    ]


def _names(folder: Path, raw: RawFile, problems: Problems) -> list[str]:
    """The images of a row, relative to the folder; files of other kinds are passed over, microscopes' own are named."""
    found = [p.relative_to(folder).as_posix() for p in paths_of_images(folder, raw.file)]
    foreign = [n for n in found if Path(n).suffix.lower() in FOREIGN]
    images = [n for n in found if Path(n).suffix.lower() in PICTURES]
    for name in (n for n in images if leaves_folder(folder, n)):
        problems.add("MG041", file=raw.file, place=name, seen=name)
    if foreign:
        problems.add("MG263", file=raw.file, place=listed(foreign), seen=Path(foreign[0]).suffix.lower())
    if not images and not foreign:
        problems.add("MG262", file=raw.file, seen=str(len(found)), plate=raw.plate)
    return images


def _wells_of_names(
    raw: RawFile, names: Iterable[str], used: set[str], problems: Problems
) -> dict[str, tuple[str, str]]:
    """Well and field of each image whose name tells them; the others are named."""
    shown = {}
    for name in names:
        well, field, said = _by_pattern(raw.pattern, name) if raw.pattern else well_and_field(name, raw.plate, used)
        if well:
            shown[name] = (well, field)
        else:
            problems.add("MG261" if said else "MG260", file=raw.file, place=name, seen=said or Path(name).name)
    return shown


def _by_pattern(pattern: str, name: str) -> tuple[str, str, str]:
    """Well and field by the lab's own pattern, searched for in the file's name; the well is "" when it finds none."""
    found = re.search(pattern, Path(name).name)
    groups = found.groupdict() if found else {}
    return well_from_text(groups.get("well") or ""), groups.get("field") or "", ""


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


def _check_fields(raw: RawFile, shown: Mapping[str, tuple[str, str]], problems: Problems) -> None:
    """A warning where two files show the same field of the same well."""
    first: dict[tuple[str, str], str] = {}
    for name, at in shown.items():
        if first.setdefault(at, name) != name:
            problems.add("MG264", file=raw.file, place=name, seen=Path(name).name, other=first[at], well=at[0])


def _undecodable(folder: Path, raw: RawFile, names: Iterable[str], problems: Problems) -> set[str]:
    """The images whose header says that they can never be decoded, each named; and how deeper ones become 8-bit."""
    bad, notes = set(), dict[str, list[str]]()
    for name in names:
        try:
            notes.setdefault(read_header(folder / name).note, []).append(name)
        except UnreadableError as error:
            bad.add(name)
            problems.add(error.code, file=name, place=error.place, seen=error.seen, **error.facts)
    for note, deep in notes.items():
        if note:
            problems.add("MG271", file=raw.file, place=listed(deep), seen=str(len(deep)), rule=note)
    return bad
