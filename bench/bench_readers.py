"""Reading raw files: CPU of the project's own exports, and of a qPCR table of a hundred 384-well plates.

CPU is of this process, after imports and a first read. Beside the seconds stands the ratio to pandas reading the same
table as plain text, which says nothing of wells, status or marks.
"""

import io
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from mgassay.experiment import RawFile
from mgassay.problems import Problems
from mgassay.readers.contents import content_from_bytes
from mgassay.readers.exports.quantstudio import read
from mgassay.readers.registry import read_raw_file

ROOT = Path(__file__).parents[1]
EXPORTS = ROOT / "tests" / "readers" / "exports" / "data"
RAW = RawFile(file="run.txt", assay="qpcr", plate="P")


def cpu_of(work: Callable[[], object], repeats: int) -> float:
    """Median CPU seconds of a piece of work."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def long_run(plates: int = 100) -> str:
    """A QuantStudio results table: 384 wells of every plate, each plate a target of its own."""
    wells = [f"{row}{column}" for row in "ABCDEFGHIJKLMNOP" for column in range(1, 25)]
    rows = [
        f"{k + 1}\t{well}\tfalse\tdonor {k % 7}\tGENE{plate}\tUNKNOWN\t{20 + k % 15}.{plate:03}\t22"
        for plate in range(plates)
        for k, well in enumerate(wells)
    ]
    names = "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tCT\tBaseline End"
    return "[Results]\n" + "\n".join([names, *rows]) + "\n"


def measure(repeats: int = 5) -> dict[str, float]:
    """CPU seconds of the median export and of the long run, and the long run against pandas."""
    names = sorted(p for p in EXPORTS.glob("*/*") if p.suffix != ".toml" and not p.name.endswith(".expected.csv"))
    files = [(p, RawFile(file=p.name, assay="calcium", plate="P")) for p in names]
    for path, raw in files:
        read_raw_file(path, raw, Problems())
    exports = [cpu_of(lambda p=path, r=raw: read_raw_file(p, r, Problems()), repeats) for path, raw in files]
    text = long_run()
    ours = cpu_of(lambda: read(content_from_bytes(text.encode(), "run.txt"), RAW, Problems()), repeats)
    pandas = cpu_of(lambda: pd.read_csv(io.StringIO(text), sep="\t", skiprows=1, dtype="str"), repeats)
    return {
        "median_export_cpu_s": statistics.median(exports),
        "slowest_export_cpu_s": max(exports),
        "qpcr_38400_rows_cpu_s": ours,
        "qpcr_38400_rows_cpu_vs_pandas_text": ours / pandas,
    }
