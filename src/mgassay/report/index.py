"""All experiments at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mgassay import tables as states
from mgassay.report import labels
from mgassay.report.control_charts import control_pieces
from mgassay.report.grades import GRADES
from mgassay.report.numbers import NOTHING, count, with_interval
from mgassay.report.page import POLICY, templates
from mgassay.report.pooled import pooled_pieces
from mgassay.report.pooled_forest import own_text
from mgassay.report.rows import Row, is_missing, rows_equal
from mgassay.report.words import SHARE_ORDER


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
    total = _total(tables["effects"], readout, block)
    if total is not None:
        low, high = total["ci_low"], total["ci_high"]
        row |= {"total": total["estimate"], "total_low": low, "total_high": high, "n_donors": total["n_donors"]}
    return row


def _total(effects: pd.DataFrame, readout: str, block: str) -> Row | None:
    """T of a readout and block; None where it has no row."""
    equal = {"readout": readout, "block": block, "contrast": "total", "scale": "log", "method": "donor_t"}
    return next(iter(rows_equal(effects, **equal)), None)


def index_page(
    summary: pd.DataFrame,
    shares: Mapping[str, pd.DataFrame] | None = None,
    plates: pd.DataFrame | None = None,
    pooled: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> str:
    """The overview of SUMMARY, one line per experiment in its order.

    `shares`: SHARES of the declared question by experiment. `plates`: SUMMARY_PLATES, of which those series that have
    limits are drawn. `pooled`: SUMMARY_SHARES and SUMMARY_POOLED.
    """
    charts = control_pieces(states.SUMMARY_PLATES.frame() if plates is None else plates)
    together = pooled_pieces(summary, *pooled) if pooled else []
    lines = [_line({str(k): v for k, v in r.items()}, shares or {}) for r in summary.to_dict("records")]
    return (
        templates()
        .get_template("index.html.j2")
        .render(
            policy=POLICY,
            lines=lines,
            grades=GRADES,
            charts=charts,
            pooled=together,
            counted=count(len(lines), "experiment"),
        )
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
    rows = rows_equal(shares, readout=readout, block=block, scale="log", method="fieller_donor")
    ranked = sorted(rows, key=lambda r: SHARE_ORDER.index(r["share"]))
    return tuple(f"{labels.share(r['share'])}: {own_text(r)}" for r in ranked)
