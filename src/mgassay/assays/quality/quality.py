"""How one plate behaved: replicate CV, Z′, effects of position, blank, slope and LOD; rows of plate_quality.csv.

Every measure, its formula, its source and when it is left out: docs/plate_quality.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.curves.curve import predict, t_quantile
from mgassay.assays.curves.limits import detection_limit, quantification_limit
from mgassay.assays.plates.measured import one_reading_per_well
from mgassay.assays.plates.optical_density import HIGHEST_OD
from mgassay.assays.plates.placement import MINERAL_ASSAYS
from mgassay.assays.plates.plate import Outcome, Plate
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.assays.plates.replicates import REP
from mgassay.assays.quality.position import (
    CULTURE,
    EDGE,
    PositionEffect,
    deviations,
    holm,
    like_wells,
    position_effects,
)
from mgassay.assays.quality.z_prime import Wells, wells_of, z_prime, z_prime_interval
from mgassay.design import backgrounds_of, plain_arms
from mgassay.problems import Problems
from mgassay.units import plain
from mgassay.wellnames import plate_shape

MOST_CV_PERCENT, LEAST_CV_DF = 15.0, 4  # ICH M10 (2022), precision; with fewer df chance alone goes beyond it
LEAST_EFFECT, BY_CHANCE = 0.05, 0.01
LEAST_BIAS = 0.0005  # of the means: less is no shift
SCREENING_Z_PRIME = 0.5
OF_STANDARDS, OF_MEDIA = "top standard / blank", "calcifying / control medium"
_POSITION_WORDS = {"edge_effect": "outer wells against inner ones", "row_effect": "rows", "column_effect": "columns"}
_SCATTER_ONLY = "does not move their means apart at all: here wells only scatter more"
_FOR_AN_EFFECT = "moves the means of two of them up to {bias} apart, which passes for an effect of Mg or of the block"

Row = dict[str, Any]


def plate_quality(plate: Plate, outcome: Outcome, problems: Problems) -> list[Row]:
    """Rows of PLATE_QUALITY for one plate; none where nothing could be quantified, for its wells may be misnamed."""
    rows: list[Row] = []
    reading = _one_reading(plate, outcome)
    if outcome.measured is not None:
        samples = outcome.measured[outcome.measured["role"] == "sample"]
        rows += _sample_cv_rows(plate, samples, problems)
    if outcome.curve is not None and reading is not None:
        rows += [*_cv_rows("standards", _standards_read_back(outcome.curve, reading)), *_standards_z_prime(reading)]
    if outcome.measured is not None:
        rows += [*_media_z_prime(plate, samples), *_position_rows(plate, samples, problems)]
    if reading is not None:
        rows += _signal_rows(plate, reading, outcome.curve)
    return [{"assay": plate.raw.assay, "plate": plate.raw.plate, **row} for row in rows]


def _one_reading(plate: Plate, outcome: Outcome) -> pd.DataFrame | None:
    """One reading per well (WELLS), the first of several, less what the assay left out.

    None for courses and ratios without a curve, and where nothing was quantified.
    """
    if outcome.curve is None and (outcome.measured is None or plate.wells["read_index"].nunique() > 1):
        return None
    reading = one_reading_per_well(plate.wells, plate.raw, plate.settings, Problems())  # told when it was quantified
    return None if reading is None else reading[~reading["well"].isin(outcome.left_out["well"])]


# Replicate CV --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PooledCv:
    """A CV pooled over groups, as a proportion, with its 95 % interval, df and wells."""

    cv: float
    ci_low: float
    ci_high: float
    df: int
    n: int


def pooled_cv(found: pd.DataFrame) -> PooledCv | None:
    """Root mean square of the relative SDs of groups (frame of `like_wells`) by their df; None without replicates.

    Interval: from df * CV² / chi2(df), as for an SD; empty where no well differs from its like (a rounded export).
    """
    from scipy.special import chdtri

    df = len(found) - found["group"].nunique()
    if not df:
        return None
    squares = float((found["deviation"] ** 2).sum())
    low, high = (float(np.sqrt(squares / chdtri(df, tail))) if squares > 0 else np.nan for tail in (0.025, 0.975))
    return PooledCv(float(np.sqrt(squares / df)), low, high, df, len(found))


def _cv_rows(subject: str, found: pd.DataFrame) -> list[Row]:
    """The row of one replicate CV, in percent; none without replicates."""
    pooled = pooled_cv(found)
    return [] if pooled is None else [_row("replicate_cv", subject, "percent", pooled, 100 * pooled.cv, 100.0)]


def _row(measure: str, subject: str, unit: str, found: Any, estimate: float, times: float) -> Row:
    """A row from what has ci_low, ci_high and n; the ends of the interval are multiplied by `times`."""
    ends = {"ci_low": times * found.ci_low, "ci_high": times * found.ci_high}
    return {"measure": measure, "subject": subject, "unit": unit, "estimate": estimate, **ends, "n": found.n}


def _sample_cv_rows(plate: Plate, samples: pd.DataFrame, problems: Problems) -> list[Row]:
    """Technical: wells of a rep. Culture: means of reps within condition and donor. Takes samples of WELL_AMOUNTS.

    MG380 warns of technical wells that scatter more than a quantitative assay should.
    """
    technical = like_wells(samples, REP)
    pooled = pooled_cv(technical)
    if pooled is not None and 100 * pooled.cv > MOST_CV_PERCENT and pooled.df >= LEAST_CV_DF:
        problems.add("MG380", seen=f"{100 * pooled.cv:.3g} %", n=pooled.n, most=f"{MOST_CV_PERCENT:g}", **plate.where)
    reps = samples.groupby(REP, sort=False, as_index=False).agg(
        value=("value", lambda values: values.mean(skipna=False)), flag=("flag", ";".join)
    )
    return _cv_rows("technical", technical) + _cv_rows("culture", like_wells(reps, CULTURE))


def _standards_read_back(found: PlateCurve, reading: pd.DataFrame) -> pd.DataFrame:
    """Wells of each standard as the curve reads them back (frame of `like_wells`), levels at or above the LOQ."""
    curve = found.curve
    used = reading[(reading["role"] == "standard") & (reading["standard"] > 0) & (reading["status"] == "ok")]
    used = used[(used["standard"] >= quantification_limit(curve)) & used["value"].notna()]
    back = curve.model.inverse(curve.coefficients, used["value"].to_numpy(dtype=np.float64))
    return like_wells(used[["standard"]].assign(value=np.where(np.isfinite(back), back, np.nan), flag=""), ["standard"])


# Z′ ------------------------------------------------------------------------------------------------------------------


def _z_prime_row(subject: str, high: Wells, low: Wells, flag: str = "") -> list[Row]:
    """One row; empty with `few_wells` below three wells of a kind; none where a kind is not on the plate."""
    if not high.n or not low.n:
        return []
    row = {"measure": "z_prime", "subject": subject, "unit": "1", "n": high.n + low.n}
    if not (high.is_enough and low.is_enough):
        return [{**row, "flag": flag or "few_wells"}]
    if flag:
        return [{**row, "flag": flag}]
    ends = z_prime_interval(high, low)
    return [{**row, "estimate": z_prime(high, low), "ci_low": ends[0], "ci_high": ends[1]}]


def _standards_z_prime(reading: pd.DataFrame) -> list[Row]:
    """Z′ of the top standard against blanks and zero standards, on signals as read."""
    top = (reading["role"] == "standard") & (reading["standard"] == reading["standard"].max())
    top &= reading["standard"] > 0
    saturated = "saturated" * bool((reading["status"][top] == "above").any())
    kinds = [_valued(reading[kind])["value"].to_numpy(dtype=np.float64) for kind in (top, is_blank(reading))]
    high, low = (wells_of(values, np.full(len(values), "")) for values in kinds)
    return _z_prime_row(OF_STANDARDS, high, low, saturated)


def is_blank(reading: pd.DataFrame) -> "pd.Series[bool]":
    """Blank wells and standards of level 0."""
    return (reading["role"] == "blank") | ((reading["role"] == "standard") & (reading["standard"] == 0))


def _valued(reading: pd.DataFrame) -> pd.DataFrame:
    """Wells that hold a number."""
    return reading[(reading["status"] == "ok") & reading["value"].notna()]


def _media_z_prime(plate: Plate, samples: pd.DataFrame) -> list[Row]:
    """Z′ of intact live wells at reference Mg in calcifying against control medium, on amounts of reps.

    Donors that have both; SD within donors. A rep without a value (above the curve) leaves the row empty.
    """
    if plate.raw.assay not in MINERAL_ASSAYS:  # what the two media are controls of
        return []
    calcifying = plain_arms(plate.experiment).intact_reference
    run = set(samples["condition"])
    control = next((c for c in backgrounds_of(plate.experiment).get(calcifying, ()) if c in run), "")
    reps = samples.groupby(REP, sort=False, as_index=False).agg(
        value=("value", lambda values: values.mean(skipna=False)), above=("above", "any")
    )
    kinds = [reps[reps["condition"] == c] for c in (calcifying, control)]
    both = set(kinds[0]["donor"]) & set(kinds[1]["donor"])
    high, low = (kind[kind["donor"].isin(both)] for kind in kinds)
    lacking = pd.concat([high, low])
    flag = "above_curve" * bool((lacking["above"] | lacking["value"].isna()).any())
    made = [wells_of(k["value"].to_numpy(dtype=np.float64), k["donor"].to_numpy(dtype=object)) for k in (high, low)]
    return _z_prime_row(OF_MEDIA, made[0], made[1], flag)


def tell_z_prime(rows: Sequence[Mapping[str, Any]], problems: Problems) -> None:
    """One notice MG382 for all plates (rows of PLATE_QUALITY) whose controls lie closer than screens ask."""
    close = [r for r in rows if r["measure"] == "z_prime" and r.get("estimate", np.nan) < SCREENING_Z_PRIME]
    if close:
        told = [f"{r['plate']} {r['estimate']:.2f} ({r['subject']})" for r in close]
        problems.add("MG382", seen="; ".join(told), n=len(close))


# Position ------------------------------------------------------------------------------------------------------------


def _position_rows(plate: Plate, samples: pd.DataFrame, problems: Problems) -> list[Row]:
    """Edge, row and column effects in percent of the amount; none where no well has one like it."""
    subject, found = deviations(samples)
    if not len(found):
        return []
    effects = position_effects(found, plate_shape(plate.wells["well"]))
    _tell_position(plate, effects, problems)
    return [
        {**_row(name, subject, "percent", e, 100 * e.estimate, 100.0), "p": e.p, "flag": e.flag}
        for name, e in effects.items()
    ]


def _tell_position(plate: Plate, effects: Mapping[str, PositionEffect], problems: Problems) -> None:
    """One warning MG381 for effects that chance does not explain (Holm over the three) and that are not small."""
    adjusted = holm({name: e.p for name, e in effects.items()})
    seen = [n for n, e in effects.items() if adjusted[n] < BY_CHANCE and abs(e.estimate) >= LEAST_EFFECT]
    if seen:
        told = "; ".join(_position_told(name, effects[name]) for name in seen)
        bias = max(effects[name].bias for name in seen)
        moved = _SCATTER_ONLY if bias < LEAST_BIAS else _FOR_AN_EFFECT.format(bias=f"{100 * bias:.2g} %")
        problems.add("MG381", seen=told, bias=moved, **plate.where)


def _position_told(name: str, effect: PositionEffect) -> str:
    """One effect as text."""
    size = f"{100 * effect.estimate:+.2g} %" if name == EDGE else f"SD {100 * effect.estimate:.2g} %"
    return f"{_POSITION_WORDS[name]}: {size}, p = {effect.p:.2g}"


# Blank, slope, LOD ---------------------------------------------------------------------------------------------------


def _signal_rows(plate: Plate, reading: pd.DataFrame, curve: PlateCurve | None) -> list[Row]:
    """What the control chart follows, each under the name of what plates must share to be compared."""
    subject, unit = reading_identity(plate, reading, curve), signal_unit(reading)
    rows = _blank_rows(reading, subject, unit)
    return rows if curve is None else rows + _curve_rows(curve, subject, unit)


def reading_identity(plate: Plate, reading: pd.DataFrame, curve: PlateCurve | None) -> str:
    """What two plates must share for their signals to be compared: wavelength, kit, top standard.

    The wavelength as read, else as declared; the channel's name where neither is known.
    """
    nm = plate.settings.wavelength_nm
    declared = plate.raw.wavelength_nm or ("" if nm is None else f"{nm:g}")
    read = [f"{seen:g} nm" for seen in sorted(set(reading["wavelength_nm"].dropna()))]
    channels = read or ([f"{declared} nm"] if declared else sorted(set(reading["channel"])))
    kit = str(getattr(plate.settings, "kit", None) or "")
    top = reading["standard"][reading["role"] == "standard"].max()
    standards = "" if curve is None else f"standards to {top:g} {plain(curve.settings.standard_unit)}"
    return ", ".join(dict.fromkeys(part for part in (*channels, kit, standards) if part))


def signal_unit(reading: pd.DataFrame) -> str:
    """`OD` where every reading can be an optical density, else `signal`: whatever the reader counted in."""
    return "OD" if reading["value"][reading["status"] == "ok"].max() <= HIGHEST_OD else "signal"


def _blank_rows(reading: pd.DataFrame, subject: str, unit: str) -> list[Row]:
    """The mean signal of blank wells and zero standards, Student's interval from two wells on."""
    values = _valued(reading[is_blank(reading)])["value"].to_numpy(dtype=np.float64)
    n = len(values)
    if not n:
        return []
    mean = float(values.mean())
    reach = t_quantile(n - 1, 0.975) * float(values.std(ddof=1)) / np.sqrt(n) if n > 1 else np.nan
    return [
        {"measure": "blank_signal", "subject": subject, "estimate": mean, "unit": unit,
         "ci_low": mean - reach, "ci_high": mean + reach, "n": n}
    ]  # fmt: skip


def _curve_rows(found: PlateCurve, subject: str, unit: str) -> list[Row]:
    """The mean slope of the curve from 0 to the top of its range, with the delta interval, and its LOD without one.

    The mean slope is one number whatever the model; the slope at 0 of a bent curve and that of a line are not the same.
    """
    curve, concentration = found.curve, plain(found.settings.standard_unit)
    ends = np.array([0.0, curve.range_high])
    slope = float(np.diff(predict(curve, ends))[0]) / curve.range_high
    gradient = np.diff(curve.model.gradient(curve.coefficients, ends), axis=0)[0] / curve.range_high
    reach = t_quantile(curve.df, 0.975) * float(np.sqrt(max(gradient @ curve.covariance @ gradient, 0.0)))
    common = {"subject": subject, "n": curve.n, "flag": found.flag}
    return [
        {"measure": "slope", "estimate": slope, "unit": f"{unit} per {concentration}",
         "ci_low": slope - reach, "ci_high": slope + reach, **common},
        {"measure": "lod", "estimate": detection_limit(curve), "unit": concentration, **common},
    ]  # fmt: skip
