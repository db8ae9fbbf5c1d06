"""Viability: signals to percent of the plate's own untreated control, donor by donor.

percent = 100 * (signal - zero) / (control - zero). Where cells make the signal (MTT, resazurin) zero is the mean of the
blank wells, medium and reagent without cells. Where dying cells release it (LDH) zero is the mean of the lysed wells of
the donor, so that percent = 100 * (lysed - signal) / (lysed - control); the blank cancels there. Nothing is clipped.

A second wavelength of the file's row (570;690) is a reference and is subtracted well by well. Sources: Mosmann, J
Immunol Methods 1983;65:55 (MTT, test wavelength less reference); Decker and Lohmann-Matthes, J Immunol Methods
1988;115:61 (LDH, released between spontaneous and total).
"""

import numpy as np
import pandas as pd

from mgassay.assays.cells.cell_plates import is_other_plate, read_at, wavelength_pair
from mgassay.assays.cells.technical_spread import Spread, pooled_spread
from mgassay.assays.cells.untreated import untreated_condition
from mgassay.assays.curves.models import Array
from mgassay.assays.plates.measured import (
    WELL_AMOUNTS,
    dilutions,
    one_reading_per_well,
    usable_samples,
    with_low_flags,
)
from mgassay.assays.plates.optical_density import check_absorbances
from mgassay.assays.plates.plate import Outcome, Plate
from mgassay.assays.plates.plate_curve import at_setting
from mgassay.assays.plates.quotients import quotient_interval, welch_df
from mgassay.experiment import ViabilitySettings
from mgassay.flags import join_flags
from mgassay.problems import Problems, listed, suggestion
from mgassay.wellnames import compact

READOUT, UNIT = "viability", "percent"
DETECTION = 3.3  # SDs of a well without living cells (ICH Q2), as for standard curves
LEAST_BLANKS = 3  # wells that make an SD of their own
ROUNDING = 1e-9  # of the signal: means nearer than this are equal
_LIFELESS = ("none", "fixed")


def quantify_viability(plate: Plate, problems: Problems) -> Outcome:
    """Viability (WELL_AMOUNTS, percent) of the sample wells of a plate; no rows, and a problem, where it has none."""
    settings = plate.settings
    if not isinstance(settings, ViabilitySettings):
        raise TypeError(f"{plate.raw.assay} is no viability")
    single = signals_of_plate(plate, problems)
    if not _names_are_known(plate, settings, problems) or single is None or is_other_plate(plate, single, problems):
        return Outcome()
    if settings.method != "resazurin":  # fluorescence has no absurd readings
        check_absorbances(single, plate.raw, problems)
    samples = usable_samples(single, ("sample",), plate.raw, problems).reset_index(drop=True)
    factors = dilutions(samples, plate.raw, settings).unique()
    if len(factors) > 1:
        problems.add("MG362", **plate.where, seen=listed(f"{f:g}" for f in sorted(factors)))
        return Outcome()
    blanks = single[(single["role"] == "blank") & ~single["status"].isin(["masked", "missing"])]
    return Outcome(_percent_of_control(plate, settings, samples, blanks, problems))


def signals_of_plate(plate: Plate, problems: Problems) -> pd.DataFrame | None:
    """WELLS, one row per well, the reference wavelength subtracted; None with a problem told where that is unclear.

    `bound` is what a signal is at least (status above: the highest that was read) or at most (below: the lowest). A
    well whose reference could not be read has no signal (status missing).
    """
    pair = wavelength_pair(plate.raw)
    parts = [plate.wells] if pair is None else [read_at(plate.wells, nm) for nm in pair]
    reads = [one_reading_per_well(part, plate.raw, plate.settings, problems) for part in parts]
    found = [_bounded(read) for read in reads if read is not None]
    if len(found) < len(reads):
        return None
    first, reference = found[0], found[-1].set_index("well")
    if pair is None:
        return first
    subtracted = first["well"].map(reference["value"].where(reference["status"] == "ok"))
    masked = first["well"].map(reference["status"]) == "masked"
    status = first["status"].where(subtracted.notna(), masked.map({True: "masked", False: "missing"}))
    return first.assign(value=first["value"] - subtracted, bound=first["bound"] - subtracted, status=status)


def _bounded(read: pd.DataFrame) -> pd.DataFrame:
    """Wells with the bound of those beyond the reader: it tells at least which readable signals they lie beyond."""
    ok = read.loc[read["status"] == "ok", "value"]
    return read.assign(bound=read["status"].map({"above": ok.max(), "below": ok.min()}).astype(float))


def _names_are_known(plate: Plate, settings: ViabilitySettings, problems: Problems) -> bool:
    """Whether LDH has its maximum, and the conditions that the settings name exist; what does not is told."""
    known, found = list(plate.experiment.conditions["condition"]), True
    for key, name in (("control", settings.control), ("maximum", settings.maximum)):
        if name and name not in known:
            problems.add("MG353", **at_setting(plate.raw, key), seen=name, key=key, hint=suggestion(name, known))
            found = False
    if settings.maximum and settings.method != "ldh":
        problems.add("MG394", **at_setting(plate.raw, "maximum"), seen=settings.maximum, method=settings.method)
    if settings.method == "ldh" and not settings.maximum:
        problems.add("MG360", **at_setting(plate.raw, "maximum"))
        found = False
    return found


def _percent_of_control(
    plate: Plate, settings: ViabilitySettings, samples: pd.DataFrame, blanks: pd.DataFrame, problems: Problems
) -> pd.DataFrame | None:
    """WELL_AMOUNTS of the samples whose donor has what percent is taken of."""
    control = settings.control or untreated_condition(plate.experiment, plate.raw, samples["condition"])
    maximum = str(settings.maximum) if settings.method == "ldh" else ""
    if not maximum and not blanks["status"].eq("ok").all():
        problems.add("MG358", **plate.where, place=compact(blanks["well"]), seen="blank wells", donors="all")
        return None
    if not maximum and blanks.empty:
        problems.add("MG357", **plate.where)
    nothing = blanks.loc[blanks["status"] == "ok", "value"].to_numpy(float)
    spread = pooled_spread(samples, samples["value"].where(samples["status"] == "ok").to_numpy(float), nothing)
    donors = _scale_of_donors(samples, nothing, control, maximum, spread)
    lifeless = _tell_donors(plate, samples, donors, control, maximum, problems)
    kept = samples[samples["donor"].map(donors["lacks"]) == ""]
    if len(kept):
        without = (
            f" Wells without living cells that have no such control, and no value: {lifeless}." if lifeless else ""
        )
        told = {"seen": control, "method": settings.method, "lifeless": without, "basis": spread.basis}
        problems.add("MG356", **plate.where, **told)
    others = spread.others.loc[kept.index]
    scale = donors.reindex(kept["donor"]).set_axis(kept.index).assign(
        in_control=kept["condition"] == control, in_zero=kept["condition"] == maximum,
        well_variance=others["variance"], well_df=others["df"], well_shape=others["shape"].fillna(1.0),
    )  # fmt: skip
    measured = _measured(kept.reset_index(drop=True), scale.reset_index(drop=True), falls=bool(maximum))
    _tell_beyond(plate, measured[measured["value"].isna()], problems)
    return measured


def _scale_of_donors(samples: pd.DataFrame, blanks: Array, control: str, maximum: str, spread: Spread) -> pd.DataFrame:
    """What 0 and 100 percent are for each donor (index), and why a donor has no scale.

    zero, whole: mean signals; share, whole_share: their variances in units of the spread's (its shape there, over the
    number of wells); zero_variance, zero_df: variance of the blanks' mean by their own spread, where there are two;
    lod: percent, 3.3 SD of a well at zero (three or more of the kind, else the pooled SD); lacks: `control`, `maximum`,
    `reader` (one of their wells is beyond it), `step` (the two are not told apart: LOD of 100 percent or more), or "".
    """
    names = pd.Index(samples["donor"].unique(), name="donor")
    whole = _level(samples, control).reindex(names)
    zero = _level(samples, maximum).reindex(names) if maximum else _blank_level(blanks, names)
    net = (whole["mean"] - zero["mean"]) * (-1.0 if maximum else 1.0)
    net = net.where(net > ROUNDING * whole["mean"].abs(), 0.0)
    own = (zero["n"] >= LEAST_BLANKS) & zero["differ"].eq(True)
    base = float(blanks.mean()) if len(blanks) else 0.0
    at_whole, at_zero = (spread.shape.at((level["mean"] - base).to_numpy(float)) for level in (whole, zero))
    sd = zero["sd"].where(own, spread.sd((zero["mean"] - base).to_numpy(float)))
    lod = (100.0 * DETECTION * sd / net).where((sd > 0) & (net > 0))
    unread = whole["unread"].eq(True) | zero["unread"].eq(True)
    by_own = not maximum and len(blanks) > 1
    lacks = np.select(
        [unread, ~(whole["n"] > 0), (zero["n"].isna() | (zero["n"] == 0)) & bool(maximum), ~(net > 0) | (lod >= 100)],
        ["reader", "control", "maximum", "step"],
        "",
    )
    return pd.DataFrame({
        "zero": zero["mean"], "whole": whole["mean"], "whole_share": at_whole / whole["n"],
        "share": 0.0 if by_own or not (maximum or len(blanks)) else at_zero / zero["n"],
        "zero_variance": zero["sd"] ** 2 / zero["n"] if by_own else 0.0, "zero_df": zero["n"] - 1.0,
        "lod": lod, "lacks": lacks,
    })  # fmt: skip


def _level(samples: pd.DataFrame, condition: str) -> pd.DataFrame:
    """By donor, of the wells of one condition: mean, n and sd of those read, whether these differ, and `unread`.

    `unread` tells whether any well is beyond the reader. Wells that read the same say nothing of the scatter.
    """
    wells = samples[samples["condition"] == condition]
    groups = wells.assign(unread=wells["status"] != "ok").groupby("donor", sort=False)
    of = {name: groups["value"].agg(how) for name, how in {"mean": "mean", "n": "count", "sd": "std"}.items()}
    return pd.DataFrame({**of, "differ": groups["value"].nunique() > 1, "unread": groups["unread"].any()})


def _blank_level(blanks: Array, names: pd.Index) -> pd.DataFrame:
    """The same of the plate's blanks, for every donor; 0 where there are none (told)."""
    n = len(blanks)
    mean, sd = (blanks.mean() if n else 0.0), (blanks.std(ddof=1) if n > 1 else np.nan)
    level = {"mean": float(mean), "n": float(n), "sd": float(sd), "differ": bool(np.unique(blanks).size > 1)}
    return pd.DataFrame({**level, "unread": False}, index=names)


def _measured(kept: pd.DataFrame, scale: pd.DataFrame, *, falls: bool) -> pd.DataFrame:
    """WELL_AMOUNTS of wells whose donor has a scale (row by row); `falls`: the signal falls with viability (LDH).

    Wells beyond the reader have no value: one that is at least so alive is `above`, with the bound as its top; one that
    is at most so alive has it, or the LOD where that is higher, as its LOD. Neither is left out of a mean.
    """
    zero, net = scale["zero"].to_numpy(float), (scale["whole"] - scale["zero"]).to_numpy(float)
    status, lod = kept["status"].to_numpy(), scale["lod"].to_numpy(float)
    q = (kept["value"].where(status == "ok").to_numpy(float) - zero) / net
    bound = 100.0 * (kept["bound"].to_numpy(float) - zero) / net
    at_least = status == ("below" if falls else "above")
    at_most = (status != "ok") & ~at_least
    low, high, se_reading, se_shared, df = _errors(q, net, scale)
    flags = [
        join_flags("saturated" * (s == "above"), "above_curve" * bool(least), "below_lod" * bool(most))
        for s, least, most in zip(status, at_least, at_most, strict=True)
    ]
    measured = kept[["plate", "well", "role", "condition", "donor", "rep"]].assign(
        value=100.0 * q, ci_low=100.0 * low, ci_high=100.0 * high, se_reading=se_reading, se_curve=se_shared, df=df,
        lod=np.where(at_most, np.fmax(np.fmax(bound, lod), 0.0), lod), loq=np.nan,
        top=np.where(at_least, bound, np.nan), above=at_least, flag=flags,
    )  # fmt: skip
    return with_low_flags(measured.loc[:, list(WELL_AMOUNTS)])


def _errors(q: Array, net: Array, scale: pd.DataFrame) -> tuple[Array, Array, Array, Array, Array]:
    """95 % interval of the fractions q = (y - z) / (c - z), the SEs (percent) of reading and of shared parts, and df.

    An error of q is (dy - q dc - (1 - q) dz) / (c - z): the blank stands in numerator and denominator, and a control or
    lysed well in its own mean. One well varies as the others do, and the mean of blanks by their own where they can.
    The 100 percent meant are the control wells of this plate, so that their error is that of reading them.
    """
    one, own = scale["well_variance"].to_numpy(float), scale["zero_variance"].to_numpy(float)
    u, w, f = (scale[c].to_numpy(float) for c in ("whole_share", "share", "well_shape"))
    in_whole, in_zero = u * scale["in_control"].to_numpy(float), w * scale["in_zero"].to_numpy(float)
    top, bottom, both = f + w - 2.0 * in_zero, u + w, w + in_whole - in_zero  # in units of the spread's variance
    by_wells = np.maximum(one * (top - 2.0 * q * both + q**2 * bottom), 0.0)
    df = welch_df(by_wells, scale["well_df"].to_numpy(float), own * (1.0 - q) ** 2, scale["zero_df"].to_numpy(float))
    low, high = quotient_interval(q * net, net, one * top + own, one * bottom + own, one * both + own, df)
    shared = one * (w * (1.0 - q) ** 2 + u * q**2) + own * (1.0 - q) ** 2
    return low, high, 100.0 * np.sqrt(one * f) / np.abs(net), 100.0 * np.sqrt(shared) / np.abs(net), df


def _tell_donors(
    plate: Plate, samples: pd.DataFrame, donors: pd.DataFrame, control: str, maximum: str, problems: Problems
) -> int:
    """One problem per reason why wells have no percent; how many wells without living cells lack a control, no problem.

    An acellular run has no living control of its own, and its viability is of no use.
    """
    cells = samples["condition"].map(plate.experiment.conditions.set_index("condition")["cells"])
    lacks = samples["donor"].map(donors["lacks"])
    lifeless = cells.isin(_LIFELESS) & lacks.isin(["control", "maximum"])
    names = {"control": f"“{control}”" if control else "living cells with nothing added at the reference Mg"}
    names["maximum"] = f"“{maximum}”"
    for reason, code in (("control", "MG354"), ("maximum", "MG354"), ("reader", "MG358"), ("step", "MG359")):
        lost = samples[(lacks == reason) & ~lifeless]
        if len(lost):
            seen = names.get(reason) or " or ".join(f"“{n}”" for n in (control, maximum) if n)
            facts = {"donors": listed(lost["donor"]), "zero": f"“{maximum}”" if maximum else "the blank"}
            problems.add(code, **plate.where, place=compact(lost["well"]), seen=seen, **facts)
    return int(lifeless.sum())


def _tell_beyond(plate: Plate, beyond: pd.DataFrame, problems: Problems) -> None:
    """One warning for the wells beyond the reader, which are kept as bounds."""
    if len(beyond):
        least = int(beyond["above"].sum())
        facts = {"least": str(least), "most": str(len(beyond) - least)}
        problems.add("MG361", **plate.where, place=compact(beyond["well"]), seen=len(beyond), **facts)
