"""Which condition stands for cells that nothing was done to: what 100 percent of a viability plate are."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from mgassay.design import arms_of
from mgassay.experiment import Experiment, RawFile


def untreated_condition(experiment: Experiment, raw: RawFile, on_plate: Iterable[str]) -> str:
    """The live condition at reference Mg with nothing added: in control medium, else in calcifying; "" for none.

    No inhibitor, siRNA `none` (scramble where there is no `none`), no modulator, no comparator. Of those on this plate
    one that every plate of the assay has goes first, so that all percentages are of the same condition where they can.
    """
    own = set(on_plate)
    others = [experiment.layouts[f.layout] for f in experiment.files_of(raw.assay) if f.layout in experiment.layouts]
    shared = own.intersection(*(set(layout["condition"]) for layout in others))
    contrast = experiment.settings.contrast
    media = (contrast.medium_control, contrast.medium_calcifying)
    found = (_intact_at_reference(experiment, medium, among) for among in (shared, own) for medium in media)
    return next((condition for condition in found if condition), "")


def _intact_at_reference(experiment: Experiment, medium: str, among: Collection[str]) -> str:
    """The intact arm at reference Mg of a medium, as the design finds it, among these conditions only."""
    contrast = experiment.settings.contrast
    # The raised level is no matter here: without it, the idle levels are those of the reference arm alone.
    asked = contrast.model_copy(update={"medium_calcifying": medium, "mg_raised_mM": contrast.mg_reference_mM})
    settings = experiment.settings.model_copy(update={"contrast": asked})
    conditions = experiment.conditions[experiment.conditions["condition"].isin(list(among))]
    return arms_of(replace(experiment, settings=settings, conditions=conditions), None).intact_reference
