"""The table `conditions`: one row per condition, with the contract's defaults filled in."""

import difflib
from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pandas as pd

from mgassay import tables
from mgassay.experiment import Settings
from mgassay.problems import Problems, nearest, suggestion
from mgassay.readers.declared import (
    Cells,
    Declared,
    check_filled,
    check_no_dates,
    check_once,
    numbers_from_table,
    table_from_cells,
)
from mgassay.readers.names import cannot_name
from mgassay.readers.ranges import check_ranges
from mgassay.readers.settings import FILE as SETTINGS_FILE
from mgassay.readers.settings import ReadSettings
from mgassay.readers.shelf import WORKBOOK
from mgassay.readers.text import number_from

REQUIRED = ("condition", "medium", "mg_mM")
DEFAULTS = {"inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none", "modulator": "none"}
CELLS = ("live", "fixed", "none")
_SLIP = 0.8  # how alike two names are, from 0 to 1, of which one is taken for a slip of the other
_RESERVED = {"inhibitor": ("none",), "sirna": ("none", "scramble"), "comparator": ("none",), "modulator": ("none",)}
_MEANT_AS_NONE = {"none", "na", "n/a", "nan", "null", "nil", "no", "-", "0"}
_NAMES = ("inhibitor", "sirna", "comparator", "modulator", "day")
_IDS = ("condition", "medium", "inhibitor", "sirna", "comparator", "modulator", "day")


def conditions_from_cells(cells: Cells, read: ReadSettings, problems: Problems) -> pd.DataFrame:
    """CONDITIONS, with the further text columns that a [[step]] or [[block]] names behind.

    An empty cell of a column that one of them names is its reference or intact level, where the contract has no default
    of its own (told, MG650). Rows without an id, or with the id of an earlier row, are left out (a problem); a number
    that is none is NaN.
    """
    known = list(tables.CONDITIONS.columns)
    named = [*(b.column for b in read.settings.block), *(s.column for s in read.settings.step)]
    extra = [c for c in dict.fromkeys(named) if c not in known]
    table = table_from_cells(cells, [*known, *extra], REQUIRED, problems, any_column=not read.readable)
    check_filled(table, REQUIRED, problems)
    check_no_dates(table, _IDS, problems)
    first = check_once(table, ["condition"], problems)
    frame = _typed(table, problems)
    _check_words(table, frame, read.settings, problems)
    _check_amounts(table, frame, problems)
    behind = [str(c) for c in table.frame if c not in known and (c in extra or not read.readable)]
    usable = (first & (table.text("condition") != "")).to_numpy(dtype=bool)
    whole = _left_alone(table, frame.assign(**{c: table.text(c).to_numpy() for c in behind}), read.settings, problems)
    return whole[usable].reset_index(drop=True)


def _left_alone(table: Declared, frame: pd.DataFrame, settings: Settings, problems: Problems) -> pd.DataFrame:
    """Conditions whose empty cells in the own column of a [[block]] or [[step]] hold its intact or reference level.

    Of several the first: a block before a step. What is never empty, or has a default, is left as it is, and so is the
    day, which has none.
    """
    named = [(b.column, b.intact) for b in settings.block] + [(s.column, s.reference) for s in settings.step]
    levels = {
        c: level for c, level in reversed(named) if level and c not in (*REQUIRED, *DEFAULTS, "mg_from_day", "day")
    }
    for column, level in ((c, v) for c, v in levels.items() if c in table.frame and c in frame):
        empty = (table.text(column) == "").to_numpy(dtype=bool)
        value = level if _is_text(column) else number_from(level, ".")
        rows = [row for row in table.frame.index[empty] if row not in table.shifted]
        if value is not None and rows:
            frame = frame.assign(**{column: frame[column].mask(empty, value)})
            problems.add("MG650", **table.at_all(rows, column), seen=level, column=column)
    return frame


def _typed(table: Declared, problems: Problems) -> pd.DataFrame:
    """The columns of CONDITIONS with their kinds and defaults, one row per row of the table."""
    kinds = tables.CONDITIONS.columns
    numbers = numbers_from_table(table, [c for c, k in kinds.items() if k != "text"], problems)
    if "order" in numbers:
        whole = np.isnan(numbers["order"]) | (numbers["order"] == np.round(numbers["order"]))
        for row in table.frame.index[~whole]:
            problems.add("MG065", **table.at(row, "order"), seen=table.frame.at[row, "order"])
        numbers["order"] = np.where(whole, numbers["order"], np.nan)
    late = numbers.get("mg_from_day", np.full(len(table.frame), np.nan))
    numbers["mg_from_day"] = np.where(np.isnan(late) & (table.text("mg_from_day") == ""), 0.0, late)
    texts = {c: table.text(c, DEFAULTS.get(c, "")).to_numpy() for c, k in kinds.items() if k == "text"}
    return tables.CONDITIONS.frame(pd.DataFrame({**texts, **numbers}, index=table.frame.index))


def _check_words(table: Declared, frame: pd.DataFrame, settings: Settings, problems: Problems) -> None:
    """The words of the columns that have a vocabulary, and near misses of the words that mean something."""
    declared = {value for e in settings.block for value in (e.intact, e.blocked)}
    declared |= {value for e in settings.step for value in (e.reference, e.raised)}
    for text, where in _each_text(table, frame, "cells"):
        if text not in CELLS:
            problems.add("MG062", **where, seen=text, suggestion=suggestion(text, CELLS))
    for column, words in _RESERVED.items():
        for text, where in _each_text(table, frame, column):
            if text not in declared and (meant := _meant(text, words)):
                problems.add("MG063", **where, seen=text, meant=meant, column=column)
    for row, text in zip(table.frame.index, frame["condition"], strict=True):
        if cannot_name(text):
            problems.add("MG066", **table.at(row, "condition"), seen=text)
    for column in _NAMES:
        for text, where in _each_text(table, frame, column):
            if cannot_name(text):
                problems.add("MG089", **where, seen=text, column=column)


def _each_text(table: Declared, frame: pd.DataFrame, column: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each different text of a column, and the place of all rows that have it; shifted rows mean nothing."""
    rows = pd.Series(frame[column].to_numpy(), index=table.frame.index)
    kept = rows[[row not in table.shifted for row in rows.index]]
    for text in dict.fromkeys(kept):
        yield text, table.at_all(list(kept.index[kept == text]), column)


def _meant(text: str, reserved: tuple[str, ...]) -> str:
    """The reserved word that a text was meant to be, "" when it is one or is a name of its own."""
    lower = text.lower()
    if text not in reserved and lower in _MEANT_AS_NONE:
        return "none"
    scramble = "scramble" in reserved and text != "scramble" and (lower == "scr" or lower.startswith("scram"))
    return "scramble" if scramble else ""


def _check_amounts(table: Declared, frame: pd.DataFrame, problems: Problems) -> None:
    """Amounts that no medium holds, and a dose of an inhibitor that is not there."""
    numbers = [c for c, kind in tables.CONDITIONS.columns.items() if kind == "number" and c in table.frame]
    for column in numbers:
        for row, value in zip(table.frame.index, frame[column], strict=True):
            if value < 0:
                problems.add("MG061", **table.at(row, column), seen=f"{value:g}", column=column)
    check_ranges(table, frame, problems)
    lone = (frame["inhibitor"] == "none") & (frame["inhibitor_uM"] > 0)
    for row, dose in zip(table.frame.index[lone], frame["inhibitor_uM"][lone], strict=True):
        problems.add("MG064", **table.at(row, "inhibitor_uM"), seen=f"{dose:g}")


def check_settings_fit(conditions: pd.DataFrame, read: ReadSettings, file: str, problems: Problems) -> None:
    """Whether the media, levels and columns that experiment.toml names are those of the conditions (in `file`)."""
    if read.contrast_declared and len(conditions):
        _check_contrast(conditions, read.settings, file, problems)
    blocks, steps = enumerate(read.settings.block, 1), enumerate(read.settings.step, 1)
    entries = [(f"block {i}", e.column, {"intact": e.intact, "blocked": e.blocked}) for i, e in blocks]
    entries += [(f"step {i}", e.column, {"reference": e.reference, "raised": e.raised}) for i, e in steps]
    named = [(f"block {i}", block.name) for i, block in enumerate(read.settings.block, 1)]
    named += [(f"step {i}", step.name) for i, step in enumerate(read.settings.step, 1)]
    for place, name in ((p, n) for p, n in named if cannot_name(n)):
        problems.add("MG089", file=SETTINGS_FILE, place=f"{place}.name", seen=name, column="name")
    for place, column, values in entries:
        if column not in conditions:
            texts = [str(c) for c in conditions if _is_text(str(c))]
            words = {"seen": column, "table": file, "suggestion": suggestion(column, texts)}
            problems.add("MG013", file=SETTINGS_FILE, place=f"{place}.column", **words)
        elif _is_text(column) and len(conditions):
            given = list(dict.fromkeys(conditions[column]))
            for key, value in ((k, v) for k, v in values.items() if v not in given):
                words = {"seen": value, "table": file, "column": column, "suggestion": suggestion(value, given)}
                problems.add("MG014", file=SETTINGS_FILE, place=f"{place}.{key}", **words)


def _is_text(column: str) -> bool:
    """Whether a column of the conditions holds text."""
    return tables.CONDITIONS.columns.get(column, "text") == "text"


def _check_contrast(conditions: pd.DataFrame, settings: Settings, file: str, problems: Problems) -> None:
    """The contrast's media and Mg levels against those that were grown."""
    contrast = settings.contrast
    media, named = list(dict.fromkeys(conditions["medium"])), (contrast.medium_calcifying, contrast.medium_control)
    where = {"file": file} if file.endswith(".csv") else {"file": WORKBOOK, "sheet": file}
    for key, code in (("medium_calcifying", "MG010"), ("medium_control", "MG012")):
        medium = getattr(contrast, key)
        if medium not in media:
            words = {"seen": medium, "table": file, "suggestion": suggestion(medium, media)}
            problems.add(code, file=SETTINGS_FILE, place=f"contrast.{key}", **words)
    own = {v for s in settings.step for v in (s.reference, s.raised) if s.column == "medium"}
    for medium in (m for m in media if m not in own and _is_slip(m, [n for n in named if n in media])):
        words = {"calcifying": contrast.medium_calcifying, "control": contrast.medium_control}
        problems.add("MG097", **where, place="medium", seen=medium, suggestion=suggestion(medium, named), **words)
    if any(file in (p.file, p.sheet) and p.severity == "error" and "mg_mM" in p.place for p in problems):
        return  # what is wrong with the levels was named; held against them, the settings would look wrong too
    levels = conditions.loc[conditions["medium"] == contrast.medium_calcifying, "mg_mM"].dropna()
    for key in ("mg_reference_mM", "mg_raised_mM"):
        level = getattr(contrast, key)
        if len(levels) and not np.isclose(levels, level).any():
            words = {"seen": f"{level:g}", "table": file, "levels": _levels(levels)}
            problems.add("MG011", file=SETTINGS_FILE, place=f"contrast.{key}", **words)


def _is_slip(text: str, names: Collection[str]) -> bool:
    """Whether a text is one of these names misspelt; one that only has more behind it is a name of its own.

    >>> _is_slip("calcifing", ("calcifying",)), _is_slip("calcifying_2", ("calcifying",)), _is_slip("x", ("control",))
    (True, False, False)
    """
    if not text or text in names or any(text.startswith(n) or n.startswith(text) for n in names):
        return False
    close = nearest(text, names)
    return bool(close) and difflib.SequenceMatcher(None, text.lower(), close.lower()).ratio() >= _SLIP


def _levels(levels: Iterable[float]) -> str:
    """Mg levels in order, in mM."""
    return ", ".join(f"{v:g}" for v in sorted(set(levels)))
