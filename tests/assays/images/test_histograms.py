"""Histograms of a plate against its own pixels."""

import numpy as np

from mgassay import tables
from mgassay.assays.images.alizarin import measure_plate
from mgassay.assays.images.histograms import histograms_from_measured
from mgassay.assays.images.stain import HISTOGRAM_OD
from mgassay.experiment import AlizarinImageSettings
from mgassay.problems import Problems

STAIN = np.array([0.38, 0.73, 0.57]) / np.linalg.norm([0.38, 0.73, 0.57])


def test_pixels_of_a_condition_are_added_up_by_density():
    """A tenth of every picture holds 0.8 OD, the rest none: two images of a condition have twice the pixels of one."""
    noise = np.random.default_rng(1).integers(0, 2, (160, 240, 1))
    rgb = (np.full((160, 240, 3), 239) + noise).astype(np.uint8)
    rgb[:, :24] = np.rint(239 * 10 ** (-0.8 * STAIN))
    rows = [
        {"file": str(i), "plate": "P", "well": f"A{i + 1}", "role": "sample", "condition": c}
        for i, c in enumerate(("control", "ca", "ca"))
    ]
    measured = measure_plate(
        tables.IMAGE_FILES.frame(rows), lambda _: rgb, AlizarinImageSettings(), Problems(), ["control"]
    )
    made = histograms_from_measured(list(measured))
    tables.STAIN_HISTOGRAMS.check(made)
    assert made.groupby("condition")["pixels"].sum().to_dict() == {"ca": 2 * 160 * 240, "control": 160 * 240}
    dark = made[made["od_from"] > 0.5]
    assert dark.groupby("condition")["pixels"].sum().to_dict() == {"ca": 2 * 160 * 24, "control": 160 * 24}
    assert np.abs(dark["od_from"] - 0.8).max() <= 2 * HISTOGRAM_OD
    assert (made["pixels"] > 0).all()


def test_nothing_measured_is_an_empty_table():
    assert list(histograms_from_measured([]).columns) == ["plate", "condition", "od_from", "pixels"]
