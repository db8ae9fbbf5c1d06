"""Apparent calcium: what the calcium dye reads of Mg2+ alone, at every Mg level, whether it was subtracted or not."""

from collections.abc import Sequence

from mgassay.experiment import CalciumSettings, Experiment
from mgassay.report import labels
from mgassay.report.numbers import interval, level, significant
from mgassay.report.pieces import Heading, Prose, listing_of
from mgassay.report.rows import Row, Tables, is_missing

TITLE = "Apparent calcium of Mg²⁺"
WHAT = (
    "Mg²⁺ binds the calcium dye and reads as calcium. Control wells hold the same Mg²⁺ and no calcium; what they read "
    "is below, per culture well as the samples are. Where it lies above the detection limit and was not subtracted, "
    "raised Mg²⁺ looks less protective than it is. The range is that of the wells; of a single well it is the 95 % "
    "interval, in square brackets. A well above the curve enters with the top of its range (≥)."
)
SPREAD = "lowest to highest well"
UNMEASURED = "No calcium plate has control wells of Mg²⁺ without calcium, so what the dye reads of Mg²⁺ is not known."


def apparent_pieces(tables: Tables, experiment: Experiment | None) -> list[object]:
    """The controls by plate and Mg level; a sentence where there are none, nothing where no calcium was read."""
    if experiment is None or not tables.rows("curves", assay="calcium"):
        return []
    controls = tables.rows("amounts", readout="calcium_apparent")
    if not controls:
        return [Heading(TITLE), Prose(UNMEASURED, "quiet")]
    mg = dict(zip(experiment.conditions["condition"], experiment.conditions["mg_mM"], strict=True))
    groups: dict[tuple[str, float], list[Row]] = {}
    for row in controls:
        groups.setdefault((row["plate"], float(mg[row["condition"]])), []).append(row)
    subtracted = _subtracted(experiment)
    heads = ("plate", "Mg²⁺ (mM)", "wells", "apparent calcium", SPREAD, "LOD", "unit", "subtracted")
    rows = [
        (
            plate,
            level(mg_mM),
            str(len(wells)),
            *_told(wells),
            significant(wells[0]["limit"]),
            labels.unit(wells[0]["unit"]),
            "yes" if subtracted.get(plate) else "no",
        )
        for (plate, mg_mM), wells in groups.items()
    ]
    listing = listing_of(TITLE, heads, rows, numeric=heads[1:6])
    return [Heading(TITLE), Prose(WHAT, "quiet"), listing]


def _subtracted(experiment: Experiment) -> dict[str, bool]:
    """Plate -> whether apparent calcium was subtracted from its samples."""
    settings = {plate: experiment.assay_settings(raw) for plate, raw in experiment.plates_of("calcium").items()}
    return {p: s.subtract_mg_control for p, s in settings.items() if isinstance(s, CalciumSettings)}


def _told(wells: Sequence[Row]) -> tuple[str, str]:
    """The mean of the control wells and the range of their values; of a single well its interval.

    A well without a value enters with its limit, and the mean is at least that much.
    """
    bounds = [is_missing(w["value"]) for w in wells]
    values = [w["limit"] if bound else w["value"] for w, bound in zip(wells, bounds, strict=True)]
    if any(map(is_missing, values)):
        return "above the curve", ""
    mean = f"{'≥ ' if any(bounds) else ''}{significant(sum(values) / len(values))}"
    if len(wells) == 1:
        return mean, "" if bounds[0] else interval(wells[0]["ci_low"], wells[0]["ci_high"], significant)
    top = max(values)
    beyond = any(bound for v, bound in zip(values, bounds, strict=True) if v == top)
    return mean, f"{significant(min(values))} to {'≥ ' if beyond else ''}{significant(top)}"
