"""A scan of 20,000 x 20,000 pixels (1.2 GB as RGB) through the whole job in a process of its own: less than 1 GB."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tifffile

pytestmark = pytest.mark.slow

SIDE = 20_000
JOB = """
import json, resource, sys
from pathlib import Path
from mgassay import tables
from mgassay.assays.images.alizarin import measure_plate
from mgassay.experiment import AlizarinImageSettings
from mgassay.problems import Problems
from mgassay.readers.images.pixels import open_image
from mgassay.report.overlay import pictures_of

def keep(counted):
    return {name: len(content) for name, content in pictures_of(counted.picture, counted.runs).items()}

one = tables.IMAGE_FILES.frame([{"file": "scan.tif", "plate": "p", "well": "A1", "role": "sample"}])
problems = Problems()
decode = lambda name: open_image(Path(sys.argv[1]))
(image,) = measure_plate(one, decode, AlizarinImageSettings(), problems, (), keep=keep)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(json.dumps({"peak_mb": peak, "area": image.row["area_fraction"], "nodules": image.row["nodules"], **image.kept}))
"""


def tiles():
    """Tiles of 512 x 512 pixels, each with one disc of stain of radius 60, row by row of the scan."""
    y, x = np.ogrid[:512, :512]
    light = np.full((512, 512, 3), (232, 230, 228), np.uint8)
    light[(y - 256) ** 2 + (x - 256) ** 2 < 60**2] = (180, 90, 110)
    yield from [light] * (-(-SIDE // 512)) ** 2


def test_a_scan_that_would_not_fit_is_measured_in_less_than_a_gigabyte(tmp_path):
    path = tmp_path / "scan.tif"
    options = {"photometric": "rgb", "tile": (512, 512), "compression": "jpeg", "compressionargs": {"level": 90}}
    tifffile.imwrite(path, tiles(), shape=(SIDE, SIDE, 3), dtype=np.uint8, **options)
    done = subprocess.run([sys.executable, "-c", JOB, path], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    # 40 x 40 tiles, the last ones cut at 32 pixels, before their disc begins at 196: 39 x 39 whole discs
    assert found["nodules"] == 39**2
    assert found["area"] == pytest.approx(39**2 * np.pi * 60**2 / SIDE**2, rel=0.02)
    assert found["peak_mb"] < 1000
