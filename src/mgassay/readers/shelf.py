"""Where the tables of an experiment folder stand: CSV files of the folder, or sheets of experiment.xlsx."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mgassay.problems import Problem, Problems, catalogue
from mgassay.readers.declared import Cells, calculated, cells_from_file, sheets_from_file
from mgassay.readers.paths import is_file, is_left_behind, lies_inside

WORKBOOK = "experiment.xlsx"
_OWN_SHEETS = ("conditions", "files")


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
    ours = {name: p for name, p in sorted(files.items()) if not is_left_behind(p)}
    inside = {name: p for name, p in ours.items() if _is_inside(folder, p, problems)}
    sheets = _sheets_from_workbook(folder, problems)
    return Shelf(folder, inside, sheets or {}, frozenset(ours).difference(inside), sheets is None)


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
        return None if _tell_other_name(folder, problems) else {}
    if not _is_inside(folder, path, problems):
        return None
    found = Problems()
    sheets = sheets_from_file(path, WORKBOOK, found)
    if not sheets or "" in sheets:
        why = next((catalogue()[p.code].title.lower() for p in found), "it holds text, no sheets")
        problems.add("MG098", file=WORKBOOK, seen=why)
        return None
    problems.extend(found)
    return sheets


def _tell_other_name(folder: Path, problems: Problems) -> bool:
    """Whether a workbook holds the tables under another name, in a folder that has them nowhere else (a problem)."""
    if any((folder / f"{name}.csv").exists() for name in _OWN_SHEETS):
        return False
    for path in sorted(p for p in folder.glob("*.xls*") if not is_left_behind(p) and lies_inside(folder, p)):
        sheets = [s for s in sheets_from_file(path, path.name, Problems()) if s in _OWN_SHEETS]
        if sheets:
            problems.add("MG099", file=path.name, seen=", ".join(sheets), workbook=WORKBOOK)
            return True
    return False


def as_kept(folder: Path, problems: Problems) -> Problems:
    """The same problems, of tables that the lab keeps as sheets of its workbook by these and not by CSV files."""
    if not is_file(folder / WORKBOOK):
        return problems
    sheets = [name for name in ("conditions", "files", "samples") if not (folder / f"{name}.csv").exists()]
    return Problems(_as_kept(problem, sheets) for problem in problems)


def _as_kept(problem: Problem, sheets: Sequence[str]) -> Problem:
    """One problem, told of a sheet in place of the CSV file of the same name."""
    words = {"message": problem.message, "remedy": problem.remedy}
    if problem.code == "MG020":  # which names both
        return problem
    for name in sheets:
        told = f"the sheet {name} of {WORKBOOK}"
        words = {part: text.replace(f"{name}.csv", told) for part, text in words.items()}
    of = next((name for name in sheets if problem.file == f"{name}.csv"), "")
    return replace(problem, **words, **({"file": WORKBOOK, "sheet": of} if of else {}))


def cells_from_shelf(shelf: Shelf, name: str, problems: Problems) -> Cells | None:
    """The cells of one table, None when it is nowhere; a table that is in both places is a problem, the CSV is used."""
    path, sheet = shelf.files.get(name), shelf.sheets.get(name)
    if path is None:
        return None if sheet is None else calculated(sheet, problems)
    file = path.relative_to(shelf.folder).as_posix()
    if sheet is not None:
        problems.add("MG021", file=file, sheet=name, seen=name, workbook=WORKBOOK)
    return cells_from_file(path, file, "", problems)
