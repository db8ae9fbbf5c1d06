"""One well of a plate map: its mark, what each face of the map shows of it, and the cell of the raw file."""

from collections.abc import Mapping
from dataclasses import dataclass

from mgassay.report import labels
from mgassay.report.numbers import NO_BREAK, level, percent, significant
from mgassay.report.rows import Row

FULL_COLOUR = 0.3  # the deviation from which on a well is coloured fully
# What a map can be switched to, and what it is called there.
FACES: Mapping[str, str] = {
    "reading": "Readings",
    "sign": "Role",
    "condition": "Condition",
    "donor": "Donor",
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
    """What is known of a well beside its reading: flags, its amount and unit in words, its relative deviation."""

    flags: str = ""
    amount: str = ""
    unit: str = ""
    deviation: float | None = None


def map_well(well: Row, letters: Mapping[str, str], top: float, known: Known) -> MapWell:
    """One well of the map; `top` is the highest reading, which is darkest."""
    value, role = well["value"], well["role"]
    sign = labels.ROLES.get(role, ("", role))[0]
    mark = f"{letters[well['condition']]}{well['rep']}" if role == "sample" and well["condition"] else sign
    if role == "standard":
        mark = f"{sign}{level(well['standard'])}"
    odd = well["status"] not in ("ok", "")
    shown = {
        "reading": well["status"] if odd and value != value else significant(value),
        "sign": sign,
        "condition": well["condition"],
        "donor": well["donor"],
        "amount": known.amount,
        "away": _deviation(known.deviation),
    }
    return MapWell(
        mark=mark,
        shade=round(max(0.0, min(1.0, value / top)), 2) if value == value and top > 0 else 0.0,
        role=role,
        ringed=bool(known.flags) or odd,
        told=_told(well, known),
        faces={face: text for face, text in shown.items() if text},
        tilt=round(max(-1.0, min(1.0, (known.deviation or 0.0) / FULL_COLOUR)), 2),
    )


def _deviation(deviation: float | None) -> str:
    """A relative deviation with its sign, in percent; "" where there is none."""
    if deviation is None:
        return ""
    text = percent(deviation).replace(NO_BREAK, "\N{NARROW NO-BREAK SPACE}")
    return text if text.startswith("−") or not any(c in "123456789" for c in text) else f"+{text}"


def _told(well: Row, known: Known) -> str:
    """All that is known of a well, for whoever points at it or chooses it, and for the screen reader."""
    what = {"condition": "", "donor": "donor ", "rep": "rep "}
    parts = [labels.ROLES.get(well["role"], ("", well["role"]))[1]]
    parts += [before + well[column] for column, before in what.items() if well[column]]
    if well["standard"] == well["standard"]:
        parts.append(f"standard {level(well['standard'])}")
    parts.append(well["status"] if well["value"] != well["value"] else f"reads {level(well['value'])}")
    parts += [f"amount {known.amount} {known.unit}".rstrip()] if known.amount else []
    parts += [labels.flags(known.flags)] if known.flags else []
    source = ", ".join(p for p in (well["file"], well["sheet"], well["place"]) if p)
    told = f"{well['well']}: {', '.join(parts)}" + (f" (from {source})" if source else "")
    if known.deviation is None:
        return told
    side = "above" if known.deviation > 0 else "below"
    return f"{told}; {percent(abs(known.deviation))} {side} the mean of wells that hold the same"
