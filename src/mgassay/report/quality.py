"""How each plate behaved, in words: the table under its map."""

from collections.abc import Callable, Mapping, Sequence

from mgassay.report import labels
from mgassay.report.numbers import decimal, fine_percent, p_value, significant
from mgassay.report.pieces import Listing, listing_of
from mgassay.report.rows import Row, Tables, is_missing

MEASURES: Mapping[str, str] = {
    "replicate_cv": "CV",
    "z_prime": "Z′",
    "edge_effect": "outer less inner wells",
    "row_effect": "SD among rows",
    "column_effect": "SD among columns",
    "blank_signal": "blank",
    "slope": "mean slope",
    "lod": "LOD",
}
SUBJECTS: Mapping[str, str] = {
    "technical": "wells of one rep",
    "culture": "culture wells",
    "standards": "standards",
    "top standard / blank": "top standard and blank",
    "calcifying / control medium": "calcifying and control medium",
}
POSITION = ("edge_effect", "row_effect", "column_effect")
SIGNALS = ("blank_signal", "slope", "lod")  # their subject is what the plate was read with


def _in_percent(value: float) -> str:
    """A value that is percent already."""
    return fine_percent(value / 100)


_WORDS: Mapping[str, Callable[[float], str]] = {"percent": _in_percent, "1": decimal}


def measure(name: str) -> str:
    """A measure in words."""
    return MEASURES.get(name, name.replace("_", " "))


def subject(name: str) -> str:
    """What a measure is of, in words."""
    return SUBJECTS.get(name, name)


def signal_unit(name: str) -> str:
    """The unit of a signal or a slope, short.

    >>> signal_unit("OD per ug/mL"), signal_unit("OD")
    ('OD per µg/mL', 'OD')
    """
    return " per ".join(part if part == "OD" else labels.unit(part) for part in name.split(" per "))


def read_with(text: str) -> str:
    """What a plate was read with, its unit as the field writes it."""
    return text.replace("ug/", "µg/").replace(" uM", " µM")


def quality_listing(rows: Sequence[Row]) -> Listing:
    """All measures of one plate (rows of PLATE_QUALITY, at least one), each with its interval where it has one."""
    heads = ("measure", "value", "95 % interval", "chance", "wells", "note")
    body = [
        (
            _name(row),
            _number(row, "estimate"),
            "" if is_missing(row["ci_low"]) else f"{_number(row, 'ci_low')} to {_number(row, 'ci_high')}",
            p_value(row["p"]),
            "" if is_missing(row["n"]) else str(row["n"]),
            labels.flags(row["flag"]),
        )
        for row in rows
    ]
    read = next((f" ({read_with(r['subject'])})" for r in rows if r["measure"] in SIGNALS and r["subject"]), "")
    return listing_of(f"Plate quality, {rows[0]['plate']}{read}", heads, body, numeric=heads[1:5])


def _name(row: Row) -> str:
    """The measure with what it is of, or its unit."""
    if row["measure"] in SIGNALS:
        return f"{measure(row['measure'])}, {signal_unit(row['unit'])}"
    if row["measure"] in POSITION:
        return measure(row["measure"])
    return f"{measure(row['measure'])}, {subject(row['subject'])}"


def _number(row: Row, column: str) -> str:
    """A number of a row as its unit is printed."""
    return "" if is_missing(row[column]) else _WORDS.get(row["unit"], significant)(row[column])


def quality_line(rows: Sequence[Row]) -> str:
    """The plate in one line: its CVs, and whether position mattered."""
    of = {"technical": "technical CV", "culture": "culture CV"}
    told = [
        f"{of[r['subject']]} {_in_percent(r['estimate'])}"
        for r in rows
        if r["measure"] == "replicate_cv" and r["subject"] in of
    ]
    tested = [float(r["p"]) for r in rows if r["measure"] in POSITION and not is_missing(r["p"])]
    told += [f"edge, rows, columns: smallest {p_value(min(tested))}"] if tested else []
    return f"Plate quality: {'; '.join(told)}" if told else "Plate quality"


def quality_by_plate(tables: Tables) -> dict[tuple[str, str], list[Row]]:
    """Rows of PLATE_QUALITY by assay and plate, those of MEASURES; how a curve was chosen is told with the curves."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in (r for r in tables.rows("plate_quality") if r["measure"] in MEASURES):
        found.setdefault((row["assay"], row["plate"]), []).append(row)
    return found
