"""Layouts: what each well of a plate holds, from stacked grids or from a tidy table; and the samples of a qPCR run."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.problems import Problems, nearest, suggestion
from mgassay.readers.declared import (
    Cells,
    Declared,
    check_filled,
    check_no_dates,
    check_once,
    is_incomplete,
    numbers_from_table,
    table_from_cells,
)
from mgassay.readers.text import is_date
from mgassay.wellnames import PLATE_SHAPES, compact, positions, row_letters, row_number, wells_from_texts

COLUMNS = tuple(c for c in tables.LAYOUT.columns if c != "well")
_CONTENT = ("role", "condition", "donor", "rep", "standard", "target", "sample")  # a dilution alone maps no well
_IDS = ("condition", "donor", "rep", "sample", "target")
_SHAPE_NAMES = ", ".join(f"{r}×{c}" for r, c in PLATE_SHAPES)


def layout_from_cells(
    cells: Cells, conditions: Collection[str], samples: pd.DataFrame | None, problems: Problems
) -> pd.DataFrame:
    """LAYOUT: every well that the lab says something about, with its role.

    A well with `standard` filled is a standard, one with a condition (its own, or that of its `sample`) is a sample.
    The role stays "" where only an export can tell (a qPCR well of which the layout knows the target or sample alone).
    """
    stacked = bool(cells.rows) and bool(_columns_of_header(cells.rows[0]))
    table = _stacked(cells, problems) if stacked else _tidy(cells, problems)
    layout = _without_unusable_wells(table, problems)
    if not len(layout.frame):
        if len(cells.rows) > 1:  # an empty table was named when it was read
            problems.add("MG083", file=cells.file, sheet=cells.sheet)
        return tables.LAYOUT.frame()
    check_no_dates(layout, _IDS, problems)
    wells = _with_samples(_typed(layout, problems), samples)
    mapped = wells.assign(role=_roles(layout, wells, problems))
    if not is_incomplete(problems, {(cells.file, cells.sheet)}):
        _check_content(layout, mapped, conditions, problems)
    return tables.LAYOUT.frame(mapped)


def samples_from_cells(cells: Cells, conditions: Collection[str], problems: Problems) -> pd.DataFrame:
    """SAMPLES: the condition, donor and rep of each sample name of a qPCR export."""
    columns = list(tables.SAMPLES.columns)
    table = table_from_cells(cells, columns, columns, problems)
    check_filled(table, columns, problems)
    check_no_dates(table, columns, problems)
    first = check_once(table, ["sample"], problems)
    frame = pd.DataFrame({c: table.text(c) for c in columns})
    _check_conditions(table, frame, conditions, problems)
    return tables.SAMPLES.frame(frame[first & (frame["sample"] != "")])


def _tidy(cells: Cells, problems: Problems) -> Declared:
    """A layout that names its wells in a column."""
    table = table_from_cells(cells, ["well", *COLUMNS], ["well"], problems)
    check_filled(table, ["well"], problems)
    return table


def _columns_of_header(row: tuple[str, ...]) -> int:
    """How many columns of a plate a row counts from 1 after its first cell, 0 when it is no heading of a grid."""
    given = [c.removesuffix(".0") for c in "\t".join(row[1:]).rstrip("\t").split("\t")]
    return len(given) if [c.lstrip("0") for c in given] == [str(i) for i in range(1, len(given) + 1)] else 0


def _stacked(cells: Cells, problems: Problems) -> Declared:
    """A layout of grids below each other; each is one column of the layout, its corner cell says which."""
    where = {"file": cells.file, "sheet": cells.sheet}
    grids: dict[str, dict[str, str]] = {}
    shapes: dict[str, tuple[int, int]] = {}
    name, height, width = "", 0, 0
    for number, row in zip(cells.numbers, cells.rows, strict=True):
        place = f"row {number}"
        if width and row_number(row[0]) >= height:
            if row_number(row[0]) > height:  # its letters still say which wells they are
                problems.add("MG075", **where, place=place, seen=row[0], expected=row_letters(height))
            height = row_number(row[0])
            names = [f"{row_letters(height)}{c + 1}" for c in range(width)]
            grids.setdefault(name, {}).update(zip(names, [*row[1:], *[""] * width][:width], strict=True))
            height += 1
            shapes[name] = (height, width)
            if beyond := [c for c in row[1 + width :] if c]:
                problems.add("MG025", **where, place=place, seen=", ".join(beyond))
        elif columns := _columns_of_header(row):
            name, height, width = _grid_name(row[0], list(grids), where | {"place": place}, problems), 0, columns
        else:
            problems.add("MG075", **where, place=place, seen=row[0], expected=row_letters(height))
    if not is_incomplete(problems, {(cells.file, cells.sheet)}):
        _check_shapes(shapes, where, problems)
    frame = pd.DataFrame({c: pd.Series(g, dtype="str") for c, g in grids.items() if c}).fillna("")
    wells = frame.index.astype("str")
    placed = frame.assign(well=wells).set_axis([f"well {w}" for w in wells], axis=0)
    return Declared(cells.file, cells.sheet, placed)


def _grid_name(corner: str, used: list[str], where: dict[str, str], problems: Problems) -> str:
    """The layout's column that a grid fills, "" when its corner cell names none."""
    name = corner if corner in COLUMNS else nearest(corner, COLUMNS) if corner else ""
    if corner not in COLUMNS:
        problems.add("MG074", **where, seen=corner, suggestion=suggestion(corner, COLUMNS))
    if name in used:
        problems.add("MG026", **where, seen=name)
        return ""
    return name


def _check_shapes(shapes: dict[str, tuple[int, int]], where: dict[str, str], problems: Problems) -> None:
    """All grids are of one plate, and of one that exists."""
    seen = {f"{rows}×{columns}": name for name, (rows, columns) in shapes.items()}
    if len(seen) > 1 or not set(shapes.values()) <= set(PLATE_SHAPES):
        shown = ", ".join(f"{name} {shape}" for shape, name in seen.items())
        problems.add("MG076", **where, seen=shown, shapes=_SHAPE_NAMES)


def _without_unusable_wells(table: Declared, problems: Problems) -> Declared:
    """Rows that say something about a well of which the name is one; a well that stands twice is named."""
    frame = table.frame.assign(well=wells_from_texts(table.text("well")))
    filled = pd.Series(False, index=frame.index)
    for column in _CONTENT:
        filled |= table.text(column) != ""
    for row, text in table.text("well")[(frame["well"] == "") & (table.text("well") != "")].items():
        problems.add("MG072", **table.at(row, "well"), seen=text)
    known = Declared(table.file, table.sheet, frame[filled & (frame["well"] != "")])
    repeated = pd.DataFrame({"well": known.text("well"), "target": known.text("target")}).duplicated()
    for row, well in known.frame["well"][repeated].items():
        problems.add("MG073", **known.at(row, "well"), seen=well)
    kept = known.frame[~repeated]
    rows, columns = positions(kept["well"])
    return Declared(table.file, table.sheet, kept.iloc[np.lexsort((columns, rows))])


def _typed(layout: Declared, problems: Problems) -> pd.DataFrame:
    """The columns of LAYOUT with their kinds; the index is still the place of each row."""
    numbers = numbers_from_table(layout, ["standard", "dilution"], problems)
    for column, values in numbers.items():
        wrong = (values < 0) | ((values == 0) & (column == "dilution"))
        for value in np.unique(values[wrong]):
            where = layout.at_all(list(layout.frame.index[values == value]), column)
            problems.add("MG085", **where, seen=f"{value:g}", column=column)
    texts = {c: layout.text(c).to_numpy() for c, kind in tables.LAYOUT.columns.items() if kind == "text"}
    return tables.LAYOUT.frame(pd.DataFrame({**texts, **numbers})).set_axis(layout.frame.index, axis=0)


def _with_samples(wells: pd.DataFrame, samples: pd.DataFrame | None) -> pd.DataFrame:
    """Wells that name a sample and no condition take condition, donor and rep from the table of samples."""
    if samples is None:
        return wells
    named = (wells["sample"] != "") & (wells["condition"] == "") & wells["sample"].isin(samples["sample"])
    held = samples.set_index("sample")
    columns = [c for c in tables.SAMPLES.columns if c != "sample"]
    found = {c: wells["sample"].map(held[c]).where(named, wells[c]).astype("str") for c in columns}
    return wells.assign(**found)


def _roles(layout: Declared, wells: pd.DataFrame, problems: Problems) -> "pd.Series[str]":
    """The role of each well: the one given, else the one that its content has."""
    known = {
        text: text if text in ("", *tables.WELL_ROLES) else nearest(text, tables.WELL_ROLES) for text in wells["role"]
    }
    for text in (t for t, role in known.items() if t != role):
        where = layout.at_all(list(wells.index[wells["role"] == text]), "role")
        if is_date(text):
            problems.add("MG028", **where, seen=text)
        else:
            problems.add("MG070", **where, seen=text, suggestion=suggestion(text, tables.WELL_ROLES))
    given = wells["role"].map(known)
    standard, zero = wells["standard"].notna(), wells["standard"] == 0
    is_standard = standard & (given.isin(["", "standard"]) | ((given == "blank") & zero))
    contrary = standard & ~is_standard & (given != "excluded")
    for role in dict.fromkeys(given[contrary]):
        rows = given.index[contrary & (given == role)]
        seen = ", ".join(dict.fromkeys(layout.text("standard")[rows]))
        problems.add("MG081", **layout.at_all(list(rows), "standard"), seen=seen, role=role)
    is_sample = (given == "") & ((wells["condition"] != "") | (wells["donor"] != "") | (wells["rep"] != ""))
    return given.mask(is_sample, "sample").mask(is_standard, "standard")


def _check_content(layout: Declared, wells: pd.DataFrame, conditions: Collection[str], problems: Problems) -> None:
    """What a role needs, and conditions that exist."""
    has = {c: wells[c] != "" for c in ("condition", "donor", "rep", "sample")}
    sample, control = wells["role"] == "sample", wells["role"] == "mg_control"
    by_name = has["sample"] & ~has["condition"] & ~has["donor"]  # a qPCR export may still tell
    needs = [
        (sample & ~has["condition"] & ~by_name, "MG078", "condition"),
        (sample & ~has["donor"] & ~by_name, "MG077", "donor"),
        (sample & ~has["rep"] & ~by_name, "MG077", "rep"),
        (control & ~has["condition"], "MG079", "condition"),
        (control & has["donor"], "MG080", "donor"),
    ]
    for wrong, code, column in needs:
        if wrong.any():
            rows = wells[wrong]
            words = {"seen": ", ".join(dict.fromkeys(rows[column])), "well": compact(rows["well"]), "column": column}
            problems.add(code, **layout.at_all(list(rows.index), column), **words)
    _check_conditions(layout, wells, conditions, problems)


def _check_conditions(table: Declared, rows: pd.DataFrame, conditions: Collection[str], problems: Problems) -> None:
    """A problem for each condition that is not in the table of conditions (which was named itself when it is empty)."""
    unknown = rows["condition"][(rows["condition"] != "") & ~rows["condition"].isin(list(conditions))]
    for text in dict.fromkeys(unknown if conditions else ()):
        where = table.at_all(list(unknown.index[unknown == text]), "condition")
        problems.add("MG071", **where, seen=text, suggestion=suggestion(text, conditions))
