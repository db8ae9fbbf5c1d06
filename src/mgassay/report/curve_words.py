"""How a plate's curve was chosen and how far down it reads, in words; every number from plate_quality.csv."""

import math
from collections.abc import Iterator, Sequence

from mgassay.assays.curves.acceptance import GUIDELINE_LEVELS
from mgassay.report import labels
from mgassay.report.numbers import NO_BREAK, decimal, level, p_value, significant
from mgassay.report.rows import Row, Tables

NAMES = {"linear": "linear", "quadratic": "quadratic", "4pl": "4PL", "5pl": "5PL"}
ASSESSED_AGAINST = (
    "Standards are assessed against the limits that ICH M10 sets for back-calculated calibration standards (±15 %, "
    "±20 % at the lowest, three levels in four), or against the lab's own where the settings say so. That is no claim "
    "of compliance: the guideline also asks for six non-zero levels in the matrix of the samples and for quality "
    "controls, which a plate kit with six levels, zero among them, cannot meet."
)
HOW_TO_READ = (
    "Marks are means of the wells of a level; a cross reads back outside the limits, an open mark is above the range. "
    "Dotted: limit of quantification, 10 s/S; LOD is 3.3 s/S (ICH Q2), with s the SD of one reading at the blank end "
    "and S the slope there, or what lies so far above the blank's signal where the curve bends. Values below the "
    "lowest standard that passes are flagged as below the limit of quantification too."
)


def model_name(model: str) -> str:
    """A model as it is written in a sentence."""
    return NAMES.get(model, model)


def levels_text(curve: Row) -> str:
    """How many levels pass, and that they are fewer than the guideline asks where they are."""
    few = curve["levels"] < GUIDELINE_LEVELS
    asked = f"; ICH M10 asks {GUIDELINE_LEVELS}" if few else ""
    return f"{curve['levels_pass']} of {curve['levels']}{asked}"


def curve_caption(tables: Tables, curve: Row, standards: Sequence[Row]) -> str:
    """Model and weighting with their reasons, straightness, what was not used, limits by another definition."""
    rows = tables.rows("plate_quality", plate=curve["plate"], assay=curve["assay"])
    unit = labels.unit(curve["unit"])
    parts = [*_choice(rows, curve), *_straightness(rows, unit), *_unused(curve, standards, unit), *_limits(rows, unit)]
    return " ".join(parts)


def _of(rows: Sequence[Row], measure: str) -> list[Row]:
    """The rows of one measure."""
    return [r for r in rows if r["measure"] == measure]


def _choice(rows: Sequence[Row], curve: Row) -> Iterator[str]:
    """Which model and weighting, and why."""
    compared = [r for r in _of(rows, "aicc") if not math.isnan(r["estimate"])]
    chosen = labels.capital(model_name(curve["model"]))
    if not compared and _of(rows, "aicc"):
        yield f"{chosen}, the simplest: too few wells to compare models."
    elif compared:
        named = ", ".join(f"{model_name(r['subject'])} {decimal(r['estimate'], 1)}{_fails(r)}" for r in compared)
        yield f"{chosen}, chosen by AICc ({named}; the simpler within 2 units)."
    else:
        yield f"{chosen}, as asked."
    power = next(iter(_of(rows, "sd_power")), None)
    if power is None:
        yield f"Weighting {curve['weighting']}, as asked."
    elif math.isnan(power["estimate"]):
        yield f"Weighting {curve['weighting']}: too few replicates to tell how readings scatter."
    else:
        grows = f"the replicates' SD follows the power {decimal(power['estimate'], 1)} of the concentration"
        yield f"Weighting {curve['weighting']}: {grows} ({power['n']} df)."


def _fails(row: Row) -> str:
    """That the standards of a candidate fail."""
    return " (fails)" if row["flag"] else ""


def _straightness(rows: Sequence[Row], unit: str) -> Iterator[str]:
    """Mandel's test, and up to where a line holds."""
    test = next(iter(_of(rows, "mandel_f")), None)
    if test is None or math.isnan(test["p"]):
        return
    verdict = "a straight line is refuted" if test["p"] < 0.01 else "a straight line is not refuted"
    f = "" if math.isnan(test["estimate"]) else f"F = {significant(test['estimate'])}, "
    yield f"Mandel's test: {verdict} ({f}{p_value(test['p'])});"
    top = next((r["estimate"] for r in _of(rows, "linear_range")), math.nan)
    held = "nowhere" if math.isnan(top) else f"up to {level(top)}{NO_BREAK}{unit}"
    yield f"within the limits it reads all standards back {held}."


def _unused(curve: Row, standards: Sequence[Row], unit: str) -> Iterator[str]:
    """Standards above the range."""
    above = [level(s["standard"]) for s in standards if s["standard"] > curve["range_high"]]
    if above:
        top = f"{level(curve['range_high'])}{NO_BREAK}{unit}"
        yield f"The range ends at {top}; above it: {', '.join(above)}."


def _limits(rows: Sequence[Row], unit: str) -> Iterator[str]:
    """Decision and quantification limits after DIN 32645."""
    found = {m: r["estimate"] for m in ("decision_limit", "quantification_limit") for r in _of(rows, m)}
    told = [
        f"{name} {significant(found[measure])}{NO_BREAK}{unit}"
        for measure, name in (("decision_limit", "decision limit"), ("quantification_limit", "quantification limit"))
        if not math.isnan(found.get(measure, math.nan))
    ]
    if told:
        yield f"By DIN 32645 (1 %): {', '.join(told)}."
