"""Amplification curves: fluorescence of every well and target over the cycles, as far as the export holds them."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mgassay import tables
from mgassay.readers.cq_tables import column_name
from mgassay.readers.cycles import cycle_number
from mgassay.readers.text import quantity_from
from mgassay.wellnames import well_from_text

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.experiment import RawFile

# Signals as programs name them, the least processed first: what the program subtracted is left out where it can be.
SIGNALS = {
    "rn": "Rn", "fluorescence": "fluorescence", "rfu": "RFU",
    "δrn": "dRn", "∆rn": "dRn", "delta rn": "dRn", "drn": "dRn",
}  # fmt: skip
_WELLS, _TARGETS = ("well position", "well"), ("target name", "target", "detector name", "detector")
_CYCLES = ("cycle", "cycle number")

Point = tuple[str, str, str, str]  # well, target, cycle, signal: all as read


def curves_from_rows(
    rows: Iterable[Sequence[str]], mark: str, raw: "RawFile", wells_by_number: Mapping[str, str]
) -> "pd.DataFrame":
    """AMPLIFICATION of a section with one row per well, cycle and target, from its header on; no rows without one.

    `wells_by_number` names the wells where the section only numbers them.
    """
    lines = iter(rows)
    header = next((row for row in lines if is_curve_header(row)), None)
    if header is None:
        return tables.AMPLIFICATION.frame()
    names = [column_name(c) for c in header]
    signal = next(s for s in SIGNALS if s in names)
    at = (*(_first(names, wanted) for wanted in (_WELLS, _TARGETS, _CYCLES)), names.index(signal))
    points = [tuple(row[k] if 0 <= k < len(row) else "" for k in at) for row in lines]
    named = [(wells_by_number.get(w) or well_from_text(w), t, c, s) for w, t, c, s in points if w and c]
    return curves_from_points(named, SIGNALS[signal], mark, raw)


def is_curve_header(cells: Sequence[str]) -> bool:
    """Whether a row heads curves with one row per well and cycle.

    >>> is_curve_header(["Well Position", "Cycle Number", "Target", "Rn", "dRn"]), is_curve_header(["Well", "Cq"])
    (True, False)
    """
    names = {column_name(c) for c in cells}
    return all(not names.isdisjoint(wanted) for wanted in (_WELLS, _CYCLES, SIGNALS))


def wide_curves_in(cells: Sequence[Sequence[str]]) -> list[tuple[str, str, str]]:
    """Points (well, cycle, signal) of curves with cycles down and wells across; none without such a table."""
    header = next((k for k, row in enumerate(cells) if is_wide_header(row)), None)
    if header is None:
        return []
    at = next(k for k, c in enumerate(cells[header]) if c)
    wells = [well_from_text(c) for c in cells[header][at + 1 :]]
    body = itertools.takewhile(lambda row: len(row) > at and cycle_number(row[at]) > 0, cells[header + 1 :])
    return [(w, row[at], text) for row in body for w, text in zip(wells, row[at + 1 :], strict=False) if w]


def is_wide_header(cells: Sequence[str]) -> bool:
    """Whether a row heads curves with cycles down and wells across.

    >>> is_wide_header(["", "Cycle", "A1", "A2"]), is_wide_header(["Well", "Cycle", "Rn"])
    (True, False)
    """
    first, *others = [c for c in cells if c] or [""]
    return first.casefold() == "cycle" and bool(others) and all(map(well_from_text, others))


def curves_from_points(points: Sequence[Point], signal: str, mark: str, raw: "RawFile") -> "pd.DataFrame":
    """AMPLIFICATION of single points; cycles between the first and the last that have no value stay empty.

    `mark` is the decimal mark of the file; the other one may part thousands. A well and target with two values of one
    cycle (two stages of a run, say) has no one curve, and none is made of them.
    """
    curves: dict[tuple[str, str], dict[int, float]] = {}
    mixed: set[tuple[str, str]] = set()
    for well, target, cycle, text in points:
        value = quantity_from(text, mark)
        number = cycle_number(cycle)
        if well and value is not None and number:
            curve = curves.setdefault((well, target), {})
            if curve.setdefault(number, value) != value:
                mixed.add((well, target))
    return tables.AMPLIFICATION.frame(
        {
            "file": raw.file,
            "plate": raw.plate,
            "well": well,
            "target": target,
            "signal": signal,
            "first_cycle": min(curve),
            "fluorescence": ";".join(repr(curve[c]) if c in curve else "" for c in range(min(curve), max(curve) + 1)),
        }
        for (well, target), curve in curves.items()
        if (well, target) not in mixed
    )


def _first(names: Sequence[str], wanted: Sequence[str]) -> int:
    """Where the first of the wanted names stands, -1 for none."""
    return next((names.index(w) for w in wanted if w in names), -1)
