"""Tables to paste: donors as rows and conditions as columns, tab-separated, one file of means and one of reps."""

import math
import re
from collections.abc import Iterable, Iterator

from mgassay.report.exports.grids import Grid, Value
from mgassay.report.exports.harmless import cell_text, rows_text

FOLDER = "to_paste"
_BOM = "\ufeff"  # without it a spreadsheet reads µ as two signs; programs that need none get none where all is ASCII


def pasted_files(reps: Iterable[Grid], means: Iterable[Grid]) -> dict[str, bytes]:
    """Files by name: `<readout>_reps.tsv` and `<readout>_means.tsv`."""
    named = [(f"{g.readout}_reps", g) for g in reps] + [(f"{g.readout}_means", g) for g in means]
    return {f"{FOLDER}/{_safe(name)}.tsv": _file(grid) for name, grid in named}


def _safe(name: str) -> str:
    """A readout as a part of a file's name: gene:RUNX2 is gene_RUNX2."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name)


def _file(grid: Grid) -> bytes:
    """A grid as text; UTF-8, with a byte-order mark where a sign is not ASCII."""
    text = rows_text(_rows(grid), "\t")
    return (text if text.isascii() else _BOM + text).encode()


def _rows(grid: Grid) -> Iterator[list[str]]:
    """Heads, then one row per donor. Several reps of a condition have its name and their number."""
    several = grid.width > 1
    heads = (f"{c} ({i})" if several else c for c in grid.conditions for i in range(1, grid.width + 1))
    yield [f"donor, {grid.unit}", *map(_cell, heads)]
    for donor in grid.donors:
        yield [_cell(donor), *(written(v) for c in grid.conditions for v in grid.values(c, donor))]


def _cell(name: str) -> str:
    '''A name as a cell, quoted where it begins with a quotation mark: a spreadsheet would read on to the next one.

    >>> _cell('"5 dish'), _cell('5" dish')
    ('"""5 dish"', '5" dish')
    '''
    text = cell_text(name)
    return '"' + text.replace('"', '""') + '"' if text.startswith('"') else text


def written(value: Value) -> str:
    """A number in its shortest exact form, a bound with its sign, "" where nothing is known.

    >>> written(Value(0.1)), written(Value(2.5, "<=")), written(Value(math.nan))
    ('0.1', '<=2.5', '')
    """
    return "" if math.isnan(value.number) else f"{value.bound}{value.number!r}"
