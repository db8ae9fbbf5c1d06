"""A GraphPad Prism file (.pzfx): donors x conditions x reps of every readout, effects, shares, ready to analyse again.

The format has no published schema. Elements and attributes are those that the R package pzfx (1.0) reads and writes
and Prism opens: tables of rows with titles and of columns with subcolumns, in the order of TableSequence.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from mgassay.report import labels
from mgassay.report.exports.grids import Grid, Value, bound_of
from mgassay.report.exports.harmless import xml_text
from mgassay.report.rows import Row, Tables

SUFFIX = ".pzfx"
_DATE = "1980-01-01T00:00:00+00:00"  # no clock: the same results give the same bytes
_LIMITS = "upper-lower-limits"
_CONTRASTS = ("total", "blocked", "interaction", "acellular", "surface", "block_main")
# What an effect of a block is: nothing that could be read as entry intact under that block.
_OF_BLOCK = {
    "total": "T, entry intact (control of {block})",
    "blocked": "B, entry blocked by {block}",
    "interaction": "T − B, lost under {block}",
    "surface": "B − A, cells present, entry blocked by {block}",
    "block_main": "{block} by itself",
}
_NOTES = (
    "Donors are rows, conditions are data sets, reps (culture wells) are subcolumns; n counts donors, never wells.",
    "Tables of reps: wells of a rep averaged, nothing subtracted. Tables of donor means: the donor's wells in control "
    "medium (no phosphate added) subtracted from mineral readouts, reps averaged on the log scale, then taken back to "
    "the readout's unit (genes: log2).",
    "A number that is only a bound (at the detection limit, above the curve) is there but excluded (*), so that no "
    "analysis takes it for a value.",
    "Effects: natural log of the readout at reference less that at raised Mg, > 0 is inhibition, with 95 % limits over "
    "donors. Of genes too: > 0 means that Mg lowers the gene; the report's fold changes are log2 of raised over "
    "reference, so that lowered is < 0 there. T of a block is that of its own control (vehicle or scramble). Shares "
    "that the experiment cannot tell are empty.",
)


@dataclass(frozen=True)
class PrismTable:
    """One table: titles of rows, and columns of a title with subcolumns of as many values as there are rows."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[tuple[str, tuple[tuple[Value, ...], ...]], ...]
    y_format: str = "replicates"


def prism_file(name: str, version: str, reps: Iterable[Grid], means: Iterable[Grid], tables: Tables) -> bytes:
    """The file, from grids of reps and of means, and rows of EFFECTS and SHARES of the declared question."""
    made = [
        *(_of_grid(g, "reps") for g in reps),
        *(_of_grid(g, "donor means") for g in means),
        *(t for t in (_effects(tables), _shares(tables, "log"), _shares(tables, "additive")) if t.columns),
    ]
    return "\n".join(_document(name, version, made)).encode() + b"\n"


def _of_grid(grid: Grid, kind: str) -> PrismTable:
    """A grid as a table: a donor to a row, a condition to a column, its reps as subcolumns."""
    columns = tuple(
        (c, tuple(tuple(grid.values(c, d)[i] for d in grid.donors) for i in range(grid.width))) for c in grid.conditions
    )
    return PrismTable(f"{grid.title}, {kind}", grid.donors, columns)


def _effects(tables: Tables) -> PrismTable:
    """Effects on the log scale by the default methods: readouts as rows, contrasts and blocks as columns."""
    rows = [
        r
        for contrast in _CONTRASTS
        for r in tables.primary("effects", contrast=contrast, scale="log")
        if r["method"] in {"donor_t", "welch"}
    ]
    by_place = {(r["readout"], _effect_name(r)): r for r in rows}
    return _with_limits("Effects of Mg2+ (natural log)", list(dict.fromkeys(map(_effect_name, rows))), by_place)


def _effect_name(row: Row) -> str:
    """What a row of EFFECTS is, with its block."""
    if not row["block"]:
        return labels.CONTRASTS[row["contrast"]]
    return _OF_BLOCK[row["contrast"]].format(block=row["block"])


def _shares(tables: Tables, scale: str) -> PrismTable:
    """Shares by Fieller over donors on one scale: readouts as rows, shares and blocks as columns."""
    rows = [r for r in tables.primary("shares", scale=scale, method="fieller_donor") if r["identifiable"] is True]
    by_place = {(r["readout"], f"{r['share']}, {r['block']}"): r for r in rows}
    return _with_limits(f"Shares of the effect of Mg2+, {scale} scale", sorted({n for _, n in by_place}), by_place)


def _with_limits(title: str, names: Sequence[str], by_place: dict[tuple[str, str], Row]) -> PrismTable:
    """A table of estimates with their limits; empty where there is no row."""
    readouts = sorted({readout for readout, _ in by_place})
    columns = tuple(
        (name, tuple(tuple(_part(by_place.get((r, name)), part) for r in readouts) for part in _PARTS))
        for name in names
    )
    return PrismTable(title, tuple(labels.capital(labels.readout(r)) for r in readouts), columns, _LIMITS)


_PARTS = ("estimate", "ci_high", "ci_low")  # in Prism's order


def _part(row: Row | None, part: str) -> Value:
    """One number of a row; a bound is marked as one."""
    return Value(math.nan) if row is None else Value(float(row[part]), bound_of(str(row["flag"])))


def _document(name: str, version: str, made: Sequence[PrismTable]) -> Iterator[str]:
    """The lines of the file."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<GraphPadPrismFile PrismXMLVersion="5.00">'
    by = f'CreatedByProgram="mgassay" CreatedByVersion={_attribute(version)} Login="" DateTime="{_DATE}"'
    yield f"<Created>\n<OriginalVersion {by}/>\n</Created>"
    yield '<InfoSequence>\n<Ref ID="Info0" Selected="1"/>\n</InfoSequence>'
    lines = "<BR/>".join(_text(line) for line in (f"mgassay results of {name}.", *_NOTES))
    notes = f'<Notes>\n<Font Color="#000000" Face="Helvetica">{lines}</Font>\n</Notes>'
    yield f'<Info ID="Info0">\n<Title>About these tables</Title>\n{notes}\n</Info>'
    refs = (f'<Ref ID="Table{i}"{_SELECTED if i == 0 else ""}/>' for i in range(len(made)))
    yield "\n".join(["<TableSequence>", *refs, "</TableSequence>"])
    for i, table in enumerate(made):
        yield from _table(i, table)
    yield "</GraphPadPrismFile>"


_SELECTED = ' Selected="1"'


def _table(i: int, table: PrismTable) -> Iterator[str]:
    """One table; with subcolumns it is a grouped one (TwoWay), else one of columns (OneWay)."""
    width = max(len(subcolumns) for _, subcolumns in table.columns)
    look = {
        "ID": f"Table{i}",
        "XFormat": "none",
        "YFormat": table.y_format,
        "Replicates": str(width),
        "TableType": "TwoWay" if width > 1 else "OneWay",
        "EVFormat": "AsteriskAfterNumber",
    }
    yield f"<Table {' '.join(f'{k}={quoteattr(v)}' for k, v in look.items())}>"
    yield f"<Title>{_text(table.title)}</Title>"
    titles = "".join(f"<d>{_text(row)}</d>" for row in table.rows)
    yield f'<RowTitlesColumn Width="80">\n<Subcolumn>{titles}</Subcolumn>\n</RowTitlesColumn>'
    for title, subcolumns in table.columns:
        yield f'<YColumn Width="{89 * width}" Decimals="4" Subcolumns="{width}">'
        yield f"<Title>{_text(title)}</Title>"
        for values in subcolumns:
            yield f"<Subcolumn>{''.join(map(_cell, values))}</Subcolumn>"
        yield "</YColumn>"
    yield "</Table>"


def _cell(value: Value) -> str:
    """A number in its shortest exact form; empty where there is none; excluded where it is only a bound."""
    if math.isnan(value.number):
        return "<d/>"
    return f"<d{_EXCLUDED if value.bound else ''}>{value.number!r}</d>"


_EXCLUDED = ' Excluded="1"'


def _text(text: str) -> str:
    """A label as the text of an element."""
    return escape(xml_text(text))


def _attribute(text: str) -> str:
    """A label as a quoted attribute."""
    return quoteattr(xml_text(text))
