"""Whether the stain of a plate has the colour that it was measured by."""

from collections.abc import Collection, Sequence

from mgassay.assays.images.alizarin import MeasuredImage
from mgassay.assays.images.stain_colour import colour_of_plate, degrees_between
from mgassay.experiment import AlizarinImageSettings, Experiment
from mgassay.problems import Problems

FAR_DEGREES = 7.0  # half of what lies between Alizarin and grey; cameras differ by 2 to 4


def check_stain_colours(
    experiment: Experiment, measured: Sequence[MeasuredImage], negatives: Collection[str], problems: Problems
) -> None:
    """One warning per plate whose stained pixels, those of negative wells left out, lie far from its vector."""
    declared = {f.plate: f for f in reversed(experiment.files_of("alizarin_image"))}
    for plate in dict.fromkeys(m.row["plate"] for m in measured):
        own = [m.colour for m in measured if m.row["plate"] == plate and m.row["condition"] not in negatives]
        found, settings = colour_of_plate(own), experiment.assay_settings(declared[plate])
        if found is None or not isinstance(settings, AlizarinImageSettings):
            continue
        angle = degrees_between(found, settings.vector)
        if angle > FAR_DEGREES:
            seen, used = (", ".join(f"{v:.2f}" for v in vector) for vector in (found, settings.vector))
            problems.add("MG414", plate=plate, seen=seen, used=used, angle=f"{angle:.0f}")
