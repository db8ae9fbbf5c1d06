"""What plate maps of qPCR and of images show: their wells as those of plates with a standard curve are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate

import pandas as pd

from mgassay.report import labels
from mgassay.report.map_wells import Known
from mgassay.report.numbers import area_percent, count
from mgassay.report.rows import Row, Tables

MOST_TARGETS = 3  # maps of a plate that reads several targets in each well
MOST_WELLS = 2304  # of qPCR on the page, six plates of 384: about a megabyte
_NO_TEMPLATE = ("ntc", "nrt")
_STATUS = {"value": "ok", "undetermined": "no Cq", "none": "no result"}
OF_THE_RUN = frozenset({"assumed_cycles", "assumed_efficiency", "efficiency_error"})  # no flaw of a well
_PLACED = r"[A-Z]{1,2}[0-9]{1,2}"  # tubes of a rotor stand on no plate


@dataclass(frozen=True)
class MapSource:
    """One map to be: its title, its wells (WELLS with file, sheet, place and raw), what else is known of them by well.

    `verb` stands before what was read; where `early_is_dark` the lowest reading is darkest.
    """

    title: str
    wells: pd.DataFrame
    known: Mapping[str, Known] = field(default_factory=dict)
    verb: str = "reads"
    early_is_dark: bool = False
    note: str = ""


def qpcr_sources(tables: Tables) -> list[MapSource]:
    """The maps of qPCR, the first and as many more as there is room for; the last one says how many are not shown."""
    asked = list(_asked(tables))
    fitting = sum(total <= MOST_WELLS for total in accumulate(len(shown) for _, _, shown, _ in asked))
    drawn = [_qpcr_source(*one) for one in asked[: max(fitting, 1)]]
    if rest := len(asked) - len(drawn):
        told = f"{count(rest, 'more map')} of qPCR did not fit on this page: qpcr.csv."
        drawn[-1] = replace(drawn[-1], note=f"{drawn[-1].note} {told}".strip())
    return drawn


def _asked(tables: Tables) -> Iterator[tuple[str, str, pd.DataFrame, str]]:
    """Plate, target, wells and note of a map per plate, of one that reads several targets in a well one per target."""
    qpcr = tables["qpcr"]
    known = _with_reading(qpcr[qpcr["well"].str.fullmatch(_PLACED)], tables)
    for plate, own in known.groupby("plate", sort=False):
        if not own.duplicated("well").any():
            yield str(plate), "", own, ""
            continue
        targets = list(dict.fromkeys(own["target"]))
        rest = len(targets) - MOST_TARGETS
        for i, target in enumerate(targets[:MOST_TARGETS], 1):
            note = f"{count(rest, 'more target')} of this plate: qpcr.csv." if rest > 0 and i == MOST_TARGETS else ""
            yield str(plate), target, own[own["target"] == target], note


def _with_reading(qpcr: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Rows of QPCR with file, sheet, place and the text of the Cq that each came from."""
    keys = ["plate", "well", "channel"]
    source = tables["readings"][[*keys, "file", "sheet", "place", "raw"]].drop_duplicates(keys)
    merged = qpcr.merge(source.rename(columns={"channel": "target"}), on=["plate", "well", "target"], how="left")
    return merged.fillna(dict.fromkeys(("file", "sheet", "place", "raw"), ""))


def _qpcr_source(plate: str, target: str, shown: pd.DataFrame, note: str) -> MapSource:
    """One map of Cq."""
    wells = [_qpcr_well(r) for r in _rows(shown)]
    flags = (";".join(f for f in flag.split(";") if f not in OF_THE_RUN) for flag in shown["flag"])
    known = {w: Known(flags=f, target=t) for w, f, t in zip(shown["well"], flags, shown["target"], strict=True)}
    title = f"{labels.assay('qpcr')}, plate {plate}" + (f", {target}" if target else "")
    return MapSource(title, pd.DataFrame(wells), known, "Cq", True, note)


def _rows(table: pd.DataFrame) -> list[Row]:
    """The rows of a table by column name."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _qpcr_well(row: Row) -> dict[str, object]:
    """A row of QPCR as a well of a map; without template it is a Cq that is odd, not its absence."""
    status = _STATUS.get(row["status"], row["status"])
    raw = row["raw"]
    if row["role"] in _NO_TEMPLATE:
        status, raw = ("Cq without template", raw) if row["cq"] == row["cq"] else ("", "no Cq")
    given = {"well": row["well"], "value": row["cq"], "status": status, "raw": raw}
    same = {c: row[c] for c in ("role", "condition", "donor", "rep", "file", "sheet", "place")}
    return {**same, **given, "channel": "", "wavelength_nm": float("nan"), "standard": float("nan")}


def image_sources(tables: Tables) -> Iterator[MapSource]:
    """A map per plate of images: the stained share of each well, with the images it was measured in."""
    wells, images = tables["image_wells"], tables["images"]
    files: dict[tuple[str, str], list[str]] = {}
    for plate, well, file in zip(images["plate"], images["well"], images["file"], strict=True):
        files.setdefault((plate, well), []).append(file)
    for name, own in wells[wells["well"].str.fullmatch(_PLACED)].groupby("plate", sort=False):
        rows = _rows(own)
        shown = pd.DataFrame([_image_well(r, files.get((str(name), r["well"]), [])) for r in rows])
        known = {r["well"]: Known(flags=r["flag"]) for r in rows}
        yield MapSource(f"{labels.assay('alizarin_image')}, plate {name}", shown, known, "stained")


def _image_well(row: Row, files: list[str]) -> dict[str, object]:
    """A row of IMAGE_WELLS as a well of a map; of several images the first is named."""
    more = f" and {count(len(files) - 1, 'more field')}" if len(files) > 1 else ""
    area = row["area_fraction"]
    given = {"value": area, "status": "ok" if area == area else "no value", "raw": area_percent(area)}
    place = {"file": f"{files[0]}{more}" if files else "", "sheet": "", "place": ""}
    bare = {"channel": "", "wavelength_nm": float("nan"), "standard": float("nan"), "role": "sample"}
    return {**{c: row[c] for c in ("well", "condition", "donor", "rep")}, **bare, **given, **place}
