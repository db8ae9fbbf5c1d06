import numpy as np
import pytest
from scipy import ndimage

from mgassay.assays.images import image_quality
from mgassay.assays.images.flatfield import even_white
from mgassay.assays.images.image_look import look_at
from mgassay.assays.images.image_quality import focus_from_edges, sight_of, unsuitable
from mgassay.assays.images.nodules import runs_from_mask
from mgassay.assays.images.photo_wells import WellPicture


def pink(shape=(200, 200), noise=2.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.clip(np.array([235, 220, 225]) + noise * rng.standard_normal((*shape, 3)), 0, 255).astype(np.uint8)


def squares(blur, noise=0.0, level=90):
    """Dark squares of 30 pixels on a bright ground, and the mask of them."""
    green = np.full((400, 400), 220.0)
    mask = np.zeros((400, 400), bool)
    for y in range(40, 360, 80):
        for x in range(40, 360, 80):
            mask[y : y + 30, x : x + 30] = True
    green[mask] = level
    green = ndimage.gaussian_filter(green, blur) + noise * np.random.default_rng(0).standard_normal(green.shape)
    return np.repeat(np.rint(green.clip(0, 255)).astype(np.uint8)[..., None], 3, axis=2), mask


def why(rgb):
    return unsuitable(look_at(rgb))


def test_colour_bright_pictures_are_suitable():
    assert why(pink()) == ""


def test_grey_pictures_are_not():
    assert why(np.repeat(pink()[..., :1], 3, axis=2)) == "grey"


def test_dark_pictures_are_not_even_with_bright_cells():
    dark = (pink() // 20).astype(np.uint8)
    dark[50:80, 50:80] = (20, 250, 20)
    assert why(dark) == "dark"


@pytest.mark.parametrize(("rows", "reason"), [(10, "dark"), (11, "")])
def test_a_picture_is_dark_where_nine_tenths_of_it_are(rows, reason):
    rgb = (pink((100, 100)) // 20).astype(np.uint8)
    rgb[:rows] = pink((rows, 100))
    assert why(rgb) == reason


def exposed(white, *, noise=2.0, nodules=0.2, seed=0):
    """A field as a camera sees it whose empty parts would read `white` in green, were the scale not to end at 255."""
    rng = np.random.default_rng(seed)
    od = np.where(rng.random((40, 50)) < nodules, 0.8, 0.0).repeat(8, axis=0).repeat(8, axis=1)
    light = white * np.array([1.0, 1.0, 0.9]) * 10 ** -(od[..., None] * np.array([0.38, 0.73, 0.57]))
    return np.clip(np.rint(light + noise * rng.standard_normal(light.shape)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("white", "reason"), [(235, ""), (250, ""), (255, ""), (265, "clipped"), (400, "clipped")])
@pytest.mark.parametrize("nodules", [0.05, 0.6])
def test_a_white_beyond_the_scale_is_refused_and_one_at_its_end_is_not(white, reason, nodules):
    # log10(255 / white) is the density lost: 0 at 255, 0.017 at 265, 0.2 at 400; half of a white of 255 reads 255
    assert why(exposed(white, nodules=nodules)) == reason


def test_dark_nodules_at_0_do_not_refuse_a_picture():
    assert why(exposed(60.5, nodules=0.0)) == ""
    thick = exposed(235)
    thick[thick[..., 1] < 100] = (12, 0, 0)
    assert look_at(thick).low > 0.15
    assert why(thick) == ""


def test_a_white_label_of_a_tenth_is_no_overexposure():
    rgb = exposed(235)
    rgb[:30] = 255
    rgb[10:20, 40:60] = 0
    assert look_at(rgb).high > 0.09
    sight = sight_of(rgb)
    assert unsuitable(sight.look) == ""
    assert sight.look.high == 0
    assert 30 / 320 < sight.annotation_fraction() < 40 / 320  # 30 rows and a margin


def test_a_sight_without_drawing_is_the_picture_itself():
    rgb = pink()
    sight = sight_of(rgb)
    assert sight.picture is rgb
    assert (sight.pixels(), sight.annotation_fraction(), sight.boxes) == (40_000, 0.0, ())


def test_a_digest_knows_pixels_and_shape_and_stays_that_of_the_file():
    rgb = pink()
    other = rgb.copy()
    other[0, 0, 0] ^= 1
    digests = {look_at(p).digest for p in (rgb, rgb.copy(), other, rgb.reshape(100, 400, 3), pink(seed=1))}
    assert len(digests) == 4
    assert look_at(rgb[:, ::-1]).digest == look_at(np.ascontiguousarray(rgb[:, ::-1])).digest
    labelled = pink()
    labelled[100:108, 20:120] = (255, 0, 0)
    assert sight_of(labelled).look.digest == look_at(labelled).digest
    assert sight_of(labelled).boxes


def test_focus_of_a_step_is_one_and_falls_with_blur():
    values = [focus_from_edges(rgb, runs_from_mask(mask)) for rgb, mask in map(squares, (0, 1, 2, 4))]
    assert values[0] == pytest.approx(1)
    # a Gaussian edge of SD s rises by 2 Phi(2.5 / s) - 1 within 2.5 pixels either side of it: s = 2 gives 0.789
    assert values[2] == pytest.approx(0.789, abs=0.03)
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("noise", "level"), [(6, 90), (2, 180)])
def test_focus_sees_neither_noise_nor_depth_of_stain(noise, level):
    rgb, mask = squares(1, noise, level)
    assert focus_from_edges(rgb, runs_from_mask(mask)) == pytest.approx(focus_from_edges(*_runs(squares(1))), abs=0.04)


def test_focus_is_the_same_from_rows_a_stretch_at_a_time(monkeypatch):
    class Rows:
        def __init__(self, rgb):
            self.rgb, self.shape, self.asked = rgb, rgb.shape, []

        def __getitem__(self, rows):
            self.asked.append((rows.start, rows.stop))
            return self.rgb[rows]

    rgb, mask = squares(1)
    rows, whole = Rows(rgb), focus_from_edges(rgb, runs_from_mask(mask))
    monkeypatch.setattr(image_quality, "_STRETCH", 256 * (mask.shape[1] + 1))
    assert focus_from_edges(rows, runs_from_mask(mask)) == whole
    assert rows.asked == [(0, 256), (256, 400)]


def test_focus_from_two_thousand_borders_is_that_from_all(monkeypatch):
    rgb, mask = squares(2, 4)
    runs = runs_from_mask(np.tile(mask, (6, 6)))
    assert len(runs.starts) > 8000
    some = focus_from_edges(np.tile(rgb, (6, 6, 1)), runs)
    monkeypatch.setattr(image_quality, "_MOST_BORDERS", 10**6)
    assert some == pytest.approx(focus_from_edges(np.tile(rgb, (6, 6, 1)), runs), abs=0.01)


def _runs(picture):
    return picture[0], runs_from_mask(picture[1])


def test_focus_needs_borders_that_stand_free():
    assert np.isnan(focus_from_edges(pink(), runs_from_mask(np.zeros((200, 200), bool))))
    stripes = np.zeros((200, 200), bool)
    stripes[:, ::4] = True
    assert np.isnan(focus_from_edges(pink(), runs_from_mask(stripes)))
    edge = np.zeros((200, 200), bool)
    edge[:, :100] = True  # one border of 200 rows; the other is the picture's own
    rgb = np.where(edge[..., None], np.uint8(90), np.uint8(220)).repeat(3, axis=2)
    assert focus_from_edges(rgb, runs_from_mask(edge)) == 1


def test_focus_of_steps_is_one_wherever_they_stand():
    """Bars of other widths at unequal places, so that no border has another one where it would mirror."""
    mask = np.zeros((100, 400), bool)
    for x, width in ((30, 25), (103, 31), (197, 40), (301, 55)):
        mask[10:90, x : x + width] = True
    rgb = np.where(mask[..., None], np.uint8(90), np.uint8(220)).repeat(3, axis=2)
    assert focus_from_edges(rgb, runs_from_mask(mask)) == 1


@pytest.mark.parametrize(("bars", "known"), [(15, True), (14, False)])
def test_focus_is_told_from_thirty_borders_on(bars, known):
    """A bar of one row has two; that of the last row here touches the picture's end, and has one."""
    mask = np.zeros((40, 100), bool)
    mask[2 * np.arange(bars), 40:60] = True
    mask[-1, 80:] = not known  # 14 bars and this one: 29
    rgb = np.where(mask[..., None], np.uint8(90), np.uint8(220)).repeat(3, axis=2)
    assert np.isfinite(focus_from_edges(rgb, runs_from_mask(mask))) == known


@pytest.mark.parametrize(
    ("colour", "of_grey", "reason"),
    [((30, 20, 25), False, "dark"), ((200, 200, 200), False, ""), ((200, 200, 200), True, "grey")],
)
def test_a_well_of_a_photograph_is_judged_by_itself(colour, of_grey, reason):
    """An unstained well under a neutral white is grey, which is no fault; one that no light came through is dark."""
    y, x = np.mgrid[:160, :160]
    inside = np.hypot(y - 79.5, x - 79.5) < 75
    pixels = np.where(inside[..., None], np.array(colour, np.uint8), np.uint8(230))
    well = WellPicture(pixels, inside, even_white(230, 230, 230), of_grey)
    assert sight_of(well).unsuitable() == reason
