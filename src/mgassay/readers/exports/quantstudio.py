"""Applied Biosystems QuantStudio, ViiA 7, StepOne, 7000 to 7900 results (text, csv, workbook): a row per well and gene.

Columns are found by name (`CT`, `Cт` with a Cyrillic т, `Cq`, `Cp`, `Crt` are the same); whatever the software computed
(means, RQ, ΔCt) is left out. Design & Analysis and Diomni write the same table. Wells that are only numbered are
counted along the rows of a block whose size the header says, or that a number beyond 96 gives away.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mgassay.errors import UnreadableError
from mgassay.problems import Problems
from mgassay.readers.amplification import curves_from_rows, is_curve_header
from mgassay.readers.cq_readings import readings_from_table
from mgassay.readers.cq_sheets import results_by_name, results_from_rows, the_one
from mgassay.readers.cq_tables import (
    CQ,
    CqTable,
    Dialect,
    column_name,
    columns_from_header,
)
from mgassay.readers.cycles import cycles_run
from mgassay.readers.reader import Export, Reader, known_lines
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.text import cells_from_line
from mgassay.wellnames import PLATE_SHAPES, row_letters, well_from_text

if TYPE_CHECKING:
    from mgassay.experiment import RawFile

NAME, TITLE = "quantstudio", "Applied Biosystems QuantStudio, ViiA 7, StepOne, 7500, Design & Analysis, Diomni results"

EVIDENCE = (
    "QuantStudio text and workbooks, Design & Analysis read against public examples; SDS, 7500, Diomni: format only, "
    "no real file seen"
)
RESULTS, AMPLIFICATION = ("Results", "Primary_result"), "Amplification Data"
DIALECT = Dialect(
    title=TITLE,
    columns={
        "well": ("well position", "well", "pos"),
        "cq": CQ,
        "sample": ("sample name", "sample"),
        "target": ("target name", "target", "detector name", "detector", "reporter"),
        "task": ("task", "sample type"),
        "quantity": ("quantity", "qty"),
        "omit": ("omit", "omitted", "filtered"),
        "baseline_end": ("baseline end",),
    },
    no_cq={
        "undetermined": "undetermined", "undet.": "undetermined", "no ct": "undetermined",
        "": "missing", "nan": "missing", "n/a": "missing",
    },
)  # fmt: skip
KNOWN = (
    r"[*#]?\s*(?:block|instrument|experiment|cycles|number of cycles|chemistry|passive|quantification|calibration|date"
    r"|user|signal smoothing|stage|pcr stage|file ?name|operator|barcode|comment|heated cover|cover|run |sample volume"
    r"|analysis|software|plugin|endogenous control|reference sample|\[results\]|rq min|comparative|primary|exported"
    r"|document (name|information)|plate (type|id)|plateid|last modified|sds [v\d]|assay type|thermalcycleparams"
    r"|sample information|\[amplification data\])",
)
_LOOKED_AT = 400  # rows in which a table without a section title may begin
_SMALL_BLOCK, _LARGE_BLOCK = 96, 384
_BLOCK = re.compile(r"[*#]?\s*block type\s*[=:\t]\s*(\d{1,9})(?:\D.*)?", re.IGNORECASE)
_NUMBER = re.compile("[0-9]{1,9}")
_BLOCKS = {rows * columns: (rows, columns) for rows, columns in PLATE_SHAPES}


def detect(content: Content) -> bool:
    """Whether the file holds a [Results] section, a table with wells and Cq of this family, or its curves."""
    if content.text and "[Results]" in content.text:
        return True
    rows = content.opening if content.text else [r for s in content.workbook for r in s.cells[:_LOOKED_AT]]
    return any(_is_header(row) or _heads_curves(row) for row in rows)


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row heads a results table of this family."""
    if not any(c.casefold() in DIALECT.columns["well"] for c in cells):
        return False
    names = {column_name(c) for c in cells}
    if names.isdisjoint(CQ):
        return False
    if "well position" in names:
        return True
    if "well" not in names:
        return "detector" in names
    ours = not names.isdisjoint({"task", "sample type"}) and names.isdisjoint({"fluor", "content"})
    return not names.isdisjoint({"target name", "detector name", "detector"}) or ("target" in names and ours)


def _heads_curves(cells: Sequence[str]) -> bool:
    """Whether a row heads curves of this family, whose signal is normalised to the passive reference."""
    return "rn" in (c.casefold() for c in cells) and is_curve_header(cells)


def read(content: Content, raw: "RawFile", problems: Problems) -> Export:
    """The results table and the amplification data; raises UnreadableError when there is no table to be trusted."""
    table = _results_in_text(content) if content.text else _results_in_workbook(content, raw)
    block = _block_size(content, table)
    numbered = _wells_of_block(block) if block else {}
    if _only_numbers(table) and not numbered:
        raise UnreadableError("MG152", sheet=table.sheet.name, seen=table.column("well")[0])
    dialect = replace(DIALECT, well=functools.partial(_well, numbered)) if _only_numbers(table) else DIALECT
    curved = _amplified(content)
    cycles_of = functools.partial(cycles_run, content, curved)
    readings = readings_from_table(table, dialect, raw, problems, cycles_of)
    curves = curves_from_rows(curved, table.mark, raw, {**numbered, **_numbered(table)})
    return Export(readings, curves, _with_sections(content, table))


def _with_sections(content: Content, table: CqTable) -> dict[str, frozenset[int]]:
    """The rows of the table, and those of the other titled sections of a text, which hold set-up and raw data."""
    lines = content.lines if content.text else []
    titles = [k for k, line in enumerate(lines) if line.startswith("[") and not line.startswith(f"[{RESULTS[0]}]")]
    other = {row for title in titles for row in range(title, _section(lines, title + 1))}
    return {name: rows | other for name, rows in table.used.items()}


def _only_numbers(table: CqTable) -> bool:
    """Whether the wells are numbers, not positions."""
    wells = [text for text in table.column("well") if text]
    return "well" in table.columns and bool(wells) and all(map(_NUMBER.fullmatch, wells))


def _well(numbered: Mapping[str, str], text: str) -> str:
    """The well of a number, "" where the block has none such."""
    return numbered.get(text, "")


def _block_size(content: Content, table: CqTable) -> int:
    """How many wells the block has: as the header says, else 384 where a well's number needs it; 0 for unknown."""
    lines = ("\t".join(c for c in row if c) for row in content.opening)
    said = next((int(m[1]) for text in lines if (m := _BLOCK.fullmatch(text))), 0)
    if said or not _only_numbers(table):
        return said
    largest = max(int(text) for text in table.column("well") if text)
    return _LARGE_BLOCK if _SMALL_BLOCK < largest <= _LARGE_BLOCK else 0


def _wells_of_block(size: int) -> dict[str, str]:
    """The wells of a block by their numbers, counted along its rows; none for a block of no plate's size.

    >>> _wells_of_block(96)["13"], _wells_of_block(384)["25"], _wells_of_block(60)
    ('B1', 'B1', {})
    """
    rows, columns = _BLOCKS.get(size, (0, 0))
    return {str(r * columns + c + 1): f"{row_letters(r)}{c + 1}" for r in range(rows) for c in range(columns)}


def _numbered(table: CqTable) -> dict[str, str]:
    """Wells by the number that the program gives them beside their position."""
    header = dict(enumerate(table.header))
    number = next((k for k, name in header.items() if column_name(name) == "well"), -1)
    if number < 0 or number == table.columns["well"]:
        return {}
    pairs = zip(table.rows, table.column("well"), strict=True)
    return {row[number]: well_from_text(well) for row, well in pairs if number < len(row)}


def _section(lines: Sequence[str], start: int) -> int:
    """Where a section that starts here ends: at the next title in square brackets, or with the text."""
    return next((k for k in range(start, len(lines)) if lines[k].startswith("[")), len(lines))


def _titled(lines: Sequence[str], title: str) -> int | None:
    """The line below the title of a section, None where there is no such section."""
    return next((k + 1 for k, line in enumerate(lines) if line.startswith(f"[{title}]")), None)


def _amplified(content: Content) -> list[Sequence[str]]:
    """The rows of the amplification data, none where the export has none."""
    if not content.text:
        return list(next((s.cells for s in content.workbook if s.name == AMPLIFICATION), ()))
    start = _titled(content.lines, AMPLIFICATION)
    if start is None:
        return []
    return [cells_from_line(line, content.separator) for line in content.lines[start : _section(content.lines, start)]]


def _results_in_text(content: Content) -> CqTable:
    """The results of a text: under [Results], or under the first row that heads such a table.

    Only this section is cut into cells; raw and amplification data may be a hundred times longer.
    """
    lines, mark = content.lines, content.separator
    titled = _titled(lines, RESULTS[0])
    if titled is not None and (again := _titled(lines[titled:], RESULTS[0])) is not None:
        raise UnreadableError("MG113", seen=f"[Results] at line {titled} and line {titled + again}")
    opening = range(min(len(lines), _LOOKED_AT)) if titled is None else range(titled, min(len(lines), titled + 3))
    header = next((k for k in opening if "cq" in _columns(cells_from_line(lines[k], mark))), None)
    if header is None:
        _refuse_curves(content)
        raise UnreadableError("MG126", seen="no results table", title=TITLE)
    end = _section(lines, header)
    rows = [cells_from_line(line, mark) for line in lines[header:end]]
    sheet = Sheet(name="", cells=(), separator=mark, is_text=True)
    return results_from_rows(sheet, [*rows, *([()] if end < len(lines) else [])], header, DIALECT)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where the columns stand that this family's results have."""
    return columns_from_header(cells, DIALECT.columns)


def _refuse_curves(content: Content) -> None:
    """Raises UnreadableError MG150 for a file of amplification curves alone."""
    rows = content.opening if content.text else [r for s in content.workbook for r in s.cells[:_LOOKED_AT]]
    if any(map(_heads_curves, rows)):
        wanted = "Results (in Design & Analysis the file “Results_….csv”)"
        raise UnreadableError("MG150", title="Applied Biosystems", seen="Amplification Data", wanted=wanted)


def _results_in_workbook(content: Content, raw: "RawFile") -> CqTable:
    """The results on the sheet that files.csv names, else on `Results`, else on the only sheet that has any."""
    headed = [s for s in content.workbook if any(map(_is_header, s.cells[:_LOOKED_AT]))]
    if not headed:
        _refuse_curves(content)
    found = results_by_name(headed, DIALECT, _is_header)
    return the_one(found, raw, TITLE, RESULTS)


READERS = (Reader(NAME, TITLE, "qPCR", detect, read, known_lines(KNOWN), EVIDENCE),)
