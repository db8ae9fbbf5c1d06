"""The `Plate:` sections of a SoftMax Pro export: their first line says by position what follows, up to `~End`."""

import math
import re
from dataclasses import dataclass

from mgassay.errors import UnreadableError
from mgassay.readers.sheets import Sheet
from mgassay.readers.text import number_from
from mgassay.wellnames import MAX_COLUMNS, PLATE_SHAPES

FORMATS, KINDS = ("plateformat", "timeformat"), ("endpoint", "kinetic", "spectrum")


@dataclass(frozen=True)
class Section:
    """One `Plate:` section: its line's fields as for absorbance, and its rows up to `~End`."""

    sheet: Sheet
    start: int
    end: int
    fields: tuple[str, ...]
    label: str

    def field(self, number: int) -> str:
        """A field of the `Plate:` line, in lower case."""
        return self.fields[number].casefold() if number < len(self.fields) else ""

    def count(self, number: int) -> int:
        """A field that holds a whole number, 0 where it does not."""
        return int(self.field(number)) if re.fullmatch(r"\d{1,6}", self.field(number)) else 0

    def numbers(self, number: int) -> list[float]:
        """A field that holds numbers parted by blanks; NaN for what is none."""
        return [number_from(part, ".") or math.nan for part in self.field(number).split()]

    @property
    def left_out(self) -> str:
        """Why the section holds no readings, "" when it does."""
        if self.field(3) not in FORMATS:
            return "a format that is neither PlateFormat nor TimeFormat"
        return (
            self.fields[4] if self.field(4) not in KINDS else "reduced data only" if self.field(6) == "reduced" else ""
        )

    @property
    def rows(self) -> tuple[int, int]:
        """The first plate row that was read, from 0, and how many; all rows of the plate where the line is silent."""
        first, count = (19, 20) if self.field(5) == "absorbance" else (28, 29)
        whole = next((rows for rows, columns in PLATE_SHAPES if rows * columns == self.count(18)), 0)
        begin, held = (self.count(first), self.count(count)) if self.count(count) else (1, whole)
        if not whole or begin < 1 or begin + held - 1 > whole:
            raise self.misfit(self.start, f"{begin + held - 1} rows", f"{self.field(18) or 'no number of'} wells")
        return begin - 1, held

    @property
    def columns(self) -> range:
        """The plate columns that were read; all where the line is silent."""
        return range(self.count(16), self.count(16) + self.count(17)) if self.count(17) else range(1, MAX_COLUMNS + 1)

    def check_line(self) -> None:
        """Raises UnreadableError MG142 when the line's fields are not those that it should have."""
        if self.field(6) not in ("raw", "both") or not re.fullmatch("true|false|", self.field(7)):
            shown = " ".join(f for f in self.fields[4:8] if f)
            raise self.misfit(self.start, "neither raw nor reduced data where it should", f"“{shown}” there")

    def misfit(self, row: int, announced: str, seen: str) -> UnreadableError:
        """The refusal of a table that its header does not describe."""
        place = self.sheet.place(row)
        return UnreadableError("MG142", sheet=self.sheet.name, place=place, seen=seen, announced=announced)


def sections_in(sheet: Sheet) -> list[Section]:
    """The plate sections of a sheet; those of one name are numbered, so that neither is taken for the other."""
    starts = [row for row in range(len(sheet.cells)) if sheet.cell(row, 0).casefold() == "plate:"]
    names = [sheet.cell(row, 1) or f"plate {number}" for number, row in enumerate(starts, start=1)]
    labels = [n if names.count(n) == 1 else f"{n} ({names[: k + 1].count(n)})" for k, n in enumerate(names)]
    stops = [*starts, len(sheet.cells)][1:]
    return [_section(sheet, *where) for where in zip(starts, stops, labels, strict=True)]


def _section(sheet: Sheet, start: int, stop: int, label: str) -> Section:
    """The section that starts here; raises UnreadableError MG127 when its end is missing."""
    end = next((r for r in range(start + 1, stop) if sheet.cell(r, 0).casefold().startswith("~end")), None)
    if end is None:
        seen = f"no “~End” of the plate section “{label}”"
        raise UnreadableError("MG127", sheet=sheet.name, place=sheet.place(stop - 1), seen=seen)
    fields = sheet.cells[start]
    if len(fields) > 6 and fields[6].casefold() in (
        "true",
        "false",
    ):  # fluorescence from below or above: one field more
        fields = fields[:6] + fields[7:]
    return Section(sheet, start, end, fields, label)
