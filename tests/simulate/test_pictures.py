import io

import numpy as np
import pytest
from PIL import Image

from mgassay.simulate.biology import LIVE, grow_culture
from mgassay.simulate.pictures import STAIN, photograph, stained_field, take_pictures
from mgassay.simulate.truth import NOISELESS, Truth

SHAPE = (384, 512)


@pytest.mark.parametrize("fraction", [0.0, 0.0002, 0.06, 0.25, 0.5, 0.9])
def test_the_stained_area_is_met_to_the_pixel(fraction):
    field = stained_field(fraction, SHAPE, np.random.default_rng(2))
    assert field.nodule.sum() == round(fraction * 384 * 512)
    assert (field.stain_od > 0).sum() == field.nodule.sum()
    assert (field.nodules == 0) == (fraction == 0)


def test_a_nodule_s_rim_is_dark_enough_to_be_seen():
    field = stained_field(0.2, SHAPE, np.random.default_rng(3))
    assert field.stain_od[field.nodule].min() >= np.float32(0.45 * 0.65)
    assert field.stain_od.max() <= 1.15


@pytest.mark.parametrize("fraction", [0.0002, 0.05, 0.15])
def test_a_threshold_on_the_photograph_finds_the_true_area(fraction):
    """OD over the median light, on the stain's vector, above 0.2: the outline is where the nodule begins."""
    field = stained_field(fraction, SHAPE, np.random.default_rng(4))
    light = photograph(field, np.random.default_rng(5)).astype(float) + 0.5
    od = np.log10(np.median(light, axis=(0, 1)) / light)
    grey = od[..., 0] > 0.8 * od[..., 1]
    found = ((od @ STAIN > 0.2) & ~grey).mean()
    assert found == pytest.approx(fraction, abs=0.004)


def test_darkness_does_not_depend_on_how_much_is_stained():
    # The SD of a nodule's mean darkness is about 0.12, so a mean over 60 or more nodules is known to 0.016.
    little, much = (stained_field(f, (1200, 1200), np.random.default_rng(6)) for f in (0.05, 0.25))
    assert little.stain_od[little.nodule].mean() == pytest.approx(much.stain_od[much.nodule].mean(), abs=0.05)


def test_area_follows_mineral_in_every_arm():
    truth = Truth(donors=2, total=1.4, blocked=0.6, noise=NOISELESS, image_size=(160, 120))
    taken = {(p.donor, p.condition): p.area_fraction for p in take_pictures(grow_culture(truth, 1), truth, 1)}
    assert set(taken) == {(d, c) for d in ("D1", "D2") for c in LIVE}
    # 0.22 at reference and exp(-1.4) of that at raised Mg, on 0.0002 of background, to a pixel of 19,200
    assert taken["D1", "ca_mg08"] == pytest.approx(0.2202, abs=1 / 19200)
    assert taken["D2", "ca_mg20"] == pytest.approx(0.22 * np.exp(-1.4) + 0.0002, abs=1 / 19200)
    assert taken["D1", "si_mg20"] == pytest.approx(0.22 * np.exp(0.05 - 0.6) + 0.0002, abs=1 / 19200)
    assert taken["D1", "control"] == pytest.approx(0.0002, abs=1 / 19200)


def test_photographs_are_jpegs_of_the_size_asked_for_and_never_saturated():
    truth = Truth(donors=1, image_size=(200, 150))
    for picture in take_pictures(grow_culture(truth, 2), truth, 2):
        image = Image.open(io.BytesIO(picture.jpeg))
        assert (image.format, image.size) == ("JPEG", (200, 150))
        pixels = np.asarray(image)
        assert (pixels == 255).mean() < 1e-3
        assert (pixels == 0).mean() < 1e-3


def test_nine_donors_need_two_plates():
    truth = Truth(donors=9, image_size=(64, 64))
    taken = take_pictures(grow_culture(truth, 2), truth, 2)
    assert [sum(p.plate == name for p in taken) for name in ("alizarin_1", "alizarin_2")] == [88, 11]
    assert len({p.file for p in taken}) == 99
