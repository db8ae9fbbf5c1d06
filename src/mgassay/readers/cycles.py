"""How many cycles a qPCR run had, as far as its export says.

A non-detect is censored at this count, so it is never guessed: where the export does not say, it is missing.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mgassay.readers.sheets import Content

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_CYCLE_NUMBER = re.compile(r"0{0,5}[1-9]\d{0,2}", re.ASCII)  # no run has a thousand cycles
_CYCLE = ("cycle", "cycle number")
_SAID_CYCLES = re.compile(r"[*#]?\s*(?:number of |total )?cycles\s*[=:\t]\s*(\d{1,3})\s*", re.IGNORECASE)


def beyond_run(cq: float, cycles: int | None) -> bool:
    """Whether a Cq lies at or above the cycles of its run, as some programs and labs write what was not detected.

    >>> beyond_run(39.9, 40), beyond_run(40.0, 40), beyond_run(45.0, None)
    (False, True, False)
    """
    return cycles is not None and cq >= cycles


def cycles_run(
    content: Content,
    amplified: Iterable[Sequence[str]],
    baseline_ends: Iterable[float],
    cq: "npt.NDArray[np.float64]",
) -> int | None:
    """The cycles that were run: as the header says, else the last cycle of the amplification data, else None.

    `amplified` are the rows of the amplification data, their header among them. Data that end before a baseline or a
    Cq were shortened, and say nothing.
    """
    if said := _cycles_said(content):
        return said
    return cycles_reached(_cycle_numbers(amplified), baseline_ends, cq)


def cycles_reached(cycles: Iterable[int], baseline_ends: Iterable[float], cq: "npt.NDArray[np.float64]") -> int | None:
    """The last of the cycles that curves hold, None where there are none or a baseline or a Cq lies beyond them."""
    import numpy as np

    last = max(cycles, default=0)
    reached = max([*baseline_ends, *cq[~np.isnan(cq)]], default=0.0)
    return last if last and last >= reached else None


def _cycles_said(content: Content) -> int | None:
    """The cycle count in the file's header lines."""
    rows = ("\t".join(c for c in row if c) for row in content.opening)
    return next((int(m[1]) for text in rows if (m := _SAID_CYCLES.fullmatch(text))), None)


def _cycle_numbers(rows: Iterable[Sequence[str]]) -> set[int]:
    """The numbers under the header `Cycle`, or `Cycle Number`."""
    col, seen = -1, set()
    for row in rows:
        if col < 0:
            col = next((k for k, c in enumerate(row) if c.strip().casefold() in _CYCLE), -1)
        elif col < len(row):
            seen.add(row[col])
    return {number for text in seen if (number := cycle_number(text))}


def cycle_number(text: str) -> int:
    """The number of a cycle, 0 for what is none.

    >>> cycle_number("40"), cycle_number("4²"), cycle_number("40000000"), cycle_number("Cycle")
    (40, 0, 0, 0)
    """
    return int(text) if _CYCLE_NUMBER.fullmatch(text.strip()) else 0
