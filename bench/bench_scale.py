"""10, 100 and 1,000 experiments: time and memory of planning a run, and what a run costs, against empty workflows.

All experiments are hard links to one simulated experiment, with images where planning is measured, without where it is
run (images have their own bench). The empty workflow ("twin") has the
same jobs that rest on each other in the same way, one file a job and `touch` as its command. CPU is user + system of
Snakemake and all that it started; timings that are compared take turns, and the smallest of each counts.
"""

import base64
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.bench_workflow import SNAKEMAKE, environment, lay_out
from bench.twin import EDGES, lay_out_twin, name_of

SIZES = (10, 100, 1000)
DRY = ("--dry-run", "--quiet", "all")
RUN: list[str | Path] = [SNAKEMAKE, "--cores", "2"]


@dataclass(frozen=True)
class Cost:
    """What a command took: user + system seconds with all that it started, its own largest memory in MB, and time."""

    cpu_s: float
    peak_mb: float
    seconds: float


# A process of its own starts the command. Linux counts the memory of whoever starts it as the command's, and the
# bench has had images of 100 megapixels.
MEASURE = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def cost_of(command: list[str | Path], folder: Path) -> Cost:
    """Runs a command to its end; raises RuntimeError when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], cwd=folder, env=environment(folder), capture_output=True, check=True
    )
    status, cpu_s, peak_mb = json.loads(done.stdout)
    if status:
        raise RuntimeError(f"{command} in {folder}: {done.stderr[-3000:].decode(errors='replace')}")
    return Cost(cpu_s, peak_mb, time.monotonic() - began)


def one_experiment(folder: Path, *, images: bool) -> Path:
    """A simulated experiment of three donors, with plates and qPCR."""
    from mgassay import store
    from mgassay.simulate.folder import simulate_experiment
    from mgassay.simulate.truth import Truth

    for name, content in simulate_experiment(Truth(donors=3, images=images), 11, "small").items():
        store.write_bytes(folder / name, content)
    return folder


def lay_out_many(folder: Path, source: Path, size: int) -> Path:
    """A copy of the workflow with so many experiments, each file a hard link to the one of `source`."""
    folder.mkdir()
    lay_out(folder)
    (folder / "config" / "config.yaml").write_text("experiments: experiments\nresults: results\n")
    for i in range(size):
        shutil.copytree(source, folder / "experiments" / name_of(i), copy_function=os.link)
    return folder


def planned(folder: Path) -> Cost:
    """The cost of a dry run."""
    return cost_of([SNAKEMAKE, *DRY], folder)


def planning(made: Path, source: Path, size: int, repeats: int) -> dict[str, float]:
    """Dry runs of so many experiments and of the twin, in turns."""
    ours, twin = lay_out_many(made / f"ours{size}", source, size), lay_out_twin(made / f"twin{size}", size)
    pairs = [(planned(ours), planned(twin)) for _ in range(repeats)]
    a, b = (min(p[i].cpu_s for p in pairs) for i in (0, 1))
    return {
        f"scale_{size}_dag_cpu_s": a,
        f"scale_{size}_dag_cpu_vs_empty_rules": a / b,
        f"scale_{size}_dag_megabytes": max(p[0].peak_mb for p in pairs),
        f"scale_{size}_dag_megabytes_of_empty_rules": max(p[1].peak_mb for p in pairs),
    }


def real_runs(made: Path, source: Path, sizes: tuple[int, ...]) -> dict[str, float]:
    """CPU an experiment of runs from nothing, the overview and Snakemake itself in it; of two cores, how many.

    Each size after the first is held against the first: a cost that is flat gives 1.
    """
    found: dict[str, float] = {}
    for size in sizes:
        cost = cost_of(RUN, lay_out_many(made / f"real{size}", source, size))
        found[f"scale_{size}_run_cpu_s_an_experiment"] = cost.cpu_s / size
        found[f"scale_{size}_run_cores_in_use"] = cost.cpu_s / cost.seconds
        found[f"scale_{size}_run_megabytes"] = cost.peak_mb
    first = sizes[0]
    for size in sizes[1:]:
        found[f"scale_run_cpu_an_experiment_{size}_vs_{first}"] = (
            found[f"scale_{size}_run_cpu_s_an_experiment"] / found[f"scale_{first}_run_cpu_s_an_experiment"]
        )
    return found


def standing(made: Path, size: int, ran: Path) -> dict[str, float]:
    """So many experiments of which all but one were run: what the one costs, and then a run with nothing to do."""
    ours, twin = made / f"ours{size}", made / f"twin{size}"
    for i in range(size - 1):
        pretend_run(ours, ran, name_of(i))
    touch_all(twin, size)
    added = cost_of(RUN, ours)
    pairs = [(cost_of(RUN, ours), cost_of(RUN, twin)) for _ in range(2)]
    idle, empty = (min(p[i].cpu_s for p in pairs) for i in (0, 1))
    return {
        f"scale_{size}_one_added_cpu_s": added.cpu_s,
        f"scale_{size}_nothing_to_do_cpu_s": idle,
        f"scale_{size}_nothing_to_do_cpu_vs_empty_rules": idle / empty,
        f"scale_{size}_nothing_to_do_megabytes": max(p[0].peak_mb for p in pairs),
    }


def pretend_run(folder: Path, ran: Path, name: str) -> None:
    """Results of the first experiment of `ran` as those of another: files linked, Snakemake's notes written anew."""
    first = name_of(0)
    shutil.copytree(ran / "results" / first, folder / "results" / name, copy_function=os.link, dirs_exist_ok=True)
    book = folder / "results" / name / "export" / f"{first}.xlsx"
    book.rename(book.with_name(f"{name}.xlsx"))
    marks = folder / "results" / "logs" / "code"
    if not marks.is_dir():
        shutil.copytree(ran / "results" / "logs" / "code", marks, copy_function=os.link)
    (folder / ".snakemake" / "incomplete").mkdir(parents=True, exist_ok=True)  # else its notes count as an old format's
    for note in (ran / ".snakemake" / "metadata").iterdir():
        about = base64.urlsafe_b64decode(note.name).decode() if note.is_file() else ""
        if about.startswith(f"results/{first}/"):
            as_named = base64.urlsafe_b64encode(about.replace(first, name).encode()).decode()
            new = folder / ".snakemake" / "metadata" / as_named
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(note.read_text().replace(first, name))


def touch_all(twin: Path, size: int) -> None:
    """The files of the empty workflow, in the order of its jobs."""
    names = [name_of(i) for i in range(size)]
    over = ["ids", *(f"code/{verb}" for verb in (*EDGES, "overview", "gate") if verb != "listing")]
    for file in (*over, *(f"{n}/{rule}" for rule in EDGES for n in names), "overview", "gate"):
        (twin / file).parent.mkdir(exist_ok=True)
        (twin / file).touch()


def exponent(found: dict[str, float]) -> float:
    """How CPU beyond that of ten experiments grows with their number: 1 is in proportion."""
    start, some, many = (found[f"scale_{size}_dag_cpu_s"] for size in SIZES)
    return math.log((many - start) / (some - start)) / math.log((SIZES[2] - SIZES[0]) / (SIZES[1] - SIZES[0]))


def measure(repeats: int = 3, runs: tuple[int, ...] = ()) -> dict[str, float]:
    """All rows of this bench; `runs` are numbers of experiments to run for real beside 10 and 100."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        pictured, plain = (one_experiment(made / kind, images=kind == "pictured") for kind in ("pictured", "plain"))
        for size in SIZES:
            found |= planning(made, pictured, size, repeats)
        found["scale_dag_cpu_growth_exponent"] = exponent(found)
        found |= real_runs(made, plain, (*SIZES[:2], *runs))
        shutil.rmtree(made / f"ours{SIZES[-1]}")
        lay_out_many(made / f"ours{SIZES[-1]}", plain, SIZES[-1])
        found |= standing(made, SIZES[-1], made / f"real{SIZES[0]}")
    return found


if __name__ == "__main__":
    for _name, _value in measure().items():
        sys.stdout.write(f"{_name} = {_value:.4g}\n")
