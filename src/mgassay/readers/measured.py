"""Values measured elsewhere (ICP-MS, a plate program): tables of condition, donor, rep, value and unit -> amounts."""

from pathlib import Path

import pandas as pd

from mgassay import tables
from mgassay.experiment import Experiment, RawFile
from mgassay.problems import Problems, suggestion
from mgassay.readers.declared import (
    cells_from_file,
    check_filled,
    check_no_dates,
    check_once,
    numbers_from_table,
    table_from_cells,
)
from mgassay.units import plain

READER = "table"
COLUMNS = ("condition", "donor", "rep", "value", "unit")


def amounts_from_tables(folder: Path, experiment: Experiment, problems: Problems) -> pd.DataFrame:
    """AMOUNTS (state `measured`) of all files whose reader is `table`, one row per row of theirs.

    The readout is the assay, the unit as written (ASCII, NFKC). A row without a value, or of an unknown condition, is
    named and left out.
    """
    files = [f for f in experiment.files if f.reader == READER]
    rows = [tables.MEASURED.frame(), *(_amounts(folder, experiment, f, problems) for f in files)]
    return tables.MEASURED.frame(pd.concat(rows))


def _amounts(folder: Path, experiment: Experiment, raw: RawFile, problems: Problems) -> pd.DataFrame:
    """The amounts of one table."""
    cells = cells_from_file(folder / raw.file, raw.file, raw.sheet, problems)
    if cells is None:
        return tables.MEASURED.frame()
    table = table_from_cells(cells, COLUMNS, COLUMNS, problems)
    check_filled(table, COLUMNS, problems)
    check_no_dates(table, ("condition", "donor", "rep"), problems)
    first = check_once(table, ["condition", "donor", "rep"], problems)
    known = list(experiment.conditions["condition"])
    conditions = table.text("condition")
    unknown = conditions[(conditions != "") & ~conditions.isin(known)]
    for text in dict.fromkeys(unknown if known else ()):
        where = table.at_all(list(unknown.index[unknown == text]), "condition")
        problems.add("MG071", **where, seen=text, suggestion=suggestion(text, known))
    value = numbers_from_table(table, ["value"], problems).get("value", float("nan"))
    rows = pd.DataFrame({c: table.text(c) for c in ("condition", "donor", "rep")}).assign(
        experiment=experiment.id, assay=raw.assay, readout=raw.assay, plate=raw.plate, value=value
    )
    units = table.text("unit").map(plain)
    usable = first & conditions.isin(known) & rows["value"].notna() & (rows["donor"] != "") & (units != "")
    return tables.MEASURED.frame(rows.assign(unit=units)[usable])
