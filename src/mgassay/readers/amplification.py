"""Amplification curves: fluorescence of every well and target over the cycles, as far as the export holds them."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from mgassay import tables
from mgassay.experiment import RawFile
from mgassay.readers.cq_tables import column_name
from mgassay.readers.text import quantity_from
from mgassay.readers.wellnames import well_from_text

# Signals as programs name them, the least processed first: what the program subtracted is left out where it can be.
SIGNALS = {"rn": "Rn", "fluorescence": "fluorescence", "rfu": "RFU", "Δrn": "dRn", "delta rn": "dRn", "drn": "dRn"}
_WELLS, _TARGETS = ("well position", "well"), ("target name", "target", "detector name")

Point = tuple[str, str, str, str]  # well, target, cycle, signal: all as read


def curves_from_rows(
    rows: Iterable[Sequence[str]], mark: str, raw: RawFile, wells_by_number: Mapping[str, str]
) -> pd.DataFrame:
    """AMPLIFICATION of a section with one row per well, cycle and target, from its header on; no rows without one.

    `wells_by_number` names the wells where the section only numbers them.
    """
    lines = iter(rows)
    for header in lines:
        names = [column_name(c) for c in header]
        signal = next((s for s in SIGNALS if s in names), "")
        if "cycle" in names and signal and any(w in names for w in _WELLS):
            break
    else:
        return tables.AMPLIFICATION.frame()
    well, target = _first(names, _WELLS), _first(names, _TARGETS)
    at = (well, target, names.index("cycle"), names.index(signal))
    points = [tuple(row[k] if 0 <= k < len(row) else "" for k in at) for row in lines]
    named = [(wells_by_number.get(w) or well_from_text(w), t, c, s) for w, t, c, s in points if w and c]
    return curves_from_points(named, SIGNALS[signal], mark, raw)


def curves_from_points(points: Sequence[Point], signal: str, mark: str, raw: RawFile) -> pd.DataFrame:
    """AMPLIFICATION of single points; cycles between the first and the last that have no value stay empty.

    `mark` is the decimal mark of the file; the other one may part thousands.
    """
    curves: dict[tuple[str, str], dict[int, float]] = {}
    for well, target, cycle, text in points:
        value = quantity_from(text, mark)
        if well and value is not None and cycle.isdigit():
            curves.setdefault((well, target), {})[int(cycle)] = value
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
    )


def _first(names: Sequence[str], wanted: Sequence[str]) -> int:
    """Where the first of the wanted names stands, -1 for none."""
    return next((names.index(w) for w in wanted if w in names), -1)
