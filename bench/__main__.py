"""`python -m bench`: every ratio of the design that has a bench yet, with its target, as JSON in bench.json.

make bench              all rows, some half an hour
make bench RUNS=1000    a thousand experiments are run from nothing too, over an hour of two cores more
"""

import argparse
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path

from bench import bench_images, bench_plates, bench_qpcr, bench_readers, bench_scale, bench_workflow

# name -> (largest value that is good enough, or smallest for a speed-up)
TARGETS: dict[str, tuple[str, float]] = {
    "image_measurement_speedup_vs_scikit_image": (">=", 12.0),
    "image_area_less_that_of_float64": ("<=", 1e-4),
    "image_job_without_decoding_speedup_vs_scikit_image": (">=", 6.0),
    "image_job_cpu_vs_decoding_png": ("<=", 2.0),
    "image_job_cpu_vs_decoding_jpeg": ("<=", 2.0),
    "image_job_cpu_vs_decoding_tiff_lzw": ("<=", 2.0),
    "image_job_cpu_vs_decoding_tiff_deflate": ("<=", 2.0),
    "image_job_megabytes_above_decoded": ("<=", 250.0),
    "plate_of_96_images_speedup_vs_two_decoders": (">=", 0.8),
    "median_export_cpu_s": ("<=", 0.05),
    "qpcr_38400_rows_cpu_s": ("<=", 1.0),
    "qpcr_38400_wells_to_ddcq_cpu_s": ("<=", 1.0),
    "nothing_to_do_cpu_vs_empty_workflow": ("<=", 1.2),
    "demo_cold_cpu_vs_jobs_that_only_import": ("<=", 3.0),
    "scale_1000_dag_cpu_vs_empty_rules": ("<=", 1.5),
    "scale_1000_dag_megabytes": ("<=", 400.0),
    "scale_dag_cpu_growth_exponent": ("<=", 1.1),
    "scale_run_cpu_an_experiment_100_vs_10": ("<=", 1.1),
    "scale_run_cpu_an_experiment_1000_vs_10": ("<=", 1.1),
}
ON_REQUEST = {"scale_run_cpu_an_experiment_1000_vs_10"}  # not measured without --runs 1000


def met(name: str, value: float) -> bool:
    """Whether a measured value is as good as its target."""
    sign, bound = TARGETS[name]
    return value >= bound if sign == ">=" else value <= bound


def main() -> int:
    """Runs every bench; exit status 1 when a target is missed."""
    parser = argparse.ArgumentParser(description="Every ratio that has a target, as JSON in bench.json.")
    parser.add_argument("--runs", type=int, nargs="*", default=[], help="so many experiments are run for real too")
    runs = tuple(parser.parse_args().runs)
    measured: dict[str, float] = {}
    rooms = (bench_images, bench_plates, bench_readers, bench_qpcr, bench_workflow)
    benches: list[Callable[[], dict[str, float]]] = [m.measure for m in rooms]
    benches.append(functools.partial(bench_scale.measure, runs=runs))
    for bench in benches:
        measured.update({name: float(value) for name, value in bench().items()})
    rows = {
        name: {"value": measured[name], "target": " ".join(map(str, TARGETS[name])), "met": met(name, measured[name])}
        for name in TARGETS
        if name in measured or name not in ON_REQUEST
    }
    Path("bench.json").write_text(json.dumps({"targets": rows, "measured": measured}, indent=1) + "\n")
    for name, row in rows.items():
        sys.stdout.write(f"{'ok  ' if row['met'] else 'MISS'} {name} = {row['value']:.3g} (target {row['target']})\n")
    return 0 if all(row["met"] for row in rows.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
