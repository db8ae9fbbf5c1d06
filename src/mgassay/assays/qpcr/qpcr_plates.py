"""What the lab declared of each qPCR plate, and how wells and samples are named to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgassay.experiment import Experiment, QpcrSettings
from mgassay.flags import join_flags


@dataclass(frozen=True)
class QpcrPlate:
    """A plate's raw file (the first, where an export was split) and its settings."""

    file: str
    settings: QpcrSettings


def qpcr_plates(experiment: Experiment, names: "pd.Series[str]") -> dict[str, QpcrPlate]:
    """The plates of these names; one that files.csv does not name has the experiment's settings and no file."""
    declared: dict[str, QpcrPlate] = {}
    for file in experiment.files_of("qpcr"):
        settings = QpcrSettings.model_validate(experiment.assay_settings(file).model_dump())
        declared.setdefault(file.plate, QpcrPlate(file.file, settings))
    general = QpcrPlate("", experiment.settings.assays.qpcr)
    return {name: declared.get(name, general) for name in pd.unique(names)}


def sample_names(rows: pd.DataFrame) -> list[str]:
    """Condition, donor and rep of each row, as a lab would say them: `ca_mg20 D1 rep 2`."""
    each = zip(rows["condition"], rows["donor"], rows["rep"], strict=True)
    return [f"{condition} {donor}" + (f" rep {rep}" if rep else "") for condition, donor, rep in each]


def each_group(rows: pd.DataFrame, *columns: str) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """The rows of each combination of texts in `columns`, in the order in which they come."""
    for key, group in rows.groupby(list(columns), sort=False):
        yield tuple(str(k) for k in key), group


def joined_flags(given: Mapping[str, npt.NDArray[np.bool_]]) -> npt.NDArray[np.object_]:
    """The flags that hold for each row, joined by `;`; one truth per row and flag."""
    names = list(given)
    code = np.asarray(sum(held.astype(np.int64) << bit for bit, held in enumerate(given.values())), dtype=np.int64)
    texts = [join_flags(*(n for bit, n in enumerate(names) if c >> bit & 1)) for c in range(1 << len(names))]
    flags: npt.NDArray[np.object_] = np.asarray(texts, dtype=object)
    return flags[code]
