"""Which images of a plate stand against which: negative wells, those with most mineral, all others."""

import pandas as pd

from mgassay.assays.images.image_amounts import negative_conditions
from mgassay.design import arms_of_blocks
from mgassay.experiment import AlizarinImageSettings, Experiment
from mgassay.report.rows import Tables

NEGATIVE = "negative wells"
POSITIVE = "calcifying, reference Mg²⁺, entry intact"
OTHER = "other wells"
GROUPS = (NEGATIVE, POSITIVE, OTHER)


def group_of_conditions(experiment: Experiment | None) -> dict[str, str]:
    """Condition -> NEGATIVE (living cells in control medium: they set the threshold) or POSITIVE; the rest is OTHER."""
    if experiment is None:
        return {}
    positive = {arms.intact_reference: POSITIVE for arms in arms_of_blocks(experiment) if arms.intact_reference}
    return {**positive, **dict.fromkeys(negative_conditions(experiment), NEGATIVE)}


def grouped(table: pd.DataFrame, groups: dict[str, str]) -> pd.Series:
    """The group of every row of a table with conditions."""
    return table["condition"].map(lambda condition: groups.get(condition, OTHER)).astype("str")


def settings_of_plate(experiment: Experiment | None, plate: str) -> AlizarinImageSettings:
    """The settings that a plate of images was measured with: those of its first row in files.csv."""
    files = experiment.files_of("alizarin_image") if experiment else ()
    raw = next((f for f in files if f.plate == plate), None)
    settings = experiment.assay_settings(raw) if experiment and raw else None
    if isinstance(settings, AlizarinImageSettings):
        return settings
    return experiment.settings.assays.alizarin_image if experiment else AlizarinImageSettings()


def is_white_of_empty_plate(tables: Tables, settings: AlizarinImageSettings) -> bool:
    """Whether the white of photographs is that of the photograph of an empty plate: one was named and could be used."""
    refused = {p["file"] for p in tables.rows("problems", code="MG405")}
    return bool(settings.blank) and settings.blank not in refused
