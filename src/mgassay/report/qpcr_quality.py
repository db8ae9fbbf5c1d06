"""How the genes' assays, controls and reference genes behaved: qpcr_quality.csv in words and tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mgassay.experiment import Experiment
from mgassay.report import labels
from mgassay.report.numbers import decimal, level, p_value, significant
from mgassay.report.pieces import Folded, Heading, Listing, folded, listing_of
from mgassay.report.qpcr_words import efficiency_source
from mgassay.report.reference_shifts import AGAINST, shift_pieces
from mgassay.report.rows import Row, Tables, is_missing

Word = Callable[[float], str]

# Measures with a table of their own; all others stand in the last table, so that nothing is lost when one is added.
_SERIES = ("series_slope", "series_r2", "series_lowest", "series_highest")
_STABILITY = ("genorm_m", "normfinder")
_SETS = ("genorm_mean_m", "genorm_v")
_CONTROLS: Mapping[str, str] = {"ntc_percent": "no template", "nrt_percent": "no reverse transcriptase"}
_SHOWN = ("efficiency", *_SERIES, *_STABILITY, *_SETS, *_CONTROLS, *AGAINST, "replicate_sd", "calibration", "knockdown")


def quality_pieces(tables: Tables, experiment: Experiment) -> list[object]:
    """All of qpcr_quality.csv, the reference genes first; empty without rows."""
    if not len(tables["qpcr_quality"]):
        return []
    settings = experiment.settings.assays.qpcr
    references = [*shift_pieces(tables, settings), *_some(stability_listing(tables), sets_listing(tables))]
    assays = _some(
        efficiency_listing(tables), controls_listing(tables), spread_listing(tables), calibration_listing(tables)
    )
    others = _some(knockdown_listing(tables), other_listing(tables))
    return [
        *([Heading("Reference genes"), *references] if references else []),
        *([Heading("Assays and controls"), *folded(assays)] if assays else []),
        *folded(others),
    ]


def _some(*listings: Listing | None) -> list[object]:
    """Those that have rows; long ones are opened on request."""
    return [Folded(held) if len(held.rows) > 12 else held for held in listings if held is not None and held.rows]


def _rows(tables: Tables, *measures: str) -> list[Row]:
    """Rows of some measures, in the table's order."""
    return [r for r in tables.rows("qpcr_quality") if r["measure"] in measures]


def _ends(row: Row, word: Word = decimal) -> str:
    """The interval of a row, "" without one; a bound alone is said to be one."""
    low, high = is_missing(row["ci_low"]), is_missing(row["ci_high"])
    if low and high:
        return ""
    if low:
        return f"below {word(row['ci_high'])}"
    return f"above {word(row['ci_low'])}" if high else f"{word(row['ci_low'])} to {word(row['ci_high'])}"


def _value(row: Row, word: Word = decimal) -> str:
    """The estimate of a row, "" without one."""
    return "" if is_missing(row["estimate"]) else word(row["estimate"])


def _count(row: Row) -> str:
    """N of a row."""
    return "" if is_missing(row["n"]) else str(row["n"])


def efficiency_listing(tables: Tables) -> Listing | None:
    """The factor per cycle of each gene with its interval and source, and the dilution series it is from."""
    rows = _rows(tables, "efficiency")
    series = {(r["gene"], r["measure"]): r for r in _rows(tables, *_SERIES)}

    def of_series(row: Row, measure: str, word: Word) -> str:
        found = series.get((row["gene"], measure)) if row["subject"].startswith("series") else None
        return _value(found, word) if found else ""

    body = [
        (
            r["gene"], r["plate"], _value(r, _three), _ends(r, _three), efficiency_source(r["subject"]),
            of_series(r, "series_slope", decimal), of_series(r, "series_r2", _four),
            _range(series, r), _count(r),
        )
        for r in rows
    ]  # fmt: skip
    heads = (
        "gene",
        "plate",
        "factor per cycle",
        "95 % interval",
        "source",
        "slope",
        "R²",
        "range of the series",
        "wells",
    )
    return listing_of("Efficiencies", heads, body, numeric=(*heads[2:4], *heads[5:])) if body else None


def _range(series: Mapping[tuple[str, str], Row], row: Row) -> str:
    """Lowest to highest quantity of the series that a row is from."""
    ends = [series.get((row["gene"], m)) for m in ("series_lowest", "series_highest")]
    if not row["subject"].startswith("series") or None in ends:
        return ""
    return " to ".join(_value(e, level) for e in ends if e)


def _three(value: float) -> str:
    """Three decimals."""
    return decimal(value, 3)


def _four(value: float) -> str:
    """Four decimals."""
    return decimal(value, 4)


def _two_digits(value: float) -> str:
    """Two significant digits, for percentages over orders of magnitude."""
    return significant(value, 2)


def controls_listing(tables: Tables) -> Listing | None:
    """What control wells stand for in percent of the samples; those without a Cq as the bound at the last cycle."""
    body = [
        (
            r["gene"], r["plate"], _CONTROLS[r["measure"]], r["subject"],
            _value(r, _two_digits) or _ends(r, _two_digits), _count(r), labels.flags(r["flag"]),
        )
        for r in _rows(tables, *_CONTROLS)
    ]  # fmt: skip
    heads = ("gene", "plate", "control", "in percent of", "%", "wells", "remarks")
    return listing_of("Control wells in percent of the samples", heads, body, numeric=("%", "wells")) if body else None


def spread_listing(tables: Tables) -> Listing | None:
    """How far technical replicates lie apart."""
    body = [(r["gene"], r["plate"], _value(r), _ends(r), _count(r)) for r in _rows(tables, "replicate_sd")]
    heads = ("gene", "plate", "SD, Cq", "95 % interval", "wells")
    return listing_of("Technical replicates", heads, body, numeric=heads[2:]) if body else None


def calibration_listing(tables: Tables) -> Listing | None:
    """By how much each plate reads too high, by inter-run calibrators."""
    body = [(r["gene"], r["plate"], _value(r), _ends(r), r["subject"], _count(r)) for r in _rows(tables, "calibration")]
    heads = ("gene", "plate", "shift taken off, log2", "95 % interval", "calibrators", "wells")
    return listing_of("Inter-run calibration", heads, body, numeric=(*heads[2:4], "wells")) if body else None


def stability_listing(tables: Tables) -> Listing | None:
    """M of geNorm and NormFinder's value of each reference gene."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for r in _rows(tables, *_STABILITY):
        found.setdefault((r["gene"], r["subject"].partition(",")[0]), {})[r["measure"]] = r
    body = [
        (gene, of, *(_value(own[m]) if m in own else "" for m in _STABILITY), _largest(own.values()))
        for (gene, of), own in found.items()
    ]
    heads = ("gene", "among", "geNorm M, log2", "NormFinder, log2", "samples")
    return listing_of("Stability of reference genes", heads, body, numeric=heads[2:]) if body else None


def _largest(rows: Iterable[Row]) -> str:
    """The largest n of some rows."""
    return str(max((int(r["n"]) for r in rows if not is_missing(r["n"])), default=0) or "")


def sets_listing(tables: Tables) -> Listing | None:
    """Of geNorm, sets of genes: mean M of the most stable, V of one gene more."""
    words = {"genorm_mean_m": "mean M", "genorm_v": "V"}
    body = [(words[r["measure"]], r["subject"], _value(r, _three), _count(r)) for r in _rows(tables, *_SETS)]
    heads = ("geNorm", "genes", "log2", "samples")
    return listing_of("geNorm, gene by gene", heads, body, numeric=heads[2:]) if body else None


def knockdown_listing(tables: Tables) -> Listing | None:
    """What siRNA leaves of its target's mRNA, over donors and donor by donor."""
    body = [
        (r["gene"], r["subject"], _value(r), _ends(r), p_value(r["p"]), _count(r), labels.flags(r["flag"]))
        for r in _rows(tables, "knockdown")
    ]
    heads = ("gene", "siRNA", "fraction left", "95 % interval", "p", "donors", "remarks")
    return listing_of("Knock-down, mRNA", heads, body, numeric=heads[2:6]) if body else None


def other_listing(tables: Tables) -> Listing | None:
    """All other measures, named as in the table."""
    rows = [r for r in tables.rows("qpcr_quality") if r["measure"] not in _SHOWN]
    return _plain_listing(rows) if rows else None


def _plain_listing(rows: Sequence[Row]) -> Listing:
    """Rows as they stand."""
    heads = ("measure", "gene", "plate", "of", "value", "95 % interval", "unit", "p", "n", "remarks")
    body = [
        (
            r["measure"].replace("_", " "), r["gene"], r["plate"], r["subject"], _value(r, significant),
            _ends(r, significant), r["unit"], p_value(r["p"]), _count(r), labels.flags(r["flag"]),
        )
        for r in rows
    ]  # fmt: skip
    return listing_of("Further measures of qPCR", heads, body, numeric=(*heads[4:6], *heads[7:9]))
