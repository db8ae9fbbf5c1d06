"""What the results say of a qPCR experiment, item by item of MIQE: design, controls, assays.

Each function answers one item, or None where the results do not tell. `Found.source` names the table and column, or the
file of the lab, that the answer rests on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mgassay.assays.qpcr.genes import gene_symbol
from mgassay.experiment import Experiment
from mgassay.problems import listed
from mgassay.report.numbers import count, decimal, interval, level, significant
from mgassay.report.qpcr_words import efficiency_source
from mgassay.report.rows import Row, Tables, donors_column, is_missing

_MOST = 40  # names in one answer


@dataclass(frozen=True)
class Facts:
    """All that items are looked up in. `exports` are names of files in export/, `readings` says how files were read."""

    experiment: Experiment
    tables: Tables
    readings: Sequence[Mapping[str, Any]] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    exports: Sequence[str] = ()

    @property
    def samples(self) -> pd.DataFrame:
        """The wells of samples, with a target, that were run."""
        wells = self.tables["qpcr"]
        used = wells["status"].isin(["value", "undetermined"]) & (wells["role"] == "sample") & (wells["target"] != "")
        return wells[used & (wells["condition"] != "")]

    def measured(self, *measures: str, subject: str = "") -> list[Row]:
        """Rows of qpcr_quality.csv of these measures (and subject), those with an estimate or a bound."""
        rows = (r for m in measures for r in self.tables.rows("qpcr_quality", measure=m))
        return [r for r in rows if not (is_missing(r["estimate"]) and is_missing(r["ci_high"]))
                and (not subject or r["subject"] == subject)]  # fmt: skip


@dataclass(frozen=True)
class Found:
    """An answer and what it rests on; `applies` is False where the item is not asked of this experiment."""

    text: str
    source: str
    applies: bool = True


def of_rows(rows: Iterable[Row], word: Callable[[Row], str]) -> str:
    """`RUNX2 1.95, BMP2 2.01; plate q2: RUNX2 1.93`: what each row says after its gene, plate by plate."""
    by_plate: dict[str, list[str]] = {}
    for r in rows:
        by_plate.setdefault(r["plate"], []).append(f"{r['gene']} {word(r)}".strip())
    parts = ((f"plate {plate}: " if plate else "") + listed(told, _MOST, "; ") for plate, told in by_plate.items())
    return listed(parts, _MOST, ". ")


def with_ends(row: Row, word: Callable[[float], str] = decimal) -> str:
    """An estimate with its interval where it has one."""
    return word(row["estimate"]) + (
        "" if is_missing(row["ci_low"]) else f" {interval(row['ci_low'], row['ci_high'], word)}"
    )


def groups(facts: Facts) -> Found | None:
    """The conditions that were run, and those in control medium."""
    conditions = list(dict.fromkeys(facts.samples["condition"]))
    if not conditions:
        return None
    media = facts.experiment.conditions.set_index("condition")["medium"]
    control = [c for c in conditions if media.get(c) == facts.experiment.settings.contrast.medium_control]
    more = f"; in control medium: {listed(control, _MOST)}" if control else ""
    return Found(
        f"{count(len(conditions), 'condition')}: {listed(conditions, _MOST)}{more}",
        "qpcr.csv condition; conditions.csv",
    )


def group_sizes(facts: Facts) -> Found | None:
    """Donors of each condition."""
    sizes = facts.samples.groupby("condition", sort=False)["donor"].nunique()
    if sizes.empty:
        return None
    if sizes.nunique() == 1:
        return Found(f"{count(int(sizes.iloc[0]), 'donor')} in every condition", "qpcr.csv donor")
    return Found("; ".join(f"{c} {n}" for c, n in sizes.items()) + " (donors)", "qpcr.csv donor")


def cells(facts: Facts) -> Found | None:
    """What the lab says of the cells."""
    said = facts.experiment.settings.experiment.cells
    return Found(said, "experiment.toml [experiment] cells") if said else None


def targets(facts: Facts) -> Found | None:
    """Targets with the symbols they are reported under."""
    names = list(dict.fromkeys(facts.samples["target"]))
    told = [t if gene_symbol(t) == t else f"{t} ({gene_symbol(t)})" for t in names]
    return Found(listed(told, _MOST), "qpcr.csv target") if told else None


def multiplex(facts: Facts) -> Found | None:
    """Whether wells hold several targets; not asked of singleplex runs."""
    wells = facts.tables["qpcr"]
    most = wells[wells["target"] != ""].groupby(["plate", "well"])["target"].nunique().max() if len(wells) else 0
    if most <= 1:
        return Found("No well holds more than one target.", "qpcr.csv well, target", applies=False)
    return Found(f"up to {most} targets in a well; efficiencies as below", "qpcr.csv well, target")


def _controls(facts: Facts, role: str) -> Found | None:
    """Control wells: how many, the earliest Cq of each target, what that is in percent of the samples."""
    wells = facts.tables["qpcr"]
    own = wells[(wells["role"] == role) & (wells["target"] != "") & wells["status"].isin(["value", "undetermined"])]
    if own.empty:
        return None
    earliest = own.groupby("target", sort=False)["cq"].min()
    silent = [str(t) for t, cq in earliest.items() if pd.isna(cq)]
    told = [f"{t}: earliest Cq {decimal(cq)}" for t, cq in earliest.items() if not pd.isna(cq)]
    told += [f"no Cq for {listed(silent, _MOST)}"] if silent else []
    percent = [
        r["estimate"]
        for r in facts.measured(f"{role}_percent", subject="mean of samples")
        if not is_missing(r["estimate"])
    ]
    told += [f"at most {significant(max(percent), 2)} % of the samples' mean quantity"] if percent else []
    return Found(f"{count(len(own), 'well')}; {'; '.join(told)}", f"qpcr.csv cq; qpcr_quality.csv {role}_percent")


def without_template(facts: Facts) -> Found | None:
    """Wells without template."""
    return _controls(facts, "ntc")


def without_reverse_transcriptase(facts: Facts) -> Found | None:
    """Wells without reverse transcriptase."""
    return _controls(facts, "nrt")


def cycles(facts: Facts) -> Found | None:
    """Number of cycles by plate, and whether it was assumed."""
    wells = facts.tables["qpcr"]
    assumed = wells["flag"].str.contains("assumed_cycles", regex=False)
    told = [
        f"{int(n)} cycles{' (assumed)' if held else ''}"
        for n, held in sorted({*zip(wells["cycles"].dropna(), assumed[wells["cycles"].notna()], strict=True)})
    ]
    return Found(listed(told), "qpcr.csv cycles") if told else None


def readers(facts: Facts) -> Found | None:
    """Which reader took each export, which names the instrument's family."""
    files = {f.file for f in facts.experiment.files_of("qpcr")}
    named = list(dict.fromkeys(str(r.get("reader", "")) for r in facts.readings if r.get("file") in files))
    return Found(f"exports were read as {listed(named)}", "provenance.json readings") if any(named) else None


def series_slopes(facts: Facts) -> Found | None:
    """Slopes of dilution series."""
    rows = facts.measured("series_slope")
    return (
        Found(of_rows(rows, with_ends) + " Cq per tenfold quantity", "qpcr_quality.csv series_slope") if rows else None
    )


def series_r2(facts: Facts) -> Found | None:
    """R² of dilution series."""
    rows = facts.measured("series_r2")
    return Found(of_rows(rows, lambda r: decimal(r["estimate"], 4)), "qpcr_quality.csv series_r2") if rows else None


def series_ranges(facts: Facts) -> Found | None:
    """Lowest and highest quantity of each dilution series, in the unit of the lab."""
    high = {r["gene"]: r["estimate"] for r in facts.measured("series_highest")}
    rows = [r for r in facts.measured("series_lowest") if r["gene"] in high]
    told = of_rows(rows, lambda r: f"{level(r['estimate'])} to {level(high[r['gene']])}")
    return Found(f"{told} (quantities as given)", "qpcr_quality.csv series_lowest, series_highest") if rows else None


def efficiencies(facts: Facts) -> Found | None:
    """Factors per cycle with their source; none where all are assumed."""
    rows = [r for r in facts.measured("efficiency") if "not used" not in r["subject"]]
    if not any(r["subject"] != "assumed" for r in rows):
        return None
    told = of_rows(rows, lambda r: f"{decimal(r['estimate'], 3)}, {efficiency_source(r['subject'])}")
    return Found(f"factor per cycle: {told}", "qpcr_quality.csv efficiency")


def efficiency_intervals(facts: Facts) -> Found | None:
    """Intervals of the factors per cycle."""
    rows = [r for r in facts.measured("efficiency") if not is_missing(r["ci_low"]) and "not used" not in r["subject"]]
    told = of_rows(rows, lambda r: interval(r["ci_low"], r["ci_high"], lambda v: decimal(v, 3)))
    return Found(f"95 %: {told}", "qpcr_quality.csv efficiency ci_low, ci_high") if rows else None


def biological_replicates(facts: Facts) -> Found | None:
    """Donors; how far they agree is in the intervals of the genes."""
    donors = donors_column(facts.samples)
    shown = "; intervals of genes.csv are over donors" if len(facts.tables["genes"]) else ""
    return (
        Found(f"{count(len(donors), 'donor')}: {', '.join(donors)}{shown}", "qpcr.csv donor; genes.csv ci_low, ci_high")
        if donors
        else None
    )


def technical_replicates(facts: Facts) -> Found | None:
    """Wells of a sample and gene."""
    sizes = facts.samples.groupby(["plate", "condition", "donor", "rep", "target"], sort=False).size()
    if sizes.empty:
        return None
    wells, samples = np.unique(sizes, return_counts=True)
    told = listed(
        f"{count(int(n), 'well')} in {count(int(k), 'sample and gene', 'samples and genes')}"
        for n, k in zip(wells, samples, strict=True)
    )
    return Found(f"qPCR: {told}", "qpcr.csv well")
