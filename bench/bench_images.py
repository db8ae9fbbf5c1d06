"""Images: CPU against scikit-image and against decoding in one run, and the memory of one image's job.

The yardstick is `skimage.color.separate_stains` with a threshold and a mean on an array of 4 megapixels of 8 bits, as
in its own examples. Its units and unmixing differ from ours; only its cost is compared. Half of that cost is the
kernel's, which hands out four arrays of 96 MB a call; a quarter is numpy's logarithm, for which the processor decides:
17 to 20 ns a pixel with AVX-512, 24 to 26 without (NPY_DISABLE_CPU_FEATURES=X86_V4), where ours cost the same.

The whole job (read, measure, pictures to look at) is compared with reading the same file into an array by Pillow. JPEG
of quality 95 is what microscopes' programs write unless asked for less, with colours at half the resolution, which is
most programs' way and quicker to decode, so harder on the ratio. The rows at quality 85 and at full resolution of
colour have no target. Both sides work as the processes of the workflow do, which read one image after another and keep
the memory of the last for the next (`keep_freed_memory`). In the rows `_from_none` all freed memory is given back
before each call, so that both start as a process does that reads one file: asking for memory, page by page, then is
half of what decoding a JPEG costs. These have no target.

Every pair of costs is measured in turn in one process, on one thread, and the median is kept. Memory is the highest
resident set of a process of its own that does the whole job on 100 megapixels.
"""

import ctypes
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mgassay.assays.images.flatfield import White
    from mgassay.assays.images.plate_scale import PlateScale
    from mgassay.assays.images.stain import StainTables
    from mgassay.experiment import AlizarinImageSettings

_LIBC = ctypes.CDLL(None)
SIDE, LARGE_SIDE = 2000, 10_000
FILES: dict[str, tuple[str, dict[str, object]]] = {
    "png": (".png", {}),
    "jpeg": (".jpg", {"quality": 95, "subsampling": "4:2:0"}),
    "jpeg_quality_85": (".jpg", {"quality": 85, "subsampling": "4:2:0"}),
    "jpeg_full_colour": (".jpg", {"quality": 95, "subsampling": "4:4:4"}),
    "tiff_lzw": (".tif", {"compression": "tiff_lzw"}),
    "tiff_deflate": (".tif", {"compression": "tiff_adobe_deflate"}),
}
VECTOR = (0.38, 0.73, 0.57)
THRESHOLD_OD = 0.2


def picture(side: int = SIDE, discs: int = 150) -> NDArray[np.uint8]:
    """A vignetted field, about a tenth of it in stained discs, with sensor noise; always the same."""
    rng = np.random.default_rng(4)
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    stain = np.full((side, side), 0.04, np.float32)
    for y, x, radius in zip(*rng.integers(0, side, (2, discs)), rng.integers(10, 50, discs), strict=True):
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


def cpu_seconds(*works: Callable[[], object], repeats: int = 7, from_none: bool = False) -> list[float]:
    """The median CPU time of each of some calls, made in turn, after a first turn that is not counted.

    `from_none`: what memory the process holds and does not use is given back before each call, where that is glibc's.
    """
    turns = []
    for _ in range(repeats + 1):
        turn = []
        for work in works:
            if from_none and hasattr(_LIBC, "malloc_trim"):
                _LIBC.malloc_trim(0)
            before = time.process_time()
            work()
            turn.append(time.process_time() - before)
        turns.append(turn)
    return [statistics.median(t) for t in zip(*turns[1:], strict=True)]


def scikit_image_area(rgb: NDArray[np.uint8]) -> float:
    """The yardstick: stains separated by the inverse of a 3 x 3 matrix, threshold, fraction."""
    from skimage.color import separate_stains

    stain = np.array(VECTOR) / np.linalg.norm(VECTOR)
    second = np.cross(stain, [0.0, 0.0, 1.0])
    matrix = np.array([stain, second / np.linalg.norm(second), np.cross(stain, second)])
    return float((separate_stains(rgb, np.linalg.inv(matrix))[..., 0] > THRESHOLD_OD).mean())


def projected_area(rgb: NDArray[np.uint8]) -> float:
    """Ours: projection by lookup table, threshold, fraction, under the white that was fitted to the picture."""
    from mgassay.assays.images.candidates import eights_above
    from mgassay.assays.images.stain import UNITS_PER_OD, WhiteUnits

    white, tables = of_picture()
    whites = WhiteUnits(white, tables, (rgb.shape[0], rgb.shape[1]))
    parts = eights_above(rgb, white, tables, THRESHOLD_OD, whites)
    return sum(np.count_nonzero(p.od > round(THRESHOLD_OD * UNITS_PER_OD)) for p in parts) / rgb[..., 0].size


def area_by_formula(rgb: NDArray[np.uint8]) -> float:
    """The same area in float64 by the definition of stain OD, pixel by pixel."""
    from mgassay.assays.images.flatfield import pixel_centres, surface_terms

    white, tables = of_picture()
    h, w = rgb.shape[:2]
    levels = white.coefficients @ surface_terms(pixel_centres(w), pixel_centres(h))
    od = tables.unit @ (levels - np.log10(np.maximum(rgb.reshape(-1, 3).T, 1)))
    return float((od > THRESHOLD_OD).mean())


@cache
def of_picture() -> tuple["White", "StainTables"]:
    """The white of the picture and the stain's tables."""
    from mgassay.assays.images.flatfield import fit_white
    from mgassay.assays.images.stain import stain_tables

    return fit_white(picture(), VECTOR), stain_tables(VECTOR)


@cache
def of_plate() -> tuple[dict[str, object], "PlateScale", "AlizarinImageSettings"]:
    """A row of IMAGE_FILES, the scale of its plate and the settings: made once for all images of a plate."""
    from mgassay import tables
    from mgassay.assays.images.plate_scale import scale_of_negatives
    from mgassay.assays.images.stain import stain_tables
    from mgassay.experiment import AlizarinImageSettings
    from mgassay.problems import Problems

    settings = AlizarinImageSettings()
    one = tables.IMAGE_FILES.frame([{"file": "a.png", "plate": "p", "well": "A1", "role": "sample"}])
    made = stain_tables(settings.vector, settings.gate)
    return one.to_dict("records")[0], scale_of_negatives("p", None, [], made, settings, Problems()), settings


def image_job(decode: Callable[[str], object], file: Path | None = None) -> float:
    """All that is done to an image: white, flat field, gate, areas, nodules, quality; with its file, pictures of it."""
    from mgassay.assays.images.alizarin import Counted, measured_image
    from mgassay.problems import Problems
    from mgassay.readers.images.plain_jpeg import plain_jpeg
    from mgassay.report.overlay import MOST_EMBEDDED, pictures_of

    def keep(path: Path, counted: Counted) -> object:
        jpeg = plain_jpeg(path.parent, path.name, MOST_EMBEDDED)
        return pictures_of(counted.picture, counted.runs, jpeg)

    row, scale, settings = of_plate()
    kept = partial(keep, file) if file else None
    return measured_image(scale, decode, settings, kept, row, Problems()).row["area_fraction"]


def decoded(path: str) -> NDArray[np.uint8]:
    """The yardstick of decoding: a file to an array, by Pillow."""
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image)


def whole_job(path: str) -> float:
    """A file to everything that is kept of it."""
    from mgassay.readers.images.pixels import open_image

    return image_job(lambda _: open_image(Path(path)), Path(path))


def job_against_decoding(rgb: NDArray[np.uint8]) -> dict[str, float]:
    """CPU of the whole job over that of decoding, by kind of file."""
    from PIL import Image

    ratios = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (suffix, options) in FILES.items():
            path = f"{folder}/image{suffix}"
            Image.fromarray(rgb).save(path, **options)
            for end, from_none in (("", False), ("_from_none", True)):
                job, alone = cpu_seconds(partial(whole_job, path), partial(decoded, path), from_none=from_none)
                ratios[f"image_job_cpu_vs_decoding_{name}{end}"] = job / alone
    return ratios


def megabytes_above_decoded(side: int = LARGE_SIDE) -> float:
    """Highest resident set of a process during the whole job on a JPEG, less what it held before and the array."""
    code = (
        "from bench import bench_images as b; from mgassay.cli.workers import keep_freed_memory; import sys;"
        "keep_freed_memory(); b.whole_job(sys.argv[1]); before = b.resident(); b.reset_peak();"
        " b.whole_job(sys.argv[2]); print((b.peak() - before) / 1e3)"
    )
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        small, large = f"{folder}/small.jpg", f"{folder}/large.jpg"
        rgb = picture(1000)
        Image.fromarray(rgb[:200, :200]).save(small)
        Image.fromarray(np.tile(rgb, (side // 1000, side // 1000, 1))).save(large, quality=90)
        done = subprocess.run([sys.executable, "-c", code, small, large], check=True, capture_output=True, text=True)
    return float(done.stdout) - 3 * side**2 / 1e6


def measure() -> dict[str, float]:
    """Ratios to the yardsticks, and megabytes of memory above the decoded image."""
    from mgassay.cli.workers import keep_freed_memory

    keep_freed_memory()
    rgb = picture()
    yardstick, projection, job = cpu_seconds(
        partial(scikit_image_area, rgb), partial(projected_area, rgb), partial(image_job, lambda _: rgb)
    )
    return {
        "image_area_less_that_of_float64": abs(projected_area(rgb) - area_by_formula(rgb)),
        "image_job_cpu_ns_per_pixel": 1e9 * job / SIDE**2,
        "image_yardstick_cpu_ns_per_pixel": 1e9 * yardstick / SIDE**2,
        "image_measurement_speedup_vs_scikit_image": yardstick / projection,
        "image_job_without_decoding_speedup_vs_scikit_image": yardstick / job,
        **job_against_decoding(rgb),
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
