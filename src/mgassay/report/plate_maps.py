"""Plate maps as tables: every well with its role, value, flags, and the cell of the raw file that it came from.

Each map has a second face, shown by a switch: how far a well lies from those that hold the same.
"""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd

from mgassay.assays.quality.position import deviations
from mgassay.report import labels
from mgassay.report.numbers import NO_BREAK, level, percent, significant
from mgassay.report.pieces import Listing
from mgassay.report.quality import quality_by_plate, quality_line, quality_listing
from mgassay.report.rows import Row, Tables, is_missing

MOST_READS = 3  # maps per plate; a kinetic plate has hundreds of reads, and they are in readings.csv
FULL_COLOUR = 0.3  # the deviation from which on a well is coloured fully
_KEYS = ["plate", "well", "channel", "wavelength_nm", "read_index"]


@dataclass(frozen=True)
class MapWell:
    """One well: what is printed in it, how dark it is (0 to 1), its role, whether it is ringed, what it tells.

    `deviation` is printed on the second face, coloured by `tilt` (-1 to 1); "" and 0 for a well that has none like it.
    """

    mark: str
    value: str
    shade: float
    role: str
    ringed: bool
    told: str
    deviation: str = ""
    tilt: float = 0.0


@dataclass(frozen=True)
class PlateMap:
    """One read of one plate: column numbers, rows of wells by letter (None: not read), and its letters explained.

    `quality` and its one-line `summary` stand under the first map of a plate.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MapWell | None, ...]], ...]
    legend: tuple[tuple[str, str], ...]
    note: str
    quality: Listing | None = None
    summary: str = ""


@dataclass(frozen=True)
class PlateMaps:
    """Maps that stand side by side where there is room."""

    maps: tuple[PlateMap, ...]
    kind: ClassVar[str] = "plate_maps"

    @property
    def has_deviations(self) -> bool:
        """Whether any well has others to be compared with, so that the switch has something to show."""
        return any(well is not None and well.deviation for m in self.maps for _, row in m.rows for well in row)


def plate_maps(tables: Tables, conditions: Sequence[str]) -> list[PlateMap]:
    """A map for every plate and read in wells.csv, in its order, at most MOST_READS per plate.

    A condition has the same letter on all maps, in the order of `conditions`.
    """
    letters = condition_letters(tables, conditions)
    wells = _with_source(tables)
    flags, quality = _flags_by_well(tables), quality_by_plate(tables)
    maps: list[PlateMap] = []
    for (assay, plate), own in wells.groupby(["assay", "plate"], sort=False):
        away, told = deviations_by_well(tables, str(assay), str(plate)), quality.get((str(assay), str(plate)), [])
        reads = [read for _, read in own.groupby(_KEYS[2:], sort=False, dropna=False)]
        rest = len(reads) - MOST_READS
        for i, read in enumerate(reads[:MOST_READS]):
            note = f"{rest} more reads of this plate are in wells.csv." if rest > 0 and i == MOST_READS - 1 else ""
            made = plate_map(f"{labels.assay(str(assay))}, plate {plate}", read, letters, flags, note, away)
            if told and i == 0:
                made = replace(made, quality=quality_listing(told), summary=quality_line(told))
            maps.append(made)
    return maps


def condition_letters(tables: Tables, conditions: Sequence[str]) -> dict[str, str]:
    """Condition -> its letter, the same on all maps and figures of the page: those of `conditions` first."""
    return dict(zip(_in_order([*conditions, *tables["wells"]["condition"]]), _letters(), strict=False))


def deviations_by_well(tables: Tables, assay: str, plate: str) -> dict[str, float]:
    """Well -> relative deviation of its own amount from the mean of those that hold the same (`deviations`).

    A well's own amount is its first row of AMOUNTS; quotients by protein come after it, under the same plate.
    """
    amounts = tables["amounts"]
    own = amounts[(amounts["assay"] == assay) & (amounts["plate"] == plate)]
    single = own[(own["well"] != "") & ~own["well"].str.contains(";", regex=False)].drop_duplicates("well")
    _, found = deviations(single)
    return dict(zip(found["well"], found["deviation"], strict=True))


def _with_source(tables: Tables) -> pd.DataFrame:
    """Wells with file, sheet and place of the reading that each came from."""
    source = tables["readings"][[*_KEYS, "file", "sheet", "place"]].drop_duplicates(_KEYS)
    return tables["wells"].merge(source, on=_KEYS, how="left").fillna({"file": "", "sheet": "", "place": ""})


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
    flags: Mapping[tuple[str, str], str],
    note: str = "",
    away: Mapping[str, float] | None = None,
) -> PlateMap:
    """The map of one read: rows of WELLS with file, sheet and place beside; `away` are deviations by well."""
    wells: list[Row] = [{str(k): v for k, v in r.items()} for r in read.to_dict("records")]
    run = {w["condition"] for w in wells}
    top = max((w["value"] for w in wells if w["value"] == w["value"]), default=float("nan"))
    placed = {
        _place(w["well"]): _with_deviation(
            _map_well(w, letters, top, flags.get((w["plate"], w["well"]), "")), (away or {}).get(w["well"])
        )
        for w in wells
    }
    rows, columns = range(1 + max(r for r, _ in placed)), range(1, 1 + max(c for _, c in placed))
    return PlateMap(
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


def _map_well(well: Row, letters: Mapping[str, str], top: float, flags: str) -> MapWell:
    """One well of the map."""
    value, role = well["value"], well["role"]
    sign = labels.ROLES.get(role, ("", role))[0]
    mark = f"{letters[well['condition']]}{well['rep']}" if role == "sample" and well["condition"] else sign
    if role == "standard":
        mark = f"{sign}{level(well['standard'])}"
    shade = max(0.0, min(1.0, value / top)) if value == value and top > 0 else 0.0
    odd = well["status"] not in ("ok", "")
    return MapWell(
        mark=mark,
        value=well["status"] if odd and value != value else significant(value),
        shade=round(shade, 2),
        role=role,
        ringed=bool(flags) or odd,
        told=_told(well, flags),
    )


def _with_deviation(well: MapWell, deviation: float | None) -> MapWell:
    """The well with its second face, where there are wells to compare it with."""
    if deviation is None:
        return well
    text = percent(deviation).replace(NO_BREAK, "\N{NARROW NO-BREAK SPACE}")
    signed = text if text.startswith("−") or not any(c in "123456789" for c in text) else f"+{text}"
    side = "above" if deviation > 0 else "below"
    told = f"{well.told}; {percent(abs(deviation))} {side} the mean of wells that hold the same"
    tilt = max(-1.0, min(1.0, deviation / FULL_COLOUR))
    return replace(well, deviation=signed, tilt=round(tilt, 2), told=told)


def _told(well: Row, flags: str) -> str:
    """All that is known of a well, for the hovering reader and the screen reader."""
    what = {"condition": "", "donor": "donor ", "rep": "rep "}
    parts = [labels.ROLES.get(well["role"], ("", well["role"]))[1]]
    parts += [before + well[column] for column, before in what.items() if well[column]]
    if well["standard"] == well["standard"]:
        parts.append(f"standard {level(well['standard'])}")
    parts.append(well["status"] if well["value"] != well["value"] else f"reads {level(well['value'])}")
    parts += [labels.flags(flags)] if flags else []
    source = ", ".join(p for p in (well["file"], well["sheet"], well["place"]) if p)
    return f"{well['well']}: {', '.join(parts)}" + (f" (from {source})" if source else "")


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
