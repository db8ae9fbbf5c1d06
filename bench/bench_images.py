"""Images: CPU against scikit-image on the same array in one run, and the memory of one image's measurement.

The yardstick is `skimage.color.separate_stains` with a threshold and a mean. Its units and unmixing differ from ours;
only its cost is compared. Memory is the highest resident set of a process of its own that measures a 4-megapixel
image.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SIDE = 2000
VECTOR = (0.38, 0.73, 0.57)
THRESHOLD_OD = 0.2


def picture(side: int = SIDE) -> NDArray[np.uint8]:
    """A vignetted field, about a tenth of it in stained discs, with sensor noise; always the same."""
    rng = np.random.default_rng(4)
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    stain = np.full((side, side), 0.04, np.float32)
    for y, x, radius in zip(*rng.integers(0, side, (2, 150)), rng.integers(10, 50, 150), strict=True):
        top, left = max(y - radius, 0), max(x - radius, 0)
        part = stain[top : y + radius, left : x + radius]
        down, across = np.ogrid[top - y : top - y + part.shape[0], left - x : left - x + part.shape[1]]
        part[down**2 + across**2 < radius**2] = 0.8
    light = 232 * (1 - 0.15 * (axis[:, None] ** 2 + axis**2) / 2)
    out = np.empty((side, side, 3), np.uint8)
    for c, absorbed in enumerate(VECTOR):
        noise = rng.standard_normal((side, side), dtype=np.float32) * 2
        out[..., c] = np.clip(light * 10 ** (-absorbed * stain) + noise, 0, 255)
    return out


def cpu_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """The median CPU time of a call, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        before = time.process_time()
        work()
        times.append(time.process_time() - before)
    return statistics.median(times)


def scikit_image_area(rgb: NDArray[np.uint8]) -> float:
    """The yardstick: stains separated by the inverse of a 3 x 3 matrix, threshold, fraction."""
    from skimage.color import separate_stains

    stain = np.array(VECTOR) / np.linalg.norm(VECTOR)
    second = np.cross(stain, [0.0, 0.0, 1.0])
    matrix = np.array([stain, second / np.linalg.norm(second), np.cross(stain, second)])
    return float((separate_stains(rgb, np.linalg.inv(matrix))[..., 0] > THRESHOLD_OD).mean())


def projected_area(rgb: NDArray[np.uint8]) -> float:
    """Ours: projection by lookup table, threshold, fraction, under an even white."""
    from mgassay.assays.images.flatfield import even_white
    from mgassay.assays.images.stain import UNITS_PER_OD, stain_chunks, stain_tables

    chunks = stain_chunks(rgb, even_white(232, 232, 232), stain_tables(VECTOR))
    return sum(np.count_nonzero(c.od > round(THRESHOLD_OD * UNITS_PER_OD)) for c in chunks) / rgb[..., 0].size


def image_job(rgb: NDArray[np.uint8]) -> float:
    """All that is done to one decoded image: white, flat field, gate, areas, nodules, quality."""
    from mgassay import tables
    from mgassay.assays.images.alizarin import measure_images
    from mgassay.experiment import AlizarinImageSettings
    from mgassay.problems import Problems

    one = tables.IMAGE_FILES.frame([{"file": "a.png", "plate": "p", "well": "A1", "role": "sample"}])
    return next(measure_images(one, lambda _: rgb, AlizarinImageSettings(), Problems(), ())).row["area_fraction"]


def megabytes_above_decoded() -> float:
    """Highest resident set of a process while it measures an image, less what it held with the image decoded."""
    code = (
        "from bench import bench_images as b; import sys; rgb = b.picture(int(sys.argv[1]));"
        "b.image_job(rgb[:200, :200].copy()); before = b.resident(); b.reset_peak(); b.image_job(rgb);"
        "print((b.peak() - before) / 1e3)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(SIDE)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def measure() -> dict[str, float]:
    """Ratios to the yardstick (larger is better), and megabytes of memory above the decoded image."""
    rgb = picture()
    yardstick = cpu_seconds(lambda: scikit_image_area(rgb), 3)
    projection, job = (cpu_seconds(lambda f=f: f(rgb)) for f in (projected_area, image_job))
    return {
        "image_yardstick_cpu_ns_per_pixel": 1e9 * yardstick / SIDE**2,
        "image_measurement_speedup_vs_scikit_image": yardstick / projection,
        "image_job_without_decoding_speedup_vs_scikit_image": yardstick / job,
        "image_job_megabytes_above_decoded": megabytes_above_decoded(),
    }


def resident() -> int:
    """Resident kilobytes now."""
    return _status("VmRSS")


def peak() -> int:
    """The highest resident kilobytes since `reset_peak`; since the start where the kernel cannot reset it."""
    return max(_status("VmHWM"), 0) or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def reset_peak() -> None:
    """Lets the kernel forget the highest resident set so far (proc(5), clear_refs)."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def _status(key: str) -> int:
    """One line of /proc/self/status, in kilobytes."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key))


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
