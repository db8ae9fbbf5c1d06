"""Arms named in words -> the conditions that they would be, so that a plan need not have a table yet."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from mgassay import tables
from mgassay.errors import UsageError
from mgassay.experiment import BlockSettings, Contrast, Experiment, Settings
from mgassay.problems import suggestion

ANY_BLOCK = "block"
_LIVE: Mapping[str, Any] = {"inhibitor": "none", "sirna": "none", "cells": "live", "comparator": "none"}
# Word -> what its conditions have that those of the plain Mg step do not; both Mg levels, or the reference alone.
_BOTH: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "total": ({},),
    "blocked": ({}, {"inhibitor": ANY_BLOCK}),
    "sirna": ({"sirna": "scramble"}, {"sirna": "TRPM7"}),
    "2-APB": ({}, {"inhibitor": "2-APB"}),
    "NS8593": ({}, {"inhibitor": "NS8593"}),
    "FTY720": ({}, {"inhibitor": "FTY720"}),
    "waixenicin A": ({}, {"inhibitor": "waixenicin A"}),
    "acellular": ({"cells": "none"},),
    "mg_i": (),
}
_REFERENCE: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "comparator": ({"comparator": "comparator"},),
    "comparators": ({"comparator": "comparator"}, {"comparator": "second comparator"}),
}
WORDS = (*_BOTH, *_REFERENCE)


@dataclass(frozen=True)
class Design:
    """What a lab means to grow, and whether Mg_i will be measured in it."""

    experiment: Experiment
    mg_measured: bool


def words_from_text(text: str) -> tuple[str, ...]:
    """The words of WORDS that a list parted by commas names, spelled as there.

    Raises UsageError for a word that is none of them, with the nearest one.
    """
    known = {_plain(word): word for word in WORDS}
    given = [part.strip() for part in text.split(",") if part.strip()]
    for word in given:
        if _plain(word) not in known:
            raise UsageError(f"--arms: “{word}” is no arm that is known here. {suggestion(word, WORDS)}")
    return tuple(dict.fromkeys(known[_plain(word)] for word in given))


def _plain(word: str) -> str:
    """A word without case and marks: `2apb` is 2-APB, `Mg_i` is mg_i."""
    return re.sub(r"[^a-z0-9]", "", word.lower())


def with_arms(experiment: Experiment, words: Iterable[str]) -> Design:
    """An experiment with the conditions of these words (of WORDS) beside its own."""
    wanted = tuple(words)
    contrast = experiment.settings.contrast
    added = [
        {**base, "mg_mM": mg, "medium": contrast.medium_calcifying}
        for table, levels in (
            (_BOTH, (contrast.mg_reference_mM, contrast.mg_raised_mM)),
            (_REFERENCE, (contrast.mg_reference_mM,)),
        )
        for word in wanted
        for base in table.get(word, ())
        for mg in levels
    ]
    rows = [{**_LIVE, "modulator": "none", "mg_from_day": 0.0, **row} for row in _each_once(added)]
    named = tables.CONDITIONS.frame([{**row, "condition": f"planned {i}"} for i, row in enumerate(rows, 1)])
    conditions = pd.concat([experiment.conditions, named], ignore_index=True) if rows else experiment.conditions
    extra = [c for c in conditions.columns if c not in tables.CONDITIONS.columns]
    whole = conditions.assign(**{c: conditions[c].fillna("") for c in extra})
    settings = _with_any_block(experiment.settings) if "blocked" in wanted else experiment.settings
    return Design(replace(experiment, settings=settings, conditions=whole), "mg_i" in wanted)


def _each_once(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows without repeats, in their order."""
    return list({tuple(sorted(row.items(), key=str)): row for row in rows}.values())


def _with_any_block(settings: Settings) -> Settings:
    """Settings that declare the inhibitor `block`, whatever it is, as a block of Mg2+ entry that is not selective."""
    block = BlockSettings(name=ANY_BLOCK, column="inhibitor", intact="none", blocked=ANY_BLOCK)
    return settings.model_copy(update={"block": (*settings.block, block)})


def planned_experiment(mg_reference_mM: float, mg_raised_mM: float) -> Experiment:
    """An experiment that declares its Mg step and nothing else, with the no-Pi control at reference Mg."""
    settings = Settings(contrast=Contrast(mg_reference_mM=mg_reference_mM, mg_raised_mM=mg_raised_mM))
    control = {**_LIVE, "modulator": "none", "mg_from_day": 0.0, "condition": "control", "medium": "control"}
    return Experiment("plan", settings, tables.CONDITIONS.frame([{**control, "mg_mM": mg_reference_mM}]), ())
