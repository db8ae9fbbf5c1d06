"""A results table of a qPCR program -> RAW_READINGS.

Whole columns are read at once: a run may hold tens of thousands of rows.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mgassay import tables
from mgassay.errors import UnreadableError
from mgassay.problems import Problems, listed
from mgassay.readers.cq_rows import check_rows
from mgassay.readers.cq_tables import Column, CqTable, Dialect
from mgassay.readers.cycles import beyond_run
from mgassay.readers.text import is_excel_date, number_from, quantity_from, status_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from mgassay.experiment import RawFile

    Bools = npt.NDArray[np.bool_]

_MISPLACED = {"date": "MG122", "formula": "MG123"}
_NAMES = ("sample", "target", "task")
_LISTED = 5  # places in a message
_OTHER = {",": ".", ".": ","}
_LONGEST = 40  # signs of a cell in a message
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")  # 1,234: thousands, or decimals

Said = tuple[str, float]  # what a Cq cell says: its status and number


def readings_from_table(
    table: CqTable,
    dialect: Dialect,
    raw: "RawFile",
    problems: Problems,
    cycles_of: "Callable[[list[float], npt.NDArray[np.float64]], int | None]",
) -> "pd.DataFrame":
    """RAW_READINGS of a results table; rows without sample, target, task and number are empty wells, left out.

    A Cq stays as read where the well was omitted. `cycles_of` says from the baselines' ends and all Cq how many cycles
    were run; a Cq at that count or above it is none. Raises UnreadableError when a column is absent, rows are torn, a
    well is none or comes twice, or commas are ambiguous.
    """
    import numpy as np
    import pandas as pd

    _check_columns(table, dialect)
    tokens = table.column("cq")
    mark = table.mark
    said = {token: _cq_from(token, mark, dialect) for token in dict.fromkeys(tokens)}
    tasks = {text: dialect.task(text) for text in dict.fromkeys(table.column("task"))}
    filled = _filled(table, dialect)
    ends = [n for t in dict.fromkeys(table.column("baseline_end")) if (n := number_from(t, mark)) is not None]
    cycles = cycles_of(ends, np.array([said[t][1] for t in tokens], dtype=float))
    meant = {token: _within_run(read, cycles) for token, read in said.items()}
    if mark == ",":
        problems.add("MG128", file=raw.file)
    frame = pd.DataFrame(
        {
            "file": raw.file,
            "sheet": table.sheet.name,
            "place": [table.sheet.place(table.start + k, table.columns["cq"]) for k in range(len(tokens))],
            "plate": raw.plate,
            "well": _wells(table, filled, dialect),
            "channel": table.column("target"),
            "read_index": 0,
            "value": np.array([meant[t][1] for t in tokens], dtype=float),
            "status": _statuses(table, [meant[t][0] for t in tokens], dialect),
            "raw": tokens,
            "sample": table.column("sample"),
            "task": [tasks[t] for t in table.column("task")],
            "quantity": _quantities(table, dialect, raw, problems),
            "cycles": cycles,
        }
    )[filled]
    _report_words(table, dialect, filled, raw, problems)
    _report_misplaced(frame, raw, problems)
    _report_last_cycles(frame, [t for t, read in said.items() if read != meant[t]], raw, problems)
    _report_dates(table, raw, problems)
    _check_once(frame)
    return tables.RAW_READINGS.frame(
        frame.assign(status=frame["status"].replace(["date", "formula", "unknown"], "missing"))
    )


def _check_columns(table: CqTable, dialect: Dialect) -> None:
    """Raises UnreadableError MG133 for an absent column, MG126 for no row; refuses rows that do not fit."""
    absent = [name for name in ("well", "cq") if name not in table.columns]
    if absent:
        raise UnreadableError("MG133", seen=", ".join(absent), names=", ".join(dialect.columns[absent[0]]))
    if not table.rows:
        raise UnreadableError("MG126", seen="a header without rows", title=dialect.title)
    check_rows(table, dialect)


def _cq_from(token: str, mark: str, dialect: Dialect) -> Said:
    """Status and number of a Cq cell; the statuses `date`, `formula` and `unknown` are for cells that hold no Cq."""
    if token.casefold() in dialect.no_cq:
        return dialect.no_cq[token.casefold()], math.nan
    number = number_from(token, mark)
    if number is not None:
        return "ok", number
    status = status_of(token)[0]
    return (status if status in ("date", "formula") else "unknown"), math.nan


def _within_run(said: Said, cycles: int | None) -> Said:
    """What a Cq cell means in a run of so many cycles."""
    return ("undetermined", math.nan) if said[0] == "ok" and beyond_run(said[1], cycles) else said


def _filled(table: CqTable, dialect: Dialect) -> "Bools":
    """Which rows are wells that hold something; a word for no Cq counts only where wells are given no task."""
    import numpy as np

    empty = {"", *dialect.no_cq} if "task" in table.columns else {""}
    holds = {text: text.casefold() not in empty for text in dict.fromkeys(table.column("cq"))}
    named = zip(*(table.column(name) for name in _NAMES), strict=True)
    return np.array([holds[cq] or any(n) for cq, n in zip(table.column("cq"), named, strict=True)], dtype=bool)


def _wells(table: CqTable, filled: "Bools", dialect: Dialect) -> Column:
    """The wells in their one spelling; raises UnreadableError MG130 for a row whose well is none."""
    given = table.column("well")
    names = {text: dialect.well(text) for text in dict.fromkeys(given)}
    bad = next((k for k, text in enumerate(given) if filled[k] and not names[text]), None)
    if bad is not None:
        place = table.sheet.place(table.start + bad, table.columns["well"])
        raise UnreadableError(
            "MG130", sheet=table.sheet.name, place=place, seen=given[bad][:_LONGEST] or "an empty cell"
        )
    return [names[text] for text in given]


def _statuses(table: CqTable, read_as: Sequence[str], dialect: Dialect) -> Column:
    """The statuses, `omitted` where the lab left the well out in the instrument's software."""
    omit = table.column("omit")
    left_out = {text: text.casefold() in dialect.left_out for text in dict.fromkeys(omit)}
    return ["omitted" if left_out[o] else status for o, status in zip(omit, read_as, strict=True)]


def _quantities(table: CqTable, dialect: Dialect, raw: "RawFile", problems: Problems) -> list[float]:
    """Quantities of standards (and what was computed from them), with commas between thousands allowed."""
    given = table.column("quantity")
    is_none = {t: status_of(t)[0] == "missing" or t.casefold() in {"n/a", *dialect.no_cq} for t in dict.fromkeys(given)}
    texts = [text for text, none in is_none.items() if not none]
    mark, doubtful = quantity_mark(texts, table.mark)
    if mark != table.mark:
        seen = next(t for t in texts if mark in t)
        problems.add("MG172", file=raw.file, sheet=table.sheet.name, seen=seen, mark={",": "comma", ".": "point"}[mark])
    numbers = {text: None if text in doubtful else quantity_from(text, mark) for text in is_none}
    for k, text in enumerate(given):
        if numbers[text] is None and not is_none[text]:
            place = table.sheet.place(table.start + k, table.columns["quantity"])
            problems.add("MG134", file=raw.file, sheet=table.sheet.name, place=place, seen=text)
    return [math.nan if (n := numbers[text]) is None else n for text in given]


def quantity_mark(texts: Iterable[str], mark: str) -> tuple[str, frozenset[str]]:
    """The decimal mark of a column of quantities, and those of them that are no number by it for sure.

    It is that of the Cq, `mark`, or the other one where all quantities can be written with it and some only with it.
    1,234 is two numbers where nothing else in the column shows what its mark is for.

    >>> quantity_mark(["1,250.5", "1,250"], "."), quantity_mark(["1,250", "0,125"], "."), quantity_mark(["1,250"], ".")
    (('.', frozenset()), (',', frozenset()), ('.', frozenset({'1,250'})))
    """
    marked = [t for t in texts if ("," in t or "." in t) and status_of(t)[0] == "ok"]
    other = _OTHER[mark]
    unfit = {t for t in marked if not _is_written_with(t, mark)}
    if unfit and all(_is_written_with(t, other) for t in marked):
        return other, frozenset()
    sure = not unfit and any(mark in t or t.count(other) > 1 for t in marked)
    return mark, frozenset() if sure else frozenset(
        unfit | {t for t in marked if other in t and _ONE_GROUP.fullmatch(t)}
    )


def _is_written_with(text: str, mark: str) -> bool:
    """Whether a number has this decimal mark, or none, and the other one only between thousands."""
    number = quantity_from(text, mark)
    return number is not None and (_OTHER[mark] not in text or number != number_from(text, mark))


def _report_words(table: CqTable, dialect: Dialect, filled: "Bools", raw: "RawFile", problems: Problems) -> None:
    """A problem for each word that is not known in a column that decides whether a well counts."""
    known = {"omit": dialect.left_out | dialect.kept, **dialect.known}
    for name, words in ((n, w) for n, w in known.items() if n in table.columns):
        given = table.column(name)
        for text in (t for t in dict.fromkeys(given) if t.casefold() not in words):
            at = [k for k, t in enumerate(given) if t == text and filled[k]]
            if at:
                _report_word(table, name, text or "an empty cell", at, raw, problems)


def _report_word(table: CqTable, name: str, seen: str, rows: Sequence[int], raw: "RawFile", problems: Problems) -> None:
    """The problem of one such word, with the first places where it stands."""
    column = table.columns[name]
    places = listed((table.sheet.place(table.start + k, column) for k in rows), _LISTED, "; ")
    title = table.header[column] if column < len(table.header) else name
    problems.add("MG170", file=raw.file, sheet=table.sheet.name, place=places, seen=seen, column=title)


def _report_misplaced(frame: "pd.DataFrame", raw: "RawFile", problems: Problems) -> None:
    """A problem for every Cq cell that holds something else."""
    bad = frame[frame["status"].isin(["date", "formula", "unknown"])]
    for place, sheet, status, token in zip(bad["place"], bad["sheet"], bad["status"], bad["raw"], strict=True):
        problems.add(_MISPLACED.get(status, "MG120"), file=raw.file, sheet=sheet, place=place, seen=token)


def _report_last_cycles(frame: "pd.DataFrame", beyond: Sequence[str], raw: "RawFile", problems: Problems) -> None:
    """A notice of the Cq that count as not detected because the run was over."""
    at = frame[frame["raw"].isin(beyond) & (frame["status"] == "undetermined")]
    if len(at):
        words = {"count": len(at), "cycles": at["cycles"].iloc[0], "seen": ", ".join(dict.fromkeys(at["raw"]))}
        problems.add("MG171", file=raw.file, sheet=at["sheet"].iloc[0], place=at["place"].iloc[0], **words)


def _report_dates(table: CqTable, raw: "RawFile", problems: Problems) -> None:
    """A problem for each name of a sample or target that Excel has turned into a date."""
    for name in (n for n in ("sample", "target") if n in table.columns):
        given = table.column(name)
        dates = [text for text in dict.fromkeys(given) if is_excel_date(text)]
        for text in dates:
            k = given.index(text)
            place = table.sheet.place(table.start + k, table.columns[name])
            words: Mapping[str, object] = {"column": name, "count": given.count(text)}
            problems.add("MG136", file=raw.file, sheet=table.sheet.name, place=place, seen=text, **words)


def _check_once(frame: "pd.DataFrame") -> None:
    """Raises UnreadableError MG125 when a well has two Cq of one target."""
    twice = frame[frame.duplicated(["well", "channel"])]
    if len(twice):
        first = twice.iloc[0]
        raise UnreadableError(
            "MG125", sheet=first["sheet"], place=first["place"], seen=f"{first['well']} {first['channel']}"
        )
