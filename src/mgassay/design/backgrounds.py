"""Which control-medium conditions are the no-Pi background of an arm."""

from mgassay.design.days import days_named, primary_day
from mgassay.design.levels import best_filled, filled, fitting, idle_levels, is_level
from mgassay.design.once import once
from mgassay.experiment import Experiment


@once
def backgrounds_of(experiment: Experiment) -> dict[str, tuple[str, ...]]:
    """Condition -> the control-medium conditions that may be its no-Pi background, best first.

    First the one with the same cells and day (a control without a day is of every day, an arm without one of the
    primary or only day) that matches Mg, inhibitor and siRNA (and the column of a
    [[block]]), then the intact one at reference Mg: a donor in which the first was not run uses the second. Control
    conditions themselves are not listed; a condition without any control has an empty tuple.
    """
    conditions, contrast = filled(experiment.conditions), experiment.settings.contrast
    control = is_level(conditions, "medium", contrast.medium_control)
    idle = idle_levels(experiment)
    matched = ["mg_mM", "inhibitor", "sirna", *(b.column for b in experiment.settings.block)]
    treatments = dict.fromkeys(["modulator", "comparator", *(s.column for s in experiment.settings.step)])
    further = [c for c in treatments if c in conditions.columns and c not in matched]
    own_day = primary_day(experiment) or next(iter(days_named(experiment)), "")  # of an arm that names none
    reference = {"intact": {"mg_mM": repr(contrast.mg_reference_mM)}}
    backgrounds = {}
    for arm in conditions[~control].to_dict("records"):
        day = is_level(conditions, "day", arm["day"] or own_day) | is_level(conditions, "day", "")
        fits = conditions[control & is_level(conditions, "cells", arm["cells"]) & day]
        other = sum((~is_level(fits, c, str(arm[c]))).astype(int) for c in further)
        alike = fits.assign(other=other).sort_values("other", kind="stable")  # the arm's own treatment first
        exact = fitting(alike, {c: str(arm[c]) for c in dict.fromkeys(matched) if c in conditions.columns})
        intact, _ = best_filled(fits, reference, idle)
        backgrounds[str(arm["condition"])] = tuple(dict.fromkeys([*exact[:1], *intact["intact"][:1]]))
    return backgrounds
