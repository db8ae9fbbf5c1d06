"""Free intracellular Mg2+ from a fluorescent probe, at two wavelengths or at one.

Two (340;380 in the file's row): R = (F1 - b1) / (F2 - b2), Mg = kd * beta * (R - r_min) / (r_max - R), where r_min and
r_max are R without and with saturating Mg, and beta is the signal at the second wavelength of the free probe over that
of the bound one (Sf2/Sb2). One: Mg = kd * (F - r_min) / (r_max - F), F less background. b: mean of blank wells, cells
without dye. Sources: Grynkiewicz, Poenie and Tsien, J Biol Chem 1985;260:3440; for Mg2+ by mag-fura-2 (furaptra) Raju
and others, Am J Physiol 1989;256:C540 (kd 1.5 mM). kd and beta have no default: kd was reported from 1.5 to 5.5 mM.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mgassay.assays.cells.cell_plates import is_other_plate, read_at, wavelength_pair
from mgassay.assays.cells.technical_spread import Spread, pooled_spread
from mgassay.assays.curves.curve import t_quantiles
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.measured import (
    WELL_AMOUNTS,
    one_reading_per_well,
    tell_idle_dilution,
    usable_samples,
    with_low_flags,
)
from mgassay.assays.plates.plate import Outcome, Plate
from mgassay.assays.plates.plate_curve import at_setting
from mgassay.assays.plates.quotients import LEVEL, welch_df
from mgassay.experiment import MagnesiumSettings
from mgassay.flags import join_flags
from mgassay.problems import Problems, count
from mgassay.wellnames import compact

READOUT, UNIT = "mg_intracellular", "mM"
ENDS = 3.3  # SDs of a well that its signal must keep from r_min and r_max to be told from them (as ICH Q2 for a LOD)
# Free cytosolic Mg2+ of mammalian cells: 0.25-1 mM (Grubbs, Biometals 2002;15:251); beyond these the scale is in doubt.
PLAUSIBLE_mM = (0.1, 5.0)
_LOST = {  # why a well of this status has neither a value nor a bound
    "below": "no brighter than cells without dye",
    "above": "too bright to read",
    "ok": "at or above r_max on a plate without alike wells to tell how far such a well is known",
}


@dataclass(frozen=True)
class Calibration:
    """scale = kd * beta (mM); `low` and `high` are the signal, or ratio, without and with saturating Mg."""

    scale: float
    low: float
    high: float

    def magnesium(self, signal: Array) -> Array:
        """Mg in mM, rising with the signal from 0 at `low`; NaN from `high` on, where there is no bound."""
        room = np.where(signal < self.high, self.high - signal, np.nan)
        return np.asarray(self.scale * (signal - self.low) / room, dtype=float)


def quantify_magnesium(plate: Plate, problems: Problems) -> Outcome:
    """Free Mg (WELL_AMOUNTS, mM) of the sample wells of a plate; no rows, and a problem, where it has none."""
    settings = plate.settings
    if not isinstance(settings, MagnesiumSettings):
        raise TypeError(f"{plate.raw.assay} is no Mg probe")
    tell_idle_dilution(plate, problems)
    calibration = _calibration(plate, settings, problems)
    lights = _mean_lights(plate, problems)
    if calibration is None or lights is None:
        return Outcome()
    blanks = lights[(lights["role"] == "blank") & (lights["status"] == "ok")]
    if blanks.empty:
        problems.add("MG366", **plate.where)
    wells = _net(lights, blanks)
    if is_other_plate(plate, wells, problems):
        return Outcome()
    samples = usable_samples(wells, ("sample",), plate.raw, problems).reset_index(drop=True)
    spread = pooled_spread(samples, np.log(samples["value"].where(samples["value"] > 0).to_numpy(float)))
    reads = int(plate.wells["read_index"].nunique())
    problems.add("MG355", **plate.where, seen=count(reads, "read"), basis=spread.basis)
    measured = _measured(samples, calibration, spread, _background_variance(samples, blanks), len(blanks) - 1.0)
    _tell_outside(plate, samples, measured, problems)
    _tell_implausible(plate, measured, problems)
    return Outcome(measured)


def _calibration(plate: Plate, settings: MagnesiumSettings, problems: Problems) -> Calibration | None:
    """The calibration that the settings give; None with a problem told where a key is missing or r_max is too low."""
    beta = settings.beta if wavelength_pair(plate.raw) else 1.0
    keys = {"kd_mM": settings.kd_mM, "r_min": settings.r_min, "r_max": settings.r_max, "beta": beta}
    missing = [key for key, value in keys.items() if value is None]
    if missing:
        problems.add("MG364", **at_setting(plate.raw, missing[0]), seen=", ".join(missing))
    given = [value for value in keys.values() if value is not None]
    if len(given) < len(keys):
        return None
    kd, low, high, beta = given
    if not high > low:
        problems.add("MG365", **at_setting(plate.raw, "r_max"), seen=f"{high:g}", r_min=f"{low:g}")
        return None
    return Calibration(kd * beta, low, high)


def _mean_lights(plate: Plate, problems: Problems) -> pd.DataFrame | None:
    """WELLS, one row per well, with the mean light at the first wavelength (`first`) and the second (else NaN).

    Reads at two wavelengths are paired by their index, and only pairs of which both could be read enter the means. The
    status is `above` where any read is; else `ok` where any pair is; else that of the first read. None: told.
    """
    pair = wavelength_pair(plate.raw)
    parts = [plate.wells] if pair is None else [read_at(plate.wells, nm) for nm in pair]
    reads = [_each_read(part, plate, problems) for part in parts]
    found = [read for read in reads if read is not None]
    if len(found) < len(reads):
        return None
    if pair is None:
        return _mean_of_reads(found[0].assign(second=np.nan, other="ok"), paired=False)
    beside = found[1][["well", "read_index", "first", "status"]]
    named = beside.rename(columns={"first": "second", "status": "other"})
    return _mean_of_reads(found[0].merge(named, on=["well", "read_index"], how="left"), paired=True)


def _each_read(wells: pd.DataFrame, plate: Plate, problems: Problems) -> pd.DataFrame | None:
    """WELLS with one row per well and read, `first` for their value; None with a problem told where that is unclear."""
    reads = {
        index: one_reading_per_well(read.assign(read_index=0), plate.raw, plate.settings, problems)
        for index, read in wells.groupby("read_index", sort=True)
    }
    found = [read.assign(read_index=index) for index, read in reads.items() if read is not None]
    if len(found) < len(reads):
        return None
    return (pd.concat(found) if found else wells).rename(columns={"value": "first"})


def _mean_of_reads(reads: pd.DataFrame, *, paired: bool) -> pd.DataFrame:
    """One row per well, in order of first appearance: means of the reads that are whole."""
    status, other = reads["status"], reads["other"].fillna("missing")
    whole = (status == "ok") & (other == "ok") & reads["first"].notna() & (reads["second"].notna() | (not paired))
    unread = status.where(status != "ok", other)
    told = unread.where(unread != "ok", "missing").where(~whole, "ok").groupby(reads["well"], sort=False)
    lights = reads[["first", "second"]].where(whole).groupby(reads["well"], sort=False).mean()
    # One read that the lamp was too bright for makes a mean of the others too low.
    of_well = told.first().where(told.agg(lambda s: "ok" not in set(s)), "ok")
    of_well = of_well.where(told.agg(lambda s: "above" not in set(s)), "above")
    wells = reads.drop_duplicates("well").drop(columns=["first", "second", "other"])
    first, second = (wells["well"].map(lights[c]) for c in ("first", "second"))
    return wells.assign(status=wells["well"].map(of_well), first=first, second=second)


def _net(lights: pd.DataFrame, blanks: pd.DataFrame) -> pd.DataFrame:
    """Wells with light less background (`first`, `second`), and `value`: their ratio, or the light of the only one.

    Wells no brighter than cells without dye at a wavelength hold no probe to speak of: status below, no value.
    """
    background = blanks[["first", "second"]].mean().fillna(0.0)
    first, second = lights["first"] - background["first"], lights["second"] - background["second"]
    dark = (lights["status"] == "ok") & ((first <= 0) | (second <= 0))
    value = first / second.where(lights["second"].notna(), 1.0)
    ok = (lights["status"] == "ok") & ~dark
    return lights.assign(
        first=first, second=second, value=value.where(ok), status=lights["status"].where(~dark, "below")
    )


def _background_variance(samples: pd.DataFrame, blanks: pd.DataFrame) -> Array:
    """Variance of the log signal of each sample from the error of the mean background, shared by all of them.

    Background enters both wavelengths of a blank well together, so that their covariance counts: d ln R = -db1/F1 +
    db2/F2. 0 without blanks (told), NaN with one, whose error nobody knows.
    """
    n = len(blanks)
    if n < 2:
        return np.full(len(samples), np.nan if n else 0.0)
    covariance = np.cov(blanks[["first", "second"]].fillna(0.0).to_numpy(float), rowvar=False)
    gradient = np.column_stack([-1.0 / samples["first"], (1.0 / samples["second"]).fillna(0.0)])
    return np.asarray(np.einsum("wi,ij,wj->w", gradient, covariance, gradient) / n, dtype=float)


def _measured(
    samples: pd.DataFrame, calibration: Calibration, spread: Spread, background: Array, background_df: float
) -> pd.DataFrame:
    """WELL_AMOUNTS of the samples; `background` is the variance of each well's log signal that all wells share.

    Wells scatter as the others do on the log scale, where a probe's load and the lamp act; the interval is that of the
    log signal, carried through the calibration, without an upper end where it reaches r_max. The range of the probe
    ends 3.3 SD from r_min and r_max: below it a value is flagged, above it there is none but the range's top as a
    bound. At or below r_min there is none either, and the LOD is what it is at most. Wells that could not be read have
    no bound.
    """
    ok, signal = (samples["status"] == "ok").to_numpy(), samples["value"].to_numpy(float)
    found, gap = calibration.magnesium(signal), ENDS * float(spread.sd())
    lod, top = (
        float(calibration.magnesium(np.array(end)))
        for end in (calibration.low * (1 + gap), calibration.high * (1 - gap))
    )
    top = top if top > 0 else float("nan")
    at_low, at_high = ok & (signal <= calibration.low), ok & ((signal >= calibration.high) | (found > top))
    one = spread.others["variance"].to_numpy(float)
    df = welch_df(one, spread.others["df"].to_numpy(float), background, background_df)
    reach = np.exp(t_quantiles(df, LEVEL) * np.sqrt(one + background))
    slope = calibration.scale * signal * (calibration.high - calibration.low) / (calibration.high - signal) ** 2
    columns = {
        "value": found,
        "ci_low": calibration.magnesium(signal / reach), "ci_high": calibration.magnesium(signal * reach),
        "se_reading": slope * np.sqrt(one), "se_curve": slope * np.sqrt(background),
    }  # fmt: skip
    inside = ok & ~at_low & ~at_high
    flags = [
        join_flags("saturated" * (s == "above"), "above_curve" * bool(high), "below_lod" * bool(low))
        for s, high, low in zip(samples["status"], at_high, at_low, strict=True)
    ]
    measured = samples[["plate", "well", "role", "condition", "donor", "rep"]].assign(
        **{name: np.where(inside, column, np.nan) for name, column in columns.items()}, df=df,
        lod=np.where(at_low, np.fmax(lod, 0.0), np.where(ok, lod, np.nan)), loq=np.nan,
        top=np.where(at_high, top, np.nan), above=at_high, flag=flags,
    )  # fmt: skip
    return with_low_flags(measured.loc[:, list(WELL_AMOUNTS)])


def _tell_outside(plate: Plate, samples: pd.DataFrame, measured: pd.DataFrame, problems: Problems) -> None:
    """A warning for wells that are bounds, and an error for those that are not even that."""
    bound = measured["value"].isna() & (measured["top"].notna() | (~measured["above"] & measured["lod"].notna()))
    if bound.any():
        low, high = (str(int((bound & side).sum())) for side in (~measured["above"], measured["above"]))
        place = compact(measured.loc[bound, "well"])
        problems.add("MG367", **plate.where, place=place, seen=int(bound.sum()), low=low, high=high)
    lost = measured["value"].isna() & ~bound
    if lost.any():
        status = samples.loc[lost, "status"]
        counts = {told: int((status == told).sum()) for told in _LOST}
        kinds = ", ".join(f"{counts[told]} {words}" for told, words in _LOST.items() if counts[told])
        problems.add(
            "MG368", **plate.where, place=compact(measured.loc[lost, "well"]), seen=int(lost.sum()), kinds=kinds
        )


def _tell_implausible(plate: Plate, measured: pd.DataFrame, problems: Problems) -> None:
    """A warning where living cells hold a concentration that living cells do not have."""
    cells = measured["condition"].map(plate.experiment.conditions.set_index("condition")["cells"])
    live = measured[~cells.isin(["none", "fixed"]) & measured["value"].notna()]
    low, high = PLAUSIBLE_mM
    odd = live[(live["value"] < low) | (live["value"] > high)]
    if len(odd):
        facts = {"low": f"{low:g}", "high": f"{high:g}", "median": f"{live['value'].median():.3g}"}
        problems.add("MG369", **plate.where, place=compact(odd["well"]), seen=len(odd), **facts)
