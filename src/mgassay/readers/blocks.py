"""From blocks of values, as a vendor's reader found them, to readings: which plate, which wavelength, which numbers."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.problems import Problems, listed, suggestion
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.spots import Spot
from mgassay.readers.text import decimal_mark, number_from, quantity_from, status_of

if TYPE_CHECKING:
    import pandas as pd

    from mgassay.experiment import RawFile

_MISPLACED = {"date": "MG122", "formula": "MG123", "unknown": "MG120"}
_STORED = 1e-15  # relative; programs write 16 or 17 digits of a number into a workbook
_NAMED = 24  # plates in a message
_SAME_NM = 0.5  # wavelengths nearer than this are one: readers print whole nanometres


@dataclass(frozen=True)
class Block:
    """One read of one plate: raw values only, never what the vendor computed from them.

    `label` is the plate's name in the file, `channel` the read's; `single` tells that the file stores single precision.
    """

    sheet: Sheet
    spots: tuple[Spot, ...]
    label: str = ""
    channel: str = ""
    wavelength_nm: float = math.nan
    read_index: int = 0
    time_s: float = math.nan
    single: bool = False

    @property
    def plate(self) -> str:
        """The plate's name among the plates of its file."""
        return "/".join(part for part in (self.sheet.name, self.label) if part)

    @property
    def names(self) -> tuple[str, ...]:
        """What the lab may write under `sheet` to mean this block."""
        return (self.plate, self.sheet.name, self.label, self.channel)


FindBlocks = Callable[[Content, Problems], list[Block]]


def channel_name(label: str, wavelength_nm: float) -> str:
    """The label when it has words of its own, else `A` and the wavelength.

    >>> channel_name("450 1", 450.0), channel_name("OD600_1", 600.0)
    ('A450', 'OD600_1')
    """
    if math.isnan(wavelength_nm) or any(c.isalpha() for c in label):
        return label
    return f"A{wavelength_nm:g}"


def wavelengths_of_pairs(pairs: Sequence[tuple[float, float]]) -> list[float]:
    """The wavelength that tells the fluorescence reads (excitation, emission) of one plate apart; NaN where none does.

    Probes read at two excitations and one emission have the excitations, so that files.csv can ask for `340;380`.

    >>> wavelengths_of_pairs([(340.0, 510.0), (380.0, 510.0)]), wavelengths_of_pairs([(485.0, 525.0)])
    ([340.0, 380.0], [nan])
    """
    for part in (0, 1):
        lights = [pair[part] for pair in pairs]
        if len(pairs) > 1 and len(set(lights)) == len(pairs) and len({pair[1 - part] for pair in pairs}) == 1:
            return lights
    return [math.nan] * len(pairs)


def readings_from_blocks(
    blocks: Sequence[Block], content: Content, raw: "RawFile", problems: Problems
) -> "pd.DataFrame":
    """RAW_READINGS of the one plate that files.csv means, in the order of the file.

    Raises UnreadableError when the plate or wavelength is not in the file or not clear, or the numbers are ambiguous.
    """
    chosen = _of_wavelength(_of_sheet(blocks, raw), raw, problems)
    _check_one_plate(chosen)
    _check_wells_once(chosen)
    places = [(b, spot, b.sheet.cell(spot.row, spot.col)) for b in chosen for spot in b.spots]
    said = [status_of(token) for _, _, token in places]
    _check_last_number(places, said, content)
    if all(status == "missing" for status, _ in said):
        raise UnreadableError("MG126", seen="no number where readings should stand", title="a plate")
    mark = _mark_of(places, said)
    if mark == ",":
        problems.add("MG128", file=raw.file)
    for (block, spot, token), (status, _) in zip(places, said, strict=True):
        if status in _MISPLACED:
            place = block.sheet.place(spot.row, spot.col)
            problems.add(_MISPLACED[status], file=raw.file, sheet=block.sheet.name, place=place, seen=token)
    rows = [_reading(*where, *what, mark, raw) for where, what in zip(places, said, strict=True)]
    return tables.RAW_READINGS.frame(rows)


def _mark_of(places: Sequence[tuple[Block, Spot, str]], said: Sequence[tuple[str, str]]) -> str:
    """The decimal mark of the readings; raises UnreadableError MG121 with the first cell that leaves it in doubt."""
    try:
        return decimal_mark(number for _, number in said if number)
    except UnreadableError as bad:
        at = next((b, s) for (b, s, _), (_, number) in zip(places, said, strict=True) if number == bad.seen)
        place = at[0].sheet.place(at[1].row, at[1].col)
        raise UnreadableError("MG121", sheet=at[0].sheet.name, place=place, seen=bad.seen) from bad


def _reading(
    block: Block, spot: Spot, token: str, status: str, number: str, mark: str, raw: "RawFile"
) -> dict[str, Any]:
    """One row of the readings."""
    value = quantity_from(number, mark)
    return {
        "file": raw.file,
        "sheet": block.sheet.name or block.label,
        "place": block.sheet.place(spot.row, spot.col),
        "plate": raw.plate,
        "well": spot.well,
        "channel": block.channel,
        "wavelength_nm": block.wavelength_nm,
        "read_index": block.read_index,
        "time_s": block.time_s,
        "value": _as_printed(value) if block.single else value,
        "status": "missing" if status in _MISPLACED else status,
        "raw": token,
    }


def _as_printed(value: float | None) -> float | None:
    """The decimal that a single-precision number was made from: 0.3438, stored as 0.34380000829696655.

    Only for numbers that are single precision in all 16 digits that a workbook keeps; any other is returned as it is.
    """
    if value is None:
        return None
    import numpy as np

    if abs(value) > np.finfo(np.float32).max:
        return value
    single = np.float32(value)
    return float(str(single)) if abs(float(single) - value) <= _STORED * abs(value) else value


def _of_sheet(blocks: Sequence[Block], raw: "RawFile") -> list[Block]:
    """The blocks that the row's `sheet` names; all when it is empty."""
    if not raw.sheet:
        return list(blocks)
    wanted = raw.sheet.strip().casefold()
    chosen = [b for b in blocks if wanted in (name.casefold() for name in b.names)]
    if not chosen:
        known = dict.fromkeys(name for b in blocks for name in (b.sheet.name, b.label) if name)
        raise UnreadableError("MG115", sheet=raw.sheet, seen=raw.sheet, suggestion=suggestion(raw.sheet, known))
    return chosen


def _of_wavelength(blocks: list[Block], raw: "RawFile", problems: Problems) -> list[Block]:
    """The blocks at the wavelengths that the row asks for; all when it asks for none and there is one read only.

    A file that declares one other wavelength is read, with a problem: the lab may look at it and confirm.
    """
    declared = sorted({b.wavelength_nm for b in blocks if not math.isnan(b.wavelength_nm)})
    known = ", ".join(f"{nm:g}" for nm in declared)
    wanted = _wavelengths_asked(raw)
    chosen = [b for b in blocks if any(abs(b.wavelength_nm - nm) < _SAME_NM for nm in wanted)]
    absent = [nm for nm in wanted if all(abs(nm - d) >= _SAME_NM for d in declared)]
    if absent and len(declared) == 1 and len(wanted) == 1:
        problems.add("MG118", file=raw.file, seen=known, asked=raw.wavelength_nm)
    elif absent and declared:
        raise UnreadableError("MG116", seen=";".join(f"{nm:g}" for nm in absent), known=known)
    elif absent and len(wanted) > 1:  # of a ratiometric probe both reads are needed, and told apart
        raise UnreadableError("MG116", seen=";".join(f"{nm:g}" for nm in absent), known="no named wavelength")
    elif absent:
        problems.add("MG119", file=raw.file, seen="none", asked=raw.wavelength_nm)
    if wanted and not absent:
        for nm in wanted:  # a plate may have several reads at one wavelength: before and after, with a shake between
            _check_one_read([b for b in chosen if abs(b.wavelength_nm - nm) < _SAME_NM])
        return chosen
    _check_one_read(blocks)
    return blocks


def _check_one_read(blocks: Sequence[Block]) -> None:
    """Raises UnreadableError MG117 when one plate has several reads and files.csv does not say which is meant."""
    reads: dict[str, dict[tuple[str, float | None], None]] = {}
    for b in blocks:
        nm = None if math.isnan(b.wavelength_nm) else b.wavelength_nm
        reads.setdefault(b.plate, {})[b.channel, nm] = None
    several = next((r for r in reads.values() if len(r) > 1), None)
    if several:
        raise UnreadableError("MG117", seen=", ".join(c if nm is None else f"{c} ({nm:g} nm)" for c, nm in several))


def _wavelengths_asked(raw: "RawFile") -> list[float]:
    """The row's wavelengths in nm ("340;380" for ratiometric probes); raises UnreadableError MG114 for other text."""
    parts = [part.strip() for part in raw.wavelength_nm.split(";") if part.strip()]
    numbers = [number_from(part, ".") for part in parts]
    if None in numbers:
        raise UnreadableError("MG114", seen=raw.wavelength_nm)
    return [n for n in numbers if n is not None]


def _check_one_plate(blocks: Sequence[Block]) -> None:
    """Raises UnreadableError MG113 when the blocks are of several plates: nothing is guessed."""
    plates = dict.fromkeys((b.sheet.name, b.label) for b in blocks)
    if len(plates) <= 1:
        return
    for part in (1, 0):  # the plate's own label tells them apart, or the sheet, or only both
        names = [plate[part] for plate in plates]
        if all(names) and len(set(names)) == len(names):
            raise UnreadableError("MG113", seen=listed(names, _NAMED))
    raise UnreadableError("MG113", seen=listed((b.plate for b in blocks), _NAMED))


def _check_last_number(
    places: Sequence[tuple[Block, Spot, str]], said: Sequence[tuple[str, str]], content: Content
) -> None:
    """Raises UnreadableError MG127 for a text that ends within its last reading, without a line break.

    Such a text ends in an empty cell, or in a number with fewer decimals than any other of its numbers.
    """
    if not content.text or content.text[-1] in "\r\n":
        return
    end = (len(content.lines) - 1, len(content.sheets[0].cells[-1]) - 1)
    numbers = {(s.row, s.col): number for (_, s, _), (_, number) in zip(places, said, strict=True) if number}
    last = numbers.pop(end, "")
    cut = bool(last and numbers and _decimals(last) < min(map(_decimals, numbers.values())))
    empty = any((s.row, s.col) == end and not token for _, s, token in places)
    if cut or empty or last.endswith((".", ",")):
        seen = f"{f'“{last}”' if last else 'no value'} and no line end"
        raise UnreadableError("MG127", place=content.sheets[0].place(*end), seen=seen)


def _decimals(number: str) -> int:
    """How many digits a number has behind its decimal mark."""
    return len(re.split("[.,]", number, maxsplit=1)[1]) if re.search("[.,]", number) else 0


def _check_wells_once(blocks: Sequence[Block]) -> None:
    """Raises UnreadableError MG125 when a well has two values of the same read."""
    counts = Counter((b.channel, b.wavelength_nm, b.read_index, s.well) for b in blocks for s in b.spots)
    twice = next((key for key, n in counts.items() if n > 1), None)
    if twice:
        spots = [(b, s) for b in blocks for s in b.spots if s.well == twice[3] and b.channel == twice[0]]
        block, spot = spots[-1]
        raise UnreadableError("MG125", place=block.sheet.place(spot.row, spot.col), seen=twice[3])
