"""Applied Biosystems QuantStudio, ViiA 7, StepOne and 7500 results, as text, csv or workbook: a row per well and target.

Columns are found by name (`CT`, `Cт` with a Cyrillic т, `Cq`, `Cp`, `Crt` are the same); whatever the software computed
(means, RQ, ΔCt) is left out. Design & Analysis and Diomni write the same table.
"""

from collections.abc import Sequence

from mgassay.errors import UnreadableError
from mgassay.experiment import RawFile
from mgassay.problems import Problems, suggestion
from mgassay.readers.amplification import curves_from_rows
from mgassay.readers.cq_tables import CQ, CqTable, Dialect, column_name, columns_from_header, readings_from_table
from mgassay.readers.cycles import cycles_run
from mgassay.readers.reader import Export, Reader, known_lines
from mgassay.readers.sheets import Content, Sheet
from mgassay.readers.text import cells_from_line
from mgassay.readers.wellnames import well_from_text

NAME, TITLE = "quantstudio", "Applied Biosystems QuantStudio, ViiA 7, StepOne, 7500, Design & Analysis, Diomni results"

RESULTS, AMPLIFICATION = "Results", "Amplification Data"
DIALECT = Dialect(
    title=TITLE,
    columns={
        "well": ("well position", "well"),
        "cq": CQ,
        "sample": ("sample name", "sample"),
        "target": ("target name", "target", "detector name", "detector", "reporter"),
        "task": ("task",),
        "quantity": ("quantity", "qty"),
        "omit": ("omit", "omitted"),
        "baseline_end": ("baseline end",),
    },
    no_cq={
        "undetermined": "undetermined", "undet.": "undetermined", "no ct": "undetermined",
        "": "missing", "nan": "missing", "n/a": "missing",
    },
)  # fmt: skip
KNOWN = (
    r"[*#]?\s*(?:block|instrument|experiment|cycles|number of cycles|chemistry|passive|quantification|calibration|date|user"
    r"|signal smoothing|stage|pcr stage|file name|operator|barcode|comment|heated cover|cover|run |sample volume|analysis"
    r"|software|plugin|endogenous control|reference sample|\[results\]|rq min|comparative|primary)",
)
_LOOKED_AT = 400  # rows in which a table without a section title may begin


def detect(content: Content) -> bool:
    """Whether the file holds a [Results] section, or a table with well positions and Cq values."""
    if content.text:
        return "[Results]" in content.text or any(map(_is_header, content.opening))
    return any(_is_header(row) for sheet in content.workbook for row in sheet.cells[:_LOOKED_AT])


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row heads a results table of this family."""
    names = {column_name(c) for c in cells}
    if not names.intersection(CQ):
        return False
    return "well position" in names or ("well" in names and bool(names & {"target name", "detector name", "detector"}))


def read(content: Content, raw: RawFile, problems: Problems) -> Export:
    """The results table and the amplification data; raises UnreadableError when there is no table to be trusted."""
    table = _results_in_text(content) if content.text else _results_in_workbook(content, raw)
    readings = readings_from_table(table, DIALECT, raw, problems, lambda ends, cq: cycles_run(content, ends, cq))
    return Export(readings, curves_from_rows(_amplified(content), table.mark, raw, _numbered(table)), table.used)


def _numbered(table: CqTable) -> dict[str, str]:
    """Wells by the number that the program gives them beside their position."""
    header = dict(enumerate(table.header))
    number = next((k for k, name in header.items() if column_name(name) == "well"), -1)
    if number < 0 or number == table.columns["well"]:
        return {}
    pairs = zip(table.rows, table.column("well"), strict=True)
    return {row[number]: well_from_text(well) for row, well in pairs if number < len(row)}


def _amplified(content: Content) -> list[Sequence[str]]:
    """The rows of the amplification data, none where the export has none."""
    if not content.text:
        return list(next((s.cells for s in content.workbook if s.name == AMPLIFICATION), ()))
    title = f"[{AMPLIFICATION}]"
    start = next((k for k, line in enumerate(content.lines) if line.startswith(title)), len(content.lines))
    section = content.lines[start + 1 :]
    end = next((k for k, line in enumerate(section) if line.startswith("[")), len(section))
    return [cells_from_line(line, content.separator) for line in section[:end]]


def _results_in_text(content: Content) -> CqTable:
    """The results of a text: under [Results], or under the first row that heads such a table.

    Only this section is cut into cells; raw and amplification data may be a hundred times longer.
    """
    lines, mark = content.lines, content.separator
    titled = next((k for k, line in enumerate(lines) if line.startswith(f"[{RESULTS}]")), None)
    opening = range(min(len(lines), _LOOKED_AT)) if titled is None else range(titled + 1, min(len(lines), titled + 4))
    header = next((k for k in opening if "cq" in _columns(cells_from_line(lines[k], mark))), None)
    if header is None:
        raise UnreadableError("MG126", seen="no results table", title=TITLE)
    end = next(
        (k for k in range(header + 1, len(lines)) if not lines[k].strip() or lines[k].startswith("[")), len(lines)
    )
    rows = [cells_from_line(line, mark) for line in lines[header + 1 : end]]
    sheet = Sheet(name="", cells=(), separator=mark, is_text=True)
    names = cells_from_line(lines[header], mark)
    return CqTable(sheet, _columns(names), header + 1, rows, names)


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where the columns stand that this family's results have."""
    return columns_from_header(cells, DIALECT.columns)


def _results_in_workbook(content: Content, raw: RawFile) -> CqTable:
    """The results on the sheet that files.csv names, else on `Results`, else on the only sheet that has any."""
    tables_found = {s.name: h for s in content.workbook if (h := _header_row(s)) is not None}
    wanted = raw.sheet or (RESULTS if RESULTS in tables_found else "")
    names = [n for n in tables_found if not wanted or n.casefold() == wanted.casefold()]
    if len(names) != 1:
        refuse_sheets(raw, list(tables_found))
    sheet = next(s for s in content.workbook if s.name == names[0])
    header = tables_found[sheet.name]
    columns = _columns(sheet.cells[header])
    rows = []
    for row in sheet.cells[header + 1 :]:
        if columns.get("well", -1) >= len(row) or not row[columns.get("well", 0)]:
            break
        rows.append(row)
    return CqTable(sheet, columns, header + 1, rows, sheet.cells[header])


def _header_row(sheet: Sheet) -> int | None:
    """The row that heads a results table."""
    return next((k for k, row in enumerate(sheet.cells[:_LOOKED_AT]) if _is_header(row)), None)


def refuse_sheets(raw: RawFile, found: Sequence[str]) -> None:
    """Raises the UnreadableError that says why no one sheet can be read."""
    if not found:
        raise UnreadableError("MG126", seen="no results table", title=TITLE)
    if raw.sheet:
        raise UnreadableError("MG115", sheet=raw.sheet, seen=raw.sheet, suggestion=suggestion(raw.sheet, found))
    raise UnreadableError("MG113", seen=", ".join(found))


READERS = (
    Reader(
        NAME,
        TITLE,
        "qPCR",
        detect,
        read,
        known_lines(KNOWN),
    ),
)
