"""Plate maps as tables: every well with its role, value, flags, and the cell of the raw file that it came from.

A switch above them shows another face of all maps: roles, conditions, donors, amounts, or how far a well lies from
those that hold the same.
"""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd

from mgassay.assays.quality.position import deviations
from mgassay.report import labels
from mgassay.report.map_sources import MapSource, image_sources, qpcr_sources
from mgassay.report.map_wells import FACES, Known, MapWell, map_well
from mgassay.report.numbers import count, level, significant
from mgassay.report.pieces import Listing
from mgassay.report.quality import quality_by_plate, quality_line, quality_listing
from mgassay.report.rows import Row, Tables, is_missing

MOST_READS = 3  # maps per plate; a kinetic plate has hundreds of reads, and they are in readings.csv
_KEYS = ["plate", "well", "channel", "wavelength_nm", "read_index"]


@dataclass(frozen=True)
class PlateMap:
    """One read of one plate: column numbers, rows of wells by letter (None: not read), and its letters explained.

    `key` is its own on the page, `unit` that of its amounts. `quality` and its one-line `summary` stand under the first
    map of a plate.
    """

    key: str

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MapWell | None, ...]], ...]
    legend: tuple[tuple[str, str], ...]
    note: str
    unit: str = ""
    quality: Listing | None = None
    summary: str = ""

    @property
    def ringed(self) -> str:
        """How many wells are ringed, zero included."""
        return f"{count(sum(bool(w and w.ringed) for _, row in self.rows for w in row), 'well')} ringed"


@dataclass(frozen=True)
class PlateMaps:
    """Maps below each other, the first one open."""

    maps: tuple[PlateMap, ...]
    kind: ClassVar[str] = "plate_maps"

    @property
    def faces(self) -> dict[str, str]:
        """The faces that any well has something to show on, in the order of the switch."""
        shown = {face for m in self.maps for _, row in m.rows for well in row if well for face in well.faces}
        return {face: told for face, told in FACES.items() if face in shown}


def map_pieces(tables: Tables, conditions: Sequence[str]) -> list[PlateMaps]:
    """All plate maps as one piece; empty without wells."""
    maps = plate_maps(tables, conditions)
    return [PlateMaps(tuple(maps))] if maps else []


def plate_maps(tables: Tables, conditions: Sequence[str]) -> list[PlateMap]:
    """A map for every plate and read in wells.csv, in its order, at most MOST_READS per plate; then of qPCR and images.

    A condition has the same letter on all maps, in the order of `conditions`.
    """
    letters = condition_letters(tables, conditions)
    wells = _with_source(tables)
    flags, quality = _flags_by_well(tables), quality_by_plate(tables)
    maps: list[PlateMap] = []
    for (assay, plate), own in wells.groupby(["assay", "plate"], sort=False):
        known, told = _known(tables, str(assay), str(plate), flags), quality.get((str(assay), str(plate)), [])
        unit = unit_of_plate(tables, str(assay), str(plate))
        reads = [read for _, read in own.groupby(_KEYS[2:], sort=False, dropna=False)]
        rest = len(reads) - MOST_READS
        for i, read in enumerate(reads[:MOST_READS]):
            more = count(rest, "more read of this plate is", "more reads of this plate are")
            note = f"{more} in wells.csv." if rest > 0 and i == MOST_READS - 1 else ""
            title = f"{labels.assay(str(assay))}, plate {plate}"
            made = replace(plate_map(title, read, letters, known, note), key=f"w{len(maps)}", unit=unit)
            if told and i == 0:
                made = replace(made, quality=quality_listing(told), summary=quality_line(told))
            maps.append(made)
    for i, source in enumerate((*qpcr_sources(tables), *image_sources(tables)), len(maps)):
        maps.append(replace(_of_source(source, letters), key=f"w{i}"))
    return maps


def _of_source(source: MapSource, letters: Mapping[str, str]) -> PlateMap:
    """The map of wells that have no standard curve."""
    return plate_map(source.title, source.wells, letters, source.known, source.note, source.verb, source.early_is_dark)


def condition_letters(tables: Tables, conditions: Sequence[str]) -> dict[str, str]:
    """Condition -> its letter, the same on all maps and figures of the page: those of `conditions` first."""
    met = (c for name in ("wells", "qpcr", "image_wells") for c in tables[name]["condition"])
    return dict(zip(_in_order([*conditions, *met]), _letters(), strict=False))


def _known(tables: Tables, assay: str, plate: str, flags: Mapping[tuple[str, str], str]) -> dict[str, Known]:
    """Well -> what is known of it beside its reading."""
    away, amounts = deviations_by_well(tables, assay, plate), amounts_by_well(tables, assay, plate)
    wells = dict.fromkeys([*away, *amounts, *(w for p, w in flags if p == plate)])
    unit = unit_of_plate(tables, assay, plate)
    return {w: Known(flags.get((plate, w), ""), amounts.get(w, ""), unit, away.get(w)) for w in wells}


def deviations_by_well(tables: Tables, assay: str, plate: str) -> dict[str, float]:
    """Well -> relative deviation of its own amount from the mean of those that hold the same (`deviations`).

    A well's own amount is its first row of AMOUNTS; quotients by protein come after it, under the same plate.
    """
    own = _amounts_of(tables, assay, plate)
    single = own[(own["well"] != "") & ~own["well"].str.contains(";", regex=False)].drop_duplicates("well")
    _, found = deviations(single)
    return dict(zip(found["well"], found["deviation"], strict=True))


def amounts_by_well(tables: Tables, assay: str, plate: str) -> dict[str, str]:
    """Well -> the first amount that was made of it, in words; a bound is called one."""
    found: dict[str, str] = {}
    own = _amounts_of(tables, assay, plate)
    for joined, value, limit, flag in zip(own["well"], own["value"], own["limit"], own["flag"], strict=True):
        above = f"> {significant(limit)}" if "above_curve" in flag.split(";") and limit == limit else ""
        for well in joined.split(";"):
            found.setdefault(well, above if value != value else significant(value))
    return {well: told for well, told in found.items() if told}


def unit_of_plate(tables: Tables, assay: str, plate: str) -> str:
    """The unit of the first amounts of a plate in words, "" without any."""
    units = _amounts_of(tables, assay, plate)["unit"]
    return labels.unit(str(units.iloc[0])) if len(units) else ""


def _amounts_of(tables: Tables, assay: str, plate: str) -> pd.DataFrame:
    """The rows of AMOUNTS of one plate."""
    amounts = tables["amounts"]
    return amounts[(amounts["assay"] == assay) & (amounts["plate"] == plate)]


def _with_source(tables: Tables) -> pd.DataFrame:
    """Wells with file, sheet, place and text of the reading that each came from."""
    named = ["file", "sheet", "place", "raw"]
    source = tables["readings"][[*_KEYS, *named]].drop_duplicates(_KEYS)
    return tables["wells"].merge(source, on=_KEYS, how="left").fillna(dict.fromkeys(named, ""))


def _flags_by_well(tables: Tables) -> dict[tuple[str, str], str]:
    """(plate, well) -> flags of the amounts that the well went into."""
    found: dict[tuple[str, str], str] = {}
    amounts = tables["amounts"]
    for plate, joined, flag in zip(amounts["plate"], amounts["well"], amounts["flag"], strict=True):
        for well in joined.split(";") if flag else ():
            found[plate, well] = ";".join(dict.fromkeys([*filter(None, [found.get((plate, well))]), *flag.split(";")]))
    return found


def plate_map(
    title: str,
    read: pd.DataFrame,
    letters: Mapping[str, str],
    known: Mapping[str, Known],
    note: str = "",
    verb: str = "reads",
    early_is_dark: bool = False,
) -> PlateMap:
    """The map of one read: rows of WELLS with file, sheet, place and raw beside; what else is `known` by well.

    The highest reading is darkest and zero is not coloured; where `early_is_dark` the lowest is and the highest is not.
    """
    wells: list[Row] = [{str(k): v for k, v in r.items()} for r in read.to_dict("records")]
    run = {w["condition"] for w in wells}
    values = [w["value"] for w in wells if w["value"] == w["value"]] or [float("nan")]
    ends = (max(values), min(values)) if early_is_dark else (0.0, max(values))
    placed = {_place(w["well"]): map_well(w, letters, ends, known.get(w["well"], Known()), verb) for w in wells}
    rows, columns = range(1 + max(r for r, _ in placed)), range(1, 1 + max(c for _, c in placed))
    return PlateMap(
        key="",
        title=title + _read_name(wells[0]),
        columns=tuple(str(c) for c in columns),
        rows=tuple((_row_name(row), tuple(placed.get((row, c)) for c in columns)) for row in rows),
        legend=(*((m, c) for c, m in letters.items() if c in run), *_roles(wells)),
        note=note,
    )


def _in_order(names: Any) -> list[str]:
    """Names that are not empty, each once, in order of appearance."""
    return list(dict.fromkeys(n for n in names if n))


def _letters() -> Iterator[str]:
    """a, b … z, aa, ab …: one per condition, without i, l and o, which read as digits."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    yield from letters
    yield from (a + b for a in letters for b in letters)


def _roles(wells: list[Row]) -> Iterator[tuple[str, str]]:
    """The signs of the roles on this plate, explained."""
    for role in _in_order(w["role"] for w in wells):
        if role in labels.ROLES and role != "sample":
            yield labels.ROLES[role]


def _read_name(well: Row) -> str:
    """Channel and wavelength of a read, where there are any."""
    nm = "" if is_missing(well["wavelength_nm"]) else f"{level(well['wavelength_nm'])} nm"
    parts = [p for p in (well["channel"], nm) if p]
    return f", {', '.join(parts)}" if parts else ""


def _place(well: str) -> tuple[int, int]:
    """Row (from 0) and column (from 1) of a well: B12 -> 1, 12; AA1 -> 26, 1."""
    letters = well.rstrip(string.digits)
    row = 0
    for letter in letters:
        row = 26 * row + string.ascii_uppercase.index(letter) + 1
    return row - 1, int(well[len(letters) :])


def _row_name(row: int) -> str:
    """The letters of a row: 0 -> A, 26 -> AA."""
    high, low = divmod(row, 26)
    return (string.ascii_uppercase[high - 1] if high else "") + string.ascii_uppercase[low]
