"""docs/coverage.csv -> docs/coverage.md: the tables that bench/coverage.md has a place for, from the counts alone."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.coverage_methods import ONE_ERROR

TEMPLATE = Path(__file__).parent / "coverage.md"
BAND, WELCH_BAND = (0.94, 0.96), (0.93, 0.97)
LEAST = 0.93  # of what is offered
ALLOWANCE = 3.0  # standard errors of a simulated fraction
ENOUGH = 500  # experiments, fewer of which tell nothing
_WELCH = ("passive", "surface")  # shares and contrasts in which acellular runs stand beside donors


@dataclass(frozen=True)
class Result:
    """What was counted of one quantity in one cell."""

    study: str
    scenario: str
    donors: int
    quantity: str
    scale: str
    method: str
    truth: float
    counts: Mapping[str, int]

    @property
    def runs(self) -> int:
        """Experiments."""
        return self.counts["runs"]

    def rate(self, event: str, of: str = "runs") -> float:
        """The fraction of `of` in which the event happened; NaN of nothing."""
        return self.counts[event] / self.counts[of] if self.counts[of] else float("nan")

    @property
    def line(self) -> str:
        """Quantity, scale where it is not the log one, and method, as the head of a row."""
        scale = "" if self.scale == "log" else f", {self.scale}"
        return f"{self.quantity}{scale} | {self.method}"

    @property
    def band(self) -> tuple[float, float]:
        """Where the fraction of intervals that hold the truth should lie."""
        welch = self.method == "welch" or self.quantity in _WELCH or "other donors" in self.method
        return WELCH_BAND if welch else BAND

    @property
    def is_offered(self) -> bool:
        """Whether effects.csv or shares.csv has it, rather than what it is compared with."""
        return self.study != "not offered" and self.method != ONE_ERROR

    @property
    def allowance(self) -> float:
        """What chance may add to a fraction of .95."""
        return float(ALLOWANCE * (0.95 * 0.05 / self.runs) ** 0.5) if self.runs else 1.0

    def misses(self, of: str) -> bool:
        """Whether the fraction of `runs` or `told` that hold the truth is outside the band, chance allowed for."""
        if self.counts[of] < ENOUGH:
            return False
        chance = ALLOWANCE * (0.95 * 0.05 / self.counts[of]) ** 0.5
        held = self.rate("held" if of == "runs" else "told_held", of)
        return not self.band[0] - chance <= held <= self.band[1] + chance


def read(path: Path) -> list[Result]:
    """The results in docs/coverage.csv, in its order."""
    with path.open(newline="", encoding="utf-8") as file:
        return [_result(row) for row in csv.DictReader(file)]


def _result(row: Mapping[str, str]) -> Result:
    """One row; its counts read `event=count;event=count`."""
    words = (row["study"], row["scenario"], int(row["donors"]), row["quantity"], row["scale"], row["method"])
    counts = dict(pair.split("=") for pair in row["counts"].split(";"))
    return Result(*words, float(row["truth"]), {event: int(count) for event, count in counts.items()})


def page(results: Sequence[Result]) -> str:
    """The whole page."""
    text = TEMPLATE.read_text(encoding="utf-8")
    of = {s: [r for r in results if r.study == s] for s in dict.fromkeys(r.study for r in results)}
    parts = {
        "{runs}": f"{max(r.runs for r in results):,}",
        "{ordinary}": by_donors([r for r in of["offered"] if r.scenario == "ordinary"]),
        "{scenarios}": by_scenario([r for r in of["offered"] if "block_anova" not in r.method]),
        "{block}": by_scenario([r for r in of["offered"] if "block_anova" in r.method]),
        "{small}": small(of["offered"]),
        "{others}": by_donors(of["not offered"], with_scenario=True),
        "{incomplete}": incomplete(of["incomplete block"]),
        "{doses}": by_donors(of["dose series"], with_scenario=True),
        "{equivalence}": by_donors(of["equivalence"], with_scenario=True, event="equivalent"),
        "{floor}": floor(of["floor"]),
        "{clean}": clean(of["floor"]),
        "{several}": several(of["several experiments"]),
        "{nondetects}": several(of["non-detects"]),
        "{verdict}": verdict(of["verdict"]),
        "{outside}": outside(results),
    }
    for mark, part in parts.items():
        text = text.replace(mark, part)
    return text


def fraction(value: float) -> str:
    """Three decimals without the zero; a dash for nothing."""
    if value != value:
        return "–"
    return f"{value:.3f}".removeprefix("0")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first cells are words."""
    words = head[0].count("|") + 1
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * words + "---:|" * (len(head) - 1), *map(_line, rows)])


def _line(cells: Sequence[str]) -> str:
    """One row."""
    return f"| {' | '.join(cells)} |"


def grouped(results: Iterable[Result], key: Callable[[Result], str]) -> dict[str, list[Result]]:
    """Results by a key, in the order in which keys come."""
    found: dict[str, list[Result]] = {}
    for r in results:
        found.setdefault(key(r), []).append(r)
    return found


def by_donors(results: Sequence[Result], *, with_scenario: bool = False, event: str = "held") -> str:
    """A row for each quantity (and scenario), a column for each number of donors."""
    donors = sorted({r.donors for r in results})
    rows = grouped(results, lambda r: f"{r.scenario} | {r.line}" if with_scenario else r.line)
    head = ["scenario | " * with_scenario + "quantity | method", *(f"n = {n}" for n in donors)]
    cells = {line: {r.donors: fraction(r.rate(event)) for r in group} for line, group in rows.items()}
    return table(head, ([line, *(found.get(n, "–") for n in donors)] for line, found in cells.items()))


def by_scenario(results: Sequence[Result]) -> str:
    """A row for each quantity, a column for each scenario: lowest and highest over the numbers of donors."""
    scenarios = list(dict.fromkeys(r.scenario for r in results))
    rows = []
    for line, group in grouped(results, lambda r: r.line).items():
        rates = {s: [r.rate("held") for r in group if r.scenario == s] for s in scenarios}
        rows.append([line, *(f"{fraction(min(v))}–{fraction(max(v))}" if v else "–" for v in rates.values())])
    return table(["quantity | method", *scenarios], rows)


def small(results: Sequence[Result]) -> str:
    """Where T is small: sets that hold the truth, sets that are bounded, and of these those that hold it."""
    found = [r for r in results if r.scenario == "T small" and "fieller" in r.method and r.scale == "log"]
    donors = sorted({r.donors for r in found})
    rows = []
    for line, group in grouped(found, lambda r: r.line).items():
        for event, of, words in (("held", "runs", "all"), ("told", "runs", "bounded"), ("told_held", "told", "held")):
            cells = {r.donors: fraction(r.rate(event, of)) for r in group}
            rows.append([f"{line} | {_SMALL[words]}", *(cells[n] for n in donors)])
    return table(["share | method | fraction", *(f"n = {n}" for n in donors)], rows)


_SMALL = {"all": "of all sets hold the truth", "bounded": "are bounded", "held": "of the bounded hold it"}


def incomplete(results: Sequence[Result]) -> str:
    """Lowest and highest over donors: how often an interval is told, holds the truth, and holds it where it is told."""
    rows = []
    for line, group in grouped(results, lambda r: f"{r.scenario} | {r.line}").items():
        pairs = [(r.rate("told"), r.rate("held"), r.rate("told_held", "told")) for r in group]
        rows.append([line, *(f"{fraction(min(v))}–{fraction(max(v))}" for v in zip(*pairs, strict=True))])
    return table(["scenario | quantity | method", "told", "held", "held where told"], rows)


def floor(results: Sequence[Result]) -> str:
    """Per limit and number of donors: how many experiments are flagged, and how often a bound is one."""
    rows = []
    for r in results:
        if "bound" in r.counts and r.quantity != "extracellular":
            cells = [f"{r.runs:,}", fraction(r.rate("bound", "told")), fraction(r.rate("end", "told"))]
            rows.append([f"{r.scenario} | {r.quantity}", str(r.donors), *cells])
    return table(["scenario | quantity", "donors", "flagged", "estimate on its side", "end on its side"], rows)


def clean(results: Sequence[Result]) -> str:
    """Experiments in which nothing was floored, where there are enough of them."""
    found = [r for r in results if "held" in r.counts and r.quantity != "extracellular" and r.runs >= ENOUGH]
    rows = [[f"{r.scenario} | {r.quantity}", str(r.donors), f"{r.runs:,}", fraction(r.rate("held"))] for r in found]
    return table(["scenario | quantity", "donors", "not floored", "held"], rows)


def several(results: Sequence[Result]) -> str:
    """A row each."""
    rows = [
        [f"{r.scenario} | {r.line}", str(r.donors), f"{r.runs:,}", fraction(r.rate("told")), fraction(r.rate("held"))]
        for r in results
    ]
    return table(["scenario | quantity | method", "donors", "runs", "told", "held"], rows)


def verdict(results: Sequence[Result]) -> str:
    """Per truth and number of donors: identifiable, T - B said to be inside or to be nothing, grades."""
    events = ["told", "inside", "no inside", "inside at A or B", *(f"grade {g}" for g in "ABCDX")]
    head = ["identifiable", "inside", "nothing inside", "inside, at A or B", "A", "B", "C", "D", "X"]
    rows = [[r.scenario, str(r.donors), *(fraction(r.rate(e)) for e in events)] for r in results]
    return table(["truth", "donors", *head], rows)


def outside(results: Sequence[Result]) -> str:
    """What is offered and lies outside its band by more than chance allows, lowest first.

    Of all intervals; and of those that may be quoted, where these are not all.
    """
    asked = [r for r in results if "held" in r.counts and r.is_offered]
    found = [("all", r, r.rate("held")) for r in asked if r.misses("runs")]
    found += [
        ("quoted", r, r.rate("told_held", "told")) for r in asked if r.counts["told"] < r.runs and r.misses("told")
    ]
    rows = [
        [
            f"{r.scenario} | {r.line}",
            str(r.donors),
            of,
            fraction(held),
            fraction(r.rate("held")),
            "–".join(map(fraction, r.band)),
        ]
        for of, r, held in sorted(found, key=lambda item: item[2])
    ]
    return table(["scenario | quantity | method", "donors", "of", "held", "of all", "band"], rows)
