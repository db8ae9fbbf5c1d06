"""What a plate's curve was chosen by and how far down it reads, as rows of PLATE_QUALITY."""

import math
from collections.abc import Iterator
from typing import Any

from mgassay.assays.curves.limits import critical_value, din_quantification_limit
from mgassay.assays.curves.linearity import linear_range, mandel_f
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.errors import CalibrationError
from mgassay.units import plain

DIN = "DIN 32645, alpha 1 %"


def curve_quality(found: PlateCurve) -> list[dict[str, Any]]:
    """Rows of one curve: why it was chosen, how straight its standards lie, and its limits after DIN 32645.

    AICc of each model that `auto` compared and the power that the replicates' SD follows; Mandel's F with its p and up
    to where a straight line holds; the decision and quantification limits.
    """
    where = {"assay": found.raw.assay, "plate": found.raw.plate, "n": found.curve.n}
    return [{**where, **row} for part in (_choice(found), _straightness(found), _limits(found)) for row in part]


def _choice(found: PlateCurve) -> Iterator[dict[str, Any]]:
    """Why this model and this weighting; nothing where the lab named them."""
    for c in found.chosen.candidates:
        failed = "curve_failed" if c.assessed == "fail" else ""
        aicc = c.aicc if math.isfinite(c.aicc) else None
        yield {"measure": "aicc", "subject": c.model, "estimate": aicc, "unit": "1", "flag": failed}
    weighting = found.chosen.weighting
    if weighting is not None:
        power = None if math.isnan(weighting.power) else weighting.power
        told = {"measure": "sd_power", "subject": weighting.name, "estimate": power, "unit": "1", "n": weighting.df}
        yield {**told, "flag": "few_wells" if power is None else ""}


def _straightness(found: PlateCurve) -> Iterator[dict[str, Any]]:
    """Mandel's test, and the highest standard that a straight line brings back with all below it."""
    from scipy.special import fdtrc

    x, y, settings = found.standards.concentration, found.standards.signal, found.settings
    weighting = found.curve.weighting
    try:
        f, _ = mandel_f(x, y, weighting)
    except CalibrationError:
        return
    p = float(fdtrc(1, x.size - 3, f))
    yield {"measure": "mandel_f", "subject": weighting, "estimate": _number(f), "unit": "1", "p": p}
    top = linear_range(x, y, weighting, found.limits)
    unit = plain(settings.standard_unit)
    yield {"measure": "linear_range", "subject": "highest standard", "estimate": _number(top), "unit": unit}


def _limits(found: PlateCurve) -> Iterator[dict[str, Any]]:
    """Limits by another definition than those of curves.csv (3.3 and 10 SD over the slope, ICH Q2)."""
    unit = plain(found.settings.standard_unit)
    for measure, limit in (("decision_limit", critical_value), ("quantification_limit", din_quantification_limit)):
        yield {"measure": measure, "subject": DIN, "estimate": _number(limit(found.curve)), "unit": unit}


def _number(value: float) -> float | None:
    """A number that a table can hold; None for one that there is not."""
    return value if math.isfinite(value) else None
