"""A plate of images on two cores.

What a second core is worth to a plate of 96 wells (JPEG, 4 megapixels) is told from CPU times, which other programs on
the machine disturb less than the clock: that of `mgassay images` with one process, over that of its own process and
half of its two others together, imports included. The least of a few runs counts.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.bench_images import picture


def measure(repeats: int = 3) -> dict[str, float]:
    """CPU of `mgassay images` with one process, over that of the longest way through with two."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "plate"
        write_plate(folder)
        subprocess.run([sys.executable, "-m", "mgassay", "read", folder, f"{made}/results"], check=True)
        runs = [[_own_and_others([folder, f"{made}/results", "--threads", n]) for n in "12"] for _ in range(repeats)]
    alone = min(own + others for (own, others), _ in runs)
    shared = min(own + others / 2 for _, (own, others) in runs)
    return {
        "plate_of_96_images_cpu_s": alone,
        "plate_of_96_images_speedup_on_two_cores": alone / shared,
    }


def write_plate(folder: Path) -> None:
    """An experiment folder with a plate of images: two columns of wells in control medium, ten in calcifying."""
    from PIL import Image

    rgb, wells = picture(), [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
    for part in ("images", "layouts"):
        (folder / part).mkdir(parents=True)
    for i, well in enumerate(wells):
        Image.fromarray(np.roll(rgb, (37 * i, 91 * i), (0, 1))).save(folder / "images" / f"{well}.jpg", quality=92)
    rows = [f"{w},sample,{'pi' if i % 12 > 1 else 'no_pi'},d{i % 4},{i}" for i, w in enumerate(wells)]
    contrast = "mg_reference_mM = 0.8\nmg_raised_mM = 2.0"
    texts = {
        "experiment.toml": f"[experiment]\ntitle = 'plate'\ncells = 'VSMC'\n[contrast]\n{contrast}\n",
        "conditions.csv": "condition,medium,mg_mM\nno_pi,control,0.8\npi,calcifying,0.8\nmg,calcifying,2.0\n",
        "files.csv": "file,assay,layout,plate\nimages,alizarin_image,plate,plate\n",
        "layouts/plate.csv": "\n".join(["well,role,condition,donor,rep", *rows]) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)


def _own_and_others(arguments: list[str | Path]) -> tuple[float, float]:
    """CPU seconds of `mgassay images` in its own process and in those that it started."""
    code = (
        "import contextlib, resource as r; from mgassay.cli import main\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "print(*(sum(r.getrusage(who)[:2]) for who in (r.RUSAGE_SELF, r.RUSAGE_CHILDREN)))"
    )
    command = [sys.executable, "-c", code, "images", *arguments]
    own, others = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(own), float(others)
