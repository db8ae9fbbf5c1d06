"""Which runs of an RDML document are meant: one, or those of a multiplex plate that has a run per dye."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mgassay.errors import UnreadableError
from mgassay.problems import suggestion
from mgassay.readers.rdml_document import Run

if TYPE_CHECKING:
    from mgassay.experiment import RawFile


def runs_asked(runs: Sequence[Run], raw: "RawFile") -> list[Run]:
    """The runs that files.csv names as its `sheet`, joined by `;`; the only one where that is empty.

    Raises UnreadableError MG126 for a document without runs, MG115 for a name that is not there, MG113 where several
    runs have it.
    """
    if not runs:
        raise UnreadableError("MG126", seen="no run with reactions", title="RDML")
    whole = raw.sheet.strip()
    names = [name for part in whole.split(";") if (name := part.strip())]
    if not names or any(_is_called(run, whole) for run in runs):
        return [_run_asked(runs, whole, raw)]
    asked = [_run_asked(runs, name, raw) for name in names]
    return [run for k, run in enumerate(asked) if run not in asked[:k]]


def _is_called(run: Run, name: str) -> bool:
    """Whether this is a run's id, or its `experiment/run`."""
    return name.casefold() in (run.name.casefold(), f"{run.experiment}/{run.name}".casefold())


def _run_asked(runs: Sequence[Run], name: str, raw: "RawFile") -> Run:
    """The one run of this name, or of any name where it is empty."""
    asked = [run for run in runs if not name or _is_called(run, name)]
    if not asked:
        raise UnreadableError("MG115", sheet=raw.sheet, seen=name, suggestion=suggestion(name, _labels(runs)))
    if len(asked) > 1:
        raise UnreadableError("MG113", sheet=raw.sheet, seen=", ".join(_labels(asked)))
    return asked[0]


def _labels(runs: Sequence[Run]) -> list[str]:
    """The names of runs, with those of their experiments where they alone do not tell the runs apart."""
    names = [r.name for r in runs]
    return names if len(set(names)) == len(names) else [f"{r.experiment}/{r.name}" for r in runs]
