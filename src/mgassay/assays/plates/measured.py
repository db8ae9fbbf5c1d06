"""Signals to amounts, well by well, by the plate's own curve.

WELL_AMOUNTS is the state between wells and amounts: amounts with the two parts of their error still apart, so that
means of technical wells and ratios can be given an honest interval.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.curves.inverse import invert
from mgassay.assays.curves.limits import detection_limit, finite
from mgassay.assays.plates.plate import Plate
from mgassay.assays.plates.plate_curve import PlateCurve
from mgassay.experiment import AssaySettings, RawFile
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed
from mgassay.wellnames import compact

WAVELENGTH_TOLERANCE_NM = 5.0

WELL_AMOUNTS = (
    "plate", "well", "role", "condition", "donor", "rep",  # as in WELLS
    "value", "ci_low", "ci_high",  # amount and 95 % interval; NaN where censored, and where a side has no bound
    "se_reading", "se_curve", "df",  # error of this reading alone; error shared by all wells of the plate; its df
    "lod", "loq", "top",  # detection limit, quantification limit, top of the range, for this well's dilution
    "above", "flag",
)  # fmt: skip


def measured_from_wells(wells: pd.DataFrame, found: PlateCurve, amount_per_unit: float) -> pd.DataFrame:
    """Amounts (WELL_AMOUNTS) of the wells given (WELLS, one row per well, status ok, above or below).

    amount = inverse(signal) * dilution * amount_per_unit. The dilution is the well's, else its file's, else the
    assay's. Signals that read above the top of the range, or that the reader could not read, have no value and are
    flagged; those below the blank keep their (negative) value.
    """
    curve, status = found.curve, wells.status.to_numpy()
    ok, saturated = status == "ok", status == "above"
    read = invert(curve, wells.value.where(ok).to_numpy())
    above = saturated | (ok & (read.value > curve.range_high))
    factor = dilutions(wells, found.raw, found.settings).to_numpy() * amount_per_unit
    amounts = {
        "value": read.value,
        "ci_low": read.ci_low,
        "ci_high": read.ci_high,
        "se_reading": read.se_reading,
        "se_curve": read.se_curve,
    }
    bounded = {name: np.where(above | ~np.isfinite(a), np.nan, a * factor) for name, a in amounts.items()}
    # Where no signal lies so far above the blank, there is no such limit, and infinity is no number of a table.
    limits = {"lod": finite(detection_limit(curve)), "loq": finite(found.lowest_quantified), "top": curve.range_high}
    measured = wells[["plate", "well", "role", "condition", "donor", "rep"]].assign(
        **bounded, df=read.df, **{name: limit * factor for name, limit in limits.items()}, above=above
    )
    below, apart = (status == "below") | (read.value == -np.inf), wells.well.isin(found.outlying.wells)
    fixed = [
        join_flags(found.flag, "above_curve" * int(a), "saturated" * int(s), "below_lod" * int(b), "outlier" * int(o))
        for a, s, b, o in zip(above, saturated, below, apart, strict=True)
    ]
    return with_low_flags(measured.assign(flag=fixed))[list(WELL_AMOUNTS)].reset_index(drop=True)


def scaled(measured: pd.DataFrame, factor: "pd.Series[float]") -> pd.DataFrame:
    """The same wells (WELL_AMOUNTS) in another unit: amounts, errors and limits times a factor per well."""
    amounts = ("value", "ci_low", "ci_high", "se_reading", "se_curve", "lod", "loq", "top")
    return measured.assign(**{column: measured[column] * factor for column in amounts})


def with_low_flags(measured: pd.DataFrame, value: str = "value") -> pd.DataFrame:
    """The same rows with `below_lod` or `below_loq` decided by their value; rows without a value keep their flags."""
    rows = zip(measured.flag, measured[value], measured.lod, measured.loq, strict=True)
    return measured.assign(flag=[_low_flag(*row) for row in rows])


def _low_flag(flags: str, value: float, lod: float, loq: float) -> str:
    """Flags with the low one that this value asks for, if any."""
    if np.isnan(value):
        return flags
    others = [f for f in flags.split(";") if f not in ("below_lod", "below_loq")]
    return join_flags(*others, "below_lod" if value < lod else "below_loq" if value < loq else "")


def dilutions(wells: pd.DataFrame, raw: RawFile, settings: AssaySettings) -> "pd.Series[float]":
    """The dilution of each well: its own, else that of its file, else that of the assay."""
    return wells.dilution.fillna(settings.dilution if raw.dilution is None else raw.dilution)


def usable_samples(
    wells: pd.DataFrame, roles: Collection[str], raw: RawFile, problems: Problems, left_out: Collection[str] = ()
) -> pd.DataFrame:
    """Wells of these roles that hold a reading, less those left out (names); missing ones are told."""
    asked = wells[wells.role.isin(roles) & (wells.status != "masked") & ~wells.well.isin(left_out)]
    missing = (asked.status == "missing") | ((asked.status == "ok") & asked.value.isna())
    _tell_wells("MG312", asked.well[missing], raw, problems)
    return asked[~missing]


def tell_above(measured: pd.DataFrame, raw: RawFile, problems: Problems) -> None:
    """A warning for wells above the curve or the reader, an error for those of them that have no lower bound either."""
    bounded = measured.top.notna()
    _tell_wells("MG313", measured.well[measured.above & bounded], raw, problems)
    _tell_wells("MG395", measured.well[measured.above & ~bounded], raw, problems)


def _tell_wells(code: str, names: "pd.Series[str]", raw: RawFile, problems: Problems) -> None:
    """One problem for all of these wells, if there are any."""
    if len(names):
        where = {"file": raw.file, "sheet": raw.sheet, "plate": raw.plate}
        problems.add(code, **where, place=compact(names), seen=len(names))


def tell_idle_dilution(plate: Plate, problems: Problems) -> None:
    """A notice where a dilution is given for an assay whose amounts it does not enter."""
    given = [*plate.wells.dilution.dropna(), plate.settings.dilution]
    given += [] if plate.raw.dilution is None else [plate.raw.dilution]
    if idle := sorted({float(factor) for factor in given} - {1.0}):
        problems.add("MG397", **plate.where, seen=listed(f"{factor:g}" for factor in idle), assay=plate.raw.assay)


def one_reading_per_well(
    wells: pd.DataFrame, raw: RawFile, settings: AssaySettings, problems: Problems
) -> pd.DataFrame | None:
    """The first read at the declared wavelength, or of the only channel; None with a problem told when unclear."""
    where = {"file": raw.file, "sheet": raw.sheet, "plate": raw.plate}
    if wells.read_index.nunique() > 1:
        problems.add("MG319", seen=wells.read_index.nunique(), **where)
        wells = wells[wells.read_index == wells.read_index.min()]
    declared = _declared_nm(raw, settings)
    if declared is not None and wells.wavelength_nm.notna().any():
        close = (wells.wavelength_nm - declared).abs() <= WAVELENGTH_TOLERANCE_NM
        if close.any():
            wells = wells[close]
        elif not raw.wavelength_nm:  # a wavelength of the file's own row was checked when the file was read
            problems.add("MG318", seen=_channels_seen(wells), declared=f"{declared:g}", **where)
    if wells.duplicated("well").any():
        problems.add("MG317", seen=_channels_seen(wells), **where)
        return None
    return wells


def _declared_nm(raw: RawFile, settings: AssaySettings) -> float | None:
    """The wavelength that the file's row, else the assay, declares; None for none, or for a pair (340;380)."""
    if not raw.wavelength_nm:
        return settings.wavelength_nm
    return None if ";" in raw.wavelength_nm else float(raw.wavelength_nm)


def _channels_seen(wells: pd.DataFrame) -> str:
    """The channels of these wells as text."""
    pairs = wells[["channel", "wavelength_nm"]].drop_duplicates()
    return ", ".join(f"{c or 'channel'} {nm:g} nm" for c, nm in zip(pairs.channel, pairs.wavelength_nm, strict=True))


def amounts_rows(measured: pd.DataFrame, assay: str, readout: str, unit: str) -> pd.DataFrame:
    """Rows of AMOUNTS (less their experiment) of measured wells; `limit` is the top where above, else the LOD."""
    kept: dict[str, Any] = {
        c: measured[c] for c in ("plate", "well", "condition", "donor", "rep", "value", "ci_low", "ci_high", "flag")
    }
    limit = measured.top.where(measured.above, measured.lod)
    return pd.DataFrame(kept).assign(assay=assay, readout=readout, unit=unit, limit=limit)
