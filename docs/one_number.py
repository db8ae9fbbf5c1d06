"""Writes docs/one_number.md and its short form in README.md: a number of the demo, from cell to share (`make pages`).

Each step is worked by hand here, with nothing of mgassay's own, and compared with what the tables say.
"""

import csv
import math
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).with_suffix(".md")
README = ROOT / "README.md"
RESULTS = ROOT / "results" / "mg-trpm7-demo"
DEMO = ROOT / "resources" / "demo" / "mg-trpm7-demo"
DONOR, REP, READOUT, BLOCK = "D1", "1", "calcium_per_well", "siTRPM7"
ARMS = {
    "reference, intact": "scr_mg08",
    "raised, intact": "scr_mg20",
    "reference, blocked": "si_mg08",
    "raised, blocked": "si_mg20",
}
CONDITION = ARMS["raised, blocked"]

Row = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One step: what is done, the sum as written out, the table it stands in, by hand and as the table has it."""

    words: str
    worked: str
    table: str
    by_hand: float
    in_table: float


def rows(results: Path, table: str, **asked: str) -> list[Row]:
    """The rows of a table in which these columns hold these texts."""
    with (results / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[c] == v for c, v in asked.items())]


def only(found: Iterable[Row]) -> Row:
    """The one row; ValueError where there are none or several."""
    (row,) = found
    return row


def concentration(signal: float, curve: Row) -> float:
    """What the standard curve, a line or a parabola, reads a signal as."""
    given = dict(part.split("=") for part in curve["parameters"].split(";"))
    a, b, c = float(given["intercept"]), float(given["slope"]), float(given.get("quadratic", 0))
    if c == 0:
        return (signal - a) / b
    return (-b + math.sqrt(b * b - 4 * c * (a - signal))) / (2 * c)


def _reading(results: Path) -> tuple[Row, Row]:
    """The reading of the well, and what the well is."""
    asked = {"assay": "calcium", "condition": CONDITION, "donor": DONOR, "rep": REP}
    well = only(rows(results, "wells", **asked))
    return only(rows(results, "readings", plate=well["plate"], well=well["well"])), well


def _amounts(results: Path, condition: str) -> list[float]:
    """The culture wells of a condition of the donor, ug a well."""
    found = rows(results, "amounts", readout=READOUT, condition=condition, donor=DONOR)
    return [float(row["value"]) for row in found]


def _mean(results: Path, condition: str, donor: str) -> float:
    """The log mean of a donor and condition."""
    return float(only(rows(results, "means", readout=READOUT, condition=condition, donor=donor))["log_mean"])


def _effect(results: Path, contrast: str) -> Row:
    """A contrast of the block over donors."""
    asked = {
        "readout": READOUT,
        "block": BLOCK,
        "contrast": contrast,
        "scale": "log",
        "method": "donor_t",
        "step": "Mg",
    }
    return min(rows(results, "effects", **asked), key=lambda row: (row["mg_raised_mM"] != "2.0", row["day"]))


def _amount_step(results: Path) -> Step:
    """From the reading to the calcium of the culture well."""
    reading, well = _reading(results)
    curve = only(rows(results, "curves", plate=well["plate"], assay="calcium"))
    volume = tomllib.loads((DEMO / "experiment.toml").read_text(encoding="utf-8"))["assays"]["calcium"][
        "extract_volume_uL"
    ]
    signal, dilution = float(reading["value"]), float(well["dilution"])
    read = concentration(signal, curve)
    asked = {"readout": READOUT, "plate": well["plate"], "well": well["well"]}
    return Step(
        "The plate's own standard curve turns the density into a concentration; dilution and volume make it an amount.",
        f"{signal:g} OD reads as {read:.2f} ug/mL; × {dilution:g} (dilution) × {volume / 1000:g} mL",
        "amounts",
        read * dilution * volume / 1000,
        float(only(rows(results, "amounts", **asked))["value"]),
    )


def _mean_step(results: Path) -> Step:
    """From culture wells to the donor's mean."""
    wells, background = _amounts(results, CONDITION), fmean(_amounts(results, "control"))
    logs = [math.log(value - background) for value in wells]
    shown = ", ".join(f"{value:.2f}" for value in wells)
    return Step(
        "The donor's background (mean of its wells in control medium) is taken off each culture well; then the mean of "
        "logarithms.",
        f"mean of ln(x − {background:.2f}) for x = {shown}",
        "means",
        fmean(logs),
        _mean(results, CONDITION, DONOR),
    )


def _contrast_step(results: Path, contrast: str, arms: tuple[str, str], words: str) -> Step:
    """From means to an effect over donors."""
    donors = sorted({row["donor"] for row in rows(results, "means", readout=READOUT, condition=CONDITION)})
    reference, raised = (ARMS[arm] for arm in arms)
    each = [_mean(results, reference, d) - _mean(results, raised, d) for d in donors]
    shown = ", ".join(f"{d} {value:.2f}" for d, value in zip(donors, each, strict=True))
    return Step(words, f"mean of {shown}", "effects", fmean(each), float(_effect(results, contrast)["estimate"]))


def _share_step(results: Path) -> Step:
    """From effects to the share."""
    total, blocked = (float(_effect(results, c)["estimate"]) for c in ("total", "blocked"))
    asked = {
        "readout": READOUT,
        "block": BLOCK,
        "share": "intracellular",
        "scale": "log",
        "method": "fieller_donor",
        "step": "Mg",
    }
    row = min(rows(results, "shares", **asked), key=lambda r: (r["mg_raised_mM"] != "2.0", r["day"]))
    low, high = (100 * float(row[end]) for end in ("ci_low", "ci_high"))
    return Step(
        f"The share that needed entry. Its interval is Fieller's, over donors: {low:.0f} % to {high:.0f} %.",
        f"({total:.2f} − {blocked:.2f}) / {total:.2f}",
        "shares",
        (total - blocked) / total,
        float(row["estimate"]),
    )


STEPS: tuple[Callable[[Path], Step], ...] = (
    _amount_step,
    _mean_step,
    lambda r: _contrast_step(
        r,
        "blocked",
        ("reference, blocked", "raised, blocked"),
        "B, entry blocked: reference less raised Mg²⁺, donor by donor, then the mean.",
    ),
    lambda r: _contrast_step(
        r, "total", ("reference, intact", "raised, intact"), "T, entry intact: the same with scramble."
    ),
    _share_step,
)


def page(results: Path = RESULTS) -> str:
    """The whole page, from a folder of results."""
    reading, well = _reading(results)
    where = f"`{reading['file']}` says at {reading['place']}: **{reading['raw']}**"
    head = f"""\
# One number, from the cell to the share

Written by `docs/one_number.py` from the demo; a test works every line again by hand and holds it to the tables.

The export {where}. That is well {well["well"]} of plate
`{well["plate"]}` (`readings.csv`), and the layout says what it holds: donor {DONOR}, condition `{CONDITION}`, culture
well {REP} (`wells.csv`).

| step | worked by hand | gives | table |
|---|---|---|---|
"""
    made = [step(results) for step in STEPS]
    return head + "".join(f"| {s.words} | {s.worked} | **{s.by_hand:.3f}** | `{s.table}.csv` |\n" for s in made)


def brief(results: Path = RESULTS) -> str:
    """The same as lines for README.md, and what the report says of the demo's truth."""
    reading, well = _reading(results)
    made = [step(results) for step in STEPS]
    first = f"{reading['file']}, {reading['place']}"
    held = f"  well {well['well']} holds {DONOR}, {CONDITION}, culture well {REP}"
    lines = [
        f"{first:<46}{reading['raw']:>7} OD     readings.csv",
        f"{held:<46}{'':>7} {'':<6} wells.csv",
    ]
    names = (
        ("by the plate's curve, dilution, volume", "ug"),
        (f"mean of ln(x - background), {DONOR}", ""),
        ("B = mean over donors, entry blocked", ""),
        ("T = mean over donors, entry intact", ""),
        ("inside the cell: (T - B) / T", ""),
    )
    lines += [
        f"{name:<46}{step.by_hand:>7.3f} {unit:<6} {step.table}.csv"
        for (name, unit), step in zip(names, made, strict=True)
    ]
    return "```\n" + "\n".join(line.rstrip() for line in lines) + "\n```\n"


def told(results: Path = RESULTS) -> str:
    """What the report says of each share, beside the truth that the demo was simulated with."""
    truth = tomllib.loads((DEMO / "truth.toml").read_text(encoding="utf-8"))["shares"]["log"][BLOCK]
    asked = {"readout": READOUT, "block": BLOCK, "scale": "log", "method": "fieller_donor", "step": "Mg"}
    lines = ["| share of the protection | truth of the demo | what its report says |", "|---|---:|---:|"]
    for share, words in (("intracellular", "inside the cell"), ("surface", "cell surface"), ("passive", "passive")):
        row = min(rows(results, "shares", share=share, **asked), key=lambda r: (r["mg_raised_mM"] != "2.0", r["day"]))
        value, low, high = (f"{100 * float(row[c]):.0f}".replace("-", "−") for c in ("estimate", "ci_low", "ci_high"))
        lines.append(f"| {words} | {100 * truth[share]:.0f} % | {value} % [{low} %, {high} %] |")
    return "\n".join(lines) + "\n"


def readme(text: str, results: Path = RESULTS) -> str:
    """README.md with both written anew."""
    for name, made in (("number", brief(results)), ("demo", told(results))):
        begin, end = f"<!-- {name}: written by docs/one_number.py -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}{made}{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
