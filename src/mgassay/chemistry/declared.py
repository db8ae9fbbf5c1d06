"""What is told of the media that conditions.csv describes: what is missing, impossible, taken for granted."""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mgassay.chemistry.composition import LIMITS, Composed, Medium
from mgassay.chemistry.engine import SpeciationError, speciation_of
from mgassay.chemistry.media import basal_media, basal_medium, known_names
from mgassay.problems import Problems, listed, suggestion

FILE = "conditions.csv"
NEAR_PH = 0.15  # beyond which a measured pH and that of bicarbonate under its gas are not the same
_SET = "rec37"  # by which the pH of bicarbonate is told: the sets agree to 0.01

Row = Mapping[Hashable, Any]


def tell(rows: Sequence[Row], made: Mapping[str, Composed], problems: Problems) -> None:
    """A problem for all that conditions share, one for each value that no medium can hold."""
    for row in rows:
        one = made[str(row["condition"])]
        for column in one.impossible:
            low, high = LIMITS[column]
            where = {"file": FILE, "place": f"condition {row['condition']}", "seen": f"{row[column]:g}"}
            problems.add("MG801", **where, column=column, low=f"{low:g}", high=f"{high:g}")
    for missing, names in _grouped(made, lambda one: [", ".join(one.missing)]).items():
        problems.add("MG802", file=FILE, seen=names, missing=missing)
    for assumed, names in _grouped(made, lambda one: one.assumed).items():
        problems.add("MG803", file=FILE, seen=names, assumed=assumed)
    for basal, names in _grouped(made, lambda one: [one.unknown_basal]).items():
        problems.add("MG804", file=FILE, seen=basal, conditions=names, suggestion=suggestion(basal, known_names()))
    for salt, names in _grouped(made, lambda one: [one.unknown_salt]).items():
        problems.add("MG805", file=FILE, seen=salt, conditions=names)
    _tell_recipes(rows, made, problems)
    _tell_pH(made, problems)


def _grouped(made: Mapping[str, Composed], said: Callable[[Composed], Iterable[str]]) -> dict[str, str]:
    """What is said of conditions -> their names, in the order in which it is first said."""
    found: dict[str, list[str]] = {}
    for name, one in made.items():
        for text in filter(None, said(one)):
            found.setdefault(text, []).append(name)
    return {text: listed(names) for text, names in found.items()}


def _tell_recipes(rows: Sequence[Row], made: Mapping[str, Composed], problems: Problems) -> None:
    """That a recipe of a basal medium was taken, and that nobody has read it in the maker's document."""
    used = [basal_medium(str(r["basal_medium"])) for r in rows if made[str(r["condition"])].media]
    for medium in (m for m in basal_media().values() if m in used):
        problems.add("MG808", file=FILE, seen=medium.name, recipe=medium.source.title)


def _tell_pH(made: Mapping[str, Composed], problems: Problems) -> None:
    """Where a measured pH is not the one that bicarbonate has under its gas."""
    apart: dict[str, list[str]] = {}
    for name, one in made.items():
        medium = next(iter(one.media.values()), None)
        if medium is None or math.isnan(medium.pH) or not (medium.co2_percent > 0 and medium.carbonate_mM > 0):
            continue
        alone = _pH_alone(medium)
        if abs(alone - medium.pH) > NEAR_PH:
            apart.setdefault(f"{medium.pH:g}|{alone:.2f}", []).append(name)
    for both, names in apart.items():
        measured, alone_text = both.split("|")
        problems.add("MG807", file=FILE, seen=measured, alone=alone_text, conditions=listed(names))


def _pH_alone(medium: Medium) -> float:
    """The pH of a medium's bicarbonate under its gas; NaN where there is none."""
    try:
        return speciation_of(replace(medium, pH=math.nan), _SET).pH
    except SpeciationError:
        return math.nan
