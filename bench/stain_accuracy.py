"""How far stained areas are from the truth, ours beside what is done today: `make stain` writes docs/stain_accuracy.md.

Every scene is three plates: on each, six negative wells set the threshold; there is a well at each of four stained
fractions, and three negative wells that set nothing (they are mapped to another condition). The fields are simulated
with exactly known masks (src/mgassay/simulate/micrographs.py).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mgassay.simulate.micrographs import BEYOND, SCENES, Micrograph, Scene, micrograph

FRACTIONS = (0.005, 0.03, 0.10, 0.30)
SHAPE = (600, 800)
NEGATIVES, UNSEEN = 6, 3
SPECK = 0.0001  # of a negative field is true mineral: cultures without phosphate are not perfectly clean
PLATES = 3
SEED = 20261125
VECTOR = np.array([0.38, 0.73, 0.57])
Mask = NDArray[np.bool_]
Method = Callable[[NDArray[np.uint8]], Mask]


@dataclass(frozen=True)
class Plate:
    """The fields of one scene."""

    negatives: Sequence[Micrograph]
    samples: Sequence[Micrograph]
    unseen: Sequence[Micrograph]


@dataclass(frozen=True)
class Errors:
    """Measured less true stained area in percentage points, a row per plate.

    `samples` (plates, fractions), `unseen` (plates, wells) in negative wells that set nothing.
    """

    samples: NDArray[np.float64]
    unseen: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Mean size of the errors over plates and fractions."""
        return float(np.abs(self.samples).mean())


def plate_of(scene: Scene, seed: int, shape: tuple[int, int] = SHAPE) -> Plate:
    """The fields of a plate of a scene."""
    rng = np.random.default_rng([SEED, seed, *scene.name.encode()])
    fields = [micrograph(scene, f, shape, rng) for f in (*[SPECK] * NEGATIVES, *FRACTIONS, *[SPECK] * UNSEEN)]
    return Plate(fields[:NEGATIVES], fields[NEGATIVES:-UNSEEN], fields[-UNSEEN:])


def ours(plate: Plate) -> Errors:
    """By the pipeline's own measurement of a plate."""
    from mgassay import tables
    from mgassay.assays.images.alizarin import measure_plate
    from mgassay.experiment import AlizarinImageSettings
    from mgassay.problems import Problems

    fields = [*plate.negatives, *plate.samples, *plate.unseen]
    conditions = ["control"] * len(plate.negatives) + ["calcifying"] * (len(plate.samples) + len(plate.unseen))
    rows = [
        {"file": str(i), "plate": "P", "well": f"A{i + 1}", "role": "sample", "condition": c}
        for i, c in enumerate(conditions)
    ]
    measured = measure_plate(
        tables.IMAGE_FILES.frame(rows),
        lambda file: fields[int(file)].rgb,
        AlizarinImageSettings(),
        Problems(),
        ["control"],
    )
    found = {m.row["file"]: m.row["area_fraction"] for m in measured}
    return _errors(plate, [found[str(len(plate.negatives) + i)] for i in range(len(FRACTIONS) + UNSEEN)])


def by_mask(plate: Plate, method: Method) -> Errors:
    """By a method that looks at one picture at a time."""
    return _errors(plate, [float(method(f.rgb).mean()) for f in (*plate.samples, *plate.unseen)])


def _errors(plate: Plate, found: Sequence[float]) -> Errors:
    """Measured less true area in percentage points."""
    true = [f.area_fraction for f in (*plate.samples, *plate.unseen)]
    error = 100 * (np.asarray(found) - true)[None]
    return Errors(error[:, : len(FRACTIONS)], error[:, len(FRACTIONS) :])


def otsu(rgb: NDArray[np.uint8]) -> Mask:
    """Otsu's threshold of the green channel, darker is stained: what a macro does image by image."""
    from skimage.filters import threshold_otsu

    green = rgb[..., 1]
    return np.asarray(green <= threshold_otsu(green))


def triangle(rgb: NDArray[np.uint8]) -> Mask:
    """The triangle threshold of the green channel."""
    from skimage.filters import threshold_triangle

    green = rgb[..., 1]
    return np.asarray(green <= threshold_triangle(green))


def a_star(rgb: NDArray[np.uint8]) -> Mask:
    """Otsu's threshold of a* in CIELAB, redder is stained."""
    from skimage.color import rgb2lab
    from skimage.filters import threshold_otsu

    red = rgb2lab(rgb)[..., 1]
    return np.asarray(red > threshold_otsu(red))


def unmixed(rgb: NDArray[np.uint8]) -> Mask:
    """Two stains unmixed, Alizarin and grey (Ruifrok and Johnston 2001), white taken as 255, Otsu's threshold."""
    from skimage.filters import threshold_otsu

    stain, grey = VECTOR / np.linalg.norm(VECTOR), np.ones(3) / np.sqrt(3)
    basis = np.array([stain, grey, np.cross(stain, grey)])
    od = np.log10(255 / np.maximum(rgb.astype(float), 1))
    amount = od @ np.linalg.inv(basis)[:, 0]
    return np.asarray(amount > threshold_otsu(amount))


OTHERS: dict[str, Method] = {"Otsu": otsu, "triangle": triangle, "a*": a_star, "two stains": unmixed}


def errors_of_scene(scene: Scene) -> dict[str, Errors]:
    """Every method on the plates of one scene."""
    methods: dict[str, Callable[[Plate], Errors]] = {"ours": ours}
    methods |= {name: partial(by_mask, method=method) for name, method in OTHERS.items()}
    found: dict[str, list[Errors]] = {name: [] for name in methods}
    for seed in range(PLATES):
        plate = plate_of(scene, seed)
        for name, method in methods.items():
            found[name].append(method(plate))
    return {name: together(errors) for name, errors in found.items()}


def together(errors: Sequence[Errors]) -> Errors:
    """The errors of several plates as one."""
    return Errors(np.vstack([e.samples for e in errors]), np.vstack([e.unseen for e in errors]))


def signed(error: float) -> str:
    """An error to two decimals with its sign; no zero has one."""
    return f"{round(error, 2):+.2f}" if round(error, 2) else "0.00"


def row(scene: Scene, found: dict[str, Errors]) -> str:
    """Our mean error at each fraction, mean sizes of errors of all methods, and what they see in negatives."""
    own = found["ours"]
    cells = [signed(e) for e in own.samples.mean(axis=0)] + [f"**{own.mean:.2f}**"]
    cells += [f"{found[m].mean:.1f}" for m in OTHERS] + [f"**{signed(own.unseen.mean())}**"]
    cells += [f"{found[m].unseen.mean():.1f}" for m in OTHERS]
    return f"| {scene.name} | " + " | ".join(cells) + " |"


def table(scenes: Sequence[Scene], results: Sequence[dict[str, Errors]]) -> str:
    """One row per scene."""
    heads = [*(f"{100 * f:g} %" for f in FRACTIONS), "mean", *OTHERS, "negatives", *OTHERS]
    lines = ["| scene | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    return "\n".join([*lines, *(row(scene, found) for scene, found in zip(scenes, results, strict=True))])


def summary(results: Sequence[dict[str, Errors]]) -> str:
    """Means over the scenes of a table, in a sentence."""
    means = {m: np.mean([r[m].mean for r in results]) for m in ("ours", *OTHERS)}
    rest = ", ".join(f"{m} {means[m]:.1f}" for m in OTHERS)
    return f"Mean over these scenes: **{means['ours']:.2f}** percentage points; {rest}."


def main() -> None:
    """Writes docs/stain_accuracy.md."""
    scenes = [*SCENES, *BEYOND]
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(errors_of_scene, scenes))
    held, beyond = results[: len(SCENES)], results[len(SCENES) :]
    text = (Path(__file__).parent / "stain_accuracy.md").read_text()
    for mark, part in {
        "{held}": table(SCENES, held),
        "{mean}": summary(held),
        "{beyond}": table(BEYOND, beyond),
    }.items():
        text = text.replace(mark, part)
    Path("docs/stain_accuracy.md").write_text(text)


if __name__ == "__main__":
    main()
