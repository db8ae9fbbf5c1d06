"""A plate of images on two cores.

What a second core is worth to a plate of 96 wells (JPEG, 4 megapixels) is told from CPU times, which other programs on
the machine disturb less than the clock: that of `mgassay images` with one process, over that of its own process and
half of its two others together, imports included. The least of a few runs counts.

Two cores of one machine share its memory and its last cache, and two processes that do nothing but decode cost each
other time as well: what they reach, each for itself, is measured in the same runs, and what the plate reaches is held
against it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench.bench_images import picture

DECODE = (
    "import sys, time, pathlib; import numpy as np; from PIL import Image\n"
    "files = sorted(pathlib.Path(sys.argv[1]).glob('*.jpg')); before = time.process_time()\n"
    "for file in files: np.asarray(Image.open(file))\n"
    "print(time.process_time() - before)"
)


def measure(repeats: int = 3) -> dict[str, float]:
    """CPU of `mgassay images` with one process over that of the longest way through with two; and of bare decoding."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "plate"
        write_plate(folder)
        subprocess.run([sys.executable, "-m", "mgassay", "read", folder, f"{made}/results"], check=True)
        runs, decoders = [], []
        for _ in range(repeats):
            runs.append([_own_and_others([folder, f"{made}/results", "--threads", n]) for n in "12"])
            decoders.append([max(_decoding(folder / "images", n)) for n in (1, 2)])
    reached = 2 * min(one for one, _ in decoders) / min(two for _, two in decoders)
    alone = min(own + others for (own, others), _ in runs)
    shared = min(own + others / 2 for _, (own, others) in runs)
    return {
        "plate_of_96_images_cpu_s": alone,
        "plate_of_96_images_speedup_on_two_cores": alone / shared,
        "two_decoding_processes_speedup": reached,
        "plate_of_96_images_speedup_vs_two_decoders": alone / shared / reached,
    }


def write_plate(folder: Path) -> None:
    """An experiment folder with a plate of images: two columns of wells in control medium, not stained, ten stained."""
    from PIL import Image

    plain, rgb, wells = picture(discs=0), picture(), [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
    for part in ("images", "layouts"):
        (folder / part).mkdir(parents=True)
    for i, well in enumerate(wells):
        Image.fromarray(np.roll(rgb if i % 12 > 1 else plain, (37 * i, 91 * i), (0, 1))).save(
            folder / "images" / f"{well}.jpg", quality=92
        )
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


def _decoding(folder: Path, processes: int) -> list[float]:
    """CPU seconds of each of so many processes at once, every one of which decodes all images of a folder."""
    command = [sys.executable, "-c", DECODE, str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return [float(process.communicate()[0]) for process in running]


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
