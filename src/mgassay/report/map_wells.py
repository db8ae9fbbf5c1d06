"""One well of a plate map: its mark, what each face of the map shows of it, and the cell of the raw file."""

from collections.abc import Mapping
from dataclasses import dataclass

from mgassay.report import labels
from mgassay.report.numbers import NO_BREAK, level, percent, trimmed
from mgassay.report.rows import Row

MOST_LETTERS = 8  # of a reading in its well; longer ones come of arithmetic
FULL_COLOUR = 0.3  # the deviation from which on a well is coloured fully
# What a map can be switched to, and what it is called there.
FACES: Mapping[str, str] = {
    "reading": "Readings",
    "sign": "Role",
    "condition": "Condition",
    "donor": "Donor",
    "target": "Target",
    "amount": "Amount",
    "away": "Deviation from wells that hold the same",
}


@dataclass(frozen=True)
class MapWell:
    """One well: what is printed in it, how dark it is (0 to 1), its role, whether it is ringed, what it tells.

    `faces` is what stands under the mark on each face (FACES), those with nothing to show left out; the deviation is
    coloured by `tilt` (-1 to 1), 0 for a well that has none like it.
    """

    mark: str
    shade: float
    role: str
    ringed: bool
    told: str
    faces: Mapping[str, str]
    tilt: float = 0.0

    @property
    def value(self) -> str:
        """What was read."""
        return self.faces.get("reading", "")

    @property
    def deviation(self) -> str:
        """How far it lies from the wells that hold the same; "" where there are none."""
        return self.faces.get("away", "")


@dataclass(frozen=True)
class Known:
    """What is known of a well beside its reading: flags, its amount and unit in words, its relative deviation.

    `target` is what qPCR read of it.
    """

    flags: str = ""
    amount: str = ""
    unit: str = ""
    deviation: float | None = None
    target: str = ""


def map_well(
    well: Row, letters: Mapping[str, str], ends: tuple[float, float], known: Known, verb: str = "reads"
) -> MapWell:
    """One well of the map; `ends` are the readings that are not coloured and coloured fully.

    `verb` stands before what was read.
    """
    role = well["role"]
    sign = labels.ROLES.get(role, ("", role))[0]
    mark = f"{letters[well['condition']]}{well['rep']}" if role == "sample" and well["condition"] else sign
    if role == "standard" and well["standard"] == well["standard"]:
        mark = f"{sign}{level(well['standard'])}"
    odd = well["status"] not in ("ok", "")
    shown = {
        "reading": _reading(well),
        "sign": sign,
        "condition": well["condition"],
        "donor": well["donor"],
        "target": known.target,
        "amount": known.amount,
        "away": _deviation(known.deviation),
    }
    return MapWell(
        mark=mark,
        shade=_shade(well["value"], *ends),
        role=role,
        ringed=bool(known.flags) or odd,
        told=_told(well, known, verb),
        faces={face: text for face, text in shown.items() if text},
        tilt=round(max(-1.0, min(1.0, (known.deviation or 0.0) / FULL_COLOUR)), 2),
    )


def _reading(well: Row) -> str:
    """What was read, as the file has it where that fits; without a number what became of it."""
    if well["value"] != well["value"]:
        return str(well["status"] if well["status"] not in ("ok", "") else well["raw"])
    return str(well["raw"]) if 0 < len(well["raw"]) <= MOST_LETTERS else trimmed(well["value"])


def _shade(value: float, none: float, full: float) -> float:
    """How dark a reading is between two others, 0 to 1; 0 without one, and where the two are the same."""
    known = value == value and none == none and full != none
    return round(max(0.0, min(1.0, (value - none) / (full - none))), 2) if known else 0.0


def _deviation(deviation: float | None) -> str:
    """A relative deviation with its sign, in percent; "" where there is none."""
    if deviation is None:
        return ""
    text = percent(deviation).replace(NO_BREAK, "\N{NARROW NO-BREAK SPACE}")
    return text if text.startswith("−") or not any(c in "123456789" for c in text) else f"+{text}"


def _told(well: Row, known: Known, verb: str) -> str:
    """All that is known of a well, for whoever points at it or chooses it, and for the screen reader."""
    what = {"condition": "", "donor": "donor ", "rep": "rep "}
    parts = [labels.ROLES.get(well["role"], ("", well["role"]))[1], *filter(None, [known.target])]
    parts += [before + well[column] for column, before in what.items() if well[column]]
    if well["standard"] == well["standard"]:
        parts.append(f"standard {level(well['standard'])}")
    read = well["value"] == well["value"]
    parts.append(f"{verb} {well['raw'] or level(well['value'])}" if read else str(well["status"] or well["raw"]))
    parts += [f"amount {known.amount} {known.unit}".rstrip()] if known.amount else []
    parts += [labels.flags(known.flags)] if known.flags else []
    source = ", ".join(p for p in (well["file"], well["sheet"], well["place"]) if p)
    told = f"{well['well']}: {', '.join(parts)}" + (f" (from {source})" if source else "")
    if known.deviation is None:
        return told
    side = "above" if known.deviation > 0 else "below"
    return f"{told}; {percent(abs(known.deviation))} {side} the mean of wells that hold the same"
