"""How often the intervals hold the truth: `make coverage` writes docs/coverage.csv and docs/coverage.md.

Every cell is one scenario and number of donors, drawn and analysed thousands of experiments at a time. Seeds follow
from the names of cells alone; nothing of what came out chose them.
"""

import argparse
import csv
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench import coverage_grades, coverage_methods, coverage_others
from bench.coverage_lab import (
    ORDINARY,
    QUIET,
    Lab,
    cell_means,
    draw,
    draw_doses,
    draw_floored,
    draw_several,
    incomplete,
)
from bench.coverage_methods import Tally

RUNS = 20_000
BATCH = 2_500  # experiments in memory at a time
SEED = 20_261_125
DONORS = (3, 4, 5, 6)
COLUMNS = ("study", "scenario", "donors", "quantity", "scale", "method", "truth", "counts")
CSV, PAGE = Path("docs/coverage.csv"), Path("docs/coverage.md")
MARGIN = float(np.log(coverage_grades.EQUIVALENCE_FOLD))
Judge = Callable[[int, np.random.Generator], Iterable[Tally]]

SCENARIOS = {
    "ordinary": ORDINARY,
    "donors respond differently": replace(ORDINARY, slope=0.3),
    "heavy tails": replace(ORDINARY, heavy=True),
    "wells and cells missing": replace(ORDINARY, fewest_wells=1, gap=True),
    "acellular runs: 3 more, half the scatter": replace(ORDINARY, runs_more=3, run_sd_ratio=0.5),
    "acellular runs: twice the scatter": replace(ORDINARY, run_sd_ratio=2.0),
    "T small": replace(ORDINARY, total=0.25, blocked=0.1, acellular=0.05),
}
ALIKE = ("ordinary", "donors respond differently", "heavy tails")
SHARE = 0.7  # through entry, in the cells with an incomplete block
COARSE = 0.1  # SD of a step of log Mg_i that is measured coarsely
LIMITS = {"7 % of wells below LOD": -1.5, "half of wells below LOD": 0.0, "93 % of wells below LOD": 1.5}
THIRD = -0.4307  # the lower third of a normal distribution
EXPERIMENTS = {"3 experiments": (3, 4, 3), "5 experiments": (3, 4, 5, 3, 4)}
TAUS = {"truth alike": (0.0, 0.0), "truth differs": (0.3, 0.15)}
ANSWERS = {"no effect at all": (0.0, 0.0, 0.0), "all outside": (1.2, 1.2, 0.6), "half inside": (1.2, 0.6, 0.3)}


@dataclass(frozen=True)
class Cell:
    """One scenario at one number of donors; `judge` draws and analyses some experiments."""

    study: str
    scenario: str
    donors: int
    judge: Judge

    def tallies(self, runs: int) -> list[Tally]:
        """The counts of all runs, drawn a batch at a time."""
        name = f"{self.study}/{self.scenario}/{self.donors}".encode()
        rng = np.random.default_rng([SEED, zlib.crc32(name)])
        parts = [min(BATCH, runs - start) for start in range(0, runs, BATCH)]
        return together([t for part in parts for t in self.judge(part, rng)])


def together(tallies: Iterable[Tally]) -> list[Tally]:
    """Counts of several batches as one, in the order of the first."""
    found: dict[tuple[str, str, str], Tally] = {}
    for t in tallies:
        key = (t.quantity, t.scale, t.method)
        seen = found.get(key, replace(t, counts=dict.fromkeys(t.counts, 0)))
        found[key] = replace(seen, counts={event: seen.counts[event] + count for event, count in t.counts.items()})
    return list(found.values())


def cells() -> list[Cell]:
    """Every cell of the study, the slow ones first."""
    found = [
        *_nondetects(),
        *_several(),
        *_incomplete(),
        *_offered(),
        *_others(),
        *_doses(),
        *_margins(),
        *_floors(),
        *_verdicts(),
    ]
    return found


def _offered() -> Iterator[Cell]:
    """Effects and shares."""
    for name, lab in SCENARIOS.items():
        for n in DONORS:

            def judge(runs: int, rng: np.random.Generator, lab: Lab = lab, n: int = n) -> list[Tally]:
                drawn = draw(lab, n, runs, rng)
                return [*coverage_methods.effects(lab, drawn), *coverage_methods.shares(lab, drawn)]

            yield Cell("offered", name, n, judge)


def _others() -> Iterator[Cell]:
    """Wells as n, and bootstraps."""
    for name in ALIKE:
        for n in DONORS:

            def judge(runs: int, rng: np.random.Generator, lab: Lab = SCENARIOS[name], n: int = n) -> list[Tally]:
                drawn = draw(lab, n, runs, rng)
                return [*coverage_others.wells_as_n(lab, drawn), *coverage_others.bootstraps(lab, drawn)]

            yield Cell("not offered", name, n, judge)


def _incomplete() -> Iterator[Cell]:
    """Blocks that leave some entry."""
    for rho in (0.1, 0.3, 0.6):
        for words, sd in (("", ORDINARY.mg_sd), (", coarse Mg_i", COARSE)):
            lab = replace(incomplete(ORDINARY, rho, SHARE), mg_sd=sd)
            for n in DONORS:

                def judge(runs: int, rng: np.random.Generator, lab: Lab = lab, n: int = n) -> list[Tally]:
                    drawn, others = draw(lab, n, runs, rng), draw(lab, 3, runs, rng)
                    return list(coverage_methods.corrected(lab, drawn, others.mg))

                yield Cell("incomplete block", f"rho {rho:g}{words}", n, judge)


def _doses() -> Iterator[Cell]:
    """Dose series."""
    for name in (*ALIKE, "wells and cells missing"):
        for n in DONORS:

            def judge(runs: int, rng: np.random.Generator, lab: Lab = SCENARIOS[name], n: int = n) -> list[Tally]:
                return list(coverage_methods.doses(draw_doses(lab, n, runs, rng)))

            yield Cell("dose series", name, n, judge)


def _margins() -> Iterator[Cell]:
    """Equivalence where the truth lies at the margin."""
    for name in ALIKE:
        lab = replace(SCENARIOS[name], total=MARGIN, blocked=0.0)
        for n in DONORS:

            def judge(runs: int, rng: np.random.Generator, lab: Lab = lab, n: int = n) -> list[Tally]:
                means = cell_means(draw(lab, n, runs, rng).live)
                return list(coverage_methods.margins(means, coverage_grades.EQUIVALENCE_FOLD))

            yield Cell("equivalence", name, n, judge)


def _floors() -> Iterator[Cell]:
    """The raised arm at the limit of detection."""
    lab = replace(ORDINARY, total=3.0, blocked=1.0, acellular=0.5)
    for name, limit in LIMITS.items():
        for n in DONORS:

            def judge(runs: int, rng: np.random.Generator, limit: float = limit, n: int = n) -> list[Tally]:
                return list(coverage_methods.floors(lab, draw_floored(lab, limit, n, runs, rng)))

            yield Cell("floor", name, n, judge)


def _several() -> Iterator[Cell]:
    """Several experiments."""
    for name, donors in EXPERIMENTS.items():
        for words, tau in TAUS.items():

            def judge(
                runs: int,
                rng: np.random.Generator,
                donors: tuple[int, ...] = donors,
                tau: tuple[float, float] = tau,
            ) -> list[Tally]:
                drawn = draw_several(ORDINARY, donors, tau, runs, rng)
                return list(coverage_methods.several(ORDINARY, drawn, predicted=True))

            yield Cell("several experiments", f"{name}, {words}", sum(donors), judge)


def _nondetects() -> Iterator[Cell]:
    """A gene near its limit of detection: one value per donor and arm, a third of the raised arm not detected."""
    lab = replace(ORDINARY, arm=0.3, wells=1, fewest_wells=1)
    limit = -lab.total + THIRD * float(np.sqrt(lab.donor**2 + lab.arm**2 + lab.well**2))
    for n in (4, 6):

        def judge(runs: int, rng: np.random.Generator, n: int = n) -> list[Tally]:
            values = cell_means(draw(lab, n, runs, rng).live)[..., :2]
            return list(coverage_methods.nondetects(values, limit, lab.total))

        yield Cell("non-detects", "a third of one arm", n, judge)


def _verdicts() -> Iterator[Cell]:
    """Grades where there is nothing inside the cell, nothing at all, or something."""
    for noise, base in (("", ORDINARY), (", quiet lab", QUIET)):
        for name, (total, blocked, acellular) in ANSWERS.items():
            lab = replace(base, rho=0.2, total=total, blocked=blocked, acellular=acellular)
            for n in DONORS:

                def judge(runs: int, rng: np.random.Generator, lab: Lab = lab, n: int = n) -> list[Tally]:
                    sirna, inhibitor = draw(lab, n, runs, rng), draw(lab, n, runs, rng)
                    return list(coverage_grades.grades(lab, sirna, inhibitor))

                yield Cell("verdict", name + noise, n, judge)


def rows_of_cell(index: int, runs: int) -> list[dict[str, str]]:
    """The rows of docs/coverage.csv of one cell."""
    cell = cells()[index]
    head = {"study": cell.study, "scenario": cell.scenario, "donors": str(cell.donors)}
    return [
        {**head, "quantity": t.quantity, "scale": t.scale, "method": t.method, "truth": f"{t.truth:.6g}"}
        | {"counts": ";".join(f"{event}={count}" for event, count in t.counts.items())}
        for t in cell.tallies(runs)
    ]


def study(runs: int, workers: int = 2) -> list[dict[str, str]]:
    """Every cell, two at a time, with a line for each that is done; rows in the order of `cells`."""
    started, every = time.monotonic(), cells()
    with ProcessPoolExecutor(workers) as pool:
        jobs = {pool.submit(rows_of_cell, i, runs): cell for i, cell in enumerate(every)}
        for done, job in enumerate(as_completed(jobs), start=1):
            job.result()
            cell, minutes = jobs[job], (time.monotonic() - started) / 60
            name = f"{cell.study}: {cell.scenario}, {cell.donors} donors"
            sys.stdout.write(f"[{done}/{len(every)}, {minutes:.1f} min] {name}\n")
            sys.stdout.flush()
    return [row for job in jobs for row in job.result()]


def write(rows: Sequence[dict[str, str]], path: Path) -> None:
    """Rows as docs/coverage.csv."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Runs the study and writes both files; `--page` writes the page alone, from the counts that are there."""
    from bench.coverage_page import page, read

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="experiments a cell")
    parser.add_argument("--page", action="store_true", help="write the page from docs/coverage.csv")
    options = parser.parse_args()
    if not options.page:
        write(study(options.runs), CSV)
    PAGE.write_text(page(read(CSV)), encoding="utf-8")


if __name__ == "__main__":
    main()
