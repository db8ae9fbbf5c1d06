import itertools

import numpy as np
import pytest

from mgassay.report.drawing import DONOR_COLOURS, DONOR_SHAPES, donor_marks, step_above, step_below


def test_donors_are_told_apart_by_colour_and_by_shape():
    marks = list(donor_marks([f"D{i}" for i in range(1, 9)]).values())
    assert len({colour for colour, _ in marks}) == len({shape for _, shape in marks}) == 8
    assert tuple(colour for colour, _ in marks) == DONOR_COLOURS  # those that the eyes below are asked about


def test_no_donor_has_colour_and_shape_of_another():
    marks = list(donor_marks([f"D{i}" for i in range(len(DONOR_COLOURS) * len(DONOR_SHAPES))]).values())
    assert len(set(marks)) == len(marks) == 96


@pytest.mark.parametrize(("value", "below", "above"), [(0.7, 0.5, 1.0), (20.0, 20.0, 20.0), (999.0, 500.0, 1000.0)])
def test_steps_of_one_two_and_five(value, below, above):
    assert (step_below(value), step_above(value)) == (below, above)


# Dichromacy, severity 1.0, on linear RGB: Machado, Oliveira and Fernandes 2009, IEEE TVCG 15:1291, table 1.
MACHADO = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "all cones": np.eye(3).tolist(),
}


def seen(colours, matrix):
    """Lab of colours as such an eye sees them; sRGB transfer function of IEC 61966-2-1."""
    from skimage.color import rgb2lab

    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    turned = np.clip(linear @ np.array(matrix).T, 0, 1)
    return rgb2lab(np.where(turned <= 0.0031308, turned * 12.92, 1.055 * turned ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("eye", MACHADO)
def test_no_two_donors_have_colours_that_an_eye_confuses(eye):
    """CIEDE2000 of 10 is several times what is just noticed side by side (1 to 2); every colour has a shape as well."""
    from skimage.color import deltaE_ciede2000

    lab = seen(DONOR_COLOURS, MACHADO[eye])
    nearest = min(float(deltaE_ciede2000(a, b)) for a, b in itertools.combinations(lab, 2))
    assert nearest > 10


def test_the_measure_knows_red_and_green_that_look_alike():
    """What the check above is for: a red and a green of like lightness, which a deuteranope takes for one another."""
    from skimage.color import deltaE_ciede2000

    a, b = seen(["#B03A2E", "#6B6B00"], MACHADO["deuteranopia"])
    assert float(deltaE_ciede2000(a, b)) < 10
