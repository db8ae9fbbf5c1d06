"""One experiment at a glance: its row of SUMMARY, and what the index page says beside it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mgassay.experiment import Experiment
from mgassay.problems import catalogue
from mgassay.report.flaws import place_text
from mgassay.report.headline import headline
from mgassay.report.rows import Row, rows_equal, tables_of
from mgassay.report.words import SHARE_ORDER


@dataclass(frozen=True)
class Glance:
    """What SUMMARY has no column for.

    `date`: the day of harvest that the lab declared (2026-03-14, else ""). `verdict`: the answer in one sentence.
    `total`: the row of EFFECTS that T is printed from. `shares`: the log-scale rows of SHARES of the verdict's readout
    and block. `codes`: of errors and of warnings, each once, errors first. `mend`: the first error, in one line.
    `curves`: how many standard curves by what they were assessed.
    """

    cells: str = ""
    date: str = ""
    verdict: str = ""
    total: Row | None = None
    shares: tuple[Row, ...] = ()
    codes: tuple[str, ...] = ()
    mend: str = ""
    curves: Mapping[str, int] = field(default_factory=dict)


def glance_of(experiment: Experiment | None, verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Glance:
    """One experiment from its verdict and its tables, effects and shares being those of the declared question.

    With errors among the problems there is no verdict, no T and no share.
    """
    told = rows_equal(tables["problems"])
    errors = [p for p in told if p["severity"] == "error"]
    warnings = [p for p in told if p["severity"] == "warning"]
    about = experiment.settings.experiment if experiment else None
    seen = Glance(
        cells=about.cells if about else "",
        date=about.date.isoformat() if about and about.date else "",
        codes=tuple(dict.fromkeys(str(p["code"]) for p in (*errors, *warnings))),
        mend=to_mend(errors[0]) if errors else "",
        curves=Counter(tables["curves"]["assessed"]) if "curves" in tables else {},
    )
    return (
        seen if errors or experiment is None or not verdict.get("grade") else _judged(seen, experiment, verdict, tables)
    )


def _judged(
    seen: Glance, experiment: Experiment, verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> Glance:
    """The same with the verdict, T and the shares."""
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    own = {name: _of(tables[name], readout, block) for name in ("effects", "shares")}
    found = headline(verdict, tables_of(experiment, own))
    rows = rows_equal(own["shares"], scale="log", method="fieller_donor")
    return Glance(
        cells=seen.cells,
        date=seen.date,
        verdict=found["text"] if found else "No effect on mineral could be computed.",
        total=total_row(own["effects"], readout, block),
        shares=tuple(sorted(rows, key=lambda r: SHARE_ORDER.index(r["share"]))),
        codes=seen.codes,
        curves=seen.curves,
    )


def to_mend(problem: Row) -> str:
    """A problem in one line: what it is, where, and its code."""
    kind = catalogue().get(str(problem["code"]))
    title = kind.title if kind else str(problem["message"])
    where = place_text(problem)
    return f"{title} ({', '.join(t for t in (str(problem['code']), where) if t)})"


def summary_row(
    name: str, title: str, verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> dict[str, object]:
    """One row of SUMMARY from the verdict, the problems and the effects of the declared question.

    `total` is T of the verdict's readout and block (donor_t, log scale) with its interval. With errors among the
    problems there is no verdict, so grade and total are empty.
    """
    severities = list(tables["problems"]["severity"])
    row: dict[str, object] = {
        "experiment": name,
        "title": title,
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
    }
    if row["errors"] or not verdict.get("grade"):
        return row
    readout, block = str(verdict.get("readout") or ""), str(verdict.get("block") or "")
    row |= {"grade": str(verdict["grade"]), "readout": readout, "block": block}
    total = total_row(tables["effects"], readout, block)
    if total is not None:
        low, high = total["ci_low"], total["ci_high"]
        row |= {"total": total["estimate"], "total_low": low, "total_high": high, "n_donors": total["n_donors"]}
    return row


def total_row(effects: pd.DataFrame, readout: str, block: str) -> Row | None:
    """T of a readout and block; None where it has no row."""
    rows = rows_equal(_of(effects, readout, block), contrast="total", scale="log", method="donor_t")
    return next(iter(rows), None)


def _of(table: pd.DataFrame, readout: str, block: str) -> pd.DataFrame:
    """The rows of one readout and block: of hundreds a few, which alone are then made into rows."""
    return table[(table["readout"] == readout) & (table["block"] == block)]
