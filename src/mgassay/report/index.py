"""All experiments at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import tables as states
from mgassay.report import labels
from mgassay.report.control_charts import control_pieces
from mgassay.report.grades import GRADES
from mgassay.report.numbers import NOTHING, count, percent, with_interval
from mgassay.report.page import POLICY, templates
from mgassay.report.rows import Row, is_missing
from mgassay.report.words import SHARE_ORDER, is_identifiable, share_interval


@dataclass(frozen=True)
class Line:
    """One experiment on the index page."""

    name: str
    title: str
    grade: str
    meaning: str
    readout: str
    total: str
    donors: str
    shares: tuple[str, ...]
    problems: str
    errors: int


def summary_row(
    name: str, title: str, verdict: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> dict[str, object]:
    """One row of SUMMARY from the verdict and the tables effects, shares and problems.

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
    total = _total(tables["effects"], readout, block)
    if total is not None:
        low, high = total["ci_low"], total["ci_high"]
        row |= {"total": total["estimate"], "total_low": low, "total_high": high, "n_donors": total["n_donors"]}
    return row


def _total(effects: pd.DataFrame, readout: str, block: str) -> Row | None:
    """T of a readout and block, the last one written where there are several days."""
    equal = {"readout": readout, "block": block, "contrast": "total", "scale": "log", "method": "donor_t", "step": "Mg"}
    found = effects
    for column, value in equal.items():
        found = found[found[column] == value]
    rows = found.to_dict("records")
    return {str(k): v for k, v in rows[-1].items()} if rows else None


def index_page(
    summary: pd.DataFrame,
    shares: Mapping[str, pd.DataFrame] | None = None,
    plates: pd.DataFrame | None = None,
) -> str:
    """The overview of SUMMARY, one line per experiment in its order; `shares` are SHARES by experiment.

    `plates` are SUMMARY_PLATES: those series that have limits are drawn.
    """
    charts = control_pieces(states.SUMMARY_PLATES.frame() if plates is None else plates)
    lines = [_line({str(k): v for k, v in r.items()}, shares or {}) for r in summary.to_dict("records")]
    return (
        templates()
        .get_template("index.html.j2")
        .render(policy=POLICY, lines=lines, grades=GRADES, charts=charts, counted=count(len(lines), "experiment"))
    )


def _line(row: Row, shares: Mapping[str, pd.DataFrame]) -> Line:
    """One row of SUMMARY in words."""
    judged = bool(row["grade"])
    basis = (
        labels.readout(row["readout"]) + (f", {row['block']}" if row["block"] else "") if row["readout"] else NOTHING
    )
    own = shares.get(row["experiment"])
    return Line(
        name=row["experiment"],
        title=row["title"] or row["experiment"],
        grade=row["grade"] or NOTHING,
        meaning=GRADES.get(row["grade"], "no verdict") if judged else "no verdict",
        readout=basis,
        total=with_interval(row["total"], row["total_low"], row["total_high"]),
        donors=NOTHING if is_missing(row["n_donors"]) else str(row["n_donors"]),
        shares=() if own is None or not judged else _share_texts(own, row["readout"], row["block"]),
        problems=f"{count(int(row['errors']), 'error')}, {count(int(row['warnings']), 'warning')}",
        errors=int(row["errors"]),
    )


def _share_texts(shares: pd.DataFrame, readout: str, block: str) -> tuple[str, ...]:
    """The log-scale shares of the verdict's readout and block."""
    chosen = shares[
        (shares["readout"] == readout)
        & (shares["block"] == block)
        & (shares["scale"] == "log")
        & (shares["method"] == "fieller_donor")
    ]
    rows: list[Row] = [{str(k): v for k, v in r.items()} for r in chosen.to_dict("records")]
    ranked = sorted(rows, key=lambda r: SHARE_ORDER.index(r["share"]))
    return tuple(f"{labels.share(r['share'])}: {_share_text(r)}" for r in ranked)


def _share_text(row: Row) -> str:
    """A share with its set, or that it is not identifiable."""
    return f"{percent(row['estimate'])} {share_interval(row)}" if is_identifiable(row) else "not identifiable"
