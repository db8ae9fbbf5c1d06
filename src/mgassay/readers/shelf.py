"""Where the tables of an experiment folder stand: CSV files of the folder, or sheets of experiment.xlsx."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mgassay.problems import Problems
from mgassay.readers.declared import Cells, calculated, cells_from_file, sheets_from_file
from mgassay.readers.paths import lies_inside

WORKBOOK = "experiment.xlsx"


@dataclass(frozen=True)
class Shelf:
    """Where the tables of a folder are found: its CSV files by table name, and the sheets of its workbook."""

    folder: Path
    files: Mapping[str, Path]
    sheets: Mapping[str, Cells]
    refused: frozenset[str] = frozenset()
    workbook_refused: bool = False

    def names(self) -> list[str]:
        """Names of all tables that are there, sorted."""
        return sorted({*self.files, *self.sheets})

    def layouts(self) -> list[str]:
        """Names of all layouts, also of those that were refused with a problem of their own."""
        named = sorted({*self.names(), *self.refused})
        return [n.removeprefix("layout_") for n in named if n.startswith("layout_")]

    def file_of(self, name: str) -> str:
        """The file in which a table stands, as problems name it (with the sheet, where it is one)."""
        path = self.files.get(name)
        return f"{WORKBOOK}, {name}" if path is None else path.relative_to(self.folder).as_posix()

    def is_told(self, name: str) -> bool:
        """Whether a table that is not there was named already, or may stand in a workbook that cannot be read."""
        return name in self.refused or self.workbook_refused


def shelf_from_folder(folder: Path, problems: Problems) -> Shelf:
    """Looks up the tables of an experiment folder; the workbook is read here, CSV files when they are asked for."""
    files = {p.stem: p for p in folder.glob("*.csv")}
    # Names are compared as files.csv is read (NFKC): a Mac writes `ä` as two signs.
    files |= {f"layout_{unicodedata.normalize('NFKC', p.stem)}": p for p in folder.glob("layouts/*.csv")}
    inside = {name: p for name, p in sorted(files.items()) if _is_inside(folder, p, problems)}
    sheets = _sheets_from_workbook(folder, problems)
    return Shelf(folder, inside, sheets or {}, frozenset(files).difference(inside), sheets is None)


def _is_inside(folder: Path, path: Path, problems: Problems) -> bool:
    """Whether a table really lies in the folder; a link that leads out of it is refused."""
    stays = lies_inside(folder, path)
    if not stays:
        problems.add("MG041", file=path.relative_to(folder).as_posix(), seen=path.relative_to(folder).as_posix())
    return stays


def _sheets_from_workbook(folder: Path, problems: Problems) -> dict[str, Cells] | None:
    """The sheets of experiment.xlsx by name, none where there is no workbook; None (and a problem) for a bad one."""
    path = folder / WORKBOOK
    if not path.exists() and not path.is_symlink():
        return {}
    return (_is_inside(folder, path, problems) and sheets_from_file(path, WORKBOOK, problems)) or None


def cells_from_shelf(shelf: Shelf, name: str, problems: Problems) -> Cells | None:
    """The cells of one table, None when it is nowhere; a table that is in both places is a problem, the CSV is used."""
    path, sheet = shelf.files.get(name), shelf.sheets.get(name)
    if path is None:
        return None if sheet is None else calculated(sheet, problems)
    file = path.relative_to(shelf.folder).as_posix()
    if sheet is not None:
        problems.add("MG021", file=file, sheet=name, seen=name, workbook=WORKBOOK)
    return cells_from_file(path, file, "", problems)
