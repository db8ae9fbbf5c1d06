from mgassay.report import pictures
from mgassay.report.numbers import NO_BREAK
from mgassay.report.pictures import picture_pieces
from mgassay.report.rows import Tables

ORDER = ["ca_mg08", "ca_mg20"]


def test_pictures_stand_under_their_condition_in_the_labs_order(hand, held):
    given = hand.make_input()
    said, gallery, listing = picture_pieces(held, ORDER, given.thumbnails, given.outlines)
    assert said.text == "2 images measured, 2 shown."
    assert [c for c, _ in gallery.groups] == ORDER
    (picture,) = gallery.groups[0][1]
    assert picture.found.replace(NO_BREAK, " ") == "16.1 % [14.5 %, 17.7 %] stained"
    assert picture.thumbnail.startswith("data:image/jpeg;base64,/9j/")
    assert [r[0] for r in listing.rows] == ["images/ca_mg08.jpg", "images/ca_mg20.jpg"]


def test_an_image_without_outline_has_none(hand, held):
    given = hand.make_input()
    _, gallery, _ = picture_pieces(held, ORDER, given.thumbnails, given.outlines)
    assert [bool(p.outline) for _, ps in gallery.groups for p in ps] == [False, True]


def test_room_runs_out_evenly_and_is_said(hand, monkeypatch):
    monkeypatch.setattr(pictures, "ROOM_BYTES", 2500)
    rows = [{**i, "file": f"{i['file']}{n}"} for i in hand.images() for n in range(3)]
    held = Tables(hand.with_rows("images", rows), 0.8, 2.0)
    said, gallery, listing = picture_pieces(held, ORDER, {r["file"]: b"x" * 600 for r in rows}, {})
    assert [(c, len(ps)) for c, ps in gallery.groups] == [("ca_mg08", 2), ("ca_mg20", 2)]
    assert said.text.startswith("6 images measured, 4 shown. The others")
    assert len(listing.rows) == 6


def test_no_images_no_section():
    assert picture_pieces(Tables({}, 0.8, 2.0), [], {}, {}) == []
