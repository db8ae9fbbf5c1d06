"""Images of wells: which file shows which well, by its name and the layout; and their pixels."""

import math
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.experiment import AlizarinImageSettings, Experiment, RawFile
from mgassay.problems import Problems, listed, worded
from mgassay.readers.coverage import UNREAD_ROLES, check_coverage
from mgassay.readers.images.blank_images import blank_of_row, open_named
from mgassay.readers.images.claims import claimed_once
from mgassay.readers.images.header import Header
from mgassay.readers.images.names import named_images
from mgassay.readers.images.photographs import rows_of_photographs
from mgassay.readers.images.pixel_sizes import pixel_sizes
from mgassay.readers.images.pixels import open_image, read_header
from mgassay.readers.images.plate_sizes import of_one_size, of_usual_size
from mgassay.readers.images.versions import shown_once
from mgassay.readers.paths import PICTURES, files_in, is_folder, is_left_behind, leaves_folder, paths_of_images

__all__ = ["image_files", "open_image", "open_named"]

FOREIGN = (".oib", ".oif", ".vsi", ".lsm", ".bmp", ".gif", ".heic", ".webp")


def image_files(folder: Path, experiment: Experiment, problems: Problems) -> pd.DataFrame:
    """IMAGE_FILES of all rows of images in files.csv: one row per file that shows a mapped well, sorted by file.

    `file` is relative to the experiment folder. pixel_size_um is that of the row, else of the settings, else the
    file's own, else NaN.
    Headers are looked at, so that what can never be decoded (grey, too large, several pictures) is named here and
    left out; pixels are not decoded.
    """
    images = experiment.files_of("alizarin_image")
    rows = claimed_once(((raw, _rows(folder, experiment, raw, problems)) for raw in images), problems)
    return tables.IMAGE_FILES.frame(sorted(rows, key=lambda row: str(row["file"])))


def _rows(folder: Path, experiment: Experiment, raw: RawFile, problems: Problems) -> list[dict[str, object]]:
    """The images of one row of files.csv."""
    layout = experiment.layouts.get(raw.layout)
    if layout is None:
        return []
    settings = experiment.assay_settings(raw)
    if not isinstance(settings, AlizarinImageSettings):
        return []
    blank = blank_of_row(folder, raw, settings.blank, problems)
    declared = settings.pixel_size_um
    images = _names(folder, raw, problems)
    names = [n for n in images if n != blank and not leaves_folder(folder, n)]
    if settings.wells != "one":
        headers = _headers(folder, raw, names, problems)
        headers = of_one_size(raw, headers, problems) if settings.wells == "given" else headers
        return rows_of_photographs(raw, layout, settings, pixel_sizes(raw, headers, declared, problems), problems)
    used = set(layout.loc[~layout["role"].isin(UNREAD_ROLES), "well"])
    shown, unknown = named_images(raw, names, used, problems)
    if images:  # images that were refused, or whose wells are not known, may be those of the wells without one
        spare = len(images) - len(names) - (blank in images) + unknown
        check_coverage(raw, layout, [named.well for named in shown.values()], problems, spare=spare)
    mapped = {str(row["well"]): row for row in layout.to_dict("records")}
    once = shown_once(raw, shown, problems)
    known = {n: named for n, named in shown.items() if named.well in mapped and n in once}
    wanted = [n for n, named in known.items() if named.well in used]
    headers = of_usual_size(raw, _headers(folder, raw, wanted, problems), problems)
    sizes = pixel_sizes(raw, headers, declared, problems)
    sizes |= dict.fromkeys((n for n in known if n not in wanted), declared or math.nan)
    return [
        {"file": name, "plate": raw.plate, "well": known[name].well, "field": known[name].field, "pixel_size_um": size}
        | {c: mapped[known[name].well][c] for c in ("role", "condition", "donor", "rep")}
        for name, size in sizes.items()
    ]


def _names(folder: Path, raw: RawFile, problems: Problems) -> list[str]:
    """The images of a row, relative to the folder; files of other kinds are passed over, microscopes' own are named."""
    found = [p.relative_to(folder).as_posix() for p in paths_of_images(folder, raw.file)]
    foreign = [n for n in found if Path(n).suffix.lower() in FOREIGN]
    images = [n for n in found if Path(n).suffix.lower() in PICTURES]
    for name in (n for n in images if leaves_folder(folder, n)):
        shown = repr(name)[1:-1]  # a line break or a sign that turns the writing round, as what it is
        problems.add("MG041" if name.isprintable() else "MG281", file=raw.file, place=shown, seen=shown)
    _tell_deeper(folder, raw, problems)
    if foreign:
        suffix = Path(foreign[0]).suffix.lower()
        problems.add("MG263", file=raw.file, place=listed(foreign), seen=suffix, n=len(foreign))
    if not images and not foreign:
        problems.add("MG262", file=raw.file, seen=str(len(found)), plate=raw.plate)
    return images


def _tell_deeper(folder: Path, raw: RawFile, problems: Problems) -> None:
    """A notice where a folder that is named holds images in folders below it: these are not read."""
    if is_folder(folder / raw.file):
        below = [f"{raw.file}/{n}" for n in files_in(folder / raw.file) if "/" in n and not is_left_behind(Path(n))]
        deeper = [n for n in below if Path(n).suffix.lower() in PICTURES]
        if deeper:
            lie = worded(len(deeper), "it lies in a folder", "they lie in folders")
            reason = f"{lie} below, which a row reads where it names them, as {raw.file}/**/* does"
            problems.add("MG273", file=raw.file, place=listed(deeper, 3), seen=str(len(deeper)), reason=reason)


def _headers(folder: Path, raw: RawFile, names: Iterable[str], problems: Problems) -> dict[str, Header]:
    """Headers of the images that can be decoded; the others are named; and how deeper ones become 8-bit."""
    headers, notes = dict[str, Header](), dict[str, list[str]]()
    for name in names:
        try:
            headers[name] = read_header(folder / name)
            notes.setdefault(headers[name].note, []).append(name)
        except UnreadableError as error:
            problems.add(error.code, file=name, place=error.place, seen=error.seen, **error.facts)
    for note, deep in notes.items():
        if note:
            problems.add("MG271", file=raw.file, place=listed(deep), seen=str(len(deep)), rule=note)
    return headers
