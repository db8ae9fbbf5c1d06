"""qPCR wells as other programs know them: a run for each plate, reactions numbered along its rows, raw curves."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from mgassay.assays.qpcr.genes import gene_symbol
from mgassay.assays.qpcr.qpcr_plates import each_group, qpcr_plates
from mgassay.experiment import Experiment
from mgassay.problems import Problems, listed
from mgassay.report.exports.export_samples import ExportSample, ExportTarget, samples_of, targets_of, with_samples
from mgassay.report.exports.harmless import tell_changes, xml_text
from mgassay.units import plain
from mgassay.wellnames import compact, plate_shape, positions, well_from_text

_KEY = ["plate", "well", "target"]
_LABELS = ("sample", "condition", "donor", "rep", "target")
_COLUMNS = [
    "well", "react", "name", "type", "target", "role", "cq", "status", "cycles", "efficiency", "efficiency_source",
    "fluorescence", "first_cycle",
]  # fmt: skip
_SUBTRACTED = ("dRn",)  # signals that a program took a baseline off


@dataclass(frozen=True)
class ExportRun:
    """One plate: rows and columns of its format, and its wells.

    `wells`: well, react (number along the rows, from 1), name and type (of the sample), target, role, cq (NaN without
    one), status, cycles, efficiency, efficiency_source ("" where unknown), fluorescence (joined by `;`, "" without a
    curve), first_cycle; sorted by react.
    """

    plate: str
    shape: tuple[int, int]
    wells: pd.DataFrame


@dataclass(frozen=True)
class Exported:
    """All that is handed on of an experiment's qPCR."""

    runs: tuple[ExportRun, ...]
    samples: tuple[ExportSample, ...]
    targets: tuple[ExportTarget, ...]


def exported_qpcr(experiment: Experiment, parts: Mapping[str, pd.DataFrame], problems: Problems) -> Exported:
    """What is handed on of the tables `qpcr`, `qpcr_wells` (the same wells), `amplification`, `qpcr_quality`, by name.

    Wells without a target are left out (MG572); wells with a sample for each target keep the first (MG570); curves
    with a baseline subtracted are left out (MG571).
    """
    named = parts["qpcr"].assign(standard=_standards(parts))
    labels = (label for c in _LABELS for label in named[c].unique())
    tell_changes("RDML and RDES", labels, problems, xml_text)
    legal = named.assign(**{c: named[c].map(xml_text).astype("str") for c in _LABELS})
    usable = _usable(legal, problems)
    plates = qpcr_plates(experiment, usable["plate"])
    wells = _one_sample_each(with_samples(usable), problems)
    wells = wells.assign(
        efficiency_source=_sources(wells, parts["qpcr_quality"]),
        **_curves_of_wells(wells, _raw_curves(parts["amplification"], problems)),
    )
    runs = tuple(_run(plate, rows) for (plate,), rows in each_group(wells, "plate"))
    return Exported(runs, tuple(samples_of(wells, plates)), tuple(targets_of(wells, plates)))


def _sources(wells: pd.DataFrame, quality: pd.DataFrame) -> list[str]:
    """Where the efficiency of each well's target is from, as qpcr_quality.csv says (for a plate, else for all)."""
    rows = quality[(quality["measure"] == "efficiency") & ~quality["subject"].str.contains(",", regex=False)]
    said = {(p, g): s for p, g, s in rows[["plate", "gene", "subject"]].itertuples(index=False, name=None)}
    names = {t: (plain(t), gene_symbol(t)) for t in wells["target"].unique()}
    pairs = dict.fromkeys(zip(wells["plate"], wells["target"], strict=True))
    of_pair = {
        (p, t): next((said[where, g] for g in names[t] for where in (p, "") if (where, g) in said), "")
        for p, t in pairs
    }
    return [of_pair[pair] for pair in zip(wells["plate"], wells["target"], strict=True)]


def _standards(parts: Mapping[str, pd.DataFrame]) -> "pd.Series[float]":
    """The quantity of each well of `qpcr` that is a standard; NaN for all others."""
    known = parts["qpcr_wells"].drop_duplicates(_KEY).set_index(_KEY)["standard"]
    held = known.reindex(pd.MultiIndex.from_frame(parts["qpcr"][_KEY])).to_numpy(dtype=float)
    return pd.Series(held, index=parts["qpcr"].index)


def _usable(wells: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Wells that have a place, a target and no twin; the others are named (MG572)."""
    places = {w: well_from_text(w) == w for w in wells["well"].unique()}
    reasons = {
        "they have no target": wells["target"] == "",
        "they are not named as wells of a plate are": ~wells["well"].map(places).astype(bool),
        "the same well and target stand there twice": wells.duplicated(_KEY),
    }
    kept = pd.Series(True, index=wells.index)
    for reason, holds in reasons.items():
        for (plate,), rows in each_group(wells[kept & holds], "plate"):
            problems.add("MG572", plate=plate, place=listed(dict.fromkeys(rows["well"])), seen=reason)
        kept &= ~holds
    return wells[kept].reset_index(drop=True)


def _one_sample_each(wells: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Wells of several targets under one sample; where the targets have samples of their own, the first (MG570)."""
    first = wells.groupby(["plate", "well"], sort=False)[["name", "type"]].transform("first")
    strange = wells[wells["name"] != first["name"]]
    for (plate,), rows in each_group(strange, "plate"):
        both = wells[(wells["plate"] == plate) & wells["well"].isin(rows["well"])]
        seen = listed(f"{r.well}: {r.target} {r.name_}" for r in both.rename(columns={"name": "name_"}).itertuples())
        problems.add("MG570", plate=plate, place=compact(rows["well"]), seen=seen)
    return wells.assign(name=first["name"], type=first["type"])


def _raw_curves(curves: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The curves of plates that hold fluorescence as measured; those with a baseline taken off are named (MG571).

    Raw fluorescence is never negative (so RDML-Tools' help on what LinRegPCR may be given); CFX exports what is left
    above the baseline under the same name, RFU.
    """
    negative = curves["fluorescence"].str.contains(r"(?:^|;)-", regex=True)
    subtracted = curves["signal"].isin(_SUBTRACTED)
    for (plate,), rows in each_group(curves[negative | subtracted], "plate"):
        named = rows.loc[rows["signal"].isin(_SUBTRACTED), "signal"]
        seen = f"{named.iloc[0]}, from which a baseline was subtracted" if len(named) else (
            "negative in places, so a baseline was subtracted from them")  # fmt: skip
        problems.add("MG571", file=rows["file"].iloc[0], plate=plate, seen=seen)
    return curves[~curves["plate"].isin(curves.loc[negative | subtracted, "plate"])]


def _curves_of_wells(wells: pd.DataFrame, curves: pd.DataFrame) -> dict[str, pd.Series]:
    """The curve of each well and target: of the target's own name, else the only one of a well with one target."""
    names = {t: plain(xml_text(t)) for t in curves["target"].unique()}
    known = curves.assign(target=curves["target"].map(names).astype("str"))
    columns = ["fluorescence", "first_cycle"]
    by_target = known.drop_duplicates(_KEY).set_index(_KEY)[columns]
    alone = known[~known.duplicated(_KEY[:2], keep=False)].set_index(_KEY[:2])[columns]
    own = by_target.reindex(pd.MultiIndex.from_frame(wells[_KEY])).reset_index(drop=True)
    only = alone.reindex(pd.MultiIndex.from_frame(wells[_KEY[:2]])).reset_index(drop=True)
    single = ~wells.duplicated(_KEY[:2], keep=False)
    found = own.where(own["fluorescence"].notna(), only.where(single))
    return {"fluorescence": found["fluorescence"].fillna("").astype("str"), "first_cycle": found["first_cycle"]}


def _run(plate: str, rows: pd.DataFrame) -> ExportRun:
    """One plate with its reactions in order."""
    shape = plate_shape(rows["well"])
    row, column = positions(rows["well"])
    clean = rows.assign(react=row * shape[1] + column + 1)
    return ExportRun(plate, shape, clean.sort_values("react", kind="stable").reset_index(drop=True)[_COLUMNS])
