"""What conditions are called on the page, and in which order: their `label` and `order`, where the lab gave them.

Tables of results keep the ids. Here every id in what the page is made of is another name, the same everywhere, so that
what belongs together still finds each other.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.report.pieces import Listing, listing_of
from mgassay.report.report_input import ReportInput

_COLUMNS = ("condition", "reference_condition")
_MARK = " / "  # between the two conditions of a treatment (qpcr_quality.csv, subject)


def in_order(experiment: Experiment) -> tuple[str, ...]:
    """The conditions by `order`, those without one last and as conditions.csv has them."""
    rows = experiment.conditions
    return tuple(rows["condition"][rows["order"].sort_values(kind="stable", na_position="last").index])


def names_shown(experiment: Experiment) -> dict[str, str]:
    """Id -> label, of the conditions that have one; a label that is not one condition's alone has the id behind it."""
    rows = experiment.conditions
    labels = {c: label for c, label in zip(rows["condition"], rows["label"], strict=True) if label and label != c}
    held = Counter(labels.values())
    alone = {label for label, times in held.items() if times == 1} - set(rows["condition"])
    return {c: label if label in alone else f"{label} ({c})" for c, label in labels.items()}


def as_shown(given: ReportInput) -> ReportInput:
    """The same with conditions by the names that the page calls them; as it is where none has a label."""
    names = names_shown(given.experiment) if given.experiment else {}
    if given.experiment is None or not names:
        return given
    made = {name: table if name == "problems" else renamed(table, names) for name, table in given.tables.items()}
    return replace(given, experiment=_experiment_with(given.experiment, names), tables=made)


def _experiment_with(experiment: Experiment, names: Mapping[str, str]) -> Experiment:
    """The experiment with its conditions renamed wherever it names them."""
    return replace(
        experiment,
        conditions=renamed(experiment.conditions, names),
        layouts={name: renamed(layout, names) for name, layout in experiment.layouts.items()},
        samples=None if experiment.samples is None else renamed(experiment.samples, names),
    )


def renamed(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """A table with other names in the columns that hold conditions, and in subjects that are a treatment of two."""
    found = {c: table[c].map(lambda name: names.get(name, name)) for c in _COLUMNS if c in table}
    if "subject" in table:
        found["subject"] = table["subject"].map(lambda text: _treatment(text, names))
    return table.assign(**{c: new.astype(table[c].dtype) for c, new in found.items()})


def _treatment(text: str, names: Mapping[str, str]) -> str:
    """`Mg: ca_mg20 / ca_mg08` with these two renamed; any other text as it is."""
    head, colon, pair = text.partition(": ")
    if colon and pair.count(_MARK) == 1:
        return f"{head}: {_MARK.join(names.get(part, part) for part in pair.split(_MARK))}"
    return text


def names_listing(experiment: Experiment | None) -> list[Listing]:
    """Which label is which condition of conditions.csv and the tables; nothing where none has a label."""
    names = names_shown(experiment) if experiment else {}
    if experiment is None or not names:
        return []
    caption = "Conditions: what this page calls them, and their names in conditions.csv and all tables"
    return [listing_of(caption, ("on this page", "condition"), [(names.get(c, c), c) for c in in_order(experiment)])]
