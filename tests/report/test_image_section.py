"""The images section as a whole."""

import pytest

from mgassay import tables
from mgassay.experiment import AlizarinImageSettings
from mgassay.report.image_section import image_pieces
from mgassay.report.numbers import NO_BREAK
from mgassay.report.rows import Tables

ORDER = ["control", "ca_mg08", "ca_mg20"]


def pieces_of(hand, made):
    given = hand.make_input()
    return image_pieces(Tables(made, 0.8, 2.0), given.experiment, ORDER, given.thumbnails, given.outlines, {})


def prose(pieces):
    return " ".join(p.text for p in pieces if p.kind == "prose").replace(NO_BREAK, " ")


def test_pictures_come_first_then_figures_and_folded_tables(hand):
    pieces = pieces_of(hand, hand.make_tables())
    assert [p.kind for p in pieces] == ["prose", "gallery", "beside", "folded", "prose", "folded", "folded"]
    assert [d.title for d in pieces[2].drawings] == ["Threshold and stain, plate alizarin_1", "Nodules by size"]
    captions = [p.listing.caption for p in pieces if p.kind == "folded"]
    assert captions[1:] == ["Wells of alizarin_1: 2 wells, 2 fields", "Images one by one: 2 images"]


def test_without_images_there_is_no_section(hand):
    assert pieces_of(hand, {}) == []


def test_images_alone_still_have_their_pictures(hand):
    """Without the tables beside images.csv, as on a plate where nothing was counted."""
    pieces = pieces_of(hand, {"images": hand.make_tables()["images"]})
    assert [p.kind for p in pieces] == ["prose", "gallery", "folded"]


@pytest.mark.parametrize(
    ("fractions", "said"),
    [((0.5, 0.6), ""), ((0.5, None), "in wells where it is blank"), ((None, None), "on these plates")],
)
def test_why_the_area_that_cells_cover_is_blank_is_said(hand, fractions, said):
    rows = [{**r, "cell_fraction": f} for r, f in zip(hand.image_wells(), fractions, strict=True)]
    text = prose(pieces_of(hand, hand.with_rows("image_wells", rows)))
    assert ("cannot be known" in text) == bool(said)
    assert said in text


@pytest.mark.parametrize(("wells", "said"), [("find", "found in"), ("given", "given by their centres for")])
def test_photographs_are_told_with_their_number(hand, monkeypatch, wells, said):
    photo = AlizarinImageSettings(
        wells=wells, well_grid="A1 1 1; A2 2 1; B1 1 2; radius 1" if wells == "given" else None
    )
    monkeypatch.setattr("mgassay.report.image_section.settings_of_plate", lambda *_: photo)
    rows = [{**r, "file": f"p/{n}.jpg/{r['well']}"} for n in "ab" for r in hand.images()]
    made = {**hand.make_tables(), "images": tables.IMAGES.frame(rows)}
    text = prose(pieces_of(hand, made))
    assert f"alizarin_1: wells were {said} 2 photographs of the whole plate; the inner 90 % of the radius" in text


def test_single_images_are_no_photographs(hand):
    assert "photograph of" not in prose(pieces_of(hand, {"images": hand.make_tables()["images"]}))


def test_many_plates_are_drawn_and_listed_as_far_as_there_is_room(hand, monkeypatch):
    monkeypatch.setattr("mgassay.report.image_section.MOST_PLATES", 1)
    monkeypatch.setattr("mgassay.report.image_wells.MOST_WELLS", 2)
    names = ("images", "image_wells", "stain_histograms")
    makers = (hand.images, hand.image_wells, hand.stain_histograms)
    made = {n: hand.with_rows(n, [{**r, "plate": p} for p in ("P1", "P2") for r in m()])[n]
            for n, m in zip(names, makers, strict=True)}  # fmt: skip
    pieces = pieces_of(hand, {**hand.make_tables(), **made})
    assert [d.title for p in pieces if p.kind == "beside" for d in p.drawings] == [
        "Threshold and stain, plate P1", "Nodules by size",
    ]  # fmt: skip
    assert "Of 2 plates the first 1 are drawn. The wells of 1 plate are in image_wells.csv only." in prose(pieces)


def test_pictures_make_room_for_figures_and_tables(hand, monkeypatch):
    """With room for the thumbnails alone none is shown, since the rest of the section takes it."""
    sizes = sum(len(t) for t in hand.make_input().thumbnails.values()) + 10
    monkeypatch.setattr("mgassay.report.image_section.ROOM_BYTES", sizes)
    assert "2 images measured, 0 shown." in prose(pieces_of(hand, hand.make_tables()))
    assert "2 images measured, 2 shown." in prose(pieces_of(hand, {"images": hand.make_tables()["images"]}))
